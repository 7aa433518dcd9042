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

SEED = 1
CHUNKS = (256, 1024, 4096, 16384, 65536)

Probabilities = NDArray[np.float64]
Sampler = Callable[[int], NDArray[np.integer]]
"""Takes a number of elections and returns the number of defectors in each."""


@dataclass(frozen=True)
class Reference:
    """A way to simulate; `sampler` prepares it for given probabilities, `missing` says why it cannot run, if so."""

    name: str
    sampler: Callable[[Probabilities], Sampler]
    missing: str = ""

    def counts(self, probability: Probabilities, draws: int, *, chunk: int) -> NDArray[np.int64]:
        """Count elections by number of defectors, ``(n + 1,)``."""
        sample, bins = self.sampler(probability), len(probability) + 1
        total = np.zeros(bins, dtype=np.int64)
        for start in range(0, draws, chunk):
            total += np.bincount(sample(min(chunk, draws - start)), minlength=bins)
        return total

    def fastest_chunk(self, probability: Probabilities, draws: int) -> int:
        """Find the elections to draw at a time that suit this reference best: the least of two times for each."""
        times = dict.fromkeys(CHUNKS, np.inf)
        for _ in range(2):
            for chunk in CHUNKS:
                times[chunk] = min(times[chunk], seconds(partial(self.counts, probability, draws, chunk=chunk)))
        return min(CHUNKS, key=lambda chunk: times[chunk])


def chunked_numpy() -> Reference:
    """What everybody writes: ``(rng.random((m, n)) < p).sum(1)``."""

    def sampler(probability: Probabilities) -> Sampler:
        rng, n = np.random.default_rng(SEED), len(probability)
        return lambda m: (rng.random((m, n)) < probability).sum(1)

    return Reference("chunked NumPy", sampler)


def openturns() -> Reference:
    """One OpenTURNS sample for each elector, added up: faster than a joint distribution of all electors."""

    def sampler(probability: Probabilities) -> Sampler:
        electors = _openturns_electors(tuple(probability.tolist()))

        def sample(m: int) -> NDArray[np.int64]:
            total = np.zeros(m)
            for elector in electors:
                total += np.asarray(elector.getSample(m))[:, 0]
            return total.astype(np.int64)

        return sample

    return Reference("OpenTURNS", sampler, "" if find_spec("openturns") else "OpenTURNS is not installed")


@cache
def _openturns_electors(probability: tuple[float, ...]) -> list[Any]:
    import openturns

    openturns.TBB.Disable()  # one thread, like the others
    openturns.RandomGenerator.SetSeed(SEED)
    return [openturns.Bernoulli(chance) for chance in probability]


def scipy_poisson_binom() -> Reference:
    """The Poisson binomial distribution of SciPy, which draws all electors too."""
    import scipy.stats

    def sampler(probability: Probabilities) -> Sampler:
        law, rng = scipy.stats.poisson_binom(probability), np.random.default_rng(SEED)
        return lambda m: law.rvs(m, random_state=rng)

    known = hasattr(scipy.stats, "poisson_binom")
    return Reference("scipy poisson_binom.rvs", sampler, "" if known else "this SciPy has no poisson_binom")
