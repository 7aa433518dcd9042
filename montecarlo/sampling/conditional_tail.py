r"""Probability that independent votes reach a sum, for many sets of chances at once, as a logarithm.

One elector after the other, with f(k) the probability of k votes so far and what reaches K added up for good,

    t <- t + p_i (f(K - w_i) + ... + f(K - 1)),    f(k) <- q_i f(k) + p_i f(k - w_i),

which only adds positive terms, so that the relative error is below 3 n 2^-53 as long as nothing underflows (Barlow and
Heidtmann 1984, IEEE Transactions on Reliability R-33, 322-323). Where t is too small for that, the same is done with
the chances p~_i = p_i e^(theta w_i) / s_i, s_i = q_i + p_i e^(theta w_i), theta such that K votes are their mean:

    P = s_1 ... s_n e^(-theta K) t~,    t~ <- t~ / s_i + p~_i sum_j e^(-theta j) f~(K - w_i + j),    0 <= j < w_i.

What underflows there is negligible beside t~, however small P is. Chances are arrays (n, N), electors first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_SMALL = -560.0
"""Below e^-560 the logarithm is computed with the other chances."""

_CELLS = 1 << 16
_STEPS = 200
_NEAR = 0.25


def log_tail(lost: Floats, kept: Floats, *, votes: Whole, needed: int) -> Floats:
    """Compute the logarithm of the probability that at least `needed` votes are lost.

    Parameters
    ----------
    lost, kept : (n, N) float64
        Chances of each elector to be lost or kept, each with full relative accuracy.
    votes : (n,) int64
        Votes of each.
    needed : int
        At least 1.

    Returns
    -------
    (N,) float64
        -inf where it is impossible.
    """
    result = np.empty(lost.shape[1])
    size = max(16, _CELLS // needed)
    for start in range(0, len(result), size):
        part = slice(start, start + size)
        here, there = np.ascontiguousarray(lost[:, part]), np.ascontiguousarray(kept[:, part])
        with np.errstate(divide="ignore"):
            result[part] = np.log(_reached(here, there, votes, needed))
    small = np.flatnonzero(result < _SMALL)
    small = small[votes @ (lost[:, small] > 0.0) >= needed]
    for start in range(0, len(small), size):
        some = small[start : start + size]
        result[some] = _log_twisted(lost[:, some], kept[:, some], votes, needed)
    return result


def _reached(
    lost: Floats,
    kept: Floats,
    votes: Whole,
    needed: int,
    *,
    shrink: Floats | None = None,
    decay: Floats | None = None,
) -> Floats:
    """Run the recursion; `shrink` (n, N) are the 1 / s_i, `decay` (most votes, N) the e^(-theta j), by default 1."""
    # What reaches K stays in the rows from there on, by how much it is more.
    law = np.zeros((needed + int(votes.max()), lost.shape[1]))
    moved = np.empty((needed, lost.shape[1]))
    law[0] = 1.0
    filled, rest = 1, int(votes.sum())
    for i, size in enumerate(votes.tolist()):
        # Fewer votes than `first` cannot become enough any more.
        first, last = max(0, needed - rest), min(filled, needed)
        if shrink is not None:
            law[needed:] *= shrink[i]
        np.multiply(law[first:last], lost[i], out=moved[first:last])
        law[first:last] *= kept[i]
        law[first + size : last + size] += moved[first:last]
        filled, rest = filled + size, rest - size
    enough = law[needed:]
    result: Floats = (enough if decay is None else enough * decay).sum(axis=0)
    return result


def _log_twisted(lost: Floats, kept: Floats, votes: Whole, needed: int) -> Floats:
    """Compute the logarithm by way of chances that make the sum likely."""
    with np.errstate(divide="ignore"):
        log_lost, log_kept = np.log(lost), np.log(kept)
    theta = twist(log_lost - log_kept, votes, needed)
    pushed = log_lost + theta * votes[:, None]
    log_scale = np.logaddexp(pushed, log_kept)
    total = _reached(
        np.exp(pushed - log_scale),
        np.exp(log_kept - log_scale),
        votes,
        needed,
        shrink=np.exp(-log_scale),
        decay=np.exp(-theta * np.arange(votes.max())[:, None]),
    )
    result: Floats = log_scale.sum(axis=0) - theta * needed + np.log(total)
    return result


def twist(log_odds: Floats, votes: Whole, needed: int) -> Floats:
    """Find theta where the mean is about `needed`, by Newton's method kept between bounds."""
    heavy = votes[:, None]
    low = np.zeros(log_odds.shape[1])
    high = 40.0 + np.log(float(votes.sum())) - np.where(np.isfinite(log_odds), log_odds, 0.0).min(axis=0)
    theta: Floats = 0.5 * high
    for _ in range(_STEPS):
        chance = expit(log_odds + theta * heavy)
        over = votes @ chance - needed
        if (np.abs(over) < _NEAR).all():
            break
        low, high = np.where(over < 0.0, theta, low), np.where(over < 0.0, high, theta)
        slope = (heavy**2 * chance * (1.0 - chance)).sum(axis=0)
        step = theta - over / np.maximum(slope, 1e-300)
        theta = np.where((step > low) & (step < high), step, 0.5 * (low + high))
    return theta
