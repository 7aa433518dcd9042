"""The command that sweeps: grids as they are written, tables, files, saved sweeps shown again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import answer, command

from montecarlo.cli.study_options import parse_grid
from montecarlo.errors import InputError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a.b=0.1,0.2, 0.5", [0.1, 0.2, 0.5]),
        ("a.b=1e-3", [0.001]),
        ("a.b=9/9110,1", ["9/9110", 1.0]),
        ("a.b=0:1:5", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("a.b=0:1:11", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        ("a.b=1e-4:0.01:3:log", [1e-4, 1e-3, 1e-2]),
        ("a.b=-0.5:0.5:3", [-0.5, 0.0, 0.5]),
        ("pledge.threshold=20:60:3", [20, 40, 60]),
        ("pledge.threshold=1:100:5:log", [1, 3, 10, 32, 100]),
        ("pledge.threshold=1:3:9", [1, 2, 3]),
    ],
)
def test_grids_as_they_are_written(text: str, values: list[float | str]) -> None:
    assert parse_grid(text) == (text.partition("=")[0], values)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a", "gives no values"),
        ("a=", "gives no values"),
        ("=1", "gives no values"),
        ("a=x", 'a has the value "x", which is no number'),
        ("a=1,,2", 'a has the value "", which is no number'),
        ("a=0:1", "has the range"),
        ("a=0:1:1", "COUNT is at least 2"),
        ("a=0:1:2.5", "has the range"),
        ("a=0:1:5:lin", "has the range"),
        ("a=0:1:5:log:log", "has the range"),
        ("a=0:1:5:log", "must begin and end above 0"),
        ("a=0:1e999:5", "has the range"),
        ("a=0:nan:5", "has the range"),
        ("a=0:1:10001", 'a has the range "0:1:10001"; COUNT may be at most 10,000.'),
        ("a=1:1:5", 'a has the range "1:1:5", which begins where it ends; write a=1 for that one value.'),
    ],
)
def test_bad_grids(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_grid(text)
    assert sentence in str(refused.value)


def test_one_key(tmp_path: Path) -> None:
    line = "sweep", "lone-rogues", "defection.probability=0,1e-4,0.1,0.5,1"
    text = command(*line, "--plot", "--csv", "table.csv", cwd=tmp_path).stdout
    rows = [row.split("  ") for row in text.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert ["0.0001", "6.86e-101", "1 in 1.5e100", "-100.2", "exactly"] in cells
    assert ["0.5", "1 - 8.53e-46", "all but 1 in 1.2e45", "-3.705e-46", "exactly"] in cells
    assert ["0", "0", "impossible", "exactly"] in cells
    assert ["1", "1", "certain", "0", "exactly"] in cells
    assert max(map(len, text.splitlines())) <= 80
    (saved,) = (tmp_path / "results").iterdir()
    assert {each.name for each in saved.iterdir()} == {"manifest.json", "sweep.csv", "sweep.png"}
    assert (saved / "sweep.csv").read_text() == (tmp_path / "table.csv").read_text()
    assert (saved / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert f"saved in results/{saved.name}" in text
    assert text.rstrip().endswith(f"picture in results/{saved.name}/sweep.png")
    assert command("show", saved.name, cwd=tmp_path).stdout.rstrip() == text.rpartition("\npicture in")[0]
    assert "holds a sweep and not a run" in command("verify", saved.name, cwd=tmp_path, code=2).stderr
    assert answer("show", saved.name, cwd=tmp_path) == answer(*line, "--no-save", cwd=tmp_path)


def test_two_keys_and_what_is_simulated(tmp_path: Path) -> None:
    line = "sweep", "first-mover", "cascade.rounds=1,4", "defection.probability=1e-4,0.02", "--draws", "300"
    record = answer(*line, "--seed", "5", "--no-save", "--workers", "1", cwd=tmp_path)
    assert record["seed"] == 5
    assert [point["draws"] for point in record["points"]] == [300] * 4
    assert record["points"][0]["hits"] == 0
    assert record["points"][0]["log10_probability"] is None
    text = command(*line, "--seed", "5", "--no-save", cwd=tmp_path).stdout
    assert "cascade.rounds down," in text
    assert "<0.013" in text
    assert f"~{record['points'][3]['probability']:.2g}" in text
    assert "~ simulated, 300 elections each, seed 5; < below, at 95 %" in text
    assert list(tmp_path.iterdir()) == []


def test_a_table_too_large_for_the_screen_says_so(tmp_path: Path) -> None:
    line = "sweep", "lone-rogues", "defection.probability=0.01:0.3:30", "law.upheld=0:1:9", "--no-save"
    text = command(*line, cwd=tmp_path).stdout
    assert "Some rows or columns are left out here" in text
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) < 32


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lone-rogues"], "Missing argument"),
        (["lone-rogues", "defection.probability"], "gives no values"),
        (["lone-rogues", "defection.probability=2,3"], "2 problems"),
        (["lone-rogues", "defection.chance=0.1"], "is not a known key"),
        (["lone-rogues", "law.upheld=0", "law.upheld=1"], "A key is given twice"),
        (["lone-rogues", "law.upheld=0", "law.year=2016", "election.year=2016"], "3 keys are swept"),
        (["lone-rogues", "law.upheld=0", "--plot", "--no-save"], "--plot draws into the saved sweep"),
        (["lone-rogues", "law.upheld=0", "--draws", "0"], "draws is 0"),
        (["lone-rogues", "law.upheld=0", "--seed", "-1"], "seed is -1"),
    ],
)
def test_bad_input(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = command("sweep", *arguments, cwd=tmp_path, code=2)
    assert sentence in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to("gone")
    (tmp_path / "file").write_text("")
    before = sorted(tmp_path.iterdir())
    for table, sentence in (
        ("gone/x.csv", "Error: gone/x.csv cannot be written: there is no folder gone."),
        ("file/x.csv", "Error: file/x.csv cannot be written: Not a directory."),
        ("nowhere", "Error: nowhere exists already"),
        ("x" * 300, "cannot be written: File name too long."),
        ("", "Error: --csv has an empty name; give that of a file"),
    ):
        done = command("sweep", "lone-rogues", "defection.probability=0.1", "--csv", table, cwd=tmp_path, code=2)
        assert sentence in done.stderr
        assert done.stdout == ""
    assert sorted(tmp_path.iterdir()) == before


def test_a_change_of_the_swept_key_is_not_told(tmp_path: Path) -> None:
    changes = "--set", "defection.probability=0.3", "--set", "factors.national=0.2"
    text = command("sweep", "lone-rogues", "defection.probability=0.1", *changes, cwd=tmp_path).stdout
    assert "- factors.national = 0.2" in text
    assert "0.3" not in text
    (saved,) = (tmp_path / "results").iterdir()
    assert command("show", saved.name, cwd=tmp_path).stdout == text


def test_a_hostile_title_is_text(tmp_path: Path) -> None:
    text = 'title = "[bold]$x$ [/red] <b>"\n[defection]\nprobability = 0.1\n'
    (tmp_path / "=odd.toml").write_text(text)
    printed = command("sweep", "=odd.toml", "defection.probability=0.1,0.2", "--plot", cwd=tmp_path).stdout
    assert printed.splitlines()[0] == "[bold]$x$ [/red] <b>"
    (saved,) = (tmp_path / "results").iterdir()
    assert (saved / "sweep.csv").read_text().splitlines()[1].startswith("'=odd,0.1,")
    assert json.loads((saved / "manifest.json").read_text())["scenario"]["name"] == "=odd"


def test_values_that_a_number_cannot_hold_are_refused(tmp_path: Path) -> None:
    for values in ("1e-400,0.2", "0.5,0.99999999999999999999"):
        done = command("sweep", "lone-rogues", f"defection.probability={values}", cwd=tmp_path, code=2)
        assert "than a number can be" in done.stderr
    done = command("sweep", "lone-rogues", "defection.probability=1e-400:0.2:3", cwd=tmp_path, code=2)
    assert "of which an end is nearer to 0 or 1 than a number can be" in done.stderr
    line = "tune", "lone-rogues", "defection.probability", "--target", "0.5"
    assert "1e-400 is nearer to 0" in command(*line, "--low", "1e-400", cwd=tmp_path, code=2).stderr
    assert "nearer to 0" in command(*line, "--against", "factors.national=1e-400,0.2", cwd=tmp_path, code=2).stderr


def test_values_are_told_apart_from_each_other_and_from_certainty(tmp_path: Path) -> None:
    values = "0.999999999999", "1", "0.9999999", "0.1234567", "0.12345671"
    line = "sweep", "lone-rogues", f"defection.probability={','.join(values)}", "--no-save"
    rows = [row.split() for row in command(*line, cwd=tmp_path).stdout.splitlines()]
    assert [row[0] for row in rows if row and row[-1] == "exactly"] == list(values)
    line = *line[:-1], "factors.national=0,0.5", "--no-save"
    rows = [row.split() for row in command(*line, cwd=tmp_path).stdout.splitlines()]
    assert {row[0] for row in rows if len(row) in (3, 5, 7) and row[0] in values} == set(values)
