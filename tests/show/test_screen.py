"""The screen of an answer: it fits, and what was merely never seen is neither 0 nor impossible."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import run_of
from rich.console import Console

from montecarlo.answer import Answer
from montecarlo.asking import ask
from montecarlo.estimates import Simulation, Tally
from montecarlo.scenario import Scenario, load, shipped
from montecarlo.show.screen import answer_screen

_ZERO = re.compile(r"\b(impossible|certain)\b|(?<![\d.,])0 in \d|(?<!z = )\b0\.0+\b(?! s\b)")


def told_as_zero_or_one(text: str) -> list[str]:
    """Lines of electors that show a probability as 0 or 1; whom a House cannot elect, it cannot, and a bound may be 1.

    Of the House only its exact answer is shown.
    """
    before, _, house = text.partition("\nthe House ")
    lines = [*before.splitlines(), *house.partition("\n\n")[2].splitlines()]
    return [line for line in lines if _ZERO.search(line) and not line.startswith("at most")]


RARE = """title = "Rare"
[defection]
probability = 0.0001
[factors]
national = 0.2
state = 0.2
[destination.leader]
opponent = 0.1
alternatives = { "John Kasich" = 0.3, "Mitt Romney" = 0.3 }
[destination.opponent]
alternatives = { "John Kasich" = 0.4, "Mitt Romney" = 0.4 }
[house]
[house.delegation.R]
leader = 0.99
[house.delegation.D]
opponent = 0.99
[house.delegation.tie]
leader = 0.5
[account.pledge]
weight = 0.5
[account.pledge.set]
"defection.conditional" = 0.001
"pledge.threshold" = 30
[account.cascade]
weight = 0.5
[account.cascade.set]
"defection.conditional" = 0.001
"cascade.scale" = 30
"cascade.shape" = 2
"""


def screen(answer: Answer) -> str:
    console = Console(width=80, highlight=False, color_system=None)
    with console.capture() as printed:
        console.print(answer_screen(answer, saved=Path("results/a-run")))
    return printed.get()


@pytest.fixture(scope="module")
def rare() -> Answer:
    return ask(Scenario.from_text("rare", RARE), draws=200, seed=1)


@pytest.mark.parametrize("name", shipped())
def test_screens_fit_a_terminal(name: str) -> None:
    lines = screen(run_of(name)[1]).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert len(lines) <= 90


@pytest.mark.parametrize("name", shipped())
def test_nothing_shipped_is_shown_as_zero_or_impossible(name: str) -> None:
    assert told_as_zero_or_one(screen(run_of(name)[1])) == []


def test_what_was_never_seen_is_told_so(rare: Answer) -> None:
    assert rare.solution is None
    assert rare.simulation.hits == 0
    text = screen(rare)
    assert told_as_zero_or_one(text) == []
    assert "not once" in text
    assert "0 of 200 elections: below" in text
    assert text.count("below ") >= 2
    assert "not once in 200" in text
    assert "unknown" in text
    assert "agreement    yes" in text
    assert "cascade" in text
    assert "pledge" in text
    assert "the House" in text


def test_what_was_always_seen_is_not_called_certain(rare: Answer) -> None:
    """All elections are contingent, with Kasich third: of 200 that is not certainty."""
    tally = rare.simulation.tally
    counts = np.zeros_like(tally.counts)
    counts[50] = 200
    seen = Tally(200, counts, tally.attempted, tally.effective, np.array([0, 0, 0, 200]), np.array([200, 0, 0, 0]))
    simulation = Simulation(seen, rare.simulation.needed, 1, "numpy", rare.simulation.block)
    text = screen(replace(rare, simulation=simulation))
    assert "every time" in text
    assert told_as_zero_or_one(text) == []


def test_variants_always_seen_are_not_called_certain(rare: Answer) -> None:
    always = tuple(replace(each, probability=1.0, log10_probability=0.0, draws=200) for each in rare.accounts)
    text = screen(replace(rare, accounts=always))
    assert told_as_zero_or_one(text) == []


def test_exact_zeros_may_be_called_impossible() -> None:
    """Nobody leaves: the exact answer says so, and the simulation still does not."""
    text = screen(ask(load("lone-rogues").replace({"defection.probability": 0}), draws=64, seed=1))
    assert "impossible" in text
    assert "not once" in text
    assert "0 of 64 elections: below" in text


@pytest.mark.parametrize("name", ["house-decides", "compromise-candidate"])
def test_outcomes_name_the_candidates(name: str) -> None:
    text = screen(run_of(name)[1])
    for part in ("Donald Trump", "Hillary Clinton", "nobody: the House decides", "John Kasich", "and third"):
        assert part in text


def test_accounts_and_mechanisms() -> None:
    text = screen(run_of("hamilton-2016")[1])
    for part in (
        "Each account, by its weight",
        "whip-count",
        "electors-trust",
        "first-mover",
        "binding laws",
        "~ 1 in",
    ):
        assert part in text
    assert "the pledge" in text


def test_a_house_without_exact_answer_is_simulated() -> None:
    """The factor is so strong that all delegations move as one."""
    scenario = load("house-decides").replace({"house.loading": 0.9999999})
    text = screen(ask(scenario, draws=64, seed=1))
    assert re.search(r"the House +~ .*Donald Trump, if it has to choose among three", text)
    assert re.search(r"below \S+ +Hillary Clinton *\n", text[text.index("\nthe House  ") :])
    assert "if none is third" not in text


def test_if_it_happens() -> None:
    text = screen(run_of("house-decides")[1])
    happens, president = text.split("If it happens (exactly):")[1].split("becomes president:")
    assert re.search(r"lost +39\.4 votes +on average; 37 to 44 in nine of ten elections", happens)
    assert re.search(r"most in +TX 4\.89 +usually 3\.8; FL 3\.73, usually 2\.9; PA", happens)
    assert len(re.findall(r"\b[A-Z]{2} \d", happens)) == 5
    assert re.search(r"by law +19\.9 +in states with no law; 11\.4 with a pledge only", happens)
    assert re.search(r"76 in 100 +Donald Trump", president.partition("This assumes")[0])
    drawn = screen(run_of("electors-trust")[1])
    assert re.search(r"If it happens \(~ in [\d,]+ elections drawn\):", drawn)
    assert "becomes president" not in drawn


def test_nothing_is_told_of_a_denial_that_was_not_drawn(rare: Answer) -> None:
    assert "If it happens" not in screen(replace(rare, denial=None))
