"""The kernel in NumPy: 64 elections a word, all lanes of several blocks side by side.

Draw the coins, apply the law, add the defecting votes of every election by carry-save addition of bit planes
(Harley and Seal; Warren, Hacker's Delight, 2nd ed., section 5-1), then read the totals off the planes. It consumes the
same words as the numba backend and returns the same tallies, bit for bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.estimates import Tally
from montecarlo.kernel.plan import ALWAYS, BITS, DENSE, RARE, Plan, high_product
from montecarlo.kernel.streams import Words, Xoshiro256PlusPlus, block_words, lane_states, splitmix64

BATCH_LANES = 8192
"""Lanes to advance together: narrower arrays pay for NumPy's calls, wider ones leave the cache."""

_TOGETHER = 16
"""Coins whose open elections are settled together, for the same reason."""

_WALKED = 1 << 14
"""Steps of rare coins to take together, likewise."""

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def tally_blocks(plan: Plan, seed: int, stage: int, first: int, draws: int) -> Tally:
    """Run `draws` elections from the start of block `first` on and tally them.

    Raises
    ------
    ValueError
        If the seed is negative.
    """
    lanes = _Lanes(plan, seed, stage, first, draws)
    masks, row = _dense_coins(plan, lanes)
    masks[:, -1] &= _ALL >> np.uint64(lanes.spare)
    electors = np.flatnonzero(row[2::2] >= 0)
    rows = row[2::2][electors]
    rare_elector, election = _rare_attempts(plan, lanes)
    attempted = _sum_by_group(plan, electors, masks[rows]) + _sum_of(plan, rare_elector)
    effective = attempted
    if row[0] >= 0:
        for elector, attempt in zip(electors, rows, strict=True):
            cancel = row[1 + 2 * elector]
            if cancel >= 0:
                masks[attempt] &= ~(masks[cancel] & masks[row[0]])
        kept = ~_cancelled(masks, row, rare_elector, election)
        rare_elector, election = rare_elector[kept], election[kept]
        effective = _sum_by_group(plan, electors, masks[rows]) + _sum_of(plan, rare_elector)
    totals = _totals(_add_votes(masks, rows, plan.votes[electors], plan.planes))
    np.add.at(totals, election, plan.votes[rare_elector])
    counts = np.bincount(totals[:draws], minlength=plan.total_votes + 1)
    return Tally(draws=draws, counts=counts, attempted=attempted, effective=effective)


class _Lanes:
    """The lanes of consecutive blocks side by side; only the last block may be narrower."""

    def __init__(self, plan: Plan, seed: int, stage: int, first: int, draws: int) -> None:
        blocks = -(-draws // plan.elections)
        last = -(-(draws - (blocks - 1) * plan.elections) // 64)
        widths = [plan.lanes] * (blocks - 1) + [last]
        words = [block_words(seed, stage, first + k) for k in range(blocks)]
        states = [lane_states(start, width) for (start, _), width in zip(words, widths, strict=True)]
        self.generator = Xoshiro256PlusPlus(np.concatenate(states, axis=1))
        self.keys = np.array([key for _, key in words], dtype=np.uint64)
        self.elections = np.minimum(draws - plan.elections * np.arange(blocks), plan.elections)
        self.width = sum(widths)
        self.spare = 64 * self.width - draws
        # What keyed words of dense coins need: the key of each lane's block, and 64 times its number in the block.
        self.key = np.repeat(self.keys, widths)
        self.number = np.concatenate([np.arange(0, 64 * width, 64, dtype=np.uint64) for width in widths])


def _dense_coins(plan: Plan, lanes: _Lanes) -> tuple[Words, NDArray[np.int64]]:
    """Return the masks ``(rows, lanes)`` of coins that are not rare, and the row of every coin, -1 if it has none."""
    live = (plan.kind == DENSE) | (plan.kind == ALWAYS)
    row = np.where(live, np.cumsum(live) - 1, -1)
    masks = np.zeros((max(int(live.sum()), 1), lanes.width), dtype=np.uint64)
    waiting: list[tuple[int, NDArray[np.int64], Words]] = []
    for coin in np.flatnonzero(live).tolist():
        mask = masks[row[coin]]
        if plan.kind[coin] == ALWAYS:
            mask[:] = _ALL
            continue
        equal = _compare(int(plan.threshold[coin]), lanes.generator, mask)
        lane = np.flatnonzero(equal)
        waiting.append((coin, lane, equal[lane]))
        if len(waiting) == _TOGETHER:
            _settle(plan, lanes, waiting, masks, row)
    if waiting:
        _settle(plan, lanes, waiting, masks, row)
    return masks, row


def _compare(threshold: int, generator: Xoshiro256PlusPlus, mask: Words) -> Words:
    """Compare 8 random bits of every election with the first 8 of the threshold; return which are still equal."""
    equal = np.full_like(mask, _ALL)
    agree = np.empty_like(mask)
    for bit in range(BITS):
        np.bitwise_and(equal, generator.next(), out=agree)
        np.bitwise_xor(equal, agree, out=equal)
        if threshold >> (63 - bit) & 1:
            np.bitwise_or(mask, equal, out=mask)
            equal, agree = agree, equal
    return equal


def _settle(
    plan: Plan,
    lanes: _Lanes,
    waiting: list[tuple[int, NDArray[np.int64], Words]],
    masks: Words,
    row: NDArray[np.int64],
) -> None:
    """Elections still equal after 8 bits: the keyed word decides against the rest of the threshold."""
    coin = np.concatenate([np.full(len(lane), coin, dtype=np.uint64) for coin, lane, _ in waiting])
    lane = np.concatenate([lane for _, lane, _ in waiting])
    equal = np.concatenate([equal for _, _, equal in waiting])
    rest = plan.threshold[coin] << np.uint64(BITS)
    base = (coin << np.uint64(32)) + lanes.number[lane]
    won = np.zeros_like(equal)
    left = np.arange(len(equal))
    while len(left):
        low = equal[left] & -equal[left]
        word = splitmix64(lanes.key[lane[left]], base[left] + np.bitwise_count(low - np.uint64(1)))
        won[left] |= np.where(word < rest[left], low, np.uint64(0))
        equal[left] ^= low
        left = left[equal[left] != 0]
    masks[row[coin], lane] |= won
    waiting.clear()


def _rare_attempts(plan: Plan, lanes: _Lanes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return elector and election, counted through all lanes, of every attempt by a rare coin."""
    coins = np.flatnonzero(plan.kind == RARE)
    found = []
    for block, elections in enumerate(lanes.elections.tolist()):
        steps = _steps(plan, coins, elections)
        parts = range(0, len(coins), max(_WALKED // steps, 1))
        for part in (coins[start : start + parts.step] for start in parts):
            coin, election = _walk(plan, lanes.keys[block], part, elections, steps)
            found.append((coin // 2 - 1, election + block * plan.elections))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate([elector for elector, _ in found]), np.concatenate([election for _, election in found])


def _steps(plan: Plan, coins: NDArray[np.int64], elections: int) -> int:
    """Guess the steps after which walks have left the block: its expected successes, and a walk without any."""
    most = float(plan.threshold[coins].max(initial=0)) / 2.0**64
    return 2 + elections // 4096 + int(elections * most)


def _walk(
    plan: Plan, key: np.uint64, coins: NDArray[np.int64], elections: int, steps: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Walk rare coins of one block from success to success, many steps of all coins at a time."""
    at = np.full(len(coins), -1, dtype=np.int64)
    done, found = 0, []
    while len(coins):
        step = np.arange(done, done + steps, dtype=np.uint64)
        counter = ((coins.astype(np.uint64) << np.uint64(32))[:, None] + (step << np.uint64(1))).ravel()
        row = np.repeat(plan.row[coins], steps)
        word = splitmix64(key, counter)
        some = high_product(splitmix64(key, counter + np.uint64(1)), plan.near[:, 63].take(row))
        hit = word < plan.far[:, 63].take(row)
        gap = np.where(hit, 64 * _not_above(plan.far, row, word) + 1 + _not_above(plan.near, row, some), 4096)
        place = np.cumsum(gap.reshape(len(coins), steps), axis=1) + at[:, None]
        which, when = np.nonzero(hit.reshape(place.shape) & (place < elections))
        found.append((coins[which], place[which, when]))
        at, left = place[:, -1], place[:, -1] < elections
        coins, at, done = coins[left], at[left], done + steps
    return np.concatenate([coin for coin, _ in found]), np.concatenate([place for _, place in found])


def _not_above(table: Words, row: NDArray[np.int64], word: Words) -> NDArray[np.int64]:
    """Count the first 63 entries of each one's row that are not above `word`, by bisection."""
    flat, start = table.ravel(), 64 * row
    low = start.copy()
    for step in (32, 16, 8, 4, 2, 1):
        low += step * (flat.take(low + (step - 1)) <= word)
    return low - start


def _cancelled(
    masks: Words, row: NDArray[np.int64], elector: NDArray[np.int64], election: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether the law cancels each of the rare attempts."""
    cancel = row[1 + 2 * elector]
    lane, bit = election >> 6, (election & 63).astype(np.uint64)
    stopped = masks[np.maximum(cancel, 0), lane] & masks[row[0], lane]
    return np.asarray((cancel >= 0) & (stopped >> bit & np.uint64(1) != 0))


def _sum_by_group(plan: Plan, electors: NDArray[np.int64], masks: Words) -> NDArray[np.int64]:
    votes = np.bitwise_count(masks).sum(axis=1, dtype=np.int64) * plan.votes[electors]
    total = np.zeros(plan.groups, dtype=np.int64)
    np.add.at(total, plan.group[electors], votes)
    return total


def _sum_of(plan: Plan, electors: NDArray[np.int64]) -> NDArray[np.int64]:
    """Votes by group of electors named once for each attempt."""
    return np.bincount(plan.group[electors], plan.votes[electors], minlength=plan.groups).astype(np.int64)


def _add_votes(masks: Words, rows: NDArray[np.int64], votes: NDArray[np.int64], planes: int) -> list[Words]:
    """Add the rows of `masks`, each `votes` heavy: plane k holds bit k of every election's total.

    Three words of one weight become one of that weight and one of twice the weight, until one of each weight is left.
    """
    nothing = np.zeros(masks.shape[1], dtype=np.uint64)
    carried: list[list[Words]] = [[] for _ in range(planes + 1)]
    result = []
    for weight in range(planes):
        pile = carried[weight] + [masks[r] for r, v in zip(rows, votes, strict=True) if v >> weight & 1]
        while len(pile) > 1:
            a, b = pile.pop(), pile.pop()
            c = pile.pop() if pile else nothing
            half = a ^ b
            pile.append(half ^ c)
            carried[weight + 1].append((a & b) | (half & c))
        result.append(pile[0] if pile else nothing)
    return result


def _totals(planes: list[Words]) -> NDArray[np.int64]:
    """Read the number that the planes spell for every election, ``(64 lanes,)``."""
    totals = np.zeros(64 * len(planes[0]), dtype=np.int64)
    for first in range(0, len(planes), 8):
        byte = np.zeros(len(totals), dtype=np.uint8)
        for weight, plane in enumerate(planes[first : first + 8]):
            if plane.any():
                little = plane.astype("<u8", copy=False).view(np.uint8)
                byte |= np.unpackbits(little, bitorder="little") << np.uint8(weight)
        totals += byte.astype(np.int64) << first
    return totals
