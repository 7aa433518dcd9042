"""The data behind the rounds of a cascade."""

from __future__ import annotations

import numpy as np
from commands import run_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from montecarlo.plots import style
from montecarlo.plots.cascade import figure, missing, plot_cascade, words
from montecarlo.study.cascade_paths import CascadePaths, cascade_paths

# 100 elections, of which 10 lose 40 votes and the others none to four; two rounds.
LOST = np.array([[1, 12, 40]] * 10 + [[k % 3, k % 4, k % 5] for k in range(90)])
PATHS = CascadePaths(LOST, 37, 0, 1.0)


def single(ax: Axes, colour: str) -> list[list[float]]:
    found = [each for each in ax.get_lines() if each.get_color() == colour and len(each.get_xdata())]
    assert all(each.get_xdata().tolist() == list(range(len(each.get_xdata()))) for each in found)
    return [each.get_ydata().tolist() for each in found]


def test_what_is_drawn() -> None:
    ax = plot_cascade(PATHS, ax=Figure().subplots())
    wide, narrow = (each.get_paths()[0].vertices for each in ax.collections)
    for band, shares in ((wide, (0.05, 0.95)), (narrow, (0.25, 0.75))):
        for done in range(3):
            ends = np.quantile(LOST[:, done], shares, method="inverted_cdf")
            assert sorted({float(y) for x, y in band if x == done}) == sorted(set(ends.tolist()))
    (median,) = single(ax, style.BLUE)
    assert median == [1, 2, 2]
    assert [37, 37] in [list(each.get_ydata()) for each in ax.get_lines()]
    assert "37 deny the majority" in [text.get_text() for text in ax.texts]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "nine of ten elections", "half of the elections", "median election",
        "some of the 90 that keep the majority", "some of the 10 that deny it",
    ]  # fmt: skip
    assert ax.get_ylim()[1] > 40


def test_single_elections_are_some_of_all_and_are_told_apart_by_how_they_end() -> None:
    ax = plot_cascade(PATHS, ax=Figure().subplots())
    there, others = single(ax, style.VERMILION), single(ax, style.GREY)
    assert 50 <= len(there) + len(others) <= 60
    assert there == [[1, 12, 40]] * 6
    rows = {tuple(row) for row in LOST.tolist()}
    assert {tuple(each) for each in others} <= rows
    assert max(each[-1] for each in others) == 4


def test_the_election_that_loses_most_is_drawn() -> None:
    lost = np.zeros((2000, 2), dtype=np.int64)
    lost[77, 1] = 50
    ax = plot_cascade(CascadePaths(lost, 37, 0, 1.0), ax=Figure().subplots())
    assert single(ax, style.VERMILION) == [[0, 50]]
    assert ax.get_ylim()[1] > 50


def test_cascades_that_never_get_there_or_never_move() -> None:
    ax = plot_cascade(CascadePaths(np.ones((3, 1), dtype=np.int64), 37, 0, 1.0), ax=Figure().subplots())
    assert "none denies it" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert ax.get_ylim()[1] > 37
    assert ax.get_xlim() == (0, 1)


def test_a_saved_run_shows_the_account_that_is_a_cascade() -> None:
    told = run_of("hamilton-2016")[1]
    (paths,) = cascade_paths(told.model, seed=7)
    (ax,) = figure(told).axes
    (median,) = single(ax, style.BLUE)
    assert median == paths.quantiles(0.5)[0].tolist()
    title = f"Account first-mover: {paths.denied} of 2,000 elections lost 37 votes or more"
    assert ax.get_title(loc="left") == title
    assert title in words(told)
    assert "Half of the elections lose at most 1 at first and 2 after 5 rounds" in words(told)


def test_without_a_cascade_there_is_no_picture() -> None:
    assert missing(run_of("bound-electors")[1]) == "no elector of the scenario waits for others to leave first"
    assert missing(run_of("hamilton-2016")[1]) == ""
