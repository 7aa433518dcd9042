"""Mechanisms of a scenario and the numbers they become: probabilities, thresholds, destinations, House, accounts."""

from __future__ import annotations

import pickle
from fractions import Fraction
from math import exp, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from montecarlo import data
from montecarlo.language.overrides import path_of
from montecarlo.language.thresholds import weibull_cdf, whipped
from montecarlo.model import Mixture, Model
from montecarlo.parts import Alone, Cascade, CommonOdds, Factors, Independent, Pledge
from montecarlo.scenario import Scenario, load

HEAD = 'title = "t"\n[defection]\nprobability = 0.01\nconditional = 0.2\n'
CASCADE = "[cascade]\nscale = 30\nshape = 2\n"
PLEDGE = "[pledge]\nthreshold = 37\n"


def scenario(text: str, head: str = HEAD, csv: str = "", **overrides: object) -> Scenario:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    return Scenario.from_text("test", head + text, tables={"electors.csv": csv}, overrides=changes)


def model(text: str, head: str = HEAD, csv: str = "", **overrides: object) -> Model:
    built = scenario(text, head, csv, **overrides).model()
    assert isinstance(built, Model)
    return built


def test_nothing_said_is_independent_and_alone() -> None:
    plain = load("lone-rogues").model()
    assert isinstance(plain.dependence, Independent)
    assert isinstance(plain.coordination, Alone)
    assert (plain.destination, plain.opponents, load("lone-rogues").house()) == (None, None, None)


def test_conditional_goes_with_the_probability_beside_it() -> None:
    text = """party = { R = 0.02, D = 0.5 }
csv = "electors.csv"
[defection.group.waverers]
states = ["GA"]
probability = 0.3
conditional = 0.6
[defection.elector.TX-01]
probability = 0.95
"""
    csv = "id,probability,conditional\nTX-02,0.25,0.5\n"
    roster = scenario(text + PLEDGE, csv=csv).roster()
    seats = {seat.id: (seat.probability, seat.conditional) for seat in roster.seats}
    assert [seats[id] for id in ("AL-01", "GA-01", "TX-01", "TX-02")] == [
        (0.02, 0.2),
        (0.3, 0.6),
        (0.95, 0.0),
        (0.25, 0.5),
    ]
    assert seats["CA-01"] == (0.5, 0.0)
    without = scenario(text + PLEDGE, csv="id,probability\nTX-02,0.25\n").roster()
    assert next(seat for seat in without.seats if seat.id == "TX-02").conditional == 0.0


def test_factors_and_common_odds() -> None:
    factors = model(PLEDGE + "[factors]\nnational = 0.3\nstate = -0.2\n").dependence
    assert isinstance(factors, Factors)
    assert set(factors.national) == {0.3}
    assert set(factors.group) == {-0.2}
    assert factors.degrees_of_freedom == inf
    heavy = model(PLEDGE + "[factors]\ndegrees_of_freedom = 4\n").dependence
    assert isinstance(heavy, Factors)
    assert (heavy.degrees_of_freedom, heavy.national.any()) == (4, False)
    assert model(PLEDGE + "[common_odds]\nalpha = 1\nbeta = 99.0\n").dependence == CommonOdds(1, 99)


def test_pledge() -> None:
    pledge = model('[pledge]\nthreshold = 20\ncounts = "all"\n').coordination
    assert isinstance(pledge, Pledge)
    assert (pledge.threshold, pledge.counts, set(pledge.conditional)) == (20, "all", {0.2})


def test_cascade_has_a_level_for_every_elector_and_thresholds_by_group() -> None:
    text = """[defection.group.second]
states = ["TX"]
count = 3
probability = 0
conditional = 0.5
[defection.group.first]
states = ["GA"]
probability = 0
conditional = 0.5
"""
    laws = (
        "rounds = 5\nvisibility = 0.8\n[cascade.group.first]\ncdf = [0, 0.25, 1]\n[cascade.group.second]\nscale = 10\n"
    )
    seats = scenario(text + CASCADE + laws).roster().leader_seats
    cascade = model(text + CASCADE + laws).coordination
    assert isinstance(cascade, Cascade)
    assert cascade.threshold_cdf.shape == (3, 307)
    assert (cascade.rounds, cascade.visibility) == (5, 0.8)
    assert cascade.threshold_cdf[0, 20] == pytest.approx(1 - exp(-((20 / 30) ** 2)), rel=1e-14)
    assert cascade.threshold_cdf[1, 20] == pytest.approx(1 - exp(-2), rel=1e-14)
    assert cascade.threshold_cdf[2, :5].tolist() == [0, 0.25, 1, 1, 1]
    rows = {seat.origin: row for seat, row in zip(seats, cascade.threshold_class.tolist(), strict=True)}
    assert rows == {"base": 0, "group second": 1, "group first": 2}


def test_a_longer_list_of_levels_is_kept() -> None:
    cascade = model(f"[cascade]\ncdf = [0, {', '.join(['0.5'] * 400)}, 1]\n").coordination
    assert isinstance(cascade, Cascade)
    assert cascade.threshold_cdf.shape == (1, 402)
    assert cascade.threshold_cdf[0, -1] == 1


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 100), st.integers(1, 400))
def test_weibull_law_is_a_distribution_function(scale: float, shape: float, levels: int) -> None:
    cdf = weibull_cdf(scale, shape, levels)
    assert cdf[0] == 0
    assert (np.diff(cdf) >= 0).all()
    assert cdf[-1] <= 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0, 1), st.floats(0, 1))
def test_whip_thins_the_hazards(steps: list[float], hazard: float, decay: float) -> None:
    cdf = np.concatenate([[0.0], 1 - np.cumprod(1 - np.array(steps))])
    left = whipped(cdf, hazard, decay)
    expected = [0.0]
    for k in range(1, len(cdf)):
        g = (cdf[k] - cdf[k - 1]) / (1 - cdf[k - 1]) if cdf[k - 1] < 1 else 0.0
        expected.append(1 - (1 - expected[-1]) * (1 - hazard * decay ** (k - 1) * g))
    assert left == pytest.approx(np.array(expected), abs=1e-9)
    assert (left <= cdf + 1e-12).all()
    assert (np.diff(left) >= 0).all()


def test_without_a_whip_the_law_stays_as_it_is() -> None:
    cdf = weibull_cdf(30.0, 2.0, 307)
    assert whipped(cdf, 1.0, 1.0) is cdf
    assert whipped(cdf, 1.0 - 1e-15, 1.0) == pytest.approx(cdf, rel=1e-12)
    assert not whipped(cdf, 0.0, 1.0).any()


def test_pressure_is_on_the_leaders_electors_and_deterrence_by_the_law_that_binds() -> None:
    text = f"{CASCADE}[pressure]\nprobability = 0.5\nhazard = 0.7\nhazard_decay = 0.9\n"
    text += "[law]\ncancelled = { void_and_replace = 0 }\ndeterred = { penalty = 0.25 }\n[destination]\n"
    built, seats = model(text), scenario(text).roster().leader_seats
    assert isinstance(built.coordination, Cascade)
    by_law = {seat.law: i for i, seat in enumerate(seats)}
    assert built.probability[by_law["none"]] == 0.01 * 0.5
    assert built.probability[by_law["penalty"]] == 0.01 * 0.25 * 0.5
    assert built.coordination.conditional[by_law["penalty"]] == 0.2 * 0.25 * 0.5
    expected = whipped(weibull_cdf(30.0, 2.0, 307), 0.7, 0.9)
    assert (built.coordination.threshold_cdf[0] == expected).all()
    # California's and Washington's penalties deter Democrats too; the Republican whip does not call them.
    assert set(built.opponents.probability) == {0.01, 0.01 * 0.25}


def test_destinations_bring_in_the_other_side() -> None:
    text = """[law]
[factors]
state = 0.2
[destination.leader]
opponent = 0.1
alternatives = { A = 0.5 }
[destination.opponent.alternatives]
B = 0.25
A = "1/2"
"""
    whole = scenario(PLEDGE + text)
    built, roster = whole.model(), whole.roster()
    assert whole.alternatives == ("A", "B")
    assert (built.destination.opponent, built.destination.alternatives) == (0.1, (0.5, 0.0))
    assert built.opponents.destination.alternatives == (0.5, 0.25)
    assert (len(built.probability), len(built.opponents.probability)) == (306, 232)
    groups = {}
    for seats, numbers in ((roster.leader_seats, built.group), (roster.other_seats, built.opponents.group)):
        for seat, number in zip(seats, numbers.tolist(), strict=True):
            assert groups.setdefault(seat.state, number) == number
    assert sorted(groups.values()) == list(range(51))
    both = roster.leader_seats + roster.other_seats
    assert built.law.cancelled.tolist() == [seat.cancelled for seat in both]
    assert any(seat.cancelled for seat in roster.other_seats)
    assert len(built.dependence.group) == 538


def test_blocs_of_the_other_side_keep_their_votes() -> None:
    built = model("[destination]\n[election]\nblocs = ['CA']\n", head=HEAD.replace("conditional = 0.2\n", ""))
    assert int(built.opponents.votes.max()) == 55
    assert int(built.opponents.votes.sum()) == 232


def test_house_of_the_year_by_majority() -> None:
    text = """[house]
loading = 0.3
[house.delegation]
R = { leader = 0.9, alternative = 0.05 }
D = { opponent = 0.7 }
tie = { leader = "1/3", opponent = "1/3" }
"""
    whole = scenario(PLEDGE + text)
    house, delegations = whole.house(), data.house_delegations(115)
    assert house is not None
    assert set(house.loading) == {0.3}
    for record, leader, opponent in zip(delegations, house.leader, house.opponent, strict=True):
        assert (leader, opponent) == {"R": (0.9, 0), "D": (0, 0.7), "tie": (1 / 3, 1 / 3)}[record.majority]
    later = whole.replace({"election.year": 2024}).house()
    assert later is not None
    assert (later.leader == 0.9).sum() == 30
    older = whole.replace({"house.congress": 107, "house.delegation.other.opponent": 1}).house()
    assert older is not None
    assert (older.opponent == 1).sum() == 1


ACCOUNTS = """
[defection.group.considering]
count = 20
probability = 0.5
[account.twenty]
weight = "1/3"
[account.pledged]
weight = "2/3"
[account.pledged.set]
"defection.group.considering.conditional" = 0.4
"pledge.threshold" = 20
"law.upheld" = 0.5
"""


def test_accounts_are_weighed() -> None:
    whole = scenario(ACCOUNTS, head=HEAD.replace("conditional = 0.2\n", ""))
    mixed = whole.model()
    assert isinstance(mixed, Mixture)
    assert whole.accounts == {"twenty": 1 / 3, "pledged": 2 / 3}
    (first, alone), (second, pledged) = mixed.parts
    assert (first, second) == (1 / 3, 2 / 3)
    assert isinstance(alone.coordination, Alone)
    assert alone.law is None
    assert isinstance(pledged.coordination, Pledge)
    assert pledged.coordination.conditional.sum() == pytest.approx(20 * 0.4)
    assert pledged.law.upheld == 0.5
    assert {seat.conditional for seat in whole.roster().seats} == {0.0}
    assert pickle.loads(pickle.dumps(whole)).digest == whole.digest


def test_an_account_goes_before_an_override_and_can_be_overridden_itself() -> None:
    whole = scenario(ACCOUNTS, head=HEAD.replace("conditional = 0.2\n", ""))
    changed = whole.replace({"law.upheld": 0.25, "defection.probability": Fraction(1, 50)})
    (_, alone), (_, pledged) = changed.model().parts
    assert (alone.law.upheld, pledged.law.upheld) == (0.25, 0.5)
    assert (alone.probability.min(), pledged.probability.min()) == (0.02, 0.02)
    (_, _), (_, again) = whole.replace({"account.pledged.set.law.upheld": 0.75}).model().parts
    assert again.law.upheld == 0.75
    both = {"account.twenty.weight": 0.5, "account.pledged.weight": 0.5}
    assert list(whole.replace(both).accounts.values()) == [0.5, 0.5]
    assert path_of('account.pledged.set."law.upheld"') == path_of("account.pledged.set.law.upheld")
    assert isinstance(whole.replace({"account": None}).model(), Model)


def test_alternatives_are_those_of_all_accounts() -> None:
    text = "[destination.leader.alternatives]\nA = 0.5\n[account.a]\nweight = 0.5\n[account.b]\nweight = 0.5\n"
    text += "[account.b.set]\n'destination.leader.alternatives' = { B = 0.4 }\n"
    whole = scenario(text, head=HEAD.replace("conditional = 0.2\n", ""))
    assert whole.alternatives == ("A", "B")
    assert [part.destination.alternatives for _, part in whole.model().parts] == [(0.5, 0.0), (0.0, 0.4)]


BASE = f"{CASCADE}[factors]\nnational = 0.3\n[destination.leader.alternatives]\nA = 0.3\nB = 0.2\n[house]\n"
BASE += (
    "[house.delegation]\nR = { leader = 0.9 }\nD = {}\ntie = {}\n[account.a]\nweight = 0.5\n[account.b]\nweight = 0.5\n"
)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("defection.conditional", 0.3),
        ("factors.degrees_of_freedom", 4),
        ("cascade.rounds", 0),
        ("pressure.probability", 0.5),
        ("law.deterred.penalty", 0.5),
        ("destination.opponent.opponent", 0.5),
        ("destination.leader.alternatives.C", 0),
        ("house.loading", 0.1),
        ("house.delegation.R.leader", 0.8),
        ("account.b.set.cascade.rounds", 3),
        ("defection.elector.TX-01", {"probability": 0.01, "conditional": 0.3}),
    ],
)
def test_digest_covers_every_mechanism(key: str, value: object) -> None:
    whole = scenario(BASE)
    assert whole.replace({key: value}).digest != whole.digest


def test_digest_knows_the_weights_and_not_what_says_nothing() -> None:
    whole = scenario(BASE)
    weights = {"account.a.weight": 0.25, "account.b.weight": 0.75}
    assert whole.replace(weights).digest != whole.digest
    same = {"cascade.visibility": 1, "factors.state": 0.0, "defection.group": {}}
    assert whole.replace(same).digest == whole.digest
    table = "id,probability,conditional\nTX-02,0.5,0.25\n"
    head = HEAD + 'csv = "electors.csv"\n'
    digests = {scenario(PLEDGE, head, csv).digest for csv in (table, table.replace("0.25", "0.2"))}
    assert len(digests) == 2
