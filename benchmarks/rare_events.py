"""Measure the samplers of rare events: ``python benchmarks/rare_events.py``, some minutes. See README.md.

For each reference model: the relative variance of one weight beside the best published for it, which settles how many
draws a precision costs, and the time that an interval of 1 % takes, finding the sampling law included.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import exp, log, sqrt
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from works import works

import montecarlo as mc
from montecarlo.estimation import sampled
from montecarlo.sampling.stopping import weigh
from montecarlo.sampling.strata import strata_of

RESULTS = Path(__file__).with_name("RARE_EVENTS.md")
MARGIN = 1.2
"""How much above the published relative variance is still as good."""

_I = np.arange(1, 307)


@dataclass(frozen=True)
class Case:
    """A model, what its weights' relative variance was elsewhere, and how long 1 % may take."""

    name: str
    model: Callable[[], mc.Model]
    published: float
    seconds: float
    draws: int = 40_000
    known: float | None = None
    known_error: float = 0.0


def mixed_up(a: float, b: float) -> mc.Model:
    """MC-1 of the reference values: electors who differ in propensity, in willingness and in their threshold law."""
    propensity = a * 10 ** (-4 + 2 * ((53 * _I) % 307) / 307)
    willing = b * (0.02 + 0.6 * ((71 * _I) % 307) / 307)
    scale = 20 + 120 * ((97 * _I) % 307) / 307
    law = 1 - np.exp(-((np.arange(307) / scale[:, None]) ** 2))
    return mc.Model(propensity, 37, coordination=mc.Cascade(willing, law, np.arange(306)))


def cases() -> list[Case]:
    """List all."""
    different = (2 + 28 * ((89 * _I) % 307) / 307) / 1000
    independent = [
        Case("M1-a: 306 alike, p = 0.001", partial(mc.Model, [0.001] * 306, 37), 13.13, 1.0),
        Case("M1-c: 306 alike, p = 0.1", partial(mc.Model, [0.1] * 306, 37), 1.54, 1.0),
        Case("M1-d: 306 who differ", partial(mc.Model, different, 37), 10.29, 1.0),
    ]
    factors = [
        Case("M2-a: one factor", lambda: works()["one factor"].model, 0.074, 1.0),
        Case("M2-d: national and state factors", lambda: works()["states"].model, 0.80, 1.0),
    ]
    told = ((1.0, 1.0, 0.077, 1.791e-5, 0.002), (0.1, 0.1, 0.56, 5.88e-34, 0.0097))
    told += ((0.01, 0.01, 0.67, 3.94e-70, 0.011), (0.003, 0.001, 0.58, 9.63e-105, 0.0098))
    cascades = [Case("M4-e: cascade, one law", lambda: works()["cascade"].model, 0.0042, 6.0, 4000)]
    cascades += [
        Case(f"MC-1: cascade, all different, near {value:.0e}", partial(mixed_up, a, b), known, 6.0, 8000, value, error)
        for a, b, known, value, error in told
    ]
    return [*independent, *factors, *cascades]


def measured(case: Case, *, repeats: int) -> dict[str, object]:
    """Measure one row."""
    model = case.model()
    (stratum,) = strata_of(model)
    weights = weigh(stratum, case.draws, seed=1, stage=0)
    truth, error = (
        (log(case.known), case.known_error) if case.known else (mc.solve(model).log10_probability * log(10), 0)
    )
    score = (exp(weights.log_mean - truth) - 1) / sqrt(weights.relative_standard_error**2 + error**2)
    times = []
    for seed in range(repeats):
        begun = perf_counter()
        found = sampled(case.model(), 0.01, confidence=0.95, seed=seed)
        times.append(perf_counter() - begun)
    return {
        "name": case.name,
        "log10": truth / log(10),
        "published": case.published,
        "variance": weights.relative_variance,
        "score": score,
        "draws": found.draws,
        "reached": found.reached,
        "seconds": median(times),
        "asked": case.seconds,
        "passed": weights.relative_variance <= MARGIN * case.published and abs(score) < 4 and found.reached,
        "quick": median(times) <= case.seconds,
    }


def markdown(rows: list[dict[str, object]]) -> str:
    """Format the table."""
    titles = ["model", "log10 P", "relative variance: published", "ours", "off by, standard errors", "draws for 1 %"]
    titles += ["seconds", "asked", "reached?"]
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for row in rows:
        cells = [row["name"], f"{row['log10']:.2f}", f"{row['published']:.3g}", f"{row['variance']:.3g}"]
        cells += [f"{row['score']:.1f}", f"{row['draws']:,}", f"{row['seconds']:.2f}", f"{row['asked']:g}"]
        cells += [f"{'yes' if row['passed'] else 'NO'}, {'in time' if row['quick'] else 'LATE'}"]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run all, print the table, and write it if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="rows whose name holds this text")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="renew RARE_EVENTS.md")
    arguments = parser.parse_args()
    rows = []
    for case in cases():
        if arguments.only.lower() in case.name.lower():
            rows.append(measured(case, repeats=arguments.repeats))
            print(markdown(rows[-1:]).splitlines()[-1], flush=True)
    if arguments.write:
        head = "# Rare events\n\nMade by `python benchmarks/rare_events.py --write`; see README.md.\n\n"
        RESULTS.write_text(head + markdown(rows))
    return 0 if all(row["passed"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
