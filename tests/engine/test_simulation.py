"""Simulation over maps and workers: one answer, seeds that are data, refusals in sentences, steady memory."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from montecarlo.engine import executors
from montecarlo.engine import simulation as engine
from montecarlo.engine.simulation import running, simulate
from montecarlo.errors import InputError
from montecarlo.kernel import numpy_backend
from montecarlo.kernel.plan import RARE_BELOW, make_plan
from montecarlo.model import Model
from montecarlo.parts import Law

_rng = np.random.default_rng(37)
MODEL = Model(
    [*_rng.random(7), *(_rng.random(5) * RARE_BELOW)],
    9,
    votes=_rng.integers(1, 5, 12),
    group=np.arange(12) // 4,
    law=Law([0.5, 1.0, 0.0] * 4, upheld=0.4),
)


@pytest.fixture(scope="module", params=["numpy", "numba"])
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "numba":
        pytest.importorskip("numba", reason="the numba backend needs numba")
    return request.param


@pytest.fixture(scope="module")
def task(backend: str) -> int:
    """Draws in a task of this backend."""
    return next(running(MODEL, 10**10, seed=7, backend=backend)).draws


@pytest.fixture(scope="module")
def draws(task: int) -> int:
    """Six tasks, the last a broken one."""
    return task * 11 // 2 + 1


@pytest.fixture(scope="module")
def digest(draws: int) -> str:
    return simulate(MODEL, draws, seed=7, backend="numpy").tally.digest


def _shuffled(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """Compute in random order, yield in the order of the items."""
    todo = list(enumerate(items))
    random.Random(5).shuffle(todo)
    done = {i: function(item) for i, item in todo}
    return (done[i] for i in sorted(done))


# One answer


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_any_number_of_threads(workers: int, backend: str, draws: int, digest: str) -> None:
    with executors.threads(workers) as map_:
        assert simulate(MODEL, draws, seed=7, backend=backend, map_=map_).tally.digest == digest


def test_shuffled_completion(backend: str, draws: int, digest: str) -> None:
    assert simulate(MODEL, draws, seed=7, backend=backend, map_=_shuffled).tally.digest == digest


def test_tasks_are_the_blocks_in_turn(backend: str, draws: int) -> None:
    """However many tasks, the tally is that of one call of the kernel."""
    whole = numpy_backend.tally_blocks(make_plan(MODEL), 7, engine.STAGE, 0, draws)
    assert simulate(MODEL, draws, seed=7, backend=backend).tally.digest == whole.digest


def test_processes() -> None:
    draws = 3_000_000
    digest = simulate(MODEL, draws, seed=7, backend="numpy").tally.digest
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        map_ = executors.over(pool, ahead=3)
        assert simulate(MODEL, draws, seed=7, backend="numpy", map_=map_).tally.digest == digest


@pytest.mark.slow
def test_processes_with_numba(backend: str, draws: int, digest: str) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        map_ = executors.over(pool, ahead=3)
        assert simulate(MODEL, draws, seed=7, backend=backend, map_=map_).tally.digest == digest


def test_what_a_simulation_records() -> None:
    simulation = simulate(MODEL, 1000, seed=7, backend="numpy")
    assert (simulation.draws, simulation.needed, simulation.seed) == (1000, MODEL.needed, 7)
    assert (simulation.backend, simulation.block) == ("numpy", make_plan(MODEL).elections)
    assert simulation.counts.sum() == 1000
    assert simulate(MODEL, 1000, seed=7).backend in ("numpy", "numba")


def test_a_law_that_is_never_upheld_changes_no_draw() -> None:
    without = simulate(Model([0.5, 0.2], 1), 10_000, seed=7)
    assert simulate(Model([0.5, 0.2], 1, law=Law(1.0, upheld=0.0)), 10_000, seed=7).tally.digest == without.tally.digest


# Maps


@pytest.mark.parametrize("ahead", [1, 4])
def test_a_map_over_a_pool_keeps_order_and_few_waiting(ahead: int) -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        while taken < 50:
            taken += 1
            yield taken

    with ThreadPoolExecutor(3) as pool:
        for given, result in enumerate(executors.over(pool, ahead=ahead)(lambda x: x * x, items()), start=1):
            assert result == given**2
            assert taken - given <= ahead
    assert taken == given == 50


def test_an_error_in_a_task_comes_out() -> None:
    with executors.threads(3) as map_, pytest.raises(ZeroDivisionError):
        list(map_(lambda x: 1 // x, [2, 1, 0, 1]))


def test_leaving_threads_early_starts_nothing_more() -> None:
    started = []
    with executors.threads(2) as map_:
        next(iter(map_(started.append, range(1000))))
    assert len(started) <= 6


def test_there_is_a_processor() -> None:
    assert executors.processors() >= 1


# Seeds


def test_seed_0_is_a_seed() -> None:
    zero, again, one = (simulate(MODEL, 10_000, seed=seed) for seed in (0, 0, 1))
    assert zero.seed == again.seed == 0
    assert zero.tally.digest == again.tally.digest != one.tally.digest


def test_an_absent_seed_is_drawn_and_recorded() -> None:
    one, other = simulate(MODEL, 10_000), simulate(MODEL, 10_000)
    assert one.seed != other.seed
    assert one.tally.digest != other.tally.digest
    assert simulate(MODEL, 10_000, seed=one.seed).tally.digest == one.tally.digest


def test_whole_numbers_of_numpy_and_large_seeds_are_welcome() -> None:
    simulation = simulate(MODEL, np.int64(100), seed=np.uint8(7))
    assert simulation.tally.digest == simulate(MODEL, 100, seed=7).tally.digest
    assert type(simulation.seed) is int
    assert simulate(MODEL, 100, seed=2**100).seed == 2**100


# Growing


def test_each_yield_is_the_simulation_of_so_many_draws(backend: str, task: int) -> None:
    grown = list(running(MODEL, 2 * task + 99, seed=3, backend=backend))
    assert [each.draws for each in grown] == [task, 2 * task, 2 * task + 99]
    for each in grown:
        alone = simulate(MODEL, each.draws, seed=3, backend=backend)
        assert alone.tally.digest == each.tally.digest
        assert (alone.seed, alone.block, alone.needed) == (each.seed, each.block, each.needed)


def test_an_absent_seed_is_drawn_once(backend: str, draws: int) -> None:
    grown = list(running(MODEL, draws, backend=backend))
    assert len(grown) == 6
    assert len({each.seed for each in grown}) == 1


# Refusals


@pytest.mark.parametrize("bad", [0, -1, 1.5, 2.0, True, "7", None, float("nan"), [7]])
def test_draws_that_cannot_be_drawn(bad: Any) -> None:
    with pytest.raises(InputError, match=r"^draws is .*; it must be a whole number of at least 1\.$"):
        simulate(MODEL, bad, seed=1)


@pytest.mark.parametrize("bad", [-1, 1.5, 7.0, True, False, "7", float("nan"), [7]])
def test_seeds_that_are_none(bad: Any) -> None:
    with pytest.raises(InputError, match=r"^seed is .*; it must be a whole number of at least 0\.$"):
        simulate(MODEL, 10, seed=bad)


@pytest.mark.parametrize("bad", ["gpu", "", "Numba", None, 1, ["numpy"]])
def test_backends_that_are_not_there(bad: Any) -> None:
    with pytest.raises(InputError, match=r"^backend is .*; it must be one of auto, numpy, numba\.$"):
        simulate(MODEL, 10, seed=1, backend=bad)


def test_numba_that_is_not_installed_has_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str, package: str | None = None) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    monkeypatch.setattr(engine, "find_spec", nothing)
    with pytest.raises(InputError, match=r"not installed; pip install 'montecarlo\[fast\]'"):
        simulate(MODEL, 10, seed=1, backend="numba")
    assert simulate(MODEL, 10, seed=1).backend == "numpy"


# Memory


def test_memory_does_not_grow_with_draws() -> None:
    """The counts of 100,000 votes take 800 kB a task: twenty tasks must not keep more of them than three."""
    model = Model(0.5, 1, votes=100_000)
    task = next(running(model, 10**10, seed=1, backend="numpy")).draws
    peaks = []
    for tasks in (3, 20):
        tracemalloc.start()
        simulate(model, tasks * task, seed=1, backend="numpy")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000


_PEAK = """
import sys
from montecarlo.engine.simulation import simulate
from montecarlo.model import Model
simulation = simulate(Model([0.1, 0.001], 2), 200_000_000, seed=1, backend=sys.argv[1])
assert simulation.counts.sum() == 200_000_000
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.slow
def test_two_hundred_million_draws_stay_under_300_megabytes(backend: str) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc, which only Linux has")
    done = subprocess.run([sys.executable, "-c", _PEAK, backend], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300_000


def test_more_draws_than_can_be_counted() -> None:
    with pytest.raises(InputError, match=r"^draws is about 1\.00e\+400; it must be at most 10,000,000,000,000\.$"):
        simulate(MODEL, 10**400, seed=1)
