"""What follows a contingent election: whom the House chooses, and how often it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from montecarlo.answer import Answer
from montecarlo.errors import InputError
from montecarlo.plots import style
from montecarlo.plots.heading import head
from montecarlo.plots.results import refuse_other
from montecarlo.show import numbers
from montecarlo.show.words import candidates, simulated_share
from montecarlo.uncertainty import clopper_pearson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_THREE, _TWO = "Three candidates", "Nobody comes third"


@dataclass(frozen=True)
class _Row:
    """An outcome of the House: its exact probability, and how often it was simulated, None where not known."""

    name: str
    exact: float | None
    hits: int | None


@style.applied()
def plot_house(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw whom the House chooses, if it has to: exact shares as bars, simulated ones as dots with intervals.

    Parameters
    ----------
    answer : Answer
        What to draw.
    ax : matplotlib Axes, optional
        Where to draw; by default on a figure of its own.

    Returns
    -------
    matplotlib Axes
        What was drawn on.

    Raises
    ------
    InputError
        If the scenario says nothing of a House.
    """
    refuse_other(answer, Answer, "montecarlo.ask")
    if answer.house is None:
        raise InputError(f"This cannot be drawn: {missing(answer)}.")
    ax = style.axes(ax)
    groups, draws = _groups(answer), answer.house.simulation.draws
    place, ticks = 0, dict[int, str]()
    for heading, rows in groups.items():
        ticks[place] = heading
        for row in rows:
            place += 1
            ticks[place] = row.name
            _draw_row(ax, row, place, draws, answer.confidence)
        place += 1
    ax.set_yticks(list(ticks), list(ticks.values()))
    for label in ax.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() in groups else "normal")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(place - 0.4, -0.6)
    ax.set_xlim(0.0, 1.0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("probability, if the House has to choose")
    style.legend_below(ax, columns=2)
    return ax


@style.applied()
def figure(answer: Answer) -> Figure:
    """Return the House's choice as a whole figure."""
    rows = sum(1 + len(group) for group in _groups(answer).values())
    whole = style.new_figure(height=1.8 + 0.3 * rows)
    ax = plot_house(answer, ax=whole.subplots())
    house = answer.house.house if answer.house else None
    line = "" if house is None else f"If nobody has a majority: {house.needed} of {house.delegations} delegations elect"
    head(whole, ax, answer.scenario, line)
    return whole


def missing(answer: Answer) -> str:
    """Return why there is nothing to draw, or "" if there is something."""
    return "" if answer.house is not None else "the scenario says nothing of a House"


def words(answer: Answer) -> str:
    """Return what the picture shows, with its numbers."""
    draws = answer.house.simulation.draws if answer.house else 0
    told = [
        f"{heading}: " + "; ".join(f"{row.name} {_told(row, draws, answer.confidence)}" for row in rows)
        for heading, rows in _groups(answer).items()
    ]
    return f"Whom the House chooses if nobody has a majority. {'. '.join(told)}."


def _groups(answer: Answer) -> dict[str, list[_Row]]:
    """Return the outcomes with a third candidate, and with none if that is known."""
    found = answer.house
    if found is None:
        return {}
    leader, opponent = candidates(answer)
    hits = found.simulation.counts.tolist()
    three, two = found.of_three, found.of_two
    exact = (None,) * 4 if three is None else (three.leader, three.opponent, three.alternative, three.deadlock)
    names = leader, opponent, "the third", "nobody: deadlock"
    groups = {_THREE: [_Row(*row) for row in zip(names, exact, hits, strict=True)]}
    if two is not None:
        shares = {leader: two.leader, opponent: two.opponent, names[-1]: two.deadlock}
        groups[_TWO] = [_Row(name, share, None) for name, share in shares.items()]
    return groups


def _draw_row(ax: Axes, row: _Row, place: int, draws: int, confidence: float) -> None:
    ends = [0.0]
    if row.exact is not None:
        ax.barh(place, row.exact, height=0.66, color=style.SKY, label="exact")
        ends.append(row.exact)
    if row.hits:
        share = row.hits / draws
        low, high = clopper_pearson(row.hits, draws, confidence)
        label = f"simulated, {draws:,} times, with {100 * confidence:g} % intervals"
        ax.errorbar(
            share, place, xerr=np.array([[share - low], [high - share]]), fmt="o", markersize=4, color=style.BLACK,
            capsize=3, label=label,
        )  # fmt: skip
        ends.append(high)
    inside = max(ends) > 0.8
    ax.annotate(
        _told(row, draws, confidence), (max(ends), place), xytext=(-8 if inside else 8, 0), va="center",
        textcoords="offset points", ha="right" if inside else "left",
    )  # fmt: skip


def _told(row: _Row, draws: int, confidence: float) -> str:
    if row.exact is not None:
        return numbers.one_in(row.exact)
    return simulated_share(row.hits or 0, draws, confidence)
