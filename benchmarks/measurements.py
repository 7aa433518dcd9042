"""The kinds of figures: each names its work, gives the checks that must pass before, and measures one row."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

import checks
from references import Reference
from report import Row
from timing import compare, seconds, spread
from works import SEED, Work

from montecarlo.engine import executors
from montecarlo.engine.simulation import simulate
from montecarlo.exact.solver import solve

_LONG = 10.0
"""Seconds of a process from which three have to do."""


@dataclass(frozen=True)
class Effort:
    """How much to measure; slow references and linked electors get fewer rounds and elections to check by."""

    draws: int
    thread_draws: int
    slow_draws: int
    probe_draws: int
    rounds: int
    slow_rounds: int
    processes: int
    exact_seconds: float


class Figure(Protocol):
    """Something to measure."""

    @property
    def name(self) -> str:
        """What is measured."""

    def checks(self, effort: Effort) -> Iterator[checks.Check]:
        """Check that the contestants agree; what two figures have in common is computed once."""

    def measure(self, effort: Effort) -> Row:
        """Measure."""


@dataclass(frozen=True)
class Contest:
    """A backend against a reference, which has one thread and the chunk of elections that suits it best."""

    work: Work
    backend: str
    reference: Reference
    asked: float | None
    workers: int = 1

    @property
    def name(self) -> str:
        threads = "" if self.workers == 1 else f" on {self.workers} threads"
        return f"{self.work.name}: {self.backend} backend{threads} against {self.reference.name}"

    @property
    def missing(self) -> str:
        return self.reference.missing or _missing(self.backend, workers=self.workers)

    def checks(self, effort: Effort) -> Iterator[checks.Check]:
        if self.missing:
            return
        draws = effort.slow_draws if self.work.linked else effort.draws
        if find_spec("numba"):
            yield checks.backends_agree(self.work, draws)
        yield checks.simulation_agrees(self.work, draws)
        yield checks.reference_agrees(self.work, self.reference, effort.slow_draws if self.reference.slow else draws)
        if self.work.value:
            yield checks.value_agrees(self.work)

    def measure(self, effort: Effort) -> Row:
        if self.missing:
            return Row(self.name, self.asked, note=self.missing)
        model = self.work.model
        chunk = self.reference.fastest_chunk(model, effort.probe_draws)
        compared = compare(
            lambda: _simulate(self.work, effort.draws, self.backend, workers=self.workers),
            lambda: self.reference.counts(model, effort.draws, chunk=chunk),
            rounds=effort.slow_rounds if self.work.linked or self.reference.slow else effort.rounds,
        )
        note = f"{effort.draws:,} elections; its fastest chunk: {chunk} elections"
        return Row(self.name, self.asked, compared, note=note)


@dataclass(frozen=True)
class TwoThreads:
    """Two threads against one."""

    work: Work
    asked: float

    @property
    def name(self) -> str:
        return f"{self.work.name}: numba backend, two threads against one"

    def checks(self, effort: Effort) -> Iterator[checks.Check]:
        if find_spec("numba"):
            yield checks.backends_agree(self.work, effort.draws)
        yield checks.simulation_agrees(self.work, effort.draws)

    def measure(self, effort: Effort) -> Row:
        missing = _missing("numba", workers=2)
        if missing:
            return Row(self.name, self.asked, note=missing)
        compared = compare(
            lambda: _simulate(self.work, effort.thread_draws, "numba", workers=2),
            lambda: _simulate(self.work, effort.thread_draws, "numba", workers=1),
            rounds=effort.rounds,
        )
        return Row(self.name, self.asked, compared, note=f"{effort.thread_draws:,} elections")


@dataclass(frozen=True)
class Exact:
    """The exact probability, in milliseconds, and how many digits it has in common with a value from elsewhere."""

    work: Work
    asked: float

    @property
    def name(self) -> str:
        return f"exact, {self.work.name}"

    def checks(self, effort: Effort) -> Iterator[checks.Check]:
        if self.work.value:
            yield checks.value_agrees(self.work)

    def measure(self, effort: Effort) -> Row:
        def run() -> None:
            solve(self.work.model)

        warm = min(seconds(run) for _ in range(3))
        calls = max(5, min(200, int(effort.exact_seconds / warm)))
        times = spread([1e3 * seconds(run) for _ in range(calls)])
        notes = [f"{calls} calls"]
        if self.work.value:
            notes.append(f"{checks.digits_agreed(self.work):.1f} digits as {self.work.source}")
        return Row(self.name, self.asked, times, "ms", "; ".join(notes))


@dataclass(frozen=True)
class Process:
    """A whole process of the command line, after one run that fills the caches."""

    arguments: tuple[str, ...]
    asked: float

    @property
    def name(self) -> str:
        return f"whole process `montecarlo {' '.join(self.arguments)}`"

    def checks(self, effort: Effort) -> Iterator[checks.Check]:
        yield from ()

    def measure(self, effort: Effort) -> Row:
        command = [sys.executable, "-m", "montecarlo", *self.arguments]
        # Some containers forbid Python to keep what it compiled; an installed program has it.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

        def run() -> subprocess.CompletedProcess[str]:
            return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

        first = run()
        if first.returncode:
            said = first.stderr.strip().removeprefix(f"{sys.executable}: ").splitlines() or ["nothing said"]
            return Row(self.name, self.asked, unit="s", note=f"exit code {first.returncode}: {said[-1]}")
        once = seconds(run)
        processes = effort.processes if once < _LONG else min(effort.processes, 3)
        times = spread([once, *(seconds(run) for _ in range(processes - 1))])
        return Row(self.name, self.asked, times, "s", f"{processes} processes")


def _simulate(work: Work, draws: int, backend: str, *, workers: int) -> None:
    with executors.threads(workers) as map_:
        simulate(work.model, draws, seed=SEED, backend=backend, map_=map_)


def _missing(backend: str, *, workers: int) -> str:
    """Return why a backend cannot run on so many threads, or nothing."""
    if backend == "numba" and not find_spec("numba"):
        return "numba is not installed"
    return "" if executors.processors() >= workers else f"only {executors.processors()} processor can be used"
