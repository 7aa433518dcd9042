"""Simulation against an exact answer: checks that the right model passes and a wrong one fails."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtr

from montecarlo.errors import NotSolvable
from montecarlo.estimates import Simulation, agreement
from montecarlo.model import Model
from montecarlo.solution import Solution

SIGMAS = 4.5
LEAST_P = 1e-6

Floats = NDArray[np.float64]


def score(simulation: Simulation, exact: Solution) -> float:
    """Normal score of the hits."""
    chances = (exact.probability, exact.complement, exact.log10_probability)
    return agreement(simulation.hits, simulation.draws, *chances)


def chi_square(counts: NDArray[np.int64], chances: Floats) -> float:
    """P-value of all counts, neighbours pooled until 10 are expected; 0 if the impossible happened."""
    if counts[chances <= 0].any():
        return 0.0
    seen, due = pooled(counts, counts.sum() * chances)
    misfit = ((seen - due) ** 2 / due).sum()
    return float(stats.chi2.sf(misfit, len(due) - 1)) if len(due) > 1 else 1.0


def pooled(counts: NDArray[np.int64] | Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Add up neighbours until 10 are expected."""
    seen, due = [0.0], [0.0]
    for count, mean in zip(counts, expected, strict=True):
        if due[-1] >= 10:
            seen.append(0.0)
            due.append(0.0)
        seen[-1] += count
        due[-1] += mean
    if len(due) > 1 and due[-1] < 10:
        seen[-2:] = [sum(seen[-2:])]
        due[-2:] = [sum(due[-2:])]
    return np.array(seen), np.array(due)


def tables(simulation: Simulation, exact: Solution) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """All that is counted and known: lost votes, who has a majority, who stands third; chances sum to 1."""
    needed, outcomes, tally = simulation.needed, exact.outcomes, simulation.tally
    try:
        yield simulation.counts, exact.pmf
    except NotSolvable:
        yield (
            np.append(tally.counts[:needed], tally.counts[needed:].sum()),
            np.append(exact.pmf_below, exact.probability),
        )
    if len(tally.outcomes):
        leader, opponent, other = outcomes.leader_majority, outcomes.opponent_majority, outcomes.other_majority
        yield tally.outcomes, np.array([leader, opponent, other, outcomes.contingent_election])
    if outcomes.third_place is not None:
        places = np.array([*outcomes.third_place, outcomes.third_tied, outcomes.third_nobody])
        yield (
            np.append(tally.third, simulation.draws - tally.third.sum()),
            np.append(places, max(0.0, 1.0 - places.sum())),
        )


def sum_score(simulation: Simulation, pmf: Floats) -> float:
    """Sum of all lost votes: distance from its expectation in sigmas."""
    votes = np.arange(len(pmf))
    mean = pmf @ votes
    seen, sigma = simulation.tally.effective.sum(), np.sqrt(simulation.draws * (pmf @ (votes - mean) ** 2))
    return float((seen - simulation.draws * mean) / max(sigma, 1e-300))


def passes(simulation: Simulation, exact: Solution) -> bool:
    """Whether the hits and all that is counted fit."""
    fits = all(chi_square(counts, chances) > LEAST_P for counts, chances in tables(simulation, exact))
    return fits and abs(score(simulation, exact)) < SIGMAS


def power(simulation: Simulation, right: Solution, wrong: Solution) -> float:
    """Probability that a simulation of the right model, as long as this one, fails the wrong answer.

    That of the best of its tables, a noncentral chi-square, or of the hits, nearly normal.
    """
    draws, p, q = simulation.draws, right.probability, wrong.probability
    found = [float(ndtr(np.sqrt(draws) * abs(p - q) / np.sqrt(max(q * (1 - q), 1e-300)) - SIGMAS))]
    for (_, true), (_, false) in zip(tables(simulation, right), tables(simulation, wrong), strict=True):
        expected, due = pooled(draws * true, draws * false)
        freedom = len(due) - 1
        if freedom:
            apart = ((expected - due) ** 2 / due).sum()
            found.append(float(stats.ncx2.sf(stats.chi2.isf(LEAST_P, freedom), freedom, apart)))
    return max(found)


def group_scores(simulation: Simulation, model: Model) -> Floats:
    """Attempted and effective votes of every group: distance from the expectation in sigmas, ``(2, groups)``.

    For electors who act alone and independently.
    """
    cancelled, upheld = (0.0, 0.0) if model.law is None else (model.law.cancelled, model.law.upheld)
    observed = [simulation.tally.attempted, simulation.tally.effective]
    scores = []
    for seen, ruling in zip(observed, (0.0, upheld), strict=True):
        mean = variance = 0.0
        means = []
        for weight, chance in ((ruling, model.probability * (1 - cancelled)), (1 - ruling, model.probability)):
            means.append(np.bincount(model.group, model.votes * chance))
            mean = mean + weight * means[-1]
            variance = variance + weight * np.bincount(model.group, model.votes**2 * chance * (1 - chance))
        variance = variance + ruling * (1 - ruling) * (means[0] - means[1]) ** 2
        sigma = np.sqrt(simulation.draws * variance)
        scores.append((seen - simulation.draws * mean) / np.where(sigma > 0, sigma, 1e-300))
    return np.array(scores)


def shared_group_scores(simulation: Simulation, model: Model) -> Floats:
    """As `group_scores` where electors who act alone depend on each other: their deviations add up at most."""
    n, law = model.electors, model.law
    kept = 1.0 if law is None else 1.0 - law.upheld * law.cancelled[:n]
    scores = []
    for seen, chance in (
        (simulation.tally.attempted, model.probability),
        (simulation.tally.effective, model.probability * kept),
    ):
        mean = np.bincount(model.group, model.votes * chance)
        sigma = np.sqrt(simulation.draws) * np.bincount(model.group, model.votes * np.sqrt(chance * (1 - chance)))
        scores.append((seen - simulation.draws * mean) / np.where(sigma > 0, sigma, 1e-300))
    return np.array(scores)
