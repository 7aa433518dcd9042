"""Natural frequencies: never nothing, never a fraction of an election, and always the probability that was put in."""

from __future__ import annotations

import re
from math import inf, log1p, log10

import pytest

from montecarlo.show.frequencies import frequency, large, written_out

_YEAR = 31_557_600
_NAMES = {"": 1, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def told(probability: float) -> tuple[str, ...]:
    besides = log1p(-probability) / 2.302585092994046 if probability < 1 else -inf
    return frequency(log10(probability) if probability else -inf, besides, "rain")


def number(text: str) -> float:
    digits, _, name = text.partition(" ")
    return float(digits.replace(",", "")) * _NAMES[name]


@pytest.mark.parametrize(
    ("probability", "sentence"),
    [
        (0.5, "About 50 of 100 such elections would see rain."),
        (0.131, "About 13 of 100 such elections would see rain."),
        (0.055, "About 55 of 1,000 such elections would see rain."),
        (0.0098, "About 98 of 10,000 such elections would see rain."),
        (1 / 350_000, "About one of 350,000 such elections would see rain."),
        (1 / 4.1e9, "About one of 4.1 billion such elections would see rain."),
        (0.9985, "All but about 15 of 10,000 such elections would see rain."),
        (1 - 2.0**-40, "All but about one of 1.1 trillion such elections would see rain."),
    ],
)
def test_scales(probability: float, sentence: str) -> None:
    assert told(probability)[0] == sentence


def test_what_cannot_be_and_what_must() -> None:
    assert "cannot happen" in told(0.0)[0]
    assert "certain" in told(1.0)[0]


@pytest.mark.parametrize("k", range(1, 400))
def test_the_frequency_is_the_probability(k: int) -> None:
    """Over sixteen powers of ten, to the digits that are told."""
    probability = 0.97 * 10.0 ** (-k / 25)
    (first, *others) = told(probability)
    counted = re.match(r"About (one|[\d,]+) of ([\d,.]+(?: [a-z]+illion)?|[\d.]+e\d+) such", first)
    assert counted, first
    share = (1.0 if counted[1] == "one" else number(counted[1])) / number(counted[2])
    assert share == pytest.approx(probability, rel=0.051)
    assert counted[1] == "one" or number(counted[1]) >= 10
    assert bool(others) == (probability < 0.01)


@pytest.mark.parametrize("exponent", [-2.3, -3.7, -4.3, -4.5, -6.1, -7.4, -7.7, -12.0, -17.6])
def test_the_wait_is_one_over_the_probability(exponent: float) -> None:
    waited = frequency(exponent, -0.0, "rain")[1]
    pace = {"every four years": 4.0, "every day": 86_400 / _YEAR, "every second": 1 / _YEAR}
    (years,) = [years for name, years in pace.items() if name in waited]
    wait = re.search(r"once in ([\d,.]+(?: [a-z]+illion)?) years", waited)
    assert wait, waited
    assert number(wait[1]) == pytest.approx(years / 10.0**exponent, rel=0.051)
    assert number(wait[1]) >= 1


@pytest.mark.parametrize(("exponent", "once"), [(-17.7, "58 in 100"), (-20.0, "1 in 230"), (-63.46, "1 in 6.6e45")])
def test_longer_than_the_universe_is_a_chance(exponent: float, once: str) -> None:
    """1 - exp(-n p) of n seconds in 13.8 billion years."""
    (_, waited) = frequency(exponent, -0.0, "rain")
    assert "13.8 billion years ago" in waited
    assert waited.endswith(f"would be {once}.")


def test_what_no_float_can_hold() -> None:
    first, waited = frequency(-3000.2, -0.0, "rain")
    assert first == "About one of 1.6e3000 such elections, a 16 followed by 2,999 zeros, would see rain."
    assert waited.endswith("1 in 3.6e2982.")


def test_numbers_too_large_to_name() -> None:
    assert [large(x) for x in (0.0, 0.15, 5.9999, 6.0, 14.99, 15.0)] == [
        "1", "1.4", "1 million", "1 million", "980 trillion", "1.0e15",
    ]  # fmt: skip
    assert written_out(14.9) == ""
    assert written_out(15.0) == "a 1 followed by 15 zeros"
