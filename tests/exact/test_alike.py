"""Electors who are alike, and products of their probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from montecarlo.exact.alike import distinct, trinomial
from montecarlo.exact.joint_counts import joined, joint_law
from montecarlo.exact.products import product


def test_distinct_finds_the_kinds():
    first, kind = distinct(np.array([2, 1, 2, 1]), np.array([0.5, 0.5, 0.5, 0.1]))
    assert len(first) == 3
    assert kind[0] == kind[2]
    assert len(set(kind.tolist())) == 3
    np.testing.assert_array_equal(kind[first], np.arange(3))


@pytest.mark.parametrize("second", [0.0, 0.3])
def test_powers_give_the_law_of_the_recursion(second):
    steps = np.array([0.5 - second, 0.5, second])
    often, coefficients, products = trinomial(9, tuple(steps[:, None]))
    law = np.zeros((10, 10))
    np.add.at(law, (often[:, 0], often.sum(axis=1)), coefficients * products[:, 0])
    neither, both, count = (np.full((9, 1), step) for step in steps)
    expected = joint_law([neither, np.zeros((9, 1)), count, both], caps=(9, 9))[..., 0]
    np.testing.assert_allclose(law[: len(expected), : expected.shape[1]], expected, rtol=1e-13)


@pytest.mark.parametrize("caps", [(40, 40), (8, 11), (5, 3)])
@pytest.mark.parametrize("size", [(3, 2), (15, 16)])
def test_joined_laws_are_convolved_and_capped(caps, size):
    random = np.random.default_rng(1)
    left, right = random.random((17, 18, 2)), random.random((*size, 2))
    expected = np.zeros((caps[0] + 1, caps[1] + 1, 2))
    for i, j in np.ndindex(size):
        for k, m in np.ndindex(17, 18):
            expected[min(i + k, caps[0]), min(j + m, caps[1])] += left[k, m] * right[i, j]
    law = joined(left, right, caps=caps)
    np.testing.assert_allclose(law, expected[: law.shape[0], : law.shape[1]], rtol=1e-13)
    assert law.sum() == pytest.approx(expected.sum())


def test_a_product_keeps_what_is_small_and_drops_what_is_nothing():
    left, right = np.array([[1e-250, 1e-300, 1.0]]), np.array([[1e-40], [1.0], [1e-280]])
    assert product(left, right)[0, 0] == pytest.approx(1e-280, rel=1e-9)
    assert product(left, np.array([[1e-40], [1.0], [0.0]]))[0, 0] == pytest.approx(1e-290, rel=1e-12)
