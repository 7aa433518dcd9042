"""The roster: every appointed elector by name, with probabilities and a law.

Electors come from the election's facts, probabilities from the scenario. An elector's own entry goes before a group, an
earlier group before a later one, a group before its party, and the party before the base. Conditional probabilities
come with them, 0 where none is given beside a probability; only the leader's electors have any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import montecarlo.data as data
from montecarlo.language.elector_table import ElectorRow
from montecarlo.language.schema import Group, Settings


@dataclass(frozen=True)
class Seat:
    """One elector, or the electors of one party and state who vote as one.

    Attributes
    ----------
    id : str
        ``TX-01``, counted from 1 within the state; ``TX-R`` for a bloc.
    state, party : str
        Two letters of the state, and code of the party pledged to.
    votes : int
        Votes cast, 1 unless a bloc.
    name : str
        Name if it is public, else empty.
    probability : float
        Probability of attempting to defect, acting alone, before pressure and deterrence.
    conditional : float
        Probability of a pledge, or of joining once enough others are seen; 0 for electors of other parties.
    law : str
        Kind of law that binds the elector, one of `montecarlo.data.LAW_KINDS`.
    cancelled : float
        Probability that an attempt is cancelled, if the laws are upheld.
    deterred : float
        Multiplier of the law on both probabilities.
    origin : str
        Where the probabilities are from: ``base``, ``party D``, ``group waverers``, ``named`` or ``csv``.
    """

    id: str
    state: str
    party: str
    votes: int
    name: str
    probability: float
    conditional: float
    law: str
    cancelled: float
    deterred: float
    origin: str


@dataclass(frozen=True)
class Roster:
    """All electors of one election, in the order of the states.

    Attributes
    ----------
    year : int
        Year of the election.
    leader : str
        Party whose majority may be denied.
    seats : tuple of Seat
        Electors of all parties.
    upheld : float
        Probability of the one ruling that upholds the laws.
    law_year : int
        Year of the table of laws.
    """

    year: int
    leader: str
    seats: tuple[Seat, ...]
    upheld: float
    law_year: int

    @property
    def appointed(self) -> int:
        """Votes of all electors appointed."""
        return sum(seat.votes for seat in self.seats)

    @property
    def majority(self) -> int:
        """Votes that are a majority of the electors appointed (12th Amendment)."""
        return self.appointed // 2 + 1

    @cached_property
    def leader_seats(self) -> tuple[Seat, ...]:
        """Electors pledged to the leader; the electors of the model, in its order."""
        return tuple(seat for seat in self.seats if seat.party == self.leader)

    @property
    def leader_votes(self) -> int:
        """Votes pledged to the leader."""
        return sum(seat.votes for seat in self.leader_seats)

    @property
    def needed(self) -> int:
        """Effective defecting votes that deny the leader its majority."""
        return self.leader_votes - self.majority + 1

    @cached_property
    def other_seats(self) -> tuple[Seat, ...]:
        """Electors pledged to somebody else; the opponent's electors of the model, in its order."""
        return tuple(seat for seat in self.seats if seat.party != self.leader)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """States of the leader's electors; the first groups of the model, in its order."""
        return tuple(dict.fromkeys(seat.state for seat in self.leader_seats))


def build_roster(settings: Settings, rows: Sequence[ElectorRow] = ()) -> Roster:
    """Seat every elector; nothing must be wrong with the settings.

    Parameters
    ----------
    settings : Settings
        The scenario.
    rows : sequence of ElectorRow
        Electors of its table, if it has one.
    """
    seats, leader = places(settings), leader_of(settings)
    own = own_chances(settings, rows)
    grouped = {
        each.id: Chance(group.probability, group.conditional, "", f"group {name}")
        for name, group, _, chosen in groups(settings, seats, set(own))
        for each in chosen
    }
    cancelled = {} if settings.law is None else settings.law.cancelled.model_dump()
    deterred = {} if settings.law is None else settings.law.deterred.model_dump()

    def seat(each: Place) -> Seat:
        chance = own.get(each.id) or grouped.get(each.id) or _party_chance(settings, each.party)
        return Seat(
            *each[:4],
            name=chance.name,
            probability=chance.probability,
            conditional=chance.conditional if each.party == leader else 0.0,
            law=each.law,
            cancelled=cancelled.get(each.law, 0.0),
            deterred=deterred.get(each.law, 1.0),
            origin=chance.origin,
        )

    upheld = 1.0 if settings.law is None else settings.law.upheld
    return Roster(settings.election.year, leader, tuple(map(seat, seats)), upheld, settings.law_year)


def leader_of(settings: Settings) -> str:
    """Party whose majority may be denied: the one asked for, else the winner of the election."""
    return settings.election.leader or data.elections()[settings.election.year].winner_party


class Place(NamedTuple):
    """An elector, or a bloc, without probabilities."""

    id: str
    state: str
    party: str
    votes: int
    law: str


class Chance(NamedTuple):
    """Probabilities of an elector, and what is known beside them."""

    probability: float
    conditional: float
    name: str
    origin: str


def places(settings: Settings) -> tuple[Place, ...]:
    """Return every elector of the election, without probabilities."""
    changed = () if settings.law is None else tuple(settings.law.state.items())
    return _numbered(settings.election.year, settings.election.blocs, settings.law_year, changed)


@lru_cache(maxsize=16)
def _numbered(
    year: int, blocs: tuple[str, ...], law_year: int, changed: tuple[tuple[str, str], ...]
) -> tuple[Place, ...]:
    """Give the electors of each state numbers, a bloc none. Kept, since every replaced value asks for it again."""
    laws = {state: record.kind for state, record in data.binding_laws(law_year).items()} | dict(changed)
    numbers: Counter[str] = Counter()
    seats = []
    for _, state, party, electors in data.electors(year):
        if state in blocs:
            seats.append(Place(f"{state}-{party}", state, party, electors, laws[state]))
            continue
        for _ in range(electors):
            numbers[state] += 1
            seats.append(Place(f"{state}-{numbers[state]:02d}", state, party, 1, laws[state]))
    return tuple(seats)


def own_chances(settings: Settings, rows: Sequence[ElectorRow]) -> dict[str, Chance]:
    """Return what the scenario and its table say of single electors, by id."""
    electors = settings.defection.elector.items()
    named = {id: Chance(each.probability, each.conditional, each.name, "named") for id, each in electors}
    return {row.id: Chance(row.probability, row.conditional, row.name, "csv") for row in rows} | named


def _party_chance(settings: Settings, party: str) -> Chance:
    base, own = settings.defection, settings.defection.party.get(party)
    if own is None:
        return Chance(base.probability, base.conditional, "", "base")
    return Chance(own, base.conditional, "", f"party {party}")


def groups(
    settings: Settings, seats: Sequence[Place], taken: set[str]
) -> Iterator[tuple[str, Group, list[Place], list[Place]]]:
    """Yield the name and table of each group, the electors it may take and those it takes, spread evenly over them."""
    taken = set(taken)
    for name, group in settings.defection.group.items():
        party = group.party or leader_of(settings)
        eligible = [
            each
            for each in seats
            if each.party == party
            and each.id not in taken
            and (group.states is None or each.state in group.states)
            and (group.law is None or each.law in group.law)
        ]
        chosen = eligible
        if group.count is not None and group.count <= len(eligible):
            chosen = [eligible[(2 * j + 1) * len(eligible) // (2 * group.count)] for j in range(group.count)]
        taken.update(each.id for each in chosen)
        yield name, group, eligible, chosen
