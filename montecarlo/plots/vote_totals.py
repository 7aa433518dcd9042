"""The electoral votes of both sides, with the line from which they are a majority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

import montecarlo.data as data
from montecarlo.answer import Answer
from montecarlo.plots import style
from montecarlo.plots.heading import denied, head
from montecarlo.plots.results import refuse_other
from montecarlo.show import numbers
from montecarlo.show.words import candidates
from montecarlo.uncertainty import clopper_pearson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS: Final = {"R": style.VERMILION, "D": style.BLUE}
"""The parties' usual colours, of those that everybody can tell apart."""
_HEADROOM: Final = 0.13


@dataclass(frozen=True, eq=False)
class _Side:
    """The votes of one side: totals with their probabilities, exact where known, and counts, if it was simulated."""

    name: str
    colour: str
    totals: NDArray[np.int64]
    pmf: NDArray[np.float64]
    counts: NDArray[np.int64]


@style.applied()
def plot_vote_totals(answer: Answer, *, ax: Axes | None = None) -> Axes:
    """Draw how many electoral votes the leader and the opponent get, on a logarithmic axis, and the majority.

    Where the other side's electors may vote for the leader too, those votes are not counted: the leader's are those of
    its own electors. Where the scenario does not say where votes go, the opponent keeps what it has.

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
        For anything else.
    """
    refuse_other(answer, Answer, "montecarlo.ask")
    ax = style.axes(ax)
    majority, draws = answer.scenario.roster().majority, answer.simulation.draws
    bottom = 0.1 / draws
    ax.set_yscale("log")
    ax.set_ylim(bottom, bottom**-_HEADROOM)
    style.label_powers(ax.yaxis, most=1.0)
    shown = [_draw_side(ax, side, draws, answer.confidence) for side in (_leader(answer), _opponent(answer))]
    left, right = min(majority, *(low for low, _ in shown)) - 3, max(majority, *(high for _, high in shown)) + 3
    ax.set_xlim(left, right)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.axvline(majority, color=style.BLACK, linestyle="--", linewidth=1.2)
    ax.axvspan(left, majority, color=style.BLACK, alpha=0.05, linewidth=0)
    side = -1 if majority - left > 0.5 * (right - left) else 1
    ax.annotate(
        f"{majority} are a majority", (majority, 0.98), xycoords=("data", "axes fraction"), xytext=(5 * side, 0),
        textcoords="offset points", va="top", ha="left" if side > 0 else "right",
    )  # fmt: skip
    ax.set_xlabel("electoral votes")
    ax.set_ylabel("probability")
    style.legend_below(ax)
    return ax


@style.applied()
def figure(answer: Answer) -> Figure:
    """Return the electoral votes of both sides as a whole figure."""
    whole = style.new_figure(height=4.8)
    ax = plot_vote_totals(answer, ax=whole.subplots())
    head(whole, ax, answer.scenario, f"The majority is denied: {denied(answer)}")
    return whole


def words(answer: Answer) -> str:
    """Return what the picture shows, with its numbers."""
    leader, opponent = _leader(answer), _opponent(answer)
    lost = numbers.votes(answer.effective_mean)
    pledged = answer.scenario.roster().leader_votes
    text = f"Electoral votes of both sides; {answer.scenario.roster().majority} are a majority. "
    text += f"{leader.name} loses {lost} of {pledged} on average; the majority is denied: {denied(answer)}."
    if not len(opponent.counts):
        return f"{text} {opponent.name} keeps {opponent.totals[0]}."
    seen = np.flatnonzero(opponent.counts)
    mean = float(opponent.counts @ opponent.totals) / answer.simulation.draws
    return (
        f"{text} {opponent.name} gets {mean:.1f} on average, between {seen[0]} and {seen[-1]} in "
        f"{answer.simulation.draws:,} simulated elections."
    )


def _leader(answer: Answer) -> _Side:
    roster, destination = answer.scenario.roster(), answer.scenario.settings.destination
    name = candidates(answer)[0]
    if destination is not None and destination.opponent.opponent > 0.0:
        name = f"{name}, own electors only"
    totals = roster.leader_votes - np.arange(roster.leader_votes + 1)
    return _Side(name, _COLOURS.get(roster.leader, style.GREEN), totals, answer.pmf, answer.simulation.counts)


def _opponent(answer: Answer) -> _Side:
    roster = answer.scenario.roster()
    election = data.elections()[roster.year]
    won = roster.leader == election.winner_party
    party, pledged = (
        (election.runner_up_party, election.runner_up_pledged)
        if won
        else (election.winner_party, election.winner_pledged)
    )
    counts = answer.simulation.tally.opponent_total
    colour = _COLOURS.get(party, style.PURPLE)
    if len(counts):
        return _Side(candidates(answer)[1], colour, np.arange(len(counts)), np.zeros(0), counts)
    return _Side(candidates(answer)[1], colour, np.array([pledged]), np.ones(1), np.zeros(0, dtype=np.int64))


def _draw_side(ax: Axes, side: _Side, draws: int, confidence: float) -> tuple[int, int]:
    """Draw one side and return the least and the greatest total that shows."""
    least = ax.get_ylim()[0]
    if not len(side.counts):
        (pledged,) = side.totals.tolist()
        ax.vlines(pledged, least, 1.0, color=side.colour, linewidth=4, label=f"{side.name} keeps {pledged}")
        return pledged, pledged
    if len(side.pmf):
        known = side.totals[: len(side.pmf)]
        ax.plot(known, np.where(side.pmf > 0, side.pmf, np.nan), color=side.colour, label=f"{side.name}, exact")
    hit = np.flatnonzero(side.counts)
    shares = side.counts[hit] / draws
    ends = np.array([clopper_pearson(each, draws, confidence) for each in side.counts[hit].tolist()]).T
    label = f"{side.name}, simulated, {draws:,} elections, with {100 * confidence:g} % intervals"
    ax.errorbar(
        side.totals[hit], shares, yerr=np.abs(ends - shares), fmt="o", markersize=3.5, color=side.colour,
        elinewidth=1, label=label,
    )  # fmt: skip
    shown = np.concatenate([side.totals[hit], side.totals[: len(side.pmf)][side.pmf > least]])
    return int(shown.min()), int(shown.max())
