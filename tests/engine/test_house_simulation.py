"""The simulated House: agreement with the exact one, the stream, and a wrong target that fails."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from montecarlo.engine.house_simulation import BLOCK, STAGE, simulate_house
from montecarlo.errors import InputError
from montecarlo.exact.contingent import solve_house
from montecarlo.house import House
from montecarlo.kernel.streams import block_words, splitmix64
from montecarlo.uncertainty import clopper_pearson

LEADER = [0.9] * 28 + [0.05] * 19 + [0.4] * 3
OPPONENT = [0.02] * 28 + [0.85] * 19 + [0.4] * 3
HOUSES = {
    "even": House(0.5, 0.5),
    "three": House(0.45, 0.3, 0.2, delegations=7),
    "parties": House(LEADER, OPPONENT, 0.05),
    "factor": House(LEADER, OPPONENT, 0.05, loading=0.5),
    "factors": House(LEADER, OPPONENT, 0.05, loading=(np.arange(50) - 25) / 32),
    "sure": House([1.0] * 3 + [0.0] * 2, [0.0] * 3 + [1.0] * 2, loading=0.6),
}
DRAWS = 200_000


def scores(counts: np.ndarray, house: House) -> np.ndarray:
    """Standard scores of the four counts; 0 where an outcome is impossible and did not occur."""
    expected = np.array(astuple(solve_house(house)))
    deviation = counts - DRAWS * expected
    return deviation / np.sqrt(np.maximum(DRAWS * expected * (1 - expected), 1e-6))


@pytest.mark.parametrize("name", HOUSES)
def test_simulation_agrees_with_the_exact_house(name: str) -> None:
    """Within 4.5 standard errors: of 24 scores one fails by chance in 6,000 runs with other seeds."""
    simulation = simulate_house(HOUSES[name], DRAWS, seed=5)
    assert np.abs(scores(simulation.counts, HOUSES[name])).max() < 4.5


def test_a_wrong_probability_fails() -> None:
    simulation = simulate_house(HOUSES["factor"], DRAWS, seed=5)
    wrong = House(np.array(LEADER) - 0.01, OPPONENT, 0.05, loading=0.5)
    assert np.abs(scores(simulation.counts, wrong)).max() > 9
    assert np.abs(scores(simulation.counts, HOUSES["parties"])).max() > 9


def test_one_house_replayed_by_hand() -> None:
    """Delegation i of House h in a block takes word h (s + 1) + i."""
    house = House([0.2, 0.5, 0.7], [0.3, 0.1, 0.2], [0.1, 0.4, 0.0])
    _, key = block_words(11, STAGE, 0)
    votes = []
    for i in range(3):
        u = int(splitmix64(np.uint64(key), np.array([4 + i], dtype=np.uint64))[0]) / 2**64
        bounds = np.cumsum([house.leader[i], house.alternative[i], house.divided[i]])
        votes.append([0, 2, 3, 1][int(np.searchsorted(bounds, u, side="right"))])
    elected = [who for who in range(3) if votes.count(who) >= 2]
    second = simulate_house(house, 2, seed=11).counts - simulate_house(house, 1, seed=11).counts
    assert second.tolist() == np.eye(4, dtype=int)[elected[0] if elected else 3].tolist()


def test_known_counts() -> None:
    """The same on every machine."""
    draws = 2 * BLOCK + 100
    assert simulate_house(HOUSES["three"], draws, seed=1).counts.tolist() == [3275, 1030, 294, 3693]
    assert simulate_house(HOUSES["factors"], draws, seed=1).counts.tolist() == [7059, 1, 0, 1232]


def test_a_longer_run_begins_with_the_shorter() -> None:
    short, long = (simulate_house(HOUSES["factor"], draws, seed=3).counts for draws in (BLOCK + 5, 2 * BLOCK))
    assert (long >= short).all()
    assert (long - short).sum() == BLOCK - 5


def test_the_result_reads_itself() -> None:
    simulation = simulate_house(HOUSES["even"], 1000, seed=0)
    assert simulation.draws == 1000
    assert simulation.seed == 0
    assert simulation.probabilities() == tuple(simulation.counts / 1000)
    assert simulation.intervals(0.9)[1] == clopper_pearson(int(simulation.counts[1]), 1000, 0.9)
    assert simulation.intervals()[2] == (0.0, pytest.approx(0.0036821, rel=1e-4))


def test_a_seed_is_drawn_and_told() -> None:
    simulation = simulate_house(HOUSES["even"], 500)
    again = simulate_house(HOUSES["even"], 500, seed=simulation.seed)
    assert again.counts.tolist() == simulation.counts.tolist()


@pytest.mark.parametrize(
    ("house", "draws", "seed", "message"),
    [
        (0.5, 10, 0, "The house is a float"),
        (House(0.5, 0.5), 0, 0, "draws is 0"),
        (House(0.5, 0.5), 10, -1, "seed is -1"),
    ],
)
def test_what_cannot_be_used_is_refused(house: House, draws: int, seed: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate_house(house, draws, seed=seed)
