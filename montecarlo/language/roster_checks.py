"""What is wrong with the electors of a scenario whose every key is valid by itself: parties, ids, names and groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from montecarlo.language.elector_table import CSV_KEY, ElectorRow, place
from montecarlo.language.problems import Path, Problem, counted, nearest, shown
from montecarlo.language.roster import Place, groups, leader_of, own_chances, places
from montecarlo.language.schema import Settings


def roster_problems(
    settings: Settings, rows: Sequence[ElectorRow] = (), *, with_groups: bool = True
) -> Iterator[Problem]:
    """Yield what is wrong.

    Parameters
    ----------
    settings : Settings
        The scenario.
    rows : sequence of ElectorRow
        Electors of its table, if it has one.
    with_groups : bool
        Whether the groups are to be judged too; not if what decides who is in them is known to be faulty.
    """
    seats = places(settings)
    yield from _leader_problems(settings, seats)
    yield from _elector_problems(settings, rows, [each.id for each in seats])
    yield from _name_problems(settings, rows)
    if with_groups:
        yield from _group_problems(settings, seats, rows)


def _leader_problems(settings: Settings, seats: Sequence[Place]) -> Iterator[Problem]:
    parties = sorted({each.party for each in seats})
    given: list[tuple[Path, str | None]] = [(("election", "leader"), settings.election.leader)]
    given += [(("defection", "party", party), party) for party in settings.defection.party]
    given += [(("defection", "group", name, "party"), group.party) for name, group in settings.defection.group.items()]
    for path, party in given:
        if party is not None and party not in parties:
            text = f"names the party {shown(party)}; the electors of {settings.election.year} are pledged to "
            yield Problem(path, f"{text}{' or '.join(parties)}.")
    leader = leader_of(settings)
    votes, appointed = sum(each.votes for each in seats if each.party == leader), sum(each.votes for each in seats)
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


def _group_problems(settings: Settings, seats: Sequence[Place], rows: Sequence[ElectorRow]) -> Iterator[Problem]:
    parties = {each.party for each in seats}
    for name, group, eligible, _ in groups(settings, seats, set(own_chances(settings, rows))):
        if (group.party or leader_of(settings)) not in parties:
            continue  # Told already: that party has no electors at all.
        if not eligible:
            text = "matches no elector that is not taken already; widen its states, law or party, or remove it."
            yield Problem(("defection", "group", name), text)
        elif group.count is not None and group.count > len(eligible):
            text = f"is {shown(group.count)}, but only {counted(len(eligible), 'elector')} can be in the group {name}; "
            text += "ask for at most as many."
            yield Problem(("defection", "group", name, "count"), text)
