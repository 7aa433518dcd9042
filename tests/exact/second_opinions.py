"""Second opinions on the exact solver: whole-number arithmetic, and a contour sum that shares nothing with it."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
from scipy.optimize import brentq

from montecarlo.model import Model


def rulings(model: Model) -> list[tuple[Fraction, list[Fraction]]]:
    """Each ruling's probability and the electors' chances of an effective defection under it, without rounding."""
    attempt = [Fraction(p) for p in model.probability.tolist()]
    if model.law is None:
        return [(Fraction(1), attempt)]
    upheld = Fraction(model.law.upheld)
    spared = [p * (1 - Fraction(c)) for p, c in zip(attempt, model.law.cancelled.tolist(), strict=True)]
    return [(upheld, spared), (1 - upheld, attempt)]


def exact_tails(model: Model) -> tuple[Fraction, Fraction]:
    """P(majority denied) and P(majority kept), from the recursion over electors in whole numbers."""
    denied = Fraction(0)
    for weight, chances in rulings(model):
        counts, scale = [1], 1
        for chance, votes in zip(chances, model.votes.tolist(), strict=True):
            defect, loyal = chance.numerator, chance.denominator - chance.numerator
            more = [loyal * count for count in counts] + [0] * votes
            for k, count in enumerate(counts):
                more[k + votes] += defect * count
            counts, scale = more, scale * chance.denominator
        denied += weight * Fraction(sum(counts[model.needed :]), scale)
    return denied, 1 - denied


def log10(value: Fraction) -> float:
    """Decimal logarithm of a positive fraction of any size."""
    with localcontext(prec=60):
        return float(Decimal(value.numerator).log10() - Decimal(value.denominator).log10())


def contour_log10(model: Model, nodes: int = 4096) -> float:
    """log10 P(majority denied) from (1/N) sum_j G(z_j) z_j^-K / (1 - 1/z_j) over a circle through the saddle point.

    G is the generating function of the votes; `needed` must lie above their mean.
    """
    parts = []
    for weight, chances in rulings(model):
        if weight:
            electors = np.column_stack([[float(chance) for chance in chances], model.votes])
            parts.append(math.log(weight) + _contour(electors, model.needed, nodes))
    return float(np.logaddexp.reduce(parts)) / math.log(10)


def _contour(electors: np.ndarray, needed: int, nodes: int) -> float:
    (chance, votes), times = (
        array.T if array.ndim > 1 else array for array in np.unique(electors, axis=0, return_counts=True)
    )

    def excess(theta: float) -> float:
        with np.errstate(over="ignore", divide="ignore"):
            return float((times * votes / (1 + (1 - chance) / chance * np.exp(-theta * votes))).sum()) - needed

    theta = brentq(excess, 0, 800)
    angle = 2j * np.pi * np.arange(nodes) / nodes
    total = -needed * (theta + angle) - np.log1p(-np.exp(-theta - angle))
    for p, w, n in zip(chance, votes, times, strict=True):
        total += n * np.log1p(p * np.expm1(w * (theta + angle)))
    top = total.real.max()
    return float(top + np.log(np.exp(total - top).mean().real))
