r"""Quantiles of Student's t distribution for whole degrees of freedom, to the nearest double on every machine.

With cos^2 a = nu / (nu + x^2), the closed forms of the distribution function (Abramowitz and Stegun 1964, 26.7.3 and
26.7.4) are finite sums,

    nu odd:   P(|T| <= x) = 2/pi (a + sin a (cos a + 2/3 cos^3 a + ... )),
    nu even:  P(|T| <= x) = sin a (1 + 1/2 cos^2 a + (1 3)/(2 4) cos^4 a + ...),

evaluated with 60 digits, so that nothing is lost where they cancel. Newton's method starts from a library's quantile;
its last step is a correction far below the last bit, so the result does not depend on the library.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import exp, inf, lgamma, log, log1p, pi

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-30


def student_upper_quantile(probability: NDArray[np.float64], degrees_of_freedom: int) -> NDArray[np.float64]:
    """Return x with P(T > x) = `probability`, ``probability.shape``; infinite within 1e-30 of 0 and at 1.

    Parameters
    ----------
    probability : array of float64
        Probabilities.
    degrees_of_freedom : int
        nu, at least 1.
    """
    different, place = np.unique(probability, return_inverse=True)
    found = np.array([_quantile(each, degrees_of_freedom) for each in different.tolist()])
    return found[place].reshape(np.shape(probability))


def _quantile(p: float, nu: int) -> float:
    if not _LEAST < p < 1.0:
        return inf if p < 0.5 else -inf
    from scipy.special import stdtrit

    with localcontext() as context:
        context.prec = 60
        smaller = min(Decimal(p), 1 - Decimal(p))
        x = Decimal(max(-float(stdtrit(nu, float(smaller))), 0.0))
        for _ in range(4):
            x = max(x + (_upper_tail(x, nu) - smaller) / Decimal(_density(float(x), nu)), Decimal(0))
        return float(x) if p <= 0.5 else -float(x)


def _density(x: float, nu: int) -> float:
    constant = lgamma((nu + 1) / 2) - lgamma(nu / 2) - log(nu * pi) / 2
    return exp(constant - (nu + 1) / 2 * log1p(x * x / nu))


def _upper_tail(x: Decimal, nu: int) -> Decimal:
    """Return P(T > x) for x >= 0."""
    cos2 = nu / (nu + x * x)
    sin = (1 - cos2).sqrt() if x else Decimal(0)
    odd = nu % 2
    term = total = cos2.sqrt() if odd else Decimal(1)
    if nu == 1:
        total = Decimal(0)
    for k in range(3 if odd else 2, nu, 2):
        term *= cos2 * (k - 1) / k
        total += term
    if not odd:
        return (1 - sin * total) / 2
    pi = 4 * _arctan(Decimal(1))
    return (1 - 2 * (_arctan(x / Decimal(nu).sqrt()) + sin * total) / pi) / 2


def _arctan(x: Decimal) -> Decimal:
    """Return the arctangent of x >= 0: halve the angle until the series is short."""
    halvings = 0
    while x > Decimal("0.05"):
        x = x / (1 + (1 + x * x).sqrt())
        halvings += 1
    total, power, k = Decimal(0), x, 1
    while power > Decimal(10) ** -65:
        total += power / k if k % 4 == 1 else -power / k
        power *= x * x
        k += 2
    return total * Decimal(2**halvings)
