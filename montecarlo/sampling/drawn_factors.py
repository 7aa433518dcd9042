r"""Everything common to all electors as a vector of numbers, how likely they are, and chances given them.

- Common factors: z, the national one; y_g, one a group; x, which makes the scale of a t distribution,
  S = chi2_nu / nu at the probability Phi(x). All are independent standard normals, and whoever has the base probability
  P(X_i > q) attempts with Phi((a_i z + b_i y_g(i) - q sqrt(S)) / sqrt(1 - a_i^2 - b_i^2)).
- A common rate X ~ Beta(alpha, beta), whose log odds less those of the mean rate, d, have the density
  X^alpha (1 - X)^beta / B(alpha, beta). It falls only as e^(alpha d) and e^(-beta d), so the coordinate is x with

      d = x sqrt(1 / alpha + 1 / beta) + r(x)^2 / (2 beta) - r(-x)^2 / (2 alpha),    r(x) = (x + sqrt(x^2 + 4)) / 2,

  in which it is nearly normal if alpha and beta are large, and falls at least as fast as a normal law in any case.

Only coordinates that somebody depends on are kept; if there is none, one that changes nothing stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammainccinv, gammaincinv, ndtr

from montecarlo.errors import NotSolvable
from montecarlo.exact.environment import upper_quantile
from montecarlo.model import Model
from montecarlo.parts import CommonOdds, Factors

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

_LEAST = 1e-300


class DrawnFactors(Protocol):
    """What is common to all electors, and chances of some events given it.

    Attributes
    ----------
    dimensions : int
        d, how many numbers it is.
    """

    @property
    def dimensions(self) -> int:
        """How many numbers it is."""

    def log_density(self, points: Floats) -> Floats:
        """Compute the logarithm of its density, (N,), at points (N, d)."""

    def chances(self, points: Floats) -> Pair:
        """Compute the probabilities of the events.

        Parameters
        ----------
        points : (N, d) float64
            Values of what is common.

        Returns
        -------
        happens, fails : (e, N) float64
            Both with full relative accuracy.
        """


def drawn_factors(model: Model, happens: Floats, fails: Floats, *, electors: NDArray[np.int64]) -> DrawnFactors:
    """Say how the probabilities of some events depend on what is common.

    Parameters
    ----------
    model : Model
        With common factors or common odds.
    happens, fails : (e,) float64
        Base probabilities of the events and their complements, each with full relative accuracy.
    electors : (e,) int64
        Whose they are, counted over both sides, the leader's electors first.

    Raises
    ------
    NotSolvable
        If electors are independent.
    """
    dependence = model.dependence
    if isinstance(dependence, Factors):
        quantile = upper_quantile(happens, fails, dependence.degrees_of_freedom)
        a, b = dependence.national[electors], dependence.group[electors]
        own = np.sqrt(1.0 - a**2 - b**2)
        groups = model.group if model.opponents is None else np.concatenate([model.group, model.opponents.group])
        known, group = np.unique(np.where(dependence.group, groups, -1), return_inverse=True)
        loading = np.zeros((len(electors), 1 + len(known)))
        loading[:, 0] = a
        loading[np.arange(len(electors)), 1 + group[electors]] = b
        kept = np.concatenate([[dependence.national.any()], known >= 0])
        return GivenFactors(loading[:, kept] / own[:, None], quantile / own, dependence.degrees_of_freedom)
    if isinstance(dependence, CommonOdds):
        return GivenRate(happens, fails, dependence)
    raise NotSolvable("Independent electors have no common factors to draw", "use the sampler of independent electors")


@dataclass(frozen=True, eq=False)
class GivenFactors:
    """Chances given Gaussian or t factors; see `DrawnFactors`.

    Attributes
    ----------
    loading : (e, f) float64
        Loadings of each event's elector on the factors, national and groups', over what is left of its own.
    quantile : (e,) float64
        What its latent must exceed, over the same.
    degrees_of_freedom : float
        Of the t distribution, or inf.
    """

    loading: Floats
    quantile: Floats
    degrees_of_freedom: float

    @property
    def dimensions(self) -> int:
        """Factors, and the scale of a t distribution."""
        factors: int = self.loading.shape[1]
        return max(factors + (self.degrees_of_freedom < np.inf), 1)

    def log_density(self, points: Floats) -> Floats:
        """Compute the logarithm of the density; see `DrawnFactors.log_density`."""
        result: Floats = -0.5 * (np.square(points).sum(axis=1) + points.shape[1] * np.log(2.0 * np.pi))
        return result

    def chances(self, points: Floats) -> Pair:
        """Compute the probabilities; see `DrawnFactors.chances`."""
        latent = self.loading @ points[:, : self.loading.shape[1]].T
        latent -= self.quantile[:, None] * self._scale(points[:, -1])
        below, beyond = latent <= 0.0, ndtr(-np.abs(latent))
        within = 1.0 - beyond
        return np.where(below, beyond, within), np.where(below, within, beyond)

    def _scale(self, x: Floats) -> Floats:
        """Compute sqrt(S), from the end at which it is accurate."""
        nu = self.degrees_of_freedom
        if nu == np.inf:
            return np.ones(len(x))
        half = np.where(x < 0.0, gammaincinv(nu / 2, ndtr(x)), gammainccinv(nu / 2, ndtr(-x)))
        result: Floats = np.sqrt(np.maximum(half * (2.0 / nu), _LEAST))
        return result


@dataclass(frozen=True, eq=False)
class GivenRate:
    """Chances given a common rate; see `DrawnFactors`.

    Attributes
    ----------
    happens, fails : (e,) float64
        Base probabilities and their complements.
    odds : CommonOdds
        Parameters of the rate.
    """

    happens: Floats
    fails: Floats
    odds: CommonOdds

    @property
    def dimensions(self) -> int:
        """One: the rate."""
        return 1

    def log_density(self, points: Floats) -> Floats:
        """Compute the logarithm of the density; see `DrawnFactors.log_density`."""
        alpha, beta = self.odds.alpha, self.odds.beta
        mean, rest = alpha / (alpha + beta), beta / (alpha + beta)
        d, slope = self._log_odds(points[:, 0])
        constant = alpha * np.log(mean) + beta * np.log(rest) - betaln(alpha, beta)
        result: Floats = (
            constant + alpha * _log_ratio(d, mean, rest) + beta * _log_ratio(-d, rest, mean) + np.log(slope)
        )
        return result

    def chances(self, points: Floats) -> Pair:
        """Compute the probabilities; see `DrawnFactors.chances`."""
        d, _ = self._log_odds(points[:, 0])
        # The greater of the two multipliers is 1, so that nothing overflows.
        more = np.exp(np.minimum(d, 0.0)) * self.happens[:, None]
        less = np.exp(np.minimum(-d, 0.0)) * self.fails[:, None]
        return more / (more + less), less / (more + less)

    def _log_odds(self, x: Floats) -> Pair:
        """Compute d and its derivative."""
        alpha, beta = self.odds.alpha, self.odds.beta
        root = np.sqrt(x**2 + 4.0)
        up, down = 0.25 * (x + root) ** 2, 0.25 * (x - root) ** 2
        width = np.sqrt(1.0 / alpha + 1.0 / beta)
        return x * width + up / (2.0 * beta) - down / (2.0 * alpha), width + (up / beta + down / alpha) / root


def _log_ratio(d: Floats, mean: float, rest: float) -> Floats:
    """Compute the logarithm of a rate over its mean, 1 - `rest`, from log odds over those of the mean."""
    near = np.clip(d, -1.0, 1.0)
    far: Floats = -np.logaddexp(np.log(mean), np.log(rest) - d)
    return np.where(near == d, -np.log1p(rest * np.expm1(-near)), far)
