r"""One round of many cascades at once: how many join, in proportion to what they lead to, and who they are.

Let P(j) be the exact chance of j joiners among the electors who are left, and U(j) > 0 the value of what follows. Then
j is drawn with probability P(j) U(j) / c, c the sum of these, and j joiners S with probability in proportion to the
product over S of their odds times their worth w_i, so that the weight of the draw is multiplied by

    c / (U(j) prod_{i in S} w_i),    c = sum_j P'(j) U(j) + P(j >= J) U(J),

P' with the worth in it and P without, where J joiners or more are as good as one can wish for. Counts that make less
than 1e-13 of c in the average cascade are left out, unless the last one kept makes more than 1e-11 of it here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from montecarlo.sampling.average_cascade import log_sum
from montecarlo.sampling.joiners import Crowd, Numbers, tallies

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Truths = NDArray[np.bool_]

_LARGEST = 600.0
_LEAST = 1e-300
_LEFT_OUT = -25.0


@dataclass(frozen=True, eq=False)
class Round:
    """The laws of a round, N draws.

    Attributes
    ----------
    chosen : Crowd
        Electors with their worth, window by window.
    near : (N,) bool
        Draws that may get all they need in this round.
    enough : Crowd
        Electors of the near draws as they are.
    window : (N,) int64
        Most joiners that are counted; for near draws "or more".
    log_worth : (n, N) float64
        Logarithm of each elector's worth.
    log_terms : (S + 1, N) float64
        P'(j) U(j), or P(j >= J) U(J) at 0, for window - j = 0, 1, ...
    """

    chosen: Crowd
    near: Truths
    enough: Crowd
    window: Whole
    log_worth: Floats
    log_terms: Floats


def round_of(
    hazard: Floats,
    stay: Floats,
    log_value: Floats,
    *,
    missing: Whole,
    window: Whole,
    worth: Floats,
    room: Floats,
    keep: bool,
) -> Round:
    """Compute the laws of a round.

    Parameters
    ----------
    hazard, stay : (n, N) float64
        Chance of each elector to join, and its complement; 0 and 1 for those who have.
    log_value : (N, K) float64
        U(j), j = 0, 1, ..., as far as needed.
    missing, window : (N,) int64
        J, and most joiners to count, at most J.
    worth : (n, N) float64
        w, up to a factor.
    room : (1 or 2, cells) float64
        For tables; two if `keep`.
    keep : bool
        Whether it will matter who joins where all that is needed is got.
    """
    near, mean = window == missing, hazard.sum(axis=0)
    # Joining is made likelier by one factor for all, so that no chance is too small for float64.
    wish = np.maximum(window, 1)
    log_scale = np.clip(np.log(wish / np.maximum(mean, _LEAST)), 0.0, _LARGEST / wish)
    join = hazard * np.exp(log_scale)
    level = np.where(mean > 0.0, mean / np.maximum((hazard * worth).sum(axis=0), _LEAST), 1.0)
    worth = worth * level
    picked = join * worth
    chosen = Crowd(tallies(picked, stay, window, buffer=room[0]), picked, stay, hazard)
    ours = join[:, near], stay[:, near], window[near]
    enough = Crowd(tallies(*ours, buffer=room[1] if keep else None), *ours[:2], hazard[:, near])
    joiners = window - np.arange(chosen.table.shape[1])[:, None]
    with np.errstate(divide="ignore"):
        log_terms = np.log(chosen.table[-1])
        log_terms[0] = -np.inf
        log_terms[0, near] = np.log(enough.table[-1, 0])
    log_terms += log_value[np.arange(len(window)), np.maximum(joiners, 0)] - joiners * log_scale
    return Round(chosen, near, enough, window, np.log(worth), log_terms)


def too_narrow(made: Round) -> Truths:
    """Say in which draws the last count that is not left out has a part in the sum, (N,)."""
    if len(made.log_terms) < 2:
        return np.zeros(len(made.window), dtype=np.bool_)
    wrong: Truths = ~made.near & (made.log_terms[1] >= log_sum(made.log_terms, axis=0) + _LEFT_OUT)
    return wrong


def drawn(
    made: Round, log_value: Floats, choices: Floats, *, draws: Whole, numbers: Numbers, keep: bool
) -> tuple[Truths, Floats, Whole, Whole]:
    """Draw who joins in a round.

    Parameters
    ----------
    made : Round
        Its laws.
    log_value : (N, K) float64
        U.
    choices : (N,) float64
        Uniform numbers that choose how many.
    draws : (N,) int64
        Rows of the draws among the numbers.
    numbers : Numbers
        Those that choose who.
    keep : bool
        Whether it matters who joins where all that is needed is got.

    Returns
    -------
    enough : (N,) bool
        Whether a draw has got all it needs.
    log_weight : (N,) float64
        What its weight is multiplied by; -inf where nothing is possible.
    electors, columns : (joiners,) int64
        Who joins in which draw.
    """
    columns = np.arange(len(draws))
    total = log_sum(made.log_terms, axis=0)
    possible = total > -np.inf
    sums = np.cumsum(np.exp(made.log_terms - np.where(possible, total, 0.0)), axis=0)
    state = np.argmax(sums > choices * sums[-1], axis=0)
    log_weight = np.where(possible, total - log_value[columns, made.window - state], -np.inf)
    some = columns[possible & ~(made.near & (state == 0))]
    who, where = made.chosen.drawn(some, state[some], made.window[some], draws=draws[some], numbers=numbers)
    log_weight -= np.bincount(where, made.log_worth[who, where], minlength=len(draws))
    enough = possible & made.near & (state == 0)
    if keep and enough.any():
        here = columns[enough]
        place = (np.cumsum(made.near) - 1)[here]
        more, beside = made.enough.drawn(place, state[here], made.window[here], draws=draws[here], numbers=numbers)
        who, where = np.concatenate([who, more]), np.concatenate([where, columns[made.near][beside]])
    return enough, log_weight, who, where
