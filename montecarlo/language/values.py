"""What one value of a scenario may hold: types for pydantic that say what would be right when they refuse a value.

Nothing is converted silently: a whole number is none in quotes, and a probability is a number or a fraction in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

import montecarlo.data as data
from montecarlo.language.problems import nearest, shown
from montecarlo.parts import MOST_DEGREES

MAJORITIES = ("R", "D", "tie", "other")
"""Who holds the majority of a delegation to the House."""

PROBABILITY = 'a number from 0 to 1 or a fraction such as "9/9110"'
"""What a probability must be."""
_FRACTION = "[0-9]{1,18}/0*[1-9][0-9]{0,17}"


def probability(value: object) -> float:
    """Read a probability from a number or a fraction in quotes.

    Raises
    ------
    ValueError
        If it is neither, or lies outside [0, 1].
    """
    if isinstance(value, str) and re.fullmatch(_FRACTION, value):
        value = Fraction(value)
        if value not in (0, 1) and float(value) in (0.0, 1.0):
            raise ValueError(f"it must be {PROBABILITY}, and not nearer to 0 or 1 than a number can be")
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction) or not 0 <= value <= 1:
        raise ValueError(f"it must be {PROBABILITY}")
    return float(value) + 0.0


def _must_be(phrase: str) -> WrapValidator:
    """Say what a value must be whenever the type it is put on refuses it."""

    def wrapped(value: Any, handler: Callable[[Any], Any]) -> Any:
        try:
            return handler(value)
        except (ValidationError, ValueError):
            raise PydanticCustomError("wrong", "it must be {phrase}", {"phrase": phrase}) from None

    return WrapValidator(wrapped)


@dataclass(frozen=True)
class _OneOf:
    """Accept one of a few words or whole numbers, and point to the nearest otherwise."""

    phrase: str
    known: Callable[[], Iterable[str | int]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(core), "enum": list(self.known())}

    def _checked(self, value: Any) -> Any:
        if any(value == each and type(value) is type(each) for each in self.known()):
            return value
        words = [each for each in self.known() if isinstance(each, str)]
        hint = nearest(value, words) if isinstance(value, str) else ""
        if isinstance(value, str) and value not in words and value in map(str, self.known()):
            hint = ", without quotes"
        raise PydanticCustomError("wrong", "it must be {phrase}{hint}", {"phrase": self.phrase, "hint": hint})


def _printable(value: str) -> str:
    if not value.strip() or not re.sub(r"[\n\t]", " ", value).isprintable():
        raise ValueError
    return value


def _one_line(value: str) -> str:
    if "\n" in _printable(value):
        raise ValueError
    return value


def _list_of(what: str) -> BeforeValidator:
    """Accept a list, as a tuple."""

    def listed(value: Any) -> tuple[Any, ...]:
        if isinstance(value, list | tuple):
            return tuple(value)
        raise PydanticCustomError("wrong", "it must be {phrase}", {"phrase": f"a list of {what}, in square brackets"})

    return BeforeValidator(listed)


def _unlike(values: tuple[Any, ...]) -> tuple[Any, ...]:
    again = next((value for i, value in enumerate(values) if value in values[:i]), None)
    if again is not None:
        raise PydanticCustomError("twice", "names {value} twice; once is enough", {"value": shown(again)})
    return values


def _named_candidate(value: str) -> str:
    # A dotted key could not reach a name with a dot in it.
    if "." in _one_line(value) or value != value.strip():
        raise ValueError
    return value


def _never_falling(values: tuple[float, ...]) -> tuple[float, ...]:
    fall = next(
        (f", while {later} comes after {earlier}" for earlier, later in pairwise(values) if later < earlier), ""
    )
    found = f", and not with {values[0]}" if values and values[0] != 0 else fall
    if not values or found:
        phrase = f"a list of probabilities that begins with 0 and never falls{found}"
        raise PydanticCustomError("wrong", "it must be {phrase}", {"phrase": phrase})
    return values


Probability = Annotated[
    float,
    BeforeValidator(probability),
    _must_be(PROBABILITY),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": f"^{_FRACTION}$"}],
            "description": f"{PROBABILITY[0].upper()}{PROBABILITY[1:]}.",
        }
    ),
]
Text = Annotated[
    str, Field(max_length=10_000), AfterValidator(_printable), _must_be("a text in quotes of at most 10,000 characters")
]
Line = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(_one_line),
    _must_be("one line of text in quotes, of at most 200 characters that can be printed"),
]
Texts = Annotated[tuple[Text, ...], _list_of("texts in quotes")]
Party = Annotated[str, Field(max_length=20), AfterValidator(_one_line), _must_be('a party\'s code such as "R"')]
State = Annotated[str, _OneOf("one of the 50 states or DC in two letters", data.states)]
Kind = Annotated[str, _OneOf("one of the kinds " + ", ".join(data.LAW_KINDS), lambda: data.LAW_KINDS)]
States = Annotated[tuple[State, ...], _list_of("texts in quotes"), AfterValidator(_unlike)]
Kinds = Annotated[tuple[Kind, ...], _list_of("texts in quotes"), AfterValidator(_unlike)]
ElectionYear = Annotated[int, _OneOf("one of the elections 2000, 2004, ... 2024", data.roster_years)]
LawYear = Annotated[int, _OneOf("2016 or 2024, the years of the law tables", lambda: data.LAW_YEARS)]
Count = Annotated[int, Field(ge=1), _must_be("a whole number of at least 1")]
Seed = Annotated[int, Field(ge=0), _must_be("a whole number of at least 0")]
Confidence = Annotated[float, Field(gt=0, lt=1), _must_be("a number between 0 and 1, both excluded, such as 0.95")]
GroupName = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,60}$"), _must_be("made of letters, digits, - and _")]
Rounds = Annotated[int, Field(ge=0), _must_be("a whole number of at least 0")]
Positive = Annotated[float, Field(gt=0, le=1e6), _must_be("a number above 0, at most 1,000,000")]
OddsParameter = Annotated[float, Field(ge=1e-3, le=1e6), _must_be("a number from 0.001 to 1,000,000")]
Loading = Annotated[float, Field(gt=-1, lt=1), _must_be("a number between -1 and 1, both excluded")]
Degrees = Annotated[int, Field(ge=1, le=MOST_DEGREES), _must_be(f"a whole number from 1 to {MOST_DEGREES}")]
Levels = Annotated[tuple[Probability, ...], _list_of("probabilities"), AfterValidator(_never_falling)]
Counted = Annotated[str, _OneOf('"conditional" or "all"', lambda: ("conditional", "all"))]
Candidate = Annotated[
    str,
    Field(max_length=60),
    AfterValidator(_named_candidate),
    _must_be("the name of a candidate, at most 60 characters and no dot"),
]
Congress = Annotated[int, _OneOf("one of the congresses 107, 115, 117 or 119", data.congresses)]
Majority = Annotated[str, _OneOf("one of R, D, tie, other", lambda: MAJORITIES)]
