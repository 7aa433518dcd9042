r"""Who comes third: how m votes for the alternatives split among their names.

The split is multinomial with shares s_1, ..., s_J. Given that the first i names have m votes together, name i has
Binomial(m, s_i / (s_1 + ... + s_i)) of them, so the names can be added one after the other. For every k the recursion
keeps the probability that no name has more than k votes, in J + 2 states:

    all have fewer than k;   name j alone has k (j = 1 ... J);   two or more have k.

The sum over k from 1 to a limit is the law of the highest count: one name's alone, or a tie. Only positive terms are
added, so the smallest probability keeps its relative accuracy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.routes import binomial

Floats = NDArray[np.float64]


def none_reaches(limit: int, shares: tuple[float, ...], *, most: int) -> Floats:
    """Compute the probability that no name has `limit` votes.

    Parameters
    ----------
    limit : int
        Votes, at least 1.
    shares : tuple of float
        s_j, all positive.
    most : int
        Most votes that the names have together.

    Returns
    -------
    (most + 1,) float64
        For each number of votes that they have together.
    """
    none = (np.arange(most + 1) < limit).astype(np.float64)
    for i in range(1, len(shares)):
        split = _split(shares, i, most)
        added = np.zeros(most + 1)
        for votes in range(min(limit, most + 1)):
            added[votes:] += split[votes:, votes] * none[: most + 1 - votes]
        none = added
    return none


def highest(limit: int, shares: tuple[float, ...], *, most: int) -> Floats:
    """Compute who has the highest count, with at least one vote and fewer than `limit`.

    Parameters
    ----------
    limit, shares, most
        As for `none_reaches`.

    Returns
    -------
    (J + 1, most + 1) float64
        Row j: name j has more votes than every other; the last row: the highest count is tied. Columns are the number
        of votes that they have together.
    """
    names = len(shares)
    # Axes: state (all below k, each name alone at k, tied at k), k, votes together.
    state = np.zeros((names + 2, most + 1, most + 1))
    k, votes = np.ogrid[: most + 1, : most + 1]
    state[0], state[1] = votes < k, (votes == k) & (k > 0)
    for i in range(1, names):
        split = _split(shares, i, most)
        added = np.zeros_like(state)
        for own in range(most + 1):
            chance, others = split[own:, own], state[..., : most + 1 - own]
            added[:, own + 1 :, own:] += chance * others[:, own + 1 :]
            if own:
                added[i + 1, own, own:] += chance * others[0, own]
                added[-1, own, own:] += chance * others[1:, own].sum(axis=0)
        state = added
    top: Floats = state[1:, 1:limit].sum(axis=1)
    return top


def _split(shares: tuple[float, ...], i: int, most: int) -> Floats:
    """Tabulate how many of the votes of the names up to number i are its own."""
    before = sum(shares[:i])
    return binomial(most, shares[i] / (before + shares[i]), before / (before + shares[i]))
