"""Other ways to simulate independent electors, each drawing every elector of every election, in chunks of elections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from timing import seconds
from works import SEED

from montecarlo.model import Model

CHUNKS = (64, 256, 1024, 4096, 16384, 65536)

Sampler = Callable[[int], NDArray[np.integer]]
"""Takes a number of elections and returns the number of defectors in each."""


@dataclass(frozen=True)
class Reference:
    """A way to simulate; `sampler` prepares it for a model, `missing` says why it cannot run, if so."""

    name: str
    sampler: Callable[[Model], Sampler]
    missing: str = ""
    slow: bool = False

    def counts(self, model: Model, draws: int, *, chunk: int) -> NDArray[np.int64]:
        """Count elections by number of defectors, ``(n + 1,)``."""
        sample, bins = self.sampler(model), model.electors + 1
        total = np.zeros(bins, dtype=np.int64)
        for start in range(0, draws, chunk):
            total += np.bincount(sample(min(chunk, draws - start)), minlength=bins)
        return total

    @cache  # noqa: B019 - a handful of references and models, all of which live as long as the process
    def fastest_chunk(self, model: Model, draws: int) -> int:
        """Find the elections to draw at a time that suit this reference best: the least of two times for each."""
        times = dict.fromkeys(CHUNKS, np.inf)
        for _ in range(2):
            for chunk in CHUNKS:
                times[chunk] = min(times[chunk], seconds(partial(self.counts, model, draws, chunk=chunk)))
        return min(CHUNKS, key=lambda chunk: times[chunk])


def _coins(model: Model) -> Sampler:
    rng, n, probability = np.random.default_rng(SEED), model.electors, model.probability
    return lambda m: (rng.random((m, n)) < probability).sum(1)


def _openturns(model: Model) -> Sampler:
    electors = _openturns_electors(tuple(model.probability.tolist()))

    def sample(m: int) -> NDArray[np.int64]:
        total = np.zeros(m)
        for elector in electors:
            total += np.asarray(elector.getSample(m))[:, 0]
        return total.astype(np.int64)

    return sample


@cache
def _openturns_electors(probability: tuple[float, ...]) -> list[Any]:
    import openturns

    openturns.TBB.Disable()  # one thread, like the others
    openturns.RandomGenerator.SetSeed(SEED)
    return [openturns.Bernoulli(chance) for chance in probability]


def _poisson_binom(model: Model) -> Sampler:
    from scipy.stats import poisson_binom

    law, rng = poisson_binom(model.probability), np.random.default_rng(SEED)
    return lambda m: law.rvs(m, random_state=rng)


def _poisson_binom_missing() -> str:
    import scipy.stats

    return "" if hasattr(scipy.stats, "poisson_binom") else "this SciPy has no poisson_binom"


CHUNKED_NUMPY = Reference("chunked NumPy", _coins)
"""What everybody writes: ``(rng.random((m, n)) < p).sum(1)``."""

OPENTURNS = Reference(
    "OpenTURNS", _openturns, "" if find_spec("openturns") else "OpenTURNS is not installed", slow=True
)
"""One OpenTURNS sample for each elector, added up: faster than a joint distribution of all electors."""

POISSON_BINOM = Reference("scipy poisson_binom.rvs", _poisson_binom, _poisson_binom_missing(), slow=True)
"""The Poisson binomial distribution of SciPy, which draws all electors too."""
