"""The command line: each command loads, calls and shows.

Nothing heavy is imported before a command needs it, so that help and completion answer at once.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import click

from montecarlo.cli.look import electors, scenarios, validate
from montecarlo.cli.new_command import new
from montecarlo.cli.plot_command import plot
from montecarlo.cli.report_command import report
from montecarlo.cli.run_command import run
from montecarlo.cli.saved import show, verify
from montecarlo.cli.selfcheck_command import selfcheck
from montecarlo.cli.sweep_command import sweep
from montecarlo.cli.tune_command import tune
from montecarlo.errors import MonteCarloError

INTERRUPTED = 130


def _warned(message: Warning | str, *_: object, **__: object) -> None:
    """Tell a warning as a sentence, without the line of code that gave it."""
    click.echo(f"Warning: {message}", err=True)


class _Door(click.Group):
    """The one place where errors become sentences and exit codes."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _warned
                code = super().main(*args, **kwargs)
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except MonteCarloError as error:
            click.echo(f"Error: {error}", err=True)
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt) as interruption:
            click.echo(str(interruption) or "Interrupted; no saved run or other file was changed.", err=True)
            code = INTERRUPTED
        except UnicodeEncodeError as error:
            click.echo(f"Error: the output cannot be written as {error.encoding}; set PYTHONUTF8=1.", err=True)
            code = 1
        except OSError as error:
            click.echo(f"Error: {error.filename or 'the output'}: {error.strerror}.", err=True)
            code = 1
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    cls=_Door,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  montecarlo run hamilton-2016
  montecarlo run lone-rogues --draws 10000000 --set defection.probability=0.05 --plot
  montecarlo electors hamilton-2016 --state TX
""",
)
@click.version_option(package_name="montecarlo", prog_name="montecarlo")
def main() -> None:
    """Answer how likely it is that enough electors defect to deny a majority.

    Exactly and by simulation, from the probabilities that single electors defect.
    """


for _command in (run, tune, sweep, scenarios, electors, validate, show, plot, report, verify, new, selfcheck):
    main.add_command(_command)
