r"""What the members of a cascade are worth in the end: the chance that their effective votes deny the majority.

Given who the members are, how many were seen and what is common to all electors, everything left to chance is
independent: whether an attempt is cancelled, whether somebody joined unseen, and who comes over from the opponents. So
the chance is exact (`montecarlo.sampling.conditional_tail`); an opponent who may come over is one more who may stay.

An average elector's chance is a guide before it is known who the members are: m members are as good as m electors drawn
with chances in proportion to those to join, each with her votes and her chance to be cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from montecarlo.errors import NotSolvable
from montecarlo.exact.thinning import quotient
from montecarlo.model import Model
from montecarlo.parts import Independent
from montecarlo.sampling.average_cascade import Steps
from montecarlo.sampling.cascade_minds import Minds
from montecarlo.sampling.conditional_draw import drawn_given_tail
from montecarlo.sampling.conditional_tail import log_tail
from montecarlo.sampling.drawn_factors import DrawnFactors, drawn_factors

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_LEAST = 1e-300
_ENOUGH = 0.95
_LEAST_LOG_WORTH = -2.0
_MOST_TWIST = 30.0
_HALVINGS = 50


@dataclass(frozen=True, eq=False)
class Rivals:
    """Opponents' electors who may come over to the leader.

    Attributes
    ----------
    chance : (m,) float64
        Chance to attempt.
    comes : (m,) float64
        Chance that an attempt is not cancelled and comes over.
    votes : (m,) int64
        Votes of each.
    factors : DrawnFactors or None
        How the chances depend on what is common.
    """

    chance: Floats
    comes: Floats
    votes: Whole
    factors: DrawnFactors | None

    def stay(self, points: Floats) -> Floats:
        """Compute the chances to stay, (m, N)."""
        return 1.0 - self.come(points)

    def come(self, points: Floats) -> Floats:
        """Compute the chances to come over, (m, N)."""
        happens = self.factors.chances(points)[0] if self.factors else np.repeat(self.chance[:, None], len(points), 1)
        result: Floats = happens * self.comes[:, None]
        return result


@dataclass(frozen=True, eq=False)
class End:
    """Chances of denial at the end of a cascade.

    Attributes
    ----------
    minds : Minds
        Electors who may join.
    spared : (n,) float64
        Chance that an attempt is not cancelled.
    votes : (n,) int64
        Votes of each.
    needed : int
        Votes that deny the majority.
    rivals : Rivals
        Opponents who may come over.
    """

    minds: Minds
    spared: Floats
    votes: Whole
    needed: int
    rivals: Rivals

    @property
    def sure(self) -> int | None:
        """Members who deny the majority whoever they are; None if no number of them is sure to."""
        members = -(-self.needed // int(self.votes.min(initial=self.needed)))
        same = (self.votes == self.votes[0]).all() if len(self.votes) else False
        certain = (self.spared == 1.0).all() and not self.rivals.comes.any()
        return members if same and certain and members <= len(self.votes) else None

    @property
    def possible(self) -> bool:
        """Whether enough electors may defect at all."""
        return int(self.votes[self.spared > 0.0].sum()) >= self.needed

    def log_chance(self, members: NDArray[np.bool_], seen: Whole, points: Floats) -> Floats:
        """Compute the logarithm of the chance of denial.

        Parameters
        ----------
        members : (n, N) bool
            Members who are seen.
        seen : (N,) int64
            The number of them that others react to.
        points : (N, d) float64
            What is common.

        Returns
        -------
        (N,) float64
        """
        votes = np.concatenate([self.votes, self.rivals.votes])
        needed = self.needed + int(self.rivals.votes.sum())
        return log_tail(*self._left(members, seen, points), votes=votes, needed=needed)

    def drawn(self, members: NDArray[np.bool_], seen: Whole, points: Floats, uniforms: Floats) -> NDArray[np.bool_]:
        """Draw whose votes are lost given denial, (n, N), from (`size`, N) uniform numbers; see `log_chance`."""
        votes = np.concatenate([self.votes, self.rivals.votes])
        needed = self.needed + int(self.rivals.votes.sum())
        lost, kept = self._left(members, seen, points)
        return drawn_given_tail(lost, kept, uniforms, votes=votes, needed=needed)[: len(self.votes)]

    @property
    def size(self) -> int:
        """Electors of either side whose votes are left to chance in the end."""
        return len(self.votes) + len(self.rivals.votes)

    def _left(self, members: NDArray[np.bool_], seen: Whole, points: Floats) -> tuple[Floats, Floats]:
        """Compute the chances to be lost and to be kept, (`size`, N), opponents who come over last."""
        joined = members.astype(np.float64)
        if self.minds.visibility < 1.0:
            joined = np.where(members, 1.0, self.minds.hidden(seen, points))
        lost = joined * self.spared[:, None]
        kept = (1.0 - joined) + joined * (1.0 - self.spared[:, None])
        come, stay = self.rivals.come(points), self.rivals.stay(points)
        return np.concatenate([lost, stay]), np.concatenate([kept, come])

    def by_members(self, points: Floats) -> Floats:
        """Compute the chance of denial with 0 to n average members, (N, n + 1); above 0 wherever it may be."""
        gifts = np.arange(len(self.rivals.votes) + 1)
        come = self.rivals.come(points).mean(axis=0) if len(gifts) > 1 else np.zeros(len(points))
        law = binomial(np.array(len(gifts) - 1), gifts, come[:, None], 1.0 - come[:, None])
        result: Floats = law @ self._by_gifts
        return result

    @cached_property
    def _by_gifts(self) -> Floats:
        """Tabulate that chance by the number of opponents who come over, (m + 1, n + 1)."""
        size, weights = len(self.votes), self.minds.base.reached[:, -1]
        known, kind = np.unique(self.votes, return_inverse=True)
        share = np.bincount(kind, weights * self.spared) / weights.sum()
        heavy = max(1, round(float(self.rivals.votes.mean()))) if len(self.rivals.votes) else 1
        least = np.minimum(self.needed + heavy * np.arange(len(self.rivals.votes) + 1), int(self.votes.sum()) + 1)
        reach = np.zeros(int(least.max()) + 1)
        reach[0] = 1.0
        table = np.empty((len(least), size + 1))
        for members in range(size + 1):
            table[:, members] = np.maximum(reach[least], _LEAST * (members * known[-1] >= self.needed))
            # The chance of w votes or more is that of one member less to have so many, or few enough less.
            below = [np.concatenate([np.ones(min(w, len(reach))), reach[:-w]]) for w in known.tolist()]
            reach = reach * (1.0 - share.sum()) + share @ np.array(below)
        return table

    def most(self, point: Floats) -> int:
        """Choose M, the number of members from which on success is likely enough to be left to itself."""
        if self.sure is not None:
            return self.sure
        enough = np.flatnonzero(self.by_members(point)[0] >= _ENOUGH)
        return max(1, int(enough[0]) if len(enough) else len(self.votes))

    def log_worth(self, members: float, steps: Steps) -> Floats:
        """Tell by how much success gets likelier with an elector as a member, for her votes and her law.

        Where K votes out of m members are wanted, effective votes w_i are twisted by exp(theta w_i), theta such that m
        members drawn with this worth have K of them in the mean.

        Parameters
        ----------
        members : float
            m, expected of a success, seen.
        steps : Steps
            Levels 0 to M - 1 of one average elector, N = 1.

        Returns
        -------
        (n,) float64
            Logarithm of q_i + (1 - q_i) exp(theta w_i), q_i the chance to be cancelled, over the largest of them; -2 at
            least.
        """
        size, v = len(self.votes), self.minds.visibility
        if not members:
            return np.zeros(size)
        reached = float(steps.gains[0, : max(1, round(members))].sum()) / v
        wanted = self.needed / (members + (size - members) * (1.0 - v) * reached)
        common = np.log(self.minds.base.reached[:, -1])
        low, high = 0.0, _MOST_TWIST / float(self.votes.mean())
        with np.errstate(divide="ignore"):
            spared, lost = np.log(self.spared), np.log(1.0 - self.spared)
        for _ in range(_HALVINGS):
            theta = 0.5 * (low + high)
            kept = spared + theta * self.votes
            worth = np.logaddexp(kept, lost)
            top = float((common + worth).max())
            mean = (self.votes * np.exp(common + kept - top)).sum() / np.exp(common + worth - top).sum()
            low, high = (theta, high) if mean < wanted else (low, theta)
        # Whoever is worth too little would never be drawn, and what she may start with her.
        result: Floats = np.maximum(worth - worth.max(), _LEAST_LOG_WORTH)
        return result

    def log_average(self, steps: Steps, points: Floats) -> Floats:
        """Tabulate the average chance of denial.

        Parameters
        ----------
        steps : Steps
            Levels 0 to M - 1 of an average elector.
        points : (N, d) float64
            What is common.

        Returns
        -------
        (N, M + 1, M + 1) float64
            Logarithm for b members who are seen where a are reacted to, at [., a + 1, b].
        """
        most, chance = steps.gains.shape[1], np.zeros((len(points), len(self.votes) + 1))
        if self.sure is None or self.minds.visibility < 1.0:
            chance = self.by_members(points)
        result = np.repeat(chance[:, None, : most + 1], most + 1, axis=1)
        if self.minds.visibility < 1.0:
            self._add_hidden(result, steps, chance)
        if self.sure is not None:
            result[:, :, most] = 1.0
        with np.errstate(divide="ignore"):
            logs: Floats = np.log(result)
        return logs

    def _add_hidden(self, result: Floats, steps: Steps, chance: Floats) -> None:
        """Let average electors have joined unseen, in place."""
        electors, v = len(self.votes), self.minds.visibility
        most = result.shape[1] - 1
        members = np.minimum(np.arange(most + 1)[:, None] + np.arange(electors + 1), electors)
        reached, spread = np.cumsum(steps.gains, axis=1), chance[:, members]
        for level in range(most):
            joined = np.minimum(reached[:, level] / v, 1.0) if v else self._unseen(level)
            left = 1.0 - v * joined
            share = quotient((1.0 - v) * joined, left, otherwise=0.0)[:, None]
            hidden = binomial(np.array(electors - level), np.arange(electors + 1), share, 1.0 - share)
            result[:, level + 1] = np.einsum("nh,nbh->nb", hidden, spread)
        np.maximum(result, _LEAST, out=result)

    def _unseen(self, level: int) -> Floats:
        """Average the base chance to have joined."""
        return np.full(1, self.minds.base.reached[:, min(level, self.minds.base.reached.shape[1] - 1)].mean())


def end_of(model: Model, minds: Minds, *, upheld: bool) -> End:
    """Describe what counts in the end.

    Parameters
    ----------
    model : Model
        Electors, law and opponents.
    minds : Minds
        Electors who may join.
    upheld : bool
        Whether attempts are cancelled as the law says.

    Raises
    ------
    NotSolvable
        If an opponent's elector has several votes, each of which may come over or not.
    """
    n, other = model.electors, model.opponents
    opponents = 0 if other is None else len(other.votes)
    spared = np.ones(n + opponents)
    if upheld and model.law is not None:
        spared = 1.0 - model.law.cancelled
    rivals = Rivals(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), None)
    if other is not None and other.destination.opponent:
        share = other.destination.opponent
        if other.votes.max() > 1 and share < 1.0:
            raise NotSolvable("An opponent's elector with several votes, each of which may come over to the leader")
        factors = None
        if not isinstance(model.dependence, Independent):
            both = np.arange(n, n + opponents)
            factors = drawn_factors(model, other.probability, 1.0 - other.probability, electors=both)
        rivals = Rivals(other.probability, spared[n:] * share, other.votes, factors)
    return End(minds, spared[minds.who], model.votes[minds.who], model.needed, rivals)


def binomial(trials: Whole, successes: Whole, chance: Floats, rest: Floats) -> Floats:
    """Compute binomial probabilities, broadcast; 0 for more successes than trials."""
    few = np.minimum(successes, trials)
    ways = gammaln(trials + 1.0) - gammaln(few + 1.0) - gammaln(trials - few + 1.0)
    law: Floats = np.exp(ways + xlogy(few, chance) + xlogy(trials - few, rest)) * (successes <= trials)
    return law
