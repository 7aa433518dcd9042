"""``montecarlo run``: the fixed record, the screen, exit codes, interruption."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from math import isclose
from pathlib import Path

import pytest
from commands import PLAIN, answer, command, process, run_of

from montecarlo.engine.simulation import backend_for, simulate
from montecarlo.scenario import load, shipped


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_runs_is_saved_and_read_back(name: str) -> None:
    printed, saved = run_of(name)
    assert printed["scenario"] == name
    assert printed["seed"] == 7
    assert printed["simulation"]["draws"] == 20_000
    assert printed == json.loads(json.dumps(saved.record(), allow_nan=False))


def test_a_process_of_its_own_prints_the_same(tmp_path: Path) -> None:
    line = "run", "electors-trust", "--draws", "20000", "--seed", "7", "--json"
    record = json.loads(process(*line, cwd=tmp_path).stdout)
    same, _ = run_of("electors-trust")
    assert {**record, "seconds": None} == {**same, "seconds": None}
    assert list(record) == list(same)


def test_lone_rogues_at_ten_million(tmp_path: Path) -> None:
    record = answer("run", "lone-rogues", "--draws", "10000000", "--no-save", cwd=tmp_path)
    assert isclose(record["exact"]["log10_probability"], -63.4598996653, abs_tol=5e-11)
    assert record["simulation"]["hits"] == 0
    assert f"{record['simulation']['interval'][1]:.3g}" == "3.69e-07"
    assert list(tmp_path.iterdir()) == []


def test_the_screen(tmp_path: Path) -> None:
    text = command("run", "lone-rogues", "--draws", "100000", "--seed", "0", cwd=tmp_path).stdout
    for part in (
        "How likely is it that 37 of Donald Trump's 306 electors",
        "1 in 2.9e63",
        "3.46817e-64, relative error <",
        "(proved)",
        "not once",
        "0 of 100,000 elections: below 3.7e-5 at 95 %",
        "elections drawn\n",
        "as if it were frequent",
        "agreement    yes",
        "1 in 122",
        "37 votes",
        "270 of 538",
        "0.302 votes",
        "If it happens (exactly):",
        "TX 4.6 ",
        "saved in     results/lone-rogues-",
        "seed         0;",
    ):
        assert part in text
    assert len(text.splitlines()) <= 33
    assert "\x1b" not in text


def test_a_probability_is_never_shown_as_zero_or_one(tmp_path: Path) -> None:
    def screen(probability: str) -> str:
        change = f"defection.probability={probability}"
        return command("run", "lone-rogues", "--no-save", "--set", change, "--draws", "64", cwd=tmp_path).stdout

    assert "e2172" in screen("1e-60")
    assert "all but 1 in 1.2e45" in screen("0.5")
    assert "1 - 8.53" in screen("0.5")
    assert "all but 1 in 1.0e1033" in screen("0.9999")
    assert "every time" in screen("0.9999")
    assert "impossible" in screen("0")
    assert "certain" in screen("1")


def test_changes_are_told(tmp_path: Path) -> None:
    changes = ["--set", "law.upheld=1", "--set", "election.year=2024"]
    text = command("run", "bound-electors", *changes, "--draws", "64", cwd=tmp_path).stdout
    assert "Changed, whatever the text above and below says:\n- law.upheld = 1\n- election.year = 2024\n" in text
    assert "laws of 2024 stop the rest" in text
    record = answer("run", "bound-electors", *changes, "--draws", "64", "--no-save", cwd=tmp_path)
    assert record["changes"] == {"law.upheld": "1", "election.year": "2024"}
    line = ["run", "bound-electors", "--set", "law.upheld=0", "--draws", "64", "--no-save"]
    assert "no law stops any" in command(*line, cwd=tmp_path).stdout


def test_numbers_are_never_cut_on_narrow_terminals(tmp_path: Path) -> None:
    wide = command("run", "bound-electors", "--draws", "64", "--seed", "1", "--no-save", cwd=tmp_path).stdout
    line = ["run", "bound-electors", "--draws", "64", "--seed", "1", "--no-save"]
    narrow = command(*line, cwd=tmp_path, env={"COLUMNS": "20"}).stdout
    assert wide.splitlines()[:-1] == narrow.splitlines()[:-1]


def test_same_counts_for_any_number_of_workers(tmp_path: Path) -> None:
    records = [
        answer(
            "run", "bound-electors", "--draws", "300000", "--seed", "3", "--workers", workers, "--no-save", cwd=tmp_path
        )
        for workers in ("1", "2", "3")
    ]
    assert len({record["simulation"]["hits"] for record in records}) == 1


def test_a_fresh_seed_is_recorded(tmp_path: Path) -> None:
    first, second = (answer("run", "bound-electors", "--draws", "9999", "--no-save", cwd=tmp_path) for _ in range(2))
    assert first["seed"] != second["seed"]
    again = answer("run", "bound-electors", "--draws", "9999", "--seed", str(first["seed"]), "--no-save", cwd=tmp_path)
    assert again["simulation"] == first["simulation"]


def test_plot(tmp_path: Path) -> None:
    printed = command("run", "bound-electors", "--draws", "10000", "--plot", cwd=tmp_path).stdout
    (picture,) = tmp_path.glob("results/*/distribution.png")
    assert printed.splitlines()[-1].split() == ["picture", str(picture.relative_to(tmp_path))]
    assert picture.read_bytes().startswith(b"\x89PNG")
    refused = command("run", "bound-electors", "--plot", "--no-save", cwd=tmp_path, code=2)
    assert "--plot draws into the saved run" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "hamilton"], 'did you mean "hamilton-2016"'),
        (["run", "missing.toml"], "missing.toml"),
        (["run", "lone-rogues", "--draws", "0"], "draws is 0; it must be a whole number of at least 1."),
        (["run", "lone-rogues", "--seed", "-1"], "seed is -1; it must be a whole number of at least 0."),
        (["run", "lone-rogues", "--draws", "many"], "'many' is not a valid integer"),
        (["run", "lone-rogues", "--workers", "0"], "0 is not in the range x>=1"),
        (["run", "lone-rogues", "--set", "defection.probability=2"], "defection.probability"),
        (["run", "lone-rogues", "--set", "defection.chance=0.1"], "defection.chance"),
        (["run", "lone-rogues", "--set", "nonsense"], "write key=value"),
        (["run", "lone-rogues", "--set", "election.leader=D"], "the probability that it has none is 1"),
        (["frobnicate"], "No such command"),
        (["electors", "lone-rogues", "--state", "ZZ"], 'No state is called "ZZ"; --state takes its two letters, such'),
        (["electors", "lone-rogues", "--state", "", "--state", "\x1b"], 'No state is called "" or "\\u001b"; --state'),
        (["validate", ""], 'Error: "": 1 problem'),
        (["validate", "lone-rogues", "--set", "\udcff.x=1"], "is not a known key"),
        (
            ["validate", "lone-rogues", "--set", "election.blocs=[TX]"],
            'is "[TX]"; it must be a list of texts in quotes',
        ),
        (["electors", "lone-rogues", "--csv", "--json"], "exclude each other"),
    ],
)
def test_bad_input(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = command(*arguments, cwd=tmp_path, code=2)
    assert sentence in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def _interrupted(seconds: float, cwd: Path) -> tuple[int, str]:
    """Interrupt a run of four thousand million elections, and return its exit status and what it printed."""
    line = [sys.executable, "-m", "montecarlo", "run", "bound-electors", "--draws", "4000000000", "--seed", "5"]
    with subprocess.Popen([*line, "--json"], cwd=cwd, env=PLAIN, stdout=subprocess.PIPE, text=True) as running:
        time.sleep(seconds)
        running.send_signal(signal.SIGINT)
        printed, _ = running.communicate(timeout=60)
    return running.returncode, printed


def test_interrupted_runs_print_and_save_a_valid_part(tmp_path: Path) -> None:
    model = load("bound-electors").model()
    simulate(model, 1000, backend=backend_for(model, 4_000_000_000))  # what is compiled once need not be again
    for patience in (3, 10, 30):  # on a slow machine nothing may be simulated yet: then there is nothing to print
        code, printed = _interrupted(patience, tmp_path)
        assert code == 130
        if printed:
            break
    record = json.loads(printed)
    draws = record["simulation"]["draws"]
    assert 0 < draws < 4_000_000_000
    assert abs(record["agreement"]["z"]) < 5
    (run,) = tmp_path.glob("results/*")
    assert "interrupted" in command("show", run.name, cwd=tmp_path).stdout
    replayed = command("verify", run.name, cwd=tmp_path).stdout
    assert "counts identical" in replayed


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["scenario.load", "asking.solve", "engine.simulation.running", "asking.choose"])
@pytest.mark.parametrize("json_too", [[], ["--json"]])
def test_an_interruption_before_there_is_an_answer(
    where: str, json_too: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"montecarlo.{where}", interrupted)
    done = command("run", "bound-electors", "--draws", "64", *json_too, cwd=tmp_path, code=130)
    assert done.stdout == ""
    assert "Interrupted before there was an answer, so that nothing is printed or saved.\n" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("where", "lost"),
    [("store.save", "but the run is not saved."), ("plots.distribution.figure", r"but results/.* has no picture\.")],
)
def test_an_interruption_while_saving_keeps_the_answer(
    where: str, lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"montecarlo.{where}", interrupted)
    done = command("run", "lone-rogues", "--draws", "64", "--plot", cwd=tmp_path, code=130)
    assert "1 in 2.9e63" in done.stdout
    assert re.search(f"Interrupted while saving: the answer is printed, {lost}", done.stderr)


def test_a_results_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    done = command("run", "lone-rogues", "--draws", "1000", "--out", "results/mine", cwd=tmp_path, code=1)
    assert "The run cannot be saved in results/mine: Not a directory." in done.stderr
    assert "1 in 2.9e63" in done.stdout, "the answer itself is not lost"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full on this system")
def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "montecarlo", "electors", "lone-rogues", "--csv"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(line, cwd=tmp_path, env=PLAIN, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_encoding_that_has_not_the_letters_is_a_sentence(tmp_path: Path) -> None:
    text = 'title = "T"\n[defection]\nprobability = 0.1\n[defection.elector.TX-01]\nname = "Søren"\nprobability = 0.5\n'
    (tmp_path / "names.toml").write_text(text, encoding="utf-8")
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = process("electors", "names.toml", "--csv", cwd=tmp_path, env=plain, code=1)
    assert "cannot be written as ascii; set PYTHONUTF8=1" in done.stderr


def test_a_reader_who_leaves_early_hears_nothing_more(tmp_path: Path) -> None:
    line = f"{sys.executable} -m montecarlo electors lone-rogues --csv | head -1"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=os.environ, capture_output=True, text=True)
    assert done.stdout == "id,state,party,votes,name,probability,conditional,law,cancelled,deterred,origin\n"
    assert done.stderr == ""


def test_a_precision_that_nothing_reaches_has_an_exit_status_of_its_own(tmp_path: Path) -> None:
    """Blocs under a pledge have neither an exact answer nor a sampler, and 64 elections tell little."""
    blocs = tmp_path / "blocs.toml"
    blocs.write_text(
        'title = "Blocs"\n[defection]\nprobability = 0.08\nconditional = 0.02\n[pledge]\nthreshold = 5\n'
        '[election]\nblocs = ["TX", "FL"]\n'
    )
    options = "--draws", "64", "--no-save", "--relative-error"
    command("run", "lone-rogues", *options, "0.05", cwd=tmp_path)
    short = command("run", str(blocs), "--json", *options, "0.05", cwd=tmp_path, code=3)
    assert '"rare_event": null' in short.stdout
    assert "not 0.05 as asked; more --draws come nearer" in short.stderr
    command("run", "lone-rogues", *options, "1", cwd=tmp_path, code=2)
