"""What is known of a probability: laws of the error of an estimate, and the intervals that they give.

Sampling gives three kinds of them, an exact answer a fourth:

- `Counted`: hits in a number of draws fixed beforehand; the interval never covers less than it says.
- `Waited`: the time T until the k-th hit of a Poisson process of rate p, so that p T has the gamma distribution of
  shape k whatever p is (Huber 2017, Random Structures and Algorithms 50, 173-182); the coverage is exact.
- `Weighed`: the mean of many independent weights, as the central limit theorem has it.
- `Bounded`: nothing random, only rounding or integration.

All speak of natural logarithms, since probabilities may lie far below the least float.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, inf, log, log1p
from typing import Final

from montecarlo.errors import InputError

_ROUNDING: Final = 1e-11


@dataclass(frozen=True)
class Counted:
    """So many hits in so many draws.

    Attributes
    ----------
    hits, draws : int
        Counts.
    log_scale : float
        Logarithm of the estimate if every draw were a hit.
    """

    hits: int
    draws: int
    log_scale: float = 0.0

    @property
    def log_estimate(self) -> float:
        """Logarithm of the share of hits, -inf without any."""
        return log(self.hits / self.draws) + self.log_scale if self.hits else -inf

    def log_interval(self, confidence: float) -> tuple[float, float]:
        """Return the logarithms of the ends of the interval of the probability."""
        low, high = clopper_pearson(self.hits, self.draws, confidence)
        return log(low) + self.log_scale if low else -inf, log(high) + self.log_scale


@dataclass(frozen=True)
class Waited:
    """The time until a number of hits that was fixed beforehand.

    Attributes
    ----------
    hits : int
        k.
    log_time : float
        Logarithm of T.
    """

    hits: int
    log_time: float

    @property
    def log_estimate(self) -> float:
        """Logarithm of the unbiased estimate (k - 1) / T."""
        return log(self.hits - 1) - self.log_time

    def log_interval(self, confidence: float) -> tuple[float, float]:
        """Return the logarithms of the ends of the interval of the probability."""
        low, high = gamma_quantiles(self.hits, confidence)
        return log(low) - self.log_time, log(high) - self.log_time

    def score(self, log_probability: float) -> float:
        """Return by how many standard errors the estimate exceeds a probability."""
        from scipy.special import gammainc, gammaincc, ndtri

        # p T has a gamma distribution; it is small where the time was short, and the estimate large.
        times = exp(log_probability + self.log_time)
        below, above = float(gammainc(self.hits, times)), float(gammaincc(self.hits, times))
        return -float(ndtri(below)) if below < above else float(ndtri(above))


@dataclass(frozen=True)
class Weighed:
    """A mean of independent weights.

    Attributes
    ----------
    log_mean : float
        Logarithm of the mean.
    relative_standard_error : float
        Its standard error over it.
    """

    log_mean: float
    relative_standard_error: float

    @property
    def log_estimate(self) -> float:
        """Logarithm of the mean."""
        return self.log_mean

    def log_interval(self, confidence: float) -> tuple[float, float]:
        """Return the logarithms of the ends of the interval of the probability."""
        half = max(normal_quantile(confidence) * self.relative_standard_error, _ROUNDING)
        return self.log_mean + log1p(-half) if half < 1.0 else -inf, self.log_mean + log1p(half)

    def score(self, log_probability: float) -> float:
        """Return by how many standard errors the estimate exceeds a probability."""
        off = -expm1(log_probability - self.log_mean)
        # Weights that are all but equal differ by rounding.
        return off / max(self.relative_standard_error, _ROUNDING)


@dataclass(frozen=True)
class Bounded:
    """An exact answer.

    Attributes
    ----------
    log_value : float
        Its logarithm.
    relative_bound : float
        Bound on its relative error.
    """

    log_value: float
    relative_bound: float

    @property
    def log_estimate(self) -> float:
        """Logarithm of the answer."""
        return self.log_value

    def log_interval(self, confidence: float) -> tuple[float, float]:
        """Return the logarithms of the ends of the interval of the probability, the same for any confidence."""
        checked_confidence(confidence)
        bound = self.relative_bound
        return self.log_value + log1p(-bound) if bound < 1.0 else -inf, self.log_value + log1p(bound)


ErrorLaw = Counted | Waited | Weighed | Bounded


def checked_confidence(confidence: float) -> float:
    """Return the level of an interval.

    Raises
    ------
    InputError
        If it does not lie strictly between 0 and 1.
    """
    if not isinstance(confidence, int | float) or not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence!r}; it must lie strictly between 0 and 1.")
    return confidence


def clopper_pearson(hits: int, draws: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided interval of a probability after `hits` in `draws`; it never covers less than it says.

    As ``scipy.stats.binomtest(hits, draws).proportion_ci(confidence)``, but by beta quantiles, as its root finder stops
    1e-12 from the end; and ``scipy.stats`` takes a second to import, which is most of a short run.

    Raises
    ------
    InputError
        If `confidence` does not lie strictly between 0 and 1.
    """
    from scipy.special import betaincinv  # a quarter of a second that listing and validating need not pay

    outside = (1 - checked_confidence(confidence)) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits, draws - hits + 1, outside))
    high = 1.0 if hits == draws else float(betaincinv(hits + 1, draws - hits, 1 - outside))
    return low, high


def gamma_quantiles(shape: int, confidence: float) -> tuple[float, float]:
    """Return the two quantiles of a gamma distribution between which it lies with a probability, equal tails outside.

    Raises
    ------
    InputError
        If `confidence` does not lie strictly between 0 and 1.
    """
    from scipy.special import gammainccinv, gammaincinv

    outside = (1 - checked_confidence(confidence)) / 2
    return float(gammaincinv(shape, outside)), float(gammainccinv(shape, outside))


def normal_quantile(confidence: float) -> float:
    """Return how many standard errors to either side cover with a probability.

    Raises
    ------
    InputError
        If `confidence` does not lie strictly between 0 and 1.
    """
    from scipy.special import ndtri

    return -float(ndtri((1 - checked_confidence(confidence)) / 2))
