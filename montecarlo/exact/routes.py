r"""Where the losses of one side go: tables of binomial probabilities.

Each loss goes its way by itself: to the other major side with probability r, to alternative j with s_j, else to nobody.
Of n losses Binomial(n, r) go to the other side; if m go to alternatives, Binomial(n, s) with s the sum of the s_j, then
of the rest Binomial(n - m, r / (1 - s)). The tables are built from n - 1 to n by adding, so that every entry is
accurate, and tails are summed from their small end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.parts import Destination

Floats = NDArray[np.float64]


class Routes(NamedTuple):
    """Tables for one side with n votes.

    Attributes
    ----------
    names : tuple of float
        s_j of the alternatives that either side knows.
    fewer, reached : (n + 1, n + 2) float64
        At [losses, k]: probability that fewer than k, or at least k, of the losses go to the other major side.
    others : (n + 1, n + 1) float64
        At [losses, m]: probability that m of the losses go to alternatives.
    fewer_of_rest : (n + 1, n + 2) float64
        As `fewer`, of losses that do not go to alternatives.
    """

    names: tuple[float, ...]
    fewer: Floats
    reached: Floats
    others: Floats
    fewer_of_rest: Floats


def routes(destination: Destination | None, *, votes: int, names: int) -> Routes:
    """Tabulate where the losses of one side go.

    Parameters
    ----------
    destination : Destination or None
        By default to nobody.
    votes : int
        n, the votes of the side.
    names : int
        Number of alternatives that either side knows.
    """
    given = destination or Destination()
    shares = given.alternatives + (0.0,) * (names - len(given.alternatives))
    total, rest = sum(shares), given.opponent + given.abstention
    rival = binomial(votes, given.opponent, total + given.abstention)
    parted = given.opponent / rest if rest else 0.0
    of_rest = binomial(votes, parted, given.abstention / rest if rest else 1.0)
    return Routes(shares, fewer_than(rival), at_least(rival), binomial(votes, total, rest), fewer_than(of_rest))


def binomial(most: int, success: float, failure: float) -> Floats:
    """Tabulate P(k of n) for n, k = 0 ... `most`, (most + 1, most + 1); success and failure sum to 1."""
    table = np.zeros((most + 1, most + 1))
    table[0, 0] = 1.0
    for n in range(1, most + 1):
        table[n] = failure * table[n - 1]
        table[n, 1:] += success * table[n - 1, :-1]
    return table


def fewer_than(table: Floats) -> Floats:
    """Sum a table of probabilities to those of fewer than k, k = 0 ... n + 1."""
    return np.pad(table.cumsum(axis=1), ((0, 0), (1, 0)))


def at_least(table: Floats) -> Floats:
    """Sum a table of probabilities to those of k or more, k = 0 ... n + 1."""
    return np.pad(table[:, ::-1].cumsum(axis=1)[:, ::-1], ((0, 0), (0, 1)))


def together_reach(limit: int, first: Floats, second: Floats) -> Floats:
    """Compute the probability that two independent counts together reach `limit`.

    Parameters
    ----------
    limit : int
        At least 1.
    first, second : (n + 1, n + 1), (m + 1, m + 1) float64
        Tables of their probabilities, at [losses, count].

    Returns
    -------
    (n + 1, m + 1) float64
        For each pair of losses.
    """
    still = np.clip(limit - np.arange(len(second)), 0, len(first))
    reached: Floats = at_least(first)[:, still] @ second.T
    return reached
