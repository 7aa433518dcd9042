"""The packaged facts against published totals, against each other, and against the form they must have."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from fractions import Fraction
from importlib import resources

import pytest

from montecarlo import data
from montecarlo.errors import InputError

STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO "
    "MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
JURISDICTIONS = {*STATES.split(), "DC"}
COLUMNS = {
    "elections.csv": "year total_electors majority_needed winner winner_party winner_pledged runner_up runner_up_party "
    "runner_up_pledged other_pledged winner_received runner_up_received other_received not_cast faithless_presidential "
    "notes",
    "electors_by_state.csv": "year state party_pledged electors",
    "binding_laws.csv": "state binding_2016 enforcement_2016 binding_2024 enforcement_2024 citation confidence "
    "in_list_29 basis_2016 basis_2024 confidence_2016 confidence_2024 notes",
    "faithless_electors.csv": "year state elector pledged_to voted_for kind effective votes confidence notes",
    "house_delegations.csv": "congress state republican_seats democratic_seats other_seats_or_vacant majority as_of "
    "notes",
    "tile_grid.csv": "state column row",
}
INTEGERS = {
    "elections.csv": "year total_electors majority_needed winner_pledged runner_up_pledged other_pledged "
    "winner_received runner_up_received other_received not_cast faithless_presidential",
    "electors_by_state.csv": "year electors",
    "binding_laws.csv": "binding_2016 binding_2024 in_list_29",
    "faithless_electors.csv": "year effective votes",
    "house_delegations.csv": "congress republican_seats democratic_seats other_seats_or_vacant",
    "tile_grid.csv": "column row",
}
FILES = resources.files("montecarlo.data")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((FILES / name).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("name", COLUMNS)
class TestForm:
    def test_plain_text(self, name: str) -> None:
        raw = (FILES / name).read_bytes()
        assert b"\r" not in raw
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert raw.endswith(b"\n")

    def test_header_and_cells(self, name: str) -> None:
        header, *body = csv.reader((FILES / name).read_text(encoding="utf-8").splitlines())
        assert header == COLUMNS[name].split()
        for number, cells in enumerate(body, start=2):
            assert len(cells) == len(header), number
            assert cells == [cell.strip() for cell in cells], number

    def test_whole_numbers(self, name: str) -> None:
        for row in rows(name):
            for column in INTEGERS[name].split():
                assert re.fullmatch("[0-9]+", row[column]), (row, column)

    def test_no_path_of_a_machine_and_a_source_for_each_file(self, name: str) -> None:
        sources = (FILES / "SOURCES.md").read_text(encoding="utf-8")
        for text in ((FILES / name).read_text(encoding="utf-8"), sources):
            assert not re.search(r"(?m)(?:^|[\s\"'(`,=])/[A-Za-z]", text)
        assert name in sources
        assert len(re.findall("https?://", sources)) >= 15


# year: winner, party, pledged, runner-up, party, pledged
NOMINEES = """
1900 William McKinley R 292 William Jennings Bryan D 155
1904 Theodore Roosevelt R 336 Alton B. Parker D 140
1908 William Howard Taft R 321 William Jennings Bryan D 162
1912 Woodrow Wilson D 435 Theodore Roosevelt Progressive 88
1916 Woodrow Wilson D 277 Charles Evans Hughes R 254
1920 Warren G. Harding R 404 James M. Cox D 127
1924 Calvin Coolidge R 382 John W. Davis D 136
1928 Herbert Hoover R 444 Al Smith D 87
1932 Franklin D. Roosevelt D 472 Herbert Hoover R 59
1936 Franklin D. Roosevelt D 523 Alf Landon R 8
1940 Franklin D. Roosevelt D 449 Wendell Willkie R 82
1944 Franklin D. Roosevelt D 432 Thomas E. Dewey R 99
1948 Harry S. Truman D 304 Thomas E. Dewey R 189
1952 Dwight D. Eisenhower R 442 Adlai Stevenson D 89
1956 Dwight D. Eisenhower R 457 Adlai Stevenson D 74
1960 John F. Kennedy D 303 Richard Nixon R 220
1964 Lyndon B. Johnson D 486 Barry Goldwater R 52
1968 Richard Nixon R 302 Hubert Humphrey D 191
1972 Richard Nixon R 521 George McGovern D 17
1976 Jimmy Carter D 297 Gerald Ford R 241
1980 Ronald Reagan R 489 Jimmy Carter D 49
1984 Ronald Reagan R 525 Walter Mondale D 13
1988 George H. W. Bush R 426 Michael Dukakis D 112
1992 Bill Clinton D 370 George H. W. Bush R 168
1996 Bill Clinton D 379 Bob Dole R 159
2000 George W. Bush R 271 Al Gore D 267
2004 George W. Bush R 286 John Kerry D 252
2008 Barack Obama D 365 John McCain R 173
2012 Barack Obama D 332 Mitt Romney R 206
2016 Donald Trump R 306 Hillary Clinton D 232
2020 Joe Biden D 306 Donald Trump R 232
2024 Donald Trump R 312 Kamala Harris D 226
""".strip().splitlines()
RECEIVED = {  # year: winner, runner-up, other, not cast
    1948: (303, 189, 39, 0),
    1956: (457, 73, 1, 0),
    1960: (303, 219, 15, 0),
    1968: (301, 191, 46, 0),
    1972: (520, 17, 1, 0),
    1976: (297, 240, 1, 0),
    1988: (426, 111, 1, 0),
    2000: (271, 266, 0, 1),
    2004: (286, 251, 1, 0),
    2016: (304, 227, 7, 0),
    2020: (306, 232, 0, 0),
    2024: (312, 226, 0, 0),
}
# Deviant presidential votes that stood, since 1900.
EFFECTIVE = {1948: 1, 1956: 1, 1960: 1, 1968: 1, 1972: 1, 1976: 1, 1988: 1, 2000: 1, 2004: 1, 2016: 7}


def appointed(year: int) -> int:
    return {1900: 447, 1904: 476, 1908: 483, 1960: 537}.get(year, 531 if year <= 1956 else 538)


def received(record: data.Election) -> tuple[int, int, int, int]:
    return (record.winner_received, record.runner_up_received, record.other_received, record.not_cast)


@pytest.mark.parametrize("record", data.elections().values(), ids=lambda record: str(record.year))
class TestElections:
    def test_sums(self, record: data.Election) -> None:
        assert record.total_electors == appointed(record.year)
        assert record.majority_needed == record.total_electors // 2 + 1
        assert record.winner_pledged + record.runner_up_pledged + record.other_pledged == record.total_electors
        assert sum(received(record)) == record.total_electors

    def test_order(self, record: data.Election) -> None:
        assert record.winner_received >= record.majority_needed
        assert record.winner_pledged > record.runner_up_pledged
        assert record.runner_up_received >= record.other_received
        assert record.winner_party in ("R", "D")
        assert record.runner_up_party in ("R", "D", "Progressive")

    def test_published_nominees(self, record: data.Election) -> None:
        winner = f"{record.winner} {record.winner_party} {record.winner_pledged}"
        runner_up = f"{record.runner_up} {record.runner_up_party} {record.runner_up_pledged}"
        assert f"{record.year} {winner} {runner_up}" in NOMINEES

    def test_published_count(self, record: data.Election) -> None:
        assert received(record) == RECEIVED.get(record.year, received(record))
        assert record.faithless_presidential == EFFECTIVE.get(record.year, 0)

    def test_count_is_the_pledges_less_the_deviant_votes(self, record: data.Election) -> None:
        tally = Counter(winner=record.winner_pledged, runner_up=record.runner_up_pledged, other=record.other_pledged)
        slots = {record.winner: "winner", record.runner_up: "runner_up", "none": "not_cast"}
        votes = [vote for vote in data.faithless_electors() if vote.year == record.year and vote.effective]
        for vote in votes:
            tally[slots.get(vote.pledged_to, "other")] -= vote.votes
            tally[slots.get(vote.voted_for, "other")] += vote.votes
        assert sum(vote.votes for vote in votes) == record.faithless_presidential
        assert (tally["winner"], tally["runner_up"], tally["other"], tally["not_cast"]) == received(record)


def test_elections_are_complete() -> None:
    assert list(data.elections()) == list(range(1900, 2025, 4))


def test_base_rate_of_the_pledged_electors_1948_to_2012() -> None:
    unpledged = {1960: 14}
    years = range(1948, 2013, 4)
    pledged = sum(data.elections()[year].total_electors - unpledged.get(year, 0) for year in years)
    deviant = sum(vote.votes for vote in data.faithless_electors() if vote.year in years and vote.effective)
    assert Fraction(deviant, pledged) == Fraction(9, 9110)


# year: electors pledged to R, to D
PARTY_TOTALS = {
    2000: (271, 267),
    2004: (286, 252),
    2008: (173, 365),
    2012: (206, 332),
    2016: (306, 232),
    2020: (232, 306),
    2024: (312, 226),
}
SPLITS = {  # (year, state): R, D
    (2008, "NE"): (4, 1),
    (2016, "ME"): (1, 3),
    (2020, "ME"): (1, 3),
    (2020, "NE"): (4, 1),
    (2024, "ME"): (1, 3),
    (2024, "NE"): (4, 1),
}


def seats(year: int) -> dict[str, dict[str, int]]:
    """Electors by state and party."""
    table: dict[str, dict[str, int]] = defaultdict(dict)
    for record in data.electors(year):
        assert record.party not in table[record.state], record
        table[record.state][record.party] = record.electors
    return table


@pytest.mark.parametrize("year", PARTY_TOTALS)
class TestElectors:
    def test_rows(self, year: int) -> None:
        assert all(record.party in ("R", "D", "other") and record.electors > 0 for record in data.electors(year))
        assert set(seats(year)) == JURISDICTIONS == set(data.states())
        assert all(sum(parties.values()) >= 3 for parties in seats(year).values())
        assert seats(year)["DC"] == {"D": 3}

    def test_published_splits(self, year: int) -> None:
        split = {(year, state): (p.get("R"), p.get("D")) for state, p in seats(year).items() if len(p) > 1}
        assert split == {key: value for key, value in SPLITS.items() if key[0] == year}

    def test_published_totals(self, year: int) -> None:
        total = Counter[str]()
        for parties in seats(year).values():
            total.update(parties)
        assert (total["R"], total["D"], total["other"]) == (*PARTY_TOTALS[year], 0)
        assert sum(total.values()) == 538
        race = data.elections()[year]
        pledged = {race.winner_party: race.winner_pledged, race.runner_up_party: race.runner_up_pledged}
        assert pledged == dict(total)


def test_electors_cover_the_years() -> None:
    assert data.roster_years() == tuple(PARTY_TOTALS)


@pytest.mark.parametrize(("first", "later"), [(2004, 2008), (2012, 2016), (2012, 2020)])
def test_allotment_stays_between_two_censuses(first: int, later: int) -> None:
    before, after = seats(first), seats(later)
    assert all(sum(before[state].values()) == sum(after[state].values()) for state in JURISDICTIONS)


@pytest.mark.parametrize(
    ("ask", "known"), [(data.electors, "2016"), (data.binding_laws, "2016, 2024"), (data.house_delegations, "115")]
)
def test_unknown_year_is_refused_with_the_known_ones(ask: type, known: str) -> None:
    with pytest.raises(InputError, match=known):
        ask(1999)
