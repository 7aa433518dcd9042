"""The record of an answer: the same keys always, numbers that fit each other, nothing that JSON does not know.

False alarms: the agreement of each of the shipped scenarios leaves 4.5 sigmas once in 147,000 suites with fresh seeds.
"""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, isclose, log, nextafter

import pytest
from commands import run_of

from montecarlo.answer import FEW_HITS, RELATIVE_ERROR
from montecarlo.asking import ask
from montecarlo.errors import InputError, NotSolvable
from montecarlo.estimates import Estimate
from montecarlo.exact.solver import solve
from montecarlo.model import Mixture
from montecarlo.scenario import Scenario, load, shipped
from montecarlo.uncertainty import Weighed, clopper_pearson

KEYS = ["schema_version", "scenario", "digest", "seed", "needed", "electors", "simulation", "exact", "rare_event"]
KEYS += ["agreement", "outcomes", "third_place", "house", "defections", "seconds", "given_denial", "any_dependence"]
KEYS += ["accounts", "contributions", "changes"]
MAJORITIES = ["leader_majority", "opponent_majority", "other_majority", "contingent_election"]
VARIANT = ["name", "probability", "log10_probability", "draws"]
RARE = ["probability", "log10_probability", "relative_error", "interval", "withheld", "method", "draws"]
RARE += ["effective_sample_size"]
HOUSE = ["delegations", "needed", "of_three", "of_two", "simulation"]
UNSOLVED = {"hamilton-2016"}
QUICK = ["bound-electors", "lone-rogues", "electors-trust", "house-decides", "whip-count"]


@pytest.mark.parametrize("name", shipped())
def test_record_of_every_shipped_scenario(name: str) -> None:
    record, scenario = run_of(name)[0], load(name)
    roster, simulation = scenario.roster(), record["simulation"]
    assert list(record) == KEYS
    assert (record["schema_version"], record["scenario"], record["digest"]) == (1, name, scenario.digest)
    assert (record["needed"], record["electors"]) == (roster.needed, scenario.model().electors)
    assert simulation["asked"] == simulation["draws"] == 20_000
    assert simulation["probability"] == simulation["hits"] / 20_000
    assert simulation["interval"] == list(clopper_pearson(simulation["hits"], 20_000, 0.95))
    assert record["changes"] == {}
    assert list(record["outcomes"]) == MAJORITIES
    assert isclose(sum(record["outcomes"].values()), 1, rel_tol=1e-9)
    assert 0 < record["defections"]["effective_mean"] <= record["defections"]["attempted_mean"] * (1 + 1e-12)
    assert 0 < record["seconds"]["kernel"] <= record["seconds"]["total"]


@pytest.mark.parametrize("name", shipped())
def test_exact_answer_and_agreement(name: str) -> None:
    """Exact answer and agreement are both there, or neither is; no dependence gives more than the greatest."""
    record, _ = run_of(name)
    exact, agreement = record["exact"], record["agreement"]
    assert (exact is None) == (agreement is None) == (name in UNSOLVED)
    if exact is None:
        return
    assert abs(agreement["z"]) < 4.5
    assert list(exact) == ["probability", "log10_probability", "relative_error_bound"]
    assert exact["relative_error_bound"] < 1e-9
    assert exact["probability"] <= record["any_dependence"] * (1 + 1e-9)
    outcomes = record["outcomes"]
    assert isclose(exact["probability"], sum(outcomes[key] for key in MAJORITIES[1:]), rel_tol=1e-9)


@pytest.mark.parametrize("name", shipped())
def test_rare_events_have_a_sampler_where_simulation_saw_few(name: str) -> None:
    """All 14 scenarios together fail by chance once in 500 times 14 if none is off, as each is held to 4.5 sigma."""
    record, _ = run_of(name)
    rare, exact = record["rare_event"], record["exact"]
    assert (rare is None) == (record["simulation"]["hits"] >= FEW_HITS)
    if rare is None:
        return
    assert list(rare) == RARE
    assert rare["withheld"] == ""
    assert 0 < rare["relative_error"] <= RELATIVE_ERROR * 1.001
    assert rare["interval"][0] < rare["probability"] < rare["interval"][1]
    assert rare["effective_sample_size"] <= rare["draws"]
    if exact is not None:
        off = (rare["log10_probability"] - exact["log10_probability"]) * log(10.0)
        assert abs(off) < 4.5 * rare["relative_error"] / 1.9
        assert isclose(record["agreement"]["z"], off / rare["relative_error"] * 1.96, rel_tol=0.1, abs_tol=0.1)


def test_a_precision_that_is_asked_for_is_reached_whatever_simulation_saw() -> None:
    answer = ask(load("bound-electors"), draws=5000, seed=1, relative_error=0.05)
    assert answer.simulation.hits > FEW_HITS
    assert answer.rare_event is not None
    assert answer.rare_event.relative_error <= 0.05
    assert answer.relative_error == answer.solution.relative_error_bound  # type: ignore[union-attr]
    assert abs(answer.agreement or 9.0) < 4.5
    with pytest.raises(InputError, match=r"relative_error is 1\.5"):
        ask(load("bound-electors"), draws=100, seed=1, relative_error=1.5)


def test_what_no_sampler_can_draw_is_left_out() -> None:
    """Blocs of votes under a pledge have none."""
    blocs = (
        'title = "t"\n[election]\nblocs = ["TX"]\n[pledge]\nthreshold = 5\n'
        "[defection]\nprobability = 0.01\nconditional = 0.02\n"
    )
    assert ask(Scenario.from_text("t", blocs), draws=64, seed=1).rare_event is None
    assert ask(load("electors-trust"), draws=64, seed=1).rare_event is not None


@pytest.mark.parametrize("name", shipped())
def test_parts_are_there_where_the_scenario_has_them(name: str) -> None:
    record, scenario = run_of(name)[0], load(name)
    assert (record["house"] is None) == (scenario.house() is None)
    if record["house"] is not None:
        assert list(record["house"]) == HOUSE
    third = record["third_place"]
    assert (third is None) == (scenario.settings.destination is None)
    if third is not None:
        assert list(third) == [*scenario.alternatives, "tied", "nobody"]
        assert all(0 <= share <= record["outcomes"]["contingent_election"] * (1 + 1e-9) for share in third.values())
    assert [each["name"] for each in record["accounts"]] == list(scenario.accounts)
    for variant in [*record["accounts"], *record["contributions"]]:
        assert list(variant) == VARIANT
        assert (variant["log10_probability"] is None) == (variant["probability"] == 0 and variant["draws"] > 0)


@pytest.mark.parametrize("name", QUICK)
def test_the_exact_answer_is_that_of_the_solver(name: str) -> None:
    record, _ = run_of(name)
    truth = solve(load(name).model())
    assert record["exact"] == {
        "probability": truth.probability,
        "log10_probability": truth.log10_probability,
        "relative_error_bound": truth.relative_error_bound,
    }
    assert record["outcomes"]["contingent_election"] == truth.outcomes.contingent_election


def test_without_an_exact_answer_there_is_no_agreement_but_a_reason() -> None:
    _, answer = run_of("hamilton-2016")
    assert isinstance(answer.model, Mixture)
    assert answer.solution is None
    assert answer.agreement is None
    assert answer.agrees
    with pytest.raises(NotSolvable, match=r"; use montecarlo\.simulate instead\.$") as caught:
        solve(answer.model)
    assert answer.unsolved == caught.value.reason
    assert answer.pmf.size == 0
    assert answer.outcomes == answer.simulation.outcomes
    with pytest.raises(NotSolvable):
        solve(answer.model.parts[1][1])


def test_what_is_infinite_is_null() -> None:
    impossible = ask(load("lone-rogues").replace({"defection.probability": 0}), draws=64, seed=1).record()
    assert impossible["exact"]["probability"] == 0.0
    assert impossible["exact"]["log10_probability"] is None
    assert json.loads(json.dumps(impossible, allow_nan=False)) == impossible
    certain = ask(load("lone-rogues").replace({"defection.probability": 1}), draws=64, seed=1).record()
    assert (certain["exact"]["probability"], certain["exact"]["log10_probability"]) == (1.0, 0.0)
    assert json.loads(json.dumps(certain, allow_nan=False)) == certain


def test_the_least_bound_is_above_zero_and_the_score_finite() -> None:
    found = ask(load("lone-rogues"), draws=64, seed=1)
    assert 0 < found.solution.relative_error_bound < 1e-10
    assert -inf < found.agreement <= 0 or found.agreement == 0
    assert nextafter(0, 1) <= found.record()["exact"]["probability"]


def test_changes_and_the_confidence_are_recorded() -> None:
    changes = {"law.upheld": 0.25, "run.confidence": 0.9, "run.draws": 500}
    record = ask(load("bound-electors").replace(changes), seed=1).record()
    assert record["changes"] == {key: str(value) for key, value in changes.items()}
    assert record["simulation"]["confidence"] == 0.9
    assert record["simulation"]["draws"] == 500


def test_means_are_exact_where_electors_act_alone_and_simulated_where_they_do_not() -> None:
    alone = ask(load("bound-electors"), draws=100, seed=1)
    assert alone.effective_mean < alone.attempted_mean
    assert alone.attempted_mean == pytest.approx(alone.model.probability @ alone.model.votes, rel=1e-12)
    moved = ask(load("electors-trust"), draws=100, seed=1)
    assert moved.attempted_mean == moved.simulation.tally.attempted.sum() / 100


@pytest.mark.parametrize("draws", [0, -1, 1.5, True, None])
def test_draws_are_checked_before_anything_is_computed(draws: object) -> None:
    scenario = Scenario.from_text("t", 'title = "t"\n[defection]\nprobability = 0.1\n[run]\ndraws = 200\n')
    if draws is None:
        assert ask(scenario, draws=None, seed=1).simulation.draws == 200
        return
    with pytest.raises(InputError, match="draws is"):
        ask(scenario, draws=draws, seed=1)


def test_a_weighed_answer_that_simulation_contradicts_is_an_error() -> None:
    """900 of 10,000 were seen where the weights say half as many, and no exact answer could tell."""
    answer = ask(load("bound-electors"), draws=10_000, seed=1, relative_error=0.05)
    share = answer.simulation.probability
    right = replace(answer, solution=None, rare_event=_weighed(share))
    wrong = replace(answer, solution=None, rare_event=_weighed(share / 2))
    assert right.weighed_agreement == pytest.approx(0.0, abs=0.1)
    assert right.agrees
    assert wrong.weighed_agreement is not None
    assert wrong.weighed_agreement > 10.0
    assert not wrong.agrees


def _weighed(probability: float) -> Estimate:
    return Estimate(Weighed(log(probability), 0.01), "cascade", 900, 900.0, 1, 0.02, 0.95)
