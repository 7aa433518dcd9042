"""Numbers as a reader wants them: no probability is ever shown as 0 or 1 when it is not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context, Decimal
from math import floor, inf, log10
from typing import Final

from montecarlo.estimates import Estimate
from montecarlo.solution import Solution

_SEEN: Final = 38_416
"""Hits from which a simulated share is known to 1 % at 95 % confidence, and shown with a third digit."""
_KNOWN: Final = 0.01


def probability(
    value: float, *, log10_value: float | None = None, log10_complement: float | None = None, digits: int = 3
) -> str:
    """Return a probability as a plain number: 0.132, 5.42e-64, 1 - 3.10e-20.

    Parameters
    ----------
    value : float
        The probability; exactly 0 and 1 are shown so, and mean impossible and certain.
    log10_value, log10_complement : float, optional
        The logarithms of the probability and of one minus it, for what a float cannot hold.
    digits : int
        Significant digits.
    """
    exponent = _log10(value) if log10_value is None else log10_value
    besides = _log10(1 - value) if log10_complement is None else log10_complement
    if exponent == -inf:
        return "0"
    if exponent < -300:
        return scientific(exponent, digits)
    if value < 1e-3:
        return _tidy(f"{value:.{digits - 1}e}")
    text = f"{value:.{digits}g}"
    return text if float(text) < 1 or besides == -inf else f"1 - {scientific(besides, digits)}"


def one_in(
    value: float,
    *,
    log10_value: float | None = None,
    complement: float | None = None,
    log10_complement: float | None = None,
    digits: int = 3,
) -> str:
    """Return a probability in words: "1 in 1.8e63", "1 in 122", "1 in 3.95", "63 in 100", "all but 1 in 4.1e9".

    Parameters
    ----------
    value, complement : float
        The probability, and one minus it where that is known better than by subtraction.
    log10_value, log10_complement : float, optional
        Their logarithms, for what a float cannot hold; minus infinity means impossible, and certain.
    digits : int
        Significant digits of the second number below a thousand; of larger ones, if fewer than three.
    """
    complement = 1 - value if complement is None else complement
    exponent = log10_value if log10_value is not None else _log10(value)
    besides = log10_complement if log10_complement is not None else _log10(complement)
    if exponent == -inf:
        return "impossible"
    if besides == -inf:
        return "certain"
    if besides < -2.3:
        return f"all but 1 in {_large(-besides, digits)}"
    if value >= 0.5:
        return f"{100 * value:.0f} in 100"
    return f"1 in {_large(-exponent, digits)}"


def in_words(solution: Solution) -> str:
    """Return the probability that a majority is denied as `one_in` does."""
    return one_in(
        solution.probability,
        log10_value=solution.log10_probability,
        complement=solution.complement,
        log10_complement=solution.log10_complement,
    )


def given(value: float) -> str:
    """Return a number as it was given: short if that is the same number, else in full."""
    short = f"{value:.6g}"
    return short if float(short) == value else repr(value)


def told_apart(values: Sequence[float], digits: int) -> list[str]:
    """Return numbers with as few digits, at least so many, as tell them from each other, and from 0 and 1."""
    for places in range(digits, 17):
        labels = [f"{each:.{places}g}" for each in values]
        ends = [label for label, each in zip(labels, values, strict=True) if each not in (0, 1)]
        if len(set(labels)) == len(labels) and not {"0", "1"} & set(ends):
            return labels
    return [repr(each) for each in values]


def share(hits: int, draws: int) -> str:
    """Return a simulated share in words, as `one_in` does, with no more digits than it is known to."""
    return one_in(hits / draws, digits=known_digits(hits, draws))


def weighed(estimate: Estimate) -> str:
    """Return a weighed probability in words, likewise."""
    digits = 3 if estimate.relative_error <= _KNOWN else 2
    return one_in(estimate.probability, log10_value=estimate.log10_probability, digits=digits)


def known_digits(hits: int, draws: int) -> int:
    """Return how many digits of a simulated share are worth showing."""
    return 3 if min(hits, draws - hits) >= _SEEN else 2


def _log10(value: float) -> float:
    return log10(value) if value > 0 else -inf


def _large(exponent: float, digits: int) -> str:
    """10**exponent with two or three digits; from three on in full, up to a million."""
    if exponent >= 6:
        return scientific(exponent, 2)
    number = 10**exponent
    if digits < 3:
        number = float(f"{number:.{digits - 1}e}")
    return f"{number:,.0f}" if number >= 99.5 else f"{number:.{digits}g}"


def scientific(exponent: float, digits: int) -> str:
    """Return 10**exponent in scientific notation, for exponents beyond a float's."""
    whole = floor(exponent)
    mantissa = f"{10 ** (exponent - whole):.{digits - 1}f}"
    if mantissa.startswith("10"):
        whole, mantissa = whole + 1, f"{1:.{digits - 1}f}"
    return f"{mantissa}e{whole}"


def _tidy(text: str) -> str:
    """Python's 5.42e-07 as 5.42e-7."""
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}"


def upper_limit(value: float) -> str:
    """Return the upper end of an interval, or a bound, with two digits, rounded up."""
    above = Decimal(value).normalize(Context(prec=2, rounding=ROUND_CEILING))
    return str(float(above)) if above >= Decimal("0.001") else _tidy(f"{above:.1e}")


def lower_limit(value: float) -> str:
    """Return the lower end of an interval with the digits that tell it from 1, rounded down."""
    below = 1 - Decimal(1 - value).normalize(Context(prec=2, rounding=ROUND_CEILING))
    return str(float(below))


def votes(value: float) -> str:
    """Return an expected number of votes: 0.302, 13.3, 152."""
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
