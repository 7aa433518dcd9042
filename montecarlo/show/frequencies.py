"""A probability as natural frequencies: so many of a thousand elections, or how long one would wait for it.

Numbers of this kind are understood where percentages and powers of ten are not (Gigerenzer and Hoffrage 1995,
Psychological Review 102, 684-704). Every scale is computed from the logarithm of the probability, which stays finite
however small that is, and is chosen so that the number is neither a fraction of one nor too long to take in.
"""

from __future__ import annotations

from math import expm1, inf, log10
from typing import Final

from montecarlo.show import numbers

_FEWEST: Final = 10.0
"""So many of the elections are to be told at least, so that the number has two digits."""

_MOST: Final = 6.0
"""Logarithm of the most elections among which some are counted."""

_RARE: Final = -2.0
_YEAR: Final = 365.25 * 86_400
"""Seconds."""
_UNIVERSE: Final = 13.8e9
"""Years since the beginning of the universe (Planck Collaboration 2020, Astronomy & Astrophysics 641, A6)."""

_PACES: Final = (("every four years", 4.0, 100_000.0), ("every day", 86_400 / _YEAR, 100_000.0))
"""How often an election is held, in years, and the longest wait that is told in it."""

_LARGE: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_SPOKEN: Final = 15
"""Logarithm from which on numbers have no name that everybody knows."""


def frequency(exponent: float, besides: float, event: str) -> tuple[str, ...]:
    """Tell how often something happens, in a sentence or two.

    Parameters
    ----------
    exponent, besides : float
        Decimal logarithms of the probability and of one minus it; minus infinity means impossible, and certain.
    event : str
        What happens, after "would see": "Donald Trump denied the majority".

    Examples
    --------
    >>> print(*frequency(-1.26, -0.0246, "rain"))
    About 55 of 1,000 such elections would see rain.
    """
    if exponent == -inf:
        return (f"No such election would see {event}: under these assumptions it cannot happen.",)
    if besides == -inf:
        return (f"Every such election would see {event}: under these assumptions it is certain.",)
    if besides < _RARE:
        return (f"All but about {_share(besides)} such elections would see {event}.",)
    spelled = written_out(-exponent)
    told = f"About {_share(exponent)} such elections{spelled and f', {spelled},'} would see {event}."
    return (told,) if exponent >= _RARE else (told, _waited(exponent))


def _share(exponent: float) -> str:
    """Return 10**exponent as a count of elections: "55 of 1,000", "one of 350,000", "one of 2.9e63"."""
    scale = 2
    while exponent + scale < log10(_FEWEST) and scale < _MOST:
        scale += 1
    if exponent + scale >= log10(_FEWEST):
        return f"{round(10.0 ** (exponent + scale)):,} of {10**scale:,}"
    return f"one of {large(-exponent)}"


def _waited(exponent: float) -> str:
    """Tell how long one waits, or how unlikely it is to happen even once since the beginning of the universe."""
    for pace, years, longest in _PACES:
        if log10(years) - exponent <= log10(longest):
            return f"Were one held {pace}, it would be expected about once in {_years(log10(years) - exponent)}."
    wait = -exponent - log10(_YEAR)
    if wait <= log10(_UNIVERSE):
        return f"Were one held every second, it would be expected about once in {_years(wait)}."
    times = exponent + log10(_YEAR * _UNIVERSE)
    chance = -expm1(-(10.0**times))
    once = numbers.one_in(chance, log10_value=log10(chance) if chance > 0 else times)
    ago = f"{_UNIVERSE / 1e9:g} billion years ago"
    return (
        f"Had one been held every second since the beginning of the universe, {ago}, the chance that it had happened "
        f"even once would be {once}."
    )


def _years(exponent: float) -> str:
    return f"{large(exponent)} years"


def large(exponent: float) -> str:
    """Return 10**exponent, at least 1, with two digits: 1.4, 350,000, 4.1 billion, 2.9e63."""
    if exponent >= _SPOKEN:
        return numbers.scientific(exponent, 2)
    number = float(f"{10.0**exponent:.1e}")
    for size, name in _LARGE:
        if number >= size:
            return f"{number / size:g} {name}"
    return f"{number:,.0f}" if number >= 10 else f"{number:g}"


def written_out(exponent: float) -> str:
    """Say what a number too large for words looks like: "a 29 followed by 62 zeros"; empty below a thousand trillions.

    Examples
    --------
    >>> written_out(63.46)
    'a 29 followed by 62 zeros'
    """
    if exponent < _SPOKEN:
        return ""
    mantissa, _, power = numbers.scientific(exponent, 2).partition("e")
    digits = mantissa.replace(".", "").rstrip("0")
    return f"a {digits} followed by {int(power) + 1 - len(digits):,} zeros"
