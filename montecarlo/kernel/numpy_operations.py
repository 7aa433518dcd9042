"""The hot operations of linked elections in NumPy; `numba_operations` holds the same ones, bit for bit.

Masks are words of 64 elections; E = 64 * lanes elections of one block stand side by side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.fixed_coins import Program
from montecarlo.kernel.linked_plan import FACTORS, LinkedPlan
from montecarlo.kernel.normal import Floats, normal_quantile, normal_threshold
from montecarlo.kernel.plan import BITS
from montecarlo.kernel.streams import Words, Xoshiro256PlusPlus, keyed_words, splitmix64

Integers = NDArray[np.int64]

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_BELOW_ONE = 1.0 - 2.0**-53
PART = 64
"""Lanes whose pairs of elector and election are listed together."""


def normals(key: int, source: int, elections: int) -> Floats:
    """Return a standard normal number for each election of the block, ``(E,)``."""
    return normal_quantile(keyed_words(key, source, np.arange(elections, dtype=np.uint64)))


def draw_fixed(states: Words, key: int, program: Program, rows: Words) -> None:
    """Toss all coins of a program: each limit's row of `rows` becomes 1 where the random number is below it.

    Parameters
    ----------
    states : (4, lanes) uint64
        Generators, advanced by 8 words a coin.
    key : int
        Of the keyed words that settle what the first 8 bits leave open.
    program : Program
        The coins.
    rows : (rows, at least lanes) uint64
        Overwritten where limits are drawn.
    """
    lanes = states.shape[1]
    for source, first, last in program.coins.tolist():
        limits = [_fixed(threshold) for threshold in program.thresholds[first:last].tolist()]
        masks = np.empty((last - first, lanes), dtype=np.uint64)
        draw(states, key, source, limits, masks)
        rows[program.rows[first:last], :lanes] = masks


def _fixed(threshold: int) -> tuple[Words, Words]:
    """Return a threshold that is the same in all elections, ``(1,)``, and its first bits, ``(8, 1)``."""
    bits = [[_ALL if threshold >> (63 - k) & 1 else np.uint64(0)] for k in range(BITS)]
    return np.array([threshold], dtype=np.uint64), np.array(bits, dtype=np.uint64)


def varying(plan: LinkedPlan, profile: int, limit: float, common: tuple[Floats, Floats, Floats]) -> tuple[Words, Words]:
    """Return the thresholds of a profile, ``(E,)``, and their first bits, ``(8, lanes)``.

    Parameters
    ----------
    plan : LinkedPlan
        The model.
    profile : int
        Whose loadings count.
    limit : float
        One of the profile's limits.
    common : three (E,) float64
        Z, Y and the scale under factors; the odds first under common odds.
    """
    z, y, scale = common
    if plan.dependence == FACTORS:
        a, b, sharp = plan.loadings[profile].tolist()
        threshold = normal_threshold(((a * z + b * y) - limit * scale) * sharp)
    else:
        threshold = odds_threshold(limit, z)
    first = np.unpackbits((threshold >> np.uint64(56)).astype(np.uint8)[:, None], axis=1)
    packed = np.packbits(first.T.reshape(BITS, -1, 64), axis=2, bitorder="little")
    return threshold, np.ascontiguousarray(packed).view("<u8")[:, :, 0].astype(np.uint64, copy=False)


def odds_threshold(limit: Floats | float, odds: Floats) -> Words:
    """Return q / (1 + q), q = limit * odds, rounded down to 63 bits, as 64-bit thresholds."""
    with np.errstate(over="ignore"):
        product: Floats = np.minimum(limit * odds, 1e300)
    chance = np.minimum(product / (1.0 + product), _BELOW_ONE)
    return (chance * 2.0**63).astype(np.int64).astype(np.uint64) << np.uint64(1)


def draw(states: Words, key: int, source: int, limits: list[tuple[Words, Words]], masks: Words) -> None:
    """Draw a coin of the lanes: row r of `masks` becomes 1 where the random number is below limit r.

    Parameters
    ----------
    states : (4, lanes) uint64
        Generators, advanced by 8 words each.
    key, source : int
        Of the keyed words that settle what the first 8 bits leave open.
    limits : list of (thresholds, bits)
        From `varying`, in rising order.
    masks : (limits, lanes) uint64
        Overwritten.
    """
    generator = Xoshiro256PlusPlus(states)
    masks[:] = 0
    same = np.full_like(masks, _ALL)
    for k in range(BITS):
        word = generator.next()
        for row, (_, bits) in enumerate(limits):
            differs = (word ^ bits[k]) & same[row]
            masks[row] |= differs & bits[k]
            same[row] ^= differs
    for row, (threshold, _) in enumerate(limits):
        _settle(key, source, threshold, same[row], masks[row])


def _settle(key: int, source: int, threshold: Words, same: Words, mask: Words) -> None:
    """Elections that the first bits left open: the keyed word decides against the rest of the threshold."""
    lane, left = np.flatnonzero(same), same[same != 0]
    while len(lane):
        low = left & -left
        election = (lane.astype(np.uint64) << np.uint64(6)) + np.bitwise_count(low - np.uint64(1))
        rest = threshold[election % np.uint64(len(threshold))] << np.uint64(BITS)
        won = keyed_words(key, source, election) < rest
        mask[lane[won]] |= low[won]
        left = left ^ low
        lane, left = lane[left != 0], left[left != 0]


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
