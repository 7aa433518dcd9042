"""``montecarlo plot``: the pictures of a saved run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from montecarlo.cli.options import checked_target, json_option, print_json, results_option
from montecarlo.cli.saved import run_argument

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from montecarlo.answer import Answer
    from montecarlo.plots.kinds import Kind
    from montecarlo.plots.style import FileFormat

_ALL = "all"
_FORMATS = "png", "svg", "pdf"


class _KindName(click.ParamType[str]):
    """A kind of picture, or all, completed by the shell."""

    name = "kind"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from montecarlo.plots.kinds import KINDS

        return [CompletionItem(name) for name in (*KINDS, _ALL) if name.startswith(incomplete)]


@click.command(
    epilog="""\b
Kinds:
  distribution   how many votes are lost, on a linear and a logarithmic axis
  tail           the same on a logarithmic axis alone
  totals         electoral votes of both sides, and the majority
  convergence    how the simulated probability settled, with its interval; as long as the run took
  map            votes lost on average, state by state
  laws           kinds of binding law, state by state
  cascade        votes lost after each round of a cascade
  contributions  the answer without each mechanism, and each contradictory account alone, if there are any
  house          whom the House would choose

\b
Examples:
  montecarlo plot hamilton-2016-20161219-143000
  montecarlo plot hamilton-2016-20161219-143000 --kind totals --kind house --format svg
  montecarlo plot hamilton-2016-20161219-143000 --kind all
  montecarlo plot hamilton-2016-20161219-143000 --kind tail --format pdf --to tail.pdf
"""
)
@run_argument
@click.option(
    "--kind",
    "names",
    metavar="KIND",
    type=_KindName(),
    multiple=True,
    default=("distribution",),
    show_default="distribution",
    help="What to draw, or all that the run can show. May be given several times.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(_FORMATS),
    help="Format of the files; by default png, or what --to ends in.",
)
@click.option("--to", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write the one picture here.")
@results_option
@json_option
def plot(
    run: str, names: tuple[str, ...], file_format: FileFormat | None, target: Path | None, results: Path, as_json: bool
) -> None:
    """Draw a saved run.

    RUN is its name in the results folder, or the path of its directory. Each picture is written into that directory,
    as distribution.png say, and its path is printed.
    """
    if target is not None and (len(set(names)) != 1 or _ALL in names):
        raise click.UsageError("--to takes one picture; give one --kind with it.")
    file_format = _format(file_format, target)
    import montecarlo.store as store
    from montecarlo.plots.style import file_bytes

    place = store.find(run, results)
    answer = store.load(place)
    drawn = [(kind, file_bytes(kind.draw(answer), file_format)) for kind in _kinds(answer, names)]
    written = []
    for kind, content in drawn:
        path = place / f"{kind.name}.{file_format}" if target is None else target
        store.write_file(path, content)
        written.append({"kind": kind.name, "file": str(path), "shows": kind.alt(answer)})
    if as_json:
        print_json({"run": str(place), "pictures": written})
    else:
        click.echo("\n".join(each["file"] for each in written))


def _format(asked: FileFormat | None, target: Path | None) -> FileFormat:
    """Return the format that is asked for, or that the file's ending tells."""
    if target is None:
        return asked or "png"
    endings = tuple(f".{each}" for each in _FORMATS)
    found: FileFormat = checked_target(target, endings).suffix[1:]  # type: ignore[assignment]
    if asked not in (None, found):
        raise click.UsageError(f"--format {asked} and --to {target} are not the same format.")
    return found


def _kinds(answer: Answer, names: tuple[str, ...]) -> list[Kind]:
    """Return the kinds that are asked for, each once; what the run cannot show is told, or an error if it was named."""
    from montecarlo.errors import InputError
    from montecarlo.language.problems import shown
    from montecarlo.plots.kinds import KINDS

    unknown = [name for name in names if name not in {*KINDS, _ALL}]
    if unknown:
        raise InputError(f"There is no picture {shown(unknown[0])}; there are {', '.join(KINDS)}, and all.")
    found = []
    for name in dict.fromkeys([*KINDS] if _ALL in names else names):
        reason = KINDS[name].missing(answer)
        if not reason:
            found.append(KINDS[name])
        elif name in names:
            raise InputError(f"The run has nothing for the picture {name!r}: {reason}.")
        else:
            click.echo(f"Left out: {name}, as {reason}.", err=True)
    return found
