"""Scenarios: shipped ones, files, overrides, digests, and rebuilding one without its file."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from montecarlo.asking import ask
from montecarlo.errors import InputError, ScenarioError
from montecarlo.model import Mixture
from montecarlo.parts import Alone, Cascade, Pledge
from montecarlo.scenario import Scenario, load, parse_override, shipped

FULL = """# A comment
title = "t"
[defection]
probability = 0.01
csv = "electors.csv"
[defection.group.a]
states = ["TX"]
count = 5
probability = 0.2
[defection.group.b]
count = 5
probability = 0.3
[defection.elector.TX-01]
probability = 0.9
[law]
upheld = 0.5
"""
CSV = "id,probability\nTX-02,0.5\n"


def scenario(text: str = FULL, **overrides: object) -> Scenario:
    return Scenario.from_text("test", text, tables={"electors.csv": CSV}, overrides=overrides)


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenario(name: str) -> None:
    loaded = load(name)
    needed = {"close-2000": 2, "election-2004": 17, "election-2024": 43}.get(name, 37)
    assert loaded.name == name
    assert loaded.roster().needed == loaded.model().needed == needed
    assert loaded.question.endswith("?")
    assert loaded.assumptions
    assert all("http" in source for source in loaded.sources)
    header = loaded.text.split("title =")[0]
    assert all(word in header for word in ("# Question:", "# Assumptions:", "# Sources:"))
    assert all(source.split()[-1] in header for source in loaded.sources)


def test_lone_rogues_are_the_pledged_electors_of_history() -> None:
    model = load("lone-rogues").model()
    assert set(model.probability) == {9 / 9110}
    assert model.law is None


def test_hamilton_knows_one_name_and_twenty_who_consider_it() -> None:
    scenario = load("hamilton-2016")
    seats = scenario.roster().leader_seats
    assert Counter(seat.origin for seat in seats) == {"named": 1, "group considering": 20, "base": 285}
    assert [seat.name for seat in seats if seat.name] == ["Christopher Suprun"]
    assert {seat.law for seat in seats if seat.state == "ME"} == {"pledge_only"}
    model = scenario.model()
    assert isinstance(model, Mixture)
    assert scenario.accounts == {"whip-count": 0.5, "electors-trust": 0.25, "first-mover": 0.25}
    assert [type(part.coordination) for _, part in model.parts] == [Alone, Pledge, Cascade]
    assert {part.law.upheld for _, part in model.parts} == {0.9}
    assert scenario.alternatives == ("John Kasich", "Mitt Romney", "Colin Powell")
    assert scenario.house().delegations == 50


def test_digests_of_the_first_scenarios_are_as_they_were() -> None:
    """Runs saved before there were mechanisms can still be shown and verified."""
    assert load("lone-rogues").digest == "sha256:b1d0e37f10ad59a6ddc70baea7506ed0269d2262f389af1c06b4187bd16c74f0"
    assert load("bound-electors").digest == "sha256:07151f125f1fd6cf05e9f034924d18c1719c1c3fbc395ccf5b0706f00bfa96b1"


def test_nobody_is_known_by_what_happened_on_the_day() -> None:
    for name in shipped():
        text = load(name).text
        assert not any(later in text for later in ("Spotted Eagle", "Ron Paul", "Greene", "Sanders"))


def test_load_takes_a_path(tmp_path: Path) -> None:
    (tmp_path / "electors.csv").write_text(CSV)
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    for given in (path, str(path)):
        loaded = load(given)
        assert (loaded.name, loaded.source, loaded.digest) == ("mine", str(path), scenario().digest)


def test_replace_reaches_every_table() -> None:
    changes = {
        "defection.probability": Fraction(9, 9110),
        "defection.group.a.probability": np.float64(0.25),
        "defection.elector.TX-03.probability": 0.7,
        "law.cancelled.pledge_only": 1,
        "election.leader": "R",
        "run.seed": 0,
    }
    changed = scenario().replace(changes)
    seats = {seat.id: seat for seat in changed.roster().seats}
    assert (seats["CA-01"].probability, seats["TX-03"].probability) == (9 / 9110, 0.7)
    assert Counter(seat.probability for seat in changed.roster().seats)[0.25] == 5
    assert (seats["AL-01"].cancelled, seats["MI-01"].cancelled) == (1.0, 1.0)
    assert changed.run.seed == 0
    assert list(changed.overrides) == list(changes)
    assert scenario().replace({}).digest == scenario().digest != changed.digest


def test_a_later_replace_goes_before_an_earlier_one_and_none_takes_away() -> None:
    changed = scenario().replace({"defection.probability": 0.5, "election.year": 2004}).replace({"election.year": 2024})
    assert (changed.roster().year, changed.settings.defection.probability) == (2024, 0.5)
    assert scenario().replace({"law": None}).model().law is None
    table = {"probability": 0.4, "count": 2}
    groups = scenario().replace({"defection.group.a": None, "defection.group.c": table}).settings.defection.group
    assert list(groups) == ["b", "c"]


def test_rebuilt_from_what_a_run_saves(tmp_path: Path) -> None:
    (tmp_path / "electors.csv").write_text(CSV)
    (tmp_path / "mine.toml").write_text(FULL)
    first = load(tmp_path / "mine.toml").replace({"defection.probability": 0.02})
    again = Scenario.from_text(first.name, first.text, tables=first.tables, overrides=first.overrides)
    assert again.digest == first.digest
    assert again.roster() == first.roster()
    assert pickle.loads(pickle.dumps(first)).digest == first.digest


def test_digest_knows_what_defines_the_model_and_nothing_else() -> None:
    digest = scenario().digest
    assert digest.startswith("sha256:")
    assert len(digest) == 7 + 64
    same = [
        FULL.replace("# A comment", ""),
        FULL.replace('title = "t"', 'title = "another"\nquestion = "q"\nassumptions = ["a"]\nsources = ["s"]'),
        FULL + "[run]\ndraws = 7\nseed = 1\n",
        FULL.replace('states = ["TX"]\ncount = 5', 'count = 5\nstates = ["TX"]'),
        FULL.replace("probability = 0.2\n", 'probability = "1/5"\n'),
    ]
    assert {scenario(text).digest for text in same} == {digest}
    group_a, group_b = '[defection.group.a]\nstates = ["TX"]', "[defection.group.b]"
    other = [
        FULL.replace("0.01", "0.02"),
        FULL.replace(group_a, "[X]").replace(group_b, '[defection.group.a]\nstates = ["TX"]').replace("[X]", group_b),
        FULL + "cancelled = { penalty = 0.5 }\n",
    ]
    assert len({digest, *(scenario(text).digest for text in other)}) == 4
    tables = {"electors.csv": CSV.replace("0.5", "0.6")}
    assert Scenario.from_text("test", FULL, tables=tables).digest != digest


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("election.leader=D", "election.leader", "D"),
        ("defection.probability=9/9110", "defection.probability", "9/9110"),
        ("defection.probability = 1e-3", "defection.probability", 0.001),
        ('election.blocs=["TX", "CA"]', "election.blocs", ["TX", "CA"]),
        ("run.seed=0", "run.seed", 0),
        ("title=a = b", "title", "a = b"),
        ("run.seed=1\nrun.draws=2", "run.seed", "1\nrun.draws=2"),
        ("run.seed=", "run.seed", ""),
        ("law={a" + ".a" * 40 + "=1}", "law", "{a" + ".a" * 40 + "=1}"),
    ],
)
def test_parse_override(text: str, key: str, value: object) -> None:
    assert parse_override(text) == (key, value)


@pytest.mark.parametrize("text", ["run.seed", "=3", ""])
def test_parse_override_needs_a_key_and_an_equals_sign(text: str) -> None:
    with pytest.raises(InputError, match="key=value"):
        parse_override(text)


def test_unknown_name_points_to_the_nearest() -> None:
    with pytest.raises(
        ScenarioError, match=r'did you mean "hamilton-2016".*bound-electors, .*hamilton-2016, .*lone-rogues'
    ):
        load("hamilton")


def test_importing_scenarios_is_light() -> None:
    heavy = "{'scipy', 'matplotlib', 'numba', 'tomlkit'}"
    code = f"import sys, montecarlo.scenario; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("value", ["1e-400", '"999999999999999998/999999999999999999"', '"1/0"'])
def test_a_probability_that_only_rounding_makes_0_or_1_is_refused(value: str) -> None:
    text = f'title = "T"\n[defection]\nprobability = {value}\n'
    with pytest.raises(ScenarioError):
        Scenario.from_text("t", text)


@pytest.mark.parametrize("draws", [1.5, True, "7", 0])
def test_draws_that_are_no_whole_number_are_refused(draws: object) -> None:
    with pytest.raises(InputError, match="draws is"):
        ask(load("lone-rogues"), draws=draws)
