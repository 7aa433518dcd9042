"""The cascade in numba, a lane of 64 elections at a time.

Those who join soon are placed everywhere; those who join later only in the elections that get so far.
"""

from __future__ import annotations

import numpy as np

from montecarlo.kernel.linked_plan import FACTORS, GROUP, INDEPENDENT, PLACE, LinkedPlan
from montecarlo.kernel.normal import Floats, quantile_table, tail_table
from montecarlo.kernel.numba_primitives import (
    U0,
    U1,
    U32,
    compiled,
    high_product,
    inlined,
    keyed,
    normal,
    normal_threshold,
    odds_threshold,
    ones,
    unit,
)
from montecarlo.kernel.streams import Words

_LOW, _WIDTH = range(2)
_FAR = 64
"""Thresholds above this one are told apart only in the elections that get there."""


def cascade(
    plan: LinkedPlan, key: int, acts: Words, others: tuple[Words, Words, Words], environment: tuple[Floats, Floats]
) -> None:
    """Let others join: their bits are added to `acts` where their thresholds are reached; see `numpy_cascade`."""
    n, levels = len(acts), plan.ladder.shape[1]
    common = np.stack([np.broadcast_to(each, 64 * acts.shape[1]) for each in environment])
    profile = plan.profile[:n]
    numbers = np.stack([plan.ladder_row, plan.factor[profile], profile], axis=1)
    terms = np.concatenate([plan.loadings[profile], plan.limits[profile]], axis=1)
    constants = np.array([plan.dependence, plan.rounds, plan.near, levels])
    memory = np.zeros((64, levels + 1), dtype=np.int64), np.empty((64 * n + 1, 3), dtype=np.int32)
    lane = np.empty((2, 64), dtype=np.uint64), np.empty(64)
    # Filled up to a power of two, as bisection without branches wants it.
    ladder = np.full((len(plan.ladder), 1 << levels.bit_length()), np.inf)
    ladder[:, :levels] = plan.ladder
    tables = ladder, tail_table(), quantile_table()
    _cascade(np.uint64(key), constants, acts, *others, common, numbers, terms, *tables, *memory, *lane)


@compiled
def _cascade(
    key,
    constants,
    acts,
    early,
    ever,
    seen,
    common,
    numbers,
    terms,
    ladder,
    tails,
    quantiles,
    visible,
    pairs,
    lane,
    shift,
):
    kind, rounds, near, levels = constants
    width = ladder.shape[1] >> 1
    narrow = min(width, 16)
    for j in range(acts.shape[1]):
        visible[:, : near + 1] = 0
        for i in range(len(acts)):
            _count_beginners(acts[i, j] & seen[i, j], visible)
        found, later, first, last, unsettled = 0, False, 1, near, ~U0
        while unsettled != U0:
            profile, known = -1, U0
            for i in range(len(acts)):
                word = (ever[i, j] & ~early[i, j] if later else early[i, j] & ~acts[i, j]) & unsettled
                if word == U0:
                    continue
                row = numbers[i, 0]
                if numbers[i, 2] != profile:
                    profile, known = numbers[i, 2], U0
                wanted = word & ~known
                if kind != INDEPENDENT and wanted != U0:
                    _limits(kind, key, i, j, wanted, later, common, numbers, terms, tails, quantiles, lane, shift)
                    known |= wanted
                while word != U0:
                    low = word & (U0 - word)
                    e = np.int64(ones(low - U1))
                    random = keyed(key, (np.uint64(PLACE + i) << U32) + np.uint64(64 * j + e))
                    if kind == INDEPENDENT:
                        share = ladder[row, near]
                        at = share + (1.0 - share) * unit(random) if later else share * unit(random)
                    else:
                        random = lane[_LOW, e] + high_product(random, lane[_WIDTH, e])
                        at = _position(kind, random, shift[e], terms[i, 2], common[1, 64 * j + e], quantiles)
                    if not later or _between(ladder, row, at, first, last, near, levels):
                        place = min(max(_first_above(ladder, row, at, width if later else narrow), first), last)
                        visible[e, place] += (seen[i, j] & low) != U0
                        pairs[found, 0], pairs[found, 1], pairs[found, 2] = i, e, place
                        found += place < levels
                    word ^= low
            unsettled = _settle(visible, last, rounds, unsettled, levels)
            later, first, last = True, last + 1, min(_FAR, levels) if last < _FAR else levels
        _join(acts, j, pairs, found, visible, levels)


@inlined
def _between(ladder, row, position, first, last, near, levels):
    """Say whether the threshold of one who joins later lies from `first` to `last`."""
    return (first == near + 1 or position >= ladder[row, first - 1]) and (
        last == levels or position < ladder[row, last]
    )


@inlined
def _count_beginners(word, visible):
    while word != U0:
        low = word & (U0 - word)
        visible[np.int64(ones(low - U1)), 0] += 1
        word ^= low


@inlined
def _join(acts, j, pairs, found, visible, levels):
    """Let those join whose thresholds the last level of their election reaches."""
    for k in range(found):
        if pairs[k, 2] <= visible[pairs[k, 1], levels]:
            acts[pairs[k, 0], j] |= U1 << np.uint64(pairs[k, 1])


@inlined
def _settle(visible, known, rounds, unsettled, levels):
    """Find the last level of each election, kept beside its counts; return those that pass the levels known."""
    further = U0
    for e in range(64):
        if (unsettled >> np.uint64(e)) & U1:
            level = _last_level(visible, e, known, rounds, levels)
            if level < 0:
                further |= U1 << np.uint64(e)
                visible[e, known + 1 :] = 0
            else:
                visible[e, levels] = level
    return further


@inlined
def _last_level(visible, e, known, rounds, levels):
    """Follow the rounds of one election; `visible` counts the electors seen by threshold. -1: beyond what is known."""
    level, summed, total, done = 0, 0, visible[e, 0], 0
    while done != rounds:
        reached = min(total, levels - 1)
        done += 1
        if reached == level:
            break
        if reached > known:
            return -1
        level = reached
        while summed < level:
            summed += 1
            total += visible[e, summed]
    return level


@inlined
def _first_above(ladder, row, position, step):
    """Return the first entry of a row, from the second on and below 2 `step`, that is above a position."""
    found = 0
    while step:
        found += step * (ladder[row, found + step] <= position)
        step >>= 1
    return found + 1


@compiled
def _limits(kind, key, i, j, wanted, later, common, numbers, terms, tails, quantiles, lane, shift):
    """Find, in the wanted elections of a lane, the two limits between which the electors of a profile join."""
    a, b, sharp = terms[i, 0], terms[i, 1], terms[i, 2]
    start, end = terms[i, 4 if later else 3], terms[i, 5 if later else 4]
    while wanted != U0:
        bit = wanted & (U0 - wanted)
        e = np.int64(ones(bit - U1))
        place = 64 * j + e
        if kind == FACTORS:
            y = 0.0
            if numbers[i, 1] >= 0:
                y = normal(keyed(key, (np.uint64(GROUP + numbers[i, 1]) << U32) + np.uint64(place)), quantiles)
            shift[e] = a * common[0, place] + b * y
            low = normal_threshold((shift[e] - start * common[1, place]) * sharp, tails)
            high = normal_threshold((shift[e] - end * common[1, place]) * sharp, tails)
        else:
            shift[e] = common[0, place]
            low, high = odds_threshold(start, common[0, place]), odds_threshold(end, common[0, place])
        lane[_LOW, e], lane[_WIDTH, e] = low, high - low
        wanted ^= bit


@inlined
def _position(kind, random, shift, sharp, scale, quantiles):
    """Return what the levels are compared with, from a random number between two limits."""
    if kind == FACTORS:
        return (normal(random, quantiles) / sharp - shift) / scale
    share = unit(random)
    return share / (1.0 - share) / shift
