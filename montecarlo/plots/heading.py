"""What stands above a picture: the scenario's title, and the answer in a line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, Any, Final
from warnings import catch_warnings, filterwarnings

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from montecarlo.plots import style
from montecarlo.show import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from montecarlo.answer import Answer
    from montecarlo.scenario import Scenario

_MARGIN: Final = 0.012
"""Left and right of the title, of the figure's width."""
_MOST_LINES: Final = 2
_FONT: Final[dict[str, Any]] = {"fontsize": 11.5, "fontweight": "bold"}
_POINTS: Final = 72.0
"""Points to the inch."""


def head(figure: Figure, top: Axes, scenario: Scenario, line: str) -> None:
    """Put the scenario's title above the figure and a line of what is shown above its topmost axes."""
    changed = " (some values changed)" if scenario.changes else ""
    room = figure.get_figwidth() * _POINTS * (1.0 - 2.0 * _MARGIN)
    title = _wrapped(f"{scenario.title}{changed}", room)
    figure.suptitle(title, x=_MARGIN, ha="left", parse_math=False, **_FONT)
    top.set_title(line, loc="left", parse_math=False)


def denied(answer: Answer) -> str:
    """Return how likely it is that the majority is denied: "1 in 2.9e63", "1 in 5.2 (simulated)"."""
    if answer.solution is not None:
        return numbers.in_words(answer.solution)
    rare, simulation = answer.rare_event, answer.simulation
    if simulation.hits == simulation.draws:
        return f"every time in {simulation.draws:,} simulated elections"
    if rare is not None and not rare.withheld and rare.log10_probability > -inf:
        return f"{numbers.weighed(rare)} (weighed)"
    if simulation.hits:
        return f"{numbers.share(simulation.hits, simulation.draws)} (simulated)"
    return f"not once in {simulation.draws:,} simulated elections"


def _wrapped(title: str, room: float) -> str:
    """Break a title into lines of so many points; what more than two lines would need is left out."""
    lines: list[str] = []
    for word in chain.from_iterable(_pieces(each, room) for each in title.split()):
        if lines and _width(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > _MOST_LINES:
        kept = lines[_MOST_LINES - 1]
        while _width(f"{kept} …") > room:
            kept = kept.rpartition(" ")[0] or kept[:-2]
        lines[_MOST_LINES - 1 :] = [f"{kept} …"]
    return "\n".join(lines)


def _pieces(word: str, room: float) -> Iterator[str]:
    """Break a word that no line holds."""
    while _width(word) > room:
        end = bisect_right(range(len(word)), room, key=lambda letters: _width(word[:letters])) - 1
        yield word[: max(end, 1)]
        word = word[max(end, 1) :]
    yield word


@cache
def _width(text: str) -> float:
    """Return the width of a line of the title, in points."""
    font = FontProperties(family=style.STYLE["font.family"], size=_FONT["fontsize"], weight=_FONT["fontweight"])
    with catch_warnings():
        # What the font lacks is told where the picture is made.
        filterwarnings("ignore", message=style.MISSING)
        return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])
