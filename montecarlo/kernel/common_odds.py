r"""Odds of a common rate X ~ Beta(alpha, beta), from keyed words and exactly rounded operations.

X / (1 - X) is a ratio of two gamma variates. Gamma(a), a >= 1, by Marsaglia and Tsang (2000, ACM Trans. Math. Softw.
26, 363-372): with d = a - 1/3, c = 1 / sqrt(9 d), a normal x, a uniform u and v = (1 + c x)^3, accept d v if v > 0 and

    log u < x^2 / 2 + d - d v + d log v;

Gamma(a) for a < 1 is Gamma(a + 1) U^(1/a). Logarithm and exponential function are tables with short series, so that the
accepted words, and the odds to the last bit, are the same on every machine. Try k spends the words of the sources 2 k
(normal) and 2 k + 1 (uniform), the power that of 2^21, and the second variate those from 2^22 on.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.kernel.normal import Floats, normal_quantile
from montecarlo.kernel.streams import keyed_words

_CELLS: Final = 128
_SIDES: Final = 1 << 22
"""Sources apart of the two gamma variates; within them a power's uniform lies after all tries."""
_POWER: Final = 1 << 21


def draw_odds(key: int, source: int, election: NDArray[np.uint64], parameters: tuple[float, float]) -> Floats:
    """Return X / (1 - X) for each election, X ~ Beta(alpha, beta), ``election.shape``.

    Parameters
    ----------
    key : int
        Key of the block.
    source : int
        First of the sources of keyed words to use.
    election : (E,) uint64
        Numbers of the elections in the block.
    parameters : (float, float)
        alpha and beta.
    """
    log_odds = _log_gamma_variate(key, source, election, parameters[0])
    log_odds -= _log_gamma_variate(key, source + _SIDES, election, parameters[1])
    return exponential(log_odds)


def _log_gamma_variate(key: int, source: int, election: NDArray[np.uint64], shape: float) -> Floats:
    """Return logarithms of Gamma(shape) variates, each from tries numbered from 0 on."""
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * d)
    result = np.empty(len(election))
    left, number = np.arange(len(election)), 0
    while len(left):
        x = normal_quantile(keyed_words(key, source + 2 * number, election[left]))
        u = _uniform(keyed_words(key, source + 2 * number + 1, election[left]))
        root = 1.0 + c * x
        possible = root > 0.0
        log_v = 3.0 * logarithm(np.where(possible, root, 1.0))
        v = root * root * root
        accepted = possible & (logarithm(u) < 0.5 * (x * x) + d - d * v + d * log_v)
        result[left[accepted]] = log_v[accepted]
        left, number = left[~accepted], number + 1
    result += logarithm(np.array([d]))
    if shape < 1.0:
        result += logarithm(_uniform(keyed_words(key, source + _POWER, election))) / shape
    return result


def _uniform(words: NDArray[np.uint64]) -> Floats:
    """Turn words into numbers strictly between 0 and 1, 2^-53 apart."""
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def logarithm(x: Floats) -> Floats:
    """Return the natural logarithm of positive numbers, relative error of 1 + abs(log x) below 1e-15."""
    inverse, logs, log_2 = _logarithms()
    mantissa, exponent = np.frexp(x)
    cell = ((mantissa - 0.5) * (2 * _CELLS)).astype(np.int64)
    r = mantissa * inverse[cell] - 1.0
    series = r * (1.0 + r * (-1.0 / 2.0 + r * (1.0 / 3.0 + r * (-1.0 / 4.0 + r * (1.0 / 5.0 + r * (-1.0 / 6.0))))))
    result: Floats = (exponent * log_2 + logs[cell]) + series
    return result


def exponential(x: Floats) -> Floats:
    """Return the exponential function; relative error 3e-16 (1 + abs(x)), and x is cut at -700 and 700."""
    powers, log_2 = _powers()
    x = np.minimum(np.maximum(x, -700.0), 700.0)
    steps = np.floor(x * (_CELLS / log_2) + 0.5)
    r = x - steps * (log_2 / _CELLS)
    series = 1.0 + r * (1.0 + r * (1.0 / 2.0 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0)))))
    whole = steps.astype(np.int64)
    result: Floats = np.ldexp(series * powers[whole % _CELLS], (whole // _CELLS).astype(np.int32))
    return result


@cache
def _logarithms() -> tuple[Floats, Floats, float]:
    """Tabulate 1 / c and log c for the centres c of cells of [1/2, 1), and log 2."""
    with localcontext() as context:
        context.prec = 40
        inverse = [float(1 / ((Decimal(i) + Decimal("0.5")) / (2 * _CELLS) + Decimal("0.5"))) for i in range(_CELLS)]
        return np.array(inverse), np.array([float(-Decimal(each).ln()) for each in inverse]), float(Decimal(2).ln())


@cache
def _powers() -> tuple[Floats, float]:
    """Tabulate 2^(i/128), and log 2."""
    with localcontext() as context:
        context.prec = 40
        log_2 = Decimal(2).ln()
        return np.array([float((log_2 * i / _CELLS).exp()) for i in range(_CELLS)]), float(log_2)
