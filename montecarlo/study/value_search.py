"""The values of one key that are tried in a search, and the probabilities that they give."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import nan
from typing import Final

from montecarlo.engine.executors import Map
from montecarlo.engine.simulation import backend_for
from montecarlo.errors import InputError, NotSolvable, ScenarioError
from montecarlo.language.problems import shown
from montecarlo.model import Mixture, Model
from montecarlo.scenario import Scenario
from montecarlo.show import numbers
from montecarlo.study.crossings import Unknown, brackets, explore_nearest
from montecarlo.study.numeric_keys import Scale, is_number, scale_of
from montecarlo.study.points import Point, exact_point, leader_alone, log_odds, point

_EVALUATIONS: Final = 50
"""Values that a simulated search is expected to try."""
_FEWEST_HITS: Final = 10
_HALVINGS: Final = 60
_DIGITS: Final = 9
_MOST_WHOLE: Final = 2**53
"""Whole numbers up to this one are floats as well."""


class NotReachable(InputError):  # noqa: N818 - it says what there is not
    """No value of the key gives the probability asked for; the message says what there is instead."""


class ValueSearch:
    """What was tried of one key of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What all else is taken from.
    key : str
        A key that holds a number.
    target : float
        The probability looked for.
    low, high : float, optional
        Ends of the search; where none are given it is what validation allows.

    Raises
    ------
    InputError
        If the target, the key or an end that is given cannot be used.
    """

    def __init__(
        self,
        scenario: Scenario,
        key: str,
        target: float,
        *,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        self.key, self.target = key, checked_target(target)
        self.scale, self.confidence = scale_of(scenario, key), scenario.run.confidence
        self.tried: dict[float, Point | None] = {}
        self._scenario, self._allowed = scenario, dict[float, Scenario]()
        self._answered: Callable[[Model | Mixture], Point | None] = _solved
        ends = _ends(self.scale, low, high)
        for given, end in zip((low, high), ends, strict=True):
            if given is not None:
                self._model(end)
        self.low, self.high = self._narrowed(*ends)

    def simulate_gaps(self, draws: int, seed: int) -> None:
        """Simulate the values that have no exact answer, those tried and those to come, with the same random numbers.

        Raises
        ------
        InputError
            If so few elections tell nothing of such a target, and no value at all has an exact answer.
        """
        rarer = min(self.target, 1.0 - self.target)
        if rarer * draws >= _FEWEST_HITS:
            backend = backend_for(leader_alone(self._scenario.model()), draws * _EVALUATIONS)
            self._answered = partial(point, draws=draws, seed=seed, backend=backend)
            self.tried = {value: found for value, found in self.tried.items() if found is not None}
        elif not any(self.tried.values()):
            text = f"it asks for at least {_FEWEST_HITS / rarer:,.0f} of them"
            elections = f"{draws:,} simulated election{'s' * (draws > 1)}"
            raise InputError(f"A target of {numbers.given(self.target)} is too rare for {elections}; {text}.")

    def at(self, value: float) -> Point | None:
        """Return the probability at a value, None if it has no exact answer and is not to be simulated."""
        if value not in self.tried:
            self.tried[value] = self._answered(self._model(value))
        return self.tried[value]

    def known(self, value: float) -> Point:
        """Return the probability at a value.

        Raises
        ------
        Unknown
            If it is not known.
        """
        found = self.at(value)
        if found is None:
            raise Unknown
        return found

    def off(self, value: float) -> float:
        """Return how far the log odds at a value are above those looked for, nan if they are unknown."""
        found = self.at(value)
        return nan if found is None else found.log_odds - log_odds(self.target)

    def holds(self, value: float) -> bool:
        """Whether the interval of the probability at a value holds the target."""
        low, high = self.known(value).interval(self.confidence)
        return low <= self.target <= high

    @property
    def gaps(self) -> bool:
        """Whether some value has no answer."""
        return None in self.tried.values()

    def crossings(self, map_: Map) -> list[tuple[float, float]]:
        """Return the neighbours of a grid between which the target is passed; the grid is refined if there are none.

        Parameters
        ----------
        map_ : callable
            The built-in ``map``, or anything that is called like it and yields results in order.
        """
        grid = sorted({self.low, self.high, *self.scale.grid(self.low, self.high)})
        new = [value for value in grid if value not in self.tried]
        self.tried |= zip(new, map_(self._answered, map(self._model, new)), strict=True)
        found = brackets(self._heights)
        if not found and any(self.tried.values()):
            explore_nearest(self.off, self._heights, self.scale)
            found = brackets(self._heights)
        return found

    def unreachable(self) -> NotReachable:
        """Say between what the probability stays."""
        known = {value: point for value, point in sorted(self.tried.items()) if point is not None}
        # Where it hardly changes, the first value is told rather than one that rounding made the last.
        least = min(known, key=lambda value: round(known[value].log_odds, _DIGITS))
        most = max(known, key=lambda value: round(known[value].log_odds, _DIGITS))
        told = f"stays between {_told(known[least], f'{least:.6g}')} and {_told(known[most], f'{most:.6g}')}"
        if known[least] == known[most]:
            told = f"is {_told(known[least], 'all of them')}"
        where = f"{self.key} between {self.low:.6g} and {self.high:.6g}"
        return NotReachable(f"No value of {where} gives {numbers.given(self.target)}: the probability {told}.")

    def jump(self, value: float) -> NotReachable:
        """Say that the probability jumps over the target at a value."""
        here = self.off(value)
        other = min((each for each in self.tried if self.off(each) * here < 0.0), key=lambda each: abs(each - value))
        ends = sorted([(value, self.known(value)), (other, self.known(other))], key=lambda each: each[0])
        told = " and ".join(_told(found, f"{each:.10g}") for each, found in ends)
        target = numbers.given(self.target)
        return NotReachable(f"No value of {self.key} gives {target}: the probability jumps between {told}.")

    @property
    def _heights(self) -> dict[float, float]:
        return {value: self.off(value) for value in self.tried}

    def _model(self, value: float) -> Model | Mixture:
        if value not in self._allowed:
            self._allowed[value] = self._scenario.replace({self.key: value})
        return leader_alone(self._allowed[value].model())

    def _narrowed(self, low: float, high: float) -> tuple[float, float]:
        """Narrow the ends to where validation refuses nothing."""
        grid = sorted({low, high, *self.scale.grid(low, high)})
        allowed = [value for value in grid if self._allows(value)]
        if not allowed:
            self._scenario.replace({self.key: grid[len(grid) // 2]})
        return self._last_allowed(allowed[0], low), self._last_allowed(allowed[-1], high)

    def _last_allowed(self, allowed: float, wanted: float) -> float:
        """Return the last value that is allowed on the way to one that may be refused, by halving."""
        if self._allows(wanted):
            return wanted
        refused = wanted
        for _ in range(_HALVINGS):
            middle: float = (int(refused) + int(allowed)) // 2 if self.scale.whole else (refused + allowed) / 2.0
            if middle in (refused, allowed):
                break
            refused, allowed = (refused, middle) if self._allows(middle) else (middle, allowed)
        return allowed

    def _allows(self, value: float) -> bool:
        try:
            self._model(value)
        except ScenarioError:
            return False
        return True


def _solved(model: Model | Mixture) -> Point | None:
    try:
        return exact_point(model)
    except NotSolvable:
        return None


def checked_target(target: float) -> float:
    """Return a probability that can be asked for as a float.

    Raises
    ------
    InputError
        If it does not lie strictly between 0 and 1.
    """
    if not is_number(target) or not 0.0 < float(target) < 1.0:
        raise InputError(f"target is {shown(target)}; it must be a probability strictly between 0 and 1.")
    return float(target)


def _is_whole(value: float) -> bool:
    return value == int(value) and abs(value) <= _MOST_WHOLE


def _ends(scale: Scale, low: float | None, high: float | None) -> tuple[float, float]:
    """Check the ends that are asked for, and put those of the key where none are."""
    for name, value in (("low", low), ("high", high)):
        if value is not None and not (is_number(value) and (not scale.whole or _is_whole(value))):
            text = f"it must be a {'whole ' * scale.whole}number that the key may hold"
            raise InputError(f"{name} is {shown(value)}; {text}.")
    kind = int if scale.whole else float
    start, stop = kind(scale.low if low is None else low), kind(scale.high if high is None else high)
    if start >= stop:
        raise InputError(f"low is {start:g} and high is {stop:g}; low must be below high.")
    return start, stop


def _told(found: Point, where: str) -> str:
    """Show a probability and where it is; of one that was simulated the hits, and a share if it is one."""
    if found.draws:
        counted = f"{found.hits:,} of {found.draws:,} simulated"
        if found.hits in (0, found.draws):
            return f"{counted} (at {where})"
        shown = numbers.probability(found.probability, digits=numbers.known_digits(found.hits, found.draws))
        return f"about {shown} (at {where}: {counted})"
    shown = numbers.probability(
        found.probability, log10_value=found.log10_probability, log10_complement=found.log10_complement
    )
    return f"{shown} (at {where})"
