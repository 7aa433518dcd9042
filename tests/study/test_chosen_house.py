"""Whom the House chooses: the exact answers with three and two candidates, the simulation beside them, the record."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from montecarlo.engine.house_simulation import simulate_house
from montecarlo.errors import NotSolvable
from montecarlo.estimates import agreement
from montecarlo.exact.contingent import solve_house
from montecarlo.house import House
from montecarlo.scenario import load
from montecarlo.study.chosen_house import DRAWS, HouseAnswer, choose

HOUSE = House(np.repeat([0.4, 0.6], 25), 0.2, 0.1, loading=0.4)


@cache
def answered(house: House = HOUSE, seed: int = 7) -> HouseAnswer:
    found = choose(house, seed=seed)
    assert found is not None
    return found


def test_no_house_no_answer() -> None:
    assert choose(None, seed=7) is None
    assert load("bound-electors").house() is None


def test_both_exact_answers() -> None:
    found = answered()
    assert found.of_three == solve_house(HOUSE)
    assert found.of_two == solve_house(HOUSE.without_alternative())
    assert found.of_two.alternative == 0.0
    assert found.of_two.leader > found.of_three.leader


def test_the_simulation_agrees_and_can_be_replayed() -> None:
    """Each of four counts leaves 4.5 sigmas once in 147,000 suites with fresh seeds."""
    found = answered()
    assert found.simulation.draws == DRAWS
    assert (found.simulation.counts == simulate_house(HOUSE, DRAWS, seed=7).counts).all()
    exact = found.of_three
    for hits, chance in zip(
        found.simulation.counts, (exact.leader, exact.opponent, exact.alternative, exact.deadlock), strict=True
    ):
        exponent = float(np.log10(max(chance, 1e-300)))
        assert abs(agreement(int(hits), DRAWS, chance, 1 - chance, exponent)) < 4.5


def test_a_wrong_house_fails() -> None:
    """A loading of 0.43 in place of 0.4: the power of the four scores is above 99 %."""
    wrong = solve_house(House(np.repeat([0.4, 0.6], 25), 0.2, 0.1, loading=0.43))
    chances = np.array([wrong.leader, wrong.opponent, wrong.alternative, wrong.deadlock])
    right = np.array(simulate_shares())
    sigma = np.sqrt(np.maximum(chances * (1 - chances), 1e-12) / DRAWS)
    assert (np.abs(right - chances) / sigma).max() > 4.5 + 2.33
    shares = np.array(answered().simulation.probabilities())
    assert (np.abs(shares - chances) / sigma).max() > 4.5


def simulate_shares() -> tuple[float, ...]:
    exact = solve_house(HOUSE)
    return exact.leader, exact.opponent, exact.alternative, exact.deadlock


def test_the_record_makes_the_round_trip_through_json() -> None:
    found = answered()
    record = found.record()
    again = HouseAnswer.from_record(HOUSE, json.loads(json.dumps(record, allow_nan=False)))
    assert again.record() == record
    assert again.of_three == found.of_three
    assert again.simulation.counts.dtype == np.int64
    assert (record["delegations"], record["needed"]) == (50, 26)
    assert sum(record["simulation"]["of_three"]) == DRAWS


@pytest.mark.parametrize("name", ["house-decides", "hamilton-2016"])
def test_shipped_houses(name: str) -> None:
    house = load(name).house()
    assert house is not None
    found = answered(house)
    for outcome in (found.of_three, found.of_two):
        total = outcome.leader + outcome.opponent + outcome.alternative + outcome.deadlock
        assert total == pytest.approx(1.0, rel=1e-12)


def test_a_factor_too_strong_to_solve_leaves_the_simulation() -> None:
    house = House(0.4, 0.3, 0.1, loading=0.9999999)
    with pytest.raises(
        NotSolvable, match=r"House.loading is up to 0\.9999999, .*; montecarlo\.simulate_house takes any"
    ):
        solve_house(house)
    found = answered(house)
    assert found.of_three is found.of_two is None
    assert found.simulation.counts.sum() == DRAWS
    assert HouseAnswer.from_record(house, json.loads(json.dumps(found.record()))).record() == found.record()
