"""Weights of cascades: reference values, every outcome of a few electors, exact answers of every kind of model."""

from __future__ import annotations

import json
from math import exp, lgamma, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from exact.second_opinions_coordination import every_outcome

from montecarlo.engine.simulation import simulate
from montecarlo.errors import NotSolvable
from montecarlo.exact.environment import INDEPENDENT
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents
from montecarlo.sampling.cascade import CascadeSampler
from montecarlo.sampling.stopping import weigh
from montecarlo.sampling.strata import strata_of
from montecarlo.sampling.weights import Weights

REFERENCE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["monte_carlo_only"]
(DIFFERENT,) = (case["estimates"] for case in REFERENCE if case["id"] == "MC-1")
ELECTORS, LEVELS = np.arange(1, 307), np.arange(307)
PUBLISHED = (0.077, 0.56, 0.67, 0.58)
"""Relative variances of one draw, whoever joins being drawn without regard to what she is worth."""

RISING = np.minimum(LEVELS / 200, 1.0)
COME_OVER = Opponents([0.1] * 25, destination=Destination(0.4))
TWO = np.repeat([0.5, 0.2], [106, 200])


def different(begin: float, follow: float, **parts) -> Model:
    """306 electors who differ in everything."""
    u, c = 10 ** (-4 + 2 * ((53 * ELECTORS) % 307) / 307), 0.02 + 0.6 * ((71 * ELECTORS) % 307) / 307
    scale = 20 + 120 * ((97 * ELECTORS) % 307) / 307
    laws = 1 - np.exp(-((LEVELS / scale[:, None]) ** 2))
    return Model(begin * u, 37, coordination=Cascade(follow * c, laws), **parts)


def alike(n: int, needed: int, p=0.02, c=0.3, rounds=None, visibility=1.0, **parts) -> Model:
    return Model([p] * n, needed, coordination=Cascade(c, RISING, None, rounds, visibility), **parts)


EXACT = {
    "M4-a": Model([0.01] * 306, 37, coordination=Cascade(0.612, LEVELS / 306)),
    "M4-e": Model(
        0.001 + 0.004 * ((53 * ELECTORS) % 307) / 307,
        37,
        coordination=Cascade(0.05 + 0.30 * ((71 * ELECTORS) % 307) / 307, 1 - np.exp(-((LEVELS / 50) ** 2))),
    ),
    "two classes": Model(
        np.repeat([0.02, 0.001], [106, 200]),
        37,
        coordination=Cascade(TWO, 1 - np.exp(-((LEVELS / np.array([[40], [60]])) ** 2)), np.repeat([0, 1], [106, 200])),
    ),
    "rounds": alike(60, 15, rounds=2),
    "nobody follows": alike(60, 8, rounds=0),
    "half seen": alike(60, 15, visibility=0.5),
    "nothing seen": alike(60, 10, visibility=0.0),
    "law": alike(60, 15, law=Law(0.5)),
    "laws that differ": alike(60, 15, law=Law(np.repeat([0.1, 0.9], 30))),
    "law and rounds": alike(60, 15, rounds=3, law=Law(0.4)),
    "law, half seen": alike(60, 15, visibility=0.6, law=Law(0.4)),
    "opponents": alike(60, 15, opponents=COME_OVER),
    "opponents and law": alike(60, 15, opponents=COME_OVER, law=Law(0.3)),
    "one factor": alike(60, 15, dependence=Factors(0.3)),
    "t": alike(60, 15, p=0.002, dependence=Factors(0.2, degrees_of_freedom=4)),
    "t without loadings": alike(60, 15, p=0.002, dependence=Factors(0.0, degrees_of_freedom=4)),
    "odds": alike(60, 15, dependence=CommonOdds(0.5, 24.5)),
    "factor and rounds": alike(60, 15, rounds=2, dependence=Factors(0.3)),
    "factor, half seen": alike(60, 15, visibility=0.5, dependence=Factors(0.3)),
    "factor and law": alike(60, 15, dependence=Factors(0.3), law=Law(0.4)),
    "factor and opponents": alike(60, 15, dependence=Factors(0.3), opponents=COME_OVER),
    "factor, two classes": Model(
        np.repeat([0.02, 0.002], 30),
        15,
        dependence=Factors(np.repeat([0.3, 0.1], 30)),
        coordination=Cascade(0.3, RISING),
    ),
}


def weights(model: Model, draws: int, *, upheld: bool = False) -> Weights:
    sampler, parts = CascadeSampler(model, upheld=upheld), []
    for block in range(-(-draws // sampler.block)):
        parts.append(sampler.log_weights(5, 2, block, min(sampler.block, draws - block * sampler.block)))
    return Weights.of(np.concatenate(parts))


def score(found: Weights, log_exact: float, *, error: float = 1e-4) -> float:
    """Standard errors by which an estimate misses a value; the error is relative, or what few draws may never see."""
    return (exp(found.log_mean - log_exact) - 1.0) / sqrt(found.relative_standard_error**2 + error**2)


@pytest.mark.parametrize("case", range(4))
def test_electors_who_differ_in_everything(case: int) -> None:
    """Within 3 joint standard errors of published estimates; fails by chance once in 370 seeds."""
    known = DIFFERENT[case]
    found = weights(different(known["a"], known["b"]), 600)
    assert abs(score(found, log(known["value"]), error=known["rel_se"])) < 3.0
    assert found.relative_variance < 0.35 * PUBLISHED[case]


@pytest.mark.parametrize("name", EXACT)
def test_no_bias(name: str) -> None:
    """Each fails by chance once in 16,000 seeds."""
    model = EXACT[name]
    found = weights(model, 300, upheld=model.law is not None)
    assert abs(score(found, solve(model).log10_probability * log(10.0))) < 4.0
    assert found.relative_variance < 1.0


@pytest.mark.parametrize("name", ["M4-a", "rounds", "nobody follows", "half seen", "nothing seen", "law"])
def test_electors_who_are_alike_have_one_weight(name: str) -> None:
    model = EXACT[name]
    found = weights(model, 40, upheld=model.law is not None)
    assert found.relative_variance < 1e-20
    assert found.log_mean == pytest.approx(solve(model).log10_probability * log(10.0), abs=1e-8)


def test_electors_who_differ_but_for_one_law_have_nearly_one_weight() -> None:
    assert weights(EXACT["M4-e"], 300).relative_variance < 1.2 * 0.0042


def test_two_percent_off_is_told() -> None:
    found = weights(EXACT["M4-e"], 300)
    assert abs(score(found, solve(EXACT["M4-e"]).log10_probability * log(10.0) + log(1.02))) > 4.0


def few(case: int) -> Model:
    """Up to 4 electors who differ in everything; some sure to begin, some to join, some never; jumps and flat parts."""
    rng = np.random.default_rng([47, case])
    n = int(rng.integers(1, 4 if case % 3 == 2 else 5))
    p, c = rng.random(n) * 0.6, rng.random(n)
    p, c = np.where(rng.random(n) < 0.2, rng.integers(2, size=n), p), np.where(rng.random(n) < 0.2, 1.0, c)
    steps = rng.random((n, n)) * (rng.random((n, n)) < 0.7)
    laws = np.cumsum(steps, axis=1) / np.maximum(steps.sum(axis=1, keepdims=True), 0.1)
    laws = np.minimum(np.column_stack([np.zeros(n), laws]), 1.0)
    rounds, visibility = ((None, 1.0), (int(rng.integers(3)), 1.0), (None, 0.5))[case % 3]
    law = Law(rng.random(n) * (rng.random(n) < 0.7)) if case % 2 else None
    return Model(
        p, int(rng.integers(1, n + 1)), coordination=Cascade((1 - p) * c, laws, None, rounds, visibility), law=law
    )


@pytest.mark.parametrize("case", range(48))
def test_every_outcome_of_a_few_electors(case: int) -> None:
    """Each fails by chance once in 16,000 seeds."""
    model = few(case)
    (row,) = every_outcome(model, INDEPENDENT, upheld=True)
    exact = float(sum(row[model.needed :]))
    found = weights(model, 400, upheld=True)
    if exact == 0.0:
        assert found.log_mean == -np.inf
    else:
        assert abs(score(found, log(exact))) < 4.0


def test_group_factors_and_blocs_against_simulation() -> None:
    """Fails by chance once in 16,000 seeds."""
    n = 60
    model = Model(
        np.linspace(0.01, 0.05, n),
        15,
        votes=np.arange(n) % 2 + 1,
        group=np.arange(n) // 20,
        dependence=Factors(0.2, 0.3),
        coordination=Cascade(np.linspace(0.1, 0.6, n), RISING),
        law=Law(np.linspace(0.0, 0.8, n)),
    )
    drawn = simulate(model, 100_000, seed=1)
    found = weights(model, 400, upheld=True)
    assert found.relative_variance < 1.0
    assert abs(score(found, log(drawn.probability), error=1 / sqrt(drawn.hits))) < 4.0


def test_votes_count_and_not_their_unit() -> None:
    first = different(0.1, 0.1)
    single = Model(first.probability, 19, coordination=first.coordination)
    double = different(0.1, 0.1, votes=2)
    assert weights(double, 30) == weights(single, 30)


def test_probabilities_below_the_least_float() -> None:
    """Electors who are alike, with a linear law, follow the quasi-binomial law of Consul."""
    n, needed, a, b = 306, 37, 1e-11, 1e-12
    logs = [
        lgamma(n + 1) - lgamma(d + 1) - lgamma(n - d + 1) + log(a) + (d - 1) * log(a + d * b)
        for d in range(needed, n + 1)
    ]
    found = weights(Model([a] * n, needed, coordination=Cascade(n * b, LEVELS / n)), 10)
    assert found.log_mean < -745.0
    assert found.log_mean == pytest.approx(float(np.logaddexp.reduce(logs)), abs=1e-6)


def test_a_draw_depends_on_seed_stage_block_and_nothing_else() -> None:
    for model in (different(0.1, 0.1), EXACT["factor, half seen"]):
        first, again = CascadeSampler(model, upheld=True), CascadeSampler(model, upheld=True)
        some = first.log_weights(1, 2, 3, 20)
        assert again.log_weights(1, 2, 3, 20).tolist() == some.tolist()
        assert again.log_weights(1, 2, 3, 5) == pytest.approx(some[:5], rel=1e-12)
        assert (again.log_weights(1, 2, 4, 20) != some).any()


def test_what_cannot_happen_has_no_weight() -> None:
    model = Model([0.0] * 5, 3, coordination=Cascade([0.1] * 5, RISING))
    assert weights(model, 4).log_mean == -np.inf
    lost = Model([0.1] * 5, 3, coordination=Cascade(0.1, RISING), law=Law([1, 1, 1, 0, 0]))
    assert weights(lost, 4, upheld=True).log_mean == -np.inf


def test_votes_that_may_part_are_refused() -> None:
    model = alike(60, 10, opponents=Opponents([0.1] * 5, votes=2, destination=Destination(0.5)))
    with pytest.raises(NotSolvable, match="several votes"):
        CascadeSampler(model, upheld=False)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(NotSolvable, match="open up to 2,000 members; at most 1,000"):
        CascadeSampler(alike(3000, 2000), upheld=False)


@pytest.mark.parametrize(
    ("model", "truth"),
    [
        (Model([0.1] * 2, 1, coordination=Cascade(0.9, [0, 1], visibility=0.2), law=Law([1.0, 0.0])), 0.118),
        (
            Model(
                [0.03, 0.02, 0.01],
                3,
                votes=[2, 1, 3],
                coordination=Cascade(0.3, [0, 0.5], visibility=0.5),
                law=Law([0.9, 0.0, 0.2]),
            ),
            0.0113657,
        ),
    ],
)
def test_who_is_always_cancelled_may_still_be_seen_and_start_others(model: Model, truth: float) -> None:
    """Closed form p + (1 - p) p v, and an enumeration; within four standard errors."""
    (stratum,) = strata_of(model)
    found = weigh(stratum, 20_000, seed=3, stage=0)
    assert abs(np.exp(found.log_mean) / truth - 1.0) < 4.0 * found.relative_standard_error
