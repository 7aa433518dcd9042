"""``montecarlo show`` and ``verify``: commands about saved runs."""

from __future__ import annotations

from pathlib import Path

import click

from montecarlo.cli.options import json_option, print_json, results_option

_DIFFERS = 1

run_argument = click.argument("run", metavar="RUN")


@click.command(epilog="\b\nExample:\n  montecarlo show hamilton-2016-20161219-143000\n")
@run_argument
@results_option
@json_option
def show(run: str, results: Path, as_json: bool) -> None:
    """Print a saved run again.

    RUN is its name in the results folder, or the path of its directory.
    """
    from montecarlo import store

    place = store.find(run, results)
    answer = store.load(place)
    if as_json:
        print_json(answer.record())
        return
    from montecarlo.show.screen import answer_screen, print_rich

    print_rich(answer_screen(answer, saved=str(place)))


@click.command(epilog="\b\nExample:\n  montecarlo verify hamilton-2016-20161219-143000\n")
@run_argument
@results_option
@json_option
def verify(run: str, results: Path, as_json: bool) -> None:
    """Replay a saved run from its manifest and compare every count and the exact answer.

    Exit status 1 if anything differs.
    """
    from montecarlo import store
    from montecarlo.engine.executors import processors, threads
    from montecarlo.engine.simulation import simulate
    from montecarlo.exact.solver import solve

    place = store.find(run, results)
    saved = store.load(place)
    first = saved.simulation
    with threads(processors()) as map_:
        again = simulate(saved.model, first.draws, seed=first.seed, map_=map_)
    same_counts = again.tally.digest == first.tally.digest
    same_exact = solve(saved.model).probability == saved.solution.probability
    report = {
        "run": str(place),
        "draws": first.draws,
        "counts_identical": same_counts,
        "exact_identical": same_exact,
        "digest": first.tally.digest,
        "replayed_digest": again.tally.digest,
    }
    if as_json:
        print_json(report)
    else:
        click.echo(f"{first.draws:,} elections replayed with {again.backend}: {_verdict('counts', same_counts)}")
        click.echo(f"exact answer computed again: {_verdict('probability', same_exact)}")
    click.get_current_context().exit(0 if same_counts and same_exact else _DIFFERS)


def _verdict(what: str, same: bool) -> str:
    return f"{what} identical" if same else f"{what} DIFFERENT from those saved"
