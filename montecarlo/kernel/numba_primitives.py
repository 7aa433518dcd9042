"""What the compiled modules share: the compiler, and short functions that are compiled into their callers.

numba keeps what it compiled until the file of the *calling* function changes, so an edited import would go unnoticed
(numba documentation, "Caching limitations"). Here the kept result is bound to the text of the kernel's modules
together: whichever changes, all are compiled anew.

No sum or product of floats is contracted or reordered, so every float is that of NumPy.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from montecarlo.kernel.normal import CELLS, CENTRE, FIRST_CELL, HIGHEST, LAST, UNIT, WITHIN_BITS

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
U0, U1, U32 = np.uint64(0), np.uint64(1), np.uint64(32)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_BELOW_ONE = 1.0 - 2.0**-53
_HALF = 2.0**63
_SIGN = np.uint64(1 << 63)
_WITHIN_BITS = np.uint64(WITHIN_BITS)
_WITHIN, _UNIT = np.uint64((1 << WITHIN_BITS) - 1), np.uint64(UNIT)


def compiled(function: Any) -> Any:
    """Compile a function, and keep the result until a module of the kernel changes."""
    try:
        kernel: Any = njit(nogil=True, cache=True, error_model="numpy")(function)
        kernel._cache._cache_file._source_stamp = _stamp()
    except (RuntimeError, AttributeError):  # nowhere to keep it, or a numba that keeps it otherwise
        return njit(nogil=True, error_model="numpy")(function)
    return kernel


inlined = njit(inline="always", error_model="numpy")
"""For short functions that are called for every elector or election."""


@cache
def _stamp() -> str:
    texts = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(texts)).hexdigest()


@inlined
def keyed(key, counter):
    """Return word number `counter` of the SplitMix64 sequence that starts at `key`."""
    z = key + (counter + U1) * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@inlined
def ones(word):
    """Count set bits; the compiler knows this pattern and uses the machine's instruction."""
    word = word - ((word >> U1) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@inlined
def high_product(a, b):
    """Return the upper 64 bits of a 128-bit product."""
    low = np.uint64(0xFFFFFFFF)
    middle = (a >> U32) * (b & low) + (((a & low) * (b & low)) >> U32)
    return (a >> U32) * (b >> U32) + (middle >> U32) + (((middle & low) + (a & low) * (b >> U32)) >> U32)


@inlined
def unit(word):
    """Return the first 53 bits of a word as a number from 0 to 1."""
    return np.float64(np.int64(word >> np.uint64(11))) * 2.0**-53


@inlined
def quantile_cell(word):
    """Return cell and argument of a word's quantile, as `montecarlo.kernel.normal.normal_quantile` finds them."""
    y = min(np.float64(np.int64(word ^ (U0 - (word >> np.uint64(63))))) + 0.5, HIGHEST)
    bits = np.float64(y).view(np.uint64)
    u = np.uint64((bits & _WITHIN) | _UNIT).view(np.float64) - CENTRE
    return (bits >> _WITHIN_BITS) - np.uint64(FIRST_CELL), u


@inlined
def signed(x, word):
    """Return the quantile that belongs to a word from that of the upper tail."""
    return np.uint64(np.float64(x).view(np.uint64) ^ (~word & _SIGN)).view(np.float64)


@inlined
def tail_cell(argument):
    """Return cell and argument of an upper tail, as `montecarlo.kernel.normal.upper_tail` finds them."""
    x = min(abs(argument), LAST)
    cell = np.int32(x * CELLS)
    return np.uint64(cell), x - (np.float64(cell) + 0.5) * (1.0 / CELLS)


@inlined
def tail_threshold(upper, argument):
    """Turn the smaller tail into Phi as a threshold, as `montecarlo.kernel.normal.normal_threshold`."""
    return (np.uint64(np.int64(min(upper, 0.5) * _HALF)) << U1) ^ (U0 - np.uint64(argument >= 0.0))


@inlined
def polynomial(table, cell, u):
    """Evaluate the polynomial of a cell, by Horner's rule."""
    return (((table[cell, 4] * u + table[cell, 3]) * u + table[cell, 2]) * u + table[cell, 1]) * u + table[cell, 0]


@compiled
def polynomials(table, cells, arguments, values):
    """Evaluate a polynomial for every argument.

    The processor works on many at once only if finding the cells and using the values stand in loops of their own.
    """
    for k in range(len(values)):
        values[k] = polynomial(table, cells[k], arguments[k])


@inlined
def normal(word, table):
    """Turn a word into a standard normal number, as `montecarlo.kernel.normal.normal_quantile`; without a branch."""
    cell, u = quantile_cell(word)
    return signed(polynomial(table, cell, u), word)


@inlined
def normal_threshold(argument, table):
    """Return Phi as a threshold, as `montecarlo.kernel.normal.normal_threshold`; without a branch."""
    cell, u = tail_cell(argument)
    return tail_threshold(polynomial(table, cell, u), argument)


@inlined
def odds_threshold(limit, odds):
    """Return q / (1 + q), q = limit * odds, as a 64-bit threshold."""
    product = min(limit * odds, 1e300)
    return threshold(product / (1.0 + product))


@inlined
def threshold(chance):
    """Round a probability down to 63 bits, as a 64-bit threshold."""
    return np.uint64(np.int64(min(chance, _BELOW_ONE) * _HALF)) << U1
