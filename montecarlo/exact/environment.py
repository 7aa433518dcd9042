r"""Everything common to all electors, in batches: what an elector's chances are, given the common factors.

Given the factors z (national), y (its group's) and S (the scale of a t distribution, chi2_nu / nu; 1 if Gaussian),
electors are independent, and what has the base probability P = P(X_i > x) happens with probability

    Phi((a_i z + b_i y - x sqrt(S)) / sqrt(1 - a_i^2 - b_i^2)),

and under common odds with P r / (1 - P + P r), r the odds of the common rate over those of the mean rate. An event with
base probability P may be an attempt (P = p_i) or a threshold of at most k (P = p_i + c_i G_i(k)): all are ordered by
one latent. Probabilities and complements are both computed without subtraction of nearly equal numbers.

An environment is a batch of N values of what is common to everybody, and of M values of the factor of one group, each
with the weight it has in an integral. A part of a batch is what `rows` takes from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainccinv, betaincinv, ndtr, ndtri

from montecarlo.parts import Factors

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


class Environment(Protocol):
    """A batch of N values of everything common to all electors.

    Attributes
    ----------
    log_weight : (N,) float64
        Logarithm of the weight of each in an integral; their exponentials sum to 1 over a whole rule.
    inner_weight : (M,) float64
        Weight of each value of a group's own factor, summing to 1; M is 1 where groups have none.
    """

    @property
    def log_weight(self) -> NDArray[np.float64]:
        """Logarithm of the weight of each value."""

    @property
    def inner_weight(self) -> NDArray[np.float64]:
        """Weight of each value of a group's own factor."""

    def chance(self, reached: NDArray[np.float64], missed: NDArray[np.float64], electors: NDArray[np.int64]) -> Pair:
        """Compute probabilities given the environment.

        Parameters
        ----------
        reached, missed : (e, ...) float64
            Base probabilities and their complements, each with full relative accuracy.
        electors : (e,) int64
            Whose they are, counted over both sides, the leader's electors first.

        Returns
        -------
        reached, missed : (N, M, e, ...) float64
            Both with full relative accuracy.
        """

    def rows(self, part: slice | NDArray[np.int64]) -> Environment:
        """Take some of the N values."""


@dataclass(frozen=True, eq=False)
class Unchanged:
    """The environment of independent electors: one, in which nothing happens."""

    log_weight: NDArray[np.float64]
    inner_weight: NDArray[np.float64]

    def chance(self, reached: NDArray[np.float64], missed: NDArray[np.float64], electors: NDArray[np.int64]) -> Pair:
        """Return the base probabilities; see `Environment.chance`."""
        return np.asarray(reached)[None, None], np.asarray(missed)[None, None]

    def rows(self, part: slice | NDArray[np.int64]) -> Unchanged:
        """Take some of the one value."""
        return replace(self, log_weight=self.log_weight[part])


INDEPENDENT = Unchanged(np.zeros(1), np.ones(1))
"""The only environment of independent electors."""


@dataclass(frozen=True, eq=False)
class CommonFactors:
    """Values of Gaussian or t factors.

    Attributes
    ----------
    log_weight, inner_weight : (N,), (M,) float64
        See `Environment`.
    national : (N,) float64
        z, the national factor.
    scale : (N,) float64
        sqrt(S), the common scale of a t distribution; 1 if Gaussian.
    group : (M,) float64
        y, the factor of a group.
    factors : Factors
        Loadings of the electors of both sides, and degrees of freedom.
    """

    log_weight: NDArray[np.float64]
    inner_weight: NDArray[np.float64]
    national: NDArray[np.float64]
    scale: NDArray[np.float64]
    group: NDArray[np.float64]
    factors: Factors

    def chance(self, reached: NDArray[np.float64], missed: NDArray[np.float64], electors: NDArray[np.int64]) -> Pair:
        """Compute probabilities given the factors; see `Environment.chance`."""
        quantile = upper_quantile(reached, missed, self.factors.degrees_of_freedom)
        shape = (-1,) + (1,) * (quantile.ndim - 1)
        a, b = (array[electors].reshape(shape) for array in (self.factors.national, self.factors.group))
        own = np.sqrt(1.0 - a**2 - b**2)
        place = (slice(None), *(None,) * quantile.ndim)
        common = (self.national[place] * a - self.scale[place] * quantile) / own
        latent = common[:, None] + self.group[place] * (b / own)
        below, beyond = latent <= 0.0, ndtr(-np.abs(latent))
        within = 1.0 - beyond
        return np.where(below, beyond, within), np.where(below, within, beyond)

    def rows(self, part: slice | NDArray[np.int64]) -> CommonFactors:
        """Take some of the N values."""
        return replace(self, log_weight=self.log_weight[part], national=self.national[part], scale=self.scale[part])


@dataclass(frozen=True, eq=False)
class CommonRate:
    """Values of a common rate.

    Attributes
    ----------
    log_weight, inner_weight : (N,), (M,) float64
        See `Environment`; M is 1.
    log_odds : (N,) float64
        Logarithm of the odds of the common rate over those of the mean rate.
    """

    log_weight: NDArray[np.float64]
    inner_weight: NDArray[np.float64]
    log_odds: NDArray[np.float64]

    def chance(self, reached: NDArray[np.float64], missed: NDArray[np.float64], electors: NDArray[np.int64]) -> Pair:
        """Multiply the odds; see `Environment.chance`."""
        # The greater of the two multipliers is 1, so that nothing overflows.
        place = (slice(None), *(None,) * (np.ndim(reached) + 1))
        more = np.exp(np.minimum(self.log_odds, 0.0))[place] * reached
        less = np.exp(np.minimum(-self.log_odds, 0.0))[place] * missed
        return more / (more + less), less / (more + less)

    def rows(self, part: slice | NDArray[np.int64]) -> CommonRate:
        """Take some of the N values."""
        return replace(self, log_weight=self.log_weight[part], log_odds=self.log_odds[part])


def upper_quantile(
    reached: NDArray[np.float64], missed: NDArray[np.float64], degrees_of_freedom: float
) -> NDArray[np.float64]:
    """Compute the x beyond which a normal or t distribution has the probability `reached`, and below it `missed`.

    The quantile of a t distribution is read off the incomplete beta function, from the end at which it is accurate
    (Abramowitz and Stegun 1964, 26.7.1); of 1 and 2 degrees it has a closed form.
    """
    smaller, nu = np.minimum(reached, missed), degrees_of_freedom
    with np.errstate(divide="ignore"):
        if nu == np.inf:
            size = -ndtri(smaller)
        elif nu == 1:
            size = 1.0 / np.tan(np.pi * smaller)
        elif nu == 2:
            size = (1.0 - 2.0 * smaller) / np.sqrt(2.0 * smaller * (1.0 - smaller))
        else:
            share = betaincinv(nu / 2, 0.5, 2.0 * smaller)
            rest = np.where(share < 0.5, 1.0 - share, betainccinv(0.5, nu / 2, 2.0 * smaller))
            size = np.sqrt(nu * rest / np.where(share < 0.5, share, 1.0 - rest))
    result: NDArray[np.float64] = np.where(reached < missed, size, -size)
    return result
