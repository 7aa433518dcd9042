"""The data behind the House's choice."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest
from commands import run_of
from matplotlib.figure import Figure

from montecarlo.errors import InputError
from montecarlo.plots.house import missing, plot_house, words


def test_exact_shares_are_bars_and_simulated_ones_dots_with_intervals() -> None:
    told = run_of("house-decides")[1].house
    ax = plot_house(run_of("house-decides")[1], ax=Figure().subplots())
    three, two = told.of_three, told.of_two
    assert [bar.get_width() for bar in ax.patches] == [*astuple(three), two.leader, two.opponent, two.deadlock]
    simulated = [bars for bars in ax.containers if str(bars.get_label()).startswith("simulated")]
    seen = told.simulation.counts > 0
    assert [dots.lines[0].get_xdata()[0] for dots in simulated] == (told.simulation.counts[seen] / 100_000).tolist()
    for dots, ends in zip(simulated, np.array(told.simulation.intervals())[seen], strict=True):
        assert np.allclose(dots.lines[2][0].get_segments()[0][:, 0], ends, rtol=1e-12)
    assert [text.get_text() for text in ax.get_legend().get_texts()].count("exact") == 1


def test_without_an_exact_answer_the_simulation_stands_alone() -> None:
    told = run_of("house-decides")[1]
    alone = replace(told, house=replace(told.house, of_three=None, of_two=None))
    ax = plot_house(alone, ax=Figure().subplots())
    assert not ax.patches
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Three candidates", "Donald Trump", "Hillary Clinton", "the third", "nobody: deadlock",
    ]  # fmt: skip
    assert "Hillary Clinton below 3.7e-5" in words(alone)


def test_no_house_no_picture() -> None:
    told = run_of("lone-rogues")[1]
    assert missing(told) == "the scenario says nothing of a House"
    with pytest.raises(InputError, match=r"cannot be drawn: the scenario says nothing of a House\."):
        plot_house(told, ax=Figure().subplots())


def test_the_picture_in_words() -> None:
    assert "Three candidates: Donald Trump 76 in 100; Hillary Clinton impossible" in words(run_of("house-decides")[1])
