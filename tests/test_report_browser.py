"""The report in a real browser: at phone and desktop width, off line, printed, and checked for accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import browser, opened
from commands import command

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCENARIOS = ("house-decides", "whip-count")


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module", params=SCENARIOS)
def page(request: pytest.FixtureRequest, started: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    command("run", request.param, "--draws", "20000", "--seed", "7", "--set", "run.confidence=0.9", cwd=folder)
    (saved,) = (folder / "results").iterdir()
    command("report", saved.name, cwd=folder)
    return saved / "report.html"


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_it_fits_and_asks_for_nothing(started: Browser, page: Path, width: int) -> None:
    asked: list[str] = []
    shown, complaints = opened(started, "about:blank", width=width)
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(page.as_uri())
    wide, seen = shown.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen == width
    assert [url for url in asked if not url.startswith("data:")] == [page.as_uri()]
    assert complaints == []
    drawn = shown.evaluate("[...document.images].map(each => each.complete && each.naturalWidth > 300)")
    assert len(drawn) >= 2
    assert all(drawn)
    # Where the page is narrower than letters can be read, a picture moves sideways in its frame.
    assert min(shown.evaluate("[...document.images].map(each => each.clientWidth)")) >= 570
    shown.close()


@pytest.mark.slow
def test_scripts_are_forbidden_even_if_one_came_in(started: Browser, page: Path) -> None:
    """The policy of the page is a second lock behind the escaping."""
    opened_up = page.with_name("opened.html")
    opened_up.write_text(page.read_text().replace("</main>", "<script>document.title = 'run'</script></main>"))
    shown, complaints = opened(started, opened_up.as_uri())
    assert shown.title() != "run"
    assert any("Content Security Policy" in each for each in complaints)
    shown.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
def test_accessibility(started: Browser, page: Path, width: int) -> None:
    sync_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
    shown, _ = opened(started, page.as_uri(), width=width)
    shown.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    found = sync_playwright.Axe().run(shown)
    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 15
    shown.close()


@pytest.mark.slow
def test_printed_it_holds_the_scenario(started: Browser, page: Path) -> None:
    """What is folded away on the screen is unfolded on paper."""
    shown, _ = opened(started, page.as_uri())
    visible = "document.querySelector('details pre').checkVisibility()"
    assert not shown.evaluate(visible)
    shown.emulate_media(media="print")
    assert shown.evaluate(visible)
    shown.close()
