"""What ``tune`` and ``sweep`` share: options, and values of a key, written one by one or as a range."""

from __future__ import annotations

from pathlib import Path

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


def refuse_existing(table: Path | None) -> None:
    """Complain before the work is done rather than after it.

    Raises
    ------
    InputError
        If there is such a file.
    """
    if table is not None and table.exists():
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

    try:
        return text if "/" in text else float(text)
    except ValueError:
        raise InputError(f"{key} has the value {shown(text)}, which is no number; {_FORMS}.") from None


def _range(key: str, text: str) -> list[float | str]:
    import numpy as np

    from montecarlo.language.problems import shown
    from montecarlo.study.numeric_keys import is_whole
    from montecarlo.study.sweeping import MOST_POINTS

    start, stop, count, *spread = [*text.split(":"), "", ""][: max(text.count(":") + 1, 3)]
    try:
        ends = float(start), float(stop)
        good = spread in ([], ["log"]) and 2 <= int(count) <= MOST_POINTS and all(abs(end) < _LARGEST for end in ends)
    except ValueError:
        good = False
    if not good:
        raise InputError(f"{key} has the range {shown(text)}; {_FORMS}, where COUNT is at least 2.")
    if spread and min(ends) <= 0:
        raise InputError(f"{key} has the range {shown(text)}; one with :log must begin and end above 0.")
    numbers = (np.geomspace if spread else np.linspace)(*ends, int(count)).tolist()
    if is_whole(key):
        return [*dict.fromkeys(float(round(each)) for each in numbers)]
    # Twelve digits: 0.3 is meant, not 0.30000000000000004.
    return [float(f"{each:.12g}") for each in numbers]
