"""What several commands share: the scenario argument, and options that say the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from montecarlo.scenario import Scenario

Command = TypeVar("Command", bound=Callable[..., Any])


class _ScenarioName(click.ParamType[str]):
    """A shipped scenario's name, completed by the shell, or the path of a file."""

    name = "name|path"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from montecarlo.scenario import shipped

        names = [CompletionItem(name) for name in shipped() if name.startswith(incomplete)]
        return names or [CompletionItem(incomplete, type="file")]


scenario_argument = click.argument("scenario", metavar="NAME|PATH", type=_ScenarioName())

set_option = click.option(
    "--set",
    "changes",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a key of the scenario, such as defection.probability=0.01. May be given several times.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


def schema_option(name: str, what: str) -> Callable[[Command], Command]:
    """Make the option ``--schema``, which prints a JSON Schema that comes with the package."""

    def shown(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            place = resources.files("montecarlo").joinpath("schemas", f"{name}.schema.json")
            click.echo(place.read_text(encoding="utf-8"), nl=False)
            ctx.exit()

    told = f"Print the JSON Schema of {what}, and do nothing else."
    return click.option("--schema", is_flag=True, is_eager=True, expose_value=False, callback=shown, help=told)


results_option = click.option(
    "--out",
    "results",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("results"),
    show_default=True,
    help="Folder of the saved runs.",
)


def loaded(name: str, changes: tuple[str, ...]) -> Scenario:
    """Load a scenario and apply ``--set``."""
    from montecarlo.scenario import load, parse_override

    scenario = load(name)
    return scenario.replace(dict(map(parse_override, changes))) if changes else scenario


def checked_target(path: Path, endings: tuple[str, ...]) -> Path:
    """Return a file that can be written as far as can be seen before the work is done.

    Raises
    ------
    InputError
        If its ending is none of those, or there is no such folder.
    """
    from montecarlo.errors import InputError

    if path.suffix not in endings:
        raise InputError(f"{str(path)!r} must end in {' or '.join(endings)}.")
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder.")
        if not path.parent.is_dir():
            raise InputError(f"{path} cannot be written: {path.parent} is no folder.")
    except OSError as error:
        raise InputError(f"{str(path)[:60]} cannot be written: {error.strerror}.") from None
    return path


def print_json(value: Any) -> None:
    """Print one object on stdout."""
    click.echo(json.dumps(value, indent=1, allow_nan=False))
