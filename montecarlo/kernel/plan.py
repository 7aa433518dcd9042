"""What the kernel needs of a model: integer thresholds, votes and groups, and how elections are laid out in words.

Every yes-or-no question of an election is a *coin*, numbered in the order in which the lanes spend words on it::

    0            do the courts uphold the binding laws?
    1 + 2 i      would the law cancel elector i's defection?
    2 + 2 i      does elector i attempt to defect?

The probability of a coin is an integer threshold t, meaning t / 2**64.

A *dense* coin spends 8 words of every lane: bit k of word j is random bit j of election k, compared with the bits of t,
most significant first. The one election in 256 that is still open then is settled by the keyed word number
``coin * 2**32 + 64 * lane + k``, which wins if it is below t's remaining bits.

A *rare* attempt spends no word of the lanes. It walks through the elections of its block from success to success: with
the keyed words u and v, numbers ``coin * 2**32 + 2 j`` and one more, step j passes 64 elections for every entry of
`far` that is not above u; unless it passed all 64 entries, the success stands ``1 + i`` elections further, i being the
number of entries of `near` that are not above ``v * near[63] / 2**64``. ``near[i] / 2**64`` is P(success within i + 1
elections) and ``far[i] / 2**64`` is P(success within 64 (i + 1) elections): the gaps are geometric, exact to 64 bits
like the dense coin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.model import Model

NEVER, ALWAYS, DENSE, RARE = range(4)
BITS: Final = 8
"""Random bits that a dense coin spends for an election before the keyed word decides."""
RARE_BELOW: Final = 1 / 128
"""Attempts below this probability are rare. Measured: where both ways cost about the same."""
ONE: Final = 1 << 64
_BLOCK_WORDS: Final = 1 << 23
_MOST_LANES: Final = 1024
_FEWEST_LANES: Final = 64


@dataclass(frozen=True, eq=False)
class Plan:
    """A model as the kernel reads it; n electors, 2 n + 1 coins.

    Attributes
    ----------
    kind : (2 n + 1,) int64
        One of NEVER, ALWAYS, DENSE, RARE.
    threshold : (2 n + 1,) uint64
        Numerator of the coin's probability over 2**64; 0 where the kind decides alone.
    near, far : (rows, 64) uint64
        One row for each different rare threshold: P(success within i + 1, or 64 (i + 1), elections) times 2**64.
    row : (2 n + 1,) int64
        The row of a rare coin.
    votes, group : (n,) int64
        Votes an elector casts, and the group that its defections are summed in.
    total_votes, groups : int
        Sum of the votes, and the number of groups.
    lanes : int
        Lanes in a block.
    """

    kind: NDArray[np.int64]
    threshold: NDArray[np.uint64]
    near: NDArray[np.uint64]
    far: NDArray[np.uint64]
    row: NDArray[np.int64]
    votes: NDArray[np.int64]
    group: NDArray[np.int64]
    total_votes: int
    groups: int
    lanes: int

    @property
    def electors(self) -> int:
        """Number of electors."""
        return len(self.votes)

    @property
    def elections(self) -> int:
        """Number of elections in a full block."""
        return 64 * self.lanes

    @property
    def planes(self) -> int:
        """Number of bits that a count of votes needs."""
        return self.total_votes.bit_length()


def make_plan(model: Model) -> Plan:
    """Translate a model into integer thresholds."""
    n = len(model.probability)
    probability = np.zeros(2 * n + 1)
    probability[2::2] = model.probability
    if model.law is not None:
        probability[0] = model.law.upheld
        probability[1::2] = model.law.cancelled
    # A coin that cannot matter spends nothing: cancelling nobody, or under laws that are never upheld.
    if probability[0] == 0 or not probability[1::2].any():
        probability[0] = 0
        probability[1::2] = 0
    scaled = np.rint(probability * float(ONE))
    kind = np.select([scaled == 0, scaled == ONE], [NEVER, ALWAYS], DENSE)
    kind[2::2][(kind[2::2] == DENSE) & (model.probability < RARE_BELOW)] = RARE
    threshold = np.where(scaled == ONE, 0, scaled).astype(np.uint64)
    different, inverse = np.unique(threshold[kind == RARE], return_inverse=True)
    row = np.zeros(2 * n + 1, dtype=np.int64)
    row[kind == RARE] = inverse
    near = _within(different)
    return Plan(
        kind=kind,
        threshold=threshold,
        near=near,
        far=_within(near[:, 63]),
        row=row,
        votes=model.votes,
        group=model.group,
        total_votes=int(model.votes.sum()),
        groups=int(model.group.max()) + 1,
        lanes=lanes_for(n),
    )


def lanes_for(electors: int) -> int:
    """Choose a power of two such that the attempts of a block fit in 64 MiB, whatever the draws and workers."""
    fitting = max(_BLOCK_WORDS // electors, 1)
    return min(max(1 << (fitting.bit_length() - 1), _FEWEST_LANES), _MOST_LANES)


def _within(threshold: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Tabulate P(success within 1 ... 64 trials) times 2**64, a row a threshold: P(m + i) = P(m) + P(i) - P(m) P(i)."""
    table = np.empty((len(threshold), 64), dtype=np.uint64)
    table[:, 0] = threshold
    for m in (1, 2, 4, 8, 16, 32):
        first, last = table[:, :m], table[:, m - 1 : m]
        table[:, m : 2 * m] = first + (last - high_product(first, last))
    return table


def high_product(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the upper 64 bits of the 128-bit products, by halves (Warren, Hacker's Delight, 2nd ed., section 8-2)."""
    half, low = np.uint64(32), np.uint64(0xFFFFFFFF)
    a1, a0, b1, b0 = a >> half, a & low, b >> half, b & low
    middle = a1 * b0 + (a0 * b0 >> half)
    product: NDArray[np.uint64] = a1 * b1 + (middle >> half) + ((middle & low) + a0 * b1 >> half)
    return product
