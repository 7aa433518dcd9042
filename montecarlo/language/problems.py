"""Sentences about what is wrong in a scenario: where it stands, the value found, and what would be right.

A check yields a `Problem`; only `sentences` knows how it is worded and on which line of the file it stands.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import NamedTuple

from montecarlo.errors import MOST_PROBLEMS

Path = tuple[str | int, ...]
"""Keys that lead to a value of a scenario, such as ``("defection", "group", "waverers", "count")``."""


class Problem(NamedTuple):
    """One fault: `text` goes on after the key, as in ``is 1.5; it must be ...``; `place` stands instead of the key.

    A fault that only an account of the scenario has names the `account`.
    """

    path: Path
    text: str
    place: str = ""
    account: str = ""


def sentences(problems: Iterable[Problem], *, lines: Mapping[Path, int], overridden: Collection[Path]) -> list[str]:
    """Word the problems, one sentence each, with the line or the override that each of them comes from.

    Parameters
    ----------
    problems : iterable of Problem
        At most `MOST_PROBLEMS` of them are taken.
    lines : mapping
        Line number of each key of the file.
    overridden : collection
        Keys that were set from outside the file.
    """
    # A table that only an override made has no line, and its faults are the override's.
    outside = {
        path[:size]
        for path in overridden
        for size in range(1, len(path) + 1)
        if size == len(path) or path[:size] not in lines
    }
    told = [_sentence(problem, lines, outside) for problem in islice(problems, MOST_PROBLEMS)]
    return [text for _, text in sorted(told, key=lambda each: each[0])]


def _sentence(problem: Problem, lines: Mapping[Path, int], outside: Collection[Path]) -> tuple[int, str]:
    """Return the line that the problem stands on, 0 if on none, and the sentence."""
    ancestors = [problem.path[:size] for size in range(len(problem.path), 0, -1)]
    text = f"{problem.place or dotted(problem.path)} {problem.text}"
    if problem.account:
        text = f"in the account {dotted((problem.account,))}, {text}"
    if any(path in outside for path in ancestors):
        return 0, f"override: {text}"
    if problem.account:
        ancestors.append(("account", problem.account))
    line = next((lines[path] for path in ancestors if path in lines), 0)
    return line, f"line {line}: {text}" if line and not problem.place else text


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
    return str(value) if value is not None else "none"


def listed(names: Iterable[str]) -> str:
    """Write the first ten names one after the other, ``none`` if there are none."""
    first = [dotted((name,)) for name in islice(names, 11)]
    return ", ".join(first if len(first) < 11 else [*first[:10], "..."]) or "none"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "X"?`` for the known name nearest to this one, else an empty string; case is ignored."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name[:80].casefold(), folded, n=1)
    return f"; did you mean {shown(folded[close[0]])}?" if close else ""
