"""The value that gives a probability: known ones, rare ones, ones that are not there, and simulated ones."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb, log10

import pytest

from montecarlo.errors import InputError, NotSolvable, ScenarioError
from montecarlo.exact.solver import solve
from montecarlo.scenario import Scenario, load
from montecarlo.study.frontiers import frontier
from montecarlo.study.numeric_keys import is_whole, scale_of
from montecarlo.study.tuning import find_value, tune
from montecarlo.study.value_search import NotReachable

PLEDGED = """
title = "t"
[defection]
probability = 0.01
conditional = 0.1
[pledge]
threshold = 40
"""
BLOCS = """
title = "Blocs under a pledge, which have no exact answer"
[election]
blocs = ["TX", "FL", "PA", "OH", "GA", "MI", "NC", "AZ", "IN", "TN", "WI", "MO"]
[defection]
probability = 0.08
conditional = 0.02
[pledge]
threshold = 5
[run]
seed = 11
"""


def answer(scenario: Scenario, key: str, value: float) -> float:
    return solve(scenario.replace({key: value}).model()).probability


def test_the_known_value_to_ten_digits() -> None:
    found = find_value(load("lone-rogues"), "defection.probability", target=0.5)
    assert f"{found.value:.10f}" == "0.1196969218"
    assert found.method == "exact"
    assert found.interval[0] < found.value < found.interval[1]
    assert found.interval[1] - found.interval[0] < 1e-11
    assert found.seen == 1
    assert tune(load("lone-rogues"), "defection.probability", target=0.5) == found.value


@pytest.mark.parametrize("target", [1e-300, 1e-40, 1e-9, 0.2, 0.999999])
@pytest.mark.parametrize("name", ["lone-rogues", "close-2000"])
def test_any_target_however_rare(name: str, target: float) -> None:
    value = tune(load(name), "defection.probability", target=target)
    found = solve(load(name).replace({"defection.probability": value}).model())
    assert found.log10_probability == pytest.approx(log10(target), rel=1e-11, abs=1e-12)


def test_a_rare_target_by_its_leading_term() -> None:
    """With 306 electors and 37 needed the probability is that of the first 37, a little less."""
    value = tune(load("lone-rogues"), "defection.probability", target=1e-300)
    assert comb(306, 37) * value**37 == pytest.approx(1e-300, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "changes", "key", "target"),
    [
        ("electors-trust", {}, "defection.conditional", 0.5),
        ("electors-trust", {}, "defection.group.considering.conditional", 0.05),
        ("first-mover", {}, "cascade.scale", 0.5),
        ("bound-electors", {"defection.probability": 0.14}, "law.upheld", 0.1),
        ("lone-rogues", {"common_odds": {"alpha": 2, "beta": 20}}, "common_odds.beta", 0.3),
        ("whip-count", {}, "account.twenty-ready.set.defection.group.considering.probability", 0.01),
    ],
)
def test_keys_of_every_kind(name: str, changes: dict[str, object], key: str, target: float) -> None:
    scenario = load(name).replace(changes)
    assert answer(scenario, key, tune(scenario, key, target=target)) == pytest.approx(target, rel=1e-10)


def test_a_whole_number_has_its_neighbours() -> None:
    scenario = load("electors-trust")
    found = find_value(scenario, "pledge.threshold", target=0.1)
    assert found.value == 38
    assert isinstance(found.value, int)
    (before, first), (after, second) = found.neighbours
    assert (before, after) == (37, 38)
    assert first.probability == answer(scenario, "pledge.threshold", 37) > 0.1
    assert second.probability == answer(scenario, "pledge.threshold", 38) < 0.1
    assert found.record()["neighbours"][1]["probability"] == second.probability


def test_where_correlation_first_helps_and_then_hinders() -> None:
    """At 5 % each the probability rises with the loading and falls again: two loadings give the same."""
    scenario = load("lone-rogues").replace({"defection.probability": 0.05})
    rising = [answer(scenario, "factors.national", loading) for loading in (0.3, 0.6, 0.95)]
    assert rising[0] < rising[1] > rising[2]
    target = 0.95 * rising[1]
    found = find_value(scenario, "factors.national", target=target, high=0.97)
    other = find_value(scenario, "factors.national", target=target, low=0.75, high=0.97)
    assert found.seen == 2
    assert found.value < 0.6 < other.value
    for each in (found, other):
        assert answer(scenario, "factors.national", each.value) == pytest.approx(target, rel=1e-9)


def test_an_extreme_between_the_values_of_the_grid_is_found() -> None:
    """The greatest probability lies between two values of the grid, and a target just below it is reached."""
    scenario = load("lone-rogues").replace({"defection.probability": 0.05})
    with pytest.raises(NotReachable) as refused:
        find_value(scenario, "factors.national", target=0.5, low=0.2, high=0.9)
    assert "stays between" in str(refused.value)
    coarse = [answer(scenario, "factors.national", 0.2 + 0.7 * k / 16) for k in range(17)]
    fine = max(answer(scenario, "factors.national", 0.5 + 0.01 * k) for k in range(30))
    if fine > max(coarse) * (1 + 1e-6):
        target = (fine + max(coarse)) / 2
        assert find_value(scenario, "factors.national", target=target, low=0.2, high=0.9).seen == 2


def test_what_no_value_gives_is_told() -> None:
    with pytest.raises(NotReachable) as refused:
        tune(load("bound-electors"), "law.upheld", target=0.9)
    scenario = load("bound-electors")
    most = answer(scenario, "law.upheld", 0.0)
    assert str(refused.value).startswith(
        "No value of law.upheld between 0 and 1 gives 0.9: the probability stays between"
    )
    assert f"{most:.3g} (at 0)." in str(refused.value)


def test_a_key_that_does_nothing() -> None:
    with pytest.raises(NotReachable, match=r"the probability is 3.47e-64 \(at all of them\)\."):
        tune(load("lone-rogues"), "pressure.probability", target=0.5, low=1 - 1e-15, high=1.0)


def test_what_validation_refuses_narrows_the_range() -> None:
    """An elector acts alone or conditionally, so that the probability ends where both sum to 1."""
    scenario = Scenario.from_text("pledged", PLEDGED)
    with pytest.raises(NotReachable, match=r"between 0\.5 and 0\.9 gives 0\.1: the probability stays between 1 - "):
        tune(scenario, "defection.probability", target=0.1, low=0.5)


def test_simulated_where_there_is_no_exact_answer() -> None:
    scenario = Scenario.from_text("blocs", BLOCS)
    found = find_value(scenario, "defection.probability", target=0.3, draws=500)
    assert found.method == "simulated"
    assert found.seed == 11
    assert found.interval[0] < found.value < found.interval[1]
    assert found.point.probability == pytest.approx(0.3, abs=0.01)


def test_a_simulated_value_agrees_with_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact answer is taken away, and what is simulated instead holds it in its interval."""

    def unsolved(model: object) -> None:
        raise NotSolvable("not here")

    scenario = load("lone-rogues").replace({"defection.group.waverers": {"probability": 0.5, "count": 20}})
    exact = tune(scenario, "defection.probability", target=0.3)
    whole = tune(scenario, "defection.group.waverers.count", target=0.3)
    monkeypatch.setattr("montecarlo.study.points.exact_point", unsolved)
    monkeypatch.setattr("montecarlo.study.value_search.exact_point", unsolved)
    found = find_value(scenario, "defection.probability", target=0.3, draws=2000, seed=1)
    assert found.interval[0] <= exact <= found.interval[1]
    assert found.interval[1] - found.interval[0] < 0.1 * exact
    rough = find_value(scenario, "defection.group.waverers.count", target=0.3, draws=2000, seed=1)
    assert rough.interval[0] <= whole <= rough.interval[1]
    assert rough.neighbours[0][0] + 1 == rough.neighbours[1][0] == rough.value


def test_a_target_too_rare_to_simulate_is_refused() -> None:
    scenario = Scenario.from_text("blocs", BLOCS)
    with pytest.raises(InputError, match=r"1e-09 is too rare for 2,000 simulated elections; it asks for at"):
        tune(scenario, "defection.probability", target=1e-9, draws=2000)
    with pytest.raises(InputError, match=r"too rare for 1 simulated election; it asks for at least 20 of them"):
        tune(scenario, "defection.probability", target=0.5, draws=1)


@pytest.mark.parametrize("target", [0, 1, -0.1, 2, float("nan"), "0.5", True, 10**400, Fraction(1, 10**400)])
def test_a_target_that_is_no_probability(target: float) -> None:
    with pytest.raises(InputError, match=r"target is .*; it must be a probability strictly between 0 and 1\."):
        tune(load("lone-rogues"), "defection.probability", target=target)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("election.leader", '"election.leader" is no number that moves the probability'),
        ("run.seed", '"run.seed" is no number that moves the probability'),
        ("house.loading", "is no number"),
        ("law.state.TX", "is no number"),
        ("account.twenty-ready.weight", "cannot change alone"),
        ("account.twenty-ready.set.run.draws", "is no number that moves the probability"),
        (3, "A key is 3; it must be a text"),
        (None, "A key is none; it must be a text"),
    ],
)
def test_keys_that_cannot_be_tuned(key: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        tune(load("whip-count"), key, target=0.5)


def test_an_unknown_key_is_told_as_the_scenario_tells_it() -> None:
    with pytest.raises(ScenarioError, match=r"defection\.probabilty is not a known key; did you mean"):
        tune(load("lone-rogues"), "defection.probabilty", target=0.5)


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ({"low": 0.5, "high": 0.2}, "low is 0.5 and high is 0.2; low must be below high"),
        ({"low": float("nan")}, "low is nan; it must be a number"),
        ({"low": 2.0, "high": 3.0}, "must be a number from 0 to 1"),
        ({"low": -1.0}, r"probability is -1\.0; it must be a number from 0 to 1"),
        ({"high": 2.0}, r"probability is 2\.0; it must be a number from 0 to 1"),
        ({"low": 10**400}, "low is a number of more than 30 digits; it must be a number that the key may hold"),
        ({"high": "0.5"}, 'high is "0.5"; it must be a number'),
        ({"draws": 0}, "draws is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_ends(ends: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        tune(load("lone-rogues"), "defection.probability", target=0.5, **ends)
    with pytest.raises(InputError, match=r"low is 1\.5; it must be a whole number"):
        tune(load("electors-trust"), "pledge.threshold", target=0.5, low=1.5)
    for high in (10**25, 10**400, float(2**60)):
        with pytest.raises(InputError, match=r"high is .*; it must be a whole number that the key may hold"):
            tune(load("electors-trust"), "pledge.threshold", target=0.5, high=high)
    with pytest.raises(InputError, match=r"threshold is 0; it must be a whole number of at least 1"):
        tune(load("electors-trust"), "pledge.threshold", target=0.5, low=0)


@pytest.mark.parametrize(
    ("key", "whole"),
    [
        ("defection.probability", False),
        ("factors.national", False),
        ("pledge.threshold", True),
        ("cascade.rounds", True),
        ("defection.group.considering.count", True),
        ("account.x.set.pledge.threshold", True),
    ],
)
def test_grids_hold_both_ends_and_rise(key: str, whole: bool) -> None:
    scale = scale_of(load("electors-trust"), key)
    assert scale.whole == is_whole(key) == whole
    for low, high in ((scale.low, scale.high), (2, 9) if whole else (0.2, 0.3)):
        grid = scale.grid(low, high)
        assert {low, high} <= set(grid)
        assert all(a < b for a, b in pairwise(grid))
        assert whole or len(grid) >= 15


def test_the_frontier_keeps_the_probability() -> None:
    scenario = load("electors-trust")
    kept = frontier(scenario, "defection.conditional", against="pledge.threshold", values=[50, 306], target=0.5)
    changes = {"pledge.threshold": 50, "defection.conditional": float(kept.tuned[0])}
    assert solve(scenario.replace(changes).model()).probability == pytest.approx(0.5, rel=1e-10)
    assert kept.found[1] is None
    assert kept.reasons[1].startswith("No value of defection.conditional between 0 and")
    lines = kept.csv().splitlines()
    assert lines[0] == "scenario,pledge.threshold,defection.conditional,low,high,probability,method,draws"
    assert lines[2] == "electors-trust,306,,,,,,"
    assert float(lines[1].split(",")[2]) == kept.tuned[0]
    assert kept.record()["points"][1]["tuned"] is None
    with pytest.raises(InputError, match="tuned against itself"):
        frontier(scenario, "pledge.threshold", against="pledge.threshold", values=[1], target=0.5)


@pytest.mark.parametrize(
    ("against", "values", "sentence"),
    [
        ("run.seed", [1, 2], '"run.seed" moves nothing'),
        ("law.upheld", 0.5, "law.upheld has the values 0.5; they must be a list"),
        (None, [0.5], "A key is none; it must be a text"),
    ],
)
def test_bad_frontiers(against: str, values: list[float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        frontier(load("lone-rogues"), "defection.probability", against=against, values=values, target=0.5)
