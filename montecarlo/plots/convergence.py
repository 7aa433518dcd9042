"""How the simulated probability settled, with its interval, on a logarithmic axis of elections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from montecarlo.engine.executors import processors, threads
from montecarlo.engine.simulation import backend_for
from montecarlo.errors import StoreError
from montecarlo.plots import style
from montecarlo.plots.heading import denied, head
from montecarlo.plots.results import refuse_other
from montecarlo.show import numbers
from montecarlo.study.convergence import FEWEST, Convergence, converge

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from montecarlo.answer import Answer

_SPAN: Final = 10.0
"""Where the first interval reaches higher than so many times the answer, the axis of probabilities is logarithmic."""


@style.applied()
def plot_convergence(convergence: Convergence, *, ax: Axes | None = None) -> Axes:
    """Draw the running estimate with its interval, and the exact answer, if it is known, as a line.

    Before the first hit only the upper limit is drawn. The axis of probabilities is logarithmic where the intervals
    span much.

    Parameters
    ----------
    convergence : Convergence
        What to draw; see `montecarlo.converge`.
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
    refuse_other(convergence, Convergence, "montecarlo.converge")
    ax = style.axes(ax)
    _draw_running(ax, convergence)
    ax.set_xscale("log")
    style.label_powers(ax.xaxis)
    _limit(ax, convergence)
    _draw_exact(ax, convergence)
    ax.set_xlabel("elections simulated")
    ax.set_ylabel("probability, as simulated so far")
    style.legend_below(ax)
    return ax


@style.applied()
def figure(answer: Answer) -> Figure:
    """Replay the run and return the picture; it takes as long as the run's simulation did.

    Raises
    ------
    StoreError
        If the replay does not end with the run's number of hits.
    """
    run = answer.simulation
    exact = None if answer.solution is None else answer.solution.probability
    # NumPy's short calls hold Python's lock too often for threads to help.
    workers = 1 if backend_for(answer.model, run.draws) == "numpy" else processors()
    with threads(workers) as map_:
        found = converge(
            answer.model, run.draws, seed=run.seed, confidence=answer.confidence, exact=exact, map_=map_
        )  # fmt: skip
    if found.hits[-1] != run.hits:
        told = f"{found.hits[-1]:,} hits instead of {run.hits:,}"
        raise StoreError(f"The replay of the run has {told}; `montecarlo verify` compares every count.")
    whole = style.new_figure(height=4.6)
    ax = plot_convergence(found, ax=whole.subplots())
    head(whole, ax, answer.scenario, f"The majority is denied: {denied(answer)}")
    return whole


def missing(answer: Answer) -> str:
    """Say why there is nothing to show: one point tells of no convergence."""
    draws = answer.simulation.draws
    return "" if draws > FEWEST else f"the run simulated {draws} elections, too few to see an estimate settle"


def words(answer: Answer) -> str:
    """Return what the picture shows, with its numbers."""
    run = answer.simulation
    low, high = answer.interval
    level = f"{100 * answer.confidence:g} %"
    end = f"{run.hits:,} of {run.draws:,} elections, {level} interval "
    end += f"{numbers.probability(low, digits=4)} to {numbers.probability(high, digits=4)}"
    if not run.hits:
        end = f"not once in {run.draws:,} elections, which means below {numbers.upper_limit(high)} at {level}"
    exact = "" if answer.solution is None else f" The exact answer, a line: {numbers.in_words(answer.solution)}."
    return (
        f"The running share of simulated elections that deny the majority, with its narrowing interval: {end}.{exact}"
    )


def _draw_running(ax: Axes, convergence: Convergence) -> None:
    """Draw the estimate and the band from the first hit on, and upper limits before it."""
    draws, hits, ends = convergence.draws, convergence.hits, convergence.interval()
    seen, level = hits > 0, f"{100 * convergence.confidence:g} %"
    if not seen.all():
        ax.plot(
            draws[~seen], ends[~seen, 1], linestyle="none", marker="v", markersize=5, markerfacecolor="white",
            color=style.SIMULATED, markeredgewidth=0.8, label=f"no hit so far: below this, at {level}",
        )  # fmt: skip
    if seen.any():
        low, high = (numbers.probability(float(end), digits=4) for end in ends[-1])
        label = f"simulated: {hits[-1]:,} of {draws[-1]:,} elections"
        ax.plot(draws[seen], convergence.probability[seen], "o-", markersize=3.5, color=style.SIMULATED, label=label)
        ax.fill_between(
            draws[seen], ends[seen, 0], ends[seen, 1], color=style.SIMULATED, alpha=0.18, linewidth=0,
            label=f"{level} interval, in the end {low} to {high}",
        )  # fmt: skip


def _limit(ax: Axes, convergence: Convergence) -> None:
    """Choose the axis of probabilities."""
    share, ends = convergence.probability, convergence.interval()
    seen, top = share > 0, float(ends[:, 1].max())
    known = share[-1] if seen[-1] else ends[-1, 1]
    if top <= _SPAN * known:
        ax.set_ylim(0.0, min(1.04 * top, 1.01))
        return
    # The interval of a first hit reaches far down; its lower end need not be seen.
    bottom = min(*share[seen], ends[-1, 0]) / 2.0 if seen[-1] else ends[-1, 1] / 10.0
    exact = convergence.exact or 0.0
    ax.set_ylim(exact / 2.0 if bottom / 100.0 < exact < bottom else bottom, min(2.0 * top, 1.0))
    ax.set_yscale("log")
    style.label_powers(ax.yaxis)


def _draw_exact(ax: Axes, convergence: Convergence) -> None:
    """Draw the exact answer, or only tell it where it lies outside."""
    exact = convergence.exact
    if exact is None:
        return
    bottom, top = ax.get_ylim()
    label = f"exact: {_told(exact)}"
    if bottom <= exact <= top:
        ax.axhline(exact, color=style.EXACT, linewidth=1.2, label=label)
    else:
        side = "below" if exact < bottom else "above"
        ax.plot([], [], color=style.EXACT, label=f"{label}, far {side} this picture")


def _told(probability: float) -> str:
    """Return the exact answer in words; what a float rounds to 0 or 1 need not be that."""
    ends = {0.0: "below 1e-300", 1.0: "all but certain"}
    return ends.get(probability) or numbers.one_in(probability)
