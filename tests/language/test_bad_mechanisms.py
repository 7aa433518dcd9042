"""Bad input in the tables of mechanisms and accounts: told like every other fault, with line, key, value and remedy."""

from __future__ import annotations

import random

import pytest

from montecarlo.errors import ScenarioError
from montecarlo.scenario import Scenario

FULL = """title = "t"

[defection]
probability = 0.01
conditional = 0.2
csv = "electors.csv"

[defection.group.waverers]
count = 20
probability = 0.3
conditional = 0.6

[defection.elector.TX-01]
probability = 0.95

[factors]
national = 0.3
state = 0.2
degrees_of_freedom = 4

[cascade]
scale = 30
shape = 2
rounds = 5
visibility = 0.8

[cascade.group.waverers]
cdf = [0, 0.1, 0.5, 1]

[pressure]
probability = 0.8
hazard = 0.7
hazard_decay = 0.99

[law]
upheld = 0.9
deterred = { penalty = 0.8 }

[destination.leader]
opponent = 0.1
alternatives = { "John Kasich" = 0.6, "Mitt Romney" = 0.2 }

[destination.opponent]
alternatives = { "John Kasich" = 0.5 }

[house]
congress = 115
loading = 0.3

[house.delegation]
R = { leader = 0.9, alternative = 0.05 }
D = { opponent = 0.7, alternative = 0.2 }
tie = { leader = 0.3, opponent = 0.3 }

[account.many]
weight = 0.25

[account.few]
weight = 0.75
[account.few.set]
"defection.group.waverers.count" = 5
"factors.national" = 0
"""
CSV = "id,probability,conditional\nTX-02,0.5,0.25\n"
COORDINATED = (
    "probability and conditional sum to 1.1 and must not exceed 1, for an elector acts alone or conditionally."
)


def problems(text: str, csv: str = CSV, overrides: dict[str, object] | None = None) -> tuple[str, ...]:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_text("bad", text, source="bad.toml", tables={"electors.csv": csv}, overrides=overrides)
    assert all(each.isprintable() and len(each) < 500 for each in caught.value.problems)
    return caught.value.problems


def test_the_full_file_is_good() -> None:
    scenario = Scenario.from_text("good", FULL, tables={"electors.csv": CSV})
    assert scenario.model().needed == 37
    assert scenario.house() is not None


# What is replaced in the full file, by what, and the one sentence that tells of it.
FAULTS = [
    (
        "conditional = 0.6",
        "conditional = 1.6",
        "line 11: defection.group.waverers.conditional is 1.6; it must be a numb",
    ),
    ("conditional = 0.6", "conditional = 0.8", f"line 11: defection.group.waverers.conditional is 0.8; {COORDINATED}"),
    (
        "conditional = 0.2\n",
        "conditional = 1\n",
        "line 5: defection.conditional is 1.0; probability and conditional sum to",
    ),
    ("0.95", "0.6\nconditional = 0.5", f"line 15: defection.elector.TX-01.conditional is 0.5; {COORDINATED}"),
    ('csv = "el', 'party = { R = 0.9 }\ncsv = "el', f"line 6: defection.party.R is 0.9; {COORDINATED}"),
    (
        "count = 20",
        'count = 20\nparty = "D"',
        "line 12: defection.group.waverers.conditional is 0.6, but that is an elector of party D; only those of the",
    ),
    ("national = 0.3", "national = 1", "line 17: factors.national is 1; it must be a number between -1 and 1, both ex"),
    ("state = 0.2", "state = 0.96", "line 16: factors has loadings whose squares sum to 1.0116; the sum must be below"),
    ("freedom = 4", "freedom = 4.5", "line 19: factors.degrees_of_freedom is 4.5; it must be a whole number from 1 t"),
    ("[cascade]", "[common_odds]\nalpha = 1\nbeta = 2\n[cascade]", "line 21: common_odds stands beside [factors]; el"),
    (
        "[cascade]",
        "[common_odds]\nalpha = 0\nbeta = 1\n[cascade]",
        "line 22: common_odds.alpha is 0; it must be a number from",
    ),
    ("[cascade]", "[pledge]\nthreshold = 37\n[cascade]", "line 23: cascade stands beside [pledge]; electors are"),
    (
        "[cascade]",
        '[pledge]\nthreshold = 37\ncounts = "al"\n[cascade]',
        'line 23: pledge.counts is "al"; it must be "c',
    ),
    ("[cascade]", "[pledge]\nthreshold = 0\n[cascade]", "line 22: pledge.threshold is 0; it must be a whole number of"),
    ("scale = 30", "scale = 0", "line 22: cascade.scale is 0; it must be a number above 0, at most 1,000,000."),
    ("scale = 30\nshape = 2\n", "", "line 21: cascade has no law of thresholds; give scale and shape, or cdf."),
    ("cdf = [0,", "scale = 1\ncdf = [0,", "line 29: cascade.group.waverers.cdf stands beside scale or shape; a law of"),
    (
        "cdf = [0,",
        "cdf = [0.1,",
        "line 28: cascade.group.waverers.cdf is a list; it must be a list of probabilities that",
    ),
    (
        "0.5, 1]",
        "0.05]",
        "line 28: cascade.group.waverers.cdf is a list; it must be a list of probabilities that begins w",
    ),
    ("0.5, 1]", "2]", "line 28: cascade.group.waverers.cdf.2 is 2; it must be a number from 0 to 1 or a fraction"),
    ("group.waverers]\ncdf", "group.waver]\ncdf", "line 27: cascade.group.waver is no group of [defection]; did you m"),
    ("rounds = 5", "rounds = -1", "line 24: cascade.rounds is -1; it must be a whole number of at least 0."),
    ("scale = 30", "threshold = 30", "line 22: cascade.threshold is not a known key; does it belong into [pledge]?"),
    ("hazard = 0.7", "hazard = 1.7", "line 32: pressure.hazard is 1.7; it must be a number from 0 to 1 or a fraction"),
    ("penalty = 0.8", "none = 0.8", "line 37: law.deterred.none is not a known key. Known here: pledge_only, penalty"),
    (
        "opponent = 0.1",
        "opponent = 0.3",
        "line 39: destination.leader has shares that sum to 1.1; they must not exceed 1",
    ),
    ('"Mitt Romney"', '"Mitt R. Money"', 'line 41: destination.leader.alternatives."Mitt R. Money" is named "Mitt R.'),
    (
        '"Mitt Romney"',
        '"Hillary Clinton"',
        'line 41: destination.leader.alternatives."Hillary Clinton" is the candidate of',
    ),
    ("congress = 115", "congress = 116", "line 47: house.congress is 116; it must be one of the congresses 107, 115"),
    (
        "leader = 0.9,",
        "leader = 0.96,",
        "line 51: house.delegation.R has probabilities that sum to 1.01; they must not",
    ),
    ("tie = {", "tied = {", 'line 53: house.delegation.tied is named "tied"; it must be one of R, D, tie, other; did'),
    (
        "tie = { leader = 0.3, opponent = 0.3 }",
        "",
        "line 50: house.delegation.tie is missing; the 115th Congress has 1 such delegation.",
    ),
    ("weight = 0.25", "weight = 0.2", "line 55: account has weights that sum to 0.95; they must sum to 1."),
    ("weight = 0.25", "", "line 55: account.many.weight is missing; it must be a number from 0 to 1 or a fraction"),
    (
        "weight = 0.25",
        "wait = 0.25",
        'line 56: account.many.wait is not a known key; did you mean "weight"? Known here',
    ),
    (
        "account.few.set]",
        "account.few.sets]",
        'line 60: account.few.sets is not a known key; did you mean "set"? Known',
    ),
    (
        '"factors.national" = 0',
        '"factors.national" = 2',
        'line 62: account.few.set."factors.national" is 2; it must be',
    ),
    ('"factors.national" = 0', '"house.loading" = 0', 'line 62: account.few.set."house.loading" is not for an account'),
    (
        '"factors.national"',
        '"factor.national"',
        'line 62: account.few.set."factor.national" is not for an account to set',
    ),
    ("waverers.count", "waverer.count", 'line 61: account.few.set."defection.group.waverer.count" names the group "wa'),
    ('= 5\n"fac', '= 400\n"fac', 'line 61: account.few.set."defection.group.waverers.count" is 400, but only 304 ele'),
    (
        '"factors.national" = 0',
        '"defection.probability" = 0.9',
        "line 5: in the account few, defection.conditional is 0.2; probability and conditional sum to 1.1 and must not",
    ),
    (
        '"factors.national" = 0',
        '"pledge.threshold" = 37',
        "line 21: in the account few, cascade stands beside [pledge]; electors are coordinated in one way",
    ),
]


@pytest.mark.parametrize(("old", "new", "sentence"), FAULTS)
def test_fault(old: str, new: str, sentence: str) -> None:
    assert FULL.count(old) == 1
    found = problems(FULL.replace(old, new))
    assert any(each.startswith(sentence) for each in found), found
    assert len(found) == 1 + new.startswith("wait"), found


@pytest.mark.parametrize(
    ("csv", "sentence"),
    [
        (CSV.replace("0.25", "1.5"), 'electors.csv, row 2, column conditional is "1.5"; it must be a number from 0'),
        (CSV.replace("0.25", "0.6"), f"electors.csv, row 2, column conditional is 0.6; {COORDINATED}"),
        (CSV.replace("TX-02", "CA-02"), "electors.csv, row 2, column conditional is 0.25, but that is an elector of p"),
    ],
)
def test_fault_in_the_table_of_electors(csv: str, sentence: str) -> None:
    (found,) = problems(FULL, csv)
    assert found.startswith(sentence)


HEAD = 'title = "t"\n[defection]\nprobability = 0.01\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[pledge]\nthreshold = 37\n", "line 4: pledge has nobody to coordinate: every conditional probability is 0."),
        (
            "conditional = 0.3\n",
            "line 4: defection.conditional is 0.3; a conditional probability needs a table [pledge]",
        ),
        ("[pressure]\nhazard = 0.5\n", "line 5: pressure.hazard is 0.5; it acts on the thresholds of a [cascade], and"),
        (
            "[house]\n[election]\nyear = 2004\n",
            "line 4: house.congress is missing; of the 109th, elected in 2004, ther",
        ),
        (
            "[account.a]\nweight = 1\nset = { destination = {} }\n",
            "line 6: account.a.set makes or removes the table [destination]; all accounts have one, or none",
        ),
        (
            "[account.a]\nweight = 1\nset = { pledge = { threshold = 3 } }\n",
            "line 6: account.a.set.pledge has nobody to coordinate",
        ),
        (
            "[account.a]\nweight = 1\nset = { 'pledge.threshold' = 3 }\n",
            "line 4: in the account a, pledge has nobody to coordinate",
        ),
        (
            "[account.a]\nweight = 1\nset = { 'election.year' = 2020 }\n",
            'line 6: account.a.set."election.year" is not for an account to set',
        ),
        (
            "".join(f"[account.a{i}]\nweight = 0\n" for i in range(21)),
            "line 4: account is a table; it must be a table of at most 20 accounts.",
        ),
    ],
)
def test_tables_that_do_not_fit_together(text: str, sentence: str) -> None:
    (found,) = problems(HEAD + text)
    assert found.startswith(sentence)


def test_faults_of_file_and_accounts_are_told_at_once_and_none_twice() -> None:
    text = FULL.replace("hazard = 0.7", "hazard = 7").replace("upheld = 0.9", "upheld = 9")
    text = text.replace('"factors.national" = 0', '"factors.national" = 2')
    assert [each.split(";")[0] for each in problems(text)] == [
        "line 32: pressure.hazard is 7",
        "line 36: law.upheld is 9",
        'line 62: account.few.set."factors.national" is 2',
    ]


def test_hostile_names_of_accounts_and_of_what_they_set_are_told_readably() -> None:
    text = 'defection."\\u001b" = 3\n[account."\\u001b[31m"]\nweight = 1\n[account."\\u001b[31m".set]\n'
    found = problems(f'title = "t"\n{text}"defection.\\u001b.x" = 1\n"defection.group.\\u001b.x" = 1\n"pledge.x" = 1\n')
    assert any('cannot be set, since defection."\\u001b" is a value' in each for each in found), found
    groups = "".join(f"[defection.group.g{i}]\nprobability = 0\ncount = 1\n" for i in range(300))
    (none,) = problems(HEAD + groups + "[account.a]\nweight = 1\nset = { 'defection.group.x.count' = 1 }\n")
    assert none.endswith("Groups: g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, ...; a new one is set as a whole table.")


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("cascade.scale", -1, "override: cascade.scale is -1; it must be a number above 0"),
        ("account.fewer.weight", 1, 'override: account.fewer.weight names the account "fewer", which there is not; di'),
        (
            "account.few.weight",
            1,
            "override account.few.weight=1, with line 55: account has weights that sum to 1.25; they must sum to 1.",
        ),
        ("account.few.set.factors.national", 2, 'override: account.few.set."factors.national" is 2; it must be a numb'),
        ("defection.elector.TX-01.conditional", 0.5, "override: defection.elector.TX-01.conditional is 0.5; probab"),
        (
            "house.congress",
            116,
            "override: house.congress is 116; it must be one of the congresses 107, 115, 117 or 119",
        ),
    ],
)
def test_fault_in_an_override(key: str, value: object, sentence: str) -> None:
    found = problems(FULL, overrides={key: value})
    assert any(each.startswith(sentence) for each in found), found


SNIPPETS = ["nan", "-1", "true", "2", '"', "[", "]", "{", "}", "=", ".", "\n", "#", "[account.x]", "set", "cdf = []"]


@pytest.mark.parametrize("seed", range(150))
def test_a_mutated_scenario_is_good_or_a_scenario_error(seed: int) -> None:
    chance = random.Random(seed)
    text = FULL
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text))
        stop = start + chance.choice([0, 0, 1, 3, 30])
        piece = chance.choice([*SNIPPETS, "", text[stop : stop + 20], chance.choice(text.split("\n")) + "\n"])
        text = text[:start] + piece + text[stop:]
    told: tuple[str, ...] = ("good",)
    try:
        scenario = Scenario.from_text("mutated", text, tables={"electors.csv": CSV})
        scenario.model()
        scenario.house()
    except ScenarioError as error:
        told = error.problems
    assert told
    assert all(problem.isprintable() for problem in told), told
