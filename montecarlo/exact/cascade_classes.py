r"""A cascade in classes of electors who are alike: a chain of class counts from level to level.

Let N(k) be how many have a threshold of at most k. The cascade ends at the first level k with N(k) = k, and D = k.
Whoever of a class is left before level k joins at it with hazard h(k), all independently, so the counts of the classes
are a Markov chain in k, and one level is a product of one binomial thinning a class (`montecarlo.exact.thinning`). The
counts are capped: from `most` members on nobody needs to know how many. All terms are positive.

If attempts are cancelled the chain must be followed to the end, uncapped, and each class's final count is thinned.
"""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.thinning import Ladder, binomial, transition


def class_losses(
    sizes: list[int], ladder: Ladder, *, cancelled: NDArray[np.float64] | None, most: int
) -> NDArray[np.float64]:
    """Compute the distribution of the effective votes.

    Parameters
    ----------
    sizes : list of int
        Electors of each class, at least one class.
    ladder : Ladder
        Levels 0 to `most` - 1; if `cancelled` is given to the number of electors - 1.
    cancelled : (classes,) float64, optional
        Probability that an attempt is cancelled.
    most : int
        Votes from which on they are not told apart.

    Returns
    -------
    (N, most + 1) float64
    """
    if cancelled is None:
        return _ends(sizes, ladder, most=most)
    return _thinned(_final_counts(sizes, ladder), sizes=sizes, cancelled=cancelled, most=most)


def _ends(sizes: list[int], ladder: Ladder, *, most: int) -> NDArray[np.float64]:
    """Follow the chain; those who are alive after level `most` - 1 have reached `most`."""
    caps = [min(size, most) for size in sizes]
    order, ends = _by_total(caps)
    state = _start(ladder, caps)
    result = np.zeros((len(state), most + 1))
    for level in range(most):
        state = _risen(state, sizes, ladder, caps=caps, level=level)
        over = order[ends[level] : ends[level + 1]]
        result[:, level] = state[:, over].sum(axis=1)
        state[:, over] = 0.0
    result[:, most] = state.sum(axis=1)
    return result


def _final_counts(sizes: list[int], ladder: Ladder) -> NDArray[np.float64]:
    """Follow the chain to the end: the joint distribution of the classes' final counts, (N, states)."""
    order, ends = _by_total(sizes)
    state = _start(ladder, sizes)
    final = np.zeros_like(state)
    for level in range(sum(sizes)):
        state = _risen(state, sizes, ladder, caps=sizes, level=level)
        over = order[ends[level] : ends[level + 1]]
        final[:, over] = state[:, over]
        state[:, over] = 0.0
    return final + state


def _thinned(
    final: NDArray[np.float64], *, sizes: list[int], cancelled: NDArray[np.float64], most: int
) -> NDArray[np.float64]:
    """Cancel attempts: of d members of a class a binomial number remains."""
    for size, lost in zip(sizes, cancelled, strict=True):
        kernel = binomial(np.arange(size + 1), hazard=1.0 - lost[None], spare=lost[None], width=size)
        final = _turned(final, size, kernel)
    total = np.minimum(_totals(sizes), most)
    return np.array([np.bincount(total, weights, minlength=most + 1) for weights in final])


def _start(ladder: Ladder, caps: list[int]) -> NDArray[np.float64]:
    state = np.zeros((len(ladder.hazard), prod(cap + 1 for cap in caps)))
    state[:, 0] = 1.0
    return state


def _risen(
    state: NDArray[np.float64], sizes: list[int], ladder: Ladder, *, caps: list[int], level: int
) -> NDArray[np.float64]:
    """Go one level up."""
    if not ladder.hazard[:, :, level].any():
        return state
    for i, (size, cap) in enumerate(zip(sizes, caps, strict=True)):
        hazard, spare = ladder.hazard[:, i, level], ladder.spare[:, i, level]
        state = _turned(state, cap, transition(size, cap, hazard=hazard, spare=spare))
    return state


def _turned(state: NDArray[np.float64], cap: int, kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply a matrix to the first of the class counts and make it the last: once a class, all are back in place."""
    nodes = len(state)
    counts = state.reshape(nodes, cap + 1, -1)
    turned: NDArray[np.float64] = np.matmul(counts.transpose(0, 2, 1), kernel)
    return turned.reshape(nodes, -1)


def _totals(caps: list[int]) -> NDArray[np.int64]:
    """Sum the class counts of every state."""
    total = np.zeros(1, dtype=np.int64)
    for cap in caps:
        total = (total[:, None] + np.arange(cap + 1)).ravel()
    return total


def _by_total(caps: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sort the states by their totals: states of total k are order[ends[k] : ends[k + 1]]."""
    totals = _totals(caps)
    return np.argsort(totals, kind="stable"), np.concatenate([[0], np.bincount(totals).cumsum()])
