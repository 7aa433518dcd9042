r"""A cascade of electors who are all alike, by a Poisson process.

Given that N(k) = m, the m thresholds up to k are m draws from one law, just as the points of a Poisson process given
their number. So a cascade is followed among the points of a Poisson process with mean n F(k) up to k, whose increments
are independent, which makes every level a convolution, and then the probability of m points is exchanged:

    P(D = k) = b_k(k) B_k(k),    P(D >= K) = sum_{m >= K} b_{K-1}(m) B_{K-1}(m),

b_k(m) the probability of m points up to k on a path that did not end before, N(j) > j for all j < k, and B_k(m) the
binomial probability of m over the Poisson one,

    B_k(m) = prod_{i < m} (1 - i/n) (1 - F(k))^(n - m) exp(n F(k)).

All terms are positive. B_k(m) nowhere exceeds a small number, so nothing is lost to underflow that would not have been
below the range of float64 itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.rungs import Rungs

MOST_ALIKE = 600
"""Most electors, so that no Poisson probability of none underflows."""


def alike_losses(electors: int, rungs: Rungs, *, most: int) -> NDArray[np.float64]:
    """Compute the distribution of the number of members at the end.

    Parameters
    ----------
    electors : int
        n, at most 600.
    rungs : Rungs
        Levels 0 to `most` - 1 (or more) of one elector, (N, levels) and (N, levels - 1).
    most : int
        Members from which on they are not told apart.

    Returns
    -------
    (N, most + 1) float64
        The last entry is the probability of `most` or more.
    """
    result = np.empty((len(rungs.reached), most + 1))
    chosen = np.cumprod(np.append(1.0, 1.0 - np.arange(electors) / electors))
    members = np.arange(electors + 1)
    for row, reached, missed, gaps in zip(result, *rungs, strict=True):
        arrivals = _poisson(electors * np.append(reached[0], gaps[: most - 1]), electors)
        exchange = electors * reached[:most, None] + (electors - members) * _logarithm(missed[:most, None])
        path = np.ones(1)
        for level in range(most):
            # The path holds the probabilities of level, level + 1, ..., n members.
            path = np.convolve(path, arrivals[level])[: electors + 1 - level]
            row[level] = path[0] * chosen[level] * np.exp(exchange[level, level])
            path = path[1:]
        row[most] = path @ (chosen[most:] * np.exp(exchange[most - 1, most:]))
    return result


def _logarithm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take logarithms; that of 0 is finite, as it may be needed zero times, and far below all others."""
    return np.where(values > 0.0, np.log(np.where(values > 0.0, values, 1.0)), -1e300)


def _poisson(means: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Compute Poisson probabilities of 0 to `most`, one row a mean."""
    table = np.empty((len(means), most + 1))
    table[:, 0] = np.exp(-means)
    table[:, 1:] = means[:, None] / np.arange(1, most + 1)
    return np.cumprod(table, axis=1, out=table)
