"""Running the real command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PLAIN = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}


def command(
    *arguments: str, cwd: Path, code: int = 0, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``montecarlo ARGUMENTS`` and check its exit status."""
    line = [sys.executable, "-m", "montecarlo", *arguments]
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, env={**PLAIN, **(env or {})}, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def answer(*arguments: str, cwd: Path, code: int = 0) -> dict[str, Any]:
    """Run a command with ``--json`` and parse all of its output."""
    return json.loads(command(*arguments, "--json", cwd=cwd, code=code).stdout)
