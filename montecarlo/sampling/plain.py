"""Elections as the kernel simulates them, of weight 1 where the majority is denied and 0 elsewhere.

Where denial is frequent no other sampler is needed to tell what it looks like, and none is as quick to begin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.kernel.linked_elections import lost_by_group
from montecarlo.kernel.linked_plan import make_linked_plan
from montecarlo.model import Model


class PlainElections:
    """Draws elections with the kernel; see `montecarlo.sampling.sampler.ElectionSampler`.

    Parameters
    ----------
    model : Model
        Electors of the leader; the ruling is drawn too.

    Raises
    ------
    NotSolvable
        If the model has opponents.
    """

    name = "plain"

    def __init__(self, model: Model) -> None:
        if model.opponents is not None:
            raise NotSolvable("Plain elections are not told by group where opponents defect, too")
        self._plan, self._needed = make_linked_plan(model), model.needed

    @property
    def block(self) -> int:
        """Draws of a block: the kernel's."""
        return self._plan.elections

    def elections(self, seed: int, stage: int, block: int, draws: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Draw the first elections of a block; see `montecarlo.sampling.sampler.ElectionSampler`."""
        votes = lost_by_group(self._plan, seed, stage, block, draws)
        return np.where(votes.sum(axis=1) >= self._needed, 0.0, -np.inf), votes
