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

from montecarlo.kernel.normal import CELLS, FIRST_CELL, HIGHEST, LAST, OCTAVE

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
U0, U1, U32, U63 = np.uint64(0), np.uint64(1), np.uint64(32), np.uint64(63)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_BELOW_ONE = 1.0 - 2.0**-53
_HALF = 2.0**63


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
def normal(word, table):
    """Turn a word into a standard normal number, as `montecarlo.kernel.normal.normal_quantile`; without a branch."""
    above = word >> U63
    y = min(np.float64(np.int64(word ^ (U0 - above))) + 0.5, HIGHEST)
    bits = np.float64(y).view(np.int64)
    upper = bits >> 47
    mantissa = np.int64((bits & ((1 << 52) - 1)) | (1023 << 52)).view(np.float64)
    u = mantissa - (1.0 + (np.float64(upper & (OCTAVE - 1)) + 0.5) * (1.0 / OCTAVE))
    row = upper - FIRST_CELL
    x = (((table[row, 4] * u + table[row, 3]) * u + table[row, 2]) * u + table[row, 1]) * u + table[row, 0]
    return x * (np.float64(np.int64(above)) * 2.0 - 1.0)


@inlined
def normal_threshold(argument, table):
    """Return Phi as a threshold, as `montecarlo.kernel.normal.normal_threshold`; without a branch."""
    x = min(abs(argument), LAST)
    row = np.int64(x * CELLS)
    u = x - (np.float64(row) + 0.5) * (1.0 / CELLS)
    upper = (((table[row, 4] * u + table[row, 3]) * u + table[row, 2]) * u + table[row, 1]) * u + table[row, 0]
    return threshold(upper) ^ (U0 - np.uint64(argument >= 0.0))


@inlined
def odds_threshold(limit, odds):
    """Return q / (1 + q), q = limit * odds, as a 64-bit threshold."""
    product = min(limit * odds, 1e300)
    return threshold(product / (1.0 + product))


@inlined
def threshold(chance):
    """Round a probability down to 63 bits, as a 64-bit threshold."""
    return np.uint64(np.int64(min(chance, _BELOW_ONE) * _HALF)) << U1
