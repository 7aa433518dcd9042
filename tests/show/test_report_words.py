"""What a report says: which answer, how sure, in three kinds of doubt kept apart, and what does what."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, log10

import numpy as np
import pytest
from commands import run_of

from montecarlo.answer import Answer
from montecarlo.asking import ask
from montecarlo.estimates import Simulation, Tally
from montecarlo.scenario import load
from montecarlo.show import report_words as report
from montecarlo.show.method_words import methods
from montecarlo.study.contributions import Variant


def seen(answer: Answer, hits: int, draws: int) -> Answer:
    """Return the answer without its exact and its weighed one, and with another simulation."""
    tally = answer.simulation.tally
    counts = np.zeros_like(tally.counts)
    counts[[0, answer.simulation.needed]] = draws - hits, hits
    simulation = Simulation(
        Tally(draws, counts, tally.attempted, tally.effective), answer.simulation.needed, 1, "numpy", 64
    )
    return replace(answer, solution=None, unsolved="It is too hard", rare_event=None, simulation=simulation)


@pytest.fixture(scope="module")
def lone() -> Answer:
    return run_of("lone-rogues")[1]


def test_an_exact_answer_goes_before_all_others(lone: Answer) -> None:
    told = report.headline(lone)
    assert told.shown == "1 in 2.9e63"
    assert told.told[0].startswith(
        "About one of 2.9e63 such elections, a 29 followed by 62 zeros, would see Donald Trump"
    )
    assert told.told[1].endswith("would be 1 in 6.6e45.")
    assert told.how.startswith("This number is exact: computed, not simulated.")


def test_a_weighed_answer_goes_before_plain_simulation(lone: Answer) -> None:
    found = report.best(replace(lone, solution=None))
    assert (found.how, round(found.exponent)) == ("weighed", -63)
    told = report.headline(replace(lone, solution=None))
    assert told.shown == "about 1 in 2.9e63"
    assert "drawn as if it were frequent, and weighed" in told.how
    assert report.best(seen(lone, 5, 100)).how == "simulated"


@pytest.mark.parametrize(
    ("hits", "shown", "words"),
    [
        (0, "below 0.037", "None of 100 simulated elections saw Donald Trump denied the majority. That is not never"),
        (100, "above 0.963", "That is not certainty"),
    ],
)
def test_what_was_never_or_always_seen_is_a_limit(lone: Answer, hits: int, shown: str, words: str) -> None:
    told = report.headline(seen(lone, hits, 100))
    assert told.shown == shown
    assert words in told.told[0]
    assert "fewer than one of 27" in told.told[0] or hits
    (chance,) = report.chance(seen(lone, hits, 100))
    assert shown in chance
    assert "between" not in chance


def test_three_kinds_of_doubt() -> None:
    answer = run_of("house-decides")[1]
    (chance, agreed), (rounding,), (assumed, most) = (
        report.chance(answer),
        report.rounding(answer),
        report.assumed(answer),
    )
    hits, draws = answer.simulation.hits, answer.simulation.draws
    assert chance.startswith(f"{hits:,} of {draws:,} simulated elections")
    assert re.search(r"between 0\.1\d+ and 0\.1\d+ at a confidence of 95 %", chance)
    assert "at most 1 in 20 simulations" in chance
    assert f"{abs(answer.agreement or 0):.2f} standard errors apart" in agreed
    assert "0.131546" in rounding
    assert "estimate" in rounding
    assert "No interval" in assumed
    assert "at most 83 in 100, if they acted together" in most


def test_a_proved_bound_is_called_so(lone: Answer) -> None:
    assert "proved" in report.rounding(lone)[0]
    assert "estimate" not in report.rounding(lone)[0]
    assert "no rounding error" in report.rounding(seen(lone, 5, 100))[0]


def test_the_weighed_answer_says_how_sure_it_is(lone: Answer) -> None:
    _, weighed, agreed = report.chance(lone)
    assert re.search(r"is \(3\.\d+ \+- 0\.0\d+\)e-64 at 95 %", weighed)
    assert agreed.startswith("The weighed answer and the exact answer agree")
    assert lone.rare_event is not None
    withheld = replace(lone, rare_event=replace(lone.rare_event, withheld="one weight is all of the sum"))
    assert report.chance(withheld)[1] == "The weighed answer is withheld: one weight is all of the sum."


def test_disagreement_is_shouted(lone: Answer) -> None:
    exact = run_of("close-2000")[1]
    wrong = replace(exact, simulation=seen(exact, 90_000, 100_000).simulation)
    assert not wrong.agrees
    assert "DO NOT AGREE" in report.agreement(wrong)
    assert "do not rely on this page" in report.chance(wrong)[-1]


def test_what_cannot_happen_cannot_however_electors_depend() -> None:
    never = ask(load("lone-rogues").replace({"defection.probability": 0}), draws=64, seed=1)
    assert report.headline(never).shown == "impossible"
    assert "stays impossible" in report.assumed(never)[1]
    assert report.rounding(never) == ["The exact answer is 0. Nothing was rounded on the way to it."]


def test_certainty_under_some_dependence_is_no_number() -> None:
    sure = ask(load("lone-rogues").replace({"defection.probability": 0.5}), draws=64, seed=1)
    assert "as good as certain" in report.assumed(sure)[1]


@pytest.mark.parametrize(
    ("without", "draws", "effect"),
    [
        (1e-52, 0, "makes it 1.0e51 times as likely"),
        (0.05, 0, "makes it 2 times as likely"),
        (0.08, 0, "makes it 25 % more likely"),
        (0.0995, 0, "changes it by less than 1 %"),
        (0.125, 0, "makes it 20 % less likely"),
        (0.4, 0, "makes it less likely, by a factor of 4"),
        (0.098, 50_000, "no difference seen"),
        (0.05, 50_000, "makes it 2 times as likely"),
        (0.0001, 50_000, "cannot be told from so few"),
        (0.0, 50_000, "cannot be told from so few"),
        (0.0, 0, "makes it possible"),
    ],
)
def test_what_a_mechanism_does(lone: Answer, without: float, draws: int, effect: str) -> None:
    variant = Variant("the pledge", without, log10(without) if without else -inf, draws)
    answer = replace(seen(lone, 1_000_000, 10_000_000), contributions=(variant,))
    (found,) = report.mechanisms(answer)
    assert (found.name, found.effect) == ("the pledge", effect)
    assert found.without.startswith("about ") == (draws > 0 and without > 0)


def test_accounts_and_laws() -> None:
    accounts = report.accounts(run_of("whip-count")[1])
    assert [(weight, name) for weight, _, name in accounts] == [("0.5", "only-one"), ("0.5", "twenty-ready")]
    laws = report.laws(run_of("bound-electors")[1])
    assert laws[0] == ("no law", 155, "never", "unchanged")
    assert sum(votes for _, votes, _, _ in laws) == 306
    assert {cancels for _, _, cancels, _ in laws} == {"never", "always"}
    deterring = ask(load("bound-electors").replace({"law.deterred.penalty": 0.8}), draws=64, seed=1)
    assert ("penalty", 16, "always", "times 0.8") in report.laws(deterring)
    assert report.laws(run_of("lone-rogues")[1]) == []
    told = [
        report.ruling(ask(load("bound-electors").replace({"law.upheld": u}), draws=64, seed=1)) for u in (0, 0.3, 1)
    ]
    assert told == [
        "Laws as of 2016, struck down by the courts.",
        "Laws as of 2016, upheld by the courts, all at once, with probability 0.3.",
        "Laws as of 2016, upheld by the courts.",
    ]


def test_needed_and_expected(lone: Answer) -> None:
    assert report.needed(lone) == (
        "Donald Trump has 306 of 538 electoral votes, and 270 are a majority. So 37 must be lost to deny it."
    )
    assert report.expected(lone) == "On average 0.302 are lost; no law stops any."
    bound = report.expected(run_of("bound-electors")[1])
    assert re.search(r"\d are lost, of [\d.]+ attempted; laws of 2016 stop", bound)


def test_if_it_happens(lone: Answer) -> None:
    assert report.if_it_happens(lone) == (
        "If the majority is denied, 37 votes are lost on average, and 37 in nine of ten elections."
    )
    assert re.search(r"\(simulated, from [\d,]+ elections\)", report.if_it_happens(run_of("electors-trust")[1]))
    assert report.if_it_happens(replace(lone, denial=None)) == ""
    assert report.states(lone)[0] == ("TX", "4.6", "0.0375")


def test_methods_name_the_algorithm_and_the_sampler(lone: Answer) -> None:
    told = dict(methods(lone, "some stream"))
    assert "Poisson binomial" in told["Exact answer"]
    assert "20,000 whole elections" in told["Simulation"]
    assert f"seed 7 (some stream; {lone.simulation.backend})" in told["Simulation"]
    assert "exactly the coverage" in told["Weighed answer"]
    assert list(dict(methods(seen(lone, 5, 100), ""))) == ["Exact answer", "Simulation", "If it happens"]
    assert dict(methods(seen(lone, 5, 100), ""))["Exact answer"] == "There is none. It is too hard."
    trust = dict(methods(run_of("electors-trust")[1], ""))
    assert "promise" in trust["Exact answer"]
    assert "Poisson" not in trust["Exact answer"]
    house = dict(methods(run_of("house-decides")[1], ""))
    assert "both sides" in house["Exact answer"]
    assert "100,000 votes of the House" in house["The House"]
    assert "weighed" in dict(methods(run_of("whip-count")[1], ""))["Exact answer"]


def test_the_house_of_two() -> None:
    rows = report.house_of_two(run_of("house-decides")[1])
    assert rows == [
        ("99 in 100", "Donald Trump"),
        ("impossible", "Hillary Clinton"),
        ("1 in 86.2", "nobody has 26 of 50 delegations"),
    ]
    assert report.house_of_two(run_of("lone-rogues")[1]) == []
