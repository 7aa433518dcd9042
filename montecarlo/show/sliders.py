"""The explorer's widgets, a thin view: what can be moved and what is seen then, `montecarlo.study.exploration` knows.

A browser sends the next value of a slider only when the last one is answered, and then the latest. So the sliders may
update continuously, and the picture always ends at the value where the slider stands.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import groupby
from threading import Thread
from time import perf_counter
from typing import Any, Final

import ipywidgets as widgets

from montecarlo.plots.live import LivePicture
from montecarlo.show.view_html import result_html
from montecarlo.study.controls import Control
from montecarlo.study.exploration import MANY, Exploration, View

_STYLE: Final = """<style>
.montecarlo-busy { opacity: 0.4; }
.montecarlo-result p { font-size: 24px; line-height: 1.3; margin: 0 0 6px; }
.montecarlo-result[role=alert] p { font-size: inherit; }
.montecarlo-result th { text-align: left; vertical-align: top; padding-right: 1em; font-weight: normal; opacity: 0.8; }
.montecarlo-result td { overflow-wrap: anywhere; }
</style>"""
_BUSY: Final = "montecarlo-busy"
_RUN: Final = f"Simulate {MANY:,} elections"
_PLAIN: Final = 0.1
"""Probability below which the denied majority is hardly seen on a linear axis."""
_WAIT: Final = 0.1
"""Seconds after which the old picture is greyed while the next is made."""


class Explorer(widgets.VBox):  # type: ignore[misc]
    """A scenario in a notebook.

    Parameters
    ----------
    exploration : Exploration
        What it looks at.

    Attributes
    ----------
    moved : dict
        The slider or menu of each control, by its key.
    view : View
        What is seen.
    result, picture, logarithmic, run, reset, export, toml
        The answer, its picture and whether that is logarithmic; the buttons; the text of the export.
    """

    def __init__(self, exploration: Exploration) -> None:
        self._exploration = exploration
        self._pictures = {log: LivePicture(log=log) for log in (False, True)}
        self._quiet, self.view = False, exploration.at({})
        self._seconds = self.view.seconds
        self._seen: dict[str, object] = {}
        self.moved = {control.key: _widget(control) for control in exploration.controls}
        self._start = {key: widget.value for key, widget in self.moved.items()}
        self.result, self.picture = widgets.HTML(), widgets.Image(format="png")
        rare = (self.view.probability or 0.0) < _PLAIN
        self.logarithmic = widgets.Checkbox(rare, description="logarithmic: show the tail", indent=False)
        told = "Simulate, and solve exactly if that is possible at all"
        self.run = widgets.Button(description=_RUN, tooltip=told, layout=_box(width="auto"))
        self.reset = widgets.Button(
            description="Reset", tooltip="All values as in the scenario", layout=_box(width="auto")
        )
        self.export = widgets.ToggleButton(description="Export as TOML", layout=_box(width="auto"))
        self.toml = widgets.Textarea(rows=16, layout=_box(width="98%", display="none"))
        super().__init__(self._arranged())
        for widget in self.moved.values():
            widget.observe(self._on_move, names="value")
        self.logarithmic.observe(lambda _: self._draw(), names="value")
        self.export.observe(lambda _: self._write(), names="value")
        self.run.on_click(lambda _: self._on_run())
        self.reset.on_click(lambda _: self._on_reset())
        self._tell()
        if not self.view.exact:
            Thread(target=exploration.prepare, name="prepare").start()

    def _arranged(self) -> list[widgets.Widget]:
        scenario = self._exploration.scenario
        head = widgets.HTML(f"{_STYLE}<h3>{escape(scenario.title)}</h3><p>{escape(scenario.question)}</p>")
        column: list[widgets.Widget] = []
        for section, controls in groupby(self._exploration.controls, key=lambda each: each.section):
            column += [widgets.HTML(f"<b>{escape(section)}</b>"), *(self.moved[each.key] for each in controls)]
        sliders = widgets.VBox(column, layout=_box(flex="1 1 390px", max_height="640px", overflow="hidden auto"))
        buttons = widgets.HBox([self.run, self.reset, self.export], layout=_box(flex_flow="row wrap"))
        answer = [self.result, self.picture, self.logarithmic, buttons]
        self.picture.layout = _box(width="660px")
        right = widgets.VBox(answer, layout=_box(flex="1 1 420px"))
        return [head, widgets.HBox([sliders, right], layout=_box(flex_flow="row wrap")), self.toml]

    def _changes(self) -> dict[str, object]:
        """Return what was moved, to six digits, which is finer than any step."""
        found: dict[str, object] = {}
        for control in self._exploration.controls:
            value = self.moved[control.key].value
            if control.kind == "choice":
                found |= {control.key: control.choices[value][1]} if value != self._start[control.key] else {}
            elif control.moved(value):
                found[control.key] = value if control.kind == "whole" else float(f"{value:.6g}")
        return found

    def _on_move(self, _: object) -> None:
        """Follow a slider, but not one that only went to the nearest of its steps."""
        if not self._quiet and self._changes() != self._seen:
            self._show(self._exploration.at, grey=self._seconds > _WAIT)

    def _on_run(self) -> None:
        self.run.description, self.run.disabled = "Simulating ...", True
        self._show(self._exploration.run, grey=True)
        self.run.description, self.run.disabled = _RUN, False

    def _on_reset(self) -> None:
        self._quiet = True
        for key, widget in self.moved.items():
            widget.value = self._start[key]
        self._quiet = False
        self._show(self._exploration.at)

    def _show(self, look: Callable[[dict[str, object]], View], *, grey: bool = False) -> None:
        """Look at the values, the old picture greyed meanwhile if that takes long, and show what is seen."""
        start = perf_counter()
        if grey:
            self.picture.add_class(_BUSY)
        self._seen = self._changes()
        self.view = look(self._seen)
        self._tell()
        self._seconds = perf_counter() - start

    def _tell(self) -> None:
        """Show what is seen; the old picture stays, greyed, if the values are refused."""
        self.result.value = result_html(self.view)
        self._draw()
        self._write()
        if self.view.refusal:
            self.picture.add_class(_BUSY)
        else:
            self.picture.remove_class(_BUSY)

    def _draw(self) -> None:
        if not self.view.refusal:
            self.picture.value = self._pictures[self.logarithmic.value].png(self.view)

    def _write(self) -> None:
        """Write the export, if it is asked for."""
        asked = self.export.value and not self.view.refusal
        self.toml.layout.display = "" if asked else "none"
        self.toml.value = self.view.scenario.toml() if asked else ""


def _widget(control: Control) -> Any:
    """Return the slider or menu of a control; its value is a number, of a menu that of the choice."""
    told = {
        "description": control.label,
        "tooltip": control.key,
        "style": {"description_width": "44%"},
        "layout": _box(width="98%"),
    }
    if control.kind == "choice":
        options = [(name, number) for number, (name, _) in enumerate(control.choices)]
        start = [value for _, value in control.choices].index(control.value)
        return widgets.Dropdown(options=options, value=start, **told)
    told |= {"value": control.value, "min": control.low, "max": control.high, "step": control.step}
    if control.logarithmic:
        return widgets.FloatLogSlider(readout_format=".3g", **told)
    if control.kind == "whole":
        return widgets.IntSlider(**told)
    return widgets.FloatSlider(readout_format=".3g", **told)


def _box(**layout: str) -> widgets.Layout:
    return widgets.Layout(**{"max_width": "100%", "min_width": "0"} | layout)
