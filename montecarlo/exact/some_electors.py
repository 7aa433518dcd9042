"""Some of the electors as a model of their own, in the environment of all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact import alone
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import Environment
from montecarlo.model import Model
from montecarlo.parts import Dependence, Factors, Law

Floats = NDArray[np.float64]
Electors = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Everybody:
    """The electors of both sides, the leader's first.

    Attributes
    ----------
    leader : (n + m,) bool
        Whose they are.
    probability, cancelled : (n + m,) float64
        Chances to attempt, and to be cancelled if the laws are upheld.
    votes, group : (n + m,) int64
        Votes and groups.
    dependence : Independent, Factors or CommonOdds
        Of all.
    """

    leader: NDArray[np.bool_]
    probability: Floats
    cancelled: Floats
    votes: NDArray[np.int64]
    group: NDArray[np.int64]
    dependence: Dependence

    @classmethod
    def of(cls, model: Model) -> Everybody:
        """Join the two sides of a model, if it has two."""
        probability, votes, group = model.probability, model.votes, model.group
        rival = model.opponents
        if rival is not None:
            probability = np.concatenate([probability, rival.probability])
            votes = np.concatenate([votes, rival.votes])
            group = np.concatenate([group, rival.group])
        cancelled = np.zeros(len(votes)) if model.law is None else model.law.cancelled
        return cls(np.arange(len(votes)) < model.electors, probability, cancelled, votes, group, model.dependence)

    def model(self, who: Electors) -> Model:
        """Let some of them be a model, acting alone."""
        dependence = self.dependence
        if isinstance(dependence, Factors):
            dependence = Factors(dependence.national[who], dependence.group[who], dependence.degrees_of_freedom)
        group = np.unique(self.group[who], return_inverse=True)[1]
        law = Law(self.cancelled[who])
        return Model(self.probability[who], 1, votes=self.votes[who], group=group, dependence=dependence, law=law)

    def losses(self, environment: Environment, who: Electors, *, upheld: bool, effort: Effort) -> Floats:
        """Compute the law of the effective loss of some who act alone, (N, their votes + 1)."""
        if not len(who):
            return np.ones((len(environment.log_weight), 1))
        some = self.model(who)
        return alone.losses(some, _Some(environment, who), upheld=upheld, most=some.total_votes, effort=effort)


@dataclass(frozen=True, eq=False)
class _Some:
    """The environment of some electors, who are numbered anew."""

    whole: Environment
    electors: Electors

    @property
    def log_weight(self) -> Floats:
        """Logarithm of the weight of each value."""
        return self.whole.log_weight

    @property
    def inner_weight(self) -> Floats:
        """Weight of each value of a group's own factor."""
        return self.whole.inner_weight

    def chance(self, reached: Floats, missed: Floats, electors: Electors) -> tuple[Floats, Floats]:
        """Compute probabilities given the environment."""
        return self.whole.chance(reached, missed, self.electors[electors])

    def rows(self, part: slice | Electors) -> _Some:
        """Take some of the N values."""
        return replace(self, whole=self.whole.rows(part))
