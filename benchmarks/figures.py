"""Measure the speed of montecarlo against the figures it set itself: ``python benchmarks/figures.py``.

All contestants must first agree with the exact answer; then they take turns on the same work in one run.
See README.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import checks
import numpy as np
import references
import report
from references import SEED, Reference
from report import Row
from timing import compare, seconds, spread

from montecarlo.engine import executors
from montecarlo.engine.simulation import simulate
from montecarlo.exact.solver import solve
from montecarlo.model import Model

RESULTS = Path(__file__).with_name("RESULTS.md")

ELECTORS, GROUPS, NEEDED = 306, 31, 37


@dataclass(frozen=True)
class Effort:
    """How much to measure; slow references get fewer rounds and, for the agreement check, fewer elections."""

    draws: int
    thread_draws: int
    slow_draws: int
    probe_draws: int
    rounds: int
    slow_rounds: int
    processes: int


FULL = Effort(10**6, 10**7, 200_000, 65536, 9, 5, 7)
QUICK = Effort(100_000, 10**6, 20_000, 16384, 3, 3, 3)


def models() -> dict[str, Model]:
    """Make the electors: chances of up to 0.1, and chances around 0.001, all different."""
    rng = np.random.default_rng(SEED)
    group = np.arange(ELECTORS) * GROUPS // ELECTORS
    ranges = {"p up to 0.1": (0.0, 0.1), "p near 0.001": (0.0005, 0.0015)}
    return {name: Model(rng.uniform(*ends, ELECTORS), NEEDED, group=group) for name, ends in ranges.items()}


def agreement(effort: Effort) -> Iterator[checks.Check]:
    """Compare every contestant with the exact answer on every work that it is timed on."""
    for name, model in models().items():
        if find_spec("numba"):
            yield checks.backends_agree(name, model, effort.draws)
        yield checks.simulation_agrees(name, model, effort.draws)
        yield checks.reference_agrees(name, model, references.chunked_numpy(), effort.draws)
    wide = models()["p up to 0.1"]
    for slow in (references.openturns(), references.scipy_poisson_binom()):
        if not slow.missing:
            yield checks.reference_agrees("p up to 0.1", wide, slow, effort.slow_draws)


def figures(effort: Effort) -> Iterator[Row]:
    """Measure all figures, one after the other."""
    wide, rare = models().values()
    numpy, rounds = references.chunked_numpy(), effort.rounds
    works = f"{ELECTORS} electors, p up to 0.1", f"{ELECTORS} electors, p near 0.001"
    yield against(works[0], wide, "numba", numpy, asked=20, effort=effort, rounds=rounds)
    for slow in (references.openturns(), references.scipy_poisson_binom()):
        yield against(works[0], wide, "numba", slow, asked=100, effort=effort, rounds=effort.slow_rounds)
    yield against(works[0], wide, "numpy", numpy, asked=3, effort=effort, rounds=rounds)
    yield against(works[1], rare, "numba", numpy, asked=60, effort=effort, rounds=rounds)
    yield against(works[1], rare, "numpy", numpy, asked=20, effort=effort, rounds=rounds)
    yield two_threads(wide, effort)
    yield exact(wide)
    yield process(["run", "bound-electors", "--draws", "1000000", "--no-save"], asked=1.5, processes=effort.processes)
    yield process(["--help"], asked=0.25, processes=effort.processes)


def against(
    work: str, model: Model, backend: str, reference: Reference, *, asked: float, effort: Effort, rounds: int
) -> Row:
    """Compare a backend on one thread with a reference at the chunk that suits the reference best."""
    name = f"{effort.draws:,} elections, {work}: {backend} backend against {reference.name}"
    missing = reference.missing or backend_missing(backend)
    if missing:
        return Row(name, asked, note=missing)
    chunk = reference.fastest_chunk(model.probability, effort.probe_draws)
    compared = compare(
        lambda: simulate(model, effort.draws, seed=SEED, backend=backend),
        lambda: reference.counts(model.probability, effort.draws, chunk=chunk),
        rounds=rounds,
    )
    return Row(name, asked, compared, note=f"its fastest chunk: {chunk} elections")


def two_threads(model: Model, effort: Effort) -> Row:
    """Compare two threads with one."""
    name = f"{effort.thread_draws:,} elections, numba backend: two threads against one"
    missing = backend_missing("numba") or ("" if executors.processors() > 1 else "only one processor can be used")
    if missing:
        return Row(name, 1.8, note=missing)

    def run(workers: int) -> None:
        with executors.threads(workers) as map_:
            simulate(model, effort.thread_draws, seed=SEED, backend="numba", map_=map_)

    return Row(name, 1.8, compare(lambda: run(2), lambda: run(1), rounds=effort.rounds))


def exact(model: Model) -> Row:
    """Time the exact solution, in milliseconds."""
    for _ in range(20):
        solve(model)
    times = [1e3 * seconds(lambda: solve(model)) for _ in range(200)]
    return Row(f"exact, {ELECTORS} independent electors, K = {NEEDED}", 0.1, spread(times), "ms", "200 calls")


def process(arguments: list[str], *, asked: float, processes: int) -> Row:
    """Time a whole process of the command line, after one run that fills the caches."""
    name = f"whole process `montecarlo {' '.join(arguments)}`"
    command = [sys.executable, "-m", "montecarlo", *arguments]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, check=False)

    first = run()
    if first.returncode:
        said = first.stderr.strip().removeprefix(f"{sys.executable}: ").splitlines() or ["nothing said"]
        return Row(name, asked, unit="s", note=f"exit code {first.returncode}: {said[-1]}")
    return Row(name, asked, spread([seconds(run) for _ in range(processes)]), "s", f"{processes} processes")


def backend_missing(backend: str) -> str:
    """Return why a backend cannot run, or nothing."""
    return "numba is not installed" if backend == "numba" and not find_spec("numba") else ""


def main() -> int:
    """Check, measure, report; 1 if the answers do not agree, whatever the figures."""
    parser = argparse.ArgumentParser(description="Measure the speed of montecarlo against its figures.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the elections and few rounds: does it run?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to FILE")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} next to this file")
    options = parser.parse_args()
    if options.quick and options.write:
        parser.error(f"--write needs the full run: {RESULTS.name} is not for quick figures.")
    effort = QUICK if options.quick else FULL
    found = list(agreement(effort))
    print(report.checks_table(found), flush=True)
    if not all(check.passed for check in found):
        print("The answers do not agree; nothing was timed.", file=sys.stderr)
        return 1
    rows = []
    for row in figures(effort):
        print(f"measured: {row.work}", file=sys.stderr)
        rows.append(row)
    print(f"\n{report.figures_table(rows)}")
    facts = report.environment()
    if options.json:
        options.json.write_text(json.dumps(report.as_json(facts, found, rows), indent=2) + "\n")
    if options.write:
        RESULTS.write_text(report.markdown(facts, found, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
