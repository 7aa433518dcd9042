"""Independent electors, solved exactly: against published values, whole numbers, a contour sum, and their own laws."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from exact.second_opinions import contour_log10, exact_tails, log10
from hypothesis import given
from hypothesis import strategies as st

from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import Law

REFERENCE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["values"]
STATES = {case["id"]: case["parameters"] for case in REFERENCE}["M5-a"]

MIXED = np.array([(2 + 28 * ((89 * i) % 307) / 307) / 1000 for i in range(1, 307)])
FIVES = [1 + i % 5 for i in range(1, 307)]
CANCELLED = np.repeat([0.9 if state in "MI NC OK UT NE MT" else 0.3 for state in STATES["states"]], STATES["electors"])

REFERENCE_MODELS = {
    "M1-a": Model([0.001] * 306, 37),
    "M1-c": Model([0.1] * 306, 37),
    "M1-d": Model(MIXED, 37),
    "M1-e2": Model(MIXED, 8),
    "M1-g": Model(MIXED, 130, votes=FIVES),
    "M5-a": Model(MIXED, 25, law=Law(CANCELLED)),
}


def relative(value: float, exact: Fraction) -> float:
    return float(abs(Fraction(value) / exact - 1)) if exact else float(value != 0)


def random_model(rng: np.random.Generator) -> Model:
    """A small model; chances from ordinary to tiny or near 1, some of them 0 or 1; blocs, laws and rulings."""
    n = int(rng.integers(1, 40))
    chance = 10.0 ** -rng.uniform(0, rng.choice([2, 8, 15, 60]), n)
    if rng.random() < 0.4:
        chance = 1 - chance
    if rng.random() < 0.2:
        chance[rng.integers(n)] = rng.integers(2)
    votes = rng.integers(1, rng.choice([2, 4, 12]), n) * int(rng.choice([1, 1, 3]))
    law = None if rng.random() < 0.5 else Law(rng.random(n), rng.choice([0.0, rng.random(), 1.0]))
    return Model(chance, int(rng.integers(1, votes.sum() + 1)), votes=votes, law=law)


RANDOM_MODELS = [random_model(np.random.default_rng([4, i])) for i in range(200)]


@st.composite
def models(draw: st.DrawFn) -> Model:
    n = draw(st.integers(1, 70))
    chance = draw(st.lists(st.floats(0, 1), min_size=n, max_size=n))
    votes = draw(st.lists(st.integers(1, 6), min_size=n, max_size=n) | st.just([1] * n))
    return Model(chance, draw(st.integers(1, sum(votes))), votes=votes)


def test_every_reference_value_of_independent_electors_has_a_model():
    wanted = {case["id"] for case in REFERENCE if case["model"] in ("M1", "M5")}
    assert wanted == set(REFERENCE_MODELS)


@pytest.mark.parametrize("name", REFERENCE_MODELS)
def test_reference_values_to_12_digits(name):
    (case,) = (case for case in REFERENCE if case["id"] == name)
    solution = solve(REFERENCE_MODELS[name])
    assert relative(solution.probability, Fraction(case["value"])) < 1e-12
    assert solution.log10_probability == pytest.approx(float(case["log10"]), rel=1e-13)
    assert solution.bound_is_proved
    assert solution.relative_error_bound < 1e-12


def test_electors_as_rare_as_history_shows_them():
    assert solve(Model([9 / 9110] * 306, 37)).log10_probability == pytest.approx(-63.4598996653, abs=5e-11)
    assert solve(Model([0.001] * 306, 37)).probability == pytest.approx(5.41917094531509e-64, rel=1e-14)


@pytest.mark.parametrize("model", RANDOM_MODELS)
def test_whole_numbers_agree_and_the_bound_holds(model):
    denied, kept = exact_tails(model)
    solution = solve(model)
    if not denied or denied > 1e-290:
        assert relative(solution.probability, denied) <= min(solution.relative_error_bound, 1e-12)
    if denied:
        assert solution.log10_probability == pytest.approx(log10(denied), rel=1e-12)
    if not kept or kept > 1e-290:
        assert relative(solution.complement, kept) < 1e-12
    assert solution.pmf.sum() == pytest.approx(1, abs=1e-13)
    assert len(solution.pmf) == model.total_votes + 1


def test_the_random_models_reach_far_into_both_tails():
    tails = [[log10(tail) for tail in exact_tails(model) if tail] for model in RANDOM_MODELS]
    smallest = [min(pair) for pair in tails]
    assert sum(value < -270 for value in smallest) >= 10
    assert sum(-290 < value < -100 for value in smallest) >= 15
    assert sum(len(pair) == 2 and pair[0] > pair[1] and pair[1] < -20 for pair in tails) >= 15


@pytest.mark.parametrize(
    "model",
    [
        *REFERENCE_MODELS.values(),
        Model(MIXED, 250),
        Model(MIXED, 37, law=Law(0.5, upheld=0.3)),
        Model(MIXED, 700, votes=FIVES, law=Law(0.5, upheld=0.3)),
        Model([0.02, 0.3, 0.1] * 7, 300, votes=[3, 9, 55] * 7),
        Model(np.tile(np.linspace(0.001, 0.5, 50), 2000), 50_000),
        Model(np.tile(np.linspace(0.4, 0.59, 20), 5000), 50_000),
        Model([0.01] * 400 + [0.3] * 300, 2_000, votes=[5] * 400 + [4] * 300),
        Model([0.02] * 150, 3_000, votes=range(1, 151)),
    ],
)
def test_contour_sum_agrees(model):
    difference = solve(model).log10_probability - contour_log10(model)
    assert abs(math.expm1(difference * math.log(10))) < 1e-11 * max(1, model.electors / 1000)


@pytest.mark.parametrize(
    ("model", "about"),
    [
        (Model([1e-17] * 60, 60), -1020),
        (Model(MIXED * 1e-25, 37), -993),
        (Model(MIXED[:150] * 1e-80, 37, law=Law(CANCELLED[:150], upheld=0.25)), -3050),
        (Model(MIXED[:120] * 1e-40, 340, votes=FIVES[:120]), -4700),
        (Model([5e-324] * 12 + [1e-310] * 4 + [0.5], 11), -3552),
        (Model([5e-324] * 10, 10, law=Law(1 - 2**-53)), -3396),
        (Model([5e-324], 1), -323.3),
        (Model([1e-300] * 20, 1, votes=1000), -298.7),
        (Model([1e-200] * 7 + [1e-320] * 3, 2001, votes=[1000] * 7 + [1] * 3), -518.8),
    ],
)
def test_logarithm_stays_finite_and_right_below_the_least_float(model, about):
    solution = solve(model)
    denied, _ = exact_tails(model)
    assert solution.probability == pytest.approx(float(denied), rel=1e-13, abs=0)
    assert log10(denied) == pytest.approx(about, rel=0.2)
    assert solution.log10_probability == pytest.approx(log10(denied), rel=1e-12)
    assert abs(solution.log10_probability - log10(denied)) < solution.relative_error_bound + 1e-15 * -about
    assert solution.complement == 1.0


def test_bound_admits_what_underflow_could_have_taken():
    model = Model([1e-300] * 3 + [1e-320], 1, votes=[1000] * 3 + [1])
    solution = solve(model)
    assert solution.relative_error_bound == math.inf
    assert relative(solution.probability, exact_tails(model)[0]) < 1e-12


def test_the_complement_keeps_its_digits():
    model = Model(1 - MIXED, 306 - 36)
    mirror = Model(1 - (1 - MIXED), 37)
    assert solve(model).complement == pytest.approx(solve(mirror).probability, rel=1e-12)
    assert solve(model).probability == 1.0
    assert solve(model).log10_probability == pytest.approx(-solve(mirror).probability / math.log(10), rel=1e-12)


@pytest.mark.parametrize(
    ("model", "probability"),
    [
        (Model([1.0, 1.0, 0.3], 2), 1.0),
        (Model([0.3, 0.0, 0.0], 2), 0.0),
        (Model([1.0, 0.0], 2), 0.0),
        (Model([1.0], 1), 1.0),
        (Model([1.0], 1, law=Law(1.0)), 0.0),
        (Model([0.0], 1), 0.0),
    ],
)
def test_certain_and_impossible_are_exact(model, probability):
    solution = solve(model)
    assert solution.probability == probability
    assert solution.complement == 1 - probability
    assert solution.log10_probability == (0.0 if probability else -math.inf)
    assert math.copysign(1, solution.log10_probability) == (1 if probability else -1)
    assert solution.relative_error_bound == 0.0


def test_one_elector():
    for chance in (0.25, 1e-300, 1 - 2**-53):
        solution = solve(Model(chance, 1))
        assert solution.probability == pytest.approx(chance, rel=1e-15)
        np.testing.assert_allclose(solution.pmf, [1 - chance, chance], rtol=1e-15)


def test_a_majority_of_fair_coins_is_a_fair_coin():
    solution = solve(Model(np.full(99_999, 0.5), 50_000))
    assert solution.probability == pytest.approx(0.5, rel=1e-12)
    assert solution.relative_error_bound < 1e-9


def test_one_common_ruling_mixes_the_two_worlds():
    bound, free = (solve(Model(MIXED * share, 20)) for share in (0.25, 1.0))
    mixed = solve(Model(MIXED, 20, law=Law(0.75, upheld=0.5)))
    assert mixed.probability == pytest.approx((bound.probability + free.probability) / 2, rel=1e-13)
    np.testing.assert_allclose(mixed.pmf, (bound.pmf + free.pmf) / 2, rtol=1e-12, atol=1e-300)


def test_pmf_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        solve(Model([0.5, 0.5], 1)).pmf[0] = 1.0


@given(models())
def test_pmf_sums_to_1(model):
    solution = solve(model)
    assert solution.pmf.sum() == pytest.approx(1, abs=1e-13)
    assert solution.probability + solution.complement == pytest.approx(1, abs=1e-15)
    assert solution.probability == pytest.approx(solution.pmf[model.needed :].sum(), rel=1e-12, abs=1e-290)


@given(models(), st.data())
def test_more_willing_electors_never_make_it_less_likely(model, data):
    i = data.draw(st.integers(0, model.electors - 1))
    chance = model.probability.copy()
    chance[i] = data.draw(st.floats(chance[i], 1))
    low, high = solve(model), solve(Model(chance, model.needed, votes=model.votes))
    assert low.log10_probability <= high.log10_probability * (1 - 1e-12) + 1e-12
    assert high.complement <= low.complement * (1 + 1e-12)


@given(models(), st.randoms(use_true_random=False))
def test_the_order_of_electors_does_not_matter(model, random):
    order = random.sample(range(model.electors), model.electors)
    other = solve(Model(model.probability[order], model.needed, votes=model.votes[order]))
    assert other.probability == pytest.approx(solve(model).probability, rel=1e-12, abs=0)


@given(models(), st.integers(2, 9))
def test_a_common_factor_of_votes_and_needed_does_not_matter(model, factor):
    scaled = Model(model.probability, model.needed * factor, votes=model.votes * factor)
    assert solve(scaled).probability == pytest.approx(solve(model).probability, rel=1e-12, abs=0)
    assert (solve(scaled).pmf[np.arange(scaled.total_votes + 1) % factor > 0] == 0).all()
