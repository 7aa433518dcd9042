"""Contradictory accounts, weighed and solved exactly."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from montecarlo.errors import NotSolvable
from montecarlo.exact.solver import solve
from montecarlo.model import Model, mixture
from montecarlo.parts import Destination, Factors, Law, Opponents, Pledge

SURE = Model([0.1] * 20, 5)
LOOSE = Model([0.1] * 20, 5, dependence=Factors(0.5))


def test_a_mixture_is_the_weighted_sum():
    parts = [(0.3, SURE), (0.7, LOOSE)]
    mixed, solutions = solve(mixture(parts)), [solve(model) for _, model in parts]
    for name in ("probability", "complement"):
        expected = sum(weight * getattr(each, name) for (weight, _), each in zip(parts, solutions, strict=True))
        assert getattr(mixed, name) == pytest.approx(expected, rel=1e-15)
        assert getattr(mixed, f"log10_{name}") == pytest.approx(math.log10(expected), rel=1e-14)
    for name in ("pmf_below", "pmf"):
        values = 0.3 * getattr(solutions[0], name) + 0.7 * getattr(solutions[1], name)
        np.testing.assert_allclose(getattr(mixed, name), values, rtol=1e-14)
        assert not getattr(mixed, name).flags.writeable
    assert not mixed.bound_is_proved
    assert mixed.relative_error_bound >= solutions[1].relative_error_bound
    assert mixed.outcomes.leader_majority == pytest.approx(mixed.complement)
    assert mixed.outcomes.contingent_election == pytest.approx(mixed.probability)
    assert mixed.outcomes.third_place is None


def test_independent_accounts_keep_a_proved_bound():
    mixed = solve(mixture([(0.5, SURE), (0.5, Model([0.2] * 20, 5, law=Law(0.5)))]))
    assert mixed.bound_is_proved
    assert mixed.relative_error_bound < 1e-12


def test_logarithms_reach_beyond_floats():
    far, farther = (Model([p] * 100, 60) for p in (1e-7, 1e-8))
    mixed = solve(mixture([(0.25, far), (0.75, farther)]))
    assert mixed.probability == 0.0
    assert mixed.log10_probability == pytest.approx(math.log10(0.25) + solve(far).log10_probability, rel=1e-14)


def test_an_impossible_account_leaves_the_other():
    mixed = solve(mixture([(0.25, SURE), (0.75, Model(0.0, 5, votes=[1] * 20))]))
    assert mixed.log10_probability == pytest.approx(math.log10(0.25) + solve(SURE).log10_probability, rel=1e-14)
    nothing = solve(mixture([(0.5, Model([0.0] * 20, 5)), (0.5, Model([0.0] * 20, 5))]))
    assert nothing.log10_probability == -math.inf
    assert nothing.complement == 1.0


def test_an_account_of_no_weight_is_not_solved():
    unsolvable = Model([0.1] * 20, 5, votes=[2] + [1] * 19, coordination=Pledge(0.1, 3))
    same = Model([0.1] * 20, 5, votes=[2] + [1] * 19)
    assert solve(mixture([(1.0, same), (0.0, unsolvable)])).agrees_with(solve(same))


def test_a_mixture_can_be_pickled():
    mixed = solve(mixture([(0.5, SURE), (0.5, LOOSE)]))
    again = pickle.loads(pickle.dumps(mixed))
    np.testing.assert_array_equal(again.pmf, mixed.pmf)
    assert again.agrees_with(mixed)


def test_a_third_place_is_left_open_where_one_account_does():
    told, left = (
        Model([0.1] * 20, 5, destination=shares, opponents=Opponents([0.1] * 10, destination=shares))
        for shares in (Destination(alternatives=[0.5, 0.0]), Destination(alternatives=[0.5, 0.2]))
    )
    assert solve(told).outcomes.third_place is not None
    assert solve(left).outcomes.third_place is None
    assert solve(mixture([(0.5, told), (0.5, left)])).outcomes.third_place is None


def test_the_account_without_an_exact_answer_is_tried_first(monkeypatch):
    unsolvable = Model([0.1] * 20, 5, votes=[2] + [1] * 19, coordination=Pledge(0.1, 3))
    monkeypatch.delattr("montecarlo.exact.alone.losses")
    with pytest.raises(NotSolvable, match="Votes above 1"):
        solve(mixture([(0.5, Model([0.1] * 20, 5, votes=[2] + [1] * 19, dependence=Factors(0.2))), (0.5, unsolvable)]))
