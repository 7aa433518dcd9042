"""Intervals against scipy.stats, closed forms and their own coverage."""

from __future__ import annotations

from math import exp, inf, log

import numpy as np
import pytest
from scipy import stats

from montecarlo.errors import InputError
from montecarlo.uncertainty import (
    Bounded,
    Counted,
    Waited,
    Weighed,
    clopper_pearson,
    gamma_quantiles,
    normal_quantile,
)


def _some_hits(draws: int) -> list[int]:
    return sorted({hits for hits in (0, 1, 2, 3, draws // 3, draws // 2, draws - 1, draws) if hits <= draws})


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.9999])
@pytest.mark.parametrize("draws", [1, 2, 50, 10_000, 10_000_000])
def test_interval_is_that_of_scipy(draws: int, confidence: float) -> None:
    """Nearer than 1e-11 SciPy does not come: its root finder stops there."""
    for hits in _some_hits(draws):
        expected = stats.binomtest(hits, draws).proportion_ci(confidence)
        assert clopper_pearson(hits, draws, confidence) == pytest.approx(tuple(expected), rel=1e-6, abs=1e-11)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.9999])
@pytest.mark.parametrize("draws", [1, 2, 50, 10_000, 10_000_000])
def test_both_ends_leave_half_of_the_rest_outside(draws: int, confidence: float) -> None:
    """The definition: P(X >= hits) at the lower end and P(X <= hits) at the upper end are alpha / 2."""
    for hits in _some_hits(draws):
        low, high = clopper_pearson(hits, draws, confidence)
        if hits > 0:
            assert stats.binom.sf(hits - 1, draws, low) == pytest.approx((1 - confidence) / 2, rel=1e-8)
        if hits < draws:
            rounding = 1e-15 / (1 - high)
            assert stats.binom.cdf(hits, draws, high) == pytest.approx((1 - confidence) / 2, rel=1e-8 + rounding)


@pytest.mark.parametrize("draws", [1, 7, 10**6, 10**7, 10**9])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_interval_after_none_and_after_all(draws: int, confidence: float) -> None:
    """Closed forms: (1 - high)**n = alpha / 2 after none; low**n = alpha / 2 after all."""
    half = (1 - confidence) / 2
    low, high = clopper_pearson(0, draws, confidence)
    assert low == 0.0
    assert high == pytest.approx(-np.expm1(np.log(half) / draws), rel=1e-12)
    low, high = clopper_pearson(draws, draws, confidence)
    assert high == 1.0
    assert low == pytest.approx(half ** (1 / draws), rel=1e-12)


def test_no_hits_in_ten_million_leave_three_digits_right() -> None:
    assert f"{clopper_pearson(0, 10_000_000)[1]:.2e}" == "3.69e-07"


def test_interval_holds_the_share_and_mirrors() -> None:
    for draws, hits in [(10, 3), (1000, 1), (12345, 6789)]:
        low, high = clopper_pearson(hits, draws)
        assert 0 <= low < hits / draws < high <= 1
        assert clopper_pearson(draws - hits, draws) == pytest.approx((1 - high, 1 - low), rel=1e-9)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_coverage_is_never_below_nominal(confidence: float) -> None:
    """By enumeration of all outcomes, also where coverage jumps: just beside every end of an interval."""
    draws = 50
    ends = np.array([clopper_pearson(hits, draws, confidence) for hits in range(draws + 1)])
    beside = np.concatenate([ends.ravel() * (1 - 1e-9), ends.ravel() * (1 + 1e-9)])
    grid = np.concatenate([np.linspace(0, 1, 2001), beside[beside <= 1]])
    covers = (ends[:, :1] <= grid) & (grid <= ends[:, 1:])
    coverage = (covers * stats.binom.pmf(np.arange(draws + 1)[:, None], draws, grid)).sum(axis=0)
    assert coverage.min() >= confidence - 1e-12
    assert coverage.min() < confidence + 0.05


@pytest.mark.parametrize("bad", [0, 1, -0.1, 1.5, 95, float("nan")])
def test_confidence_lies_between_0_and_1(bad: float) -> None:
    with pytest.raises(InputError, match=r"confidence is .* strictly between 0 and 1"):
        clopper_pearson(1, 10, bad)


# Laws of error


def test_counts_have_the_interval_of_clopper_and_pearson() -> None:
    low, high = Counted(3, 1000).log_interval(0.9)
    assert (exp(low), exp(high)) == pytest.approx(clopper_pearson(3, 1000, 0.9), rel=1e-14)
    assert Counted(0, 1000).log_interval(0.95)[0] == -inf


def test_waiting_times_cover_as_often_as_they_say() -> None:
    """100,000 waits for 5 hits at rate 1: the share covered is off by 0.0045 once in 15,000 runs of this test."""
    times = stats.gamma(5).rvs(100_000, random_state=1)
    low, high = gamma_quantiles(5, 0.9)
    assert ((low / times <= 1.0) & (high / times >= 1.0)).mean() == pytest.approx(0.9, abs=0.0045)
    ends = Waited(5, log(times[0])).log_interval(0.9)
    assert ends == pytest.approx((log(low / times[0]), log(high / times[0])), rel=1e-12)


def test_means_of_weights_have_a_normal_interval_that_may_reach_zero() -> None:
    assert Weighed(-500.0, 0.01).log_interval(0.95) == pytest.approx(
        (-500.0 + np.log1p(-0.0195996), -500.0 + np.log1p(0.0195996)), rel=1e-9
    )
    assert Weighed(0.0, 0.8).log_interval(0.95)[0] == -inf
    assert normal_quantile(0.95) == pytest.approx(stats.norm.ppf(0.975), rel=1e-14)


def test_a_bound_is_the_interval_at_any_confidence() -> None:
    for confidence in (0.5, 0.99):
        assert Bounded(-2.0, 1e-3).log_interval(confidence) == (-2.0 + np.log1p(-1e-3), -2.0 + np.log1p(1e-3))
    assert Bounded(-2.0, inf).log_interval(0.9) == (-inf, inf)
