"""All coins of independent electors as one list, so that a block tosses them in one go.

A toss leaves one row of masks for every limit that its random bits are compared with. `Layout` says which row is whose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.plan import DENSE

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Rows of masks of N electors, n of them the leader's: acting, joining soon, ever, cancelled, seen, the ruling."""

    electors: int
    leaders: int

    @property
    def starts(self) -> tuple[int, int, int, int, int, int]:
        """First row of each kind."""
        both, n = self.electors, self.leaders
        return 0, both, both + n, both + 2 * n, 2 * both + 2 * n, 2 * both + 3 * n

    @property
    def rows(self) -> int:
        """Number of rows."""
        return 2 * self.electors + 3 * self.leaders + 1


class Toss(NamedTuple):
    """A toss: the source of its keyed words, and the row, kind and threshold of each of its limits."""

    source: int
    limits: list[tuple[int, int, int]]


@dataclass(frozen=True, eq=False)
class Program:
    """Tosses in their order, as arrays.

    Attributes
    ----------
    coins : (tosses, 3) int64
        Source, and first and last of its limits among `rows` and `thresholds`.
    rows, thresholds : (limits,) int64, uint64
        Where the masks of the limits that are drawn go, and what the random bits are compared with.
    filled : (others, 2) int64
        Rows that are not drawn, and their kind, NEVER or ALWAYS.
    """

    coins: Integers
    rows: Integers
    thresholds: NDArray[np.uint64]
    filled: Integers


def make_program(tosses: list[Toss]) -> Program:
    """Turn tosses into arrays; one whose every limit is never or always reached spends nothing."""
    coins: list[tuple[int, int, int]] = []
    drawn: list[tuple[int, int]] = []
    filled: list[tuple[int, int]] = []
    for source, limits in tosses:
        first = len(drawn)
        for row, kind, threshold in limits:
            if kind == DENSE:
                drawn.append((row, threshold))
            else:
                filled.append((row, kind))
        if len(drawn) > first:
            coins.append((source, first, len(drawn)))
    return Program(
        np.array(coins, dtype=np.int64).reshape(-1, 3),
        np.array([row for row, _ in drawn], dtype=np.int64),
        np.array([threshold for _, threshold in drawn], dtype=np.uint64),
        np.array(filled, dtype=np.int64).reshape(-1, 2),
    )
