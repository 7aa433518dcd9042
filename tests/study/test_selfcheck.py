"""The self-check: every known answer and every recorded count holds here, and a wrong one fails."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import nan
from pathlib import Path

import pytest

from montecarlo.errors import NotSolvable
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.show.selfcheck_table import verdict
from montecarlo.study.known_cases import CASES, KnownCase, rounded
from montecarlo.study.recorded_counts import RECORDED, RecordedCounts
from montecarlo.study.selfcheck import FURTHEST, Report, check

REFERENCE = json.loads((Path(__file__).parents[1] / "reference_values.json").read_text())["values"]
VALUES = {case["id"]: Fraction(case["value"]) for case in REFERENCE}
IN_FILE = {
    "37 of 306 at 1/1000": "M1-a",
    "37 of 306 who all differ": "M1-d",
    "37 of 306 at 1/10": "M1-c",
    "130 votes of 306 blocs of 1 to 5": "M1-g",
    "63 of 250 loans, t of 4 degrees": "M2-g4",
    "37 of 306, thresholds linear in number": "M4-a",
    "nobody has 270, both sides defect": "DS-a",
}
HALF = KnownCase("half", "closed form", lambda: Fraction(1, 2), lambda: 0.5)


def names(each: KnownCase | RecordedCounts) -> str:
    return each.name


@pytest.mark.parametrize("case", CASES, ids=names)
def test_every_known_answer(case: KnownCase) -> None:
    report = check([case], [])
    assert report.passed
    assert case.source
    assert case.digits == 12 or "Dunnett" in case.source or "SciPy" in case.source


@pytest.mark.parametrize("case", CASES, ids=names)
def test_a_wrong_answer_fails(case: KnownCase) -> None:
    """Off by twice what is allowed, upwards and downwards."""
    true = case.value()
    for sign in (1, -1):
        off = sign * 2 * Fraction(10.0**-case.digits)
        assert not check([replace(case, value=partial(Fraction, true * (1 + off)))], []).passed


@pytest.mark.parametrize(("name", "number"), IN_FILE.items())
def test_known_answers_are_the_reference_values(name: str, number: str) -> None:
    (case,) = (case for case in CASES if case.name == name)
    assert abs(case.value() / VALUES[number] - 1) < Fraction(1, 10**12)


def test_names_are_different() -> None:
    for cases in (CASES, RECORDED):
        assert len(set(map(names, cases))) == len(cases)


@pytest.mark.parametrize(
    ("ours", "digits"),
    [(0.5, 15.95), (0.5 + 2**-53, 15.6535597745), (0.505, 2.0), (0.50005, 4.0), (-3.0, 0.0), (nan, 0.0)],
)
def test_digits(ours: float, digits: float) -> None:
    (comparison,) = check([replace(HALF, ours=lambda: ours)], []).comparisons
    assert comparison.digits == pytest.approx(digits, abs=1e-9)


def test_a_refused_answer_fails() -> None:
    def refuse() -> float:
        raise NotSolvable("There is none", "montecarlo.simulate")

    report = check([replace(HALF, ours=refuse)], [])
    assert not report.passed
    assert report.record()["cases"][0]["ours"] is None


@pytest.mark.parametrize(("ours", "agrees"), [(2.3351, True), (2.3449, True), (2.3349, False), (2.3451, False)])
def test_a_printed_number_is_asked_for_to_half_a_unit(ours: float, agrees: bool) -> None:
    assert check([rounded("t", "a table", "2.34", lambda: ours)], []).passed == agrees


@pytest.mark.parametrize("recorded", RECORDED, ids=names)
def test_every_recorded_count(recorded: RecordedCounts) -> None:
    report = check([], [recorded])
    assert report.passed
    assert report.backends[0] == "numpy"


def test_numpy_alone_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("montecarlo.study.selfcheck.find_spec", lambda name: None)
    report = check([], RECORDED[:1])
    assert report.passed
    assert report.backends == ("numpy",)


def test_other_counts_fail() -> None:
    right, other = (next(each for each in RECORDED if each.name == name) for name in ("pledges", "cascades"))
    report = check([], [replace(right, digest=other.digest)])
    assert not report.passed
    assert all(each.agrees and not each.identical for each in report.replays)
    assert not check([], [replace(right, model=other.model)]).passed


def test_a_simulation_far_from_the_exact_answer_fails() -> None:
    report = check([], RECORDED[:1])
    for score in (FURTHEST + 0.01, -FURTHEST - 0.01):
        wrong = replace(report.replays[0], score=score)
        assert not replace(report, replays=(wrong, *report.replays[1:])).passed


def test_the_verdict_tells_what_is_wrong() -> None:
    right = check([HALF], RECORDED[:1])
    first, *others = right.replays
    wrong = replace(first, digest="0", score=9.0)
    comparisons = check([replace(HALF, ours=lambda: solve(Model(0.4, 1)).probability), HALF], []).comparisons
    failed = Report(comparisons, (wrong, *others), 1.0)
    assert verdict(right).startswith(f"PASSED: 1 answers and {len(right.replays)} simulations are right (numpy")
    told = f"1 of 2 answers wrong, 1 of {len(right.replays)} simulations with other counts, 1 off the exact answer"
    assert verdict(failed).startswith(f"FAILED: {told} (numpy")
