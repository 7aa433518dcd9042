"""The data behind the running estimate: points, band, upper limits before the first hit, and the exact answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from commands import run_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from montecarlo.errors import StoreError
from montecarlo.plots.convergence import figure, missing, plot_convergence, words
from montecarlo.study.convergence import Convergence, converge
from montecarlo.uncertainty import clopper_pearson


def drawn(draws: list[int], hits: list[int], exact: float | None = None, confidence: float = 0.95) -> Axes:
    record = Convergence(np.array(draws), np.array(hits), 37, 7, confidence, exact)
    return plot_convergence(record, ax=Figure().subplots())


def line(ax: Axes, start: str) -> Line2D:
    (found,) = [each for each in ax.get_lines() if str(each.get_label()).startswith(start)]
    return found


def labels(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_points_and_band() -> None:
    ax = drawn([64, 128, 1000], [16, 30, 260], exact=0.25, confidence=0.9)
    assert line(ax, "simulated: 260 of 1,000 elections").get_xydata().tolist() == [
        [64, 16 / 64], [128, 30 / 128], [1000, 0.26],
    ]  # fmt: skip
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    for draws, hits in ((64, 16), (128, 30), (1000, 260)):
        ends = {float(y) for x, y in corners if x == draws}
        assert ends == set(clopper_pearson(hits, draws, 0.9))
    assert set(line(ax, "exact: 1 in 4").get_ydata()) == {0.25}
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_ylim()[0]) == ("log", "linear", 0.0)
    assert ax.get_ylim()[1] >= corners[:, 1].max()
    assert any("90 % interval, in the end 0.2372 to 0.2838" in each for each in labels(ax))


def test_before_the_first_hit_there_are_only_upper_limits() -> None:
    ax = drawn([64, 128, 256, 100_000], [0, 0, 1, 20])
    limits = line(ax, "no hit so far: below this, at 95 %")
    assert limits.get_xydata().tolist() == [[64, clopper_pearson(0, 64)[1]], [128, clopper_pearson(0, 128)[1]]]
    assert line(ax, "simulated").get_xdata().tolist() == [256, 100_000]
    assert min(ax.collections[0].get_paths()[0].vertices[:, 0]) == 256
    assert ax.get_yscale() == "log"
    bottom, top = ax.get_ylim()
    assert 0 < bottom < clopper_pearson(20, 100_000)[0]
    assert top > limits.get_ydata()[0]


def test_without_any_hit_nothing_but_limits_is_drawn() -> None:
    ax = drawn([64, 1000], [0, 0], exact=3.5e-64)
    assert not ax.collections
    assert ax.get_yscale() == "log"
    assert labels(ax) == ["no hit so far: below this, at 95 %", "exact: 1 in 2.9e63, far below this picture"]
    assert not len(line(ax, "exact").get_xdata())


def test_an_exact_answer_not_far_below_is_inside() -> None:
    ax = drawn([64, 1000], [0, 0], exact=2e-5)
    assert set(line(ax, "exact").get_ydata()) == {2e-5}
    assert ax.get_ylim()[0] < 2e-5


@pytest.mark.parametrize(("exact", "told"), [(0.0, "exact: below 1e-300"), (1.0, "exact: all but certain")])
def test_what_a_float_rounds_is_not_told_as_impossible_or_certain(exact: float, told: str) -> None:
    ax = drawn([64, 1000], [64, 1000] if exact else [0, 0], exact=exact)
    assert any(each.startswith(told) for each in labels(ax))
    assert ax.get_ylim()[1] <= 1.01


def test_one_point_can_be_drawn() -> None:
    assert line(drawn([1], [1]), "simulated").get_ydata().tolist() == [1.0]


@pytest.mark.parametrize("scenario", ["bound-electors", "hamilton-2016", "lone-rogues"])
def test_a_saved_run_is_replayed(scenario: str) -> None:
    told = run_of(scenario)[1]
    whole = figure(told)
    (ax,) = whole.axes
    record = converge(told.model, 20_000, seed=7)
    seen = record.hits > 0
    assert record.hits[-1] == told.simulation.hits
    if seen.any():
        assert line(ax, "simulated").get_ydata().tolist() == record.probability[seen].tolist()
    assert (line(ax, "exact").get_label() if told.solution else "") == {
        "bound-electors": "exact: 1 in 3.95",
        "hamilton-2016": "",
        "lone-rogues": "exact: 1 in 2.9e63, far below this picture",
    }[scenario]


def test_a_run_that_cannot_be_replayed_is_not_drawn() -> None:
    told = run_of("bound-electors")[1]
    with pytest.raises(StoreError, match=r"hits instead of .*`montecarlo verify`"):
        figure(replace(told, simulation=replace(told.simulation, seed=8)))


def test_words_and_what_is_missing() -> None:
    told, rare = run_of("bound-electors")[1], run_of("lone-rogues")[1]
    hits = f"{told.simulation.hits:,} of 20,000 elections, 95 % interval"
    assert hits in words(told)
    assert "The exact answer, a line: 1 in 3.95." in words(told)
    assert "not once in 20,000 elections, which means below 1.9e-4 at 95 %" in words(rare)
    assert missing(told) == ""
    short = replace(told.simulation, tally=replace(told.simulation.tally, draws=64))
    assert (
        missing(replace(told, simulation=short)) == "the run simulated 64 elections, too few to see an estimate settle"
    )
