"""``montecarlo scenarios``, ``electors`` and ``validate``: look before a run."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from montecarlo.cli.options import json_option, loaded, print_json, scenario_argument, schema_option, set_option

if TYPE_CHECKING:
    from montecarlo.language.roster import Seat
    from montecarlo.scenario import Scenario

_COLUMNS = (
    *("id", "state", "party", "votes", "name"),
    *("probability", "conditional", "law", "cancelled", "deterred", "origin"),
)


@click.command()
@json_option
def scenarios(as_json: bool) -> None:
    """List the shipped scenarios."""
    from montecarlo.scenario import load, shipped

    found = [load(name) for name in shipped()]
    if as_json:
        print_json([{"name": each.name, "title": each.title, "question": each.question} for each in found])
        return
    from rich.markup import escape
    from rich.table import Table

    from montecarlo.show.screen import print_rich

    table = Table.grid(padding=(0, 2))
    for each in found:
        table.add_row(f"[bold]{each.name}[/bold]", escape(each.title))
    print_rich(table)


@click.command(
    epilog="""\b
Examples:
  montecarlo electors hamilton-2016 --state TX
  montecarlo electors lone-rogues --csv > electors.csv    # edit it, then: csv = "electors.csv"
"""
)
@scenario_argument
@set_option
@click.option("--state", "states", metavar="XX", multiple=True, help="Only this state's; may be given several times.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table that a scenario's defection.csv can name.")
@json_option
def electors(scenario: str, changes: tuple[str, ...], states: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """List every elector: party, name, probabilities and where they are from, law and what it does to a defection.

    Pressure and contradictory accounts come on top of the list.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other.")
    import montecarlo.data as data
    from montecarlo.errors import InputError
    from montecarlo.language.problems import shown

    wanted = {state.upper() for state in states}
    if unknown := sorted(wanted - set(data.states())):
        named = " or ".join(map(shown, unknown))
        raise InputError(f"No state is called {named}; --state takes its two letters, such as TX, or DC.")
    valid = loaded(scenario, changes)
    seats = [seat for seat in valid.roster().seats if not wanted or seat.state in wanted]
    if as_json:
        print_json([_row(seat) for seat in seats])
    elif as_csv:
        from montecarlo.study.csv_text import csv_text

        sys.stdout.write(csv_text(_COLUMNS, [list(_row(seat).values()) for seat in seats]))
    else:
        _print_table(seats)
        added = [f"what the accounts {', '.join(valid.accounts)} set, each for itself"] * bool(valid.accounts)
        added += ["pressure, which makes them less willing"] * (valid.settings.pressure is not None)
        if added:
            click.echo(f"\nNot in the list: {'; '.join(added)}.")


def _row(seat: Seat) -> dict[str, Any]:
    return {name: getattr(seat, name) for name in _COLUMNS}


def _print_table(seats: list[Seat]) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from montecarlo.show import numbers
    from montecarlo.show.screen import print_rich

    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0))
    waiting = any(seat.conditional for seat in seats)
    for column in ("id", "party", "name", "probability", *["conditional"] * waiting, "from", "law"):
        table.add_column(column, no_wrap=column != "law", overflow="fold")
    for seat in seats:
        party = seat.party if seat.votes == 1 else f"{seat.party} x {seat.votes}"
        chances = [numbers.probability(chance) for chance in (seat.probability, seat.conditional)[: 1 + waiting]]
        table.add_row(*map(escape, (seat.id, party, seat.name, *chances, seat.origin, _law(seat))))
    print_rich(table)


def _law(seat: Seat) -> str:
    """Name the law, how likely it cancels an attempt, and how much it deters from one."""
    from montecarlo.show import numbers

    cancels = "" if seat.cancelled == 0 else f" {numbers.probability(seat.cancelled)}"
    deters = "" if seat.deterred == 1 else f", deters to {numbers.probability(seat.deterred)}"
    return f"{seat.law}{cancels}{deters}"


@click.command(
    epilog="""\b
Examples:
  montecarlo validate mine.toml --set election.year=2024
  montecarlo validate --schema > scenario.schema.json

An editor that checks TOML against a schema takes it from a first line in the scenario:
#:schema ./scenario.schema.json
"""
)
@scenario_argument
@set_option
@json_option
@schema_option("scenario", "a scenario, for editors")
def validate(scenario: str, changes: tuple[str, ...], as_json: bool) -> None:
    """Check a scenario, and say what it amounts to. Exit status 2 if anything is wrong."""
    valid = loaded(scenario, changes)
    roster, model = valid.roster(), valid.model()
    if not as_json:
        _print_validity(valid)
        return
    print_json(
        {
            "scenario": valid.name,
            "digest": valid.digest,
            "year": roster.year,
            "leader": roster.leader,
            "electors": model.electors,
            "majority": roster.majority,
            "needed": model.needed,
            "origins": _origins(valid),
            "accounts": [{"name": name, "weight": weight} for name, weight in valid.accounts.items()],
            "changes": valid.changes,
        }
    )


def _print_validity(valid: Scenario) -> None:
    """Print what a scenario amounts to, a line a fact."""
    roster = valid.roster()
    told = f"{roster.needed} of the {roster.leader_votes} votes of party {roster.leader} deny it "
    told += f"the majority of {roster.majority} of {roster.appointed}"
    electors = ", ".join(f"{number} {origin}" for origin, number in _origins(valid).items())
    facts = {
        str(roster.year): [told],
        "electors": [electors],
        "accounts": [f"{weight:<8g}  {name}" for name, weight in valid.accounts.items()],
        "digest": [valid.digest],
    }
    click.echo(f"{valid.source} is valid: {valid.title}")
    if valid.changes:
        click.echo("Changed, whatever the text above says:")
    for key, value in valid.changes.items():
        click.echo(f"- {key} = {'none' if value is None else value}")
    for name, lines in facts.items():
        for number, line in enumerate(lines):
            click.echo(f"{'' if number else name:<11}  {line}")


def _origins(valid: Scenario) -> dict[str, int]:
    """Count the leader's electors by where their probabilities are from, before any account."""
    return dict(Counter(seat.origin for seat in valid.roster().leader_seats))
