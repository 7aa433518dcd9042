"""What ``tune`` and ``sweep`` share: options, and values of a key, written one by one or as a range."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from montecarlo.errors import InputError

draws_option = click.option(
    "--draws", type=int, metavar="N", help="Elections for each value where it is simulated; by default 100,000."
)
seed_option = click.option(
    "--seed", type=int, metavar="S", help="Seed of all that is simulated; by default the scenario's, else a fresh one."
)
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), metavar="W", help="Processes; by default all processors."
)
csv_option = click.option(
    "--csv",
    "table",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a table to a file that does not exist yet.",
)

_FORMS = "write KEY=0.1,0.2,0.5, KEY=START:STOP:COUNT or KEY=START:STOP:COUNT:log"
_LARGEST = 1e100


class Number(click.types.FloatParamType):
    """A number, unless it is so near to 0 or 1 that it would silently become 0 or 1."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number."""
        number = float(super().convert(value, param, ctx))
        if _swallowed(str(value), number):
            self.fail(f"{value} is nearer to {number:g} than a number can be.", param, ctx)
        return number


def _swallowed(text: str, number: float) -> bool:
    """Say whether a text that was read as 0 or 1 means something else."""
    return number in (0.0, 1.0) and Decimal(text) != Decimal(number)


def refuse_unwritable(table: Path | None) -> None:
    """Complain before the work is done rather than after it.

    Raises
    ------
    InputError
        If there is such a file, or none can be made there.
    """
    if table is None:
        return
    if not table.name:
        raise InputError("--csv has an empty name; give that of a file that does not exist yet.")
    try:
        # Not where a link leads: one that leads nowhere is in the way too.
        table.lstat()
    except FileNotFoundError:
        if not table.parent.is_dir():
            raise InputError(f"{table} cannot be written: there is no folder {table.parent}.") from None
        if not os.access(table.parent, os.W_OK):
            raise InputError(f"{table} cannot be written: the folder {table.parent} is closed to you.") from None
    except OSError as error:
        raise InputError(f"{table} cannot be written: {error.strerror}.") from None
    else:
        raise InputError(f"{table} exists already; choose another name, or remove it first.")


def parse_grid(text: str) -> tuple[str, list[float | str]]:
    """Split ``key=values``; the values are numbers or fractions between commas, or a range with its ends.

    Raises
    ------
    InputError
        If there is no key, no value, or something else.
    """
    from montecarlo.language.problems import shown

    key, equals, values = (part.strip() for part in text.partition("="))
    if not key or not equals or not values:
        raise InputError(f"{shown(text)} gives no values; {_FORMS}.")
    if ":" in values:
        return key, _range(key, values)
    return key, [_number(key, each.strip()) for each in values.split(",")]


def _number(key: str, text: str) -> float | str:
    """Read a number; a fraction is left for the scenario to read."""
    from montecarlo.language.problems import shown

    if "/" in text:
        return text
    try:
        number = float(text)
    except ValueError:
        raise InputError(f"{key} has the value {shown(text)}, which is no number; {_FORMS}.") from None
    if _swallowed(text, number):
        raise InputError(f"{key} has the value {shown(text)}, which is nearer to {number:g} than a number can be.")
    return number


def _range(key: str, text: str) -> list[float | str]:
    import numpy as np

    from montecarlo.language.problems import shown
    from montecarlo.study.numeric_keys import is_whole
    from montecarlo.study.sweeping import MOST_POINTS

    told = f"{key} has the range {shown(text)}"
    start, stop, count, *spread = [*text.split(":"), "", ""][: max(text.count(":") + 1, 3)]
    try:
        ends, size = (float(start), float(stop)), int(count)
        good = spread in ([], ["log"]) and size >= 2 and all(abs(end) < _LARGEST for end in ends)
    except ValueError:
        good = False
    if not good:
        raise InputError(f"{told}; {_FORMS}, where COUNT is at least 2.")
    if any(map(_swallowed, (start, stop), ends)):
        raise InputError(f"{told}, of which an end is nearer to 0 or 1 than a number can be.")
    if size > MOST_POINTS:
        raise InputError(f"{told}; COUNT may be at most {MOST_POINTS:,}.")
    if ends[0] == ends[1]:
        raise InputError(f"{told}, which begins where it ends; write {key}={start.strip()} for that one value.")
    if spread and min(ends) <= 0:
        raise InputError(f"{told}; one with :log must begin and end above 0.")
    numbers = (np.geomspace if spread else np.linspace)(*ends, size).tolist()
    if is_whole(key):
        return [*dict.fromkeys(float(round(each)) for each in numbers)]
    # Twelve digits: 0.3 is meant, not 0.30000000000000004.
    return [float(f"{each:.12g}") for each in numbers]
