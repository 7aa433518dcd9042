"""The gallery of results: as its command makes it, small, and with nothing missing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from montecarlo.scenario import shipped

RESULTS = Path(__file__).parents[1] / "results"
PAGE = (RESULTS / "README.md").read_text(encoding="utf-8")
MOST_BYTES = 3_000_000


def test_every_scenario_and_picture_is_there() -> None:
    pictures = re.findall(r"!\[(.+?)\]\((gallery/.+?\.png)\)", PAGE)
    files = {path.relative_to(RESULTS).as_posix() for path in (RESULTS / "gallery").glob("*.png")}
    assert {target for _, target in pictures} == files
    assert all(f"\n## {name}\n" in PAGE for name in shipped())
    assert sum(path.stat().st_size for path in (RESULTS / "gallery").iterdir()) < MOST_BYTES


@pytest.mark.parametrize("name", ["bound-electors", "lone-rogues"])
def test_the_numbers_are_those_that_the_command_gives(name: str) -> None:
    command = [sys.executable, str(RESULTS / "make_gallery.py"), "--only", name]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.startswith(f"## {name}\n")
    assert printed.strip() in PAGE
