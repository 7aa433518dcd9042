r"""Laws of a conditional elector's threshold, and what a whip makes of them.

G(k) is the probability that a conditional elector joins once k others are seen, k = 0, 1, ...; its hazard at level k,
``g_k = (G(k) - G(k-1)) / (1 - G(k-1))``, is the probability that the k-th one moves an elector whom fewer have not. A
whip that leaves an elector to himself with probability w_k at each level makes of it ``G'(k) = 1 - prod_{j<=k} (1 -
w_j g_j)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def weibull_cdf(scale: float, shape: float, levels: int) -> NDArray[np.float64]:
    """Return G(k) = 1 - exp(-(k / scale)^shape).

    Parameters
    ----------
    scale, shape : float
        Level by which 63 % of the conditional electors have joined, and how sharply they do around it; above 0.
    levels : int
        Entries wanted, from k = 0.

    Returns
    -------
    (levels,) float64
    """
    with np.errstate(over="ignore"):
        return -np.expm1(-((np.arange(levels) / scale) ** shape))


def whipped(cdf: NDArray[np.float64], hazard: float, decay: float) -> NDArray[np.float64]:
    """Return the law that is left under a whip with w_k = hazard * decay^(k-1).

    Parameters
    ----------
    cdf : (levels,) float64
        G, beginning with G(0) = 0.
    hazard, decay : float
        Multiplier of the hazard at the first level, and that from each level to the next, between 0 and 1.

    Returns
    -------
    (levels,) float64
        G', nowhere above G.
    """
    if hazard == decay == 1:
        return cdf
    left = 1 - cdf[:-1]
    hazards = np.divide(np.diff(cdf), left, out=np.zeros_like(left), where=left > 0)
    weights = hazard * decay ** np.arange(len(left))
    with np.errstate(divide="ignore"):
        survived = np.cumsum(np.log1p(-weights * np.minimum(hazards, 1.0)))
    return np.concatenate([[0.0], -np.expm1(survived)])
