"""Simulating the House of a contingent election.

A delegation votes by where its word, taken as a number from 0 to 1, falls among the cumulative probabilities of leader,
alternative, divided and opponent. Under a common factor those are P(X > x | Z = z) = Phi((a z - x) / sqrt(1 - a^2)), x
the quantile without it. Every step is rounded the same everywhere, so the counts are the same on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.simulation import whole_number
from montecarlo.errors import InputError
from montecarlo.house import House
from montecarlo.kernel.normal import normal_cdf, normal_quantile, upper_quantile
from montecarlo.kernel.streams import block_words, fresh_seed, splitmix64
from montecarlo.uncertainty import clopper_pearson

STAGE = 1_000_000
"""The stream's first spawn key: the House, whatever stages the electors use."""

BLOCK = 4096
"""Simulated Houses in a block of the stream: 2 MB of words."""

_BITS = 53


@dataclass(frozen=True, eq=False)
class HouseSimulation:
    """A simulated House.

    Attributes
    ----------
    counts : (4,) int64
        Houses that elected the leader, the opponent, the alternative, and nobody.
    seed : int
        Seed that replays the simulation.
    """

    counts: NDArray[np.int64]
    seed: int

    @property
    def draws(self) -> int:
        """Number of simulated Houses."""
        return int(self.counts.sum())

    def probabilities(self) -> tuple[float, ...]:
        """Return the shares of Houses that elected the leader, the opponent, the alternative, and nobody."""
        return tuple((self.counts / self.draws).tolist())

    def intervals(self, confidence: float = 0.95) -> tuple[tuple[float, float], ...]:
        """Return the exact two-sided interval of each of the four probabilities, one at a time.

        Raises
        ------
        InputError
            If `confidence` does not lie strictly between 0 and 1.
        """
        return tuple(clopper_pearson(hits, self.draws, confidence) for hits in self.counts.tolist())


@dataclass(frozen=True)
class _Bench:
    """Delegations with the same numbers.

    Attributes
    ----------
    places : (k,) int64
        Their numbers.
    shares : (3,) float64
        Probabilities of a vote for the leader, for leader or alternative, and of none for the opponent.
    loading : float
        Of the common factor.
    """

    places: NDArray[np.int64]
    shares: NDArray[np.float64]
    loading: float

    def limits(self, factor: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the shares for each value of the factor, (3, draws, 1), in units of 2^-53."""
        shares = self.shares[:, None]
        if self.loading:
            left = np.sqrt(1.0 - self.loading * self.loading)
            shares = normal_cdf((self.loading * factor - upper_quantile(self.shares)[:, None]) / left)
        return np.rint(shares * 2.0**_BITS).astype(np.int64)[..., None]


def simulate_house(house: House, draws: int, *, seed: int | None = None) -> HouseSimulation:
    """Simulate Houses and count whom they elect.

    Parameters
    ----------
    house : House
        Probabilities of the delegations.
    draws : int
        Number of Houses, at least 1.
    seed : int, optional
        At least 0; drawn from the operating system, and recorded in the result, if absent.

    Returns
    -------
    HouseSimulation
        The same on any machine.

    Raises
    ------
    InputError
        For a house, draws or seed that cannot be used.
    """
    if not isinstance(house, House):
        raise InputError(f"The house is a {type(house).__name__}, not a montecarlo.House.")
    draws = whole_number("draws", draws, least=1)
    seed = fresh_seed() if seed is None else whole_number("seed", seed, least=0)
    benches = _benches(house)
    counts = np.zeros(4, dtype=np.int64)
    for start in range(0, draws, BLOCK):
        _, key = block_words(seed, STAGE, start // BLOCK)
        counts += _elected(house, benches, key, min(BLOCK, draws - start))
    counts.setflags(write=False)
    return HouseSimulation(counts, seed)


def _benches(house: House) -> list[_Bench]:
    columns = (house.leader, house.leader + house.alternative, 1.0 - house.opponent, house.loading)
    kinds, which = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    which = which.reshape(-1)
    return [_Bench(np.flatnonzero(which == i), kind[:3], float(kind[3])) for i, kind in enumerate(kinds)]


def _elected(house: House, benches: list[_Bench], key: int, draws: int) -> NDArray[np.int64]:
    """Count whom the first Houses of a block elect; a House takes a word a delegation and one for the factor."""
    wide = house.delegations + 1
    words = splitmix64(np.uint64(key), np.arange(draws * wide, dtype=np.uint64)).reshape(draws, wide)
    factor = normal_quantile(words[:, -1])
    votes = np.zeros((3, draws), dtype=np.int64)
    for bench in benches:
        numbers = (words[:, bench.places] >> np.uint64(64 - _BITS)).astype(np.int64)
        leader, ours, not_theirs = (numbers < limit for limit in bench.limits(factor))
        votes += [leader.sum(axis=1), (~not_theirs).sum(axis=1), (ours & ~leader).sum(axis=1)]
    elected: NDArray[np.int64] = (votes >= house.needed).sum(axis=1)
    return np.append(elected, draws - elected.sum())
