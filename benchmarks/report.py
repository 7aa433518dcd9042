"""The tables of a benchmark, as Markdown and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from checks import Check
from timing import Comparison, Spread


@dataclass(frozen=True)
class Row:
    """A figure asked for, if any, and what was measured; where nothing was, `note` says why.

    A `Comparison` is judged by its ratio, at least `asked`; a `Spread` is a time in `unit`, at most `asked`.
    """

    work: str
    asked: float | None
    measured: Comparison | Spread | None = None
    unit: str = "x"
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the median reaches the figure; None if it was not measured, or none is asked."""
        if self.measured is None or self.asked is None:
            return None
        if isinstance(self.measured, Comparison):
            return self.measured.ratio.median >= self.asked
        return self.measured.median <= self.asked

    @property
    def cells(self) -> list[str]:
        """The cells of the row in `figures_table`."""
        figure = "-" if self.asked is None else f"{'>=' if self.unit == 'x' else '<='} {self.asked:g} {self.unit}"
        if self.measured is None:
            return [self.work, figure, "not run", "-", self.note]
        value, notes = self.measured, [self.note] if self.note else []
        if isinstance(value, Comparison):
            notes.insert(0, f"{value.first.median:.3g} s against {value.second.median:.3g} s")
            value = value.ratio
        measured = f"{value.median:.3g} {self.unit} ({value.least:.3g} to {value.most:.3g})"
        reached = "-" if self.reached is None else "yes" if self.reached else "no"
        return [self.work, figure, measured, reached, "; ".join(notes)]


def checks_table(checks: Sequence[Check]) -> str:
    """Format the agreement checks."""
    header = ["agreement", "found", "passed?"]
    return _table([header, *([check.what, check.found, "yes" if check.passed else "NO"] for check in checks)])


def figures_table(rows: Sequence[Row]) -> str:
    """Format the figures: medians, with least and most in brackets."""
    header = ["work", "figure asked", "measured", "reached?", "for orientation"]
    return _table([header, *(row.cells for row in rows)])


def environment() -> dict[str, str]:
    """Describe the machine and the versions."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = {"date": date.today().isoformat(), "processor": f"{_processor()}, {usable} usable"}
    facts["python"] = platform.python_version()
    for package in ("numpy", "numba", "scipy", "openturns"):
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    return facts


def markdown(facts: dict[str, str], checks: Sequence[Check], rows: Sequence[Row]) -> str:
    """Compose the results as a page."""
    where = "; ".join(f"{name}: {fact}" for name, fact in facts.items())
    intro = "Written by `python benchmarks/figures.py --write`; see [README.md](README.md) for what is compared."
    return f"# Results\n\n{intro}\n\n{where}.\n\n{figures_table(rows)}\n\n{checks_table(checks)}\n"


def as_json(facts: dict[str, str], checks: Sequence[Check], rows: Sequence[Row]) -> dict[str, object]:
    """Compose the results as plain values; times of a comparison are in seconds."""
    figures = [asdict(row) | {"reached": row.reached} for row in rows]
    return {"environment": facts, "agreement": [asdict(check) for check in checks], "figures": figures}


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _table(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    lines = (" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"| {line} |" for line in lines)
