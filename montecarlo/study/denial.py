r"""If it happens: the elections in which the majority is denied, however unlikely they are.

Where electors act alone, what each group loses then is known exactly (`montecarlo.exact.given_denial`). Where they move
each other elections are drawn, plainly if denial is frequent, each stratum (an account and a ruling, of probability
c_s) with its own weights w, and with x what an election is asked for

    E[x | denied] = sum_s c_s mean_s(w x) / sum_s c_s mean_s(w) = m,
    variance = sum_s c_s^2 var_s(w (x - m)) / n_s / (sum_s c_s mean_s(w))^2,

the ratio of two means and its variance by the delta method. An account that is solved is a stratum without an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.simulation import whole_number
from montecarlo.errors import NotSolvable
from montecarlo.exact.effort import MOST_STEPS, Effort
from montecarlo.exact.given_denial import Lost, lost_by_group, mixed
from montecarlo.exact.solver import solve
from montecarlo.kernel.streams import fresh_seed
from montecarlo.model import Mixture, Model
from montecarlo.parts import Alone, Cascade, Factors, Independent
from montecarlo.sampling.elections import election_sampler
from montecarlo.sampling.plain import PlainElections
from montecarlo.sampling.sampler import ElectionSampler
from montecarlo.sampling.strata import Stratified, possible, rulings_of
from montecarlo.sampling.weights import MOST_UNSURE, Weights
from montecarlo.solution import Solution
from montecarlo.study.contributions import leaders_alone

Floats = NDArray[np.float64]

QUICK: Final = 1e9
"""Steps of an exact answer that takes about a second."""

DRAWS: Final = 2000
"""Drawn elections of equal weight that would tell as much."""

FEW_DRAWS: Final = 400
"""The same for a first look."""

_STAGE: Final = 4_000_000
_PILOT: Final = 100
_FEWEST: Final = 64
_MOST_TIMES: Final = 50
_LEAST: Final = 1e-270


@dataclass(frozen=True, eq=False)
class Denial:
    """What is lost if the majority is denied.

    Attributes
    ----------
    total : (votes + 1,) float64, or None
        Probability of each number of effective votes lost in all.
    by_group : (G,) float64
        Expected effective votes lost by each group of the leader's electors.
    standard_error : (G,) float64
        Standard errors of these, 0 where they are exact.
    method : str
        "exact", "importance", "cascade" or "plain".
    draws : int
        Elections drawn for it; 0 if exact.
    """

    total: Floats | None
    by_group: Floats
    standard_error: Floats
    method: str
    draws: int


def given_denial(model: Model | Mixture, *, seed: int | None = None) -> Denial:
    """Tell what is lost given that the majority is denied, for probabilities however small.

    Parameters
    ----------
    model : Model or Mixture
        The electors.
    seed : int, optional
        Of elections that are drawn, at least 0; from the operating system if absent.

    Returns
    -------
    Denial
        Exact where electors act alone; `total` is exact also where the distribution of all losses is.

    Raises
    ------
    NotSolvable
        If there is neither an exact answer nor a sampler, if the weights show that their mean is not to be trusted, or
        if the majority cannot be denied.

    Examples
    --------
    >>> found = given_denial(Model([0.001] * 200 + [0.002] * 106, needed=37, group=[0] * 200 + [1] * 106))
    >>> found.by_group.round(2).tolist(), found.method
    ([18.77, 18.24], 'exact')
    """
    seed = fresh_seed() if seed is None else whole_number("seed", seed, least=0)
    found = denial_of(model, seed=seed)
    if not found.draws:
        return found
    try:
        total = _told(solve(model), model.needed)
    except NotSolvable:
        return found
    return Denial(total, found.by_group, found.standard_error, found.method, found.draws)


def denial_of(
    model: Model | Mixture, *, seed: int, steps: float = MOST_STEPS, draws: int = DRAWS, frequent: bool = False
) -> Denial:
    """Tell it exactly if that takes no more than so many steps for each account, else from drawn elections.

    Parameters
    ----------
    model, seed
        As for `given_denial`.
    steps : float
        Most steps of an exact answer.
    draws : int
        Drawn elections of equal weight that would tell as much.
    frequent : bool
        Whether denial is frequent enough for plain elections to tell what is not known exactly.

    Raises
    ------
    NotSolvable
        As for `given_denial`.
    """
    known: list[tuple[float, Lost]] = []
    strata: list[tuple[float, ElectionSampler]] = []
    for weight, part in model.parts:
        if not weight:
            continue
        leaders = leaders_alone(part)
        exact = _exactly(leaders, steps)
        if exact is not None:
            known.append((weight, exact))
            continue
        # Plain elections tell only what the leader's electors do; those that are slow to draw otherwise are refused.
        if frequent and (leaders.opponents is None or not is_quick(leaders)):
            strata.append((weight, PlainElections(leaders)))
            continue
        strata += [
            (weight * chance, election_sampler(leaders, upheld=upheld))
            for chance, upheld in rulings_of(leaders)
            if chance and possible(leaders, upheld=upheld)
        ]
    if strata:
        return _combined(known, _elections(strata, seed=seed, draws=draws), votes=model.total_votes)
    if all(lost.log_probability == -inf for _, lost in known):
        raise NotSolvable("The majority cannot be denied, so that there is nothing to tell of it", "other electors")
    lost = mixed(known)
    return Denial(lost.total, lost.by_group, np.zeros(len(lost.by_group)), "exact", 0)


def is_quick(model: Model | Mixture) -> bool:
    """Say whether elections can be drawn within seconds: a cascade under factors of groups takes up to a minute."""
    return not any(
        isinstance(part.coordination, Cascade) and isinstance(part.dependence, Factors) and part.dependence.group.any()
        for weight, part in model.parts
        if weight
    )


def _exactly(model: Model, steps: float) -> Lost | None:
    """Solve one account; None if there is no exact answer but may be a sampler."""
    try:
        return lost_by_group(model, Effort(steps))
    except NotSolvable:
        if isinstance(model.coordination, Alone) and isinstance(model.dependence, Independent):
            raise
        return None


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Elections of one account and one ruling.

    Attributes
    ----------
    weight : float
        Probability of these.
    name : str
        Name of the sampler.
    log_weights : (n,) float64
        Logarithms of the weights.
    votes : (n, G) int64
        Effective votes lost by each group.
    """

    weight: float
    name: str
    log_weights: Floats
    votes: NDArray[np.int64]

    @classmethod
    def of(cls, weight: float, sampler: ElectionSampler, *, seed: int, stage: int, draws: int) -> _Drawn:
        """Draw so many."""
        size = sampler.block
        blocks = [
            sampler.elections(seed, stage, number, min(size, draws - first))
            for number, first in enumerate(range(0, draws, size))
        ]
        log_weights, votes = map(np.concatenate, zip(*blocks, strict=True))
        return cls(weight, sampler.name, log_weights, votes)


def _elections(strata: list[tuple[float, ElectionSampler]], *, seed: int, draws: int) -> list[_Drawn]:
    """Draw as many of each stratum as a pilot, which is not used again, asks for."""
    pilots = [
        Weights.of(_Drawn.of(*each, seed=seed, stage=_STAGE + 2 * k, draws=_PILOT).log_weights)
        for k, each in enumerate(strata)
    ]
    whole = Stratified(tuple((weight, pilot) for (weight, _), pilot in zip(strata, pilots, strict=True))).log_mean
    found = []
    for k, ((weight, sampler), pilot) in enumerate(zip(strata, pilots, strict=True)):
        share = weight * exp(pilot.log_mean - whole) if pilot.mean else 1.0
        wanted = draws * share * (1.0 + min(pilot.relative_variance, _MOST_TIMES))
        known = 2.0 * (pilot.kurtosis - 1.0) / MOST_UNSURE if pilot.relative_variance > 1e-20 else 0.0
        number = ceil(max(_FEWEST, min(max(wanted, known), _MOST_TIMES * draws)))
        found.append(_Drawn.of(weight, sampler, seed=seed, stage=_STAGE + 2 * k + 1, draws=number))
    return found


def _combined(known: list[tuple[float, Lost]], drawn: list[_Drawn], *, votes: int) -> Denial:
    """Take the ratio of means over all strata."""
    distrust = Stratified(tuple((each.weight, Weights.of(each.log_weights)) for each in drawn)).distrust
    if distrust:
        raise NotSolvable(f"What is lost if the majority is denied was drawn in vain: {distrust}")
    logs = [each.log_weights + log(each.weight) for each in drawn]
    certain = [log(weight) + lost.log_probability for weight, lost in known]
    top = max([float(each.max()) for each in logs] + certain)
    shares = [np.exp(each - top) / len(each) for each in logs]
    sure = [exp(each - top) for each in certain]
    whole = sum(float(share.sum()) for share in shares) + sum(sure)
    groups, total = np.zeros(drawn[0].votes.shape[1]), np.zeros(votes + 1)
    for share, each in zip(shares, drawn, strict=True):
        groups += share @ each.votes
        total += np.bincount(each.votes.sum(axis=1), share, minlength=votes + 1)
    for weight, (_, lost) in zip(sure, known, strict=True):
        groups += weight * lost.by_group
        total += weight * lost.total
    mean, variance = groups / whole, np.zeros(len(groups))
    for share, each in zip(shares, drawn, strict=True):
        off = share[:, None] * (each.votes - mean)
        variance += len(share) / (len(share) - 1) * np.square(off - off.mean(axis=0)).sum(axis=0)
    names = {each.name for each in drawn}
    name = next(each for each in ("plain", "cascade", "importance") if each in names)
    draws = sum(len(each.log_weights) for each in drawn)
    return Denial(total / whole, mean, np.sqrt(variance) / whole, name, draws)


def _told(solution: Solution, needed: int) -> Floats:
    """Condition the exact distribution of all losses on denial.

    Raises
    ------
    NotSolvable
        If there is none, or it underflows.
    """
    total = solution.pmf.copy()
    total[:needed] = 0.0
    denied = float(total.sum())
    if denied < _LEAST:
        raise NotSolvable(f"The distribution of all losses lies below {_LEAST:g} from {needed} on", "draw it")
    return total / denied
