"""Sweeps: every point is the answer of its own scenario, whatever maps them, and comes back from CSV and JSON."""

from __future__ import annotations

import csv
import doctest
import io
import json
from math import inf, isnan

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
        ({"defection.probability": [k / 200 for k in range(101)], "law.upheld": [k / 100 for k in range(101)]}, "10,2"),
    ],
)
def test_bad_grids(grid: dict[str, list[float]], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        sweep(load("lone-rogues"), grid)


def test_a_saved_sweep_comes_back(both: Sweep, tmp_path: object) -> None:
    place = saved_sweeps.save(both, tmp_path / "results")
    assert {each.name for each in place.iterdir()} == {"manifest.json", "sweep.csv"}
    assert (place / "sweep.csv").read_text() == both.csv()
    assert saved_sweeps.is_sweep(place)
    again = saved_sweeps.load(place)
    assert again.record() == both.record()
    assert isnan(again.log10_probability[0, 0])
    with pytest.raises(StoreError, match="holds a sweep and not a run"):
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


@pytest.mark.parametrize("module", [frontiers, sweeping, tuning], ids=lambda module: module.__name__.split(".")[-1])
def test_the_examples(module: object) -> None:
    found = doctest.testmod(module)
    assert found.attempted >= 2
    assert found.failed == 0
