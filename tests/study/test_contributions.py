"""What is left without each mechanism: against models that never had it, and only for what a scenario has."""

from __future__ import annotations

from math import log10

import pytest

from montecarlo.engine.executors import threads
from montecarlo.engine.simulation import simulate
from montecarlo.estimates import Simulation
from montecarlo.exact.solver import solve
from montecarlo.model import Mixture, Model
from montecarlo.scenario import Scenario, load
from montecarlo.study.contributions import MOST_DRAWS, Variant, accounts, contributions

PLAIN = 'title = "t"\n[defection]\nprobability = 0.08\nconditional = 0.1\n'
PLEDGE = "[pledge]\nthreshold = 40\n"
CASCADE = "[cascade]\nscale = 30\nshape = 2\n"
FACTORS = "[factors]\nnational = 0.3\n"
ODDS = "[common_odds]\nalpha = 2\nbeta = 23\n"
LAW = "[law]\nupheld = 0.5\n[law.cancelled]\nvoid_and_replace = 1.0\n"
DETERRED = "[law.deterred]\npledge_only = 0.8\n"
PRESSURE = "[pressure]\nprobability = 0.9\n"
GIVING = "[destination.leader]\nalternatives = { A = 0.5 }\n[destination.opponent]\nopponent = 0.3\n"
KEEPING = "[destination.leader]\nalternatives = { A = 0.5 }\n[destination.opponent]\nalternatives = { A = 0.5 }\n"


def of(*tables: str) -> Scenario:
    return Scenario.from_text("test", PLAIN.replace("conditional = 0.1\n", "") + "".join(tables))


def coordinated(*tables: str) -> Scenario:
    return Scenario.from_text("test", PLAIN + "".join(tables))


def never(model: Model | Mixture, draws: int, seed: int | None) -> Simulation:
    raise AssertionError("what can be solved is not simulated")


def plainly(model: Model | Mixture, draws: int, seed: int | None) -> Simulation:
    return simulate(model, draws, seed=seed)


def exactly(scenario: Scenario) -> dict[str, Variant]:
    found = contributions(scenario, 1000, seed=1, exact=True, simulate=never)
    assert all(each.draws == 0 for each in found)
    return {each.name: each for each in found}


@pytest.mark.parametrize(
    ("scenario", "names"),
    [
        (of(), set()),
        (of(FACTORS), {"common factors"}),
        (of(ODDS), {"common odds"}),
        (coordinated(PLEDGE), {"the pledge"}),
        (coordinated(CASCADE), {"the cascade"}),
        (of(LAW), {"binding laws"}),
        (of(LAW, DETERRED), {"binding laws", "deterrence"}),
        (of(PRESSURE), {"pressure"}),
        (of("[pressure]\nprobability = 1\n"), set()),
        (of(KEEPING), set()),
        (of(GIVING), {"the other side"}),
        (of(FACTORS, PRESSURE, LAW), {"common factors", "pressure", "binding laws"}),
    ],
    ids=lambda value: "+".join(sorted(value)) if isinstance(value, set) else "",
)
def test_only_what_a_scenario_has_is_switched_off(scenario: Scenario, names: set[str]) -> None:
    assert set(exactly(scenario)) == names


@pytest.mark.parametrize(
    ("name", "scenario", "without"),
    [
        ("common factors", of(FACTORS), of()),
        ("common odds", of(ODDS), of()),
        ("the pledge", coordinated(PLEDGE), of()),
        ("the cascade", coordinated(CASCADE), of()),
        ("binding laws", of(LAW), of()),
        ("pressure", of(PRESSURE), of()),
        ("deterrence", of(LAW, DETERRED), of(LAW)),
        ("common factors", of(FACTORS, LAW), of(LAW)),
        ("binding laws", of(FACTORS, LAW), of(FACTORS)),
    ],
)
def test_it_is_the_answer_of_a_scenario_that_never_had_it(name: str, scenario: Scenario, without: Scenario) -> None:
    found, truth = exactly(scenario)[name], solve(without.model())
    assert found.probability == pytest.approx(truth.probability, rel=1e-12)
    assert found.log10_probability == pytest.approx(truth.log10_probability, rel=1e-12)


def test_the_leader_alone_where_opponents_give_nothing() -> None:
    """The leader's majority does not depend on where defections go unless they come to it."""
    assert exactly(of(KEEPING, FACTORS))["common factors"].probability == pytest.approx(
        solve(of().model()).probability, rel=1e-12
    )
    loyal = exactly(of(GIVING))["the other side"].probability
    assert loyal == pytest.approx(solve(of().model()).probability, rel=1e-10)
    assert loyal > solve(of(GIVING).model()).probability


def test_what_has_no_exact_answer_is_simulated_with_the_seed_and_few_draws() -> None:
    scenario = load("hamilton-2016")
    asked: list[tuple[int, int | None]] = []

    def noted(model: Model | Mixture, draws: int, seed: int | None) -> Simulation:
        asked.append((draws, seed))
        return simulate(model, 200, seed=seed)

    found = accounts(scenario, 10**7, seed=3, exact=False, simulate=noted)
    assert asked == [(MOST_DRAWS, 3)] * 2
    assert [each.name for each in found] == ["whip-count", "electors-trust", "first-mover"]
    assert [each.draws for each in found] == [0, 200, 200]
    assert 0 < found[0].probability < 1e-6


def test_side_by_side_they_are_the_same() -> None:
    scenario = load("whip-count")
    options = {"seed": 3, "exact": False, "simulate": plainly}
    with threads(3) as map_:
        for compare in (contributions, accounts):
            assert compare(scenario, 100, **options, map_=map_) == compare(scenario, 100, **options)


def test_a_variant_of_electors_who_act_alone_is_solved_however_small() -> None:
    rare = coordinated(CASCADE).replace({"defection.probability": 1e-9, "defection.conditional": 1e-9})
    (found,) = contributions(rare, 64, seed=1, exact=False, simulate=plainly)
    assert found.draws == 0
    assert -400 < found.log10_probability < -200


def test_accounts_stand_alone() -> None:
    scenario = load("whip-count")
    found = accounts(scenario, 1000, seed=1, exact=True, simulate=never)
    weights = dict(zip(scenario.accounts, (weight for weight, _ in scenario.model().parts), strict=True))
    assert [each.name for each in found] == list(weights)
    mixed = sum(weights[each.name] * each.probability for each in found)
    assert mixed == pytest.approx(solve(scenario.model()).probability, rel=1e-12)
    for each, (_, part) in zip(found, scenario.model().parts, strict=True):
        assert each.probability == solve(part).probability
        assert each.log10_probability == pytest.approx(log10(each.probability), rel=1e-12)


def test_a_scenario_without_accounts_has_none() -> None:
    assert accounts(load("bound-electors"), 1000, seed=1, exact=True, simulate=never) == ()
