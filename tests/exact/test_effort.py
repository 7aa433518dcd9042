"""Exact answers that would take too long are refused before the work is done, the same on every machine."""

from __future__ import annotations

import time

import numpy as np
import pytest

from montecarlo.errors import NotSolvable
from montecarlo.exact.effort import MOST_STEPS, Effort
from montecarlo.exact.solver import solve
from montecarlo.language.thresholds import weibull_cdf
from montecarlo.model import Model, mixture
from montecarlo.parts import Cascade, Factors, Law, Opponents, Pledge

CDF = weibull_cdf(scale=40.0, shape=1.5, levels=300)
DIFFERENT = np.linspace(0.01, 0.1, 2000)
PLEDGE = Pledge(0.3, 200)
LONG = {
    "a pledge under a t distribution": Model(0.05, 271, [1] * 2000, dependence=Factors(0.3, 0, 4), coordination=PLEDGE),
    "the same with different electors": Model(DIFFERENT, 271, dependence=Factors(0.3, 0, 4), coordination=PLEDGE),
    "a law too": Model([0.05] * 2000, 271, dependence=Factors(0.3), coordination=PLEDGE, law=Law(0.3, 0.5)),
    "rounds of a cascade under a factor": Model(
        [0.01] * 2000, 271, dependence=Factors(0.3), coordination=Cascade(0.3, CDF, rounds=5)
    ),
    "a cascade of different electors": Model(DIFFERENT, 271, coordination=Cascade(0.3, CDF)),
    "a cascade of twenty classes of one under a factor": Model(
        0.005,
        10,
        [1] * 20,
        dependence=Factors(0.7),
        coordination=Cascade(np.linspace(0.05, 0.5, 20), [0, 0.5, 0.6, 0.7]),
    ),
    "many votes under a factor": Model(np.linspace(0.1, 0.2, 50_000), 10_000, dependence=Factors(0.3)),
}


@pytest.mark.parametrize("name", LONG)
def test_what_would_take_minutes_is_refused_in_seconds(name: str) -> None:
    """The time allowed is ten times what a slow machine was seen to need."""
    begun = time.perf_counter()
    with pytest.raises(NotSolvable, match=r"would take longer than|would have to be tried") as caught:
        solve(LONG[name])
    assert time.perf_counter() - begun < 20.0
    assert "\n" not in str(caught.value)


def test_steps_are_counted_before_they_are_made() -> None:
    effort = Effort()
    effort.spend(MOST_STEPS / 4, on="A half")
    effort.spend(MOST_STEPS / 8, values=2, on="A quarter")
    assert effort.left == pytest.approx(MOST_STEPS / 2)
    with pytest.raises(
        NotSolvable, match=r"^Too much, for each of 2,000 values .* would take longer .*montecarlo.simulat"
    ):
        effort.spend(MOST_STEPS / 1000, values=2000, on="Too much")
    assert effort.left == pytest.approx(MOST_STEPS / 2)


def test_what_a_point_costs_tells_how_many_are_affordable() -> None:
    effort = Effort()

    def rows(points: np.ndarray) -> None:
        effort.spend(MOST_STEPS / 100, values=len(points), on="A point")

    affordable = effort.affordable(rows, np.zeros((1, 1)))
    assert affordable(98)
    assert not affordable(100)


def test_fewer_steps_may_be_allowed() -> None:
    for model in (
        Model([0.05] * 306, 37, dependence=Factors(0.3)),
        mixture([(0.5, Model([0.05] * 306, 37)), (0.5, Model([0.02] * 306, 37, coordination=Pledge(0.3, 37)))]),
        Model([0.05] * 306, 37, dependence=Factors(0.3), opponents=Opponents([0.01] * 232)),
    ):
        assert 0.0 < solve(model).probability < 1.0
        with pytest.raises(NotSolvable):
            solve(model, steps=1e4)
