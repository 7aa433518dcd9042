"""Electors from a CSV file: one row an elector, with the columns `id` and `probability`.

The column `conditional` may stand beside them, and `name` for those whose names are public.

Other columns may stand in the file and are left alone, so that a list of electors can be edited and read back.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from montecarlo.errors import MOST_PROBLEMS
from montecarlo.language.problems import Path, Problem, counted, nearest, shown
from montecarlo.language.toml_text import read_number
from montecarlo.language.values import PROBABILITY, probability

CSV_KEY: Path = ("defection", "csv")
"""Key of a scenario that names the table."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,5})?")


class ElectorRow(NamedTuple):
    """One elector of the table; `row` counts from 1, the header."""

    row: int
    id: str
    probability: float
    name: str
    conditional: float = 0.0


def read_electors(text: str, file: str) -> tuple[tuple[ElectorRow, ...], list[Problem]]:
    """Read the rows of a table of electors, and everything that is wrong with it.

    Parameters
    ----------
    text : str
        The table, with a header row.
    file : str
        Name of the file, for the messages.
    """
    rows: list[ElectorRow] = []
    problems = list(islice(_read(text, file, rows), MOST_PROBLEMS))
    return tuple(rows), problems


def place(file: str, row: int, column: str = "") -> str:
    """Say where something stands in the table."""
    return f"{shown(file)[1:-1]}, row {row}{', column ' if column else ''}{column}"


def _read(text: str, file: str, rows: list[ElectorRow]) -> Iterator[Problem]:
    """Append the good rows to `rows` and yield what is wrong."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        header = [name.strip() for name in next(reader, [])]
        number = 1
        yield from _header_problems(header, file)
        named = [name for name in header if name]
        if not {"id", "probability"} <= set(named) or len(set(named)) < len(named):
            return
        for number, cells in enumerate(reader, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                yield Problem(
                    CSV_KEY,
                    f"has {counted(len(cells), 'cell')}; it must have {len(header)}, as many as row 1.",
                    place(file, number),
                )
                continue
            yield from _row(dict(zip(header, map(str.strip, cells), strict=True)), number, file, rows)
    except csv.Error as error:
        yield Problem(CSV_KEY, f"cannot be read as CSV: {error}; look at its quotes.", place(file, number + 1))


def _header_problems(header: list[str], file: str) -> Iterator[Problem]:
    if len(header) < 2 and re.search(r"[;\t|]", "".join(header)):
        yield Problem(CSV_KEY, f"is {shown(header[0])}; it must have commas between the columns.", place(file, 1))
        return
    for name in ("id", "probability"):
        if name not in header:
            hint = nearest(name, header).replace("; did you mean", "; is it")
            rule = "; it must name the columns, id and probability among them."
            yield Problem(CSV_KEY, f"has no column {name}{hint or rule}", place(file, 1))
    for i, name in enumerate(header):
        if name and name in header[:i]:
            yield Problem(CSV_KEY, f"has two columns {shown(name)}; each must have its own name.", place(file, 1))


def _row(cells: dict[str, str], number: int, file: str, rows: list[ElectorRow]) -> Iterator[Problem]:
    name = cells.get("name", "")
    if len(name) > 200 or not name.isprintable():
        text = f"is {shown(name)}; it must be one line of text, at most 200 characters."
        yield Problem(CSV_KEY, text, place(file, number, "name"))
    elif not cells["id"]:
        yield Problem(CSV_KEY, "is empty; it must be an elector such as TX-01.", place(file, number, "id"))
    else:
        chances, faults = [], []
        for column in ("probability", "conditional"):
            cell = cells.get(column, "0")
            try:
                chances.append(probability(_parsed(cell)))
            except ValueError:
                text = f"is {shown(cell)}; it must be {PROBABILITY.replace(chr(34), '')}."
                faults.append(Problem(CSV_KEY, text, place(file, number, column)))
        yield from faults
        if not faults:
            rows.append(ElectorRow(number, cells["id"], chances[0], name, chances[1]))


def _parsed(cell: str) -> float | str:
    """Read a decimal number; a fraction stays text, and so does everything else.

    Raises
    ------
    ValueError
        If only rounding would make it 0.
    """
    return read_number(cell) if _NUMBER.fullmatch(cell) else cell
