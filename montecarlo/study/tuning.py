"""What would have to be true? The value of one key of a scenario that gives a probability asked for.

With f(x) the logarithm of the odds that the majority is denied when the key is x, the equation f(x) = f* is bracketed
on a grid and solved by Brent's method in the logit of x, or what else suits the key (Brent, Algorithms for Minimization
without Derivatives, 1973). f need not be monotone: correlation may first raise and then lower it. Where there is no
exact answer f is simulated, with the same random numbers for every x, so that it is a step function of x.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, Final

from montecarlo.engine.executors import Map
from montecarlo.engine.simulation import whole_number
from montecarlo.errors import NotSolvable
from montecarlo.kernel.streams import fresh_seed
from montecarlo.scenario import Scenario
from montecarlo.study.crossings import Unknown, root, whole_bracket
from montecarlo.study.numeric_keys import refuse_unloaded
from montecarlo.study.points import DRAWS, Point, log_odds
from montecarlo.study.records import finite
from montecarlo.study.value_search import ValueSearch

_CLOSE: Final = 1e-13
"""How near an exact value is looked for on the scale of the key."""
_FINE: Final = 0.01
"""How near a simulated one is, over the standard error of the simulated log odds."""
_STEP: Final = 1e-5
"""How far to both sides of a value the slope there is taken."""
_JUMP: Final = 1e-6
"""A probability further from the target than this, in log odds, does not give it."""


@dataclass(frozen=True)
class Tuned:
    """The value of a key that gives a probability.

    Attributes
    ----------
    key : str
        The key.
    target : float
        The probability asked for.
    value : float
        The value, an int where the key holds a whole number: the least at which the target is passed.
    interval : (low, high)
        Exact: the values that the error of the answer leaves open. Simulated: those whose interval at `confidence`
        holds the target.
    point : Point
        What the value gives.
    neighbours : tuple of (int, Point)
        For a whole number the values before and after the target is passed, with what they give; else empty.
    seen : int
        How many values were seen to give the target; `value` is the smallest.
    evaluations : int
        Values that were tried.
    seed : int or None
        The seed of all of them, None where the answer is exact.
    confidence : float
        Level of the simulated interval.
    """

    key: str
    target: float
    value: float
    interval: tuple[float, float]
    point: Point
    neighbours: tuple[tuple[int, Point], ...]
    seen: int
    evaluations: int
    seed: int | None
    confidence: float

    @property
    def draws(self) -> int:
        """Elections simulated for each value, 0 where the answer is exact."""
        return self.point.draws

    @property
    def method(self) -> str:
        """Return "exact" or "simulated"."""
        return "simulated" if self.draws else "exact"

    def record(self) -> dict[str, Any]:
        """Return the result as one JSON object."""
        return {
            "key": self.key,
            "target": self.target,
            "value": self.value,
            "interval": list(self.interval),
            "probability": self.point.probability,
            "log10_probability": finite(self.point.log10_probability),
            "method": self.method,
            "neighbours": [
                {"value": value, "probability": found.probability, "log10_probability": finite(found.log10_probability)}
                for value, found in self.neighbours
            ],
            "seen": self.seen,
            "evaluations": self.evaluations,
            "draws": self.draws,
            "seed": self.seed,
            "confidence": self.confidence if self.draws else None,
        }


def tune(
    scenario: Scenario,
    key: str,
    *,
    target: float,
    low: float | None = None,
    high: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    map_: Map = map,
) -> float:
    """Return the value of a key that gives the majority denied a probability; `find_value` tells more of it.

    Parameters
    ----------
    scenario : Scenario
        What all else is taken from.
    key : str
        A key that holds a number, such as ``"defection.probability"``.
    target : float
        The probability, strictly between 0 and 1; it may be as small as 1e-300 where the answer is exact.
    low, high : float, optional
        Ends between which the value lies, which the key may hold; by default all that it may, for loadings from 0.
    draws, seed : int, optional
        For what is simulated: elections for each value, by default 100,000, and the seed of all.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order: the first values are tried
        side by side over it.

    Raises
    ------
    InputError
        If no value gives it, or for arguments that cannot be used.

    Examples
    --------
    >>> from montecarlo.scenario import load
    >>> round(tune(load("lone-rogues"), "defection.probability", target=0.5), 10)
    0.1196969218
    """
    return find_value(scenario, key, target=target, low=low, high=high, draws=draws, seed=seed, map_=map_).value


def find_value(
    scenario: Scenario,
    key: str,
    *,
    target: float,
    low: float | None = None,
    high: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    map_: Map = map,
) -> Tuned:
    """Find the value of a key that gives a probability, exactly where there is an exact answer, else by simulation.

    The range is searched on a grid, so that a value is missed where the probability crosses the target twice between
    two neighbours of the grid. Parameters and errors are those of `tune`.
    """
    refuse_unloaded(scenario)
    draws = DRAWS if draws is None else whole_number("draws", draws, least=1)
    seed = scenario.run.seed if seed is None else whole_number("seed", seed, least=0)
    search = ValueSearch(scenario, key, target, low=low, high=high)
    found = search.crossings(map_)
    tuned = _tuned(search, found, None)
    if tuned is None and search.gaps:
        seed = fresh_seed() if seed is None else seed
        search.simulate_gaps(draws, seed)
        found = search.crossings(map_)
        tuned = _tuned(search, found, seed)
    if tuned is None and found:
        start, stop = found[0]
        text = f"Between {start:.6g} and {stop:.6g} of {key} there are values without an exact answer"
        raise NotSolvable(text, "give low and high nearer to the value that you expect")
    if tuned is None:
        raise search.unreachable()
    return tuned


def _tuned(search: ValueSearch, found: list[tuple[float, float]], seed: int | None) -> Tuned | None:
    """Find the smallest value in the first of the brackets; None if there is none, or an answer that it takes."""
    if not found:
        return None
    try:
        value, interval, around = (_whole if search.scale.whole else _real)(search, found[0])
    except Unknown:
        return None
    point = search.known(value)
    return Tuned(
        key=search.key,
        target=search.target,
        value=value,
        interval=interval,
        point=point,
        neighbours=tuple((each, search.known(each)) for each in around),
        seen=len(found),
        evaluations=len(search.tried),
        seed=seed if point.draws else None,
        confidence=search.confidence,
    )


_Found = tuple[float, tuple[float, float], tuple[int, ...]]
"""A value, its interval and, of whole numbers, those around the target."""


def _real(search: ValueSearch, bracket: tuple[float, float]) -> _Found:
    simulated = any(search.known(value).draws for value in bracket)
    value = root(search.off, bracket, search.scale, close=_close(search, bracket) if simulated else _CLOSE)
    if simulated:
        return value, _edges(search, value, value), ()
    if abs(search.off(value)) > _JUMP:
        raise search.jump(value)
    return value, _precision(search, value), ()


def _whole(search: ValueSearch, bracket: tuple[float, float]) -> _Found:
    start, stop = whole_bracket(search.off, bracket)
    simulated = search.known(stop).draws
    interval = _edges(search, start, stop) if simulated else (start, stop)
    return stop, interval, tuple(dict.fromkeys((start, stop)))


def _precision(search: ValueSearch, value: float) -> tuple[float, float]:
    """Return the values that the error of the exact answer leaves open, by the slope there."""
    scale, coordinate = search.scale, search.scale.forward(value)
    start = max(coordinate - _STEP, scale.forward(search.low))
    stop = min(coordinate + _STEP, scale.forward(search.high))
    rise = search.off(scale.backward(stop)) - search.off(scale.backward(start))
    if not isfinite(rise) or rise == 0.0:
        return search.low, search.high
    error = 2.0 * search.known(value).relative_error_bound / abs(rise) * (stop - start)
    half = error + _CLOSE * max(1.0, abs(coordinate))
    return max(scale.backward(coordinate - half), search.low), min(scale.backward(coordinate + half), search.high)


def _edges(search: ValueSearch, start: float, stop: float) -> tuple[float, float]:
    """Return the first and last values around two whose simulated intervals hold the target."""
    known = sorted(search.tried)
    below = [value for value in reversed(known) if value < start]
    return _edge(search, start, below), _edge(search, stop, [value for value in known if value > stop])


def _edge(search: ValueSearch, inside: float, outward: Iterable[float]) -> float:
    """Return the last value, on the way outward from one, whose simulated interval holds the target."""
    if not search.holds(inside):
        return inside
    for outside in outward:
        if not search.holds(outside):
            break
        inside = outside
    else:
        return inside
    end = int(search.known(outside).interval(search.confidence)[0] <= search.target)

    def off(value: float) -> float:
        return log_odds(search.known(value).interval(search.confidence)[end]) - log_odds(search.target)

    pair = min(inside, outside), max(inside, outside)
    if search.scale.whole:
        return next(each for each in whole_bracket(off, pair) if search.holds(each))
    return root(off, pair, search.scale, close=_close(search, pair))


def _close(search: ValueSearch, around: tuple[float, float]) -> float:
    """Return how near a simulated value is looked for."""
    draws = max(search.known(value).draws for value in around)
    return _FINE / sqrt(draws * search.target * (1.0 - search.target))
