"""The House of Representatives in a contingent election: numbers only, checked once, frozen.

If nobody has a majority of the electors appointed, the House chooses among the three candidates with the most electoral
votes, one vote a state (Twelfth Amendment). A delegation votes for one of the three, or is divided and casts none; more
than half of all delegations elect, 26 of 50, and short of that there is a deadlock.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from montecarlo.arrays import array_of, first_wrong, freeze, probabilities
from montecarlo.errors import InputError

DELEGATIONS = 50
"""Delegations of today's House, taken where every value is one number for all."""

MOST_DELEGATIONS = 100


@dataclass(frozen=True, eq=False, init=False)
class House:
    r"""Probabilities of the delegations' votes.

    Under a common factor delegation i has the latent ``X_i = a_i Z + sqrt(1 - a_i^2) e_i`` with independent standard
    normal Z, e_i, and votes by the slice that X_i falls into: from above the leader, the alternative, divided, the
    opponent. The slices have the given probabilities, so a House that leans to the leader leans away from the opponent
    first.

    Parameters
    ----------
    leader, opponent, alternative : (s,) or scalar
        Probability that a delegation votes for each; with what is left it is divided.
    loading : (s,) or scalar, optional
        a_i of the common factor; its square is a share of the variance.
    delegations : int, optional
        s, if no value is an array; by default 50.

    Raises
    ------
    InputError
        With the first value that is out of range, or the first delegation whose probabilities sum to more than 1.
    """

    leader: NDArray[np.float64]
    opponent: NDArray[np.float64]
    alternative: NDArray[np.float64]
    loading: NDArray[np.float64]

    def __init__(
        self,
        leader: ArrayLike,
        opponent: ArrayLike,
        alternative: ArrayLike = 0.0,
        loading: ArrayLike = 0.0,
        delegations: int | None = None,
    ) -> None:
        arrays = {
            "House.leader": probabilities("House.leader", leader),
            "House.opponent": probabilities("House.opponent", opponent),
            "House.alternative": probabilities("House.alternative", alternative),
            "House.loading": _loadings(loading),
        }
        first, second, third, shared = _spread(arrays, delegations)
        total = first + second + third
        if (total > 1 + 1e-12).any():
            which = first_wrong("The sum of the House's probabilities", total, total > 1 + 1e-12)
            raise InputError(f"{which}; those of a delegation must not exceed 1, with the rest it is divided.")
        freeze(self, leader=first, opponent=second, alternative=third, loading=shared)

    @property
    def delegations(self) -> int:
        """Number of delegations, s."""
        return len(self.leader)

    @property
    def needed(self) -> int:
        """Delegations that elect: more than half of all."""
        return self.delegations // 2 + 1

    @property
    def divided(self) -> NDArray[np.float64]:
        """Probability that a delegation casts no vote, ``(s,)``."""
        return np.maximum(1.0 - (self.leader + self.alternative + self.opponent), 0.0)

    def without_alternative(self) -> House:
        """Return the House where only two candidates have electoral votes.

        A delegation's share for the alternative goes to leader and opponent in proportion to its probabilities for
        them; one that has none for either is divided instead.
        """
        two = self.leader + self.opponent
        raised = 1.0 + np.divide(self.alternative, two, out=np.zeros_like(two), where=two > 0)
        return House(self.leader * raised, self.opponent * raised, loading=self.loading)


def _loadings(loading: ArrayLike) -> NDArray[np.float64]:
    array = array_of("House.loading", loading).astype(np.float64)
    wrong = ~((array > -1) & (array < 1))
    if wrong.any():
        raise InputError(f"{first_wrong('House.loading', array, wrong)}; a loading lies between -1 and 1, excluded.")
    return array


def _spread(arrays: dict[str, NDArray[np.float64]], delegations: int | None) -> list[NDArray[np.float64]]:
    """Give every delegation its own values."""
    whole = isinstance(delegations, Integral) and not isinstance(delegations, bool)
    if delegations is not None and not (whole and 1 <= delegations <= MOST_DELEGATIONS):
        raise InputError(f"delegations is {delegations!r}; it must be a whole number from 1 to {MOST_DELEGATIONS}.")
    lengths = {name: len(array) for name, array in arrays.items() if array.ndim}
    s = delegations or max(lengths.values(), default=DELEGATIONS)
    if s > MOST_DELEGATIONS:
        raise InputError(f"The House has {s} delegations; at most {MOST_DELEGATIONS} are possible.")
    for name, size in lengths.items():
        if size != s:
            raise InputError(f"{name} has {size} values; give one number, or one for each of the {s} delegations.")
    return [np.broadcast_to(array, (s,)) for array in arrays.values()]
