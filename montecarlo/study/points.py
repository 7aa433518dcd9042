"""One point of a sweep or a search: the probability at one value, exact where possible, else simulated.

All simulated points of one question share their seed, so that their draws are the same random numbers: what differs
between two of them is due to the values, and hardly to chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, log1p, log10, nan
from typing import Final

from montecarlo.engine.simulation import simulate
from montecarlo.errors import NotSolvable
from montecarlo.exact.solver import solve
from montecarlo.model import Mixture, Model, mixture
from montecarlo.study.contributions import leaders_alone
from montecarlo.uncertainty import clopper_pearson

DRAWS: Final = 100_000
"""Elections simulated for each point where nothing else is asked for."""

_LOG_10: Final = log(10.0)


@dataclass(frozen=True)
class Point:
    """The probability that the majority is denied, at one value.

    Attributes
    ----------
    probability : float
        The exact answer, or the share of the elections simulated.
    log10_probability : float
        Its decimal logarithm: -inf if it is impossible, nan if it was not seen, which is an upper limit only.
    log10_complement : float
        The logarithm of one minus it: -inf if it is certain, nan if nothing else was seen.
    relative_error_bound : float
        Bound on the relative error of an exact answer, 0 for a simulated one.
    hits, draws : int
        Elections simulated in which the majority was denied, and all of them; 0 where the answer is exact.
    """

    probability: float
    log10_probability: float
    log10_complement: float
    relative_error_bound: float = 0.0
    hits: int = 0
    draws: int = 0

    @property
    def log_odds(self) -> float:
        """Natural logarithm of the odds, accurate near 0 and near 1; infinite where it was never, or always, seen."""
        if self.draws:
            return log_odds(self.probability)
        return (self.log10_probability - self.log10_complement) * _LOG_10

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the interval of the probability; an exact one is both ends."""
        if not self.draws:
            return self.probability, self.probability
        return clopper_pearson(self.hits, self.draws, confidence)


def exact_point(model: Model | Mixture) -> Point:
    """Solve a model.

    Raises
    ------
    NotSolvable
        If it has no exact answer.
    """
    found = solve(model)
    # Rounding may leave a sum of probabilities a little above 1.
    probability = min(found.probability, 1.0)
    return Point(probability, found.log10_probability, found.log10_complement, found.relative_error_bound)


def simulated_point(model: Model | Mixture, *, draws: int, seed: int, backend: str = "auto") -> Point:
    """Simulate a model."""
    found = simulate(model, draws, seed=seed, backend=backend)
    log_seen, log_others = (log10(hits / draws) if hits else nan for hits in (found.hits, draws - found.hits))
    return Point(found.probability, log_seen, log_others, 0.0, found.hits, draws)


def point(model: Model | Mixture, *, draws: int, seed: int, backend: str = "auto") -> Point:
    """Solve a model, or simulate it where it has no exact answer."""
    try:
        return exact_point(model)
    except NotSolvable:
        return simulated_point(model, draws=draws, seed=seed, backend=backend)


def leader_alone(model: Model | Mixture) -> Model | Mixture:
    """Leave out opponents on whom the leader's majority does not depend: that is quicker, and more often exact."""
    if isinstance(model, Mixture):
        return mixture((weight, leaders_alone(part)) for weight, part in model.parts)
    return leaders_alone(model)


def log_odds(probability: float) -> float:
    """Return the natural logarithm of the odds, infinite for 0 and 1."""
    if probability in (0.0, 1.0):
        return inf if probability else -inf
    return log(probability) - log1p(-probability)
