r"""Maxima of a smooth function of some coordinates, each with what is curved there, and how.

Along the direction in which the function rises most at the origin, and along every coordinate, it is scanned; from the
highest maxima found there it is climbed (Broyden, Fletcher, Goldfarb and Shanno: Nocedal and Wright 2006, Numerical
Optimization, algorithm 6.1). Where that leads to a saddle it is climbed again from both sides. Derivatives are
differences; every step asks for many values at once, as that is cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]
"""From points (N, d) to values (N,)."""

_LINE = np.arange(-40.0, 40.25, 0.5)
_COORDINATE = np.arange(-24.0, 24.5, 4.0)
_MOST_STARTS = 4
_HOPELESS = 40.0
_STEP = 1e-3
_STEP_TWICE = 2e-2
_CLIMBS = 200
_SHARES = 2.0 ** np.arange(1, -12, -1)
_CLOSE = 1e-5
_LEAST_CURVED, _MOST_CURVED = 0.1, 1e8
_SAME = 1.5
_IMPOSSIBLE = -1e100


class Mode(NamedTuple):
    """A maximum.

    Attributes
    ----------
    place : (d,) float64
        Where it is.
    axes : (d, d) float64
        Columns are the directions in which the function is curved, the one least like half a square first.
    curvature : (d,) float64
        Minus the second derivatives along them.
    log_mass : float
        Logarithm of the integral of the exponential that Laplace's approximation gives it, over (2 pi)^(d / 2).
    """

    place: Floats
    axes: Floats
    curvature: Floats
    log_mass: float

    def holds(self, place: Floats) -> bool:
        """Say whether a place is so near that climbing from it leads here."""
        return bool(np.square((place - self.place) @ self.axes) @ self.curvature < _SAME**2)


def modes_of(function: Function, dimensions: int, *, starts: Floats | None = None) -> list[Mode]:
    """Find the maxima of a function.

    Parameters
    ----------
    function : callable, (N, d) float64 -> (N,) float64
        Smooth; -inf where there is nothing.
    dimensions : int
        d, at least 1.
    starts : (k, d) float64, optional
        Where to begin to climb; by default what is highest along some lines.

    Returns
    -------
    list of Mode
        Empty if the function is -inf wherever it was looked at.
    """

    def finite(points: Floats) -> Floats:
        return np.maximum(function(points), _IMPOSSIBLE)

    modes: list[Mode] = []
    places = list(_starts(finite, dimensions) if starts is None else starts)
    for start in places:  # which may grow
        place = _climbed(finite, start, known=modes)
        if place is None:
            continue
        height, strength, axes = _curved(finite, place)
        if strength[0] >= 0.0:
            modes.append(_mode(place, height, strength, axes))
        elif len(places) <= 2 * _MOST_STARTS:
            places += [place + axes[:, 0], place - axes[:, 0]]
    return modes


def _starts(function: Function, dimensions: int) -> Floats:
    """Find the highest maxima along the coordinates and along the steepest direction at the origin."""
    axes = np.eye(dimensions)
    lines = [_LINE[:, None] * axes[0]]
    if dimensions > 1:
        slope = _slope(function, np.zeros(dimensions))
        length = np.sqrt(slope @ slope)
        lines = [_LINE[:, None] * (slope / length)] if length > 0.0 else []
        lines += [_COORDINATE[:, None] * axis for axis in axes]
    values = np.split(function(np.concatenate(lines)), np.cumsum([len(line) for line in lines])[:-1])
    best: dict[tuple[float, ...], float] = {}
    for points, heights in zip(lines, values, strict=True):
        padded = np.pad(heights, 1, constant_values=-np.inf)
        peaks = (heights >= padded[:-2]) & (heights >= padded[2:]) & (heights > _IMPOSSIBLE)
        best |= dict(zip(map(tuple, (points[peaks] + 0.0).tolist()), heights[peaks].tolist(), strict=True))
    chosen = sorted(best, key=lambda place: -best[place])[:_MOST_STARTS]
    chosen = [place for place in chosen if best[place] > best[chosen[0]] - _HOPELESS]
    return np.array(chosen).reshape(-1, dimensions)


def _climbed(function: Function, start: Floats, *, known: list[Mode]) -> Floats | None:
    """Climb to a maximum; None if there is nothing at the start, or a known one is met."""
    place, height, inverse = start, float(function(start[None])[0]), np.eye(len(start))
    if height <= _IMPOSSIBLE:
        return None
    slope = _slope(function, place)
    for _ in range(_CLIMBS):
        if any(mode.holds(place) for mode in known):
            return None
        direction = inverse @ slope
        if slope @ direction < _CLOSE:
            break
        heights = function(place + _SHARES[:, None] * direction)
        best = int(heights.argmax())
        if heights[best] <= height:
            break
        move, height = _SHARES[best] * direction, float(heights[best])
        place, before = place + move, slope
        slope = _slope(function, place)
        inverse = _updated(inverse, move, before - slope)
    return place


def _updated(inverse: Floats, move: Floats, fall: Floats) -> Floats:
    """Improve the inverse of minus the second derivatives, by how much the slope fell along a move."""
    product = float(move @ fall)
    if product <= 0.0:
        return inverse
    change = np.eye(len(move)) - np.outer(move, fall) / product
    result: Floats = change @ inverse @ change.T + np.outer(move, move) / product
    return result


def _slope(function: Function, place: Floats) -> Floats:
    """Compute the first derivatives, by central differences."""
    steps = _STEP * np.eye(len(place))
    ahead, behind = np.split(function(place + np.concatenate([steps, -steps])), 2)
    result: Floats = (ahead - behind) / (2.0 * _STEP)
    return result


def _curved(function: Function, place: Floats) -> tuple[float, Floats, Floats]:
    """Compute the value and minus the second derivatives, (d,) rising, along their axes, (d, d) columns."""
    d = len(place)
    i, j = np.triu_indices(d, 1)
    steps = _STEP_TWICE * np.eye(d)
    offsets = [np.zeros((1, d)), steps, -steps, steps[i] + steps[j], -steps[i] - steps[j]]
    values = function(place + np.concatenate(offsets))
    middle, ahead, behind, both, neither = np.split(values, np.cumsum([len(each) for each in offsets])[:-1])
    curvature = np.diag(2.0 * middle - ahead - behind)
    # f(x + u + v) + f(x - u - v) - 2 f(x), less the same of u and of v alone, is twice the mixed derivative.
    single, double = ahead + behind - 2.0 * middle, both + neither - 2.0 * middle
    curvature[i, j] = curvature[j, i] = 0.5 * (single[i] + single[j] - double)
    strength, axes = np.linalg.eigh(curvature / _STEP_TWICE**2)
    return float(middle[0]), strength, axes


def _mode(place: Floats, height: float, strength: Floats, axes: Floats) -> Mode:
    """Describe a maximum."""
    strength = np.clip(strength, _LEAST_CURVED, _MOST_CURVED)
    order = np.argsort(-np.abs(np.log(strength)), kind="stable")
    return Mode(place, axes[:, order], strength[order], height - 0.5 * float(np.log(strength).sum()))
