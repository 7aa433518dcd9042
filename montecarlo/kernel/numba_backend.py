"""The kernel in numba: a tile of 64 lanes travels through all electors while it stays in the first-level cache.

Loops over the lanes of a tile carry no branch, so that the compiler turns them into vector instructions; work lists are
filled without a branch too (store, then advance by a truth value). The words consumed and the tallies are those of the
NumPy backend, bit for bit.
"""

from __future__ import annotations

import numpy as np

from montecarlo.estimates import Tally
from montecarlo.kernel.numba_primitives import ALL, U0, U1, U32, compiled, high_product, inlined, keyed, ones
from montecarlo.kernel.plan import BITS, Plan
from montecarlo.kernel.streams import block_words

TILE = 64

_BITS = np.uint64(BITS)
_NEVER, _ALWAYS, _DENSE, _RARE = range(4)

# Rows of a tile's memory `t`, (rows, TILE) uint64: the words of each lane's generator, the elections asked for, the
# masks of the moment, a pile of up to 8 attempts that wait to be added, and the planes: row _PLANES + k is bit k of the
# totals.
_VALID, _RULING, _CANCEL, _WORD, _PILE = map(np.int64, range(4, 9))
_PLANES = np.int64(_PILE + 8)
# Columns of `walks`, a row a coin, int64: where a rare coin's walk stands (an election of the block), the steps it has
# taken, where its next success stands among those found, where these end, and the successes found, up to _AHEAD of
# them.
_AT, _STEP, _NEXT, _END, _FOUND = range(5)
_AHEAD = 8


def tally_blocks(plan: Plan, seed: int, stage: int, first: int, draws: int) -> Tally:
    """Run `draws` elections from the start of block `first` on and tally them.

    Raises
    ------
    ValueError
        If the seed is negative.
    """
    counts = np.zeros(plan.total_votes + 1, dtype=np.int64)
    attempted, effective = np.zeros((2, plan.groups), dtype=np.int64)
    coins = np.stack([plan.kind.astype(np.uint64), plan.threshold, plan.row.astype(np.uint64)], axis=1)
    walks = np.empty((len(plan.kind), _FOUND + _AHEAD + 1), dtype=np.int64)
    t = np.zeros((_PLANES + max(plan.planes, 4), TILE), dtype=np.uint64)
    work = np.zeros(TILE + 1, dtype=np.int64)
    tables = coins, plan.near, plan.far, plan.votes, plan.group
    for done in range(0, draws, plan.elections):
        elections = min(draws - done, plan.elections)
        start, key = block_words(seed, stage, first + done // plan.elections)
        _block(np.uint64(start), np.uint64(key), elections, *tables, walks, t, work, counts, attempted, effective)
    return Tally(draws=draws, counts=counts, attempted=attempted, effective=effective)


@compiled
def _block(start, key, elections, coins, near, far, votes, group, walks, t, work, counts, attempted, effective):
    """Tally one block, tile by tile; `counts`, `attempted` and `effective` are added to."""
    walks[:, _AT], walks[:, _STEP], walks[:, _NEXT], walks[:, _END] = -1, 0, _FOUND, _FOUND
    for first in range(0, -(-elections // 64), TILE):
        _start(start, first, elections - 64 * first, t)
        pile = 0
        _draw(coins, 0, key, first, t, work, _RULING)
        for i in range(len(votes)):
            cancellable = coins[1 + 2 * i, 0] != _NEVER
            if cancellable:
                _draw(coins, 1 + 2 * i, key, first, t, work, _CANCEL)
            if coins[2 + 2 * i, 0] == _RARE:
                lost, kept = _rare(i, first, elections, key, coins, near, far, votes[i], cancellable, walks, t)
                attempted[group[i]] += votes[i] * lost
                effective[group[i]] += votes[i] * kept
                continue
            mask = _PILE + pile
            _draw(coins, 2 + 2 * i, key, first, t, work, mask)
            ones = votes[i] * _count_ones(t, mask)
            attempted[group[i]] += ones
            if cancellable:
                for j in range(TILE):
                    t[mask, j] &= ~(t[_CANCEL, j] & t[_RULING, j])
                ones = votes[i] * _count_ones(t, mask)
            effective[group[i]] += ones
            if votes[i] > 1:
                _add_bloc(votes[i], t, mask)
                continue
            pile += 1
            if pile == 8:
                _add_pile(pile, t)
                pile = 0
        _add_pile(pile, t)
        _histogram(t, min(elections - 64 * first, 64 * TILE), counts)


@compiled
def _start(start, first, elections, t):
    """Fill the states of the lanes from `first` on; lanes and elections beyond those asked for never come up."""
    t[:] = U0
    for j in range(min(TILE, -(-elections // 64))):
        for k in range(4):
            t[k, j] = keyed(start, np.uint64(4 * (first + j) + k))
        left = elections - 64 * j
        t[_VALID, j] = ALL if left >= 64 else ALL >> np.uint64(64 - left)


@compiled
def _draw(coins, coin, key, first, t, work, mask):
    """Draw a coin that is not rare for the tile, into row `mask`."""
    kind = coins[coin, 0]
    if kind == _DENSE:
        _compare(coins[coin, 1], t, mask)
        _settle(coins[coin, 1] << _BITS, key, (np.uint64(coin) << U32) + np.uint64(64 * first), t, work, mask)
    else:
        always = U0 - np.uint64(kind == _ALWAYS)
        for j in range(TILE):
            t[mask, j] = t[_VALID, j] & always


@compiled
def _compare(threshold, t, mask):
    """Compare the first random bits of every election with the first bits of the threshold."""
    for j in range(TILE):
        a, b, c, d = t[0, j], t[1, j], t[2, j], t[3, j]
        less, same = U0, ALL
        for k in range(BITS):
            bit = U0 - ((threshold >> np.uint64(63 - k)) & U1)  # bit k of the threshold, spread over a word
            word = a + d
            word = ((word << np.uint64(23)) | (word >> np.uint64(41))) + a
            shifted = b << np.uint64(17)
            c, d = c ^ a, d ^ b
            a, b, c = a ^ d, b ^ c, c ^ shifted
            d = (d << np.uint64(45)) | (d >> np.uint64(19))
            differs = (word ^ bit) & same
            less |= differs & bit
            same ^= differs
        t[0, j], t[1, j], t[2, j], t[3, j] = a, b, c, d
        t[mask, j] = less & t[_VALID, j]
        t[_WORD, j] = same & t[_VALID, j]


@compiled
def _settle(rest, key, base, t, work, mask):
    """Elections that the comparison left open: the keyed word decides against the rest of the threshold."""
    left = 0
    for j in range(TILE):
        work[left] = j
        left += t[_WORD, j] != U0
    while left:
        again = 0
        for k in range(left):
            j = work[k]
            word = t[_WORD, j]
            low = word & (U0 - word)
            won = keyed(key, base + np.uint64(64 * j) + ones(low - U1)) < rest
            t[mask, j] |= low & (U0 - np.uint64(won))
            t[_WORD, j] = word ^ low
            work[again] = j
            again += word != low
        left = again


@compiled
def _count_ones(t, mask):
    total = U0
    for j in range(TILE):
        total += ones(t[mask, j])
    return np.int64(total)


@inlined
def _rare(elector, first, elections, key, coins, near, far, votes, cancellable, walks, t):
    """Follow an elector's walk through the tile; return how many defections were attempted, and how many effective."""
    coin, end = 2 + 2 * elector, min(64 * (first + TILE), elections)
    attempted = effective = 0
    found, last = walks[coin, _NEXT], walks[coin, _END]
    while True:
        if found == last:
            if walks[coin, _AT] >= elections:
                break
            _walk(coin, elections, key, coins, near, far, walks)
            found, last = _FOUND, walks[coin, _END]
        elif walks[coin, found] < end:
            attempted += 1
            effective += _add_one(walks[coin, found] - 64 * first, votes, cancellable, t)
            found += 1
        else:
            break
    walks[coin, _NEXT] = found
    return attempted, effective


@compiled
def _walk(coin, elections, key, coins, near, far, walks):
    """Find the next successes of a rare coin, or pass the end of the block.

    Several steps at a time, as no step's words depend on another's: so the processor works on all of them at once.
    """
    row, election, step = coins[coin, 2], walks[coin, _AT], walks[coin, _STEP]
    base, most, some = np.uint64(coin) << U32, far[row, 63], near[row, 63]
    end = _FOUND
    for k in range(step, step + _AHEAD):
        word = keyed(key, base + np.uint64(2 * k))
        part = high_product(keyed(key, base + np.uint64(2 * k + 1)), some)
        hit = word < most
        gap = 64 * _not_above(far, row, word) + 1 + _not_above(near, row, part)
        election += gap if hit else 4096
        walks[coin, end] = election
        end += hit
    walks[coin, _AT], walks[coin, _STEP], walks[coin, _END] = election, step + _AHEAD, end


@compiled
def _not_above(table, row, word):
    """Count the entries that are not above `word`, by bisection; the last of the 64 must be above."""
    low = 0
    for step in (32, 16, 8, 4, 2, 1):
        low += step * (table[row, low + step - 1] <= word)
    return low


@inlined
def _add_one(election, votes, cancellable, t):
    """Add `votes` to one election of the tile; return 0 if the attempt is cancelled, else 1."""
    j, carry = election >> 6, U1 << np.uint64(election & 63)
    if cancellable and t[_CANCEL, j] & t[_RULING, j] & carry:
        return 0
    weight = _PLANES
    while votes:
        carry, plane = (U1 << np.uint64(election & 63)) * np.uint64(votes & 1), weight
        while carry:
            t[plane, j], carry = t[plane, j] ^ carry, t[plane, j] & carry
            plane += 1
        votes >>= 1
        weight += 1
    return 1


@compiled
def _add_bloc(votes, t, mask):
    """Add `votes` at their bits to the totals of the elections of row `mask`, carries rippling on."""
    weight = _PLANES
    while votes:
        if votes & 1:
            for j in range(TILE):
                t[_WORD, j] = t[mask, j]
            _ripple(t, weight)
        votes >>= 1
        weight += 1


@compiled
def _ripple(t, plane):
    """Add the words of row `_WORD` to a plane, and what is carried to the planes above."""
    carried = U1
    while carried:
        carried = U0
        for j in range(TILE):
            both = t[plane, j] & t[_WORD, j]
            t[plane, j] ^= t[_WORD, j]
            t[_WORD, j] = both
            carried |= both
        plane += 1


@compiled
def _add_pile(pile, t):
    """Add the first `pile` of up to 8 words of weight 1 by carry-save addition, then let the carry ripple on."""
    t[_PILE + pile : _PLANES] = U0
    for j in range(TILE):
        one, c1 = _full_add(t[_PLANES, j], t[_PILE, j], t[_PILE + 1, j])
        one, c2 = _full_add(one, t[_PILE + 2, j], t[_PILE + 3, j])
        one, c3 = _full_add(one, t[_PILE + 4, j], t[_PILE + 5, j])
        one, c4 = _full_add(one, t[_PILE + 6, j], t[_PILE + 7, j])
        two, c1 = _full_add(t[_PLANES + 1, j], c1, c2)
        two, c2 = _full_add(two, c3, c4)
        four, eight = _full_add(t[_PLANES + 2, j], c1, c2)
        t[_PLANES, j], t[_PLANES + 1, j], t[_PLANES + 2, j], t[_WORD, j] = one, two, four, eight
    _ripple(t, _PLANES + 3)


@compiled
def _full_add(a, b, c):
    return a ^ b ^ c, (a & b) | ((a ^ b) & c)


@compiled
def _histogram(t, elections, counts):
    """Count elections by their total: 8 bits of 8 planes become 8 bytes, the totals of 8 elections."""
    total = np.empty(64, dtype=np.int64)
    low_bits = np.uint64(0x0101010101010101)
    for j in range(-(-elections // 64)):
        total[:] = 0
        for first in range(_PLANES, t.shape[0], 8):
            for byte in range(8):
                sums = U0
                for plane in range(first, min(first + 8, t.shape[0])):
                    if t[plane, j] == U0:
                        continue
                    bits = (t[plane, j] >> np.uint64(8 * byte)) & np.uint64(255)
                    apart = (bits * low_bits) & np.uint64(0x8040201008040201)
                    apart = ((apart + np.uint64(0x7F7F7F7F7F7F7F7F)) >> np.uint64(7)) & low_bits
                    sums |= apart << np.uint64(plane - first)
                for e in range(8):
                    total[8 * byte + e] += np.int64((sums >> np.uint64(8 * e)) & np.uint64(255)) << (first - _PLANES)
        for e in range(min(64, elections - 64 * j)):
            counts[total[e]] += 1
