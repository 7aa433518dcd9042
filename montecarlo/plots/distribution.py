"""The distribution of defecting votes, simulated and exact, with the line that denies the majority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from montecarlo.answer import Answer
from montecarlo.estimates import Simulation
from montecarlo.plots import style
from montecarlo.plots.heading import denied, head
from montecarlo.plots.results import refuse_other
from montecarlo.show import numbers
from montecarlo.solution import Solution
from montecarlo.uncertainty import clopper_pearson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NOT_TINY: Final = 1e-100
"""Far above what is too small for a number."""
_DEEPEST: Final = 1e-30
"""Where the logarithmic axis ends unless the needed line lies deeper."""
_HEADROOM: Final = 0.13
"""Part of the axis above all data, where the needed line has its label."""


@style.applied()
def plot_distribution(result: Answer | Solution | Simulation, *, ax: Axes | None = None, log: bool = False) -> Axes:
    """Draw how many votes defect: simulated shares with their intervals, the exact distribution, the needed line.

    Parameters
    ----------
    result : Answer, Solution or Simulation
        What to draw: both, or what `montecarlo.solve` or `montecarlo.simulate` found of a model.
    ax : matplotlib Axes, optional
        Where to draw; by default on a figure of its own.
    log : bool
        A logarithmic axis, which shows the tail; votes that never came up are upper limits there, never 0.

    Returns
    -------
    matplotlib Axes
        What was drawn on.

    Raises
    ------
    InputError
        For anything else.
    """
    refuse_other(result, (Answer, Solution, Simulation), "montecarlo.ask, solve or simulate")
    ax = style.axes(ax)
    _draw(result, ax, log=log)
    style.legend_below(ax)
    return ax


@style.applied()
def draw_votes(
    ax: Axes,
    *,
    needed: int,
    pmf: NDArray[np.float64] | None = None,
    counts: NDArray[np.int64] | None = None,
    draws: int = 0,
    confidence: float = 0.95,
    log: bool = False,
) -> None:
    """Draw the distribution of lost votes on `ax`, without a legend; its parts are labelled for one.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    needed : int
        Votes that deny the majority.
    pmf : (votes + 1,) or (needed,) float64, optional
        The exact distribution, or as much of it as is known from 0 votes on.
    counts : (votes + 1,) int64, optional
        Simulated elections by lost votes.
    draws : int
        Their number.
    confidence : float
        Level of the intervals.
    log : bool
        A logarithmic axis; votes that never came up are upper limits there.
    """
    exact = np.zeros(0) if pmf is None else pmf
    counted = np.zeros(0, dtype=np.int64) if counts is None else counts
    last = _last_vote(exact, counted, needed)
    exact, counted = exact[: last + 1], counted[: last + 1]
    impossible = _impossible(exact)
    if len(exact):
        _draw_exact(ax, exact, impossible, log=log)
    if len(counted):
        _draw_shares(ax, counted, draws, confidence)
    if len(counted) and log:
        _draw_limits(ax, np.setdiff1d(np.flatnonzero(counted == 0), impossible), draws, confidence)
    room = max(0.6, 0.015 * last)
    ax.set_xlim(-room, last + room)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    _limit(ax, exact, counted, draws, needed, confidence, log=log)
    _draw_needed(ax, needed, last)
    ax.set_xlabel("electoral votes lost")
    ax.set_ylabel("probability")


@style.applied()
def figure(answer: Answer) -> Figure:
    """Return the distribution on a linear axis, and below it its tail on a logarithmic one."""
    whole = style.new_figure(height=6.4)
    above, below = whole.subplots(2, 1, sharex=True)
    _draw(answer, above, log=False)
    _draw(answer, below, log=True)
    above.set_xlabel("")
    whole.align_ylabels()
    style.legend_below(below)
    head(whole, above, answer.scenario, f"The majority is denied: {denied(answer)}")
    return whole


@style.applied()
def tail_figure(answer: Answer) -> Figure:
    """Return the distribution on a logarithmic axis."""
    whole = style.new_figure(height=4.6)
    ax = plot_distribution(answer, ax=whole.subplots(), log=True)
    head(whole, ax, answer.scenario, f"The majority is denied: {denied(answer)}")
    return whole


def words(answer: Answer) -> str:
    """Return what both pictures show, with its numbers."""
    roster, simulation = answer.scenario.roster(), answer.simulation
    likeliest = int(answer.pmf.argmax() if len(answer.pmf) else simulation.counts.argmax())
    share = answer.pmf[likeliest] if len(answer.pmf) else simulation.counts[likeliest] / simulation.draws
    how = f"the exact distribution, and {simulation.draws:,} simulated elections with intervals"
    if not len(answer.pmf):
        how = f"{simulation.draws:,} simulated elections with intervals"
    return (
        f"Votes lost, of {roster.leader_votes}: {how}. On average {numbers.votes(answer.effective_mean)} are lost, "
        f"most often {likeliest} (probability {numbers.probability(float(share))}). {simulation.needed} or more deny "
        f"the majority: {denied(answer)}."
    )


def _draw(result: Answer | Solution | Simulation, ax: Axes, *, log: bool) -> None:
    if isinstance(result, Solution):
        draw_votes(ax, needed=len(result.pmf_below), pmf=result.known, log=log)
    elif isinstance(result, Simulation):
        draw_votes(ax, needed=result.needed, counts=result.counts, draws=result.draws, log=log)
    else:
        simulation = result.simulation
        draw_votes(
            ax, needed=simulation.needed, pmf=result.pmf, counts=simulation.counts, draws=simulation.draws,
            confidence=result.confidence, log=log,
        )  # fmt: skip


def _impossible(pmf: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the numbers of votes that cannot be lost although fewer and more can, as of blocs."""
    possible = np.flatnonzero(pmf)
    # Next to what is too small for a number probabilities are small as well; next to what cannot be they need not.
    sides = np.minimum(pmf[possible[:-1]], pmf[possible[1:]])
    gaps = np.flatnonzero((np.diff(possible) > 1) & (sides > _NOT_TINY))
    return np.concatenate([np.arange(possible[k] + 1, possible[k + 1]) for k in gaps] or [possible[:0]])


def _draw_exact(ax: Axes, pmf: NDArray[np.float64], impossible: NDArray[np.intp], *, log: bool) -> None:
    """Draw a line; where numbers between others are impossible, a mark for each that is not."""
    look: dict[str, Any] = {"color": style.EXACT, "label": "exact", "zorder": 3}
    if len(impossible):
        look |= {"linestyle": "none", "marker": "D", "markersize": 6, "markerfacecolor": "none"}
    hidden = pmf == 0 if log or len(impossible) else np.zeros(len(pmf), dtype=np.bool_)
    ax.plot(np.where(hidden, np.nan, pmf), **look)


def _draw_shares(ax: Axes, counts: NDArray[np.int64], draws: int, confidence: float) -> None:
    """Draw simulated shares with an interval each; the intervals hold singly, not all at once."""
    votes = np.flatnonzero(counts)
    if not len(votes):
        return
    shares = counts[votes] / draws
    ends = np.array([clopper_pearson(hits, draws, confidence) for hits in counts[votes].tolist()]).T
    label = f"simulated, {draws:,} elections, with {100 * confidence:g} % intervals"
    ax.errorbar(
        votes, shares, yerr=np.abs(ends - shares), fmt="o", markersize=3.5, color=style.SIMULATED, elinewidth=1,
        label=label,
    )  # fmt: skip


def _draw_limits(ax: Axes, votes: NDArray[np.intp], draws: int, confidence: float) -> None:
    """Draw upper limits for votes that never came up."""
    limit = clopper_pearson(0, draws, confidence)[1]
    label = f"never simulated: below this, at {100 * confidence:g} %"
    ax.plot(
        votes, np.full(len(votes), limit), linestyle="none", marker="v", markersize=4, markerfacecolor="white",
        color=style.SIMULATED, markeredgewidth=0.8, label=label,
    )  # fmt: skip


def _last_vote(pmf: NDArray[np.float64], counts: NDArray[np.int64], needed: int) -> int:
    """Show all that can be seen on a linear axis, and a little beyond the needed line."""
    seen = np.flatnonzero(counts)
    plain = np.flatnonzero(pmf > 1e-4 * pmf.max()) if len(pmf) else seen
    most = max(len(counts), len(pmf), needed + 1) - 1
    ends: list[int] = [*seen[-1:].tolist(), *plain[-1:].tolist(), round(1.15 * needed) + 2]
    return min(max(ends), most)


def _limit(
    ax: Axes, pmf: NDArray[np.float64], counts: NDArray[np.int64], draws: int, needed: int, confidence: float,
    *, log: bool,
) -> None:  # fmt: skip
    """End the axis of probabilities where the data end, with room for the label of the needed line."""
    limit = clopper_pearson(0, draws, confidence)[1] if draws else 1.0
    if not log:
        ax.set_ylim(0.0, (1 + _HEADROOM) * ax.dataLim.y1)
        return
    least = limit if len(pmf) == 0 else float(pmf[min(needed, len(pmf) - 1)])
    bottom = max(min(least / 100, limit / 100), 1e-300) if least > 0 else _DEEPEST
    highest = max([*pmf.tolist(), *(counts / draws).tolist(), limit if draws else bottom])
    ax.set_yscale("log")
    ax.set_ylim(bottom, highest * (highest / bottom) ** _HEADROOM)
    style.label_powers(ax.yaxis, most=1.0)


def _draw_needed(ax: Axes, needed: int, last: int) -> None:
    ax.axvline(needed, color=style.BLACK, linestyle="--", linewidth=1.2)
    ax.axvspan(needed, ax.get_xlim()[1], color=style.BLACK, alpha=0.05, linewidth=0)
    side = -1 if needed > 0.6 * last else 1
    ax.annotate(
        f"{needed} deny the majority", (needed, 0.98), xycoords=("data", "axes fraction"), xytext=(5 * side, 0),
        textcoords="offset points", va="top", ha="left" if side > 0 else "right",
    )  # fmt: skip
