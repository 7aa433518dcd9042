r"""What each elector's mind makes of what it sees, draw by draw: chances to have joined a cascade, and to join next.

Elector i has joined when k members are seen with probability F_i(k), given what is common to all
(`montecarlo.sampling.drawn_factors`). Raising the number seen from a to b lets whoever has not joined do so with

    hazard = (F_i(b) - F_i(a)) / (1 - F_i(a)),    F_i(-1) = 0.

If a member is seen with probability v only, the members that are seen are a cascade of their own with v F_i in place of
F_i: nobody hears of the others. Whoever is not among them when k are seen has joined unseen with probability
(1 - v) F_i(k) / (1 - v F_i(k)). Arrays are (n, N), electors first, of those n electors who may join at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.rungs import Rungs, rungs_of
from montecarlo.exact.thinning import quotient
from montecarlo.model import Model
from montecarlo.parts import Cascade, Independent
from montecarlo.sampling.drawn_factors import DrawnFactors, drawn_factors

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Pair = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class Minds:
    """Electors who may join a cascade.

    Attributes
    ----------
    who : (n,) int64
        Their numbers among the leader's electors.
    base : Rungs
        Chances before anything common is known, (n, levels) and (n, levels - 1).
    factors : tuple of DrawnFactors
        How the chances of each level depend on what is common; none if electors are independent.
    visibility : float
        v.
    """

    who: Whole
    base: Rungs
    factors: tuple[DrawnFactors, ...]
    visibility: float

    @property
    def dimensions(self) -> int:
        """How many standard normals make what is common."""
        return self.factors[0].dimensions if self.factors else 0

    def log_density(self, points: Floats) -> Floats:
        """Compute the logarithm of the density of what is common, (N,)."""
        return self.factors[0].log_density(points)

    def joined(self, levels: Whole, points: Floats) -> Pair:
        """Compute the chances to have joined, seen or not.

        Parameters
        ----------
        levels : (N,) int64
            Members seen, from -1; beyond the last level nothing changes.
        points : (N, d) float64
            What is common.

        Returns
        -------
        (n, N), (n, N) float64
            The chances and their complements.
        """
        known = np.clip(levels, 0, self.base.reached.shape[1] - 1)
        if self.factors:
            reached, missed = np.empty((2, len(self.who), len(levels)))
            for level in np.unique(known).tolist():
                here = known == level
                reached[:, here], missed[:, here] = self.factors[level].chances(points[here])
        else:
            reached, missed = self.base.reached[:, known], self.base.missed[:, known]
        if (levels < 0).any():
            reached, missed = np.where(levels < 0, 0.0, reached), np.where(levels < 0, 1.0, missed)
        return reached, missed

    def seen(self, before: Whole, now: Whole, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Compute what changes when more members are seen, for those who join and are seen.

        Parameters
        ----------
        before, now : (N,) int64
            Members seen, a and b.
        points : (N, d) float64
            What is common.

        Returns
        -------
        gain, rest, left : (n, N) float64
            v (F(b) - F(a)), 1 - v F(b) and 1 - v F(a).
        """
        if not self.factors:
            climbed, left = self._seen_alone
            low, high = (np.minimum(levels + 1, left.shape[1] - 1) for levels in (before, now))
            gain = np.take(climbed, high, axis=1) - np.take(climbed, low, axis=1)
            return gain, np.take(left, high, axis=1), np.take(left, low, axis=1)
        return self._between(self.joined(before, points), self.joined(now, points))

    def climb(self, points: Floats, *, levels: int) -> Iterator[tuple[Floats, Floats]]:
        """Go from level to level, with gain and rest of each; see `seen`."""
        now = np.full(len(points), -1)
        before = self.joined(now, points)
        for _ in range(levels):
            now += 1
            if self.factors:
                after = self.joined(now, points)
                gain, rest, _ = self._between(before, after)
                before = after
            else:
                gain, rest, _ = self.seen(now - 1, now, points)
            yield gain, rest

    def _between(self, before: Pair, after: Pair) -> tuple[Floats, Floats, Floats]:
        (low, above), (high, beyond) = before, after
        gain = np.maximum(np.where(high < beyond, high - low, above - beyond), 0.0)
        hidden = 1.0 - self.visibility
        return gain * self.visibility, beyond + hidden * high, above + hidden * low

    def hazards(self, before: Whole, now: Whole, points: Floats) -> Pair:
        """Compute the chance of everybody left to join and be seen, and its complement; see `seen`."""
        gain, rest, left = self.seen(before, now, points)
        return quotient(gain, left, otherwise=0.0), quotient(rest, left, otherwise=1.0)

    def hidden(self, levels: Whole, points: Floats) -> Floats:
        """Compute the chance of whoever was not seen to join to have joined all the same, (n, N)."""
        reached, missed = self.joined(levels, points)
        unseen = (1.0 - self.visibility) * reached
        return quotient(unseen, missed + unseen, otherwise=0.0)

    @cached_property
    def _seen_alone(self) -> Pair:
        """Tabulate v (F(k) - F(0)) and 1 - v F(k) of independent electors, k = -1, 0, ..., (n, levels + 1)."""
        start, none = self.base.reached[:, :1], np.zeros((len(self.who), 1))
        climbed = np.concatenate([-start, none, np.cumsum(self.base.gaps, axis=1)], axis=1)
        left = self.base.missed + (1.0 - self.visibility) * self.base.reached
        return climbed * self.visibility, np.concatenate([none + 1.0, left], axis=1)


def minds_of(model: Model, cascade: Cascade) -> Minds:
    """Describe the leader's electors who may join.

    Parameters
    ----------
    model : Model
        Electors and what is common to them.
    cascade : Cascade
        Its cascade.
    """
    assert cascade.threshold_class is not None
    law = cascade.threshold_cdf[:, : model.electors + 1]
    may = model.probability + cascade.conditional * law[cascade.threshold_class, -1] > 0.0
    who = np.flatnonzero(may)
    shares = law[cascade.threshold_class[who]]
    base = rungs_of(model.probability[who], cascade.conditional[who], shares=shares)
    factors: tuple[DrawnFactors, ...] = ()
    if not isinstance(model.dependence, Independent):
        factors = tuple(
            drawn_factors(model, reached, missed, electors=who)
            for reached, missed in zip(base.reached.T, base.missed.T, strict=True)
        )
    return Minds(who, base, factors, cascade.visibility)
