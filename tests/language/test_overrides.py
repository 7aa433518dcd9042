"""Overrides that are at fault together with the file, or with each other: told with their keys and values."""

from __future__ import annotations

import pytest

from montecarlo.errors import ScenarioError
from montecarlo.scenario import Scenario

FULL = """title = "t"
[election]
blocs = ["ME"]
[defection]
probability = 0.1
conditional = 0.2
[defection.group.waverers]
states = ["TX"]
count = 20
probability = 0.3
conditional = 0.6
[defection.elector.TX-01]
probability = 0.5
[factors]
national = 0.3
state = 0.2
[pledge]
threshold = 37
[destination.leader]
opponent = 0.1
alternatives = { "John Kasich" = 0.6 }
[house]
loading = 0.3
[house.delegation]
R = { leader = 0.9 }
D = { opponent = 0.7 }
tie = { leader = 0.3 }
[account.many]
weight = 0.25
[account.few]
weight = 0.75
set = { "defection.conditional" = 0.4, "defection.group.waverers.count" = 5 }
"""
ALONE = "and must not exceed 1, for an elector acts alone or conditionally."


def problems(text: str, **overrides: object) -> tuple[str, ...]:
    good = Scenario.from_text("bad", text, tables={"electors.csv": "id,probability\nTX-01,0.1\n"})
    with pytest.raises(ScenarioError) as caught:
        good.replace({key.replace("__", "."): value for key, value in overrides.items()})
    assert all(each.isprintable() and len(each) < 500 for each in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            {"account__many__weight": 0.7},
            "override account.many.weight=0.7, with line 28: account has weights that sum to 1.45; they must sum to 1.",
        ),
        (
            {"account__few__weight": 0.2, "account__many__weight": "1/10"},
            'override account.few.weight=0.2, account.many.weight="1/10", with line 28: account has weights that ',
        ),
        (
            {"account__none": {"weight": 0.1}},
            "override account.none, with line 28: account has weights that sum to 1.1; they must sum to 1.",
        ),
        (
            {"factors__national": 0.99},
            "override factors.national=0.99, with line 14: factors has loadings whose squares sum to 1.0201; the sum",
        ),
        (
            {"factors__national": 0.8, "run__seed": 7, "factors__state": 0.7},
            "override factors.national=0.8, factors.state=0.7, with line 14: factors has loadings whose squares ",
        ),
        (
            {"destination__leader__opponent": 0.5},
            "override destination.leader.opponent=0.5, with line 19: destination.leader has shares that sum to 1.1; th",
        ),
        (
            {"destination__opponent__opponent": 0.5, "destination__opponent__alternatives": {"John Kasich": 0.6}},
            "override destination.opponent.opponent=0.5, destination.opponent.alternatives: destination.opponent has",
        ),
        (
            {"house__delegation__R__alternative": 0.2},
            "override house.delegation.R.alternative=0.2, with line 25: house.delegation.R has probabilities that sum ",
        ),
        (
            {"defection__group__waverers__probability": 0.5},
            "override defection.group.waverers.probability=0.5, with line 11: defection.group.waverers.conditional is ",
        ),
        (
            {"defection__probability": 0.9, "defection__conditional": 0.3},
            f"override defection.probability=0.9, defection.conditional=0.3, with line 6: defection.conditional is "
            f"0.3; probability and conditional sum to 1.2 {ALONE}",
        ),
        (
            {"election__blocs": ["TX"], "run__draws": 5},
            "override election.blocs, with line 12: defection.elector.TX-01 is not an elector of 2016; there is TX-R.",
        ),
        (
            {"cascade__scale": 30},
            "override cascade.scale=30: cascade stands beside [pledge]; electors are coordinated in one way, so remove",
        ),
        (
            {"election__blocs": ["TX"]},
            "override election.blocs, with line 9: defection.group.waverers.count is 20, but only 1 elector can be in",
        ),
        (
            {"defection__csv": "electors.csv"},
            "override: electors.csv, row 2, column id is TX-01, already given in [defection.elector]; give each elect",
        ),
        (
            {"law__year": 2024, "law__upheld": 3},
            "override: law.upheld is 3; it must be a number from 0 to 1",
        ),
        (
            {"house__congress": 107},
            "override house.congress=107, with line 24: house.delegation.other is missing; the 107th Congress has 1",
        ),
    ],
)
def test_overrides_at_fault_are_named(overrides: dict[str, object], sentence: str) -> None:
    found = problems(FULL, **overrides)
    assert any(each.startswith(sentence) for each in found), found


def test_a_fault_that_only_an_account_has_names_account_and_override() -> None:
    (found,) = problems(FULL, defection__probability=0.65)
    start = 'override defection.probability=0.65, with line 32: account.few.set."defection.conditional" is 0.4; proba'
    assert found.startswith(start)


def test_an_override_that_is_at_fault_by_itself_is_told_as_before() -> None:
    assert problems(FULL, run__seed=-1, election__year=2020, factors__state=2)[:1] == (
        "override: factors.state is 2; it must be a number between -1 and 1, both excluded.",
    )


def test_where_each_of_several_overrides_would_do_all_are_named_up_to_five() -> None:
    text = 'title = "t"\n[defection]\nprobability = 0\nconditional = 0.5\n[pledge]\nthreshold = 1\n'
    electors = {f"defection__group__g{i}": {"probability": 0, "states": ["MT"]} for i in range(2)}
    (found,) = problems(text, **electors)
    assert found.startswith("override defection.group.g0, defection.group.g1: defection.group.g1 matches no"), found
    shares = {f"destination__leader__alternatives__{name}": 0.2 for name in "ABCDEF"}
    (found,) = problems(FULL, **shares)
    told = ", ".join(f"destination.leader.alternatives.{name}=0.2" for name in "ABCDE")
    assert found.startswith(f"override {told}, ..., with line 19: destination.leader has shares that sum to 1.9;")
    removed = {"defection__conditional": None, **{f"run__{key}": 1 for key in ("seed", "draws")}}
    (found,) = problems(text, **removed)
    assert found.startswith("override defection.conditional=none, with line 5: pledge has nobody to coordinate")


def test_a_key_that_an_account_has_too_is_pointed_to() -> None:
    (found,) = problems(FULL, defection__conditional=0.95)
    assert found.endswith(" The account few has its own: account.few.set.defection.conditional."), found


def test_hostile_overrides_are_told_readably_and_soon() -> None:
    many = {f"defection__elector__XX-{i}__probability": 0.5 for i in range(300)}
    assert len(problems(FULL, **many)) == 100
    found = problems(FULL, **{"factors__national": 0.999, "factors__\x1b[31m": 1, "\x00": "\x1b" * 100})
    assert any("\\u001b" in each for each in found)
