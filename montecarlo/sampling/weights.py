r"""What many weights tell: their mean, and whether it may be trusted.

Weights may be far below the least float, so all sums are of w / exp(top), top the logarithm of the largest. Central
sums are merged block by block (Pebay 2008, Sandia report SAND2008-6212), in the order of the blocks, so that the result
does not depend on who drew them:

    M_p = sum (w - mean)^p,    relative variance = M_2 / n / mean^2,    kurtosis = n M_4 / M_2^2.

An interval from the central limit theorem is withheld where the weights themselves show that it would not hold:
where one weight is a large share of the sum, where the variance is known too badly (its relative error is about
sqrt((kurtosis - 1) / n)), or where the relative error is large.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import exp, inf, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_SHARE: Final = 0.05
"""Largest share of the sum that one weight may have."""

MOST_UNSURE: Final = 0.04
"""Largest (kurtosis - 1) / n: the variance is known to a fifth."""

MOST_ERROR: Final = 0.1
"""Largest relative standard error."""


_ROUNDING: Final = 1e-20
"""Relative variance that rounding alone may make."""


@dataclass(frozen=True)
class Weights:
    """Sums over independent weights.

    Attributes
    ----------
    draws : int
        How many, those of 0 included.
    top : float
        Logarithm of the largest, -inf if all are 0.
    mean, second, third, fourth : float
        Mean and central sums of the weights over exp(top).
    """

    draws: int
    top: float
    mean: float
    second: float
    third: float
    fourth: float

    @classmethod
    def of(cls, log_weights: NDArray[np.float64]) -> Weights:
        """Add up weights given by their logarithms, ``(n,)``, at least one."""
        top = float(log_weights.max())
        if top == -inf:
            return cls(len(log_weights), -inf, 0.0, 0.0, 0.0, 0.0)
        weights = np.exp(log_weights - top)
        mean = float(weights.mean())
        off = weights - mean
        square = off * off
        return cls(len(weights), top, mean, float(square.sum()), float((square * off).sum()), float((square**2).sum()))

    def __add__(self, other: Weights) -> Weights:
        """Add up both."""
        top = max(self.top, other.top)
        a, b = self._scaled(top), other._scaled(top)
        n, na, nb = self.draws + other.draws, self.draws, other.draws
        d = b.mean - a.mean
        second = a.second + b.second + d**2 * na * nb / n
        third = a.third + b.third + d**3 * na * nb * (na - nb) / n**2 + 3 * d * (na * b.second - nb * a.second) / n
        fourth = a.fourth + b.fourth + d**4 * na * nb * (na**2 - na * nb + nb**2) / n**3
        fourth += 6 * d**2 * (na**2 * b.second + nb**2 * a.second) / n**2 + 4 * d * (na * b.third - nb * a.third) / n
        return Weights(n, top, a.mean + d * nb / n, second, third, fourth)

    def _scaled(self, top: float) -> Weights:
        factor = exp(self.top - top) if top > -inf and self.top > -inf else 1.0
        powers = (factor, factor**2, factor**3, factor**4)
        sums = (self.mean, self.second, self.third, self.fourth)
        return Weights(self.draws, top, *(each * power for each, power in zip(sums, powers, strict=True)))

    @property
    def log_mean(self) -> float:
        """Logarithm of the mean."""
        return self.top + log(self.mean) if self.mean else -inf

    @property
    def relative_variance(self) -> float:
        """Variance of one weight over the square of the mean; inf if all are 0."""
        return self.second / self.draws / self.mean**2 if self.mean else inf

    @property
    def relative_standard_error(self) -> float:
        """Standard error of the mean over the mean."""
        return sqrt(self.relative_variance / self.draws)

    @property
    def kurtosis(self) -> float:
        """Fourth central moment over the square of the variance; 1 at least."""
        return self.draws * self.fourth / self.second**2 if self.second else 1.0

    @property
    def unsure(self) -> float:
        """Square of the relative error of the variance; 0 if that is of rounding alone."""
        return (self.kurtosis - 1.0) / self.draws if self.relative_variance > _ROUNDING else 0.0

    @property
    def unsure_relative(self) -> float:
        """Square of the relative error of `relative_variance`; the variance varies with the mean that divides it.

        By the delta method (kurtosis - 1 - 4 skewness c + 4 c^2) / n, with c the coefficient of variation.
        """
        if self.relative_variance <= _ROUNDING:
            return 0.0
        skewed = self.third / (self.second * self.mean)
        return max(self.unsure + 4.0 * (self.relative_variance - skewed) / self.draws, 0.0)


def added(parts: list[Weights]) -> Weights:
    """Add up the weights of blocks, in their order."""
    return reduce(Weights.__add__, parts)
