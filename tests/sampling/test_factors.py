"""Drawn factors with exact conditional chances: unbiased, and as good as the theory says.

Tests of bias allow four standard errors: a false alarm has the chance 6e-5 a test.
"""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

from montecarlo.errors import NotSolvable
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge
from montecarlo.sampling.conditional_tail import log_tail
from montecarlo.sampling.factors import FactorSampler

_FILE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())
REFERENCE = {case["id"]: float(case["value"]) for case in _FILE["values"]}
STATES = list(_FILE["meta"]["electors_by_state"].values())

SOME = np.array([0.3, 0.02, 0.15, 0.001, 0.2, 0.08, 0.05, 0.4])
MIXED = np.array([0.5, -0.4, 0.1, 0.0, -0.7, 0.3, 0.2, -0.1])
OTHER = np.array([0.3, 0.6, -0.4, 0.2, 0.0, 0.5, -0.3, 0.1])
GROUPS = [0, 0, 1, 1, 1, 2, 2, 3]
BLOCS = [3, 1, 4, 1, 5, 2, 6, 5]
LAW = Law([0.9, 0.3, 0.0, 1.0, 0.5, 0.2, 0.9, 0.3])
RIVALS = Opponents([0.1, 0.3, 0.2], group=[0, 1, 4], destination=Destination(0.6, (0.1,)))


def states(rate: float, national: float = 0.05, degrees_of_freedom: float = np.inf) -> Model:
    """31 states with factors of their own."""
    factors = Factors(sqrt(national), sqrt(0.1), degrees_of_freedom)
    chances = np.repeat([rate * (1 + s % 7) for s in range(1, 32)], STATES)
    return Model(chances, 37, group=np.repeat(np.arange(31), STATES), dependence=factors)


def pledge(needed: int = 4, **parts: object) -> Model:
    """Eight electors who may pledge."""
    return Model(SOME / 2, needed, group=GROUPS, **{"coordination": Pledge(SOME / 3 + 0.1, 3), **parts})


# A model, and the most that the relative variance of its weights may be.
MODELS = {
    "M2-a": (Model([0.01] * 306, 37, dependence=Factors(sqrt(0.1))), 0.089),
    "at 1e-60, wide": (Model([10**-4.27] * 306, 37, dependence=Factors(sqrt(0.0165))), 0.061),
    "M2-h": (Model([0.01] * 306, 37, dependence=CommonOdds(0.5, 49.5)), 0.15),
    "loadings of both signs": (Model(SOME, 5, dependence=Factors(MIXED)), 0.1),
    "two modes": (Model([1e-6] * 200, 37, dependence=Factors(np.repeat([0.3, -0.3], 100))), 0.1),
    "national and group": (Model(SOME, 6, group=GROUPS, dependence=Factors(MIXED, OTHER)), 0.3),
    "groups alone": (Model(SOME, 5, group=GROUPS, dependence=Factors(0.0, OTHER)), 0.1),
    "no loading at all": (Model(SOME, 5, dependence=Factors(0.0)), 0.05),
    "t": (Model([0.01] * 306, 37, dependence=Factors(0.3, degrees_of_freedom=4)), 0.45),
    "t of 1 degree": (Model([0.001] * 60, 20, dependence=Factors(0.3, degrees_of_freedom=1)), 0.8),
    "t of 30 degrees": (Model([1e-4] * 306, 37, dependence=Factors(0.3, degrees_of_freedom=30)), 0.2),
    "t without loadings": (Model(SOME, 5, dependence=Factors(0.0, degrees_of_freedom=3)), 0.1),
    "t and groups": (Model(SOME[:4], 3, group=[0, 0, 1, 1], dependence=Factors(0.4, OTHER[:4], 4)), 0.15),
    "blocs": (Model(SOME, 17, votes=BLOCS, group=GROUPS, dependence=Factors(0.3, OTHER)), 0.1),
    "a law": (Model(SOME, 4, group=GROUPS, dependence=Factors(0.3, OTHER), law=LAW), 0.15),
    "certain electors": (Model([1.0, 1.0, 0.0, 0.2], 3, dependence=Factors(0.6, 0.2, 5)), 0.1),
    "opponents": (Model(SOME, 2, group=GROUPS, dependence=Factors(0.4, 0.3), law=Law(0.4), opponents=RIVALS), 0.1),
    "opponents under odds": (Model(SOME, 2, dependence=CommonOdds(2, 30), law=Law(0.4), opponents=RIVALS), 0.1),
    "odds of small rates": (Model([0.02 / 1.02] * 100, 37, dependence=CommonOdds(0.02, 1.0)), 0.8),
    "odds that hardly vary": (Model([1 / 101] * 100, 37, dependence=CommonOdds(1e4, 1e6)), 0.05),
    "pledge": (pledge(dependence=Factors(MIXED, OTHER)), 0.2),
    "pledge, all counted": (pledge(dependence=Factors(0.4), coordination=Pledge(SOME / 3, 5, "all")), 0.2),
    "pledge and law": (pledge(dependence=Factors(MIXED), law=LAW), 0.2),
    "pledge, law, t": (
        pledge(dependence=Factors(0.4, 0, 4), coordination=Pledge(SOME / 3, 3, "all"), law=LAW),
        0.2,
    ),
    "pledge under odds": (pledge(dependence=CommonOdds(2, 20), law=LAW), 0.2),
}


def weights(sampler: FactorSampler, blocks: int, top: float, seed: int = 5) -> np.ndarray:
    """Draw weights over exp(top)."""
    return np.exp(np.concatenate([sampler.log_weights(seed, 2, k, sampler.block) for k in range(blocks)]) - top)


@pytest.mark.parametrize("name", MODELS)
def test_unbiased_and_of_little_variance(name):
    model, most = MODELS[name]
    logarithm = solve(model).log10_probability * log(10)
    relative = weights(FactorSampler(model, upheld=model.law is not None), 6, logarithm)
    error = relative.std() / sqrt(len(relative))
    assert abs(relative.mean() - 1) < 4 * error + 1e-9
    assert relative.var() < most
    if error < 0.004:
        assert abs(1.02 * relative.mean() - 1) > 4 * error  # weights 2 % too large would be seen


@pytest.mark.parametrize(("name", "most"), [("M2-a", 0.089), ("M2-d", 0.2), ("M2-h", 0.15)])
def test_reference_values(name, most):
    model = states(0.002) if name == "M2-d" else MODELS[name][0]
    relative = weights(FactorSampler(model, upheld=False), 8, log(REFERENCE[name]), seed=11)
    assert abs(relative.mean() - 1) < 4 * relative.std() / sqrt(len(relative))
    assert relative.var() < most


def test_1e_124_with_32_factors():
    model = states(1.2e-20)
    logarithm = solve(model).log10_probability * log(10)
    assert logarithm < -123 * log(10)
    relative = weights(FactorSampler(model, upheld=False), 6, logarithm)
    assert relative.var() < 0.1
    assert abs(relative.mean() - 1) < 4 * relative.std() / sqrt(len(relative))
    assert relative.max() < 10


def test_far_below_the_smallest_double():
    """Without any loading every weight is the probability that independent electors reach the sum."""
    sampler = FactorSampler(Model([1e-30] * 300, 37, dependence=Factors(0.0)), upheld=False)
    logs = sampler.log_weights(1, 0, 0, 1000)
    expected = solve(Model([1e-30] * 300, 37)).log10_probability * log(10)
    relative = np.exp(logs - expected)
    assert expected < -2300
    assert abs(relative.mean() - 1) < 4 * relative.std() / sqrt(1000)


@pytest.mark.parametrize(("name", "most"), [("M2-a", 1.4e-4), ("at 1e-60, wide", 1.8e-5)])
def test_sobol_points_are_much_better(name, most):
    """The mean of 16 blocks of 256 has a standard error below the goal; blocks are the unit."""
    model, _ = MODELS[name]
    logarithm = solve(model).log10_probability * log(10)
    sampler = FactorSampler(model, upheld=False, sobol=True)
    assert sampler.block == 256
    means = weights(sampler, 32, logarithm).reshape(32, 256).mean(axis=1)
    assert means.std(ddof=1) / 4 < most
    assert abs(means.mean() - 1) < 4.7 * means.std(ddof=1) / sqrt(32)  # a t interval of the same level


def test_sobol_points_in_many_dimensions():
    logarithm = log(REFERENCE["M2-d"])
    means = weights(FactorSampler(states(0.002), upheld=False, sobol=True), 16, logarithm)
    means = means.reshape(16, 256).mean(axis=1)
    assert means.std(ddof=1) < sqrt(0.12 / 256)  # no worse than draws
    assert abs(means.mean() - 1) < 5.5 * means.std(ddof=1) / sqrt(16)  # a t interval of the same level


@pytest.mark.parametrize("sobol", [False, True])
def test_weights_depend_on_the_block_alone(sobol):
    model = MODELS["t and groups"][0]
    sampler = FactorSampler(model, upheld=False, sobol=sobol)
    whole = sampler.log_weights(1, 2, 3, sampler.block)
    again = pickle.loads(pickle.dumps(FactorSampler(model, upheld=False, sobol=sobol)))
    np.testing.assert_array_equal(again.log_weights(1, 2, 3, 100), whole[:100])
    for other in ((2, 2, 3), (1, 1, 3), (1, 2, 4)):
        assert (sampler.log_weights(*other, 100) != whole[:100]).all()


def test_a_ruling_that_does_not_uphold_the_law():
    free = Model(SOME, 4, dependence=Factors(MIXED), law=Law(LAW.cancelled, 0.0))
    relative = weights(FactorSampler(free, upheld=False), 6, solve(free).log10_probability * log(10))
    assert abs(relative.mean() - 1) < 4 * relative.std() / sqrt(len(relative))
    with_law = FactorSampler(free, upheld=True).log_weights(1, 0, 0, 1000)
    assert np.exp(with_law).mean() < 0.5 * solve(free).probability


def test_what_is_impossible_weighs_nothing():
    sampler = FactorSampler(Model([0.5, 0.0, 0.0], 2, dependence=Factors(0.5)), upheld=False)
    assert (sampler.log_weights(1, 0, 0, 10) == -np.inf).all()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Model(SOME, 4), "Independent"),
        (Model(SOME / 2, 4, dependence=Factors(0.3), coordination=Cascade(0.2, [0, 0.5])), "Cascade"),
        (Model(SOME / 2, 9, votes=BLOCS, dependence=Factors(0.3), coordination=Pledge(0.1, 3)), "Votes above 1"),
        (pledge(2, dependence=Factors(0.3), opponents=RIVALS), "beside a Pledge"),
        (Model([1e-12] * 60, 50, dependence=Factors(0.01), coordination=Pledge(1e-12, 3)), "below 1e-280"),
    ],
)
def test_what_is_beyond_it_is_refused(model, words):
    with pytest.raises(NotSolvable, match=words):
        FactorSampler(model, upheld=False)


def exact_tail(lost: list[Fraction], votes: list[int], needed: int) -> Fraction:
    law = {0: Fraction(1)}
    for chance, size in zip(lost, votes, strict=True):
        moved: dict[int, Fraction] = {}
        for number, mass in law.items():
            moved[number] = moved.get(number, Fraction(0)) + mass * (1 - chance)
            moved[number + size] = moved.get(number + size, Fraction(0)) + mass * chance
        law = moved
    return sum((mass for number, mass in law.items() if number >= needed), Fraction(0))


@pytest.mark.parametrize("digits", [1, 5, 40, 300])
@pytest.mark.parametrize("blocs", [False, True])
def test_the_conditional_tail_keeps_its_digits(digits, blocs):
    """Against fractions, from likely sums to those below the smallest double."""
    uneven = [Fraction(1 + (7 * i) % 11, 12 * 10 ** ((digits * (1 + (3 * i) % 5)) // 5)) for i in range(12)]
    uneven[3], uneven[8] = Fraction(1), Fraction(0)
    votes = [1 + (5 * i) % 4 for i in range(12)] if blocs else [1] * 12
    lost = np.array([[float(chance)] for chance in uneven])
    known = [Fraction(chance) for chance in lost[:, 0].tolist()]
    kept = np.array([[float(1 - chance)] for chance in known])
    for needed in (1, 4, sum(votes) // 2, sum(votes) - votes[8]):
        exact = exact_tail(known, votes, needed)
        expected = log(exact.numerator) - log(exact.denominator)
        found = log_tail(lost, kept, votes=np.array(votes), needed=needed)[0]
        assert found == pytest.approx(expected, rel=1e-14, abs=2e-13)
    assert log_tail(lost, kept, votes=np.array(votes), needed=sum(votes))[0] == -np.inf


def test_one_bloc_may_be_more_than_enough():
    lost, kept = np.array([[0.1], [0.2], [1e-300]]), np.array([[0.9], [0.8], [1.0]])
    assert log_tail(lost, kept, votes=np.array([5, 5, 5]), needed=3)[0] == pytest.approx(log(0.28), rel=1e-14)
    assert log_tail(lost[2:], kept[2:], votes=np.array([5]), needed=3)[0] == pytest.approx(-300 * log(10), rel=1e-14)
