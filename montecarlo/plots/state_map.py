"""The states as squares of equal size: where votes are lost, and what binds the electors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.patches import Patch, Rectangle

import montecarlo.data as data
from montecarlo.answer import Answer
from montecarlo.errors import InputError
from montecarlo.plots import style
from montecarlo.plots.heading import head
from montecarlo.plots.results import refuse_other
from montecarlo.show import numbers, words
from montecarlo.study.if_it_happens import expected_by_group

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import ColorType

_NOBODY: Final = "#E4E4E4"
_HEIGHT: Final = 5.7
"""Inches, without a heading: squares are as wide as the usual width allows."""
_SIDE: Final = 0.94
"""Side of a square, of the distance between two."""
# The palest fifth looks like the paper, or like the grey of those who have no electors.
_BLUES: Final = ListedColormap(matplotlib.colormaps["Blues"](np.linspace(0.2, 1.0, 256)))

# From nothing to cancelling and punishing.
_LAWS: Final[Mapping[str, str]] = dict(
    zip(data.LAW_KINDS, ("#F7F7F7", style.SKY, style.YELLOW, style.ORANGE, style.VERMILION), strict=True)
)


@style.applied()
def plot_state_map(answer: Answer, *, ax: Axes | None = None, of: Literal["defections", "laws"] = "defections") -> Axes:
    """Draw the states as squares: the votes that each is expected to lose, or the kind of law that binds its electors.

    States that have no elector of the leader are grey.

    Parameters
    ----------
    answer : Answer
        What to draw.
    ax : matplotlib Axes, optional
        Where to draw; by default on a figure of its own.
    of : {"defections", "laws"}
        Expected effective votes lost, on a square-root scale; or kinds of law, with the leader's votes in each state.

    Returns
    -------
    matplotlib Axes
        What was drawn on.

    Raises
    ------
    InputError
        If `of` is something else.
    """
    refuse_other(answer, Answer, "montecarlo.ask")
    if of not in ("defections", "laws"):
        raise InputError(f"of is {of!r}; it must be 'defections' or 'laws'.")
    ax = style.axes(ax, height=_HEIGHT)
    if of == "defections":
        _draw_defections(ax, answer)
    else:
        _draw_laws(ax, answer)
    grid = data.tile_grid().values()
    ax.set_xlim(-0.5, max(tile.column for tile in grid) + 0.5)
    ax.set_ylim(max(tile.row for tile in grid) + 0.5, -0.5)
    ax.set_aspect("equal", anchor="N")
    ax.set_axis_off()
    return ax


@style.applied()
def defections_figure(answer: Answer) -> Figure:
    """Return the map of expected votes lost."""
    whole = style.new_figure(height=_HEIGHT + 0.7)
    ax = plot_state_map(answer, ax=whole.subplots())
    total = f"{numbers.votes(answer.effective_mean)} of {answer.scenario.roster().leader_votes} votes"
    head(whole, ax, answer.scenario, f"Lost on average, whatever comes of it: {total}{_simulated(answer)}")
    return whole


@style.applied()
def laws_figure(answer: Answer) -> Figure:
    """Return the map of kinds of law."""
    whole = style.new_figure(height=_HEIGHT + 0.7)
    ax = plot_state_map(answer, ax=whole.subplots(), of="laws")
    law_year = answer.scenario.roster().law_year
    head(
        whole, ax, answer.scenario, f"{words.candidates(answer)[0]}'s electors, and what binds them: laws of {law_year}"
    )
    return whole


def missing_laws(answer: Answer) -> str:
    """Say why there is no map of laws: where nothing enforces them, they change nothing."""
    enforced = answer.scenario.settings.law is not None or any(part.law for _, part in answer.model.parts)
    return "" if enforced else "in the scenario no law binds anybody"


def defections_words(answer: Answer) -> str:
    """Return what the map of votes lost shows, with its numbers."""
    states = sorted(zip(answer.usually_lost.tolist(), answer.scenario.roster().states, strict=True), reverse=True)
    most = ", ".join(f"{state} {numbers.votes(lost)}" for lost, state in states[:5])
    least, where = states[-1]
    total = numbers.votes(answer.effective_mean)
    return (
        f"A map of the states as squares, coloured by the votes that each loses on average{_simulated(answer)}: "
        f"{total} in all, most in {most}; least, {numbers.votes(least)}, in {where}."
    )


def laws_words(answer: Answer) -> str:
    """Return what the map of laws shows, with its numbers."""
    kinds = "; ".join(f"{words.law(kind)}: {', '.join(each)}" for kind, each in _states_by_law(answer).items())
    return f"A map of the states as squares, coloured by what binds the electors of the leader's party. {kinds}."


def _draw_defections(ax: Axes, answer: Answer) -> None:
    lost = dict(zip(answer.scenario.roster().states, answer.usually_lost.tolist(), strict=True))
    norm = PowerNorm(0.5, 0.0, max(lost.values()) or 1.0)
    for state in data.states():
        if state in lost:
            number = _short(lost[state], simulated=bool(_simulated(answer)))
            _draw_tile(ax, state, _BLUES(norm(lost[state])), number)
        else:
            _draw_tile(ax, state, _NOBODY, "")
    figure = ax.get_figure()
    assert figure is not None
    bar = figure.colorbar(
        ScalarMappable(norm, _BLUES), ax=ax, orientation="horizontal", fraction=0.045, pad=0.03, aspect=40
    )
    bar.set_label("votes lost on average, on a square-root scale")
    bar.outline.set_visible(False)
    if len(lost) < len(data.states()):
        ax.legend(handles=[_nobody(answer)], loc="upper center", bbox_to_anchor=(0.45, 1.0))


def _draw_laws(ax: Axes, answer: Answer) -> None:
    roster = answer.scenario.roster()
    kinds, votes = {}, dict.fromkeys(data.states(), 0)
    for seat in roster.leader_seats:
        kinds[seat.state] = seat.law
        votes[seat.state] += seat.votes
    for state, number in votes.items():
        colour = _LAWS[kinds[state]] if number else _NOBODY
        _draw_tile(ax, state, colour, f"{number}" if number else "")
    handles = []
    for kind, states in _states_by_law(answer).items():
        label = f"{words.law(kind)}: {sum(votes[state] for state in states)} votes"
        handles.append(Patch(facecolor=_LAWS[kind], edgecolor=style.GREY, linewidth=0.6, label=label))
    if len(kinds) < len(votes):
        handles.append(_nobody(answer))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2)


def _draw_tile(ax: Axes, state: str, colour: ColorType, number: str) -> None:
    """Draw a state's square with its code, and a number below that."""
    tile = data.tile_grid()[state]
    place = tile.column - _SIDE / 2, tile.row - _SIDE / 2
    ax.add_patch(Rectangle(place, _SIDE, _SIDE, facecolor=colour, edgecolor="#9A9A9A", linewidth=0.6))
    ink = style.ink_on(colour) if number else style.GREY
    ax.text(
        tile.column, tile.row - 0.17 * bool(number), state, ha="center", va="center", color=ink,
        fontweight="bold" if number else "normal",
    )  # fmt: skip
    if number:
        ax.text(tile.column, tile.row + 0.22, number, ha="center", va="center", color=ink, fontsize=style.SMALL)


def _nobody(answer: Answer) -> Patch:
    return Patch(
        facecolor=_NOBODY, edgecolor="#9A9A9A", linewidth=0.6, label=f"no electors of {words.candidates(answer)[0]}"
    )


def _states_by_law(answer: Answer) -> dict[str, list[str]]:
    """Return the states of the leader's electors by the kind of their law, from nothing to cancelling and punishing."""
    kinds = {seat.state: seat.law for seat in answer.scenario.roster().leader_seats}
    found = {kind: [state for state in kinds if kinds[state] == kind] for kind in _LAWS}
    return {kind: states for kind, states in found.items() if states}


def _simulated(answer: Answer) -> str:
    """Say so where the votes lost by state are simulated: electors who move each other have no other numbers."""
    exact = all(expected_by_group(part, lawful=True) is not None for _, part in answer.model.parts)
    return "" if exact else " (simulated)"


def _short(value: float, *, simulated: bool) -> str:
    """Return a number of votes that fits in a square; simulated, 0 means no more than that none was seen."""
    if value == 0.0:
        return "none" if simulated else "0"
    if value < 0.0005:
        mantissa, _, exponent = f"{value:.0e}".partition("e")
        return f"{mantissa}e{int(exponent)}"
    if value < 0.01:
        return f"{value:.4f}"
    return f"{value:#.2g}" if value < 9.95 else f"{value:.0f}"
