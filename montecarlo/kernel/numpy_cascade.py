"""The cascade in NumPy, all pairs of an elector and an election at a time.

Those who join soon are placed everywhere; those who join later only in the elections that get so far.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.linked_plan import FACTORS, GROUP, INDEPENDENT, PLACE, LinkedPlan
from montecarlo.kernel.normal import Floats, normal_quantile, normal_threshold
from montecarlo.kernel.numpy_operations import PART, odds_threshold, pairs_of, totals, unit
from montecarlo.kernel.plan import high_product
from montecarlo.kernel.streams import Words, splitmix64

Integers = NDArray[np.int64]

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def cascade(
    plan: LinkedPlan, key: int, acts: Words, others: tuple[Words, Words], environment: tuple[Floats, Floats]
) -> None:
    """Let others join: their bits are added to `acts` where their thresholds are reached.

    Parameters
    ----------
    plan : LinkedPlan
        The model.
    key : int
        Of the keyed words that place electors between their limits.
    acts : (n, lanes) uint64
        Who begins; added to.
    others : two (n, lanes) uint64
        Who acts or joins soon, and whom the others would see; anything in the latter if all are seen.
    environment : two (E,) float64, or (1,) where nothing varies
        Z and the scale under factors; the odds first under common odds.
    """
    early = others[0]
    seen = np.full_like(early, _ALL) if plan.all_seen else others[1]
    soon = early & ~acts
    begun = totals(acts & seen, np.ones(len(acts), dtype=np.int64))
    levels = plan.ladder.shape[1]
    for first in range(0, acts.shape[1], PART):
        here = slice(first, first + PART)
        visible = np.zeros((64 * acts[:, here].shape[1], levels), dtype=np.int64)
        visible[:, 0] = begun[64 * first : 64 * first + len(visible)]
        pairs = [_placed(plan, key, first, soon[:, here], environment, later=False)]
        _count_seen(visible, pairs[0], seen[:, here])
        level = _last_levels(visible.cumsum(axis=1), plan.rounds)
        further = (level > plan.near).nonzero()[0]
        if len(further):
            mask = np.zeros(len(visible), dtype=np.uint8)
            mask[further] = 1
            packed = np.packbits(mask, bitorder="little").view("<u8").astype(np.uint64, copy=False)
            pairs.append(_placed(plan, key, first, ~early[:, here] & packed, environment, later=True))
            _count_seen(visible, pairs[1], seen[:, here])
            level[further] = _last_levels(visible[further].cumsum(axis=1), plan.rounds)
        for who, where, place in pairs:
            joined = place <= level[where]
            bit = np.uint64(1) << (where[joined] & 63).astype(np.uint64)
            np.bitwise_or.at(acts, (who[joined], first + (where[joined] >> 6)), bit)


def _count_seen(visible: Integers, pairs: tuple[Integers, Integers, Integers], seen: Words) -> None:
    """Add those who would be seen to the counts by threshold, ``(elections, levels)``."""
    who, where, place = pairs
    watched = (seen[who, where >> 6] >> (where & 63).astype(np.uint64) & np.uint64(1)) != 0
    watched &= place < visible.shape[1]
    np.add.at(visible, (where[watched], place[watched]), 1)


def _last_levels(visible: Integers, rounds: int) -> Integers:
    """Follow the rounds, ``(elections,)``; `visible` holds the electors seen whose thresholds a level reaches."""
    level = np.zeros(len(visible), dtype=np.int64)
    every, done = np.arange(len(visible)), 0
    while done != rounds:
        reached: Integers = np.minimum(visible[every, level], visible.shape[1] - 1)
        done += 1
        if (reached == level).all():
            break
        level = reached
    return level


def _placed(
    plan: LinkedPlan, key: int, first: int, masks: Words, environment: tuple[Floats, Floats], *, later: bool
) -> tuple[Integers, Integers, Integers]:
    """Return elector, election from lane `first` on, and threshold of those of the masks who join, ``(pairs,)`` each.

    As many as there are levels means never.
    """
    elector, election = pairs_of(masks)
    counter = ((elector + np.uint64(PLACE)) << np.uint64(32)) + (election + np.uint64(64 * first))
    words = splitmix64(np.uint64(key), counter)
    who, where = elector.astype(np.int64), election.astype(np.int64)
    if plan.dependence == INDEPENDENT:
        limits = shares(plan, who, later=later)
    else:
        limits = _limits(plan, key, who, 64 * first + where, environment, later=later)
    low, width, shift, scale = limits
    offset = high_product(words, _ALL - low if later else width)
    position = _positions(plan, who, low + offset, offset, (shift, scale))
    if later:
        joins = offset < width
        who, where, position = who[joins], where[joins], position[joins]
    place, rows = np.empty(len(who), dtype=np.int64), plan.ladder_row[who]
    for row in np.unique(rows).tolist():
        mine = rows == row
        place[mine] = 1 + np.searchsorted(plan.ladder[row, 1:], position[mine], side="right")
    place = np.maximum(place, plan.near + 1) if later else np.minimum(place, plan.near)
    return who, where, place


def shares(plan: LinkedPlan, who: Integers, *, later: bool) -> tuple[Words, Words, Floats, Floats]:
    """Return how independent electors join soon, or later, ``who.shape`` each.

    The lower limit, what lies between it and the higher one, and what the shares of G that lie between them start
    from and rise by.
    """
    profile, near = plan.profile[who], plan.ladder[plan.ladder_row[who], plan.near]
    low, high = plan.thresholds[profile, 1 if later else 0], plan.thresholds[profile, 2 if later else 1]
    width = np.maximum(high, low) - low
    start, end = (near, np.ones(len(who))) if later else (np.zeros(len(who)), near)
    return low, width, start, (end - start) / np.maximum(width.astype(np.float64), 1.0)


def _limits(
    plan: LinkedPlan, key: int, who: Integers, election: Integers, environment: tuple[Floats, Floats], *, later: bool
) -> tuple[Words, Words, Floats, Floats]:
    """Return the same for pairs in a common environment: limits, the factors' sum and the scale, or the odds."""
    profile, column = plan.profile[who], 1 if later else 0
    ends = plan.limits[profile, column], plan.limits[profile, column + 1]
    common, scale = (each[election] for each in environment)
    if plan.dependence == FACTORS:
        a, b, sharp = plan.loadings[profile].T
        shift = a * common + b * _group_factors(plan, key, profile, election.astype(np.uint64))
        low, high = (normal_threshold((shift - end * scale) * sharp) for end in ends)
        return low, high - low, shift, scale
    # Who would join surely does so whatever the odds.
    low, high = (np.where(end < 1e300, odds_threshold(end, common), _ALL) for end in ends)
    return low, high - low, common, scale


def _positions(plan: LinkedPlan, who: Integers, random: Words, offset: Words, terms: tuple[Floats, Floats]) -> Floats:
    """Return what the levels are compared with, ``(pairs,)``."""
    shift, scale = terms
    if plan.dependence == INDEPENDENT:
        return shift + scale * offset.astype(np.float64)
    if plan.dependence == FACTORS:
        return np.asarray((normal_quantile(random) / plan.loadings[plan.profile[who], 2] - shift) / scale)
    share = unit(random)
    return share / (1.0 - share) / shift


def _group_factors(plan: LinkedPlan, key: int, profile: Integers, election: Words) -> Floats:
    """Return Y of each pair, 0 where a group has no factor of its own."""
    factor = plan.factor[profile]
    if (factor < 0).all():
        return np.zeros(1)
    counter = ((np.maximum(factor, 0).astype(np.uint64) + np.uint64(GROUP)) << np.uint64(32)) + election
    return np.where(factor >= 0, normal_quantile(splitmix64(np.uint64(key), counter)), 0.0)
