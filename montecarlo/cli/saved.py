"""``montecarlo show`` and ``verify``: commands about saved runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from montecarlo.cli.options import json_option, print_json, results_option
from montecarlo.cli.progress import answered
from montecarlo.cli.sweep_command import print_sweep

if TYPE_CHECKING:
    from montecarlo.answer import Answer

_DIFFERS = 1
_ROUNDING = 1e-11

run_argument = click.argument("run", metavar="RUN")


@click.command(epilog="\b\nExample:\n  montecarlo show hamilton-2016-20161219-143000\n")
@run_argument
@results_option
@json_option
def show(run: str, results: Path, as_json: bool) -> None:
    """Print a saved run or sweep again.

    RUN is its name in the results folder, or the path of its directory.
    """
    import montecarlo.saved_sweeps as saved_sweeps
    import montecarlo.store as store

    place = store.find(run, results)
    if saved_sweeps.is_sweep(place):
        print_sweep(saved_sweeps.load(place), place, as_json=as_json)
        return
    answer = store.load(place)
    if as_json:
        print_json(answer.record())
        return
    from montecarlo.show.screen import answer_screen, print_rich

    print_rich(answer_screen(answer, saved=place))


@click.command(epilog="\b\nExample:\n  montecarlo verify hamilton-2016-20161219-143000\n")
@run_argument
@results_option
@json_option
def verify(run: str, results: Path, as_json: bool) -> None:
    """Replay a saved run from its manifest; compare every count, and other numbers within their rounding errors.

    Exit status 1 if anything differs.
    """
    import montecarlo.store as store

    place = store.find(run, results)
    saved = store.load(place)
    draws, seed = saved.simulation.draws, saved.simulation.seed
    try:
        asked = None if saved.rare_event is None else saved.rare_event.asked
        again = answered(saved.scenario, draws=draws, seed=seed, relative_error=asked)
    except KeyboardInterrupt:
        again = None
    if again is None or not again.finished:
        raise click.Abort("Interrupted before all was replayed: nothing is compared, and the saved run is unchanged.")
    same_counts = again.simulation.tally.digest == saved.simulation.tally.digest
    same_exact = _same_exact(again, saved)
    same_weighed = _same_weighed(again, saved)
    report = {
        "run": str(place),
        "draws": draws,
        "counts_identical": same_counts,
        "exact_agrees": same_exact,
        "rare_event_agrees": same_weighed,
        "digest": saved.simulation.tally.digest,
        "replayed_digest": again.simulation.tally.digest,
    }
    if as_json:
        print_json(report)
    else:
        counts = "identical" if same_counts else "DIFFERENT from those saved"
        exact = "agrees within its error" if same_exact else "DIFFERENT from the one saved"
        exact = "there is none" if saved.solution is None and same_exact else exact
        click.echo(
            f"{draws:,} election{'' if draws == 1 else 's'} replayed with {again.simulation.backend}: counts {counts}"
        )
        click.echo(f"exact answer computed again: {exact}")
        if saved.rare_event is not None:
            click.echo(f"weighed answer drawn again: {'the same' if same_weighed else 'DIFFERENT from the one saved'}")
    click.get_current_context().exit(0 if same_counts and same_exact and same_weighed else _DIFFERS)


def _same_exact(one: Answer, other: Answer) -> bool:
    """Say whether both exact answers agree, or there is none."""
    if one.solution is None or other.solution is None:
        return one.solution is other.solution
    return one.solution.agrees_with(other.solution)


def _same_weighed(one: Answer, other: Answer) -> bool:
    """Say whether both weighed answers are the same but for rounding, or there is none."""
    if one.rare_event is None or other.rare_event is None:
        return one.rare_event is other.rare_event
    first, second = one.rare_event, other.rare_event
    same = first.log10_probability == second.log10_probability
    return same or abs(first.log10_probability - second.log10_probability) < _ROUNDING
