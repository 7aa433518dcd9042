r"""How many draws, fixed so that looking at the result does not bias it.

Two stages: a pilot tells the variance, the second stage is as long as that asks for, and only the second is reported.
Its error varies too, about as much as the pilot's is unsure if both are short, so it is made longer by a margin for
both; nothing is looked at on the way.

Where weights have a proved bound B, a weight W is turned into a coin that falls heads with probability W / B, and coins
are tossed until the k-th head. With T a gamma variable of as many degrees as there were tosses, k heads in the time T
are a Poisson process of rate p / B, and the law of the relative error is known whatever p is (Huber 2017, Random
Structures and Algorithms 50, 173-182). Of several strata each toss takes one, in proportion to its share of the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count
from math import ceil, exp, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.executors import Map
from montecarlo.kernel.streams import Uniforms
from montecarlo.sampling.sampler import BoundedSampler
from montecarlo.sampling.strata import Stratified, Stratum
from montecarlo.sampling.weights import MOST_UNSURE, Weights, added
from montecarlo.uncertainty import Counted, Waited, gamma_quantiles, normal_quantile

STAGE: Final = 2_000_000
"""The stream's first spawn key; stratum k takes 2 k further ones, for pilot and second stage."""

PILOT: Final = 500
"""Draws of the pilot, of each stratum."""

FEWEST: Final = 1_000
"""Draws of the second stage, of each stratum, at least."""

_SURE: Final = 5.0
"""Standard errors by which the variance that a pilot tells is raised: few weights tell theirs as too small."""

FINEST: Final = 1e-12
"""Relative errors below this ask for no more draws than it does; none of that is ever reached."""

_SELDOM: Final = 1e-3
"""Share of heads for which few coins are taken that show none."""

_COINS: Final = STAGE - 2
_TIME: Final = STAGE - 1

Progress = Callable[[int, int, int], None]
"""Called with the draws that are made, those that will be, and those that would reach what is asked: maybe more."""


def silent(done: int, of: int, wanted: int) -> None:
    """Show no progress."""


def weigh(stratum: Stratum, draws: int, *, seed: int, stage: int, map_: Map = map) -> Weights:
    """Draw weights of one stratum, block by block over a map."""
    return added(list(_blocks(stratum, draws, seed=seed, stage=stage, map_=map_)))


def _blocks(stratum: Stratum, draws: int, *, seed: int, stage: int, map_: Map) -> Iterable[Weights]:
    task = partial(_block, stratum, seed, stage, draws)
    return map_(task, range(-(-draws // stratum.sampler.block)))


def _block(stratum: Stratum, seed: int, stage: int, draws: int, block: int) -> Weights:
    size = stratum.sampler.block
    return Weights.of(stratum.sampler.log_weights(seed, stage, block, min(size, draws - block * size)))


def two_stages(
    strata: list[Stratum],
    relative_error: float,
    confidence: float,
    *,
    most: int,
    seed: int,
    map_: Map = map,
    progress: Progress = silent,
) -> Stratified:
    """Estimate to a relative error, the half-width of the interval at a confidence over the estimate.

    Parameters
    ----------
    strata : list of Stratum
        What the probability is made of, at least one.
    relative_error, confidence : float
        What is asked.
    most : int
        Most draws of the second stage.
    seed : int
        Of both stages.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order.
    progress : callable
        See `Progress`; first called after the pilot.

    Returns
    -------
    Stratified
        The second stage.
    """
    pilots = [weigh(each, PILOT, seed=seed, stage=STAGE + 2 * k, map_=map_) for k, each in enumerate(strata)]
    wanted = _second_stage(strata, pilots, max(relative_error, FINEST) / normal_quantile(confidence))
    sizes = [ceil(size) for size in wanted * min(1.0, most / wanted.sum())]
    of, asked, done, parts = sum(sizes), ceil(wanted.sum()), 0, []
    progress(done, of, asked)
    for k, (each, draws) in enumerate(zip(strata, sizes, strict=True)):
        found = []
        for weights in _blocks(each, draws, seed=seed, stage=STAGE + 2 * k + 1, map_=map_):
            found.append(weights)
            done += weights.draws
            progress(done, of, asked)
        parts.append((each.weight, added(found)))
    return Stratified(tuple(parts))


def _second_stage(strata: list[Stratum], pilots: list[Weights], error: float) -> NDArray[np.float64]:
    """Share out draws in proportion to the standard deviations (Neyman 1934, J. Royal Stat. Soc. 97, 558-625)."""
    whole = Stratified(tuple((each.weight, pilot) for each, pilot in zip(strata, pilots, strict=True))).log_mean
    deviation = np.array(
        [
            each.weight * exp(pilot.log_mean - whole) * pilot.relative_variance**0.5 if pilot.mean else 0.0
            for each, pilot in zip(strata, pilots, strict=True)
        ]
    )
    needed = deviation.sum() * deviation / error**2
    # Enough for the variance to be known, too.
    known = 1.5 * PILOT * np.array([pilot.unsure for pilot in pilots]) / MOST_UNSURE
    least = np.maximum(known, FEWEST)
    # The second stage tells its variance as badly as a pilot of its length would.
    unsure = np.array([pilot.unsure_relative for pilot in pilots]) * (1.0 + PILOT / np.maximum(needed, least))
    wanted: NDArray[np.float64] = np.maximum(needed * (1.0 + _SURE * np.sqrt(unsure)), least)
    return wanted


def hits_for(relative_error: float, confidence: float) -> int:
    """Find how many heads to wait for, so that the interval's half-width is the relative error."""
    relative_error = max(relative_error, FINEST)
    low = high = max(2, int((normal_quantile(confidence) / relative_error) ** 2 / 4))
    while _half_width(high, confidence) > relative_error:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _half_width(middle, confidence) <= relative_error else (middle, high)
    return high


def _half_width(hits: int, confidence: float) -> float:
    low, high = gamma_quantiles(hits, confidence)
    return (high - low) / 2.0 / (hits - 1)


def waited(
    strata: list[Stratum], hits: int, *, most: int, seed: int, map_: Map = map, progress: Progress = silent
) -> tuple[Waited | Counted, int]:
    """Toss coins until so many heads have fallen, or `most` coins are tossed.

    Parameters
    ----------
    strata : list of Stratum
        All with a `BoundedSampler`.
    hits : int
        k, at least 2.
    most : int
        Most coins.
    seed : int
        Of the coins.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order.
    progress : callable
        See `Progress`; first called after some coins, which tell about how many it will take.

    Returns
    -------
    Waited or Counted
        The heads and the time; the heads among `most` coins if they were too few.
    int
        Coins tossed.
    """
    from scipy.special import gammaincinv

    coins = _Coins(strata, seed, hits)
    tossed = fallen = wanted = 0
    for heads in _in_turn(coins, hits, most, map_):
        wanted = wanted or ceil(hits / max(float(heads.mean()), _SELDOM))
        progress(tossed, min(wanted, most), wanted)
        if fallen + heads.sum() >= hits:
            tossed += int(np.flatnonzero(heads)[hits - fallen - 1]) + 1
            fallen = hits
            break
        tossed, fallen = tossed + len(heads), fallen + int(heads.sum())
        if tossed >= most:
            return Counted(fallen, tossed, coins.log_bound), tossed
    time = float(gammaincinv(tossed, Uniforms(seed, _TIME, 0)(1)[0]))
    return Waited(fallen, log(time) - coins.log_bound), tossed


def _in_turn(coins: _Coins, hits: int, most: int, map_: Map) -> Iterator[NDArray[np.bool_]]:
    """Yield blocks of coins in order; as many as are surely needed go over the map together."""
    first = coins(0)
    yield first
    ahead = int(min(0.9 * hits / max(float(first.mean()), _SELDOM), most) / len(first))
    yield from map_(coins, range(1, 1 + ahead))
    yield from map(coins, count(1 + ahead))


class _Coins:
    """Blocks of coins, whose chance is the probability over a bound."""

    def __init__(self, strata: list[Stratum], seed: int, hits: int) -> None:
        self.strata, self.seed = strata, seed
        bounds = np.array([log(each.weight) + self._sampler(each).log_bound for each in strata])
        self.log_bound = float(np.logaddexp.reduce(bounds))
        self.until = np.cumsum(np.exp(bounds - self.log_bound))[:-1]
        # About as many as are needed, so that few are tossed for nothing.
        wanted = 1 << max(10, (8 * hits).bit_length())
        self.size = min(wanted, *(each.sampler.block for each in strata))

    def __call__(self, block: int) -> NDArray[np.bool_]:
        """Toss the coins of a block."""
        uniforms = Uniforms(self.seed, _COINS, block)(self.size, 2)
        chosen = np.searchsorted(self.until, uniforms[:, 0], side="right")
        heads = np.zeros(self.size, dtype=np.bool_)
        for k, each in enumerate(self.strata):
            here = np.flatnonzero(chosen == k)
            if len(here):
                sampler = self._sampler(each)
                weights = sampler.log_weights(self.seed, STAGE + 2 * k, block, len(here))
                heads[here] = np.log(uniforms[here, 1]) < weights - sampler.log_bound
        return heads

    @staticmethod
    def _sampler(stratum: Stratum) -> BoundedSampler:
        assert isinstance(stratum.sampler, BoundedSampler)
        return stratum.sampler
