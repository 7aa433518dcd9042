"""The data behind the comparison of the whole answer with what each mechanism and each account leave of it."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log10

import pytest
from commands import run_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from montecarlo.asking import ask
from montecarlo.plots.contributions import figure, missing, plot_contributions, words
from montecarlo.plots.style import file_bytes
from montecarlo.scenario import load
from montecarlo.study.contributions import Variant
from montecarlo.uncertainty import clopper_pearson


def dots(ax: Axes) -> dict[float, tuple[float, list[float]]]:
    """Decimal logarithm and ends of the interval of each row that has a dot."""
    found = {}
    for bars in ax.containers:
        point, _, (span,) = bars.lines
        found[point.get_ydata()[0]] = point.get_xdata()[0], span.get_segments()[0][:, 0].tolist()
    return found


def test_exact_answers_are_dots_where_they_are() -> None:
    told = run_of("whip-count")[1]
    ax = plot_contributions(told, ax=Figure().subplots())
    variants = [*told.contributions, *told.accounts]
    expected = [told.solution.log10_probability, *(each.log10_probability for each in variants)]
    assert [dots(ax)[place][0] for place in range(4)] == expected
    assert all(place == end for place, ends in dots(ax).values() for end in ends)
    assert [label.get_text() for label in ax.get_yticklabels()][:2] == ["the whole scenario", "without pressure"]
    assert expected[0] in [line.get_xdata()[0] for line in ax.get_lines() if line.get_linestyle() == "--"]


def test_simulated_answers_have_their_intervals() -> None:
    simulated = tuple(Variant(f"{hits}", hits / 1_000, log10(hits / 1_000), 1_000) for hits in (1, 37, 1_000))
    told = replace(run_of("whip-count")[1], contributions=simulated, accounts=())
    found = dots(plot_contributions(told, ax=Figure().subplots()))
    for place, each in enumerate(simulated, start=1):
        where, ends = found[place]
        assert where == each.log10_probability
        limits = clopper_pearson(int(each.name), 1_000)
        assert ends == pytest.approx([log10(end) for end in limits], abs=1e-9)


def test_what_was_never_seen_is_an_arrow_from_its_upper_limit() -> None:
    told = replace(run_of("whip-count")[1], contributions=(Variant("the pledge", 0.0, -inf, 1_000),), accounts=())
    ax = plot_contributions(told, ax=Figure().subplots())
    limit = log10(clopper_pearson(0, 1_000)[1])
    assert 1 not in dots(ax)
    (arrow,) = [text for text in ax.texts if text.arrow_patch is not None]
    assert arrow.xyann == (limit, 1)
    assert arrow.xy == (0.0, 1)
    assert "without the pledge, below 0.0037" in words(told)
    assert file_bytes(figure(told), "png")


def test_what_is_impossible_has_neither_dot_nor_arrow() -> None:
    told = replace(run_of("whip-count")[1], contributions=(Variant("the pledge", 0.0, -inf),), accounts=())
    ax = plot_contributions(told, ax=Figure().subplots())
    assert set(dots(ax)) == {0}
    assert not [text for text in ax.texts if text.arrow_patch is not None]
    assert words(told).endswith("without the pledge, impossible.")


def test_they_are_said_not_to_add_up() -> None:
    assert "does not add up" in plot_contributions(run_of("whip-count")[1], ax=Figure().subplots()).get_xlabel()


def test_names_are_no_formulas() -> None:
    told = replace(run_of("whip-count")[1], contributions=(Variant("$\\frac$", 0.5, log10(0.5)),), accounts=())
    assert file_bytes(figure(told), "svg")


def test_a_scenario_without_mechanisms_says_so() -> None:
    assert missing(run_of("lone-rogues")[1]) == (
        "the scenario has no mechanism to switch off and no contradictory accounts"
    )
    assert missing(run_of("whip-count")[1]) == ""
    assert "interrupted" in missing(replace(ask(load("lone-rogues"), draws=64, seed=1), asked=128))
