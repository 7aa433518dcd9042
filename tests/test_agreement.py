"""Simulation against the exact answer: three checks that every model must pass and a wrong model must fail.

False alarms, were the seeds drawn anew: the normal score of the hits leaves 4.5 sigmas once in 147,000 runs, the
chi-square of the whole distribution falls below 1e-6 once in a million, each of 91 group sums leaves 4.5 sigmas once in
147,000; all 22 models together raise one in about 1,300 suites. The seeds are fixed, so only a change of the stream
draws anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from agreement import LEAST_P, SIGMAS, chi_square, group_scores, score

from montecarlo.engine.simulation import simulate
from montecarlo.estimates import Simulation
from montecarlo.exact.solver import solve
from montecarlo.kernel.plan import RARE_BELOW
from montecarlo.model import Model
from montecarlo.parts import Law
from montecarlo.solution import Solution

_rng = np.random.default_rng(538)
_BLOCS = np.array([3, 4, 6, 9, 10, 10, 11, 11, 12, 13, 15, 16, 16, 18, 20, 20, 29, 29, 38, 55])


@dataclass(frozen=True)
class Case:
    model: Model
    draws: int = 2_000_000


CASES = {
    "one elector": Case(Model(0.3, 1), 10_000_000),
    "one rare elector": Case(Model(RARE_BELOW / 2, 1), 10_000_000),
    "equal electors": Case(Model([0.1] * 306, 37, group=np.arange(306) // 20), 1_000_000),
    "equal rare electors": Case(Model([0.001] * 306, 2, group=np.arange(306) // 100), 5_000_000),
    "on both sides of rare": Case(Model([RARE_BELOW * 0.999, RARE_BELOW] * 20, 1, group=[0, 1] * 20), 5_000_000),
    "half": Case(Model([0.5] * 30, 18), 5_000_000),
    "nearly certain": Case(Model([0.999, 1 - 1e-9, 0.98] * 8, 24, group=[0, 1, 2] * 8), 5_000_000),
    "different electors": Case(Model(_rng.random(60), 33, group=np.arange(60) // 10)),
    "different rare electors": Case(Model(_rng.random(200) * RARE_BELOW, 2, group=np.arange(200) // 50), 5_000_000),
    "of every kind": Case(Model([*_rng.random(30) ** 6, 0.0, 1.0, 1.0, 1e-4, 1e-12], 9, group=np.arange(35) // 7)),
    "seldom denied": Case(Model([0.02] * 40, 7), 10_000_000),
    "never seen denied": Case(Model([0.01] * 30, 15)),
    "nearly always denied": Case(Model([0.2] * 60, 3)),
    "law for all": Case(Model([0.2] * 40, 7, law=Law(0.25), group=np.arange(40) // 10)),
    "law for some": Case(Model(_rng.random(40), 15, law=Law(_rng.choice([0, 0.5, 1], 40)), group=np.arange(40) // 10)),
    "law in court": Case(Model([0.3] * 30, 8, law=Law(np.linspace(0, 1, 30), upheld=0.4), group=np.arange(30) // 10)),
    "law seldom upheld": Case(Model([0.3] * 10, 4, law=Law(1.0, upheld=RARE_BELOW)), 10_000_000),
    "rare electors under a law": Case(Model([0.002] * 100, 1, law=Law(0.6, upheld=0.5)), 5_000_000),
    "blocs": Case(Model(0.3, 120, votes=_BLOCS, group=np.arange(20) // 5)),
    "blocs with gaps": Case(Model([0.5, 0.01, 0.2, 0.7], 600, votes=[1, 10, 550, 540], group=[0, 1, 2, 3])),
    "different blocs under a law": Case(
        Model(_rng.random(20) * 0.5, 90, votes=_BLOCS, law=Law(_rng.random(20), upheld=0.7), group=np.arange(20) // 4)
    ),
    "rare blocs": Case(Model([0.001] * 20, 40, votes=_BLOCS), 10_000_000),
}


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest) -> tuple[Model, Simulation, Solution]:
    case = CASES[request.param]
    return case.model, simulate(case.model, case.draws, seed=7), solve(case.model)


def test_hits_agree(run: tuple[Model, Simulation, Solution]) -> None:
    _, simulation, exact = run
    assert abs(score(simulation, exact)) < SIGMAS


def test_the_whole_distribution_agrees(run: tuple[Model, Simulation, Solution]) -> None:
    _, simulation, exact = run
    assert chi_square(simulation.counts, exact.pmf) > LEAST_P


def test_group_sums_agree(run: tuple[Model, Simulation, Solution]) -> None:
    model, simulation, _ = run
    assert np.abs(group_scores(simulation, model)).max() < SIGMAS


def test_no_group_is_too_rare_for_sigmas() -> None:
    for name, case in CASES.items():
        expected = case.draws * np.bincount(case.model.group, case.model.probability)
        assert ((expected > 1000) | (expected == 0)).all(), name


POWER = {
    "equal electors": Model([0.1] * 24, 4),
    "rare electors": Model([0.001] * 150, 1),
    "blocs": Model(0.1, 60, votes=_BLOCS),
    "law in court": Model([0.2] * 20, 5, law=Law(0.5, upheld=0.5)),
}


@pytest.mark.parametrize("name", POWER)
@pytest.mark.parametrize(("factor", "draws"), [(1.02, 10_000_000), (1.01, 18_000_000)])
def test_every_check_fails_a_wrong_model(name: str, factor: float, draws: int) -> None:
    """Every p is 2 % too high, or 1 % at more draws."""
    right = POWER[name]
    wrong = Model(right.probability * factor, right.needed, votes=right.votes, law=right.law)
    exact = solve(right)
    assert 0.1 < exact.probability < 0.5
    simulation = simulate(wrong, draws, seed=7)
    assert score(simulation, exact) > 5
    assert chi_square(simulation.counts, exact.pmf) < LEAST_P
    assert group_scores(simulation, right).min() > 5


def test_an_impossible_count_fails() -> None:
    """Nobody reaches 4 votes with blocs of 3; one such election among a million must not pass."""
    model = Model([0.5, 0.5], 3, votes=[3, 3])
    simulation = simulate(model, 1_000_000, seed=7)
    assert chi_square(simulation.counts, solve(model).pmf) > LEAST_P
    simulation.counts[4] += 1
    assert chi_square(simulation.counts, solve(model).pmf) == 0
