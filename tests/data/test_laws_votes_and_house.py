"""Binding laws, deviant votes and House delegations against published lists and against each other."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from importlib import resources

import pytest

from montecarlo import data

CONFIDENCE = ["high", "medium", "low"]
VOID = {"void_and_replace", "void_and_replace_and_penalty"}
THE_29 = "AL AK CA CO CT DE FL HI ME MD MA MI MS MT NE NV NM NC OH OK OR SC TN UT VT VA WA WI WY"
VOID_2016 = "CO ME MI MN MT NC NE NV UT"
VOID_SINCE = "AZ CA DE HI IA IN NY OK TN TX WA"
LIST_29 = {*THE_29.split()}
VOIDING = {2016: {*VOID_2016.split()}, 2024: {*VOID_2016.split(), *VOID_SINCE.split()}}
KINDS_OF_THE_STATES = {  # without DC
    2016: {"none": 20, "pledge_only": 16, "penalty": 5, "void_and_replace": 8, "void_and_replace_and_penalty": 1},
    2024: {"none": 15, "pledge_only": 13, "penalty": 2, "void_and_replace": 18, "void_and_replace_and_penalty": 2},
}


def states_of(year: int) -> dict[str, data.LawRecord]:
    return {state: law for state, law in data.binding_laws(year).items() if state != "DC"}


@pytest.mark.parametrize("year", data.LAW_YEARS)
class TestLaws:
    def test_words(self, year: int) -> None:
        laws = data.binding_laws(year)
        assert tuple(sorted(laws)) == data.states()
        for law in laws.values():
            assert law.kind in data.LAW_KINDS, law
            assert law.basis in ("none", "statute", "official_ruling"), law
            assert (law.basis == "none") == (law.kind == "none"), law
            assert law.confidence in CONFIDENCE, law
            assert law.citation, law

    def test_published_counts(self, year: int) -> None:
        states = states_of(year)
        assert Counter(law.kind for law in states.values()) == KINDS_OF_THE_STATES[year]
        assert {state for state, law in states.items() if law.kind in VOID} == VOIDING[year]
        assert sum(law.kind != "none" for law in states.values()) == {2016: 30, 2024: 35}[year]
        assert data.binding_laws(year)["DC"].kind == "pledge_only"


def test_the_list_of_29_states() -> None:
    laws = data.binding_laws(2016)
    assert len(LIST_29) == 29
    assert {state for state, law in laws.items() if law.in_list_29} == LIST_29
    assert {state for state, law in states_of(2016).items() if law.kind != "none"} - LIST_29 == {"MN"}
    assert all(laws[state].kind != "none" for state in LIST_29)
    assert {state for state, law in laws.items() if law.basis == "official_ruling"} == {"CO", "ME"}


def test_no_law_became_weaker() -> None:
    for state, law in data.binding_laws(2016).items():
        later = data.binding_laws(2024)[state]
        assert data.LAW_KINDS.index(later.kind) >= data.LAW_KINDS.index(law.kind), state


def test_columns_of_the_law_table_agree() -> None:
    text = resources.files("montecarlo.data").joinpath("binding_laws.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        for year in data.LAW_YEARS:
            assert row[f"binding_{year}"] in ("0", "1"), row
            assert (row[f"binding_{year}"] == "0") == (row[f"enforcement_{year}"] == "none"), row
        assert row["in_list_29"] in ("0", "1"), row
        assert row["confidence"] == max(row["confidence_2016"], row["confidence_2024"], key=CONFIDENCE.index), row
        assert row["binding_2024"] >= row["binding_2016"], row


DEVIANT = {  # (year, state): votes by the candidate voted for
    (1796, "PA"): {"Thomas Jefferson": 1},
    (1808, "NY"): {"George Clinton": 6},
    (1820, "NH"): {"John Quincy Adams": 1},
    (1832, "MD"): {"none": 2},
    (1872, "GA"): {"Benjamin Gratz Brown": 6, "Charles J. Jenkins": 2},
    (1872, "KY"): {"Thomas A. Hendricks": 8, "Benjamin Gratz Brown": 4},
    (1872, "MD"): {"Thomas A. Hendricks": 8},
    (1872, "MO"): {"Benjamin Gratz Brown": 8, "Thomas A. Hendricks": 6, "David Davis": 1},
    (1872, "TN"): {"Thomas A. Hendricks": 12},
    (1872, "TX"): {"Thomas A. Hendricks": 8},
    (1948, "TN"): {"Strom Thurmond": 1},
    (1956, "AL"): {"Walter B. Jones": 1},
    (1960, "OK"): {"Harry F. Byrd": 1},
    (1968, "NC"): {"George Wallace": 1},
    (1972, "VA"): {"John Hospers": 1},
    (1976, "WA"): {"Ronald Reagan": 1},
    (1988, "WV"): {"Lloyd Bentsen": 1},
    (2000, "DC"): {"none": 1},
    (2004, "MN"): {"John Edwards": 1},
    (2016, "CO"): {"John Kasich": 1},
    (2016, "HI"): {"Bernie Sanders": 1},
    (2016, "ME"): {"Bernie Sanders": 1},
    (2016, "MN"): {"Bernie Sanders": 1},
    (2016, "TX"): {"John Kasich": 1, "Ron Paul": 1},
    (2016, "WA"): {"Colin Powell": 3, "Faith Spotted Eagle": 1},
}
EARLY_PLEDGE = {
    1796: "John Adams",
    1808: "James Madison",
    1820: "James Monroe",
    1832: "Henry Clay",
    1872: "Horace Greeley",
}
GREELEY = {"Thomas A. Hendricks": 42, "Benjamin Gratz Brown": 18, "Charles J. Jenkins": 2, "David Davis": 1}
EFFECTIVE = {1948: 1, 1956: 1, 1960: 1, 1968: 1, 1972: 1, 1976: 1, 1988: 1, 2000: 1, 2004: 1, 2016: 7}


@pytest.mark.parametrize("vote", data.faithless_electors(), ids=lambda vote: f"{vote.year}-{vote.state}-{vote.elector}")
class TestDeviantVote:
    def test_words(self, vote: data.FaithlessVote) -> None:
        assert vote.year % 4 == 0
        assert 1796 <= vote.year <= 2024
        assert vote.state in data.states()
        assert vote.kind in {"other_candidate", "abstained", "swapped_ticket", "candidate_died"}
        assert vote.confidence in CONFIDENCE
        assert all((vote.elector, vote.pledged_to, vote.voted_for))
        assert vote.pledged_to != vote.voted_for

    def test_kind(self, vote: data.FaithlessVote) -> None:
        assert (vote.kind == "abstained") == (vote.voted_for == "none")
        assert (vote.kind == "candidate_died") == (vote.year == 1872)
        assert (vote.kind == "swapped_ticket") == (vote.year == 1988)

    def test_votes_and_pledge(self, vote: data.FaithlessVote) -> None:
        assert vote.votes >= 1
        assert vote.votes == 1 or vote.elector == "unknown"
        if vote.year < 1900:
            assert vote.pledged_to == EARLY_PLEDGE[vote.year]
            return
        race = data.elections()[vote.year]
        assert vote.votes == 1
        assert vote.pledged_to in (race.winner, race.runner_up)
        assert vote.effective or vote.year == 2016

    def test_cancelled_where_the_law_of_2016_voids(self, vote: data.FaithlessVote) -> None:
        if vote.year == 2016:
            assert vote.effective == (data.binding_laws(2016)[vote.state].kind not in VOID)

    def test_no_more_than_the_state_had_electors_of_the_party(self, vote: data.FaithlessVote) -> None:
        if vote.year >= 2000:
            race = data.elections()[vote.year]
            party = race.winner_party if vote.pledged_to == race.winner else race.runner_up_party
            key = (vote.year, vote.state, vote.pledged_to)
            crowd = sum(x.votes for x in data.faithless_electors() if (x.year, x.state, x.pledged_to) == key)
            had = [x.electors for x in data.electors(vote.year) if (x.state, x.party) == (vote.state, party)]
            assert sum(had) >= crowd


def test_deviant_votes_in_order_and_no_elector_twice() -> None:
    votes = data.faithless_electors()
    assert [vote.year for vote in votes] == sorted(vote.year for vote in votes)
    named = [(vote.year, vote.elector) for vote in votes if vote.elector != "unknown"]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("year", range(1900, 2025, 4))
def test_deviant_votes_of_a_year(year: int) -> None:
    votes = [vote for vote in data.faithless_electors() if vote.year == year]
    assert sum(vote.votes for vote in votes if vote.effective) == EFFECTIVE.get(year, 0)
    assert sum(vote.votes for vote in votes if not vote.effective) == (3 if year == 2016 else 0)


def test_published_deviant_votes() -> None:
    cast: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    early, greeley, pledged_2016 = Counter[int](), Counter[str](), Counter[str]()
    for vote in data.faithless_electors():
        cast[vote.year, vote.state][vote.voted_for] += vote.votes
        early[vote.year] += vote.votes if vote.year < 1900 else 0
        greeley[vote.voted_for] += vote.votes if vote.year == 1872 else 0
        pledged_2016[vote.pledged_to] += vote.votes if vote.year == 2016 and vote.effective else 0
    assert cast == DEVIANT
    assert +early == {1796: 1, 1808: 6, 1820: 1, 1832: 2, 1872: 63}
    assert +greeley == GREELEY
    assert +pledged_2016 == {"Hillary Clinton": 5, "Donald Trump": 2}


HOUSE = {  # congress: seats of R, D, other or vacant; states of R, D, tied, other; date; election
    107: ((221, 211, 3), (28, 17, 4, 1), "2001-01-06", 2000),
    115: ((241, 194, 0), (32, 17, 1, 0), "2017-01-06", 2016),
    117: ((211, 222, 2), (27, 20, 3, 0), "2021-01-06", 2020),
    119: ((219, 215, 1), (30, 18, 2, 0), "2025-01-06", 2024),
}
TIES = {107: {"CT", "IL", "MD", "NV"}, 115: {"ME"}, 117: {"MI", "MN", "PA"}, 119: {"CO", "MN"}}
# Independents who sat in the 107th House on the day; the other seats beside the two parties were vacant.
SITTING_OTHER = {(107, "VA"): 1, (107, "VT"): 1}


def expected_majority(delegation: data.Delegation) -> str:
    republicans, democrats = delegation.republican_seats, delegation.democratic_seats
    filled = republicans + democrats + SITTING_OTHER.get((delegation.congress, delegation.state), 0)
    if 2 * republicans > filled:
        return "R"
    if 2 * democrats > filled:
        return "D"
    return "tie" if republicans == democrats > 0 else "other"


@pytest.mark.parametrize("congress", HOUSE)
class TestHouse:
    def test_delegations(self, congress: int) -> None:
        _, _, date, election = HOUSE[congress]
        electors = Counter[str]()
        for record in data.electors(election):
            electors[record.state] += record.electors
        for each in data.house_delegations(congress):
            seats = each.republican_seats + each.democratic_seats + each.other_seats_or_vacant
            assert seats == electors[each.state] - 2, each
            assert each.majority == expected_majority(each), each
            assert each.as_of == date, each
            assert each.other_seats_or_vacant == 0 or each.notes, each

    def test_published_totals(self, congress: int) -> None:
        seats, majorities, _, _ = HOUSE[congress]
        house = data.house_delegations(congress)
        assert sorted(each.state for each in house) == sorted(set(data.states()) - {"DC"})
        totals = [(each.republican_seats, each.democratic_seats, each.other_seats_or_vacant) for each in house]
        assert tuple(map(sum, zip(*totals, strict=True))) == seats
        assert sum(seats) == 435
        held = Counter(each.majority for each in house)
        assert (held["R"], held["D"], held["tie"], held["other"]) == majorities
        assert {each.state for each in house if each.majority == "tie"} == TIES[congress]


def test_house_covers_the_congresses() -> None:
    assert data.congresses() == tuple(HOUSE)
