"""Where a function of one number crosses zero, if it need not be monotone and may be unknown at some numbers.

A function returns nan where it is unknown, and may be infinite. Nothing here knows scenarios or probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from math import isnan
from typing import Final

from montecarlo.study.numeric_keys import Scale

Function = Callable[[float], float]

_HIGHEST: Final = 1e5
"""Heights are cut off here, as a root finder cannot reckon with infinite ones."""
_CLOSE: Final = 1e-13
_SEARCHED: Final = 16
"""Most numbers that are tried for one extreme."""


class Unknown(Exception):  # noqa: N818 - as the function, it says what is not known
    """The function is unknown at a number where it is needed."""


def brackets(heights: Mapping[float, float]) -> list[tuple[float, float]]:
    """Return the neighbours, in rising order, between which the function changes its sign; a zero is both of its own.

    Parameters
    ----------
    heights : mapping
        Height of the function at some numbers.
    """
    known = sorted((number, height) for number, height in heights.items() if not isnan(height))
    found = [(number, number) for number, height in known if height == 0.0]
    for (start, before), (stop, after) in pairwise(known):
        if min(before, after) < 0.0 < max(before, after):
            found.append((start, stop))
    return sorted(found)


def root(function: Function, bracket: tuple[float, float], scale: Scale, *, close: float = _CLOSE) -> float:
    """Return a number in the bracket where the function is 0, or jumps over it (Brent 1973).

    A function that is infinite at an end is taken to be so wherever it is unknown: too small to be told, next to what
    is impossible.

    Raises
    ------
    Unknown
        If the function is unknown where it is needed.
    """
    from scipy.optimize import brentq

    start, stop = bracket
    if start == stop:
        return start
    ends = [function(each) for each in bracket]
    infinite = next((height for height in ends if abs(height) > _HIGHEST), None)

    def height(coordinate: float) -> float:
        found = function(scale.backward(coordinate))
        if isnan(found) and infinite is not None:
            found = infinite
        if isnan(found):
            raise Unknown
        return min(max(found, -_HIGHEST), _HIGHEST)

    t_start, t_stop = scale.forward(start), scale.forward(stop)
    if min(height(t_start), height(t_stop)) < 0.0 < max(height(t_start), height(t_stop)):
        return scale.backward(float(brentq(height, t_start, t_stop, xtol=close, rtol=1e-14)))
    # Probabilities of 0 and 1 have no coordinate: the root lies between one of them and the number next to it.
    return stop if abs(height(t_start)) > abs(height(t_stop)) else start


def whole_bracket(function: Function, bracket: tuple[float, float]) -> tuple[int, int]:
    """Return two whole numbers next to each other in the bracket between which the function changes its sign.

    Raises
    ------
    Unknown
        If the function is unknown where it is needed.
    """
    start, stop = map(int, bracket)
    rising = function(start) < function(stop)
    while stop - start > 1:
        middle = (start + stop) // 2
        height = function(middle)
        if isnan(height):
            raise Unknown
        if (height < 0.0) == rising:
            start = middle
        else:
            stop = middle
    return start, stop


def explore_nearest(function: Function, heights: Mapping[float, float], scale: Scale) -> None:
    """Try numbers around the known one at which the function is nearest to zero, and end where it crosses."""
    known = sorted(number for number, height in heights.items() if not isnan(height))
    best = min(known, key=lambda number: abs(heights[number]))
    place = known.index(best)
    start, stop = known[max(place - 1, 0)], known[min(place + 1, len(known) - 1)]
    if scale.whole:
        for number in scale.grid(start, stop):
            function(number)
        return
    from scipy.optimize import minimize_scalar

    sign = 1.0 if heights[best] > 0.0 else -1.0

    def height(coordinate: float) -> float:
        found = function(scale.backward(coordinate))
        return _HIGHEST if isnan(found) else min(max(sign * found, -_HIGHEST), _HIGHEST)

    bounds = scale.forward(start), scale.forward(stop)
    minimize_scalar(height, bounds=bounds, method="bounded", options={"maxiter": _SEARCHED, "xatol": 1e-6})
