"""The command that says what would have to be true."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from commands import answer, command


def test_the_value_on_the_screen(tmp_path: Path) -> None:
    text = command("tune", "lone-rogues", "defection.probability", "--target", "0.5", cwd=tmp_path).stdout
    assert text.splitlines()[0] == "Lone rogues: electors defect one by one, as they have since 1948"
    assert "defection.probability  0.1196969218  exactly\n" in text
    assert "0.5, that the majority is denied" in text
    assert list(tmp_path.iterdir()) == []


def test_the_value_as_json(tmp_path: Path) -> None:
    line = "tune", "bound-electors", "law.upheld", "--target", "0.1", "--set", "defection.probability=0.14"
    record = answer(*line, cwd=tmp_path)
    assert record["value"] == pytest.approx(0.8834118015338961, abs=1e-10)
    assert record["interval"][0] <= record["value"] <= record["interval"][1]
    assert record["method"] == "exact"
    assert record["changes"] == {"defection.probability": "0.14"}
    assert record["scenario"] == "bound-electors"
    assert record["seed"] is record["confidence"] is None


def test_whole_numbers_with_both_neighbours(tmp_path: Path) -> None:
    line = "tune", "electors-trust", "pledge.threshold", "--target", "0.1", "--low", "30", "--high", "50"
    text = command(*line, cwd=tmp_path).stdout
    assert "pledge.threshold       38         exactly: the first value past the target\n" in text
    assert "pledge.threshold = 37  1 in 7.67  0.13\n" in text
    assert "pledge.threshold = 38  1 in 11.4  0.0878\n" in text


def test_against_another_key(tmp_path: Path) -> None:
    line = "tune", "lone-rogues", "defection.probability", "--target", "0.5", "--against", "law.upheld=0,1"
    laws = "--set", "law.cancelled.pledge_only=0.5"
    text = command(*line, *laws, "--csv", "kept.csv", cwd=tmp_path).stdout
    assert "0         0.1196969218   exactly\n" in text
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept.csv").read_text())))
    assert [row["law.upheld"] for row in rows] == ["0.0", "1.0"]
    assert float(rows[0]["defection.probability"]) < float(rows[1]["defection.probability"])
    record = answer(*line, *laws, cwd=tmp_path)
    assert [point["against"] for point in record["points"]] == [0.0, 1.0]
    assert record["points"][0]["tuned"]["value"] == float(rows[0]["defection.probability"])
    assert "kept.csv exists already" in command(*line, "--csv", "kept.csv", cwd=tmp_path, code=2).stderr


def test_values_that_do_not_exist_are_told_below_the_table(tmp_path: Path) -> None:
    line = "tune", "electors-trust", "defection.conditional", "--target", "0.5", "--against", "pledge.threshold=306"
    text = command(*line, cwd=tmp_path).stdout
    assert "306       none    see below\n" in text
    assert "at 306: No value of defection.conditional between 0 and" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lone-rogues", "law.upheld", "--target", "0.5"], "No value of law.upheld between 0 and 1 gives 0.5: the"),
        (["lone-rogues", "defection.probability", "--target", "1.5"], "target is 1.5; it must be a probability"),
        (
            ["lone-rogues", "defection.probability", "--target", "1e-3000"],
            "1e-3000 is nearer to 0 than",
        ),
        (["lone-rogues", "defection.probability", "--target", f"0.{'9' * 30}"], "nearer to 1 than a number can be"),
        (["lone-rogues", "defection.probability", "--target", "0.0"], "target is 0.0; it must be a probability"),
        (
            ["lone-rogues", "defection.probability", "--target", "0.5", "--high", "2"],
            "is 2.0; it must be a number from",
        ),
        (
            ["lone-rogues", "defection.probability", "--target", "0.5", "--against", "run.seed=1,2"],
            '"run.seed" moves nothing',
        ),
        (["lone-rogues", "defection.probability", "--target", "half"], "'half' is not a valid float"),
        (["lone-rogues", "defection.probability"], "Missing option '--target'"),
        (["lone-rogues", "defection.chance", "--target", "0.5"], "defection.chance is not a known key"),
        (["lone-rogues", "election.leader", "--target", "0.5"], "is no number that moves the probability"),
        (["lone-rogue", "defection.probability", "--target", "0.5"], 'did you mean "lone-rogues"'),
        (["lone-rogues", "defection.probability", "--target", "0.5", "--csv", "x.csv"], "--csv writes the values of"),
        (["lone-rogues", "defection.probability", "--target", "0.5", "--against", "law.upheld"], "gives no values"),
        (
            ["lone-rogues", "defection.probability", "--target", "0.5", "--against", "law.upheld=2"],
            "is 2.0; it must be",
        ),
    ],
)
def test_bad_input(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = command("tune", *arguments, cwd=tmp_path, code=2)
    assert sentence in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_changes_of_what_is_tuned_are_not_told(tmp_path: Path) -> None:
    line = "tune", "lone-rogues", "defection.probability", "--target", "0.5", "--set", "defection.probability=0.3"
    laws = "--set", "law.upheld=0.25"
    assert answer(*line, *laws, cwd=tmp_path)["changes"] == {"law.upheld": "0.25"}
    assert "0.3" not in command(*line, cwd=tmp_path).stdout
    against = "--against", "law.upheld=0"
    assert answer(*line, *laws, *against, cwd=tmp_path)["changes"] == {}
    text = command(*line, *laws, *against, cwd=tmp_path).stdout
    assert "Changed" not in text
