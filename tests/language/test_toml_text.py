"""Files that cannot be read as scenarios, and names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from montecarlo.errors import ScenarioError
from montecarlo.scenario import Scenario, load


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no such file"),
        (b"title = 't'\nquestion = '\xff'", "Line 2: it is not UTF-8 text"),
        (b"#" * (2**20 + 1), "It is larger than 1 MiB"),
        (b"", "title is missing"),
        (b"\x00", "Line 1, column 1: TOML syntax"),
        ("title = 't'".encode("utf-16"), "Line 1: it is not UTF-8 text; save it with the encoding UTF-8."),
    ],
)
def test_unreadable_file(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert caught.value.problems[0].startswith(sentence)


def test_a_shipped_scenario_with_the_suffix_of_a_file_is_pointed_to() -> None:
    with pytest.raises(
        ScenarioError, match=r"There is no such file. The shipped scenario is called lone-rogues, without"
    ):
        load("lone-rogues.toml")


@pytest.mark.parametrize(
    "name", [".", "a/b.toml", "\0.toml", "a" * 5000 + ".toml", "", "../lone-rogues", "LONE-ROGUES"]
)
def test_hostile_names(name: str) -> None:
    with pytest.raises(ScenarioError):
        load(name)


def test_a_text_with_half_a_pair_is_none() -> None:
    with pytest.raises(ScenarioError, match="It holds what is no letter of any script"):
        Scenario.from_text("bad", 'title = "t"\n"\udcff" = 1\n')
