"""Simulated distributions of linked electors against closed forms and lists of all outcomes.

Votes are powers of two, so that the lost votes tell who attempted. False alarms, were the seeds drawn anew: each of
about 130 means leaves 5.3 standard errors once in 8 million runs, each of about 25 chi-squares falls below 1e-6 once in
a million; the file raises one in about 25,000 suites. The seeds are fixed, so only a change of the stream draws anew.
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr, ndtri, roots_jacobi, stdtrit

from montecarlo.engine.simulation import simulate
from montecarlo.model import Model
from montecarlo.parts import Alone, Cascade, CommonOdds, Coordination, Destination, Factors, Law, Opponents, Pledge

_SIGMAS = 5.3
_LEAST_P = 1e-6
_DRAWS = 200_000
_P = np.array([0.02, 0.2, 0.5, 0.2, 0.7, 0.97])
_NATIONAL = np.array([0.5, 0.8, -0.6, 0.0, 0.3, 0.5])
_GROUP = np.array([0.3, 0.5, 0.4, 0.9, -0.7, 0.0])
_WHERE = np.array([0, 0, 1, 1, 0, 1])
_MEAN_RATE = 2.0 / 7.0


def _told_apart(probability: np.ndarray, **parts: object) -> Model:
    votes = 2 ** np.arange(len(probability))
    return Model(probability, 1, votes=votes, group=_WHERE[: len(probability)], **parts)


def _joint(model: Model, draws: int = _DRAWS, seed: int = 4) -> np.ndarray:
    """Elections by who effectively defected, bit i for elector i."""
    return simulate(model, draws, seed=seed, backend="numpy").counts


def _share(counts: np.ndarray, *electors: int) -> float:
    """Share of elections in which all of these defected."""
    masks = np.arange(len(counts))
    return counts[np.all([masks >> i & 1 for i in electors], axis=0)].sum() / counts.sum()


def _near(share: float, chance: float, draws: int = _DRAWS) -> bool:
    return abs(share - chance) <= _SIGMAS * np.sqrt(chance * (1 - chance) / draws)


def _fits(counts: np.ndarray, chances: np.ndarray) -> bool:
    """Chi-square, cells pooled from the smallest on until 10 are expected; what is impossible must not happen."""
    expected = counts.sum() * chances
    assert abs(chances.sum() - 1) < 1e-9
    if counts[chances < 1e-15].any():
        return False
    order = np.argsort(expected)
    small = order[: np.searchsorted(expected[order], 10)]
    large = order[len(small) :]
    if len(small) and expected[small].sum() < 10:
        small, large = np.append(small, large[0]), large[1:]
    seen, due = (np.append(each[large], each[small].sum()) for each in (counts, expected))
    seen, due = seen[due > 0], due[due > 0]
    return bool(stats.chi2.sf(((seen - due) ** 2 / due).sum(), len(due) - 1) > _LEAST_P)


# Dependence

TIES = {
    "Gaussian": Factors(_NATIONAL, _GROUP),
    "t, 1 degree": Factors(_NATIONAL, _GROUP, 1),
    "t, 3 degrees": Factors(_NATIONAL, _GROUP, 3),
    "t, 40 degrees": Factors(_NATIONAL, _GROUP, 40),
}


@pytest.mark.parametrize("name", TIES)
def test_factors_leave_each_chance_what_it_is(name: str) -> None:
    counts = _joint(_told_apart(_P, dependence=TIES[name]))
    for i, p in enumerate(_P):
        assert _near(_share(counts, i), p), i


def test_pairs_under_national_and_group_factors() -> None:
    """P(both) is the bivariate normal probability with correlation a_i a_j + b_i b_j in one group."""
    counts = _joint(_told_apart(_P, dependence=TIES["Gaussian"]))
    for i, j in combinations(range(len(_P)), 2):
        rho = _NATIONAL[i] * _NATIONAL[j] + (_GROUP[i] * _GROUP[j] if _WHERE[i] == _WHERE[j] else 0.0)
        both = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(ndtri(_P[[i, j]]))
        assert _near(_share(counts, i, j), both), (i, j)


@pytest.mark.parametrize("degrees", [1, 5])
def test_a_common_scale_ties_electors_without_loadings(degrees: int) -> None:
    """P(both) = E[Phi(-x_i S) Phi(-x_j S)], S^2 = chi-square / nu; by the midpoint rule over its quantiles."""
    p = np.array([0.01, 0.05, 0.05, 0.3])
    counts = _joint(_told_apart(p, dependence=Factors(0.0, 0.0, degrees)))
    s = np.sqrt(stats.chi2.ppf((np.arange(100_000) + 0.5) / 100_000, degrees) / degrees)
    chances = ndtr(stdtrit(degrees, p)[:, None] * s)
    for i, j in combinations(range(len(p)), 2):
        both = (chances[i] * chances[j]).mean()
        assert both > 1.05 * p[i] * p[j]
        assert _near(_share(counts, i, j), both), (i, j)


@pytest.mark.parametrize(("alpha", "beta"), [(2.0, 5.0), (0.3, 0.75), (40.0, 100.0)])
def test_common_odds_of_different_electors(alpha: float, beta: float) -> None:
    """P(attempt) = E[p_i(X)] and P(both) = E[p_i(X) p_j(X)], by Gauss-Jacobi quadrature over X."""
    p = np.array([0.02, _MEAN_RATE, 0.6, 0.9])
    counts = _joint(_told_apart(p, dependence=CommonOdds(alpha, beta)))
    nodes, weights = roots_jacobi(400, beta - 1, alpha - 1)
    x = (1 + nodes) / 2
    odds = p[:, None] / (1 - p[:, None]) * (beta / alpha) * (x / (1 - x))
    chances, weights = odds / (1 + odds), weights / weights.sum()
    for i in range(len(p)):
        assert _near(_share(counts, i), chances[i] @ weights), i
    for i, j in combinations(range(len(p)), 2):
        assert _near(_share(counts, i, j), (chances[i] * chances[j]) @ weights), (i, j)


@pytest.mark.parametrize(("alpha", "beta"), [(2.0, 5.0), (0.1, 0.9), (30.0, 10.0)])
def test_equal_electors_under_common_odds_are_beta_binomial(alpha: float, beta: float) -> None:
    n = 25
    counts = _joint(Model([alpha / (alpha + beta)] * n, 1, dependence=CommonOdds(alpha, beta)))
    assert _fits(counts, stats.betabinom(n, alpha, beta).pmf(np.arange(n + 1)))
    assert not _fits(counts, stats.betabinom(n, alpha * 1.1, beta).pmf(np.arange(n + 1)))


def test_equal_electors_with_one_factor() -> None:
    """The mixture of binomials over Z, blocs of 3 votes: nothing between them."""
    n, p, a = 20, 0.1, 0.6
    counts = _joint(Model(p, 5, votes=[3] * n, dependence=Factors(a)))
    z = ndtri((np.arange(20_000) + 0.5) / 20_000)
    chance = ndtr((ndtri(p) + a * z) / np.sqrt(1 - a * a))
    chances = np.zeros(3 * n + 1)
    chances[::3] = [stats.binom.pmf(k, n, chance).mean() for k in range(n + 1)]
    assert _fits(counts, chances)


# Coordination

_JOINING = np.array([0.5, 0.7, 0.3, 0.8])
_ROWS = np.array([[0.0, 0.4, 0.7, 0.7], [0.0, 0.1, 0.2, 0.9]])
_CLASS = np.array([0, 1, 1, 0])
_SMALL = np.array([0.1, 0.2, 0.4, 0.05])

MOVES: dict[str, Coordination] = {
    "nobody conditional": Pledge(0.0, 1),
    "pledge of 2": Pledge(_JOINING, 2),
    "pledge of all": Pledge(_JOINING, 4),
    "pledge beyond all": Pledge(_JOINING, 5),
    "pledge of 3, all count": Pledge(_JOINING, 3, counts="all"),
    "cascade": Cascade(_JOINING, _ROWS, _CLASS),
    "cascade, no rounds": Cascade(_JOINING, _ROWS, _CLASS, rounds=0),
    "cascade, 1 round": Cascade(_JOINING, _ROWS, _CLASS, rounds=1),
    "cascade, 2 rounds": Cascade(_JOINING, _ROWS, _CLASS, rounds=2),
    "cascade, half seen": Cascade(_JOINING, _ROWS, _CLASS, visibility=0.5),
    "cascade, nobody seen": Cascade(_JOINING, _ROWS, _CLASS, visibility=0.0),
}


def _spread(moves: Coordination, kinds: tuple[int, ...], seen: tuple[bool, ...]) -> int:
    """Bits of those who act; kind 0 acts alone, k > 0 has threshold k or pledged, the last kind never joins."""
    n = len(kinds)
    if isinstance(moves, Pledge):
        count = sum(kind == 1 or (kind == 0 and moves.counts == "all") for kind in kinds)
        return sum(1 << i for i in range(n) if kinds[i] == 0 or (kinds[i] == 1 and count >= moves.threshold))
    acting, never = {i for i in range(n) if kinds[i] == 0}, moves.threshold_cdf.shape[1]
    for _ in range(n if moves.rounds is None else moves.rounds):
        visible = sum(seen[i] for i in acting)
        acting |= {i for i in range(n) if kinds[i] <= visible and kinds[i] < never}
    return sum(1 << i for i in acting)


def _listed(moves: Coordination, p: np.ndarray) -> np.ndarray:
    """Chances of who attempts, by listing all kinds of electors and who is seen."""
    n, rows = len(p), np.array([[0.0, 1.0]] * len(p))
    if isinstance(moves, Cascade):
        rows = moves.threshold_cdf[_CLASS]
    reached = p[:, None] + np.broadcast_to(moves.conditional, n)[:, None] * rows
    kinds = np.diff(reached, axis=1, prepend=0.0, append=1.0)
    sight = moves.visibility if isinstance(moves, Cascade) else 1.0
    chances = np.zeros(2**n)
    for chosen in product(range(kinds.shape[1]), repeat=n):
        weight = np.prod([kinds[i, kind] for i, kind in enumerate(chosen)])
        for seen in product((True, False), repeat=n) if sight < 1 else [(True,) * n]:
            chances[_spread(moves, chosen, seen)] += weight * sight ** sum(seen) * (1 - sight) ** (n - sum(seen))
    return chances


@pytest.mark.parametrize("name", MOVES)
def test_every_outcome_of_pledges_and_cascades(name: str) -> None:
    counts = _joint(_told_apart(_SMALL, coordination=MOVES[name]))
    assert _fits(counts, _listed(MOVES[name], _SMALL))


def test_a_wrong_cascade_would_be_seen() -> None:
    counts = _joint(_told_apart(_SMALL, coordination=MOVES["cascade"]))
    assert not _fits(counts, _listed(MOVES["cascade, 2 rounds"], _SMALL))
    assert not _fits(counts, _listed(Cascade(_JOINING, _ROWS * 0.98, _CLASS), _SMALL))


def _crowd(second: int) -> Model:
    """Granovetter's hundred with thresholds 0 to 99, each certain; the threshold 1 may be another."""
    thresholds = [0, second, *range(2, 100)]
    rows = (np.arange(101) >= np.array(thresholds)[:, None]).astype(float)
    rows[0] = rows[1]
    return Model([1.0] + [0.0] * 99, 50, coordination=Cascade([0.0] + [1.0] * 99, rows))


def test_granovetters_hundred() -> None:
    """Thresholds 0, 1, 2, ..., 99 move everybody; 2 in place of 1, and nobody follows the first."""
    assert _joint(_crowd(1), 1000)[100] == 1000
    assert _joint(_crowd(2), 1000)[1] == 1000


def test_granovetters_hundred_round_by_round() -> None:
    crowd = _crowd(1)
    moves = crowd.coordination
    assert isinstance(moves, Cascade)
    for rounds in (0, 1, 17, 98, 99, 200):
        hasty = Cascade(moves.conditional, moves.threshold_cdf, rounds=rounds)
        assert _joint(Model(crowd.probability, 50, coordination=hasty), 64)[min(1 + rounds, 100)] == 64


@pytest.mark.parametrize("ties", [Factors(0.5, 0.3), Factors(0.0, 0.0, 2), CommonOdds(2.0, 5.0)])
@pytest.mark.parametrize(
    "moves", [Pledge(0.4, 7), Cascade(0.4, [0, 1], visibility=0.0), Cascade(0.4, [0, 1], rounds=0)]
)
def test_those_who_cannot_be_moved_are_not(ties: Factors | CommonOdds, moves: Coordination) -> None:
    """The same words decide who acts alone, so the elections are the same to the last one."""
    alone, still = (_joint(_told_apart(_SMALL, dependence=ties, coordination=each), 5000) for each in (Alone(), moves))
    assert (alone == still).all()


@pytest.mark.parametrize("ties", [Factors(0.6, 0.3), Factors(0.5, 0.3, 4)])
def test_everybody_reached_has_the_chance_of_the_last_level(ties: Factors) -> None:
    """With one who always begins and thresholds of 1 at once, P(attempt) = p + c under any factors."""
    p = np.array([1.0, 0.2, 0.05, 0.4])
    counts = _joint(_told_apart(p, dependence=ties, coordination=Cascade([0.0, 0.3, 0.6, 0.6], [0.0, 1.0])))
    for i, reached in enumerate([1.0, 0.5, 0.65, 1.0]):
        assert _near(_share(counts, i), reached), i


@pytest.mark.parametrize("ties", [Factors(0.6, 0.3), Factors(0.5, 0.3, 4)])
@pytest.mark.parametrize("levels", [4, 30])
def test_levels_keep_their_chances_under_factors(ties: Factors, levels: int) -> None:
    """With k certain beginners and one round, P(attempt) = p + c G(k), below and above the near levels."""
    begin = levels - 1
    row = np.arange(levels) / levels
    p, c = np.array([1.0] * begin + [0.1, 0.3]), np.array([0.0] * begin + [0.6, 0.5])
    votes = [1] * begin + [100, 200]
    model = Model(p, 1, votes=votes, dependence=ties, coordination=Cascade(c, row, rounds=1))
    counts = simulate(model, 100_000, seed=4, backend="numpy").counts[begin:]
    for mask, i in ((1, begin), (2, begin + 1)):
        share = counts[[100 * mask, 300]].sum() / 100_000
        assert _near(share, p[i] + c[i] * row[-1], 100_000)


# Law and destinations


def test_a_law_cancels_what_the_cascade_has_moved() -> None:
    """The first is always cancelled, yet its attempt moves the other two; their cancellations are independent."""
    law = Law([1.0, 0.3, 0.6], upheld=0.4)
    moves = Cascade([0.0, 0.8, 0.5], [0.0, 1.0])
    model = _told_apart(np.array([1.0, 0.1, 0.2]), coordination=moves, law=law)
    attempts = np.array([1.0, 0.9, 0.7])
    chances = np.zeros(8)
    for upheld, weight in ((1, 0.4), (0, 0.6)):
        effective = attempts * (1 - upheld * law.cancelled)
        for bits in product((0, 1), repeat=3):
            mask = sum(bit << i for i, bit in enumerate(bits))
            chances[mask] += weight * np.prod([e if bit else 1 - e for e, bit in zip(effective, bits, strict=True)])
    simulation = simulate(model, _DRAWS, seed=4, backend="numpy")
    assert _fits(simulation.counts, chances)
    # Attempts by group are counted before the law: electors 0 and 1 in the first, elector 2 in the second.
    first, second = (simulation.tally.attempted - [_DRAWS, 0]) / [2 * _DRAWS, 4 * _DRAWS]
    assert _near(first, 0.9)
    assert _near(second, 0.7)


def test_a_pledge_is_counted_before_the_law() -> None:
    law = Law([1.0, 1.0, 0.0])
    counts = _joint(_told_apart(np.zeros(3), coordination=Pledge([0.5, 0.5, 0.5], 3), law=law))
    chances = np.zeros(8)
    chances[[0, 4]] = 7 / 8, 1 / 8
    assert _fits(counts, chances)


def test_where_the_votes_go() -> None:
    """Two blocs: each goes over, to one of three alternatives, or is lost, independently and whole."""
    ours, theirs = Destination(0.2, [0.1, 0.3, 0.05]), Destination(0.25, [0.0, 0.5, 0.25])
    rivals = Opponents([0.6], votes=5, destination=theirs)
    model = Model([0.5, 1.0], 1, votes=[4, 2], destination=ours, opponents=rivals)
    outcomes, third, total = np.zeros(4), np.zeros(5), np.zeros(12)
    for ways in product(_ways(ours, 0.5), _ways(ours, 1.0), _ways(theirs, 0.6)):
        votes = np.array([6, 5, 0, 0, 0])
        for bloc, home, (_, way) in zip((4, 2, 5), (0, 0, 1), ways, strict=True):
            if way >= 0:
                votes[home] -= bloc
            if 0 <= way < 4:
                votes[1 - home if way == 0 else 1 + way] += bloc
        weight = np.prod([chance for chance, _ in ways])
        _count(votes, weight, outcomes, third, majority=6)
        total[votes[1]] += weight
    tally = simulate(model, _DRAWS, seed=4, backend="numpy").tally
    assert _fits(tally.outcomes, outcomes)
    assert _fits(tally.opponent_total, total)
    for seen, chance in zip(tally.third, third, strict=True):
        assert _near(seen / _DRAWS, chance)


def _ways(side: Destination, p: float) -> list[tuple[float, int]]:
    """Chances of the ways: -1 stays, 0 goes over, 1 to 3 are the alternatives, 4 abstains."""
    shares = [side.opponent, *side.alternatives, side.abstention]
    return [(1 - p, -1), *((p * share, way) for way, share in enumerate(shares))]


def _count(votes: np.ndarray, weight: float, outcomes: np.ndarray, third: np.ndarray, *, majority: int) -> None:
    won = np.flatnonzero(votes >= majority)
    outcomes[min(won[0], 2) if len(won) else 3] += weight
    if len(won):
        return
    third[-1] += weight * (not votes[2:].any())
    as_many = (votes[:, None] <= votes).sum(axis=1)
    third[:3] += weight * ((votes[2:] > 0) & (as_many[2:] <= 3))
    higher = (votes[:, None] < votes).sum(axis=1)
    third[-2] += weight * ((votes > 0) & (higher < 3) & (as_many > 3)).any()
