"""The map of squares: every state once, none upon another, and neighbours where one looks for them."""

from __future__ import annotations

import pytest

from montecarlo import data

# Pairs that share a border, on the map too.
BESIDE = "WA-OR OR-CA ID-MT CO-NE NE-KS KS-OK OK-TX AZ-NM TN-NC AL-GA GA-FL SC-NC PA-NJ VT-NH MA-RI WI-MI IN-OH WV-VA"


def test_every_state_has_a_place_of_its_own() -> None:
    grid = data.tile_grid()
    assert tuple(sorted(grid)) == data.states()
    assert len({(tile.column, tile.row) for tile in grid.values()}) == 51
    assert {tile.column for tile in grid.values()} == set(range(12))
    assert {tile.row for tile in grid.values()} == set(range(8))
    assert all(tile.state == state for state, tile in grid.items())


@pytest.mark.parametrize("pair", BESIDE.split())
def test_neighbours_touch(pair: str) -> None:
    one, two = (data.tile_grid()[state] for state in pair.split("-"))
    assert max(abs(one.column - two.column), abs(one.row - two.row)) == 1


def test_the_corners() -> None:
    grid = data.tile_grid()
    assert grid["AK"] == ("AK", 0, 0)
    assert (grid["ME"].column, grid["ME"].row) == (11, 0)
    assert grid["HI"].column < grid["TX"].column < grid["FL"].column
    assert grid["HI"].row == grid["TX"].row == grid["FL"].row == 7
