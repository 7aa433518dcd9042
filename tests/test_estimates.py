"""Intervals and agreement against scipy.stats and against identities; tallies as sums."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log10

import numpy as np
import pytest
from scipy import special, stats

import montecarlo as mc
from montecarlo.errors import InputError
from montecarlo.estimates import Simulation, Tally, agreement
from montecarlo.uncertainty import clopper_pearson


def _agreement(hits: int, draws: int, probability: float) -> float:
    log10_probability = log10(probability) if probability else -inf
    return agreement(hits, draws, probability, 1 - probability, log10_probability)


def _log_tail(hits: int, draws: int, probability: float) -> float:
    """Logarithm of the smaller binomial tail that holds `hits`, summed from logarithms."""
    high = hits > draws * probability
    there = np.arange(hits, min(hits + 5000, draws) + 1) if high else np.arange(max(hits - 5000, 0), hits + 1)
    return float(special.logsumexp(stats.binom.logpmf(there, draws, probability)))


# Agreement


@pytest.mark.parametrize(
    ("draws", "probability"), [(10, 0.5), (1000, 0.001), (10**6, 3e-8), (10**7, 0.25), (500, 0.999), (10**9, 1e-7)]
)
def test_agreement_is_the_score_of_the_doubled_tail(draws: int, probability: float) -> None:
    mean, sigma = draws * probability, (draws * probability * (1 - probability)) ** 0.5
    around = {int(mean + k * sigma) + d for k in (-6, -4, -2, -1, 0, 1, 2, 4, 6) for d in (0, 1, 2)}
    for hits in sorted(each for each in around if 0 <= each <= draws):
        below, above = stats.binom.cdf(hits, draws, probability), stats.binom.sf(hits - 1, draws, probability)
        size = stats.norm.isf(min(1.0, 2 * min(below, above)) / 2)
        z = _agreement(hits, draws, probability)
        assert abs(z) == pytest.approx(size, rel=1e-6, abs=1e-9)
        assert z == 0 or (z > 0) == (hits > mean)


def test_one_lucky_hit_is_no_alarm() -> None:
    assert _agreement(1, 1_000_000, 3e-8) == pytest.approx(1.89, abs=0.01)


@pytest.mark.parametrize(
    ("hits", "draws", "probability"),
    [(10, 10**6, 1e-40), (1, 10**7, 1e-300), (3000, 10**6, 1e-6), (10**5, 10**6, 0.5), (999_000, 10**6, 0.5),
     (10**6, 10**6, 1e-3), (500, 500, 0.01), (0, 10**6, 0.5), (5, 10**7, 0.01), (10**7 - 1, 10**7, 0.99)],
)  # fmt: skip
def test_far_tails_are_summed_in_logarithms(hits: int, draws: int, probability: float) -> None:
    z = _agreement(hits, draws, probability)
    assert (z > 0) == (hits > draws * probability)
    assert special.log_ndtr(-abs(z)) == pytest.approx(_log_tail(hits, draws, probability), rel=1e-8)


def test_a_probability_below_the_smallest_float_has_a_logarithm() -> None:
    """One hit in n where P = 10**-400: the tail is n 10**-400, whatever the float says."""
    z = agreement(1, 1000, 0.0, 1.0, -400.0)
    assert special.log_ndtr(-z) == pytest.approx(np.log(1000) - 400 * np.log(10), rel=1e-9)


def test_scores_join_where_logarithms_take_over() -> None:
    """The doubled tail passes 1e-290 near 36.4 sigmas; the score must not jump there."""
    draws, probability = 10**6, 0.5
    scores = np.array([_agreement(hits, draws, probability) for hits in range(518_000, 518_500)])
    steps = np.diff(scores)
    assert scores[0] < 36.3 < 36.6 < scores[-1]
    assert steps.min() > 0.9 * np.median(steps)
    assert steps.max() < 1.1 * np.median(steps)


@pytest.mark.parametrize("probability", [0.0, 5e-324, 1e-64, 1e-12])
def test_no_hits_where_none_are_expected(probability: float) -> None:
    assert _agreement(0, 10_000_000, probability) == 0


def test_what_is_impossible_or_certain() -> None:
    assert agreement(0, 100, 0.0, 1.0, -inf) == 0
    assert agreement(1, 100, 0.0, 1.0, -inf) == inf
    assert agreement(100, 100, 0.0, 1.0, -inf) == inf
    assert agreement(100, 100, 1.0, 0.0, 0.0) == 0
    assert agreement(99, 100, 1.0, 0.0, 0.0) == -inf
    assert agreement(0, 100, 1.0, 0.0, 0.0) == -inf


def test_a_tiny_complement_is_not_rounded_away() -> None:
    """Two misses where 1e-20 of one are expected: P(at least 2 misses) = (n q)**2 / 2, though 1 - q is 1.0."""
    z = agreement(998, 1000, 1.0, 1e-23, 0.0)
    assert special.log_ndtr(z) == pytest.approx(np.log(1000 * 999 / 2) + 2 * np.log(1e-23), rel=1e-9)


# Tallies and simulations


def _tally(scale: int = 1) -> Tally:
    counts, groups = np.array([5, 3, 2]) * scale, np.array([4, 9]) * scale
    return Tally(draws=10 * scale, counts=counts, attempted=groups, effective=groups - scale)


def test_tallies_add_up() -> None:
    total = _tally(1) + _tally(10) + _tally(100)
    assert total.draws == 1110
    assert total.digest == _tally(111).digest
    assert ((_tally(100) + _tally(1)) + _tally(10)).digest == total.digest


def test_the_digest_knows_every_count() -> None:
    sides = {name: np.array([4, 6]) for name in ("outcomes", "third", "opponent_total")}
    tally = replace(_tally(), **sides)
    digests = {tally.digest, replace(tally, draws=11).digest}
    for name in ("counts", "attempted", "effective", *sides):
        array = getattr(tally, name)
        for i in range(len(array)):
            digests.add(replace(tally, **{name: array + np.eye(len(array), dtype=np.int64)[i]}).digest)
    assert len(digests) == 2 + 3 + 5 * 2
    assert all(digest.startswith("sha256:") and len(digest) == 7 + 64 for digest in digests)
    assert replace(_tally(), **sides).digest == tally.digest != _tally().digest


def test_counts_past_32_bits_add_exactly() -> None:
    big = Tally(2**40, np.array([2**40 - 3, 3]), np.array([2**33]), np.array([3]))
    total = big + big
    assert total.counts.sum() == total.draws == 2**41
    assert total.counts.dtype == np.int64


def test_a_simulation_reads_its_tally() -> None:
    simulation = Simulation(_tally(), needed=1, seed=7, backend="numpy", block=64)
    assert (simulation.draws, simulation.hits, simulation.probability) == (10, 5, 0.5)
    assert replace(simulation, needed=2).hits == 2
    assert simulation.counts.tolist() == [5, 3, 2]
    assert simulation.interval(0.9) == clopper_pearson(5, 10, 0.9)
    assert simulation.interval() == clopper_pearson(5, 10, 0.95)
    with pytest.raises(InputError):
        simulation.interval(1.0)


@pytest.mark.parametrize(
    ("model", "exact", "simulated"),
    [
        (
            mc.Model([9 / 9110] * 306, 37),
            "3.46817e-64 (log10 -63.4599, relative error < 2.5e-13)",
            "0 of 100: below 0.036 at 95 %",
        ),
        (
            mc.Model([1e-12] * 306, 37),
            "10**-396.152 (log10 -396.152, relative error < 4.2e-13)",
            "0 of 100: below 0.036 at 95 %",
        ),
        (
            mc.Model([0.5] * 306, 37),
            "1 - 8.53049e-46 (log10 -3.70474e-46, relative error < 2.2e-16)",
            "100 of 100: above 0.9638 at 95 %",
        ),
        (mc.Model([0.0] * 306, 37), "0 (impossible)", "0 of 100: below 0.036 at 95 %"),
        (mc.Model([1.0] * 306, 37), "1 (certain)", "100 of 100: above 0.9638 at 95 %"),
        (
            mc.Model([0.5], 1),
            "0.5 (log10 -0.30103, relative error < 6.7e-16)",
            "46 of 100: 0.46, 0.3598 to 0.5626 at 95 %",
        ),
    ],
)
def test_an_answer_prints_on_one_line(model: mc.Model, exact: str, simulated: str) -> None:
    assert str(mc.solve(model)) == exact
    assert str(mc.simulate(model, 100, seed=1)) == simulated
