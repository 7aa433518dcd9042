r"""Threshold cascades, solved exactly where that is possible: which algorithm a model needs.

Elector i has joined at level k, when k members are seen, with probability F_i(k) = p_i + c_i G_i(k). With N(k) the
number of those who have, the cascade ends at D = min{k: N(k) = k} (Granovetter 1978, American Journal of Sociology 83,
1420-1443). Electors who are alike in all that matters make a class:

- all thresholds certain: the fixed point itself;
- one class: a Poisson process (`cascade_alike`), or, with rounds or visibility, two counts (`cascade_rounds`);
- few classes: the chain of their counts (`cascade_classes`), which for a dozen electors may be a class each;
- independent electors with one common law of positive thresholds: the chain after the types (`cascade_types`).

Only positive terms are added. Attempts feed the cascade; if they are cancelled by law, its end is thinned afterwards.
"""

from __future__ import annotations

from math import log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact import alone
from montecarlo.exact.cascade_alike import MOST_ALIKE, alike_losses
from montecarlo.exact.cascade_classes import by_sum, capped_products, class_losses
from montecarlo.exact.cascade_rounds import round_losses, visible_losses
from montecarlo.exact.cascade_types import all_type_losses, type_losses
from montecarlo.exact.convolution import distribution
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import Environment, Unchanged
from montecarlo.exact.rungs import Rungs, rungs_given, rungs_of
from montecarlo.exact.thinning import Ladder, binomial, ladder_of
from montecarlo.model import Model
from montecarlo.parts import Cascade, Factors

MOST_STATES = 4_000_000
"""Most combinations of class counts that are kept at a time."""


class _Classes(NamedTuple):
    """Electors who may join, by class: the first of each class, and how many they are."""

    first: NDArray[np.int64]
    sizes: list[int]


def losses(model: Model, environment: Environment, *, upheld: bool, most: int, effort: Effort) -> NDArray[np.float64]:
    """Compute the distribution of the leader's effective lost votes under a cascade.

    Parameters
    ----------
    model : Model
        With a `Cascade`.
    environment : Environment
        N values of what is common to all electors.
    upheld : bool
        Whether attempts are cancelled as the law says.
    most : int
        Votes from which on they are not told apart.
    effort : Effort
        What is left of it.

    Returns
    -------
    (N, most + 1) float64
        The last entry is the probability of `most` or more.

    Raises
    ------
    NotSolvable
        If the cascade has no exact form here, or one that is too long.
    """
    cascade = _cascade(model)
    if cascade.rounds == 0 or not cascade.conditional.any():
        return alone.losses(model, environment, upheld=upheld, most=most, effort=effort)
    if model.votes.max() > 1:
        raise _refused("A Cascade counts electors; with votes above 1 it")
    if len(environment.inner_weight) > 1:
        raise _refused("A Cascade under group factors")
    cancelled = np.zeros(model.electors)
    if upheld and model.law is not None:
        cancelled = model.law.cancelled[: model.electors]
    if is_certain(model):
        row = _kept(cancelled[_certain_members(model)])
        return np.tile(_fitted(row[None], most), (len(environment.log_weight), 1))
    classes = _classes(model, cancelled)
    lost = cancelled[classes.first]
    reach = min(sum(classes.sizes), model.electors if lost.any() else most)
    if (lost != lost[0]).any():
        return _fitted(_by_classes(model, environment, classes, reach=reach, cancelled=lost, effort=effort), most)
    result = _members(model, environment, classes, reach=reach, effort=effort)
    if lost[0] > 0.0:
        effort.spend(30.0 * reach**2 + len(result) * reach**2, on=f"Rulings on {reach:,} members of a cascade")
        result = result @ binomial(np.arange(reach + 1), hazard=1.0 - lost[:1], spare=lost[:1], width=reach)[0]
    return _fitted(result, most)


def _cascade(model: Model) -> Cascade:
    assert isinstance(model.coordination, Cascade)
    return model.coordination


def _refused(part: str) -> NotSolvable:
    return NotSolvable(f"{part} has no exact form here")


def _fitted(result: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Put all from `most` on into one entry; more than there are electors who join has probability 0."""
    fitted = np.zeros((len(result), most + 1))
    fitted[:, : min(most, result.shape[1])] = result[:, :most]
    fitted[:, most] = result[:, most:].sum(axis=1)
    return fitted


def _shares(model: Model, electors: NDArray[np.int64], levels: int) -> NDArray[np.float64]:
    """Return G of each elector at levels 0, 1, ...; beyond its last entry it is constant."""
    cascade = _cascade(model)
    assert cascade.threshold_class is not None
    entries = np.minimum(np.arange(levels), cascade.threshold_cdf.shape[1] - 1)
    shares: NDArray[np.float64] = cascade.threshold_cdf[cascade.threshold_class[electors][:, None], entries]
    return shares


def _laws(model: Model) -> NDArray[np.int64]:
    """Give equal laws of positive thresholds the same number, elector by elector; -1 where there is none."""
    cascade = _cascade(model)
    assert cascade.threshold_class is not None
    number = np.unique(cascade.threshold_cdf, axis=0, return_inverse=True)[1].ravel()
    return np.where(cascade.conditional > 0.0, number[cascade.threshold_class], -1)


def is_certain(model: Model) -> bool:
    """Say whether the threshold of everybody who may join is certain, and seen by all."""
    cascade = _cascade(model)
    assert cascade.threshold_class is not None
    rows = np.unique(cascade.threshold_class[cascade.conditional > 0.0])
    values = (model.probability, cascade.conditional, cascade.threshold_cdf[rows])
    return cascade.visibility == 1.0 and all(np.isin(each, (0.0, 1.0)).all() for each in values)


def _certain_members(model: Model) -> NDArray[np.bool_]:
    """Follow a cascade of certain thresholds to its end, or to its last round."""
    cascade = _cascade(model)
    last = cascade.threshold_cdf.shape[1] - 1
    members: NDArray[np.bool_] = model.probability == 1.0
    for _ in range(model.electors if cascade.rounds is None else cascade.rounds):
        shares = cascade.threshold_cdf[cascade.threshold_class, min(int(members.sum()), last)]
        more = model.probability + cascade.conditional * shares == 1.0
        if (more == members).all():
            break
        members = more
    return members


def _kept(cancelled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the distribution of the number of certain members whose attempt is not cancelled."""
    if len(cancelled) == 0:
        return np.ones(1)
    one = np.ones(len(cancelled), dtype=np.int64)
    return distribution(1.0 - cancelled, cancelled, votes=one, roundings=1).values


def _classes(model: Model, cancelled: NDArray[np.float64]) -> _Classes:
    """Sort electors who may join into classes that are alike in all that matters."""
    conditional = _cascade(model).conditional
    columns = [model.probability, conditional, _laws(model), cancelled]
    if isinstance(model.dependence, Factors):
        columns += [each[: model.electors] for each in (model.dependence.national, model.dependence.group)]
    may = np.flatnonzero(model.probability + conditional)
    _, first, sizes = np.unique(np.column_stack(columns)[may], axis=0, return_index=True, return_counts=True)
    return _Classes(may[first], sizes.tolist())


def _rungs(model: Model, environment: Environment, classes: _Classes, levels: int) -> Rungs:
    """Compute the chance of each class to have joined by each level, (N, classes, levels)."""
    first = classes.first
    base = rungs_of(model.probability[first], _cascade(model).conditional[first], shares=_shares(model, first, levels))
    given = rungs_given(environment, base, electors=first)
    return Rungs(given.reached[:, 0], given.missed[:, 0], given.gaps[:, 0])


def _members(
    model: Model, environment: Environment, classes: _Classes, *, reach: int, effort: Effort
) -> NDArray[np.float64]:
    """Compute the distribution of those who join, cancelled or not: (N, reach + 1)."""
    cascade = _cascade(model)
    rounds = None if cascade.rounds is None or cascade.rounds >= reach else cascade.rounds
    if len(classes.sizes) > 1:
        _refuse_timing(cascade, reach)
        if isinstance(environment, Unchanged) and len(classes.sizes) > 2 and _one_law(model):
            return _by_types(model, reach=reach, effort=effort)
        return _by_classes(model, environment, classes, reach=reach, cancelled=None, effort=effort)
    if cascade.visibility < 1.0 and rounds is not None:
        raise _refused("A Cascade with both rounds and visibility below 1")
    electors, number = classes.sizes[0], len(environment.log_weight)
    what = f"A cascade of {electors:,} electors, followed to {reach:,} members"
    rungs = _rungs(model, environment, classes, reach)
    alike = Rungs(*(each[:, 0] for each in rungs))
    if cascade.visibility < 1.0:
        effort.spend(2.0 * reach**4 + 5e3 * reach**2, values=number, on=f"{what} and seen in part")
        return visible_losses(electors, ladder_of(rungs), visibility=cascade.visibility, most=reach)
    if rounds is not None:
        effort.spend(20.0 * rounds * reach**2 * electors, values=number, on=f"{what} in {rounds} rounds")
        return round_losses(electors, alike, rounds=rounds, most=reach)
    if electors <= MOST_ALIKE:
        effort.spend(5e4 + reach * (1e4 + 20.0 * electors + electors**2 / 2), values=number, on=what)
        return alike_losses(electors, alike, most=reach)
    return _by_classes(model, environment, classes, reach=reach, cancelled=None, effort=effort)


def _refuse_timing(cascade: Cascade, reach: int) -> None:
    """Refuse what only electors who are all alike can be followed through."""
    if cascade.rounds is not None and cascade.rounds < reach:
        raise _refused("A Cascade that ends after some rounds, of electors who differ,")
    if cascade.visibility < 1.0:
        raise _refused("A Cascade with visibility below 1, of electors who differ,")


def _one_law(model: Model) -> bool:
    """Say whether all positive thresholds come from one law."""
    laws = _laws(model)
    return len(np.unique(laws[laws >= 0])) == 1


def _by_types(model: Model, *, reach: int, effort: Effort) -> NDArray[np.float64]:
    cascade = _cascade(model)
    may = np.flatnonzero(model.probability + cascade.conditional)
    begins, follows = model.probability[may], cascade.conditional[may]
    chances = np.maximum((1.0 - begins) - follows, 0.0), begins, follows
    shares = _shares(model, may[follows > 0.0][:1], reach)[0]
    followers = np.count_nonzero(follows)
    to_the_end = reach == len(may)
    steps = reach**4 / 3 if to_the_end else reach**3 * max(followers - reach / 2, 0.0)
    effort.spend(
        steps + 8.0 * len(may) * reach * followers,
        on=f"A cascade of {followers:,} electors who differ, followed to {reach:,} members",
    )
    return (all_type_losses(chances, shares) if to_the_end else type_losses(chances, shares, most=reach))[None]


def _by_classes(
    model: Model,
    environment: Environment,
    classes: _Classes,
    *,
    reach: int,
    cancelled: NDArray[np.float64] | None,
    effort: Effort,
) -> NDArray[np.float64]:
    sizes = classes.sizes
    who = f"{len(sizes)} classes of electors who differ" if len(sizes) > 1 else f"{sizes[0]:,} electors"
    what = f"A cascade of {who}, followed to {reach:,} members"
    digits = log10(by_sum(sizes, most=reach).sum()) if cancelled is None else sum(log10(size + 1) for size in sizes)
    if digits > log10(MOST_STATES):
        raise NotSolvable(
            f"{what} has about 10^{digits:.0f} states; at most {MOST_STATES:,} are followed for an exact "
            "answer. Different threshold laws, or different electors under common factors, have no other exact form "
            "here"
        )
    _refuse_timing(_cascade(model), reach)
    states = 10.0**digits
    products = capped_products(sizes, most=reach) if cancelled is None else reach * states * (sum(sizes) + len(sizes))
    largest = max(min(size, reach) ** 2 for size in sizes)
    steps = 0.5 * products + reach * (10.0 * states + len(sizes) * (2e3 * reach + 10.0 * largest))
    effort.spend(steps, values=len(environment.log_weight), on=what)
    result = np.empty((len(environment.log_weight), reach + 1))
    ladder = ladder_of(_rungs(model, environment, classes, reach))
    chunk = max(1, MOST_STATES // max(int(states), 4 * largest))
    for start in range(0, len(result), chunk):
        some = slice(start, start + chunk)
        part = Ladder(ladder.hazard[some], ladder.spare[some])
        result[some] = class_losses(sizes, part, cancelled=cancelled, most=reach)
    return result
