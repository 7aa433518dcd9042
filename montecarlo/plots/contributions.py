"""The answer beside the answers without each mechanism, and beside those of each account, on a logarithmic axis."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from math import inf, log10
from typing import TYPE_CHECKING, Final

from montecarlo.answer import Answer
from montecarlo.plots import style
from montecarlo.plots.heading import denied, head
from montecarlo.plots.results import refuse_other
from montecarlo.show import numbers
from montecarlo.show.words import simulated_share
from montecarlo.uncertainty import clopper_pearson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from montecarlo.study.contributions import Variant

_LETTERS: Final = 26
_TOGETHER: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class _Row:
    """An answer and its interval as decimal logarithms; the answer is -inf if it was not seen, or is impossible."""

    name: str
    told: str
    exponent: float
    low: float
    high: float
    colour: str


@style.applied()
def plot_contributions(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw the answer, the answer without each mechanism, and that of each account as if it were true.

    Simulated answers have their intervals; one that never came up is an arrow from its upper limit. Since mechanisms
    work on each other, what they contribute does not add up.

    Parameters
    ----------
    answer : Answer
        What to draw.
    ax : matplotlib Axes, optional
        Where to draw; by default on a figure of its own.

    Returns
    -------
    matplotlib Axes
        What was drawn on; its x axis is the decimal logarithm.

    Raises
    ------
    InputError
        For anything else.
    """
    refuse_other(answer, Answer, "montecarlo.ask")
    ax = style.axes(ax)
    rows = _rows(answer)
    for place, row in enumerate(rows):
        _draw_row(ax, row, place, rows[0].exponent)
    if rows[0].exponent > -inf:
        ax.axvline(rows[0].exponent, color=style.BLACK, linestyle="--", linewidth=1.0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.grid(axis="y")
    ax.set_yticks(range(len(rows)), [textwrap.fill(row.name, _LETTERS) for row in rows], parse_math=False)
    ax.tick_params(axis="y", length=0)
    told = ax.secondary_yaxis("right")
    told.set_yticks(range(len(rows)), [row.told for row in rows])
    told.tick_params(axis="y", length=0)
    told.spines["right"].set_visible(False)
    _limit(ax, rows)
    ax.set_xlabel("probability that the majority is denied\n(mechanisms work on each other: this does not add up)")
    return ax


@style.applied()
def figure(answer: Answer) -> Figure:
    """Return the comparison as a whole figure."""
    lines = sum(len(textwrap.wrap(row.name, _LETTERS)) for row in _rows(answer))
    whole = style.new_figure(height=1.7 + 0.32 * max(lines, len(_rows(answer)) + 1))
    ax = plot_contributions(answer, ax=whole.subplots())
    head(whole, ax, answer.scenario, f"The majority is denied: {denied(answer)}")
    return whole


def missing(answer: Answer) -> str:
    """Return why there is nothing to compare with, or "" if there is something."""
    if answer.contributions or answer.accounts:
        return ""
    if not answer.finished:
        return "the run was interrupted before it was compared with anything"
    return "the scenario has no mechanism to switch off and no contradictory accounts"


def words(answer: Answer) -> str:
    """Return what the picture shows, with its numbers."""
    whole, *others = _rows(answer)
    told = "; ".join(f"{row.name}, {row.told}" for row in others)
    return f"Probability that the majority is denied: {whole.told}; {told}."


def _rows(answer: Answer) -> list[_Row]:
    without = [_variant(each, f"without {each.name}", style.BLUE, answer.confidence) for each in answer.contributions]
    weights = answer.scenario.accounts
    alone = [
        _variant(each, f"“{each.name}” alone, weight{_TOGETHER}{weights[each.name]:g}", style.GREEN, answer.confidence)
        for each in answer.accounts
    ]
    return [_whole(answer), *without, *alone]


def _whole(answer: Answer) -> _Row:
    """Return the answer itself: exact, else weighed where that was needed, else simulated."""
    solution, rare, simulation = answer.solution, answer.rare_event, answer.simulation
    name, told = "the whole scenario", denied(answer)
    if solution is not None:
        exponent = solution.log10_probability
        return _Row(name, numbers.in_words(solution), exponent, exponent, exponent, style.BLACK)
    if rare is not None and not rare.withheld and rare.log10_probability > -inf:
        return _Row(name, told, rare.log10_probability, *rare.log10_interval(answer.confidence), style.BLACK)
    return _simulated(name, simulation.hits, simulation.draws, style.BLACK, answer.confidence)


def _variant(variant: Variant, name: str, colour: str, confidence: float) -> _Row:
    if variant.draws:
        return _simulated(name, round(variant.probability * variant.draws), variant.draws, colour, confidence)
    exponent = variant.log10_probability
    told = numbers.one_in(variant.probability, log10_value=exponent)
    return _Row(name, told, exponent, exponent, exponent, colour)


def _simulated(name: str, hits: int, draws: int, colour: str, confidence: float) -> _Row:
    low, high = clopper_pearson(hits, draws, confidence)
    told = simulated_share(hits, draws, confidence)
    return _Row(name, told, _log10(hits / draws), _log10(low), _log10(high), colour)


def _log10(value: float) -> float:
    return log10(value) if value > 0 else -inf


def _draw_row(ax: Axes, row: _Row, place: int, whole: float) -> None:
    """Draw an answer, and a band from the whole one to it."""
    end = row.exponent if row.exponent > -inf else row.high
    if min(end, whole) > -inf:
        ax.plot([whole, end], [place, place], color=row.colour, alpha=0.25, linewidth=5, solid_capstyle="butt")
    if row.exponent > -inf:
        spans = [[row.exponent - row.low], [row.high - row.exponent]]
        ax.errorbar([row.exponent], [place], xerr=spans, fmt="o", color=row.colour, markersize=7, elinewidth=2)
    elif row.high > -inf:
        ax.annotate(
            "", (0.0, place), xycoords=("axes fraction", "data"), xytext=(row.high, place), textcoords="data",
            arrowprops={"arrowstyle": "->", "color": row.colour, "linewidth": 2},
        )  # fmt: skip
        ax.plot([row.high], [place], marker="|", color=row.colour, markersize=10)


def _limit(ax: Axes, rows: list[_Row]) -> None:
    """Let the axis hold all rows, at least a decade, and end at 1."""
    ends = [end for row in rows for end in (row.low, row.exponent, row.high) if end > -inf] or [0.0]
    least, most = min(ends), max(ends)
    room = max(0.08 * (most - least), 0.15)
    right = min(most + room, 0.0) if most < 0 else 0.0
    ax.set_xlim(min(least - room, right - 1.0), right + 0.02 * (right - least))
    ticks = style.power_ticks(*ax.get_xlim())
    ax.set_xticks(ticks, [style.power_of_ten(each) for each in ticks])
