"""The data behind the maps: every state's colour and number, and the legend."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import matplotlib
import numpy as np
import pytest
from commands import run_of
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from montecarlo import data
from montecarlo.answer import Answer
from montecarlo.errors import InputError
from montecarlo.plots import style
from montecarlo.plots.state_map import (
    defections_figure,
    defections_words,
    laws_figure,
    laws_words,
    missing_laws,
    plot_state_map,
)

GREY = to_rgba("#E4E4E4")


@cache
def drawn(scenario: str, of: str) -> Axes:
    return plot_state_map(run_of(scenario)[1], ax=Figure().subplots(), of=of)


def squares(ax: Axes) -> dict[str, tuple[tuple[float, ...], str, tuple[float, ...]]]:
    """Colour, number and colour of the letters by state."""
    colours = {(round(each.get_x() + 0.47), round(each.get_y() + 0.47)): each.get_facecolor() for each in ax.patches}
    numbers = {(round(each._x), round(each._y)): each for each in ax.texts if each.get_text() not in data.states()}
    found = {}
    for text in ax.texts:
        if text.get_text() in data.states():
            place = round(text._x), round(text._y)
            number = numbers[place].get_text() if place in numbers else ""
            found[text.get_text()] = colours[place], number, to_rgba(text.get_color())
            tile = data.tile_grid()[text.get_text()]
            assert place == (tile.column, tile.row)
    return found


@pytest.mark.parametrize("scenario", ["bound-electors", "hamilton-2016", "election-2020"])
def test_colours_and_numbers_are_the_votes_lost(scenario: str) -> None:
    told = run_of(scenario)[1]
    lost = dict(zip(told.scenario.roster().states, told.usually_lost.tolist(), strict=True))
    shown = squares(drawn(scenario, "defections"))
    assert set(shown) == set(data.states())
    most = max(lost.values())
    for state, (colour, number, _) in shown.items():
        if state in lost:
            blue = matplotlib.colormaps["Blues"](0.2 + 0.8 * (lost[state] / most) ** 0.5)
            assert np.allclose(colour, blue, atol=0.01)
            assert float(number) == pytest.approx(lost[state], rel=0.051 if lost[state] >= 0.001 else 0.5)
        else:
            assert (colour, number) == (GREY, "")
    bar = drawn(scenario, "defections").get_figure().axes[1]
    assert bar.get_xlim() == (0.0, most)
    assert "square-root scale" in bar.get_xlabel()


def test_letters_can_be_read_on_their_square() -> None:
    for scenario in ("bound-electors", "hamilton-2016"):
        for of in ("defections", "laws"):
            for state, (colour, number, ink) in squares(drawn(scenario, of)).items():
                dark, light = sorted((_luminance(colour), _luminance(ink)))
                assert (light + 0.05) / (dark + 0.05) >= (4.5 if number else 3.0), (scenario, of, state)


def _luminance(colour: tuple[float, ...]) -> float:
    linear = np.where(np.array(colour[:3]) <= 0.04045, np.array(colour[:3]) / 12.92, 0.0)
    linear = np.where(np.array(colour[:3]) > 0.04045, ((np.array(colour[:3]) + 0.055) / 1.055) ** 2.4, linear)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("scenario", ["bound-electors", "hamilton-2016"])
def test_laws_have_a_colour_each_and_their_votes(scenario: str) -> None:
    colours = dict(
        zip(data.LAW_KINDS, ["#F7F7F7", style.SKY, style.YELLOW, style.ORANGE, style.VERMILION], strict=True)
    )
    seats = run_of(scenario)[1].scenario.roster().leader_seats
    kinds, votes = {seat.state: seat.law for seat in seats}, Counter[str]()
    for seat in seats:
        votes[seat.state] += seat.votes
    for state, (colour, number, _) in squares(drawn(scenario, "laws")).items():
        expected = (to_rgba(colours[kinds[state]]), f"{votes[state]}") if state in kinds else (GREY, "")
        assert (colour, number) == expected
    legend = drawn(scenario, "laws").get_legend()
    told = {
        text.get_text(): patch.get_facecolor()
        for text, patch in zip(legend.get_texts(), legend.get_patches(), strict=True)
    }
    free = sum(votes[state] for state in kinds if kinds[state] == "none")
    assert told[f"no law: {free} votes"] == to_rgba("#F7F7F7")
    assert told["no electors of Donald Trump"] == GREY
    assert told["void and replace and penalty: 15 votes"] == to_rgba(style.VERMILION)
    assert len(told) == 6


def test_a_law_that_the_scenario_changes_is_drawn_as_changed() -> None:
    """The story's scenario gives Maine the pledge that its statute asks for."""
    assert squares(drawn("bound-electors", "laws"))["ME"][0] == to_rgba(style.ORANGE)
    assert squares(drawn("hamilton-2016", "laws"))["ME"][0] == to_rgba(style.SKY)


def _losing(votes: dict[str, float], told: Answer) -> Answer:
    """Return a run in which states lose so many votes, others none."""
    effective = [votes.get(state, 0.0) * told.simulation.draws for state in told.scenario.roster().states]
    tally = replace(told.simulation.tally, effective=np.array(effective).round().astype(np.int64))
    return replace(told, simulation=replace(told.simulation, tally=tally))


def test_numbers_of_any_size_fit() -> None:
    shown = squares(
        plot_state_map(_losing({"TX": 37.6, "AL": 5e-5, "FL": 0.1}, run_of("hamilton-2016")[1]), ax=Figure().subplots())
    )
    assert [shown[state][1] for state in ("TX", "AL", "FL", "GA", "CA")] == ["38", "5e-5", "0.10", "none", ""]


def test_where_no_vote_is_ever_lost() -> None:
    none = plot_state_map(_losing({}, run_of("hamilton-2016")[1]), ax=Figure().subplots())
    assert {number for _, number, _ in squares(none).values()} == {"none", ""}


def test_a_wrong_kind_is_refused() -> None:
    with pytest.raises(InputError, match="of is 'law'; it must be 'defections' or 'laws'"):
        plot_state_map(run_of("bound-electors")[1], ax=Figure().subplots(), of="law")


def test_pictures_of_runs_and_their_words() -> None:
    bound, moved = run_of("bound-electors")[1], run_of("hamilton-2016")[1]
    assert "27.7 of 306 votes" in defections_figure(bound).axes[0].get_title(loc="left")
    assert defections_figure(moved).axes[0].get_title(loc="left").endswith("votes (simulated)")
    assert "27.7 in all, most in TX 4.56, PA 2.4," in defections_words(bound)
    assert "least, 0.06, in ME." in defections_words(bound)
    assert laws_figure(bound).axes[0].get_title(loc="left") == (
        "Donald Trump's electors, and what binds them: laws of 2016"
    )
    assert "penalty: OK, SC; void and replace: ME, MI, MT, NE, UT; void and replace and penalty: NC." in laws_words(
        bound
    )


def test_where_no_law_is_enforced_there_is_no_map_of_laws() -> None:
    assert missing_laws(run_of("lone-rogues")[1]) == "in the scenario no law binds anybody"
    assert missing_laws(run_of("bound-electors")[1]) == ""
