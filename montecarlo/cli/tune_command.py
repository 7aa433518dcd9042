"""``montecarlo tune``: what would have to be true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from montecarlo.cli.options import json_option, loaded, print_json, scenario_argument, set_option
from montecarlo.cli.progress import over_processes
from montecarlo.cli.study_options import (
    Number,
    csv_option,
    draws_option,
    parse_grid,
    refuse_unwritable,
    seed_option,
    workers_option,
)

if TYPE_CHECKING:
    from montecarlo.scenario import Scenario


@click.command(
    epilog="""\b
Examples:
  montecarlo tune lone-rogues defection.probability --target 0.5
  montecarlo tune electors-trust pledge.threshold --target 0.1
  montecarlo tune bound-electors law.upheld --target 0.01 --set defection.probability=0.14
  montecarlo tune lone-rogues defection.probability --target 0.5 --against factors.national=0:0.8:9

\b
Exit status: 0 done; 2 bad input, or no value gives the target.
"""
)
@scenario_argument
@click.argument("key", metavar="KEY")
@click.option(
    "--target",
    type=Number(),
    metavar="P",
    required=True,
    help="Probability that the majority is denied: 0.5, or 1e-40.",
)
@click.option("--low", type=Number(), metavar="A", help="Least value to try; by default the least that KEY may have.")
@click.option("--high", type=Number(), metavar="B", help="Greatest value to try; by default the most that it may have.")
@click.option(
    "--against",
    metavar="KEY2=VALUES",
    help="Tune for each value of another key: 0.1,0.2,0.5 or START:STOP:COUNT, with :log for even factors.",
)
@set_option
@draws_option
@seed_option
@workers_option
@json_option
@csv_option
def tune(
    scenario: str,
    key: str,
    against: str | None,
    changes: tuple[str, ...],
    workers: int | None,
    as_json: bool,
    table: Path | None,
    **asked: Any,
) -> None:
    """Find the value of KEY that gives the majority denied a probability.

    NAME is a shipped scenario (see `montecarlo scenarios`), PATH a TOML file. KEY is one that holds a number. The value
    is exact where the scenario has an exact answer; else it is simulated, with the same random numbers for every value.
    """
    if table is not None and against is None:
        raise click.UsageError("--csv writes the values of --against; one value is printed, with --json in full.")
    refuse_unwritable(table)
    question = loaded(scenario, changes)
    if against is None:
        _tune(question, key, workers, asked, as_json=as_json)
    else:
        _tune_against(question, key, against, workers, asked, as_json=as_json, table=table)


def _tune(question: Scenario, key: str, workers: int | None, asked: dict[str, Any], *, as_json: bool) -> None:
    from montecarlo.study.numeric_keys import told_without
    from montecarlo.study.tuning import find_value

    with over_processes("trying values", workers=workers) as map_:
        found = find_value(question, key, map_=map_, **asked)
    # A change of the key that is tuned would be told beside another value of it.
    told = told_without(question, (key,))
    if as_json:
        print_json({"scenario": question.name, "digest": question.digest, "changes": told.changes, **found.record()})
        return
    from montecarlo.show.screen import print_rich
    from montecarlo.show.study_tables import tuned_screen

    print_rich(tuned_screen(told, found))


def _tune_against(
    question: Scenario,
    key: str,
    against: str,
    workers: int | None,
    asked: dict[str, Any],
    *,
    as_json: bool,
    table: Path | None,
) -> None:
    from montecarlo.study.frontiers import frontier

    other, values = parse_grid(against)
    with over_processes("tuning", workers=workers) as map_:
        found = frontier(question, key, against=other, values=values, map_=map_, **asked)
    if table is not None:
        import montecarlo.store as store

        store.write_new(table, found.csv())
    if as_json:
        print_json(found.record())
        return
    from montecarlo.show.screen import print_rich
    from montecarlo.show.study_tables import frontier_screen

    print_rich(frontier_screen(found))
