"""The schema of a scenario file: which keys there are, and what each of them may hold.

Nothing is converted silently: a year is a whole number, a probability a number or a fraction in quotes, and a key not
listed here is an error. What needs the roster of an election (names of electors, sizes of groups) `roster` checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WrapValidator
from pydantic_core import ErrorDetails, PydanticCustomError

import montecarlo.data as data
from montecarlo.problems import Problem, nearest, shown

PROBABILITY = 'a number from 0 to 1 or a fraction such as "9/9110"'


def probability(value: object) -> float:
    """Read a probability from a number or a fraction in quotes.

    Raises
    ------
    ValueError
        If it is neither, or lies outside [0, 1].
    """
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}/0*[1-9][0-9]{0,17}", value, re.ASCII):
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


def _one_of(phrase: str, known: Callable[[], Iterable[str | int]]) -> BeforeValidator:
    """Accept one of a few words or whole numbers, and point to the nearest otherwise."""

    def checked(value: Any) -> Any:
        if any(value == each and type(value) is type(each) for each in known()):
            return value
        hint = nearest(value, map(str, known())) if isinstance(value, str) else ""
        raise PydanticCustomError("wrong", "it must be {phrase}{hint}", {"phrase": phrase, "hint": hint})

    return BeforeValidator(checked)


def _printable(value: str) -> str:
    if not value.strip() or not re.sub(r"[\n\t]", " ", value).isprintable():
        raise ValueError
    return value


def _one_line(value: str) -> str:
    if "\n" in _printable(value):
        raise ValueError
    return value


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _unlike(values: tuple[Any, ...]) -> tuple[Any, ...]:
    again = next((value for i, value in enumerate(values) if value in values[:i]), None)
    if again is not None:
        raise PydanticCustomError("twice", "names {value} twice; once is enough", {"value": shown(again)})
    return values


Probability = Annotated[float, BeforeValidator(probability), _must_be(PROBABILITY)]
Text = Annotated[
    str, Field(max_length=10_000), AfterValidator(_printable), _must_be("a text in quotes of at most 10,000 characters")
]
Line = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(_one_line),
    _must_be("one line of text in quotes, of at most 200 characters"),
]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Party = Annotated[str, Field(max_length=20), _must_be('a party\'s code such as "R"')]
State = Annotated[str, _one_of("one of the 50 states or DC in two letters", data.states)]
Kind = Annotated[str, _one_of("one of the kinds " + ", ".join(data.LAW_KINDS), lambda: data.LAW_KINDS)]
States = Annotated[tuple[State, ...], BeforeValidator(_listed), AfterValidator(_unlike)]
Kinds = Annotated[tuple[Kind, ...], BeforeValidator(_listed), AfterValidator(_unlike)]
ElectionYear = Annotated[int, _one_of("one of the elections 2000, 2004, ... 2024", data.roster_years)]
LawYear = Annotated[int, _one_of("2016 or 2024, the years of the law tables", lambda: data.LAW_YEARS)]
Count = Annotated[int, Field(ge=1), _must_be("a whole number of at least 1")]
Seed = Annotated[int, Field(ge=0), _must_be("a whole number of at least 0")]
Confidence = Annotated[float, Field(gt=0, lt=1), _must_be("a number between 0 and 1, both excluded, such as 0.95")]
GroupName = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,60}$"), _must_be("made of letters, digits, - and _")]


class Table(BaseModel):
    """A table of the file: strict, frozen, without unknown keys."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Election(Table):
    """Which electors there are, whose majority is at stake, and which states vote as one."""

    year: ElectionYear = 2016
    leader: Party | None = None
    blocs: States = ()


class Group(Table):
    """Some electors of one party who share a probability."""

    probability: Probability
    states: States | None = None
    law: Kinds | None = None
    party: Party | None = None
    count: Count | None = None


class Elector(Table):
    """One elector's own probability, and the name if it is public."""

    probability: Probability
    name: Line = ""


class Defection(Table):
    """How probable it is that an elector attempts to defect."""

    probability: Probability
    party: dict[Party, Probability] = {}
    csv: Line | None = None
    group: dict[GroupName, Group] = {}
    elector: dict[str, Elector] = {}


class Cancelled(Table):
    """Probability by kind of law that an attempt is cancelled, if the laws are upheld."""

    pledge_only: Probability = 0.0
    penalty: Probability = 0.0
    void_and_replace: Probability = 1.0
    void_and_replace_and_penalty: Probability = 1.0


class Laws(Table):
    """Which binding laws there are, what they do, and whether the courts uphold them."""

    year: LawYear | None = None
    state: dict[State, Kind] = {}
    cancelled: Cancelled = Cancelled()
    upheld: Probability = 1.0


class Run(Table):
    """How much is simulated."""

    draws: Count = 1_000_000
    seed: Seed | None = None
    confidence: Confidence = 0.95


class Settings(Table):
    """A whole scenario file."""

    title: Line
    question: Text = ""
    assumptions: Texts = ()
    sources: Texts = ()
    election: Election = Election()
    defection: Defection
    law: Laws | None = None
    run: Run = Run()

    @property
    def law_year(self) -> int:
        """Year of the law table: the one asked for, else the one nearest to the election."""
        first, last = data.LAW_YEARS
        chosen = None if self.law is None else self.law.year
        return chosen or (first if self.election.year <= first else last)


_TABLES: Final[dict[tuple[str | int, ...], type[Table]]] = {
    (): Settings,
    ("election",): Election,
    ("defection",): Defection,
    ("defection", "group"): Group,
    ("defection", "elector"): Elector,
    ("law",): Laws,
    ("law", "cancelled"): Cancelled,
    ("run",): Run,
}
_REQUIRED: Final = {"title": "one line of text in quotes", "probability": PROBABILITY, "defection": "a table"}
_TYPES: Final = {"tuple_type": "a list in square brackets", "string_type": "a text in quotes"}


def schema_problems(error: ValidationError) -> Iterator[Problem]:
    """Word the errors of pydantic, in the order of the schema."""
    return map(_problem, error.errors(include_url=False, include_context=False))


def _problem(error: ErrorDetails) -> Problem:
    path, kind, value = error["loc"], error["type"], error["input"]
    if kind == "extra_forbidden":
        return Problem(path, _unknown_key(path))
    if kind == "missing":
        return Problem(path, f"is missing; it must be {_REQUIRED[str(path[-1])]}.")
    if path[-1] == "[key]":
        return Problem(path[:-1], f"is named {shown(value)}; {error['msg']}.")
    if kind == "twice":
        return Problem(path, f"{error['msg']}.")
    message = error["msg"] if kind == "wrong" else f"it must be {_TYPES.get(kind, 'a table')}"
    return Problem(path, f"is {shown(value)}; {message}{'' if message.endswith('?') else '.'}")


def _unknown_key(path: tuple[str | int, ...]) -> str:
    table = _TABLES[path[:-1][:2]]
    name = str(path[-1])
    hint = nearest(name, table.model_fields)
    elsewhere = [parents for parents, other in _TABLES.items() if name in other.model_fields and other is not table]
    if not hint and elsewhere:
        hint = f"; does it belong into [{'.'.join(map(str, elsewhere[0]))}]?"
    return f"is not a known key{hint or '.'} Known here: {', '.join(table.model_fields)}."
