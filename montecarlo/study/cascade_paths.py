"""How cascades run: the votes lost after each round, election by election."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.simulation import STAGE, whole_number
from montecarlo.errors import InputError
from montecarlo.kernel.linked_elections import lost_by_round
from montecarlo.kernel.linked_plan import make_linked_plan
from montecarlo.model import Mixture, Model, checked
from montecarlo.parts import Cascade


@dataclass(frozen=True, eq=False)
class CascadePaths:
    """How a cascade ran in E elections, R rounds long.

    Attributes
    ----------
    lost : (E, R + 1) int64
        Votes lost in an election if the electors vote after so many rounds; those whom the law cancels are not lost.
        The first column is who goes first, and after the last round nothing changes.
    needed : int
        Votes lost that deny the majority.
    part : int
        Number of the account among those of a mixture; 0 without one.
    weight : float
        Its weight there; 1 without one.
    """

    lost: NDArray[np.int64]
    needed: int
    part: int
    weight: float

    @property
    def elections(self) -> int:
        """Number of elections, E."""
        return len(self.lost)

    @property
    def rounds(self) -> int:
        """Number of rounds, R."""
        return len(self.lost[0]) - 1

    @property
    def denied(self) -> int:
        """Elections in which as many votes are lost in the end as deny the majority."""
        return int((self.lost[:, -1] >= self.needed).sum())

    def quantiles(self, *shares: float) -> NDArray[np.int64]:
        """Return the votes that so large shares of the elections do not exceed after each round, (shares, R + 1)."""
        return np.quantile(self.lost, shares, axis=0, method="inverted_cdf").astype(np.int64)


def cascade_paths(model: Model | Mixture, *, elections: int = 2000, seed: int) -> tuple[CascadePaths, ...]:
    """Follow the cascades of a model round by round, one for each account that is a cascade.

    Parameters
    ----------
    model : Model or Mixture
        The electors.
    elections : int
        How many elections of each cascade to follow, at least 1 and at most a block of the stream, 4,096 or more.
    seed : int
        At least 0. The elections are those that a simulation with this seed begins with; of an account, those that
        come to it first.

    Raises
    ------
    InputError
        For a number of elections, a seed or a model that cannot be used, or a model without a cascade.
    """
    elections = whole_number("elections", elections, least=1)
    seed = whole_number("seed", seed, least=0)
    if not isinstance(model, Mixture):
        checked(model)
    found = []
    for part, (weight, each) in enumerate(model.parts):
        if isinstance(each.coordination, Cascade):
            stage = STAGE + 1 + part if isinstance(model, Mixture) else STAGE
            plan = make_linked_plan(each)
            if elections > plan.elections:
                raise InputError(f"elections is {elections}; at most {plan.elections} can be followed.")
            found.append(CascadePaths(lost_by_round(plan, seed, stage, elections), each.needed, part, weight))
    if not found:
        raise InputError("The model has no montecarlo.Cascade, so that there are no rounds to follow.")
    return tuple(found)
