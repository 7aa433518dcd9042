"""The one estimate asked of every model: methods, targets, intervals, and how it is printed."""

from __future__ import annotations

from math import exp, inf, log

import numpy as np
import pytest

import montecarlo as mc
from montecarlo.estimates import rounded_together
from montecarlo.estimation import sampled
from montecarlo.uncertainty import Bounded, Counted, Weighed

RARE = mc.Model([0.001] * 306, 37)
FREQUENT = mc.Model([0.1] * 306, 37)
FACTORS = mc.Model([0.005] * 100, 37, dependence=mc.Factors(0.3))
PLEDGED = mc.Model([0.001] * 100, 37, coordination=mc.Pledge(0.1, 30))
BLOCS = mc.Model([0.05] * 20, 15, votes=[2] * 20, coordination=mc.Pledge(0.3, 5))


def truth(model: mc.Model | mc.Mixture) -> float:
    return mc.solve(model).log10_probability


def test_exact_where_there_is_an_exact_answer() -> None:
    found = mc.estimate(RARE, 0.01)
    solution = mc.solve(RARE)
    assert (found.method, found.draws, found.seed) == ("exact", 0, None)
    assert found.log10_probability == pytest.approx(solution.log10_probability, rel=1e-15)
    assert found.probability == pytest.approx(solution.probability, rel=1e-12)
    assert found.relative_error == pytest.approx(solution.relative_error_bound, rel=1e-3)
    assert found.reached
    low, high = found.interval()
    assert low <= solution.probability <= high


@pytest.mark.parametrize(
    ("model", "method"), [(RARE, "importance"), (FACTORS, "importance"), (PLEDGED, "importance"), (FREQUENT, "crude")]
)
def test_samplers_reach_what_is_asked(model: mc.Model, method: str) -> None:
    """Each misses by more than four standard errors once in 16,000 seeds."""
    found = mc.estimate(model, 0.04, seed=3, method=method)
    assert (found.method, found.seed, found.asked, found.confidence) == (method, 3, 0.04, 0.95)
    assert found.reached
    off = (found.log10_probability - truth(model)) * log(10.0)
    assert abs(off) < 4.0 * 0.04 / 1.96
    assert 0 < found.effective_sample_size <= found.draws
    low, high = found.interval()
    assert low < found.probability < high
    narrow = found.interval(0.5)
    assert low < narrow[0] < narrow[1] < high
    again = mc.estimate(model, 0.04, seed=3, method=method)
    assert (again.log10_probability, again.draws) == (found.log10_probability, found.draws)


def test_auto_takes_what_fits() -> None:
    assert mc.estimate(RARE).method == "exact"
    assert mc.estimate(BLOCS, 0.1, seed=1).method == "crude"
    mixed = mc.mixture([(0.5, RARE), (0.5, PLEDGED_WIDE)])
    assert sampled(mixed, 0.05, confidence=0.9, seed=1).method == "importance"


PLEDGED_WIDE = mc.Model([0.001] * 306, 37, coordination=mc.Pledge(0.05, 30))


def test_an_interval_that_would_not_hold_is_withheld() -> None:
    withheld = mc.Estimate(Weighed(-100.0, 0.2), "importance", 5000, 20.0, 1, 0.01, 0.95, "because of this; do that")
    assert withheld.relative_error == inf
    assert not withheld.reached
    with pytest.raises(mc.IntervalWithheld, match="There is no interval: because of this; do that"):
        withheld.interval()
    assert str(withheld).startswith("about 3.72e-44")


def test_nothing_seen_is_an_upper_limit() -> None:
    none = mc.Estimate(Counted(0, 1000), "crude", 1000, 1000.0, 1, 0.01, 0.95)
    assert none.log10_probability == -inf
    assert (none.relative_error, none.reached) == (inf, False)
    assert str(none) == "below 0.0037"
    assert none.interval()[0] == 0.0


def test_an_impossible_event_is_said_to_be_so() -> None:
    found = sampled(mc.Model([0.1] * 3 + [0.0] * 9, 5), 0.1, confidence=0.95, seed=1)
    assert str(found) == "0 (impossible)"
    assert (found.method, found.probability, found.relative_error) == ("exact", 0.0, 0.0)


@pytest.mark.parametrize(
    ("exponent", "error", "text"),
    [
        (-63.26607, 0.01, "(5.419 +- 0.054)e-64"),
        (-0.881, 0.02, "0.1315 +- 0.0026"),
        (-400.0, 0.5, "(1.00 +- 0.50)e-400"),
        (-2.0, 0.0, "1.00000000e-2"),
        (-300.00000000000006, 0.0, "1.00000000e-300"),
        (-8.0, inf, "about 1.00e-8"),
    ],
)
def test_value_and_error_are_rounded_together(exponent: float, error: float, text: str) -> None:
    assert rounded_together(exponent, error) == text


def test_printed() -> None:
    law = Bounded(log(5.4191709453150893e-64), 1e-12)
    assert str(mc.Estimate(law, "exact", 0, inf, None, 0.1, 0.95)) == "5.41917095e-64 (1 in 1.85e63, log10 -63.2661)"
    nothing = mc.Estimate(Weighed(-inf, inf), "cascade", 9, 0.0, 1, 0.1, 0.95, "no draw has weight; do that")
    assert str(nothing) == "unknown: no draw has weight; do that"


def test_no_probability_and_no_limit_above_1() -> None:
    certain = mc.estimate(mc.Model([1.0], 1), 0.3, seed=1, method="importance")
    assert certain.probability <= 1.0
    assert certain.interval()[1] <= 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"relative_error": 0.0}, "relative_error is 0.0; it must lie strictly between 0 and 1"),
        ({"relative_error": "small"}, "relative_error is 'small'"),
        ({"relative_error": float("nan")}, "relative_error is nan"),
        ({"confidence": 1.0}, "confidence is 1.0"),
        ({"confidence": "a"}, "confidence is 'a'"),
        ({"method": "luck"}, "method is 'luck'; it must be one of auto, exact"),
        ({"seed": -1}, "seed is -1"),
        ({"method": "cascade"}, "method is 'cascade', but the electors need importance; use 'auto'"),
    ],
)
def test_what_cannot_be_used_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(mc.InputError, match=message.replace(".", r"\.")):
        mc.estimate(RARE, **arguments)


def test_exact_is_refused_where_there_is_none() -> None:
    with pytest.raises(mc.NotSolvable):
        mc.estimate(BLOCS, method="exact")
    with pytest.raises(mc.NotSolvable, match="Votes above 1 under a Pledge"):
        mc.estimate(BLOCS, method="importance")


def test_a_map_changes_nothing() -> None:
    backwards = {}

    def map_(function, items):  # type: ignore[no-untyped-def]
        items = list(items)
        backwards.update({item: function(item) for item in reversed(items)})
        return [backwards[item] for item in items]

    for model in (RARE, FACTORS):
        plain = sampled(model, 0.05, confidence=0.95, seed=5)
        other = sampled(model, 0.05, confidence=0.95, seed=5, map_=map_)
        assert plain.law == other.law


def test_far_below_the_least_float() -> None:
    model = mc.Model(np.full(306, 1e-12), 37)
    found = mc.estimate(model, 0.05, seed=1, method="importance")
    assert found.probability == 0.0
    assert exp((found.log10_probability - truth(model)) * log(10.0)) == pytest.approx(1.0, abs=0.1)
    assert found.log10_interval()[0] < found.log10_probability < found.log10_interval()[1]


def test_only_models_are_estimated() -> None:
    with pytest.raises(mc.InputError, match=r"not a montecarlo\.Model"):
        mc.estimate(mc.load("lone-rogues"), method="importance")  # type: ignore[arg-type]
