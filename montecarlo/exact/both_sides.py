r"""The joint law of both sides' losses.

Given everything common to all electors, the leader's loss D and the opponents' loss E are independent. With weights w
of the quadrature's nodes (and rulings), F their laws of D and G those of E, one law a row,

    P(D = d, E = e) = sum_nodes w F[node, d] G[node, e],

a product of two matrices of positive numbers. A group with electors of both sides, as Maine has, ties the two together
also given the national factor, if it has a factor of its own: its losses (i, j) are taken jointly,
H[node, i, j] = sum_y v F_group[node, y, i] G_group[node, y, j], and shift those of all the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from montecarlo.errors import NotSolvable
from montecarlo.exact import alone, cascade, pledge
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import INDEPENDENT, Environment
from montecarlo.exact.lattice import refined, scanned
from montecarlo.exact.products import product
from montecarlo.exact.quadrature import values_of_groups
from montecarlo.exact.some_electors import Electors, Everybody, Floats
from montecarlo.exact.spaces import FactorSpace, RateSpace
from montecarlo.model import Model
from montecarlo.parts import Alone, Cascade, CommonOdds, Factors, Independent, Law, Pledge

MOST_MIXED = 1000
"""Most pairs of losses of the groups with electors of both sides; each pair costs a product of matrices."""

_ROWS = 256
_LOSSES = {Alone: alone.losses, Pledge: pledge.losses, Cascade: cascade.losses}


def nodes_of_both(model: Model, tables: list[Floats], effort: Effort) -> tuple[Environment, float]:
    """Choose the values of what is common for the law of the leader's losses and for some probabilities.

    Parameters
    ----------
    model : Model
        With opponents.
    tables : list of (leader's votes + 1, opponents' votes + 1) float64
        Probabilities of events given the losses of both sides; the last is the one whose error is judged.
    effort : Effort
        What is left of it.

    Returns
    -------
    Environment
        The values and their weights.
    float
        Estimate of the relative error of the last event's probability and of the sum of all others.
    """
    dependence = model.dependence
    space: FactorSpace | RateSpace
    if isinstance(dependence, Independent):
        return INDEPENDENT, 0.0
    mixed_groups(model, Everybody.of(model))  # complains before anything is integrated
    inner = 0.0
    if isinstance(dependence, CommonOdds):
        space = RateSpace(model, dependence)
    elif dependence.group.any():
        space, inner = _with_groups(model, dependence, effort)
    else:
        space = FactorSpace(dependence, np.zeros(1), np.ones(1))

    def rows(points: Floats) -> Floats:
        return _rows(model, space.environment(points, np.zeros(len(points))), tables, effort)

    def turned(points: Floats) -> Floats:
        return np.roll(rows(points), len(tables), axis=1)

    # The last entry decides how far is looked: to the loss of all votes, beyond which none of the events lies.
    found = scanned(space, turned)
    found = found._replace(rows=np.roll(found.rows, -len(tables), axis=1))
    lattice, outer = refined(space, rows, found, affordable=effort.affordable(rows, found.points[:1]))
    return space.environment(lattice.points, lattice.log_weight(space)), outer + inner


def joint_losses(model: Model, environment: Environment, effort: Effort) -> Floats:
    """Compute the joint law of the effective losses of both sides.

    Parameters
    ----------
    model : Model
        With opponents.
    environment : Environment
        The whole quadrature rule.
    effort : Effort
        What is left of it.

    Returns
    -------
    (leader's votes + 1, opponents' votes + 1) float64
        Probability of each pair of losses.

    Raises
    ------
    NotSolvable
        If the leader's losses cannot be computed, or those of groups with electors of both sides.
    """
    assert model.opponents is not None
    total = np.zeros((model.total_votes + 1, int(model.opponents.votes.sum()) + 1))
    for part, leader, opponents, (i, j) in _pieces(model, environment, effort):
        weighted = leader * np.exp(environment.log_weight[part])[:, None]
        total[i : i + leader.shape[1], j : j + opponents.shape[1]] += product(weighted.T, opponents)
    return total


def _rows(model: Model, environment: Environment, tables: list[Floats], effort: Effort) -> Floats:
    """Return the law of the leader's losses and the probabilities of the events, (N, ...)."""
    first = model.total_votes + 1
    rows = np.zeros((len(environment.log_weight), first + len(tables)))
    for part, leader, opponents, (i, j) in _pieces(model, environment, effort):
        here = slice(i, i + leader.shape[1]), slice(j, j + opponents.shape[1])
        rows[part, here[0]] += leader
        for k, table in enumerate(tables):
            rows[part, first + k] += np.vecdot(product(leader, table[here]), opponents)
    return rows


def _pieces(
    model: Model, environment: Environment, effort: Effort
) -> Iterator[tuple[slice, Floats, Floats, tuple[int, int]]]:
    """Yield parts of the joint law: some nodes, laws of both sides' losses there, and by how much they are shifted."""
    for weight, upheld in rulings(model.law):
        for start in range(0, len(environment.log_weight), _ROWS):
            part = slice(start, start + _ROWS)
            leader, opponents, mixed = _given(model, environment.rows(part), upheld=upheld, effort=effort)
            steps = mixed[0].size * leader.shape[1] * opponents.shape[1]
            effort.spend(steps, values=len(mixed), on="Counting the losses of both sides")
            for i, j in np.ndindex(mixed.shape[1:]):
                yield part, weight * leader * mixed[:, i, j, None], opponents, (i, j)


def _with_groups(model: Model, factors: Factors, effort: Effort) -> tuple[FactorSpace, float]:
    """Choose values of a group's own factor that are fine and far enough for the losses of either side."""
    both = Everybody.of(model)
    theirs = np.flatnonzero(~both.leader)
    rival = both.model(theirs)
    sides = [values_of_groups(side, side.total_votes, effort) for side in (model, rival)]
    values = [group for group, _ in sides]
    step = min(float(y[1] - y[0]) for y in values if len(y) > 1)
    low, high = min(float(y[0]) for y in values), max(float(y[-1]) for y in values)
    group = step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
    weight = np.exp(-(group**2) / 2)
    return FactorSpace(factors, group, weight / weight.sum()), sum(error for _, error in sides)


def _given(model: Model, environment: Environment, *, upheld: bool, effort: Effort) -> tuple[Floats, Floats, Floats]:
    """Return the laws of both sides' losses outside mixed groups, (N, ...), and the joint one inside, (N, i, j)."""
    both = Everybody.of(model)
    mixed = mixed_groups(model, both)
    theirs = ~both.leader & ~np.isin(both.group, mixed)
    opponents = both.losses(environment, np.flatnonzero(theirs), upheld=upheld, effort=effort)
    joint = np.ones((len(environment.log_weight), 1, 1))
    if not mixed:
        coordinated = _LOSSES[type(model.coordination)]
        return coordinated(model, environment, upheld=upheld, most=model.total_votes, effort=effort), opponents, joint
    ours = both.leader & ~np.isin(both.group, mixed)
    for number in mixed:
        sides = [np.flatnonzero((both.group == number) & (both.leader == side)) for side in (True, False)]
        first, second = (_in_group(both, environment, who, upheld=upheld) for who in sides)
        joint = _convolved(joint, np.einsum("m,inm,jnm->nij", environment.inner_weight, first, second))
    return both.losses(environment, np.flatnonzero(ours), upheld=upheld, effort=effort), opponents, joint


def mixed_groups(model: Model, both: Everybody) -> list[int]:
    """List the groups whose own factor ties electors of both sides to each other."""
    if not isinstance(both.dependence, Factors):
        return []
    bound = both.dependence.group != 0.0
    mixed = sorted(set(both.group[both.leader & bound].tolist()) & set(both.group[~both.leader & bound].tolist()))
    if mixed and not isinstance(model.coordination, Alone):
        raise NotSolvable(
            "Electors of both sides share a group's own factor, and the leader's move each other by a "
            f"{type(model.coordination).__name__.lower()}: that has no exact form here"
        )
    sizes = [
        int(both.votes[(both.group == number) & (both.leader == side)].sum())
        for number in mixed
        for side in (True, False)
    ]
    if math.prod(size + 1 for size in sizes) > MOST_MIXED:
        raise NotSolvable(
            f"Factors.group: {len(mixed)} groups, the first of them {mixed[0]}, have too many electors of both sides "
            "who share a factor of their own",
            "use montecarlo.simulate, or give each side groups of its own",
        )
    return mixed


def rulings(law: Law | None) -> list[tuple[float, bool]]:
    """List the rulings that can occur: the probability of each, and whether it upholds the laws."""
    if law is None:
        return [(1.0, False)]
    return [(weight, upheld) for weight, upheld in ((law.upheld, True), (1.0 - law.upheld, False)) if weight]


def _in_group(both: Everybody, environment: Environment, who: Electors, *, upheld: bool) -> Floats:
    """Return the law of the effective loss of one side's electors of a group given its factor, (votes + 1, N, M)."""
    attempt = both.probability[who]
    defect, loyal = (np.moveaxis(each, 2, 0) for each in environment.chance(attempt, 1.0 - attempt, who))
    if upheld:
        cancelled = both.cancelled[who, None, None]
        defect, loyal = defect * (1.0 - cancelled), loyal + defect * cancelled
    law = np.ones((1, *defect.shape[1:]))
    for votes, lost, kept in zip(both.votes[who], defect, loyal, strict=True):
        law, before = np.zeros((len(law) + votes, *law.shape[1:])), law
        law[: len(before)] = before * kept
        law[votes:] += before * lost
    return law


def _convolved(first: Floats, second: Floats) -> Floats:
    """Convolve two joint laws for every value of the environment."""
    rows, i, j = second.shape
    law = np.zeros((rows, first.shape[1] + i - 1, first.shape[2] + j - 1))
    for a, b in np.ndindex(first.shape[1:]):
        law[:, a : a + i, b : b + j] += first[:, a, b, None, None] * second
    return law
