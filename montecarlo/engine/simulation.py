"""Simulating a model: cut the draws into batches of blocks, run them over a map, add the tallies in block order.

The blocks depend on the model and the seed alone; how many of them one task takes depends on the backend and is only a
matter of speed. The first k blocks of a long run are therefore the run of as many draws.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from numbers import Integral

import numpy as np

from montecarlo.engine.executors import Map
from montecarlo.errors import InputError
from montecarlo.estimates import Simulation, Tally
from montecarlo.kernel.plan import DENSE, RARE, RARE_BELOW, Plan, make_plan
from montecarlo.kernel.streams import fresh_seed
from montecarlo.model import Model, checked

STAGE = 0
"""The stream's first spawn key: plain simulation."""

BACKENDS = ("auto", "numpy", "numba")

_NUMBA_PAYS = 1.2e9
"""Coins to toss from which numba's import and loading (0.7 s, once compiled) cost less than they save."""

_TASK = 1 << 26
"""Coins in one task of the numba backend, about 10 ms: enough to hide Python, few enough to stop soon."""


def simulate(
    model: Model, draws: int, *, seed: int | None = None, backend: str = "auto", map_: Map = map
) -> Simulation:
    """Simulate elections and count in how many the majority is denied.

    Parameters
    ----------
    model : Model
        The electors.
    draws : int
        Number of elections, at least 1.
    seed : int, optional
        At least 0; drawn from the operating system, and recorded in the result, if absent.
    backend : {"auto", "numpy", "numba"}
        The counts do not depend on it; "auto" takes numba where it is installed and pays.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order.

    Returns
    -------
    Simulation
        The same for any backend, map and machine.

    Raises
    ------
    InputError
        For a model, draws, seed or backend that cannot be used.
    """
    (last,) = deque(running(model, draws, seed=seed, backend=backend, map_=map_), maxlen=1)
    return last


def running(
    model: Model, draws: int, *, seed: int | None = None, backend: str = "auto", map_: Map = map
) -> Iterator[Simulation]:
    """Yield the growing simulation after each batch of blocks; parameters and errors as for `simulate`.

    Whatever was yielded last is a valid answer for its own number of draws.
    """
    draws = whole_number("draws", draws, least=1)
    seed = fresh_seed() if seed is None else whole_number("seed", seed, least=0)
    plan = make_plan(checked(model))
    backend = _choose(backend, plan, draws)
    batch = _batch(plan, backend)
    task = partial(_run, plan, seed, backend)
    starts = range(0, draws, batch * plan.elections)
    batches = (_Batch(start // plan.elections, min(batch * plan.elections, draws - start)) for start in starts)
    total: Tally | None = None
    for tally in map_(task, batches):
        total = tally if total is None else total + tally
        yield Simulation(total, model.needed, seed, backend, plan.elections)


def backend_for(model: Model, draws: int) -> str:
    """Return the backend that "auto" stands for: numba where it is installed and pays, else NumPy."""
    return _choose("auto", make_plan(model), whole_number("draws", draws, least=1))


@dataclass(frozen=True)
class _Batch:
    first: int
    draws: int


def _run(plan: Plan, seed: int, backend: str, batch: _Batch) -> Tally:
    if backend == "numba":
        from montecarlo.kernel.numba_backend import tally_blocks
    else:
        from montecarlo.kernel.numpy_backend import tally_blocks
    return tally_blocks(plan, seed, STAGE, batch.first, batch.draws)


def whole_number(name: str, value: int, *, least: int) -> int:
    """Return `value` as an int.

    Raises
    ------
    InputError
        If it is not a whole number of at least `least`.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} is {value!r}; it must be a whole number of at least {least}.")
    return int(value)


def _choose(backend: str, plan: Plan, draws: int) -> str:
    if backend not in BACKENDS:
        raise InputError(f"backend is {backend!r}; it must be one of {', '.join(BACKENDS)}.")
    installed = find_spec("numba") is not None
    if backend == "numba" and not installed:
        raise InputError("backend is 'numba', which is not installed; pip install 'montecarlo[fast]' brings it.")
    if backend != "auto":
        return backend
    loaded = "montecarlo.kernel.numba_backend" in sys.modules
    return "numba" if installed and (loaded or draws * _coins(plan) > _NUMBA_PAYS) else "numpy"


def _coins(plan: Plan) -> float:
    """Coins tossed for an election, in units of a dense one; a rare coin costs in proportion to its successes."""
    rare = plan.threshold[plan.kind == RARE].sum(dtype=np.float64) / (2.0**64 * RARE_BELOW)
    return float((plan.kind == DENSE).sum() + rare) + 1


def _batch(plan: Plan, backend: str) -> int:
    """Blocks in a task."""
    if backend == "numpy":
        from montecarlo.kernel.numpy_backend import BATCH_LANES

        return max(BATCH_LANES // plan.lanes, 1)
    return max(int(_TASK / (plan.elections * _coins(plan))), 1)
