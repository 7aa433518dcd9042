"""What every estimator of a rare event is: a maker of unbiased weights, block by block."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class Drawer(Protocol):
    """Draws in blocks.

    Attributes
    ----------
    name : str
        "importance" or "cascade".
    block : int
        Draws of a block, few enough for memory.
    """

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def block(self) -> int:
        """Draws of a block."""


class Sampler(Drawer, Protocol):
    """Draws weights whose mean is a probability."""

    def log_weights(self, seed: int, stage: int, block: int, draws: int) -> NDArray[np.float64]:
        """Draw the first weights of a block.

        Parameters
        ----------
        seed, stage, block : int
            What the draws depend on, and nothing else.
        draws : int
            At most `block`; another number may give other draws, as good.

        Returns
        -------
        (draws,) float64
            Natural logarithms of independent weights with the wanted probability as their mean; -inf for a weight of 0.
        """


@runtime_checkable
class BoundedSampler(Sampler, Protocol):
    """A sampler whose weights have a proved bound.

    Attributes
    ----------
    log_bound : float
        Logarithm of a number that no weight exceeds.
    """

    @property
    def log_bound(self) -> float:
        """Logarithm of the bound."""


@runtime_checkable
class ElectionSampler(Drawer, Protocol):
    """Draws weights and tells whose votes are lost, too."""

    def elections(self, seed: int, stage: int, block: int, draws: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Draw the first elections of a block.

        Parameters
        ----------
        seed, stage, block : int
            What the draws depend on, and nothing else.
        draws : int
            At most `block`; the first k of a block are the same for any number.

        Returns
        -------
        log_weights : (draws,) float64
            Natural logarithms of independent weights with the probability of denial as their mean.
        votes : (draws, groups) int64
            Effective votes lost by each group of the leader's electors; without meaning where the weight is 0.
        """


def votes_by_group(lost: NDArray[np.bool_], *, votes: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add up the votes of those who are lost, ``(n, draws)``, to ``(draws, groups)``."""
    result = np.zeros((int(group.max()) + 1, lost.shape[1]), dtype=np.int64)
    np.add.at(result, group, lost * votes[:, None])
    return result.T
