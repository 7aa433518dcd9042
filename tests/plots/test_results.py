"""Pictures of what a function returns, and of nothing else: what is wrong is told before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

import montecarlo as mc
from montecarlo.errors import InputError
from montecarlo.plots.distribution import draw_votes

BOARD = mc.Model(probability=[0.1, 0.1, 0.2, 0.05], needed=40, votes=[30, 20, 20, 30])


def test_what_was_solved_of_a_model_can_be_drawn() -> None:
    exact = mc.solve(BOARD)
    ax = mc.plot_distribution(exact, ax=Figure().subplots())
    (line,) = (each for each in ax.lines if each.get_label() == "exact")
    shown = exact.pmf[: len(line.get_ydata())]
    # Blocs of 20 and 30 votes: no line leads through what cannot be.
    assert (line.get_linestyle(), line.get_marker()) == ("None", "D")
    assert np.array_equal(line.get_ydata(), np.where(shown > 0, shown, np.nan), equal_nan=True)
    assert any(text.get_text() == "40 deny the majority" for text in ax.texts)


def test_what_cannot_be_has_no_upper_limit() -> None:
    exact, counts = mc.solve(BOARD), mc.simulate(BOARD, 20, seed=7).counts
    ax = Figure().subplots()
    draw_votes(ax, needed=40, pmf=exact.pmf, counts=counts, draws=20, log=True)
    (limits,) = (each for each in ax.lines if "never simulated" in str(each.get_label()))
    unseen = np.flatnonzero((counts == 0) & (exact.pmf > 0))
    assert len(unseen)
    assert np.array_equal(limits.get_xdata(), unseen[unseen <= ax.get_xlim()[1]])


@pytest.mark.parametrize("log", [False, True])
def test_what_was_simulated_of_a_model_can_be_drawn(log: bool) -> None:
    simulated = mc.simulate(BOARD, 1000, seed=7)
    ax = mc.plot_distribution(simulated, ax=Figure().subplots(), log=log)
    (dots,) = ax.containers
    seen = np.flatnonzero(simulated.counts)
    assert np.array_equal(dots.lines[0].get_xdata(), seen)
    assert np.allclose(dots.lines[0].get_ydata(), simulated.counts[seen] / 1000)


@pytest.mark.parametrize(
    ("plot", "made_by"),
    [
        (mc.plot_distribution, "ask, solve or simulate"),
        (mc.plot_vote_totals, "ask"),
        (mc.plot_contributions, "ask"),
        (mc.plot_house, "ask"),
        (mc.plot_state_map, "ask"),
        (mc.plot_cascade, "cascade_paths"),
        (mc.plot_convergence, "converge"),
        (mc.plot_sweep, "sweep"),
        (mc.plot_frontier, "frontier"),
    ],
)
@pytest.mark.parametrize("wrong", [None, BOARD, "hamilton-2016"])
def test_anything_else_is_refused(plot: Callable[[object], object], made_by: str, wrong: object) -> None:
    before = pyplot.get_fignums()
    with pytest.raises(InputError) as refused:
        plot(wrong)
    assert str(refused.value) == f"{type(wrong).__name__} cannot be drawn here; give what montecarlo.{made_by} returns."
    assert pyplot.get_fignums() == before


@pytest.mark.parametrize("ax", [1, Figure(), Figure().subplots(1, 2), Figure().add_subplot(projection="3d")])
def test_axes_that_are_none_are_refused(ax: object) -> None:
    with pytest.raises(InputError, match=r"^ax is of the type \w+; it must be the flat Axes of a matplotlib figure\.$"):
        mc.plot_distribution(mc.solve(BOARD), ax=ax)  # type: ignore[arg-type]


def test_what_is_too_small_for_a_number_is_not_impossible() -> None:
    """Between two accounts, one of loyal electors and one of others, probabilities underflow."""
    exact = mc.solve(mc.mixture([(0.5, mc.Model([1e-12] * 306, 37)), (0.5, mc.Model([1 - 1e-9] * 306, 37))]))
    assert exact.pmf[0] > 0.4
    assert exact.pmf[150] == 0
    assert exact.pmf[306] > 0.4
    ax = mc.plot_distribution(exact, ax=Figure().subplots(), log=True)
    (line,) = (each for each in ax.lines if each.get_label() == "exact")
    assert (line.get_linestyle(), line.get_marker()) == ("-", "None")
