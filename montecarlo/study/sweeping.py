"""The probability over a grid of one or two keys of a scenario: exact where possible, else simulated.

What is simulated shares one seed, so that neighbours are drawn from the same random numbers and differ by what the keys
do. Points do not depend on each other: any map gives the same sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from math import isclose, prod
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.executors import Map
from montecarlo.engine.simulation import MOST_DRAWS, backend_for, whole_number
from montecarlo.errors import InputError, ScenarioError
from montecarlo.kernel.streams import fresh_seed
from montecarlo.language.problems import shown
from montecarlo.language.values import probability
from montecarlo.scenario import Scenario
from montecarlo.study.csv_text import csv_text
from montecarlo.study.numeric_keys import is_number, is_whole, refuse_idle, refuse_unloaded, told_without
from montecarlo.study.points import DRAWS, leader_alone, point
from montecarlo.study.records import finite
from montecarlo.study.sweep_points import checked_points
from montecarlo.uncertainty import checked_confidence, clopper_pearson

MOST_POINTS: Final = 10_000
"""Most points of one sweep."""
_MOST_TOLD: Final = 10
_NEAR: Final = 1e-6
"""The ends of an interval may differ by so much, as they are reckoned by other versions."""

Made = TypeVar("Made")
SCHEMA_VERSION: Final = 2


@dataclass(frozen=True, eq=False)
class Sweep:
    """The probability that the majority is denied, over a grid; n values of the first key, m of the second, if any.

    Attributes
    ----------
    scenario : Scenario
        What all else is taken from.
    keys : tuple of str
        One key or two.
    values : tuple of tuples of float
        Values of each key, in the order they were given.
    probability : (n,) or (n, m) float64
        Exact answers, or shares of the elections simulated.
    log10_probability : (n,) or (n, m) float64
        Its decimal logarithm, finite also where `probability` underflows: -inf only if it is impossible, nan where it
        was simulated and not seen, so that there is an upper limit and nothing else.
    log10_complement : (n,) or (n, m) float64
        That of one minus it: -inf only if it is certain, nan where nothing else was seen.
    hits, draws : (n,) or (n, m) int64
        Simulated elections in which the majority was denied, and all of them; 0 where the answer is exact.
    seed : int or None
        The seed of all that was simulated, None if nothing was.
    """

    scenario: Scenario
    keys: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    probability: NDArray[np.float64]
    log10_probability: NDArray[np.float64]
    log10_complement: NDArray[np.float64]
    hits: NDArray[np.int64]
    draws: NDArray[np.int64]
    seed: int | None

    def __post_init__(self) -> None:
        for each in (self.probability, self.log10_probability, self.log10_complement, self.hits, self.draws):
            each.setflags(write=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of values of each key."""
        return tuple(map(len, self.values))

    @property
    def told(self) -> Scenario:
        """The scenario, for its changes: those of the keys that are swept are left out, as they hold nowhere."""
        return told_without(self.scenario, self.keys)

    @property
    def confidence(self) -> float:
        """Level of the intervals."""
        return self.scenario.run.confidence

    @cached_property
    def simulated(self) -> NDArray[np.bool_]:
        """Which points have no exact answer, (n,) or (n, m)."""
        return self.draws > 0

    @cached_property
    def unseen(self) -> NDArray[np.bool_]:
        """Which points were simulated without a hit, (n,) or (n, m): their probability is below an upper limit."""
        unseen: NDArray[np.bool_] = self.simulated & (self.hits == 0)
        return unseen

    def interval(self, confidence: float | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the ends of the interval of each probability, each (n,) or (n, m); an exact answer is both of its own.

        Raises
        ------
        InputError
            If `confidence` does not lie strictly between 0 and 1.
        """
        level = self.confidence if confidence is None else checked_confidence(confidence)
        ends = np.array([self.probability, self.probability])
        for place in zip(*np.nonzero(self.simulated), strict=True):
            ends[(slice(None), *place)] = clopper_pearson(int(self.hits[place]), int(self.draws[place]), level)
        return ends[0], ends[1]

    def record(self) -> dict[str, Any]:
        """Return the sweep as one JSON object; a logarithm that is none is None, as are the hits of an exact answer."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "changes": self.told.changes,
            "keys": list(self.keys),
            "values": [list(each) for each in self.values],
            "seed": self.seed,
            "confidence": self.confidence,
            "points": [
                dict(zip((*self.keys, *_COLUMNS), (*values, *row), strict=True)) for values, row in self._rows()
            ],
        }

    def csv(self) -> str:
        """Return the sweep as a table: a row a point, with its values, probability, interval and draws."""
        name = self.scenario.name
        return csv_text(("scenario", *self.keys, *_COLUMNS), ((name, *values, *row) for values, row in self._rows()))

    def _rows(self) -> Iterable[tuple[tuple[float, ...], tuple[Any, ...]]]:
        """Yield the values of each point, and what stands under `_COLUMNS`."""
        low, high = self.interval()
        for place, values in zip(np.ndindex(self.shape), product(*self.values), strict=True):
            arrays = self.probability, self.log10_probability, self.log10_complement, low, high
            hits, draws = int(self.hits[place]), int(self.draws[place])
            found = (finite(float(each[place])) for each in arrays)
            yield values, (*found, *(("simulated", hits) if draws else ("exact", None)), draws)

    @classmethod
    def from_record(cls, scenario: Scenario, told: Mapping[str, Any]) -> Sweep:
        """Build a sweep from its record.

        What does not fit together, or does not fit the scenario, raises KeyError, TypeError, ValueError or
        OverflowError.
        """
        keys, seed = tuple(told["keys"]), told["seed"]
        values = tuple(grid_values(key, row) for key, row in zip(keys, told["values"], strict=True))
        shape = _shape(values)
        arrays = {name: each.reshape(shape) for name, each in checked_points(told["points"]).items()}
        found = cls(scenario, keys, values, **arrays, seed=seed)
        if (seed is None) == bool(found.simulated.any()) or (seed is not None and (type(seed) is not int or seed < 0)):
            raise ValueError(f"its seed {shown(seed)} does not fit it")
        again = found.record()
        for name in ("schema_version", "scenario", "digest", "keys", "values", "confidence"):
            if again[name] != told[name]:
                raise ValueError(f"its {name} is not that of its scenario and points")
        for one, same in zip(told["points"], again["points"], strict=True):
            ends = all(isclose(one[name], same[name], rel_tol=_NEAR) for name in ("low", "high"))
            if one["method"] != same["method"] or not ends:
                raise ValueError("its intervals do not fit its counts")
            if any(one[key] != same[key] for key in keys):
                raise ValueError("its points do not stand at its values")
        scenario.replace({key: row[0] for key, row in zip(keys, values, strict=True)})
        return found


_ARRAYS: Final = ("probability", "log10_probability", "log10_complement", "hits", "draws")
_FORM: Final = '{"defection.probability": [0.01, 0.1]}'
_COLUMNS: Final = (
    *("probability", "log10_probability", "log10_complement"),
    *("low", "high", "method", "hits", "draws"),
)


def sweep(
    scenario: Scenario,
    grid: Mapping[str, Sequence[float | str]],
    *,
    draws: int | None = None,
    seed: int | None = None,
    map_: Map = map,
) -> Sweep:
    """Answer a scenario at every point of a grid.

    Parameters
    ----------
    scenario : Scenario
        What all else is taken from.
    grid : mapping
        Values by key, of one key or two: numbers, or fractions in quotes.
    draws, seed : int, optional
        For what is simulated: elections for each point, by default 100,000, and the seed of all, by default the
        scenario's, else a fresh one.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order.

    Returns
    -------
    Sweep
        The same for any map.

    Raises
    ------
    InputError
        For values that the scenario refuses, all told at once before anything is computed, and for other arguments that
        cannot be used.

    Examples
    --------
    >>> from montecarlo.scenario import load
    >>> found = sweep(load("lone-rogues"), {"defection.probability": [1e-3, 1e-2, 1e-1]})
    >>> found.log10_probability.round(2).tolist()
    [-63.27, -27.29, -0.88]
    """
    refuse_unloaded(scenario)
    if not isinstance(grid, Mapping):
        raise InputError(f"The grid is {shown(grid)}; it must be values by key: {_FORM}.")
    draws = DRAWS if draws is None else whole_number("draws", draws, least=1)
    seed = scenario.run.seed if seed is None else whole_number("seed", seed, least=0)
    seed = fresh_seed() if seed is None else seed
    keys, values = tuple(grid), tuple(grid_values(key, each) for key, each in grid.items())
    shape = _shape(values)
    models = replaced(scenario, keys, values, lambda each: leader_alone(each.model()))
    backend = backend_for(models[0], min(draws * len(models), MOST_DRAWS))
    points = list(map_(partial(point, draws=draws, seed=seed, backend=backend), models))

    def array(name: str) -> NDArray[Any]:
        return np.array([getattr(each, name) for each in points]).reshape(shape)

    used = seed if any(each.draws for each in points) else None
    return Sweep(scenario, keys, values, **{name: array(name) for name in _ARRAYS}, seed=used)


def grid_values(key: str, values: Sequence[float | str]) -> tuple[float, ...]:
    """Return the values of a key as numbers, whole ones where the key holds whole numbers.

    Raises
    ------
    InputError
        If one is no number, or there are none, or one of them twice, or the key moves nothing.
    """
    refuse_idle(key)
    if isinstance(values, str | bytes | Mapping) or not np.iterable(values):
        raise InputError(f"{key} has the values {shown(values)}; they must be a list: {_FORM}.")
    numbers: list[float] = []
    for value in values:
        number = _fraction(key, value) if isinstance(value, str) else value
        if not is_number(number):
            raise InputError(f"{key} has the value {shown(value)}; a sweep takes numbers, none above 1e308.")
        numbers.append(int(number) if is_whole(key) and number == int(number) else float(number) + 0.0)
    if not numbers:
        raise InputError(f"{key} has no values; give at least one.")
    if len(set(numbers)) < len(numbers):
        raise InputError(f"{key} has a value twice; once is enough.")
    return tuple(numbers)


def _shape(values: tuple[tuple[float, ...], ...]) -> tuple[int, ...]:
    """Return the numbers of values of each key, if a sweep may have them."""
    if len(values) not in (1, 2):
        raise InputError(f"{len(values)} keys are swept; it must be one or two.")
    shape = tuple(map(len, values))
    if prod(shape) > MOST_POINTS:
        raise InputError(f"The sweep has {prod(shape):,} points; it may have {MOST_POINTS:,}, so take fewer values.")
    return shape


def _fraction(key: str, text: str) -> float:
    """Read a fraction in quotes."""
    try:
        return probability(text)
    except ValueError as reason:
        raise InputError(f"{key} has the value {shown(text)}; {reason}.") from None


def replaced(
    scenario: Scenario,
    keys: tuple[str, ...],
    values: tuple[tuple[float, ...], ...],
    made: Callable[[Scenario], Made],
) -> list[Made]:
    """Return what is made of the scenario at each point of a grid.

    Raises
    ------
    ScenarioError
        With everything that is wrong with any of them.
    """
    found, problems = [], dict[str, None]()
    for point_values in product(*values):
        try:
            found.append(made(scenario.replace(dict(zip(keys, point_values, strict=True)))))
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        text = [*problems]
        more = [f"... and {len(text) - _MOST_TOLD:,} more"] * (len(text) > _MOST_TOLD)
        raise ScenarioError(scenario.source, [*text[:_MOST_TOLD], *more])
    return found
