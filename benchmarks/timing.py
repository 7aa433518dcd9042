"""Wall times: medians with their range, and ratios of two contestants that take turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Work = Callable[[], object]


@dataclass(frozen=True)
class Spread:
    """Median, least and most of repeated measurements."""

    median: float
    least: float
    most: float


@dataclass(frozen=True)
class Comparison:
    """How many times as fast the first contestant is, and the seconds of both."""

    ratio: Spread
    first: Spread
    second: Spread


def spread(values: list[float]) -> Spread:
    """Summarise measurements."""
    return Spread(median(values), min(values), max(values))


def seconds(work: Work) -> float:
    """Time one call."""
    start = perf_counter()
    work()
    return perf_counter() - start


def compare(first: Work, second: Work, *, rounds: int) -> Comparison:
    """Time two contestants in turns, A B A B ...; the ratio is taken within each round, where the machine is alike.

    One untimed call of each comes before, so that both are warm.
    """
    first(), second()
    pairs = [(seconds(first), seconds(second)) for _ in range(rounds)]
    mine, theirs = ([pair[i] for pair in pairs] for i in (0, 1))
    return Comparison(spread([b / a for a, b in pairs]), spread(mine), spread(theirs))
