"""NumPy simulations of electors who depend on each other or move each other, written as a practised user would.

Variants were tried against each other, and the fastest plain one is here: factors enter through the limit that an
elector's own mind must exceed, once a state; of a cascade only the elections that still move are looked at again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from references import Reference, Sampler
from works import SEED

from montecarlo.model import Model
from montecarlo.parts import Cascade, Factors, Pledge


def _latent_normals(model: Model) -> Sampler:
    """Draw nation, states and electors; the electors of a state must be alike and stand next to each other."""
    from scipy.special import ndtri

    factors = model.dependence
    assert isinstance(factors, Factors)
    rng, n = np.random.default_rng(SEED), model.electors
    _, first, electors = np.unique(model.group, return_index=True, return_counts=True)
    a, b = factors.national[first], factors.group[first]
    x, own = -ndtri(model.probability[first]), np.sqrt(1 - a**2 - b**2)
    states = len(first)

    def sample(m: int) -> NDArray[np.int64]:
        nation, state = rng.standard_normal((m, 1)), rng.standard_normal((m, states))
        limit = (x - a * nation - b * state) / own
        return np.asarray((rng.standard_normal((m, n)) > np.repeat(limit, electors, axis=1)).sum(1))

    return sample


def _pledges(model: Model) -> Sampler:
    """Draw one uniform number an elector: it acts, or has pledged, or neither."""
    pledge = model.coordination
    assert isinstance(pledge, Pledge)
    rng, n = np.random.default_rng(SEED), model.electors
    acting, either = model.probability, model.probability + pledge.conditional

    def sample(m: int) -> NDArray[np.int64]:
        uniform = rng.random((m, n))
        alone, all_ready = (uniform < acting).sum(1), (uniform < either).sum(1)
        counted = all_ready if pledge.counts == "all" else all_ready - alone
        return np.where(counted >= pledge.threshold, all_ready, alone)

    return sample


def _cascades(model: Model) -> Sampler:
    """Draw one uniform number an elector, and compare it with P(threshold <= k) as k, the number who joined, grows."""
    cascade = model.coordination
    assert isinstance(cascade, Cascade)
    assert cascade.rounds is None
    assert cascade.visibility == 1.0
    rng, n = np.random.default_rng(SEED), model.electors
    level = np.minimum(np.arange(n + 1), cascade.threshold_cdf.shape[1] - 1)
    joined = model.probability + cascade.conditional * cascade.threshold_cdf[cascade.threshold_class][:, level].T
    joined = np.ascontiguousarray(joined)

    def sample(m: int) -> NDArray[np.int64]:
        uniform = rng.random((m, n))
        count = (uniform < joined[0]).sum(1)
        moving = np.flatnonzero(count)
        uniform = uniform[moving]
        while len(moving):
            reached = (uniform < joined[count[moving]]).sum(1)
            grown = reached > count[moving]
            count[moving] = reached
            moving, uniform = moving[grown], uniform[grown]
        return np.asarray(count)

    return sample


LATENT_NORMALS = Reference("chunked NumPy, latent normals", _latent_normals)
PLEDGES = Reference("chunked NumPy", _pledges)
CASCADES = Reference("chunked NumPy", _cascades)
