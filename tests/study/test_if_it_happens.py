"""The record of what is lost if the majority is denied, and who becomes president then."""

from __future__ import annotations

from math import inf, log10

import numpy as np
import pytest

from montecarlo.asking import ask
from montecarlo.estimates import Simulation, Tally
from montecarlo.exact.contingent import HouseOutcome
from montecarlo.model import Model, mixture
from montecarlo.parts import CommonOdds, Law, Pledge
from montecarlo.scenario import load
from montecarlo.solution import Outcomes, Solution
from montecarlo.study.chosen_house import HouseAnswer, choose
from montecarlo.study.if_it_happens import elected_if_denied, expected_by_group, usually_lost, votes_lost

HOUSE = load("house-decides").house()
OF_THREE, OF_TWO = HouseOutcome(0.5, 0.2, 0.1, 0.2), HouseOutcome(0.6, 0.3, 0.0, 0.1)


def house(of_three: HouseOutcome | None = OF_THREE, of_two: HouseOutcome | None = OF_TWO) -> HouseAnswer:
    chosen = choose(HOUSE, seed=1)
    assert chosen is not None
    return HouseAnswer(chosen.house, of_three, of_two, chosen.simulation)


def solved(
    opponent: float, other: float, contingent: float, third: tuple[float, ...] | None, nobody: float
) -> Solution:
    denied = opponent + other + contingent
    outcomes = Outcomes(1.0 - denied, opponent, other, contingent, log10(contingent), third, 0.0, nobody)
    four = denied, log10(denied), 1.0 - denied, log10(1.0 - denied)
    return Solution(*four, 0.0, False, np.zeros(1), np.zeros(2), outcomes)


def simulated(outcomes: list[int], third: list[int]) -> Simulation:
    tally = Tally(
        sum(outcomes), np.zeros(3, int), np.ones(1, int), np.ones(1, int), np.array(outcomes), np.array(third)
    )
    return Simulation(tally, 1, 1, "numpy", 64)


NEVER, OFTEN = simulated([1000, 0, 0, 0], [0, 0, 0]), simulated([800, 40, 20, 140], [100, 10, 30])


def test_who_is_elected_by_the_law_of_total_probability() -> None:
    found = elected_if_denied(solved(0.02, 0.01, 0.07, (0.05,), 0.014), NEVER, house(), third=True)
    assert found is not None
    assert found["leader"] == pytest.approx(0.56 * 0.5 + 0.14 * 0.6)
    assert found["opponent"] == pytest.approx(0.56 * 0.2 + 0.14 * 0.3 + 0.2)
    assert found["alternative"] == pytest.approx(0.056)
    assert found["somebody_else"] == pytest.approx(0.1)
    assert sum(found.values()) == pytest.approx(1.0)


def test_without_a_destination_the_house_chooses_of_two() -> None:
    found = elected_if_denied(solved(0.0, 0.0, 1e-60, None, 0.0), NEVER, house(), third=False)
    assert found is not None
    assert found["leader"] == pytest.approx(0.6)
    assert found["alternative"] == 0.0


def test_what_is_not_known_exactly_is_taken_from_many_simulated_denials() -> None:
    open_ = solved(0.02, 0.01, 0.07, None, 0.0)
    assert elected_if_denied(open_, NEVER, house(), third=True) is None
    found = elected_if_denied(open_, OFTEN, house(), third=True)
    assert found is not None
    assert found["leader"] == pytest.approx(0.55 * 0.5 + 0.15 * 0.6)
    assert elected_if_denied(None, NEVER, house(), third=True) is None
    found = elected_if_denied(None, OFTEN, house(of_three=None), third=True)
    assert found is not None
    share = house().simulation.counts[0] / house().simulation.draws
    assert found["leader"] == pytest.approx(0.55 * share + 0.15 * 0.6)
    assert sum(found.values()) == pytest.approx(1.0)
    assert elected_if_denied(None, OFTEN, house(of_two=None), third=True) is None
    assert elected_if_denied(None, OFTEN, None, third=True) is None


def test_the_range_of_the_votes_lost() -> None:
    total = np.array([0.0, 0.0, 0.04, 0.5, 0.3, 0.12, 0.04])
    assert votes_lost(total) == {"most_likely": 3, "quantile_05": 3, "quantile_95": 5}


def test_expected_votes_by_group() -> None:
    law = Law([0.5, 0.0, 1.0], upheld=0.5)
    model = Model([0.1, 0.2, 0.4], 2, votes=[1, 2, 3], group=[0, 2, 2], law=law)
    expected = expected_by_group(model, lawful=True)
    assert expected is not None
    np.testing.assert_allclose(expected, [0.075, 0.0, 1.0])
    assert expected_by_group(Model(0.1, 1, [1, 1], dependence=CommonOdds(1, 9)), lawful=True) is None
    np.testing.assert_allclose(usually_lost(mixture([(0.5, model), (0.5, model)]), OFTEN), [0.075, 0.0, 1.0])
    pledge = Model([0.1, 0.2], 1, coordination=Pledge(0.1, 1))
    np.testing.assert_allclose(usually_lost(mixture([(1.0, pledge)]), OFTEN), [1e-3])


def test_the_record_of_a_scenario() -> None:
    answer = ask(load("house-decides"), draws=200, seed=1)
    record = answer.record()["given_denial"]
    keys = ["votes_lost_mean", "votes_lost", "by_state", "by_law", "house", "method", "draws"]
    assert list(record) == keys
    assert record["votes_lost_mean"] == pytest.approx(39.36, abs=0.01)
    assert sum(record["by_state"].values()) == pytest.approx(record["votes_lost_mean"])
    assert sum(record["by_law"].values()) == pytest.approx(record["votes_lost_mean"])
    assert list(record["by_state"]) == list(answer.scenario.roster().states)
    assert sum(record["house"].values()) == pytest.approx(1.0, rel=1e-9)
    assert (record["method"], record["draws"]) == ("exact", 0)


def test_nothing_is_told_of_what_cannot_happen() -> None:
    answer = ask(load("lone-rogues").replace({"defection.probability": 0}), draws=64, seed=1)
    assert answer.solution is not None
    assert answer.solution.log10_probability == -inf
    assert answer.denial is None
    assert answer.record()["given_denial"] is None
