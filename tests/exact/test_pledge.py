"""Pledges, solved exactly: against published values, every outcome of a few electors, and their own laws."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from exact.second_opinions_coordination import every_outcome

from montecarlo.errors import NotSolvable
from montecarlo.exact import alone, pledge
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import INDEPENDENT, CommonFactors, CommonRate
from montecarlo.model import Model
from montecarlo.parts import CommonOdds, Factors, Law, Pledge

REFERENCE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["values"]
VALUES = {case["id"]: Fraction(case["value"]) for case in REFERENCE}
ELECTORS = np.arange(1, 307)
ALONE = 0.001 + 0.004 * ((53 * ELECTORS) % 307) / 307
PLEDGED = 0.01 + 0.08 * ((71 * ELECTORS) % 307) / 307


def relative(value: float, exact: Fraction) -> float:
    return float(abs(Fraction(value) / exact - 1)) if exact else float(value != 0)


def factors(model: Model, nodes: np.ndarray, inner: np.ndarray | None = None) -> CommonFactors:
    """An environment of a national factor at equally spaced nodes, and one of groups."""
    own = np.zeros(1) if inner is None else inner
    weight = np.exp(-(own**2) / 2)
    log_weight = -(nodes**2) / 2 - math.log(math.sqrt(2 * math.pi)) + math.log(nodes[1] - nodes[0])
    return CommonFactors(log_weight, weight / weight.sum(), nodes, np.ones(len(nodes)), own, model.dependence)


def random_model(case: int, **parts) -> Model:
    rng = np.random.default_rng([31, case])
    n = int(rng.integers(1, 6))
    p = rng.random(n) * 10.0 ** -rng.integers(0, 4)
    c = (1 - p) * rng.random(n) * 10.0 ** -rng.integers(0, 4)
    p, c = np.where(rng.random(n) < 0.1, 0.0, p), np.where(rng.random(n) < 0.1, 0.0, c)
    lost = np.where(rng.random(n) < 0.3, 0.0, rng.random(n))
    if case % 3 == 0:
        p, c, lost = (np.full(n, each[0]) for each in (p, c, lost))
    made = Pledge(c, int(rng.integers(1, n + 2)), str(rng.choice(["conditional", "all"])))
    law = None if rng.random() < 0.4 else Law(lost, 0.5)
    return Model(p, int(rng.integers(1, n + 1)), coordination=made, law=law, **parts)


@pytest.mark.parametrize(("name", "threshold", "counts"), [("M3-a", 37, "conditional"), ("M3-c", 20, "all")])
@pytest.mark.parametrize("law", [None, Law(1e-300)], ids=["types", "two laws"])
def test_reference_values_to_12_digits(name, threshold, counts, law):
    model = Model(ALONE, 37, coordination=Pledge(PLEDGED, threshold, counts), law=law)
    row = pledge.losses(model, INDEPENDENT, upheld=True, most=37, effort=Effort())[0]
    whole = pledge.losses(model, INDEPENDENT, upheld=True, most=306, effort=Effort())[0]
    assert relative(row[-1], VALUES[name]) < 1e-13
    assert whole[37:].sum() == pytest.approx(row[-1], rel=1e-13)
    assert whole[:37] == pytest.approx(row[:37], rel=1e-13)
    assert whole.sum() == pytest.approx(1.0, rel=1e-13)


def test_reference_value_under_a_factor_to_12_digits():
    model = Model([0.005] * 306, 37, dependence=Factors(math.sqrt(0.1)), coordination=Pledge(0.03, 37))
    environment = factors(model, np.arange(-4, 53) / 4)
    rows = pledge.losses(model, environment, upheld=False, most=37, effort=Effort())
    assert relative(float(np.exp(environment.log_weight) @ rows[:, -1]), VALUES["M3-e"]) < 1e-12


@pytest.mark.parametrize("case", range(60))
def test_every_outcome_of_a_few_electors(case):
    model = random_model(case)
    for upheld, most in itertools.product((False, True), {1, model.needed, model.electors}):
        ((*exact,),) = every_outcome(model, INDEPENDENT, upheld=upheld)
        row = pledge.losses(model, INDEPENDENT, upheld=upheld, most=most, effort=Effort())[0]
        assert len(row) == most + 1
        for value, chance in zip(row, [*exact[:most], sum(exact[most:])], strict=True):
            assert relative(value, chance) < 1e-13


@pytest.mark.parametrize("case", range(12))
def test_every_outcome_under_common_factors_and_odds(case):
    model = random_model(case, dependence=CommonOdds(2.0, 5.0) if case % 2 else Factors(0.3))
    shift = np.array([-1.2, 0.1, 2.0])
    environment = CommonRate(shift, np.ones(1), shift) if case % 2 else factors(model, shift)
    rows = pledge.losses(model, environment, upheld=True, most=model.electors, effort=Effort())
    for row, exact in zip(rows, every_outcome(model, environment, upheld=True), strict=True):
        assert row == pytest.approx([float(chance) for chance in exact], rel=1e-11)


def test_group_factors_are_summed_group_by_group():
    """With two values of a group's factor, three groups have eight: list them all, groups as national shifts."""
    group, loading = [0, 0, 1, 2, 2], 0.4
    p, c = np.array([0.1, 0.2, 0.05, 0.3, 0.1]), np.array([0.3, 0.1, 0.2, 0.2, 0.5])
    law = Law([0.1, 0.0, 0.5, 0.2, 0.0])
    for made, upheld in itertools.product((Pledge(c, 2), Pledge(c, 2, "all")), (True, False)):
        model = Model(p, 3, group=group, dependence=Factors(0.3, loading), coordination=made, law=law)
        rows = pledge.losses(
            model, factors(model, np.array([-0.5, 1.0]), np.array([-1.0, 0.7])), upheld=upheld, most=5, effort=Effort()
        )
        inner = factors(model, np.array([-0.5, 1.0]), np.array([-1.0, 0.7])).inner_weight
        total = np.zeros((2, 6))
        for chosen in itertools.product(range(2), repeat=3):
            shift = np.array([-1.0, 0.7])[list(chosen)][group]
            flat = _given(model, shift)
            weight = np.prod(inner[list(chosen)])
            total += weight * np.array(
                [pledge.losses(each, INDEPENDENT, upheld=upheld, most=5, effort=Effort())[0] for each in flat]
            )
        assert rows == pytest.approx(total, rel=1e-12)


def _given(model: Model, shift: np.ndarray) -> list[Model]:
    """Models of independent electors at the two national values, each elector's group factor given."""
    made, models = model.coordination, []
    electors = np.arange(model.electors)
    reached = np.column_stack([model.probability, model.probability + made.conditional])
    for z in (-0.5, 1.0):
        given = np.array(
            [
                factors(model, np.array([z, z + 1]), np.array([y])).chance(reached, 1 - reached, electors)[0][0, 0, i]
                for i, y in enumerate(shift)
            ]
        )
        pledges = Pledge(given[:, 1] - given[:, 0], made.threshold, made.counts)
        models.append(Model(given[:, 0], model.needed, coordination=pledges, law=model.law))
    return models


def test_a_pledge_of_all_without_a_threshold_to_reach_is_acting_alone():
    model = Model(ALONE, 37, coordination=Pledge(PLEDGED, 1, "all"), law=Law(0.3))
    together = Model(ALONE + PLEDGED, 37, law=Law(0.3))
    row = pledge.losses(model, INDEPENDENT, upheld=True, most=37, effort=Effort())
    assert row == pytest.approx(alone.losses(together, INDEPENDENT, upheld=True, most=37, effort=Effort()), rel=1e-12)


def test_a_threshold_out_of_reach_leaves_those_who_act_alone():
    model = Model(ALONE, 37, coordination=Pledge(PLEDGED, 1000))
    row = pledge.losses(model, INDEPENDENT, upheld=True, most=37, effort=Effort())
    assert row == pytest.approx(
        alone.losses(Model(ALONE, 37), INDEPENDENT, upheld=True, most=37, effort=Effort()), rel=1e-12
    )


def test_tails_as_small_as_floats_are():
    """P(all of 20 pledge) is c^20 = 1e-240: nothing is lost on the way."""
    row = pledge.losses(
        Model([0.0] * 20, 20, coordination=Pledge(1e-12, 20)), INDEPENDENT, upheld=False, most=20, effort=Effort()
    )
    assert row[0, 20] == pytest.approx(1e-240, rel=1e-13)


def test_blocs_are_refused():
    model = Model([0.1, 0.1], 1, votes=[1, 2], coordination=Pledge(0.1, 1))
    with pytest.raises(NotSolvable, match=r"Votes above 1 .* montecarlo\.simulate"):
        pledge.losses(model, INDEPENDENT, upheld=False, most=1, effort=Effort())
