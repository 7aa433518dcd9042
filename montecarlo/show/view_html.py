"""What the explorer says beside its picture, as HTML in which everything that comes from a scenario is escaped."""

from __future__ import annotations

from html import escape
from typing import Final

import montecarlo.data as data
from montecarlo.estimates import Simulation
from montecarlo.show import numbers, words
from montecarlo.study.exploration import View

RESULT: Final = "montecarlo-result"
"""Class of the element that holds the answer; its ``data-probability`` is the number in full."""


def result_html(view: View) -> str:
    """Return the answer in words and numbers, or the sentence that says why the values are refused."""
    if view.refusal:
        told = f"<p><b>These values do not go together.</b> {escape(view.refusal)}</p>"
        return f'<div class="{RESULT}" data-probability="" role="alert">{told}</div>'
    rows = [*_exact(view), *_simulated(view), _needed(view), ("time", f"{view.seconds:.2f} s")]
    rows += [("changed", escape(f"{key} = {value}")) for key, value in view.scenario.changes.items()]
    cells = "".join(f"<tr><th>{name}</th><td>{told}</td></tr>" for name, told in rows)
    data_of = f'data-probability="{view.probability!r}" data-exact="{str(view.exact).lower()}"'
    return f'<div class="{RESULT}" {data_of}><p>{_in_words(view)}</p><table>{cells}</table></div>'


def _in_words(view: View) -> str:
    if view.solution is not None:
        return numbers.in_words(view.solution)
    assert view.simulation is not None
    return words.simulated_share(view.simulation.hits, view.simulation.draws, view.scenario.run.confidence)


def _exact(view: View) -> list[tuple[str, str]]:
    if view.solution is None:
        return [("exactly", escape(f"not at once: {view.unsolved}."))]
    return [("exactly", escape(f"{words.exactly(view.solution)}, relative error {words.bound(view.solution)}"))]


def _simulated(view: View) -> list[tuple[str, str]]:
    if view.simulation is None:
        return []
    return [("simulated", _interval(view.simulation, view.scenario.run.confidence))]


def _interval(simulation: Simulation, confidence: float) -> str:
    low, high = (numbers.probability(end, digits=4) for end in simulation.interval(confidence))
    times = f"{simulation.hits:,} of {simulation.draws:,} elections"
    if simulation.hits in (0, simulation.draws):
        return (
            f"{times}: {words.simulated_share(simulation.hits, simulation.draws, confidence)} at {100 * confidence:g} %"
        )
    share = numbers.probability(simulation.probability)
    return f"{share}, {times}: {low} to {high} at {100 * confidence:g} %"


def _needed(view: View) -> tuple[str, str]:
    roster = view.scenario.roster()
    election = data.elections()[roster.year]
    leader = election.winner if roster.leader == election.winner_party else election.runner_up
    return "needed", escape(f"{view.needed} of {leader}'s {roster.leader_votes} votes")
