"""What is lost given denial, exactly: every election counted, Bayes, and a closed form however small it is."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from enumerated import Enumerated, environments

from montecarlo.errors import NotSolvable
from montecarlo.exact.effort import Effort
from montecarlo.exact.given_denial import Lost, lost_by_group, mixed
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge

CHANCES = [0.1, 0.3, 0.02, 0.5, 0.25, 0.07]
VOTES = [1, 2, 3, 1, 1, 4]
GROUPS = [0, 2, 0, 1, 2, 1]
LAW = Law([0.9, 0.0, 0.3, 1.0, 0.5, 0.2], upheld=0.7)


def lost(model: Model) -> Lost:
    return lost_by_group(model, Effort())


def agrees(found: Lost, truth: Enumerated, *, rel: float) -> None:
    assert math.exp(found.log_probability) == pytest.approx(truth.probability, rel=rel)
    np.testing.assert_allclose(found.total, truth.total, rtol=rel, atol=1e-12)
    np.testing.assert_allclose(found.by_group, truth.by_group, rtol=rel)


@pytest.mark.parametrize("law", [None, LAW, Law(0.4)])
@pytest.mark.parametrize("needed", [1, 5, 12])
def test_independent_electors_by_enumeration(law, needed):
    model = Model(CHANCES, needed, votes=VOTES, group=GROUPS, law=law)
    if needed == 12 and law is LAW:
        model = Model(CHANCES, needed, votes=VOTES, group=GROUPS, law=Law(law.cancelled, upheld=0.99))
    agrees(lost(model), Enumerated(model), rel=1e-12)


@pytest.mark.parametrize("law", [None, LAW])
def test_common_odds_by_enumeration(law):
    model = Model(CHANCES, 5, votes=VOTES, group=GROUPS, dependence=CommonOdds(1.5, 4.0), law=law)
    agrees(lost(model), Enumerated(model), rel=1e-9)


def test_factors_by_enumeration():
    ties = Factors([0.4, 0.2, 0.0, 0.6, 0.3, 0.1], [0.3, 0.5, 0.4, 0.0, 0.2, 0.5])
    model = Model(CHANCES, 4, votes=VOTES, group=[0, 1, 0, 1, 1, 1], dependence=ties, law=LAW)
    agrees(lost(model), Enumerated(model, points=24), rel=1e-6)


def test_common_factors_join_what_they_tie_together():
    """Given denial electors of a group are lost together; beside them, who is independent stays as he was."""
    ties = Factors([0.6] * 20 + [0.0] * 20)
    found = lost(Model(0.05, 10, group=[0] * 20 + [1] * 20, dependence=ties))
    assert found.by_group[0] > 4 * found.by_group[1] > 4 * 20 * 0.05


@pytest.mark.parametrize("dependence", [Factors(0.3, 0.4), Factors(0.2, 0.1, 5.0), CommonOdds(2.0, 50.0)])
def test_the_whole_is_that_of_the_solver(dependence):
    """The expected losses add up to the mean of the distribution of all, and that is Bayes of the joint one."""
    rng = np.arange(24)
    model = Model(0.02 + 0.001 * rng, 6, group=rng % 4, dependence=dependence, law=Law(rng / 80, upheld=0.5))
    found, solution = lost(model), solve(model)
    assert found.log_probability / math.log(10) == pytest.approx(solution.log10_probability, rel=1e-9)
    np.testing.assert_allclose(found.total[6:], solution.pmf[6:] / solution.probability, rtol=1e-7, atol=1e-12)
    assert found.by_group.sum() == pytest.approx(found.total @ np.arange(25), rel=1e-12)


def symmetric(odds: list[Fraction], *, of: int) -> Fraction:
    """Elementary symmetric polynomial T_k: the sum of all products of k odds."""
    sums = [Fraction(1)] + [Fraction(0)] * of
    for each in odds:
        for k in range(of, 0, -1):
            sums[k] += each * sums[k - 1]
    return sums[of]


@pytest.mark.parametrize("size", [1e-1, 1e-5, 1e-20, 1e-80, 1e-160])
def test_the_conditional_bernoulli_law_down_to_any_probability(size):
    """Given S = K elector i is among the lost with o_i T_{K-1}(others) / T_K; S >= K sums that, in exact fractions.

    With chances of 1e-80 the probability is 1e-800, with 1e-160 it is 1e-1600.
    """
    chances = [size * (1 + 3 * i % 7) / 7 for i in range(14)]
    odds = [Fraction(p) / (1 - Fraction(p)) for p in chances]
    weights = {k: symmetric(odds, of=k) for k in range(10, 15)}
    whole = sum(weights.values())
    expected = [
        float(sum(odds[i] * symmetric(odds[:i] + odds[i + 1 :], of=k - 1) for k in weights) / whole) for i in range(14)
    ]
    found = lost(Model(chances, 10, group=range(14)))
    np.testing.assert_allclose(found.by_group, expected, rtol=1e-12)
    np.testing.assert_allclose(found.total[10:], [float(each / whole) for each in weights.values()], rtol=1e-12)


def test_far_below_floats_blocs_and_a_ruling():
    """Only the ruling that lets all through matters, and of all ways the one of the fewest defectors."""
    model = Model(
        [1e-200, 1e-200, 1e-90, 1e-90, 1e-90],
        6,
        votes=[5, 4, 2, 2, 2],
        group=[0, 1, 2, 2, 3],
        law=Law(1.0 - 1e-10, upheld=0.5),
    )
    found = lost(model)
    # 1e-270 by three twos; 1e-290 by a bloc of five or four and a two.
    assert found.log_probability == pytest.approx(math.log(0.5) + 3 * math.log(1e-90), rel=1e-14)
    np.testing.assert_allclose(found.by_group, [5 * 3e-20, 4 * 3e-20, 4.0, 2.0], rtol=1e-9)
    np.testing.assert_allclose(found.total[6:8], [1.0, 3e-20], rtol=1e-9)


def test_those_who_surely_leave_and_those_who_surely_stay():
    found = lost(Model([1.0, 1.0, 0.0, 1e-100, 1e-100], 3, votes=[1, 1, 7, 1, 1], group=range(5)))
    np.testing.assert_allclose(found.by_group, [1.0, 1.0, 0.0, 0.5, 0.5], rtol=1e-12)


@pytest.mark.parametrize("dependence", [None, Factors(0.5)])
def test_opponents_who_come_over_are_weighed(dependence):
    """Both sides enumerated; under a factor, at its nodes."""
    ours, theirs, share = np.array([0.2, 0.3, 0.4, 0.1, 0.25]), np.array([0.3, 0.2, 0.4]), 0.6
    rival = Opponents(theirs, destination=Destination(opponent=share))
    ties = {} if dependence is None else {"dependence": dependence}
    model = Model(ours, 1, group=[0, 0, 1, 1, 2], opponents=rival, destination=Destination(), **ties)
    base = Model(np.concatenate([ours, theirs]), 1, **ties)
    by_group, denied = np.zeros(3), 0.0
    for weight, chances in zip(*environments(base, points=40), strict=True):
        p = chances[:, 0].copy()
        p[5:] *= share
        for acts in product((0, 1), repeat=8):
            chance = weight * float(np.prod(np.where(acts, p, 1.0 - p)))
            if sum(acts[:5]) - sum(acts[5:]) >= 1:
                denied += chance
                np.add.at(by_group, model.group, chance * np.array(acts[:5]))
    found = lost(model)
    assert math.exp(found.log_probability) == pytest.approx(denied, rel=1e-9)
    assert math.exp(found.log_probability) == pytest.approx(solve(model).probability, rel=1e-9)
    np.testing.assert_allclose(found.by_group, by_group / denied, rtol=1e-9)


def test_accounts_are_mixed_by_what_they_explain():
    first, second = lost(Model([0.1] * 4, 2, group=range(4))), lost(Model([0.4] * 4, 2, group=[3, 2, 1, 0]))
    weights = 0.8 * math.exp(first.log_probability), 0.2 * math.exp(second.log_probability)
    found = mixed([(0.8, first), (0.2, second)])
    assert math.exp(found.log_probability) == pytest.approx(sum(weights), rel=1e-14)
    expected = (weights[0] * first.by_group + weights[1] * second.by_group) / sum(weights)
    np.testing.assert_allclose(found.by_group, expected, rtol=1e-14)


def test_impossible_is_said_so():
    found = lost(Model([0.0, 0.0, 0.5], 2))
    assert found.log_probability == -math.inf
    assert not found.by_group.any()
    assert mixed([(1.0, found)]).log_probability == -math.inf
    assert mixed([(0.5, found), (0.5, lost(Model([0.5] * 3, 2)))]).by_group.sum() > 2.0


def test_what_has_no_exact_form_is_refused():
    for how in (Pledge(0.1, 3), Cascade(0.1, [0.0, 1.0])):
        with pytest.raises(NotSolvable, match=type(how).__name__):
            lost(Model([0.1] * 5, 3, coordination=how))
    with pytest.raises(NotSolvable, match="below 1e-270"):
        lost(Model([1e-30] * 40, 30, dependence=Factors(0.1)))
    rival = Opponents([0.1, 0.1], group=[0, 1], destination=Destination(opponent=0.5))
    tied = Model([0.1] * 5, 2, group=[1, 1, 1, 2, 2], dependence=Factors(0.1, 0.1), opponents=rival)
    with pytest.raises(NotSolvable, match="share a group's own factor"):
        lost(tied)
    heavy = Model([0.1] * 5, 2, opponents=Opponents([0.1], votes=2, destination=Destination(opponent=0.5)))
    with pytest.raises(NotSolvable, match="several votes"):
        lost(heavy)
    with pytest.raises(NotSolvable, match="about 1 s"):
        lost_by_group(Model([0.1] * 30_000, 9000), Effort(1e9))
