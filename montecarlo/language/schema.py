"""The schema of a scenario file: which tables and keys there are; what each of them may hold say the `values`.

A key not listed here is an error. What needs more than one key, or the roster of an election (names of electors, sizes
of groups), the `checks` judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_serializer
from pydantic_core import ErrorDetails, PydanticCustomError

import montecarlo.data as data
from montecarlo.language.problems import Problem, nearest, shown
from montecarlo.language.values import (
    PROBABILITY,
    Candidate,
    Confidence,
    Congress,
    Count,
    Counted,
    Degrees,
    ElectionYear,
    GroupName,
    Kind,
    Kinds,
    LawYear,
    Levels,
    Line,
    Loading,
    Majority,
    OddsParameter,
    Party,
    Positive,
    Probability,
    Rounds,
    Seed,
    State,
    States,
    Text,
    Texts,
)

MOST_ACCOUNTS = 20
"""Most contradictory accounts of a scenario; each is validated and answered like a scenario of its own."""

MOST_ALTERNATIVES = 50
"""Most alternative candidates of one side; each of them may come third with any number of votes."""

_LATER: Final = {
    *("conditional", "deterred", "factors", "common_odds", "pledge", "cascade"),
    *("pressure", "destination", "house", "account"),
}
"""Keys that format 1 got after its first release; left out of a digest where they say nothing."""


class Table(BaseModel):
    """A table of the file: strict, frozen, without unknown keys."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    @model_serializer(mode="wrap")
    def _with_what_is_said(self, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        fields = type(self).model_fields
        silent = {key for key in _LATER & set(fields) if getattr(self, key) == fields[key].default}
        return {key: value for key, value in handler(self).items() if key not in silent}


class Election(Table):
    """Which electors there are, whose majority is at stake, and which states vote as one."""

    year: ElectionYear = 2016
    leader: Party | None = None
    blocs: States = ()


class Group(Table):
    """Some electors of one party who share a probability."""

    probability: Probability
    conditional: Probability = 0.0
    states: States | None = None
    law: Kinds | None = None
    party: Party | None = None
    count: Count | None = None


class Elector(Table):
    """One elector's own probability, and the name if it is public."""

    probability: Probability
    conditional: Probability = 0.0
    name: Line = ""


class Defection(Table):
    """How probable it is that an elector attempts to defect, alone or if others do."""

    probability: Probability
    conditional: Probability = 0.0
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


class Deterred(Table):
    """Multiplier by kind of law on the probabilities of the electors whom it binds."""

    pledge_only: Probability = 1.0
    penalty: Probability = 1.0
    void_and_replace: Probability = 1.0
    void_and_replace_and_penalty: Probability = 1.0


class Laws(Table):
    """Which binding laws there are, what they do, and whether the courts uphold them."""

    year: LawYear | None = None
    state: dict[State, Kind] = {}
    cancelled: Cancelled = Cancelled()
    deterred: Deterred = Deterred()
    upheld: Probability = 1.0


class FactorTable(Table):
    """Loadings of factors that electors have in common, Gaussian unless there are degrees of freedom."""

    national: Loading = 0.0
    state: Loading = 0.0
    degrees_of_freedom: Degrees | None = None


class OddsTable(Table):
    """The law of one rate for all, Beta(alpha, beta)."""

    alpha: OddsParameter
    beta: OddsParameter


class PledgeTable(Table):
    """How many must be counted before conditional electors act."""

    threshold: Count
    counts: Counted = "conditional"


class ThresholdTable(Table):
    """The law of a conditional elector's threshold: a Weibull law, or the distribution function level by level."""

    scale: Positive | None = None
    shape: Positive | None = None
    cdf: Levels | None = None


class CascadeTable(ThresholdTable):
    """How conditional electors join those who are seen to defect; a group may have thresholds of its own."""

    rounds: Rounds | None = None
    visibility: Probability = 1.0
    group: dict[GroupName, ThresholdTable] = {}


class PressureTable(Table):
    """What holds the leader's electors back: less often ready to defect, and less easily moved by others."""

    probability: Probability = 1.0
    hazard: Probability = 1.0
    hazard_decay: Probability = 1.0


def _at_most(most: int, what: str) -> AfterValidator:
    """Refuse a table with more than so many names."""

    def few(table: dict[str, Any]) -> dict[str, Any]:
        if len(table) > most:
            told = {"most": most, "what": what}
            raise PydanticCustomError("wrong", "it must be a table of at most {most} {what}", told)
        return table

    return AfterValidator(few)


class SideTable(Table):
    """Where the defections of one side go; the rest abstains."""

    opponent: Probability = 0.0
    alternatives: Annotated[dict[Candidate, Probability], _at_most(MOST_ALTERNATIVES, "candidates")] = {}


class DestinationTable(Table):
    """Where defections go, of either side."""

    leader: SideTable = SideTable()
    opponent: SideTable = SideTable()


class DelegationTable(Table):
    """Whom a delegation of the House votes for; the rest is divided."""

    leader: Probability = 0.0
    opponent: Probability = 0.0
    alternative: Probability = 0.0


class HouseTable(Table):
    """The House that would choose: which Congress, and its delegations by their majority."""

    congress: Congress | None = None
    loading: Loading = 0.0
    delegation: dict[Majority, DelegationTable] = {}


class AccountTable(Table):
    """One of several contradictory accounts: how much it weighs, and what it says otherwise."""

    weight: Probability
    set: dict[str, Any] = {}


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
    factors: FactorTable | None = None
    common_odds: OddsTable | None = None
    pledge: PledgeTable | None = None
    cascade: CascadeTable | None = None
    pressure: PressureTable | None = None
    destination: DestinationTable | None = None
    house: HouseTable | None = None
    account: Annotated[dict[GroupName, AccountTable], _at_most(MOST_ACCOUNTS, "accounts")] = {}
    run: Run = Run()

    @property
    def law_year(self) -> int:
        """Year of the law table: the one asked for, else the one nearest to the election."""
        first, last = data.LAW_YEARS
        chosen = None if self.law is None else self.law.year
        return chosen or (first if self.election.year <= first else last)

    @property
    def congress(self) -> int:
        """The Congress that would choose: the one asked for, else the one elected with the electors."""
        chosen = None if self.house is None else self.house.congress
        return chosen or 107 + (self.election.year - 2000) // 2


_TABLES: Final[dict[tuple[str | int, ...], type[Table]]] = {
    (): Settings,
    ("election",): Election,
    ("defection",): Defection,
    ("defection", "group"): Group,
    ("defection", "elector"): Elector,
    ("law",): Laws,
    ("law", "cancelled"): Cancelled,
    ("law", "deterred"): Deterred,
    ("factors",): FactorTable,
    ("common_odds",): OddsTable,
    ("pledge",): PledgeTable,
    ("cascade",): CascadeTable,
    ("cascade", "group"): ThresholdTable,
    ("pressure",): PressureTable,
    ("destination",): DestinationTable,
    ("destination", "leader"): SideTable,
    ("destination", "opponent"): SideTable,
    ("house",): HouseTable,
    ("house", "delegation"): DelegationTable,
    ("account",): AccountTable,
    ("run",): Run,
}
_REQUIRED: Final = {
    "title": "one line of text in quotes",
    "probability": PROBABILITY,
    "defection": "a table",
    "threshold": "a whole number of at least 1",
    "alpha": "a number from 0.001 to 1,000,000",
    "beta": "a number from 0.001 to 1,000,000",
    "weight": PROBABILITY,
}
_TYPES: Final = {"string_type": "a text in quotes"}


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
        return Problem(path[:-1], f"is named {shown(value)}; {_ended(error['msg'])}")
    if kind == "twice":
        return Problem(path, f"{error['msg']}.")
    message = error["msg"] if kind == "wrong" else f"it must be {_TYPES.get(kind, 'a table')}"
    return Problem(path, f"is {shown(value)}; {_ended(message)}")


def _ended(message: str) -> str:
    """End a sentence that does not end with a question already."""
    return message if message.endswith("?") else f"{message}."


def _unknown_key(path: tuple[str | int, ...]) -> str:
    """Point to the nearest key of the table, which has a name of its own in a table of groups, or to another table."""
    table = next(_TABLES[path[:size]] for size in range(len(path) - 1, -1, -1) if path[:size] in _TABLES)
    name = str(path[-1])
    hint = nearest(name, table.model_fields, likeness=0.8)
    elsewhere = [parents for parents, other in _TABLES.items() if name in other.model_fields and other is not table]
    if not hint and elsewhere:
        where = f"into [{'.'.join(map(str, elsewhere[0]))}]" if elsewhere[0] else "before the first table"
        hint = f"; does it belong {where}?"
    hint = hint or nearest(name, table.model_fields)
    return f"is not a known key{hint or '.'} Known here: {', '.join(table.model_fields)}."
