"""Quantiles of t distributions against values of 60 digits, rounded to the nearest double."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy.special import ndtri, stdtr

from montecarlo.kernel.student import student_upper_quantile

PROBABILITIES = np.array([1e-25, 1e-12, 1e-3, 0.25, 0.4999, 1 - 1e-9])
# Roots of I(nu / (nu + x^2); nu / 2, 1 / 2) = 2 min(p, 1 - p) by Newton's method with mpmath's betainc.
QUANTILES = {
    1: [3.1830988618379066e24, 318309886183.79065, 318.30883898555044, 1.0, 0.0003141592756943707, -318309895.1862093],
    2: [
        2236067977499.7896,
        707106.7811854868,
        22.327124770119877,
        0.816496580927726,
        0.0002828427181314423,
        -22360.68005765849,
    ],
    3: [
        222576982.3822442,
        10331.108244292485,
        10.214531852407386,
        0.7648923284043453,
        0.00027206990911047337,
        -1033.1096842432755,
    ],
    4: [
        2340347.319320004,
        1316.0727465592565,
        7.1731822197823085,
        0.7406970841126826,
        0.0002666666706172547,
        -234.02761206090787,
    ],
    7: [
        7488.453685977956,
        104.0218292626472,
        4.785289628638334,
        0.7111417780817864,
        0.00025974603090254505,
        -38.70598080026368,
    ],
    30: [
        33.7586934582185,
        11.397217523311411,
        3.385184866829305,
        0.6827556933212926,
        0.00025276002539339365,
        -8.445862807441596,
    ],
    1000: [
        10.712635588498753,
        7.1242289253144095,
        3.098402163912923,
        0.6747351646070094,
        0.00025072550362288887,
        -6.0536902768005225,
    ],
}


@pytest.mark.parametrize("degrees", QUANTILES)
def test_quantiles_are_the_nearest_doubles(degrees: int) -> None:
    assert student_upper_quantile(PROBABILITIES, degrees).tolist() == QUANTILES[degrees]


@pytest.mark.parametrize("degrees", QUANTILES)
def test_the_tail_beyond_a_quantile_is_its_probability(degrees: int) -> None:
    p = 10 ** np.random.default_rng(degrees).uniform(-20, np.log10(0.49), 30)
    x = student_upper_quantile(p, degrees)
    np.testing.assert_allclose(stdtr(degrees, -x), p, rtol=1e-9)
    # Exactly representable complements give the same numbers with the other sign.
    steps = np.arange(1, 64) / 64
    assert (student_upper_quantile(steps, degrees) == -student_upper_quantile(1 - steps, degrees)).all()


def test_many_degrees_are_nearly_gaussian() -> None:
    """Hill (1970): x = z + (z^3 + z) / (4 nu) + ..., the next term 1e-6 here."""
    p = np.array([0.4, 0.1, 0.01])
    z = -ndtri(p)
    np.testing.assert_allclose(student_upper_quantile(p, 1000), z + (z**3 + z) / 4000, atol=1e-5)


def test_quantiles_are_the_same_on_every_machine() -> None:
    p = np.random.default_rng(7).random(50) ** 4
    found = np.concatenate([student_upper_quantile(p, degrees) for degrees in (1, 2, 5, 6, 30)])
    digest = hashlib.sha256(found.astype("<f8").tobytes()).hexdigest()
    assert digest == "2396810e6201a7a7cf672456a7b9858ef619e146b485fc6d0f86f4d53e320ed3"


def test_ends_middle_and_shape() -> None:
    given = np.array([[0.0, 1e-31, 0.5], [1.0, 0.5, 0.25]])
    expected = [[np.inf, np.inf, 0.0], [-np.inf, 0.0, np.sqrt(2 / 3)]]
    np.testing.assert_allclose(student_upper_quantile(given, 2), expected, rtol=1e-15)


def test_probabilities_next_to_one_are_not_lost() -> None:
    """1 - p is taken with 60 digits, not with 16."""
    found = student_upper_quantile(np.array([1 - 2.0**-53, 1 - 1e-9, 2.0**-53]), 3)
    assert found[0] == -found[2]
    np.testing.assert_allclose(stdtr(3, found[1]), 1 - (1 - 1e-9), rtol=1e-9)
