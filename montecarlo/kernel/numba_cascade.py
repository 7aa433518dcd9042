"""The cascade in numba, a tile of lanes at a time.

In most elections nobody's threshold is as low as the number of those who begin: one comparison for each of those who
would join soon says so. Only in the others they are placed, and those who join later only in the elections that get so
far. Each step has a short loop of its own over the pairs of elector and election, which leaves the processor little to
guess.
"""

from __future__ import annotations

import numpy as np

from montecarlo.kernel.linked_plan import FACTORS, FAR, GROUP, INDEPENDENT, PLACE, LinkedPlan
from montecarlo.kernel.normal import Floats, quantile_table, tail_table
from montecarlo.kernel.numba_operations import totals
from montecarlo.kernel.numba_primitives import (
    ALL,
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
from montecarlo.kernel.numpy_cascade import shares
from montecarlo.kernel.streams import Words

_TILE, _PAIRS = 64, 8192
"""Most lanes looked at together, and about as many pairs of those who would join soon."""


def cascade(
    plan: LinkedPlan, key: int, acts: Words, others: tuple[Words, Words], environment: tuple[Floats, Floats]
) -> None:
    """Let others join: their bits are added to `acts` where their thresholds are reached; see `numpy_cascade`."""
    if plan.rounds == 0:
        return
    n, profile = len(acts), plan.profile[: len(acts)]
    begun = totals(acts if plan.all_seen else acts & others[1], np.ones(n, dtype=np.int64))
    # No level is higher than the number of electors.
    levels = min(plan.ladder.shape[1], max(n, plan.near) + 1)
    # Filled up to a power of two, as bisection without branches wants it.
    ladder = np.full((len(plan.ladder), 1 << levels.bit_length()), np.inf)
    ladder[:, :levels] = plan.ladder[:, :levels]
    # What a position must be below to be reached by so many, or by all who join soon.
    reach = plan.ladder[:, : plan.near + 1].copy()
    reach[:, plan.near] = np.inf
    terms = np.concatenate([plan.loadings[profile], plan.limits[profile]], axis=1)
    linked = plan.factor[profile], profile, terms, *environment, tail_table(), quantile_table()
    fixed = [shares(plan, np.arange(n), later=later) for later in (False, True)]
    constants = plan.dependence, plan.rounds, plan.near, levels, plan.all_seen
    tables = plan.ladder_row, ladder, reach
    _cascade(np.uint64(key), constants, (acts, *others), begun, tables, (*fixed, _closer(plan, fixed[1]), linked))


def _closer(plan: LinkedPlan, later: tuple[Words, Words, Floats, Floats]) -> Words:
    """Return what the offset of an independent elector must be below for a threshold up to FAR; a little more."""
    _, width, start, rise = later
    if plan.dependence != INDEPENDENT or plan.ladder.shape[1] <= FAR:
        return width
    # A little more, as positions are rounded.
    offset = (plan.ladder[plan.ladder_row, FAR] - start + 2.0**-50) / np.where(rise > 0, rise, 1.0) * (1 + 1e-9)
    fits = offset < 1.8e19
    return np.where(fits, np.minimum(np.where(fits, offset, 0.0).astype(np.uint64) + U1, width), width)


@compiled
def _cascade(key, constants, masks, begun, tables, between):
    kind, _, near, levels, _ = constants
    acts, early, _ = masks
    n, most = len(acts), 64 * _TILE
    room, longer = n * most + n, max(n, most)
    # As long as may ever be needed; what is never touched takes no memory.
    pairs = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
    level, moving, opened = np.empty(most, np.int32), np.empty(most, np.uint8), np.empty(most, np.int32)
    soon, visible = np.empty((near + 1, most), np.int32), np.empty(levels + 1, np.int32)
    limits = np.empty(longer, np.uint64), np.empty(longer, np.uint64), np.empty(longer), np.empty(n, np.uint64)
    lane, lanes = 0, 1
    while lane < acts.shape[1]:
        here = level[: 64 * lanes]
        here[:] = begun[64 * lane : 64 * (lane + lanes)]
        listed = _list_soon(acts, early, lane, here, pairs)
        _soon_positions(listed, key, kind, lane, between, limits, pairs)
        left = _open(listed, near, tables, pairs, here, soon, moving, opened)
        found = _keep(0, listed, 1, near, moving, constants, tables, pairs)
        _place(0, found, 1, near, tables, pairs)
        _count_soon(found, lane, constants, masks, pairs, soon)
        for e in opened[:left]:
            visible[: near + 1] = soon[:, e]
            level[e] = _last_level(visible, near, constants)
            if level[e] < 0:
                _follow(found, key, (lane, e), constants, masks, tables, between, limits, pairs, moving, visible, level)
        _join(acts, lane, 0, found, pairs, level)
        lane += lanes
        lanes = min(max(_PAIRS * lanes // (listed + 1), 1), _TILE, acts.shape[1] - lane)


@compiled
def _follow(start, key, place, constants, masks, tables, between, limits, pairs, moving, visible, level):
    """Let electors join later in an election that passes those who join soon.

    At first up to FAR only, if that is likely to do, and quicker.
    """
    kind, _, near, levels, _ = constants
    lane, e = place
    known, found, reached = near, start, -level[e]
    while level[e] < 0:
        closely = kind == INDEPENDENT and known < FAR < levels and reached <= FAR // 2
        first, last = known + 1, FAR if closely else levels
        listed = _list_later(found, closely, key, place, kind, masks[1], between, limits, pairs)
        kept = _keep(found, listed, first, last, moving, constants, tables, pairs)
        _place(found, kept, first, last, tables, pairs)
        visible[first : last + 1] = 0
        _count_later(found, kept, place, constants, masks, pairs, visible)
        level[e] = _last_level(visible, last, constants)
        known, found = last, kept
    _join(masks[0], lane, start, found, pairs, level)


@compiled
def _list_soon(acts, early, lane, begun, pairs):
    """List the pairs of elector and election of the tile who would join soon, where somebody begins."""
    wanted = np.zeros(_TILE, dtype=np.uint64)
    for e in range(len(begun)):
        wanted[e >> 6] |= np.uint64(begun[e] > 0) << np.uint64(e & 63)
    who, where, _, _ = pairs
    listed = 0
    for i in range(len(acts)):
        for k in range(len(begun) >> 6):
            word = early[i, lane + k] & ~acts[i, lane + k] & wanted[k]
            while word != U0:
                low = word & (U0 - word)
                who[listed], where[listed] = i, 64 * k + np.int64(ones(low - U1))
                listed += 1
                word ^= low
    return listed


@compiled
def _soon_positions(listed, key, kind, lane, between, limits, pairs):
    """Find what the levels are compared with, of the pairs listed: random places between two limits."""
    who, where, _, position = pairs
    _, width, shift, scale = between[0]
    if kind == INDEPENDENT:
        for k in range(listed):
            i = who[k]
            offset = high_product(_word(key, i, lane, where[k]), width[i])
            position[k] = shift[i] + scale[i] * np.float64(offset)
        return
    # In a common environment the limits are found once for the electors of a profile.
    _, profiles, terms, _, scale, _, quantiles = between[3]
    low, width, shift, _ = limits
    known = np.full(64 * _TILE, -1)
    for k in range(listed):
        i, e = who[k], where[k]
        if known[e] != profiles[i]:
            known[e] = profiles[i]
            low[e], width[e], shift[e] = _limits(key, kind, 3, i, 64 * lane + e, between[3])
        offset = high_product(_word(key, i, lane, e), width[e])
        position[k] = _position(kind, low[e] + offset, terms[i, 2], shift[e], scale[64 * lane + e], quantiles)


@compiled
def _list_later(start, closely, key, place, kind, early, between, limits, pairs):
    """List, from `start` on, the electors who would join later in an election, with their positions."""
    lane, e = place
    who, where, _, position = pairs
    _, profiles, terms, _, scale, _, quantiles = between[3]
    low, width, shift, offset = limits
    fixed_low, fixed_width, share, rise = between[1]
    n, kept, election = len(early), start, 64 * lane + e
    if kind == INDEPENDENT:
        low, width = fixed_low, between[2] if closely else fixed_width
    else:
        for i in range(n):
            if i and profiles[i] == profiles[i - 1]:
                low[i], width[i], shift[i] = low[i - 1], width[i - 1], shift[i - 1]
            else:
                low[i], width[i], shift[i] = _limits(key, kind, 4, i, election, between[3])
    for i in range(n):
        offset[i] = high_product(_word(key, i, lane, e), ALL - low[i])
    listed = kept
    for i in range(n):
        who[listed] = i
        listed += np.int64(offset[i] < width[i])
    column, bit = lane + (e >> 6), np.uint64(e & 63)
    for k in range(kept, listed):
        i = who[k]
        who[kept], where[kept] = i, e
        if kind == INDEPENDENT:
            position[kept] = share[i] + rise[i] * np.float64(offset[i])
        else:
            position[kept] = _position(kind, low[i] + offset[i], terms[i, 2], shift[i], scale[election], quantiles)
        kept += np.int64(~(early[i, column] >> bit) & U1)
    return kept


@inlined
def _word(key, i, lane, e):
    """Return the word that places elector i in election e of the tile."""
    return keyed(key, (np.uint64(PLACE + i) << U32) + np.uint64(64 * lane + e))


@compiled
def _limits(key, kind, which, i, election, linked):
    """Return the lower limit of an elector, what lies between it and the next, and the factors' sum, or the odds."""
    factors, _, terms, common, scale, tails, quantiles = linked
    z = common[election]
    if kind == FACTORS:
        y = 0.0
        if factors[i] >= 0:
            y = normal(keyed(key, (np.uint64(GROUP + factors[i]) << U32) + np.uint64(election)), quantiles)
        shift = terms[i, 0] * z + terms[i, 1] * y
        low = normal_threshold((shift - terms[i, which] * scale[election]) * terms[i, 2], tails)
        high = normal_threshold((shift - terms[i, which + 1] * scale[election]) * terms[i, 2], tails)
        return low, high - low, shift
    low, high = _odds_limit(terms[i, which], z), _odds_limit(terms[i, which + 1], z)
    return low, high - low, z


@inlined
def _odds_limit(limit, odds):
    """Return the chance of a limit as a threshold; who would join surely does so whatever the odds."""
    return odds_threshold(limit, odds) if limit < 1e300 else ALL


@inlined
def _position(kind, random, sharp, shift, scale, quantiles):
    """Translate a random number into what the levels are compared with in a common environment."""
    if kind == FACTORS:
        return (normal(random, quantiles) / sharp - shift) / scale
    share = unit(random)
    return share / (1.0 - share) / shift


@compiled
def _open(listed, near, tables, pairs, begun, soon, moving, opened):
    """List the elections in which those who begin are enough for anybody listed, or more than join soon can say.

    Their counts by threshold start with those who begin.
    """
    rows, _, reach = tables
    who, where, _, position = pairs
    for e in range(len(begun)):
        moving[e] = begun[e] > near
    for k in range(listed):
        e = where[k]
        moving[e] |= position[k] < reach[rows[who[k]], min(begun[e], near)]
    left = 0
    for e in range(len(begun)):
        opened[left] = e
        left += moving[e]
    soon[0, : len(begun)] = begun
    soon[1:] = 0
    return left


@compiled
def _keep(found, listed, first, last, moving, constants, tables, pairs):
    """Keep the pairs, from `found` on, of elections that move with thresholds from the first level to the last."""
    _, _, near, levels, _ = constants
    rows, ladder, _ = tables
    who, where, _, position = pairs
    for k in range(found, listed):
        i, e, at = who[k], where[k], position[k]
        # Positions below all who join soon, or later, have the lowest threshold there; above all, the highest.
        keep = moving[e] & ((first <= near + 1) | (at >= ladder[rows[i], first - 1]))
        keep &= (last == near) | (last == levels) | (at < ladder[rows[i], last])
        who[found], where[found], position[found] = i, e, at
        found += np.int64(keep)
    return found


@compiled
def _place(start, found, first, last, tables, pairs):
    """Find the thresholds of the pairs kept; one more than the last level means never."""
    rows, ladder, _ = tables
    who, _, place, position = pairs
    width = 1
    while 2 * width <= last:
        width *= 2
    for k in range(start, found):
        place[k] = min(max(_first_above(ladder, rows[who[k]], position[k], width), first), last)


@compiled
def _count_soon(found, lane, constants, masks, pairs, soon):
    """Count those who are seen, by threshold and election."""
    all_seen, seen = constants[4], masks[2]
    who, where, place, _ = pairs
    for k in range(found):
        e = where[k]
        soon[place[k], e] += all_seen or (seen[who[k], lane + (e >> 6)] >> np.uint64(e & 63)) & U1 != U0


@compiled
def _count_later(start, found, place, constants, masks, pairs, visible):
    """Count those who are seen in one election by threshold, beyond the last level too, which means never."""
    all_seen, seen = constants[4], masks[2]
    who, _, threshold, _ = pairs
    lane, e = place
    for k in range(start, found):
        visible[threshold[k]] += all_seen or (seen[who[k], lane + (e >> 6)] >> np.uint64(e & 63)) & U1 != U0


@inlined
def _first_above(ladder, row, position, step):
    """Return the first entry of a row, from the second on and below 2 `step`, that is above a position."""
    found = 0
    while step:
        found += step * (ladder[row, found + step] <= position)
        step >>= 1
    return found + 1


@compiled
def _last_level(visible, known, constants):
    """Follow the rounds; `visible` counts the electors seen by threshold. Negative: beyond the thresholds known."""
    rounds = constants[1]
    level, summed, total, done = 0, 0, visible[0], 0
    while done != rounds:
        reached = min(total, len(visible) - 2)
        done += 1
        if reached == level:
            break
        if reached > known:
            return -reached
        level = reached
        while summed < level:
            summed += 1
            total += visible[summed]
    return level


@compiled
def _join(acts, lane, start, found, pairs, level):
    """Let those join whose thresholds the last level of their election reaches."""
    who, where, place, _ = pairs
    for k in range(start, found):
        e = where[k]
        if place[k] <= level[e]:
            acts[who[k], lane + (e >> 6)] |= U1 << np.uint64(e & 63)
