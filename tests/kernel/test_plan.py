"""Thresholds and tables, exact against rationals; what the coins cost; how large a block is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from montecarlo.kernel.plan import ALWAYS, DENSE, NEVER, ONE, RARE, RARE_BELOW, Plan, high_product, make_plan
from montecarlo.model import Model
from montecarlo.parts import Law


def _probabilities() -> list[float]:
    rng = np.random.default_rng(20161219)
    drawn = [rng.random(500), rng.random(200) * RARE_BELOW, 10.0 ** rng.uniform(-22, 0, 300)]
    special = [
        0.0, 1.0, 0.5, 2**-70, 2**-65, 2**-64, 1.5 * 2**-64, 5e-324, 1 - 2**-53, RARE_BELOW,
        np.nextafter(RARE_BELOW, 0), np.nextafter(RARE_BELOW, 1), 1 / 3, 9 / 9110,
    ]  # fmt: skip
    return [*np.concatenate(drawn).tolist(), *map(float, special)]


def _kind(p: float) -> int:
    threshold = round(Fraction(p) * ONE)
    return {0: NEVER, ONE: ALWAYS}.get(threshold, RARE if p < RARE_BELOW else DENSE)


@pytest.fixture(scope="module")
def attempts() -> tuple[list[float], Plan]:
    probability = _probabilities()
    return probability, make_plan(Model(probability, 1))


def test_thresholds_are_the_nearest_integers(attempts: tuple[list[float], Plan]) -> None:
    probability, plan = attempts
    exact = [round(Fraction(p) * ONE) % ONE for p in probability]
    assert plan.threshold[2::2].tolist() == exact


def test_kinds_follow_the_thresholds(attempts: tuple[list[float], Plan]) -> None:
    probability, plan = attempts
    assert plan.kind[2::2].tolist() == [_kind(p) for p in probability]
    assert set(plan.kind[2::2].tolist()) == {NEVER, ALWAYS, DENSE, RARE}


def test_the_first_and_last_thresholds_that_are_drawn() -> None:
    plan = make_plan(Model([2**-70, 2**-64, 1 - 2**-53, 1.0], 1))
    assert plan.kind[2::2].tolist() == [NEVER, RARE, DENSE, ALWAYS]
    assert plan.threshold[2::2].tolist() == [0, 1, ONE - 2**11, 0]


def _is_near(entry: int, threshold: int, trials: int) -> bool:
    """Whether 0 <= entry - P(a success within so many trials) * 2**64 < trials, in integers."""
    excess = (entry - ONE) * ONE ** (trials - 1) + (ONE - threshold) ** trials
    return 0 <= excess < trials * ONE ** (trials - 1)


def test_rare_tables_are_exact_to_64_bits_an_election(attempts: tuple[list[float], Plan]) -> None:
    """Rounding never takes away, and adds less than 2**-64 for each election that an entry spans."""
    _, plan = attempts
    rare = np.flatnonzero(plan.kind == RARE)
    assert len(rare) > 200
    for coin in rare:
        threshold, near = int(plan.threshold[coin]), plan.near[plan.row[coin]].tolist()
        assert near[0] == threshold
        assert all(_is_near(entry, threshold, i + 1) for i, entry in enumerate(near))
    for coin in rare[::10]:
        threshold, far = int(plan.threshold[coin]), plan.far[plan.row[coin]].tolist()
        assert all(_is_near(far[i], threshold, 64 * (i + 1)) for i in (0, 1, 30, 63))


def test_rare_tables_rise(attempts: tuple[list[float], Plan]) -> None:
    _, plan = attempts
    for table in (plan.near, plan.far):
        assert (table[:, 1:] >= table[:, :-1]).all()
    assert np.array_equal(plan.near[:, 63], plan.far[:, 0])


def test_equal_rare_electors_share_their_tables() -> None:
    rare = RARE_BELOW / 2
    plan = make_plan(Model([rare, 0.5, rare, rare / 2, rare], 1))
    assert plan.near.shape == plan.far.shape == (2, 64)
    assert len(set(plan.row[[2, 6, 10]].tolist())) == 1
    assert plan.row[2] != plan.row[8]


def test_upper_halves_of_products() -> None:
    edges = [0, 1, 2**32 - 1, 2**32, 2**32 + 1, 2**63, ONE - 2**32, ONE - 1]
    drawn = np.random.default_rng(1).integers(ONE - 1, size=100, dtype=np.uint64, endpoint=True)
    numbers = np.array([*edges, *drawn.tolist()], dtype=np.uint64)
    a, b = (part.ravel() for part in np.meshgrid(numbers, numbers))
    assert high_product(a, b).tolist() == [x * y >> 64 for x, y in zip(a.tolist(), b.tolist(), strict=True)]


def test_coins_of_the_law_are_dense_even_where_they_are_rare() -> None:
    small = RARE_BELOW / 2
    plan = make_plan(Model(0.1, 1, votes=[1, 1, 1, 1], law=Law([0, small, 0.5, 1], upheld=small)))
    assert plan.kind[0] == DENSE
    assert plan.kind[1::2].tolist() == [NEVER, DENSE, DENSE, ALWAYS]
    assert plan.threshold[[0, 3, 5]].tolist() == [round(Fraction(x) * ONE) for x in (small, small, 0.5)]


@pytest.mark.parametrize("law", [None, Law(0.0), Law(1.0, upheld=0), Law([0.0, 0.0, 0.0], upheld=0.5)])
def test_a_law_that_cannot_matter_spends_nothing(law: Law | None) -> None:
    plan = make_plan(Model([0.5, RARE_BELOW / 2, 1.0], 1, law=law))
    assert plan.kind.tolist() == [NEVER, NEVER, DENSE, NEVER, RARE, NEVER, ALWAYS]
    assert not plan.threshold[[0, 1, 3, 5]].any()


def test_a_block_depends_on_the_number_of_electors_alone() -> None:
    laws = [None, Law(0.5), Law(1.0, upheld=0.3)]
    models = [Model([p] * 300, 2, votes=w, law=law) for p in (0.5, 1e-5) for w in (1, 55) for law in laws]
    assert len({(make_plan(model).lanes, make_plan(model).elections) for model in models}) == 1


@pytest.mark.parametrize("electors", [1, 2, 306, 4096, 4097, 5000, 30_000, 100_000])
def test_the_attempts_of_a_block_fit_in_memory(electors: int) -> None:
    plan = make_plan(Model(np.full(electors, 0.5), 1))
    assert plan.lanes & (plan.lanes - 1) == 0
    assert plan.elections == 64 * plan.lanes
    assert 8 * electors * plan.lanes <= 64 * 2**20


def test_what_the_plan_says_of_the_model() -> None:
    model = Model([0.1, 0.2, 0.3], 4, votes=[1, 3, 4], group=[1, 0, 1])
    plan = make_plan(model)
    assert (plan.electors, plan.total_votes, plan.groups, plan.planes) == (3, 8, 2, 4)
    assert plan.votes.tolist() == [1, 3, 4]
    assert plan.group.tolist() == [1, 0, 1]
