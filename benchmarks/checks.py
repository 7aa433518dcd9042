"""Before anything is timed: do all contestants give the same answer?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil, log10, sqrt

import numpy as np
from numpy.typing import NDArray
from references import Reference
from works import SEED, Work

from montecarlo.engine.simulation import simulate
from montecarlo.estimates import Tally, agreement
from montecarlo.exact.solver import solve
from montecarlo.model import Model

MOST = 4.5
"""Standard errors that a simulation may be away from the exact answer."""
DIGITS = 12.0
"""Least digits that the exact answer must have in common with a value from elsewhere."""


@dataclass(frozen=True)
class Check:
    """One comparison with the exact answer, of that with a known value, or of the two backends with each other."""

    what: str
    found: str
    passed: bool


@cache
def backends_agree(work: Work, draws: int) -> Check:
    """Compare the two backends bit for bit."""
    same = len({_tally(work, draws, backend).digest for backend in ("numpy", "numba")}) == 1
    found = "the same bits" if same else "different tallies"
    return Check(f"{work.name}: both backends, {draws:,} elections", found, same)


@cache
def simulation_agrees(work: Work, draws: int) -> Check:
    """Compare the NumPy backend with the exact answer, sums by group of independent electors included."""
    tally, model = _tally(work, draws, "numpy"), work.model
    if work.linked:
        return _check(f"{work.name}: montecarlo", model, tally.counts, [])
    groups = len(tally.attempted)
    mean = np.bincount(model.group, model.probability, groups)
    variance = np.bincount(model.group, model.probability * (1 - model.probability), groups)
    by_group = (tally.attempted - draws * mean) / np.sqrt(draws * variance)
    return _check(f"{work.name}: montecarlo, {groups} sums by group included", model, tally.counts, by_group.tolist())


@cache
def reference_agrees(work: Work, reference: Reference, draws: int) -> Check:
    """Compare a reference with the exact answer."""
    counts = reference.counts(work.model, draws, chunk=1024)
    return _check(f"{work.name}: {reference.name}", work.model, counts, [])


@cache
def value_agrees(work: Work) -> Check:
    """Compare the exact answer with the value known of it."""
    digits = digits_agreed(work)
    return Check(f"{work.name}: exact answer and {work.source}", f"{digits:.1f} digits", digits >= DIGITS)


def digits_agreed(work: Work) -> float:
    """Return how many digits the exact answer and the value known of it have in common, at most 16."""
    assert work.value is not None
    difference = abs(solve(work.model).probability / work.value() - 1)
    return -log10(max(difference, 1e-16))


@cache
def _tally(work: Work, draws: int, backend: str) -> Tally:
    return simulate(work.model, draws, seed=SEED, backend=backend).tally


def _check(what: str, model: Model, counts: NDArray[np.int64], scores: list[float]) -> Check:
    """Judge the mean, P(>= K) of the model, and P(>= k) for a k above the mean, which is not rare."""
    draws, k, exact = int(counts.sum()), np.arange(len(counts)), solve(model)
    mean = float(exact.pmf @ k)
    variance = float(exact.pmf @ (k - mean) ** 2)
    scores = [*scores, (float(counts @ k) / draws - mean) / sqrt(variance / draws)]
    often = ceil(mean)
    above, below = float(exact.pmf[often:].sum()), float(exact.pmf[:often].sum())
    hits = [int(counts[least:].sum()) for least in (often, model.needed)]
    scores.append(agreement(hits[0], draws, above, below, log10(above)))
    scores.append(agreement(hits[1], draws, exact.probability, exact.complement, exact.log10_probability))
    worst = max(abs(score) for score in scores)
    return Check(f"{what}, {draws:,} elections", f"within {worst:.1f} standard errors", worst <= MOST)
