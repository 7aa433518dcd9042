"""How much of one thing makes up for another: the value of a key that keeps the probability, against another key.

If electors are moved by the same things, each of them needs to be less inclined: along the frontier of the probability
of each and the loading of what they share, the majority is denied as often everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.executors import Map
from montecarlo.engine.simulation import whole_number
from montecarlo.errors import InputError
from montecarlo.kernel.streams import fresh_seed
from montecarlo.scenario import Scenario
from montecarlo.study.csv_text import csv_text
from montecarlo.study.numeric_keys import refuse_unloaded, told_without
from montecarlo.study.sweeping import grid_values, replaced
from montecarlo.study.tuning import Tuned, find_value
from montecarlo.study.value_search import NotReachable


@dataclass(frozen=True, eq=False)
class Frontier:
    """The values of a key that keep the probability at a target; n values of the other key.

    Attributes
    ----------
    scenario : Scenario
        What all else is taken from.
    key : str
        The key that is tuned.
    against : str
        The other key.
    values : tuple of float
        Its n values.
    target : float
        The probability that is kept.
    found : tuple of (Tuned or None)
        The value of `key` for each of `values`, None where no value gives the target.
    reasons : tuple of str
        Why there is none, a sentence; empty where there is one.
    """

    scenario: Scenario
    key: str
    against: str
    values: tuple[float, ...]
    target: float
    found: tuple[Tuned | None, ...]
    reasons: tuple[str, ...]

    @property
    def tuned(self) -> NDArray[np.float64]:
        """The values of `key`, (n,) float64, nan where there is none."""
        return np.array([nan if each is None else each.value for each in self.found])

    @property
    def told(self) -> Scenario:
        """The scenario, for its changes: those of the two keys are left out, as they hold nowhere."""
        return told_without(self.scenario, (self.key, self.against))

    def record(self) -> dict[str, Any]:
        """Return the frontier as one JSON object."""
        points = zip(self.values, self.found, self.reasons, strict=True)
        return {
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "changes": self.told.changes,
            "key": self.key,
            "against": self.against,
            "target": self.target,
            "points": [
                {"against": value, "tuned": None if found is None else found.record(), "reason": reason}
                for value, found, reason in points
            ],
        }

    def csv(self) -> str:
        """Return the frontier as a table: a row for each value of `against`, with the value of `key` and its ends."""
        header = "scenario", self.against, self.key, "low", "high", "probability", "method", "draws"
        rows = []
        for value, found in zip(self.values, self.found, strict=True):
            told: tuple[object, ...] = (None,) * 6
            if found is not None:
                told = (found.value, *found.interval, found.point.probability, found.method, found.draws)
            rows.append((self.scenario.name, value, *told))
        return csv_text(header, rows)


def frontier(
    scenario: Scenario,
    key: str,
    *,
    against: str,
    values: Sequence[float | str],
    target: float,
    low: float | None = None,
    high: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    map_: Map = map,
) -> Frontier:
    """Return, for each value of one key, the value of another that gives the majority denied a probability.

    Parameters
    ----------
    scenario : Scenario
        What all else is taken from.
    key : str
        The key that is tuned.
    against : str
        The key that takes the values.
    values : sequence of float
        At least one.
    target, low, high, draws, seed
        As for `tune`.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order.

    Raises
    ------
    InputError
        For arguments that cannot be used, such as values that the scenario refuses.

    Examples
    --------
    >>> from montecarlo.scenario import load
    >>> kept = frontier(
    ...     load("lone-rogues"), "defection.probability", against="factors.national", values=[0, 0.3], target=0.01
    ... )
    >>> kept.tuned.round(4).tolist()
    [0.0811, 0.0321]
    """
    refuse_unloaded(scenario)
    if key == against:
        raise InputError(f"{key} is tuned against itself; name another key.")
    chosen = grid_values(against, values)
    seed = scenario.run.seed if seed is None else whole_number("seed", seed, least=0)
    seed = fresh_seed() if seed is None else seed
    scenarios = replaced(scenario, (against,), (chosen,), lambda each: each)
    task = partial(_tuned, key=key, target=target, low=low, high=high, draws=draws, seed=seed)
    found = list(map_(task, scenarios))
    tuned = tuple(each if isinstance(each, Tuned) else None for each in found)
    reasons = tuple("" if isinstance(each, Tuned) else each for each in found)
    return Frontier(scenario, key, against, chosen, float(target), tuned, reasons)


def _tuned(scenario: Scenario, *, key: str, **asked: Any) -> Tuned | str:
    """Return the value, or why there is none."""
    try:
        return find_value(scenario, key, **asked)
    except NotReachable as reason:
        return str(reason)
