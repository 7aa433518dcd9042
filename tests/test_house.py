"""The House as numbers: what is taken, spread and refused."""

from __future__ import annotations

import numpy as np
import pytest

from montecarlo.errors import InputError
from montecarlo.house import House


def test_numbers_alone_make_fifty_delegations() -> None:
    house = House(0.5, 0.3, 0.1, loading=0.2)
    assert (house.delegations, house.needed) == (50, 26)
    assert house.leader.tolist() == [0.5] * 50
    assert house.loading.tolist() == [0.2] * 50
    assert house.divided == pytest.approx([0.1] * 50)


@pytest.mark.parametrize(("delegations", "needed"), [(1, 1), (2, 2), (3, 2), (48, 25), (50, 26)])
def test_more_than_half_elect(delegations: int, needed: int) -> None:
    assert House(0.5, 0.5, delegations=delegations).needed == needed


def test_arrays_set_the_number_of_delegations_and_are_copied() -> None:
    given = np.array([0.9, 0.1, 0.4])
    house = House(given, 0.05)
    given[0] = 0.0
    assert house.leader.tolist() == [0.9, 0.1, 0.4]
    assert house.opponent.tolist() == [0.05] * 3
    with pytest.raises(ValueError, match="read-only"):
        house.leader[0] = 1.0


def test_the_share_of_an_absent_alternative_is_divided_in_proportion() -> None:
    house = House([0.6, 0.2, 0.0, 0.0], [0.2, 0.2, 0.5, 0.0], [0.1, 0.6, 0.5, 0.3], loading=0.4).without_alternative()
    assert house.leader == pytest.approx([0.675, 0.5, 0.0, 0.0])
    assert house.opponent == pytest.approx([0.225, 0.5, 1.0, 0.0])
    assert house.alternative.tolist() == [0.0] * 4
    assert house.divided == pytest.approx([0.1, 0.0, 0.0, 1.0])
    assert house.loading.tolist() == [0.4] * 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"leader": 1.5, "opponent": 0.0}, r"House\.leader is 1\.5; a probability lies between 0 and 1"),
        ({"leader": [0.5, np.nan], "opponent": 0.0}, r"House\.leader\[1\] is nan"),
        ({"leader": 0.5, "opponent": [0.2, -0.1]}, r"House\.opponent\[1\] is -0\.1"),
        ({"leader": 0.5, "opponent": 0.2, "alternative": True}, "House.alternative holds bool values"),
        (
            {"leader": [0.5, 0.8], "opponent": 0.3},
            r"probabilities\[1\] is 1\.1; those of a delegation must not exceed 1",
        ),
        ({"leader": [0.5, 0.8], "opponent": [0.3] * 3}, "House.leader has 2 values; .* each of the 3 delegations"),
        ({"leader": [0.5, 0.8], "opponent": 0.1, "delegations": 50}, "House.leader has 2 values"),
        ({"leader": 0.5, "opponent": 0.5, "loading": 1.0}, r"House\.loading is 1\.0; a loading lies between -1 and 1"),
        ({"leader": 0.5, "opponent": 0.5, "delegations": 0}, "delegations is 0; it must be a whole number from 1"),
        ({"leader": 0.5, "opponent": 0.5, "delegations": 2.5}, "delegations is 2.5"),
        ({"leader": [0.5] * 101, "opponent": 0.5}, "The House has 101 delegations; at most 100 are possible"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        House(**arguments)  # type: ignore[arg-type]
