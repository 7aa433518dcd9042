"""``montecarlo sweep``: the probability over a grid of one or two keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from montecarlo.cli.options import json_option, loaded, print_json, results_option, scenario_argument, set_option
from montecarlo.cli.progress import over_processes
from montecarlo.cli.study_options import (
    csv_option,
    draws_option,
    parse_grid,
    refuse_unwritable,
    seed_option,
    workers_option,
)

if TYPE_CHECKING:
    from montecarlo.study.sweeping import Sweep


@click.command(
    epilog="""\b
Examples:
  montecarlo sweep lone-rogues defection.probability=1e-4:0.5:20:log --plot
  montecarlo sweep electors-trust pledge.threshold=20:60:9 --json
  montecarlo sweep lone-rogues factors.national=0:0.8:9 defection.probability=0.001,0.01,0.1 --csv both.csv

\b
VALUES are numbers between commas, or START:STOP:COUNT with both ends, or START:STOP:COUNT:log for even factors.
"""
)
@scenario_argument
@click.argument("grids", metavar="KEY=VALUES [KEY2=VALUES]", nargs=-1, required=True)
@set_option
@draws_option
@seed_option
@workers_option
@json_option
@csv_option
@results_option
@click.option("--no-save", is_flag=True, help="Do not save the sweep.")
@click.option("--plot", is_flag=True, help="Draw the sweep, a line or a map, into the saved sweep.")
def sweep(
    scenario: str,
    grids: tuple[str, ...],
    changes: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    workers: int | None,
    as_json: bool,
    table: Path | None,
    results: Path,
    no_save: bool,
    plot: bool,
) -> None:
    """Answer a scenario over a grid of values of one or two of its keys.

    NAME is a shipped scenario (see `montecarlo scenarios`), PATH a TOML file. Each point is exact where the scenario
    has an exact answer there; else it is simulated, with the same random numbers for every point.
    """
    if no_save and plot:
        raise click.UsageError("--plot draws into the saved sweep; leave out --no-save.")
    refuse_unwritable(table)
    from montecarlo.study.sweeping import sweep as swept

    parsed = [parse_grid(each) for each in grids]
    if len(dict(parsed)) < len(parsed):
        raise click.UsageError("A key is given twice; give it once, with all its values.")
    question = loaded(scenario, changes)
    with over_processes("sweeping", workers=workers) as map_:
        found = swept(question, dict(parsed), draws=draws, seed=seed, map_=map_)
    place = picture = None
    try:
        if table is not None:
            import montecarlo.store as store

            store.write_new(table, found.csv())
        if not no_save:
            import montecarlo.saved_sweeps as saved_sweeps

            place = saved_sweeps.save(found, results)
            picture = _draw(found, place) if plot else None
    finally:
        # A sweep that cannot be saved is still a sweep.
        print_sweep(found, place, picture, as_json=as_json)


def _draw(found: Sweep, place: Path) -> Path:
    import montecarlo.saved_sweeps as saved_sweeps
    import montecarlo.store as store
    from montecarlo.plots.style import file_bytes
    from montecarlo.plots.sweeps import figure

    return store.add_file(place, saved_sweeps.PICTURE, file_bytes(figure(found), "png"))


def print_sweep(found: Sweep, place: Path | None, picture: Path | None = None, *, as_json: bool) -> None:
    """Print a sweep as tables, or as JSON."""
    if as_json:
        print_json(found.record())
        return
    from montecarlo.show.screen import print_rich
    from montecarlo.show.study_tables import sweep_screen

    print_rich(sweep_screen(found, saved=place, picture=picture))
