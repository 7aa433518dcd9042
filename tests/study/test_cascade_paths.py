"""Cascades round by round against the simulation of as many rounds, and against a cascade followed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from montecarlo.engine.simulation import simulate
from montecarlo.errors import InputError
from montecarlo.model import Model, mixture
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge
from montecarlo.study.cascade_paths import cascade_paths

_N = 60
_ROSTER = {"votes": np.arange(_N) % 3 + 1, "group": np.arange(_N) % 7}
_LEVELS = np.linspace(0, 1, 30)


def _cascade(rounds: int | None = None, **parts: object) -> Model:
    return Model(0.03, 40, **_ROSTER, coordination=Cascade(0.6, _LEVELS, rounds=rounds, visibility=0.9), **parts)


PARTS = {
    "alone": {},
    "factors": {"dependence": Factors(0.3, 0.4)},
    "odds under law": {"dependence": CommonOdds(1.0, 9.0), "law": Law(np.linspace(0, 1, _N), upheld=0.5)},
}


@pytest.mark.parametrize("name", PARTS)
def test_each_round_is_the_simulation_of_so_many_rounds(name: str) -> None:
    (paths,) = cascade_paths(_cascade(**PARTS[name]), elections=500, seed=7)
    assert paths.lost.shape == (500, paths.rounds + 1)
    assert paths.rounds > 2
    for done in range(paths.rounds + 1):
        run = simulate(_cascade(done, **PARTS[name]), 500, seed=7, backend="numpy")
        assert np.bincount(paths.lost[:, done], minlength=len(run.counts)).tolist() == run.counts.tolist()
    whole = simulate(_cascade(**PARTS[name]), 500, seed=7, backend="numpy")
    assert np.bincount(paths.lost[:, -1], minlength=len(whole.counts)).tolist() == whole.counts.tolist()
    assert paths.denied == whole.hits > 0
    assert (np.diff(paths.lost, axis=1) >= 0).all()
    assert (paths.lost[:, -2] != paths.lost[:, -1]).any()


def test_rounds_end_where_the_model_says() -> None:
    (paths,) = cascade_paths(_cascade(2), elections=500, seed=7)
    (whole,) = cascade_paths(_cascade(), elections=500, seed=7)
    assert paths.rounds == 2 < whole.rounds
    assert np.array_equal(paths.lost, whole.lost[:, :3])


def test_a_chain_moves_one_elector_a_round() -> None:
    """Elector 0 goes first for sure, elector k joins for sure once k have left."""
    chain = Model([1.0, 0, 0, 0], 3, coordination=Cascade([0.0, 1, 1, 1], np.tri(5, 4, -1).T[[0, 0, 1, 2]]))
    (paths,) = cascade_paths(chain, elections=70, seed=1)
    assert (paths.lost == [1, 2, 3, 4]).all()
    assert paths.denied == paths.elections == 70
    assert paths.quantiles(0.05, 0.95).tolist() == [[1, 2, 3, 4]] * 2


def test_where_nobody_follows_there_is_no_round() -> None:
    (paths,) = cascade_paths(Model([0.5] * 4, 3, coordination=Cascade(0.0, [0.0, 1.0])), elections=64, seed=1)
    assert (paths.rounds, paths.elections) == (0, 64)


def test_of_a_mixture_the_accounts_that_are_cascades_with_the_elections_of_the_run() -> None:
    """The first account never loses a vote, so that the run's counts of those that do are the second account's."""
    quiet = Model(0.0, 40, **_ROSTER, coordination=Pledge(0.0, 1))
    model = mixture([(0.3, quiet), (0.7, _cascade())])
    (paths,) = cascade_paths(model, elections=2000, seed=7)
    assert (paths.part, paths.weight, paths.needed) == (1, 0.7, 40)
    for draws in (100, 1000, 2500):
        counts = simulate(model, draws, seed=7, backend="numpy").counts
        other = _elections_of_the_second(draws)
        found = np.bincount(paths.lost[:other, -1], minlength=len(counts))
        assert found[1:].tolist() == counts[1:].tolist()


def _elections_of_the_second(draws: int) -> int:
    """Elections that come to the second account: it alone loses all three votes."""
    none, all_of_them = Model([0.0] * 3, 3), Model([1.0] * 3, 3)
    return simulate(mixture([(0.3, none), (0.7, all_of_them)]), draws, seed=7, backend="numpy").hits


def test_votes_that_opponents_give_do_not_count_as_won_back() -> None:
    rivals = Opponents(0.5, votes=[2] * 32, destination=Destination(1.0))
    model = Model(0.1, 7, **_ROSTER, coordination=Cascade(0.6, _LEVELS), destination=Destination(), opponents=rivals)
    (paths,) = cascade_paths(model, elections=300, seed=7)
    counts = simulate(model, 300, seed=7, backend="numpy").counts
    assert np.bincount(paths.lost[:, -1], minlength=len(counts)).tolist() == counts.tolist()


def test_what_cannot_be_followed_is_refused() -> None:
    with pytest.raises(InputError, match=r"no montecarlo\.Cascade"):
        cascade_paths(Model([0.5], 1), seed=7)
    for none in (None, "first-mover"):
        with pytest.raises(InputError, match=r"montecarlo\.Model"):
            cascade_paths(none, seed=7)
    for wrong, told in (
        ({"elections": 0}, "at least 1"),
        ({"seed": -1}, "at least 0"),
        ({"elections": 10**6}, "at most"),
    ):
        with pytest.raises(InputError, match=told):
            cascade_paths(_cascade(), **{"seed": 7} | wrong)
