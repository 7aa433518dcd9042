"""How to get the same numbers again: what is printed does it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from commands import answer as printed
from commands import run_of

from montecarlo.asking import ask
from montecarlo.manifest import digest_of, manifest_of
from montecarlo.scenario import Scenario, load
from montecarlo.show.replay_words import commands, facts, is_shipped, taken_out

_CHANGES = {
    "law.upheld": 0.25,
    "defection.probability": "1/500",
    "destination.leader": {"opponent": 0.1, "alternatives": {'Jo "Q" O\'Hara': 0.2}},
    "law.state": {"ME": "none"},
    "election.blocs": ["TX", "ME"],
}


@pytest.mark.parametrize("changes", [{}, _CHANGES])
def test_the_command_runs_the_same_scenario_again(changes: dict[str, object], tmp_path: Path) -> None:
    answer = ask(load("bound-electors").replace(changes), draws=64, seed=3)
    line, verify = commands(answer, "a run")
    name, *arguments = shlex.split(line)
    assert name == "montecarlo"
    again = printed(*arguments, "--no-save", cwd=tmp_path)
    assert again["digest"] == answer.scenario.digest
    assert (again["seed"], again["simulation"]["hits"]) == (3, answer.simulation.hits)
    assert shlex.split(verify) == ["montecarlo", "verify", "a run"]


def test_a_scenario_of_ones_own_is_run_from_its_file() -> None:
    own = Scenario.from_text("my own", load("lone-rogues").text + "# mine\n")
    assert not is_shipped(own)
    assert is_shipped(load("lone-rogues"))
    (line, _) = commands(ask(own, draws=64, seed=1), "x")
    assert shlex.split(line)[2] == "my own.toml"
    renamed = Scenario.from_text("lone-rogues", load("lone-rogues").text + "# mine\n")
    assert not is_shipped(renamed)


def test_keys_taken_out_are_told() -> None:
    changed = load("bound-electors").replace({"law.upheld": None})
    assert taken_out(changed) == ["law.upheld"]
    assert "law.upheld" not in commands(ask(changed, draws=64, seed=1), "x")[0]


def test_another_precision_is_asked_for_again() -> None:
    answer = ask(load("close-2000"), draws=64, seed=1, relative_error=0.3)
    assert "--relative-error 0.3" in commands(answer, "x")[0]


def test_facts_hold_every_digest() -> None:
    answer = run_of("lone-rogues")[1]
    manifest = manifest_of(answer)
    manifest["digest"] = digest_of(manifest)
    told = dict(facts(answer, manifest))
    assert told["digest of the model"] == answer.scenario.digest
    assert told["digest of the counts"] == answer.simulation.tally.digest
    assert told["digest of the run"] == manifest["digest"]
    assert told["seed"] == "7"
    assert "montecarlo" in told["versions"]
