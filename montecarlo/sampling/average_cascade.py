r"""The cascade of average electors: how likely it still succeeds from here, a guide for drawing a real one.

Let n electors be alike, each with the average F of the real ones. While the number of members seen goes from a to b,
j of the n - b who are left join with the binomial probability of hazard (F(b) - F(a)) / (1 - F(a)), and

    V(a, b) = sum_j P(j) V(b, b + j),    V(b, b) = end(b, b),

end(a, b) the chance that b members deny the majority where nobody reacts to more than a. With M or more members the end
is taken as certain enough. After a limited number of raises the value is end(a, b) itself.

Real electors differ, and what it costs to lose one from the crowd depends on who she is. Let the average cascade have
E_l joiners at level l on its way to success, where the h_i(l), the hazards of those who are still left, would give
E_l / lambda_l. Whoever is left after level k is then worth 1 + h_i(l) (lambda_l - 1) for every level l > k: without her
the chance of success is lower by the product of these. She is still left after level l with 1 - h_i(l) over the same,
times the chance before, and the average over those who are left makes a better V, as the eager go first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln

from montecarlo.exact.thinning import quotient
from montecarlo.sampling.cascade_minds import Minds

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_LEAST = 1e-290
_LEAST_WORTH = 0.1
_NOTHING = -32.0


class Steps(NamedTuple):
    """The law of an average elector's threshold, as far as she is seen.

    Attributes
    ----------
    gains : (N, levels) float64
        Chance of each threshold k = 0, 1, ...
    left : (N, levels + 1) float64
        Chance of a threshold of at least k.
    """

    gains: Floats
    left: Floats


def average_steps(minds: Minds, points: Floats, *, levels: int) -> Steps:
    """Average the electors.

    Parameters
    ----------
    minds : Minds
        Of the electors.
    points : (N, d) float64
        What is common to them.
    levels : int
        Levels wanted.
    """
    gains, left = np.empty((len(points), levels)), np.ones((len(points), levels + 1))
    for level, (gain, rest) in enumerate(minds.climb(points, levels=levels)):
        gains[:, level], left[:, level + 1] = gain.mean(axis=0), rest.mean(axis=0)
    return Steps(gains, left)


class Values(NamedTuple):
    """What an average cascade tells at some points.

    Attributes
    ----------
    log : (N, M + 1, M + 1) float64
        Logarithm of V(a, b) at [., a + 1, b], for b > a, b = a and b = M; elsewhere -inf.
    reach : (N, M + 1, M + 1) int64
        Most joiners of the next step that are any part of V.
    """

    log: Floats
    reach: Whole


def values_of(electors: int, steps: Steps, *, end: Floats, after: Floats | None) -> Values:
    """Compute V.

    Parameters
    ----------
    electors : int
        n.
    steps : Steps
        Levels 0 to M - 1 of an average elector.
    end : (N or 1, M + 1, M + 1) float64
        Logarithm of end(a, b), at [., a + 1, b].
    after : (N, M + 1, M + 1) float64, optional
        Logarithm of V with one raise fewer left; None where their number is not limited.

    Returns
    -------
    Values
    """
    number, most = steps.gains.shape
    values = np.full((number, most + 1, most + 1), -np.inf)
    values[:, :, most] = end[:, most, most, None]
    reach, members = np.zeros(values.shape, dtype=np.int64), np.arange(most)
    values[:, members + 1, members] = end[:, members + 1, members]
    following = values if after is None else after
    for now in reversed(range(most)):
        before = np.arange(1, now + 1) if now else np.zeros(1, dtype=np.int64)
        gained = np.cumsum(steps.gains[:, now::-1], axis=1)[:, now - before]
        left = steps.left[:, before]
        hazard = np.minimum(quotient(gained, left, otherwise=0.0), 1.0)
        spare = np.minimum(quotient(np.repeat(steps.left[:, now + 1, None], len(before), 1), left, otherwise=1.0), 1.0)
        terms = log_moves(electors, now, hazard, spare, most=most) + following[:, None, now + 1, now:]
        total = log_sum(terms, axis=2)
        values[:, before, now] = total
        counts = (terms > total[..., None] + _NOTHING) * np.arange(most - now + 1)
        reach[:, before, now] = counts.max(axis=2)
    return Values(values, reach)


def log_moves(electors: int, members: int, hazard: Floats, spare: Floats, *, most: int) -> Floats:
    """Compute the logarithm of the chance of `members`, ..., `most` - 1, and of `most` or more members.

    Parameters
    ----------
    electors, members, most : int
        n, the members now, and M.
    hazard, spare : (...) float64
        Chance of one who is left to join, and its complement.

    Returns
    -------
    (..., most - members + 1) float64
    """
    joiners, trials = np.arange(most - members + 1), electors - members
    ways = gammaln(trials + 1.0) - gammaln(joiners + 1.0) - gammaln(trials - joiners + 1.0)
    tail = betainc(most - members, electors - most + 1, hazard)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance: Floats = np.log(hazard)[..., None] * joiners.astype(np.float64)
        chance[..., 0] = 0.0
        others = (trials - joiners) * np.log(spare)[..., None]
        others[..., joiners == trials] = 0.0
        chance += others + ways
        # A tail too small for float64 is nearly geometric.
        ratio = (electors - most) / (most - members + 1) * hazard / np.maximum(spare, _LEAST)
        far = chance[..., -1] - np.log1p(-np.minimum(ratio, 0.5))
        chance[..., -1] = np.where(tail > _LEAST, np.log(tail), far)
    return chance


def log_sum(terms: Floats, *, axis: int) -> Floats:
    """Compute the logarithm of a sum from the logarithms of its terms."""
    top = terms.max(axis=axis, keepdims=True)
    top = np.where(top > -np.inf, top, 0.0)
    with np.errstate(divide="ignore"):
        result: Floats = np.log(np.exp(terms - top).sum(axis=axis)) + np.squeeze(top, axis)
    return result


def joiners_to_success(electors: int, steps: Steps, log_values: Floats) -> tuple[Floats, float]:
    """Compute how many join at each level on the way to success.

    Parameters
    ----------
    electors : int
        n.
    steps : Steps
        Of one average elector, N = 1.
    log_values : (M + 1, M + 1) float64
        Logarithm of her V without a limit of raises.

    Returns
    -------
    joiners : (M,) float64
        Expected joiners of a cascade that has not ended before.
    members : float
        Expected members in the end.
    """
    most = len(log_values) - 1
    result, state = np.zeros(most), np.zeros(most + 1)
    state[0], members = 1.0, 0.0
    for level in range(most):
        hazard = np.minimum(quotient(steps.gains[0, level], steps.left[0, level], otherwise=0.0), 1.0)
        spare = np.minimum(quotient(steps.left[0, level + 1], steps.left[0, level], otherwise=1.0), 1.0)
        new, going = np.zeros(most + 1), float(state.sum())
        for now in np.flatnonzero(state).tolist():
            logs = log_moves(electors, now, hazard, spare, most=most) + log_values[level + 1, now:]
            share = state[now] * np.exp(logs - log_values[level, now])
            new[now:] += share
            result[level] += float(share @ np.arange(len(share)))
        members += result[level]
        result[level] /= max(going, _LEAST)
        state = new
        state[level] = state[most] = 0.0
    return result, members


def on_the_way(minds: Minds, point: Floats, joiners: Floats) -> tuple[Floats, Steps]:
    """Tell electors apart on the way to success.

    Parameters
    ----------
    minds : Minds
        Of the electors.
    point : (1, d) float64
        What is common to them.
    joiners : (M,) float64
        Of each level; see `joiners_to_success`.

    Returns
    -------
    worth : (n, M) float64
        How much less likely success gets without an elector who joins when k = 0, ..., M - 1 members are seen: a factor
        from 0.1 to 1. Any numbers leave the weights unbiased.
    steps : Steps
        Of the average of those who are left then.
    """
    left, gains = np.ones(len(minds.who)), np.empty((len(minds.who), len(joiners)))
    mean = np.empty(len(joiners))
    for level in range(len(joiners)):
        now = np.full(1, level)
        hazard = minds.hazards(now - 1, now, point)[0][:, 0]
        free = float(left @ hazard)
        mean[level] = free / max(float(left.sum()), _LEAST)
        more = hazard * (max(joiners[level] / free, 1.0) - 1.0) if free > 0.0 else np.zeros_like(hazard)
        left *= (1.0 - hazard) / (1.0 + more)
        gains[:, level] = np.log1p(more)
    later = np.cumsum(gains[:, ::-1], axis=1)[:, ::-1] - gains
    worth: Floats = np.exp(later.min(axis=0) - later)
    going = np.append(1.0, np.cumprod(1.0 - mean))[None]
    return np.maximum(worth, _LEAST_WORTH), Steps(going[:, :-1] * mean, going)
