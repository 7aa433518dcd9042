"""Checked, frozen arrays: what the parts of a model are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from montecarlo.errors import InputError

MOST_ELECTORS = 100_000
"""Most electors of one side of a model."""


def freeze(target: object, **arrays: NDArray[np.float64] | NDArray[np.int64]) -> None:
    """Set attributes of a frozen dataclass to copies that cannot be written to."""
    for name, array in arrays.items():
        own = np.array(array)
        own.setflags(write=False)
        object.__setattr__(target, name, own)


def array_of(name: str, values: ArrayLike, *, most_dimensions: int = 1) -> NDArray[Any]:
    """Return the values as an array of plain numbers.

    Raises
    ------
    InputError
        If they are something else, none, or of too many dimensions.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError(f"{name} cannot be read as an array: {error}.") from None
    if array.ndim > most_dimensions:
        what = "a number or a list of numbers" if most_dimensions == 1 else "a list of numbers, or a list of such lists"
        raise InputError(f"{name} has {array.ndim} dimensions; it must be {what}.")
    if array.size == 0:
        raise InputError(f"{name} is empty; at least one elector is needed.")
    # NumPy turns [0.1, True] into [0.1, 1.0] without a word.
    for i, value in enumerate(values if isinstance(values, list | tuple) else ()):
        if isinstance(value, bool | np.bool):
            raise InputError(f"{name}[{i}] is {value}; it must be a number.")
    if array.dtype.kind not in "iuf":
        raise InputError(f"{name} holds {array.dtype.name} values; it must hold plain numbers.")
    return array


def first_wrong(name: str, array: NDArray[Any], wrong: NDArray[np.bool_]) -> str:
    """Say which value of an array is wrong, the first of those marked."""
    if array.ndim == 0:
        return f"{name} is {array[()]}"
    place = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return f"{name}[{', '.join(str(int(i)) for i in place)}] is {array[place]}"


def probabilities(name: str, values: ArrayLike, *, scalar: bool = False, most_dimensions: int = 1) -> NDArray[Any]:
    """Return float64 probabilities.

    Raises
    ------
    InputError
        With the first that is none.
    """
    array = array_of(name, values, most_dimensions=most_dimensions)
    if scalar and array.ndim:
        raise InputError(f"{name} is a list of {array.size}; it must be one number.")
    result = array.astype(np.float64)
    wrong = ~((result >= 0) & (result <= 1))
    if wrong.any():
        raise InputError(f"{first_wrong(name, array, wrong)}; a probability lies between 0 and 1.")
    return result


def whole_numbers(name: str, values: ArrayLike, *, least: int) -> NDArray[np.int64]:
    """Return whole numbers from `least` to 2^45.

    Raises
    ------
    InputError
        With the first that is none.
    """
    array = array_of(name, values)
    # The upper end keeps the sum of 100,000 of them inside 64 bits; float64 holds every whole number up to it.
    number = array.astype(np.float64)
    wrong = ~((number >= least) & (number <= 2**45)) | (number != np.floor(number))
    if wrong.any():
        raise InputError(f"{first_wrong(name, array, wrong)}; it must be a whole number from {least} to 2^45.")
    return number.astype(np.int64)


def broadcast(arrays: Mapping[str, NDArray[Any]], *, length: int | None = None) -> dict[str, NDArray[Any]]:
    """Broadcast scalars to the longest array, or to `length`.

    Raises
    ------
    InputError
        If two lengths differ, or there are too many electors.
    """
    lengths = {name: array.size for name, array in arrays.items() if array.ndim}
    n = length or max(lengths.values(), default=1)
    for name, size in lengths.items():
        if size != n and length is None:
            longest = max(lengths, key=lambda each: lengths[each])
            raise InputError(f"{name} has {size} values but {longest} has {n}; give one for each elector.")
        if size != n:
            raise InputError(f"{name} has {size} values; give one number, or one for each of the {n} electors.")
    if n > 2 * MOST_ELECTORS or (length is None and n > MOST_ELECTORS):
        raise InputError(f"There are {n} electors; at most {MOST_ELECTORS} are possible.")
    return {name: np.broadcast_to(array, (n,)) for name, array in arrays.items()}
