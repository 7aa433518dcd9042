"""The largest probability under any dependence: against linear programs over all joint laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from montecarlo.exact.any_dependence import greatest_probability
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.parts import Law


def brute_force(model: Model, effective: np.ndarray) -> float:
    """Maximise the probability of the event over all joint laws with the given marginals."""
    outcomes = np.array(list(itertools.product([0, 1], repeat=model.electors)))
    event = outcomes @ model.votes >= model.needed
    equal = np.vstack([outcomes.T, np.ones(len(outcomes))])
    return -linprog(-event.astype(float), A_eq=equal, b_eq=[*effective, 1.0]).fun


@pytest.mark.parametrize("seed", range(60))
def test_linear_program_over_all_joint_laws_agrees(seed):
    rng = np.random.default_rng([9, seed])
    n = int(rng.integers(1, 8))
    chance = rng.random(n) ** rng.choice([1, 4]) * (rng.random(n) < 0.9)
    model = Model(chance, int(rng.integers(1, n + 1)))
    assert greatest_probability(model) == pytest.approx(brute_force(model, chance), abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_never_below_the_linear_program_for_blocs(seed):
    rng = np.random.default_rng([10, seed])
    votes = rng.integers(1, 6, 6)
    model = Model(rng.random(6) * 0.3, int(rng.integers(1, votes.sum() + 1)), votes=votes)
    assert greatest_probability(model) >= brute_force(model, model.probability) - 1e-9


def test_cancelled_attempts_do_not_count():
    model = Model([0.1, 0.2, 0.4], 2, law=Law([0.5, 0.0, 1.0], upheld=0.5))
    assert greatest_probability(model) == pytest.approx(brute_force(model, np.array([0.075, 0.2, 0.2])), abs=1e-9)


@pytest.mark.parametrize(("p", "n", "needed"), [(0.001, 306, 37), (0.3, 306, 37), (0.0, 10, 3), (1.0, 10, 10)])
def test_equal_probabilities(p, n, needed):
    assert greatest_probability(Model([p] * n, needed)) == pytest.approx(min(1, p * n / needed))


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 5)), min_size=1, max_size=30), st.data())
def test_independence_never_exceeds_it(electors, data):
    chance, votes = zip(*electors, strict=True)
    model = Model(chance, data.draw(st.integers(1, sum(votes))), votes=votes)
    assert solve(model).probability <= greatest_probability(model) * (1 + 1e-12)
