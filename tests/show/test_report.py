"""The page: its structure, what is escaped in it, and that it is the same every time."""

from __future__ import annotations

import itertools
import json
import re
from base64 import b64decode
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from commands import run_of

from montecarlo.answer import Answer
from montecarlo.asking import ask
from montecarlo.manifest import digest_of, manifest_of
from montecarlo.plots.kinds import KINDS
from montecarlo.scenario import Scenario, load
from montecarlo.show.report import Picture, linked, pictures_of, report_page, typeset

_VOID = {"meta", "link", "img"}
_HOSTILE = "</title></style></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;{{ 7 * 7 }}{% x %}"


class Parsed(HTMLParser):
    """A page taken apart: every start tag with its attributes, and the text of every element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(page)
        assert not self._open, "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        opened, text = self._open.pop()
        assert opened == tag
        told = "".join(text)
        self.texts.append((tag, re.sub(r"\s+", " ", told).strip() if tag != "pre" else told))
        if self._open:
            self._open[-1][1].append(told)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][1].append(data)

    def of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(answer: Answer, *, run: str = "a-run", pictures: tuple[Picture, ...] = ()) -> str:
    manifest = manifest_of(answer)
    manifest["digest"] = digest_of(manifest)
    return report_page(answer, run=run, manifest=manifest, pictures=pictures)


@cache
def parsed(name: str) -> Parsed:
    return Parsed(page(run_of(name)[1]))


SCENARIOS = ("lone-rogues", "close-2000", "house-decides", "electors-trust", "whip-count", "bound-electors")


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_page_is_well_made(name: str) -> None:
    found = parsed(name)
    assert found.attributes("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(attributes.get("scope") in ("row", "col") for attributes in found.attributes("th"))
    assert len(found.of("caption")) == len(found.of("table")) > 0
    assert all(found.of("h2") + found.of("p"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_fetched_and_nothing_runs(name: str) -> None:
    found = parsed(name)
    assert not {"script", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in found.tags}
    links = found.attributes("a")
    assert len(links) >= len(run_of(name)[1].scenario.sources)
    assert all(str(each["href"]).startswith(("https://", "http://")) and each["rel"] == "noreferrer" for each in links)
    for tag, attributes in found.tags:
        assert not [key for key in attributes if key.startswith("on") or key == "style"]
        assert str(attributes.get("src", "data:")).startswith("data:")
        assert tag == "a" or str(attributes.get("href", "data:")).startswith("data:")
    (style,) = found.of("style")
    assert not re.search(r"url\(|@import|http", style)


def test_pictures_are_whole_and_told_in_words() -> None:
    answer, begun = run_of("lone-rogues")[1], list[str]()
    pictures = pictures_of(answer, begin=begun.append)
    assert begun == [picture.name for picture in pictures]
    assert begun == [name for name, kind in KINDS.items() if name != "tail" and not kind.missing(answer)]
    for picture in pictures:
        kind, content = picture.source.split(";base64,")
        start = {"data:image/svg+xml": b"<?xml", "data:image/png": b"\x89PNG"}[kind]
        assert b64decode(content).startswith(start)
        assert len(picture.alt) > 40
    text = page(answer, pictures=pictures)
    assert len(text) < 1_500_000
    found = Parsed(text)
    assert [each["alt"] for each in found.attributes("img")] == [picture.alt for picture in pictures]
    assert len(found.of("figcaption")) == len(found.of("figure")) == len(pictures) >= 2
    assert all(found.of("figcaption"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_probability_is_shown_as_nothing(name: str) -> None:
    """Whom a House cannot elect, it cannot: its tables may say so."""
    text = " ".join(told for tag, told in parsed(name).texts if tag in ("p", "td", "li", "dd", "caption"))
    assert not re.search(r"(?<![\d.,])0 (?:of|in) [\d,]|\bcertain\b|(?<!= )(?<!= -)\b0\.0+\b(?! s\b)", text)
    assert ("impossible" in text) == (name == "house-decides")


def test_the_sections_stand_in_order() -> None:
    headings = parsed("house-decides").of("h2")
    assert headings == [
        "Probability that Donald Trump is denied the majority", "How sure is that?", "What is needed",
        "Who has a majority then", "If the House has to choose", "If it happens", "Assumptions", "Sources",
        "Method", "How to get these numbers again",
    ]  # fmt: skip
    assert {"Each account as if it were true", "What each mechanism contributes"} <= set(parsed("whip-count").of("h2"))
    assert parsed("whip-count").of("h3") == [
        "Chance in the simulation",
        "Rounding in the computation",
        "The assumptions",
    ]


def test_numbers_are_the_answers() -> None:
    answer, texts = run_of("house-decides")[1], parsed("house-decides").of("tr")
    assert "Donald Trump87 in 100" in texts
    assert any(row.startswith("TX") and "4.89" in row and "3.8" in row for row in texts)
    assert answer.scenario.digest in parsed("house-decides").of("dd")
    assert answer.scenario.text in parsed("house-decides").of("pre")


HOSTILE = f"""
title = {json.dumps(_HOSTILE)}
question = {json.dumps(_HOSTILE)}
assumptions = [{json.dumps(_HOSTILE)}]
sources = [
    "javascript:alert(1)",
    "data:text/html,<b>x</b>",
    "See https://example.org/a?b=1&c=%22><b onclick=x>, or (http://example.org/d_(e)).",
    '''HTTPS://example.org/"onmouseover="alert(1)''',
]
[defection]
probability = 0.3
csv = '''<b>&table.csv'''
[defection.elector.TX-01]
probability = 0.5
name = "<b>&"
[destination.leader]
alternatives = {{ "<script>alert(2)</script>" = 0.5, "\\"'><b>" = 0.3 }}
[destination.opponent]
alternatives = {{ "<script>alert(2)</script>" = 0.5, "\\"'><b>" = 0.3 }}
"""


@pytest.fixture(scope="module")
def hostile() -> Answer:
    tables = {"<b>&table.csv": "id,probability\nTX-02,0.25\n"}
    scenario = Scenario.from_text('"><script>alert(3)</script>', HOSTILE, tables=tables)
    return ask(scenario.replace({"defection.elector.TX-03": {"probability": 0.1, "name": "<i>&"}}), draws=64, seed=1)


def test_what_a_scenario_says_stays_text(hostile: Answer) -> None:
    harmless = Picture("x", "<b>told</b>", '"><script>alert(4)</script>', "data:image/png;base64,AAAA")
    found = Parsed(page(hostile, run='"><script>alert(5)</script>', pictures=(harmless,)))
    assert not {"script", "b", "i"} & {tag for tag, _ in found.tags}
    assert len(found.attributes("img")) == 1
    assert not [key for _, attributes in found.tags for key in attributes if key.startswith("on")]
    assert found.attributes("img")[0]["alt"] == harmless.alt
    scenario = hostile.scenario
    assert found.of("title") == [scenario.title] == found.of("h1")
    assert re.sub(r"\s+", " ", scenario.question) in found.of("p")
    assert set(scenario.assumptions) <= set(found.of("li"))
    assert scenario.text in found.of("pre")
    assert "id,probability\nTX-02,0.25\n" in found.of("pre")
    assert "<script>alert(2)</script>" in found.of("th")
    assert any("alert(5)" in text for text in found.of("footer") + found.of("p"))
    assert any("<i>&" in text for text in found.of("code"))
    assert "49" not in " ".join(found.of("h1"))


def test_only_addresses_of_the_web_are_links(hostile: Answer) -> None:
    found = Parsed(page(hostile))
    assert [attributes["href"] for attributes in found.attributes("a")] == [
        "https://example.org/a?b=1&c=%22", "http://example.org/d_(e)", "HTTPS://example.org/",
    ]  # fmt: skip
    assert [text for text in found.of("li") if text in hostile.scenario.sources] == list(hostile.scenario.sources)


def test_links() -> None:
    assert linked("x, http://a.b/c.") == 'x, <a href="http://a.b/c" rel="noreferrer">http://a.b/c</a>.'
    assert "<a" not in linked("javascript:alert('http:')")
    assert "<a" not in linked("xhttp:/a ftp://b")


def test_numbers_are_typeset() -> None:
    assert typeset("1 in 2.9e63.") == "1\u00a0in\u00a02.9\u00a0×\u00a010<sup>63</sup>."
    assert typeset("(3.51 +- 0.07)e-64 at 95 %") == "(3.51 ± 0.07)\u00a0×\u00a010<sup>−64</sup> at 95 %"
    assert typeset("~ <b>") == "about &lt;b&gt;"
    assert typeset("sha256:12e4f") == "sha256:12e4f"


def test_changes_stand_at_the_top() -> None:
    answer = ask(load("lone-rogues").replace({"defection.probability": 0.2}), draws=64, seed=1)
    found = Parsed(page(answer))
    assert found.of("h2")[0] == "Changed, whatever the title and the text below say"
    assert "defection.probability = 0.2" in found.of("code")


def test_an_interrupted_run_says_so() -> None:
    answer = replace(run_of("lone-rogues")[1], asked=1_000_000, denial=None, rare_event=None)
    found = Parsed(page(answer))
    assert found.of("h2")[0] == "Interrupted"
    assert any("20,000 of 1,000,000" in text for text in found.of("p"))
    assert "If it happens" not in found.of("h2")


def test_the_same_run_is_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the quickest of the pictures; that all of them are the same to the byte is a test of theirs."""
    monkeypatch.setattr("montecarlo.show.report.KINDS", {"totals": KINDS["totals"]})
    answer = run_of("close-2000")[1]
    manifest: dict[str, Any] = {**manifest_of(answer), "digest": "sha256:0"}

    def once() -> str:
        pictures = pictures_of(answer, begin=lambda kind: None)
        return report_page(answer, run="r", manifest=manifest, pictures=pictures)

    assert once() == once()
