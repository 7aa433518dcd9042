"""From the raw values of a scenario to its settings and roster, or to one error that tells everything that is wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from montecarlo.errors import MOST_PROBLEMS, InputError, ScenarioError
from montecarlo.language.accounts import accounts_in, placed, setting, weight_problems
from montecarlo.language.elector_table import CSV_KEY, ElectorRow, read_electors
from montecarlo.language.mechanism_checks import mechanism_problems
from montecarlo.language.overrides import Raw, overridden, path_of, put
from montecarlo.language.problems import Path as KeyPath
from montecarlo.language.problems import Problem, dotted, sentences, shown
from montecarlo.language.roster import Roster, build_roster
from montecarlo.language.roster_checks import roster_problems
from montecarlo.language.schema import Settings, schema_problems
from montecarlo.language.toml_text import MOST_BYTES, line_numbers, read_text

_HARMLESS: Final = {"title": "untitled", "probability": 0.0, "threshold": 1, "alpha": 1.0, "beta": 1.0, "weight": 1.0}
"""Values that are put in for required ones at fault."""

_MOST_TRIED: Final = 20
"""Most overrides that are left out one by one to learn which of them makes a problem."""


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


@dataclass(frozen=True)
class Account:
    """One account of a scenario: the electors as it has them; a scenario without accounts has itself as the only one.

    Attributes
    ----------
    name : str
        Its name, empty for the scenario itself.
    weight : float
        Probability that it is the true one.
    settings : Settings
        The scenario with what the account says otherwise.
    rows : tuple of ElectorRow
        Electors of its table, if it has one.
    roster : Roster
        Its electors.
    """

    name: str
    weight: float
    settings: Settings
    rows: tuple[ElectorRow, ...]
    roster: Roster


def validated(
    raw: Raw, files: ElectorFiles, *, source: str, text: str, overrides: Mapping[str, object] | None = None
) -> tuple[Account, tuple[Account, ...]]:
    """Validate raw values and seat the electors, those of the scenario itself and those of each account.

    Parameters
    ----------
    raw : dict
        Values of the file; nothing must be wrong with them if there are overrides.
    files : ElectorFiles
        Where a table of electors is found.
    source, text : str
        Path and text of the file, for messages with line numbers.
    overrides : mapping, optional
        Values to set from outside the file, by dotted key.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    changes = overrides or {}
    found = _found(overridden(raw, changes, source=source), files)
    base = found.base.settings
    if found.problems or base is None:
        blamed = _blamed(found.problems, raw, files, changes)
        raise ScenarioError(source, sentences(blamed, lines=line_numbers(text)))
    weighed = zip(base.account.items(), found.parts, strict=True)
    return _account("", 1.0, base, found.base.rows), tuple(
        _account(name, account.weight, part.settings, part.rows)
        for (name, account), part in weighed
        if part.settings is not None
    )


def _account(name: str, weight: float, settings: Settings, rows: tuple[ElectorRow, ...]) -> Account:
    return Account(name, weight, settings, rows, build_roster(settings, rows))


class _Found(NamedTuple):
    """The scenario as it stands and as each account has it, and everything that is wrong."""

    base: _Judged
    parts: list[_Judged]
    problems: list[Problem]


def _found(raw: Raw, files: ElectorFiles) -> _Found:
    base = _judged(raw, files)
    problems, parts = list(base.problems), []
    for name, changed, faults in accounts_in(raw):
        part = _judged(changed, files)
        parts.append(part)
        problems += faults
        problems += [placed(each, name, raw) for each in part.problems if each not in base.problems]
    if base.settings is not None and base.settings.account:
        problems += weight_problems(base.settings, [part.settings for part in parts])
    return _Found(base, parts, problems)


def _blamed(
    problems: list[Problem], raw: Raw, files: ElectorFiles, overrides: Mapping[str, object]
) -> Iterator[Problem]:
    """Yield each problem with its causes: the overrides without which it is not there, or is another.

    Nothing is wrong with the file alone. So a problem that no single override makes comes from the one at its key, or
    from several that would each do.
    """
    without = {}
    for key in overrides if len(overrides) <= _MOST_TRIED else ():
        changed = copy.deepcopy(raw)
        for other, value in overrides.items():
            if other != key:
                put(changed, other, value)
        without[key] = _found(changed, files).problems
    paths = {key: path_of(key) for key in overrides}
    for problem in problems:
        alone = [key for key in without if problem not in without[key]]
        own = [key for key, path in paths.items() if path == problem.path[: len(path)]]
        causes = tuple((paths[key], overrides[key]) for key in alone or own or overrides)
        yield problem._replace(text=problem.text + _remark(causes, raw), causes=causes)


def _remark(causes: tuple[tuple[KeyPath, object], ...], raw: Raw) -> str:
    """Point to an account that sets one of the keys itself, and so undoes the override."""
    named = ((path, setting(path, raw)) for path, _ in causes)
    path, name = next(((path, name) for path, name in named if name), ((), ""))
    return f" The account {name} has its own: {dotted(('account', name, 'set', *path))}." if name else ""


class _Judged(NamedTuple):
    """Raw values as settings, None if they cannot be, and what is wrong with them."""

    settings: Settings | None
    rows: tuple[ElectorRow, ...]
    problems: list[Problem]


def _judged(raw: Raw, files: ElectorFiles) -> _Judged:
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        problems = chain(schema_problems(error), _further_problems(raw, error, files))
        return _Judged(None, (), [*islice(problems, MOST_PROBLEMS)])
    rows, problems_there = _rows(settings, files)
    found = chain(problems_there, roster_problems(settings, rows), mechanism_problems(settings, rows))
    return _Judged(settings, rows, [*islice(found, MOST_PROBLEMS)])


def _rows(settings: Settings, files: ElectorFiles) -> tuple[tuple[ElectorRow, ...], list[Problem]]:
    file = settings.defection.csv
    if file is None:
        return (), []
    try:
        return read_electors(files.read(file), file)
    except InputError as error:
        return (), [Problem(CSV_KEY, f"is {shown(file)}; {error}")]


def _further_problems(raw: Raw, error: ValidationError, files: ElectorFiles) -> Iterator[Problem]:
    """Yield what is wrong with a file whose keys are not all valid, as far as that can be known.

    The faulty values are left out, or filled where they are required. Groups are judged only if nothing that decides
    who is in a group was at fault, and mechanisms only by tables without fault.
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
    yield from roster_problems(settings, rows, with_groups=groups)
    yield from mechanism_problems(settings, rows, faulty={str(path[0]) for path in faults})


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
    if key in _HARMLESS:
        table[str(key)] = _HARMLESS[str(key)]
