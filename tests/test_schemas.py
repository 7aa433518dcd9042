"""The JSON Schemas that come with the package: in step with the program, and strict enough to refuse what is wrong."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import command, run_of
from jsonschema import Draft202012Validator

from montecarlo.language.json_schema import scenario_schema_text
from montecarlo.scenario import Scenario, load, shipped

FOLDER = Path(__file__).parents[1] / "montecarlo" / "schemas"
SCENARIO, RUN = (json.loads((FOLDER / f"{name}.schema.json").read_text()) for name in ("scenario", "run"))
STRICT, KNOWN = Draft202012Validator(SCENARIO), Draft202012Validator(RUN)


def test_the_schema_of_scenarios_is_the_one_that_is_generated() -> None:
    """If this fails: write `scenario_schema_text()` to montecarlo/schemas/scenario.schema.json."""
    assert (FOLDER / "scenario.schema.json").read_text() == scenario_schema_text()


@pytest.mark.parametrize("schema", [SCENARIO, RUN], ids=["scenario", "run"])
def test_they_are_schemas(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("line", "schema"), [(["validate"], SCENARIO), (["run"], RUN)], ids=["validate", "run"])
def test_they_are_printed(line: list[str], schema: dict[str, Any], tmp_path: Path) -> None:
    assert json.loads(command(*line, "--schema", cwd=tmp_path).stdout) == schema


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_fit(name: str) -> None:
    STRICT.validate(tomllib.loads(load(name).text))


def test_a_new_scenario_fits_with_every_table_in_it(tmp_path: Path) -> None:
    command("new", "mine.toml", cwd=tmp_path)
    STRICT.validate(tomllib.loads((tmp_path / "mine.toml").read_text()))


PLAIN = 'title = "t"\n[defection]\nprobability = "9/9110"\n'


@pytest.mark.parametrize(
    "wrong",
    [
        'titel = "t"',
        "[defection.party]\nR = 1.5",
        '[defection.party]\nR = "9/0"',
        '[election]\nblocs = ["ZZ"]',
        "[election]\nyear = 2018",
        "[factors]\nnational = 1.0",
        '[pledge]\nthreshold = "37"',
        "[run]\ndraws = 0",
        "[law.state]\nXX = 'none'",
        '[house]\ncongress = "115"',
    ],
)
def test_what_the_program_refuses_the_schema_refuses(wrong: str) -> None:
    text = wrong + "\n" + PLAIN if wrong.startswith("titel") else PLAIN + wrong
    assert not STRICT.is_valid(tomllib.loads(text))
    with pytest.raises(ValueError, match="problem"):
        Scenario.from_text("t", text)
    assert STRICT.is_valid(tomllib.loads(PLAIN))


@pytest.mark.parametrize("name", shipped())
def test_runs_of_shipped_scenarios_fit(name: str) -> None:
    KNOWN.validate(run_of(name)[0])


def broken(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Leave out each key, rename it, and make each of the first two levels a text where none belongs."""
    for key in record:
        yield {name: value for name, value in record.items() if name != key}
        yield {name + "s" * (name == key): value for name, value in record.items()}
        if isinstance(record[key], dict) and key not in ("changes", "third_place"):
            for inner in record[key]:
                wrong = copy.deepcopy(record)
                wrong[key][inner] = [[]]
                yield wrong


@pytest.mark.parametrize("name", ["house-decides", "whip-count", "lone-rogues"])
def test_a_run_with_anything_missing_or_misplaced_does_not_fit(name: str) -> None:
    for wrong in broken(run_of(name)[0]):
        assert not KNOWN.is_valid(wrong)
