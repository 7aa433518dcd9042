"""The distribution of defecting votes, simulated and exact, with the line that denies the majority."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from montecarlo.show import numbers
from montecarlo.uncertainty import clopper_pearson

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from montecarlo.answer import Answer

# Okabe and Ito's colours, told apart by every kind of colour vision.
_BLUE, _ORANGE, _BLACK = "#0072B2", "#D55E00", "#000000"
_STYLE: Any = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}
_DEEPEST = 1e-30
"""Where the logarithmic axis ends unless the needed line lies deeper."""


def plot_distribution(answer: Answer, *, ax: Axes, log: bool = False) -> Axes:
    """Draw how many votes defect: simulated shares with their intervals, the exact distribution, the needed line.

    Parameters
    ----------
    answer : Answer
        What to draw.
    ax : matplotlib Axes
        Where to draw.
    log : bool
        A logarithmic axis, which shows the tail; votes that never came up are upper limits there, never 0.

    Returns
    -------
    matplotlib Axes
        The same, drawn on.
    """
    pmf, simulation = _exact(answer), answer.simulation
    votes = np.arange(_last_vote(answer) + 1)
    hit = simulation.counts[: len(votes)] > 0
    shares = simulation.counts[: len(votes)] / simulation.draws
    level = f"{100 * answer.confidence:g} %"
    if log:
        if answer.solution is not None:
            shown = np.where(pmf[: len(votes)] > 0, pmf[: len(votes)], np.nan)
            ax.plot(votes, shown, color=_ORANGE, linewidth=1.8, label="exact", zorder=3)
        limit = clopper_pearson(0, simulation.draws, answer.confidence)[1]
        ax.plot(
            votes[~hit], np.full((~hit).sum(), limit), linestyle="none", marker="v", markersize=4, color=_BLUE,
            alpha=0.35, label=f"never simulated: below this at {level}",
        )  # fmt: skip
        ax.set_yscale("log")
        _limit_log_axis(answer, ax, limit)
    elif answer.solution is not None:
        ax.plot(votes, pmf[: len(votes)], color=_ORANGE, linewidth=1.8, label="exact", zorder=3)
    _draw_shares(answer, ax, votes[hit], shares[hit], level)
    if not log:
        ax.set_ylim(bottom=0)
    needed = simulation.needed
    ax.axvline(needed, color=_BLACK, linestyle="--", linewidth=1.2)
    ax.axvspan(needed, len(votes) + 1, color=_BLACK, alpha=0.05, linewidth=0)
    side = -1 if needed > 0.7 * len(votes) else 1
    ax.annotate(
        f"{needed} deny the majority", (needed, 0.97), xycoords=("data", "axes fraction"),
        xytext=(5 * side, 0), textcoords="offset points", va="top", ha="left" if side > 0 else "right",
    )  # fmt: skip
    ax.set_xlim(-0.6, len(votes) - 0.4)
    ax.set_xlabel("votes lost to effective defections")
    ax.set_ylabel("probability")
    return ax


def picture(answer: Answer) -> bytes:
    """Return the distribution as a PNG: linear above, its tail on a logarithmic axis below."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(8, 7), dpi=120)
        FigureCanvasAgg(figure)
        above, below = figure.subplots(2, 1, sharex=True)
        plot_distribution(answer, ax=above)
        plot_distribution(answer, ax=below, log=True)
        above.set_xlabel("")
        figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
        changed = " (some values changed)" if answer.scenario.changes else ""
        title = textwrap.fill(f"{answer.scenario.title}{changed}", 76, max_lines=2)
        figure.suptitle(f"{title}\nthe majority is denied: {_denied(answer)}", fontsize=12, parse_math=False)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _draw_shares(answer: Answer, ax: Axes, votes: np.ndarray, shares: np.ndarray, level: str) -> None:
    """Draw simulated shares with an interval each; the intervals hold singly, not all at once."""
    draws = answer.simulation.draws
    ends = np.array([clopper_pearson(round(share * draws), draws, answer.confidence) for share in shares]).T
    if not len(votes):
        return
    ax.errorbar(
        votes, shares, yerr=np.abs(ends - shares), fmt="o", markersize=3.5, color=_BLUE, elinewidth=1,
        label=f"simulated, {draws:,} elections, {level} intervals",
    )  # fmt: skip


def _denied(answer: Answer) -> str:
    if answer.solution is not None:
        return numbers.in_words(answer.solution)
    if not answer.simulation.hits:
        return f"not once in {answer.simulation.draws:,} elections"
    return f"{numbers.one_in(answer.simulation.probability)} (simulated)"


def _exact(answer: Answer) -> NDArray[np.float64]:
    """Return the exact distribution over all votes, NaN where it is not known."""
    whole = np.full(len(answer.simulation.counts), np.nan)
    whole[: len(answer.pmf)] = answer.pmf
    return whole


def _last_vote(answer: Answer) -> int:
    """Show all that can be seen on a linear axis, and a little beyond the needed line."""
    pmf, counts = answer.pmf, answer.simulation.counts
    seen = int(np.flatnonzero(counts)[-1])
    plain = int(np.flatnonzero(pmf > 1e-4 * pmf.max())[-1]) if len(pmf) else 0
    return min(max(seen, plain, round(1.15 * answer.simulation.needed) + 2), len(counts) - 1)


def _limit_log_axis(answer: Answer, ax: Axes, limit: float) -> None:
    pmf = answer.pmf
    least = limit if len(pmf) == 0 else pmf[min(answer.simulation.needed, len(pmf) - 1)]
    bottom = max(min(least / 100, limit / 100), 1e-300) if least > 0 else _DEEPEST
    highest = max(answer.simulation.counts.max() / answer.simulation.draws, limit, *pmf)
    ax.set_ylim(bottom, 3 * float(highest))
