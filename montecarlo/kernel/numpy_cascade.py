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


def cascade(
    plan: LinkedPlan, key: int, acts: Words, others: tuple[Words, Words, Words], environment: tuple[Floats, Floats]
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
    others : three (n, lanes) uint64
        Who acts or joins soon, who acts or joins ever, and whom the others would see.
    environment : two (E,) float64, or (1,) where nothing varies
        Z and the scale under factors; the odds first under common odds.
    """
    early, ever, seen = others
    soon, later = early & ~acts, ever & ~early
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
            pairs.append(_placed(plan, key, first, later[:, here] & packed, environment, later=True))
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
    """Return elector, election from lane `first` on, and threshold of all ones of the masks, ``(pairs,)`` each.

    As many as there are levels means never.
    """
    elector, election = pairs_of(masks)
    where = election.astype(np.int64)
    election += np.uint64(64 * first)
    words = splitmix64(np.uint64(key), ((elector + np.uint64(PLACE)) << np.uint64(32)) + election)
    who, column = elector.astype(np.int64), 1 if later else 0
    profile, rows = plan.profile[who], plan.ladder_row[who]
    if plan.dependence == INDEPENDENT:
        share = plan.ladder[rows, plan.near]
        position = share + (1.0 - share) * unit(words) if later else share * unit(words)
    else:
        given = [each[64 * first + where] for each in environment]
        limits = plan.limits[profile, column], plan.limits[profile, column + 1]
        position = _positions(plan, key, (profile, election, words), limits, given)
    place = np.empty(len(who), dtype=np.int64)
    for row in np.unique(rows).tolist():
        mine = rows == row
        place[mine] = 1 + np.searchsorted(plan.ladder[row, 1:], position[mine], side="right")
    place = np.maximum(place, plan.near + 1) if later else np.minimum(place, plan.near)
    return who, where, place


def _positions(
    plan: LinkedPlan,
    key: int,
    pairs: tuple[Integers, Words, Words],
    limits: tuple[Floats, Floats],
    environment: list[Floats],
) -> Floats:
    """Return what the levels are compared with: random places between two limits, ``(pairs,)``."""
    profile, election, words = pairs
    if plan.dependence == FACTORS:
        z, scale = environment
        a, b, sharp = plan.loadings[profile].T
        shift = a * z + b * _group_factors(plan, key, profile, election)
        low, high = (normal_threshold((shift - limit * scale) * sharp) for limit in limits)
        return np.asarray((normal_quantile(low + high_product(words, high - low)) / sharp - shift) / scale)
    odds = environment[0]
    low, high = (odds_threshold(limit, odds) for limit in limits)
    share = unit(low + high_product(words, high - low))
    return share / (1.0 - share) / odds


def _group_factors(plan: LinkedPlan, key: int, profile: Integers, election: Words) -> Floats:
    """Return Y of each pair, 0 where a group has no factor of its own."""
    factor = plan.factor[profile]
    if (factor < 0).all():
        return np.zeros(1)
    counter = ((np.maximum(factor, 0).astype(np.uint64) + np.uint64(GROUP)) << np.uint64(32)) + election
    return np.where(factor >= 0, normal_quantile(splitmix64(np.uint64(key), counter)), 0.0)
