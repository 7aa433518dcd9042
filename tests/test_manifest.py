"""Answers to and from their manifests: nothing is lost, and what is hostile is refused in a few known ways."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from math import inf
from typing import Any

import numpy as np
import pytest
from commands import run_of

from montecarlo.answer import Answer
from montecarlo.asking import ask
from montecarlo.errors import NotSolvable
from montecarlo.estimates import Estimate
from montecarlo.manifest import ARRAY_TYPES, answer_from, arrays_of, digest_of, manifest_of
from montecarlo.scenario import Scenario, load
from montecarlo.uncertainty import Bounded, Counted, ErrorLaw, Waited, Weighed

BOTH = """title = "t"
[defection]
probability = 0.1
[factors]
national = 0.2
[destination.leader]
opponent = 0.1
alternatives = { A = 0.3, B = 0.3 }
[destination.opponent]
alternatives = { A = 0.4, B = 0.4 }
[house]
[house.delegation.R]
leader = 0.8
[house.delegation.D]
opponent = 0.7
[house.delegation.tie]
leader = 0.3
"""
UNSOLVED = f"""{BOTH}
[account.x]
weight = 0.25
[account.y]
weight = 0.75
[account.y.set]
"defection.conditional" = 0.2
"cascade.scale" = 30
"cascade.shape" = 2
"factors.state" = 0.2
"""
PLAIN = 'title = "t"\n[defection]\nprobability = 0.1\n'
EXTREMES = {
    "certain": {"defection.probability": 1.0},
    "impossible": {"defection.probability": 0.0},
    "rare beyond floats": {"defection.probability": 1e-40},
}


@cache
def asked(kind: str) -> Answer:
    if kind in EXTREMES:
        return ask(Scenario.from_text("t", PLAIN).replace(EXTREMES[kind]), draws=100, seed=0)
    if kind in {"unsolved", "hamilton-2016"}:
        return ask(Scenario.from_text("t", UNSOLVED), draws=300, seed=1)
    return ask(load(kind), draws=300, seed=1)


KINDS = [
    "bound-electors",
    "electors-trust",
    "whip-count",
    "house-decides",
    "compromise-candidate",
    "unsolved",
    *EXTREMES,
]


def through_json(answer: Answer) -> dict[str, Any]:
    return json.loads(json.dumps(manifest_of(answer), allow_nan=False))


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip(kind: str) -> None:
    first = asked(kind)
    again = answer_from(through_json(first), arrays_of(first))
    assert again.record() == first.record()
    assert again.contributions == first.contributions
    assert again.accounts == first.accounts
    assert again.simulation.tally.digest == first.simulation.tally.digest
    assert (again.pmf == first.pmf).all()
    assert again.unsolved == first.unsolved
    assert (again.house is None) == (first.house is None)
    assert (again.denial is None) == (first.denial is None) == (kind == "impossible")
    if first.denial is not None and again.denial is not None:
        assert (again.denial.total == first.denial.total).all()
        assert (again.denial.standard_error == first.denial.standard_error).all()
    assert manifest_of(again) | {"saved": ""} == manifest_of(first) | {"saved": ""}


def test_the_kinds_are_what_they_are_meant_to_be() -> None:
    unsolved = asked("unsolved")
    assert unsolved.solution is None
    assert unsolved.unsolved
    assert unsolved.house is not None
    assert unsolved.third_place is not None
    assert [each.name for each in unsolved.accounts] == ["x", "y"]
    assert asked("impossible").solution.log10_probability == -inf
    assert asked("whip-count").accounts
    assert asked("house-decides").house is not None


def test_a_distribution_known_in_part_stays_so() -> None:
    first = asked("electors-trust")
    arrays = arrays_of(first) | {"pmf": first.solution.pmf_below}
    again = answer_from(through_json(first), arrays)
    assert (again.pmf == first.solution.pmf_below).all()
    assert again.record() == first.record()
    with pytest.raises(NotSolvable, match="holds the distribution below the needed votes only"):
        _ = again.solution.pmf


def test_the_saved_run_of_a_shipped_scenario_holds_everything() -> None:
    printed, again = run_of("compromise-candidate")
    assert list(printed["third_place"])[:3] == ["John Kasich", "Mitt Romney", "Colin Powell"]
    assert len(again.simulation.tally.third) == len(printed["third_place"])
    assert {name: kind().dtype for name, kind in ARRAY_TYPES.items()} == {
        name: array.dtype for name, array in arrays_of(again).items()
    }


def test_the_digest_knows_every_value_but_not_the_layout() -> None:
    manifest = through_json(asked("house-decides"))
    turned = dict(reversed(manifest.items()))
    assert digest_of(manifest) == digest_of(turned) == digest_of(manifest | {"digest": "x"})
    for path in paths(manifest):
        assert digest_of(changed(manifest, path, "another value")) != digest_of(manifest), path


def paths(value: object, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Places of all that is in a manifest."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*before, key)
        yield from paths(each, (*before, key))


def changed(manifest: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    result = copy.deepcopy(manifest)
    inner: Any = result
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return result


def test_what_is_lost_must_fit_the_scenario() -> None:
    first = asked("house-decides")
    manifest, arrays = through_json(first), arrays_of(first)
    for name in ("total", "by_group", "standard_error"):
        numbers = manifest["result"]["denial"][name]
        most = numbers[: numbers.rindex(" ")]
        for wrong in (numbers + " 0x0p0", most, f"{most} -0x1p0", f"{most} 0x1p9999", f"{most} inf", ""):
            with pytest.raises((ValueError, OverflowError)):
                answer_from(changed(manifest, ("result", "denial", name), wrong), arrays)


@pytest.mark.parametrize("kind", ["house-decides", "whip-count"])
def test_forged_counts_must_fit_the_scenario_and_the_draws(kind: str) -> None:
    first = asked(kind)
    manifest, arrays = through_json(first), arrays_of(first)
    for name in ARRAY_TYPES:
        with pytest.raises(ValueError, match=f"its array {name} has another length than the scenario's"):
            answer_from(manifest, arrays | {name: np.append(arrays[name], 0)})
    for name in ("counts", "outcomes", "opponent_total"):
        one_more = arrays[name] + (np.arange(len(arrays[name])) == 0)
        if len(one_more):
            with pytest.raises(ValueError, match="its counts do not sum to its draws"):
                answer_from(manifest, arrays | {name: one_more})


HOSTILE = [None, -1, 10**400, "nan", "-0x1p99999", [[]], {"a": 1}]
REFUSED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""All of them are sentences by the time a reader sees them."""


@pytest.mark.parametrize("kind", ["unsolved", "whip-count"])
def test_hostile_values_raise_only_what_is_known(kind: str) -> None:
    """Every value but the copy for readers, which is not read back, replaced by each hostile one."""
    first = asked(kind)
    manifest, arrays = through_json(first), arrays_of(first)
    for path in paths({key: manifest[key] for key in ("scenario", "stream", "result")}):
        for value in HOSTILE:
            try:
                answer_from(changed(manifest, path, value), arrays)
            except REFUSED:
                continue
            except Exception as error:
                raise AssertionError(f"{path} = {str(value)[:20]} raises {error!r}") from error


@pytest.mark.parametrize("key", ["asked", "draws", "backend", "seconds", "kernel_seconds", "unsolved", "solution"])
def test_what_is_missing_is_refused(key: str) -> None:
    first = asked("house-decides")
    lacking = through_json(first)
    del lacking["result"][key]
    with pytest.raises(KeyError, match=key):
        answer_from(lacking, arrays_of(first))


LAWS = [Bounded(-145.0, 1e-13), Counted(0, 9, -3.0), Waited(97, 12.5), Weighed(-800.0, inf)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_every_law_of_error_is_kept(law: ErrorLaw) -> None:
    rare = Estimate(law, "importance", 12, inf, 3, 0.01, 0.9, "because; do that")
    known = replace(asked("bound-electors"), rare_event=rare)
    back = answer_from(through_json(known), arrays_of(known)).rare_event
    for field in fields(Estimate):
        assert getattr(back, field.name) == getattr(rare, field.name)
