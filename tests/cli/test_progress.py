"""Long work: what is shown on a terminal, what is told at once, and what an interruption leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import PLAIN, answer, command

from montecarlo import estimation
from montecarlo.asking import ask
from montecarlo.cli.progress import side_by_side
from montecarlo.scenario import load

RARE = "run", "lone-rogues", "--draws", "64", "--seed", "1", "--no-save"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_bars_are_shown_on_a_terminal_and_leave_nothing_on_the_screen(tmp_path: Path) -> None:
    shown, terminal = os.openpty()
    line = [sys.executable, "-m", "montecarlo", "run", "electors-trust", "--draws", "64", "--seed", "1", "--json"]
    env = {**PLAIN, "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    with subprocess.Popen(line, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=terminal) as running:
        os.close(terminal)
        seen = b""
        try:
            while part := os.read(shown, 65536):
                seen += part
        except OSError:  # Linux ends a pseudo-terminal so
            pass
    os.close(shown)
    assert running.returncode == 0
    places = [seen.find(doing) for doing in (b"simulating", b"weighing", b"comparing")]
    assert 0 <= places[0] < places[1] < places[2]
    assert seen.rstrip().endswith(b"\x1b[2K"), "the last bar is wiped out"


def test_what_is_not_a_terminal_is_left_in_peace(tmp_path: Path) -> None:
    assert command(*RARE, cwd=tmp_path).stderr == ""


@pytest.mark.parametrize("error", ["1e-14", "1e-200"])
def test_a_precision_out_of_reach_is_told_at_once(error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(estimation.MOST, "importance", 5000)
    line = *RARE, "--relative-error", error
    done = command(*line, cwd=tmp_path, code=3)
    assert f"A relative error of {error} would take " in done.stderr
    assert "5,000 are drawn, which reach about 0." in done.stderr
    assert done.stderr.count("\n") == 1
    assert "1 in 2.9e63" in done.stdout


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "key", "without"), [("estimation.sampled", "rare_event", None), ("asking.accounts", "accounts", [])]
)
def test_an_interruption_leaves_the_answer_without_what_it_stopped(
    where: str, key: str, without: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "run", "whip-count", "--draws", "64", "--seed", "1", "--no-save"
    whole = answer(*line, cwd=tmp_path)
    monkeypatch.setattr(f"montecarlo.{where}", interrupted)
    left = answer(*line, cwd=tmp_path)
    assert whole[key] != left[key] == without
    assert left["simulation"] == whole["simulation"]
    assert left["exact"] == whole["exact"]


def test_threads_change_nothing(tmp_path: Path) -> None:
    pytest.importorskip("numba", reason="without numba there is one thread")
    line = "run", "whip-count", "--draws", "2000", "--seed", "1", "--no-save", "--workers", "3"
    record = ask(load("whip-count"), draws=2000, seed=1).record()
    assert {**answer(*line, cwd=tmp_path), "seconds": 0} == {**record, "seconds": 0}


@pytest.mark.parametrize("workers", [1, 4])
def test_results_come_in_order(workers: int) -> None:
    pytest.importorskip("numba", reason="without numba there is one thread")

    def late(number: int) -> int:
        time.sleep(0.02 / (1 + number))
        return number

    assert list(side_by_side(late, iter(range(9)), workers=workers)) == list(range(9))


def test_an_interruption_begins_nothing_more() -> None:
    pytest.importorskip("numba", reason="without numba there is one thread")
    begun: list[int] = []

    def task(number: int) -> int:
        begun.append(number)
        time.sleep(0.01)
        if number == 1:
            raise KeyboardInterrupt
        return number

    with pytest.raises(KeyboardInterrupt):
        list(side_by_side(task, range(50), workers=2))
    assert len(begun) < 10
