r"""An assurance contract, solved exactly: two joint laws of (effective votes, electors counted).

Given the environment electors are independent; each acts unconditionally (U), has pledged (C), or neither, and an
attempt is cancelled independently. If the count stays below the threshold T only U act, otherwise all do:

    P(loss = d) = P(U' = d, count < T) + P(U' + C' = d, count >= T),

primes marking attempts that are not cancelled. Each term is a recursion over the electors with both counts capped
(`montecarlo.exact.joint_counts`); those of a group who are alike are counted at once, by a trinomial law
(`montecarlo.exact.alike`). Where nothing is cancelled one recursion over (U, C) tells both. Electors who are all alike
need none: U + C is binomial, U given U + C too, and what is not cancelled of the attempts as well.
"""

from __future__ import annotations

from functools import partial, reduce

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact.alike import MOST_ALIKE, distinct, trinomial
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import Environment
from montecarlo.exact.joint_counts import SHIFTS, capped, joined, joint_law
from montecarlo.exact.rungs import Rungs, rungs_given, rungs_of
from montecarlo.exact.thinning import binomial, quotient
from montecarlo.model import Model
from montecarlo.parts import Factors, Pledge

Floats = NDArray[np.float64]
_Steps = tuple[Floats, Floats, Floats, Floats]

# Cells of one recursion at a time: 16 MiB.
_MOST_CELLS = 2**21


def losses(model: Model, environment: Environment, *, upheld: bool, most: int, effort: Effort) -> Floats:
    """Compute the distribution of the leader's effective lost votes under a pledge.

    Parameters
    ----------
    model : Model
        With a `Pledge`.
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
        If an elector casts more than one vote.
    """
    pledge = model.coordination
    assert isinstance(pledge, Pledge)
    if model.votes.max() > 1:
        raise NotSolvable("Votes above 1 under a Pledge have no exact form here, as it counts electors")
    threshold = min(pledge.threshold, model.electors + 1)
    cancelled = np.zeros(model.electors)
    if upheld and model.law is not None:
        cancelled = model.law.cancelled[: model.electors]
    types = _types(model, environment)
    count_all = pledge.counts == "all"
    alike = all((each == each[0]).all() for each in (*types, cancelled))
    if alike and len(environment.inner_weight) == 1 and model.electors**2 <= _MOST_CELLS:
        steps = 1e5 + 20.0 * model.electors**2
        effort.spend(steps, values=len(environment.log_weight), on=f"A pledge of {model.electors:,} electors")
        return _told_by_total(types, cancelled=cancelled, threshold=threshold, most=most, count_all=count_all)
    # One recursion over (U, C) is the quicker, unless votes are told apart far beyond the threshold.
    if not cancelled.any() and max(most, threshold) <= 2 * threshold:
        zero = np.zeros_like(types[0])
        caps = (most, max(most, threshold))
        _spend(effort, model, environment, caps=caps)
        law = _law(model, environment, steps=(types[0], types[1], types[2], zero), caps=caps)
        return _told_by_types(law, threshold=threshold, most=most, count_all=count_all)
    fails, holds = _thinned(types, cancelled=cancelled, count_all=count_all)
    caps = (most, threshold)
    for _ in range(2):
        _spend(effort, model, environment, caps=caps)
    result = np.zeros((most + 1, len(environment.log_weight)))
    for law, counts in (
        (_law(model, environment, steps=fails, caps=caps), slice(None, threshold)),
        (_law(model, environment, steps=holds, caps=caps), slice(threshold, None)),
    ):
        result[: len(law)] += law[:, counts].sum(axis=1)
    return result.T


def _spend(effort: Effort, model: Model, environment: Environment, *, caps: tuple[int, int]) -> None:
    """Count the steps of a joint law: of each group's, at every value of its factor, and of joining them."""
    values, steps = len(environment.inner_weight), 0.0
    rows = columns = 1
    for size in np.unique(model.group, return_counts=True)[1].tolist() if values > 1 else [model.electors]:
        height, width = (min(size, cap) + 1 for cap in caps)
        wider = min(columns + width, caps[1] + 1)
        steps += (16.0 * values if values > 1 else 6.0) * size * height * width + 0.3 * height * rows * columns * wider
        rows, columns = min(rows + height, caps[0] + 1), wider
    effort.spend(steps, values=len(environment.log_weight), on=f"A pledge of {model.electors:,} electors")


def _types(model: Model, environment: Environment) -> tuple[Floats, ...]:
    """Compute the chances of neither, unconditional and pledged, (n, N, M) each."""
    assert isinstance(model.coordination, Pledge)
    base = rungs_of(model.probability, model.coordination.conditional, shares=np.array([0.0, 1.0]))
    one, kind = _kinds(model)
    rungs = rungs_given(environment, Rungs(*(each[one] for each in base)), electors=one)
    chances = (rungs.missed[..., 1], rungs.reached[..., 0], rungs.gaps[..., 0])
    return tuple(np.moveaxis(chance, -1, 0)[kind] for chance in chances)


def _thinned(types: tuple[Floats, ...], *, cancelled: Floats, count_all: bool) -> tuple[_Steps, _Steps]:
    """List what an elector adds to (effective votes, count), (0, 0), (1, 0), (0, 1), (1, 1), if it fails or holds."""
    neither, alone, pledged = types
    lost = cancelled[:, None, None]
    kept = 1.0 - lost
    zero = np.zeros_like(alone)
    if count_all:
        return (
            (neither, zero, alone * lost + pledged, alone * kept),
            (neither, zero, (alone + pledged) * lost, (alone + pledged) * kept),
        )
    return (
        (neither + alone * lost, alone * kept, pledged, zero),
        (neither + alone * lost, alone * kept, pledged * lost, pledged * kept),
    )


def _law(model: Model, environment: Environment, *, steps: _Steps, caps: tuple[int, int]) -> Floats:
    """Compute the joint law for every node: (votes, count, N)."""
    inner, kind = environment.inner_weight, _kinds(model)[1]
    groups = [np.arange(model.electors)]
    if len(inner) > 1:
        groups = [np.flatnonzero(model.group == each) for each in np.unique(model.group)]
    nodes = len(environment.log_weight)
    laws = []
    for members in groups:
        size = [min(len(members), cap) + 1 for cap in caps]
        here: Floats = np.zeros((*size, nodes))
        chunk = max(1, _MOST_CELLS // (size[0] * size[1] * len(inner)))
        for first in range(0, nodes, chunk):
            some = slice(first, first + chunk)
            counts = _group_law([step[members][:, some] for step in steps], kind[members], inner, caps=caps)
            here[: len(counts), : counts.shape[1], some] = counts
        laws.append(here)
    return reduce(partial(joined, caps=caps), sorted(laws, key=len))


def _kinds(model: Model) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find electors who are alike in everything but their group: one of each kind, and everybody's kind."""
    assert isinstance(model.coordination, Pledge)
    marks = [model.probability, model.coordination.conditional]
    if isinstance(model.dependence, Factors):
        marks += [each[: model.electors] for each in (model.dependence.national, model.dependence.group)]
    if model.law is not None:
        marks.append(model.law.cancelled[: model.electors])
    return distinct(*marks)


def _group_law(steps: list[Floats], kind: NDArray[np.int64], inner: Floats, *, caps: tuple[int, int]) -> Floats:
    """Compute the joint law of a group, (votes, count, N), from (e, N, M) steps: those alike, then the others."""
    nodes = steps[0].shape[1]
    alike = np.flatnonzero(kind == np.bincount(kind).argmax())[:MOST_ALIKE]
    moves = [(shift, step[alike[0]]) for shift, step in zip(SHIFTS, steps[1:], strict=True) if step[alike[0]].any()]
    if len(moves) > 2 or len(inner) == 1:
        counts = joint_law([step.reshape(len(step), -1) for step in steps], caps=caps)
        integrated: Floats = counts.reshape(*counts.shape[:2], nodes, len(inner)) @ inner
        return integrated
    moves += [((0, 0), np.zeros_like(inner * steps[0][0]))] * (2 - len(moves))
    often, coefficients, products = trinomial(len(alike), (steps[0][alike[0]], moves[0][1], moves[1][1]))
    rest = [np.delete(step, alike, axis=0) for step in steps]
    others = joint_law([step.reshape(len(step), nodes * len(inner)) for step in rest], caps=caps)
    rows, columns = others.shape[:2]
    others = others.reshape(rows, columns, nodes, -1) * inner
    ends = often @ np.array([shift for shift, _ in moves])
    law = np.zeros((len(alike) + rows, len(alike) + columns, nodes))
    for i, j in np.ndindex(rows, columns):
        pairs = np.einsum("cnm,nm->cn", products, others[i, j])
        np.add.at(law, (ends[:, 0] + i, ends[:, 1] + j), coefficients[:, None] * pairs)
    return capped(law, caps=caps)


def _told_by_types(law: Floats, *, threshold: int, most: int, count_all: bool) -> Floats:
    """Read the loss off the joint law of unconditional and pledged electors.

    The caps lose nothing: from `most` on unconditional electors alone suffice, and so do as many pledges that hold.
    """
    alone, pledged = np.indices(law.shape[:2])
    count = alone + pledged if count_all else pledged
    loss = np.minimum(np.where(count >= threshold, alone + pledged, alone), most).ravel()
    result = np.zeros((law.shape[2], most + 1))
    for node, weights in zip(result, law.reshape(-1, law.shape[2]).T, strict=True):
        node[:] = np.bincount(loss, weights, minlength=most + 1)
    return result


def _told_by_total(
    types: tuple[Floats, ...],
    *,
    cancelled: Floats,
    threshold: int,
    most: int,
    count_all: bool,
) -> Floats:
    """Compute the loss of electors who are all alike, node after node."""
    neither, alone, pledged = (each[0] for each in types)
    acting = alone + pledged
    unconditional, conditional = quotient(alone, acting, otherwise=0.0), quotient(pledged, acting, otherwise=1.0)
    totals = np.arange(len(cancelled) + 1)
    holds = (totals[:, None] if count_all else totals[:, None] - totals) >= threshold
    attempts = np.empty((len(acting), len(totals)))
    for node, row in enumerate(attempts):
        total = binomial(totals[-1:], hazard=acting[node], spare=neither[node], width=totals[-1])[0, 0]
        alone_of = binomial(totals, hazard=unconditional[node], spare=conditional[node], width=totals[-1])[0]
        row[:] = total * (alone_of * holds).sum(axis=1) + total @ (alone_of * ~holds)
    if cancelled[0] > 0.0:
        attempts @= binomial(totals, hazard=1.0 - cancelled[:1], spare=cancelled[:1], width=totals[-1])[0]
    return np.column_stack([attempts[:, :most], attempts[:, most:].sum(axis=1)])
