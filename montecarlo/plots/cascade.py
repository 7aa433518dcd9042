"""How cascades run: single elections, and where most of them are, round by round."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import MaxNLocator

from montecarlo.parts import Cascade
from montecarlo.plots import style
from montecarlo.plots.heading import head
from montecarlo.plots.results import refuse_other
from montecarlo.study.cascade_paths import CascadePaths, cascade_paths

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from montecarlo.answer import Answer

_SINGLE: Final = 60
"""Single elections drawn."""


@style.applied()
def plot_cascade(paths: CascadePaths, *, ax: Axes | None = None) -> Axes:
    """Draw the votes lost after each round: bands that hold half and nine tenths of the elections, and single ones.

    The single elections are spread evenly from the one that loses fewest votes to the one that loses most.

    Parameters
    ----------
    paths : CascadePaths
        What to draw; see `montecarlo.cascade_paths`.
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
    refuse_other(paths, CascadePaths, "montecarlo.cascade_paths")
    ax = style.axes(ax)
    rounds = np.arange(paths.rounds + 1)
    lowest, low, middle, high, highest = paths.quantiles(0.05, 0.25, 0.5, 0.75, 0.95)
    ax.fill_between(rounds, lowest, highest, color=style.SKY, alpha=0.25, linewidth=0, label="nine of ten elections")
    ax.fill_between(rounds, low, high, color=style.SKY, alpha=0.55, linewidth=0, label="half of the elections")
    ax.plot(rounds, middle, color=style.BLUE, linewidth=2.4, label="median election", zorder=3)
    _draw_single(ax, paths)
    ax.axhline(paths.needed, color=style.BLACK, linestyle="--", linewidth=1.2)
    ax.annotate(
        f"{paths.needed} deny the majority", (0.01, paths.needed), xycoords=("axes fraction", "data"),
        xytext=(0, 3), textcoords="offset points", va="bottom", ha="left",
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.5}, zorder=4,
    )  # fmt: skip
    ax.set_xlim(0, max(paths.rounds, 1))
    ax.set_ylim(0, max(1.12 * paths.needed, 1.03 * ax.dataLim.y1))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("rounds in which others follow those they see leave")
    ax.set_ylabel("electoral votes lost")
    style.legend_below(ax, columns=2)
    return ax


@style.applied()
def figure(answer: Answer) -> Figure:
    """Follow the cascades of the run's first elections and return the picture, a panel for each account with one."""
    found = _followed(answer)
    whole = style.new_figure(height=0.8 + 4.2 * len(found))
    panels = whole.subplots(len(found), squeeze=False)[:, 0]
    for ax, paths in zip(panels, found, strict=True):
        plot_cascade(paths, ax=ax)
        ax.set_title(_told(answer, paths), loc="left")
    head(whole, panels[0], answer.scenario, _told(answer, found[0]))
    return whole


def missing(answer: Answer) -> str:
    """Say why there is nothing to show."""
    moved = any(isinstance(part.coordination, Cascade) for _, part in answer.model.parts)
    return "" if moved else "no elector of the scenario waits for others to leave first"


def words(answer: Answer) -> str:
    """Return what the picture shows, with its numbers."""
    told = []
    for paths in _followed(answer):
        begin, end = paths.quantiles(0.05, 0.5, 0.95)[:, [0, -1]].T
        told.append(
            f"{_told(answer, paths)}. Half of the elections lose at most {begin[1]} at first and {end[1]} after "
            f"{paths.rounds} rounds, nine of ten lose {begin[0]} to {begin[2]} at first and {end[0]} to {end[2]} then."
        )
    return " ".join(["Votes lost after each round of a cascade.", *told])


@lru_cache(maxsize=1)
def _followed(answer: Answer) -> tuple[CascadePaths, ...]:
    """Follow the first elections of a run, once for picture and words."""
    return cascade_paths(answer.model, seed=answer.simulation.seed)


def _draw_single(ax: Axes, paths: CascadePaths) -> None:
    """Draw single elections, those in which the majority is denied in a colour of their own."""
    order, rounds = np.argsort(paths.lost[:, -1], kind="stable"), np.arange(paths.rounds + 1)
    chosen = np.unique(np.linspace(0, len(order) - 1, _SINGLE).round().astype(np.int64))
    single = paths.lost[order[chosen]].T
    there = single[-1] >= paths.needed
    labels = (
        f"some of the {paths.elections - paths.denied:,} that keep the majority",
        f"some of the {paths.denied:,} that deny it" if paths.denied else "none denies it",
    )
    for mask, colour, label in zip((~there, there), (style.GREY, style.VERMILION), labels, strict=True):
        ax.plot(rounds, single[:, mask], color=colour, alpha=0.5, linewidth=0.8)
        ax.plot([], [], color=colour, linewidth=0.8, label=label)


def _told(answer: Answer, paths: CascadePaths) -> str:
    """Say how often the cascade gets there, and in which account."""
    names = list(answer.scenario.accounts.items())
    account = "" if not names else f"Account {names[paths.part][0]}: "
    many = f"{paths.denied:,}" if paths.denied else "none"
    return f"{account}{many} of {paths.elections:,} elections lost {paths.needed} votes or more"
