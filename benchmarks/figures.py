"""Measure the speed of montecarlo against the figures it set itself: ``python benchmarks/figures.py``.

All contestants must first agree with the exact answer; then they take turns on the same work in one run.
See README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import report
from linked_references import CASCADES, LATENT_NORMALS, PLEDGES
from measurements import Contest, Effort, Exact, Figure, Process, TwoThreads
from references import CHUNKED_NUMPY, OPENTURNS, POISSON_BINOM
from works import works

RESULTS = Path(__file__).with_name("RESULTS.md")

FULL = Effort(10**6, 10**7, 200_000, 65536, 9, 5, 7, 5.0)
QUICK = Effort(100_000, 10**6, 20_000, 16384, 3, 3, 3, 0.5)


def figures() -> list[Figure]:
    """List all figures; where none is asked, the row is for orientation."""
    work = works()
    return [
        Contest(work["wide"], "numba", CHUNKED_NUMPY, asked=20),
        Contest(work["wide"], "numba", OPENTURNS, asked=100),
        Contest(work["wide"], "numba", POISSON_BINOM, asked=100),
        Contest(work["wide"], "numpy", CHUNKED_NUMPY, asked=3),
        Contest(work["rare"], "numba", CHUNKED_NUMPY, asked=60),
        Contest(work["rare"], "numpy", CHUNKED_NUMPY, asked=20),
        TwoThreads(work["wide"], asked=1.8),
        Contest(work["states"], "numba", LATENT_NORMALS, asked=5),
        Contest(work["states"], "numba", LATENT_NORMALS, asked=10, workers=2),
        Contest(work["states"], "numpy", LATENT_NORMALS, asked=1),
        Contest(work["pledge of all"], "numba", PLEDGES, asked=10),
        Contest(work["pledge of all"], "numpy", PLEDGES, asked=None),
        Contest(work["cascade, alike"], "numba", CASCADES, asked=10),
        Contest(work["cascade"], "numba", CASCADES, asked=10),
        Exact(work["wide"], asked=0.1),
        Exact(work["one factor"], asked=5),
        Exact(work["states"], asked=60),
        Exact(work["t"], asked=2000),
        Exact(work["pledge"], asked=5),
        Exact(work["cascade"], asked=150),
        Process(("run", "bound-electors", "--draws", "1000000", "--no-save"), asked=1.5),
        Process(("run", "hamilton-2016", "--no-save"), asked=4),
        Process(("--help",), asked=0.25),
    ]


def chosen(parts: list[str] | None) -> list[Figure]:
    """Choose the figures whose name holds one of the parts, all if there are none."""
    return [each for each in figures() if not parts or any(part.lower() in each.name.lower() for part in parts)]


def main() -> int:
    """Check, measure, report; 1 if the answers do not agree, whatever the figures."""
    options = _options()
    effort, wanted = QUICK if options.quick else FULL, chosen(options.only)
    found = list(dict.fromkeys(check for figure in wanted for check in figure.checks(effort)))
    print(report.checks_table(found), flush=True)
    if not all(check.passed for check in found):
        print("The answers do not agree; nothing was timed.", file=sys.stderr)
        return 1
    rows = []
    for figure in wanted:
        rows.append(figure.measure(effort))
        print(f"measured: {figure.name}", file=sys.stderr)
    print(f"\n{report.figures_table(rows)}")
    facts = report.environment()
    if options.json:
        options.json.write_text(json.dumps(report.as_json(facts, found, rows), indent=2) + "\n")
    if options.write:
        RESULTS.write_text(report.markdown(facts, found, rows))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the speed of montecarlo against its figures.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the elections and few rounds: does it run?")
    parser.add_argument("--only", action="append", metavar="TEXT", help="rows whose work holds TEXT; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to FILE")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} next to this file")
    options = parser.parse_args()
    if options.write and (options.quick or options.only):
        parser.error(f"--write needs the full run: {RESULTS.name} is not for quick figures, or some of them.")
    if not chosen(options.only):
        works = "\n".join(each.name for each in figures())
        parser.error(f"no row holds {' or '.join(options.only)}; there are:\n{works}")
    return options


if __name__ == "__main__":
    sys.exit(main())
