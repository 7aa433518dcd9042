r"""What is common to all electors as a space to integrate over: coordinates, density, environments.

- Gaussian factors: z, with density exp(-z^2 / 2). A t distribution also has v = log S, S = chi2_nu / nu, with density
  exp(nu (v - e^v) / 2), which falls slowly towards S = 0. So the coordinate is r, v = r - 2 e^-r / nu, in which it
  falls doubly exponentially on both sides (Takahasi and Mori 1974, Publications of RIMS 9, 721-741).
- A common rate X ~ Beta(alpha, beta): d = logit X - logit(mean rate), with density X^alpha (1 - X)^beta.

For small alpha or beta the density of d falls slowly, but where the rate is too small for any attempt (or too large for
any loyalty) nothing changes any more: the last point stands for all beyond it, whose weights are a geometric series.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.environment import CommonFactors, CommonRate
from montecarlo.model import Model
from montecarlo.parts import Alone, CommonOdds, Factors

FURTHEST = 40.0
"""A standard normal beyond this has a density below 1e-300."""

_LOG_LEAST = 760.0
"""Densities below exp(-760) are nothing."""


@dataclass(frozen=True, eq=False)
class FactorSpace:
    """Coordinates z, if any elector has a national loading, and r, if the distribution is t.

    Attributes
    ----------
    factors : Factors
        Loadings of the electors of both sides.
    group, inner_weight : (M,) float64
        Values of a group's own factor and their weights.
    """

    factors: Factors
    group: NDArray[np.float64]
    inner_weight: NDArray[np.float64]

    @cached_property
    def _national(self) -> bool:
        return bool(self.factors.national.any())

    @cached_property
    def _scaled(self) -> bool:
        return self.factors.degrees_of_freedom < np.inf

    @cached_property
    def steps(self) -> NDArray[np.float64]:
        """First steps."""
        nu = self.factors.degrees_of_freedom
        width = min(1.0, np.sqrt(2.0 / nu)) / (1.0 + 2.0 / nu) if self._scaled else 0.0
        return np.array([0.5] * self._national + [0.5 * width] * self._scaled)

    @cached_property
    def box(self) -> NDArray[np.int64]:
        """First and last index of the lattice."""
        nu = self.factors.degrees_of_freedom
        sides = [(-FURTHEST, FURTHEST)] * self._national
        if self._scaled:
            high = np.log(2.0 + 2.0 * _LOG_LEAST / nu)
            sides.append((-min(np.log(_LOG_LEAST), 2.0 * _LOG_LEAST / nu), high + 2.0 / nu))
        return outward(np.array(sides).reshape(-1, 2), self.steps)

    def log_weight(self, points: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the density times the steps, up to a constant; see `lattice.Density`."""
        result = np.full(len(points), np.log(steps).sum())
        if self._national:
            result -= points[:, 0] ** 2 / 2
        if self._scaled:
            v, slope = self._log_scale(points[:, -1])
            result += self.factors.degrees_of_freedom / 2 * (v - np.expm1(v)) + np.log(slope)
        return result

    def environment(self, points: NDArray[np.float64], log_weight: NDArray[np.float64]) -> CommonFactors:
        """Build the environment of (N, D) points."""
        z = points[:, 0] if self._national else np.zeros(len(points))
        scale = np.exp(self._log_scale(points[:, -1])[0] / 2) if self._scaled else np.ones(len(points))
        return CommonFactors(log_weight, self.inner_weight, z, scale, self.group, self.factors)

    def _log_scale(self, r: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Turn the coordinate r into v = log S and its derivative."""
        bend = 2.0 / self.factors.degrees_of_freedom * np.exp(-r)
        return r - bend, 1.0 + bend


class RateSpace:
    """Coordinate d, the log odds of the common rate over those of the mean rate."""

    def __init__(self, model: Model, odds: CommonOdds) -> None:
        self.odds = odds
        width = min(1.0, float(np.sqrt(1.0 / odds.alpha + 1.0 / odds.beta)))
        self.steps = np.array([0.5 * width])
        self.box = outward(np.array([_limits(model)]), self.steps)
        self._ends = self.box[0] * self.steps[0]

    def log_weight(self, points: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the density times the step, up to a constant; see `lattice.Density`."""
        alpha, beta = self.odds.alpha, self.odds.beta
        d, mean = points[:, 0], alpha / (alpha + beta)
        result: NDArray[np.float64] = np.log(steps[0]) + alpha * _log_ratio(d, mean)
        result = result + beta * _log_ratio(-d, beta / (alpha + beta))
        for end, slope, outside in zip(self._ends, (alpha, beta), (d < self._ends[0], d > self._ends[1]), strict=True):
            result = np.where(d == end, result - np.log(-np.expm1(-slope * steps[0])), result)
            result = np.where(outside, -np.inf, result)
        return result

    def environment(self, points: NDArray[np.float64], log_weight: NDArray[np.float64]) -> CommonRate:
        """Build the environment of (N, 1) points."""
        return CommonRate(log_weight, np.ones(1), points[:, 0])


def outward(sides: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.int64]:
    """Turn limits into indices, multiples of 4, outside them."""
    ratio = sides / (4.0 * steps[:, None])
    return 4 * np.stack([np.floor(ratio[:, 0]), np.ceil(ratio[:, 1])], axis=1).astype(np.int64)


def _log_ratio(d: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Logarithm of X over its mean, accurate for small d too, where alpha may multiply it by a million."""
    near = np.clip(d, -1.0, 1.0)
    with np.errstate(divide="ignore"):
        far = -np.logaddexp(np.log(mean), np.log1p(-mean) - d)
    result: NDArray[np.float64] = np.where(near == d, -np.log1p((1.0 - mean) * np.expm1(-near)), far)
    return result


def _limits(model: Model) -> tuple[float, float]:
    """Find log odds below which nobody attempts and beyond which everybody does, but for a chance of about e^-50."""
    least = [model.probability]
    greatest = [model.probability]
    if not isinstance(model.coordination, Alone):
        greatest.append(model.probability + model.coordination.conditional)
    if model.opponents is not None:
        least.append(model.opponents.probability)
        greatest.append(model.opponents.probability)
    low, high = np.concatenate(least), np.concatenate(greatest)
    low, high = low[(low > 0.0) & (low < 1.0)], high[(high > 0.0) & (high < 1.0)]
    many = 50.0 + np.log(len(np.concatenate(greatest)))
    return (
        -many - float(np.log(high / (1.0 - high)).max(initial=0.0)),
        many - float(np.log(low / (1.0 - low)).min(initial=0.0)),
    )
