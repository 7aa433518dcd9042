"""Elections whose electors are linked: what happens in one, block by block, whatever the backend.

The environment (factors, odds, the ruling) comes first, then who acts and who is ready, then what that moves, then the
law, then where votes go. The operations that cost time stand in `numpy_operations` and `numba_operations`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import count
from operator import add
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from montecarlo.estimates import Tally
from montecarlo.kernel.common_odds import draw_odds
from montecarlo.kernel.linked_plan import (
    CASCADE,
    CHI_SQUARE,
    COMMON,
    GROUP,
    INDEPENDENT,
    NATIONAL,
    ODDS,
    PLEDGE,
    ROUTE,
    LinkedPlan,
)
from montecarlo.kernel.normal import Floats
from montecarlo.kernel.plan import ALWAYS
from montecarlo.kernel.streams import Words, block_words, lane_states

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def tally_blocks(plan: LinkedPlan, seed: int, stage: int, first: int, draws: int, *, backend: str) -> Tally:
    """Run `draws` elections from the start of block `first` on and tally them, with a backend's operations."""
    return reduce(add, (block.tally() for block in _blocks(plan, seed, stage, first, draws, backend)))


def lost_by_round(plan: LinkedPlan, seed: int, stage: int, draws: int) -> NDArray[np.int64]:
    """Return the leader's votes lost in each of the first elections of a stage after each round of a cascade.

    Parameters
    ----------
    plan : LinkedPlan
        The model.
    seed, stage : int
        Of the stream.
    draws : int
        Number of elections, at most those of a block.

    Returns
    -------
    (draws, rounds + 1) int64
        The first column is before any round, the last the end.
    """
    (block,) = _blocks(plan, seed, stage, 0, draws, "numpy")
    return np.stack(list(block.lost_by_round()), axis=1)


def lost_by_group(plan: LinkedPlan, seed: int, stage: int, block: int, draws: int) -> NDArray[np.int64]:
    """Return the votes lost by each group in the first elections of a block, ``(draws, groups)``, drawn with NumPy."""
    (only,) = _blocks(plan, seed, stage, block, draws, "numpy")
    return only.lost_by_group()


def _blocks(plan: LinkedPlan, seed: int, stage: int, first: int, draws: int, backend: str) -> Iterator[_Block]:
    """Yield the blocks one by one; they share memory, so that each must be used before the next."""
    operations, cascade = _backend(backend)
    starts = range(0, draws, plan.elections)
    # Rows whose distance is no power of two do not push each other out of the processor's caches.
    rows = np.empty((plan.layout.rows, plan.lanes + 8), dtype=np.uint64)
    for number, start in enumerate(starts, start=first):
        words = block_words(seed, stage, number)
        yield _Block(plan, operations, cascade, *words, min(draws - start, plan.elections), rows)


def _backend(name: str) -> tuple[ModuleType, Callable[..., None]]:
    """Load the operations of a backend; numba only if it is asked for."""
    if name == "numba":
        from montecarlo.kernel import numba_operations
        from montecarlo.kernel.numba_cascade import cascade

        return numba_operations, cascade
    from montecarlo.kernel import numpy_cascade, numpy_operations

    return numpy_operations, numpy_cascade.cascade


@dataclass(frozen=True, eq=False)
class _Block:
    """One block of elections; the last lane may reach beyond those asked for, and is cut when they are counted.

    `rows` is memory for the masks, which the blocks of a task share.
    """

    plan: LinkedPlan
    operations: ModuleType
    cascade: Callable[..., None]
    start: int
    key: int
    elections: int
    rows: Words

    @property
    def lanes(self) -> int:
        return -(-self.elections // 64)

    @cached_property
    def states(self) -> Words:
        return lane_states(self.start, self.lanes)

    @property
    def _asked(self) -> np.uint64:
        """Elections of the last lane that were asked for."""
        return _ALL >> np.uint64(64 * self.lanes - self.elections)

    @cached_property
    def environment(self) -> tuple[Floats, Floats]:
        """Z and the scale under factors; the odds, and 1, under common odds."""
        plan, e = self.plan, 64 * self.lanes
        if plan.dependence == ODDS:
            return draw_odds(self.key, COMMON, np.arange(e, dtype=np.uint64), plan.odds), np.ones(e)
        if plan.dependence == INDEPENDENT:
            return np.ones(e), np.ones(e)
        z = self.operations.normals(self.key, NATIONAL, e)
        if not plan.degrees:
            return z, np.ones(e)
        squares = np.zeros(e)
        for j in range(plan.degrees):
            x = self.operations.normals(self.key, CHI_SQUARE + j, e)
            squares += x * x
        return z, np.sqrt(squares * (1.0 / plan.degrees))

    def tally(self) -> Tally:
        """Run the elections and count."""
        plan, n = self.plan, self.plan.leaders
        acts, cancels = self._attempts(self._draw())
        attempted = self._by_group(acts[:n])
        if cancels is not None:
            acts &= ~cancels
        lost = self._lost(acts)
        counts = np.bincount(lost, minlength=plan.total_votes + 1)
        return Tally(
            self.elections,
            counts,
            attempted,
            attempted if cancels is None else self._by_group(acts[:n]),
            *(self._outcomes(acts, lost) if plan.destinations else ()),
        )

    def lost_by_round(self) -> Iterator[NDArray[np.int64]]:
        """Yield the leader's votes lost in each election, ``(elections,)``, after no round of a cascade, one and so on.

        No random word depends on how many rounds there are, so that what was drawn serves for all.
        """
        drawn = self._draw()

        def lost(block: _Block) -> NDArray[np.int64]:
            acts, cancels = block._attempts(drawn.copy())
            return block._lost(acts if cancels is None else acts & ~cancels)

        end = lost(self)
        for rounds in count():
            found = lost(replace(self, plan=replace(self.plan, rounds=rounds)))
            yield found
            # Nobody who has left returns, so what is all lost stays so.
            if (found == end).all():
                return

    def lost_by_group(self) -> NDArray[np.int64]:
        """Run the elections and return the leader's votes lost in each by group, ``(elections, groups)``."""
        plan, (acts, cancels) = self.plan, self._attempts(self._draw())
        left = acts if cancels is None else acts & ~cancels
        lost = np.empty((self.elections, plan.groups), dtype=np.int64)
        for group in range(plan.groups):
            here = np.flatnonzero(plan.group[: plan.leaders] == group)
            lost[:, group] = self.operations.totals(left[here], plan.votes[here])[: self.elections]
        return lost

    def _attempts(self, rows: Words) -> tuple[Words, Words | None]:
        """Return who attempts, of both sides, and whom the law would cancel; None where it cancels nobody.

        What was drawn, `rows`, is overwritten.
        """
        plan, n = self.plan, self.plan.leaders
        acting, joining, cancelled, seen, ruling = plan.layout.starts
        acts, joins = rows[acting:joining], rows[joining : joining + n]
        cancels = rows[cancelled:seen] if rows[ruling].any() else None
        if plan.coordination == PLEDGE:
            self._pledge(acts[:n], joins)
        elif plan.coordination == CASCADE:
            self.cascade(plan, self.key, acts[:n], (joins, rows[seen : seen + n]), self.environment)
        acts[:, -1] &= self._asked
        return acts, None if cancels is None else cancels & rows[ruling]

    def _lost(self, acts: Words) -> NDArray[np.int64]:
        """Add the votes of the leader's electors in every election, ``(elections,)``."""
        n = self.plan.leaders
        total: NDArray[np.int64] = self.operations.totals(acts[:n], self.plan.votes[:n])
        return total[: self.elections]

    def _draw(self) -> Words:
        """Return the rows of masks that the plan's layout describes; those it has no use for hold anything."""
        plan, rows = self.plan, self.rows[:, : self.lanes]
        before, y = -1, np.zeros(64 * self.lanes)
        for profile, program in plan.programs:
            for row, kind in program.filled.tolist():
                rows[row] = _ALL if kind == ALWAYS else np.uint64(0)
            factor = -1 if profile < 0 else int(plan.factor[profile])
            if factor != before:
                y, before = self._group_factor(factor), factor
            limits = self.operations.varying(plan, profile, (*self.environment, y))
            self.operations.draw(self.states, self.key, program, limits, rows)
        return rows

    def _group_factor(self, factor: int) -> Floats:
        """Return the factor of a group in all elections; 0 without one."""
        elections = 64 * self.lanes
        if factor < 0:
            return np.zeros(elections)
        normal: Floats = self.operations.normals(self.key, GROUP + factor, elections)
        return normal

    def _pledge(self, acts: Words, joins: Words) -> None:
        """Let those who pledged act where the count reaches the threshold; who acts anyhow may stand in both masks."""
        counted = acts | joins if self.plan.counts_all else joins & ~acts
        enough = self.operations.totals(counted, np.ones(len(acts), dtype=np.int64)) >= self.plan.threshold
        joins &= np.packbits(enough, bitorder="little").view("<u8").astype(np.uint64, copy=False)
        acts |= joins

    def _by_group(self, masks: Words) -> NDArray[np.int64]:
        """Sum the votes of the leader's electors by group."""
        total = np.zeros(self.plan.groups, dtype=np.int64)
        n = self.plan.leaders
        np.add.at(total, self.plan.group[:n], self.operations.count_ones(masks) * self.plan.votes[:n])
        return total

    def _outcomes(self, acts: Words, lost: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Count who has a majority, who stands third where nobody has one, and the opponent's votes."""
        plan, n, ops = self.plan, self.plan.leaders, self.operations
        sides = [(0, acts[:n], plan.votes[:n]), (n, acts[n:], plan.votes[n:])]
        gained = [
            ops.route(self.key, ROUTE + at, masks, votes, plan.shares[side])[:, : self.elections]
            for side, (at, masks, votes) in enumerate(sides)
        ]
        gone = ops.totals(acts[n:], plan.votes[n:])[: self.elections]
        leader = plan.total_votes - lost + gained[1][0]
        theirs = int(plan.votes[n:].sum())
        opponent = theirs - gone + gained[0][0]
        others = gained[0][1:] + gained[1][1:]
        outcomes, third = count_outcomes(leader, opponent, others, majority=plan.majority)
        return outcomes, third, np.bincount(opponent, minlength=plan.total_votes + theirs + 1)


def count_outcomes(
    leader: NDArray[np.int64], opponent: NDArray[np.int64], others: NDArray[np.int64], *, majority: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count outcomes and third places.

    Parameters
    ----------
    leader, opponent : (E,) int64
        Votes of the two sides.
    others : (alternatives, E) int64
        Votes of each alternative candidate.
    majority : int
        Votes that are a majority.

    Returns
    -------
    outcomes : (4,) int64
        Elections in which the leader, the opponent, somebody else, nobody has a majority.
    third : (alternatives + 2,) int64
        Contingent elections in which each alternative is surely among the three highest, in which the third place is
        tied, and in which no alternative has a vote.
    """
    won = [leader >= majority, opponent >= majority, (others >= majority).any(axis=0)]
    contingent = ~(won[0] | won[1] | won[2])
    votes = np.concatenate([[leader[contingent], opponent[contingent]], others[:, contingent]])
    # As many or more, counting oneself: at most three means a sure place.
    rank = np.array([(votes >= each).sum(axis=0) for each in votes])
    present = votes > 0
    sure = [(present[j] & (rank[j] <= 3)).sum() for j in range(2, len(votes))]
    crowded = ((rank > 3) & present & _third_or_higher(votes)).any(axis=0).sum()
    nobody = (~present[2:].any(axis=0)).sum()
    outcomes = np.array([each.sum() for each in (*won, contingent)], dtype=np.int64)
    return outcomes, np.array([*sure, crowded, nobody], dtype=np.int64)


def _third_or_higher(votes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark candidates whose votes are no fewer than the third highest, ``votes.shape``."""
    if len(votes) < 3:
        return np.ones(votes.shape, dtype=np.bool_)
    return np.asarray(votes >= np.sort(votes, axis=0)[-3])
