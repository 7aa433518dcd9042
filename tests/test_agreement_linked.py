"""Simulation against the exact answer where electors are linked: every kind must pass and its wrong twin must fail.

The wrong twin has one number changed by some per cent. For every case the power, the probability that a simulation as
long as this one tells the two apart, is computed and above 99 %. False alarms, were the seeds drawn anew: the hits and
the sum of all lost votes leave 4.5 sigmas once in 147,000 runs each, each of 57 chi-squares falls below 1e-6 once in a
million, group sums, whose sigmas are too large, more seldom than once in 147,000; the whole file raises one in about
1,600 suites. The seeds are fixed, so only a change of the stream draws anew.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest
from agreement import LEAST_P, SIGMAS, chi_square, passes, power, score, shared_group_scores, sum_score, tables
from linked_cases import CASES, DEPENDENCE

from montecarlo.engine.simulation import simulate
from montecarlo.errors import NotSolvable
from montecarlo.estimates import Simulation
from montecarlo.exact.solver import solve
from montecarlo.parts import CommonOdds
from montecarlo.scenario import load, shipped
from montecarlo.solution import Solution

_ACCEPTED = 10_000_000
_BACKEND = "numpy" if find_spec("numba") is None else "numba"


@cache
def simulated(name: str) -> Simulation:
    return simulate(CASES[name].model, CASES[name].draws, seed=7, backend=_BACKEND)


@cache
def solved(name: str) -> Solution:
    return solve(CASES[name].model)


@pytest.mark.parametrize("name", CASES)
def test_hits_agree(name: str) -> None:
    assert abs(score(simulated(name), solved(name))) < SIGMAS


@pytest.mark.parametrize("name", CASES)
def test_all_that_is_counted_agrees(name: str) -> None:
    """Lost votes, who has a majority, who stands third."""
    for counts, chances in tables(simulated(name), solved(name)):
        assert abs(chances.sum() - 1) < 1e-9
        assert chi_square(counts, chances) > LEAST_P


@pytest.mark.parametrize("name", CASES)
def test_the_sum_of_lost_votes_agrees(name: str) -> None:
    assert abs(sum_score(simulated(name), solved(name).pmf)) < SIGMAS


@pytest.mark.parametrize("name", DEPENDENCE)
def test_group_sums_agree(name: str) -> None:
    """Common factors leave every probability what it is; common odds do only where it is their mean rate."""
    model = CASES[name].model
    ties = model.dependence
    if isinstance(ties, CommonOdds) and not np.allclose(model.probability, ties.alpha / (ties.alpha + ties.beta)):
        return
    assert np.abs(shared_group_scores(simulated(name), model)).max() < SIGMAS


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_answer_fails(name: str) -> None:
    wrong = solve(CASES[name].wrong)
    assert power(simulated(name), solved(name), wrong) > 0.99
    assert not passes(simulated(name), wrong)


@pytest.mark.parametrize("name", ["both sides", "everybody may have a majority"])
def test_outcomes_alone_tell_a_wrong_answer(name: str) -> None:
    """Lost votes do not depend on where they go; who has a majority and who stands third do."""
    lost, *others = tables(simulated(name), solve(CASES[name].wrong))
    assert chi_square(*lost) > LEAST_P
    assert min(chi_square(*other) for other in others) < LEAST_P


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_ten_million_elections_of_every_kind(name: str) -> None:
    simulation = simulate(CASES[name].model, _ACCEPTED, seed=20161219, backend=_BACKEND)
    assert abs(score(simulation, solved(name))) < 4
    assert passes(simulation, solved(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_ten_million_elections_of_every_shipped_scenario(name: str) -> None:
    model = load(name).model()
    try:
        exact = solve(model)
    except NotSolvable as reason:
        pytest.skip(str(reason))
    assert abs(score(simulate(model, _ACCEPTED, seed=20161219, backend=_BACKEND), exact)) < 4
