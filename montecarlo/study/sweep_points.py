"""The points of a recorded sweep, read back and held against themselves: what was simulated against its counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isclose, log10, nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_NEAR: Final = 1e-9
_UNDERFLOW, _TINY = -300.0, 1e-299
"""Below this decimal logarithm a probability has lost digits, or is 0; it is smaller than the other in any case."""
_COUNT: Final = 2**63


def checked_points(points: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a sweep, each (points,), from its recorded points.

    What does not fit together raises KeyError, TypeError or ValueError.
    """
    rows = [_checked(each) for each in points]
    kinds = {
        "probability": np.float64,
        "log10_probability": np.float64,
        "log10_complement": np.float64,
        "hits": np.int64,
        "draws": np.int64,
    }
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return {name: np.array(column, dtype=kind) for (name, kind), column in zip(kinds.items(), columns, strict=True)}


def _checked(point: Mapping[str, Any]) -> tuple[float, float, float, int, int]:
    """Return one point: probability, both logarithms, hits and draws."""
    probability, hits, draws = point["probability"], point["hits"], point["draws"]
    if hits is None and draws == 0:
        hits = 0
    if type(hits) is not int or type(draws) is not int or not 0 <= hits <= draws < _COUNT:
        raise ValueError("its counts do not fit together")
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0.0 <= probability <= 1.0:
        raise ValueError("it holds a probability that is none")
    # JSON has neither infinities nor nan: of an exact answer a logarithm that is none was minus infinity.
    none = nan if draws else -inf
    logs = [_log(point[name], none) for name in ("log10_probability", "log10_complement")]
    if draws:
        same = [log10(count / draws) if count else nan for count in (hits, draws - hits)]
        if probability != hits / draws or not np.allclose(logs, same, rtol=_NEAR, atol=_NEAR, equal_nan=True):
            raise ValueError("it holds a share that does not fit its counts")
    elif not _fit(probability, logs[0], logs[1]):
        raise ValueError("it holds a logarithm that does not fit its probability")
    return probability, logs[0], logs[1], hits, draws


def _log(told: object, none: float) -> float:
    if told is None:
        return none
    if isinstance(told, bool) or not isinstance(told, int | float) or not -inf < told <= 0.0:
        raise ValueError("it holds a logarithm of no probability")
    return float(told)


def _fit(probability: float, seen: float, others: float) -> bool:
    """Whether the logarithms are those of an exact probability, and of one minus it."""
    if not isclose(10.0**others, 1.0 - probability, rel_tol=0.0, abs_tol=_NEAR):
        return False
    if seen < _UNDERFLOW:
        return probability < _TINY
    return probability > 0.0 and isclose(seen, log10(probability), rel_tol=_NEAR, abs_tol=_NEAR)
