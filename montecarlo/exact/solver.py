"""The one question asked of every model: the exact probability that the majority is denied."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact import independent
from montecarlo.exact.effort import MOST_STEPS, Effort
from montecarlo.model import Mixture, Model, checked
from montecarlo.parts import Alone, Cascade, Independent, Pledge
from montecarlo.solution import Outcomes, Solution

_LEAST: Final = 1e-270
_ROUNDING: Final = 1e-13
_ROUNDING_TOGETHER: Final = 3e-13
_RISK: Final = {Cascade: 0, Pledge: 1, Alone: 2}
_LOG_10: Final = math.log(10.0)


def solve(model: Model | Mixture, *, steps: float = MOST_STEPS) -> Solution:
    """Compute the exact probability that the leader is denied its majority.

    Parameters
    ----------
    model : Model or Mixture
        Electors, votes, needed votes and all parts.
    steps : float
        Most steps, of about a nanosecond each, that the answer may take, for each account of a mixture.

    Returns
    -------
    Solution
        Probability, its complement, a bound on the error (proved for independent electors who act alone, otherwise an
        estimate) and the distribution of the effective defecting votes.

    Raises
    ------
    InputError
        If `model` is neither.
    NotSolvable
        If a part of the model has no exact form, or one that takes longer; the message names it and says what to use
        instead.

    Examples
    --------
    >>> solve(Model(0.5, 2, votes=[1, 1, 1])).probability
    0.5
    """
    if isinstance(model, Mixture):
        return _weighed(_solved(model, steps))
    if checked(model).opponents is not None:
        from montecarlo.exact import outcomes

        return outcomes.solution(model, steps=steps)
    if isinstance(model.dependence, Independent) and isinstance(model.coordination, Alone):
        return independent.solution(model)
    return _integrated(model, steps)


def _solved(model: Mixture, steps: float) -> list[tuple[float, Solution]]:
    """Solve the accounts; first cascades, then pledges, which may have no exact answer and soon say so."""
    parts = [(weight, part) for weight, part in model.parts if weight]
    order = sorted(range(len(parts)), key=lambda i: _RISK[type(parts[i][1].coordination)])
    solutions = {i: solve(parts[i][1], steps=steps) for i in order}
    return [(weight, solutions[i]) for i, (weight, _) in enumerate(parts)]


def _integrated(model: Model, steps: float) -> Solution:
    """Integrate over what is common to all electors."""
    from montecarlo.exact import quadrature  # SciPy, which independent electors do without

    pmf, error = quadrature.distribution(model, model.needed, Effort(steps))
    pmf.setflags(write=False)
    kept, denied = float(pmf[:-1].sum()), float(pmf[-1])
    if denied < _LEAST and _possible(model):
        raise NotSolvable(
            f"The probability lies below {_LEAST:g}, where electors who depend on each other leave an exact answer no "
            "digits"
        )
    logs = _log(denied, besides=kept), _log(kept, besides=denied)
    # The logarithm of a probability is a sum of squares of quantiles, each rounded.
    rounding = _ROUNDING if isinstance(model.coordination, Alone) else _ROUNDING_TOGETHER
    bound = error + rounding + 2.0**-50 * abs(logs[0]) if denied else 0.0
    four = denied, logs[0] / _LOG_10, kept, logs[1] / _LOG_10
    return Solution.of_leader(*four, bound, False, pmf[:-1], partial(_whole, model, steps))


def _whole(model: Model, steps: float) -> NDArray[np.float64]:
    """Compute the distribution of all losses."""
    from montecarlo.exact import quadrature

    return quadrature.distribution(model, model.total_votes, Effort(steps))[0]


def _possible(model: Model) -> bool:
    """Say whether enough electors may defect at all."""
    if isinstance(model.coordination, Cascade):
        from montecarlo.exact.cascade import is_certain

        if is_certain(model):
            return False
    chance = model.probability
    if not isinstance(model.coordination, Alone):
        chance = chance + model.coordination.conditional
    if model.law is not None:
        chance = chance * (1.0 - model.law.upheld * (model.law.cancelled == 1.0))
    return int(model.votes[chance > 0.0].sum()) >= model.needed


def _log(probability: float, *, besides: float) -> float:
    """Take the logarithm of one of two probabilities that sum to 1, accurate near 1 too."""
    if probability > 0.5:
        return math.log1p(-besides) + 0.0  # not -0.0
    return math.log(probability) if probability else -math.inf


def _weighed(parts: list[tuple[float, Solution]]) -> Solution:
    """Mix the solutions of contradictory accounts."""
    weights = np.array([weight for weight, _ in parts])
    solutions = [solution for _, solution in parts]
    accounts = [solution.outcomes for solution in solutions]

    def mean(of: list[Any], name: str) -> float:
        return math.fsum(weights * [getattr(each, name) for each in of])

    def log10(of: list[Any], name: str) -> float:
        terms = np.log10(weights) + [getattr(each, name) for each in of]
        top = float(terms.max())
        return top if math.isinf(top) else top + math.log10(math.fsum(10.0 ** (terms - top)))

    below = np.sum([weight * solution.pmf_below for weight, solution in parts], axis=0)
    below.setflags(write=False)
    third = [account.third_place for account in accounts]
    outcomes = Outcomes(
        mean(accounts, "leader_majority"),
        mean(accounts, "opponent_majority"),
        mean(accounts, "other_majority"),
        mean(accounts, "contingent_election"),
        log10(accounts, "log10_contingent_election"),
        None if None in third else tuple((weights @ np.array(third)).tolist()),
        mean(accounts, "third_tied"),
        mean(accounts, "third_nobody"),
    )
    return Solution(
        mean(solutions, "probability"),
        log10(solutions, "log10_probability"),
        mean(solutions, "complement"),
        log10(solutions, "log10_complement"),
        max(solution.relative_error_bound for solution in solutions) + 2.0**-49,
        all(solution.bound_is_proved for solution in solutions),
        below,
        partial(_mixed, parts),
        outcomes,
    )


def _mixed(parts: list[tuple[float, Solution]]) -> NDArray[np.float64]:
    """Mix the distributions of contradictory accounts."""
    pmf: NDArray[np.float64] = np.sum([weight * solution.pmf for weight, solution in parts], axis=0)
    return pmf
