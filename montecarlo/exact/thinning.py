r"""Binomial probabilities of who joins next, from positive factors only.

Of r who are left each joins with hazard h. From one number of joiners to the next the probability changes by

    P(s) / P(s - 1) = (r - s + 1) / s * h / (1 - h),

so that a cumulative product from P(0) = (1 - h)^r gives all. Where P(0) would underflow the product starts from 1 at
the mode, in both directions, and is divided by its sum. The probability of s or more of n - m grows with m by positive
terms, P(Bin(n - m - 1) >= s - 1) = P(Bin(n - m) >= s) + (1 - h) P(Bin(n - m - 1) = s - 1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.rungs import Rungs

# exp(-600) and all that a row of probabilities is multiplied by stay within the range of float64.
_SAFE = 600.0


class Ladder(NamedTuple):
    """What happens to a class at level k = 0, 1, ...: whoever is left joins with probability `hazard`.

    Attributes
    ----------
    hazard, spare : (N, classes, levels) float64
        Probability to join at a level, given it did not happen before, and its complement.
    """

    hazard: NDArray[np.float64]
    spare: NDArray[np.float64]


def ladder_of(rungs: Rungs) -> Ladder:
    """Compute the hazard of every level from the probabilities to have joined by it, (N, classes, levels)."""
    before = rungs.missed[..., :-1]
    hazard = quotient(rungs.gaps, before, otherwise=0.0)
    spare = quotient(rungs.missed[..., 1:], before, otherwise=1.0)
    return Ladder(
        np.concatenate([rungs.reached[..., :1], np.minimum(hazard, 1.0)], axis=-1),
        np.concatenate([rungs.missed[..., :1], np.minimum(spare, 1.0)], axis=-1),
    )


def quotient(part: NDArray[np.float64], whole: NDArray[np.float64], *, otherwise: float) -> NDArray[np.float64]:
    """Divide by who is left; where nobody is, it concerns nobody."""
    result = np.full(whole.shape, otherwise)
    np.divide(part, whole, out=result, where=whole > 0.0)
    return result


def binomial(
    trials: NDArray[np.int64], *, hazard: NDArray[np.float64], spare: NDArray[np.float64], width: int
) -> NDArray[np.float64]:
    """Compute binomial probabilities.

    Parameters
    ----------
    trials : (r,) int64
        Numbers of electors who may join.
    hazard, spare : (N,) float64
        Probability that one joins, and its complement, each with full relative accuracy.
    width : int
        Most joiners that are wanted.

    Returns
    -------
    (N, r, width + 1) float64
        Probability of 0 to `width` joiners.
    """
    with np.errstate(divide="ignore"):
        odds = hazard / spare
        lowest = max(1, int(trials.max())) * np.log(spare).min()
    if lowest < -_SAFE:
        return _from_mode(trials, hazard=hazard, odds=odds, width=width)
    joiners = np.arange(1, width + 1)
    table = np.empty((len(hazard), len(trials), width + 1))
    table[:, :, 0] = spare[:, None] ** trials
    np.multiply(_ratios(trials, joiners), odds[:, None, None], out=table[:, :, 1:])
    return np.cumprod(table, axis=2, out=table)


def _ratios(trials: NDArray[np.int64], joiners: NDArray[np.int64]) -> NDArray[np.float64]:
    ratios: NDArray[np.float64] = np.maximum(trials[:, None] - joiners + 1, 0) / joiners
    return ratios


def _from_mode(
    trials: NDArray[np.int64], *, hazard: NDArray[np.float64], odds: NDArray[np.float64], width: int
) -> NDArray[np.float64]:
    """Compute whole rows, whatever the hazard is, 1 included."""
    most = max(width, int(trials.max()))
    joiners = np.arange(most + 1)
    mode = np.minimum(((trials + 1) * hazard[:, None]).astype(np.int64), trials)[:, :, None]
    ratio = np.ones((len(hazard), len(trials), most + 1))
    coefficients = _ratios(trials, joiners[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio[:, :, 1:] = np.where(coefficients > 0.0, coefficients * odds[:, None, None], 0.0)
        up = np.cumprod(np.where(joiners > mode, ratio, 1.0), axis=2)
        # Going down from s to s - 1 divides by the ratio of s; infinite odds make that a 0.
        back = np.where(joiners <= mode, 1.0 / ratio, 1.0)[:, :, :0:-1]
    down = np.ones_like(up)
    down[:, :, :-1] = np.cumprod(back, axis=2)[:, :, ::-1]
    weights = up * down
    table: NDArray[np.float64] = weights / weights.sum(axis=2, keepdims=True)
    return table[:, :, : width + 1]


def transition(size: int, cap: int, *, hazard: NDArray[np.float64], spare: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the probabilities to go from m members of a class to j.

    Parameters
    ----------
    size : int
        Electors of the class.
    cap : int
        Number of members, at most `size`, that stands for itself and all above.
    hazard, spare : (N,) float64
        Probability that one who is left joins, and its complement.

    Returns
    -------
    (N, cap + 1, cap + 1) float64
        Upper triangular; every row sums to 1.
    """
    members = np.arange(cap + 1)
    rows = binomial(size - members, hazard=hazard, spare=spare, width=cap)
    # Rows one longer than those of the result put s joiners of m members into column m + s.
    sheared = np.zeros((len(hazard), cap + 1, cap + 2))
    np.multiply(rows, members <= cap - members[:, None], out=sheared[:, :, :-1])
    result = sheared.reshape(len(hazard), -1)[:, : (cap + 1) ** 2].reshape(len(hazard), cap + 1, cap + 1)
    if cap < size:
        whole = binomial(np.array([size]), hazard=hazard, spare=spare, width=size)
        gains = spare[:, None] * result[:, 1:cap, cap]
        result[:, 0, cap] = whole[:, 0, cap:].sum(axis=1)
        result[:, 1:cap, cap] = result[:, :1, cap] + np.cumsum(gains, axis=1)
        result[:, cap, cap] = 1.0
    return result
