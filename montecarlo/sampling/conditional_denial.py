r"""Probability that the majority is denied, given everything common to all electors.

Given what is common electors are independent. Those who act alone lose votes one by one; under a pledge, with V votes
lost effectively and C electors counted, T the threshold,

    P = P(V >= K, C < T | pledges fail) + P(V >= K, C >= T | pledges hold),

where an elector attempts in the first law if she is unconditional, in the second also if she has pledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact.alike import distinct
from montecarlo.exact.joint_counts import joint_law
from montecarlo.model import Model
from montecarlo.parts import Alone, Factors, Pledge
from montecarlo.sampling.conditional_tail import log_tail
from montecarlo.sampling.drawn_factors import DrawnFactors, drawn_factors

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_CELLS = 1 << 15


class Denial(Protocol):
    """Probability of denial, given what is common.

    Attributes
    ----------
    factors : DrawnFactors
        What is common.
    """

    @property
    def factors(self) -> DrawnFactors:
        """What is common."""

    def log_probability(self, points: Floats) -> Floats:
        """Compute its natural logarithm, (N,), at values (N, d) of what is common."""


def denial(model: Model, *, upheld: bool) -> Denial:
    """Say how the probability of denial depends on what is common.

    Parameters
    ----------
    model : Model
        With common factors or common odds.
    upheld : bool
        Whether attempts are cancelled as the law says.

    Raises
    ------
    NotSolvable
        For a cascade, a pledge of electors with several votes or with opponents who may come over, and for such
        opponents with several votes.
    """
    if isinstance(model.coordination, Alone):
        return DenialAlone.of(model, upheld=upheld)
    if isinstance(model.coordination, Pledge):
        return DenialByPledge.of(model, model.coordination, upheld=upheld)
    raise NotSolvable("A Cascade is not drawn by common factors alone", "use the sampler of cascades")


@dataclass(frozen=True, eq=False)
class DenialAlone:
    """Electors who act alone; see `Denial`.

    Attributes
    ----------
    factors : DrawnFactors
        Chances of an attempt, of each kind of elector.
    void : (K,) float64
        Probability that an attempt of a kind changes nothing.
    valid : (K,) float64
        Its complement.
    kind : (n,) int64
        Kind of each elector: the leader's, then those opponents who may come over.
    ours : (n,) bool
        Whether she is the leader's: then an attempt counts, else its absence.
    votes : (n,) int64
        Votes of each.
    needed : int
        Votes that deny the majority, all of those who may come over added.
    """

    factors: DrawnFactors
    void: Floats
    valid: Floats
    kind: Whole
    ours: NDArray[np.bool_]
    votes: Whole
    needed: int

    @classmethod
    def of(cls, model: Model, *, upheld: bool) -> DenialAlone:
        """Build it for a model and a ruling."""
        n, other = model.electors, model.opponents
        chance, votes, group, share = model.probability, model.votes, model.group, np.ones(model.electors)
        if other is not None and other.destination.opponent:
            if other.votes.max() > 1:
                raise NotSolvable("An opponent's elector with several votes, each of which may come over to the leader")
            chance, votes = np.append(chance, other.probability), np.append(votes, other.votes)
            group = np.append(group, other.group)
            share = np.append(share, np.full(len(other.votes), other.destination.opponent))
        electors = np.arange(len(chance))
        cancelled = model.law.cancelled[electors] if upheld and model.law is not None else np.zeros(len(chance))
        marks: list[NDArray[np.generic]] = [chance, cancelled, share]
        if isinstance(model.dependence, Factors):
            a, b = model.dependence.national[electors], model.dependence.group[electors]
            marks += [a, b, np.where(b, group, -1)]
        one, kind = distinct(*marks)
        return cls(
            drawn_factors(model, chance[one], 1.0 - chance[one], electors=one),
            (cancelled + (1.0 - cancelled) * (1.0 - share))[one],
            ((1.0 - cancelled) * share)[one],
            kind,
            electors < n,
            votes,
            model.needed + len(electors) - n,
        )

    def log_probability(self, points: Floats) -> Floats:
        """See `Denial`."""
        happens, fails = self.factors.chances(points)
        changes, stays = happens * self.valid[:, None], fails + happens * self.void[:, None]
        lost, kept = changes[self.kind], stays[self.kind]
        if not self.ours.all():
            lost, kept = np.where(self.ours[:, None], lost, kept), np.where(self.ours[:, None], kept, lost)
        return log_tail(lost, kept, votes=self.votes, needed=self.needed)


@dataclass(frozen=True, eq=False)
class DenialByPledge:
    """Electors under a pledge; see `Denial`.

    Attributes
    ----------
    factors : DrawnFactors
        Chances to attempt unconditionally, of each elector, then to attempt at all.
    cancelled : (n,) float64
        Probability that an attempt is cancelled.
    pledge : Pledge
        The pledge.
    needed : int
        Votes that deny the majority.
    """

    factors: DrawnFactors
    cancelled: Floats
    pledge: Pledge
    needed: int

    @classmethod
    def of(cls, model: Model, pledge: Pledge, *, upheld: bool) -> DenialByPledge:
        """Build it for a model and a ruling."""
        if model.votes.max() > 1:
            raise NotSolvable("Votes above 1 under a Pledge have no sampler, as it counts electors")
        if model.opponents is not None and model.opponents.destination.opponent:
            raise NotSolvable("Opponents who may come over to the leader have no sampler beside a Pledge")
        n, p, c = model.electors, model.probability, pledge.conditional
        cancelled = model.law.cancelled[:n] if upheld and model.law is not None else np.zeros(n)
        reached, missed = np.append(p, p + c), np.append(1.0 - p, np.maximum((1.0 - p) - c, 0.0))
        who = np.tile(np.arange(n), 2)
        return cls(drawn_factors(model, reached, missed, electors=who), cancelled, pledge, model.needed)

    def log_probability(self, points: Floats) -> Floats:
        """See `Denial`."""
        result = np.empty(len(points))
        size = max(1, _CELLS // ((self.needed + 1) * (self.pledge.threshold + 1)))
        for start in range(0, len(points), size):
            part = slice(start, start + size)
            with np.errstate(divide="ignore"):
                result[part] = np.log(self._probability(points[part]))
        return result

    def types(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Compute the chances of each elector to do neither, to attempt unconditionally and to pledge, (n, N) each."""
        (alone, some), (none, neither) = (np.split(each, 2) for each in self.factors.chances(points))
        return neither, alone, np.maximum(np.where(some < none, some - alone, none - neither), 0.0)

    def _probability(self, points: Floats) -> Floats:
        neither, alone, pledged = self.types(points)
        count_all, least = self.pledge.counts == "all", self.pledge.threshold
        if not self.cancelled.any():  # one law of (unconditional, pledged) tells all
            law = joint_law(
                (neither, alone, pledged, np.zeros_like(pledged)), caps=(self.needed, max(self.needed, least))
            )
            unconditional, pledges = np.indices(law.shape[:2])
            holds = (pledges + unconditional * count_all) >= least
            denied: Floats = law[unconditional + pledges * holds >= self.needed].sum(axis=0)
            return denied
        total, lost = np.zeros(len(points)), self.cancelled[:, None]
        for kept, counts in ((False, slice(None, least)), (True, slice(least, None))):
            moves = steps(neither, alone, pledged, lost=lost, holds=kept, count_all=count_all)
            total += joint_law(moves, caps=(self.needed, least))[self.needed :, counts].sum(axis=(0, 1))
        return total


def steps(
    neither: Floats, alone: Floats, pledged: Floats, *, lost: Floats, holds: bool, count_all: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """List the chances to add (0, 0), (1, 0), (0, 1) and (1, 1) to (effective votes, electors counted)."""
    idle = np.zeros_like(pledged)
    cast, missing = (pledged * (1.0 - lost), pledged * lost) if holds else (idle, pledged)
    if count_all:
        return neither, idle, alone * lost + missing, alone * (1.0 - lost) + cast
    return neither + alone * lost, alone * (1.0 - lost), missing, cast
