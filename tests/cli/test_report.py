"""``montecarlo report``: the page lands whole where it should, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import command

from montecarlo.plots.kinds import KINDS


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save a run; one picture is enough here."""
    monkeypatch.setattr("montecarlo.show.report.KINDS", {"totals": KINDS["totals"]})
    command("run", "close-2000", "--draws", "640", "--seed", "1", cwd=tmp_path)
    (place,) = (tmp_path / "results").iterdir()
    return place


def test_the_page_is_written_into_the_run(saved: Path) -> None:
    done = command("report", saved.name, cwd=saved.parents[1])
    assert done.stdout == f"results/{saved.name}/report.html\n"
    page = (saved / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    assert saved.name in page
    again = command("report", str(saved), cwd=saved.parents[1])
    assert again.exit_code == 0
    assert (saved / "report.html").read_text(encoding="utf-8") == page
    assert {path.name for path in saved.iterdir()} == {"manifest.json", "arrays.npz", "report.html"}
    command("show", saved.name, cwd=saved.parents[1])


def test_or_elsewhere(saved: Path, tmp_path: Path) -> None:
    done = command("report", saved.name, "--to", "told.html", cwd=tmp_path)
    assert done.stdout == "told.html\n"
    assert (tmp_path / "told.html").stat().st_size > 20_000
    assert not (saved / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["nothing"], 2, "There is no run 'nothing'"),
        (["RUN", "--to", "manifest.json"], 2, "must end in .html"),
        (["RUN", "--to", "no/such/folder.html"], 2, "cannot be written"),
    ],
)
def test_what_cannot_be_is_told(saved: Path, arguments: list[str], code: int, told: str) -> None:
    named = [saved.name if each == "RUN" else each for each in arguments]
    done = command("report", *named, cwd=saved.parents[1], code=code)
    assert told in done.stderr
    assert not list(saved.parents[1].rglob("*.html"))


def test_a_changed_run_is_refused(saved: Path) -> None:
    manifest = saved / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"asked": 640', '"asked": 641'))
    done = command("report", saved.name, cwd=saved.parents[1], code=1)
    assert "was changed after it was saved" in done.stderr


@pytest.mark.parametrize("at", ["montecarlo.show.report.file_bytes", "os.fsync"])
def test_an_interruption_leaves_nothing_behind(saved: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    before = {path.name for path in saved.iterdir()}
    monkeypatch.setattr(at, interrupted)
    done = command("report", saved.name, cwd=saved.parents[1], code=130)
    assert "no saved run or other file was changed" in done.stderr
    assert {path.name for path in saved.iterdir()} == before


def test_help_has_examples(tmp_path: Path) -> None:
    assert "montecarlo report hamilton-2016" in command("report", "--help", cwd=tmp_path).stdout
