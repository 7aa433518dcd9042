"""The normal distribution against SciPy's, at its cells' edges and its ends; its tables to the last bit."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import kstest

from montecarlo.kernel.normal import (
    CELLS,
    LAST,
    OCTAVE,
    normal_cdf,
    normal_quantile,
    quantile_table,
    tail_table,
    upper_quantile,
    upper_tail,
)

_EDGES = np.arange(1, int(LAST * CELLS) + 1) / CELLS
_WORDS = np.random.default_rng(64).integers(0, 2**64, 1_000_000, dtype=np.uint64)
_ROUGHLY = 1e-10


def _uniform(words: np.ndarray) -> np.ndarray:
    return (words.astype(np.float64) + 0.5) * 2.0**-64


@pytest.mark.parametrize(
    ("table", "digest"),
    [
        (tail_table, "c41a87c9fc3cd37af08dc9b98c85579e032d94e5c373bb6408ddbfb7e7d38d2e"),
        (quantile_table, "8123bad88a0d3d9b78da6586f179574d1924707ec652af61f3b018af6e886237"),
    ],
)
def test_the_tables_are_the_same_on_every_machine(table: object, digest: str) -> None:
    assert callable(table)
    assert hashlib.sha256(table().astype("<f8").tobytes()).hexdigest() == digest


def test_normal_numbers_are_the_same_on_every_machine() -> None:
    values = normal_quantile(_WORDS[:100_000])
    found = hashlib.sha256(np.concatenate([values, normal_cdf(values)]).astype("<f8").tobytes()).hexdigest()
    assert found == "f31ccb359508c1aba2b815f67f274184efdc0af970af07d8e7db63f3effdb488"


# The distribution function


def test_lower_tail_is_accurate_in_relation_to_itself() -> None:
    """Random arguments and both sides of every edge, where the series is longest."""
    x = np.concatenate([np.random.default_rng(1).uniform(0, 9.25, 100_000), _EDGES, np.nextafter(_EDGES, 0)])
    x = x[x < LAST]
    error = np.abs(normal_cdf(-x) / ndtr(-x) - 1)
    assert error.max() < 1e-9
    assert error[x < 3].max() < 1e-12


def test_upper_half_is_accurate() -> None:
    x = np.linspace(0, 40, 100_001)
    np.testing.assert_allclose(normal_cdf(x), ndtr(x), rtol=0, atol=1e-14)
    assert (normal_cdf(x) >= 0.5).all()
    assert (normal_cdf(x) <= 1.0).all()


def test_distribution_function_rises_within_cells_and_over_their_edges() -> None:
    x = np.sort(np.random.default_rng(2).uniform(-9.5, 9.5, 300_000))
    assert (np.diff(normal_cdf(x)) >= 0).all()
    below, above = upper_tail(np.nextafter(_EDGES, 0)), upper_tail(_EDGES)
    assert (above <= below * (1 + 1e-12)).all()
    assert (above >= below * (1 - 2e-9)).all()


def test_ends_of_the_distribution_function() -> None:
    assert abs(normal_cdf(np.zeros(1))[0] - 0.5) < 1e-14
    assert normal_cdf(np.array([9.25, 40.0, np.inf])).tolist() == [1.0, 1.0, 1.0]
    ends = normal_cdf(np.array([-9.25, -40.0, -np.inf]))
    assert len(set(ends.tolist())) == 1
    assert 0 < ends[0] < 2.0**-64


# Random numbers


def test_words_become_quantiles() -> None:
    """Words of every size: the relative error of the probability, and the error of the number."""
    size = 2.0 ** np.random.default_rng(3).uniform(0, 63, 300_000)
    words = np.concatenate([size.astype(np.uint64), _WORDS[_WORDS < 2**63]])
    z, p = normal_quantile(words), _uniform(words)
    assert np.abs(ndtr(z) / p - 1).max() < 1e-9
    np.testing.assert_allclose(z, ndtri(p), rtol=0, atol=_ROUGHLY)


def test_both_sides_of_every_cell_of_the_quantile() -> None:
    octaves = np.arange(6, 63, dtype=np.uint64)[:, None]
    edges = ((np.uint64(1) << octaves) + (np.arange(OCTAVE, dtype=np.uint64) << octaves) // np.uint64(OCTAVE)).ravel()
    for words in (edges, edges - np.uint64(1)):
        z, p = normal_quantile(words), _uniform(words)
        assert np.abs(ndtr(z) / p - 1).max() < 1e-9
        np.testing.assert_allclose(z, ndtri(p), rtol=0, atol=_ROUGHLY)
    assert (normal_quantile(edges) - normal_quantile(edges - np.uint64(1)) > -_ROUGHLY).all()


def test_ends_and_middle_of_the_words() -> None:
    words = np.array([0, 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1], dtype=np.uint64)
    z = normal_quantile(words)
    # Phi^-1(2^-65) and Phi^-1(3 2^-65), to 15 digits.
    np.testing.assert_allclose(z[[0, 1]], [-9.15529377268607, -9.03591884857194], rtol=0, atol=_ROUGHLY)
    assert (np.abs(z[2:4]) < _ROUGHLY).all()
    assert z[2] <= 0 <= z[3]
    assert (z == -z[::-1]).all()


def test_words_and_their_complements_are_symmetric() -> None:
    assert (normal_quantile(_WORDS) == -normal_quantile(~_WORDS)).all()


def test_a_million_normal_numbers() -> None:
    """False alarms: 1e-6 each of four moments, 1e-6 of the Kolmogorov-Smirnov test."""
    z, n = normal_quantile(_WORDS), len(_WORDS)
    # Variances of z^k: 1, 2, 15, 96.
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((z**power).mean() - moment) < 4.9 * np.sqrt(variance / n)
    assert kstest(z, ndtr).pvalue > 1e-6


# Quantiles of given probabilities


def test_upper_quantile_against_scipy() -> None:
    p = np.concatenate([10 ** np.random.default_rng(4).uniform(-19.8, np.log10(0.5), 20_000), [2.0**-65]])
    np.testing.assert_allclose(upper_quantile(p), -ndtri(p), rtol=1e-11, atol=3e-14)
    middle = p[p > 0.0014]
    np.testing.assert_allclose(upper_quantile(middle), -ndtri(middle), rtol=1e-12, atol=3e-14)
    high = np.linspace(0.5, 1 - 1e-9, 1001)
    np.testing.assert_allclose(upper_quantile(high), -ndtri(high), rtol=1e-11, atol=3e-14)


def test_upper_quantile_is_symmetric_and_undoes_the_distribution_function() -> None:
    p = np.arange(1, 512) / 512
    assert (upper_quantile(p) == -upper_quantile(1 - p)).all()
    np.testing.assert_allclose(normal_cdf(-upper_quantile(p)), p, rtol=0, atol=1e-14)


def test_ends_of_the_upper_quantile() -> None:
    given = np.array([0.0, 5e-324, 2.0**-66, 0.5, 1.0])
    assert upper_quantile(given).tolist() == [np.inf, np.inf, np.inf, 0.0, -np.inf]
    assert 8.0 < -upper_quantile(np.array([1 - 2.0**-53]))[0] < 8.3
