"""The commands beside ``run``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from commands import answer, command, process

import montecarlo.engine.simulation as engine
import montecarlo.store as store
from montecarlo.asking import ask
from montecarlo.estimates import Simulation
from montecarlo.scenario import load, shipped


def test_help_of_every_command(tmp_path: Path) -> None:
    names = answer_names(command("--help", cwd=tmp_path).stdout)
    assert {"run", "scenarios", "electors", "validate", "show", "verify", "new"} <= set(names)
    for name in names:
        assert "Usage: montecarlo" in command(name, "--help", cwd=tmp_path).stdout


def answer_names(text: str) -> list[str]:
    lines = text.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]


def test_version(tmp_path: Path) -> None:
    assert process("--version", cwd=tmp_path).stdout.startswith("montecarlo, version ")


def test_scenarios(tmp_path: Path) -> None:
    assert [each["name"] for each in answer("scenarios", cwd=tmp_path)] == list(shipped())
    text = command("scenarios", cwd=tmp_path).stdout
    assert all(name in text for name in shipped())


def test_electors(tmp_path: Path) -> None:
    seats = answer("electors", "hamilton-2016", cwd=tmp_path)
    assert len(seats) == 538
    assert sum(seat["votes"] for seat in seats) == 538
    texans = answer("electors", "hamilton-2016", "--state", "tx", cwd=tmp_path)
    assert len(texans) == 38
    assert texans[0]["id"] == "TX-01"
    assert texans[0]["name"] == "Christopher Suprun"
    listed = command("electors", "hamilton-2016", "--state", "TX", cwd=tmp_path).stdout
    assert "Christopher Suprun" in listed
    assert "Not in the list: what the accounts whip-count, electors-trust, first-mover set" in listed
    assert "pressure" in command("electors", "five-days-left", "--state", "TX", cwd=tmp_path).stdout
    assert "Not in the list" not in command("electors", "lone-rogues", "--state", "TX", cwd=tmp_path).stdout


def test_electors_make_the_round_trip_through_a_table(tmp_path: Path) -> None:
    text = command("electors", "electors-trust", "--set", "law.upheld=0.9", "--csv", cwd=tmp_path).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 538
    (tmp_path / "electors.csv").write_text(text)
    rest = "[law]\nupheld = 0.9\n[pledge]\nthreshold = 37\n"
    (tmp_path / "again.toml").write_text(f'title = "Again"\n[defection]\nprobability = 0\ncsv = "electors.csv"\n{rest}')
    first = load("electors-trust").replace({"law.upheld": 0.9}).model()
    again = load(tmp_path / "again.toml").model()
    assert (first.probability == again.probability).all()
    assert (first.coordination.conditional == again.coordination.conditional).all()
    assert (first.law.cancelled == again.law.cancelled).all()


def test_validate(tmp_path: Path) -> None:
    told = answer("validate", "lone-rogues", "--set", "election.year=2008", cwd=tmp_path)
    assert (told["needed"], told["majority"], told["electors"], told["leader"]) == (96, 270, 365, "D")
    assert "is valid" in command("validate", "lone-rogues", cwd=tmp_path).stdout
    (tmp_path / "bad.toml").write_text("[defection]\nprobability = 1.5\n")
    refused = command("validate", "bad.toml", cwd=tmp_path, code=2).stderr
    assert "title" in refused
    assert "1.5" in refused


def test_validate_tells_what_a_scenario_amounts_to(tmp_path: Path) -> None:
    told = answer("validate", "hamilton-2016", cwd=tmp_path)
    weights = {"whip-count": 0.5, "electors-trust": 0.25, "first-mover": 0.25}
    assert told["accounts"] == [{"name": name, "weight": weight} for name, weight in weights.items()]
    assert told["origins"] == {"base": 285, "group considering": 20, "named": 1}
    assert told["changes"] == {}
    text = command("validate", "hamilton-2016", cwd=tmp_path).stdout
    assert "37 of the 306 votes of party R deny it the majority of 270 of 538\n" in text
    assert "electors     285 base, 20 group considering, 1 named\n" in text
    assert re.search(r"accounts     0.5 +whip-count\n +0.25 +electors-trust\n +0.25 +first-mover\n", text)
    assert "Changed" not in text
    assert "accounts" not in command("validate", "lone-rogues", cwd=tmp_path).stdout


def test_changes_are_told_wherever_the_text_of_a_scenario_is(tmp_path: Path) -> None:
    changes = ["--set", "law.upheld=1", "--set", 'election.blocs=["TX"]']
    text = command("validate", "bound-electors", *changes, cwd=tmp_path).stdout
    assert 'Changed, whatever the text above says:\n- law.upheld = 1\n- election.blocs = ["TX"]\n' in text
    told = answer("validate", "bound-electors", *changes, cwd=tmp_path)
    assert told["changes"] == {"law.upheld": "1", "election.blocs": '["TX"]'}
    ran = answer("run", "bound-electors", *changes[:2], "--draws", "64", cwd=tmp_path)
    (run,) = (tmp_path / "results").iterdir()
    assert ran["changes"] == answer("show", run.name, cwd=tmp_path)["changes"] == {"law.upheld": "1"}
    shown = command("show", run.name, cwd=tmp_path).stdout
    assert "Changed, whatever the text above and below says:\n- law.upheld = 1\n" in shown


def test_new_writes_a_valid_scenario_and_spares_what_is_there(tmp_path: Path) -> None:
    command("new", "my-own.toml", cwd=tmp_path)
    assert answer("validate", "my-own.toml", cwd=tmp_path)["needed"] == 37
    before = (tmp_path / "my-own.toml").read_text()
    assert "exists already" in command("new", "my-own.toml", cwd=tmp_path, code=2).stderr
    assert (tmp_path / "my-own.toml").read_text() == before


@pytest.mark.parametrize("name", [".toml", "_.toml", "a\nb.toml", "x" * 230 + ".toml", "mine.txt"])
def test_new_refuses_names_that_make_no_scenario(name: str, tmp_path: Path) -> None:
    assert "is no name for a scenario" in command("new", name, cwd=tmp_path, code=2).stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("without", [r"\n\[pledge\](.|\n)+?\n\n", r"\n\[cascade\](.|\n)+?\n\n|\nhazard.*"])
def test_every_line_of_the_template_works(without: str, tmp_path: Path) -> None:
    """Electors are coordinated in one way, so either the pledge is left out or the cascade."""
    command("new", "all.toml", cwd=tmp_path)
    text = (tmp_path / "all.toml").read_text()
    head, tail = text.split("\n", 2)[:2], text.split("\n", 2)[2]
    used = [line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in tail.splitlines()]
    whole = "\n".join([*head, *used]).replace('blocs = ["TX"]', 'blocs = ["OH"]')
    (tmp_path / "all.toml").write_text(re.sub(without, "\n", whole))
    (tmp_path / "electors.csv").write_text("id,probability\nGA-01,0.25\n")
    assert answer("validate", "all.toml", cwd=tmp_path)["electors"] == 306 - 17


def test_show_and_verify(tmp_path: Path) -> None:
    first = answer("run", "bound-electors", "--draws", "70000", "--seed", "1", cwd=tmp_path)
    (run,) = (tmp_path / "results").iterdir()
    assert answer("show", run.name, cwd=tmp_path) == first
    assert "1 in" in command("show", str(run), cwd=tmp_path).stdout
    assert "counts identical" in command("verify", run.name, cwd=tmp_path).stdout
    assert answer("verify", run.name, cwd=tmp_path)["exact_agrees"] is True


def test_verify_draws_a_weighed_answer_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = answer("run", "lone-rogues", "--draws", "64", "--relative-error", "0.1", cwd=tmp_path)
    (run,) = (tmp_path / "results").iterdir()
    assert answer("show", run.name, cwd=tmp_path) == first
    assert "weighed answer drawn again: the same" in command("verify", run.name, cwd=tmp_path).stdout
    monkeypatch.setattr("montecarlo.sampling.stopping.STAGE", 1)
    report = answer("verify", run.name, cwd=tmp_path, code=1)
    assert (report["counts_identical"], report["rare_event_agrees"]) == (True, False)


@pytest.mark.parametrize("done", [0, 2])
def test_an_interrupted_verify_compares_nothing(done: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command("run", "bound-electors", "--draws", "5", "--seed", "1", cwd=tmp_path)
    (run,) = (tmp_path / "results").iterdir()
    whole = list(engine.running(load("bound-electors").model(), done, seed=1)) if done else []

    def running(*_: object, **__: object) -> Iterator[Simulation]:
        yield from whole
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "running", running)
    stopped = command("verify", run.name, cwd=tmp_path, code=130)
    assert stopped.stdout == ""
    text = "Interrupted before all was replayed: nothing is compared, and the saved run is unchanged."
    assert stopped.stderr.strip() == text


def test_a_single_election_is_told_as_one(tmp_path: Path) -> None:
    command("run", "bound-electors", "--draws", "1", "--seed", "1", cwd=tmp_path)
    (run,) = (tmp_path / "results").iterdir()
    assert command("verify", run.name, cwd=tmp_path).stdout.startswith("1 election replayed with ")


@pytest.mark.parametrize("line", [["scenarios"], ["validate", "lone-rogues"], ["electors", "lone-rogues"]])
def test_other_commands_say_that_an_interruption_changed_nothing(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("montecarlo.scenario.load", interrupted)
    assert "Interrupted; no saved run or other file was changed." in command(*line, cwd=tmp_path, code=130).stderr


@pytest.mark.parametrize("what", ["counts", "exact"])
def test_verify_tells_a_run_that_cannot_be_repeated(what: str, tmp_path: Path) -> None:
    """The run is whole and fits its digests, but its numbers are not those that the scenario gives."""
    true = ask(load("bound-electors"), draws=5000, seed=1)
    counts = true.simulation.counts.copy()
    counts[[5, 40]] += [-1, 1]
    simulation = replace(true.simulation, tally=replace(true.simulation.tally, counts=counts))
    solution = replace(true.solution, log10_complement=true.solution.log10_complement * (1 + 1e-9))
    forged = replace(true, simulation=simulation) if what == "counts" else replace(true, solution=solution)
    run = store.save(forged, tmp_path)
    text = command("verify", str(run), cwd=tmp_path, code=1).stdout
    assert text.count("DIFFERENT") == 1
    assert ("counts DIFFERENT" in text) == (what == "counts")


def test_completion(tmp_path: Path) -> None:
    env = {"_MONTECARLO_COMPLETE": "bash_complete", "COMP_WORDS": "montecarlo run lo", "COMP_CWORD": "2"}
    assert "lone-rogues" in process(cwd=tmp_path, env=env).stdout


def test_no_name_is_a_formula_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "t"\n[defection]\nprobability = 0.1\n[defection.elector.TX-01]\nprobability = 0.5\nname = "=1+1"\n'
    )
    printed = command("electors", str(path), "--csv", cwd=tmp_path).stdout
    assert "'=1+1" in printed
    assert ",=1+1" not in printed
