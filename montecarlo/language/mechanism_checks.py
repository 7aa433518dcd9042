"""What is wrong with the mechanisms of a scenario whose every key is valid by itself: tables that do not fit together.

A check is left out if a table that it reads is known to be faulty: it would only tell that fault again in other words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

import montecarlo.data as data
from montecarlo.language.elector_table import CSV_KEY, ElectorRow, place
from montecarlo.language.problems import Path, Problem, counted, listed, nearest, shown
from montecarlo.language.roster import leader_of, places
from montecarlo.language.schema import Settings, ThresholdTable

_EXCESS: Final = 1 + 1e-12
"""Largest sum of probabilities; a little more than 1 is rounding."""


def mechanism_problems(
    settings: Settings, rows: Sequence[ElectorRow] = (), *, faulty: Collection[str] = ()
) -> Iterator[Problem]:
    """Yield what is wrong.

    Parameters
    ----------
    settings : Settings
        The scenario.
    rows : sequence of ElectorRow
        Electors of its table, if it has one.
    faulty : collection of str
        Tables in which a fault was found already.
    """
    entries = tuple(_entries(settings, rows))
    for check, tables in _CHECKS:
        if not set(tables) & set(faulty):
            yield from check(settings, entries)


class _Entry(NamedTuple):
    """A probability and a conditional one that somebody is given together, and where the latter stands."""

    path: Path
    place: str
    value: float
    probability: float
    conditional: float
    party: str


def _entries(settings: Settings, rows: Sequence[ElectorRow]) -> Iterator[_Entry]:
    """Yield every place that gives a conditional probability above 0."""
    defection, leader = settings.defection, leader_of(settings)
    party = {each.id: each.party for each in places(settings)}
    path: Path = ("defection", "conditional")
    given = [_Entry(path, "", defection.conditional, defection.probability, defection.conditional, leader)]
    if leader in defection.party:
        own = defection.party[leader]
        given = [_Entry(("defection", "party", leader), "", own, own, defection.conditional, leader)]
    for name, group in defection.group.items():
        path = ("defection", "group", name, "conditional")
        pair = group.probability, group.conditional
        given.append(_Entry(path, "", group.conditional, *pair, group.party or leader))
    for id, elector in defection.elector.items():
        path = ("defection", "elector", id, "conditional")
        pair = elector.probability, elector.conditional
        given.append(_Entry(path, "", elector.conditional, *pair, party.get(id, leader)))
    for row in rows:
        where = place(defection.csv or "", row.row, "conditional")
        pair = row.probability, row.conditional
        given.append(_Entry(CSV_KEY, where, row.conditional, *pair, party.get(row.id, leader)))
    return (entry for entry in given if entry.conditional > 0)


def _sum_problems(_: Settings, entries: Sequence[_Entry]) -> Iterator[Problem]:
    for entry in entries:
        total = entry.probability + entry.conditional
        if total > _EXCESS:
            text = f"is {shown(entry.value)}; probability and conditional sum to {total:.15g} and must not exceed 1, "
            yield Problem(entry.path, f"{text}for an elector acts alone or conditionally.", entry.place)


def _party_problems(settings: Settings, entries: Sequence[_Entry]) -> Iterator[Problem]:
    """Conditional probabilities of electors who are not the leader's; a party without electors is told elsewhere."""
    leader, parties = leader_of(settings), {each.party for each in places(settings)}
    for entry in entries:
        if entry.party != leader and {entry.party, leader} <= parties:
            text = f"is {shown(entry.value)}, but that is an elector of party {entry.party}; only those of the leader, "
            yield Problem(entry.path, f"{text}{leader}, wait for each other. Give a probability alone.", entry.place)


def _coordination_problems(settings: Settings, entries: Sequence[_Entry]) -> Iterator[Problem]:
    """Pledge or cascade, and electors who are conditional on it: one needs the other."""
    if settings.pledge is not None and settings.cascade is not None:
        yield Problem(
            ("cascade",), "stands beside [pledge]; electors are coordinated in one way, so remove one of them."
        )
    which = "pledge" if settings.pledge is not None else "cascade"
    first = next(iter(entries), None)
    if first is None and getattr(settings, which) is not None:
        text = "has nobody to coordinate: every conditional probability is 0. Set defection.conditional, or a group's."
        yield Problem((which,), text)
    if first is not None and settings.pledge is None and settings.cascade is None:
        text = f"is {shown(first.conditional)}; a conditional probability needs a table [pledge] or [cascade], and "
        path = ("defection", "conditional") if first.path[1] == "party" else first.path
        yield Problem(path, f"{text}there is neither.", first.place)
    pressure = settings.pressure
    if pressure is not None and settings.cascade is None:
        for key in ("hazard", "hazard_decay"):
            if getattr(pressure, key) != 1:
                text = (
                    f"is {shown(getattr(pressure, key))}; it acts on the thresholds of a [cascade], and there is none."
                )
                yield Problem(("pressure", key), text)


def _threshold_problems(settings: Settings, _: Sequence[_Entry]) -> Iterator[Problem]:
    """Threshold laws that are given in no way or in two, or to nobody."""
    if settings.cascade is None:
        return
    laws: dict[Path, ThresholdTable] = {("cascade",): settings.cascade}
    laws |= {("cascade", "group", name): law for name, law in settings.cascade.group.items()}
    for path, law in laws.items():
        if law.scale is None and law.cdf is None:
            yield Problem(path, "has no law of thresholds; give scale and shape, or cdf.")
        elif law.cdf is not None and (law.scale is not None or law.shape is not None):
            yield Problem((*path, "cdf"), "stands beside scale or shape; a law of thresholds is given in one way.")
    known = settings.defection.group
    for name in settings.cascade.group:
        if name not in known:
            hint = nearest(name, known) or "."
            text = f"is no group of [defection]{hint} Groups: {listed(known)}."
            yield Problem(("cascade", "group", name), text)


def _dependence_problems(settings: Settings, _: Sequence[_Entry]) -> Iterator[Problem]:
    if settings.factors is None:
        return
    if settings.common_odds is not None:
        text = "stands beside [factors]; electors have one of them in common, so remove the other."
        yield Problem(("common_odds",), text)
    share = settings.factors.national**2 + settings.factors.state**2
    if share >= 1:
        text = f"has loadings whose squares sum to {share:.15g}; the sum must be below 1, or nothing is left of the "
        yield Problem(("factors",), f"{text}elector's own mind.")


def _destination_problems(settings: Settings, _: Sequence[_Entry]) -> Iterator[Problem]:
    if settings.destination is None:
        return
    election = data.elections()[settings.election.year]
    sides = {election.winner, election.runner_up}
    for name, side in (("leader", settings.destination.leader), ("opponent", settings.destination.opponent)):
        total = side.opponent + sum(side.alternatives.values())
        if total > _EXCESS:
            text = f"has shares that sum to {total:.15g}; they must not exceed 1, and the rest abstains."
            yield Problem(("destination", name), text)
        for own in sorted(sides & side.alternatives.keys()):
            text = (
                "is the candidate of one of the two sides, and an alternative is somebody else; the share of the other "
            )
            yield Problem(
                ("destination", name, "alternatives", own), f"{text}side stands under destination.{name}.opponent."
            )


def _house_problems(settings: Settings, _: Sequence[_Entry]) -> Iterator[Problem]:
    table, congress = settings.house, settings.congress
    if table is None:
        return
    for name, share in table.delegation.items():
        total = share.leader + share.opponent + share.alternative
        if total > _EXCESS:
            text = f"has probabilities that sum to {total:.15g}; they must not exceed 1, and the rest is divided."
            yield Problem(("house", "delegation", name), text)
    if congress not in data.congresses():
        known = ", ".join(map(str, data.congresses()))
        text = f"is missing; of the {congress}th, elected in {settings.election.year}, there are no data. Give one of "
        yield Problem(("house", "congress"), f"{text}{known}.")
        return
    majorities = [record.majority for record in data.house_delegations(congress)]
    for name in dict.fromkeys(majorities):
        if name not in table.delegation:
            text = f"is missing; the {congress}th Congress has {counted(majorities.count(name), 'such delegation')}."
            yield Problem(("house", "delegation", name), text)


_Check = Callable[[Settings, Sequence[_Entry]], Iterator[Problem]]
_CHECKS: Final[tuple[tuple[_Check, tuple[str, ...]], ...]] = (
    (_sum_problems, ("defection",)),
    (_party_problems, ("defection",)),
    (_coordination_problems, ("defection", "pledge", "cascade", "pressure")),
    (_threshold_problems, ("defection", "cascade")),
    (_dependence_problems, ("factors", "common_odds")),
    (_destination_problems, ("destination",)),
    (_house_problems, ("house",)),
)
"""Each check, and the tables that it reads."""
