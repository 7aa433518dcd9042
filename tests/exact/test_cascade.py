"""Cascades, solved exactly: against published values, closed forms, every outcome of a few electors, their own laws."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from exact.second_opinions_coordination import every_outcome

from montecarlo.errors import NotSolvable
from montecarlo.exact import alone, cascade
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import INDEPENDENT, CommonFactors, CommonRate
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Factors, Law

REFERENCE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["values"]
VALUES = {case["id"]: Fraction(case["value"]) for case in REFERENCE}
ELECTORS, EIGHT, LEVELS = np.arange(1, 307), np.arange(1, 9), np.arange(307)

LINEAR = Model([0.01] * 306, 37, coordination=Cascade(0.612, LEVELS / 306))
TWO_CLASSES = Cascade(
    np.repeat([0.5, 0.2], [106, 200]),
    1 - np.exp(-((LEVELS / np.array([[40], [60]])) ** 2)),
    np.repeat([0, 1], [106, 200]),
)
TYPES = Cascade(0.05 + 0.30 * ((71 * ELECTORS) % 307) / 307, 1 - np.exp(-((LEVELS / 50) ** 2)))
REFERENCE_MODELS = {
    "M4-a": LINEAR,
    "M4-b": Model([0.004] * 306, 37, coordination=Cascade(0.4, 1 - np.exp(-((LEVELS / 60) ** 2)))),
    "M4-c": Model(np.repeat([0.02, 0.001], [106, 200]), 37, coordination=TWO_CLASSES),
    "M4-d": Model((1 + EIGHT % 4) / 40, 6, coordination=Cascade((1 + 3 * EIGHT % 5) / 20, np.arange(9) / 8)),
    "M4-e": Model(0.001 + 0.004 * ((53 * ELECTORS) % 307) / 307, 37, coordination=TYPES),
}


def relative(value: float, exact: Fraction) -> float:
    return float(abs(Fraction(value) / exact - 1)) if exact else float(value != 0)


def row_of(model: Model, most: int, *, upheld: bool = False) -> np.ndarray:
    return cascade.losses(model, INDEPENDENT, upheld=upheld, most=most, effort=Effort())[0]


def factors(model: Model, nodes: np.ndarray, inner: int = 1) -> CommonFactors:
    log_weight = -(nodes**2) / 2 - math.log(math.sqrt(2 * math.pi)) + math.log(nodes[1] - nodes[0])
    same = np.full(inner, 1 / inner)
    return CommonFactors(log_weight, same, nodes, np.ones(len(nodes)), np.zeros(inner), model.dependence)


def random_cascade(case: int, *, classes: int, **parts) -> tuple[np.ndarray, Cascade]:
    """Up to 4 electors; chances from ordinary to small, some 0; laws with jumps and flat parts."""
    rng = np.random.default_rng([41, case])
    n = int(rng.integers(1, 4 if "visibility" in parts else 5))
    p, c = rng.random(classes) * 10.0 ** -rng.integers(0, 3), rng.random(classes)
    c = (1 - p) * c * 10.0 ** -rng.integers(0, 3)
    p, c = np.where(rng.random(classes) < 0.1, 0.0, p), np.where(rng.random(classes) < 0.1, 0.0, c)
    steps = rng.random((classes, n)) * (rng.random((classes, n)) < 0.7)
    cdf = np.cumsum(steps, axis=1) / max(1.0, steps.sum(axis=1).max() * rng.choice([1, 2]))
    which = rng.integers(classes, size=n)
    law = np.minimum(np.column_stack([np.zeros(classes), cdf]), 1.0)
    return p[which], Cascade(c[which], law, which, **parts)


def assert_every_outcome(model: Model, environment, *, tolerance: float) -> None:
    for upheld in (False, True):
        rows = every_outcome(model, environment, upheld=upheld)
        for most in {1, model.needed, model.electors}:
            result = cascade.losses(model, environment, upheld=upheld, most=most, effort=Effort())
            assert result.shape == (len(rows), most + 1)
            for values, exact in zip(result, rows, strict=True):
                for value, chance in zip(values, [*exact[:most], sum(exact[most:])], strict=True):
                    assert relative(value, chance) < tolerance


@pytest.mark.parametrize("case", range(12))
def test_one_law_of_electors_who_differ_some_of_whom_never_follow(case):
    rng = np.random.default_rng([43, case])
    n = int(rng.integers(3, 6))
    p, c = rng.random(n) * 0.8, rng.random(n) * 0.2 * (rng.random(n) < 0.6)
    c[rng.integers(n)] = 0.1
    law = np.append(0.0, np.minimum(np.cumsum(rng.random(n) * (rng.random(n) < 0.7)) / 2, 1.0))
    model = Model(p, int(rng.integers(2, n + 1)), coordination=Cascade(c, law))
    assert_every_outcome(model, INDEPENDENT, tolerance=1e-12)


@pytest.mark.parametrize("name", REFERENCE_MODELS)
def test_reference_values_to_12_digits(name):
    model = REFERENCE_MODELS[name]
    row = row_of(model, model.needed)
    assert relative(row[-1], VALUES[name]) < 1e-12
    assert row.sum() == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("name", REFERENCE_MODELS)
def test_the_last_entry_is_the_tail_of_the_whole(name):
    model = REFERENCE_MODELS[name]
    row, whole = row_of(model, model.needed), row_of(model, model.electors)
    assert whole[: model.needed] == pytest.approx(row[:-1], rel=1e-12)
    assert whole[model.needed :].sum() == pytest.approx(row[-1], rel=1e-12)
    assert whole.sum() == pytest.approx(1.0, rel=1e-12)


def test_thresholds_that_share_a_factor():
    dependence = Factors(math.sqrt(0.05))
    model = Model([0.002] * 306, 37, dependence=dependence, coordination=Cascade(0.306, LEVELS / 306))
    environment = factors(model, np.arange(-24, 49) / 4)
    rows = cascade.losses(model, environment, upheld=False, most=37, effort=Effort())
    assert relative(float(np.exp(environment.log_weight) @ rows[:, -1]), VALUES["M4-f"]) < 1e-12


def test_a_linear_law_is_the_quasi_binomial_of_consul():
    """P(D = d) = C(n, d) a (a + d b)^(d - 1) (1 - a - d b)^(n - d), down to 1e-60 and beyond."""
    a, b = Fraction(1, 100), Fraction(1, 500)
    for value, d in zip(row_of(LINEAR, 306), range(307), strict=True):
        exact = math.comb(306, d) * a * (a + d * b) ** (d - 1) * (1 - a - d * b) ** (306 - d)
        assert relative(value, exact) < 1e-12


def test_a_linear_law_far_in_the_tail():
    a, b, n = Fraction(1, 10**9), Fraction(1, 10**10), 306
    model = Model([1e-9] * n, 37, coordination=Cascade(float(n * b), LEVELS / n))
    tail = [math.comb(n, d) * a * (a + d * b) ** (d - 1) * (1 - a - d * b) ** (n - d) for d in range(37, n + 1)]
    assert 1e-280 < sum(tail) < 1e-240
    assert relative(row_of(model, 37)[-1], sum(tail)) < 1e-12


def reed_frost(n: int, first: int, escape: float, generations: int) -> np.ndarray:
    """Distribution of all ever infected, from the chain of (infected so far, infected last)."""
    chain = {(0, first): 1.0}
    for _ in range(generations):
        new: dict[tuple[int, int], float] = {}
        for (total, last), weight in chain.items():
            left, miss = n - total, escape**last
            for more in range(left + 1):
                chance = math.comb(left, more) * (1 - miss) ** more * miss ** (left - more)
                new[total + more, more] = new.get((total + more, more), 0.0) + weight * chance
        chain = new
    return np.bincount([total for total, _ in chain], list(chain.values()), minlength=n + 1)


@pytest.mark.parametrize("rounds", [0, 1, 2, 5, None])
def test_reed_frost_epidemics(rounds):
    """F(k) = 1 - q^(m + k): thresholds are the infectious contacts an elector withstands."""
    n, first, escape = 15, 2, 0.93
    law = 1 - escape ** np.arange(n + 1)
    model = Model([1 - escape**first] * n, 5, coordination=Cascade(escape**first, law, rounds=rounds))
    expected = reed_frost(n, first, escape, n + 1 if rounds is None else rounds + 1)
    assert row_of(model, n) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("second", "acting"), [(1, 100), (2, 1)])
def test_granovetter_s_hundred_people(second, acting):
    """Thresholds 0 to 99 make all act; with the threshold 1 changed to 2 only one does."""
    thresholds = np.array([0, second, *range(2, 100)])
    model = Model(
        (thresholds == 0).astype(float),
        50,
        coordination=Cascade(
            (thresholds > 0).astype(float), (np.arange(100) >= np.maximum(thresholds, 1)[:, None]) * 1.0
        ),
    )
    assert row_of(model, 100)[acting] == 1.0
    assert row_of(model, 50)[min(acting, 50)] == 1.0


def test_certain_thresholds_stop_after_their_rounds_and_obey_the_law():
    made = Cascade([0.0, 1.0, 1.0, 1.0], (np.arange(4) >= np.array([[1], [1], [2], [3]])) * 1.0, rounds=2)
    model = Model([1.0, 0.0, 0.0, 0.0], 2, coordination=made, law=Law([0.5, 0.0, 0.0, 0.0]))
    assert row_of(model, 4).tolist() == [0, 0, 0, 1, 0]
    assert row_of(model, 4, upheld=True).tolist() == [0, 0, 0.5, 0.5, 0]


@pytest.mark.parametrize("case", range(40))
@pytest.mark.parametrize("classes", [1, 2, 5])
def test_every_outcome_of_a_few_electors(case, classes):
    p, made = random_cascade(case, classes=classes)
    rng = np.random.default_rng([43, case])
    lost = np.where(rng.random(classes) < 0.3, 0.0, rng.random(classes))[made.threshold_class]
    law = Law(lost if case % 2 else rng.random(), 0.5) if case % 4 else None
    model = Model(p, int(rng.integers(1, len(p) + 1)), coordination=made, law=law)
    assert_every_outcome(model, INDEPENDENT, tolerance=1e-13)


@pytest.mark.parametrize("case", range(20))
def test_every_outcome_with_one_common_law(case):
    """All electors differ in p and c, and have one law of positive thresholds and one chance to be cancelled."""
    rng = np.random.default_rng([45, case])
    _, made = random_cascade(case, classes=1)
    n = len(made.conditional)
    p = rng.random(n) * 0.3
    made = Cascade((1 - p) * rng.random(n), made.threshold_cdf)
    model = Model(p, int(rng.integers(1, n + 1)), coordination=made, law=Law(rng.random()))
    assert_every_outcome(model, INDEPENDENT, tolerance=1e-13)


@pytest.mark.parametrize("case", range(16))
@pytest.mark.parametrize("rounds", [0, 1, 2, 7])
def test_every_outcome_after_some_rounds(case, rounds):
    p, made = random_cascade(case, classes=1, rounds=rounds)
    assert_every_outcome(Model(p, 1, coordination=made, law=Law(0.3)), INDEPENDENT, tolerance=1e-13)


@pytest.mark.parametrize("case", range(12))
@pytest.mark.parametrize("visibility", [0.0, 0.25, 0.9])
def test_every_outcome_where_not_all_is_seen(case, visibility):
    p, made = random_cascade(case, classes=1, visibility=visibility)
    assert_every_outcome(Model(p, 1, coordination=made, law=Law(0.3)), INDEPENDENT, tolerance=1e-13)


@pytest.mark.parametrize("case", range(12))
@pytest.mark.parametrize("parts", [{}, {"rounds": 1}, {"visibility": 0.5}], ids=str)
def test_every_outcome_under_common_factors_and_odds(case, parts):
    p, made = random_cascade(case, classes=1 if parts else 2, **parts)
    shift = np.array([-1.2, 0.1, 2.0])
    loading = 0.3 if parts else np.array([0.3, 0.6])[made.threshold_class]
    model = Model(p, 1, dependence=CommonOdds(2.0, 5.0) if case % 2 else Factors(loading), coordination=made)
    environment = CommonRate(shift, np.ones(1), shift) if case % 2 else factors(model, shift)
    assert_every_outcome(model, environment, tolerance=1e-10)


def test_full_visibility_is_the_limit_of_almost_full():
    nearly = Cascade(0.612, LEVELS / 306, visibility=1 - 1e-15)
    row = row_of(Model([0.01] * 306, 37, coordination=nearly), 37)
    assert row == pytest.approx(row_of(LINEAR, 37), rel=1e-11)


def test_many_rounds_are_the_end():
    row = row_of(Model([0.01] * 306, 37, coordination=Cascade(0.612, LEVELS / 306, rounds=36)), 37)
    assert row == pytest.approx(row_of(LINEAR, 37), rel=1e-12)


def test_more_electors_than_a_poisson_process_takes():
    """Classes and Poisson points must agree where both go, and 5,000 electors go through the former."""
    large = Model([1e-4] * 5000, 20, coordination=Cascade(0.5, np.arange(21) / 20))
    split = Model([1e-4] * 5000, 20, coordination=Cascade(np.repeat([0.5, 0.5 + 1e-15], 2500), np.arange(21) / 20))
    assert row_of(large, 20) == pytest.approx(row_of(split, 20), rel=1e-10)


def test_only_those_who_begin():
    rng = np.random.default_rng(46)
    p, q = rng.random(30), rng.random(30)
    model = Model(
        p, 10, votes=rng.integers(1, 5, 30), coordination=Cascade((1 - p) * q, [0, 1.0], rounds=0), law=Law(q)
    )
    row = row_of(model, 10, upheld=True)
    assert row == pytest.approx(alone.losses(model, INDEPENDENT, upheld=True, most=10, effort=Effort())[0], rel=1e-13)


MANY = Model(np.linspace(0.1, 0.2, 5000), 9, dependence=CommonOdds(1.0, 9.0), coordination=Cascade(0.1, [0, 1.0]))
DIFFERENT = Cascade(np.linspace(0.1, 0.5, 306), np.minimum(LEVELS / np.linspace(20, 140, 306)[:, None], 1.0))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Model([0.1, 0.1], 1, votes=[1, 2], coordination=Cascade(0.1, [0, 1.0])), "with votes above 1"),
        (Model([0.01] * 306, 37, coordination=DIFFERENT), "306 classes .* Different threshold laws"),
        (MANY, r"5000 classes .* 10\^25 states; .* different electors under common factors"),
        (Model([0.1, 0.2], 2, coordination=Cascade(0.1, [0, 1.0], rounds=1)), "some rounds, of electors who differ"),
        (Model([0.1, 0.2], 2, coordination=Cascade(0.1, [0, 1.0], visibility=0.5)), "visibility below 1, of electors"),
        (Model([0.1] * 3, 3, coordination=Cascade(0.1, [0, 1.0], None, 1, 0.5)), "both rounds and visibility"),
        (
            Model([0.01] * 900, 800, coordination=Cascade(0.1, [0, 1.0], visibility=0.5)),
            "seen in part would take longer",
        ),
        (
            Model([0.01] * 900, 800, coordination=Cascade(np.linspace(0.1, 0.2, 900), [0, 1.0])),
            "followed to 800 members would take longer",
        ),
    ],
)
def test_what_has_no_exact_form_is_named(model, message):
    one = np.zeros(1)
    environment = CommonRate(one, np.ones(1), one) if model is MANY else INDEPENDENT
    with pytest.raises(NotSolvable, match=rf"{message}.*montecarlo\.simulate"):
        cascade.losses(model, environment, upheld=False, most=model.needed, effort=Effort())


def test_group_factors_are_refused():
    model = Model([0.1, 0.1], 1, group=[0, 1], dependence=Factors(0.1, 0.1), coordination=Cascade(0.1, [0, 1.0]))
    with pytest.raises(NotSolvable, match=r"under group factors .*montecarlo\.simulate"):
        cascade.losses(model, factors(model, np.array([0.0, 1.0]), inner=2), upheld=False, most=1, effort=Effort())


def test_a_cascade_that_surely_stops_never_reaches_more():
    """Nobody has threshold 1: of thresholds 0, 2, 3, ... only one acts, so that 50 are impossible, and 1 certain."""
    stopped = np.eye(100)[np.minimum(np.arange(100) + 1, 99)].cumsum(axis=1)
    certain = Cascade([0.0] + [1.0] * 99, stopped, np.arange(100))
    begins = [1.0] + [0.0] * 99
    assert solve(Model(begins, 50, coordination=certain)).log10_probability == -np.inf
    assert solve(Model(begins, 1, coordination=certain)).probability == 1.0
