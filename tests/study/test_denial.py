"""What is lost given denial, drawn, against every election counted; and what is refused.

Each test of drawn elections compares a handful of groups and is held to 4 standard errors: a false alarm comes once in
some thousand runs with fresh seeds; the seeds are fixed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from enumerated import Enumerated

from montecarlo.errors import InputError, NotSolvable
from montecarlo.model import Model, mixture
from montecarlo.parts import Alone, Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge
from montecarlo.sampling.plain import PlainElections
from montecarlo.study.denial import Denial, denial_of, given_denial

CHANCES = [0.1, 0.05, 0.02, 0.2, 0.15]
CONDITIONAL = [0.2, 0.5, 0.3, 0.1, 0.4]
GROUPS = [0, 2, 0, 1, 2]
LAW = Law([0.9, 0.0, 0.3, 0.5, 0.5], upheld=0.6)
THRESHOLDS = [[0.0, 0.4, 1.0]]
HOWS = {
    "pledge of all": {"coordination": Pledge(CONDITIONAL, 3, "all")},
    "pledge that holds": {"coordination": Pledge(CONDITIONAL, 3), "law": LAW},
    "pledge that fails": {"coordination": Pledge(CONDITIONAL, 4), "law": LAW},
    "factors and pledge": {"coordination": Pledge(CONDITIONAL, 3, "all"), "law": LAW, "dependence": Factors(0.5)},
    "groups and pledge": {
        "coordination": Pledge(CONDITIONAL, 3),
        "dependence": Factors([0.4, 0.2, 0.0, 0.6, 0.3], [0.3, 0.5, 0.4, 0.0, 0.2]),
    },
    "odds and pledge": {"coordination": Pledge(CONDITIONAL, 3), "dependence": CommonOdds(1.5, 4.0)},
    "cascade": {"coordination": Cascade(CONDITIONAL, THRESHOLDS)},
    "cascade and law": {"coordination": Cascade(CONDITIONAL, THRESHOLDS), "law": LAW},
    "short cascade": {"coordination": Cascade(CONDITIONAL, THRESHOLDS, rounds=1), "law": LAW},
    "factors and cascade": {"coordination": Cascade(CONDITIONAL, THRESHOLDS), "dependence": Factors(0.5), "law": LAW},
    "hidden cascade": {"coordination": Cascade(CONDITIONAL, THRESHOLDS, visibility=0.7)},
    "short hidden cascade": {"coordination": Cascade(CONDITIONAL, THRESHOLDS, rounds=1, visibility=0.6)},
    "heavy cascade": {"coordination": Cascade(CONDITIONAL, THRESHOLDS), "votes": [1, 2, 1, 3, 1], "law": LAW},
}


def agrees(found: Denial, by_group: np.ndarray) -> None:
    assert (found.standard_error > 0).all()
    assert (found.standard_error < 0.1).all()
    assert (np.abs(found.by_group - by_group) < 4.0 * found.standard_error).all()


@pytest.mark.parametrize("how", HOWS)
def test_drawn_elections_are_those_enumerated(how: str) -> None:
    model = Model(CHANCES, 3, group=GROUPS, **HOWS[how])
    truth, found = Enumerated(model, points=12 if how == "groups and pledge" else 40), denial_of(model, seed=5)
    agrees(found, truth.by_group)
    assert found.method == ("cascade" if "cascade" in how else "importance")
    assert found.draws >= 2000
    # Each bar of the histogram errs by less than 5 of its own standard errors, at a weight's share of variance.
    assert found.total is not None
    off = np.abs(found.total - truth.total)
    assert (off < 5.0 * np.sqrt(truth.total / 1500.0) + 1e-12).all()
    assert found.total @ np.arange(len(found.total)) == pytest.approx(found.by_group.sum(), rel=1e-12)


@pytest.mark.parametrize("how", HOWS)
def test_plain_elections_tell_the_same_where_denial_is_frequent(how: str) -> None:
    model = Model(CHANCES, 3, group=GROUPS, **HOWS[how])
    truth = Enumerated(model, points=12 if how == "groups and pledge" else 40)
    found = denial_of(model, seed=5, steps=1.0, frequent=True)
    agrees(found, truth.by_group)
    assert found.method == "plain"


def test_plain_elections_are_not_drawn_for_two_sides() -> None:
    destination = Destination(opponent=0.5)
    other = Opponents([0.5], destination=destination)
    model = Model(CHANCES, 2, coordination=Pledge(CONDITIONAL, 3), destination=destination, opponents=other)
    with pytest.raises(NotSolvable, match="opponents"):
        PlainElections(model)
    factors = Model(CHANCES, 2, dependence=Factors(0.3), destination=destination, opponents=other)
    assert denial_of(factors, seed=5, steps=1.0, frequent=True).method == "importance"


@pytest.mark.parametrize("law", [None, Law(0.4, upheld=0.7)])
@pytest.mark.parametrize("dependence", [Factors(0.5), Factors(0.3, 0.4), CommonOdds(1.5, 4.0), Factors(0.4, 0.0, 3.0)])
def test_electors_under_factors_are_drawn_where_an_exact_answer_takes_too_long(dependence, law) -> None:
    model = Model(CHANCES, 4, votes=[1, 2, 1, 3, 1], group=GROUPS, dependence=dependence, law=law)
    exact, found = given_denial(model), denial_of(model, seed=6, steps=1.0)
    assert (exact.method, exact.draws, found.method) == ("exact", 0, "importance")
    assert not exact.standard_error.any()
    agrees(found, exact.by_group)


def test_a_wrong_answer_is_caught() -> None:
    model = Model(CHANCES, 3, group=GROUPS, **HOWS["pledge of all"])
    found, truth = denial_of(model, seed=5, draws=20_000), Enumerated(model).by_group
    agrees(found, truth)
    assert (np.abs(found.by_group - truth * 1.06) > 4.0 * found.standard_error).any()


@pytest.mark.parametrize(
    ("coordination", "dependence"),
    [
        (Pledge(1e-13, 15), None),
        (Pledge(1e-14, 10), Factors(0.2)),
        (Cascade(1e-9, [0.0, *[0.5] * 5, 1.0]), None),
        (Alone(), Factors(0.3)),
    ],
)
def test_extremes_fall_to_groups_by_size(coordination, dependence) -> None:
    """Alike electors lose alike however unlikely it is, and hardly more than needed."""
    ties = {} if dependence is None else {"dependence": dependence}
    group = [0] * 8 + [1] * 4 + [2] * 12
    model = Model([1e-30] * 24, 16, group=group, coordination=coordination, **ties)
    found = denial_of(model, seed=7, steps=1.0 if ties else 3e10)
    np.testing.assert_allclose(found.by_group.sum(), 16.0, rtol=1e-3 if not ties else 0.2)
    expected = found.by_group.sum() * np.array([8, 4, 12]) / 24
    assert (np.abs(found.by_group - expected) < 4.0 * found.standard_error + 1e-12).all()


def test_the_total_is_exact_where_all_losses_are() -> None:
    model = Model(CHANCES, 3, group=GROUPS, **HOWS["pledge that holds"])
    truth, found = Enumerated(model), given_denial(model, seed=1)
    np.testing.assert_allclose(found.total, truth.total, rtol=1e-12)
    assert found.draws > 0


def test_accounts_solved_and_drawn_are_weighed_together() -> None:
    parts = [
        (0.3, Model(CHANCES, 3, group=GROUPS)),
        (0.6, Model(CHANCES, 3, group=GROUPS, **HOWS["pledge that holds"])),
        (0.1, Model(CHANCES, 3, group=GROUPS, **HOWS["cascade"])),
    ]
    truths = [(weight, Enumerated(part)) for weight, part in parts]
    whole = sum(weight * truth.probability for weight, truth in truths)
    by_group = sum(weight * truth.probability * truth.by_group for weight, truth in truths) / whole
    found = denial_of(mixture(parts), seed=3)
    assert found.method == "cascade"
    agrees(found, by_group)


def test_accounts_that_are_solved_are_exact() -> None:
    parts = [
        (0.3, Model(CHANCES, 3, group=GROUPS)),
        (0.7, Model(CONDITIONAL, 3, group=GROUPS)),
        (0.0, Model(0.1, 3, 6)),
    ]
    del parts[2]
    truths = [(weight, Enumerated(part)) for weight, part in parts]
    whole = sum(weight * truth.probability for weight, truth in truths)
    by_group = sum(weight * truth.probability * truth.by_group for weight, truth in truths) / whole
    found = given_denial(mixture(parts))
    np.testing.assert_allclose(found.by_group, by_group, rtol=1e-12)
    assert found.method == "exact"


def test_opponents_who_give_nothing_change_nothing() -> None:
    rival = Opponents([0.4] * 4, group=[0, 1, 1, 2], destination=Destination(alternatives=[0.5]))
    ties = Factors([0.3] * 5, [0.2] * 5)
    both = Factors([0.3] * 9, [0.2] * 9)
    alone = given_denial(Model(CHANCES, 1, group=GROUPS, dependence=ties))
    found = given_denial(Model(CHANCES, 1, group=GROUPS, dependence=both, opponents=rival))
    np.testing.assert_allclose(found.by_group, alone.by_group, rtol=1e-12)


def test_the_same_seed_draws_the_same() -> None:
    model = Model(CHANCES, 3, group=GROUPS, **HOWS["pledge of all"])
    first, again, other = (denial_of(model, seed=seed).by_group for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    with pytest.raises(InputError, match="seed is -1"):
        given_denial(model, seed=-1)


def test_the_first_draws_of_a_block_do_not_depend_on_their_number() -> None:
    from montecarlo.sampling.elections import election_sampler

    for how in HOWS:
        sampler = election_sampler(Model(CHANCES, 3, group=GROUPS, **{"votes": 1} | HOWS[how]), upheld=True)
        few, many = (sampler.elections(1, 2, 3, draws) for draws in (5, 40))
        np.testing.assert_allclose(few[0], many[0][:5], rtol=1e-9)
        real = few[0] > -math.inf
        assert (few[1] == many[1][:5])[real].all()
        assert few[1].shape == (5, 3)


def test_what_cannot_be_told_is_refused() -> None:
    with pytest.raises(NotSolvable, match="cannot be denied"):
        given_denial(Model([0.0, 0.0, 0.5], 2))
    with pytest.raises(NotSolvable, match="Votes above 1"):
        given_denial(Model([0.1] * 9, 12, votes=[2] * 9, coordination=Pledge(0.1, 3)))
    heavy = Model([0.1] * 5, 2, opponents=Opponents([0.1], votes=2, destination=Destination(opponent=0.5)))
    with pytest.raises(NotSolvable, match="several votes"):
        given_denial(heavy)
