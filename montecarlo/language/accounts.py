"""Contradictory accounts of one scenario: what each sets otherwise, and what is wrong with that.

An account is the scenario as it stands, overrides from outside included, with the account's own values set after them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import isclose
from typing import Any, Final

from montecarlo.language.overrides import Raw, path_of, put
from montecarlo.language.problems import Path, Problem, nearest
from montecarlo.language.schema import MOST_ACCOUNTS, Settings

_MAY_SET: Final = ("defection", "factors", "common_odds", "pledge", "cascade", "pressure", "law", "destination")
"""Tables that accounts may differ in; the roster, the House and the run are common to all."""


def accounts_in(raw: Raw) -> Iterator[tuple[str, Raw, list[Problem]]]:
    """Yield the name of each account, the values of the scenario as it has them, and what is wrong with its keys."""
    table = raw.get("account")
    common = {key: value for key, value in raw.items() if key != "account"}
    for name, account in islice(table.items() if isinstance(table, dict) else (), MOST_ACCOUNTS):
        changed, problems = copy.deepcopy(common), []
        for key, value in _set_by(account).items():
            where = ("account", name, "set", key)
            if path_of(key)[0] not in _MAY_SET:
                hint = nearest(path_of(key)[0], _MAY_SET) or "."
                text = f"is not for an account to set{hint} It may set keys of {', '.join(_MAY_SET)}."
                problems.append(Problem(where, text))
            elif (problem := put(changed, key, value)) is not None:
                problems.append(problem._replace(path=where))
        yield name, changed, problems


def placed(problem: Problem, name: str, raw: Raw) -> Problem:
    """Say that it is an account's problem: at the key that it sets, or in what that makes of the rest."""
    for key in _set_by(raw["account"][name]):
        path = path_of(key)
        if problem.path[: len(path)] == path and not problem.place:
            return problem._replace(path=("account", name, "set", key, *problem.path[len(path) :]))
    return problem._replace(account=name)


def setting(path: Path, raw: Raw) -> str:
    """Name the first account that sets the key itself, empty if none does."""
    table = raw.get("account")
    accounts = table.items() if isinstance(table, dict) else ()
    return next((name for name, account in accounts if path in [path_of(key) for key in _set_by(account)]), "")


def weight_problems(settings: Settings, parts: Sequence[Settings | None]) -> Iterator[Problem]:
    """Yield what is wrong with the accounts together."""
    total = sum(account.weight for account in settings.account.values())
    if not isclose(total, 1.0, rel_tol=1e-9):
        yield Problem(("account",), f"has weights that sum to {total:.15g}; they must sum to 1.")
    for name, part in zip(settings.account, parts, strict=True):
        if part is not None and (part.destination is None) != (settings.destination is None):
            text = "makes or removes the table [destination]; all accounts have one, or none: put it into the scenario "
            yield Problem(("account", name, "set"), f"{text}itself, and let accounts change its shares.")


def _set_by(account: object) -> Mapping[str, Any]:
    """Return what an account sets; nothing if it is no table, as the schema tells."""
    changes = account.get("set") if isinstance(account, dict) else None
    return changes if isinstance(changes, dict) else {}
