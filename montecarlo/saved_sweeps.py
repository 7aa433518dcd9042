"""Sweeps on disk: a directory of its own each, among the runs.

::

    results/lone-rogues-20161219-143000/
        manifest.json       scenario text and overrides, seed, stream, versions, digests, the sweep
        sweep.csv           the same points as a table
        sweep.png           if it was plotted
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import montecarlo.store as store
from montecarlo.errors import StoreError
from montecarlo.kernel.streams import STREAM_NAME
from montecarlo.manifest import machine_told, question_told, scenario_from
from montecarlo.study.sweeping import Sweep

TABLE: Final = "sweep.csv"
PICTURE: Final = "sweep.png"


def save(sweep: Sweep, results: Path) -> Path:
    """Write a sweep under `results` and return its directory.

    Raises
    ------
    StoreError
        If it cannot be written; nothing is left behind.
    """
    manifest = {
        **question_told(sweep.scenario),
        "stream": {"name": STREAM_NAME, "seed": sweep.seed},
        "sweep": sweep.record(),
        **machine_told(),
    }
    try:
        return store.save_whole(manifest, {TABLE: sweep.csv().encode()}, results, sweep.scenario.name)
    except StoreError as error:
        raise StoreError(str(error).replace("The run", "The sweep", 1)) from None


def is_sweep(place: Path) -> bool:
    """Whether a saved directory holds a sweep; if not, it holds a run.

    Raises
    ------
    StoreError
        If it holds something else, or something that was changed since.
    """
    return "sweep" in store.read_manifest(place)


def load(place: Path) -> Sweep:
    """Read a saved sweep back.

    Raises
    ------
    StoreError
        If the directory holds something else, or something that was changed since.
    """
    manifest = store.read_manifest(place)
    try:
        scenario = scenario_from(manifest["scenario"])
        if scenario.digest != manifest["scenario"]["digest"]:
            raise ValueError("its scenario does not fit its digest")
        return Sweep.from_record(scenario, manifest["sweep"])
    except store.DAMAGE as error:
        why = str(error).rstrip(".")
        text = f"{place} cannot be read back: {why}. It is damaged, or was not written by montecarlo."
        raise StoreError(text) from None
