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
# conditional = 0.01         # of the leader's electors: not alone, but if others do, by a pledge or cascade below
# party = {{ R = 0.001 }}      # of the electors of one party
# csv = "electors.csv"       # of single electors, from a table with the columns id, probability and conditional

# A group of electors: any of conditional, states, law, party and count may be left out.
# [defection.group.waverers]
# states = ["TX", "GA"]
# law = ["none", "pledge_only"]
# count = 20                 # this many of them, spread evenly
# probability = 0.1
# conditional = 0.4

# One elector; `montecarlo electors {name}` lists the ids.
# [defection.elector.TX-01]
# name = "Christopher Suprun"
# probability = 0.95

# What electors have in common: one factor for all, one a state. Or [common_odds] with alpha and beta.
# [factors]
# national = 0.3             # the square of a loading is its share of the variance
# state = 0.2
# degrees_of_freedom = 4     # of a t distribution; without it the factors are Gaussian

# Conditional electors act if at least as many are counted. Or [cascade], below, in place of it.
# [pledge]
# threshold = 37
# counts = "conditional"     # or "all": unconditional defectors are counted too

# Conditional electors join once enough others are seen: k of them with probability 1 - exp(-(k / scale)^shape).
# [cascade]
# scale = 30
# shape = 2                  # or, in place of both, cdf: a list of probabilities from 0 upwards
# rounds = 5                 # without it the cascade runs to its end
# visibility = 0.8           # probability that a defector is seen
# [cascade.group.waverers]   # a group with thresholds of its own
# scale = 10

# [pressure]                 # on the leader's electors, by the party
# probability = 0.8          # multiplies every probability of theirs
# hazard = 0.7               # multiplies the probability that the first one seen moves another in a cascade
# hazard_decay = 0.99        # and this comes with each further one

# [law]                      # without this section no law is enforced
# year = 2016                # the laws as of 2016 or 2024
# upheld = 0.5               # probability that the courts uphold them, all at once
# [law.cancelled]            # probability that a law of each kind cancels a defection, if upheld
# pledge_only = 0.0
# penalty = 0.0
# void_and_replace = 1.0
# void_and_replace_and_penalty = 1.0
# [law.deterred]             # multiplier on the probabilities of those whom a law of each kind binds
# penalty = 0.8

# Where defections go; the rest abstains. Without this table the other party's electors do not matter.
# [destination.leader]
# opponent = 0.1
# alternatives = {{ "John Kasich" = 0.6, "Mitt Romney" = 0.2 }}
# [destination.opponent]
# alternatives = {{ "John Kasich" = 0.5 }}

# The House that would choose: by the majority of a delegation, whom it votes for; with the rest it is divided.
# [house]
# congress = 115             # by default the one elected with the electors
# loading = 0.3              # of a factor that all delegations have in common
# [house.delegation]
# R = {{ leader = 0.9, alternative = 0.05 }}
# D = {{ opponent = 0.7, alternative = 0.2 }}
# tie = {{ leader = 0.3, opponent = 0.3 }}

# Contradictory accounts: each is the scenario with some values set otherwise. The weights sum to 1.
# [account.as-above]
# weight = 0.75
# [account.only-a-few]
# weight = 0.25
# set = {{ "defection.group.waverers.count" = 5, "factors.national" = 0 }}

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
