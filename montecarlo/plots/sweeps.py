"""Sweeps and frontiers: lines, a map of two keys, and what makes up for what, on a logarithmic axis of probability."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from montecarlo.plots import style
from montecarlo.plots.heading import head
from montecarlo.plots.results import refuse_other
from montecarlo.show import numbers
from montecarlo.study.frontiers import Frontier
from montecarlo.study.numeric_keys import is_whole
from montecarlo.study.sweeping import Sweep
from montecarlo.study.value_search import checked_target

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure

_DENIED: Final = "probability that the majority is denied"
_FACTOR: Final = 30.0
"""Values that span more than this factor stand on a logarithmic axis if they are spread evenly there."""
_FEWEST: Final = 5
"""Values of each key from which contours can be trusted to show what lies between."""
_LINEAR_FROM: Final = 1e-3
_LEAST_DEPTH: Final = 0.3
"""Decades that the colours of a map span at least."""
_MOST_CELLS: Final = 8, 6
"""Rows and columns of a map up to which the numbers themselves find room in it."""
_ALL_TICKS: Final = 8
"""Values of a map's key up to which each has its tick."""


@style.applied()
def plot_sweep(sweep: Sweep, *, ax: Axes | None = None, target: float | None = None) -> Axes:
    """Draw the probability over one key as a line, over two keys as a map.

    Points that are simulated have their intervals; where nothing was seen, an arrow points down from the upper limit.
    The probability stands on a logarithmic axis unless all of it lies above 0.001.

    Parameters
    ----------
    sweep : Sweep
        What to draw.
    ax : matplotlib Axes, optional
        Where to draw; by default on a figure of its own.
    target : float, optional
        A probability to mark: a line, or a contour of the map.

    Returns
    -------
    matplotlib Axes
        What was drawn on. A logarithmic axis of probability is that of its decimal logarithm, as is the map's colour.

    Raises
    ------
    InputError
        If the target does not lie strictly between 0 and 1.
    """
    refuse_other(sweep, Sweep, "montecarlo.sweep")
    target = None if target is None else checked_target(target)
    ax = style.axes(ax)
    if len(sweep.keys) == 2:
        _draw_map(ax, sweep, target)
    else:
        _draw_line(ax, sweep, target)
    return ax


@style.applied()
def plot_frontier(frontier: Frontier, *, ax: Axes | None = None) -> Axes:
    """Draw the value of one key that keeps the probability, against another key; a gap is where no value does.

    Parameters
    ----------
    frontier : Frontier
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
    refuse_other(frontier, Frontier, "montecarlo.frontier")
    ax = style.axes(ax)
    tuned = frontier.tuned
    if _even_in_factors(tuned[np.isfinite(tuned)]):
        ax.set_yscale("log")
    ax.plot(frontier.values, tuned, color=style.EXACT, marker="o", markersize=4)
    simulated = [(x, each) for x, each in zip(frontier.values, frontier.found, strict=True) if each and each.draws]
    for x, each in simulated:
        ax.plot([x, x], each.interval, color=style.SIMULATED, linewidth=1.2)
    if not np.isfinite(tuned).any():
        ax.text(0.5, 0.5, "no value gives it", transform=ax.transAxes, ha="center")
    ax.grid(axis="y")
    _label_values(ax, "x", frontier.against, np.array(frontier.values))
    ax.set_ylabel(f"{frontier.key} for a probability of {numbers.given(frontier.target)}")
    return ax


@style.applied()
def figure(sweep: Sweep) -> Figure:
    """Return the sweep as a whole figure."""
    whole = style.new_figure(height=5.0 if len(sweep.keys) == 2 else 4.4)
    ax = plot_sweep(sweep, ax=whole.subplots())
    draws = int(sweep.draws.max())
    seeded = f" (simulated: {draws:,} election{'s' * (draws > 1)} each)" if draws else " (exact)"
    head(whole, ax, sweep.told, f"{_DENIED[0].upper()}{_DENIED[1:]}{seeded}")
    return whole


@style.applied()
def frontier_figure(frontier: Frontier) -> Figure:
    """Return the frontier as a whole figure."""
    whole = style.new_figure()
    ax = plot_frontier(frontier, ax=whole.subplots())
    head(whole, ax, frontier.told, f"The majority is denied with probability {numbers.given(frontier.target)}")
    return whole


def _draw_line(ax: Axes, sweep: Sweep, target: float | None) -> None:
    """Draw one key across and the probability up: itself if all of it is large, else its decimal logarithm."""
    linear = bool(np.all(sweep.probability >= _LINEAR_FROM))
    low, high = sweep.interval()
    heights = sweep.probability, low, high
    if not linear:
        heights = _finite(sweep.log10_probability), _log10(low), _log10(high)
    values = np.array(sweep.values[0])
    order = np.argsort(values)
    ax.plot(values[order], heights[0][order], color=style.GREY, linewidth=1.0, zorder=1)
    if linear:
        ax.set_ylim(0.0, 1.03 if high.max() > 0.5 else 1.1 * max(high.max(), target or 0.0))
    else:
        _limit_powers(ax, np.concatenate([heights[0], heights[1][sweep.simulated], heights[2][sweep.simulated]]))
    _draw_points(ax, sweep, values, np.array(heights))
    if target is not None:
        ax.axhline(target if linear else log10(target), color=style.BLACK, linestyle="--", linewidth=1.0)
    ax.grid(axis="y")
    _label_values(ax, "x", sweep.keys[0], values)
    ax.set_ylabel(_DENIED)
    if len(ax.get_legend_handles_labels()[1]) > 1:
        ax.legend(loc="best")


def _draw_points(ax: Axes, sweep: Sweep, values: NDArray[np.float64], heights: NDArray[np.float64]) -> None:
    """Draw exact points, simulated ones with intervals, limits as arrows, and what is impossible on the floor."""
    (height, low, high), (bottom, top) = heights, ax.get_ylim()
    unseen, impossible = sweep.unseen, np.isneginf(sweep.log10_probability)
    exact, seen = ~sweep.simulated & ~impossible, sweep.simulated & ~unseen
    level = f"{100 * sweep.confidence:g} %"
    if exact.any():
        ax.plot(values[exact], height[exact], "o", color=style.EXACT, markersize=4.5, clip_on=False, label="exact")
    if seen.any():
        spans = np.abs(np.array([np.fmax(low[seen], bottom), high[seen]]) - height[seen])
        told = f"simulated, with {level} intervals"
        ax.errorbar(values[seen], height[seen], spans, fmt="s", markersize=4, color=style.SIMULATED, label=told)
    if unseen.any():
        length, told = 0.07 * (top - bottom), f"never simulated: below this at {level}"
        ax.errorbar(
            values[unseen], high[unseen], length, uplims=True, fmt="_", markersize=9, color=style.SKY, label=told
        )
    if impossible.any():
        floor_line = np.full(int(impossible.sum()), bottom)
        ax.plot(values[impossible], floor_line, "x", color=style.BLACK, clip_on=False, label="impossible")


def _log10(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take decimal logarithms, nan of 0."""
    with np.errstate(divide="ignore"):
        return _finite(np.log10(numbers))


def _finite(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _limit_powers(ax: Axes, exponents: NDArray[np.float64]) -> None:
    """Let the axis of logarithms hold all that is finite, and label its powers of ten."""
    known = exponents[np.isfinite(exponents)].tolist() or [-1.0, 0.0]
    low, high = min(known), max(known)
    room = max(0.04 * (high - low), 0.05)
    ax.set_ylim(low - room, min(high + room, 0.02 * (high - low)))
    ticks = style.power_ticks(*ax.get_ylim())
    ax.set_yticks(ticks, [style.power_of_ten(tick) for tick in ticks])


def _draw_map(ax: Axes, sweep: Sweep, target: float | None) -> None:
    """Draw the second key across and the first up, colours by the decimal logarithm."""
    rows, columns = (np.argsort(each) for each in sweep.values)
    y, x = (np.array(each)[order] for each, order in zip(sweep.values, (rows, columns), strict=True))
    exponents = sweep.log10_probability[np.ix_(rows, columns)]
    limits = np.log10(np.maximum(sweep.interval()[1], 1e-320))[np.ix_(rows, columns)]
    unseen = sweep.unseen[np.ix_(rows, columns)]
    shown = np.ma.masked_invalid(np.where(unseen, limits, exponents))
    across, up = (_edges(each) for each in (x, y))
    most = float(shown.max()) if shown.count() else 0.0
    norm = Normalize(min(float(shown.min()) if shown.count() else 0.0, most - _LEAST_DEPTH), most)
    mesh = ax.pcolormesh(across, up, shown, cmap="viridis", norm=norm, rasterized=True)
    ax.set_facecolor(style.BLACK)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    ticks = style.power_ticks(float(norm.vmin or 0.0), most)
    bar.set_ticks(ticks, labels=[style.power_of_ten(tick) for tick in ticks])
    bar.set_label(_DENIED)
    for axis, key, values in (("x", sweep.keys[1], x), ("y", sweep.keys[0], y)):
        _label_values(ax, axis, key, values)
        if len(values) <= _ALL_TICKS:
            which = ax.xaxis if axis == "x" else ax.yaxis
            which.set_ticks(values, labels=numbers.told_apart(values.tolist(), 4))
    ax.set_xlim(across[0], across[-1])
    ax.set_ylim(up[0], up[-1])
    known = np.ma.masked_invalid(np.where(unseen, np.nan, exponents))
    if len(y) <= _MOST_CELLS[0] and len(x) <= _MOST_CELLS[1]:
        _write_cells(ax, sweep, mesh)
    else:
        _draw_contour(ax, bar, (x, y, known), ticks, {"colors": "white", "linewidths": 0.9})
    look: dict[str, Any] = {"colors": style.ORANGE, "linewidths": 2.0}
    if target is not None and _draw_contour(ax, bar, (x, y, known), [log10(target)], look, fewest=2):
        ax.plot([], [], color=style.ORANGE, linewidth=2.0, label=f"probability {numbers.given(target)}")
    if unseen.any():
        look = {"color": "white", "markeredgecolor": style.BLACK, "markersize": 5}
        places = np.argwhere(unseen)
        ax.plot(x[places[:, 1]], y[places[:, 0]], "v", label="never simulated: at most the colour", **look)
    if ax.get_legend_handles_labels()[1]:
        style.legend_below(ax, columns=2)


def _write_cells(ax: Axes, sweep: Sweep, colours: ScalarMappable) -> None:
    """Write the probabilities into the cells, but for those that were not seen."""
    for row, column in np.ndindex(sweep.shape):
        if not sweep.unseen[row, column]:
            told = numbers.probability(
                float(sweep.probability[row, column]),
                log10_value=float(sweep.log10_probability[row, column]),
                log10_complement=float(sweep.log10_complement[row, column]),
                digits=2,
            )
            place = sweep.values[1][column], sweep.values[0][row]
            # The colour of what is impossible, and has no logarithm, is black.
            ink = style.ink_on(tuple(colours.to_rgba(sweep.log10_probability[row, column]))) if told != "0" else "white"
            ax.text(*place, told, ha="center", va="center", fontsize=style.SMALL, color=ink)


def _draw_contour(
    ax: Axes,
    bar: Colorbar,
    points: tuple[Any, Any, Any],
    levels: list[float],
    look: dict[str, Any],
    *,
    fewest: int = _FEWEST,
) -> bool:
    """Draw lines of equal probability, on the map and on the bar of its colours; say whether there are any."""
    exponents = points[2]
    within = [each for each in levels if exponents.count() and exponents.min() < each < exponents.max()]
    drawn = bool(within) and min(exponents.shape) >= fewest
    if drawn:
        lines = ax.contour(*points, levels=within, linestyles="solid", **look)
        lines.set_path_effects([withStroke(linewidth=look["linewidths"] + 1.4, foreground=style.BLACK)])
        for text in ax.clabel(lines, fmt=style.power_of_ten, fontsize=style.SMALL) if fewest == _FEWEST else ():
            text.set(color="white", path_effects=[withStroke(linewidth=1.8, foreground=style.BLACK)])
        bar.add_lines(lines, erase=False)
    return drawn


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of the cells around some rising values, halfway between them on their axis."""
    if len(values) == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    places = np.log(values) if _even_in_factors(values) else values.astype(np.float64)
    middle = (places[1:] + places[:-1]) / 2.0
    edges = np.concatenate([[2.0 * places[0] - middle[0]], middle, [2.0 * places[-1] - middle[-1]]])
    return np.exp(edges) if _even_in_factors(values) else edges


def _label_values(ax: Axes, which: str, key: str, values: NDArray[np.float64]) -> None:
    """Name the axis of a key, logarithmic if its values are spread so, with whole ticks for whole numbers."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    if _even_in_factors(values):
        (ax.set_xscale if which == "x" else ax.set_yscale)("log")
        exponents = np.log10(values)
        ticks = style.power_ticks(float(exponents.min()), float(exponents.max()))
        axis.set_ticks([10.0**each for each in ticks], labels=[style.power_of_ten(each) for each in ticks])
        axis.set_ticks([], minor=True)
    elif is_whole(key):
        axis.set_major_locator(MaxNLocator(integer=True))
    axis.set_label_text(key)


def _even_in_factors(values: NDArray[np.float64]) -> bool:
    """Whether positive values crowd near the least, as if they rose by factors."""
    if len(values) < 3 or values.min() <= 0.0:
        return False
    return bool(values.max() > _FACTOR * values.min() and np.median(values) < values.max() / 4.0)
