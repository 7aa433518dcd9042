"""The register: every kind can be drawn or says why not, and nothing that is drawn lies outside its picture."""

from __future__ import annotations

import pytest
from commands import run_of
from matplotlib.backends.backend_agg import FigureCanvasAgg

from montecarlo.plots.kinds import KINDS


def test_names_are_keys() -> None:
    assert [kind.name for kind in KINDS.values()] == list(KINDS)
    assert next(iter(KINDS)) == "distribution"


@pytest.mark.parametrize("scenario", ["whip-count", "house-decides", "close-2000", "lone-rogues"])
@pytest.mark.parametrize("name", list(KINDS))
def test_nothing_is_cut_off(scenario: str, name: str) -> None:
    told, kind = run_of(scenario)[1], KINDS[name]
    if kind.missing(told):
        assert not kind.missing(told).endswith(".")
        return
    figure = kind.draw(told)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    used = figure.get_tightbbox(canvas.get_renderer())
    width, height = figure.get_size_inches()
    assert used.x0 >= 0.0
    assert used.y0 >= 0.0
    assert used.x1 <= width
    assert used.y1 <= height
    assert kind.alt(told).endswith(".")
