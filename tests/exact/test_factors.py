"""Common factors and common odds, solved exactly."""

from __future__ import annotations

import json
import pickle
import warnings
from math import inf, sqrt
from pathlib import Path

import numpy as np
import pytest
from exact.panels import distribution, panels
from scipy.integrate import quad
from scipy.special import betainc, ndtr, ndtri
from scipy.stats import beta as beta_law
from scipy.stats import t as student

import montecarlo as mc
from montecarlo.errors import NotSolvable
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import CommonOdds, Factors, Law

_FILE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())
REFERENCE = {case["id"]: float(case["value"]) for case in _FILE["values"]}
STATES = list(_FILE["meta"]["electors_by_state"].values())
VARIED = [(2 + 28 * ((89 * i) % 307) / 307) / 1000 for i in range(1, 307)]


def portfolio() -> Model:
    """The loan portfolio of M2-g4, whose latent (Z / 4 + sqrt(15 / 16) eta) / sqrt(lambda), eta of variance 9, is a t
    variable times the root of 1 / 16 + 9 * 15 / 16."""
    size = sqrt(1 / 16 + 9 * 15 / 16)
    chance = student.sf(0.5 * sqrt(250) / size, 4)
    return Model([chance] * 250, 63, dependence=Factors(0.25 / size, degrees_of_freedom=4))


REFERENCE_MODELS = {
    "M2-a": Model([0.01] * 306, 37, dependence=Factors(sqrt(0.1))),
    "M2-d": Model(
        np.repeat([0.002 * (1 + s % 7) for s in range(1, 32)], STATES),
        37,
        group=np.repeat(np.arange(31), STATES),
        dependence=Factors(sqrt(0.05), sqrt(0.1)),
    ),
    "M2-h": Model([0.01] * 306, 37, dependence=CommonOdds(0.5, 49.5)),
    "M2-g4": portfolio(),
}

SOME = np.array([0.3, 0.02, 0.15, 0.001, 0.2, 0.08, 0.05, 0.4])
MIXED = np.array([0.5, -0.4, 0.1, 0.0, -0.7, 0.3, 0.2, -0.1])
OTHER = np.array([0.3, 0.6, -0.4, 0.2, 0.0, 0.5, -0.3, 0.1])
GROUPS = [0, 0, 1, 1, 1, 2, 2, 3]
LAW = Law([0.9, 0.3, 0.0, 1.0, 0.5, 0.2, 0.9, 0.3], 0.7)

SMALL = {
    "one factor": Model(SOME, 5, dependence=Factors(0.4)),
    "loadings of both signs": Model(SOME, 5, dependence=Factors(MIXED)),
    "a negative loading for all": Model(SOME, 5, dependence=Factors(-0.5)),
    "factors of groups alone": Model(SOME, 5, group=GROUPS, dependence=Factors(0.0, OTHER)),
    "national and group": Model(SOME, 6, group=GROUPS, dependence=Factors(MIXED, OTHER)),
    "equal groups": Model([0.1] * 8, 6, group=GROUPS, dependence=Factors(0.3, 0.5)),
    "t": Model(SOME, 5, dependence=Factors(0.4, degrees_of_freedom=4)),
    "t of 1 degree": Model(SOME, 5, dependence=Factors(0.4, degrees_of_freedom=1)),
    "t of 30 degrees": Model(SOME, 5, dependence=Factors(MIXED, degrees_of_freedom=30)),
    "t without loadings": Model(SOME, 5, dependence=Factors(0.0, degrees_of_freedom=3)),
    "blocs": Model(SOME, 17, votes=[3, 1, 4, 1, 5, 2, 6, 5], dependence=Factors(MIXED)),
    "blocs in groups": Model(SOME, 17, votes=[3, 1, 4, 1, 5, 2, 6, 5], group=GROUPS, dependence=Factors(0.3, OTHER)),
    "a law": Model(SOME, 4, dependence=Factors(MIXED), law=LAW),
    "a law and groups": Model(SOME, 4, group=GROUPS, dependence=Factors(0.3, OTHER), law=LAW),
}


@pytest.mark.parametrize("name", REFERENCE_MODELS)
def test_reference_values_to_12_digits(name):
    solution = solve(REFERENCE_MODELS[name])
    assert solution.probability == pytest.approx(REFERENCE[name], rel=min(1e-12, solution.relative_error_bound))
    assert solution.relative_error_bound < 1e-12
    assert not solution.bound_is_proved


@pytest.mark.parametrize("name", SMALL)
def test_panels_agree_and_the_error_estimate_holds(name):
    model = SMALL[name]
    solution, expected = solve(model), distribution(model)
    here = model.needed
    assert solution.probability == pytest.approx(expected[here:].sum(), rel=solution.relative_error_bound + 2e-13)
    assert solution.complement == pytest.approx(expected[:here].sum(), rel=1e-13)
    np.testing.assert_allclose(solution.pmf_below, expected[:here], rtol=1e-11)
    np.testing.assert_allclose(solution.pmf, expected, rtol=1e-11, atol=1e-300)


def test_a_t_with_factors_of_groups():
    model = Model(SOME[:4], 3, group=[0, 0, 1, 1], dependence=Factors(0.4, OTHER[:4], 4))
    expected = distribution(model, number=10)
    assert solve(model).probability == pytest.approx(expected[3:].sum(), rel=1e-8)


@pytest.mark.parametrize("chance", [0.05, 1e-4, 1e-9, 1e-13])
def test_far_tails_keep_12_digits(chance):
    """Down to 1e-120, where the factor has to lie at 14: panels around it, the tail an incomplete beta function."""
    a = sqrt(0.05)
    z, weight = panels(-10, 32, number=84, degree=20)
    given = ndtr((ndtri(chance) + a * z) / sqrt(1 - a**2))
    expected = (weight * np.exp(-(z**2) / 2) / sqrt(2 * np.pi)) @ betainc(37, 270, given)
    solution = solve(Model([chance] * 306, 37, dependence=Factors(a)))
    assert solution.probability == pytest.approx(expected, rel=1e-12, abs=0)
    assert solution.log10_probability == pytest.approx(np.log10(expected), rel=1e-13)


@pytest.mark.parametrize("needed", [8, 37])
def test_factors_that_weigh_nothing_change_nothing(needed):
    votes = [1 + i % 5 for i in range(306)] if needed == 8 else None
    alone = solve(Model(VARIED, needed, votes=votes))
    for factors in (Factors(0.0), Factors(1e-9), Factors(0.0, 1e-9)):
        solution = solve(Model(VARIED, needed, votes=votes, dependence=factors))
        assert solution.probability == pytest.approx(alone.probability, rel=1e-12, abs=0)
        assert solution.log10_complement == pytest.approx(alone.log10_complement, rel=1e-10)


def test_a_common_scale_is_a_dependence_of_its_own():
    alone, scaled = (solve(Model([0.02] * 50, 10, dependence=Factors(0.0, degrees_of_freedom=nu))) for nu in (inf, 4))
    assert scaled.probability > 1000 * alone.probability
    many = solve(Model([0.02] * 50, 10, dependence=Factors(0.0, degrees_of_freedom=1000)))
    assert alone.probability < many.probability < 2 * alone.probability


@pytest.mark.parametrize(("nu", "group"), [(inf, 0.0), (inf, 0.5), (1, 0.0), (4, 0.0), (4, 0.5), (50, 0.0)])
def test_marginals_stay_under_factors(nu, group):
    chances = [0.3, 0.01, 1e-6, 0.9]
    for chance in chances[:3]:
        single = Model([chance], 1, dependence=Factors(0.5, group, nu))
        assert solve(single).probability == pytest.approx(chance, rel=1e-12)
    model = Model(chances, 1, group=[0, 0, 1, 1], dependence=Factors([0.5, -0.3, 0.2, 0.6], group, nu))
    assert solve(model).pmf @ np.arange(5) == pytest.approx(sum(chances), rel=1e-12)


def test_common_odds_move_the_marginals():
    """The mean loss is the sum of E[p_i(X)], which is not p_i."""
    odds, chances = CommonOdds(2.0, 30.0), np.array([0.3, 0.01, 0.0625, 0.9])

    def moved(rate, chance):
        factor = rate / (1 - rate) / (2.0 / 30.0)
        return chance * factor / (1 - chance + chance * factor) * beta_law.pdf(rate, 2.0, 30.0)

    means = [quad(moved, 0, 1, args=(chance,), epsabs=1e-14, epsrel=1e-13)[0] for chance in chances]
    solution = solve(Model(chances, 2, dependence=odds))
    assert solution.pmf @ np.arange(5) == pytest.approx(sum(means), rel=1e-11)
    assert abs(sum(means) - chances.sum()) > 0.01
    assert means[2] == pytest.approx(0.0625, rel=1e-12)


def beta_binomial(n: int, alpha: float, beta: float) -> np.ndarray:
    """Its probabilities from products of ratios, nothing subtracted."""
    k = np.arange(n)
    first = np.prod((beta + k) / (alpha + beta + k))
    return first * np.cumprod(np.concatenate([[1.0], (n - k) / (k + 1) * (alpha + k) / (beta + (n - k - 1))]))


@pytest.mark.parametrize("odds", [(0.5, 49.5), (0.001, 0.001), (0.02, 1.0), (3.0, 0.002), (1e4, 1e6), (1e6, 1e6)])
def test_equal_electors_under_common_odds_are_beta_binomial(odds):
    alpha, beta = odds
    expected = beta_binomial(100, alpha, beta)
    solution = solve(Model([alpha / (alpha + beta)] * 100, 37, dependence=CommonOdds(alpha, beta)))
    assert solution.probability == pytest.approx(expected[37:].sum(), rel=1e-12, abs=0)
    np.testing.assert_allclose(solution.pmf_below, expected[:37], rtol=1e-11)
    np.testing.assert_allclose(solution.pmf, expected, rtol=1e-9)


@pytest.mark.parametrize("agree", [1e-1, 1e-3, 1e-5, 1e-8])
@pytest.mark.parametrize("name", REFERENCE_MODELS)
def test_the_error_estimate_is_honest_where_the_error_can_be_seen(name, agree, monkeypatch):
    """Content with a coarse grid, the solver owns up to it."""
    monkeypatch.setattr("montecarlo.exact.lattice.AGREE", agree)
    monkeypatch.setattr("montecarlo.exact.lattice.AGREE_ENTRIES", 1.0)
    solution = solve(REFERENCE_MODELS[name])
    assert solution.probability == pytest.approx(REFERENCE[name], rel=solution.relative_error_bound)
    assert solution.relative_error_bound < agree + 1e-12


def divisive() -> Model:
    """A t distribution with groups, whose electors hardly ever attempt."""
    return Model([9 / 9110] * 306, 37, group=np.repeat(np.arange(31), STATES), dependence=Factors(0.3, 0.2, 4))


def test_rare_attempts_under_a_t_with_groups(monkeypatch):
    """Content with few points, the solver owns up to it; with too few, it refuses."""
    known = 0.0016749010892766
    for points, error in ((1 << 18, 1e-12), (5000, 1e-2)):
        monkeypatch.setattr("montecarlo.exact.lattice.MOST_POINTS", points)
        monkeypatch.setattr("montecarlo.exact.lattice.ENOUGH", error)
        solution = solve(divisive())
        assert solution.relative_error_bound < max(error, 2e-13)
        assert solution.probability == pytest.approx(known, rel=max(solution.relative_error_bound, 1e-13))
    monkeypatch.setattr("montecarlo.exact.lattice.ENOUGH", 1e-9)
    with pytest.raises(NotSolvable, match=r"so sharply that about \d+,\d+ values of it"):
        solve(divisive())


def test_every_maximum_is_found():
    """100 electors are moved up by the factor, 100 down; one kind needs less of a push, at the far side."""
    chance = np.repeat([1e-6, 1e-7], 100)
    both = solve(Model(chance, 37, dependence=Factors(np.repeat([0.2, -0.4], 100)))).probability
    sides = [solve(Model([p] * 100, 37, dependence=Factors(a))).probability for p, a in ((1e-6, 0.2), (1e-7, -0.4))]
    assert sides[1] > 1e3 * sides[0]
    assert both == pytest.approx(sum(sides), rel=1e-3)


def test_what_cannot_happen_is_impossible_and_what_is_too_small_is_refused():
    impossible = solve(Model([0.5, 0.0, 0.0], 2, dependence=Factors(0.5)))
    assert impossible.probability == 0.0
    assert impossible.log10_probability == -inf
    assert impossible.complement == 1.0
    with pytest.raises(NotSolvable, match="below 1e-270"):
        solve(Model([1e-12] * 50, 40, dependence=Factors(0.1)))


def test_certain_electors_stay_certain():
    solution = solve(Model([1.0, 1.0, 0.0, 0.2], 3, dependence=Factors(0.6, 0.2, 5)))
    assert solution.probability == pytest.approx(0.2, rel=1e-12)
    solution = solve(Model([1.0, 1.0, 0.0, 0.2], 2, dependence=CommonOdds(2, 3)))
    assert solution.probability == 1.0


def test_a_solution_can_be_pickled():
    solution = solve(SMALL["blocs"])
    again = pickle.loads(pickle.dumps(solution))
    assert again.agrees_with(solution)
    np.testing.assert_array_equal(again.pmf, solution.pmf)
    assert not again.pmf.flags.writeable


def test_factors_so_strong_that_they_take_too_many_values_are_refused_at_once() -> None:
    """Loadings whose squares sum to nearly 1 leave hardly anything to the electors themselves."""
    ties = Factors(0.9, 0.43588989435)
    with pytest.raises(NotSolvable, match="so strong that they take more than"):
        solve(Model([0.001] * 60, 8, group=[i % 6 for i in range(60)], dependence=ties))


def test_nearly_no_independence_left_gives_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for probability in (1e-9, 0.3, 0.75):
            changes = {"factors.national": 0.999, "defection.probability": probability}
            mc.solve(mc.load("lone-rogues").replace(changes).model())
