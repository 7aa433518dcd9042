"""What becomes of a linked model: the order of electors, their limits, ladders, coins and destinations."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from kernel.linked_models import MODELS
from scipy.special import ndtri, stdtrit

from montecarlo.errors import InputError
from montecarlo.kernel import linked_plan
from montecarlo.kernel.coins import FIXED
from montecarlo.kernel.linked_plan import (
    ALONE,
    CASCADE,
    FACTORS,
    FAR,
    INDEPENDENT,
    NEAR,
    ODDS,
    PLEDGE,
    make_linked_plan,
)
from montecarlo.kernel.plan import ALWAYS, DENSE, NEVER, lanes_for
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge


def test_what_is_linked() -> None:
    plain = {"probability": [0.1, 0.2], "needed": 1}
    assert not linked_plan.is_linked(Model(**plain))
    assert not linked_plan.is_linked(Model(**plain, law=Law(0.5)))
    for part in (
        {"dependence": Factors(0.0)},
        {"dependence": CommonOdds(1, 1)},
        {"coordination": Pledge(0.0, 1)},
        {"coordination": Cascade(0.0, [0, 1])},
        {"opponents": Opponents([0.1])},
    ):
        assert linked_plan.is_linked(Model(**plain, **part))


def test_kinds_of_dependence_and_coordination() -> None:
    found = {(name, plan.dependence, plan.coordination) for name, plan in _plans(("one factor", "odds", "independent"))}
    assert ("one factor; alone", FACTORS, ALONE) in found
    assert ("one factor; pledge", FACTORS, PLEDGE) in found
    assert ("odds; cascade", ODDS, CASCADE) in found
    assert ("independent; cascade", INDEPENDENT, CASCADE) in found


def _plans(ties: tuple[str, ...]) -> list[tuple[str, linked_plan.LinkedPlan]]:
    names = [name for name in MODELS if name.split(";")[0] in ties]
    return [(name, make_linked_plan(MODELS[name])) for name in names]


def test_electors_of_a_profile_stand_side_by_side() -> None:
    """The leader's first; then by factor, loadings, and probabilities; then as given."""
    rivals = Opponents([0.2, 0.1], votes=[2, 3], group=[1, 0])
    national, own = [0.5, 0.4, 0.5, 0.4, 0.4, 0.5], [0.3, 0.0, 0.3, 0.0, 0.3, 0.3]
    model = Model(
        [0.2, 0.1, 0.2, 0.1], 3, votes=[1, 2, 3, 4], group=[1, 0, 1, 1],
        dependence=Factors(national, own), opponents=rivals,
    )  # fmt: skip
    plan = make_linked_plan(model)
    assert plan.leaders == 4
    assert plan.votes.tolist() == [2, 4, 1, 3, 3, 2]
    assert plan.group.tolist() == [0, 1, 1, 1, 0, 1]
    assert plan.profile.tolist() == [0, 0, 1, 1, 2, 3]
    assert plan.factor.tolist() == [-1, 1, 0, 1]
    np.testing.assert_array_equal(plan.loadings[:, :2], [[0.4, 0], [0.5, 0.3], [0.5, 0.3], [0.4, 0.3]])
    sharp = 1 / np.sqrt(1 - (plan.loadings[:, :2] ** 2).sum(axis=1))
    np.testing.assert_allclose(plan.loadings[:, 2], sharp, rtol=1e-15)
    assert plan.lanes == lanes_for(6)
    assert plan.elections == 64 * plan.lanes
    assert (plan.total_votes, plan.needed, plan.majority, plan.groups) == (10, 3, 8, 2)


def test_limits_of_each_dependence() -> None:
    p = np.array([0.0, 1e-9, 0.25, 0.5, 0.75, 1.0])
    ends = {"kinds": [NEVER, *[DENSE] * 4, ALWAYS], "limits": [np.inf, -np.inf]}
    gaussian, student, odds = (
        make_linked_plan(Model(p, 1, dependence=ties))
        for ties in (Factors(0.5), Factors(0.5, 0.0, 5), CommonOdds(2.0, 6.0))
    )
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(gaussian.limits[:, 0], -ndtri(p), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(student.limits[1:-1, 0], -stdtrit(5, p[1:-1]), rtol=1e-9, atol=1e-13)
    assert student.limits[[0, -1], 0].tolist() == gaussian.limits[[0, -1], 0].tolist() == ends["limits"]
    # Odds of the elector over odds of the mean rate, 1 / 3.
    np.testing.assert_allclose(odds.limits[:-1, 0], p[:-1] / (1 - p[:-1]) * 3, rtol=1e-15)
    assert odds.limits[-1, 0] == 1e300
    for plan in (gaussian, student, odds):
        assert plan.kinds[:, 0].tolist() == ends["kinds"]
        assert (plan.limits == plan.limits[:, :1]).all()
    assert (gaussian.degrees, student.degrees, odds.degrees) == (0, 5, 0)
    assert odds.odds == (2.0, 6.0)


@pytest.mark.parametrize("levels", [2, FAR, FAR + 1, FAR + 2, 40])
def test_who_joins_soon(levels: int) -> None:
    """The second limit is the chance of a threshold of at most NEAR levels, or of all if there are few."""
    cdf = np.minimum(np.arange(levels) / 20, 1.0)
    plan = make_linked_plan(Model([0.1, 0.3], 1, coordination=Cascade([0.5, 0.7], cdf)))
    near = NEAR if levels > FAR + 1 else levels - 1
    linked = Model([0.1, 0.3], 1, dependence=Factors(0.5), coordination=Cascade([0.5, 0.7], cdf))
    assert make_linked_plan(linked).near == min(FAR, levels - 1)
    assert plan.near == near
    expected = [[0.1, 0.1 + 0.5 * cdf[near], 0.6], [0.3, 0.3 + 0.7 * cdf[near], 1.0]]
    np.testing.assert_allclose(plan.limits, expected, rtol=1e-15)
    assert plan.kinds.tolist() == [[DENSE] * 3, [DENSE, DENSE, ALWAYS]]
    np.testing.assert_array_equal(plan.ladder, [cdf])
    assert (plan.limits[:, 0] <= plan.limits[:, 1]).all()
    assert (plan.limits[:, 1] <= plan.limits[:, 2]).all()


def test_all_who_pledged_join_soon() -> None:
    plan = make_linked_plan(Model(0.2, 3, votes=[1] * 5, coordination=Pledge(0.3, 4, counts="all")))
    np.testing.assert_array_equal(plan.limits, [[0.2, 0.5, 0.5]])
    assert (plan.threshold, plan.counts_all, plan.near, plan.rounds) == (4, True, 0, -1)


def test_ladders_rise_and_are_shared() -> None:
    """Under a common environment a row is one of class, probability and conditional probability."""
    classes = [[0.0, 0.5, 1.0], [0.0, 0.1, 0.2]]
    moves = Cascade([0.8, 0.4, 0.8, 0.8], classes, [0, 0, 0, 1], rounds=2, visibility=0.25)
    p = np.array([0.2, 0.1, 0.2, 0.2])
    plan = make_linked_plan(Model(p, 1, dependence=Factors(0.5), coordination=moves))
    assert plan.ladder.shape == (3, 3)
    assert (np.diff(plan.ladder, axis=1) > 0).all()
    # Profiles stand by their probabilities: elector 1 first, then 3, whose class joins later, then 0 and 2.
    rows = plan.ladder[plan.ladder_row]
    np.testing.assert_allclose(rows[0], ndtri([0.1, 0.3, 0.5]), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(sorted(rows[1:].tolist())[0][1:], ndtri([0.28, 0.36]), rtol=1e-11)
    assert np.isinf(rows).sum() == 2
    assert (plan.rounds, plan.seen.kind.tolist()) == (2, [DENSE])
    assert plan.seen.threshold.tolist() == [1 << 62]


def test_a_cascade_that_would_not_fit_is_refused() -> None:
    """Only under a common environment, where every different elector needs a row of limits of its own."""
    p, moves = np.linspace(0.1, 0.2, 50_001), Cascade(0.5, np.minimum(np.arange(400) / 400, 1.0))
    with pytest.raises(InputError, match=r"has 50001 different electors and 400 levels.*must not exceed 20,000,000"):
        make_linked_plan(Model(p, 1, dependence=Factors(0.5), coordination=moves))
    assert make_linked_plan(Model(p, 1, coordination=moves)).ladder.shape == (1, 400)
    shared = make_linked_plan(Model(np.full(50_001, 0.1), 1, dependence=Factors(0.5), coordination=moves))
    assert shared.ladder.shape == (1, 400)


def test_laws() -> None:
    def laws(law: Law | None) -> tuple[list[int], list[int]]:
        coins = make_linked_plan(Model([0.3, 0.1], 1, dependence=Factors(0.5), law=law)).laws
        return coins.kind.tolist(), coins.threshold.tolist()

    nothing = [NEVER] * 3, [0] * 3
    assert laws(None) == laws(Law(0.5, upheld=0.0)) == laws(Law(0.0, upheld=0.5)) == nothing
    # In the order of the plan, which sorts by probability.
    assert laws(Law([0.25, 1.0], upheld=0.5)) == ([DENSE, ALWAYS, DENSE], [1 << 63, 0, 1 << 62])


def test_destinations() -> None:
    def shares(ours: Destination | None, theirs: Destination | None) -> list[list[int]]:
        rivals = Opponents([0.5], destination=theirs)
        return make_linked_plan(Model([0.5, 0.5], 1, destination=ours, opponents=rivals)).shares.tolist()

    full = (1 << 64) - 1
    assert shares(None, None) == [[0], [0]]
    assert shares(Destination(0.25, [0.5]), None) == [[1 << 62, 3 << 62], [0, 0]]
    assert shares(Destination(0.5), Destination(0.0, [0.5, 0.5])) == [[1 << 63] * 3, [0, 1 << 63, full]]
    assert not make_linked_plan(Model(0.5, 1, dependence=Factors(0.1))).destinations


def test_limits_are_the_same_on_every_machine() -> None:
    plans = [
        make_linked_plan(MODELS[f"{name}; cascade"]) for name in ("factors by elector", "t, 4 degrees, by elector")
    ]
    numbers = np.concatenate([part.ravel() for plan in plans for part in (plan.limits, plan.ladder, plan.loadings)])
    digest = hashlib.sha256(numbers.astype("<f8").tobytes()).hexdigest()
    assert digest == "95434e59fdda7a84716bb2a311f4bd20dec851a0fad12f5f06061ac8fb504519"


def test_the_electors_of_a_profile_toss_together() -> None:
    """In their order, the ruling first; rows that nobody reads are not drawn."""
    law = Law([0.5, 0.0, 1.0], upheld=0.25)
    model = Model([0.3, 0.0, 0.3], 1, dependence=Factors(0.5), coordination=Pledge([0.2, 1.0, 0.2], 2), law=law)
    ruling, never, both = make_linked_plan(model).programs
    assert [profile for profile, _ in (ruling, never, both)] == [-1, 0, 1]
    acting, joining, cancelled, _, upheld = make_linked_plan(model).layout.starts
    assert ruling[1].coins.tolist() == [[0, 0, 1]]
    assert (ruling[1].rows.tolist(), ruling[1].thresholds.tolist(), ruling[1].numbers.tolist()) == (
        [upheld], [1 << 62], [FIXED],
    )  # fmt: skip
    # One who acts never and joins surely tosses nothing; the others' law is a fixed coin, their minds are not.
    assert never[1].coins.size == 0
    assert never[1].filled.tolist() == [[cancelled, NEVER], [acting, NEVER], [joining, ALWAYS]]
    assert both[1].coins.tolist() == [[3, 0, 1], [4, 1, 3], [6, 3, 5]]
    assert both[1].rows.tolist() == [cancelled + 1, acting + 1, joining + 1, acting + 2, joining + 2]
    assert both[1].numbers.tolist() == [FIXED, 0, 1, 0, 1]
    assert both[1].filled.tolist() == [[cancelled + 2, ALWAYS]]


def test_independent_electors_toss_as_one() -> None:
    plan = make_linked_plan(Model([0.25, 0.5], 1, coordination=Cascade(0.25, [0.0, 1.0], visibility=0.5)))
    ((profile, program),) = plan.programs
    assert profile == -1
    assert program.numbers.tolist() == [FIXED] * 6
    assert program.thresholds.tolist() == [1 << 62, 1 << 63, 1 << 63, 1 << 63, 3 << 62, 1 << 63]
