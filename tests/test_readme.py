"""The README tells the truth: its Python runs, its output is the program's, every command is in it."""

from __future__ import annotations

import doctest
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from commands import command

from montecarlo.cli import main
from montecarlo.scenario import shipped

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
OUTPUTS = re.findall(r"<!-- output: (.+?) -->\n```text\n(.*?)```", README, re.DOTALL)


def test_python_examples() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 8
    assert result.failed == 0


def test_docstring_examples() -> None:
    import montecarlo

    result = doctest.testmod(montecarlo, optionflags=doctest.ELLIPSIS)
    assert result.attempted >= 3
    assert result.failed == 0


@pytest.mark.parametrize(("line", "text"), OUTPUTS, ids=[line for line, _ in OUTPUTS])
def test_output(line: str, text: str, tmp_path: Path) -> None:
    """All but the line with the seconds, which differ from run to run."""
    printed = command(*shlex.split(line), cwd=tmp_path).stdout
    assert without_times(printed) == without_times(text)
    assert OUTPUTS


def without_times(text: str) -> str:
    return re.sub(r"; \d+\.\d\d s \(.*\)", "", text)


def test_every_command_is_told_and_has_help() -> None:
    for name, each in main.commands.items():
        assert f"montecarlo {name}" in README
        assert each.help
        assert each.epilog or not each.params[1:]


def test_every_scenario_is_told() -> None:
    for name in shipped():
        assert f"configs/{name}.toml" in README


def test_every_dependency_is_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["fast"]]:
        name = re.match(r"[a-z]+", requirement)
        assert name
        assert re.search(rf"^\| .*{name[0]}.*\|.+\|$", README, re.MULTILINE), requirement


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target
