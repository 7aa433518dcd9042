"""The hot operations of linked elections in numba; `numpy_operations` holds the same ones and explains them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.fixed_coins import Program
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
    normal,
    normal_threshold,
    odds_threshold,
    ones,
)
from montecarlo.kernel.plan import BITS
from montecarlo.kernel.streams import Words

Integers = NDArray[np.int64]

_BITS = np.uint64(BITS)
_TILE = 64


def normals(key: int, source: int, elections: int) -> Floats:
    """Return a standard normal number for each election of the block, ``(E,)``."""
    result = np.empty(elections)
    _normals(np.uint64(key), np.uint64(source << 32), quantile_table(), result)
    return result


def draw_fixed(states: Words, key: int, program: Program, rows: Words) -> None:
    """Toss all coins of a program: each limit's row of `rows` becomes 1 where the random number is below it."""
    lanes = states.shape[1]
    words, same = np.empty((BITS, _TILE), dtype=np.uint64), np.empty(_TILE, dtype=np.uint64)
    _draw_fixed(states, np.uint64(key), program.coins, program.rows, program.thresholds, lanes, rows, words, same)


def varying(plan: LinkedPlan, profile: int, limit: float, common: tuple[Floats, Floats, Floats]) -> tuple[Words, Words]:
    """Return the thresholds of a profile, ``(E,)``, and their first bits, ``(8, lanes)``."""
    threshold = np.empty(len(common[0]), dtype=np.uint64)
    bits = np.empty((BITS, len(threshold) // 64), dtype=np.uint64)
    by_factors = plan.dependence == FACTORS
    _varying(by_factors, limit, plan.loadings[profile], *common, tail_table(), threshold, bits)
    return threshold, bits


def draw(states: Words, key: int, source: int, limits: list[tuple[Words, Words]], masks: Words) -> None:
    """Draw a coin of the lanes: row r of `masks` becomes 1 where the random number is below limit r."""
    words, same = np.empty((BITS, masks.shape[1]), dtype=np.uint64), np.empty(masks.shape[1], dtype=np.uint64)
    _advance(states, 0, masks.shape[1], words)
    for mask, (threshold, bits) in zip(masks, limits, strict=True):
        _compare(words, bits, mask, same)
        _settle(np.uint64(key), np.uint64(source << 32), threshold, same, mask)


def totals(masks: Words, votes: Integers) -> Integers:
    """Add the votes of the rows of `masks` in every election, ``(E,)``."""
    result = np.zeros(64 * masks.shape[1], dtype=np.int64)
    planes = np.zeros((int(votes.sum()).bit_length() + 1, masks.shape[1]), dtype=np.uint64)
    _totals(masks, votes, planes, np.empty(masks.shape[1], dtype=np.uint64), result)
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
    for e in range(len(result)):
        result[e] = normal(keyed(key, base + np.uint64(e)), table)


@compiled
def _varying(by_factors, limit, loadings, z, y, scale, table, threshold, bits):
    a, b, sharp = loadings[0], loadings[1], loadings[2]
    if by_factors:
        for e in range(len(threshold)):
            threshold[e] = normal_threshold(((a * z[e] + b * y[e]) - limit * scale[e]) * sharp, table)
    else:
        for e in range(len(threshold)):
            threshold[e] = odds_threshold(limit, z[e])
    low_bits = np.uint64(0x0101010101010101)
    for j in range(bits.shape[1]):
        bits[:, j] = U0
        for part in range(8):
            # The upper bytes of eight thresholds; bit k of each is gathered into one byte by a product.
            upper = U0
            for e in range(8):
                upper |= (threshold[64 * j + 8 * part + e] >> np.uint64(56)) << np.uint64(8 * e)
            for k in range(8):
                spread = (upper >> np.uint64(7 - k)) & low_bits
                byte = (spread * np.uint64(0x0102040810204080)) >> np.uint64(56)
                bits[k, j] |= byte << np.uint64(8 * part)


@compiled
def _draw_fixed(states, key, coins, places, thresholds, lanes, rows, words, same):
    """Toss all coins a tile of lanes at a time, whose generators stay in the first-level cache."""
    for first in range(0, lanes, _TILE):
        width = min(_TILE, lanes - first)
        for c in range(len(coins)):
            _advance(states, first, width, words)
            base = (np.uint64(coins[c, 0]) << U32) + np.uint64(64 * first)
            for k in range(coins[c, 1], coins[c, 2]):
                mask = rows[places[k], first : first + width]
                _compare_fixed(words, thresholds[k], mask, same)
                _settle(key, base, thresholds[k : k + 1], same, mask)


@compiled
def _compare_fixed(words, threshold, mask, same):
    """Compare the random bits with those of a threshold that is the same everywhere."""
    for j in range(len(mask)):
        less, equal = U0, ALL
        for k in range(BITS):
            bit = U0 - ((threshold >> np.uint64(63 - k)) & U1)
            differs = (words[k, j] ^ bit) & equal
            less |= differs & bit
            equal ^= differs
        mask[j], same[j] = less, equal


@compiled
def _advance(states, first, lanes, words):
    """Draw eight words of some lanes."""
    for j in range(lanes):
        at = first + j
        a, b, c, d = states[0, at], states[1, at], states[2, at], states[3, at]
        for k in range(BITS):
            word = a + d
            words[k, j] = ((word << np.uint64(23)) | (word >> np.uint64(41))) + a
            shifted = b << np.uint64(17)
            c, d = c ^ a, d ^ b
            a, b, c = a ^ d, b ^ c, c ^ shifted
            d = (d << np.uint64(45)) | (d >> np.uint64(19))
        states[0, at], states[1, at], states[2, at], states[3, at] = a, b, c, d


@compiled
def _compare(words, bits, mask, same):
    """Compare the random bits with those of a limit."""
    for j in range(len(mask)):
        less, equal = U0, ALL
        for k in range(BITS):
            differs = (words[k, j] ^ bits[k, j]) & equal
            less |= differs & bits[k, j]
            equal ^= differs
        mask[j], same[j] = less, equal


@compiled
def _settle(key, base, threshold, same, mask):
    fixed = len(threshold) == 1
    for j in range(len(mask)):
        word = same[j]
        while word != U0:
            low = word & (U0 - word)
            election = 64 * j + np.int64(ones(low - U1))
            rest = threshold[0 if fixed else election] << _BITS
            mask[j] |= low & (U0 - np.uint64(keyed(key, base + np.uint64(election)) < rest))
            word ^= low


@compiled
def _count_ones(masks, result):
    for i in range(len(masks)):
        total = U0
        for j in range(masks.shape[1]):
            total += ones(masks[i, j])
        result[i] = np.int64(total)


@compiled
def _totals(masks, votes, planes, carry, result):
    """Add the rows at the bits of their votes, carries rippling on, then read the planes."""
    for i in range(len(masks)):
        left, plane = votes[i], 0
        while left:
            if left & 1:
                carry[:] = masks[i]
                _ripple(planes, plane, carry)
            left >>= 1
            plane += 1
    for plane in range(len(planes)):
        for j in range(planes.shape[1]):
            word = planes[plane, j]
            if word != U0:
                for e in range(64):
                    result[64 * j + e] += np.int64((word >> np.uint64(e)) & U1) << plane


@inlined
def _ripple(planes, plane, carry):
    carried = U1
    while carried != U0:
        carried = U0
        for j in range(len(carry)):
            both = planes[plane, j] & carry[j]
            planes[plane, j] ^= carry[j]
            carry[j] = both
            carried |= both
        plane += 1


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
