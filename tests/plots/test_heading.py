"""What stands above a picture fits there, whatever the title is."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

import montecarlo as mc
from montecarlo.plots import style
from montecarlo.plots.heading import head

TITLES = (
    "Short",
    "Hamilton Electors 2016: 37 Republican electors are needed to send the choice to the House",
    "Five days left: electors follow each other under pressure, and time runs out",
    "mmmmmmmmmm " * 18,
    "W" * 200,
    "iiii MMMM $x^2$ \\frac{1}{2} " * 7,
)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("width", [style.WIDTH, 4.0])
def test_a_title_fits_in_two_lines_of_the_picture(title: str, width: float) -> None:
    scenario = mc.load("lone-rogues").replace({"title": title})
    figure = style.new_figure(width=width)
    with style.applied():
        head(figure, figure.subplots(), scenario, "line")
        figure.canvas.draw()
    whole, box = figure.bbox, _title(figure).get_window_extent()
    assert box.x0 >= whole.x0
    assert box.x1 <= whole.x1
    assert len(_title(figure).get_text().splitlines()) <= 2


def test_a_line_is_filled_before_another_is_begun() -> None:
    figure = style.new_figure()
    with style.applied():
        head(figure, figure.subplots(), mc.load("five-days-left"), "line")
    assert _title(figure).get_text() == mc.load("five-days-left").title


def _title(figure: Figure):  # type: ignore[no-untyped-def]
    (text,) = figure.texts
    return text
