"""How to get the same numbers again: commands, and what was recorded of the run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from montecarlo.answer import RELATIVE_ERROR, Answer
from montecarlo.scenario import Scenario, load, shipped


def commands(answer: Answer, run: str) -> list[str]:
    """Return the commands that run the scenario again, and that compare the saved run with a replay.

    Parameters
    ----------
    answer : Answer
        What was saved.
    run : str
        Name of the saved run.
    """
    scenario, simulation = answer.scenario, answer.simulation
    line = ["montecarlo", "run", scenario.name if is_shipped(scenario) else file_of(scenario)]
    line += ["--draws", str(simulation.draws), "--seed", str(simulation.seed)]
    if answer.rare_event is not None and answer.rare_event.asked != RELATIVE_ERROR:
        line += ["--relative-error", f"{answer.rare_event.asked:g}"]
    for key, value in scenario.overrides.items():
        if value is not None:
            line += ["--set", f"{key}={_toml(value)}"]
    return [shlex.join(line), shlex.join(["montecarlo", "verify", run])]


def is_shipped(scenario: Scenario) -> bool:
    """Say whether the scenario comes with the program, word for word."""
    return scenario.name in shipped() and load(scenario.name).text == scenario.text


def file_of(scenario: Scenario) -> str:
    """Return the name that the scenario's file is to have."""
    return f"{scenario.name}.toml"


def taken_out(scenario: Scenario) -> list[str]:
    """Keys that were taken out of the scenario, which only Python can do."""
    return [key for key, value in scenario.overrides.items() if value is None]


def facts(answer: Answer, manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what was recorded: versions, stream and digests, each with its name."""
    stream, simulation = manifest["stream"], answer.simulation
    yield "saved", str(manifest["saved"])
    yield "versions", ", ".join(f"{name} {number}" for name, number in manifest["versions"].items())
    yield "platform", str(manifest["platform"])
    yield "time", f"{answer.seconds:.2f} s, of which {answer.kernel_seconds:.2f} s simulating"
    yield "seed", str(simulation.seed)
    yield "random numbers", f"{stream['name']}; blocks of {stream['block']:,} elections; {simulation.backend}"
    yield "digest of the model", answer.scenario.digest
    yield "digest of the counts", simulation.tally.digest
    yield "digest of the run", str(manifest["digest"])


def _toml(value: object) -> str:
    """Write a value as TOML on one line."""
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {_toml(each)}" for key, each in value.items())
            + " }"
        )
    return json.dumps(value, ensure_ascii=False)
