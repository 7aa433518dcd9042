"""The facts: elections, electors, binding laws, faithless electors, House delegations; and where to draw the states.

Each table is a CSV file beside this module, read once into frozen records. Where every number comes from, and where
sources disagree, stands in `SOURCES.md` in the same folder. Facts only: nothing here is an assumption of a scenario.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

from montecarlo.errors import InputError

LAW_YEARS = (2016, 2024)
"""Years for which a table of binding laws exists."""

LAW_KINDS = ("none", "pledge_only", "penalty", "void_and_replace", "void_and_replace_and_penalty")
"""What a state's law does about a deviant vote, from nothing to cancelling and punishing it."""


class Election(NamedTuple):
    """One presidential election; `*_pledged` is before any defection, `*_received` what Congress counted."""

    year: int
    total_electors: int
    majority_needed: int
    winner: str
    winner_party: str
    winner_pledged: int
    runner_up: str
    runner_up_party: str
    runner_up_pledged: int
    other_pledged: int
    winner_received: int
    runner_up_received: int
    other_received: int
    not_cast: int
    faithless_presidential: int
    notes: str


class StateElectors(NamedTuple):
    """Electors that one state appointed for one party."""

    year: int
    state: str
    party: str
    electors: int


class LawRecord(NamedTuple):
    """What binds a state's electors in one year, as the law was applied; `confidence` is that of the `kind`."""

    state: str
    kind: str
    basis: str
    confidence: str
    in_list_29: bool
    citation: str
    notes: str


class FaithlessVote(NamedTuple):
    """A deviant presidential vote; `effective` is False where it was cancelled, `votes` exceeds 1 only before 1900."""

    year: int
    state: str
    elector: str
    pledged_to: str
    voted_for: str
    kind: str
    effective: bool
    votes: int
    confidence: str
    notes: str


class Delegation(NamedTuple):
    """A state's seats in the House on the day of the joint session; `majority` is R, D, tie or other."""

    congress: int
    state: str
    republican_seats: int
    democratic_seats: int
    other_seats_or_vacant: int
    majority: str
    as_of: str
    notes: str


class Tile(NamedTuple):
    """The square that stands for a state on a map of equal squares; columns from the west, rows from the north."""

    state: str
    column: int
    row: int


@cache
def elections() -> Mapping[int, Election]:
    """Return all elections since 1900, by year."""
    text = {"winner", "winner_party", "runner_up", "runner_up_party", "notes"}
    records = (
        Election(**{name: value if name in text else int(value) for name, value in row.items()})  # type: ignore[arg-type]
        for row in _rows("elections.csv")
    )
    return MappingProxyType({record.year: record for record in records})


@cache
def roster_years() -> tuple[int, ...]:
    """Return the election years whose electors are known state by state."""
    return tuple(sorted({record.year for record in _all_electors()}))


@cache
def electors(year: int) -> tuple[StateElectors, ...]:
    """Return the electors of one year by state and party, by the party they were pledged to on election night.

    Raises
    ------
    InputError
        If the year has no roster of states.
    """
    _check("year", year, roster_years())
    return tuple(record for record in _all_electors() if record.year == year)


@cache
def states() -> tuple[str, ...]:
    """Return the two letters of the 50 states and DC, in alphabetical order."""
    return tuple(sorted({record.state for record in _all_electors()}))


@cache
def binding_laws(year: int) -> Mapping[str, LawRecord]:
    """Return what binds the electors of each state and DC, by state, as applied in December of `year`.

    Raises
    ------
    InputError
        If there is no table for the year; there is one for 2016 and one for 2024.
    """
    _check("year", year, LAW_YEARS)
    records = (
        LawRecord(
            state=row["state"],
            kind=row[f"enforcement_{year}"],
            basis=row[f"basis_{year}"],
            confidence=row[f"confidence_{year}"],
            in_list_29=row["in_list_29"] == "1",
            citation=row["citation"],
            notes=row["notes"],
        )
        for row in _rows("binding_laws.csv")
    )
    return MappingProxyType({record.state: record for record in records})


@cache
def faithless_electors() -> tuple[FaithlessVote, ...]:
    """Return the deviant presidential votes since 1796, in order of time; one a record since 1900."""
    return tuple(
        FaithlessVote(
            year=int(row["year"]),
            state=row["state"],
            elector=row["elector"],
            pledged_to=row["pledged_to"],
            voted_for=row["voted_for"],
            kind=row["kind"],
            effective=row["effective"] == "1",
            votes=int(row["votes"]),
            confidence=row["confidence"],
            notes=row["notes"],
        )
        for row in _rows("faithless_electors.csv")
    )


@cache
def congresses() -> tuple[int, ...]:
    """Return the congresses whose delegations are known."""
    return tuple(sorted({record.congress for record in _all_delegations()}))


@cache
def house_delegations(congress: int) -> tuple[Delegation, ...]:
    """Return the 50 delegations of the House that would have chosen the president.

    Raises
    ------
    InputError
        If the delegations of that Congress are not known.
    """
    _check("congress", congress, congresses())
    return tuple(record for record in _all_delegations() if record.congress == congress)


@cache
def tile_grid() -> Mapping[str, Tile]:
    """Return the square of each state and DC on a map of 12 columns and 8 rows, by state."""
    tiles = (Tile(row["state"], int(row["column"]), int(row["row"])) for row in _rows("tile_grid.csv"))
    return MappingProxyType({tile.state: tile for tile in tiles})


@cache
def _all_electors() -> tuple[StateElectors, ...]:
    return tuple(
        StateElectors(int(row["year"]), row["state"], row["party_pledged"], int(row["electors"]))
        for row in _rows("electors_by_state.csv")
    )


@cache
def _all_delegations() -> tuple[Delegation, ...]:
    text = {"state", "majority", "as_of", "notes"}
    return tuple(
        Delegation(**{name: value if name in text else int(value) for name, value in row.items()})  # type: ignore[arg-type]
        for row in _rows("house_delegations.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _check(name: str, value: int, known: tuple[int, ...]) -> None:
    if value not in known:
        raise InputError(f"{name} is {value!r}; there are data for {', '.join(map(str, known))}.")
