"""A scenario written as TOML, what was set from outside in its place, is the same scenario when it is read again."""

from __future__ import annotations

import tomllib

import pytest

from montecarlo.errors import InputError
from montecarlo.language.toml_output import format_toml
from montecarlo.scenario import Scenario, load, shipped

OVERRIDES: dict[str, dict[str, object]] = {
    "hamilton-2016": {
        "account.electors-trust.set.defection.group.considering.conditional": 0.7,
        "account.first-mover.set.cascade.rounds": 4,
        "law": {"upheld": 0.25, "state": {"ME": "penalty"}},
        "destination.leader.alternatives": {"John Kasich": 0.5},
        "factors": None,
        "run.seed": 7,
    },
    "divisive-year": {"factors.degrees_of_freedom": None, "defection.group.new": {"probability": "1/7", "count": 3}},
    "bound-electors": {"defection.elector.TX-02.name": 'Ö "quoted" \\ back', "defection.elector.TX-02.probability": 1},
}
TABLES = {"electors.csv": "id,probability\nTX-02,0.5\n"}


def again(scenario: Scenario) -> Scenario:
    return Scenario.from_text(scenario.name, scenario.toml(), tables=scenario.tables)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_keeps_its_digest(name: str) -> None:
    scenario = load(name)
    assert again(scenario).digest == scenario.digest
    changed = scenario.replace(
        {"defection.probability": 1e-5, "law.upheld": 0.125, "title": "T", **OVERRIDES.get(name, {})}
    )
    assert changed.digest != scenario.digest
    written = again(changed)
    assert written.digest == changed.digest
    assert written.settings == changed.settings
    assert not written.overrides
    assert list(written.settings.defection.group) == list(changed.settings.defection.group)


def test_a_table_of_electors_keeps_its_path() -> None:
    text = 'title = "t"\n[defection]\nprobability = 0.01\ncsv = "electors.csv"\n'
    scenario = Scenario.from_text("t", text, tables=TABLES).replace({"defection.probability": 0.5})
    assert 'csv = "electors.csv"' in scenario.toml()
    assert again(scenario).digest == scenario.digest


def test_what_was_changed_stands_above() -> None:
    text = load("electors-trust").replace({"pledge.threshold": 30, "law": None}).toml()
    assert text.startswith("# Changed, whatever title and assumptions say:\n# pledge.threshold = 30\n# law = none\n\n")


def test_an_account_sets_in_its_own_order() -> None:
    text = """title = "t"
[defection]
probability = 0.1
conditional = 0.2
[pledge]
threshold = 30
[account.a]
weight = 1.0
set = { pledge = { threshold = 31, counts = "all" }, "pledge.threshold" = 32 }
"""
    scenario = Scenario.from_text("t", text)
    assert again(scenario).model() is not None
    assert again(scenario).digest == scenario.digest
    assert again(scenario).model().parts[0][1].coordination.threshold == 32
    with pytest.raises(InputError, match="The account a takes pledge out"):
        scenario.replace({"account.a.set": {"pledge": None, "defection.conditional": 0.0}}).toml()


@pytest.mark.parametrize(
    "values",
    [
        {"a": 1, "b": True, "c": 0.1, "d": 1e-300, "e": 1e16, "f": -0.5, "g": [], "h": [1, 2.5], "i": 10**25},
        {"quote": '"', "back": "\\", "line": "a\nb\tc", "odd": "\x00\x1f\x7f\u2028é😀", "hash": "# no comment", "": ""},
        {"with space": {"dotted.key": {"é": {"deep": {"deeper": {"x": [1], "empty": {}}}}}}},
        {"empty": {}, "outer": {"inner": {}}, "late": 1},
        {"long": ["word " * 10] * 5, "lists": [["a" * 90, "b" * 90], []]},
    ],
)
def test_values_come_back(values: dict[str, object]) -> None:
    assert tomllib.loads(format_toml(values)) == values
