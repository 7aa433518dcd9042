"""Make the gallery again, pictures and text: ``python results/make_gallery.py``, some minutes.

Every shipped scenario is answered with one seed, so that the same numbers come out on any machine. The whole takes the
place of ``results/gallery`` and ``results/README.md``; with ``--only NAME`` the text of one scenario is printed.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image

import montecarlo as mc
import montecarlo.store as store
from montecarlo.plots.kinds import KINDS
from montecarlo.plots.style import file_bytes
from montecarlo.scenario import shipped
from montecarlo.show import numbers
from montecarlo.show.report import pictures_of, report_page

HERE = Path(__file__).parent
GALLERY = HERE / "gallery"
SEED = 20161219
"""The day on which the electors voted."""

FIRST = "hamilton-2016"
KINDS_OF = {
    "bound-electors": ("distribution", "laws"),
    "compromise-candidate": ("distribution", "totals"),
    "divisive-year": ("tail", "map"),
    "electors-trust": ("distribution", "contributions"),
    "first-mover": ("distribution", "cascade"),
    "five-days-left": ("distribution", "cascade"),
    "house-decides": ("distribution", "house"),
    "whip-count": ("distribution", "contributions"),
}
"""What is most telling; all that there is for the first, the distribution for those not named."""

HEAD = """# Results

`montecarlo run` saves every run in a folder here, beside the place where it was started; git ignores them. What is kept
here is a gallery of the shipped scenarios, made by `python results/make_gallery.py` with the seed {seed}:
`montecarlo run NAME --seed {seed}` gives the same numbers anywhere. The whole story also as a
[one-page report](gallery/{first}.html), to be downloaded and opened in a browser.
"""


def answered(name: str) -> mc.Answer:
    """Answer a scenario as the gallery does."""
    return mc.ask(mc.load(name), seed=SEED)


def kinds_of(name: str, answer: mc.Answer) -> list[str]:
    """Choose pictures that the answer has."""
    wanted = tuple(KINDS) if name == FIRST else KINDS_OF.get(name, ("distribution",))
    return [kind for kind in wanted if not KINDS[kind].missing(answer)]


def text(name: str, answer: mc.Answer) -> str:
    """Return the part of the page that tells one scenario."""
    scenario, simulation = answer.scenario, answer.simulation
    lines = [f"## {name}", "", f"**{scenario.title}.** {scenario.question}", ""]
    if answer.solution is not None:
        lines.append(f"**{numbers.in_words(answer.solution).capitalize()}**, exactly; simulated {_simulated(answer)}.")
    else:
        lines.append(
            f"**{numbers.share(simulation.hits, simulation.draws).capitalize()}**, simulated: {_simulated(answer)}."
        )
    lines += ["", *(f"![{KINDS[kind].alt(answer)}](gallery/{name}-{kind}.png)\n" for kind in kinds_of(name, answer))]
    return "\n".join(lines)


def _simulated(answer: mc.Answer) -> str:
    low, high = answer.interval
    times = f"{answer.simulation.hits:,} times in {answer.simulation.draws:,}"
    if not answer.simulation.hits:
        return f"{times}, so below {numbers.upper_limit(high)} at 95 %"
    return f"{times}, so {numbers.probability(low, digits=4)} to {numbers.probability(high, digits=4)} at 95 %"


def page_of(answer: mc.Answer) -> str:
    """Return the report of an answer, as of a run that was saved."""
    with tempfile.TemporaryDirectory() as results:
        run = store.save(answer, Path(results))
        pictures = pictures_of(answer, begin=print)
        return report_page(answer, run=run.name, manifest=store.read_manifest(run), pictures=pictures)


def make() -> None:
    """Write all."""
    shutil.rmtree(GALLERY, ignore_errors=True)
    GALLERY.mkdir()
    parts = []
    for name in (FIRST, *(each for each in shipped() if each != FIRST)):
        answer = answered(name)
        parts.append(text(name, answer))
        for kind in kinds_of(name, answer):
            picture = Image.open(io.BytesIO(file_bytes(KINDS[kind].draw(answer), "png"))).convert("RGB")
            # A palette makes a picture of few colours a third as large; this choice of one leaves the paper white.
            few = picture.quantize(colors=256, method=Image.Quantize.MAXCOVERAGE)
            few.save(GALLERY / f"{name}-{kind}.png", optimize=True)
        if name == FIRST:
            (GALLERY / f"{name}.html").write_text(page_of(answer), encoding="utf-8")
        print(name, flush=True)
    page = "\n".join([HEAD.format(seed=SEED, first=FIRST), *parts])
    (HERE / "README.md").write_text(page.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="print the text of one scenario and write nothing")
    only = parser.parse_args().only
    if only:
        print(text(only, answered(only)))
    else:
        make()
