"""Numbers in words: never 0 or 1 when it is not."""

from __future__ import annotations

from math import inf, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from montecarlo.show import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (0.5, "0.5"),
        (0.13154585, "0.132"),
        (0.001, "0.001"),
        (5.4191709e-64, "5.42e-64"),
        (1 - 1e-10, "1 - 1.00e-10"),
        (9.999e-4, "1.00e-3"),
    ],
)
def test_probability(value: float, text: str) -> None:
    assert numbers.probability(value) == text


def test_probability_beyond_a_float() -> None:
    assert numbers.probability(0.0, log10_value=-1000.5) == "3.16e-1001"
    assert numbers.probability(0.0, log10_value=-3000.0001) == "1.00e-3000"
    assert numbers.probability(0.0, log10_value=-inf) == "0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "impossible"),
        (1.0, "certain"),
        (0.253275, "1 in 3.95"),
        (0.0081978, "1 in 122"),
        (1 / 1234, "1 in 1,234"),
        (3.46817e-64, "1 in 2.9e63"),
        (0.75, "75 in 100"),
        (0.9999, "all but 1 in 10,000"),
        (1e-6, "1 in 1.0e6"),
    ],
)
def test_one_in(value: float, text: str) -> None:
    assert numbers.one_in(value) == text


@pytest.mark.parametrize(
    ("hits", "draws", "text"),
    [
        (56_083, 1_000_000, "1 in 17.8"),
        (165, 50_000, "1 in 300"),
        (1_359, 50_000, "1 in 37"),
        (4_829, 1_000_000, "1 in 210"),
        (3, 100_000, "1 in 33,000"),
        (3, 10**8, "1 in 3.3e7"),
        (99_999, 100_000, "all but 1 in 100,000"),
        (961_584, 1_000_000, "96 in 100"),
    ],
)
def test_a_share_has_the_digits_that_its_interval_leaves(hits: int, draws: int, text: str) -> None:
    assert numbers.share(hits, draws) == text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((0.1, 0.25, 1.0), ["0.1", "0.25", "1"]),
        ((0.12345, 0.12346), ["0.12345", "0.12346"]),
        ((0.99999, 1.0), ["0.99999", "1"]),
        ((0.9999999999999999,), ["0.9999999999999999"]),
        ((5e-324, 0.0), ["4.941e-324", "0"]),
        ((1 / 3,), ["0.3333"]),
    ],
)
def test_numbers_are_told_apart(values: tuple[float, ...], told: list[str]) -> None:
    assert numbers.told_apart(values, 4) == told


def test_one_in_beyond_a_float() -> None:
    assert numbers.one_in(0.0, log10_value=-2173.71) == "1 in 5.1e2173"
    assert numbers.one_in(1.0, complement=1e-20) == "all but 1 in 1.0e20"
    assert numbers.one_in(1.0, complement=0.0, log10_complement=-1033.0) == "all but 1 in 1.0e1033"
    assert numbers.probability(1.0, log10_complement=-1033.0) == "1 - 1.00e-1033"
    assert numbers.probability(1.0, log10_complement=-inf) == "1"


@given(st.floats(min_value=5e-324, max_value=1, exclude_max=True))
def test_never_zero_and_never_one(value: float) -> None:
    assert numbers.probability(value) not in {"0", "1"}
    assert numbers.one_in(value, log10_value=log10(value)) not in {"impossible", "certain"}


@given(st.floats(min_value=1e-300, max_value=1))
def test_an_upper_limit_is_never_rounded_down(value: float) -> None:
    shown = float(numbers.upper_limit(value))
    assert value <= shown * (1 + 1e-12)
    assert shown <= 1.11 * value


@given(st.floats(min_value=1e-6, max_value=1, exclude_max=True))
def test_a_lower_limit_is_never_rounded_up(value: float) -> None:
    assert float(numbers.lower_limit(value)) <= value * (1 + 1e-12)


def test_votes() -> None:
    assert [numbers.votes(value) for value in (0.30229, 13.25, 152.3, 12345.6)] == ["0.302", "13.2", "152", "12,346"]
