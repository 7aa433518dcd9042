"""Whole pictures against those that were looked at; without letters, whose shapes, and room, differ by version."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run_of
from matplotlib.legend import Legend
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text

from montecarlo.plots import style
from montecarlo.plots.kinds import KINDS

BASELINE = Path(__file__).parent / "baseline"
TOLERANCE = 1.0
"""Root of the mean squared difference, of 255; the smallest thing left out, a dot, makes 2.9."""


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("distribution", "bound-electors"),
        ("contributions", "whip-count"),
        ("house", "house-decides"),
        ("map", "bound-electors"),
        ("cascade", "hamilton-2016"),
    ],
)
def test_the_picture_is_the_one_that_was_looked_at(name: str, scenario: str, tmp_path: Path) -> None:
    figure = KINDS[name].draw(run_of(scenario)[1])
    figure.set_layout_engine("none")
    for legend in figure.findobj(Legend):
        legend.remove()
    for text in figure.findobj(Text):
        text.set_visible(False)
    drawn = tmp_path / f"{name}.png"
    with style.applied():
        figure.savefig(drawn, dpi=60, metadata={"Software": None})
    assert compare_images(str(BASELINE / drawn.name), str(drawn), TOLERANCE) is None
