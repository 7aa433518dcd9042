"""The model: numbers only, checked once, frozen.

An elector i defects with probability p_i and casts w_i votes. The leader keeps its majority while fewer than `needed`
votes defect effectively; `Law` says which attempts are cancelled. A model knows no file, no state and no algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import gcd
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from montecarlo.errors import InputError

MOST_VOTES = 100_000
"""Most votes a model may hold, after division by their common factor."""


@dataclass(frozen=True, eq=False, init=False)
class Law:
    """Binding laws: who is cancelled, and whether the courts let them be.

    Attributes
    ----------
    cancelled : (n,) float64 or scalar
        Probability that an attempt of elector i is cancelled and replaced by a loyal vote, if the laws are upheld.
    upheld : float
        Probability of the one ruling, common to all electors, that upholds the laws; otherwise nothing is cancelled.

    Raises
    ------
    InputError
        If a value is not a probability.
    """

    cancelled: NDArray[np.float64]
    upheld: float

    def __init__(self, cancelled: ArrayLike, upheld: float = 1.0) -> None:
        _freeze(self, cancelled=_probabilities("Law.cancelled", cancelled))
        object.__setattr__(self, "upheld", float(_probabilities("Law.upheld", upheld, scalar=True)))


@dataclass(frozen=True, eq=False, init=False)
class Model:
    """Electors who may defect, and how many defecting votes deny the majority.

    Parameters
    ----------
    probability : (n,) or scalar
        p_i, the probability that elector i attempts to defect; electors are independent of each other.
    needed : int
        Effective defecting votes that deny the leader its majority, from 1 to the sum of the votes.
    votes : (n,) or scalar, optional
        w_i, whole votes an elector casts, at least 1; by default 1. Above 100,000 in all they are divided, with
        `needed` rounded up, by their common factor.
    group : (n,), optional
        Number from 0 of the group (the state) that elector i's defections are summed in; by default 0 for all.
    law : Law, optional
        Cancellation of attempts; by default none.

    Raises
    ------
    InputError
        With the first index and value that is wrong; for `needed` out of range it states the probability, 1 or 0.

    Notes
    -----
    Scalars are broadcast to the longest array. The arrays are copies and cannot be written to.
    """

    probability: NDArray[np.float64]
    needed: int
    votes: NDArray[np.int64]
    group: NDArray[np.int64]
    law: Law | None

    def __init__(
        self,
        probability: ArrayLike,
        needed: int,
        *,
        votes: ArrayLike | None = None,
        group: ArrayLike | None = None,
        law: Law | None = None,
    ) -> None:
        if law is not None and not isinstance(law, Law):
            raise InputError(f"law is {law!r}; it must be a montecarlo.Law or None.")
        chance = _probabilities("probability", probability)
        heavy = _whole_numbers("votes", 1 if votes is None else votes, least=1)
        where = _whole_numbers("group", 0 if group is None else group, least=0)
        given = {"probability": chance, "votes": heavy, "group": where}
        if law is not None:
            given["law.cancelled"] = law.cancelled
        chance, heavy, where, *cancelled = _broadcast(given)
        if law is not None:
            law = Law(cancelled[0], law.upheld)
        if int(where.max()) >= len(where):
            i = int(where.argmax())
            raise InputError(
                f"group[{i}] is {where[i]}; with {len(where)} electors groups are numbered from 0 to {len(where) - 1}."
            )
        needed, heavy = _reduced(_needed(needed), heavy)
        _check_needed(needed, int(heavy.sum()))
        object.__setattr__(self, "needed", needed)
        object.__setattr__(self, "law", law)
        _freeze(self, probability=chance, votes=heavy, group=where)

    @property
    def electors(self) -> int:
        """Number of electors, n."""
        return len(self.probability)

    @property
    def total_votes(self) -> int:
        """Sum of the votes."""
        return int(self.votes.sum())


def checked(model: Model) -> Model:
    """Return the model itself.

    Raises
    ------
    InputError
        If it is something else.
    """
    if not isinstance(model, Model):
        raise InputError(f"The model is a {type(model).__name__}, not a montecarlo.Model; scenario.model() gives one.")
    return model


def _freeze(target: object, **arrays: NDArray[np.float64] | NDArray[np.int64]) -> None:
    for name, array in arrays.items():
        own = np.array(array)
        own.setflags(write=False)
        object.__setattr__(target, name, own)


def _array(name: str, values: ArrayLike) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError(f"{name} cannot be read as an array: {error}.") from None
    if array.ndim > 1:
        raise InputError(f"{name} has {array.ndim} dimensions; it must be a number or a list of numbers.")
    if array.size == 0:
        raise InputError(f"{name} is empty; at least one elector is needed.")
    # NumPy turns [0.1, True] into [0.1, 1.0] without a word.
    for i, value in enumerate(values if isinstance(values, list | tuple) else ()):
        if isinstance(value, bool | np.bool):
            raise InputError(f"{name}[{i}] is {value}; it must be a number.")
    if array.dtype.kind not in "iuf":
        raise InputError(f"{name} holds {array.dtype.name} values; it must hold plain numbers.")
    return array


def _at(name: str, array: NDArray[Any], i: int) -> str:
    return f"{name} is {array[()]}" if array.ndim == 0 else f"{name}[{i}] is {array[i]}"


def _probabilities(name: str, values: ArrayLike, *, scalar: bool = False) -> NDArray[np.float64]:
    array = _array(name, values)
    if scalar and array.ndim:
        raise InputError(f"{name} is a list of {array.size}; it must be one number.")
    result = array.astype(np.float64)
    wrong = ~((result >= 0) & (result <= 1))
    if wrong.any():
        raise InputError(f"{_at(name, array, int(wrong.argmax()))}; a probability lies between 0 and 1.")
    return result


def _whole_numbers(name: str, values: ArrayLike, *, least: int) -> NDArray[np.int64]:
    array = _array(name, values)
    # The upper end keeps the sum of 100,000 of them inside 64 bits; float64 holds every whole number up to it.
    number = array.astype(np.float64)
    wrong = ~((number >= least) & (number <= 2**45)) | (number != np.floor(number))
    if wrong.any():
        text = f"{_at(name, array, int(wrong.argmax()))}; it must be a whole number from {least} to 2^45."
        raise InputError(text)
    return number.astype(np.int64)


def _broadcast(arrays: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """Broadcast scalars to the longest array."""
    lengths = {name: array.size for name, array in arrays.items() if array.ndim}
    n = max(lengths.values(), default=1)
    for name, length in lengths.items():
        if length != n:
            longest = max(lengths, key=lambda each: lengths[each])
            raise InputError(f"{name} has {length} values but {longest} has {n}; give one for each elector.")
    if n > MOST_VOTES:
        raise InputError(f"There are {n} electors; at most {MOST_VOTES} are possible.")
    return [np.broadcast_to(array, (n,)) for array in arrays.values()]


def _needed(needed: int) -> int:
    if isinstance(needed, bool) or not isinstance(needed, Integral):
        raise InputError(f"needed is {needed!r}; it must be a whole number of votes.")
    return int(needed)


def _reduced(needed: int, votes: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """Divide votes that are too many by their common factor: the event `sum >= needed` stays the same."""
    if int(votes.sum()) <= MOST_VOTES:
        return needed, votes
    factor = reduce(gcd, votes.tolist())
    if int(votes.sum()) // factor > MOST_VOTES:
        raise InputError(
            f"The votes sum to {int(votes.sum())} and have the common factor {factor}; at most {MOST_VOTES} votes "
            "(after division by it) are possible. Give votes in larger units."
        )
    return -(-needed // factor), votes // factor


def _check_needed(needed: int, total: int) -> None:
    if needed < 1:
        raise InputError(
            f"needed is {needed}: no defection is needed, the leader has no majority to lose. "
            "The probability that it has none is 1."
        )
    if needed > total:
        raise InputError(
            f"needed is {needed}, but all electors together cast {total} votes: "
            "the majority cannot be denied. The probability is 0."
        )
