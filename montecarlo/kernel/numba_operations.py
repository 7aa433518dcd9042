"""The hot operations of linked elections in numba; `numpy_operations` holds the same ones and explains them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.coins import Program
from montecarlo.kernel.linked_plan import FACTORS, LinkedPlan
from montecarlo.kernel.normal import Floats, quantile_table, tail_table
from montecarlo.kernel.numba_primitives import (
    ALL,
    U0,
    U1,
    U32,
    compiled,
    inlined,
    keyed,
    odds_threshold,
    ones,
    polynomials,
    quantile_cell,
    signed,
    tail_cell,
    tail_threshold,
)
from montecarlo.kernel.plan import BITS
from montecarlo.kernel.streams import Words

Integers = NDArray[np.int64]

_BITS, _REST = np.uint64(BITS), np.uint64(64 - BITS)
_TILE = 64
# A tile's memory: the words of each lane's generator, the random words, a limit's mask, what it leaves open, lists of
# lanes, of elections left open, and of keyed words for them. As one array with places known to the compiler, that loops
# over the lanes become vector instructions.
_WORDS, _MASK, _SAME, _LIST = 4 * _TILE, (4 + BITS) * _TILE, (5 + BITS) * _TILE, (6 + BITS) * _TILE
_OPEN = (7 + BITS) * _TILE + 1
_KEYED = _OPEN + 64 * _TILE


def normals(key: int, source: int, elections: int) -> Floats:
    """Return a standard normal number for each election of the block, ``(E,)``."""
    result = np.empty(elections)
    _normals(np.uint64(key), np.uint64(source << 32), quantile_table(), result)
    return result


def varying(plan: LinkedPlan, profile: int, common: tuple[Floats, Floats, Floats]) -> tuple[Words, Words]:
    """Return the thresholds of a profile's limits, ``(limits, E)``, and their first bits by tiles of lanes."""
    values = np.array([] if profile < 0 else plan.different_limits(profile))
    threshold = np.empty((len(values), len(common[0])), dtype=np.uint64)
    tiles = -(-threshold.shape[1] // (64 * _TILE))
    bits = np.empty((len(values), tiles, BITS * _TILE), dtype=np.uint64)
    by_factors = plan.dependence == FACTORS
    _varying(by_factors, values, plan.loadings[profile], *common, tail_table(), threshold, bits)
    return threshold, bits


def draw(states: Words, key: int, program: Program, limits: tuple[Words, Words], rows: Words) -> None:
    """Toss all coins of a program: each limit's row of `rows` becomes 1 where the random number is below it."""
    lists = program.coins, program.rows, program.thresholds, program.numbers
    _draw(states, np.uint64(key), *lists, *limits, rows, np.zeros(_KEYED + 64 * _TILE, dtype=np.uint64))


def totals(masks: Words, votes: Integers) -> Integers:
    """Add the votes of the rows of `masks` in every election, ``(E,)``."""
    result = np.zeros(64 * masks.shape[1], dtype=np.int64)
    _totals(masks, votes, np.empty((9 + max(len(votes).bit_length(), 3)) * _TILE, dtype=np.uint64), result)
    return result


def count_ones(masks: Words) -> Integers:
    """Count the ones of each row, ``(rows,)``."""
    result = np.zeros(len(masks), dtype=np.int64)
    _count_ones(masks, result)
    return result


def route(key: int, sources: int, masks: Words, votes: Integers, shares: Words) -> Integers:
    """Send every vote of `masks` somewhere: votes gained by each destination, ``(destinations, E)``."""
    gained = np.zeros((64 * masks.shape[1], len(shares) + 1), dtype=np.int64)
    _route(np.uint64(key), np.uint64(sources), masks, votes, shares, gained)
    return np.ascontiguousarray(gained[:, :-1].T)


@compiled
def _normals(key, base, table, result):
    word, cell, u = np.empty(64, dtype=np.uint64), np.empty(64, dtype=np.uint64), np.empty(64)
    for first in range(0, len(result), 64):
        for e in range(64):
            word[e] = keyed(key, base + np.uint64(first + e))
            cell[e], u[e] = quantile_cell(word[e])
        part = result[first : first + 64]
        polynomials(table, cell, u, part)
        for e in range(64):
            part[e] = signed(part[e], word[e])


@compiled
def _varying(by_factors, limits, loadings, z, scale, y, table, threshold, bits):
    a, b, sharp = loadings[0], loadings[1], loadings[2]
    argument, cell, u, upper = np.empty(64), np.empty(64, dtype=np.uint64), np.empty(64), np.empty(64)
    for k in range(len(limits)):
        for j in range(threshold.shape[1] // 64):
            first, part = 64 * j, threshold[k, 64 * j : 64 * j + 64]
            if by_factors:
                for e in range(64):
                    shift = a * z[first + e] + b * y[first + e]
                    argument[e] = (shift - limits[k] * scale[first + e]) * sharp
                    cell[e], u[e] = tail_cell(argument[e])
                polynomials(table, cell, u, upper)
                for e in range(64):
                    part[e] = tail_threshold(upper[e], argument[e])
            else:
                for e in range(64):
                    part[e] = odds_threshold(limits[k], z[first + e])
            _first_bits(part, bits[k, j // _TILE, j % _TILE :])


@inlined
def _first_bits(threshold, bits):
    """Gather bit k of 64 thresholds into one word, `_TILE` words from that of the next bit."""
    for k in range(BITS):
        bits[k * _TILE] = U0
    for part in range(8):
        # The upper bytes of eight thresholds; bit k of each is gathered into one byte by a product.
        upper = U0
        for e in range(8):
            upper |= (threshold[8 * part + e] >> np.uint64(56)) << np.uint64(8 * e)
        for k in range(BITS):
            spread = (upper >> np.uint64(7 - k)) & np.uint64(0x0101010101010101)
            byte = (spread * np.uint64(0x0102040810204080)) >> np.uint64(56)
            bits[k * _TILE] |= byte << np.uint64(8 * part)


@compiled
def _draw(states, key, coins, places, thresholds, numbers, limits, bits, rows, t):
    """Toss all coins a tile of lanes at a time, whose memory `t` stays in the first-level cache."""
    lanes = states.shape[1]
    for first in range(0, lanes, _TILE):
        width = min(_TILE, lanes - first)
        for k in range(4):
            t[k * _TILE : k * _TILE + width] = states[k, first : first + width]
        for c in range(len(coins)):
            _advance(t)
            base = (np.uint64(coins[c, 0]) << U32) + np.uint64(64 * first)
            left = 0
            for k in range(coins[c, 1], coins[c, 2]):
                number = numbers[k]
                # Two limits with the same first bits leave the same elections open.
                if k == coins[c, 1] or number != numbers[k - 1] or (thresholds[k] ^ thresholds[k - 1]) >> _REST:
                    if number < 0:
                        _compare_fixed(t, thresholds[k])
                    else:
                        _compare(t, bits[number, first // _TILE])
                    left = _list_open(key, base, t, width)
                row = rows[places[k], first : first + width]
                row[:] = t[_MASK : _MASK + width]
                if number < 0:
                    _settle_fixed(left, thresholds[k], t, row)
                else:
                    _settle(left, limits[number, 64 * first : 64 * (first + width)], t, row)
        for k in range(4):
            states[k, first : first + width] = t[k * _TILE : k * _TILE + width]


@compiled
def _advance(t):
    """Draw eight words of every lane."""
    for j in range(_TILE):
        a, b, c, d = t[j], t[_TILE + j], t[2 * _TILE + j], t[3 * _TILE + j]
        for k in range(BITS):
            word = a + d
            t[_WORDS + k * _TILE + j] = ((word << np.uint64(23)) | (word >> np.uint64(41))) + a
            shifted = b << np.uint64(17)
            c, d = c ^ a, d ^ b
            a, b, c = a ^ d, b ^ c, c ^ shifted
            d = (d << np.uint64(45)) | (d >> np.uint64(19))
        t[j], t[_TILE + j], t[2 * _TILE + j], t[3 * _TILE + j] = a, b, c, d


@compiled
def _compare_fixed(t, threshold):
    """Compare the random bits with those of a threshold that is the same everywhere."""
    for j in range(_TILE):
        less, equal = U0, ALL
        for k in range(BITS):
            bit = U0 - ((threshold >> np.uint64(63 - k)) & U1)
            differs = (t[_WORDS + k * _TILE + j] ^ bit) & equal
            less |= differs & bit
            equal ^= differs
        t[_MASK + j], t[_SAME + j] = less, equal


@compiled
def _compare(t, bits):
    """Compare the random bits with those of a limit."""
    for j in range(_TILE):
        less, equal = U0, ALL
        for k in range(BITS):
            differs = (t[_WORDS + k * _TILE + j] ^ bits[k * _TILE + j]) & equal
            less |= differs & bits[k * _TILE + j]
            equal ^= differs
        t[_MASK + j], t[_SAME + j] = less, equal


@compiled
def _list_open(key, base, t, width):
    """List the elections that the comparison left open, and their keyed words; return how many."""
    lanes, left = 0, 0
    for j in range(width):
        # Listed without a branch, which the processor would guess wrongly.
        t[_LIST + lanes] = np.uint64(j)
        lanes += t[_SAME + j] != U0
    for k in range(lanes):
        lane = t[_LIST + k]
        word = t[_SAME + np.int64(lane)]
        while word != U0:
            low = word & (U0 - word)
            t[_OPEN + left] = (lane << np.uint64(6)) + ones(low - U1)
            left += 1
            word ^= low
    for k in range(left):
        t[_KEYED + k] = keyed(key, base + t[_OPEN + k])
    return left


@compiled
def _settle(left, threshold, t, row):
    """Let the keyed words decide against the rest of a limit, where it was left open."""
    for k in range(left):
        election = t[_OPEN + k]
        won = U0 - np.uint64(t[_KEYED + k] < threshold[election] << _BITS)
        row[election >> np.uint64(6)] |= won & (U1 << (election & np.uint64(63)))


@compiled
def _settle_fixed(left, threshold, t, row):
    """Do the same with a threshold that is the same everywhere."""
    rest = threshold << _BITS
    for k in range(left):
        election = t[_OPEN + k]
        won = U0 - np.uint64(t[_KEYED + k] < rest)
        row[election >> np.uint64(6)] |= won & (U1 << (election & np.uint64(63)))


@compiled
def _count_ones(masks, result):
    for i in range(len(masks)):
        total = U0
        for j in range(masks.shape[1]):
            total += ones(masks[i, j])
        result[i] = np.int64(total)


@compiled
def _totals(masks, votes, t, result):
    """For each bit of the votes, count the rows that have it, eight at a time; add the counts at that bit."""
    lanes = masks.shape[1]
    for first in range(0, lanes, _TILE):
        width = min(_TILE, lanes - first)
        for weight in range(64):
            if not (votes >> weight).any():
                break
            t[:] = U0
            pile = 0
            for i in range(len(masks)):
                if (votes[i] >> weight) & 1:
                    t[pile * _TILE : pile * _TILE + width] = masks[i, first : first + width]
                    pile += 1
                    if pile == 8:
                        _add_eight(t)
                        pile = 0
            t[pile * _TILE : 8 * _TILE] = U0
            _add_eight(t)
            _read(t, weight, width, result[64 * first :])


@compiled
def _add_eight(t):
    """Add the first eight rows of a tile's memory to the counts, whose bits are the planes from row 9 on.

    As in the module `numba_backend`; what is carried over the third plane waits in row 8.
    """
    for j in range(_TILE):
        one, c1 = _full_add(t[9 * _TILE + j], t[j], t[_TILE + j])
        one, c2 = _full_add(one, t[2 * _TILE + j], t[3 * _TILE + j])
        one, c3 = _full_add(one, t[4 * _TILE + j], t[5 * _TILE + j])
        one, c4 = _full_add(one, t[6 * _TILE + j], t[7 * _TILE + j])
        two, c1 = _full_add(t[10 * _TILE + j], c1, c2)
        two, c2 = _full_add(two, c3, c4)
        four, eight = _full_add(t[11 * _TILE + j], c1, c2)
        t[9 * _TILE + j], t[10 * _TILE + j], t[11 * _TILE + j], t[8 * _TILE + j] = one, two, four, eight
    for plane in range(12, len(t) // _TILE):
        for j in range(_TILE):
            both = t[plane * _TILE + j] & t[8 * _TILE + j]
            t[plane * _TILE + j] ^= t[8 * _TILE + j]
            t[8 * _TILE + j] = both


@inlined
def _full_add(a, b, c):
    return a ^ b ^ c, (a & b) | ((a ^ b) & c)


@compiled
def _read(t, weight, width, result):
    """Add the numbers that the planes spell, times 2^weight."""
    for plane in range(9, len(t) // _TILE):
        for j in range(width):
            word = t[plane * _TILE + j]
            if word != U0:
                for e in range(64):
                    result[64 * j + e] += np.int64((word >> np.uint64(e)) & U1) << (weight + plane - 9)


@compiled
def _route(key, sources, masks, votes, shares, gained):
    for i in range(len(masks)):
        base = (sources + np.uint64(i)) << U32
        for j in range(masks.shape[1]):
            word = masks[i, j]
            while word != U0:
                low = word & (U0 - word)
                election = 64 * j + np.int64(ones(low - U1))
                random = keyed(key, base + np.uint64(election))
                where = 0
                while where < len(shares) and shares[where] <= random:
                    where += 1
                gained[election, where] += votes[i]
                word ^= low
