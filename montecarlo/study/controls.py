"""Which keys of a scenario can be moved, how far, and what they mean: what a window with sliders needs to know.

A rule stands for each key that can be moved, in the order of the window; a scenario has a control for each rule that
fits one of its keys. What an account sets itself has a control of its own, which sets ``account.NAME.set.KEY``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, log10
from typing import Any, Final, Literal

from montecarlo.language.overrides import path_of
from montecarlo.language.problems import Path
from montecarlo.language.values import probability
from montecarlo.scenario import Scenario

Kind = Literal["probability", "number", "whole", "choice"]
Choices = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Control:
    """A key of a scenario that can be moved.

    Attributes
    ----------
    key : str
        Dotted key for `Scenario.replace`.
    section : str
        What it belongs to; controls of a section follow each other.
    label : str
        What it is, in words.
    kind : {"probability", "number", "whole", "choice"}
        What its values are.
    value : object
        What the scenario has.
    low, high, step : float
        Range and step, of the decimal logarithm if `logarithmic`; without meaning for a choice.
    logarithmic : bool
        Whether it is moved by factors.
    choices : tuple of (str, object)
        Words and value of each choice.
    """

    key: str
    section: str
    label: str
    kind: Kind
    value: Any
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    logarithmic: bool = False
    choices: Choices = ()

    def moved(self, value: float) -> bool:
        """Whether a slider that stands at `value` was moved; of itself it goes to the nearest of its steps."""
        start: float = self.value
        off = log10(value / start) if self.logarithmic else value - start
        return abs(off) > self.step / 2.0


@dataclass(frozen=True)
class _Rule:
    """How the keys that fit a pattern are moved; a star fits any name, and the label tells it."""

    pattern: str
    section: str
    label: str
    kind: Kind = "probability"
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    logarithmic: bool = False
    choices: Choices = field(default=(), repr=False)

    def names(self, path: Path) -> list[str] | None:
        """Return the names that stand for the stars, None if the path does not fit."""
        parts = self.pattern.split(".")
        if len(parts) != len(path) or any(part not in ("*", name) for part, name in zip(parts, path, strict=True)):
            return None
        return [str(name) for part, name in zip(parts, path, strict=True) if part == "*"]


_ALONE, _FOLLOW, _COMMON, _PRESSURE = "Leaving alone", "Joining others", "What all have in common", "Pressure"
_RARE: Final[dict[str, Any]] = {"low": -6.0, "high": 0.0, "logarithmic": True}
_FREEDOM: Final = tuple((str(degrees), degrees) for degrees in (1, 2, 3, 4, 5, 8, 12, 20, 30))
_ROUNDS: Final = tuple((str(rounds), rounds) for rounds in range(16))

_RULES: Final = (
    _Rule("account.*.weight", "Which account is true", "{}"),
    _Rule("defection.probability", _ALONE, "each elector leaves", **_RARE),
    _Rule("defection.party.*", _ALONE, "each of party {} leaves", **_RARE),
    _Rule("defection.group.*.probability", _ALONE, "group {} leaves", **_RARE),
    _Rule("defection.elector.*.probability", _ALONE, "elector {} leaves", **_RARE),
    _Rule("defection.conditional", _FOLLOW, "each elector joins"),
    _Rule("defection.group.*.conditional", _FOLLOW, "group {} joins"),
    _Rule("defection.elector.*.conditional", _FOLLOW, "elector {} joins"),
    _Rule("pledge.threshold", _FOLLOW, "promises kept from", "whole", 1, 1, 1),
    _Rule(
        "pledge.counts", _FOLLOW, "counted towards it", "choice", choices=(("promises", "conditional"), ("all", "all"))
    ),
    _Rule("cascade.scale", _FOLLOW, "seen when 63 % join", "number", 0.0, 3.0, logarithmic=True),
    _Rule("cascade.shape", _FOLLOW, "how sharply", "number", -1.0, 1.0, logarithmic=True),
    _Rule("cascade.group.*.scale", _FOLLOW, "group {}: seen when 63 % join", "number", 0.0, 3.0, logarithmic=True),
    _Rule("cascade.group.*.shape", _FOLLOW, "group {}: how sharply", "number", -1.0, 1.0, logarithmic=True),
    _Rule("cascade.rounds", _FOLLOW, "rounds", "choice", choices=(("as many as it takes", None), *_ROUNDS)),
    _Rule("cascade.visibility", _FOLLOW, "each is seen"),
    _Rule("factors.national", _COMMON, "national loading", "number", 0.0, 0.95),
    _Rule("factors.state", _COMMON, "state loading", "number", 0.0, 0.95),
    _Rule("factors.degrees_of_freedom", _COMMON, "tails", "choice", choices=(("Gaussian", None), *_FREEDOM)),
    _Rule("common_odds.alpha", _COMMON, "alpha of the rate", "number", -3.0, 6.0, logarithmic=True),
    _Rule("common_odds.beta", _COMMON, "beta of the rate", "number", -3.0, 6.0, logarithmic=True),
    _Rule("law.upheld", "Laws", "courts uphold the laws"),
    _Rule("law.cancelled.*", "Attempts that laws cancel", "{}"),
    _Rule("law.deterred.*", "Electors who dare in spite of laws", "{}"),
    _Rule("pressure.probability", _PRESSURE, "willing under pressure"),
    _Rule("pressure.hazard", _PRESSURE, "pull of the first"),
    _Rule("pressure.hazard_decay", _PRESSURE, "pull of each further"),
)


def controls(scenario: Scenario) -> tuple[Control, ...]:
    """Return a control for each key of the scenario that can be moved, the base probability and the courts always.

    A national factor can be switched on where there is none, unless electors have a common rate already. Keys
    that would do nothing are left out: those that all accounts set themselves, and those of electors or laws of the
    other side where its votes do not matter to the leader's majority.
    """
    common, own = _common(scenario), _own(scenario)
    found = []
    for rule in _RULES:
        found += [_control(scenario, rule, names, path, common[path]) for path, names in _fitting(rule, common)]
    for account, keys in own.items():
        for rule in _RULES:
            found += [
                _control(scenario, rule, names, path, keys[path], account) for path, names in _fitting(rule, keys)
            ]
    return tuple(found)


def _common(scenario: Scenario) -> dict[Path, Any]:
    """Values by key of what is not an account's own, and does something."""
    settings, own = scenario.settings, _own(scenario)
    found = {("law", "upheld"): 0.0} | dict(_leaves(settings.model_dump(exclude={"account"})))
    if settings.common_odds is None and not any(path[0] == "common_odds" for keys in own.values() for path in keys):
        found = {("factors", "national"): 0.0} | found
    if len(own) > 1:
        found |= {("account", name, "weight"): weight for name, weight in scenario.accounts.items()}
    return {path: value for path, value in found.items() if _acts(scenario, path, own)}


def _acts(scenario: Scenario, path: Path, own: Mapping[str, Mapping[Path, Any]]) -> bool:
    """Say whether it makes a difference what the scenario itself has there."""
    if own and all(any(path[: len(each)] == each for each in keys) for keys in own.values()):
        return False
    roster, destination = scenario.roster(), scenario.settings.destination
    gives = destination is not None and destination.opponent.opponent > 0.0
    seats = roster.seats if gives else roster.leader_seats
    if path[:2] in (("defection", "group"), ("defection", "party")):
        return f"{path[1]} {path[2]}" in {seat.origin for seat in seats}
    if path[:2] == ("defection", "elector"):
        return path[2] in {seat.id for seat in seats}
    if path[:2] in (("law", "cancelled"), ("law", "deterred")):
        return path[2] in {seat.law for seat in seats}
    return scenario.settings.cascade is not None or path not in (("pressure", "hazard"), ("pressure", "hazard_decay"))


def _own(scenario: Scenario) -> dict[str, dict[Path, Any]]:
    """Values by key of what each account sets itself."""
    accounts = scenario.settings.account.items()
    return {
        name: dict(_leaves({path_of(key): value for key, value in account.set.items()})) for name, account in accounts
    }


def _leaves(table: Mapping[Any, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each value with the path to it; a key may be a path itself."""
    for key, value in table.items():
        here = (*path, *key) if isinstance(key, tuple) else (*path, key)
        if isinstance(value, Mapping):
            yield from _leaves(value, here)
        else:
            yield here, value


def _fitting(rule: _Rule, keys: Mapping[Path, Any]) -> Iterator[tuple[Path, list[str]]]:
    for path, value in keys.items():
        names = rule.names(path)
        if names is not None and (value is not None or rule.kind == "choice"):
            yield path, names


def _control(scenario: Scenario, rule: _Rule, names: list[str], path: Path, value: Any, account: str = "") -> Control:
    """Fit a rule to a value, which may lie outside the usual range."""
    key = ".".join(map(str, path))
    key, section = (f"account.{account}.set.{key}", f"Account {account}") if account else (key, rule.section)
    label = rule.label.format(*names)
    if path[0] == "law":
        label = label.replace("_and_", " + ").replace("_", " ")
    if rule.kind == "choice":
        # What an account does not set it has from the scenario, so that it cannot choose to have none.
        offered = tuple(each for each in rule.choices if each[1] is not None or not account)
        offered += () if value in [each for _, each in offered] else ((str(value), value),)
        return Control(key, section, label, "choice", value, choices=offered)
    if rule.kind == "whole":
        most = max(scenario.roster().leader_votes, value)
        return Control(key, section, label, "whole", value, rule.low, most, 1)
    value = probability(value) if rule.kind == "probability" else float(value)
    logarithmic = rule.logarithmic and value > 0.0
    low, high = (rule.low, rule.high) if logarithmic == rule.logarithmic else (0.0, 10.0**rule.high)
    place = log10(value) if logarithmic else value
    low, high = min(low, place), max(high, place)
    if logarithmic:
        low = place - rule.step * ceil((place - low) / rule.step - 1e-9)  # The scenario's value is one of the steps.
    return Control(key, section, label, rule.kind, value, low, high, rule.step, logarithmic)
