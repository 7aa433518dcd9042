"""Runs on disk: one directory a run, with a manifest that replays it. The only module that writes.

::

    results/hamilton-2016-20161219-143000/
        manifest.json       scenario text and overrides, seed, stream, versions, counts, digests, the answer
        arrays.npz          counts by votes of either side, sums by state, the exact distribution
        distribution.png    if it was plotted
        report.html         if it was reported

A run appears whole or not at all: it is written beside its place, flushed to the disk and renamed. What is read back is
checked before it is believed: the manifest against its digest; names, sizes, types and shapes of the arrays before they
are loaded, their digests after.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.answer import Answer
from montecarlo.errors import InputError, StoreError
from montecarlo.manifest import ARRAY_TYPES, FORMAT, answer_from, arrays_of, digest_of, manifest_of, sha256
from montecarlo.model import MOST_VOTES

MANIFEST: Final = "manifest.json"
ARRAYS: Final = "arrays.npz"
_MOST_BYTES: Final = 8 * (2 * MOST_VOTES + 1) + 4096
_MOST_MANIFEST: Final = 16 << 20
DAMAGE: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError, EOFError, zipfile.BadZipFile)
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


def save(answer: Answer, results: Path) -> Path:
    """Write a run under `results` and return its directory.

    Raises
    ------
    StoreError
        If it cannot be written; nothing is left behind.
    """
    return save_whole(manifest_of(answer), {ARRAYS: _packed(arrays_of(answer))}, results, answer.scenario.name)


def save_whole(manifest: Mapping[str, Any], files: Mapping[str, bytes], results: Path, name: str) -> Path:
    """Write a manifest, with its digest, and other files as a new directory under `results`, and return that.

    Raises
    ------
    StoreError
        If it cannot be written; nothing is left behind.
    """
    told = json.dumps({**manifest, "digest": digest_of(manifest)}, indent=1, allow_nan=False).encode()
    try:
        results.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=results))
    except OSError as error:
        raise StoreError(f"The run cannot be saved in {results}: {error.strerror}.") from None
    try:
        scratch.chmod(0o755)
        for file, content in {**files, MANIFEST: told}.items():
            _write(scratch / file, content)
        _flush_directory(scratch)
        place = _rename(scratch, results, name)
        _flush_directory(results)
    except BaseException as error:
        shutil.rmtree(scratch, ignore_errors=True)
        if isinstance(error, OSError):
            raise StoreError(f"The run cannot be saved in {results}: {error.strerror}.") from None
        raise
    return place


def add_file(run: Path, name: str, content: bytes) -> Path:
    """Add a file, a picture say, to a saved run and return its path.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    write_file(run / name, content)
    return run / name


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that was there before is replaced.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        _write(unfinished, content)
        unfinished.replace(path)
        _flush_directory(path.parent)
    except BaseException as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StoreError(f"{path} cannot be written: {error.strerror}.") from None
        raise


def write_new(path: Path, text: str) -> None:
    """Write a text to a file that does not exist yet, whole or not at all.

    Raises
    ------
    InputError
        If it exists.
    StoreError
        If it cannot be written.
    """
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        _write(unfinished, text.encode())
        # Fails where a file is, while a rename would replace it.
        os.link(unfinished, path)
    except FileExistsError:
        raise InputError(f"{path} exists already; choose another name, or remove it first.") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def find(run: str, results: Path) -> Path:
    """Return the directory of a run given by its name in `results`, or by its path.

    Raises
    ------
    InputError
        If there is none, or the name leads out of the results folder.
    """
    separators = {"/", os.sep}
    place = Path(run) if separators & set(run) else results / run
    if not separators & set(run) and not _NAME.fullmatch(run):
        raise InputError(f"{run!r} is not the name of a run: letters, digits, dots, dashes and underscores make one.")
    if not (place / MANIFEST).is_file():
        raise InputError(f"There is no run {run!r}: {place / MANIFEST} does not exist.")
    return place


def load(run: Path) -> Answer:
    """Read a saved run back, as the answer it was.

    Raises
    ------
    InputError
        If it is a sweep.
    StoreError
        If the directory holds something else, or something that was changed since.
    """
    manifest = read_manifest(run)
    if "sweep" in manifest:
        raise InputError(f"{run} holds a sweep and not a run; `montecarlo show` prints it.")
    try:
        answer = answer_from(manifest, _read_arrays(run / ARRAYS))
        told = manifest["result"]["digest"], manifest["result"]["pmf"], manifest["scenario"]["digest"]
        found = answer.simulation.tally.digest, sha256(answer.pmf.tobytes()), answer.scenario.digest
    except DAMAGE as error:
        why = str(error).rstrip(".")
        text = f"{run} cannot be read back: {why}. It is damaged, or was not written by montecarlo."
        raise StoreError(text) from None
    if found != told:
        raise StoreError(f"{run} was changed after it was saved: its numbers do not fit their digests.")
    return answer


def read_manifest(run: Path) -> dict[str, Any]:
    """Read the manifest of a run, checked against its digest.

    Raises
    ------
    StoreError
        If the directory holds something else, or something that was changed since.
    """
    path = run / MANIFEST
    try:
        if path.stat().st_size > _MOST_MANIFEST:
            raise StoreError(f"{path} is larger than any manifest; it is not read.")
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is not the manifest of a run: {error}.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise StoreError(f"{path} is not a manifest of format {FORMAT}, the one that this version reads.")
    try:
        same = manifest.get("digest") == digest_of(manifest)
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise StoreError(f"{path} was changed after it was saved: it does not fit its digest.")
    return manifest


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays, after their names, sizes, types and shapes have been found plausible."""
    arrays = {}
    if not path.is_file() or path.stat().st_size > len(ARRAY_TYPES) * _MOST_BYTES:
        raise ValueError(f"{path.name} is no file, or larger than that of any run")
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        if set(members) != {f"{name}.npy" for name in ARRAY_TYPES} or len(members) != len(archive.infolist()):
            raise ValueError("its arrays have other names than those of a run")
        for name, kind in ARRAY_TYPES.items():
            member = members[f"{name}.npy"]
            if member.file_size > _MOST_BYTES:
                raise ValueError(f"its array {name} would take {member.file_size} bytes")
            arrays[name] = _read_array(name, archive.read(member), np.dtype(kind))
    return arrays


def _read_array(name: str, content: bytes, kind: np.dtype[Any]) -> NDArray[Any]:
    """Read one array without allocating what its header merely claims."""
    file = io.BytesIO(content)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError(f"its array {name} has another file format")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    start = file.tell()
    if dtype != kind or shape != ((len(content) - start) // kind.itemsize,):
        raise ValueError(f"its array {name} is not a list of {kind.name} numbers")
    return np.frombuffer(content, dtype=kind, offset=start)


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(path: Path) -> None:
    """Make a rename last; only POSIX systems need and can do it."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _rename(scratch: Path, results: Path, name: str) -> Path:
    """Give a finished run the first free name: scenario, time, and a number if that is taken."""
    stem = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name).strip('.-') or 'run'}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for number in range(1, 1000):
        place = results / (stem if number == 1 else f"{stem}-{number}")
        if not place.exists():
            try:
                return scratch.rename(place)
            except OSError:
                if not place.exists():
                    raise
    raise StoreError(f"There are a thousand runs named {stem} in {results}; remove some.")
