"""Values that are set by dotted key: from outside the file, or by one of its accounts."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import numpy as np

from montecarlo.errors import ScenarioError
from montecarlo.language.problems import Problem, dotted, listed, nearest, sentences, shown
from montecarlo.language.toml_text import DEEPEST_KEY

Raw = dict[str, Any]
"""Values of a scenario as TOML gives them."""

_NAMED: Final[dict[tuple[str, ...], str]] = {("defection", "group"): "group", ("account",): "account"}
"""Tables of tables with required keys: one that is not there yet can only be set as a whole."""


def path_of(key: str) -> tuple[str, ...]:
    """Split a dotted key; in ``account.NAME.set.KEY`` the key that the account sets stays whole, in quotes or not."""
    parts = tuple(key.split("."))
    if parts[0] == "account" and parts[2:3] == ("set",) and len(parts) > 4:
        return (*parts[:3], ".".join(parts[3:]).strip('"'))
    return parts


def overridden(raw: Raw, overrides: Mapping[str, object], *, source: str) -> Raw:
    """Return the values of a file with others set by dotted key, not yet validated.

    Raises
    ------
    ScenarioError
        If a key leads through something that is no table, or into a group that does not exist.
    """
    changed = copy.deepcopy(raw)
    problems = [put(changed, key, value) for key, value in overrides.items()]
    faults = [problem for problem in problems if problem is not None]
    if faults:
        told = [problem._replace(causes=((problem.path, None),)) for problem in faults]
        raise ScenarioError(source, sentences(told, lines={}))
    return changed


def put(raw: Raw, key: str, value: object) -> Problem | None:
    """Set one value, make the tables that lead to it, and return what is wrong with the key; None takes a key out."""
    path = path_of(str(key))
    if len(path) > DEEPEST_KEY or "" in path:
        return Problem(path[:DEEPEST_KEY], "is not a key; a key has at most 4 names joined by dots.")
    table = raw
    for size, part in enumerate(path[:-1], start=1):
        kind = _NAMED.get(path[: size - 1])
        if kind is not None and part not in table:
            text = f"names the {kind} {shown(part)}, which there is not{nearest(part, table) or '.'} "
            return Problem(path, f"{text}{kind.capitalize()}s: {listed(table)}; a new one is set as a whole table.")
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return Problem(path, f"cannot be set, since {dotted(path[:size])} is a value and not a table.")
    if value is None:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = copy.deepcopy(value)
    return None


def plain_key(key: object) -> str:
    """Copy a key as a text, with what is no letter of any script escaped."""
    return str(key).encode("utf-8", "backslashreplace").decode()


def plain(value: object) -> object:
    """Copy a value, fractions, NumPy numbers and arrays in it turned into what TOML could have said."""
    if isinstance(value, Mapping):
        return {plain_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return value.item() if isinstance(value, np.generic) else value
