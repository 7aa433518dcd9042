r"""What is lost given that the majority is denied, where electors act alone.

Given everything common to all electors the groups are independent, with laws f_g of their losses. They are joined two
by two to the law of the whole loss S; down the same tree goes what a loss is worth, from A(k) = P(denied | S = k) at
its root to

    A_g(k) = sum_j P(all but g lose j) A(k + j),    E[loss of g; denied] = sum_k k f_g(k) A_g(k),

which is Bayes' theorem without a division before the end. Opponents who may come over make A a probability, otherwise
it is 1 from `needed` on. All is integrated over what is common, and rulings are mixed by their posterior weights; only
positive terms are added.

Independent electors are twisted first, p~_i in proportion to p_i e^(theta w_i), so that losing `needed` votes is an
even chance: P~(.) and P(.) are the same law given S, which has the weight e^(-theta S). So nothing underflows.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact.both_sides import mixed_groups, nodes_of_both, rulings
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import INDEPENDENT, Environment
from montecarlo.exact.quadrature import nodes
from montecarlo.exact.routes import routes
from montecarlo.exact.some_electors import Everybody
from montecarlo.model import Model
from montecarlo.parts import Alone, Independent, Law

Floats = NDArray[np.float64]

_LEAST: Final = 1e-270
_AT_ONCE: Final = 1 << 21
_STEPS: Final = 200
_LARGEST: Final = 700.0


class Lost(NamedTuple):
    """Effective votes lost, given that the majority is denied.

    Attributes
    ----------
    log_probability : float
        Natural logarithm of the probability of that; -inf if it cannot be denied, the others are then 0.
    total : (votes + 1,) float64
        Probability of each number of votes lost in all.
    by_group : (G,) float64
        Expected votes lost by each group.
    """

    log_probability: float
    total: Floats
    by_group: Floats


def mixed(parts: list[tuple[float, Lost]]) -> Lost:
    """Mix what is lost, by the posterior weights of what has happened; weights need not sum to 1."""
    logs = [math.log(weight) + lost.log_probability if weight else -math.inf for weight, lost in parts]
    top = max(logs)
    if top == -math.inf:
        return parts[0][1]
    shares = [math.exp(each - top) for each in logs]
    total, by_group = (
        np.sum([share * getattr(lost, name) for share, (_, lost) in zip(shares, parts, strict=True)], axis=0)
        for name in ("total", "by_group")
    )
    whole = math.fsum(shares)
    return Lost(top + math.log(whole), total / whole, by_group / whole)


def lost_by_group(model: Model, effort: Effort) -> Lost:
    """Compute what each group loses given that the majority is denied.

    Parameters
    ----------
    model : Model
        Electors who act alone.
    effort : Effort
        What is left of it.

    Returns
    -------
    Lost
        Relative accuracy of expected votes 1e-9 or better. So is that of the probabilities of independent electors;
        those of others are as accurate relative to 1.

    Raises
    ------
    NotSolvable
        If electors move each other, if opponents who may come over share factors of groups with the leader's electors
        or have several votes, if it would take too long, or if the probability is too small where electors depend on
        each other.
    """
    if not isinstance(model.coordination, Alone):
        kind = type(model.coordination).__name__
        raise NotSolvable(f"Which electors of a {kind} defect has no exact form here", "draw them")
    if model.opponents is not None:
        environment, worth = _with_opponents(model, effort)
    elif isinstance(model.dependence, Independent):
        return mixed([(weight, _twisted(model, upheld=upheld, effort=effort)) for weight, upheld in rulings(model.law)])
    else:
        environment = nodes(model, effort=effort)[0]
        worth = {upheld: _sure(model) for _, upheld in rulings(model.law)}
    found = mixed(
        [
            (weight, _summed(model, environment, worth[upheld], upheld=upheld, effort=effort))
            for weight, upheld in rulings(model.law)
        ]
    )
    if found.log_probability < math.log(_LEAST):
        raise NotSolvable(f"The probability lies below {_LEAST:g}, where what electors lose together has no digits")
    return found


def _sure(model: Model) -> Floats:
    """Say which losses deny the majority, (1, votes + 1)."""
    return (np.arange(model.total_votes + 1) >= model.needed).astype(np.float64)[None]


def _with_opponents(model: Model, effort: Effort) -> tuple[Environment, dict[bool, Floats]]:
    """Choose values of what is common, and compute what losses are worth there, by the ruling, (N, votes + 1)."""
    rival, everybody = model.opponents, Everybody.of(model)
    assert rival is not None
    if rival.votes.max() > 1 and rival.destination.opponent < 1.0:
        raise NotSolvable("Opponents with several votes, each of which may come over to the leader, have no exact form")
    if mixed_groups(model, everybody):
        raise NotSolvable("Electors of both sides share a group's own factor, and some may come over")
    short = np.arange(model.total_votes + 1) - model.needed + 1
    theirs = int(rival.votes.sum())
    fewer = routes(rival.destination, votes=theirs, names=len(rival.destination.alternatives)).fewer
    denied = fewer[:, np.clip(short, 0, theirs + 1)]
    environment, _ = nodes_of_both(model, [np.ascontiguousarray(denied.T)], effort)
    who = np.flatnonzero(~everybody.leader)
    return environment, {
        upheld: everybody.losses(environment, who, upheld=upheld, effort=effort) @ denied
        for _, upheld in rulings(model.law)
    }


def _summed(model: Model, environment: Environment, worth: Floats, *, upheld: bool, effort: Effort) -> Lost:
    """Integrate over what is common, under one ruling."""
    number, votes = len(environment.log_weight), model.total_votes
    effort.spend(3.0 * votes**2, values=number, on=f"Telling apart which of {votes:,} votes are lost")
    weight, worth = np.exp(environment.log_weight), np.broadcast_to(worth, (number, votes + 1))
    members = _members(model)
    total, by_group = np.zeros(votes + 1), np.zeros(len(members))
    size = max(1, _AT_ONCE // (4 * (votes + len(members))))
    for start in range(0, number, size):
        part = slice(start, start + size)
        laws = _laws(model, members, environment.rows(part), upheld=upheld, effort=effort)
        tree = _joined(laws)
        total += weight[part] @ (tree[-1][0] * worth[part])
        for group, (law, value) in enumerate(zip(laws, _valued(tree, worth[part]), strict=True)):
            by_group[group] += weight[part] @ (law * value) @ np.arange(law.shape[1])
    denied = float(total.sum())
    if not denied:
        return Lost(-math.inf, total, by_group)
    return Lost(math.log(denied), total / denied, by_group / denied)


def _twisted(model: Model, *, upheld: bool, effort: Effort) -> Lost:
    """Compute it for independent electors under one ruling, from twisted chances."""
    attempt, votes, k = model.probability, model.votes, np.arange(model.total_votes + 1)
    cancelled = model.law.cancelled if upheld and model.law is not None else np.zeros(model.electors)
    with np.errstate(divide="ignore"):
        log_lost = np.log(attempt) + np.log(1.0 - cancelled)
        log_kept = np.log((1.0 - attempt) + attempt * cancelled)
    theta = _twist(log_lost, log_kept, votes=votes, needed=model.needed)
    log_scale = np.logaddexp(log_lost + theta * votes, log_kept)
    lost, kept = np.exp(log_lost + theta * votes - log_scale), np.exp(log_kept - log_scale)
    # Who is nearly sure to leave is sure to attempt and seldom cancelled: then both chances are accurate.
    sure = lost > 0.5
    easy = Model(np.where(sure, 1.0, lost), model.needed, votes=votes, group=model.group, law=Law(kept * sure))
    members = _members(model)
    effort.spend(3.0 * float(len(k)) ** 2, on=f"Telling apart which of {model.total_votes:,} votes are lost")
    laws = _laws(easy, members, INDEPENDENT, upheld=True, effort=effort)
    tree = _joined(laws)
    whole = tree[-1][0][0]
    with np.errstate(divide="ignore"):
        logs = np.where(k >= model.needed, np.log(whole) - theta * k, -np.inf)
    top = float(logs.max())
    if top == -np.inf:
        return Lost(-math.inf, np.zeros(len(k)), np.zeros(len(members)))
    worth = np.exp(np.where(logs > -np.inf, np.minimum(-theta * k - top, _LARGEST), -np.inf))[None]
    terms = np.exp(logs - top)
    denied = float(terms.sum())
    expected = [
        float((law * value)[0] @ np.arange(law.shape[1])) / denied
        for law, value in zip(laws, _valued(tree, worth), strict=True)
    ]
    return Lost(float(log_scale.sum()) + top + math.log(denied), terms / denied, np.array(expected))


def _twist(log_lost: Floats, log_kept: Floats, *, votes: NDArray[np.int64], needed: int) -> float:
    """Find the theta at which half a vote less than needed is lost on average; 0 if more is lost anyway."""
    attainable = int(votes[log_lost > -np.inf].sum())
    target = min(needed, attainable) - 0.5

    def mean(theta: float) -> float:
        log_scale = np.logaddexp(log_lost + theta * votes, log_kept)
        return float(np.exp(log_lost + theta * votes - log_scale) @ votes)

    low, high = 0.0, 1.0
    if attainable < needed or mean(low) >= target:
        return 0.0
    while mean(high) < target:
        low, high = high, 2.0 * high
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if mean(middle) < target else (low, middle)
    return high


def _members(model: Model) -> list[NDArray[np.int64]]:
    """List the electors of every group, (G,)."""
    order = np.argsort(model.group, kind="stable")
    sizes = np.bincount(model.group)
    return np.split(order, np.cumsum(sizes)[:-1])


def _laws(
    model: Model, members: list[NDArray[np.int64]], environment: Environment, *, upheld: bool, effort: Effort
) -> list[Floats]:
    """Compute the law of each group's loss, (N, its votes + 1)."""
    everybody = Everybody.of(model)
    return [everybody.losses(environment, who, upheld=upheld, effort=effort) for who in members]


def _joined(laws: list[Floats]) -> list[list[Floats]]:
    """Join laws in pairs, level by level, up to that of the whole."""
    tree = [laws]
    while len(tree[-1]) > 1:
        level = tree[-1]
        tree.append([_convolved(*level[i : i + 2]) for i in range(0, len(level), 2)])
    return tree


def _valued(tree: list[list[Floats]], worth: Floats) -> list[Floats]:
    """Compute what each group's losses are worth, (N, its votes + 1) each, from what those of all are."""
    values = [worth]
    for level in reversed(tree[:-1]):
        values = [_seen_beside(values[i // 2], level[i ^ 1] if i ^ 1 < len(level) else None) for i in range(len(level))]
    return values


def _convolved(first: Floats, second: Floats | None = None) -> Floats:
    """Compute the law of the sum of two losses, or of one."""
    if second is None:
        return first
    few, many = sorted((first, second), key=lambda law: law.shape[1])
    padded = np.pad(many, ((0, 0), (few.shape[1] - 1, few.shape[1] - 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, few.shape[1], axis=1)
    law: Floats = np.vecdot(windows, few[:, None, ::-1])
    return law


def _seen_beside(worth: Floats, other: Floats | None) -> Floats:
    """Compute what a loss is worth if the law of the other loss that adds to it is known."""
    if other is None:
        return worth
    windows = np.lib.stride_tricks.sliding_window_view(worth, other.shape[1], axis=1)
    value: Floats = np.vecdot(windows, other[:, None])
    return value
