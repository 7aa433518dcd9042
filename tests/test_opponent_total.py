"""The opponent's votes: simulated counts against the joint law of both sides' losses.

Given the losses D of the leader and E of the opponent, A of the D votes go over, A ~ Bin(D, share), and the opponent
has V - E + A. Each of the chi-squares falls below 6.3e-5, four sigmas, once in 16,000 suites with fresh seeds. The
wrong twins have a share that is a tenth larger, or losses of both sides that do not depend on each other.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from agreement import Floats, chi_square
from linked_cases import CASES
from scipy.stats import binom

from montecarlo.engine.simulation import simulate
from montecarlo.exact.both_sides import joint_losses, nodes_of_both
from montecarlo.exact.effort import Effort
from montecarlo.model import Model

FOUR_SIGMAS = 6.3e-5
DRAWS = 300_000
NAMES = [name for name in CASES if name.startswith("both sides,")]


@cache
def joint(name: str) -> Floats:
    """The law of both sides' losses, ``(W + 1, V + 1)``."""
    model, effort = CASES[name].model, Effort()
    sizes = model.total_votes + 1, int(model.opponents.votes.sum()) + 1
    environment, _ = nodes_of_both(model, [np.ones(sizes)], effort)
    return joint_losses(model, environment, effort)


def opponents_law(losses: Floats, share: float) -> Floats:
    """The law of the opponent's votes from that of both losses, for electors of one vote."""
    ours, theirs = losses.shape
    law = np.zeros(ours + theirs - 1)
    for lost in range(ours):
        over = binom.pmf(np.arange(lost + 1), lost, share)
        for gone in range(theirs):
            law[theirs - 1 - gone : theirs + lost - gone] += losses[lost, gone] * over
    return law


@cache
def counted(name: str) -> np.ndarray:
    return simulate(CASES[name].model, DRAWS, seed=17).tally.opponent_total


def share_of(model: Model) -> float:
    return model.destination.opponent


@pytest.mark.parametrize("name", NAMES)
def test_the_counts_follow_the_exact_law(name: str) -> None:
    model = CASES[name].model
    law = opponents_law(joint(name), share_of(model))
    assert abs(law.sum() - 1.0) < 1e-9
    assert model.votes.max() == model.opponents.votes.max() == 1
    assert chi_square(counted(name), law) > FOUR_SIGMAS


@pytest.mark.parametrize("name", NAMES)
def test_another_share_fails(name: str) -> None:
    assert chi_square(counted(name), opponents_law(joint(name), 1.1 * share_of(CASES[name].model))) < 1e-9


@pytest.mark.parametrize("name", ["both sides, factor", "both sides, odds", "both sides, groups"])
def test_losses_that_do_not_depend_on_each_other_fail(name: str) -> None:
    losses = joint(name)
    apart = np.outer(losses.sum(axis=1), losses.sum(axis=0))
    assert chi_square(counted(name), opponents_law(apart, share_of(CASES[name].model))) < 1e-9
