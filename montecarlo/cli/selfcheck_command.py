"""``montecarlo selfcheck``: whether the program works on this machine."""

from __future__ import annotations

import click

from montecarlo.cli.options import json_option, print_json

_FAILED = 1


@click.command(
    epilog="""\b
Examples:
  montecarlo selfcheck
  montecarlo selfcheck --json > selfcheck.json

Exit status: 0 if everything agrees, 1 if anything does not.
"""
)
@json_option
@click.pass_context
def selfcheck(ctx: click.Context, as_json: bool) -> None:
    """Check the program on this machine against published answers and recorded counts.

    Published and closed-form cases are computed again; every kind of model is simulated, must give the counts that were
    recorded on another machine, with NumPy and with numba where it is installed, and must agree with its exact answer.
    It takes some seconds; the first time, numba compiles its kernel, which may take up to a minute more.
    """
    from montecarlo.study.selfcheck import check

    report = check()
    if as_json:
        print_json(report.record())
    else:
        from montecarlo.show.screen import print_rich
        from montecarlo.show.selfcheck_table import selfcheck_screen

        print_rich(selfcheck_screen(report))
    ctx.exit(0 if report.passed else _FAILED)
