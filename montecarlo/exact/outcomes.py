r"""Who has a majority, where both sides have electors: leader, opponent, somebody else, or nobody.

Of the leader's W votes D are lost, A of them to the opponent; of the opponents' V votes E, B of them to the leader.
With M the majority and K = W - M + 1 = `needed`,

    the leader has none iff B < D - K + 1,    the opponent has none iff A < M - V + E.

Given D and E, the numbers that go each way are binomial (`montecarlo.exact.routes`), and these events are independent;
the law of (D, E) weighs them (`montecarlo.exact.both_sides`). Where both have none, the law of the alternatives' votes
m_1 out of D and m_2 out of E decides whether one of them has a majority, else who comes third
(`montecarlo.exact.third_place`):

    P(m_2, B < k | E) = P(Bin(E, share of alternatives) = m_2) P(Bin(E - m_2, share of leader among the rest) < k).

A contingent election is told by adding what makes one, never as what is left, so its smallest probability is accurate.

An alternative is *surely* among the top three if it has a vote and at most two other candidates have as many. With few
losses leader and opponent are two, so it must lead all other alternatives. Where that fails by more than 1e-12 of the
contingent elections, or the two sides divide their losses among several names differently, the third place is left to
simulation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact.both_sides import joint_losses, nodes_of_both
from montecarlo.exact.convolution import LOST
from montecarlo.exact.effort import MOST_STEPS, Effort
from montecarlo.exact.products import product
from montecarlo.exact.routes import Routes, at_least, binomial, routes, together_reach
from montecarlo.exact.third_place import highest, none_reaches
from montecarlo.model import Model
from montecarlo.parts import Destination
from montecarlo.solution import Outcomes, Solution

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_VOTES = 2000
"""Most votes of a side; the joint law has a number for every pair of losses."""

_NEGLIGIBLE = 1e-12
_UNSEEN = 1e-20
_MOST_WORK = 1e10


@dataclass(frozen=True, eq=False)
class _Ways:
    """What follows from the losses of both sides.

    Attributes
    ----------
    majority : int
        M.
    leader, opponents : Routes
        Where D and E go.
    """

    majority: int
    leader: Routes
    opponents: Routes

    @cached_property
    def sizes(self) -> tuple[int, int]:
        """W + 1 and V + 1."""
        return len(self.leader.others), len(self.opponents.others)

    @cached_property
    def losses(self) -> tuple[Whole, Whole]:
        """D and E, (W + 1, 1) and (1, V + 1)."""
        d, e = np.ogrid[: self.sizes[0], : self.sizes[1]]
        return d, e

    @cached_property
    def short(self) -> Whole:
        """Votes that the leader must win back to keep its majority, by D, (W + 1, 1)."""
        return np.clip(self.losses[0] + (self.majority + 1 - self.sizes[0]), 0, self.sizes[1])

    @cached_property
    def far(self) -> Whole:
        """Votes that the opponent must win for a majority, by E, (1, V + 1)."""
        return np.minimum(self.losses[1] + (self.majority + 1 - self.sizes[1]), self.sizes[0])

    @cached_property
    def leader_has(self) -> Floats:
        """Probability that the leader has a majority, (W + 1, V + 1)."""
        return self.opponents.reached[self.losses[1], self.short]

    @cached_property
    def leader_has_none(self) -> Floats:
        """Probability that the leader has no majority."""
        return self.opponents.fewer[self.losses[1], self.short]

    @cached_property
    def opponent_has(self) -> Floats:
        """Probability that the opponent has a majority."""
        return self.leader.reached[self.losses[0], self.far]

    @cached_property
    def neither_has(self) -> Floats:
        """Probability that neither leader nor opponent has a majority."""
        return self.leader_has_none * self.leader.fewer[self.losses[0], self.far]

    @cached_property
    def other_has(self) -> Floats:
        """Probability that an alternative has a majority; no two can."""
        reached = np.zeros(self.sizes)
        for first, second in zip(self.leader.names, self.opponents.names, strict=True):
            ours = binomial(self.sizes[0] - 1, first, 1.0 - first)
            reached += together_reach(self.majority, ours, binomial(self.sizes[1] - 1, second, 1.0 - second))
        return reached


def solution(model: Model, *, steps: float = MOST_STEPS) -> Solution:
    """Compute the outcomes of a model with opponents.

    Parameters
    ----------
    model : Model
        With opponents.
    steps : float
        Most steps that it may take.

    Returns
    -------
    Solution
        `probability` is that the leader has no majority; its distribution is that of the leader's losses.

    Raises
    ------
    NotSolvable
        If the votes of a bloc may part, there are too many votes, a part of the model has no exact form, or it
        takes longer.
    """
    sides, votes = _checked(model)
    names = max(len(side.alternatives) for side in sides)
    leader, opponents = (routes(side, votes=total, names=names) for side, total in zip(sides, votes, strict=True))
    ways = _Ways(model.majority, leader, opponents)
    effort = Effort(steps)
    environment, error = nodes_of_both(model, [ways.opponent_has, ways.neither_has], effort)
    joint = joint_losses(model, environment, effort)
    denied, kept = float((joint * ways.leader_has_none).sum()), float((joint * ways.leader_has).sum())
    rounding = 8 * sum(ways.sizes) * 2.0**-53 + (LOST / denied if denied > LOST else math.inf)
    pmf = joint.sum(axis=1)
    pmf.setflags(write=False)
    four = denied, _log10(denied, kept), kept, _log10(kept, denied)
    return Solution(*four, error + rounding, False, pmf[: model.needed], pmf, _outcomes(ways, joint, kept))


def _outcomes(ways: _Ways, joint: Floats, kept: float) -> Outcomes:
    law, many = _votes_of_others(ways, joint)
    majorities = kept, float((joint * ways.opponent_has).sum()), float((joint * ways.other_has).sum())
    shares = _common_shares(ways.leader.names, ways.opponents.names)
    if shares is None:
        contingent = _none_of_names(ways, law)
        return Outcomes(*majorities, contingent, _log10(contingent, sum(majorities)))
    names = tuple(share for share in shares if share) or (1.0,)
    votes = np.add.outer(*map(np.arange, law.shape)).ravel()
    together: Floats = np.bincount(votes, law.ravel()) * none_reaches(ways.majority, names, most=sum(law.shape) - 2)
    contingent = float(together.sum())
    four = *majorities, contingent, _log10(contingent, sum(majorities))
    together = together[: np.flatnonzero(together > _UNSEEN * contingent).max(initial=0) + 1]
    work = (len(names) + 2) * len(names) * len(together) ** 3
    if (len(names) > 1 and many > _NEGLIGIBLE * contingent) or work > _MOST_WORK:
        return Outcomes(*four)
    # Without any share for an alternative there is no vote, and the one name that stands in for them never leads.
    top = iter((highest(ways.majority, names, most=len(together) - 1) @ together).tolist())
    places = tuple(next(top) if share else 0.0 for share in shares)
    *_, tied = top
    return Outcomes(*four, places, tied, float(together[0]))


def _votes_of_others(ways: _Ways, joint: Floats) -> tuple[Floats, float]:
    """Tell how many votes alternatives have where neither leader nor opponent has a majority.

    Returns
    -------
    (most m_1 + 1, most m_2 + 1) float64
        Probability of m_1, m_2 and that neither has one.
    float
        Probability that beside that the alternatives have more than twice the votes of leader or opponent, so that two
        alternatives could each be ahead of one of these.
    """
    neither, (d, e) = joint * ways.neither_has, ways.losses
    seen = (neither > 0.0) & (neither > _UNSEEN * neither[d + e < ways.majority].sum())
    split = [any(side.names) for side in (ways.leader, ways.opponents)]
    law, many = np.zeros([(size - 1) * some + 1 for size, some in zip(ways.sizes, split, strict=True)]), 0.0
    for lost in np.flatnonzero(seen.any(axis=1)).tolist():
        gone = np.flatnonzero(seen[lost])[:, None]
        first, second = np.arange(lost * split[0] + 1), np.arange(int(gone[-1, 0]) * split[1] + 1)
        ours = ways.leader.others[lost, first] * ways.leader.fewer_of_rest[lost - first, ways.far[0, gone]]
        theirs = ways.opponents.fewer_of_rest[np.maximum(gone - second, 0), ways.short[lost]]
        theirs *= joint[lost, gone] * ways.opponents.others[gone, second]
        law[: len(first), : len(second)] += product(ours.T, theirs)
        least = 2 * np.minimum(ways.sizes[0] - 1 - lost, ways.sizes[1] - 1 - gone) + 2
        tails = at_least(theirs)[np.arange(len(gone))[:, None], np.clip(least - first, 0, len(second))]
        many += float((ours * tails).sum())
    return law, many


def _common_shares(ours: tuple[float, ...], theirs: tuple[float, ...]) -> tuple[float, ...] | None:
    """Return the names' shares if both sides divide their losses among them alike, or only one does."""
    first, second = sum(ours), sum(theirs)
    if not first or not second:
        return theirs if second else ours
    alike = all(abs(a * second - b * first) <= _NEGLIGIBLE * first * second for a, b in zip(ours, theirs, strict=True))
    return ours if alike else None


def _none_of_names(ways: _Ways, law: Floats) -> float:
    """Return the probability of a contingent election if the sides divide their losses differently."""
    reach = np.zeros(law.shape)
    ours, theirs = sum(ways.leader.names), sum(ways.opponents.names)
    for a, b in zip(ways.leader.names, ways.opponents.names, strict=True):
        first = binomial(law.shape[0] - 1, a / ours, (ours - a) / ours)
        reach += together_reach(ways.majority, first, binomial(law.shape[1] - 1, b / theirs, (theirs - b) / theirs))
    contingent = float((law * np.maximum(1.0 - reach, 0.0)).sum())
    if 2.0**-52 * float((law * reach).sum()) > _NEGLIGIBLE * contingent:
        raise NotSolvable(
            "Destination.alternatives: the sides divide their losses differently among the alternatives, one of whom "
            "nearly always has a majority where nobody else has",
            "use montecarlo.simulate, or the same proportions",
        )
    return contingent


def _checked(model: Model) -> tuple[tuple[Destination, Destination], tuple[int, int]]:
    """Return the destinations and the votes of both sides."""
    assert model.opponents is not None
    sides, theirs = (model.destination or Destination(), model.opponents.destination), model.opponents.votes
    total = model.total_votes, int(theirs.sum())
    if max(total) > MOST_VOTES:
        raise NotSolvable(
            f"The sides have {total[0]} and {total[1]} votes; with opponents at most {MOST_VOTES} a side have an exact "
            "answer"
        )
    for name, votes, side in zip(("votes", "Opponents.votes"), (model.votes, theirs), sides, strict=True):
        ways = sum(share > _NEGLIGIBLE for share in (side.opponent, *side.alternatives, side.abstention))
        if votes.max() > 1 and ways > 1:
            raise NotSolvable(
                f"{name}: an elector casts {votes.max()} votes, and a defection may go {ways} ways; exactly solved are "
                "electors with one vote, or one destination for all of a side"
            )
    return sides, total


def _log10(value: float, rest: float) -> float:
    """Take the decimal logarithm of a probability, from what is left of 1 where that is smaller."""
    if value == 0.0:
        return -math.inf
    return math.log10(value) if value <= 0.5 else math.log1p(-min(rest, 0.5)) / math.log(10.0) + 0.0
