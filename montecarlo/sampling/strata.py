"""What is never left to chance: which account is true, and how the courts rule.

A model is cut into strata, one a contradictory account and a ruling, each with a weight that is known and a sampler of
its own; the probability is the weighted sum of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum, inf, log, sqrt

import numpy as np

from montecarlo.model import Mixture, Model
from montecarlo.parts import Alone, Cascade, Independent
from montecarlo.sampling.sampler import Sampler
from montecarlo.sampling.weights import MOST_ERROR, MOST_SHARE, MOST_UNSURE, Weights


@dataclass(frozen=True, eq=False)
class Stratum:
    """One account and one ruling.

    Attributes
    ----------
    weight : float
        Its probability, above 0.
    sampler : Sampler
        Draws weights with its probability of denial as their mean.
    """

    weight: float
    sampler: Sampler


def strata_of(model: Model | Mixture) -> list[Stratum]:
    """Cut a model into strata, those left out in which the majority cannot be lost.

    Raises
    ------
    NotSolvable
        If a part has no sampler that fits.
    """
    return [
        Stratum(weight * chance, _sampler(part, upheld=upheld))
        for weight, part in model.parts
        for chance, upheld in rulings_of(part)
        if weight * chance and possible(part, upheld=upheld)
    ]


def rulings_of(model: Model) -> list[tuple[float, bool]]:
    """List the rulings that matter: the probability of each, and whether it upholds the laws."""
    law = model.law
    if law is None or not law.cancelled.any():
        return [(1.0, False)]
    return [(law.upheld, True), (1.0 - law.upheld, False)]


def _sampler(model: Model, *, upheld: bool) -> Sampler:
    """Choose the sampler that fits."""
    if isinstance(model.coordination, Cascade):
        from montecarlo.sampling.cascade import CascadeSampler

        return CascadeSampler(model, upheld=upheld)
    if isinstance(model.dependence, Independent):
        if isinstance(model.coordination, Alone):
            from montecarlo.sampling.twist import TwistedSampler

            return TwistedSampler.of(model, upheld=upheld)
        from montecarlo.sampling.pledge import PledgeSampler

        return PledgeSampler(model, upheld=upheld)
    from montecarlo.sampling.factors import FactorSampler

    return FactorSampler(model, upheld=upheld)


def possible(model: Model, *, upheld: bool) -> bool:
    """Say whether enough electors may defect at all."""
    chance = model.probability
    if not isinstance(model.coordination, Alone):
        chance = chance + model.coordination.conditional
    if upheld and model.law is not None:
        chance = chance * (1.0 - model.law.cancelled[: model.electors])
    return int(model.votes[chance > 0.0].sum()) >= model.needed


@dataclass(frozen=True)
class Stratified:
    """What the weights of all strata tell.

    Attributes
    ----------
    parts : tuple of (float, Weights)
        Probability of each stratum, and its weights.
    """

    parts: tuple[tuple[float, Weights], ...]

    @property
    def draws(self) -> int:
        """Draws of all."""
        return sum(weights.draws for _, weights in self.parts)

    @property
    def log_mean(self) -> float:
        """Logarithm of the estimate."""
        logs = [log(share) + weights.log_mean for share, weights in self.parts]
        top = max(logs, default=-inf)
        return top if top == -inf else top + log(fsum(exp(each - top) for each in logs))

    @property
    def _relative_errors(self) -> list[float]:
        """Standard error of each stratum's part over the whole estimate."""
        whole = self.log_mean
        return [
            exp(log(share) + weights.log_mean - whole) * weights.relative_standard_error if weights.mean else 0.0
            for share, weights in self.parts
        ]

    @property
    def relative_standard_error(self) -> float:
        """Standard error of the estimate over it."""
        return sqrt(fsum(each**2 for each in self._relative_errors)) if self.log_mean > -inf else inf

    @property
    def effective_sample_size(self) -> float:
        """Draws of equal weights that would tell the probability of the event's side as well."""
        error = self.relative_standard_error
        return self.draws / (1.0 + self.draws * error**2) if error < inf else 0.0

    @property
    def distrust(self) -> str:
        """Why no interval should be given, in words; empty if it may. See `montecarlo.sampling.weights`."""
        if any(not weights.mean for _, weights in self.parts):
            return f"none of {min(w.draws for _, w in self.parts if not w.mean):,} draws has any weight"
        whole = self.log_mean
        share = max(exp(log(each) + w.top - log(w.draws) - whole) for each, w in self.parts)
        if share > MOST_SHARE:
            return f"one of {self.draws:,} weights makes {100 * share:.2g} % of their sum"
        error = self.relative_standard_error
        if error > MOST_ERROR:
            return f"the standard error is {100 * error:.2g} % of the estimate"
        variances = np.array(self._relative_errors) ** 2
        unsure = np.array([weights.unsure for _, weights in self.parts])
        if (variances**2 @ unsure) > MOST_UNSURE * variances.sum() ** 2:
            kurtosis = max(weights.kurtosis for _, weights in self.parts)
            return f"the weights have kurtosis {kurtosis:.3g}, too much for {self.draws:,} draws to know the error"
        return ""
