"""The pictures of a saved run: one register for the command, the run that is plotted at once, and the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matplotlib.figure import Figure

from montecarlo.plots import cascade, contributions, convergence, distribution, house, state_map, vote_totals

if TYPE_CHECKING:
    from montecarlo.answer import Answer


@dataclass(frozen=True)
class Kind:
    """A kind of picture.

    Attributes
    ----------
    name : str
        The word for it on the command line.
    told : str
        What it shows, in a short line.
    missing : callable
        Called with an answer: "" if that has what the picture shows, else the reason as a clause.
    draw : callable
        Called with an answer: the whole figure.
    alt : callable
        Called with an answer: the picture in words with its numbers, for who cannot see it.
    """

    name: str
    told: str
    missing: Callable[[Answer], str]
    draw: Callable[[Answer], Figure]
    alt: Callable[[Answer], str]


def _never(answer: Answer) -> str:
    return ""


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            "distribution",
            "how many votes are lost, on a linear and a logarithmic axis",
            _never,
            distribution.figure,
            distribution.words,
        ),
        Kind("tail", "the same on a logarithmic axis alone", _never, distribution.tail_figure, distribution.words),
        Kind(
            "totals", "electoral votes of both sides, and the majority", _never, vote_totals.figure, vote_totals.words
        ),
        Kind(
            "convergence",
            "how the simulated probability settled, with its interval; as long as the run took",
            convergence.missing,
            convergence.figure,
            convergence.words,
        ),
        Kind(
            "map",
            "votes lost on average, state by state",
            _never,
            state_map.defections_figure,
            state_map.defections_words,
        ),
        Kind(
            "laws",
            "kinds of binding law, state by state",
            state_map.missing_laws,
            state_map.laws_figure,
            state_map.laws_words,
        ),
        Kind("cascade", "votes lost after each round of a cascade", cascade.missing, cascade.figure, cascade.words),
        Kind(
            "contributions",
            "the answer without each mechanism, and each contradictory account alone, if there are any",
            contributions.missing,
            contributions.figure,
            contributions.words,
        ),
        Kind("house", "whom the House would choose", house.missing, house.figure, house.words),
    )
}
