r"""An assurance contract among independent electors, by two exponential twists.

An election is told by a, the unconditional attempts that are not cancelled, b, the pledges that would not be, and t,
the electors counted. The majority is lost on either of two faces: a >= K, or a + b >= K and t >= T. For each face
electors are drawn from a law twisted towards it,

    Q_f(x) = P(x) exp(theta_f . s(x) - psi_f(theta_f)),    s = (a, 0) or (a + b, t),

theta_f >= 0 the minimum of psi_f(theta) - theta . k, k the face's bounds (K, 0) or (K, T), so that an election on the
face has P(x) / Q_f(x) <= exp(psi_f - theta_f . k) = B_f. Drawn from the mixture of both in proportion to their B_f, its
weight P(x) / Q(x) nowhere exceeds the sum of the two.

An opponent's elector who may come over to the leader counts as one more who may stay, as in
`montecarlo.sampling.twist`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.kernel.streams import Uniforms
from montecarlo.model import Model
from montecarlo.parts import Independent, Pledge
from montecarlo.sampling.sampler import votes_by_group
from montecarlo.sampling.twist import gifts, kept

Floats = NDArray[np.float64]
_Truths = NDArray[np.bool_]

_MOST_TWIST: Final = 100.0


@dataclass(frozen=True, eq=False)
class _Face:
    """A way to lose the majority.

    Attributes
    ----------
    law : (5, n) float64
        Twisted probabilities of what an elector may do.
    theta : (2,) float64
        The twist.
    psi : float
        Its normaliser.
    log_bound : float
        psi - theta . k.
    pledged : bool
        Whether pledges count.
    """

    law: Floats
    theta: Floats
    psi: float
    log_bound: float
    pledged: bool


class PledgeSampler:
    """Draws weights of independent electors under a `Pledge`; see `montecarlo.sampling.sampler.Sampler`.

    Attributes
    ----------
    log_bound : float
        Logarithm of a number that no weight exceeds.
    """

    name = "importance"
    block = 2048

    def __init__(self, model: Model, *, upheld: bool) -> None:
        """Find the twists.

        Raises
        ------
        NotSolvable
            If electors depend on each other, or one has several votes.
        """
        pledge, n = model.coordination, model.electors
        assert isinstance(pledge, Pledge)
        if not isinstance(model.dependence, Independent):
            raise NotSolvable("Electors who depend on each other cannot be drawn independently")
        if model.votes.max() > 1:
            raise NotSolvable("Votes above 1 under a Pledge have no sampler, as it counts electors")
        gift = gifts(model, upheld=upheld)
        self.needed, self.threshold = model.needed + len(gift), pledge.threshold
        none, keeps = np.zeros(len(gift)), np.append(kept(model, upheld=upheld)[:n], np.ones(len(gift)))
        alone = np.append(model.probability, 1.0 - gift)
        pledged = np.append(pledge.conditional, none)
        # What an elector may do: nothing, act alone and have it cancelled or not, pledge and the same.
        law = np.stack(
            [1.0 - alone - pledged, alone * (1.0 - keeps), alone * keeps, pledged * (1.0 - keeps), pledged * keeps]
        )
        self._law, self._group = np.maximum(law, 0.0), model.group
        counted = np.append(np.full(n, 1.0 if pledge.counts == "all" else 0.0), none)
        one = np.append(np.ones(n), none)
        self._counted = np.stack([np.zeros_like(one), counted, counted, one, one])
        faces = [self._face(pledged=pledged) for pledged in (False, True)]
        self._faces = [face for face in faces if face is not None]
        self._bounds = [face.log_bound for face in self._faces]
        self.log_bound = float(np.logaddexp.reduce(self._bounds)) if self._faces else -np.inf
        self._shares = np.exp(np.array(self._bounds) - self.log_bound)

    def log_weights(self, seed: int, stage: int, block: int, draws: int) -> Floats:
        """Draw weights; see `montecarlo.sampling.sampler.Sampler`."""
        return self._drawn(seed, stage, block, draws)[0]

    def elections(self, seed: int, stage: int, block: int, draws: int) -> tuple[Floats, NDArray[np.int64]]:
        """Draw the same weights, and who is lost; see `montecarlo.sampling.sampler.ElectionSampler`."""
        log_weights, acts, holds = self._drawn(seed, stage, block, draws)
        ours = acts[:, : len(self._group)]
        lost = (ours == 2) | ((ours == 4) & holds[:, None])
        return log_weights, votes_by_group(lost.T, votes=np.ones_like(self._group), group=self._group)

    def _drawn(self, seed: int, stage: int, block: int, draws: int) -> tuple[Floats, NDArray[np.int8], _Truths]:
        """Draw weights, what the electors do, (draws, n), and whether the pledges hold, (draws,)."""
        result, holds = np.full(draws, -np.inf), np.zeros(draws, dtype=np.bool_)
        acts = np.zeros((draws, self._law.shape[1]), dtype=np.int8)
        if not self._faces:
            return result, acts, holds
        uniforms = Uniforms(seed, stage, block)(draws, self._law.shape[1] + 1)
        chosen = np.searchsorted(np.cumsum(self._shares)[:-1], uniforms[:, -1], side="right")
        for k, face in enumerate(self._faces):
            below = np.cumsum(face.law, axis=0)[:-1]
            here = chosen == k
            acts[here] = (uniforms[here, None, :-1] >= below).sum(axis=1)
        alone, pledges = (acts == 2).sum(axis=1), (acts == 4).sum(axis=1)
        count = self._counted[acts, np.arange(acts.shape[1])].sum(axis=1)
        holds = count >= self.threshold
        lost = (alone >= self.needed) | (holds & (alone + pledges >= self.needed))
        parts = [
            bound - self.log_bound + face.theta[0] * (alone + pledges * face.pledged) + face.theta[1] * count - face.psi
            for bound, face in zip(self._bounds, self._faces, strict=True)
        ]
        result[lost] = -np.logaddexp.reduce(parts)[lost]
        return result, acts, holds

    def _face(self, *, pledged: bool) -> _Face | None:
        """Find the twist towards a face; None if it cannot be reached."""
        from scipy.optimize import minimize

        lost = np.zeros_like(self._law)
        lost[[2, 4] if pledged else [2]] = 1.0
        counted = self._counted * pledged
        bounds = np.array([self.needed, self.threshold * pledged], dtype=np.float64)
        able = self._law > 0.0
        if (lost * able).max(axis=0).sum() < bounds[0] or (counted * able).max(axis=0).sum() < bounds[1]:
            return None

        def twisted(theta: Floats) -> tuple[Floats, Floats]:
            with np.errstate(divide="ignore"):
                logs = np.log(self._law) + theta[0] * lost + theta[1] * counted
            psi = np.logaddexp.reduce(logs, axis=0)
            return np.exp(logs - psi), psi

        def target(theta: Floats) -> tuple[float, Floats]:
            law, psi = twisted(theta)
            gradient = np.array([(law * lost).sum(), (law * counted).sum()]) - bounds
            return float(psi.sum() - theta @ bounds), gradient

        found = minimize(target, np.full(2, 0.1), jac=True, method="L-BFGS-B", bounds=[(0.0, _MOST_TWIST)] * 2)
        theta = found.x * [1.0, float(pledged)]
        law, psi = twisted(theta)
        return _Face(law, theta, float(psi.sum()), float(psi.sum() - theta @ bounds), pledged)
