"""The keys of a scenario that hold a number: between which ends it lies, and on what scale it is searched.

A probability may be interesting at a half and at 1e-9, so it is searched by its logit, a positive number by its
logarithm, a loading as it is, and a whole number by whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, log1p
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
        if hint == kind and not key.startswith(("run.", "house.")):
            return scale
    example = "defection.probability, factors.national or pledge.threshold"
    raise InputError(f"{shown(key)} is no number that moves the probability; such are {example}.")


def is_whole(key: str) -> bool:
    """Whether the key holds a whole number."""
    hint = _hint(path_of(key))
    return hint is not None and get_origin(hint) is Annotated and get_args(hint)[0] is int


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
