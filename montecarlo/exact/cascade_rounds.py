r"""Cascades of electors who are all alike that stop early, or are seen in part: chains of two counts.

**Rounds.** S_0 are those with threshold 0, and S_r those whose threshold is at most the size of S_(r-1). Everybody with
a threshold up to a = |S_(r-1)| is in S_r, b = |S_r| in number, and whoever is left joins the next round with
probability (F(b) - F(a)) / (1 - F(a)): (a, b) is a chain.

**Visibility.** Level k is a number of visible members: the cascade ends at the first k with V(k) = k, and D = k + H(k),
H the hidden ones. Whoever joins is seen with probability v: those who join seen, then those who join hidden, are
binomial numbers of who is left, with hazards h v and h (1 - v) / (1 - h v).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.rungs import Rungs
from montecarlo.exact.thinning import Ladder, binomial, quotient, transition


def round_losses(electors: int, rungs: Rungs, *, rounds: int, most: int) -> NDArray[np.float64]:
    """Compute the distribution of the number of members after some rounds.

    Parameters
    ----------
    electors : int
        n.
    rungs : Rungs
        Levels 0 to `most` - 1 (or more) of one elector, (N, levels) and (N, levels - 1).
    rounds : int
        Rounds after those who begin.
    most : int
        Members from which on they are not told apart.

    Returns
    -------
    (N, most + 1) float64
        The last entry is the probability of `most` or more.
    """
    result = np.zeros((len(rungs.reached), most + 1))
    for row, reached, missed, gaps in zip(result, *rungs, strict=True):
        begin = binomial(np.array([electors]), hazard=reached[:1], spare=missed[:1], width=electors)[0, 0]
        pairs = np.zeros((most, most))
        pairs[0] = begin[:most]
        row[most] = begin[most:].sum()
        for _ in range(rounds):
            pairs, passed = _next_round(pairs, electors, Rungs(reached, missed, gaps))
            row[most] += passed
        row[:most] = pairs.sum(axis=0)
    return result


def _next_round(pairs: NDArray[np.float64], electors: int, rungs: Rungs) -> tuple[NDArray[np.float64], float]:
    """Go from (a, b) to (b, c); also return the probability of a c that is too large."""
    most = len(pairs)
    new, passed = np.diag(pairs.diagonal()), 0.0
    for now in range(1, most):
        before = pairs[:now, now]
        if not before.any():
            continue
        # Sums of gaps from the level before: no difference of nearly equal numbers.
        gained = np.cumsum(rungs.gaps[now - 1 :: -1])[::-1]
        hazard = quotient(gained, rungs.missed[:now], otherwise=0.0)
        spare = quotient(np.full(now, rungs.missed[now]), rungs.missed[:now], otherwise=1.0)
        joiners = before @ binomial(np.array([electors - now]), hazard=hazard, spare=spare, width=electors - now)[:, 0]
        new[now, now:] += joiners[: most - now]
        passed += joiners[most - now :].sum()
    return new, passed


def visible_losses(electors: int, ladder: Ladder, *, visibility: float, most: int) -> NDArray[np.float64]:
    """Compute the distribution of the number of members at the end of a cascade that is seen in part.

    Parameters
    ----------
    electors : int
        n.
    ladder : Ladder
        Levels 0 to `most` - 1 of the one class.
    visibility : float
        v, the probability that a member is seen.
    most : int
        Members from which on they are not told apart.

    Returns
    -------
    (N, most + 1) float64
        The last entry is the probability of `most` or more.
    """
    hazard, spare = (each[:, 0] for each in ladder)
    result = np.zeros((len(hazard), most + 1))
    seen, unseen = hazard * visibility, spare + hazard * (1.0 - visibility)
    hidden = quotient(hazard * (1.0 - visibility), unseen, otherwise=0.0)
    left = quotient(spare, unseen, otherwise=1.0)
    state = np.zeros((len(hazard), most, most))
    state[:, 0, 0] = 1.0
    for level in range(most):
        for joins, stays in ((seen, unseen), (hidden, left)):
            moves = transition(electors, most, hazard=joins[:, level], spare=stays[:, level])
            result[:, most] += _join(state, moves)
            state = state.transpose(0, 2, 1)
        result[:, level:most] += state[:, level, : most - level]
        state[:, level] = 0.0
    return result


def _join(state: NDArray[np.float64], moves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let the first count grow, in place; return the probability that both together pass the last one told apart."""
    most = state.shape[1]
    passed = np.zeros(len(state))
    for other in range(most):
        row = np.matmul(state[:, None, : most - other, other], moves[:, other:-1, other:])[:, 0]
        state[:, : most - other, other] = row[:, :-1]
        passed += row[:, -1]
    return passed
