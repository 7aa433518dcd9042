"""From the raw values of a scenario to its settings and roster, or to one error that tells everything that is wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from montecarlo.elector_table import CSV_KEY, ElectorRow, read_electors
from montecarlo.errors import MOST_PROBLEMS, InputError, ScenarioError
from montecarlo.problems import Path as KeyPath
from montecarlo.problems import Problem, nearest, sentences, shown
from montecarlo.roster import Roster, build_roster, roster_problems
from montecarlo.schema import Settings, schema_problems
from montecarlo.toml_text import MOST_BYTES, line_numbers, read_text

Raw = dict[str, Any]
"""Values of a scenario as TOML gives them."""


@dataclass(frozen=True)
class ElectorFiles:
    """Tables of electors that are known already, by path, and the folder from which others may be read, if any."""

    tables: dict[str, str]
    folder: Path | None

    def read(self, name: str) -> str:
        """Return the text of a table; one read from the folder is kept.

        Raises
        ------
        InputError
            If it cannot be read, or lies outside the folder.
        """
        if name not in self.tables:
            if self.folder is None:
                raise InputError("its text was not given with the scenario.")
            self.tables[name] = read_text(self._inside(self.folder, name))
        if len(self.tables[name]) > MOST_BYTES:
            raise InputError("it is larger than 1 MiB, the most that is read.")
        return self.tables[name]

    @staticmethod
    def _inside(folder: Path, name: str) -> Path:
        try:
            path = (folder / name).resolve()
            inside = path.is_relative_to(folder.resolve())
        except (OSError, ValueError, RuntimeError):
            raise InputError("it cannot be read; give the path of a CSV file beside the scenario.") from None
        if Path(name).is_absolute() or not inside:
            raise InputError("it must be a relative path that stays inside the scenario's folder.")
        return path


def validated(
    raw: Raw, files: ElectorFiles, *, source: str, text: str, overrides: Mapping[str, object] | None = None
) -> tuple[Settings, Roster]:
    """Validate raw values and seat the electors.

    Parameters
    ----------
    raw : dict
        Values of the file, with any overrides.
    files : ElectorFiles
        Where a table of electors is found.
    source, text : str
        Path and text of the file, for messages with line numbers.
    overrides : mapping, optional
        Values that did not come from the file, by dotted key.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    try:
        settings = Settings.model_validate(raw)
        rows, problems = _rows(settings, files)
        problems += islice(roster_problems(settings, rows), MOST_PROBLEMS)
    except ValidationError as error:
        problems = [*islice(chain(schema_problems(error), _further_problems(raw, error, files)), MOST_PROBLEMS)]
    if problems:
        outside = {tuple(key.split(".")) for key in overrides or ()}
        raise ScenarioError(source, sentences(problems, lines=line_numbers(text), overridden=outside))
    return settings, build_roster(settings, rows)


def _rows(settings: Settings, files: ElectorFiles) -> tuple[tuple[ElectorRow, ...], list[Problem]]:
    file = settings.defection.csv
    if file is None:
        return (), []
    try:
        return read_electors(files.read(file), file)
    except InputError as error:
        return (), [Problem(CSV_KEY, f"is {shown(file)}; {error}")]


def _further_problems(raw: Raw, error: ValidationError, files: ElectorFiles) -> Iterator[Problem]:
    """Yield what is wrong with the electors of a file whose keys are not all valid, as far as that can be known.

    The faulty values are left out, or filled where they are required. Groups are judged only if nothing that decides
    who is in a group was at fault.
    """
    faults = [each["loc"] for each in error.errors(include_url=False, include_context=False, include_input=False)]
    if any(path[0] == "election" or path == ("defection",) for path in faults):
        return
    mended = copy.deepcopy(raw)
    for path in faults:
        _mend(mended, path)
    try:
        settings = Settings.model_validate(mended)
    except ValidationError:
        return
    groups = not any(path[0] == "law" or path[:2] == ("defection", "group") for path in faults)
    rows, problems = _rows(settings, files)
    yield from problems
    yield from roster_problems(settings, rows, groups=groups)


def _mend(raw: Raw, path: KeyPath) -> None:
    """Take a faulty value out, and put a harmless one in where the schema requires one."""
    *parents, key = path if path[-1] != "[key]" else path[:-1]
    table: Any = raw
    for part in parents:
        if not isinstance(table.get(part), dict):
            key = part
            break
        table = table[part]
    table.pop(key, None)
    if key in ("title", "probability"):
        table[str(key)] = 0.0 if key == "probability" else "untitled"


def overridden(raw: Raw, overrides: Mapping[str, object], *, source: str) -> Raw:
    """Return the values of a file with others set by dotted key, not yet validated.

    Raises
    ------
    ScenarioError
        If a key leads through something that is no table, or into a group that does not exist.
    """
    changed = copy.deepcopy(raw)
    problems = [_put(changed, key, value) for key, value in overrides.items()]
    faults = [problem for problem in problems if problem is not None]
    if faults:
        raise ScenarioError(source, sentences(faults, lines={}, overridden={problem.path for problem in faults}))
    return changed


def _put(raw: Raw, key: str, value: object) -> Problem | None:
    """Set one value, and make the tables that lead to it."""
    path = tuple(str(key).split("."))
    if len(path) > 4 or "" in path:
        return Problem(path[:4], "is not a key; a key has at most 4 names joined by dots.")
    table = raw
    for size, part in enumerate(path[:-1], start=1):
        if path[: size - 1] == ("defection", "group") and part not in table:
            known = ", ".join(table) or "none"
            text = f"names the group {shown(part)}, which there is not{nearest(part, table) or '.'} Groups: {known}."
            return Problem(path, text)
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return Problem(path, f"cannot be set, since {'.'.join(path[:size])} is a value and not a table.")
    if value is None:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = copy.deepcopy(value)
    return None


def plain(value: object) -> object:
    """Copy a value, fractions and NumPy numbers in it turned into what TOML could have said."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return value.item() if isinstance(value, np.generic) else value
