"""What the kernel needs of a model whose electors are linked: by factors, pledges, cascades, or a common destination.

`montecarlo.kernel.plan` says how elections lie in lanes, and what a coin is. Here electors who share limits and
loadings make a *profile*. The plan sorts the electors by profile, so that what an environment makes of one is computed
once: by side, number of the factor, loadings a and b, chances of acting, of joining soon and of joining ever, and then
as the model has them; i counts them in this order through both sides, the leader's first. Per block::

    do the courts uphold the laws?                      a coin of the lanes, source 0
    for each elector i
        would the law cancel it?                        a coin of the lanes, source 1 + 2 i
        does it act?  V < P(acts)                       a coin of the lanes, source 2 + 2 i
        does it act or join soon?  V < P(soon)          the same random bits against a second limit
        is it seen?  (leader's electors in a cascade)   a coin of the lanes, source SEEN + i

A coin whose probability is 0 or 1 (rounded to 64 bits, if it is fixed) spends nothing, one with two limits only if both
are 0 or 1; a law that cancels nobody, or is never upheld, spends nothing. In a cascade *soon* means a threshold of at
most `near` levels, which is all that most elections ever reach: NEAR if electors are independent and there are more
than FAR levels, else FAR, or the last level. All who pledged join soon.

All else comes from keyed words, number ``source * 2**32 + election`` of the block's sequence: NATIONAL is Z, GROUP + g
the factor Y of group g, CHI_SQUARE + j the normals, j < nu, of scale = sqrt(sum of squares / nu), COMMON what
`montecarlo.kernel.common_odds` needs, PLACE + i the place of elector i between two limits, ROUTE + i where its vote
goes. Given the environment, the chance of a limit is Phi((a Z + b Y - limit * scale) * sharp) under factors, the
smaller tail of which is rounded down to 63 bits, and q / (1 + q), q = limit * odds, under common odds, rounded
likewise. In a cascade an elector who joins soon has the random number low + (high - low) * word / 2**64 between its
two limits. Where the count passes `near`, one who neither acts nor joins soon has the random number low + (2**64 - 1 -
low) * word / 2**64, low being the limit of joining soon, and joins later if that is below the limit of joining ever.
The threshold is the first level whose chance exceeds the random number (independent electors: the first whose G
exceeds the same share of the way from G(0), or G(near), to G(near), or 1), cut to 1 ... near if soon and to near + 1
and above if later.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import InputError
from montecarlo.kernel.coins import FIXED, Layout, Limit, Program, Toss, make_program
from montecarlo.kernel.normal import Floats, upper_quantile
from montecarlo.kernel.plan import ALWAYS, DENSE, NEVER, ONE, lanes_for
from montecarlo.kernel.student import student_upper_quantile
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Factors, Independent, Pledge

NEAR: Final = 4
"""Highest threshold of those who join soon, if electors are independent and a cascade is long."""
FAR: Final = 16
"""Highest threshold of those who join soon in all other cascades."""
INDEPENDENT, FACTORS, ODDS = range(3)
ALONE, PLEDGE, CASCADE = range(3)
_MOST_RUNGS: Final = 20_000_000
_KIND: Final = 1 << 24
NATIONAL, GROUP, CHI_SQUARE, COMMON, PLACE, SEEN, ROUTE = (kind * _KIND for kind in range(1, 8))

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Coins:
    """Coins of fixed probability, ``(coins,)``: kinds and thresholds as in `montecarlo.kernel.plan`."""

    kind: Integers
    threshold: NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class LinkedPlan:
    """A linked model as the kernel reads it; n leader's electors, then m of the opponent.

    Attributes
    ----------
    dependence, coordination : int
        One of INDEPENDENT, FACTORS, ODDS, and one of ALONE, PLEDGE, CASCADE.
    leaders : int
        n.
    votes, group, profile : (n + m,) int64
        Votes, group of the tally, and profile of each elector.
    limits : (profiles, 3) float64
        Where an elector acts, acts or joins soon, acts or joins ever: an upper quantile, an odds ratio, a probability.
    kinds : (profiles, 3) int64
        NEVER, ALWAYS or DENSE for the same.
    loadings : (profiles, 3) float64
        a, b, and sharp = 1 / sqrt(1 - a^2 - b^2).
    factor : (profiles,) int64
        Number of the group's factor, -1 without.
    degrees : int
        Degrees of freedom, 0 for Gaussian factors.
    odds : (float, float)
        alpha and beta of the common odds.
    laws : Coins
        The ruling, then the cancellation of each elector.
    seen : Coins
        Whether an elector who acts is seen, one coin for all.
    threshold, counts_all, rounds : int
        Of a pledge; of a pledge; of a cascade, -1 to the end.
    ladder : (rows, levels) float64
        Rising limits of the levels of a cascade; `ladder_row` (n,) is the row of each elector.
    near : int
        Highest threshold of those who join soon.
    shares : (2, alternatives + 1) uint64
        Cumulative thresholds of where votes go: the other side, then each alternative; a row a side.
    destinations : bool
        Whether outcomes are to be told apart.
    needed, groups, total_votes, lanes : int
        As in the model, and lanes of a block.
    """

    dependence: int
    coordination: int
    leaders: int
    votes: Integers
    group: Integers
    profile: Integers
    limits: Floats
    kinds: Integers
    loadings: Floats
    factor: Integers
    degrees: int
    odds: tuple[float, float]
    laws: Coins
    seen: Coins
    threshold: int
    counts_all: bool
    rounds: int
    ladder: Floats
    ladder_row: Integers
    near: int
    shares: NDArray[np.uint64]
    destinations: bool
    needed: int
    groups: int
    total_votes: int
    lanes: int

    @cached_property
    def layout(self) -> Layout:
        """Which row of masks is whose."""
        return Layout(len(self.votes), self.leaders)

    @cached_property
    def programs(self) -> list[tuple[int, Program]]:
        """The electors of each profile toss together: profile and tosses, the ruling first; all as one if independent.

        Profile -1 stands for tosses whose limits do not vary.
        """
        laws, ruling = self.laws, self.layout.starts[-1]
        tosses = {-1: [Toss(0, [Limit(ruling, int(laws.kind[0]), int(laws.threshold[0]))])]}
        for i, profile in enumerate(self.profile.tolist()):
            together = -1 if self.dependence == INDEPENDENT else profile
            tosses.setdefault(together, []).extend(self._tosses(i, profile))
        return [(profile, make_program(each)) for profile, each in tosses.items()]

    @cached_property
    def thresholds(self) -> NDArray[np.uint64]:
        """The limits of independent electors as thresholds, ``(profiles, 3)``; without meaning for others."""
        limits = self.limits if self.dependence == INDEPENDENT else np.zeros(self.limits.shape)
        scaled = [[min(round(each * ONE), ONE - 1) for each in row] for row in limits.tolist()]
        return np.array(scaled, dtype=np.uint64)

    def different_limits(self, profile: int) -> list[float]:
        """Return the limits tossed by a profile that are neither never nor always reached, each once, rising."""
        values, kinds = self.limits[profile, :2].tolist(), self.kinds[profile, :2].tolist()
        return list(dict.fromkeys(value for value, kind in zip(values, kinds, strict=True) if kind == DENSE))

    def _tosses(self, i: int, profile: int) -> list[Toss]:
        """Return the tosses of an elector; rows that nobody reads are left out."""
        acting, joining, cancelled, seen, _ = self.layout.starts
        laws, seers, different = self.laws, self.seen, self.different_limits(profile)
        moved = i < self.leaders and self.coordination != ALONE
        limits = []
        for which, start in enumerate([acting, joining] if moved else [acting]):
            kind, value = int(self.kinds[profile, which]), float(self.limits[profile, which])
            fixed, number = 0, FIXED
            if self.dependence == INDEPENDENT:
                fixed = int(self.thresholds[profile, which])
            elif kind == DENSE:
                number = different.index(value)
            limits.append(Limit(start + i, kind, fixed, number))
        tosses = [Toss(2 + 2 * i, limits)]
        if laws.kind[0] != NEVER:
            cancel = Limit(cancelled + i, int(laws.kind[1 + i]), int(laws.threshold[1 + i]))
            tosses.insert(0, Toss(1 + 2 * i, [cancel]))
        if moved and self.coordination == CASCADE and not self.all_seen:
            tosses.append(Toss(SEEN + i, [Limit(seen + i, int(seers.kind[0]), int(seers.threshold[0]))]))
        return tosses

    @property
    def all_seen(self) -> bool:
        """Whether every elector who acts is seen, so that nothing is drawn for it."""
        return int(self.seen.kind[0]) == ALWAYS

    @property
    def elections(self) -> int:
        """Number of elections in a full block."""
        return 64 * self.lanes

    @property
    def majority(self) -> int:
        """Votes that are a majority."""
        return self.total_votes - self.needed + 1


def is_linked(model: Model) -> bool:
    """Whether the electors are linked, so that `make_linked_plan` is to be used."""
    return model.opponents is not None or not (
        isinstance(model.dependence, Independent) and not isinstance(model.coordination, Pledge | Cascade)
    )


def make_linked_plan(model: Model) -> LinkedPlan:
    """Translate a model whose electors are linked."""
    n, other, ties, moves = model.electors, model.opponents, model.dependence, model.coordination
    near = _near(model)
    profiles, profile = _profiles(model, near)
    order = np.argsort(profile, kind="stable")
    ladder, ladder_row = _ladder(model, order[:n])
    votes = model.votes if other is None else np.concatenate([model.votes, other.votes])
    return LinkedPlan(
        dependence=FACTORS if isinstance(ties, Factors) else ODDS if isinstance(ties, CommonOdds) else INDEPENDENT,
        coordination=PLEDGE if isinstance(moves, Pledge) else CASCADE if isinstance(moves, Cascade) else ALONE,
        leaders=n,
        votes=votes[order],
        group=_groups(model)[order],
        profile=profile[order],
        limits=_limits(model, profiles[:, 4:]),
        kinds=_kinds(profiles[:, 4:]),
        loadings=np.column_stack([profiles[:, 2:4], 1.0 / np.sqrt(1.0 - profiles[:, 2] ** 2 - profiles[:, 3] ** 2)]),
        factor=profiles[:, 1].astype(np.int64),
        degrees=int(ties.degrees_of_freedom) if isinstance(ties, Factors) and ties.degrees_of_freedom < np.inf else 0,
        odds=(ties.alpha, ties.beta) if isinstance(ties, CommonOdds) else (1.0, 1.0),
        laws=_laws(model, order),
        seen=_coins(np.array([moves.visibility if isinstance(moves, Cascade) else 1.0])),
        threshold=moves.threshold if isinstance(moves, Pledge) else 0,
        counts_all=isinstance(moves, Pledge) and moves.counts == "all",
        rounds=moves.rounds if isinstance(moves, Cascade) and moves.rounds is not None else -1,
        ladder=ladder,
        ladder_row=ladder_row,
        near=near,
        shares=_shares(model),
        destinations=other is not None,
        needed=model.needed,
        groups=int(model.group.max()) + 1,
        total_votes=model.total_votes,
        lanes=lanes_for(len(votes)),
    )


def _near(model: Model) -> int:
    """Return the highest threshold of those who join soon; linked electors get further more often."""
    moves = model.coordination
    if not isinstance(moves, Cascade):
        return 0
    last = moves.threshold_cdf.shape[1] - 1
    return NEAR if last > FAR and isinstance(model.dependence, Independent) else min(FAR, last)


def _profiles(model: Model, near: int) -> tuple[Floats, Integers]:
    """Return the different electors, ``(profiles, 7)``, and the row of each elector.

    Columns: side, number of the factor, loadings a and b, chances of acting, of acting or joining soon, or ever.
    """
    n, other, ties, moves = model.electors, model.opponents, model.dependence, model.coordination
    acts = model.probability if other is None else np.concatenate([model.probability, other.probability])
    ever = acts.copy()
    if isinstance(moves, Pledge | Cascade):
        ever[:n] = np.minimum(acts[:n] + moves.conditional, 1.0)
    soon = ever.copy()
    if isinstance(moves, Cascade):
        share = moves.threshold_cdf[moves.threshold_class, near]
        soon[:n] = np.minimum(acts[:n] + moves.conditional * share, ever[:n])
    national, own_group = (ties.national, ties.group) if isinstance(ties, Factors) else np.zeros((2, len(acts)))
    factor = np.where(own_group != 0, _groups(model), -1)
    side = (np.arange(len(acts)) >= n).astype(float)
    described = np.stack([side, factor, national, own_group, acts, soon, ever], axis=1)
    profiles, profile = np.unique(described, axis=0, return_inverse=True)
    return profiles, profile


def _groups(model: Model) -> Integers:
    other = model.opponents
    return model.group if other is None else np.concatenate([model.group, other.group])


def _laws(model: Model, order: Integers) -> Coins:
    """Return the coins of the ruling and of the cancellations; laws that cannot matter spend nothing."""
    law = model.law
    if law is None or law.upheld == 0 or not law.cancelled.any():
        return _coins(np.zeros(len(order) + 1))
    return _coins(np.concatenate([[law.upheld], law.cancelled[order]]))


def _limits(model: Model, probability: Floats) -> Floats:
    """Translate probabilities into what the environment is compared with."""
    ties = model.dependence
    if isinstance(ties, CommonOdds):
        with np.errstate(divide="ignore"):
            odds = probability / (1.0 - probability)
        return np.minimum(odds * (ties.beta / ties.alpha), 1e300)
    if not isinstance(ties, Factors):
        return probability
    if ties.degrees_of_freedom < np.inf:
        return student_upper_quantile(probability, int(ties.degrees_of_freedom))
    return upper_quantile(probability)


def _ladder(model: Model, order: Integers) -> tuple[Floats, Integers]:
    """Return the limits of every level, rising, and the row of each of the leader's electors in the plan's order."""
    moves = model.coordination
    if not isinstance(moves, Cascade):
        return np.zeros((1, 1)), np.zeros(len(order), dtype=np.int64)
    assert moves.threshold_class is not None
    levels = moves.threshold_cdf.shape[1]
    if isinstance(model.dependence, Independent):
        return moves.threshold_cdf[:, :levels], moves.threshold_class[order]
    given = np.stack([moves.threshold_class, model.probability, moves.conditional], axis=1)
    rows, row = np.unique(given, axis=0, return_inverse=True)
    if len(rows) * levels > _MOST_RUNGS:
        raise InputError(
            f"The cascade has {len(rows)} different electors and {levels} levels; under common factors or odds their "
            f"product must not exceed {_MOST_RUNGS:,}. Let electors share probabilities, or shorten threshold_cdf."
        )
    reached = np.minimum(rows[:, 1:2] + rows[:, 2:] * moves.threshold_cdf[rows[:, 0].astype(int), :levels], 1.0)
    limits = _limits(model, reached)
    return -limits if isinstance(model.dependence, Factors) else limits, row[order]


def _shares(model: Model) -> NDArray[np.uint64]:
    sides = [model.destination, None if model.opponents is None else model.opponents.destination]
    names = max(len(side.alternatives) if side is not None else 0 for side in sides)
    shares = np.zeros((2, names + 1))
    for row, side in zip(shares, sides, strict=True):
        if side is not None:
            row[: 1 + len(side.alternatives)] = [side.opponent, *side.alternatives]
    scaled = [[min(round(each * ONE), ONE - 1) for each in row] for row in shares.cumsum(axis=1).tolist()]
    return np.array(scaled, dtype=np.uint64)


def _kinds(probability: Floats) -> Integers:
    return np.select([probability == 0, probability == 1], [NEVER, ALWAYS], DENSE).astype(np.int64)


def _coins(probability: Floats) -> Coins:
    scaled = np.rint(probability * float(ONE))
    kind = np.select([scaled == 0, scaled == ONE], [NEVER, ALWAYS], DENSE).astype(np.int64)
    return Coins(kind, np.where(scaled == ONE, 0, scaled).astype(np.uint64))
