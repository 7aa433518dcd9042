"""Chances given what is common to all electors."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from montecarlo.exact.environment import INDEPENDENT, CommonFactors, CommonRate, upper_quantile
from montecarlo.parts import Factors

CHANCE = np.array([[0.3, 0.9], [1e-9, 0.5], [0.02, 0.7]])
ELECTORS = np.array([2, 0, 1])
FACTORS = Factors([0.4, -0.3, 0.2], [0.1, 0.5, -0.6])


def factors(nu: float = inf) -> CommonFactors:
    return CommonFactors(
        log_weight=np.log([0.2, 0.3, 0.5, 1e-9]),
        inner_weight=np.array([0.25, 0.75]),
        national=np.array([-9.0, 0.0, 2.5, 14.0]),
        scale=np.ones(4) if nu == inf else np.array([0.5, 1.0, 2.0, 3.0]),
        group=np.array([-3.0, 5.0]),
        factors=Factors(FACTORS.national, FACTORS.group, nu),
    )


@pytest.mark.parametrize("nu", [inf, 1, 2, 4, 31])
def test_chances_follow_the_latent_of_each_elector(nu):
    environment = factors(nu)
    reached, missed = environment.chance(CHANCE, 1 - CHANCE, ELECTORS)
    assert reached.shape == missed.shape == (4, 2, 3, 2)
    quantile = norm.isf(CHANCE) if nu == inf else student.isf(CHANCE, nu)
    for n, m, e, k in np.ndindex(reached.shape):
        a, b = FACTORS.national[ELECTORS[e]], FACTORS.group[ELECTORS[e]]
        level = a * environment.national[n] + b * environment.group[m] - quantile[e, k] * environment.scale[n]
        level /= np.sqrt(1 - a**2 - b**2)
        assert reached[n, m, e, k] == pytest.approx(norm.cdf(level), rel=1e-11, abs=0)
        assert missed[n, m, e, k] == pytest.approx(norm.sf(level), rel=1e-11, abs=0)


def test_common_odds_multiply():
    environment = CommonRate(np.zeros(3), np.ones(1), np.array([-600.0, 0.0, 30.0]))
    reached, missed = environment.chance(CHANCE, 1 - CHANCE, ELECTORS)
    assert reached.shape == (3, 1, 3, 2)
    np.testing.assert_allclose(reached[1, 0], CHANCE, rtol=1e-15)
    np.testing.assert_allclose(reached[0, 0], CHANCE / (1 - CHANCE) * np.exp(-600.0), rtol=1e-13)
    np.testing.assert_allclose(missed[2, 0][0], (1 - CHANCE[0]) / CHANCE[0] * np.exp(-30.0), rtol=1e-11)
    np.testing.assert_allclose(reached + missed, 1.0, rtol=1e-15)


def test_independent_electors_keep_their_chances():
    reached, missed = INDEPENDENT.chance(CHANCE, 1 - CHANCE, ELECTORS)
    assert np.array_equal(reached, CHANCE[None, None])
    assert np.array_equal(missed, 1 - CHANCE[None, None])
    assert np.exp(INDEPENDENT.log_weight).sum() == INDEPENDENT.inner_weight.sum() == 1


def test_rows_take_a_part():
    environment = factors(4)
    whole, _ = environment.chance(CHANCE, 1 - CHANCE, ELECTORS)
    part, _ = environment.rows(slice(1, 3)).chance(CHANCE, 1 - CHANCE, ELECTORS)
    assert np.array_equal(part, whole[1:3])
    rate = CommonRate(np.zeros(3), np.ones(1), np.array([-1.0, 0.0, 1.0]))
    assert rate.rows(np.array([2])).log_odds.tolist() == [1.0]


@pytest.mark.parametrize("nu", [inf, 1, 2, 3, 4, 7, 30, 1000])
@pytest.mark.parametrize("chance", [0.5, 0.49999999, 0.4, 0.01, 1e-6, 1e-30])
def test_quantiles_are_right_in_both_tails(nu, chance):
    law = norm if nu == inf else student(nu)
    high = upper_quantile(np.array(chance), np.array(1 - chance), nu)
    low = upper_quantile(np.array(1 - chance), np.array(chance), nu)
    if abs(chance - 0.5) < 1e-3:  # near the median by the density: distribution functions are less accurate there
        assert high * law.pdf(0) == pytest.approx(0.5 - chance, rel=1e-7, abs=1e-16)
    else:
        assert law.sf(high) == pytest.approx(chance, rel=1e-11, abs=0)
    assert high == pytest.approx(-low, abs=1e-15)


@pytest.mark.parametrize("nu", [inf, 1, 4])
def test_certain_and_impossible_events_stay_so(nu):
    reached, missed = factors(nu).chance(np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.array([0, 1]))
    assert (reached == [0.0, 1.0]).all()
    assert (missed == [1.0, 0.0]).all()
