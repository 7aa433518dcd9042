"""The data behind the picture, and that it is drawn alike every time."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from montecarlo.answer import Answer, ask
from montecarlo.scenario import Scenario, load
from montecarlo.show.distribution import picture, plot_distribution
from montecarlo.uncertainty import clopper_pearson


def answer(name: str, **changes: float) -> Answer:
    scenario = load(name).replace({key.replace("_", "."): value for key, value in changes.items()})
    return ask(scenario, draws=20_000, seed=7)


@pytest.mark.parametrize("log", [False, True])
def test_what_is_drawn(log: bool) -> None:
    told = answer("bound-electors")
    ax = plot_distribution(told, ax=Figure().subplots(), log=log)
    exact = next(line for line in ax.get_lines() if line.get_label() == "exact")
    votes = exact.get_xdata().astype(int)
    assert np.array_equal(exact.get_ydata(), told.solution.pmf[votes])
    (bars,) = ax.containers
    points, _, (spans,) = bars.lines
    seen = points.get_xdata().astype(int)
    assert np.array_equal(points.get_ydata(), told.simulation.counts[seen] / 20_000)
    assert seen.tolist() == np.flatnonzero(told.simulation.counts).tolist()
    for vote, span in zip(seen, spans.get_segments(), strict=True):
        assert np.allclose(
            span[:, 1], clopper_pearson(int(told.simulation.counts[vote]), 20_000), rtol=1e-12, atol=1e-18
        )
    assert 37 in [line.get_xdata()[0] for line in ax.get_lines()]
    assert votes[-1] >= 37


def test_votes_that_never_came_up_are_upper_limits_on_the_log_axis() -> None:
    told = answer("lone-rogues")
    ax = plot_distribution(told, ax=Figure().subplots(), log=True)
    limits = next(line for line in ax.get_lines() if str(line.get_label()).startswith("never simulated"))
    assert np.all(limits.get_ydata() == clopper_pearson(0, 20_000)[1])
    assert ax.get_yscale() == "log"
    assert ax.get_ylim()[0] < told.solution.pmf[37]


def test_the_picture_is_the_same_every_time() -> None:
    told = answer("lone-rogues")
    first = picture(told)
    assert first == picture(told)
    assert first.startswith(b"\x89PNG")


@pytest.mark.parametrize("probability", [0.0, 1e-9, 0.5, 1.0])
def test_extremes_can_be_drawn(probability: float) -> None:
    assert picture(answer("lone-rogues", defection_probability=probability))


def test_every_simulated_share_is_inside_the_picture() -> None:
    told = ask(load("lone-rogues").replace({"defection.probability": 0.01}), draws=100, seed=1)
    ax = plot_distribution(told, ax=Figure().subplots())
    (bars,) = ax.containers
    tops = [segment[:, 1].max() for segment in bars.lines[2][0].get_segments()]
    assert max(tops) <= ax.get_ylim()[1]
    assert ax.get_ylim()[0] == 0


def test_a_title_is_text_and_no_formula() -> None:
    text = 'title = "What a $\\\\frac$ it is, at $100 and $200"\n[defection]\nprobability = 0.1\n'
    assert picture(ask(Scenario.from_text("money", text), draws=64, seed=1))
