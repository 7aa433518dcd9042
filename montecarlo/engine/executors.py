"""Ways to run tasks side by side; the only module that knows executors.

A *map* takes a function and items and yields the results in the order of the items, like the built-in ``map``. Whatever
the map, the engine's answer is the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Any, Final, Protocol, TypeVar

from montecarlo.errors import MonteCarloError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Map(Protocol):
    """Anything that is called like the built-in ``map`` with one iterable."""

    def __call__(self, function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterable[Result]:
        """Apply the function to every item, results in order."""


def processors() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def threads(workers: int) -> Iterator[Map]:
    """Yield a map over `workers` threads; leaving the block cancels what has not begun."""
    if workers == 1:
        yield map
        return
    pool = ThreadPoolExecutor(workers)
    try:
        yield over(pool, ahead=2 * workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_PATIENCE: Final = 1.0
"""Seconds of work after which other processes are started, which takes about as long."""


class _Undisturbed(ProcessPoolExecutor):
    """Processes that an interruption does not reach, not even while they start."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a task; a process that this starts inherits what is blocked, and what came meanwhile is not lost."""
        if not hasattr(signal, "pthread_sigmask"):
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(workers: int) -> Iterator[Map]:
    """Yield a map over `workers` processes, for work that holds Python's lock; functions and items must be picklable.

    They are started once the work has taken a second; leaving the block cancels what has not begun.
    """
    if workers == 1:
        yield map
        return
    # A fork of a process that has threads may hang.
    context = multiprocessing.get_context("spawn")
    ignore = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    pool = _Undisturbed(workers, mp_context=context, initializer=ignore)

    def patient(function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
        start, rest = perf_counter(), iter(items)
        for item in rest:
            yield function(item)
            if perf_counter() - start > _PATIENCE:
                break
        try:
            yield from over(pool, ahead=2 * workers)(function, rest)
        except BrokenProcessPool:
            text = "A worker process was killed, perhaps for want of memory; fewer workers need less."
            raise MonteCarloError(text) from None

    try:
        yield patient
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def over(pool: Executor, *, ahead: int) -> Map:
    """Return a map over any executor that keeps at most `ahead` tasks waiting, so that memory does not grow."""

    def ordered(function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    return ordered
