r"""Independent electors under an exponential twist, under which losing the majority is an even chance.

With S the effective votes, w_i, p_i those of elector i and the probability that they are lost,

    psi(theta) = sum_i log(1 - p_i + p_i exp(theta w_i)),    p~_i = p_i exp(theta w_i) / (1 - p_i + p_i exp(theta w_i)),

the weight of an election drawn with p~ in place of p is exp(psi - theta S) if S >= K, else 0. Its mean is P(S >= K); it
never exceeds exp(psi - theta K), and theta with E~[S] = K is the best to three digits. The elections are drawn by the
simulation kernel, which counts S: nothing is shared with the exact answer.

An opponent's elector who may come over to the leader is one more who may stay: she counts 1 if she does, and K grows by
one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.simulation import backend_for
from montecarlo.errors import NotSolvable
from montecarlo.estimates import Tally
from montecarlo.kernel.plan import Plan, make_plan
from montecarlo.kernel.streams import Uniforms
from montecarlo.model import Model
from montecarlo.parts import Alone, Independent

_ORDER = 1 << 20
_STEPS = 200


@dataclass(frozen=True, eq=False)
class TwistedSampler:
    """Draws weights of independent electors who act alone; see `montecarlo.sampling.sampler.Sampler`.

    Attributes
    ----------
    chance : (n,) float64
        Probability that an elector's votes are lost.
    votes : (n,) int64
        Votes of each.
    needed : int
        Lost votes that deny the majority.
    """

    chance: NDArray[np.float64]
    votes: NDArray[np.int64]
    needed: int
    name = "importance"

    @classmethod
    def of(cls, model: Model, *, upheld: bool) -> TwistedSampler:
        """Build it for a model and a ruling.

        Raises
        ------
        NotSolvable
            If electors depend on each other, or an opponent's elector who may come over has several votes.
        """
        if not isinstance(model.dependence, Independent) or not isinstance(model.coordination, Alone):
            raise NotSolvable("Electors who depend on each other cannot be drawn independently")
        chance = model.probability * kept(model, upheld=upheld)[: model.electors]
        gift = gifts(model, upheld=upheld)
        votes = np.append(model.votes, np.ones(len(gift), dtype=np.int64))
        return cls(np.append(chance, 1.0 - gift), votes, model.needed + len(gift))

    @cached_property
    def block(self) -> int:
        """Draws of a block."""
        return self._plan.elections

    @cached_property
    def possible(self) -> bool:
        """Whether the majority can be lost at all."""
        return int(self.votes[self.chance > 0.0].sum()) >= self.needed

    @cached_property
    def log_bound(self) -> float:
        """Logarithm of a number that no weight exceeds."""
        return self._psi - self.theta * self.needed if self.possible else -np.inf

    @cached_property
    def theta(self) -> float:
        """The twist, found by bisection; 0 if the majority is lost more often than not."""
        attainable = int(self.votes[self.chance > 0.0].sum())
        target = min(self.needed, attainable - 0.5)
        low, high = 0.0, 1.0
        if not self.possible or self._mean(low) >= target:
            return 0.0
        while self._mean(high) < target:
            low, high = high, 2.0 * high
        for _ in range(_STEPS):
            middle = (low + high) / 2.0
            low, high = (middle, high) if self._mean(middle) < target else (low, middle)
        return low

    def log_weights(self, seed: int, stage: int, block: int, draws: int) -> NDArray[np.float64]:
        """Draw weights; see `montecarlo.sampling.sampler.Sampler`."""
        if not self.possible:
            return np.full(draws, -np.inf)
        counts = self._tally_blocks(self._plan, seed, stage, block, draws).counts
        lost = np.repeat(np.arange(len(counts)), counts)
        weights = np.where(lost >= self.needed, self._psi - self.theta * lost, -np.inf)
        # The tally has forgotten the order, which those who stop at a certain draw depend on: any is as good.
        order = np.argsort(Uniforms(seed, stage + _ORDER, block)(draws), kind="stable")
        result: NDArray[np.float64] = weights[order]
        return result

    @cached_property
    def _twisted_model(self) -> Model:
        return Model(self._twisted(self.theta), self.needed, votes=self.votes)

    @cached_property
    def _plan(self) -> Plan:
        return make_plan(self._twisted_model)

    @cached_property
    def _tally_blocks(self) -> Callable[[Plan, int, int, int, int], Tally]:
        """The backend that is quicker, numba only where it is loaded already; both count the same."""
        if backend_for(self._twisted_model, 1) == "numba":
            from montecarlo.kernel.numba_backend import tally_blocks
        else:
            from montecarlo.kernel.numpy_backend import tally_blocks
        return tally_blocks

    @cached_property
    def _psi(self) -> float:
        chance = self.chance
        return float(np.logaddexp(_log1m(chance), _log(chance) + self.theta * self.votes).sum())

    def _twisted(self, theta: float) -> NDArray[np.float64]:
        odds = np.logaddexp(_log1m(self.chance), _log(self.chance) + theta * self.votes)
        twisted: NDArray[np.float64] = np.exp(_log(self.chance) + theta * self.votes - odds)
        return np.minimum(twisted, 1.0)

    def _mean(self, theta: float) -> float:
        return float(self._twisted(theta) @ self.votes)


def kept(model: Model, *, upheld: bool) -> NDArray[np.float64]:
    """Probability that an attempt is not cancelled, of both sides' electors."""
    both = model.electors + (0 if model.opponents is None else len(model.opponents.probability))
    return np.ones(both) if model.law is None or not upheld else 1.0 - model.law.cancelled


def gifts(model: Model, *, upheld: bool) -> NDArray[np.float64]:
    """Probability that each opponent's elector comes over to the leader; none where nobody does.

    Raises
    ------
    NotSolvable
        If one of them has several votes, each of which may go its own way.
    """
    rival = model.opponents
    if rival is None or not rival.destination.opponent:
        return np.zeros(0)
    if rival.votes.max() > 1:
        raise NotSolvable("An opponent's elector with several votes, each of which may go its own way, has no sampler")
    gift: NDArray[np.float64] = rival.probability * kept(model, upheld=upheld)[model.electors :]
    return gift * rival.destination.opponent


def _log(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        result: NDArray[np.float64] = np.log(chance)
    return result


def _log1m(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        result: NDArray[np.float64] = np.log1p(-chance)
    return result
