"""The roster: every appointed elector by name, with a probability and a law, and the Model that it amounts to.

Electors come from the election's facts, probabilities from the scenario. An elector's own entry goes before a group, an
earlier group before a later one, a group before its party, and the party before the base.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

import montecarlo.data as data
from montecarlo.elector_table import CSV_KEY, ElectorRow, place
from montecarlo.model import Law, Model
from montecarlo.problems import Path, Problem, nearest, shown
from montecarlo.schema import Group, Settings


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
        Probability of attempting to defect.
    law : str
        Kind of law that binds the elector, one of `montecarlo.data.LAW_KINDS`.
    cancelled : float
        Probability that an attempt is cancelled, if the laws are upheld.
    origin : str
        Where the probability is from: ``base``, ``party D``, ``group waverers``, ``named`` or ``csv``.
    """

    id: str
    state: str
    party: str
    votes: int
    name: str
    probability: float
    law: str
    cancelled: float
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
    def states(self) -> tuple[str, ...]:
        """States of the leader's electors; the groups of the model, in its order."""
        return tuple(dict.fromkeys(seat.state for seat in self.leader_seats))

    def model(self) -> Model:
        """Return the numbers of the leader's electors as a Model, grouped by state.

        Raises
        ------
        InputError
            If the leader has no majority to lose.
        """
        seats = self.leader_seats
        cancelled = np.array([seat.cancelled for seat in seats])
        return Model(
            np.array([seat.probability for seat in seats]),
            self.needed,
            votes=np.array([seat.votes for seat in seats]),
            group=np.array([self.states.index(seat.state) for seat in seats]),
            law=Law(cancelled, self.upheld) if cancelled.any() else None,
        )


def build_roster(settings: Settings, rows: Sequence[ElectorRow] = ()) -> Roster:
    """Seat every elector; the settings must have no `roster_problems`.

    Parameters
    ----------
    settings : Settings
        The scenario.
    rows : sequence of ElectorRow
        Electors of its table, if it has one.
    """
    places = _places(settings)
    own = _own_chances(settings, rows)
    grouped = {
        each.id: _Chance(group.probability, "", f"group {name}")
        for name, group, _, chosen in _groups(settings, places, set(own))
        for each in chosen
    }
    kinds = {} if settings.law is None else settings.law.cancelled.model_dump()

    def seat(each: _Place) -> Seat:
        chance = own.get(each.id) or grouped.get(each.id) or _party_chance(settings, each.party)
        probability, name, origin = chance
        cancelled = kinds.get(each.law, 0.0)
        return Seat(each.id, each.state, each.party, each.votes, name, probability, each.law, cancelled, origin)

    upheld = 1.0 if settings.law is None else settings.law.upheld
    return Roster(settings.election.year, leader_of(settings), tuple(map(seat, places)), upheld, settings.law_year)


def leader_of(settings: Settings) -> str:
    """Party whose majority may be denied: the one asked for, else the winner of the election."""
    return settings.election.leader or data.elections()[settings.election.year].winner_party


class _Place(NamedTuple):
    id: str
    state: str
    party: str
    votes: int
    law: str


class _Chance(NamedTuple):
    probability: float
    name: str
    origin: str


def _places(settings: Settings) -> tuple[_Place, ...]:
    """Every elector without a probability."""
    changed = () if settings.law is None else tuple(settings.law.state.items())
    return _numbered(settings.election.year, settings.election.blocs, settings.law_year, changed)


@lru_cache(maxsize=16)
def _numbered(
    year: int, blocs: tuple[str, ...], law_year: int, changed: tuple[tuple[str, str], ...]
) -> tuple[_Place, ...]:
    """Give the electors of each state numbers, a bloc none. Kept, since every replaced value asks for it again."""
    laws = {state: record.kind for state, record in data.binding_laws(law_year).items()} | dict(changed)
    numbers: Counter[str] = Counter()
    places = []
    for _, state, party, electors in data.electors(year):
        if state in blocs:
            places.append(_Place(f"{state}-{party}", state, party, electors, laws[state]))
            continue
        for _ in range(electors):
            numbers[state] += 1
            places.append(_Place(f"{state}-{numbers[state]:02d}", state, party, 1, laws[state]))
    return tuple(places)


def _own_chances(settings: Settings, rows: Sequence[ElectorRow]) -> dict[str, _Chance]:
    electors = settings.defection.elector.items()
    named = {id: _Chance(each.probability, each.name, "named") for id, each in electors}
    return {row.id: _Chance(row.probability, row.name, "csv") for row in rows} | named


def _party_chance(settings: Settings, party: str) -> _Chance:
    if party in settings.defection.party:
        return _Chance(settings.defection.party[party], "", f"party {party}")
    return _Chance(settings.defection.probability, "", "base")


def _groups(
    settings: Settings, places: Sequence[_Place], taken: set[str]
) -> Iterator[tuple[str, Group, list[_Place], list[_Place]]]:
    """Yield the name and table of each group, the electors it may take and those it takes, spread evenly over them."""
    taken = set(taken)
    for name, group in settings.defection.group.items():
        party = group.party or leader_of(settings)
        eligible = [
            each
            for each in places
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


def roster_problems(settings: Settings, rows: Sequence[ElectorRow] = (), *, groups: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with a scenario whose every key is valid by itself.

    Parameters
    ----------
    settings : Settings
        The scenario.
    rows : sequence of ElectorRow
        Electors of its table, if it has one.
    groups : bool
        Whether the groups are to be judged too; not if their tables are known to be faulty.
    """
    places = _places(settings)
    yield from _leader_problems(settings, places)
    yield from _elector_problems(settings, rows, [each.id for each in places])
    yield from _name_problems(settings, rows)
    if groups:
        yield from _group_problems(settings, places, rows)


def _leader_problems(settings: Settings, places: Sequence[_Place]) -> Iterator[Problem]:
    parties = sorted({each.party for each in places})
    given: list[tuple[Path, str | None]] = [(("election", "leader"), settings.election.leader)]
    given += [(("defection", "party", party), party) for party in settings.defection.party]
    given += [(("defection", "group", name, "party"), group.party) for name, group in settings.defection.group.items()]
    for path, party in given:
        if party is not None and party not in parties:
            text = f"names the party {shown(party)}; the electors of {settings.election.year} are pledged to "
            yield Problem(path, f"{text}{' or '.join(parties)}.")
    leader = leader_of(settings)
    votes, appointed = sum(each.votes for each in places if each.party == leader), sum(each.votes for each in places)
    if leader in parties and votes <= appointed // 2:
        text = f"is {shown(leader)}; the leader {leader} has {votes} of {appointed} votes, no majority to lose: "
        text += "the probability that it has none is 1. Name the party with a majority."
        yield Problem(("election", "leader"), text)


def _elector_problems(settings: Settings, rows: Sequence[ElectorRow], ids: list[str]) -> Iterator[Problem]:
    """Ids that no elector has, and ids given twice."""
    known, file, year = set(ids), settings.defection.csv or "", settings.election.year
    for id in settings.defection.elector:
        if id not in known:
            yield Problem(("defection", "elector", id), f"is not an elector of {year}{_known_ids(id, ids)}")
    seen = dict.fromkeys(settings.defection.elector, "[defection.elector]")
    for row in rows:
        where = place(file, row.row, "id")
        if row.id not in known:
            yield Problem(CSV_KEY, f"is {shown(row.id)}, not an elector of {year}{_known_ids(row.id, ids)}", where)
        elif row.id in seen:
            yield Problem(CSV_KEY, f"is {row.id}, already given in {seen[row.id]}; give each elector once.", where)
        seen.setdefault(row.id, f"row {row.row}")


def _known_ids(id: str, ids: list[str]) -> str:
    """Say which electors there are in the state that an unknown id names, or which id is near."""
    mine = [each for each in ids if each[:3] == id[:3]]
    if not mine:
        return nearest(id, ids) or "."
    return f"; there is {mine[0]}." if len(mine) == 1 else f"; there are {mine[0]} to {mine[-1]}."


def _name_problems(settings: Settings, rows: Sequence[ElectorRow]) -> Iterator[Problem]:
    """Public names given to two electors."""
    owner: dict[str, str] = {}
    file, electors = settings.defection.csv or "", settings.defection.elector.items()
    named: list[tuple[Path, str, str, str]]
    named = [(("defection", "elector", id, "name"), id, each.name, "") for id, each in electors]
    named += [(CSV_KEY, row.id, row.name, place(file, row.row, "name")) for row in rows]
    for path, id, name, where in named:
        if name and owner.setdefault(name, id) != id:
            text = f"is {shown(name)}, already the name of {owner[name]}; one person holds one seat."
            yield Problem(path, text, where)


def _group_problems(settings: Settings, places: Sequence[_Place], rows: Sequence[ElectorRow]) -> Iterator[Problem]:
    parties = {each.party for each in places}
    for name, group, eligible, _ in _groups(settings, places, set(_own_chances(settings, rows))):
        if (group.party or leader_of(settings)) not in parties:
            continue  # Told already: that party has no electors at all.
        if not eligible:
            text = "matches no elector that is not taken already; widen its states, law or party, or remove it."
            yield Problem(("defection", "group", name), text)
        elif group.count is not None and group.count > len(eligible):
            text = f"is {group.count}, but only {len(eligible)} electors are eligible for the group {name}; "
            text += "ask for at most as many."
            yield Problem(("defection", "group", name, "count"), text)
