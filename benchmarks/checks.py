"""Before anything is timed: do all contestants give the same answer?"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from references import SEED, Reference

from montecarlo.engine.simulation import simulate
from montecarlo.estimates import agreement
from montecarlo.exact.solver import solve
from montecarlo.model import Model

MOST = 5.0
"""Standard errors that a simulation may be away from the exact answer."""


@dataclass(frozen=True)
class Check:
    """One comparison with the exact answer, or of the two backends with each other."""

    what: str
    found: str
    passed: bool


def backends_agree(name: str, model: Model, draws: int) -> Check:
    """Compare the two backends bit for bit."""
    numpy, numba = (simulate(model, draws, seed=SEED, backend=backend).tally for backend in ("numpy", "numba"))
    same = numpy.digest == numba.digest
    found = "the same bits" if same else "different tallies"
    return Check(f"{name}: both backends, {draws:,} elections", found, same)


def simulation_agrees(name: str, model: Model, draws: int) -> Check:
    """Compare the NumPy backend, sums by group included, with the exact answer."""
    tally = simulate(model, draws, seed=SEED, backend="numpy").tally
    groups = len(tally.attempted)
    mean = np.bincount(model.group, model.probability, groups)
    variance = np.bincount(model.group, model.probability * (1 - model.probability), groups)
    by_group = (tally.attempted - draws * mean) / np.sqrt(draws * variance)
    return _check(f"{name}: montecarlo, {groups} sums by group included", model, tally.counts, by_group.tolist())


def reference_agrees(name: str, model: Model, reference: Reference, draws: int) -> Check:
    """Compare a reference with the exact answer."""
    counts = reference.counts(model.probability, draws, chunk=16384)
    return _check(f"{name}: {reference.name}", model, counts, [])


def _check(what: str, model: Model, counts: NDArray[np.int64], scores: list[float]) -> Check:
    """Judge the mean, P(>= K) of the model, and P(>= k) for a k above the mean, which is not rare."""
    draws, p = int(counts.sum()), model.probability
    mean = float(counts @ np.arange(len(counts))) / draws
    scores = [*scores, (mean - float(p.sum())) / sqrt(float((p * (1 - p)).sum()) / draws)]
    for needed in (ceil(p.sum()), model.needed):
        exact = solve(Model(p, needed))
        hits = int(counts[needed:].sum())
        scores.append(agreement(hits, draws, exact.probability, exact.complement, exact.log10_probability))
    worst = max(abs(score) for score in scores)
    return Check(f"{what}, {draws:,} elections", f"within {worst:.1f} standard errors", worst <= MOST)
