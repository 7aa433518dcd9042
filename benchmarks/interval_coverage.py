"""Measure how often intervals cover the truth, a nightly job of some hours: ``python benchmarks/interval_coverage.py``.

Each estimator and each way to stop is repeated with seeds 0, 1, 2, ... on an ordinary and on a rare model whose answer
is known exactly. With 32,400 repetitions the share that covers is known to 0.12 %, one standard deviation. See README.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from math import log, sqrt
from pathlib import Path

import numpy as np

import montecarlo as mc
from montecarlo.sampling.stopping import hits_for, two_stages, waited
from montecarlo.sampling.strata import Stratum, strata_of
from montecarlo.uncertainty import Counted, Weighed

RESULTS = Path(__file__).with_name("COVERAGE.md")
REPETITIONS = 32_400
CONFIDENCE = 0.95
BAND = 0.9441, 0.9559
"""Within which the coverage must lie, or above the lower end where a rule promises at least so much."""

_CHUNK = 50
_LEVELS = np.arange(12)

LogInterval = tuple[float, float] | None
"""Ends of an interval, as natural logarithms; None if it is withheld."""


@dataclass(frozen=True)
class Case:
    """An estimator with its way to stop, and a model.

    Attributes
    ----------
    rule, what : str
        In words.
    model : callable
        Builds the model.
    interval : callable
        Takes model, strata and seed, and returns an interval.
    at_least : bool
        Whether the rule promises at least the confidence, not just about it.
    """

    rule: str
    what: str
    model: Callable[[], mc.Model]
    interval: Callable[[mc.Model, list[Stratum], int], LogInterval]
    at_least: bool = False


def counted(model: mc.Model, strata: list[Stratum], seed: int, *, draws: int) -> LogInterval:
    """Fixed draws, plain counts."""
    return Counted(mc.simulate(model, draws, seed=seed, backend="numpy").hits, draws).log_interval(CONFIDENCE)


def until_hits(model: mc.Model, strata: list[Stratum], seed: int, *, error: float) -> LogInterval:
    """Coins until so many heads have fallen."""
    law, _ = waited(strata, hits_for(error, CONFIDENCE), most=10**7, seed=seed)
    return law.log_interval(CONFIDENCE)


def after_a_pilot(model: mc.Model, strata: list[Stratum], seed: int, *, error: float) -> LogInterval:
    """Weights, as many as a pilot asks for."""
    found = two_stages(strata, error, CONFIDENCE, most=10**6, seed=seed)
    if found.distrust:
        return None
    return Weighed(found.log_mean, found.relative_standard_error).log_interval(CONFIDENCE)


def _alone(p: float) -> mc.Model:
    return mc.Model(np.linspace(0.5, 1.5, 24) * p, 8)


def _factors(p: float) -> mc.Model:
    return mc.Model(np.linspace(0.5, 1.5, 24) * p, 8, group=np.arange(24) % 3, dependence=mc.Factors(0.3, 0.2))


def _pledge(c: float) -> mc.Model:
    return mc.Model(np.linspace(0.0, 0.02, 24), 8, coordination=mc.Pledge(np.linspace(0.5, 1.5, 24) * c, 7))


def _cascade(p: float) -> mc.Model:
    """One law for all but different p and c: solved exactly, and yet all electors differ for the sampler."""
    law = 1.0 - np.exp(-((_LEVELS / 6.0) ** 2))
    return mc.Model(np.linspace(0.5, 1.5, 12) * p, 6, coordination=mc.Cascade(np.linspace(0.1, 0.5, 12), law))


def cases() -> list[Case]:
    """List all."""
    found = []
    for kind, p, draws in (("ordinary", 0.25, 500), ("rare", 0.1, 5000)):
        case = partial(counted, draws=draws)
        found.append(Case(f"{draws:,} plain draws", f"independent, {kind}", partial(_alone, p), case, at_least=True))
    for kind, p in (("ordinary", 0.2), ("rare", 1e-8)):
        model = partial(_alone, p)
        found.append(Case("until 97 hits", f"independent, {kind}", model, partial(until_hits, error=0.2)))
        found.append(Case("two stages, 5 %", f"independent, {kind}", model, partial(after_a_pilot, error=0.05)))
    for name, build, ordinary, rare in (
        ("national and group factors", _factors, 0.15, 1e-6),
        ("pledge", _pledge, 0.3, 1e-4),
        ("cascade", _cascade, 0.1, 1e-8),
    ):
        rule, interval = ("until 97 hits", until_hits) if name == "pledge" else ("two stages, 5 %", after_a_pilot)
        error = 0.2 if name == "pledge" else 0.05
        for kind, p in (("ordinary", ordinary), ("rare", rare)):
            found.append(Case(rule, f"{name}, {kind}", partial(build, p), partial(interval, error=error)))
    return found


@cache
def _prepared(number: int) -> tuple[mc.Model, list[Stratum], float]:
    model = cases()[number].model()
    strata = [] if "plain" in cases()[number].rule else strata_of(model)
    return model, strata, mc.solve(model).log10_probability * log(10.0)


def run(task: tuple[int, int, int]) -> tuple[int, int]:
    """Repeat a case with some seeds; count who covers and who withholds."""
    number, first, last = task
    model, strata, truth = _prepared(number)
    covers = withheld = 0
    for seed in range(first, last):
        interval = cases()[number].interval(model, strata, seed)
        if interval is None:
            withheld += 1
            continue
        low, high = interval
        covers += low <= truth <= high
    return covers, withheld


def table(repetitions: int, *, only: str | None) -> Iterator[dict[str, object]]:
    """Yield the rows as they are done."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for number, case in enumerate(cases()):
            if only and only.lower() not in f"{case.rule} {case.what}".lower():
                continue
            tasks = [(number, i, min(i + _CHUNK, repetitions)) for i in range(0, repetitions, _CHUNK)]
            results = list(pool.map(run, tasks))
            covers, withheld = (sum(each[k] for each in results) for k in (0, 1))
            told = repetitions - withheld
            share = covers / told
            slack = 0.0 if repetitions >= REPETITIONS else 4.9 * sqrt(0.05 * 0.95) * (told**-0.5 - REPETITIONS**-0.5)
            inside = share >= BAND[0] - slack and (case.at_least or share <= BAND[1] + slack)
            yield {
                "rule": case.rule,
                "model": case.what,
                "log10_probability": _prepared(number)[2] / log(10.0),
                "repetitions": repetitions,
                "withheld": withheld,
                "coverage": share,
                "asked": "at least 95 %" if case.at_least else "95 %",
                "inside": inside,
            }


def markdown(rows: list[dict[str, object]]) -> str:
    """Format the table."""
    lines = ["| rule | model | log10 P | repetitions | withheld | covered | asked | in the band |", "|---" * 8 + "|"]
    for row in rows:
        cells = [row["rule"], row["model"], f"{row['log10_probability']:.2f}", f"{row['repetitions']:,}"]
        cells += [
            f"{row['withheld']:,}",
            f"{100 * row['coverage']:.2f} %",
            row["asked"],
            "yes" if row["inside"] else "NO",
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run what is asked, print the table, and write it after a full run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--only", help="rows whose rule or model holds this text")
    parser.add_argument("--json", type=Path, help="also write the rows as JSON")
    parser.add_argument("--write", action="store_true", help="renew COVERAGE.md")
    arguments = parser.parse_args()
    rows = []
    for row in table(arguments.repetitions, only=arguments.only):
        rows.append(row)
        print(markdown([row]).splitlines()[-1], flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))
    if arguments.write:
        made = "Made by `python benchmarks/interval_coverage.py --write`; see README.md."
        RESULTS.write_text(f"# Coverage of 95 % intervals\n\n{made}\n\n{markdown(rows)}")
    return 0 if all(row["inside"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
