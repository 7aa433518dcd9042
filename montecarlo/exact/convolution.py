r"""Distribution of a sum of independent votes, by a tree of convolutions.

Elector i casts w_i votes with probability p_i and none with q_i. The electors of one size w are the leaves of a binary
tree, each the pair (q_i, p_i), and every inner node is the convolution of its two children; the roots of all sizes are
convolved one after the other, spread out by w. Only positive numbers are multiplied and added: nothing cancels, so
every probability, however small, keeps its relative accuracy. (Barlow and Heidtmann 1984, IEEE Transactions on
Reliability R-33, 322-323, is the same recursion taken one elector at a time.)

**Rounding.** With u = 2^-53, an operation returns its result times 1 + d, abs(d) <= u, and a dot product of L positive
terms, added in any order, gives each term at most L such factors (Higham 2002, Accuracy and Stability of Numerical
Algorithms, 2nd ed., sections 2.2, 3.1, 4.2). So if the values of two nodes carry at most A and B factors, those of
their convolution carry at most A + B + L, L the terms of the shorter one. `Distribution.roundings` is that count; N
factors make a relative error of at most N u / (1 - N u).

**Loss.** What is lost beside that, to underflow (less than 2^-1022 a product, even if a processor flushes small numbers
to zero) and to the trimming of values below 2^-1000, is an absolute error. All values are probabilities, so it is
passed on by factors of at most 1 and adds up. T votes make less than 10 T^2 products and, having at most 446 different
sizes, less than 500 T trimmed values: with T <= 100,000 less than 1e-290 in all, the constant `LOST`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LOST = 1e-290
"""Most that underflow and trimming take from the sum of any of the values of a distribution."""

# Beyond this many levels single convolutions are quicker than all nodes of a level at once.
_LEVELS = 6
_TRIM_ABOVE = 1024
_NEGLIGIBLE = 2.0**-1000


_Node = tuple[int, NDArray[np.float64], int]
"""Votes at the first value kept, the values, and the most rounding factors that any of them carries."""


class Distribution(NamedTuple):
    """Probabilities of the number of defecting votes.

    Attributes
    ----------
    values : (total votes + 1,) float64
        Probability of each number of votes.
    roundings : int
        Most rounding factors 1 + d that any of them carries.
    """

    values: NDArray[np.float64]
    roundings: int


def distribution(
    defect: NDArray[np.float64], loyal: NDArray[np.float64], *, votes: NDArray[np.int64], roundings: int
) -> Distribution:
    """Compute the distribution of the sum of the defecting votes.

    Parameters
    ----------
    defect, loyal : (n,) float64
        Probability of each elector to defect and its complement, each given with full relative accuracy.
    votes : (n,) int64
        Votes each casts, at least 1, at most 100,000 in all.
    roundings : int
        Most rounding factors that `defect` and `loyal` carry.

    Returns
    -------
    Distribution
    """
    if votes.max() == 1:
        return _whole(_equal_votes(defect, loyal, roundings=roundings), len(votes))
    total: _Node = (0, np.ones(1), 0)
    for size in np.unique(votes).tolist():
        here = votes == size
        total = _with_blocs(total, _equal_votes(defect[here], loyal[here], roundings=roundings), size=size)
    return _whole(total, int(votes.sum()))


def _whole(node: _Node, total: int) -> Distribution:
    """Put back the ends that were cut off, as zeros."""
    first, values, roundings = node
    if len(values) <= total:
        values = np.pad(values, (first, total + 1 - first - len(values)))
    return Distribution(values, roundings)


def _equal_votes(defect: NDArray[np.float64], loyal: NDArray[np.float64], *, roundings: int) -> _Node:
    """Compute the distribution of the number of defectors."""
    leaves, roundings = _leaves(defect, loyal, roundings=roundings)
    first, values, roundings = _joined([(0, leaf, roundings) for leaf in leaves])
    return first, values[: len(defect) + 1 - first], roundings


def _leaves(
    defect: NDArray[np.float64], loyal: NDArray[np.float64], *, roundings: int
) -> tuple[NDArray[np.float64], int]:
    """Join electors into nodes of 2^levels each, all nodes of a level at once.

    The electors are filled up to whole nodes with some who never defect, which is exact.

    Returns
    -------
    (nodes, 2^levels + 1) float64
        Probability of each number of defectors in each node.
    int
        Most rounding factors that any of them carries.
    """
    size = 1
    levels = min(_LEVELS, (len(defect) - 1).bit_length())
    rows = -(-len(defect) // 2**levels) * 2**levels
    # A row holds size + 1 probabilities between size zeros on either side: all shifts of them are windows into the row.
    padded = np.zeros((rows, 4))
    padded[:, 1] = 1.0
    padded[: len(defect), 1] = loyal
    padded[: len(defect), 2] = defect
    for _ in range(levels):
        rows //= 2
        joined = np.zeros((rows, 6 * size + 1))
        windows: NDArray[np.float64] = np.ndarray(
            (rows, 2 * size + 1, size + 1), np.float64, padded, 0, (padded.strides[0], 8, 8)
        )
        others = padded[rows:, None, 2 * size : size - 1 : -1]
        np.vecdot(windows, others, out=joined[:, 2 * size : 4 * size + 1])
        roundings = 2 * roundings + size + 1
        padded, size = joined, 2 * size
    return padded[:, size : 2 * size + 1], roundings


def _joined(nodes: list[_Node]) -> _Node:
    """Convolve all nodes, neighbours first."""
    while len(nodes) > 1:
        pairs = [_convolved(nodes[i], nodes[i + 1]) for i in range(0, len(nodes) - 1, 2)]
        nodes = pairs + nodes[len(nodes) & ~1 :]
    return nodes[0]


def _convolved(left: _Node, right: _Node) -> _Node:
    """Convolve two nodes."""
    first, a, count = left
    also, b, count_b = right
    return _trimmed((first + also, np.convolve(a, b), count + count_b + min(len(a), len(b))))


def _with_blocs(total: _Node, defectors: _Node, *, size: int) -> _Node:
    """Convolve a node with that of the defectors who cast `size` votes each."""
    first, a, count = total
    also, b, count_b = defectors
    values = np.zeros(len(a) + (len(b) - 1) * size)
    if len(b) <= size:
        for k, chance in enumerate(b):
            values[k * size : k * size + len(a)] += chance * a
    else:
        for start in range(min(size, len(a))):
            values[start::size] = np.convolve(a[start::size], b)
    return _trimmed((first + also * size, values, count + count_b + min(len(a), len(b))))


def _trimmed(node: _Node) -> _Node:
    """Cut off the negligible ends of a long node."""
    first, values, roundings = node
    if len(values) <= _TRIM_ABOVE:
        return node
    kept = np.flatnonzero(values >= _NEGLIGIBLE)
    return first + int(kept[0]), values[kept[0] : kept[-1] + 1], roundings
