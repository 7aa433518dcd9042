"""What stands above a picture: the scenario's title, and the answer in a line."""

from __future__ import annotations

import textwrap
from math import inf
from typing import TYPE_CHECKING, Final

from montecarlo.show import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from montecarlo.answer import Answer
    from montecarlo.scenario import Scenario

_LETTERS: Final = 72
"""Letters of a bold line that the usual width holds."""


def head(figure: Figure, top: Axes, scenario: Scenario, line: str) -> None:
    """Put the scenario's title above the figure and a line of what is shown above its topmost axes."""
    changed = " (some values changed)" if scenario.changes else ""
    title = textwrap.fill(f"{scenario.title}{changed}", _LETTERS, max_lines=2)
    figure.suptitle(title, x=0.012, ha="left", fontsize=11.5, fontweight="bold", parse_math=False)
    top.set_title(line, loc="left", parse_math=False)


def denied(answer: Answer) -> str:
    """Return how likely it is that the majority is denied: "1 in 2.9e63", "1 in 5.2 (simulated)"."""
    if answer.solution is not None:
        return numbers.in_words(answer.solution)
    rare, simulation = answer.rare_event, answer.simulation
    if simulation.hits == simulation.draws:
        return f"every time in {simulation.draws:,} simulated elections"
    if rare is not None and not rare.withheld and rare.log10_probability > -inf:
        return f"{numbers.one_in(rare.probability, log10_value=rare.log10_probability)} (weighed)"
    if simulation.hits:
        return f"{numbers.one_in(simulation.probability)} (simulated)"
    return f"not once in {simulation.draws:,} simulated elections"
