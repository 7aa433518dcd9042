"""What stands on the axes of a sweep and of a frontier."""

from __future__ import annotations

from math import log10

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from montecarlo.errors import InputError
from montecarlo.plots.style import file_bytes
from montecarlo.plots.sweeps import figure, frontier_figure, plot_frontier, plot_sweep
from montecarlo.scenario import Scenario, load
from montecarlo.study.frontiers import frontier
from montecarlo.study.sweeping import Sweep, sweep


@pytest.fixture(scope="module")
def mixed() -> Sweep:
    """Not seen with one round, simulated with four, exact with forty."""
    return sweep(load("first-mover"), {"cascade.rounds": [1, 4, 40]}, draws=2000, seed=3)


def labelled(ax: Axes) -> dict[str, np.ndarray]:
    return {line.get_label(): np.array(line.get_data()) for line in ax.get_lines()}


def test_exact_points_on_a_logarithmic_axis() -> None:
    found = sweep(load("lone-rogues"), {"defection.probability": [0.3, 0, 1e-4, 1e-3, 1e-2]})
    ax = plot_sweep(found, ax=Figure().subplots(), target=0.5)
    points = labelled(ax)["exact"]
    assert points[0].tolist() == [0.3, 1e-4, 1e-3, 1e-2]
    assert np.array_equal(points[1], found.log10_probability[[0, 2, 3, 4]])
    assert labelled(ax)["impossible"].tolist() == [[0.0], [ax.get_ylim()[0]]]
    assert ax.get_ylim()[0] < found.log10_probability[2]
    assert log10(0.5) in [line.get_ydata()[0] for line in ax.get_lines()]
    assert "1" in [each.get_text() for each in ax.get_yticklabels()]
    assert ax.get_xlabel() == "defection.probability"


def test_a_linear_axis_where_all_is_large() -> None:
    found = sweep(load("lone-rogues"), {"defection.probability": [0.1, 0.12, 0.14]})
    ax = plot_sweep(found, ax=Figure().subplots())
    assert np.array_equal(labelled(ax)["exact"][1], found.probability)
    assert ax.get_ylim()[0] == 0.0


def test_simulated_points_have_intervals_and_limits_are_arrows(mixed: Sweep) -> None:
    ax = plot_sweep(mixed, ax=Figure().subplots())
    low, high = mixed.interval()
    bars = {bar.get_label(): bar for bar in ax.containers}
    seen = bars["simulated, with 95 % intervals"]
    (segment,) = seen.lines[2][0].get_segments()
    assert np.allclose(segment[:, 1], np.log10([low[1], high[1]]))
    unseen = bars["never simulated: below this at 95 %"]
    assert unseen.lines[0].get_ydata().tolist() == [log10(high[0])]
    assert unseen.lines[0].get_xdata().tolist() == [1]
    assert labelled(ax)["exact"][0].tolist() == [40]
    assert {each.get_text() for each in ax.get_legend().get_texts()} >= {*bars, "exact"}


def test_two_keys_are_a_map() -> None:
    grid = {"law.upheld": [1.0, 0.0, 0.5, 0.75, 0.25], "defection.probability": np.geomspace(0.01, 0.4, 6).tolist()}
    found = sweep(load("bound-electors"), grid)
    ax = plot_sweep(found, ax=Figure().subplots(), target=0.01)
    (mesh,) = (each for each in ax.collections if type(each).__name__ == "QuadMesh")
    shown = mesh.get_array().reshape(5, 6)
    assert np.array_equal(shown, found.log10_probability[np.argsort(grid["law.upheld"])])
    assert ax.get_xscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("defection.probability", "law.upheld")
    levels = [level for each in ax.collections if hasattr(each, "levels") for level in each.levels]
    assert log10(0.01) in levels
    assert all(found.log10_probability.min() < level < found.log10_probability.max() for level in levels)


def test_limits_are_marked_on_the_map() -> None:
    grid = {"cascade.rounds": [1, 4], "defection.probability": [1e-4, 0.02]}
    found = sweep(load("first-mover"), grid, draws=300, seed=3)
    ax = plot_sweep(found, ax=Figure().subplots())
    (marks,) = (data for label, data in labelled(ax).items() if label.startswith("never simulated"))
    assert len(marks[0]) == found.unseen.sum() > 0
    (mesh,) = (each for each in ax.collections if type(each).__name__ == "QuadMesh")
    shown = mesh.get_array().reshape(2, 2)
    assert np.allclose(shown[found.unseen], np.log10(found.interval()[1][found.unseen]))


def test_a_frontier_has_gaps() -> None:
    kept = frontier(
        load("electors-trust"), "defection.conditional", against="pledge.threshold", values=[40, 306], target=0.5
    )
    ax = plot_frontier(kept, ax=Figure().subplots())
    line = ax.get_lines()[0]
    assert line.get_xdata().tolist() == [40, 306]
    assert line.get_ydata()[0] == kept.tuned[0]
    assert np.isnan(line.get_ydata()[1])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("pledge.threshold", "defection.conditional for a probability of 0.5")
    assert file_bytes(frontier_figure(kept), "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("file_format", ["png", "svg", "pdf"])
def test_files_are_alike_every_time(mixed: Sweep, file_format: str) -> None:
    assert file_bytes(figure(mixed), file_format) == file_bytes(figure(mixed), file_format)


@pytest.mark.parametrize(
    "grid",
    [
        {"defection.probability": [0.0]},
        {"defection.probability": [1.0]},
        {"defection.probability": [0.0, 1e-200, 1.0]},
        {"defection.probability": [1.0], "law.upheld": [0.0]},
        {"defection.probability": [0.0, 1.0], "law.upheld": [0.0, 0.5]},
        {"defection.probability": [0.0], "law.upheld": [0.0]},
    ],
)
def test_extremes_can_be_drawn(grid: dict[str, list[float]]) -> None:
    assert file_bytes(figure(sweep(load("lone-rogues"), grid)), "png")


@pytest.mark.parametrize("target", [0, -1, "x", float("nan"), 1, 2, True])
def test_a_target_that_is_no_probability(mixed: Sweep, target: float) -> None:
    with pytest.raises(InputError, match=r"target is .*; it must be a probability strictly between 0 and 1\."):
        plot_sweep(mixed, ax=Figure().subplots(), target=target)


def test_a_change_of_the_swept_key_is_not_told() -> None:
    scenario, key = load("lone-rogues"), "defection.probability"
    for changes, told in (({key: 0.3}, False), ({"law.upheld": 0.5}, True)):
        head = figure(sweep(scenario.replace(changes), {key: [0.1, 0.2]})).get_suptitle()
        assert ("changed" in head) == told


def test_without_axes_it_makes_its_own() -> None:
    from matplotlib import pyplot

    ax = plot_sweep(sweep(load("lone-rogues"), {"defection.probability": [0.1, 0.2]}))
    assert ax.figure in map(pyplot.figure, pyplot.get_fignums())
    pyplot.close(ax.figure)


def test_a_title_is_text_and_no_formula() -> None:
    text = 'title = "What a $\\\\frac$ it is, at $100"\n[defection]\nprobability = 0.1\n'
    assert file_bytes(figure(sweep(Scenario.from_text("money", text), {"defection.probability": [0.1, 0.2]})), "png")


def test_a_small_map_has_its_numbers_and_a_tick_at_each_value() -> None:
    found = sweep(
        load("electors-trust"), {"defection.conditional": [0.01, 0.1, 0.03], "pledge.threshold": [30, 37, 45]}
    )
    ax = plot_sweep(found, ax=Figure().subplots(), target=0.1)
    assert ax.get_xticks().tolist() == [30, 37, 45]
    assert ax.get_yticks().tolist() == [0.01, 0.03, 0.1]
    told = {(round(text.get_position()[1], 9), text.get_position()[0]): text.get_text() for text in ax.texts}
    assert len(told) == 9
    for row, down in enumerate(found.values[0]):
        for column, across in enumerate(found.values[1]):
            shown = told[down, across]
            assert float(shown) == pytest.approx(found.probability[row, column], rel=0.06)
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["probability 0.1"]
    assert len(ax.collections) == 2  # The map and the one line.
    assert plot_sweep(found, ax=Figure().subplots(), target=0.9999).get_legend() is None


def test_the_colours_of_a_map_end_with_the_largest_probability() -> None:
    found = sweep(load("lone-rogues"), {"defection.probability": [1e-3, 1e-2], "factors.national": [0.0, 0.2]})
    mesh = plot_sweep(found, ax=Figure().subplots()).collections[0]
    assert mesh.norm.vmax == pytest.approx(found.log10_probability.max())
    assert mesh.norm.vmin == pytest.approx(found.log10_probability.min())


def test_ticks_that_lie_close_are_told_apart() -> None:
    found = sweep(
        load("lone-rogues"), {"defection.probability": [0.12345, 0.12346, 0.999999], "law.upheld": [0.0, 1.0]}
    )
    ax = plot_sweep(found, ax=Figure().subplots())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0.12345", "0.12346", "0.999999"]
