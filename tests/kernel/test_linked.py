"""Linked elections: NumPy and numba bit for bit, and both against a slow third implementation."""

from __future__ import annotations

import numpy as np
import pytest
from kernel.linked_models import EACH_OF_BOTH, EXTREMES, LARGER, LAWS, MODELS, WITH_OPPONENTS
from kernel.slow_elections import count_outcomes

from montecarlo.estimates import Tally
from montecarlo.kernel.linked_elections import count_outcomes as count_places
from montecarlo.kernel.linked_elections import tally_blocks
from montecarlo.kernel.linked_plan import LinkedPlan, make_linked_plan
from montecarlo.model import Model

_LINKED = {name: model for name, model in MODELS.items() if name != "independent; alone"}
_FULL = ("factors by elector; cascade", "odds; pledge", "two sides, three alternatives, t", "long rows, factors")


def _arrays(tally: Tally) -> list[list[int]]:
    parts = [tally.counts, tally.attempted, tally.effective, tally.outcomes, tally.third, tally.opponent_total]
    return [part.tolist() for part in parts if len(part)]


@pytest.fixture
def need_numba() -> None:
    pytest.importorskip("numba", reason="the numba backend needs numba")


@pytest.fixture(params=["numpy", "numba"])
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "numba":
        request.getfixturevalue("need_numba")
    return str(request.param)


def _same(plan: LinkedPlan, first: int, draws: int) -> None:
    one, two = (tally_blocks(plan, 11, 3, first, draws, backend=name) for name in ("numpy", "numba"))
    assert one.draws == two.draws == draws
    assert _arrays(one) == _arrays(two)
    assert one.digest == two.digest


@pytest.mark.parametrize("name", _LINKED)
def test_backends_give_the_same_tally(name: str, need_numba: None) -> None:
    plan = make_linked_plan(_LINKED[name])
    for draws in (1, 63, 64, 65, 4097) if name in _FULL else (1, 65, 2000):
        _same(plan, 5, draws)


@pytest.mark.parametrize("name", _FULL)
def test_backends_give_the_same_tally_over_blocks(name: str, need_numba: None) -> None:
    plan = make_linked_plan(_LINKED[name])
    assert plan.elections < 70_000
    _same(plan, 0, 70_000)


@pytest.mark.parametrize("name", [*WITH_OPPONENTS, *LAWS, *LARGER, *EXTREMES])
def test_every_election_is_counted_once(name: str, backend: str) -> None:
    model = MODELS[name]
    tally = tally_blocks(make_linked_plan(model), 2, 0, 0, 1000, backend=backend)
    votes = np.arange(model.total_votes + 1)
    assert tally.counts.shape == votes.shape
    assert tally.counts.min() >= 0
    assert tally.counts.sum() == 1000
    assert tally.counts @ votes == tally.effective.sum()
    assert (tally.effective <= tally.attempted).all()
    if model.opponents is not None:
        assert tally.outcomes.sum() == 1000
        assert tally.third.max() <= tally.outcomes[3]
        assert len(tally.opponent_total) == model.total_votes + model.opponents.votes.sum() + 1
        assert tally.opponent_total.sum() == 1000
        assert tally.opponent_total[model.majority :].sum() == tally.outcomes[1]


DIGESTS = {
    "factors by elector; cascade": "467ae29b00db22aa572e39d68e13754e8181fbbcf4e197816066cb7abfde59f2",
    "odds; pledge": "aca15de0dced0b6e49f002affcecb96b1627e84626317c3c60e9eb001581c9ae",
    "odds below 1; cascade, a row an elector": "2370b29dbf2166ab49a5f43fd72f69242edfba01ece5f701cd5ceb8aa693af6b",
    "two sides, three alternatives, t": "46b94d01784e5f870610dd560529a1b18d5c0201e2b7e13617c9c31683697f05",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_elections_are_the_same_on_every_machine(name: str, backend: str) -> None:
    tally = tally_blocks(make_linked_plan(MODELS[name]), 2016, 0, 0, 5000, backend=backend)
    assert tally.digest == f"sha256:{DIGESTS[name]}"


def test_fewer_draws_are_the_first_of_more(backend: str) -> None:
    plan = make_linked_plan(MODELS["two sides, three alternatives, t"])
    before = np.zeros(0, dtype=int)
    for draws in (*range(1, 5), *range(62, 70), 128, 129):
        tally = tally_blocks(plan, 7, 0, 0, draws, backend=backend)
        after = np.concatenate(_arrays(tally))
        assert draws == 1 or (after >= before).all()
        before = after


def test_blocks_add_up(backend: str) -> None:
    plan = make_linked_plan(MODELS["law, pledge"])
    whole = tally_blocks(plan, 7, 0, 2, 2 * plan.elections - 5, backend=backend)
    first = tally_blocks(plan, 7, 0, 2, plan.elections, backend=backend)
    second = tally_blocks(plan, 7, 0, 3, plan.elections - 5, backend=backend)
    assert (first + second).digest == whole.digest
    others = [(8, 0, 2), (7, 1, 2), (7, 0, 3)]
    digests = {tally_blocks(plan, *place, plan.elections, backend=backend).digest for place in others}
    assert len(digests | {first.digest}) == 4


SLOW = {
    name: MODELS[name]
    for name in (
        "independent; cascade, classes, 3 rounds",
        "factors by elector; cascade",
        "factors by elector; pledge, all count",
        "groups alone; alone",
        "t, 4 degrees, by elector; cascade, a row an elector",
        "t, 7 degrees, nothing loaded; cascade, 2 levels, 1 round",
        "odds; cascade",
        "odds below 1; pledge",
        "law, cascade, t",
        "law, cancels nobody",
        "two sides, one alternative",
        "two sides, two alternatives of the leader's",
        "two sides, three alternatives, t",
        "two sides, odds",
        "long rows",
        "long rows, t, half seen",
        "long rows, odds, 3 rounds",
        "nobody early, all late",
        "few begin, half seen",
        "beyond 64 levels, independent",
        *EXTREMES,
    )
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_third_implementation_agrees(name: str, backend: str) -> None:
    model, draws = SLOW[name], 100 if name in LARGER | EXTREMES else 400
    tally = tally_blocks(make_linked_plan(model), 42, 0, 0, draws, backend=backend)
    assert _arrays(tally) == slow(name, model, draws)


_KNOWN: dict[str, list[list[int]]] = {}


def slow(name: str, model: Model, draws: int) -> list[list[int]]:
    if name not in _KNOWN:
        _KNOWN[name] = count_outcomes(model, 42, draws)
    return _KNOWN[name]


def test_cascades_of_the_table_do_move(backend: str) -> None:
    """Each way to be moved is seen to move, lest the comparisons above compare nothing."""
    for move in ("pledge", "cascade", "cascade, 2 levels, 1 round", "cascade, a row an elector"):
        moved, alone = (
            tally_blocks(make_linked_plan(EACH_OF_BOTH[f"one factor; {each}"]), 1, 0, 0, 2000, backend=backend)
            for each in (move, "alone")
        )
        assert moved.attempted.sum() > 1.05 * alone.attempted.sum()


# Who stands where

PLACES = {
    # leader, opponent, alternatives: winner (0 leader, 1 opponent, 2 other, 3 nobody), third places
    "leader": ([6, 3, 1], 0, [0, 0, 0]),
    "opponent": ([3, 6, 1], 1, [0, 0, 0]),
    "an alternative": ([2, 2, 6], 2, [0, 0, 0]),
    "one alternative stands third": ([5, 4, 1], 3, [1, 0, 0]),
    "the higher of two": ([4, 3, 2, 1], 3, [1, 0, 0, 0]),
    "tied for third": ([4, 4, 1, 1], 3, [0, 0, 1, 0]),
    "three tied for second": ([4, 2, 2, 2], 3, [0, 0, 1, 0]),
    "all tied": ([2, 2, 2, 2], 3, [0, 0, 1, 0]),
    "two alternatives among three, opponent below": ([4, 1, 2, 3], 3, [1, 1, 0, 0]),
    "nobody": ([5, 5, 0, 0], 3, [0, 0, 0, 1]),
    "no alternatives at all": ([5, 5], 3, [0, 1]),
    "the opponent has none": ([5, 0, 3, 2], 3, [1, 1, 0, 0]),
}


@pytest.mark.parametrize("case", PLACES)
def test_places(case: str) -> None:
    votes, winner, third = PLACES[case]
    leader, opponent, *others = (np.array([each]) for each in votes)
    outcomes, places = count_places(leader, opponent, np.array(others).reshape(-1, 1), majority=6)
    assert outcomes.tolist() == [int(winner == each) for each in range(4)]
    assert places.tolist() == third
