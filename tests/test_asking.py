"""Asking for a precision: plain simulation where that is enough, as long as it must be, and the same again."""

from __future__ import annotations

import pytest

from montecarlo.asking import ask
from montecarlo.errors import InputError
from montecarlo.scenario import Scenario

# Blocs under a pledge have neither an exact answer nor a sampler.
FREQUENT = Scenario.from_text(
    "frequent",
    'title = "Blocs"\n[defection]\nprobability = 0.1\nconditional = 0.02\n[pledge]\nthreshold = 5\n'
    '[election]\nblocs = ["TX", "FL"]\n[run]\ndraws = 1000\n',
)


def test_as_many_elections_are_simulated_as_the_precision_takes() -> None:
    answer = ask(FREQUENT, seed=1, relative_error=0.05)
    assert answer.solution is None
    assert answer.rare_event is None
    assert 0.035 < answer.relative_error <= 0.05
    assert answer.simulation.draws == answer.asked > 2000
    again = ask(FREQUENT, seed=1, draws=answer.asked, relative_error=0.05)
    assert again.simulation.tally.digest == answer.simulation.tally.digest


def test_fewer_are_never_simulated_than_the_scenario_says() -> None:
    assert ask(FREQUENT, seed=1, relative_error=0.9).simulation.draws == 1000
    assert ask(FREQUENT, seed=1).simulation.draws == 1000


def test_draws_that_are_told_stay() -> None:
    answer = ask(FREQUENT, seed=1, draws=3000, relative_error=0.01)
    assert answer.simulation.draws == 3000
    assert answer.relative_error > 0.01


@pytest.mark.parametrize("relative_error", [0.0, 1.0, -1.0, float("nan"), "0.1"])
def test_a_precision_that_cannot_be_asked_for(relative_error) -> None:
    with pytest.raises(InputError, match="relative_error is"):
        ask(FREQUENT, seed=1, relative_error=relative_error)
