"""``montecarlo new``: a scenario to start from."""

from __future__ import annotations

import re
from pathlib import Path

import click

_TEMPLATE = """\
# A scenario. Check it with `montecarlo validate {name}`, run it with `montecarlo run {name}`.
# A line that begins with # is ignored; remove the # to use it.

title = "{title}"
question = "How likely is it that the leader loses its majority?"
assumptions = ["Each elector decides alone."]
sources = []

[election]
year = 2016                  # 2000, 2004, ... 2024
# leader = "R"               # whose majority may be denied; by default the winner's party
# blocs = ["TX"]             # states whose electors of one party vote as one

[defection]
probability = "9/9110"       # of every elector: a number, or a fraction in quotes
# party = {{ R = 0.001 }}      # of the electors of one party; only the leader's matter
# csv = "electors.csv"       # of single electors, from a table with the columns id and probability

# A group of electors: any of states, law, party and count may be left out.
# [defection.group.waverers]
# states = ["TX", "GA"]
# law = ["none", "pledge_only"]
# count = 20                 # this many of them, spread evenly
# probability = 0.3

# One elector; `montecarlo electors {name}` lists the ids.
# [defection.elector.TX-01]
# name = "Christopher Suprun"
# probability = 0.95

# [law]                      # without this section no law is enforced
# year = 2016                # the laws as of 2016 or 2024
# upheld = 0.5               # probability that the courts uphold them, all at once
# [law.cancelled]            # probability that a law of each kind cancels a defection, if upheld
# pledge_only = 0.0
# penalty = 0.0
# void_and_replace = 1.0
# void_and_replace_and_penalty = 1.0

[run]
draws = 1000000
# seed = 7                   # without one every run draws its own, and records it
# confidence = 0.95
"""


@click.command(epilog="\b\nExample:\n  montecarlo new my-scenario.toml\n")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def new(path: Path) -> None:
    """Write a commented scenario to start from; an existing file is left alone."""
    from montecarlo.errors import InputError
    from montecarlo.store import write_new

    if path.suffix != ".toml" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}", path.stem):
        raise InputError(f"{path.name!r} is no name for a scenario; use letters, digits and dashes, as in my-own.toml.")
    title = re.sub("[-_ ]+", " ", path.stem).strip().capitalize()
    write_new(path, _TEMPLATE.format(name=path, title=title))
    click.echo(f"{path} is written. Edit it, then: montecarlo run {path}")
