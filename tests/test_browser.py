"""Notebook 02 in JupyterLab, in a real browser: a slider is moved, and the number changes as `solve` says.

The picture of the page, for a person to look at, goes to the folder that the environment variable SCREENSHOTS names, by
default to pytest's temporary one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import browser, jupyter, opened

from montecarlo.exact.solver import solve
from montecarlo.scenario import Scenario, load

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "02-tune-the-probabilities.ipynb"


@pytest.mark.slow
def test_a_slider_moves_the_answer(tmp_path: Path) -> None:
    pytest.importorskip("jupyterlab", reason="the extra [test] brings jupyterlab")
    folder, scratch = tmp_path / "notebooks", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    shutil.copy(NOTEBOOK, folder)
    with browser() as started, jupyter(folder, scratch) as address:
        page, complaints = opened(started, address.format(name=NOTEBOOK.name), height=1400)
        run_all(page)
        answer = page.locator(".montecarlo-result").first
        scenario = load("electors-trust")
        assert probability(answer) == pytest.approx(exact(scenario), rel=1e-6)

        press(page, "each elector joins", "ArrowRight", answer)
        moved = scenario.replace({"defection.conditional": 0.06})
        assert probability(answer) == pytest.approx(exact(moved), rel=1e-6)
        assert f"{exact(moved):.6g}" in answer.inner_text()

        # However quickly it moves, the last value wins.
        for _ in range(5):
            handle(page, "each elector joins").press("ArrowRight")
        far = exact(scenario.replace({"defection.conditional": 0.11}))
        wait_for(answer, lambda: probability(answer) == pytest.approx(far, rel=1e-6))

        press(page, "each elector leaves", "ArrowRight", answer)
        page.get_by_role("button", name="Export as TOML").first.click()
        text = page.locator("textarea").first
        text.wait_for()
        page.wait_for_function("() => document.querySelector('textarea').value.includes('[defection]')")
        read = Scenario.from_text("exported", text.input_value())
        assert read.settings.defection.probability == pytest.approx(9 / 9110 * 10**0.01, rel=1e-5)
        assert probability(answer) == pytest.approx(exact(read), rel=1e-6)
        picture = Path(os.environ.get("SCREENSHOTS", tmp_path), "explorer.png")
        page.screenshot(path=picture)

        page.get_by_role("button", name="Reset").first.click()
        wait_for(answer, lambda: probability(answer) == pytest.approx(exact(scenario), rel=1e-6))
        assert complaints == []
    print(f"\nTo look at: {picture}")


def run_all(page: Page) -> None:
    """Run all cells once the kernel is there, and wait until it has done so."""
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".montecarlo-result").first.wait_for(timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)


def press(page: Page, slider: str, key: str, answer: Locator) -> None:
    """Press a key on the first slider of that name, and wait until the answer is another."""
    before = probability(answer)
    handle(page, slider).press(key)
    wait_for(answer, lambda: probability(answer) != before)


def handle(page: Page, slider: str) -> Locator:
    return page.locator(".widget-hslider", has_text=slider).first.locator(".noUi-handle")


def wait_for(answer: Locator, done: Any) -> None:
    for _ in range(200):
        if done():
            return
        answer.page.wait_for_timeout(50)
    pytest.fail(f"The answer stays as it is: {answer.inner_text()}")


def probability(answer: Locator) -> float:
    return float(answer.get_attribute("data-probability") or "nan")


def exact(scenario: Scenario) -> float:
    return solve(scenario.model()).probability
