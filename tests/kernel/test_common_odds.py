"""Common odds: the elementary functions, the Beta distribution of the rate, and the same odds on every machine."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import kstest

from montecarlo.kernel.common_odds import draw_odds, exponential, logarithm

_COMMON = 4 << 24
_ELECTIONS = np.arange(60_000, dtype=np.uint64)
_rng = np.random.default_rng(1763)


def test_logarithm() -> None:
    x = np.concatenate([10 ** _rng.uniform(-300, 300, 20_000), 1 + 10 ** _rng.uniform(-16, -1, 5000), [0.5, 1.0, 2.0]])
    expected = np.array([math.log(each) for each in x])
    assert (np.abs(logarithm(x) - expected) / (1 + np.abs(expected))).max() < 1e-15
    assert abs(logarithm(np.ones(1))[0]) < 1e-15


def test_exponential_loses_what_its_argument_is_unsure_of() -> None:
    x = np.concatenate([_rng.uniform(-700, 700, 20_000), _rng.uniform(-1, 1, 5000), [0.0, -700.0, 700.0]])
    expected = np.array([math.exp(each) for each in x])
    error = np.abs(exponential(x) / expected - 1)
    assert (error / (1 + np.abs(x))).max() < 5e-16
    assert error[np.abs(x) < 50].max() < 1e-14


def test_exponential_is_cut_at_both_ends() -> None:
    ends = exponential(np.array([-700.0, 700.0]))
    assert (exponential(np.array([-np.inf, np.inf])) == ends).all()
    assert (exponential(np.array([-701.0, 701.0])) == ends).all()
    assert np.isfinite(ends).all()


def _beta_cdf(odds: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    """P(X <= x), from x or 1 - x, whichever is smaller."""
    low = odds <= 1
    with np.errstate(over="ignore"):
        return np.where(low, betainc(alpha, beta, odds / (1 + odds)), 1 - betainc(beta, alpha, 1 / (1 + odds)))


@pytest.mark.parametrize(
    "parameters",
    [(0.05, 0.05), (0.05, 1000.0), (1000.0, 0.05), (0.5, 30.0), (1.0, 1.0), (2.0, 5.0), (1000.0, 1000.0), (1e6, 1e6)],
)
def test_the_rate_has_its_beta_distribution(parameters: tuple[float, float]) -> None:
    """Kolmogorov-Smirnov, false alarms 1e-6 each."""
    odds = draw_odds(int(1e6 * sum(parameters)), _COMMON, _ELECTIONS, parameters)
    assert kstest(_beta_cdf(odds, *parameters), "uniform").pvalue > 1e-6


def test_a_wrong_parameter_would_be_seen() -> None:
    odds = draw_odds(5, _COMMON, _ELECTIONS, (2.0, 5.0))
    assert kstest(_beta_cdf(odds, 2.0, 5.1), "uniform").pvalue < 1e-6


def test_odds_too_small_for_a_double_are_cut() -> None:
    """P(log odds < -700) is about e^-0.7 / 2 for Beta(0.001, 0.001); 5 standard deviations, false alarms 6e-7."""
    odds = draw_odds(5, _COMMON, _ELECTIONS, (0.001, 0.001))
    least = exponential(np.array([-700.0]))[0]
    expected = betainc(0.001, 0.001, least)
    assert odds.min() == least
    share = (odds == least).mean()
    assert abs(share - expected) < 5 * np.sqrt(expected * (1 - expected) / len(odds))


@pytest.mark.parametrize(
    ("parameters", "digest"),
    [
        ((2.0, 5.0), "8f01c81b707a6a72cdcd765f88ae76bfceb38e70405ef3f299e9c2ad70608350"),
        ((0.05, 1000.0), "d12876b85457031d100df30c35330511d330b46db025d8aaebcc96b75f6514eb"),
    ],
)
def test_the_first_hundred_odds_are_the_same_on_every_machine(parameters: tuple[float, float], digest: str) -> None:
    odds = draw_odds(20161219, _COMMON, np.arange(100, dtype=np.uint64), parameters)
    assert hashlib.sha256(odds.astype("<f8").tobytes()).hexdigest() == digest


def test_odds_of_an_election_do_not_depend_on_the_others() -> None:
    whole = draw_odds(5, _COMMON, _ELECTIONS[:1000], (0.3, 7.0))
    assert (draw_odds(5, _COMMON, _ELECTIONS[300:500], (0.3, 7.0)) == whole[300:500]).all()
    assert draw_odds(5, _COMMON, _ELECTIONS[:0], (0.3, 7.0)).shape == (0,)
    assert draw_odds(6, _COMMON, _ELECTIONS[:9], (0.3, 7.0)).tolist() != whole[:9].tolist()
