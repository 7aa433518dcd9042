"""Saved runs: what is written comes back, what was changed is refused, nothing is left half-written."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from montecarlo import store
from montecarlo.answer import Answer
from montecarlo.asking import ask
from montecarlo.errors import InputError, StoreError
from montecarlo.manifest import arrays_of, digest_of
from montecarlo.scenario import load


@pytest.fixture(scope="module")
def answer() -> Answer:
    return ask(load("bound-electors").replace({"law.upheld": 0.25, "run.confidence": 0.9}), draws=5000, seed=0)


@pytest.fixture
def run(answer: Answer, tmp_path: Path) -> Path:
    return store.save(answer, tmp_path / "results")


def test_what_is_written_comes_back(answer: Answer, run: Path) -> None:
    again = store.load(run)
    assert again.record() == answer.record()
    assert again.scenario.digest == answer.scenario.digest
    assert again.simulation.tally.digest == answer.simulation.tally.digest
    assert (again.solution.pmf == answer.solution.pmf).all()
    assert again.scenario.overrides == {"law.upheld": 0.25, "run.confidence": 0.9}


def test_the_manifest_holds_all_that_a_replay_needs(answer: Answer, run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["stream"]["seed"] == 0
    assert manifest["stream"]["name"].startswith("xoshiro256++")
    assert manifest["stream"]["block"] == answer.simulation.block
    assert manifest["scenario"]["text"] == answer.scenario.text
    assert {"montecarlo", "numpy", "python", "scipy"} <= set(manifest["versions"])
    assert manifest["result"]["backend"] in {"numpy", "numba"}


def test_runs_of_one_second_get_names_of_their_own(answer: Answer, tmp_path: Path) -> None:
    places = [store.save(answer, tmp_path) for _ in range(5)]
    assert len(set(places)) == 5
    assert {place.name for place in places} == {path.name for path in tmp_path.iterdir()}


def test_a_failed_save_leaves_nothing(answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match=r"cannot be saved in .*: No space left on device"):
        store.save(answer, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "",
        "-x",
        ".hidden",
        "a b",
        "a\nb",
        "a\x00b",
        "x" * 201,
        "~",
        "*",
        "con:",
        "a;b",
        "$(x)",
        "é",
        "%2e%2e",
    ],
)
def test_hostile_names(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        store.find(name, tmp_path)


@pytest.mark.parametrize("name", ["../x", "/etc", "a/../../b", "../../etc/passwd"])
def test_paths_without_a_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no run"):
        store.find(name, tmp_path)


def change(run: Path, *keys: str, value: object) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    inner = manifest
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    (run / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("result", "draws"), 4999),
        (("result", "unsolved"), "It was too hard."),
        (("result", "solution"), None),
        (("result", "solution", "log10_probability"), (-50.0).hex()),
        (("result", "solution", "complement"), 0.0),
        (("result", "solution", "relative_error_bound"), "0x0p0"),
        (("result", "solution", "outcomes", "other_majority"), "0x1p-1"),
        (("result", "seconds"), "nan"),
        (("scenario", "overrides"), {}),
        (("scenario", "text"), "title ="),
        (("stream", "name"), "another"),
        (("stream",), None),
        (("answer", "simulation", "hits"), 1),
        (("digest",), "sha256:0"),
        (("extra",), float("nan")),
    ],
)
def test_every_change_of_the_manifest_is_noticed(run: Path, keys: tuple[str, ...], value: object) -> None:
    change(run, *keys, value=value)
    with pytest.raises(StoreError, match="was changed after it was saved"):
        store.load(run)


def test_a_manifest_of_another_format(run: Path) -> None:
    change(run, "format", value=99)
    with pytest.raises(StoreError, match="not a manifest of format 4"):
        store.load(run)


@pytest.mark.parametrize(
    ("key", "value"), [("stream", None), ("result", {}), ("scenario", {"text": 1}), ("stream", {"seed": "one"})]
)
def test_a_manifest_that_fits_its_digest_and_nothing_else(run: Path, key: str, value: object) -> None:
    change(run, key, value=value)
    manifest = json.loads((run / "manifest.json").read_text())
    change(run, "digest", value=digest_of(manifest))
    with pytest.raises(StoreError, match="cannot be read back"):
        store.load(run)


def test_changed_counts_are_noticed(answer: Answer, run: Path) -> None:
    counts = answer.simulation.counts.copy()
    counts[[5, 40]] += [-1, 1]
    np.savez(run / "arrays.npz", **arrays_of(answer) | {"counts": counts})
    with pytest.raises(StoreError, match="was changed"):
        store.load(run)


def header(shape: str, kind: str = "<i8") -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": eval(shape)})
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(header("(1000000000000,)") + b"\0" * 80, id="a header that asks for 8 TB"),
        pytest.param(header("(10,)", "|O") + b"\0" * 80, id="objects"),
        pytest.param(header("(2, 5)") + b"\0" * 80, id="two dimensions"),
        pytest.param(header("(10,)", "<f4") + b"\0" * 40, id="another type"),
        pytest.param(b"\0" * (64 << 20), id="a bomb"),
        pytest.param(b"no array", id="no array"),
    ],
)
def test_hostile_arrays(run: Path, content: bytes) -> None:
    with zipfile.ZipFile(run / "arrays.npz") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(run / "arrays.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, good in members.items():
            archive.writestr(name, content if name == "counts.npy" else good)
    with pytest.raises(StoreError, match="cannot be read back"):
        store.load(run)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip file"])
def test_a_damaged_archive(run: Path, content: bytes) -> None:
    (run / "arrays.npz").write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read back"):
        store.load(run)


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"[]", b"\xff"])
def test_a_damaged_manifest(run: Path, content: bytes) -> None:
    (run / "manifest.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"manifest"):
        store.load(run)


def test_arrays_that_are_no_file_are_not_read(run: Path) -> None:
    (run / store.ARRAYS).unlink()
    (run / store.ARRAYS).symlink_to("/dev/zero")
    with pytest.raises(StoreError, match="no file"):
        store.load(run)


def test_a_new_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            store.write_new(tmp_path / "new.csv", "a,b\n")
    assert not list(tmp_path.iterdir())
    store.write_new(tmp_path / "new.csv", "a,b\n")
    with pytest.raises(InputError, match="exists already"):
        store.write_new(tmp_path / "new.csv", "c\n")
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]
    assert (tmp_path / "new.csv").read_text() == "a,b\n"
