"""The one question asked of every model: the exact probability that the majority is denied."""

from __future__ import annotations

from montecarlo.exact import independent
from montecarlo.model import Model, checked
from montecarlo.solution import Solution


def solve(model: Model) -> Solution:
    """Compute the exact probability that the leader is denied its majority.

    Parameters
    ----------
    model : Model
        Electors, votes, needed votes and law.

    Returns
    -------
    Solution
        Probability, its complement, a proved bound on the rounding error, and the whole distribution.

    Raises
    ------
    InputError
        If `model` is not a Model.

    Examples
    --------
    >>> solve(Model(0.5, 2, votes=[1, 1, 1])).probability
    0.5
    """
    return independent.solution(checked(model))
