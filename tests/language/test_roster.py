"""The roster: who sits in it, whose probability goes before whose, and the Model that it amounts to."""

from __future__ import annotations

import numpy as np
import pytest

from montecarlo import data
from montecarlo.language.roster import Roster, Seat
from montecarlo.scenario import Scenario, load

BASE = 'title = "t"\n[defection]\nprobability = 0.01\n'


def scenario(text: str = "", base: str = BASE, **tables: str) -> Scenario:
    files = {f"{name}.csv": content for name, content in tables.items()}
    return Scenario.from_text("test", base + text, tables=files)


def roster(text: str = "", base: str = BASE, **tables: str) -> Roster:
    return scenario(text, base, **tables).roster()


def seat(seats: Roster, id: str) -> Seat:
    return next(each for each in seats.seats if each.id == id)


@pytest.mark.parametrize(
    ("year", "leader", "needed"),
    [
        (2000, "R", 2),
        (2004, "R", 17),
        (2008, "D", 96),
        (2012, "D", 63),
        (2016, "R", 37),
        (2020, "D", 37),
        (2024, "R", 43),
    ],
)
def test_elections(year: int, leader: str, needed: int) -> None:
    built = scenario(f"[election]\nyear = {year}\n")
    seats, model = built.roster(), built.model()
    assert (seats.year, seats.leader, seats.needed, seats.majority, seats.appointed) == (year, leader, needed, 270, 538)
    assert seats.leader_votes == data.elections()[year].winner_pledged == model.electors
    assert model.needed == needed


def test_seats_are_numbered_within_the_state_in_the_order_of_the_table() -> None:
    seats = roster()
    assert [each.id for each in seats.seats if each.state == "ME"] == ["ME-01", "ME-02", "ME-03", "ME-04"]
    assert [seat(seats, id).party for id in ("ME-01", "ME-02")] == ["R", "D"]
    assert seat(seats, "TX-38").votes == 1
    assert len({each.id for each in seats.seats}) == len(seats.seats) == 538


def test_bloc_votes_as_one() -> None:
    built = scenario('[election]\nblocs = ["TX", "ME"]\n')
    seats, model = built.roster(), built.model()
    assert [(each.id, each.votes) for each in seats.seats if each.state in ("ME", "TX")] == [
        ("ME-R", 1),
        ("ME-D", 3),
        ("TX-R", 38),
    ]
    assert (seats.needed, model.electors, model.total_votes) == (37, 306 - 37, 306)


def test_model_groups_are_the_leaders_states() -> None:
    seats, model = roster(), scenario().model()
    assert len(seats.states) == 31
    assert [seats.states[group] for group in model.group] == [each.state for each in seats.leader_seats]
    assert model.law is None
    assert np.all(model.probability == 0.01)


def test_precedence_is_own_entry_group_party_base() -> None:
    text = """party = { D = 0.02 }
csv = "few.csv"
[defection.group.first]
states = ["TX"]
count = 4
probability = 0.1
[defection.group.second]
states = ["TX", "AK"]
probability = 0.2
[defection.group.others]
party = "D"
states = ["HI"]
probability = 0.3
[defection.elector.TX-01]
name = "A Person"
probability = 0.9
"""
    seats = roster(text, few="id,state,probability,name\nTX-02,TX,1/4,B Person\nHI-01,HI,0,\n")
    texas = [each for each in seats.seats if each.state == "TX"]
    assert [each.origin for each in texas[:2]] == ["named", "csv"]
    assert [(each.probability, each.name) for each in texas[:2]] == [(0.9, "A Person"), (0.25, "B Person")]
    # 36 are left and 4 asked for: the seats at (j + 1/2) * 9 of them, rounded down.
    assert [each.id for each in texas if each.origin == "group first"] == ["TX-07", "TX-16", "TX-25", "TX-34"]
    assert sum(each.origin == "group second" for each in seats.seats) == 32 + 3
    origins = {each.id: (each.origin, each.probability) for each in seats.seats}
    assert origins["HI-01"] == ("csv", 0.0)
    assert origins["HI-02"] == ("group others", 0.3)
    assert origins["CA-01"] == ("party D", 0.02)
    assert origins["AL-01"] == ("base", 0.01)


def test_group_by_kind_of_law_uses_the_table_nearest_to_the_election() -> None:
    group = '[defection.group.free]\nlaw = ["none"]\nprobability = 0.5\n'
    assert seat(roster(group), "TX-01").origin == "group free"
    later = roster(group + "[election]\nyear = 2024\n")
    assert (seat(later, "TX-01").law, seat(later, "TX-01").origin) == ("void_and_replace", "base")
    old_law = roster(group + "[election]\nyear = 2024\n[law]\nyear = 2016\n")
    assert seat(old_law, "TX-01").origin == "group free"


def test_without_a_law_table_nothing_is_cancelled() -> None:
    seats = roster()
    assert seat(seats, "MI-01").law == "void_and_replace"
    assert {each.cancelled for each in seats.seats} == {0.0}


def test_law_as_applied_cancels_where_votes_are_void() -> None:
    model = scenario("[law]\nupheld = 0.9\n").model()
    assert model.law is not None
    assert model.law.upheld == 0.9
    # Michigan 16, Montana 3, Nebraska 5, North Carolina 15, Utah 6, and one of Maine's.
    assert model.law.cancelled.sum() == 16 + 3 + 5 + 15 + 6 + 1


def test_cancellation_by_kind_leaves_the_other_kinds_as_they_are() -> None:
    seats = roster("[law]\nstate = { ME = 'pledge_only' }\ncancelled = { penalty = 0.25, void_and_replace = '1/2' }\n")
    values = {id: seat(seats, id).cancelled for id in ("OK-01", "MI-01", "NC-01", "ME-01", "AL-01", "TX-01")}
    assert values == {"OK-01": 0.25, "MI-01": 0.5, "NC-01": 1.0, "ME-01": 0.0, "AL-01": 0.0, "TX-01": 0.0}


def test_the_29_states_bind_the_leaders_electors_as_the_table_does() -> None:
    listed = {state for state, law in data.binding_laws(2016).items() if law.in_list_29}
    seats = load("bound-electors").roster()
    assert {each.state for each in seats.leader_seats if each.cancelled == 1.0} == listed & set(seats.states)
    assert sum(each.cancelled for each in seats.leader_seats) == 151
