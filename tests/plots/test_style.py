"""The style is applied by context, letters are large enough, and files are alike to the byte."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import warnings
from math import log10
from pathlib import Path

import matplotlib
import pytest
from commands import run_of
from matplotlib.figure import Figure
from matplotlib.text import Text

from montecarlo import store
from montecarlo.plots import style
from montecarlo.plots.kinds import KINDS

_PRINT_DIGESTS = """
import hashlib, sys
from pathlib import Path
from montecarlo import store
from montecarlo.plots.kinds import KINDS
from montecarlo.plots.style import file_bytes
figure = KINDS["distribution"].draw(store.load(Path(sys.argv[1])))
print(*[hashlib.sha256(file_bytes(figure, name)).hexdigest() for name in ("png", "svg", "pdf")])
"""


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    run = store.save(run_of("lone-rogues")[1], tmp_path)
    picture = KINDS["distribution"].draw(store.load(run))
    here = [hashlib.sha256(style.file_bytes(picture, each)).hexdigest() for each in ("png", "svg", "pdf")]
    other = {**os.environ, "PYTHONHASHSEED": "5", "SOURCE_DATE_EPOCH": "1"}
    line = [sys.executable, "-c", _PRINT_DIGESTS, str(run)]
    done = subprocess.run(line, env=other, capture_output=True, text=True, check=True)
    assert done.stdout.split() == here


def test_a_users_settings_are_neither_used_nor_changed() -> None:
    with matplotlib.rc_context({"font.size": 3.0, "text.parse_math": True, "svg.hashsalt": "mine"}):
        before = dict(matplotlib.rcParams)
        ax = style.axes(Figure().subplots())
        assert style.new_figure().subplots().xaxis.label.get_size() != 11.0, "it is drawn on while the style is applied"
        with style.applied():
            assert style.new_figure().subplots().xaxis.label.get_size() == 11.0
        assert ax.figure is not None
        assert dict(matplotlib.rcParams) == before


def test_axes_of_ones_own_are_pyplots() -> None:
    from matplotlib import pyplot

    with matplotlib.rc_context({"backend": "agg"}):
        ax = style.axes(None)
        assert ax.figure.number in pyplot.get_fignums()
        pyplot.close(ax.figure)


@pytest.mark.parametrize(
    ("exponent", "label"),
    [(0, "1"), (-1, "0.1"), (log10(0.05), "0.05"), (-3, "10⁻³"), (log10(2e-5), "2·10⁻⁵"), (-64, "10⁻⁶⁴"), (7, "10⁷")],
)
def test_powers_of_ten(exponent: float, label: str) -> None:
    assert style.power_of_ten(exponent) == label


@pytest.mark.parametrize(("low", "high"), [(-65.3, 0.0), (-6.2, 0.0), (-1.3, -0.2), (-0.9, 0.0), (-300.0, 0.0)])
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    ticks = style.power_ticks(low, high)
    assert 2 <= len(ticks) <= 8
    assert all(low <= each <= high for each in ticks)
    assert len({style.power_of_ten(each) for each in ticks}) == len(ticks)
    assert [log10(10.0**each) for each in ticks] == pytest.approx(ticks)


def test_letters_are_ten_pixels_high_where_a_picture_is_600_wide() -> None:
    for name in ("distribution", "totals", "contributions"):
        picture = KINDS[name].draw(run_of("whip-count")[1])
        sizes = [text.get_fontsize() for text in picture.findobj(Text) if text.get_text()]
        assert min(sizes) * 600 / (72 * picture.get_figwidth()) >= 10


def test_only_letters_that_the_font_lacks_are_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Figure()
    figure.text(0.5, 0.5, "選舉")
    with pytest.warns(UserWarning, match="lacks some letters") as told:
        style.file_bytes(figure, "png")
    assert len(told) == 1
    plain = Figure()
    monkeypatch.setattr(plain, "savefig", lambda *_, **__: warnings.warn("something else", stacklevel=1))
    with pytest.warns(UserWarning, match="something else") as told:
        style.file_bytes(plain, "png")
    assert len(told) == 1
