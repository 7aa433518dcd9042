"""Tables of electors: what is wrong in them is told with file, row and column, and they stay beside their scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from montecarlo.errors import ScenarioError
from montecarlo.language.elector_table import ElectorRow, read_electors
from montecarlo.scenario import Scenario, load

TEXT = """title = "t"
[defection]
probability = "9/9110"
csv = "electors.csv"
"""
CSV = "id,state,probability,name\nTX-02,TX,0.5,B Person\n"


def test_rows_in_any_order_of_columns_with_others_beside() -> None:
    text = 'law,name, probability ,id,,\n\nnone,"Person, A",1/4,TX-02,,\r\n,, 1e-3 ,HI-01,,\n'
    rows, problems = read_electors(text, "electors.csv")
    assert rows == (ElectorRow(3, "TX-02", 0.25, "Person, A"), ElectorRow(4, "HI-01", 0.001, ""))
    assert problems == []


@pytest.mark.parametrize(
    ("csv", "sentence"),
    [
        ("", "electors.csv, row 1 has no column id; it must name the columns, id and probability among them."),
        ("id;probability\nTX-02;1\n", 'electors.csv, row 1 is "id;probability"; it must have commas between the colum'),
        ("id\tprobability\n", 'electors.csv, row 1 is "id\\tprobability"; it must have commas between the columns.'),
        ("id,probability\nTX-02\n", "electors.csv, row 2 has 1 cell; it must have 2, as many as row 1."),
        ("id,probability\nTX-02,1e-400\n", 'electors.csv, row 2, column probability is "1e-400"; it must be a number'),
        ("id,probabilty\nTX-02,1\n", 'electors.csv, row 1 has no column probability; is it "probabilty"?'),
        ("id,id,probability\n", 'electors.csv, row 1 has two columns "id"; each must have its own name.'),
        ("id,probability\nTX-02,0.5,1\n", "electors.csv, row 2 has 3 cells; it must have 2, as many as row 1."),
        (
            "id,probability\n\nTX-02,nan\n",
            'electors.csv, row 3, column probability is "nan"; it must be a number',
        ),
        ("id,probability\nTX-02,1_0\n", 'electors.csv, row 2, column probability is "1_0"; it must be a number from 0'),
        ("id,probability\nTX-02,1e9999\n", 'electors.csv, row 2, column probability is "1e9999"; it must be a number'),
        ("id,probability\nTX-02,3/2\n", 'electors.csv, row 2, column probability is "3/2"; it must be a number'),
        ("id,probability\n,1\n", "electors.csv, row 2, column id is empty; it must be an elector such as TX-01."),
        (
            "id,probability\nTX-2,1\n",
            'electors.csv, row 2, column id is "TX-2", not an elector of 2016; there',
        ),
        ("id,probability\nTX-02,1\nTX-02,1\n", "electors.csv, row 3, column id is TX-02, already given in row 2"),
        ('id,probability\nTX-02,"1\n', "electors.csv, row 2 cannot be read as CSV: "),
        ('"' + "a" * 200_000 + '"\n', "electors.csv, row 1 cannot be read as CSV: "),
        ('id,probability\n"' + "a" * 200_000 + '",1\n', "electors.csv, row 2 cannot be read as CSV: "),
        (
            "id,probability,name\nTX-02,1,\x1b[31m\n",
            'electors.csv, row 2, column name is "\\u001b[31m"; it must be one',
        ),
        ("#" * 2**20 + "#", 'line 4: defection.csv is "electors.csv"; it is larger than 1 MiB'),
    ],
)
def test_fault_in_the_table_of_electors(csv: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_text("bad", TEXT, tables={"electors.csv": csv})
    found = caught.value.problems
    assert any(each.startswith(sentence) for each in found), found


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("../outside.csv", "must be a relative path that stays inside"),
        ("link.csv", "must be a relative path that stays inside"),
        ("sub/../../outside.csv", "must be a relative path that stays inside"),
        ("missing.csv", "there is no such file"),
        ("folder", "it is not a file"),
        ("a" * 150, "there is no such file"),
        ("latin.csv", "line 2: it is not UTF-8 text; save it with the encoding UTF-8"),
        ("large.csv", "it is larger than 1 MiB"),
    ],
)
def test_path_of_the_table(tmp_path: Path, path: str, sentence: str) -> None:
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    (tmp_path / "outside.csv").write_text(CSV)
    (inside / "link.csv").symlink_to(tmp_path / "outside.csv")
    (inside / "latin.csv").write_bytes(b"id,probability,name\nTX-02,1,Jos\xe9\n")
    (inside / "large.csv").write_bytes(b"#" * (2**20 + 1))
    (inside / "bad.toml").write_text(TEXT.replace("electors.csv", path))
    with pytest.raises(ScenarioError) as caught:
        load(inside / "bad.toml")
    (problem,) = caught.value.problems
    assert problem.startswith("line 4: defection.csv is ")
    assert sentence in problem


def test_absolute_path_of_the_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "electors.csv").write_text(CSV)
    (tmp_path / "bad.toml").write_text(TEXT.replace("electors.csv", str(tmp_path / "electors.csv")))
    with pytest.raises(ScenarioError, match="must be a relative path"):
        load(tmp_path / "bad.toml")
