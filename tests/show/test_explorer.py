"""The explorer without a browser: its sliders are set, and its HTML and picture are read."""

from __future__ import annotations

import re
import sys
import threading
from html import unescape
from importlib.util import find_spec
from typing import Any

import pytest

import montecarlo as mc
from montecarlo.errors import InputError
from montecarlo.exact.solver import solve
from montecarlo.scenario import Scenario, load

pytest.importorskip("ipywidgets", reason="the extra [notebooks] brings ipywidgets")

HOSTILE = """title = "<script>alert(1)</script>"
question = "<img src=x onerror=alert(2)> & so on?"
[defection]
probability = 0.1
[defection.elector.TX-01]
name = "<b>x</b>"
probability = 0.5
[destination.leader.alternatives]
"<i>Kasich</i>" = 0.3
"""


def shown(widget: Any) -> float:
    found = re.search(r'data-probability="([^"]+)"', widget.result.value)
    assert found
    return float(found[1])


def test_a_slider_moves_the_answer_as_solve_says() -> None:
    widget = mc.explorer("electors-trust")
    scenario = load("electors-trust")
    assert shown(widget) == pytest.approx(solve(scenario.model()).probability, rel=1e-12)
    first = widget.picture.value
    widget.moved["defection.conditional"].value = 0.06
    moved = solve(scenario.replace({"defection.conditional": 0.06}).model())
    assert shown(widget) == pytest.approx(moved.probability, rel=1e-12)
    assert f"{moved.probability:.6g}" in widget.result.value
    assert "1 in 2.98" in widget.result.value
    assert first[:8] == widget.picture.value[:8] == b"\x89PNG\r\n\x1a\n"
    assert first != widget.picture.value
    widget.moved["pledge.counts"].value = 0
    other = scenario.replace({"defection.conditional": 0.06, "pledge.counts": "conditional"})
    assert shown(widget) == pytest.approx(solve(other.model()).probability, rel=1e-12)
    widget.reset.click()
    assert shown(widget) == pytest.approx(solve(scenario.model()).probability, rel=1e-12)
    assert widget.picture.value == first
    assert widget.view.scenario.overrides == {}


def test_the_axis_may_be_logarithmic() -> None:
    widget = mc.explorer("lone-rogues")
    assert widget.logarithmic.value
    assert not mc.explorer("electors-trust").logarithmic.value
    tail = widget.picture.value
    widget.logarithmic.value = False
    assert widget.picture.value != tail


def test_what_only_went_to_its_step_is_not_moved() -> None:
    widget = mc.explorer("lone-rogues")
    before = widget.view
    widget.moved["defection.probability"].value *= 1.0001
    assert widget.view is before


def test_the_export_follows_the_sliders_and_is_the_scenario_shown() -> None:
    widget = mc.explorer("electors-trust")
    assert widget.toml.value == ""
    widget.export.value = True
    widget.moved["pledge.threshold"].value = 30
    read = Scenario.from_text("again", widget.toml.value)
    assert read.digest == load("electors-trust").replace({"pledge.threshold": 30}).digest
    widget.export.value = False
    assert widget.toml.layout.display == "none"


def test_refused_values_are_told_and_the_old_picture_is_greyed() -> None:
    widget = mc.explorer("electors-trust")
    before = widget.picture.value
    widget.moved["defection.conditional"].value = 1.0
    assert "must not exceed 1" in unescape(widget.result.value)
    assert 'data-probability=""' in widget.result.value
    assert widget.picture.value == before
    assert "montecarlo-busy" in widget.picture._dom_classes
    widget.export.value = True
    assert widget.toml.value == ""
    widget.moved["defection.conditional"].value = 0.05
    assert "montecarlo-busy" not in widget.picture._dom_classes


def test_a_million_elections_on_demand() -> None:
    widget = mc.explorer("lone-rogues")
    widget.run.click()
    assert "0 of 1,000,000 elections: below 3.7e-6 at 95 %" in widget.result.value
    assert "1 in 2.9e63" in widget.result.value
    assert not widget.run.disabled
    assert widget.run.description == "Simulate 1,000,000 elections"


def test_without_an_exact_answer_it_says_so() -> None:
    widget = mc.explorer("hamilton-2016")
    assert 'data-exact="false"' in widget.result.value
    assert "10,000 elections" in widget.result.value
    assert "~ 1 in " in widget.result.value


def test_everything_from_a_scenario_is_escaped() -> None:
    widget = mc.explorer(Scenario.from_text("t", HOSTILE))
    texts = [widget.children[0].value, widget.result.value]
    for each in texts:
        assert not re.search(r"<(script|img|b>x|i>K)", each)
    assert "&lt;script&gt;" in texts[0]
    for each in widget.moved.values():
        assert not each.description_allow_html


def test_without_ipywidgets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(InputError, match=r"pip install 'montecarlo\[notebooks\]'"):
        mc.explorer("electors-trust")


def test_what_is_simulated_soon_comes_from_the_quick_backend() -> None:
    widget = mc.explorer("hamilton-2016")
    for thread in threading.enumerate():
        if thread.name == "prepare":
            thread.join()
    widget.moved["factors.national"].value = 0.5
    assert widget.view.simulation is not None
    assert widget.view.simulation.backend == ("numpy" if find_spec("numba") is None else "numba")
    before = threading.active_count()
    mc.explorer("lone-rogues")
    assert threading.active_count() == before
