"""``montecarlo report``: a saved run as one page."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from montecarlo.cli.options import checked_target, results_option
from montecarlo.cli.saved import run_argument

_PAGE = "report.html"


@click.command(
    epilog="""\b
Examples:
  montecarlo report hamilton-2016-20161219-143000
  montecarlo report hamilton-2016-20161219-143000 --to hamilton.html
"""
)
@run_argument
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, replaced if it exists; by default report.html in the run.",
)
@results_option
def report(run: str, target: Path | None, results: Path) -> None:
    """Write a saved run as one HTML page that can be read, printed and passed on.

    RUN is its name in the results folder, or the path of its directory. Pictures are in the page itself; it asks
    nothing of the network, and needs no script.
    """
    import montecarlo.store as store

    if target is not None:
        checked_target(target, (".html", ".htm"))
    place = store.find(run, results)
    answer, manifest = store.load(place), store.read_manifest(place)
    from montecarlo.show.report import pictures_of, report_page

    pictures = pictures_of(answer, begin=_told)
    page = report_page(answer, run=place.resolve().name, manifest=manifest, pictures=pictures).encode()
    target = place / _PAGE if target is None else target
    store.write_file(target, page)
    click.echo(str(target))


def _told(kind: str) -> None:
    """Say on a terminal which picture is drawn: one that replays the simulation takes as long as that did."""
    if sys.stderr.isatty():
        click.echo(f"drawing: {kind}", err=True)
