"""Bad input: every fault is told at once, each in a sentence with its line, key, value and what would be right."""

from __future__ import annotations

import random
import time
import tomllib

import numpy as np
import pytest

from montecarlo.errors import ScenarioError
from montecarlo.language.toml_text import line_numbers
from montecarlo.scenario import Scenario

FULL = """title = "t"
question = "q?"
assumptions = ["a", "b"]
sources = ["s"]

[election]
year = 2016
leader = "R"
blocs = ["FL"]

[defection]
probability = "9/9110"
party = { D = 0.01 }
csv = "electors.csv"

[defection.group.waverers]
states = ["TX", "GA"]
law = ["none"]
count = 20
probability = 0.2

[defection.elector.TX-01]
name = "A Person"
probability = 0.95

[law]
year = 2016
cancelled = { void_and_replace = 1.0 }
state = { ME = "pledge_only" }
upheld = 0.9

[run]
draws = 1000
seed = 7
confidence = 0.95
"""
CSV = "id,state,probability,name\nTX-02,TX,0.5,B Person\n"
UNIT = "a number from 0 to 1 or a fraction"


def problems(text: str, csv: str = CSV, **overrides: object) -> tuple[str, ...]:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_text("bad", text, source="bad.toml", tables={"electors.csv": csv}, overrides=changes)
    assert str(caught.value).startswith("bad.toml: ")
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_the_full_file_is_good() -> None:
    assert Scenario.from_text("good", FULL, tables={"electors.csv": CSV}).roster().needed == 37


# What is replaced in the full file, by what, and the sentence that tells of it: line, key, value and remedy.
AT_A_KEY = [
    ('"9/9110"', "1.5", 12, "defection.probability", "is 1.5; it must be a number from 0 to 1 or a fr"),
    ("0.95\n\n[law", "-0.1\n\n[law", 24, "defection.elector.TX-01.probability", f"is -0.1; it must be {UNIT}"),
    ("= 0.2", "= nan", 20, "defection.group.waverers.probability", f"is nan; it must be {UNIT}"),
    ("D = 0.01", "D = inf", 13, "defection.party.D", f"is inf; it must be {UNIT}"),
    ("upheld = 0.9", "upheld = 1e400", 30, "law.upheld", f"is inf; it must be {UNIT}"),
    ("upheld = 0.9", "upheld = 0x" + "F" * 5000, 30, "law.upheld", "is a number of more than 30 digits; it"),
    ('"9/9110"', "true", 12, "defection.probability", f"is true; it must be {UNIT}"),
    ("9/9110", "9/0", 12, "defection.probability", f'is "9/0"; it must be {UNIT}'),
    ("9/9110", "rare", 12, "defection.probability", f'is "rare"; it must be {UNIT}'),
    ('"9/9110"', "2016-12-19", 12, "defection.probability", f"is 2016-12-19; it must be {UNIT}"),
    ("void_and_replace = 1.0", "void_and_replace = 2", 28, "law.cancelled.void_and_replace", "is 2; it"),
    ('probability = "9/9110"', "", 11, "defection.probability", f"is missing; it must be {UNIT}"),
    ('"t"', '"\\u001b[31m"', 1, "title", 'is "\\u001b[31m"; it must be one line of text in quotes'),
    ('"t"', '"a\\nb"', 1, "title", "is"),
    ('"t"', '""', 1, "title", 'is ""; it must be one line'),
    ('"a", "b"', '"a", 3', 3, "assumptions.1", "is 3; it must be a text in quotes"),
    ('["s"]', '"s"', 4, "sources", 'is "s"; it must be a list of texts in quotes, in square brackets.'),
    ("upheld =", "uphold =", 30, "law.uphold", 'is not a known key; did you mean "upheld"? Known here'),
    ("draws = 1000", "upheld = 1", 33, "run.upheld", "is not a known key; does it belong into [law]?"),
    ("year = 2016\nleader", "state = 1\nleader", 7, "election.state", "is not a known key; does it belong into [law]?"),
    (
        "count = 20",
        "count = 1" + "0" * 40,
        19,
        "defection.group.waverers.count",
        "is a number of more than 30 digits, but o",
    ),
    ("[run]", "[ran]", 32, "ran", 'is not a known key; did you mean "run"?'),
    ("[run]", "[[run]]", 32, "run", "is a list; it must be a table."),
    ("{ void_and_replace = 1.0 }", "{ none = 1.0 }", 28, "law.cancelled.none", "is not a"),
    ('["TX", "GA"]', '["TX", "Ga"]', 17, "defection.group.waverers.states.1", 'is "Ga"; it must be one'),
    ('["FL"]', '["FL", "FL"]', 9, "election.blocs", 'names "FL" twice; once is enough.'),
    ('["none"]', '["nome"]', 18, "defection.group.waverers.law.0", 'is "nome"; it must be one of the'),
    (
        "elector.TX-01",
        "elector.TX-39",
        22,
        "defection.elector.TX-39",
        "is not an elector of 2016; there are TX-01 to TX-38.",
    ),
    ("elector.TX-01", "elector.FL-01", 22, "defection.elector.FL-01", "is not an elector of 2016; there is FL-R."),
    ("elector.TX-01", "elector.XT-01", 22, "defection.elector.XT-01", "is not an elector of 2016; did you mean"),
    ("year = 2016\nleader", "year = 2018\nleader", 7, "election.year", "is 2018; it must be one of"),
    (
        "year = 2016\nleader",
        'year = "2016"\nleader',
        7,
        "election.year",
        'is "2016"; it must be one of the elections 2000, 2004, ... 2024, without quotes.',
    ),
    ("year = 2016\ncancelled", "year = 2020\ncancelled", 27, "law.year", "is 2020; it must be 2016"),
    ("D = 0.01", "G = 0.01", 13, "defection.party.G", 'names the party "G"; the electors of 2016 are'),
    ('leader = "R"', 'leader = "\\u202e"', 8, "election.leader", 'is "\\u202e"; it must be a party'),
    ('leader = "R"', 'leader = "X"', 8, "election.leader", 'names the party "X"; the electors of 2016'),
    (
        'leader = "R"',
        'leader = "D"',
        8,
        "election.leader",
        'is "D"; the leader D has 232 of 538 votes, no majority to lose: the probability that it has none is 1.',
    ),
    (
        "count = 20",
        "count = 99",
        19,
        "defection.group.waverers.count",
        "is 99, but only 52 electors can be in the group waverers",
    ),
    ('["TX", "GA"]', '["CA"]', 16, "defection.group.waverers", "matches no elector"),
    ("group.waverers", 'group."a b"', 16, 'defection.group."a b"', 'is named "a b"; it must be made of letters'),
    ("draws = 1000", "draws = 0", 33, "run.draws", "is 0; it must be a whole number of at least 1."),
    ("draws = 1000", "draws = 1.5", 33, "run.draws", "is 1.5; it must be a whole number of at least 1."),
    ("seed = 7", "seed = -7", 34, "run.seed", "is -7; it must be a whole number of at least 0"),
    ("confidence = 0.95", "confidence = 1", 35, "run.confidence", "is 1; it must be a number between 0"),
]
ELSEWHERE = [
    ('title = "t"', "", "title is missing; it must be one line of text in quotes."),
    ("A Person", "B Person", 'electors.csv, row 2, column name is "B Person", already the name of TX-01'),
    ("elector.TX-01", "elector.TX-02", "electors.csv, row 2, column id is TX-02, already given in [defection.elector]"),
    (
        "seed = 7",
        "draws = 7",
        'Line 34, column 10: TOML syntax: Cannot overwrite a value, in "draws = 7"; this key stands',
    ),
    (
        "seed = 7",
        "seed = ",
        'Line 34, column 8: TOML syntax: Invalid value, in "seed ="; a text stands in quotes, a decimal',
    ),
    ("confidence = 0.95\n", "confidence", "At the end: TOML syntax: "),
    ("seed = 7", "a" + ".a" * 20_000 + " = 1", "Line 34: a name has 32 or more parts; no key here has more than 4."),
    ("seed = 7", "seed = " + "[" * 5000, "Brackets are nested too deeply"),
    ("seed = 7", "seed = " + "9" * 5000, "Line 34: a number has too many digits; no number here needs more than 30."),
    ("seed = 7", "seed = 1e-400", "Line 34: 1e-400 is nearer to 0 than a number can be; write 0 or a larger one."),
    (
        "confidence = 0.95",
        "confidence = .95",
        'Line 35, column 14: TOML syntax: Invalid value, in "confidence = .95"; a text',
    ),
    (
        "confidence = 0.95",
        "confidence = 0,95",
        "Line 35, column 15: TOML syntax: Expected newline or end of document after",
    ),
    (
        "[run]",
        "[law]",
        'Line 32, column 5: TOML syntax: Cannot declare a table twice, in "[law]"; this table stands above',
    ),
    ("seed = 7", "#" * 2**20, "It is larger than 1 MiB"),
]


@pytest.mark.parametrize(("old", "new", "line", "key", "text"), AT_A_KEY)
def test_fault_at_a_key(old: str, new: str, line: int, key: str, text: str) -> None:
    check_fault(old, new, f"line {line}: {key} {text}")


@pytest.mark.parametrize(("old", "new", "sentence"), ELSEWHERE)
def test_fault_elsewhere(old: str, new: str, sentence: str) -> None:
    check_fault(old, new, sentence)


def check_fault(old: str, new: str, sentence: str) -> None:
    assert FULL.count(old) == 1
    found = problems(FULL.replace(old, new))
    assert any(each.startswith(sentence) for each in found), found
    assert all(each.isprintable() and len(each) < 500 for each in found)


def test_every_fault_at_once_in_the_order_of_the_lines() -> None:
    text = FULL.replace('title = "t"', "titel = 3").replace('"9/9110"', "2").replace("TX-01]", "TX-99]")
    text = text.replace('leader = "R"', 'leader = "R"\ncolour = "red"').replace("upheld = 0.9", "upheld = true")
    told = problems(text, CSV.replace("0.5", "5"))
    assert [each.split(" is ")[0] for each in told] == [
        "title",
        "line 1: titel",
        "line 9: election.colour",
        "line 13: defection.probability",
        "line 31: law.upheld",
    ]
    elsewhere = problems(text.replace('colour = "red"\n', ""), CSV.replace("0.5", "5"))
    assert [each.split(" is ")[0] for each in elsewhere] == [
        "title",
        "line 1: titel",
        "line 12: defection.probability",
        "electors.csv, row 2, column probability",
        "line 22: defection.elector.TX-99",
        "line 30: law.upheld",
    ]


def test_a_group_is_not_blamed_for_a_fault_elsewhere_in_the_groups() -> None:
    assert len(problems(FULL.replace("count = 20", "count = 0").replace('"none"', '"penalty"'))) == 1


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("defection__probability", 2, "override: defection.probability is 2; it must be a number from 0 to 1"),
        ("election__leader", "D", 'override: election.leader is "D"; the leader D has 232 of 538 votes'),
        (
            "defection__group__waverer__count",
            2,
            'override: defection.group.waverer.count names the group "waverer", which',
        ),
        ("defection__group__waverers__count", 60, "override: defection.group.waverers.count is 60, but only 52"),
        ("defection__group__new", {"count": 2}, "override: defection.group.new.probability is missing"),
        (
            "defection__elector__GA_1__probability",
            1,
            "override defection.elector.GA_1.probability=1: defection.elector.GA_1 is not an elector of 2016",
        ),
        ("electon__year", 2020, 'override electon.year=2020: electon is not a known key; did you mean "election"?'),
        ("run__seed__x", 1, "override: run.seed.x cannot be set, since run.seed is a value and not a table."),
        ("a__b__c__d__e", 1, "override: a.b.c.d is not a key; a key has at most 4 names"),
        ("run____x", 1, 'override: run."".x is not a key'),
        (
            "election__blocs",
            ["TX"],
            "override election.blocs, with line 22: defection.elector.TX-01 is not an elector of 2016; there is TX-R.",
        ),
        ("defection__csv", "other.csv", 'override: defection.csv is "other.csv"; its text was not given'),
        ("\udcff__x", 1, 'override "\\\\udcff".x=1: "\\\\udcff" is not a known key.'),
        (
            "law__state",
            {"\udcff": "none"},
            'override: law.state."\\\\udcff" is named "\\\\udcff"; it must be one of the 50',
        ),
        (
            "election__year",
            np.array([2016, 2020]),
            "override: election.year is a list; it must be one of the elections",
        ),
        ("title", b"t", "override: title is an object of type bytes; it must be one line of text in quotes"),
        ("title", [1, {}], "override: title is a list; it must be one line of text"),
    ],
)
def test_fault_in_an_override(key: str, value: object, sentence: str) -> None:
    found = problems(FULL, CSV, **{key: value})
    assert any(each.startswith(sentence) for each in found), found


def test_the_file_must_be_good_before_an_override_mends_it() -> None:
    assert problems(FULL.replace("9/9110", "2/1"), defection__probability=0.5)[0].startswith("line 12: ")


def test_a_flood_of_faults_is_cut_short_and_quick() -> None:
    start = time.process_time()
    told = problems(FULL + "".join(f"key{i} = 1\n" for i in range(20_000)))
    assert len(told) == 100
    electors = "".join(f"[defection.elector.XX-{i}]\nprobability = 0\n" for i in range(5_000))
    assert len(problems(FULL + electors)) == 100
    accounts = "".join(f"[account.a{i}]\nweight = 0.05\nset = {{ 'law.upheld' = 0 }}\n" for i in range(20))
    assert len(problems(FULL + electors + accounts)) == 100
    assert problems("[run]\n" + " " * 10**6 + "\nx = 1")
    assert len(problems(FULL, CSV + "".join(f"XX-{i},XX,0,\n" for i in range(20_000)))) == 100
    assert time.process_time() - start < 10


def walk(table: dict[str, object], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    nested = [walk(value, (*path, key)) for key, value in table.items() if isinstance(value, dict)]
    return [(*path, key) for key in table] + [each for some in nested for each in some]


def test_every_key_stands_on_the_line_that_is_told() -> None:
    text = FULL.replace('"q?"', '"""\n[run]\nseed = 1\n"""').replace('["a", "b"]', '[\n  "a = [", # [run]\n  "b]",\n]')
    text = text.replace("upheld", '"upheld"').replace("[law]", "[ law ] # [x]").replace("draws", "# draws = '''\ndraws")
    text += "[defection.elector]\n'TX-04'.probability = '''\n0'''\n[defection . group . 'w']\nprobability=0 # ] = [\n"
    lines, written = line_numbers(text), text.split("\n")
    for path in walk(tomllib.loads(text)):
        line = next(lines[path[:size]] for size in range(len(path), 0, -1) if path[:size] in lines)
        assert path[-1] in written[line - 1], path
    assert lines["run", "seed"] == text[: text.index("seed = 7")].count("\n") + 1


SNIPPETS = [
    "nan",
    "-1",
    "true",
    "1e400",
    '"',
    "'''",
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    "\n",
    "#",
    "\0",
    "é",
    "[[run]]",
    "TX",
    "0x",
]


@pytest.mark.parametrize("seed", range(300))
def test_a_mutated_scenario_is_good_or_a_scenario_error(seed: int) -> None:
    chance = random.Random(seed)
    text = FULL
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text))
        stop = start + chance.choice([0, 0, 1, 3, 30])
        lines = text.split("\n")
        piece = chance.choice([*SNIPPETS, "", text[stop : stop + 20], chance.choice(lines) + "\n"])
        text = text[:start] + piece + text[stop:]
    told: tuple[str, ...] = ("good",)
    try:
        Scenario.from_text("mutated", text, tables={"electors.csv": CSV}).model()
    except ScenarioError as error:
        told = error.problems
    assert told
    assert all(problem.isprintable() for problem in told), told
