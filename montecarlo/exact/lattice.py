r"""The trapezoid rule on a lattice: it covers every place that matters, and is refined until two grids agree.

For an integrand that is analytic in a strip around the real line the error of the rule with step h falls like
exp(-c / h), often faster (Trefethen and Weideman 2014, SIAM Review 56, 385-458), so halving the step at least squares
it: with T(h) the sum and d(h) = abs(T(h) - T(2h)), the error of T(h) is at most about d(h)^2 / d(2h). The lattice is
halved along each axis until this is below 1e-13 of the result.

What is integrated are whole rows, the probabilities of every loss. All points of a wide box are looked at, down to
densities that cannot matter any more as no probability exceeds 1: so every local maximum is found. Points that are
negligible for every entry of a row are dropped, and the neighbours of the others are added when a step is halved.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable

AGREE = 1e-13
"""Relative error at which a lattice is fine enough."""

AGREE_ENTRIES = 1e-8
"""The same for single entries of a row, which may be sharper than sums of them."""

ENOUGH = 1e-9
"""Error with which one is content, and says so, where there would be too many points."""

MOST_POINTS = 1 << 18
"""Most points of a lattice."""

_NEGLIGIBLE = -40.0
_TINY = 1e-290
_UNDERFLOW = -700.0
_CAUTION = 1e4

Rows = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Turns (N, D) points into (N, L) rows of probabilities."""


class Density(Protocol):
    """What is integrated over: D numbers with a density.

    Attributes
    ----------
    steps : (D,) float64
        First steps, half the width of the narrowest that can be known beforehand.
    box : (D, 2) int64
        First and last index of the lattice of those steps, multiples of 4.
    """

    @property
    def steps(self) -> NDArray[np.float64]:
        """First steps."""

    @property
    def box(self) -> NDArray[np.int64]:
        """First and last index."""

    def log_weight(self, points: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the density times the steps, up to a constant, (N,); -inf outside."""


class Lattice(NamedTuple):
    """Points of a lattice, and the rows there.

    Attributes
    ----------
    place : (N, D) int64
        Points in units of the steps.
    steps : (D,) float64
        Steps.
    rows : (N, L) float64
        Probability of every loss, the last entry that of losing the majority.
    """

    place: NDArray[np.int64]
    steps: NDArray[np.float64]
    rows: NDArray[np.float64]

    @property
    def points(self) -> NDArray[np.float64]:
        """The points, (N, D)."""
        result: NDArray[np.float64] = self.place * self.steps
        return result

    def log_weight(self, density: Density) -> NDArray[np.float64]:
        """Logarithms of the weights of the points, (N,), which sum to 1."""
        weight = density.log_weight(self.points, self.steps)
        top = weight.max()
        result: NDArray[np.float64] = weight - top - np.log(np.exp(weight - top).sum())
        return result

    def only(self, kept: NDArray[np.bool_]) -> Lattice:
        """Keep some of the points."""
        return Lattice(self.place[kept], self.steps, self.rows[kept])


def scanned(density: Density, rows: Rows) -> Lattice:
    """Look at the whole box with the first steps, and keep what matters."""
    sides = [np.arange(first, last + 1) for first, last in density.box]
    index = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, len(sides)) if sides else _POINT
    log_weight = density.log_weight(index * density.steps, density.steps)
    log_weight -= log_weight.max()
    found = Lattice(index[:0], density.steps, np.empty((0, 1)))
    floor, deepest = 0.0, 1.5 * _NEGLIGIBLE
    while floor > deepest and len(found.place) < len(index):
        new = (log_weight <= floor) & (log_weight > deepest)
        floor = deepest
        found = _added(found, index[new], rows)
        weight = density.log_weight(found.points, found.steps)
        with np.errstate(divide="ignore"):
            parts = weight[:, None] + np.log(_two(found.rows))
        needed = float((parts.max(axis=0) - weight.max()).min()) + _NEGLIGIBLE
        deepest = max(needed, 2.0 * floor, _UNDERFLOW + _NEGLIGIBLE)
    return found.only(slack(density, found).max(axis=1) > _NEGLIGIBLE)


def refined(
    density: Density, rows: Rows, lattice: Lattice, *, affordable: Callable[[int], bool]
) -> tuple[Lattice, float]:
    """Halve the steps until the error is below 1e-13, or there are too many points to go on.

    Parameters
    ----------
    density : Density
        What is integrated over.
    rows : callable
        What is integrated.
    lattice : Lattice
        First points, and the rows there.
    affordable : callable
        Says whether the rows of so many more points may be computed.

    Returns
    -------
    Lattice
        The points that matter.
    float
        Estimate of the relative error of both the probability to lose the majority and its complement.

    Raises
    ------
    NotSolvable
        If there are too many points and the error is above 1e-9.
    """
    while True:
        errors, of_entries = (
            np.array([_errors(density, lattice, axis) for axis in range(len(lattice.steps))]).reshape(-1, 2).T
        )
        coarse = (errors > AGREE) | (of_entries > AGREE_ENTRIES)
        lattice = lattice.only(slack(density, lattice).max(axis=1) > _NEGLIGIBLE)
        number = len(lattice.place) << int(coarse.sum())
        many = number > MOST_POINTS or not affordable(number - len(lattice.place))
        if not coarse.any() or (many and max(errors.max(), of_entries.max()) <= ENOUGH):
            return lattice, float(errors.sum())
        if many:
            raise NotSolvable(
                f"Dependence: what is common to all electors moves the outcome so sharply that about {number:,} values "
                "of it would have to be tried, too many for an exact answer"
            )
        lattice = _halved(density, rows, lattice, coarse)


def slack(density: Density, lattice: Lattice) -> NDArray[np.float64]:
    """Say how much each point matters to each entry of the rows: (N, L) logarithms, 0 the most."""
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = density.log_weight(lattice.points, lattice.steps)[:, None] + np.log(lattice.rows)
        relative: NDArray[np.float64] = np.nan_to_num(parts - parts.max(axis=0), nan=-np.inf)
    return relative


_POINT = np.zeros((1, 0), dtype=np.int64)


def _two(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the probabilities of keeping and losing the majority from rows."""
    return np.stack([rows[:, :-1].sum(axis=1), rows[:, -1]], axis=1)


def _added(lattice: Lattice, index: NDArray[np.int64], rows: Rows) -> Lattice:
    if not len(index):
        return lattice
    new = rows(index * lattice.steps)
    if not len(lattice.place):
        return Lattice(index, lattice.steps, new)
    return Lattice(np.concatenate([lattice.place, index]), lattice.steps, np.concatenate([lattice.rows, new]))


def _halved(density: Density, rows: Rows, lattice: Lattice, coarse: NDArray[np.bool_]) -> Lattice:
    """Halve the steps along the coarse axes, and add all new neighbours."""
    steps = np.where(coarse, lattice.steps / 2, lattice.steps)
    index = np.where(coarse, 2 * lattice.place, lattice.place)
    shifts = np.array(list(product(*((-1, 0, 1) if each else (0,) for each in coarse))))
    near = (index[:, None] + shifts).reshape(-1, len(steps))
    key, known = _keys(near, index)
    _, first = np.unique(key, return_index=True)
    new = near[first[~np.isin(key[first], known)]]
    new = new[np.isfinite(density.log_weight(new * steps, steps))]
    return _added(Lattice(index, steps, lattice.rows), new, rows)


def _keys(*indices: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Give points numbers, the same to equal ones."""
    low = np.min([index.min(axis=0) for index in indices], axis=0)
    high = np.max([index.max(axis=0) for index in indices], axis=0)
    stride = np.cumprod([1, *(high - low + 1)[:-1]])
    return [(index - low) @ stride for index in indices]


def _errors(density: Density, lattice: Lattice, axis: int) -> tuple[float, float]:
    """Estimate the relative errors that the step along one axis makes in the two sums, and in the entries."""
    sums = []
    for factor in (1, 2, 4):
        part = lattice.only(lattice.place[:, axis] % factor == 0)
        steps = np.where(np.arange(len(lattice.steps)) == axis, factor, 1) * lattice.steps
        weight = np.exp(density.log_weight(part.points, steps))
        row = weight @ part.rows / weight.sum()
        sums.append(np.array([row[:-1].sum(), *row[::-1]]))
    fine, coarse, coarsest = sums
    scale = np.where(fine > _TINY, fine, np.inf)
    last, before = np.abs(fine - coarse) / scale, np.abs(coarse - coarsest) / scale
    # Of what is next to nothing there is no inverse.
    squared = last**2 * np.maximum(1.0 / np.where(before > _TINY, before, 1.0), _CAUTION)
    error = np.minimum(last, squared)
    return float(error[:2].max()), float(error.max())
