"""Running commands: in this process, or, where that is the point, the real one in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner, Result

from montecarlo import store
from montecarlo.answer import Answer
from montecarlo.cli import main

_TERMINAL = {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}
PLAIN = {**os.environ, **_TERMINAL}


def command(*arguments: str, cwd: Path, code: int = 0, env: dict[str, str] | None = None) -> Result:
    """Run ``montecarlo ARGUMENTS`` in this process and check its exit status."""
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(main, arguments, env={**_TERMINAL, **(env or {})}, prog_name="montecarlo")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code, done.output
    return done


def process(
    *arguments: str, cwd: Path, code: int = 0, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``montecarlo ARGUMENTS`` in a process of its own and check its exit status."""
    line = [sys.executable, "-m", "montecarlo", *arguments]
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, env={**PLAIN, **(env or {})}, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def answer(*arguments: str, cwd: Path, code: int = 0) -> dict[str, Any]:
    """Run a command with ``--json`` in this process and parse all of its output."""
    return json.loads(command(*arguments, "--json", cwd=cwd, code=code).stdout)


@cache
def run_of(scenario: str) -> tuple[dict[str, Any], Answer]:
    """Run a scenario in this process, once for all tests; return what is printed and the saved run, read back."""
    with TemporaryDirectory() as folder:
        printed = answer("run", scenario, "--draws", "20000", "--seed", "7", "--out", "runs", cwd=Path(folder))
        (saved,) = Path(folder, "runs").iterdir()
        return printed, store.load(saved)
