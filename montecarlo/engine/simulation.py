"""Simulating a model: cut the draws into batches of blocks, run them over a map, add the tallies in block order.

Elections of a mixture are shared out within each block: one keyed word an election chooses the account, and each
account simulates its number of them from streams of its own.

The blocks depend on the model and the seed alone; how many of them one task takes depends on the backend and is only a
matter of speed. The first k blocks of a long run are therefore the run of as many draws.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial, reduce
from heapq import merge
from importlib.util import find_spec
from itertools import pairwise
from numbers import Integral
from operator import add

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.executors import Map
from montecarlo.errors import InputError
from montecarlo.estimates import Simulation, Tally
from montecarlo.kernel.linked_plan import CASCADE, FACTORS, LinkedPlan, is_linked, make_linked_plan
from montecarlo.kernel.plan import DENSE, ONE, RARE, RARE_BELOW, Plan, make_plan
from montecarlo.kernel.streams import block_words, fresh_seed, keyed_words
from montecarlo.model import Mixture, Model, checked

STAGE = 0
"""The stream's first spawn key: plain simulation, and the choice of accounts; account k uses ``1 + k``."""

BACKENDS = ("auto", "numpy", "numba")

MOST_DRAWS = 10**13
"""Of 100,000 votes each, so many elections still fit into the counts of 64 bits; they would take months."""

_NUMBA_PAYS = 1.2e9
"""Coins to toss from which numba's import and loading (0.7 s, once compiled) cost less than they save."""

_LOADING_PAYS = 1e7
"""The same where numba is imported already, for the other kind of elections."""

_TASK = 1 << 26
"""Coins in one task of the numba backend, about 10 ms: enough to hide Python, few enough to stop soon."""


def simulate(
    model: Model | Mixture, draws: int, *, seed: int | None = None, backend: str = "auto", map_: Map = map
) -> Simulation:
    """Simulate elections and count in how many the majority is denied.

    Parameters
    ----------
    model : Model or Mixture
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
    model: Model | Mixture,
    draws: int,
    *,
    seed: int | None = None,
    backend: str = "auto",
    map_: Map = map,
    cuts: Iterable[int] = (),
) -> Iterator[Simulation]:
    """Yield the growing simulation after each batch of blocks; other parameters and errors as for `simulate`.

    Whatever was yielded last is a valid answer for its own number of draws.

    Parameters
    ----------
    cuts : iterable of int
        Draws at which a batch is to end too: rising multiples of a block, below `draws`.
    """
    draws = whole_number("draws", draws, least=1, most=MOST_DRAWS)
    seed = fresh_seed() if seed is None else whole_number("seed", seed, least=0)
    plans = _plans(model)
    backend = _choose(backend, plans, draws)
    block = plans[0].elections
    batch = _batch(plans, backend)
    task = partial(_run, plans, _thresholds(model), seed, backend)
    ends = merge(range(0, draws, batch * block), cuts, [draws])
    batches = (_Batch(start // block, end - start) for start, end in pairwise(ends) if end > start)
    total: Tally | None = None
    for tally in map_(task, batches):
        total = tally if total is None else total + tally
        yield Simulation(total, model.needed, seed, backend, block)


def backend_for(model: Model | Mixture, draws: int) -> str:
    """Return the backend that "auto" stands for: numba where it is installed and pays, else NumPy."""
    return _choose("auto", _plans(model), whole_number("draws", draws, least=1, most=MOST_DRAWS))


@dataclass(frozen=True)
class _Batch:
    first: int
    draws: int


def _plans(model: Model | Mixture) -> list[Plan | LinkedPlan]:
    """Translate the model, or each account of a mixture."""
    parts = model.parts if isinstance(model, Mixture) else checked(model).parts
    return [make_linked_plan(each) if is_linked(each) else make_plan(each) for _, each in parts]


def _thresholds(model: Model | Mixture) -> NDArray[np.uint64] | None:
    """Return cumulative thresholds of all accounts but the last, or None without a mixture."""
    if not isinstance(model, Mixture):
        return None
    weights = np.cumsum([weight for weight, _ in model.parts])[:-1]
    return np.array([min(round(float(each) * ONE), ONE - 1) for each in weights], dtype=np.uint64)


def _run(
    plans: list[Plan | LinkedPlan], thresholds: NDArray[np.uint64] | None, seed: int, backend: str, batch: _Batch
) -> Tally:
    if thresholds is None:
        return _tally(plans[0], seed, STAGE, backend, batch)
    tallies = []
    block = plans[0].elections
    for number, start in enumerate(range(0, batch.draws, block), start=batch.first):
        _, key = block_words(seed, STAGE, number)
        words = keyed_words(key, 0, np.arange(min(block, batch.draws - start), dtype=np.uint64))
        account = np.searchsorted(thresholds, words, side="right")
        shares = np.bincount(account, minlength=len(plans)).tolist()
        for k, (plan, draws) in enumerate(zip(plans, shares, strict=True)):
            if draws:
                tallies.append(_tally(plan, seed, STAGE + 1 + k, backend, _Batch(number, draws)))
    return reduce(add, tallies)


def _tally(plan: Plan | LinkedPlan, seed: int, stage: int, backend: str, batch: _Batch) -> Tally:
    if isinstance(plan, LinkedPlan):
        from montecarlo.kernel import linked_elections

        return linked_elections.tally_blocks(plan, seed, stage, batch.first, batch.draws, backend=backend)
    if backend == "numba":
        from montecarlo.kernel.numba_backend import tally_blocks
    else:
        from montecarlo.kernel.numpy_backend import tally_blocks
    return tally_blocks(plan, seed, stage, batch.first, batch.draws)


def whole_number(name: str, value: int, *, least: int, most: int | None = None) -> int:
    """Return `value` as an int.

    Raises
    ------
    InputError
        If it is not a whole number of at least `least`, and at most `most` if that is told.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} is {value!r}; it must be a whole number of at least {least}.")
    if most is not None and value > most:
        raise InputError(f"{name} is about {Decimal(int(value)):.3g}; it must be at most {most:,}.")
    return int(value)


def _choose(backend: str, plans: list[Plan | LinkedPlan], draws: int) -> str:
    if backend not in BACKENDS:
        raise InputError(f"backend is {backend!r}; it must be one of {', '.join(BACKENDS)}.")
    installed = find_spec("numba") is not None
    if backend == "numba" and not installed:
        raise InputError("backend is 'numba', which is not installed; pip install 'montecarlo[fast]' brings it.")
    if backend != "auto":
        return backend
    modules = {"linked_elections": "numba_operations", "plan": "numba_backend"}
    kinds = {"linked_elections" if isinstance(plan, LinkedPlan) else "plan" for plan in plans}
    loaded = {kind for kind, module in modules.items() if f"montecarlo.kernel.{module}" in sys.modules}
    pays = draws * max(map(_coins, plans)) > (_LOADING_PAYS if loaded else _NUMBA_PAYS)
    return "numba" if installed and (kinds <= loaded or pays) else "numpy"


def _coins(plan: Plan | LinkedPlan) -> float:
    """Coins tossed for an election, in units of a dense one; a rare coin costs in proportion to its successes."""
    if isinstance(plan, LinkedPlan):
        profiles = 16 * len(plan.limits) if plan.dependence == FACTORS else 0
        return float(len(plan.votes) * (16 if plan.coordination == CASCADE else 4) + profiles)
    rare = plan.threshold[plan.kind == RARE].sum(dtype=np.float64) / (2.0**64 * RARE_BELOW)
    return float((plan.kind == DENSE).sum() + rare) + 1


def _batch(plans: list[Plan | LinkedPlan], backend: str) -> int:
    """Blocks in a task."""
    first = plans[0]
    if backend == "numpy" and not isinstance(first, LinkedPlan):
        from montecarlo.kernel.numpy_backend import BATCH_LANES

        return max(BATCH_LANES // first.lanes, 1)
    return max(int(_TASK / (first.elections * max(map(_coins, plans)))), 1)
