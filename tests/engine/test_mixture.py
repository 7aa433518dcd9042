"""Mixtures of accounts: weights, one answer for every backend and map, and runs that only grow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add

import numpy as np
import pytest
from scipy import stats

from montecarlo.engine import executors
from montecarlo.engine.simulation import running, simulate
from montecarlo.model import Mixture, Model, mixture
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge

_rng = np.random.default_rng(1215)
_N = 40
_ROSTER = {"votes": np.arange(_N) % 3 + 1, "group": np.arange(_N) % 7}
_P = _rng.random(_N) * 0.4
_LOADINGS = _rng.uniform(-0.3, 0.8, _N)


def _model(probability: object = _P, needed: int = 20, **parts: object) -> Model:
    return Model(probability, needed, **_ROSTER, **parts)


PLAIN, UNDER_LAW = _model(), _model(law=Law(np.linspace(0, 1, _N), upheld=0.3))
SHAKEN = _model(dependence=Factors(_LOADINGS, 0.4, 3), coordination=Pledge(0.3, 17))
MOVED = _model(0.03, dependence=CommonOdds(1.0, 9.0), coordination=Cascade(0.6, np.linspace(0, 1, 30)))


def _rivals(probability: float, ours: Destination, **parts: object) -> Model:
    rivals = Opponents(probability, votes=[2] * 32, destination=Destination(0.2, [0.5, 0.1]))
    return _model(needed=7, destination=ours, opponents=rivals, **parts)


MIXTURES = {
    "two plain": mixture([(0.25, PLAIN), (0.75, UNDER_LAW)]),
    "plain and linked": mixture([(0.6, PLAIN), (0.4, SHAKEN)]),
    "linked first": mixture([(0.4, SHAKEN), (0.6, PLAIN)]),
    "three": mixture([(0.1, MOVED), (0.2, UNDER_LAW), (0.7, SHAKEN)]),
    "nested": mixture([(0.5, mixture([(0.2, PLAIN), (0.8, SHAKEN)])), (0.5, MOVED)]),
    "seldom": mixture([(1e-6, PLAIN), (1 - 1e-6, SHAKEN)]),
    "never": mixture([(0.0, PLAIN), (1.0, SHAKEN), (0.0, MOVED)]),
    "two sides": mixture(
        [
            (0.5, _rivals(0.1, Destination(0.3, [0.3, 0.3]))),
            (0.5, _rivals(0.3, Destination(0.0, [0.9, 0.1]), dependence=Factors(0.5))),
        ]
    ),
}


@pytest.fixture
def need_numba() -> None:
    pytest.importorskip("numba", reason="the numba backend needs numba")


@pytest.mark.parametrize("name", MIXTURES)
@pytest.mark.parametrize("draws", [1, 65, 5000])
def test_backends_give_the_same_tally(name: str, draws: int, need_numba: None) -> None:
    one, two = (simulate(MIXTURES[name], draws, seed=7, backend=backend) for backend in ("numpy", "numba"))
    assert one.tally.digest == two.tally.digest
    assert one.tally.counts.sum() == one.draws == draws
    assert one.tally.counts @ np.arange(len(one.tally.counts)) == one.tally.effective.sum()


_DRAWS = 65_536 + 99
"""Two blocks, of which these models fill a task each."""


@pytest.mark.parametrize("model", [SHAKEN, MIXTURES["plain and linked"]], ids=["linked", "mixture"])
def test_maps_do_not_matter(model: Model | Mixture, need_numba: None) -> None:
    digest = simulate(model, _DRAWS, seed=7, backend="numba").tally.digest
    assert simulate(model, _DRAWS, seed=7, backend="numpy").tally.digest == digest
    with ThreadPoolExecutor(3) as pool:
        over = executors.over(pool, ahead=3)
        assert simulate(model, _DRAWS, seed=7, backend="numba", map_=over).tally.digest == digest


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("model", [SHAKEN, MIXTURES["linked first"]], ids=["linked", "mixture"])
def test_the_first_blocks_of_a_long_run_are_the_run_of_so_many_draws(model: Model | Mixture, backend: str) -> None:
    if backend == "numba":
        pytest.importorskip("numba", reason="the numba backend needs numba")
    grown = list(running(model, _DRAWS, seed=3, backend=backend))
    assert [each.draws for each in grown] == [65_536, _DRAWS]
    first = simulate(model, 65_536, seed=3, backend=backend)
    assert first.tally.digest == grown[0].tally.digest
    assert (first.needed, first.block, first.seed) == (model.needed, 65_536, 3)


def test_fewer_draws_are_the_first_of_more() -> None:
    before = np.zeros(1, dtype=int)
    for draws in (1, 2, 64, 65, 200, 5000):
        after = simulate(MIXTURES["three"], draws, seed=3, backend="numpy").counts
        assert (after >= before).all()
        before = after


def test_an_account_of_weight_one_has_streams_of_its_own() -> None:
    """The same model alone and as an account: other elections, the same distribution."""
    alone, account = (simulate(each, 20_000, seed=7, backend="numpy") for each in (SHAKEN, MIXTURES["never"]))
    assert alone.tally.digest != account.tally.digest
    assert stats.ks_2samp(*(np.repeat(np.arange(len(s.counts)), s.counts) for s in (alone, account))).pvalue > 1e-6


def test_weights() -> None:
    """Each account loses its own number of votes for certain; chi-square, false alarms 1e-6."""
    weights = np.array([0.02, 0.3, 0.13, 0.55])
    accounts = [_certain(0), _certain(1), _certain(2), _certain(3, dependence=Factors(0.5))]
    counts = simulate(mixture(zip(weights.tolist(), accounts, strict=True)), 300_000, seed=7, backend="numpy").counts
    assert counts[4:].sum() == 0
    assert stats.chisquare(counts[:4], 300_000 * weights).pvalue > 1e-6
    assert stats.chisquare(counts[:4], 300_000 * (weights + np.array([-0.003, 0.003, 0, 0]))).pvalue < 1e-6


def _certain(lost: int, **parts: object) -> Model:
    return Model([1.0] * lost + [0.0] * (5 - lost), 2, **parts)


def test_a_mixture_is_the_mixture_of_its_distributions() -> None:
    """Binomials of 20, one seldom and one often; chi-square of the counts, false alarms 1e-6."""
    parts = [(0.7, Model([0.1] * 20, 8)), (0.3, Model([0.5] * 20, 8, coordination=Pledge(0.0, 1)))]
    counts = simulate(mixture(parts), 300_000, seed=7, backend="numpy").counts
    k = np.arange(21)
    expected = 300_000 * (0.7 * stats.binom.pmf(k, 20, 0.1) + 0.3 * stats.binom.pmf(k, 20, 0.5))
    cells = np.append(np.arange(16), np.full(5, 16))
    seen, due = np.bincount(cells, counts), np.bincount(cells, expected)
    assert stats.chisquare(seen, due).pvalue > 1e-6


def test_accounts_follow_no_pattern() -> None:
    """Elections of a block one by one: an account follows itself as often as the other; false alarms 6e-7."""
    parts = mixture([(0.5, _certain(0)), (0.5, _certain(3))])
    grown = np.array([simulate(parts, draws, seed=7, backend="numpy").counts for draws in range(1, 400)])
    lost = np.diff(grown, axis=0).argmax(axis=1)
    assert abs((lost[1:] == lost[:-1]).mean() - 0.5) < 5 * 0.5 / np.sqrt(len(lost) - 1)


def test_tallies_of_a_mixture_add_up() -> None:
    grown = [simulate(MIXTURES["two sides"], 3000, seed=seed, backend="numpy").tally for seed in (1, 2)]
    both = reduce(add, grown)
    assert both.draws == 6000 == both.outcomes.sum()
    assert both.third.shape == (4,)
