"""Ways to run tasks side by side; the only module that knows executors.

A *map* takes a function and items and yields the results in the order of the items, like the built-in ``map``. Whatever
the map, the engine's answer is the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

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
