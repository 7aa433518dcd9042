"""Sums of weights against plain sums, in any order of blocks and at any size of number."""

from __future__ import annotations

import numpy as np
import pytest

from montecarlo.sampling.weights import Weights, added


@pytest.mark.parametrize("shift", [0.0, -5000.0, 300.0])
def test_blocks_add_up_to_the_whole(shift: float) -> None:
    logs = np.random.default_rng(1).normal(size=1000)
    whole = Weights.of(logs + shift)
    parts = added([Weights.of(part + shift) for part in np.array_split(logs, [1, 7, 300, 999])])
    plain = np.exp(logs)
    for found in (whole, parts):
        assert found.draws == 1000
        assert found.log_mean == pytest.approx(np.log(plain.mean()) + shift, rel=1e-12)
        assert found.relative_variance == pytest.approx(plain.var() / plain.mean() ** 2, rel=1e-10)
        kurtosis = ((plain - plain.mean()) ** 4).mean() / plain.var() ** 2
        assert found.kurtosis == pytest.approx(kurtosis, rel=1e-10)
        assert found.relative_standard_error == pytest.approx(plain.std() / plain.mean() / 1000**0.5, rel=1e-10)


def test_weights_of_nothing() -> None:
    nothing = Weights.of(np.full(5, -np.inf))
    assert (nothing.log_mean, nothing.relative_variance) == (-np.inf, np.inf)
    both = nothing + Weights.of(np.full(5, -800.0))
    assert both.log_mean == pytest.approx(-800.0 - np.log(2.0))
    assert both.relative_variance == pytest.approx(1.0)
    assert (nothing + nothing).log_mean == -np.inf


def test_equal_weights_have_no_variance() -> None:
    same = added([Weights.of(np.full(100, -1234.5))] * 3)
    assert same.relative_variance == 0.0
    assert same.kurtosis == 1.0
