"""Scenarios: a TOML file that says who may defect, checked whole, with everything that is wrong told at once.

``load(name)`` gives a shipped scenario, ``load(path)`` a file. ``scenario.replace({"defection.probability": 0.01})`` is
the same scenario with other assumptions, and ``scenario.model()`` the numbers of it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path

from montecarlo.errors import InputError, ScenarioError
from montecarlo.house import House
from montecarlo.language.assembly import alternatives_of, build_house, build_model
from montecarlo.language.overrides import overridden, plain, plain_key
from montecarlo.language.problems import nearest, shown
from montecarlo.language.roster import Roster
from montecarlo.language.schema import Run, Settings
from montecarlo.language.toml_output import format_toml
from montecarlo.language.toml_text import parse_toml, read_text
from montecarlo.language.validation import Account, ElectorFiles, validated
from montecarlo.model import Mixture, Model, mixture

FORMAT = 1
"""Version of the scenario format; part of every digest."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """A validated scenario.

    Attributes
    ----------
    name : str
        Name of the shipped scenario, or of the file without its suffix.
    source : str
        Path of the file, for messages.
    text : str
        The TOML text as it was read.
    tables : dict
        Text of each table of electors that the scenario names, by its path there.
    overrides : dict
        Values set from outside the file, by dotted key, in the order they were applied.
    """

    name: str
    source: str
    text: str = field(repr=False)
    tables: Mapping[str, str] = field(repr=False)
    overrides: Mapping[str, object]
    _whole: Account = field(repr=False)
    _accounts: tuple[Account, ...] = field(repr=False)

    @classmethod
    def from_text(
        cls,
        name: str,
        text: str,
        *,
        source: str = "",
        tables: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> Scenario:
        """Build a scenario without reading a file, as from the manifest of a saved run.

        Parameters
        ----------
        name, text : str
            Name and TOML text.
        source : str, optional
            Path that the text came from, for messages; by default the name.
        tables : mapping, optional
            Text of the tables of electors, by the path that ``defection.csv`` gives.
        overrides : mapping, optional
            Values to set after the text alone has been validated, by dotted key.

        Raises
        ------
        ScenarioError
            With everything that is wrong.
        """
        return _scenario(name, text, source or name, ElectorFiles(dict(tables or {}), None), overrides or {})

    @property
    def settings(self) -> Settings:
        """What file and overrides amount to, before any account."""
        return self._whole.settings

    @property
    def title(self) -> str:
        """The scenario's title, one line."""
        return self.settings.title

    @property
    def question(self) -> str:
        """The question it answers, or an empty text."""
        return self.settings.question

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What it assumes, a sentence each."""
        return self.settings.assumptions

    @property
    def sources(self) -> tuple[str, ...]:
        """Where its facts come from."""
        return self.settings.sources

    @property
    def run(self) -> Run:
        """Draws, seed and confidence asked for."""
        return self.settings.run

    @property
    def accounts(self) -> dict[str, float]:
        """Weights of contradictory accounts by name, in the order of the mixture's parts; empty if there are none."""
        return {account.name: account.weight for account in self._accounts}

    @property
    def changes(self) -> dict[str, str | None]:
        """What was set from outside the file, for a reader: texts by dotted key, None where a key was taken out."""
        return {
            key: value if value is None or isinstance(value, str) else json.dumps(value)
            for key, value in self.overrides.items()
        }

    @cached_property
    def alternatives(self) -> tuple[str, ...]:
        """Names of the alternative candidates, in the order that the model numbers them."""
        return alternatives_of(account.settings for account in (self._whole, *self._accounts))

    def replace(self, changes: Mapping[str, object]) -> Scenario:
        """Return the scenario with other values, validated again.

        Parameters
        ----------
        changes : mapping
            Values by dotted key, such as ``{"defection.group.waverers.probability": 0.3}``, set after earlier ones. The
            table of an elector is made where there is none, while a group or an account must exist or be given as a
            whole table. `None` takes a key out of the file. What an account sets is set after them.

        Raises
        ------
        ScenarioError
            With everything that is wrong.
        """
        kept = {key: value for key, value in self.overrides.items() if key not in changes}
        files = ElectorFiles(dict(self.tables), Path(self.source).parent)
        return _scenario(self.name, self.text, self.source, files, {**kept, **changes}, checked=True)

    def toml(self) -> str:
        """Return the scenario as the text of a file, what was set from outside in its place; comments are left out.

        Raises
        ------
        InputError
            If an account takes a key out, which only `replace` can make it do.
        """
        values = overridden(parse_toml(self.text), self.overrides, source=self.source)
        for name, account in values.get("account", {}).items():
            for key, value in account.get("set", {}).items():
                if value is None:
                    raise InputError(f"The account {name} takes {key} out, which a file cannot say; give it a value.")
        told = [f"# {key} = {shown(value)}" for key, value in self.overrides.items()]
        head = ["# Changed, whatever title and assumptions say:", *told, ""] if told else []
        return "\n".join([*head, format_toml(_without_none(values))])

    def roster(self) -> Roster:
        """Return every elector of the election, with probabilities and law, before any account."""
        return self._whole.roster

    def model(self) -> Model | Mixture:
        """Return the electors as numbers; contradictory accounts are weighed."""
        if not self._accounts:
            return build_model(self.settings, self.roster(), self.alternatives)
        return mixture(
            (account.weight, build_model(account.settings, account.roster, self.alternatives))
            for account in self._accounts
        )

    def house(self) -> House | None:
        """Return the House that would choose if nobody has a majority; None if the scenario has none."""
        return build_house(self.settings)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what defines the model: not of comments, layout, titles, sources, draws or the name of a file."""
        content = {"format": FORMAT, **_content(self._whole)}
        if self._accounts:
            content["accounts"] = [(each.name, each.weight, _content(each)) for each in self._accounts]
        if self.alternatives:
            content["alternatives"] = self.alternatives
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def load(name_or_path: str | os.PathLike[str]) -> Scenario:
    """Load a shipped scenario by its name, or any scenario by its path.

    Parameters
    ----------
    name_or_path : str or path
        A text without a folder and without the suffix ``.toml`` is a name, everything else a path.

    Raises
    ------
    ScenarioError
        With everything that is wrong, each with its line, key and value.
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise ScenarioError("scenario", [f"{shown(name_or_path)} is neither the name of a scenario nor a path."])
    given = os.fspath(name_or_path)
    is_name = isinstance(name_or_path, str) and not given.endswith(".toml") and not {"/", "\\", os.sep} & set(given)
    path = _shipped_path(given) if is_name else Path(given)
    try:
        text = read_text(path)
    except InputError as error:
        hint = f" The shipped scenario is called {path.stem}, without .toml." if path.stem in shipped() else ""
        raise ScenarioError(given, [_capital(str(error)) + hint]) from None
    return _scenario(path.stem, text, str(path), ElectorFiles({}, path.parent), {})


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that come with the package, in alphabetical order."""
    return tuple(sorted(path.stem for path in _configs().glob("*.toml")))


def parse_override(text: str) -> tuple[str, object]:
    """Split ``key=value``; the value is read as TOML, and as plain text where it is none, as in ``election.leader=D``.

    Raises
    ------
    InputError
        If there is no key or no equals sign.
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    if not key or not equals:
        raise InputError(f"{shown(text)} sets nothing; write key=value, as in defection.probability=0.01.")
    try:
        parsed = parse_toml(f"value = {value}")
    except InputError:
        return key, value
    return key, parsed["value"] if len(parsed) == 1 else value


def _configs() -> Path:
    """Folder of the shipped scenarios: inside an installed package, at the top of a checkout."""
    package = Path(str(resources.files("montecarlo")))
    return package / "configs" if (package / "configs").is_dir() else package.parent / "configs"


def _shipped_path(name: str) -> Path:
    if name not in shipped():
        hint, known = nearest(name, shipped()) or ".", ", ".join(shipped())
        problem = f"There is no scenario {shown(name)}{hint} Shipped are {known}; a file's name ends in .toml."
        raise ScenarioError(name or shown(name), [problem])
    return _configs() / f"{name}.toml"


def _scenario(
    name: str, text: str, source: str, files: ElectorFiles, overrides: Mapping[str, object], *, checked: bool = False
) -> Scenario:
    """Validate the text alone, unless that is done, then with the overrides, and build the scenario."""
    try:
        raw = parse_toml(text)
    except InputError as error:
        raise ScenarioError(source, [_capital(str(error))]) from None
    if overrides and not checked:
        validated(raw, files, source=source, text=text)
    overrides = {plain_key(key): plain(value) for key, value in overrides.items()}
    whole, accounts = validated(raw, files, source=source, text=text, overrides=overrides)
    return Scenario(name, source, text, files.tables, overrides, whole, accounts)


def _content(account: Account) -> dict[str, object]:
    """Return what defines the model of one account, without layout and without what is only told."""
    told = {"title", "question", "assumptions", "sources", "account", "run"}
    settings = account.settings.model_dump(exclude={**dict.fromkeys(told, True), "defection": {"csv", "group"}})
    # An earlier group chooses first, so the order of groups counts, while that of other keys does not.
    groups = [(name, group.model_dump()) for name, group in account.settings.defection.group.items()]
    electors = sorted(
        (row.id, row.probability, row.name) + (row.conditional,) * bool(row.conditional) for row in account.rows
    )
    return {"settings": settings, "groups": groups, "electors": electors}


def _without_none(table: Mapping[str, object]) -> dict[str, object]:
    """Leave out keys that hold nothing, which is what they hold where they are missing."""
    kept = {key: value for key, value in table.items() if value is not None}
    return {key: _without_none(value) if isinstance(value, dict) else value for key, value in kept.items()}


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
