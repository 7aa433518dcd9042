"""The data behind the distribution of lost votes: what is drawn is what was computed and counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from commands import run_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from montecarlo.answer import Answer
from montecarlo.asking import ask
from montecarlo.model import Model
from montecarlo.plots.distribution import draw_votes, figure, plot_distribution, tail_figure, words
from montecarlo.plots.style import file_bytes
from montecarlo.scenario import Scenario, load
from montecarlo.uncertainty import clopper_pearson


def answer(name: str, *, draws: int = 2_000, **changes: float) -> Answer:
    scenario = load(name).replace({key.replace("_", "."): value for key, value in changes.items()})
    return ask(scenario, draws=draws, seed=7)


def labelled(ax: Axes, start: str) -> np.ndarray:
    """Points of the line whose label starts so, (2, points)."""
    (line,) = [line for line in ax.get_lines() if str(line.get_label()).startswith(start)]
    return np.array(line.get_data())


@pytest.mark.parametrize("log", [False, True])
def test_what_is_drawn(log: bool) -> None:
    told = run_of("bound-electors")[1]
    ax = plot_distribution(told, ax=Figure().subplots(), log=log)
    votes, exact = labelled(ax, "exact")
    assert np.array_equal(exact, told.pmf[votes.astype(int)])
    assert votes[-1] >= 37
    (bars,) = ax.containers
    points, _, (spans,) = bars.lines
    seen = points.get_xdata().astype(int)
    counts = told.simulation.counts
    assert np.array_equal(points.get_ydata(), counts[seen] / 20_000)
    assert seen.tolist() == np.flatnonzero(counts).tolist()
    for vote, span in zip(seen, spans.get_segments(), strict=True):
        assert np.allclose(span[:, 1], clopper_pearson(int(counts[vote]), 20_000), rtol=1e-12, atol=1e-18)
    assert 37 in [line.get_xdata()[0] for line in ax.get_lines()]
    assert {text.get_text() for text in ax.get_legend().get_texts()} >= {"exact"}


def test_votes_that_never_came_up_are_upper_limits_on_the_log_axis() -> None:
    told = run_of("lone-rogues")[1]
    ax = plot_distribution(told, ax=Figure().subplots(), log=True)
    votes, limits = labelled(ax, "never simulated")
    assert np.all(limits == clopper_pearson(0, 20_000)[1])
    assert votes.tolist() == np.flatnonzero(told.simulation.counts[: int(votes[-1]) + 1] == 0).tolist()
    assert ax.get_yscale() == "log"
    assert ax.get_ylim()[0] < told.solution.pmf[37]


def test_no_line_on_a_log_axis_holds_a_zero_and_no_tick_lies_above_one() -> None:
    ax = plot_distribution(answer("close-2000", draws=64, defection_probability=0.0), ax=Figure().subplots(), log=True)
    drawn = np.concatenate([line.get_ydata() for line in ax.get_lines() if line.get_label() in ("exact", "simulated")])
    assert np.nanmin(drawn) > 0
    assert max(ax.get_yticks()) <= 1


def test_an_exact_distribution_alone() -> None:
    ax = Figure().subplots()
    draw_votes(ax, needed=3, pmf=np.array([0.5, 0.3, 0.2]), log=True)
    assert labelled(ax, "exact").tolist() == [[0, 1, 2], [0.5, 0.3, 0.2]]
    assert not ax.containers


def test_what_is_known_only_below_the_needed_votes_ends_there() -> None:
    model = Model([0.2] * 8, 5)
    whole = ask(load("close-2000"), draws=64, seed=1).pmf[: model.needed]
    ax = Figure().subplots()
    draw_votes(ax, needed=model.needed, pmf=whole, counts=np.array([40, 20, 4, 0, 0, 0, 0, 0, 0]), draws=64)
    assert labelled(ax, "exact").shape == (2, 5)
    assert ax.get_xlim()[1] > 5


@pytest.mark.parametrize("probability", [0.0, 1e-9, 1.0])
def test_extremes_can_be_drawn(probability: float) -> None:
    assert file_bytes(figure(answer("lone-rogues", draws=64, defection_probability=probability)), "png")


def test_every_simulated_share_is_inside_the_picture() -> None:
    told = answer("lone-rogues", draws=100, defection_probability=0.01)
    ax = plot_distribution(told, ax=Figure().subplots())
    (bars,) = ax.containers
    tops = [segment[:, 1].max() for segment in bars.lines[2][0].get_segments()]
    assert max(tops) <= ax.get_ylim()[1]
    assert ax.get_ylim()[0] == 0


def test_a_title_is_text_and_no_formula() -> None:
    text = 'title = "What a $\\\\frac$ it is, at $100 and $200"\n[defection]\nprobability = 0.1\n'
    picture = tail_figure(ask(Scenario.from_text("money", text), draws=64, seed=1))
    assert picture.get_suptitle() == "What a $\\frac$ it is, at $100 and $200"
    assert file_bytes(picture, "svg")


def test_changed_values_are_told() -> None:
    assert "(some values changed)" in figure(answer("close-2000", draws=64, defection_probability=0.5)).get_suptitle()


def test_the_picture_in_words() -> None:
    told = words(run_of("lone-rogues")[1])
    assert "1 in 2.9e63" in told
    assert "most often 0 (probability 0.739)" in told
    assert "20,000 simulated elections" in told
    told = words(replace(run_of("bound-electors")[1], solution=None, unsolved="it is not wanted"))
    assert "the exact" not in told
    assert "(simulated)" in told
