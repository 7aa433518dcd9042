r"""A cascade in classes of electors who are alike: a chain of class counts from level to level.

Let N(k) be how many have a threshold of at most k. The cascade ends at the first level k with N(k) = k, and D = k.
Whoever of a class is left before level k joins at it with hazard h(k), all independently, so the counts of the classes
are a Markov chain in k, and one level is a product of one binomial thinning a class (`montecarlo.exact.thinning`).

Only counts whose sum is below `most` are told apart. For a class they are sorted by the sum s of all other counts:
those of equal s make a matrix, as wide as the class may still grow, and what grows beyond has reached `most`. All
terms are positive.

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


_ROW = 80.0


def by_sum(sizes: list[int], *, most: int) -> NDArray[np.float64]:
    """Count the combinations of class counts by their sum, up to `most` - 1."""
    number = np.ones(1)
    for size in sizes:
        number = np.convolve(number, np.ones(min(size, most - 1) + 1))[:most]
    return number


def capped_products(sizes: list[int], *, most: int) -> float:
    """Count the products of two numbers that a chain capped at `most` takes; a row costs as much as some dozens."""
    products = 0.0
    for i, size in enumerate(sizes):
        others = by_sum(sizes[:i] + sizes[i + 1 :], most=most)
        width = np.minimum(size, most - 1 - np.arange(len(others))) + 1
        products += float(others @ (width**2 + _ROW))
    return most * products


class _Order:
    """Combinations of class counts in the order of one class: by the sum of the others, the others, its own count.

    Attributes
    ----------
    places : (states,) int64
        Which combination stands where.
    blocks : list of (int, slice)
        Those of equal sum of the others, and how many the class must not reach there.
    """

    def __init__(self, counts: NDArray[np.int64], which: int, *, most: int) -> None:
        others = np.delete(counts, which, axis=1)
        total = others.sum(axis=1)
        self.places = np.lexsort((counts[:, which], *others.T, total))
        ends = np.bincount(total).cumsum().tolist()
        starts = [0, *ends[:-1]]
        self.blocks = [(most - s, slice(*block)) for s, block in enumerate(zip(starts, ends, strict=True))]


def _ends(sizes: list[int], ladder: Ladder, *, most: int) -> NDArray[np.float64]:
    """Follow the chain; those who grow beyond `most` - 1 have reached it."""
    counts = _combinations(sizes, most=most)
    orders = [_Order(counts, which, most=most) for which in range(len(sizes))]
    # Which place of the order before stands where in each order; the first comes after the last.
    hops = [
        np.argsort(before.places)[order.places]
        for before, order in zip([orders[-1], *orders[:-1]], orders, strict=True)
    ]
    totals = counts.sum(axis=1)[orders[-1].places]
    result = np.zeros((len(ladder.hazard), most + 1))
    state = np.zeros((len(result), len(counts)))
    state[:, 0] = 1.0
    for level in range(most):
        for which, (size, order, hop) in enumerate(zip(sizes, orders, hops, strict=True)):
            hazard, spare = ladder.hazard[:, which, level], ladder.spare[:, which, level]
            moves = transition(size, min(size, most), hazard=hazard, spare=spare)
            state, passed = _grown(state.take(hop, axis=1), order, moves)
            result[:, most] += passed
        over = totals == level
        result[:, level] = state[:, over].sum(axis=1)
        state[:, over] = 0.0
    return result


def _combinations(sizes: list[int], *, most: int) -> NDArray[np.int64]:
    """List all class counts with a sum below `most`, (states, classes)."""
    counts = np.zeros((1, 0), dtype=np.int64)
    for size in sizes:
        room = np.minimum(size, most - 1 - counts.sum(axis=1)) + 1
        own = np.arange(room.sum()) - np.repeat(room.cumsum() - room, room)
        counts = np.column_stack([np.repeat(counts, room, axis=0), own])
    return counts


def _grown(
    state: NDArray[np.float64], order: _Order, moves: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let one class grow; also return the probability that too many have joined."""
    nodes, cap = len(state), moves.shape[1] - 1
    tails = moves[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
    grown, passed = np.empty_like(state), np.zeros(nodes)
    for room, block in order.blocks:
        width = min(cap + 1, room)
        before = state[:, block].reshape(nodes, -1, width)
        grown[:, block] = (before @ moves[:, :width, :width]).reshape(nodes, -1)
        if room <= cap:
            passed += np.vecdot(before.sum(axis=1), tails[:, :room, room])
    return grown, passed


def _final_counts(sizes: list[int], ladder: Ladder) -> NDArray[np.float64]:
    """Follow the chain to the end: the joint distribution of the classes' final counts, (N, states)."""
    order, ends = _by_total(sizes)
    state = np.zeros((len(ladder.hazard), prod(size + 1 for size in sizes)))
    state[:, 0] = 1.0
    final = np.zeros_like(state)
    for level in range(sum(sizes)):
        state = _risen(state, sizes, ladder, level=level)
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


def _risen(state: NDArray[np.float64], sizes: list[int], ladder: Ladder, *, level: int) -> NDArray[np.float64]:
    """Go one level up."""
    if not ladder.hazard[:, :, level].any():
        return state
    for i, size in enumerate(sizes):
        hazard, spare = ladder.hazard[:, i, level], ladder.spare[:, i, level]
        state = _turned(state, size, transition(size, size, hazard=hazard, spare=spare))
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
