"""The coins of electors as lists, so that a block tosses many in one go.

A toss leaves one row of masks for every limit that its random bits are compared with. `Layout` says which row is whose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.plan import DENSE

Integers = NDArray[np.int64]

FIXED: Final = -1
"""Number of a limit that is the same in all elections."""


@dataclass(frozen=True)
class Layout:
    """Rows of masks of N electors, n of them the leader's: acting, joining soon, cancelled, seen, the ruling."""

    electors: int
    leaders: int

    @property
    def starts(self) -> tuple[int, int, int, int, int]:
        """First row of each kind."""
        both, n = self.electors, self.leaders
        return 0, both, both + n, 2 * both + n, 2 * both + 2 * n

    @property
    def rows(self) -> int:
        """Number of rows."""
        return 2 * self.electors + 2 * self.leaders + 1


class Limit(NamedTuple):
    """What random bits are compared with: the row it fills, its kind, and if dense, its threshold or its number.

    The threshold is the same in all elections if the number is FIXED; else it is one of those that vary.
    """

    row: int
    kind: int
    threshold: int = 0
    number: int = FIXED


class Toss(NamedTuple):
    """A toss: the source of its keyed words, and its limits."""

    source: int
    limits: list[Limit]


@dataclass(frozen=True, eq=False)
class Program:
    """Tosses in their order, as arrays.

    Attributes
    ----------
    coins : (tosses, 3) int64
        Source, and first and last of its limits among those drawn.
    rows, thresholds, numbers : (limits,) int64, uint64, int64
        Of the limits that are drawn, as in `Limit`.
    filled : (others, 2) int64
        Rows that are not drawn, and their kind, NEVER or ALWAYS.
    """

    coins: Integers
    rows: Integers
    thresholds: NDArray[np.uint64]
    numbers: Integers
    filled: Integers


def make_program(tosses: list[Toss]) -> Program:
    """Turn tosses into arrays; one whose every limit is never or always reached spends nothing."""
    coins: list[tuple[int, int, int]] = []
    drawn: list[Limit] = []
    filled: list[tuple[int, int]] = []
    for source, limits in tosses:
        first = len(drawn)
        drawn += [limit for limit in limits if limit.kind == DENSE]
        filled += [(limit.row, limit.kind) for limit in limits if limit.kind != DENSE]
        if len(drawn) > first:
            coins.append((source, first, len(drawn)))
    return Program(
        np.array(coins, dtype=np.int64).reshape(-1, 3),
        np.array([limit.row for limit in drawn], dtype=np.int64),
        np.array([limit.threshold for limit in drawn], dtype=np.uint64),
        np.array([limit.number for limit in drawn], dtype=np.int64),
        np.array(filled, dtype=np.int64).reshape(-1, 2),
    )
