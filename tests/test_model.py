"""The model: what it accepts, what it refuses and in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from montecarlo.errors import InputError
from montecarlo.model import MOST_VOTES, Model, mixture
from montecarlo.parts import Destination, Law, Opponents


def _refused(make: Callable[[], Any], *words: str) -> None:
    """The refusal is one sentence or more, and holds all the words."""
    with pytest.raises(InputError) as caught:
        make()
    sentence = str(caught.value)
    assert sentence.endswith(".")
    for word in words:
        assert word in sentence


# What is accepted


def test_a_list_and_a_number_are_enough() -> None:
    model = Model([0.1, 0.2, 0.3], 2)
    assert model.probability.tolist() == [0.1, 0.2, 0.3]
    assert model.votes.tolist() == [1, 1, 1]
    assert model.group.tolist() == [0, 0, 0]
    assert (model.needed, model.law, model.electors, model.total_votes) == (2, None, 3, 3)


def test_scalars_are_broadcast_to_the_longest() -> None:
    model = Model(0.25, 3, votes=[1, 2, 3], group=0, law=Law(0.5, upheld=0.75))
    assert model.probability.tolist() == [0.25] * 3
    assert model.law.cancelled.tolist() == [0.5] * 3
    assert model.law.upheld == 0.75
    assert Model(0.25, 2, law=Law([0.5, 1.0])).electors == 2
    assert Model(0.25, 1).electors == 1
    assert Model([0.25], 1, votes=[2]).total_votes == 2


def test_types_are_those_of_the_kernel() -> None:
    model = Model(np.float32(0.5), np.int64(1), votes=[2.0, 3.0], group=np.array([1, 0], dtype=np.uint8), law=Law(1))
    assert [model.probability.dtype, model.law.cancelled.dtype] == [np.float64, np.float64]
    assert [model.votes.dtype, model.group.dtype] == [np.int64, np.int64]
    assert type(model.needed) is int
    assert type(model.law.upheld) is float


def test_the_ends_of_the_interval_are_probabilities() -> None:
    assert Model([0, 1, -0.0, 5e-324], 1).probability.tolist() == [0.0, 1.0, 0.0, 5e-324]


def test_arrays_are_copies_and_frozen() -> None:
    given = {"probability": np.array([0.1, 0.2]), "votes": np.array([1, 2]), "group": np.array([0, 1])}
    cancelled = np.array([0.5, 0.6])
    law = Law(cancelled)
    model = Model(given["probability"], 1, votes=given["votes"], group=given["group"], law=law)
    cancelled[:] = 0
    for name, array in given.items():
        array[:] = 0
        assert getattr(model, name).any(), name
        with pytest.raises(ValueError, match="read-only"):
            getattr(model, name)[0] = 1
    assert law.cancelled.tolist() == model.law.cancelled.tolist() == [0.5, 0.6]
    for frozen in (law.cancelled, model.law.cancelled):
        with pytest.raises(ValueError, match="read-only"):
            frozen[0] = 1


def test_attributes_are_frozen() -> None:
    model = Model(0.5, 1, law=Law(0.5))
    with pytest.raises(FrozenInstanceError):
        model.needed = 2
    with pytest.raises(FrozenInstanceError):
        model.law.upheld = 0.0


# Probabilities


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), -1e-300, 1 + 2**-52, 2, -1, 1e300])
def test_numbers_that_are_no_probabilities(bad: float) -> None:
    _refused(lambda: Model([0.5, bad, bad], 1), "probability[1] is", "between 0 and 1")
    _refused(lambda: Model(bad, 1, votes=[1, 1]), "probability is", "between 0 and 1")
    _refused(lambda: Law([0.0, 1.0, bad]), "Law.cancelled[2] is", "between 0 and 1")
    _refused(lambda: Law(bad), "Law.cancelled is", "between 0 and 1")
    _refused(lambda: Law(0.5, upheld=bad), "Law.upheld is", "between 0 and 1")


@pytest.mark.parametrize(
    "bad",
    [True, [True, False], "0.5", ["0.5"], b"0.5", None, [None], 0.5 + 0j, {"p": 0.5}, [[0.5], [0.5, 0.5]], [2**70]],
)
def test_values_that_are_no_numbers(bad: Any) -> None:
    _refused(lambda: Model(bad, 1), "probability")
    _refused(lambda: Law(bad), "Law.cancelled")
    _refused(lambda: Law(0.5, upheld=bad), "Law.upheld")


@pytest.mark.parametrize("bad", [[0.5, True], [True, 0.5], [1, False]])
def test_booleans_among_numbers(bad: list[Any]) -> None:
    _refused(lambda: Model(bad, 1), "probability")
    _refused(lambda: Model(0.5, 1, votes=[1, True]), "votes")


@pytest.mark.parametrize(("bad", "said"), [([[0.5, 0.5]], "2 dimensions"), (np.full((1, 1, 1), 0.5), "3 dimensions")])
def test_arrays_of_more_dimensions(bad: Any, said: str) -> None:
    _refused(lambda: Model(bad, 1), "probability", said)
    _refused(lambda: Model(0.5, 1, votes=np.ones((2, 2), dtype=int)), "votes", "2 dimensions")
    _refused(lambda: Model(0.5, 1, group=np.zeros((2, 2), dtype=int)), "group", "2 dimensions")
    _refused(lambda: Law(bad), "Law.cancelled", said)


def test_nobody() -> None:
    _refused(lambda: Model([], 1), "probability is empty")
    _refused(lambda: Model(0.5, 1, votes=[]), "votes is empty")
    _refused(lambda: Model(0.5, 1, group=[]), "group is empty")
    _refused(lambda: Law([]), "Law.cancelled is empty")


def test_a_ruling_is_one_number() -> None:
    _refused(lambda: Law(0.5, upheld=[0.5, 0.5]), "Law.upheld", "one number")


@pytest.mark.parametrize("bad", [0.5, {"cancelled": 0.5}, Law])
def test_a_law_is_a_law(bad: Any) -> None:
    _refused(lambda: Model(0.5, 1, law=bad), "law is", "Law or None")


# Lengths, votes, groups


def test_lengths_that_differ() -> None:
    _refused(lambda: Model([0.1] * 3, 1, votes=[1, 1]), "votes has 2 values but probability has 3")
    _refused(lambda: Model([0.1] * 2, 1, group=[0, 0, 0]), "probability has 2 values but group has 3")
    _refused(lambda: Model([0.1] * 3, 1, law=Law([0.5, 0.5])), "Law.cancelled has 2 values but probability has 3")
    _refused(lambda: Model([0.1], 1, votes=[1, 1]), "probability has 1 values but votes has 2")


@pytest.mark.parametrize("bad", [0, -1, 1.5, float("nan"), float("inf"), 1e300, 2**60])
def test_votes_are_whole_and_at_least_one(bad: float) -> None:
    _refused(lambda: Model(0.5, 1, votes=[1, bad]), "votes[1] is", "whole number from 1 to 2^45")
    _refused(lambda: Model([0.5, 0.5], 1, votes=bad), "votes is", "whole number from 1 to 2^45")


@pytest.mark.parametrize("bad", [True, "1", ["1"], [True, True], [None]])
def test_votes_and_groups_are_numbers(bad: Any) -> None:
    _refused(lambda: Model(0.5, 1, votes=bad), "votes")
    _refused(lambda: Model(0.5, 1, group=bad), "group")


@pytest.mark.parametrize("bad", [-1, 0.5, float("nan")])
def test_groups_are_whole_and_at_least_zero(bad: float) -> None:
    _refused(lambda: Model(0.5, 1, group=[0, bad]), "group[1] is", "whole number from 0 to 2^45")


def test_there_are_no_more_groups_than_electors() -> None:
    assert Model(0.5, 1, group=[1, 0]).group.tolist() == [1, 0]
    _refused(lambda: Model(0.5, 1, group=[0, 2]), "group[1] is 2", "0 to 1")


# Needed


@pytest.mark.parametrize("needed", [0, -3])
def test_a_majority_that_is_not_there_is_denied_with_probability_one(needed: int) -> None:
    _refused(lambda: Model([0.5] * 3, needed), f"needed is {needed}", "is 1.")


def test_a_majority_that_cannot_be_denied_is_denied_with_probability_zero() -> None:
    _refused(lambda: Model([0.5] * 3, 4), "needed is 4", "3 votes", "is 0.")
    _refused(lambda: Model([0.5] * 3, 10, votes=3), "needed is 10", "9 votes", "is 0.")
    assert Model([0.5] * 3, 9, votes=3).needed == 9


@pytest.mark.parametrize("bad", [1.0, 1.5, True, "1", None, float("nan"), [1]])
def test_needed_is_a_whole_number(bad: Any) -> None:
    _refused(lambda: Model([0.5] * 3, bad), "needed is", "whole number")


# Many votes


def test_many_votes_are_divided_by_their_common_factor() -> None:
    model = Model(0.5, 250_001, votes=[100_000, 200_000, 300_000])
    assert model.votes.tolist() == [1, 2, 3]
    assert model.needed == 3
    assert Model(0.5, 200_000, votes=[100_000, 200_000, 300_000]).needed == 2


def test_votes_within_the_limit_stay_what_they_are() -> None:
    model = Model(0.5, 7, votes=[MOST_VOTES // 2, MOST_VOTES // 2])
    assert model.votes.tolist() == [MOST_VOTES // 2] * 2
    assert model.needed == 7


def test_needed_is_checked_after_the_division() -> None:
    _refused(lambda: Model(0.5, 600_001, votes=[100_000, 200_000, 300_000]), "needed is 7", "6 votes", "is 0.")
    _refused(lambda: Model(0.5, 0, votes=[100_000, 200_000]), "needed is 0", "is 1.")


def test_too_many_votes() -> None:
    said = str(MOST_VOTES)
    _refused(lambda: Model(0.5, 1, votes=[MOST_VOTES, 1]), "common factor 1", said)
    _refused(lambda: Model(0.5, 1, votes=[2 * MOST_VOTES, 2]), "common factor 2", said)
    _refused(lambda: Model(np.full(MOST_VOTES + 1, 0.5), 1), f"{MOST_VOTES + 1} electors", said)
    assert Model(np.full(MOST_VOTES, 0.5), 1).total_votes == MOST_VOTES


def test_accounts_name_the_same_number_of_candidates() -> None:
    def sides(ours: tuple[float, ...], theirs: tuple[float, ...]) -> Model:
        other = Opponents([0.1] * 2, destination=Destination(0.1, theirs))
        return Model([0.1] * 5, 2, destination=Destination(0.1, ours), opponents=other)

    mixture([(0.5, sides((0.2, 0.3), (0.2,))), (0.5, sides((0.2,), (0.2, 0.1)))])
    with pytest.raises(InputError, match="candidates"):
        mixture([(0.5, sides((0.2, 0.3), (0.2,))), (0.5, sides((0.2,), (0.2,)))])
