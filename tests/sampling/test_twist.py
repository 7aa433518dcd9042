"""The exponential twist: relative variances of the published formula, no bias, proved bounds, rulings and opponents."""

from __future__ import annotations

from math import exp, log, pi, sqrt, tanh

import numpy as np
import pytest

from montecarlo.errors import NotSolvable
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import Destination, Factors, Law, Opponents, Pledge
from montecarlo.sampling.pledge import PledgeSampler
from montecarlo.sampling.stopping import weigh
from montecarlo.sampling.strata import Stratum, strata_of
from montecarlo.sampling.twist import TwistedSampler
from montecarlo.sampling.weights import Weights

DIFFERENT = np.linspace(0.0005, 0.05, 306)
PLEDGES = np.linspace(0.001, 0.06, 306)
BOTH = {"opponents": Opponents([0.01] * 232, destination=Destination(0.5)), "destination": Destination(0.0)}
MODELS = {
    "M1-a": Model([0.001] * 306, 37),
    "different": Model(DIFFERENT, 37),
    "frequent": Model([0.1] * 306, 37),
    "more often than not": Model([0.2] * 306, 37),
    "blocs": Model([0.01] * 60, 30, votes=np.arange(60) % 5 + 1),
    "everybody": Model([0.01, 0.02, 0.03], 3),
    "beyond floats": Model([1e-12] * 306, 37),
    "some certain": Model([1.0] * 5 + [0.0] * 5 + [0.01] * 90, 12),
    "opponents": Model(DIFFERENT, 37, **BOTH),
    "pledge": Model(DIFFERENT / 5, 37, coordination=Pledge(PLEDGES, 37)),
    "pledge, all counted": Model(DIFFERENT / 5, 37, coordination=Pledge(PLEDGES, 20, "all")),
    "pledge out of reach": Model([0.05] * 306, 37, coordination=Pledge(0.001, 400)),
    "pledge and opponents": Model(DIFFERENT / 5, 37, coordination=Pledge(PLEDGES, 10), **BOTH),
    "law": Model(DIFFERENT, 37, law=Law(np.linspace(0.0, 0.9, 306), 1.0)),
    "pledge and law": Model(
        DIFFERENT / 5, 37, coordination=Pledge(PLEDGES, 40), law=Law(np.linspace(0.9, 0, 306), 1.0)
    ),
}


def weighed(name: str, draws: int = 40_000) -> tuple[Stratum, Weights, float]:
    """Weights of a model, and by how many standard errors they miss the exact answer."""
    model = MODELS[name]
    (stratum,) = strata_of(model)
    found = weigh(stratum, draws, seed=11, stage=0)
    exact = solve(model).log10_probability * log(10.0)
    return stratum, found, (exp(found.log_mean - exact) - 1.0) / max(found.relative_standard_error, 1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_no_bias_and_no_weight_beyond_the_bound(name: str) -> None:
    """Each fails by chance once in 16,000 seeds."""
    stratum, found, score = weighed(name)
    assert abs(score) < 4.0
    assert isinstance(stratum.sampler, TwistedSampler | PledgeSampler)
    assert found.top <= stratum.sampler.log_bound + 1e-9


def test_weights_a_tenth_too_large_are_caught() -> None:
    _, found, score = weighed("different")
    assert abs(score + 0.1 / found.relative_standard_error) > 4.0


@pytest.mark.parametrize("name", ["M1-a", "different", "beyond floats"])
def test_relative_variance_is_that_of_the_local_limit_theorem(name: str) -> None:
    """sqrt(2 pi V) tanh(theta / 2) - 1, V the twisted variance; the pmf of 40,000 draws is right to a few percent."""
    stratum, found, _ = weighed(name)
    sampler = stratum.sampler
    assert isinstance(sampler, TwistedSampler)
    chance = sampler.chance * exp(sampler.theta) / (1.0 - sampler.chance + sampler.chance * exp(sampler.theta))
    expected = sqrt(2 * pi * (chance * (1 - chance)).sum()) * tanh(sampler.theta / 2) - 1
    assert found.relative_variance == pytest.approx(expected, rel=0.12)


def test_a_block_is_replayed_alike_and_another_is_not() -> None:
    (stratum,) = strata_of(MODELS["M1-a"])
    first = stratum.sampler.log_weights(1, 2, 3, 1000)
    assert (first == stratum.sampler.log_weights(1, 2, 3, 1000)).all()
    assert (first != stratum.sampler.log_weights(1, 2, 4, 1000)).any()


def test_what_cannot_be_drawn_is_named() -> None:
    with pytest.raises(NotSolvable, match="cannot be drawn independently"):
        TwistedSampler.of(Model([0.1] * 4, 2, dependence=Factors(0.3)), upheld=False)
    with pytest.raises(NotSolvable, match="Votes above 1 under a Pledge"):
        PledgeSampler(Model([0.1] * 4, 3, votes=[2] * 4, coordination=Pledge(0.1, 2)), upheld=False)
    blocs = Opponents([0.1], votes=[3], destination=Destination(0.5))
    with pytest.raises(NotSolvable, match="several votes"):
        TwistedSampler.of(Model([0.1] * 9, 2, opponents=blocs, destination=Destination(0.1)), upheld=False)
