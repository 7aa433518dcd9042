"""A ladder of probabilities under an environment: what is reached at each rung, missed, and gained between two.

An elector's latent mind is one number, and every rung P_0 <= P_1 <= ... is a level that it may exceed; given the
environment each rung moves by itself. A gap between two rungs far smaller than both is given by the model and, where
electors are independent, kept; otherwise it is the difference of what is reached or of what is missed, whichever are
smaller, and loses the digits that these have in common.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.environment import Environment, Unchanged


class Rungs(NamedTuple):
    """Probabilities at every rung.

    Attributes
    ----------
    reached, missed : (..., electors, rungs) float64
        Probability of a rung, and its complement.
    gaps : (..., electors, rungs - 1) float64
        Probability of the next rung without this one.
    """

    reached: NDArray[np.float64]
    missed: NDArray[np.float64]
    gaps: NDArray[np.float64]


def rungs_of(
    probability: NDArray[np.float64], conditional: NDArray[np.float64], *, shares: NDArray[np.float64]
) -> Rungs:
    """Build the ladder P_k = p + c G(k) of each elector.

    Parameters
    ----------
    probability, conditional : (e,) float64
        p and c.
    shares : (e, rungs) or (rungs,) float64
        G(k), which begins with 0.
    """
    above = np.maximum((1.0 - probability) - conditional, 0.0)
    return Rungs(
        probability[:, None] + conditional[:, None] * shares,
        above[:, None] + conditional[:, None] * (1.0 - shares),
        conditional[:, None] * np.diff(shares, axis=-1),
    )


def rungs_given(environment: Environment, rungs: Rungs, *, electors: NDArray[np.int64]) -> Rungs:
    """Move a ladder as the environment does.

    Parameters
    ----------
    rungs : Rungs
        (e, rungs) each.
    electors : (e,) int64
        Whose rungs they are.

    Returns
    -------
    Rungs
        (N, M, e, rungs) each.
    """
    reached, missed = environment.chance(rungs.reached, rungs.missed, electors)
    if isinstance(environment, Unchanged):
        return Rungs(reached, missed, rungs.gaps[None, None])
    low, high = slice(None, -1), slice(1, None)
    smaller = reached[..., high] < missed[..., low]
    gaps = np.where(smaller, reached[..., high] - reached[..., low], missed[..., low] - missed[..., high])
    return Rungs(reached, missed, np.maximum(gaps, 0.0))
