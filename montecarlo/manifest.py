"""A saved run in words and numbers: an answer to and from its manifest and arrays. No file is touched here."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.answer import Answer
from montecarlo.errors import NotSolvable
from montecarlo.estimates import Estimate, Simulation, Tally
from montecarlo.kernel.streams import STREAM_NAME
from montecarlo.scenario import Scenario
from montecarlo.solution import Outcomes, Solution
from montecarlo.study.chosen_house import HouseAnswer
from montecarlo.study.contributions import Variant
from montecarlo.study.denial import Denial
from montecarlo.uncertainty import Bounded, Counted, Waited, Weighed

FORMAT: Final = 4
_TALLY: Final = ("counts", "attempted", "effective", "outcomes", "third", "opponent_total")
ARRAY_TYPES: Final = {**dict.fromkeys(_TALLY, np.int64), "pmf": np.float64}
"""Arrays of a run and their types."""
_LAWS: Final[dict[str, Any]] = {law.__name__: law for law in (Bounded, Counted, Waited, Weighed)}
_float = float.fromhex


def digest_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of all of a manifest but its digest, in a form that does not depend on layout."""
    content = {key: value for key, value in manifest.items() if key != "digest"}
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())


def sha256(content: bytes) -> str:
    """Return the digest of some bytes, with the name of the method."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def manifest_of(answer: Answer) -> dict[str, Any]:
    """Return all of an answer but its arrays, as one JSON object, with what it takes to replay it."""
    simulation = answer.simulation
    return {
        **question_told(answer.scenario),
        "stream": {"name": STREAM_NAME, "seed": simulation.seed, "block": simulation.block},
        "result": {
            "asked": answer.asked,
            "draws": simulation.draws,
            "backend": simulation.backend,
            "digest": simulation.tally.digest,
            "pmf": sha256(answer.pmf.tobytes()),
            "seconds": answer.seconds,
            "kernel_seconds": answer.kernel_seconds,
            "unsolved": answer.unsolved,
            "solution": None if answer.solution is None else _told(answer.solution),
            "rare_event": None if answer.rare_event is None else _estimated(answer.rare_event),
            "denial": None if answer.denial is None else _lost(answer.denial),
            "contributions": [_hexed(asdict(each)) for each in answer.contributions],
            "accounts": [_hexed(asdict(each)) for each in answer.accounts],
            "house": None if answer.house is None else answer.house.record(),
        },
        "answer": answer.record(),
        **machine_told(),
    }


def question_told(scenario: Scenario) -> dict[str, Any]:
    """Return how a manifest begins: its format, the time, and the scenario with all that it takes to build it anew."""
    return {
        "format": FORMAT,
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenario": {
            "name": scenario.name,
            "digest": scenario.digest,
            "text": scenario.text,
            "tables": dict(scenario.tables),
            "overrides": dict(scenario.overrides),
        },
    }


def machine_told() -> dict[str, Any]:
    """Return how a manifest ends: with what it was computed, and on what."""
    return {"versions": _versions(), "platform": f"{platform.system()} {platform.machine()}"}


def scenario_from(told: Mapping[str, Any]) -> Scenario:
    """Build the scenario of a manifest anew; what does not fit together raises as in `answer_from`."""
    return Scenario.from_text(told["name"], told["text"], tables=told["tables"], overrides=told["overrides"])


def arrays_of(answer: Answer) -> dict[str, NDArray[Any]]:
    """Return the arrays of an answer; the exact distribution is as long as it is known."""
    tally = answer.simulation.tally
    return {**{name: getattr(tally, name) for name in _TALLY}, "pmf": answer.pmf}


def answer_from(manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Answer:
    """Build the answer anew.

    What does not fit together raises KeyError, TypeError, ValueError, AttributeError or OverflowError.
    """
    scenario, result, stream = scenario_from(manifest["scenario"]), manifest["result"], manifest["stream"]
    needed, house = scenario.roster().needed, scenario.house()
    tally = Tally(int(result["draws"]), *(arrays[name] for name in _TALLY))
    _check(scenario, tally, arrays["pmf"])
    return Answer(
        scenario=scenario,
        solution=None if result["solution"] is None else _solution(result["solution"], arrays["pmf"], needed),
        unsolved=str(result["unsolved"]),
        simulation=Simulation(tally, needed, int(stream["seed"]), result["backend"], int(stream["block"])),
        rare_event=None if result["rare_event"] is None else _estimate(result["rare_event"]),
        denial=None if result["denial"] is None else _denial(result["denial"], scenario),
        contributions=tuple(map(_variant, result["contributions"])),
        accounts=tuple(map(_variant, result["accounts"])),
        house=None if house is None else HouseAnswer.from_record(house, result["house"]),
        asked=int(result["asked"]),
        seconds=_finite(float(result["seconds"])),
        kernel_seconds=_finite(float(result["kernel_seconds"])),
    )


def _check(scenario: Scenario, tally: Tally, pmf: NDArray[np.float64]) -> None:
    """Compare the lengths and sums of the arrays with the scenario's model."""
    model = scenario.model()
    groups, rival = int(model.group.max()) + 1, model.parts[0][1].opponents
    both = rival is not None
    lengths = {
        "counts": (model.total_votes + 1,),
        "attempted": (groups,),
        "effective": (groups,),
        "outcomes": (4 if both else 0,),
        "third": (len(scenario.alternatives) + 2 if both else 0,),
        "opponent_total": (0 if rival is None else model.total_votes + int(rival.votes.sum()) + 1,),
    }
    for name, known in lengths.items():
        if getattr(tally, name).shape != known:
            raise ValueError(f"its array {name} has another length than the scenario's")
    if len(pmf) not in (0, model.needed, model.total_votes + 1):
        raise ValueError("its array pmf has another length than the scenario's")
    counted = tally.counts, *((tally.outcomes, tally.opponent_total) if both else ())
    sums = [int(each.sum()) for each in counted]
    if tally.draws < 1 or any(total != tally.draws for total in sums):
        raise ValueError("its counts do not sum to its draws")


def _variant(told: Mapping[str, Any]) -> Variant:
    numbers = _floats(told)
    probability = _finite(float(numbers["probability"]))
    return Variant(str(told["name"]), probability, float(numbers["log10_probability"]), int(told["draws"]))


def _finite(number: float) -> float:
    if not isfinite(number):
        raise ValueError(f"it holds the number {number}")
    return number


def _told(solution: Solution) -> dict[str, Any]:
    names = "probability", "log10_probability", "complement", "log10_complement", "relative_error_bound"
    numbers = {name: getattr(solution, name) for name in names}
    outcomes = _hexed(asdict(solution.outcomes))
    return _hexed(numbers) | {"bound_is_proved": solution.bound_is_proved, "outcomes": outcomes}


def _solution(told: Mapping[str, Any], pmf: NDArray[np.float64], needed: int) -> Solution:
    numbers = _floats({name: value for name, value in told.items() if name != "outcomes"})
    third = told["outcomes"]["third_place"]
    outcomes = Outcomes(**_floats(told["outcomes"]) | {"third_place": third if third is None else tuple(third)})
    whole = pmf if len(pmf) > needed else _unknown
    return Solution(**numbers, pmf_below=pmf[:needed], whole=whole, outcomes=outcomes)


def _estimated(estimate: Estimate) -> dict[str, Any]:
    told = {field.name: getattr(estimate, field.name) for field in fields(estimate)}
    return _hexed(told) | {"kind": type(estimate.law).__name__, "law": _hexed(asdict(estimate.law))}


def _estimate(told: Mapping[str, Any]) -> Estimate:
    law = {key: _float(value) if isinstance(value, str) else int(value) for key, value in told["law"].items()}
    return Estimate(
        law=_LAWS[told["kind"]](**law),
        method=str(told["method"]),
        draws=int(told["draws"]),
        effective_sample_size=_float(told["effective_sample_size"]),
        seed=told["seed"],
        asked=_float(told["asked"]),
        confidence=_float(told["confidence"]),
        withheld=str(told["withheld"]),
    )


def _lost(denial: Denial) -> dict[str, Any]:
    arrays = {name: getattr(denial, name) for name in ("total", "by_group", "standard_error")}
    told = {name: None if each is None else " ".join(map(float.hex, each.tolist())) for name, each in arrays.items()}
    return told | {"method": denial.method, "draws": denial.draws}


def _denial(told: Mapping[str, Any], scenario: Scenario) -> Denial:
    model = scenario.model()
    groups = int(model.group.max()) + 1
    total = None if told["total"] is None else _numbers(told["total"], model.total_votes + 1)
    by_group, error = (_numbers(told[name], groups) for name in ("by_group", "standard_error"))
    return Denial(total, by_group, error, str(told["method"]), int(told["draws"]))


def _numbers(text: str, length: int) -> NDArray[np.float64]:
    numbers = [_finite(_float(each)) for each in text.split()]
    if len(numbers) != length or min(numbers) < 0.0:
        raise ValueError(f"it holds {len(numbers)} numbers, not {length} of at least 0")
    return np.array(numbers)


def _unknown() -> NDArray[np.float64]:
    raise NotSolvable("The saved run holds the distribution below the needed votes only", "run the scenario again")


def _hexed(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Write floats in hexadecimal: JSON has no infinity."""
    return {name: value.hex() if isinstance(value, float) else value for name, value in numbers.items()}


def _floats(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: float.fromhex(value) if isinstance(value, str) and name != "name" else value
        for name, value in numbers.items()
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("montecarlo", "numpy", "scipy", "numba"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
