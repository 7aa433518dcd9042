"""Sentences about what is wrong in a scenario: where it stands, the value found, and what would be right.

A check yields a `Problem`; only `sentences` knows how it is worded and on which line of the file it stands.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from montecarlo.errors import MOST_PROBLEMS

Path = tuple[str | int, ...]
"""Keys that lead to a value of a scenario, such as ``("defection", "group", "waverers", "count")``."""

_MOST_CAUSES = 5
"""Overrides named with one problem."""


class Problem(NamedTuple):
    """One fault: `text` goes on after the key, as in ``is 1.5; it must be ...``; `place` stands instead of the key.

    A fault that only an account of the scenario has names the `account`, and one that was set from outside the file,
    or comes of what was, its `causes`: keys and values of those overrides.
    """

    path: Path
    text: str
    place: str = ""
    account: str = ""
    causes: tuple[tuple[Path, object], ...] = ()


def sentences(problems: Iterable[Problem], *, lines: Mapping[Path, int]) -> list[str]:
    """Word the problems, one sentence each, with the line or the overrides that each of them comes from.

    Parameters
    ----------
    problems : iterable of Problem
        At most `MOST_PROBLEMS` of them are taken.
    lines : mapping
        Line number of each key of the file.
    """
    told = [_sentence(problem, lines) for problem in islice(problems, MOST_PROBLEMS)]
    return [text for _, text in sorted(told, key=lambda each: each[0])]


def _sentence(problem: Problem, lines: Mapping[Path, int]) -> tuple[int, str]:
    """Return the sentence, after the line by which it is sorted: 0 if it comes from an override or stands on none."""
    ancestors = [problem.path[:size] for size in range(len(problem.path), 0, -1)]
    text = f"{problem.place or dotted(problem.path)} {problem.text}"
    if problem.account:
        text = f"in the account {dotted((problem.account,))}, {text}"
    causes = [path for path, _ in problem.causes]
    if len(causes) == 1 and causes[0] in ancestors:
        return 0, f"override: {text}"
    if any(path[: len(problem.path)] == problem.path for path in causes):
        ancestors = ancestors[:1]  # If this has no line, overrides made it.
    elif problem.account:
        ancestors.append(("account", problem.account))
    line = next((lines[path] for path in ancestors if path in lines), 0)
    where = f"line {line}" if line and not problem.place else ""
    if causes:
        return 0, f"override {_assignments(problem.causes)}{', with ' * bool(where)}{where}: {text}"
    return line, f"{where}: {text}" if where else text


def _assignments(causes: Sequence[tuple[Path, object]]) -> str:
    """Write overrides as they are given, ``law.upheld=1, run.seed=7``; of a list or table the key alone."""
    told = [
        dotted(path) if isinstance(value, dict | list) else f"{dotted(path)}={shown(value)}"
        for path, value in causes[:_MOST_CAUSES]
    ]
    return ", ".join([*told, "..."] if len(causes) > _MOST_CAUSES else told)


def dotted(path: Path) -> str:
    """Write a key path as in a TOML file, quoted where a part is not a bare key."""
    return ".".join(str(part) if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", str(part)) else shown(str(part)) for part in path)


def shown(value: object) -> str:
    """Write a value as in a TOML file, short and without control characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        short = value if len(value) <= 60 else value[:57] + "..."
        return json.dumps(short, ensure_ascii=not short.isprintable())
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    if value is None or isinstance(value, int | float | date | time):
        return "none" if value is None else str(value)
    return f"an object of type {type(value).__name__}"


def listed(names: Iterable[str]) -> str:
    """Write the first ten names one after the other, ``none`` if there are none."""
    first = [dotted((name,)) for name in islice(names, 11)]
    return ", ".join(first if len(first) < 11 else [*first[:10], "..."]) or "none"


def counted(number: int, noun: str) -> str:
    """Write a number of things: ``1 elector``, ``20 electors``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """Return ``; did you mean "X"?`` for the known name nearest to this one, else an empty string; case is ignored."""
    close = _nearest(name[:80].casefold(), tuple(known), likeness)
    return f"; did you mean {shown(close)}?" if close is not None else ""


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...], likeness: float) -> str | None:
    """Return the nearest known name. Kept, since each account of a scenario asks for it again."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name, folded, n=1, cutoff=likeness)
    return folded[close[0]] if close else None
