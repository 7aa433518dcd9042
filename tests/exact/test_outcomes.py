"""Who has a majority: against a published value, every ballot of small elections in whole numbers, and other rules."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, multinomial, norm

from montecarlo.errors import NotSolvable
from montecarlo.exact.outcomes import solution
from montecarlo.exact.third_place import highest, none_reaches
from montecarlo.model import Model
from montecarlo.parts import CommonOdds, Destination, Factors, Law, Opponents, Pledge
from montecarlo.solution import Outcomes, Solution

REFERENCE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["values"]
MIXED = np.array([(2 + 28 * ((89 * i) % 307) / 307) / 1000 for i in range(1, 307)])

Ballots = dict[tuple[int, ...], Fraction]
"""Probability of each count of votes: leader, opponent, alternatives."""


def ballots(model: Model, *, upheld: bool) -> Ballots:
    """Count the votes of independent electors, one elector after the other, in whole numbers."""
    theirs, law = model.opponents, model.law
    assert theirs is not None
    ours = model.destination or Destination()
    names = max(len(ours.alternatives), len(theirs.destination.alternatives))
    found: Ballots = {(0,) * (2 + names): Fraction(1)}
    chances = [*model.probability.tolist(), *theirs.probability.tolist()]
    heavy = [*model.votes.tolist(), *theirs.votes.tolist()]
    for i, (chance, votes) in enumerate(zip(chances, heavy, strict=True)):
        home, side = (0, ours) if i < model.electors else (1, theirs.destination)
        lost = Fraction(chance) * (1 - Fraction(float(law.cancelled[i])) if law is not None and upheld else 1)
        ways = {1 - home: Fraction(side.opponent)}
        ways |= {2 + j: Fraction(share) for j, share in enumerate(side.alternatives)}
        steps = [(home, 1 - lost), *((where, lost * share) for where, share in ways.items())]
        steps.append((-1, lost * (1 - sum(ways.values()))))
        more: Ballots = defaultdict(Fraction)
        for counts, before in found.items():
            for where, share in (step for step in steps if step[1]):
                after = tuple(count + votes * (place == where) for place, count in enumerate(counts))
                more[after] += before * share
        found = more
    return found


def told(model: Model) -> dict[str, list[Fraction]]:
    """The outcomes as they are defined, from the ballots of both rulings."""
    result = {"majority": [Fraction(0)] * 4, "third": [Fraction(0)] * 20}
    upheld = Fraction(0) if model.law is None else Fraction(model.law.upheld)
    for weight, ruling in ((upheld, True), (1 - upheld, False)):
        for counts, chance in ballots(model, upheld=ruling).items() if weight else ():
            has = [who for who, count in enumerate(counts) if count >= model.majority]
            result["majority"][min(has[0], 2) if has else 3] += weight * chance
            for place in [] if has else third(counts):
                result["third"][place] += weight * chance
    return result


def third(counts: tuple[int, ...]) -> list[int]:
    """Alternatives surely among the top three; -2 if the third place is tied, -1 if no alternative has a vote."""
    sure = [j for j, count in enumerate(counts[2:]) if count and sum(other >= count for other in counts) <= 3]
    height = sorted(counts)[-3] if len(counts) > 2 else 0
    tied = height > 0 and sum(count >= height for count in counts) > 3
    return [*sure, *([-2] if tied else []), *([-1] if not any(counts[2:]) else [])]


def majorities(outcomes: Outcomes) -> tuple[float, ...]:
    return (
        outcomes.leader_majority,
        outcomes.opponent_majority,
        outcomes.other_majority,
        outcomes.contingent_election,
    )


def near(values: list[Fraction]) -> object:
    return pytest.approx([float(value) for value in values], rel=1e-11, abs=1e-300)


def test_the_published_value_to_twelve_digits() -> None:
    ours, theirs = Destination(0.3, (0.5,)), Destination(0.1)
    outcomes = solution(
        Model(MIXED, 37, destination=ours, opponents=Opponents([0.02] * 232, destination=theirs))
    ).outcomes
    (case,) = [case for case in REFERENCE if case["id"] == "DS-a"]
    assert outcomes.contingent_election == pytest.approx(float(case["value"]), rel=1e-12)
    assert outcomes.log10_contingent_election == pytest.approx(float(case["log10"]), rel=1e-13)
    # Other Republicans are one name and what Democratic defectors choose is nobody.
    assert outcomes.third_place == (pytest.approx(outcomes.contingent_election, rel=1e-9),)


SMALL = {
    "plain": Model([0.3, 0.1, 0.2, 0.5], 1, opponents=Opponents([0.2, 0.4, 0.3])),
    "one name": Model(
        [0.3, 0.1, 0.2, 0.5, 0.9],
        1,
        destination=Destination(0.25, (0.5,)),
        opponents=Opponents([0.2, 0.4, 0.75], destination=Destination(0.5, (0.375,))),
    ),
    "three names alike": Model(
        [0.3, 0.1, 0.2, 0.5],
        1,
        destination=Destination(0.125, (0.25, 0.25, 0.125)),
        opponents=Opponents([0.2, 0.4, 0.75], destination=Destination(0.0, (0.375, 0.375, 0.1875))),
    ),
    "names divided differently": Model(
        [0.3, 0.1, 0.2, 0.5],
        1,
        destination=Destination(0.125, (0.25, 0.5)),
        opponents=Opponents([0.2, 0.4, 0.75], destination=Destination(0.25, (0.5,))),
    ),
    "ruling": Model(
        [0.3, 0.1, 0.2, 0.5, 0.25],
        2,
        law=Law([0.5, 0.25, 0.0, 1.0, 0.5, 0.125, 0.0], 0.625),
        destination=Destination(0.5, (0.25,)),
        opponents=Opponents([0.2, 0.4], destination=Destination(0.125, (0.5,))),
    ),
    "all defect": Model(
        [1.0, 1.0, 1.0, 0.999],
        1,
        destination=Destination(0.0, (1.0,)),
        opponents=Opponents([1.0, 0.5, 1.0], destination=Destination(0.0, (1.0,))),
    ),
    "blocs of one way": Model(
        [0.3, 0.1, 0.2],
        2,
        votes=[3, 2, 1],
        destination=Destination(0.0, (1.0,)),
        opponents=Opponents([0.2, 0.4], votes=[1, 2], destination=Destination(1.0)),
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_every_ballot_of_small_elections(name: str) -> None:
    solved, exact = solution(SMALL[name]), told(SMALL[name])["majority"]
    assert sum(exact) == 1
    assert majorities(solved.outcomes) == near(exact)
    assert (solved.complement, solved.probability) == near([exact[0], exact[1] + exact[2] + exact[3]])


ONE_NAME_ONLY = ["plain", "one name", "ruling"]


@pytest.mark.parametrize("name", ONE_NAME_ONLY)
def test_one_name_is_third_wherever_it_has_a_vote(name: str) -> None:
    outcomes, exact = solution(SMALL[name]).outcomes, told(SMALL[name])["third"]
    assert outcomes.third_place is not None
    names = len(outcomes.third_place)
    assert [*outcomes.third_place, outcomes.third_tied, outcomes.third_nobody] == near([*exact[:names], *exact[-2:]])


MANY_NAMES = {
    "both sides alike": (Destination(0.25, (0.25, 0.125, 0.25)), Destination(0.0, (0.375, 0.1875, 0.375))),
    "one side": (Destination(0.25, (0.25, 0.0, 0.375)), Destination(0.5)),
    "the other side": (Destination(0.25), Destination(0.125, (0.5, 0.125, 0.0, 0.25))),
    "no side": (Destination(0.25, (0.0, 0.0)), Destination()),
}


@pytest.mark.parametrize("name", MANY_NAMES)
def test_the_third_place_among_many_names(name: str) -> None:
    """Few defect, so leader and opponent are ahead of every name."""
    ours, theirs = MANY_NAMES[name]
    opponents = Opponents([0.25, 0.5, *[0.0] * 8], destination=theirs)
    model = Model([0.5, 0.25, 0.125, 0.75, *[0.0] * 8], 1, destination=ours, opponents=opponents)
    outcomes, exact = solution(model).outcomes, told(model)
    assert majorities(outcomes) == near(exact["majority"])
    assert outcomes.third_place is not None
    names = len(outcomes.third_place)
    assert [*outcomes.third_place, outcomes.third_tied, outcomes.third_nobody] == near(
        [*exact["third"][:names], *exact["third"][-2:]]
    )


def test_a_third_place_that_has_no_exact_form_is_left_open() -> None:
    """Names may overtake the leader, or the sides divide their losses differently."""
    for name in ("three names alike", "names divided differently"):
        assert solution(SMALL[name]).outcomes.third_place is None


SHARES = (0.5, 0.2, 0.2, 0.1)


@pytest.mark.parametrize("votes", [0, 1, 2, 5, 9])
@pytest.mark.parametrize("limit", [2, 4, 100])
def test_the_highest_name_against_every_split(votes: int, limit: int) -> None:
    expected, none = np.zeros(5), 0.0
    for counts in product(range(votes + 1), repeat=4):
        if sum(counts) == votes and max(counts) < limit:
            chance = float(multinomial.pmf(counts, votes, SHARES))
            ahead = [j for j, count in enumerate(counts) if count == max(counts)]
            none += chance
            if votes:
                expected[ahead[0] if len(ahead) == 1 else 4] += chance
    assert none_reaches(limit, SHARES, most=9)[votes] == pytest.approx(none, rel=1e-11)
    assert highest(limit, SHARES, most=9)[:, votes] == pytest.approx(expected, rel=1e-11)


def test_who_is_highest_sums_to_none_reaching_the_limit() -> None:
    total = highest(60, SHARES, most=150).sum(axis=0)
    assert total[1:] == pytest.approx(none_reaches(60, SHARES, most=150)[1:], rel=1e-12)


def by_hand(model: Model, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Sum P(leader has none), P(opponent has one) and P(neither has) over all losses and gains, (nodes, ...) laws.

    Rows of `ours` and `theirs` are weighted laws of the losses; no alternative is known.
    """
    assert model.opponents is not None
    joint = ours.T @ theirs
    gain, win = (model.destination or Destination()).opponent, model.opponents.destination.opponent
    d, e = np.arange(ours.shape[1])[:, None], np.arange(theirs.shape[1])[None]
    denied = joint * binom.cdf(d - model.needed, e, win)
    far = model.majority - (theirs.shape[1] - 1) + e
    return (
        float(denied.sum()),
        float((joint * binom.sf(far - 1, d, gain)).sum()),
        float((denied * binom.cdf(far - 1, d, gain)).sum()),
    )


def three(solved: Solution) -> tuple[float, float, float]:
    return solved.probability, solved.outcomes.opponent_majority, solved.outcomes.contingent_election


@pytest.mark.parametrize("theirs", [0.5, -0.4])
def test_one_factor_against_a_plain_sum(theirs: float) -> None:
    loadings = [0.4] * 60 + [theirs] * 50
    model = Model(
        [0.05] * 60,
        5,
        dependence=Factors(loadings),
        destination=Destination(0.5),
        opponents=Opponents([0.04] * 50, destination=Destination(0.25)),
    )
    z = np.arange(-12, 12, 0.05)

    def law(chance: float, loading: float, electors: int) -> np.ndarray:
        given = norm.cdf((norm.ppf(chance) + loading * z) / math.sqrt(1 - loading**2))
        return binom.pmf(np.arange(electors + 1), electors, given[:, None])

    weighted = law(0.05, 0.4, 60) * (0.05 * norm.pdf(z))[:, None]
    assert three(solution(model)) == pytest.approx(by_hand(model, weighted, law(0.04, theirs, 50)), rel=1e-9)


def test_common_odds_against_a_plain_sum() -> None:
    """With every probability at the mean rate all electors share one beta-distributed chance."""
    model = Model(
        [0.25] * 20,
        5,
        dependence=CommonOdds(1, 3),
        destination=Destination(0.5),
        opponents=Opponents([0.25] * 11, destination=Destination(0.25)),
    )
    nodes, weights = np.polynomial.legendre.leggauss(60)
    x = (nodes[:, None] + 1) / 2
    ours = binom.pmf(np.arange(21), 20, x) * (weights[:, None] * 1.5 * (1 - x) ** 2)
    assert three(solution(model)) == pytest.approx(by_hand(model, ours, binom.pmf(np.arange(12), 11, x)), rel=1e-10)


@pytest.mark.parametrize("bound", [True, False])
def test_a_group_with_electors_of_both_sides(bound: bool) -> None:
    """Group 0 holds two electors of the leader's five and one of the opponent's four, group 2 one of each."""
    group, rival = [0, 0, 1, 1, 2], [0, 3, 3, 2]
    b = 0.6 if bound else 0.0
    chances, loading = {True: 0.2, False: 0.15}, 0.5
    model = Model(
        [chances[True]] * 5,
        1,
        group=group,
        dependence=Factors(loading, b),
        destination=Destination(0.5),
        opponents=Opponents([chances[False]] * 4, group=rival, destination=Destination(0.25)),
    )
    z, y = np.arange(-9, 9, 0.125), np.arange(-9, 9, 0.125)
    joint = np.zeros((6, 5))
    for point in z:
        law = np.ones((1, 1))
        for number in range(4):
            sizes = {True: group.count(number), False: rival.count(number)}
            laws = []
            for side, size in sizes.items():
                given = norm.cdf((norm.ppf(chances[side]) + loading * point + b * y) / math.sqrt(1 - loading**2 - b**2))
                laws.append(binom.pmf(np.arange(size + 1), size, given[:, None]))
            here = np.einsum("y,yi,yj->ij", norm.pdf(y) * 0.125, *laws)
            wider = np.zeros((law.shape[0] + here.shape[0] - 1, law.shape[1] + here.shape[1] - 1))
            for i, j in np.ndindex(law.shape):
                wider[i : i + here.shape[0], j : j + here.shape[1]] += law[i, j] * here
            law = wider
        joint += 0.125 * norm.pdf(point) * law
    expected = by_hand(model, joint.T, np.eye(5))
    assert three(solution(model)) == pytest.approx(expected, rel=1e-9)


def test_a_pledge_of_the_leaders_electors() -> None:
    """Of ten electors who all pledge with chance 1/4 and hold from three on, by two binomial sums."""
    model = Model(
        [0.125] * 10,
        3,
        coordination=Pledge(0.25, 3),
        destination=Destination(0.5),
        opponents=Opponents([0.25] * 5, destination=Destination(0.25)),
    )
    ours = np.zeros((1, 11))
    for alone, pledged in product(range(11), repeat=2):
        if alone + pledged <= 10:
            chance = multinomial.pmf([alone, pledged, 10 - alone - pledged], 10, [0.125, 0.25, 0.625])
            ours[0, alone + pledged * (pledged >= 3)] += chance
    expected = by_hand(model, ours, binom.pmf(np.arange(6), 5, 0.25)[None])
    solved = solution(model)
    assert three(solved) == pytest.approx(expected, rel=1e-11)
    assert solved.pmf == pytest.approx(ours[0], rel=1e-11)
    assert solved.pmf_below.tolist() == solved.pmf[:3].tolist()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            Model(0.1, 1, votes=[2, 1], destination=Destination(0.5), opponents=Opponents([0.1])),
            "votes: an elector casts 2 votes, and a defection may go 2 ways",
        ),
        (Model([0.1] * 2001, 5, opponents=Opponents([0.1])), "The sides have 2001 and 1 votes; .* at most 2000"),
        (
            Model([0.1] * 5, 1, dependence=Factors(0.2, 0.3), coordination=Pledge(0.1, 2), opponents=Opponents([0.1])),
            r"both sides share a group's own factor, .* by a pledge",
        ),
        (
            Model([0.1] * 50, 1, dependence=Factors(0.2, 0.3), opponents=Opponents([0.1] * 40)),
            r"Factors\.group: 1 groups, the first of them 0, have too many electors of both sides",
        ),
    ],
)
def test_what_has_no_exact_form(model: Model, message: str) -> None:
    with pytest.raises(NotSolvable, match=message):
        solution(model)
