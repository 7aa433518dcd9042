"""A saved run as one HTML page, with everything in it: no script, no network, pictures inline.

Whatever comes from a scenario is escaped by the template; the page's own policy forbids scripts and requests on top of
that. Only sources are linked, and only to http and https. The same run gives the same page, byte for byte.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from montecarlo.answer import Answer
from montecarlo.plots.kinds import KINDS
from montecarlo.plots.style import file_bytes
from montecarlo.show import method_words, numbers, replay_words, report_words, words

_TEMPLATE: Final = "report.html.jinja"
_ELSEWHERE: Final = ("tail",)
"""Kinds that show what another one shows too."""

_LARGEST_SVG: Final = 120_000
"""Bytes from which on a picture is taken as PNG, if that is smaller."""

_URL: Final = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_WHOLE: Final = re.compile(r"\b(\d+) in (\d)")
_POWER: Final = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?|\([^()]*\))e(-?)(\d+)(?!\w|\.\d)")


@dataclass(frozen=True)
class Picture:
    """A picture of a run.

    Attributes
    ----------
    name, caption : str
        Its kind, and what it shows.
    alt : str
        The same in words with its numbers.
    source : str
        The picture itself, as a data URL.
    """

    name: str
    caption: str
    alt: str
    source: str


def pictures_of(answer: Answer, *, begin: Callable[[str], None]) -> tuple[Picture, ...]:
    """Draw every picture for which the answer has what it shows.

    Parameters
    ----------
    answer : Answer
        What to draw.
    begin : callable
        Called with the name of each kind before it is drawn; some replay the simulation.
    """
    found = []
    for kind in KINDS.values():
        if kind.name in _ELSEWHERE or kind.missing(answer):
            continue
        begin(kind.name)
        figure = kind.draw(answer)
        content, media = file_bytes(figure, "svg"), "image/svg+xml"
        if len(content) > _LARGEST_SVG:
            png = file_bytes(figure, "png")
            content, media = min((content, media), (png, "image/png"), key=lambda each: len(each[0]))
        source = f"data:{media};base64,{b64encode(content).decode('ascii')}"
        # After a semicolon stands what the picture costs, which is nothing to a reader.
        caption = kind.told.partition(";")[0]
        found.append(Picture(kind.name, caption, kind.alt(answer), source))
    return tuple(found)


def report_page(answer: Answer, *, run: str, manifest: Mapping[str, Any], pictures: Sequence[Picture]) -> str:
    """Return the page.

    Parameters
    ----------
    answer : Answer
        The saved answer.
    run : str
        Name of the saved run.
    manifest : mapping
        Its manifest, for versions and digests.
    pictures : sequence of Picture
        See `pictures_of`.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"typeset": typeset, "linked": linked}
    text = resources.files("montecarlo.show").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(text).render(
        answer=answer,
        scenario=answer.scenario,
        roster=answer.scenario.roster(),
        leader=words.candidates(answer)[0],
        run=run,
        manifest=manifest,
        pictures=pictures,
        words=words,
        report=report_words,
        method=method_words,
        replay=replay_words,
        numbers=numbers,
    )


def typeset(text: str) -> Markup:
    """Escape a text of ours, and write its numbers as one does on paper: 2.9 times ten to a power, plus or minus."""
    told = str(escape(text.replace("~ ", "about ").replace(" +- ", " ± ")))
    return Markup(_WHOLE.sub("\\1\u00a0in\u00a0\\2", _POWER.sub(_power, told)))


def _power(found: re.Match[str]) -> str:
    mantissa, sign, exponent = found.groups()
    return f"{mantissa}\u00a0×\u00a010<sup>{'−' if sign else ''}{exponent}</sup>"


def linked(text: str) -> Markup:
    """Escape a text, and link what is an address of the web in it: http or https, nothing else."""
    told, end = Markup(), 0
    for found in _URL.finditer(text):
        address = found.group().rstrip(".,;:!?]}")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(".,;:!?]}")
        told += escape(text[end : found.start()])
        told += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
        end = found.start() + len(address)
    return told + escape(text[end:])
