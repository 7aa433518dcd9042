r"""A law to draw from where an integrand has its mass: normal laws around its modes, and wider ones for safety.

To integrate exp(l) over R^d, a density with normal tails times a probability that only far values make likely, draw
from normal laws around the modes mu_j of l (`montecarlo.sampling.modes`),

    g(x) = sum_j w_j (0.9 N(x; m_j, C_j) + 0.1 N(x; mu_j, I)),

and weigh by exp(l) / g. The wide part keeps the weights bounded where C_j is too narrow (Hesterberg 1995, Technometrics
37, 185-194). Laplace's approximation gives the first w_j, m_j = mu_j and C_j = H_j^-1, H_j minus the second derivative.
In a few rounds of trial points their weights correct w_j, and m_j and C_j along the three directions in which l is most
unlike the logarithm of a standard normal density (Cappé, Douc, Guillin, Marin and Robert 2008, Statistics and Computing
18, 447-459). Along these alone C_j is made wider: widening k directions by c multiplies the mean square of the weights
by up to (c^2 / sqrt(2 c^2 - 1))^k. The trial points are always the same, so that nothing but the target decides on g.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from montecarlo.kernel.streams import Uniforms
from montecarlo.sampling.modes import Function, modes_of

Floats = NDArray[np.float64]

_DEFENSIVE: Final = 0.1
_WIDER: Final = 1.15
_HALVINGS: Final = 60
_LEADING: Final = 3
_NEGLIGIBLE: Final = 1e-8
_LEAST_VARIANCE: Final = 1e-16
_TRIALS: Final = (64, 64, 128)
_MOST_TIMES: Final = 4
_ENOUGH: Final = 5.0
"""Trial points of equal weights that a variance takes to be told, a direction."""

_TRIAL_STAGE: Final = 1 << 40
"""A stage that no run uses."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """A mixture of normal laws over R^d.

    Attributes
    ----------
    weight : (m,) float64
        Of each law; they sum to 1.
    mean : (m, d) float64
        Means.
    axes : (m, d, d) float64
        Columns are the principal directions of each law, of length 1, the one that matters most first.
    deviation : (m, d) float64
        Standard deviations along them.
    """

    weight: Floats
    mean: Floats
    axes: Floats
    deviation: Floats

    def draw(self, uniforms: Floats) -> Floats:
        """Turn uniform numbers into points.

        Parameters
        ----------
        uniforms : (N, d + 1) float64
            Strictly between 0 and 1; the first of a row chooses the law, the others are turned into normals. In one
            dimension the second alone makes the point, which then rises smoothly with it.

        Returns
        -------
        (N, d) float64
        """
        normals = ndtri(uniforms[:, 1:])
        if normals.shape[1] == 1:
            return self._quantile(uniforms[:, 1], normals[:, 0])[:, None]
        chosen = np.searchsorted(self.weight.cumsum()[:-1], uniforms[:, 0], side="right")
        points: Floats = np.empty_like(normals)
        for law, (mean, axes, deviation) in enumerate(zip(self.mean, self.axes, self.deviation, strict=True)):
            here = chosen == law
            points[here] = mean + (normals[here] * deviation) @ axes.T
        return points

    def _quantile(self, chance: Floats, normals: Floats) -> Floats:
        """Invert the distribution function of the mixture in one dimension, which lies between those of its laws."""
        mean, deviation = self.mean, self.deviation
        quantiles = mean + deviation * normals
        low, high = quantiles.min(axis=0), quantiles.max(axis=0)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            under = self.weight @ ndtr((middle - mean) / deviation) < chance
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        result: Floats = 0.5 * (low + high)
        return result

    def log_density(self, points: Floats) -> Floats:
        """Compute the logarithm of the density.

        Parameters
        ----------
        points : (N, d) float64
            Where.

        Returns
        -------
        (N,) float64
        """
        result: Floats = logsumexp(self.log_parts(points), axis=0)
        return result

    def log_parts(self, points: Floats) -> Floats:
        """Compute the logarithm of what each law adds to the density, (m, N)."""
        logs = np.empty((len(self.weight), len(points)))
        for log, mean, axes, deviation in zip(logs, self.mean, self.axes, self.deviation, strict=True):
            normals = ((points - mean) @ axes) / deviation
            log[:] = -0.5 * np.square(normals).sum(axis=1) - np.log(deviation).sum()
        logs += np.log(self.weight)[:, None] - 0.5 * points.shape[1] * np.log(2.0 * np.pi)
        return logs


def proposal_for(
    log_target: Function, dimensions: int, *, starts: Floats | None = None, wider: float = 1.05
) -> Proposal:
    """Build a proposal for a target.

    Parameters
    ----------
    log_target : callable, (N, d) float64 -> (N,) float64
        Natural logarithm of what is integrated, up to a constant: a density that falls at least as fast as a standard
        normal one, times a smooth function that is bounded; -inf where it is 0.
    dimensions : int
        d, at least 1.
    starts : (k, d) float64, optional
        Where to look for modes; by default along every coordinate and the direction in which the target rises most.
    wider : float
        How much wider than the target the normal laws are made along their leading directions.

    Returns
    -------
    Proposal
        The standard normal law if the target is 0 wherever it was looked at.
    """
    modes = modes_of(log_target, dimensions, starts=starts)
    if not modes:
        return Proposal(np.ones(1), np.zeros((1, dimensions)), np.eye(dimensions)[None], np.ones((1, dimensions)))
    log_mass = np.array([mode.log_mass for mode in modes])
    mass = np.exp(log_mass - log_mass.max())
    kept = np.flatnonzero(mass > _NEGLIGIBLE)
    place, axes, curvature = (np.array([mode[field] for mode in modes])[kept] for field in range(3))
    proposal = Proposal(
        _shares(mass[kept]),
        np.tile(place, (2, 1)),
        np.tile(axes, (2, 1, 1)),
        np.concatenate([1.0 / np.sqrt(curvature), np.ones_like(curvature)]),
    )
    proposal.deviation[: len(kept), :_LEADING] *= _WIDER
    uniforms = Uniforms(0, _TRIAL_STAGE, 0)
    for trials in _TRIALS:
        some = uniforms(trials * min(dimensions + 1, _MOST_TIMES), dimensions + 1)
        proposal = _fitted(proposal, log_target, some, wider=wider)
    return proposal


def _fitted(proposal: Proposal, log_target: Function, uniforms: Floats, *, wider: float) -> Proposal:
    """Give each mode the weight, mean and leading variances that weighted points tell."""
    points, modes = proposal.draw(uniforms), len(proposal.weight) // 2
    parts = proposal.log_parts(points)
    log_density = logsumexp(parts, axis=0)
    log_weight = log_target(points) - log_density
    if log_weight.max() == -np.inf:
        return proposal
    weight = np.exp(log_weight - log_weight.max())
    mean, axes, deviation = proposal.mean.copy(), proposal.axes.copy(), proposal.deviation.copy()
    mass = np.empty(modes)
    for mode in range(modes):
        theirs = weight * np.exp(np.logaddexp(parts[mode], parts[modes + mode]) - log_density)
        mass[mode] = theirs.sum()
        if mass[mode] ** 2 <= _ENOUGH * min(points.shape[1], _LEADING) * (theirs @ theirs):
            continue
        theirs /= mass[mode]
        leading = proposal.axes[mode, :, :_LEADING]
        along = (points - proposal.mean[mode]) @ leading
        centre = theirs @ along
        variance, turn = np.linalg.eigh((theirs[:, None] * (along - centre)).T @ (along - centre))
        mean[mode] += leading @ centre
        axes[mode, :, :_LEADING] = leading @ turn
        deviation[mode, :_LEADING] = wider * np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
    return Proposal(_shares(mass), mean, axes, deviation)


def _shares(mass: Floats) -> Floats:
    """Share out the weight of a mixture to the narrow laws and then to the wide ones, something to each."""
    share = np.maximum(mass / mass.sum(), _NEGLIGIBLE)
    share /= share.sum()
    return np.concatenate([(1.0 - _DEFENSIVE) * share, _DEFENSIVE * share])
