"""The keys of a scenario that hold a number: between which ends it lies, and on what scale it is searched.

A probability may be interesting at a half and at 1e-9, so it is searched by its logit, a positive number by its
logarithm, a loading as it is, and a whole number by whole numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from math import exp, isfinite, log, log1p
from numbers import Real
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import numpy as np

from montecarlo.errors import InputError
from montecarlo.language import values
from montecarlo.language.overrides import path_of
from montecarlo.language.problems import Path, shown
from montecarlo.language.schema import Settings, Table
from montecarlo.parts import MOST_DEGREES
from montecarlo.scenario import Scenario

_FEW: Final = 17
"""Numbers on a grid, about."""
_EVEN: Final = 5
"""Those of them that are even in a probability itself."""
_LEAST_LOGIT, _MOST_LOGIT = -27.5, 21.0
"""Logits between which a grid is laid: probabilities of 1e-12 and 1 - 1e-9."""
_LEAST: Final = 5e-324
_IDLE: Final = "run", "house"
"""Tables on which it does not depend whether the majority is denied."""
_SUCH: Final = "defection.probability, factors.national or pledge.threshold"


def _same(number: float) -> float:
    return number


def _logit(probability: float) -> float:
    """Take a logit that is finite even at the ends, where it is that of the next number."""
    inside = min(max(probability, _LEAST), 1.0 - 2.0**-53)
    return log(inside) - log1p(-inside)


def _from_logit(logit: float) -> float:
    return 1.0 / (1.0 + exp(-logit)) if logit > 0 else exp(logit) / (1.0 + exp(logit))


@dataclass(frozen=True)
class Scale:
    """How a number is searched.

    Attributes
    ----------
    low, high : float
        Ends between which it lies, if nothing narrower is asked for; validation may refuse some of it.
    whole : bool
        Whether it is a whole number.
    forward, backward : callable
        From the number to the coordinate that is searched, and back.
    """

    low: float
    high: float
    whole: bool = False
    forward: Callable[[float], float] = _same
    backward: Callable[[float], float] = _same

    def grid(self, low: float, high: float) -> list[float]:
        """Return some numbers from `low` to `high` that miss little: even ones, and ones that are even on the scale."""
        even: list[float] = np.linspace(low, high, _FEW).tolist()
        if self.whole:
            spread = np.geomspace(max(low, 1.0), max(high, 1.0), _FEW).tolist()
            return sorted({round(each) for each in (*even, *spread) if low <= round(each) <= high})
        if self.backward is _same:
            return even
        ends = self.forward(low), self.forward(high)
        if self.backward is _from_logit:
            ends = max(ends[0], _LEAST_LOGIT), min(ends[1], _MOST_LOGIT)
        steps = np.linspace(*ends, _FEW - _EVEN).tolist() if ends[0] < ends[1] else ends
        spread = [self.backward(each) for each in steps]
        some = even[:: (_FEW - 1) // (_EVEN - 1)]
        return sorted({each for each in (*some, *spread) if low <= each <= high})


def scale_of(scenario: Scenario, key: str) -> Scale:
    """Return the scale of a numeric key, in an account of the scenario too (``account.NAME.set.KEY``).

    Raises
    ------
    ScenarioError
        If the scenario knows no such key.
    InputError
        If it holds no number, or one on which the probability cannot depend.
    """
    _refuse_no_text(key)
    hint = _hint(path_of(key))
    if hint is None:
        scenario.replace({key: 0})
    if key.startswith("account.") and key.endswith(".weight"):
        raise InputError(f"{shown(key)} cannot change alone, as the weights of all accounts sum to 1.")
    voters = scenario.roster().leader_votes
    for kind, scale in (
        (values.Probability, Scale(0.0, 1.0, forward=_logit, backward=_from_logit)),
        (values.Loading, Scale(0.0, 1.0)),
        (values.Positive, Scale(1e-6, 1e6, forward=log, backward=exp)),
        (values.OddsParameter, Scale(1e-3, 1e6, forward=log, backward=exp)),
        (values.Count, Scale(1, voters, whole=True)),
        (values.Rounds, Scale(0, voters, whole=True)),
        (values.Degrees, Scale(1, MOST_DEGREES, whole=True)),
    ):
        if hint == kind and not _is_idle(key):
            return scale
    raise InputError(f"{shown(key)} is no number that moves the probability; such are {_SUCH}.")


def refuse_idle(key: str) -> None:
    """Complain of a key whose values would all give the same.

    Raises
    ------
    InputError
        If it is no text, or moves nothing.
    """
    _refuse_no_text(key)
    if _is_idle(key):
        raise InputError(f"{shown(key)} moves nothing: no probability here depends on it. Keys that do are {_SUCH}.")


def refuse_unloaded(scenario: Scenario) -> None:
    """Complain of what is no scenario, most likely the name of one.

    Raises
    ------
    InputError
        If it is none.
    """
    if isinstance(scenario, str | os.PathLike):
        name = str(scenario)
        raise InputError(f"scenario is {name!r}; load it first: montecarlo.load({name!r}).")
    if not isinstance(scenario, Scenario):
        raise InputError(f"scenario is {shown(scenario)}; it must be a scenario, as montecarlo.load returns it.")


def told_without(scenario: Scenario, keys: Collection[str]) -> Scenario:
    """Return a scenario that does not tell of changes to keys which take other values than the changed ones."""
    overrides = {key: value for key, value in scenario.overrides.items() if key not in keys}
    return replace(scenario, overrides=overrides)


def is_number(value: object) -> bool:
    """Whether it is a real number, neither infinite nor too large for a float."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:
        return False


def is_whole(key: str) -> bool:
    """Whether the key holds a whole number."""
    hint = _hint(path_of(key))
    return hint is not None and get_origin(hint) is Annotated and get_args(hint)[0] is int


def _refuse_no_text(key: object) -> None:
    if not isinstance(key, str):
        raise InputError(f"A key is {shown(key)}; it must be a text, such as {_SUCH}.")


def _is_idle(key: str) -> bool:
    path = path_of(key)
    if path[:1] == ("account",) and path[2:3] == ("set",) and len(path) == 4:
        path = path_of(str(path[3]))
    return path[0] in _IDLE


def _hint(path: Path) -> Any:
    """Return the type that the schema gives to a key, None if it knows no such key."""
    if path[:1] == ("account",) and path[2:3] == ("set",) and len(path) == 4:
        return _hint(path_of(str(path[3])))
    hint: Any = Settings
    for part in path:
        inner = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        if get_origin(inner) is dict:
            hint = get_args(inner)[1]
        elif isinstance(inner, type) and issubclass(inner, Table):
            hint = _without_none(get_type_hints(inner, include_extras=True).get(str(part)))
        else:
            return None
    return hint


def _without_none(hint: Any) -> Any:
    """Return the type of a key that may be left out."""
    kinds = [each for each in get_args(hint) if each is not type(None)]
    return kinds[0] if type(None) in get_args(hint) else hint
