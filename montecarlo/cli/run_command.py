"""``montecarlo run``: one scenario, answered exactly and by simulation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from montecarlo.cli.options import (
    json_option,
    loaded,
    print_json,
    results_option,
    scenario_argument,
    schema_option,
    set_option,
)
from montecarlo.cli.progress import answered

if TYPE_CHECKING:
    from montecarlo.answer import Answer

_DISAGREE, _IMPRECISE, _INTERRUPTED = 1, 3, 130
_PICTURE = "distribution.png"


@click.command(
    epilog="""\b
Examples:
  montecarlo run hamilton-2016 --plot
  montecarlo run lone-rogues --draws 10000000 --json
  montecarlo run bound-electors --set law.upheld=1 --set election.year=2024
  montecarlo run my-scenario.toml --seed 7 --workers 4 --out my-runs

Exit status: 0 done; 1 the run failed, or simulation and exact answer disagree; 2 bad input;
3 the asked precision was not reached; 130 interrupted (what was simulated until then, if anything, is printed and
saved).
"""
)
@scenario_argument
@click.option("--draws", type=int, metavar="N", help="Elections to simulate; by default what the scenario says.")
@click.option("--seed", type=int, metavar="S", help="Seed; by default the scenario's, else a fresh one.")
@set_option
@click.option("--workers", type=click.IntRange(min=1), metavar="W", help="Threads; by default all processors.")
@click.option(
    "--relative-error",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    metavar="R",
    help="Precision asked for, half the interval over the answer; exit status 3 if none of the answers reaches it.",
)
@json_option
@schema_option("run", "what --json prints")
@results_option
@click.option("--no-save", is_flag=True, help="Do not save the run.")
@click.option("--plot", is_flag=True, help="Draw the distribution of defecting votes into the saved run.")
@click.pass_context
def run(
    ctx: click.Context,
    scenario: str,
    draws: int | None,
    seed: int | None,
    changes: tuple[str, ...],
    workers: int | None,
    relative_error: float | None,
    as_json: bool,
    results: Path,
    no_save: bool,
    plot: bool,
) -> None:
    """Answer a scenario, exactly and by simulation.

    NAME is a shipped scenario (see `montecarlo scenarios`), PATH a TOML file.
    """
    if no_save and plot:
        raise click.UsageError("--plot draws into the saved run; leave out --no-save.")
    try:
        question = loaded(scenario, changes)
        answer = answered(question, draws=draws, seed=seed, relative_error=relative_error, workers=workers)
    except KeyboardInterrupt:
        raise click.Abort("Interrupted before there was an answer, so that nothing is printed or saved.") from None
    saved = picture = None
    try:
        if not no_save:
            import montecarlo.store as store

            saved = store.save(answer, results)
            if plot:
                from montecarlo.plots.distribution import figure
                from montecarlo.plots.style import file_bytes

                picture = store.add_file(saved, _PICTURE, file_bytes(figure(answer), "png"))
    except KeyboardInterrupt:
        lost = "the run is not saved" if saved is None else f"{saved} has no picture"
        raise click.Abort(f"Interrupted while saving: the answer is printed, but {lost}.") from None
    finally:
        # An answer that cannot be saved is still an answer.
        _print(answer, saved, picture, as_json=as_json)
    if not answer.finished:
        ctx.exit(_INTERRUPTED)
    if not answer.agrees:
        ctx.exit(_DISAGREE)
    if relative_error is not None and answer.relative_error > relative_error * 1.001:
        if answer.rare_event is None:
            reached = f"The relative error is {answer.relative_error:.2g}, not {relative_error:g} as asked"
            click.echo(f"{reached}; more --draws come nearer, or leave them out.", err=True)
        ctx.exit(_IMPRECISE)


def _print(answer: Answer, saved: Path | None, picture: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.record())
        return
    from montecarlo.show.screen import answer_screen, print_rich

    print_rich(answer_screen(answer, saved=saved, picture=picture))
