r"""The values of what is common to all electors over which an exact answer is integrated.

P(loss) = integral of density(common) P(loss | common). Common are, depending on the dependence,

- a national factor z, with density exp(-z^2 / 2);
- S, the scale of a t distribution;
- d, the log odds of the common rate over those of its mean, with density X^alpha (1 - X)^beta;
- y, the factor of a group, with density exp(-y^2 / 2), integrated group by group within the others.

The first three make a lattice (`montecarlo.exact.lattice`). The values of y are the same everywhere: their step is 0.7
of the least width that the chances of a group can give to the integrand, halved until it makes no difference where the
integral has its weight, and their range covers all for which everybody or nobody of a group is not negligible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact import alone, cascade, pledge
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import INDEPENDENT, Environment
from montecarlo.exact.lattice import AGREE, Lattice, Rows, refined, scanned, slack
from montecarlo.exact.spaces import FURTHEST, FactorSpace, RateSpace
from montecarlo.model import Model
from montecarlo.parts import Alone, CommonOdds, Factors, Independent, Pledge

_NEGLIGIBLE = -40.0
_AT_ONCE = 1 << 22
_SAMPLE = 12
_HALVINGS = 6
_MOST_INNER = 10_000
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)

Losses = Callable[..., NDArray[np.float64]]


def rows(model: Model, environment: Environment, *, most: int, effort: Effort) -> NDArray[np.float64]:
    """Compute the distribution of the leader's effective losses given the environment, rulings mixed.

    Returns
    -------
    (N, most + 1) float64
        Probability of each loss, the last entry of `most` votes or more.
    """
    losses = _losses(model)
    upheld = 0.0 if model.law is None else model.law.upheld
    parts = [
        weight * losses(model, environment, upheld=ruling, most=most, effort=effort)
        for ruling, weight in ((True, upheld), (False, 1.0 - upheld))
        if weight
    ]
    return np.sum(parts, axis=0) if len(parts) > 1 else parts[0]


def in_parts(model: Model, environment: Environment, *, most: int, effort: Effort) -> NDArray[np.float64]:
    """Compute `rows` for as many values at a time as memory allows."""
    number = len(environment.log_weight)
    cells = len(environment.inner_weight) * (model.electors + most)
    if not isinstance(model.coordination, Alone):
        cells += most * model.electors
    size = max(1, _AT_ONCE // cells)
    done: list[NDArray[np.float64]] = []
    for start in range(0, number, size):
        before = effort.left
        done.append(rows(model, environment.rows(slice(start, start + size)), most=most, effort=effort))
        steps = (before - effort.left) / len(done[-1])
        effort.foresee(steps, values=number - start - len(done[-1]), on=f"Counting {most:,} losses")
    return np.concatenate(done)


def nodes(model: Model, most: int | None = None, *, effort: Effort | None = None) -> tuple[Environment, float]:
    """Choose the values of what is common, for the probability to lose the majority and for all smaller losses.

    Parameters
    ----------
    model : Model
        The model.
    most : int, optional
        Losses that are told apart; by default the needed votes. The values cover what matters to any of them.
    effort : Effort, optional
        What is left of it; by default all that an exact answer may take.

    Returns
    -------
    Environment
        The values and their weights.
    float
        Estimate of the relative error of what is integrated over them.
    """
    if isinstance(model.dependence, Independent):
        return INDEPENDENT, 0.0
    space, lattice, error = _chosen(model, model.needed if most is None else most, effort or Effort())
    return space.environment(lattice.points, lattice.log_weight(space)), error


def values_of_groups(model: Model, most: int, effort: Effort) -> tuple[NDArray[np.float64], float]:
    """Choose the values of a group's own factor.

    Returns
    -------
    (M,) float64
        The values, evenly spaced; one where no elector has a factor of a group.
    float
        Estimate of the relative error of the integration over them.
    """
    assert isinstance(model.dependence, Factors)
    space = FactorSpace(model.dependence, np.zeros(1), np.ones(1))
    if not model.dependence.group.any():
        return space.group, 0.0
    space, _, error = _with_groups(model, space, most, effort)
    return space.group, error


def distribution(model: Model, most: int, effort: Effort) -> tuple[NDArray[np.float64], float]:
    """Compute the distribution of the leader's effective losses.

    Returns
    -------
    (most + 1,) float64
        Probability of each loss, the last entry of `most` votes or more.
    float
        Estimate of the relative error of the integration.
    """
    if isinstance(model.dependence, Independent):
        return rows(model, INDEPENDENT, most=most, effort=effort)[0], 0.0
    space, lattice, error = _chosen(model, most, effort)
    return np.exp(lattice.log_weight(space)) @ lattice.rows, error


def _chosen(model: Model, most: int, effort: Effort) -> tuple[FactorSpace | RateSpace, Lattice, float]:
    """Choose the space, and the lattice in it with the rows there."""
    space: FactorSpace | RateSpace
    found, inner = None, 0.0
    if isinstance(model.dependence, CommonOdds):
        space = RateSpace(model, model.dependence)
    else:
        assert isinstance(model.dependence, Factors)
        space = FactorSpace(model.dependence, np.zeros(1), np.ones(1))
        if model.dependence.group.any():
            space, found, inner = _with_groups(model, space, most, effort)
    here = _rows(model, space, most, effort)
    found = scanned(space, here) if found is None else found
    lattice, outer = refined(space, here, found, affordable=effort.affordable(here, found.points[:1]))
    return space, lattice, outer + inner


def _with_groups(model: Model, space: FactorSpace, most: int, effort: Effort) -> tuple[FactorSpace, Lattice, float]:
    """Choose the values of a group's own factor, for a first lattice and the rows there."""
    step = _inner_step(model)
    rough = _with_inner(space, -FURTHEST / 2, FURTHEST / 2, 3.0 * step)
    found = scanned(rough, _rows(model, rough, most, effort))
    low, high = _inner_range(model, rough, found)
    for _ in range(_HALVINGS):
        chosen = _with_inner(space, low, high, step)
        found = found._replace(rows=_rows(model, chosen, most, effort)(found.points))
        step, low, high = step / 2, low - 3.0, high + 3.0
        better = _rows(model, _with_inner(space, low, high, step), most, effort)
        error = _difference(found, chosen, better)
        if error <= AGREE:
            break
    return chosen, found, error


def _losses(model: Model) -> Losses:
    if isinstance(model.coordination, Alone):
        return alone.losses
    if isinstance(model.coordination, Pledge):
        return pledge.losses
    return cascade.losses


def _rows(model: Model, space: FactorSpace | RateSpace, most: int, effort: Effort) -> Rows:
    """Make the rows of points."""

    def evaluated(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return in_parts(model, space.environment(points, np.zeros(len(points))), most=most, effort=effort)

    return evaluated


def _inner_step(model: Model) -> float:
    """Take 0.7 of the least width that a group can give to the integrand over its own factor.

    The logarithm of a binomial chance is curved, in units of the latent, by at most n phi^2 / (p q) <= 2 n / pi.
    """
    factors = model.dependence
    assert isinstance(factors, Factors)
    a, b = factors.national[: model.electors], factors.group[: model.electors]
    curved = np.bincount(model.group, b**2 / (1.0 - a**2 - b**2)).max()
    return 0.7 / float(np.sqrt(1.0 + 2.0 / np.pi * curved))


def _with_inner(space: FactorSpace, low: float, high: float, step: float) -> FactorSpace:
    """Take values of a group's own factor from a range.

    Raises
    ------
    NotSolvable
        If they are too many, as where the loadings leave hardly anything to the electors themselves.
    """
    if (high - low) / step > _MOST_INNER:
        raise NotSolvable(f"The groups' own factors are so strong that they take more than {_MOST_INNER:,} values")
    y = step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
    weight = np.exp(-(y**2) / 2)
    return replace(space, group=y, inner_weight=weight / weight.sum())


def _inner_range(model: Model, space: FactorSpace, lattice: Lattice) -> tuple[float, float]:
    """Find where any share of a group's votes, from none to all, is not negligible.

    At a point of the lattice only losses matter that have some weight there; a group can have lost no more.
    """
    some = np.arange(len(lattice.place)) % -(-len(lattice.place) // _SAMPLE) == 0
    matters = np.maximum.accumulate(slack(space, lattice)[some, ::-1], axis=1)[:, ::-1]
    wide = _with_inner(space, -FURTHEST, FURTHEST, 1.0)
    environment = wide.environment(lattice.points[some], np.zeros(some.sum()))
    kinds, counts, votes = _members(model)
    least = model.probability[kinds]
    most = least if isinstance(model.coordination, Alone) else least + model.coordination.conditional[kinds]
    all_of, _ = environment.chance(least, 1.0 - least, kinds)
    _, none_of = environment.chance(np.minimum(most, 1.0), np.maximum(1.0 - most, 0.0), kinds)
    all_log, none_log = (np.log(np.maximum(chance, 1e-300)) @ counts for chance in (all_of, none_of))
    kept = np.zeros(len(wide.group), dtype=bool)
    for share in _SHARES:
        log = share * all_log + (1.0 - share) * none_log - wide.group[:, None] ** 2 / 2
        lost = np.minimum(np.ceil(share * votes).astype(np.int64), matters.shape[1] - 1)
        level = matters[:, None, lost] + log - log.max(axis=1, keepdims=True)
        kept |= (level > _NEGLIGIBLE).any(axis=(0, 2))
    return float(wide.group[kept][0]) - 1.0, float(wide.group[kept][-1]) + 1.0


def _members(model: Model) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pick an elector of each kind: (e,), count them by group, (e, groups), and add up the groups' votes, (groups,)."""
    factors = model.dependence
    assert isinstance(factors, Factors)
    n = model.electors
    marks = np.stack([model.group, model.probability, factors.national[:n], factors.group[:n]])
    _, kinds, counts = np.unique(marks, axis=1, return_index=True, return_counts=True)
    groups, place = np.unique(model.group, return_inverse=True)
    members = counts[:, None] * (model.group[kinds][:, None] == groups)
    return kinds, members, np.bincount(place, model.votes)


def _difference(lattice: Lattice, space: FactorSpace, finer: Rows) -> float:
    """Compare two choices of a group's own factor where the integrals have their weight."""
    weight = np.exp(lattice.log_weight(space))[:, None] * lattice.rows
    places = np.unique([*weight.argmax(axis=0)[[0, -2, -1]], weight.sum(axis=1).argmax()])
    values, better = lattice.rows[places], finer(lattice.points[places])
    share = weight[places] / np.maximum(weight[places].sum(axis=0), 1e-300)
    scale = np.where(better > 0.0, better, 1.0)
    return float((share * np.abs(better - values) / scale).sum(axis=0)[[0, -2, -1]].max())
