"""A second opinion on electors with common factors: Gauss-Legendre panels, and the recursion elector by elector."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import t as student

from montecarlo.model import Model
from montecarlo.parts import Factors


def panels(low: float, high: float, *, number: int, degree: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights of Gauss-Legendre rules side by side."""
    point, weight = np.polynomial.legendre.leggauss(degree)
    edges = np.linspace(low, high, number + 1)
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    return (middle[:, None] + half[:, None] * point).ravel(), (half[:, None] * weight).ravel()


def added(pmf: np.ndarray, defect: np.ndarray, votes: int) -> np.ndarray:
    """Let one more elector vote; votes along the last axis."""
    more = np.zeros((*pmf.shape[:-1], pmf.shape[-1] + votes))
    more[..., : pmf.shape[-1]] = pmf * (1 - defect)[..., None]
    more[..., votes:] += pmf * defect[..., None]
    return more


def distribution(model: Model, *, number: int = 30) -> np.ndarray:
    """Whole distribution of the losses of few electors with factors, who act alone."""
    factors, law = model.dependence, model.law
    assert isinstance(factors, Factors)
    nu = factors.degrees_of_freedom
    v, weight_v = (np.zeros(1), np.ones(1)) if nu == np.inf else panels(-90 / nu - 5, 6, number=2 * number)
    if nu < np.inf:
        weight_v = weight_v * np.exp(nu / 2 * (v - np.exp(v)))
    z, weight_z = panels(-12, 16, number=number) if factors.national.any() else (np.zeros(1), np.ones(1))
    y, weight_y = panels(-12, 16, number=number) if factors.group.any() else (np.zeros(1), np.ones(1))
    weight_z, weight_y = weight_z * np.exp(-(z**2) / 2), weight_y * np.exp(-(y**2) / 2)
    weight_v, weight_z, weight_y = (each / each.sum() for each in (weight_v, weight_z, weight_y))
    x = -ndtri(model.probability) if nu == np.inf else student.isf(model.probability, nu)
    rulings = [(1.0, 0.0)] if law is None else [(law.upheld, law.cancelled), (1 - law.upheld, 0.0)]
    pmf = np.zeros(model.total_votes + 1)
    for chance, cancelled in rulings:
        spared = np.broadcast_to(1 - np.asarray(cancelled), model.electors)
        total = np.ones((len(v), len(z), 1))
        for group in np.unique(model.group):
            here = np.ones((len(v), len(z), len(y), 1))
            for i in np.flatnonzero(model.group == group):
                a, b = factors.national[i], factors.group[i]
                level = a * z[:, None] + b * y - x[i] * np.exp(v / 2)[:, None, None]
                here = added(here, ndtr(level / np.sqrt(1 - a**2 - b**2)) * spared[i], int(model.votes[i]))
            here = np.einsum("vzyk,y->vzk", here, weight_y)
            joined = np.zeros((len(v), len(z), total.shape[-1] + here.shape[-1] - 1))
            for k in range(here.shape[-1]):
                joined[..., k : k + total.shape[-1]] += here[..., k, None] * total
            total = joined
        pmf += chance * np.einsum("vzk,v,z->k", total, weight_v, weight_z)
    return pmf
