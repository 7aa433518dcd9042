"""Sweeps: every point is the answer of its own scenario, whatever maps them, and comes back from CSV and JSON."""

from __future__ import annotations

import csv
import doctest
import io
import json
from collections.abc import Callable
from fractions import Fraction
from math import inf, isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from montecarlo import saved_sweeps, store
from montecarlo.engine.executors import threads
from montecarlo.engine.simulation import simulate
from montecarlo.errors import InputError, ScenarioError, StoreError
from montecarlo.exact.solver import solve
from montecarlo.manifest import digest_of
from montecarlo.scenario import Scenario, load
from montecarlo.study import frontiers, sweeping, tuning
from montecarlo.study.csv_text import csv_text
from montecarlo.study.sweeping import Sweep, sweep

GRID = {"factors.national": [0.0, 0.3], "defection.probability": [1e-4, 0.01, 0.1]}
ROUNDS = {"cascade.rounds": [1, 2, 40], "defection.probability": [1e-4, 0.01]}


@pytest.fixture(scope="module")
def both() -> Sweep:
    """Exact with forty rounds, simulated with fewer, and not seen with one."""
    return sweep(load("first-mover"), ROUNDS, draws=500, seed=3)


@pytest.mark.parametrize(
    ("name", "grid"),
    [
        ("lone-rogues", GRID),
        ("electors-trust", {"pledge.threshold": [20, 37, 60]}),
        ("bound-electors", {"election.year": [2004, 2016], "law.upheld": [0.0, 0.5, 1.0]}),
    ],
)
def test_every_point_is_the_answer_of_its_scenario_bit_for_bit(name: str, grid: dict[str, list[float]]) -> None:
    scenario = load(name)
    found = sweep(scenario, grid)
    assert found.seed is None
    assert not found.simulated.any()
    for place in np.ndindex(found.shape):
        changes = {key: values[k] for (key, values), k in zip(grid.items(), place, strict=True)}
        exact = solve(scenario.replace(changes).model())
        assert found.probability[place] == exact.probability
        assert found.log10_probability[place] == exact.log10_probability
        assert found.log10_complement[place] == exact.log10_complement


def test_simulated_points_share_their_random_numbers(both: Sweep) -> None:
    scenario = load("first-mover")
    assert both.simulated.tolist() == [[True, True], [True, True], [False, False]]
    assert both.seed == 3
    for row, rounds in enumerate(ROUNDS["cascade.rounds"][:2]):
        for column, probability in enumerate(ROUNDS["defection.probability"]):
            changes = {"cascade.rounds": rounds, "defection.probability": probability}
            again = simulate(scenario.replace(changes).model(), 500, seed=3)
            assert again.hits == both.hits[row, column]
            assert again.interval() == tuple(float(end[row, column]) for end in both.interval())


def test_what_was_not_seen_is_a_limit_and_never_a_logarithm(both: Sweep) -> None:
    assert both.unseen[0].all()
    assert np.isnan(both.log10_probability[both.unseen]).all()
    assert (both.interval()[1][both.unseen] > 0.005).all()
    assert np.isfinite(both.log10_probability[~both.unseen]).all()


def test_what_is_impossible_or_certain_is_told_apart() -> None:
    found = sweep(load("lone-rogues"), {"defection.probability": [0, 1e-60, 0.5, 1]})
    assert found.log10_probability[0] == -inf
    assert found.log10_probability[1] < -2000
    assert found.probability[1] == 0.0
    assert found.log10_complement[2] == pytest.approx(-45.069, abs=1e-3)
    assert found.log10_complement[3] == -inf


def test_no_probability_is_above_one() -> None:
    """Rounding leaves the sums of some of these above 1; they can be read back all the same."""
    found = sweep(load("electors-trust"), {"defection.probability": [0.2, 0.3, 0.4, 0.5]})
    assert found.probability.max() <= 1.0
    assert (found.log10_complement < -13.0).all()
    assert Sweep.from_record(found.scenario, json.loads(json.dumps(found.record()))).record() == found.record()


def test_the_same_over_threads(both: Sweep) -> None:
    with threads(3) as map_:
        assert sweep(load("first-mover"), ROUNDS, draws=500, seed=3, map_=map_).record() == both.record()


def test_json_brings_it_back(both: Sweep) -> None:
    for found in (both, sweep(load("lone-rogues"), {"defection.probability": [0, "9/9110", 1]})):
        told = json.loads(json.dumps(found.record(), allow_nan=False))
        again = Sweep.from_record(found.scenario, told)
        for name in ("probability", "log10_probability", "log10_complement", "hits", "draws"):
            assert np.array_equal(getattr(again, name), getattr(found, name), equal_nan=name.startswith("log"))
        assert again.csv() == found.csv()
        assert (again.keys, again.values, again.seed) == (found.keys, found.values, found.seed)


def test_csv_brings_it_back(both: Sweep) -> None:
    rows = list(csv.DictReader(io.StringIO(both.csv())))
    assert len(rows) == 6
    shares = np.array([float(row["probability"]) for row in rows]).reshape(3, 2)
    assert np.array_equal(shares, both.probability)
    values = [(float(row["cascade.rounds"]), float(row["defection.probability"])) for row in rows]
    assert values == [(a, b) for a in both.values[0] for b in both.values[1]]
    assert [row["method"] for row in rows] == ["simulated"] * 4 + ["exact"] * 2
    assert rows[0]["log10_probability"] == ""


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0", "a,b", 'a"b', "a\nb"])
def test_no_text_in_a_table_is_a_formula(name: str) -> None:
    scenario = Scenario.from_text(name, 'title = "t"\n[defection]\nprobability = 0.1\n')
    text = sweep(scenario, {"defection.probability": [0.1]}).csv()
    header, row = csv.reader(io.StringIO(text))
    assert row[0].lstrip("'") == name
    assert row[0][0] not in "=+-@\t\r\n"
    assert len(row) == len(header)
    assert csv_text([name], [[-1.5]]).splitlines()[-1] == "-1.5"


def test_all_that_is_refused_is_told_at_once_and_nothing_computed() -> None:
    def never(function: object, items: object) -> list[object]:
        raise AssertionError("nothing is computed")

    with pytest.raises(ScenarioError) as refused:
        sweep(load("lone-rogues"), {"defection.probability": [2, 0.1, -1], "law.upheld": [0.5, 7]}, map_=never)
    assert len(refused.value.problems) == 4 - 1
    assert "is 2.0; it must be" in str(refused.value)
    assert "is 7.0; it must be" in str(refused.value)
    with pytest.raises(ScenarioError, match="and 10 more"):
        sweep(load("lone-rogues"), {"defection.probability": [2 + k for k in range(20)]}, map_=never)


@pytest.mark.parametrize(
    ("grid", "sentence"),
    [
        ({}, "0 keys are swept; it must be one or two"),
        ({"a": [1], "b": [1], "c": [1]}, "3 keys are swept"),
        ({"defection.probability": []}, "has no values"),
        ({"defection.probability": [0.1, 0.1]}, "has a value twice"),
        ({"defection.probability": ["much"]}, 'has the value "much"; it must be a number from 0 to 1'),
        ({"defection.probability": [float("nan")]}, "has the value nan"),
        ({"defection.probability": [True]}, "has the value true"),
        ({"defection.probability": ["1/0"]}, "must be a number from 0 to 1 or a fraction"),
        ({"pledge.threshold": [1.5]}, "is 1.5; it must be a whole number"),
        ({"run.confidence": [0.5, 0.9]}, '"run.confidence" moves nothing'),
        ({"run.seed": [1, 2]}, '"run.seed" moves nothing'),
        ({"defection.probability": [0.1], "run.draws": [10, 20]}, '"run.draws" moves nothing'),
        ({"house.loading": [0.1]}, '"house.loading" moves nothing'),
        ({"account.x.set.run.seed": [1]}, "moves nothing"),
        (None, "The grid is none; it must be values by key"),
        ([], "The grid is a list; it must be"),
        ("x", 'The grid is "x"; it must be'),
        (0.5, "The grid is 0.5; it must be"),
        ({"defection.probability": 0.5}, "has the values 0.5; they must be a list"),
        ({"defection.probability": "0.5"}, 'has the values "0.5"; they must be a list'),
        ({"defection.probability": np.array(0.5)}, "they must be a list"),
        ({"defection.probability": {0.5: 1}}, "has the values a table; they must be a list"),
        ({3: [0.5]}, "A key is 3; it must be a text"),
        ({"defection.probability": [10**400]}, "has the value a number of more than 30 digits"),
        ({"defection.probability": [Fraction(10**400)]}, "a sweep takes numbers"),
        ({"defection.probability": [k / 200 for k in range(101)], "law.upheld": [k / 100 for k in range(101)]}, "10,2"),
    ],
)
def test_bad_grids(grid: dict[str, list[float]], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        sweep(load("lone-rogues"), grid)


@pytest.mark.parametrize(
    ("scenario", "sentence"),
    [
        ("lone-rogues", r"scenario is 'lone-rogues'; load it first: montecarlo\.load\('lone-rogues'\)"),
        (Path("lone-rogues"), r"load it first: montecarlo\.load\('lone-rogues'\)"),
        (load("lone-rogues").model(), "scenario is an object of type Model; it must be a scenario"),
        (None, "scenario is none; it must be a scenario"),
    ],
    ids=["name", "path", "model", "none"],
)
def test_what_is_no_scenario(scenario: Any, sentence: str) -> None:
    key = "defection.probability"
    with pytest.raises(InputError, match=sentence):
        sweep(scenario, {key: [0.1]})
    with pytest.raises(InputError, match=sentence):
        tuning.tune(scenario, key, target=0.5)
    with pytest.raises(InputError, match=sentence):
        frontiers.frontier(scenario, key, against="law.upheld", values=[0.5], target=0.5)


def test_changes_of_swept_keys_are_not_told() -> None:
    scenario = load("lone-rogues").replace({"defection.probability": 0.3, "factors.national": 0.2})
    found = sweep(scenario, {"defection.probability": [0.1]})
    assert found.told.changes == found.record()["changes"] == {"factors.national": "0.2"}
    assert found.scenario.changes["defection.probability"] == "0.3"
    assert Sweep.from_record(scenario, json.loads(json.dumps(found.record()))).record() == found.record()


def test_a_saved_sweep_comes_back(both: Sweep, tmp_path: object) -> None:
    place = saved_sweeps.save(both, tmp_path / "results")
    assert {each.name for each in place.iterdir()} == {"manifest.json", "sweep.csv"}
    assert (place / "sweep.csv").read_text() == both.csv()
    assert saved_sweeps.is_sweep(place)
    again = saved_sweeps.load(place)
    assert again.record() == both.record()
    assert isnan(again.log10_probability[0, 0])
    with pytest.raises(InputError, match="holds a sweep and not a run"):
        store.load(place)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("points", [], "cannot be read back"),
        ("values", [[1, 2], [True, 0.01]], "cannot be read back"),
        ("keys", ["one"], "cannot be read back"),
        ("seed", 99, "changed after it was saved"),
    ],
)
def test_a_damaged_sweep_is_refused(both: Sweep, key: str, value: object, sentence: str, tmp_path: object) -> None:
    place = saved_sweeps.save(both, tmp_path)
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["sweep"][key] = value
    if "read back" in sentence:
        manifest["digest"] = digest_of(manifest)
    (place / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=sentence):
        saved_sweeps.load(place)


def _sets(**changes: object) -> Callable[[dict[str, Any]], object]:
    """Change the sweep as a whole."""
    return lambda told: told.update(changes)


def _point(number: int, **changes: object) -> Callable[[dict[str, Any]], object]:
    """Change one point: the first is simulated and not seen, the last exact."""
    return lambda told: told["points"][number].update(changes)


@pytest.mark.parametrize(
    "forged",
    [
        _point(-1, probability=1.5),
        _point(-1, probability=-0.1),
        _point(-1, probability="0.5"),
        _point(-1, probability=0.987),
        _point(-1, log10_probability=-0.5),
        _point(-1, log10_probability=True),
        _point(-1, log10_complement=0.5),
        _point(-1, log10_complement=-1.0),
        _point(-1, low=0.0),
        _point(-1, high=1.0),
        _point(-1, method="simulated"),
        _point(0, hits=1.5),
        _point(0, hits=-1),
        _point(0, hits=501),
        _point(0, hits=10),
        _point(0, draws=10**30),
        _point(0, hits=None),
        _point(0, **{"cascade.rounds": 2}),
        _point(-1, hits=None, draws=500),
        _point(0, log10_probability=-3.0),
        _sets(keys=["cascade.rounds", 3]),
        _sets(keys=["cascade.rounds", "defection.chance"]),
        _sets(keys=["cascade.rounds", "run.seed"]),
        _sets(values=[[1, 2], [1e-4, 0.01]]),
        _sets(values=[[1, 2, 2], [1e-4, 0.01]]),
        _sets(values=[[1, 2, 40], [1e-4, "1/100"]]),
        _sets(values=[[1, 2, 40], [-1.0, 0.01]]),
        _sets(seed=None),
        _sets(seed=-1),
        _sets(seed=1.5),
        _sets(seed="3"),
        _sets(confidence=2.0),
        _sets(confidence=0.5),
        _sets(scenario="lone-rogues"),
        _sets(digest="sha256:0"),
        _sets(points=None),
        _sets(points=[None] * 6),
    ],
)
def test_a_forged_sweep_is_refused(both: Sweep, forged: Callable[[dict[str, Any]], object]) -> None:
    told = json.loads(json.dumps(both.record()))
    Sweep.from_record(both.scenario, told)
    forged(told)
    with pytest.raises(store.DAMAGE):
        Sweep.from_record(both.scenario, told)


def test_a_sweep_that_cannot_be_saved_is_called_a_sweep(both: Sweep, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"^The sweep cannot be saved in"):
        saved_sweeps.save(both, tmp_path / "file")


@pytest.mark.parametrize("module", [frontiers, sweeping, tuning], ids=lambda module: module.__name__.split(".")[-1])
def test_the_examples(module: object) -> None:
    found = doctest.testmod(module)
    assert found.attempted >= 2
    assert found.failed == 0


def test_a_confidence_that_is_none_is_refused_of_exact_answers_too() -> None:
    found = sweep(load("lone-rogues"), {"defection.probability": [0.01, -0.0]})
    for confidence in (2, 0.0, "x"):
        with pytest.raises(InputError, match="confidence is"):
            found.interval(confidence)  # type: ignore[arg-type]
    assert "-0.0" not in found.csv()
