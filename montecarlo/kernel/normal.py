r"""The normal distribution from additions, multiplications, divisions and tables alone: the same bits on every machine.

A library's exp or erf may differ in the last bit from another's, and a simulated election with it. Here every operation
is one that IEEE 754 rounds exactly, in a stated order and without contraction. Both functions are polynomials of degree
4, one a cell of a table, in Taylor form about the cell's centre:

- Q(x) = P(Z > x) on cells of width 1/128 from 0 to 9.25, beyond which Q < 2^-64;
- its inverse on cells of 1/32 of an octave: the cell of u = m 2^e, 1 <= m < 2, is that of e and the first five binary
  places of m. With w = dx/dm = -2^e / phi(x): w' = x w^2, w'' = w^3 (1 + 2 x^2), w''' = x w^4 (7 + 6 x^2).

The relative error of Q stays below 1e-9 (5e-10 at x = 9, 1e-12 below 3), the absolute one of its inverse below 1e-10:
a hundred times below what 1e17 draws could show. The tables come from decimal arithmetic of 60 digits and double
precision additions and multiplications.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CELLS: Final = 128
"""Cells of the distribution function in a unit."""
LAST: Final = 9.25 - 2.0**-20
"""Arguments are cut here."""
OCTAVE: Final = 32
"""Cells of the quantile function in an octave."""
FIRST_CELL: Final = 1022 * OCTAVE
"""Cell of 0.5, as the upper bits of a float64 count them."""
HIGHEST: Final = 2.0**63 - 1024
"""The largest float64 below 2^63: words next to the middle are cut to it, lest rounding lifts them over it."""
WITHIN_BITS: Final = 47
"""Bits of a float64's mantissa below those that number its cell."""
UNIT: Final = 1023 << 52
"""Bits of 1.0: with them before it, the lower part of a mantissa is a float64 from 1 to 1 + 1/32."""
CENTRE: Final = 1.0 + 0.5 / OCTAVE
"""The centre of these; the differences from it are exact, and those from the centre of any cell."""
_SIGN: Final = np.uint64(1 << 63)
_OCTAVES: Final = 64
_FURTHEST: Final = 14


def normal_cdf(x: Floats) -> Floats:
    """Return P(Z <= x), ``x.shape``; relative error below 1e-9 in the lower tail, absolute below 1e-14 above."""
    upper = upper_tail(np.abs(x))
    return np.where(x < 0, upper, 1.0 - upper)


def normal_threshold(x: Floats) -> NDArray[np.uint64]:
    """Return P(Z <= x) as 64-bit thresholds, ``x.shape``: the smaller tail rounded down to 63 bits, or what is left."""
    smaller = np.minimum(upper_tail(np.abs(x)), 0.5)
    smaller *= 2.0**63
    threshold = smaller.astype(np.int64).view(np.uint64)
    threshold <<= np.uint64(1)
    return np.invert(threshold, out=threshold, where=x >= 0)


def normal_quantile(words: NDArray[np.uint64]) -> Floats:
    """Turn random words into standard normal numbers, ``words.shape``: the quantiles of (word + 1/2) / 2^64."""
    above = words & _SIGN
    y = (words.view(np.int64) ^ (above.view(np.int64) >> np.int64(63))).astype(np.float64)
    y += 0.5
    bits = np.minimum(y, HIGHEST, out=y).view(np.int64)
    cell = bits >> np.int64(WITHIN_BITS)
    cell -= FIRST_CELL
    bits &= (1 << WITHIN_BITS) - 1
    bits |= UNIT
    y -= CENTRE
    x = _polynomial(_columns(quantile_table), cell, y)
    # The number of the upper tail, with the other sign below.
    above ^= _SIGN
    above ^= x.view(np.uint64)
    return above.view(np.float64)


def upper_tail(x: Floats) -> Floats:
    """Return Q(x) = P(Z > x) of ``x >= 0``."""
    u = np.minimum(x, LAST)
    cell = (u * CELLS).astype(np.int64)
    centre = cell.astype(np.float64)
    centre += 0.5
    centre *= 1.0 / CELLS
    u -= centre
    return _polynomial(_columns(tail_table), cell, u)


def upper_quantile(probability: Floats) -> Floats:
    """Return x with P(Z > x) = `probability`, by Newton's method on Q; infinite for 0 and 1 and beyond 2^-66."""
    p = np.asarray(probability, dtype=np.float64)
    smaller = np.minimum(p, 1.0 - p)
    possible = smaller > 2.0**-66
    x = _inverse(np.where(possible, smaller, 0.25))
    x = np.where(possible, x, np.inf)
    return np.where(p > 0.5, -x, x)


def _inverse(upper: Floats) -> Floats:
    """Solve Q(x) = `upper` for x >= 0: from the centre of a cell, a few steps reach the last bits."""
    table = tail_table()
    cell = np.searchsorted(-table[:, 0], -upper).clip(0, len(table) - 1)
    x = (cell + 0.5) * (1.0 / CELLS)
    for _ in range(5):
        cell = (np.minimum(x, LAST) * CELLS).astype(np.int64)
        u = x - (cell + 0.5) * (1.0 / CELLS)
        _, c1, c2, c3, c4 = np.moveaxis(table[cell], -1, 0)
        slope = ((4.0 * c4 * u + 3.0 * c3) * u + 2.0 * c2) * u + c1
        x = np.maximum(x - (upper_tail(x) - upper) / slope, 0.0)
    return x


def _polynomial(columns: Floats, cell: NDArray[np.int64], u: Floats) -> Floats:
    """Evaluate the polynomials of the cells, by Horner's rule."""
    value: Floats = columns[4].take(cell)
    coefficient = np.empty_like(value)
    for column in columns[3::-1]:
        value *= u
        # No cell is beyond the table; to cut it is quicker than to ask.
        value += column.take(cell, out=coefficient, mode="clip")
    return value


@cache
def _columns(table: Callable[[], Floats]) -> Floats:
    """Return a table's coefficients, (5, cells), each contiguous."""
    return np.ascontiguousarray(table().T)


@cache
def tail_table() -> Floats:
    """Return the coefficients of Q, ``(cells, 5)``, those of u^0 first."""
    centres, tails, densities = _grid()
    kept = len(centres) - (_FURTHEST * CELLS - int(9.25 * CELLS))
    c, q, f = centres[:kept], tails[:kept], densities[:kept]
    rows = [q, -f, f * c * 0.5, f * (1.0 - c * c) * (1.0 / 6.0), f * c * (c * c - 3.0) * (1.0 / 24.0)]
    return np.ascontiguousarray(np.stack(rows, axis=1))


def _grid() -> tuple[Floats, Floats, Floats]:
    """Tabulate Q and the density at the centres, from the far end inwards; Q by steps of Taylor's series.

    With h the width of a cell, the integral of phi over a width h about m is h phi(m) (1 + h^2 He_2(m) / 24 + h^4
    He_4(m) / 1920 + h^6 He_6(m) / 322560 + ...).
    """
    with localcontext() as context:
        context.prec = 60
        h = Decimal(1) / CELLS
        half = h / 2
        root = (2 * _pi()).sqrt()
        step, inner = (-h * h / 4).exp(), (-h * h / 8).exp()
        # phi at 0, h/2, h, 3h/2, ...: phi((j + 1) h/2) = phi(j h/2) exp(-(2 j + 1) h^2 / 8).
        density, ratio = [1 / root], inner
        for _ in range(2 * _FURTHEST * CELLS):
            density.append(density[-1] * ratio)
            ratio *= step
        tails, tail = [], Decimal(0)
        for i in range(_FURTHEST * CELLS - 1, -1, -1):
            tails.append(tail)
            m2 = (i * h) ** 2
            he4, he6 = (m2 - 6) * m2 + 3, ((m2 - 15) * m2 + 45) * m2 - 15
            series = 1 + h**2 * (m2 - 1) / 24 + h**4 * he4 / 1920 + h**6 * he6 / 322560
            tail += h * density[2 * i] * series
        centres = [i * h + half for i in range(_FURTHEST * CELLS)]
        return (
            np.array([float(c) for c in centres]),
            np.array([float(q) for q in reversed(tails)]),
            np.array([float(density[2 * i + 1]) for i in range(_FURTHEST * CELLS)]),
        )


def _pi() -> Decimal:
    """Return pi to 60 digits (Machin 1706)."""
    return 4 * (4 * _arctan_inverse(5) - _arctan_inverse(239))


def _arctan_inverse(n: int) -> Decimal:
    total, term, k = Decimal(0), Decimal(1) / n, 0
    while abs(term) > Decimal(10) ** -65:
        total += term / (2 * k + 1)
        term /= -n * n
        k += 1
    return total


@cache
def quantile_table() -> Floats:
    """Return the coefficients of Q^-1 by cells of u 2^64, ``(cells, 5)``, those of u^0 first."""
    m = 1.0 + (np.arange(OCTAVE) + 0.5) * (1.0 / OCTAVE)
    scale = np.ldexp(1.0, np.arange(_OCTAVES) - 65)[:, None]
    x = _inverse((scale * m).ravel())
    cell = (np.minimum(x, LAST) * CELLS).astype(np.int64)
    u = x - (cell + 0.5) * (1.0 / CELLS)
    _, c1, c2, c3, c4 = tail_table()[cell].T
    w = np.repeat(scale, OCTAVE, axis=1).ravel() / (((4.0 * c4 * u + 3.0 * c3) * u + 2.0 * c2) * u + c1)
    x2 = x * x
    w2 = w * w
    cubic, quartic = w2 * w * (1.0 + 2.0 * x2), x * w2 * w2 * (7.0 + 6.0 * x2)
    return np.ascontiguousarray(np.stack([x, w, x * w2 * 0.5, cubic * (1.0 / 6.0), quartic * (1.0 / 24.0)], axis=1))
