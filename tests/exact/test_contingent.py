"""The exact House: against whole numbers, a closed form, a plain sum over the factor, and its own laws."""

from __future__ import annotations

import math
from dataclasses import astuple
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from montecarlo.errors import InputError, NotSolvable
from montecarlo.exact.contingent import solve_house
from montecarlo.house import House


def enumerated(house: House) -> list[Fraction]:
    """The four probabilities from all votes that the delegations could cast, in whole numbers."""
    three = [[Fraction(float(p)) for p in row] for row in (house.leader, house.opponent, house.alternative)]
    shares = [(*each, 1 - sum(each)) for each in zip(*three, strict=True)]
    result = [Fraction(0)] * 4
    for votes in product(range(4), repeat=house.delegations):
        elected = [who for who in range(3) if votes.count(who) >= house.needed]
        chance = math.prod(share[vote] for share, vote in zip(shares, votes, strict=True))
        result[elected[0] if elected else 3] += chance
    return result


@pytest.mark.parametrize("delegations", range(1, 7))
def test_few_delegations_against_every_vote_they_could_cast(delegations: int) -> None:
    rng = np.random.default_rng([8, delegations])
    four = rng.dirichlet([0.5] * 4, delegations) * 10.0 ** -rng.uniform(0, 6, (delegations, 1))
    house = House(four[:, 0], four[:, 1], four[:, 2])
    assert astuple(solve_house(house)) == pytest.approx([float(each) for each in enumerated(house)], rel=1e-12)


def trinomial(leader: Fraction, opponent: Fraction, alternative: Fraction) -> list[Fraction]:
    """The four probabilities for 50 delegations alike."""
    divided = 1 - leader - opponent - alternative

    def majority(share: Fraction) -> Fraction:
        return sum((math.comb(50, k) * share**k * (1 - share) ** (50 - k) for k in range(26, 51)), Fraction(0))

    deadlock = Fraction(0)
    for a, b, c in product(range(26), repeat=3):
        if a + b + c <= 50:
            ways = math.comb(50, a) * math.comb(50 - a, b) * math.comb(50 - a - b, c)
            deadlock += ways * leader**a * opponent**b * alternative**c * divided ** (50 - a - b - c)
    return [majority(leader), majority(opponent), majority(alternative), deadlock]


@pytest.mark.parametrize(
    "shares", [(0.5, 0.25, 0.125), (0.5, 0.5, 0.0), (0.9375, 2.0**-10, 2.0**-8), (0.25, 0.25, 0.0)]
)
def test_fifty_delegations_alike_against_the_trinomial(shares: tuple[float, float, float]) -> None:
    exact = trinomial(*(Fraction(share) for share in shares))
    assert sum(exact) == 1
    assert astuple(solve_house(House(*shares))) == pytest.approx([float(each) for each in exact], rel=1e-12)


def test_two_candidates_draw_as_the_binomial_says() -> None:
    assert solve_house(House(0.5, 0.5)).deadlock == pytest.approx(math.comb(50, 25) / 2**50, rel=1e-13)


LEANING = House(
    [0.9] * 32 + [0.05] * 15 + [0.4] * 3, [0.02] * 32 + [0.85] * 15 + [0.4] * 3, [0.04] * 47 + [0.1] * 3, loading=0.5
)


def given_the_factor(house: House, z: float) -> House:
    """The House of independent delegations that a value of the factor makes."""
    above = np.cumsum([house.leader, house.alternative, house.divided], axis=0)
    tail = ndtr((house.loading * z + ndtri(above)) / np.sqrt(1 - house.loading**2))
    return House(tail[0], 1 - tail[2], tail[1] - tail[0])


@pytest.mark.parametrize("loading", [0.2, -0.6])
def test_the_factor_against_another_rule(loading: float) -> None:
    """Gauss and Hermite's nodes and independent Houses share nothing with the trapezoid and the halves."""
    house = House([0.6, 0.5, 0.1, 0.3, 0.4], [0.2, 0.3, 0.7, 0.3, 0.4], [0.1, 0.0, 0.1, 0.2, 0.1], loading=loading)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    parts = [
        weight * np.array(astuple(solve_house(given_the_factor(house, z))))
        for z, weight in zip(nodes, weights, strict=True)
    ]
    expected = np.sum(parts, axis=0) / weights.sum()
    assert astuple(solve_house(house)) == pytest.approx(expected.tolist(), abs=1e-9)


def test_delegations_keep_their_own_probabilities_under_the_factor() -> None:
    """Of one delegation the House is the delegation."""
    outcome = solve_house(House(0.3, 0.45, 0.05, loading=0.7, delegations=1))
    assert astuple(outcome) == pytest.approx([0.3, 0.45, 0.05, 0.2], rel=1e-12)


@pytest.mark.parametrize("loading", [0.0, 0.05, 0.5, 0.8])
def test_the_four_sum_to_one(loading: float) -> None:
    house = House(LEANING.leader, LEANING.opponent, LEANING.alternative, loading=loading)
    assert sum(astuple(solve_house(house))) == pytest.approx(1.0, abs=1e-13)


@pytest.mark.parametrize("loading", [0.3, 0.9])
def test_a_rare_deadlock_is_summed_and_a_frequent_one_is_left(loading: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways tell the same; of nine delegations one in ten thousand divides, so the sum must be taken."""
    house = House(LEANING.leader, LEANING.opponent, LEANING.alternative, loading=loading)
    left = astuple(solve_house(house))
    monkeypatch.setattr("montecarlo.exact.contingent._NOT_RARE", 2.0)
    assert left == pytest.approx(astuple(solve_house(house)), rel=1e-11)
    rare = House(0.5, 0.4999, 1e-5, loading=loading, delegations=9)
    parts = astuple(solve_house(rare))
    assert 1e-8 < parts[3] < 1e-3
    assert math.fsum(parts) == pytest.approx(1.0, abs=1e-13)


def test_a_small_loading_changes_little() -> None:
    plain = House(LEANING.leader, LEANING.opponent, LEANING.alternative)
    nearly = House(LEANING.leader, LEANING.opponent, LEANING.alternative, loading=1e-6)
    assert astuple(solve_house(nearly)) == pytest.approx(astuple(solve_house(plain)), rel=1e-9)


def test_sure_votes_stay_sure_under_the_factor() -> None:
    house = House([1.0] * 26 + [0.0] * 24, [0.0] * 26 + [1.0] * 24, loading=0.9)
    assert astuple(solve_house(house)) == pytest.approx((1.0, 0.0, 0.0, 0.0), abs=1e-14)


def test_what_cannot_be_solved_is_refused() -> None:
    with pytest.raises(NotSolvable, match=r"House.loading is up to 0\.9999999, too near to 1"):
        solve_house(House(0.5, 0.4, loading=0.9999999, delegations=5))
    with pytest.raises(InputError, match="The house is a float"):
        solve_house(0.5)  # type: ignore[arg-type]
