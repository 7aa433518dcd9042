"""Second opinions on pledges and cascades: every outcome of a few electors, in whole numbers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from montecarlo.exact.environment import Environment
from montecarlo.model import Model
from montecarlo.parts import Cascade, Pledge


def every_outcome(model: Model, environment: Environment, *, upheld: bool) -> list[list[Fraction]]:
    """Distribution of the effective votes at each node, each group's own factor fixed, by listing all outcomes."""
    assert len(environment.inner_weight) == 1
    listed = _pledges if isinstance(model.coordination, Pledge) else _cascades
    cancelled = [Fraction(0)] * model.electors
    if upheld and model.law is not None:
        cancelled = [Fraction(chance) for chance in model.law.cancelled[: model.electors].tolist()]
    ladders = _ladders(model, environment)
    return [_effective(listed(model, ladders[:, node]), cancelled) for node in range(len(environment.log_weight))]


def _ladders(model: Model, environment: Environment) -> np.ndarray:
    """Chances of each elector (axis 0) at each node (1) of outcomes 0, 1, ... and, last, of none of them (2)."""
    rungs = []
    for i in range(model.electors):
        p, c = Fraction(model.probability[i].item()), Fraction(model.coordination.conditional[i].item())
        shares = [Fraction(0), Fraction(1)]
        if isinstance(model.coordination, Cascade):
            row = model.coordination.threshold_cdf[model.coordination.threshold_class[i]].tolist()
            shares = [Fraction(row[min(k, len(row) - 1)]) for k in range(model.electors)]
        rungs.append([p + c * share for share in shares])
    if len(environment.log_weight) > 1:
        missed = np.array([[float(1 - rung) for rung in row] for row in rungs])
        given, _ = environment.chance(np.array(rungs, dtype=float), missed, np.arange(model.electors))
        reached = [[[Fraction(rung) for rung in row] for row in each] for each in given[:, 0].swapaxes(0, 1).tolist()]
    else:
        reached = [[row] for row in rungs]
    return np.array([[_steps(row) for row in nodes] for nodes in reached], dtype=object)


def _steps(rungs: Sequence[Fraction]) -> list[Fraction]:
    return [rungs[0], *(high - low for low, high in itertools.pairwise(rungs)), 1 - rungs[-1]]


Chosen = dict[tuple[bool, ...], Fraction]


def _add(chosen: Chosen, members: Sequence[bool], weight: Fraction) -> None:
    chosen[tuple(members)] = chosen.get(tuple(members), Fraction(0)) + weight


def _pledges(model: Model, chances: np.ndarray) -> Chosen:
    chosen: Chosen = {}
    for kinds in itertools.product(range(3), repeat=model.electors):
        weight = np.prod([chance[kind] for chance, kind in zip(chances, kinds, strict=True)])
        counted = [kind == 1 or (kind == 0 and model.coordination.counts == "all") for kind in kinds]
        holds = sum(counted) >= model.coordination.threshold
        _add(chosen, [kind == 0 or (kind == 1 and holds) for kind in kinds], weight)
    return chosen


def _cascades(model: Model, chances: np.ndarray) -> Chosen:
    chosen: Chosen = {}
    sight = Fraction(model.coordination.visibility)
    views = itertools.product((True, False), repeat=model.electors) if sight < 1 else [(True,) * model.electors]
    for seen in list(views):
        known = sight ** sum(seen) * (1 - sight) ** (len(seen) - sum(seen))
        for thresholds in itertools.product(range(model.electors + 1), repeat=model.electors):
            weight = np.prod([chance[k] for chance, k in zip(chances, thresholds, strict=True)])
            if weight:
                members = _spread(thresholds, seen, rounds=model.coordination.rounds)
                _add(chosen, members, weight * known)
    return chosen


def _spread(thresholds: Sequence[int], seen: Sequence[bool], *, rounds: int | None) -> list[bool]:
    """Who joins; the threshold `electors` is never reached."""
    level = 0
    members = [k == 0 for k in thresholds]
    for _ in range(len(thresholds) if rounds is None else rounds):
        level = sum(member and view for member, view in zip(members, seen, strict=True))
        members = [k <= level and k < len(thresholds) for k in thresholds]
    return members


def _effective(chosen: Chosen, cancelled: Sequence[Fraction]) -> list[Fraction]:
    total = [Fraction(0)] * (len(cancelled) + 1)
    for members, weight in chosen.items():
        counts = [weight]
        for chance in itertools.compress(cancelled, members):
            counts = [
                chance * stays + (1 - chance) * moves
                for stays, moves in zip([*counts, Fraction(0)], [Fraction(0), *counts], strict=True)
            ]
        for votes, share in enumerate(counts):
            total[votes] += share
    return total
