"""The hot operations of linked elections in NumPy; `numba_operations` holds the same ones, bit for bit.

Masks are words of 64 elections; E = 64 * lanes elections of one block stand side by side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.coins import FIXED, Program
from montecarlo.kernel.linked_plan import FACTORS, LinkedPlan
from montecarlo.kernel.normal import Floats, normal_quantile, normal_threshold
from montecarlo.kernel.plan import BITS
from montecarlo.kernel.streams import Words, Xoshiro256PlusPlus, keyed_words, splitmix64

Integers = NDArray[np.int64]
_Open = tuple[int, int, Integers, Words]
"""Limit, source, lanes, and the elections in them that the first bits left open."""

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_BELOW_ONE = 1.0 - 2.0**-53
_PART = 8192
_TOGETHER = 32
"""Limits whose open elections are settled together: fewer pay for NumPy's calls."""
PART = 64
"""Lanes whose pairs of elector and election are listed together."""


def normals(key: int, source: int, elections: int) -> Floats:
    """Return a standard normal number for each election of the block, ``(E,)``."""
    result = np.empty(elections)
    for part in _parts(elections):
        election = np.arange(part.start, min(part.stop, elections), dtype=np.uint64)
        result[part] = normal_quantile(keyed_words(key, source, election))
    return result


def _parts(elections: int) -> list[slice]:
    """Cut a block into parts whose intermediate results stay in the processor's caches."""
    return [slice(first, first + _PART) for first in range(0, elections, _PART)]


def varying(plan: LinkedPlan, profile: int, common: tuple[Floats, Floats, Floats]) -> tuple[Words, Words]:
    """Return the thresholds of a profile's limits, ``(limits, E)``, and their first bits, ``(limits, 8, lanes)``.

    Parameters
    ----------
    plan : LinkedPlan
        The model.
    profile : int
        Whose loadings and limits count; no limits for -1.
    common : three (E,) float64
        Z, the scale and Y under factors; the odds first under common odds.
    """
    values = [] if profile < 0 else plan.different_limits(profile)
    threshold = np.empty((len(values), len(common[0])), dtype=np.uint64)
    bits = np.empty((len(values), BITS, threshold.shape[1] // 64), dtype=np.uint64)
    a, b, sharp = plan.loadings[profile].tolist()
    for row, limit in enumerate(values):
        for part in _parts(threshold.shape[1]):
            z, scale, y = (each[part] for each in common)
            if plan.dependence == FACTORS:
                found = normal_threshold(((a * z + b * y) - limit * scale) * sharp)
            else:
                found = odds_threshold(limit, z)
            threshold[row, part] = found
            bits[row, :, part.start // 64 : part.stop // 64] = _first_bits(found)
    return threshold, bits


def _first_bits(threshold: Words) -> Words:
    """Return bit k of all thresholds in row k, ``(8, lanes)``."""
    first = (threshold >> np.uint64(56)).astype(np.uint8)
    packed = [np.packbits(first & np.uint8(128 >> k), bitorder="little") for k in range(BITS)]
    return np.array(packed).view("<u8").astype(np.uint64, copy=False)


def odds_threshold(limit: Floats | float, odds: Floats) -> Words:
    """Return q / (1 + q), q = limit * odds, rounded down to 63 bits, as 64-bit thresholds."""
    with np.errstate(over="ignore"):
        product: Floats = np.minimum(limit * odds, 1e300)
    chance = np.minimum(product / (1.0 + product), _BELOW_ONE)
    return (chance * 2.0**63).astype(np.int64).astype(np.uint64) << np.uint64(1)


def draw(states: Words, key: int, program: Program, limits: tuple[Words, Words], rows: Words) -> None:
    """Toss all coins of a program: each limit's row of `rows` becomes 1 where the random number is below it.

    Parameters
    ----------
    states : (4, lanes) uint64
        Generators, advanced by 8 words a coin.
    key : int
        Of the keyed words that settle what the first 8 bits leave open.
    program : Program
        The coins.
    limits : (limits, E) uint64 and (limits, 8, lanes) uint64
        Those that vary, and their first bits; from `varying`.
    rows : (rows, at least lanes) uint64
        Overwritten where limits are drawn.
    """
    generator, lanes = Xoshiro256PlusPlus(states), states.shape[1]
    words = np.empty((BITS, lanes), dtype=np.uint64)
    waiting: list[_Open] = []
    for source, first, last in program.coins.tolist():
        for word in words:
            word[:] = generator.next()
        for k in range(first, last):
            number = int(program.numbers[k])
            bits = _fixed_bits(int(program.thresholds[k])) if number < 0 else limits[1][number]
            mask = rows[program.rows[k], :lanes]
            same = _compare(words, bits, mask)
            lane = np.flatnonzero(same)
            waiting.append((k, source, lane, same[lane]))
        if len(waiting) >= _TOGETHER:
            _settle(key, program, limits[0], waiting, rows)
    if waiting:
        _settle(key, program, limits[0], waiting, rows)


def _fixed_bits(threshold: int) -> Words:
    """Return the first bits of a threshold, ``(8, 1)``."""
    return np.array([[_ALL if threshold >> (63 - k) & 1 else np.uint64(0)] for k in range(BITS)])


def _compare(words: Words, bits: Words, mask: Words) -> Words:
    """Compare random bits with those of a limit; return where they are all the same."""
    mask[:] = 0
    same, differs = np.full_like(mask, _ALL), np.empty_like(mask)
    for word, bit in zip(words, bits, strict=True):
        np.bitwise_xor(word, bit, out=differs)
        differs &= same
        same ^= differs
        differs &= bit
        mask |= differs
    return same


def _settle(key: int, program: Program, varying: Words, waiting: list[_Open], rows: Words) -> None:
    """Elections that the first bits left open: the keyed word decides against the rest of the threshold."""
    limit, source = (np.repeat([each[i] for each in waiting], [len(each[2]) for each in waiting]) for i in (0, 1))
    lane, left = (np.concatenate([each[i] for each in waiting]) for i in (2, 3))
    base = source.astype(np.uint64) << np.uint64(32)
    while len(lane):
        low = left & -left
        election = (lane << 6) + np.bitwise_count(low - np.uint64(1))
        threshold, number = program.thresholds[limit], program.numbers[limit]
        vary = number != FIXED
        threshold[vary] = varying[number[vary], election[vary]]
        won = splitmix64(np.uint64(key), base + election.astype(np.uint64)) < threshold << np.uint64(BITS)
        rows[program.rows[limit[won]], lane[won]] |= low[won]
        left ^= low
        more = left != 0
        limit, base, lane, left = limit[more], base[more], lane[more], left[more]
    waiting.clear()


def totals(masks: Words, votes: Integers) -> Integers:
    """Add the votes of the rows of `masks` in every election, ``(E,)``."""
    result = np.zeros(64 * masks.shape[1], dtype=np.int64)
    for weight in np.unique(votes).tolist():
        rows = masks[votes == weight]
        for first in range(0, len(rows), 255):
            part = np.zeros(len(result), dtype=np.uint8)
            for row in rows[first : first + 255]:
                part += bits_of(row)
            result += weight * part.astype(np.int64)
    return result


def bits_of(mask: Words) -> NDArray[np.uint8]:
    """Spread a mask to one byte an election, ``(E,)``."""
    return np.unpackbits(mask.astype("<u8", copy=False).view(np.uint8), bitorder="little")


def count_ones(masks: Words) -> Integers:
    """Count the ones of each row, ``(rows,)``."""
    return np.asarray(np.bitwise_count(masks).sum(axis=1, dtype=np.int64))


def route(key: int, sources: int, masks: Words, votes: Integers, shares: Words) -> Integers:
    """Send every vote of `masks` somewhere: votes gained by each destination, ``(destinations, E)``.

    Parameters
    ----------
    key, sources : int
        Of the keyed words; elector i uses source ``sources + i``.
    masks : (electors, lanes) uint64
        Effective defections.
    votes : (electors,) int64
        Votes of each.
    shares : (destinations,) uint64
        Cumulative thresholds; a word above all of them is an abstention.
    """
    gained = np.zeros((len(shares) + 1, 64 * masks.shape[1]), dtype=np.int64)
    for first in range(0, masks.shape[1], PART):
        elector, election = pairs_of(masks[:, first : first + PART])
        counter = ((elector + np.uint64(sources)) << np.uint64(32)) + (election + np.uint64(64 * first))
        where = np.searchsorted(shares, splitmix64(np.uint64(key), counter), side="right")
        width = 64 * min(PART, masks.shape[1] - first)
        place = where * width + election.astype(np.int64)
        sent = np.bincount(place, votes[elector.astype(np.int64)], minlength=len(gained) * width)
        gained[:, 64 * first : 64 * first + width] = sent.astype(np.int64).reshape(len(gained), width)
    return gained[:-1]


def pairs_of(masks: Words) -> tuple[Words, Words]:
    """Return row and election of every one of the masks, ``(ones,)`` each, row by row."""
    part = np.ascontiguousarray(masks).astype("<u8", copy=False)
    elector, election = np.nonzero(np.unpackbits(part.view(np.uint8), axis=1, bitorder="little"))
    return elector.astype(np.uint64), election.astype(np.uint64)


def unit(words: Words) -> Floats:
    """Return the first 53 bits of words as numbers from 0 to 1."""
    result: Floats = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return result
