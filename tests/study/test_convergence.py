"""The running estimate of a run against the runs of as many draws."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from montecarlo.engine import executors
from montecarlo.engine.simulation import running, simulate
from montecarlo.errors import InputError
from montecarlo.model import Model, mixture
from montecarlo.parts import Factors, Law, Pledge
from montecarlo.study.convergence import FEWEST, Convergence, converge
from montecarlo.uncertainty import clopper_pearson

_N = 24
PLAIN = Model([0.3, 0.2, 0.001] * (_N // 3), 5, law=Law(0.5, upheld=0.5))
LINKED = Model([0.1] * _N, 5, dependence=Factors(0.4), coordination=Pledge(0.05, 2))
MODELS = {"plain": PLAIN, "linked": LINKED, "mixture": mixture([(0.3, PLAIN), (0.7, LINKED)])}
_BLOCK = simulate(PLAIN, 1, seed=7, backend="numpy").block


@pytest.mark.parametrize("name", MODELS)
def test_each_point_is_the_run_of_as_many_draws(name: str) -> None:
    draws = 2 * _BLOCK + 20_000
    found = converge(MODELS[name], draws, seed=7, backend="numpy")
    assert found.draws[0] == FEWEST
    assert found.draws[-3:].tolist() == [_BLOCK, 2 * _BLOCK, draws]
    assert (np.diff(found.draws) > 0).all()
    for end in (FEWEST, 1024, _BLOCK, 2 * _BLOCK, draws):
        (hits,) = found.hits[found.draws == end]
        assert hits == simulate(MODELS[name], end, seed=7, backend="numpy").hits
    assert 0 < found.hits[-1] < draws


def test_backends_and_maps_do_not_matter() -> None:
    pytest.importorskip("numba", reason="the numba backend needs numba")
    draws = 3 * _BLOCK + 1
    one = converge(MODELS["mixture"], draws, seed=3, backend="numpy")
    with ThreadPoolExecutor(2) as pool:
        two = converge(MODELS["mixture"], draws, seed=3, backend="numba", map_=executors.over(pool, ahead=3))
    assert one.draws.tolist() == two.draws.tolist()
    assert one.hits.tolist() == two.hits.tolist()


@pytest.mark.parametrize("draws", [1, FEWEST, FEWEST + 1, 1000, _BLOCK, _BLOCK + 1])
def test_short_runs_end_where_they_end(draws: int) -> None:
    found = converge(PLAIN, draws, seed=7, backend="numpy")
    assert found.draws[-1] == draws
    assert found.hits[-1] == simulate(PLAIN, draws, seed=7, backend="numpy").hits
    assert (np.diff([0, *found.draws]) > 0).all()


def test_a_long_run_has_a_few_dozen_points_spread_evenly() -> None:
    draws = 200 * _BLOCK + 1
    found = converge(Model([0.5] * 3, 2), draws, seed=7)
    assert 30 <= len(found.draws) <= 45
    after = found.draws[found.draws >= _BLOCK]
    assert (after[:-1] % _BLOCK == 0).all()
    assert (np.diff(np.log(after[10:-1])) < 0.3).all()


def test_cuts_change_nothing_but_where_a_simulation_is_told() -> None:
    draws = 10 * _BLOCK + 5
    plain = list(running(PLAIN, draws, seed=7, backend="numpy"))
    cut = list(running(PLAIN, draws, seed=7, backend="numpy", cuts=[_BLOCK, 3 * _BLOCK]))
    assert {each.draws for each in cut} == {each.draws for each in plain} | {_BLOCK, 3 * _BLOCK}
    assert cut[-1].tally.digest == plain[-1].tally.digest


def test_intervals_are_those_of_each_point() -> None:
    found = Convergence(np.array([64, 128]), np.array([0, 3]), 5, 7, 0.9, None)
    assert found.probability.tolist() == [0.0, 3 / 128]
    assert found.interval().tolist() == [[*clopper_pearson(0, 64, 0.9)], [*clopper_pearson(3, 128, 0.9)]]
    assert found.interval(0.99).tolist() == [[*clopper_pearson(0, 64, 0.99)], [*clopper_pearson(3, 128, 0.99)]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"draws": 0},
        {"seed": -1},
        {"confidence": 1.0},
        {"backend": "cuda"},
        {"exact": -0.1},
        {"exact": 2},
        {"exact": float("nan")},
        {"exact": "0.5"},
        {"exact": True},
        {"exact": 10**400},
    ],
)
def test_what_cannot_be_used_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        converge(PLAIN, **{"draws": 100, "seed": 7} | wrong)


@pytest.mark.parametrize("exact", [None, 0, 1.0, 1e-300])
def test_any_probability_can_be_compared_with(exact: float | None) -> None:
    assert converge(PLAIN, 100, seed=7, exact=exact).exact == exact


def test_a_record_keeps_what_it_is_compared_with() -> None:
    found = converge(PLAIN, 100, seed=7, exact=0.25, confidence=0.9)
    assert (found.exact, found.confidence, found.needed, found.seed) == (0.25, 0.9, 5, 7)
