"""Elections enumerated one by one, with what each group loses in those in which the majority is denied."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, roots_hermitenorm, roots_jacobi

from montecarlo.model import Model
from montecarlo.parts import Alone, Cascade, CommonOdds, Factors, Independent, Pledge

Floats = NDArray[np.float64]


class Enumerated:
    """Probability of denial, the distribution of all losses then, and expected losses by group."""

    def __init__(self, model: Model, *, points: int = 40) -> None:
        weights, rungs = environments(model, points=points)
        bounds = np.concatenate([np.zeros_like(rungs[..., :1]), rungs, np.ones_like(rungs[..., :1])], axis=-1)
        gains = np.diff(bounds, axis=-1)
        self.total, self.by_group = np.zeros(model.total_votes + 1), np.zeros(int(model.group.max()) + 1)
        sets: dict[bytes, float] = defaultdict(float)
        for minds in product(range(gains.shape[-1]), repeat=model.electors):
            chance = float(weights @ np.prod(gains[:, np.arange(model.electors), minds], axis=1))
            if chance:
                for attempted, share in attempts(model, np.array(minds)):
                    sets[attempted.tobytes()] += chance * share
        for attempted, chance in sets.items():
            self._cancel(model, chance, np.flatnonzero(np.frombuffer(attempted, dtype=bool)))
        self.probability = float(self.total.sum())
        self.total /= self.probability
        self.by_group /= self.probability

    def _cancel(self, model: Model, chance: float, who: NDArray[np.int64]) -> None:
        """Go through all rulings and cancellations."""
        if model.votes[who].sum() < model.needed:
            return
        upheld, cancelled = (0.0, np.zeros(model.electors))
        if model.law is not None:
            upheld, cancelled = model.law.upheld, model.law.cancelled
        for ruling, void in ((upheld, cancelled), (1.0 - upheld, 0.0 * cancelled)):
            for kept in product((0, 1), repeat=len(who) if ruling else 0):
                lost = who[np.array(kept, dtype=bool)]
                votes = int(model.votes[lost].sum())
                if votes >= model.needed and ruling:
                    share = ruling * float(np.prod(np.where(kept, 1.0 - void[who], void[who])))
                    self.total[votes] += chance * share
                    np.add.at(self.by_group, model.group[lost], chance * share * model.votes[lost])


def attempts(model: Model, minds: NDArray[np.int64]) -> list[tuple[NDArray[np.bool_], float]]:
    """List who attempts, and how likely that is, given each elector's lowest rung."""
    how = model.coordination
    if isinstance(how, Alone):
        return [(minds == 0, 1.0)]
    if isinstance(how, Pledge):
        count = int((minds == 1).sum() + (minds == 0).sum() * (how.counts == "all"))
        return [(minds <= int(count >= how.threshold), 1.0)]
    found, never = [], ladder(model).shape[1]
    minds = np.where(minds == never, model.electors + 1, minds)
    for seen in product((False, True), repeat=model.electors if how.visibility < 1.0 else 0):
        visible = np.array(seen, dtype=bool) if seen else np.ones(model.electors, dtype=bool)
        share = float(np.prod(np.where(visible, how.visibility, 1.0 - how.visibility)))
        joined, rounds = minds <= 0, 0
        while how.rounds is None or rounds < how.rounds:
            after = minds <= (joined & visible).sum()
            if (after == joined).all():
                break
            joined, rounds = after, rounds + 1
        found.append((joined, share))
    return found


def environments(model: Model, *, points: int) -> tuple[Floats, Floats]:
    """Return weights (E,) and ladders (E, n, levels) of chances to attempt if so many are seen."""
    base = ladder(model)[None]
    if isinstance(model.dependence, Independent):
        return np.ones(1), base
    if isinstance(model.dependence, CommonOdds):
        alpha, beta = model.dependence.alpha, model.dependence.beta
        x, weight = roots_jacobi(200, beta - 1.0, alpha - 1.0)
        rate = (1.0 + x) / 2.0
        odds = (rate / (1.0 - rate) * beta / alpha)[:, None, None]
        return weight / weight.sum(), base * odds / (1.0 - base + base * odds)
    factors, n = model.dependence, model.electors
    assert isinstance(factors, Factors)
    assert factors.degrees_of_freedom == np.inf
    a, b = factors.national[:n, None], factors.group[:n, None]
    own = np.sqrt(1.0 - a**2 - b**2)
    x, weight = roots_hermitenorm(points)
    weight = weight / weight.sum()
    at = np.array(list(product(range(points), repeat=1 + (int(model.group.max()) + 1 if b.any() else 0))))
    y = x[at[:, 1:]][:, model.group, None] if b.any() else 0.0
    latent = (ndtri(base) + a * x[at[:, 0], None, None] + b * y) / own
    return np.prod(weight[at], axis=1), ndtr(latent)


def ladder(model: Model) -> Floats:
    """Chances to attempt if 0, 1, ... are seen; of a pledge, if it fails and if it holds."""
    how = model.coordination
    p = model.probability[:, None]
    if isinstance(how, Alone):
        return p
    c = how.conditional[:, None]
    if isinstance(how, Pledge):
        return np.concatenate([p, p + c], axis=1)
    assert isinstance(how, Cascade)
    assert how.threshold_class is not None
    return p + c * how.threshold_cdf[how.threshold_class, : model.electors + 1]
