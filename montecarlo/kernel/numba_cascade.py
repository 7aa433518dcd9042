"""The cascade in numba, a lane of 64 elections at a time.

In most elections nobody's threshold is as low as the number of those who begin: one comparison for each of those who
would join soon says so. Only in the others they are placed, and those who join later only in the elections that get so
far. Each step has a short loop of its own over the pairs of elector and election, which leaves the processor little to
guess.
"""

from __future__ import annotations

import numpy as np

from montecarlo.kernel.linked_plan import FACTORS, GROUP, INDEPENDENT, PLACE, LinkedPlan
from montecarlo.kernel.normal import Floats, quantile_table, tail_table
from montecarlo.kernel.numba_operations import totals
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
from montecarlo.kernel.plan import ALWAYS
from montecarlo.kernel.streams import Words

_FAR = 64
"""Thresholds above this one are told apart only in the elections that get there."""


def cascade(
    plan: LinkedPlan, key: int, acts: Words, others: tuple[Words, Words, Words], environment: tuple[Floats, Floats]
) -> None:
    """Let others join: their bits are added to `acts` where their thresholds are reached; see `numpy_cascade`."""
    if plan.rounds == 0:
        return
    n, levels = len(acts), plan.ladder.shape[1]
    begun = totals(acts if plan.seen.kind[0] == ALWAYS else acts & others[2], np.ones(n, dtype=np.int64))
    profile = plan.profile[:n]
    terms = np.concatenate([plan.loadings[profile], plan.limits[profile]], axis=1)
    constants = plan.dependence, plan.rounds, plan.near, levels
    # Filled up to a power of two, as bisection without branches wants it.
    ladder = np.full((len(plan.ladder), 1 << levels.bit_length()), np.inf)
    ladder[:, :levels] = plan.ladder
    # What a position must be below to be reached by so many, or by all who join soon.
    reach = plan.ladder[:, : plan.near + 1].copy()
    reach[:, plan.near] = np.inf
    most = 128 * n + 2  # the pairs kept, and those listed next
    who, where, place = np.empty((3, most), dtype=np.int32)
    linked = plan.factor[profile], profile, terms, *environment, tail_table(), quantile_table()
    between = *np.empty((2, 64), dtype=np.uint64), np.empty(64)
    counts = np.empty((64, levels + 1), dtype=np.int64), np.empty(64, dtype=np.int64)
    pairs, tables = (who, where, place, np.empty(most)), (plan.ladder_row, ladder, reach)
    _cascade(np.uint64(key), constants, (acts, *others), begun, tables, (linked, between), pairs, counts)


@compiled
def _cascade(key, constants, masks, begun, tables, linked, pairs, counts):
    # Arrays are taken from tuples here, once, as counting the references to them costs more than a lane.
    kind, rounds, near, levels = constants
    acts, early, ever, seen = masks
    rows, ladder, reach = tables
    who, where, place, position = pairs
    visible, level = counts
    for j in range(acts.shape[1]):
        level[:] = begun[64 * j : 64 * j + 64]
        listed = _list(0, _above(level, 0), early, acts, j, who, where)
        _positions(0, listed, False, key, j, kind, near, rows, ladder, linked, who, where, position)
        unsettled = _moved(listed, near, rows, reach, who, where, position, level) | _above(level, near)
        _begin(visible, level, unsettled, near)
        found, later, first, last = 0, False, 1, near
        while unsettled != U0:
            start = found
            if later:
                listed = _list(start, unsettled, ever, early, j, who, where)
                _positions(start, listed, True, key, j, kind, near, rows, ladder, linked, who, where, position)
            # Positions below all who join soon, or later, have the lowest threshold there; above all, the highest.
            low, high = first - 1 if first > near + 1 else -1, last if later and last < levels else -1
            found = _keep(start, listed, unsettled, low, high, rows, ladder, who, where, position)
            _place(start, found, first, last, j, rows, ladder, seen, who, where, place, position, visible)
            unsettled = _settle(visible, level, last, rounds, unsettled)
            later, first, last = True, last + 1, min(_FAR, levels) if last < _FAR else levels
        _join(acts, j, found, who, where, place, level)


@inlined
def _above(counts, least):
    """Return the elections with a count above `least`."""
    mask = U0
    for e in range(64):
        mask |= np.uint64(counts[e] > least) << np.uint64(e)
    return mask


@compiled
def _list(listed, wanted, yes, no, j, who, where):
    """List, after those listed, the pairs of electors in one mask and not in the other, in the wanted elections."""
    for i in range(len(yes)):
        word = yes[i, j] & ~no[i, j] & wanted
        at, listed = listed, listed + np.int64(ones(word))
        while True:
            # Two at once, whether there are so many or not: then the processor seldom guesses wrongly.
            for k in range(at, at + 2):
                low = word & (U0 - word)
                who[k], where[k] = i, ones(low - U1)
                word ^= low
            at += 2
            if word == U0:
                break
    return listed


@compiled
def _positions(start, listed, later, key, j, kind, near, rows, ladder, linked, who, where, position):
    """Find what the levels are compared with, of the pairs listed from `start` on: random places between two limits."""
    if kind != INDEPENDENT:
        _linked_positions(start, listed, later, key, j, kind, linked, who, where, position)
        return
    base = (np.uint64(PLACE) << U32) + np.uint64(64 * j)
    for k in range(start, listed):
        share = ladder[rows[who[k]], near]
        random = unit(keyed(key, base + (np.uint64(who[k]) << U32) + np.uint64(where[k])))
        position[k] = share + (1.0 - share) * random if later else share * random


@compiled
def _linked_positions(start, listed, later, key, j, kind, linked, who, where, position):
    """Do the same in a common environment, whose limits are found once for the electors of a profile."""
    factors, profiles, terms, common, scale, tails, quantiles = linked[0]
    low, width, shift = linked[1]
    profile, known = -1, U0
    for k in range(start, listed):
        i, e = who[k], where[k]
        election = np.uint64(64 * j + e)
        if profiles[i] != profile:
            profile, known = profiles[i], U0
        if (known >> np.uint64(e)) & U1 == U0:
            known |= U1 << np.uint64(e)
            y = 0.0
            if factors[i] >= 0:
                y = normal(keyed(key, (np.uint64(GROUP + factors[i]) << U32) + election), quantiles)
            low[e], high, shift[e] = _limits(kind, later, terms[i], common[election], scale[election], y, tails)
            width[e] = high - low[e]
        random = low[e] + high_product(keyed(key, (np.uint64(PLACE + i) << U32) + election), width[e])
        if kind == FACTORS:
            position[k] = (normal(random, quantiles) / terms[i, 2] - shift[e]) / scale[election]
        else:
            share = unit(random)
            position[k] = share / (1.0 - share) / shift[e]


@inlined
def _limits(kind, later, terms, z, scale, y, tails):
    """Return the two limits between which the electors of a profile join, and the factors' sum, or the odds."""
    start, end = terms[4 if later else 3], terms[5 if later else 4]
    if kind == FACTORS:
        shift = terms[0] * z + terms[1] * y
        low = normal_threshold((shift - start * scale) * terms[2], tails)
        high = normal_threshold((shift - end * scale) * terms[2], tails)
        return low, high, shift
    return odds_threshold(start, z), odds_threshold(end, z), z


@compiled
def _moved(listed, near, rows, reach, who, where, position, level):
    """Return the elections in which those who begin are enough for anybody listed."""
    moved = U0
    for k in range(listed):
        e = where[k]
        moved |= np.uint64(position[k] < reach[rows[who[k]], min(level[e], near)]) << np.uint64(e)
    return moved


@inlined
def _begin(visible, level, unsettled, near):
    """Start the counts by threshold with those who begin; where nobody follows them, the level stays 0."""
    for e in range(64):
        if (unsettled >> np.uint64(e)) & U1:
            visible[e, 0], visible[e, 1 : near + 1] = level[e], 0
        level[e] = 0


@compiled
def _keep(found, listed, unsettled, low, high, rows, ladder, who, where, position):
    """Keep the pairs, from `found` on, of unsettled elections with positions between two levels; -1 means any."""
    for k in range(found, listed):
        i, e, at = who[k], where[k], position[k]
        keep = (unsettled >> np.uint64(e)) & U1
        if low >= 0:
            keep &= np.uint64(at >= ladder[rows[i], low])
        if high >= 0:
            keep &= np.uint64(at < ladder[rows[i], high])
        who[found], where[found], position[found] = i, e, at
        found += np.int64(keep)
    return found


@compiled
def _place(start, found, first, last, j, rows, ladder, seen, who, where, place, position, visible):
    """Find the thresholds of the pairs kept; count those who are seen, beyond the last level too, which means never."""
    width = ladder.shape[1] >> 1 if first > 1 else min(ladder.shape[1] >> 1, 16)
    for k in range(start, found):
        i, e = who[k], where[k]
        threshold = min(max(_first_above(ladder, rows[i], position[k], width), first), last)
        visible[e, threshold] += np.int64((seen[i, j] >> np.uint64(e)) & U1)
        place[k] = threshold


@inlined
def _first_above(ladder, row, position, step):
    """Return the first entry of a row, from the second on and below 2 `step`, that is above a position."""
    found = 0
    while step:
        found += step * (ladder[row, found + step] <= position)
        step >>= 1
    return found + 1


@inlined
def _settle(visible, level, known, rounds, unsettled):
    """Find the last level of each election; return those that pass the levels known."""
    further = U0
    for e in range(64):
        if (unsettled >> np.uint64(e)) & U1:
            level[e] = _last_level(visible, e, known, rounds)
            if level[e] < 0:
                further |= U1 << np.uint64(e)
                visible[e, known + 1 :] = 0
    return further


@inlined
def _last_level(visible, e, known, rounds):
    """Follow the rounds of one election; `visible` counts the electors seen by threshold. -1: beyond what is known."""
    level, summed, total, done = 0, 0, visible[e, 0], 0
    while done != rounds:
        reached = min(total, visible.shape[1] - 2)
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


@compiled
def _join(acts, j, found, who, where, place, level):
    """Let those join whose thresholds the last level of their election reaches."""
    for k in range(found):
        if place[k] <= level[where[k]]:
            acts[who[k], j] |= U1 << np.uint64(where[k])
