"""``montecarlo selfcheck``: what it prints, and its exit status."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from commands import answer, command

import montecarlo.study.selfcheck as study
from montecarlo.study.known_cases import CASES
from montecarlo.study.recorded_counts import RECORDED

WRONG = replace(CASES[0], value=lambda: CASES[0].value() * (1 + Fraction(1, 10**9)))


def test_everything_agrees_here(tmp_path: Path) -> None:
    found = answer("selfcheck", cwd=tmp_path)
    assert found["passed"] is True
    assert [each["case"] for each in found["cases"]] == [case.name for case in CASES]
    assert all(each["agrees"] and each["digits"] >= each["digits_asked"] for each in found["cases"])
    assert all(each["identical"] and each["agrees"] for each in found["counts"])
    assert {each["model"] for each in found["counts"]} == {recorded.name for recorded in RECORDED}
    assert list(tmp_path.iterdir()) == []


def test_the_table_fits_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "check", partial(study.check, CASES, RECORDED[-2:]))
    text = command("selfcheck", cwd=tmp_path).stdout
    assert all(len(line) <= 80 for line in text.splitlines())
    assert all(f"{case.name} " in text and f"  {case.source}\n" in text for case in CASES)
    for told in (" 2.34 ", " 2.338 ", "the House", "as recorded"):
        assert told in text
    assert text.splitlines()[-1].startswith(f"PASSED: {len(CASES)} answers and ")


@pytest.mark.parametrize("what", ["answer", "counts"])
def test_what_is_wrong_is_told_with_status_1(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = RECORDED[0] if what == "answer" else replace(RECORDED[0], digest="0123456789abcdef")
    cases = [WRONG if what == "answer" else CASES[0]]
    monkeypatch.setattr(study, "check", partial(study.check, cases, [counts]))
    text = command("selfcheck", cwd=tmp_path, code=1).stdout
    assert text.splitlines()[-1].startswith("FAILED: 1 of 1 answers wrong (" if what == "answer" else "FAILED: ")
    assert ("NO 9.0" if what == "answer" else "DIFFERENT") in text
    assert answer("selfcheck", cwd=tmp_path, code=1)["passed"] is False
