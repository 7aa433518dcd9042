"""``montecarlo plot``: pictures of a saved run."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import pytest
from commands import answer, command, run_of

from montecarlo import store
from montecarlo.cli.plot_command import plot
from montecarlo.plots.kinds import KINDS


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved run; none of the tests that share it writes into it."""
    return store.save(run_of("lone-rogues")[1], tmp_path_factory.mktemp("plots"))


@pytest.fixture
def run(saved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(saved, tmp_path / "results" / "rogues")


def test_by_default_the_distribution_is_written_into_the_run(run: Path, tmp_path: Path) -> None:
    assert command("plot", "rogues", cwd=tmp_path).stdout == "results/rogues/distribution.png\n"
    assert (run / "distribution.png").read_bytes().startswith(b"\x89PNG")
    assert store.load(run).simulation.draws == 20_000, "the run can be read as before"


@pytest.mark.parametrize(("name", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_formats(name: str, start: bytes, run: Path, tmp_path: Path) -> None:
    command("plot", "rogues", "--kind", "tail", "--format", name, cwd=tmp_path)
    assert (run / f"tail.{name}").read_bytes().startswith(start)


def test_a_run_that_is_plotted_at_once_has_the_same_picture(tmp_path: Path) -> None:
    command("run", "close-2000", "--draws", "64", "--plot", cwd=tmp_path)
    (picture,) = tmp_path.glob("results/*/distribution.png")
    command("plot", picture.parent.name, "--to", "again.png", cwd=tmp_path)
    assert picture.read_bytes() == (tmp_path / "again.png").read_bytes()


def test_several_kinds_each_once_as_json(run: Path, tmp_path: Path) -> None:
    told = answer("plot", "rogues", "--kind", "totals", "--kind", "tail", "--kind", "totals", cwd=tmp_path)
    assert [each["kind"] for each in told["pictures"]] == ["totals", "tail"]
    assert [each["file"] for each in told["pictures"]] == ["results/rogues/totals.png", "results/rogues/tail.png"]
    assert "1 in 2.9e63" in told["pictures"][1]["shows"]
    assert all((tmp_path / each["file"]).is_file() for each in told["pictures"])


def test_a_file_of_ones_own(run: Path, tmp_path: Path) -> None:
    done = command("plot", "rogues", "--kind", "tail", "--to", "mine.png", cwd=tmp_path)
    assert done.stdout == "mine.png\n"
    assert (tmp_path / "mine.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in run.iterdir()} == {"manifest.json", "arrays.npz"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--kind", "house"], "The run has nothing for the picture 'house': the scenario says nothing of a House."),
        (["--kind", "pie"], "there are distribution, tail,"),
        (["--kind", "tail", "--kind", "totals", "--to", "a.png"], "--to takes one picture"),
        (["--kind", "all", "--to", "a.png"], "--to takes one picture"),
        (["--to", "results"], "'results' must end in .png or .svg or .pdf."),
        (["--to", "results/rogues/manifest.json"], "must end in .png or .svg or .pdf."),
        (["--to", "a.svg", "--format", "pdf"], "--format pdf and --to a.svg are not the same format."),
        (["--to", "nowhere/mine.png"], "nowhere/mine.png cannot be written: nowhere is no folder."),
        (["--format", "bmp"], "'bmp' is not one of 'png', 'svg', 'pdf'"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(options: list[str], told: str, run: Path, tmp_path: Path) -> None:
    assert told in command("plot", "rogues", *options, cwd=tmp_path, code=2).stderr
    assert {path.name for path in run.iterdir()} == {"manifest.json", "arrays.npz"}


def test_the_ending_tells_the_format(run: Path, tmp_path: Path) -> None:
    command("plot", "rogues", "--kind", "tail", "--to", "mine.svg", cwd=tmp_path)
    assert (tmp_path / "mine.svg").read_bytes().startswith(b"<?xml")


def test_no_such_run(tmp_path: Path) -> None:
    assert "There is no run 'rogues'" in command("plot", "rogues", cwd=tmp_path, code=2).stderr


def test_all_leaves_out_what_the_run_does_not_have(run: Path, tmp_path: Path) -> None:
    done = command("plot", "rogues", "--kind", "all", "--json", cwd=tmp_path)
    drawn = [each["kind"] for each in json.loads(done.stdout)["pictures"]]
    assert "Left out: house, as the scenario says nothing of a House.\n" in done.stderr
    assert {*drawn, *(line.split()[2].strip(",") for line in done.stderr.splitlines())} == set(KINDS)
    assert {path.stem for path in run.glob("*.png")} == set(drawn)


def test_the_help_names_every_kind_and_what_it_shows() -> None:
    told = plot.epilog or ""
    for kind in KINDS.values():
        assert f"\n  {kind.name:15}{kind.told}\n" in told


def test_letters_that_the_font_lacks_are_told_in_a_sentence(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        done = command("run", "bound-electors", "--draws", "1000", "--set", 'title="選舉"', "--plot", cwd=tmp_path)
    assert done.stderr.splitlines()[-1].startswith("Warning: The font of the pictures, DejaVu Sans, lacks some letters")
    assert ".py:" not in done.stderr
