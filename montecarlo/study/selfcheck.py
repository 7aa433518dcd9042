"""Whether the program works on this machine: known answers, recorded counts, simulation against exact answer.

Digits agreed are ``-log10 |ours / known - 1|``, at most 15.95, which is all that a float holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from math import isfinite, log10
from time import perf_counter
from typing import Any, Final

from montecarlo.engine.house_simulation import simulate_house
from montecarlo.engine.simulation import simulate
from montecarlo.errors import MonteCarloError
from montecarlo.estimates import agreement
from montecarlo.exact.contingent import solve_house
from montecarlo.exact.solver import solve
from montecarlo.house import House
from montecarlo.model import Mixture, Model
from montecarlo.study.known_cases import CASES, KnownCase
from montecarlo.study.recorded_counts import DIGITS, DRAWS, RECORDED, SEED, RecordedCounts

MOST_DIGITS: Final = 15.95
FURTHEST: Final = 5.0
"""Normal score beyond which simulation and exact answer disagree; recorded counts have one that never changes."""


@dataclass(frozen=True)
class Comparison:
    """A known answer beside this program's.

    Attributes
    ----------
    case : KnownCase
        The question.
    known : Fraction
        Its answer.
    ours : float or None
        This program's; None if it refused to give one.
    """

    case: KnownCase
    known: Fraction
    ours: float | None

    @property
    def digits(self) -> float:
        """Digits to which the two agree, from 0 to 15.95."""
        if self.ours is None or not isfinite(self.ours):
            return 0.0
        apart = abs(Fraction(self.ours) / self.known - 1)
        return MOST_DIGITS if apart == 0 else min(MOST_DIGITS, max(0.0, -log10(apart)))

    @property
    def agrees(self) -> bool:
        """Whether they agree to as many digits as the case asks for."""
        return self.digits >= min(self.case.digits, MOST_DIGITS)


@dataclass(frozen=True)
class Replay:
    """A simulation beside what was recorded of it and beside the exact answer.

    Attributes
    ----------
    recorded : RecordedCounts
        What was counted elsewhere.
    backend : str
        The backend that counted here.
    digest : str
        What it counted.
    score : float
        Distance of its hits from the exact answer as a normal score.
    """

    recorded: RecordedCounts
    backend: str
    digest: str
    score: float

    @property
    def identical(self) -> bool:
        """Whether the counts are those recorded."""
        return self.digest == self.recorded.digest

    @property
    def agrees(self) -> bool:
        """Whether the hits agree with the exact answer."""
        return abs(self.score) <= FURTHEST


@dataclass(frozen=True)
class Report:
    """All that was checked.

    Attributes
    ----------
    comparisons : tuple of Comparison
        Known answers.
    replays : tuple of Replay
        Recorded counts, with every backend there is.
    seconds : float
        Time it took.
    """

    comparisons: tuple[Comparison, ...]
    replays: tuple[Replay, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything is as it should be."""
        fine = all(each.identical and each.agrees for each in self.replays)
        return fine and all(each.agrees for each in self.comparisons)

    @property
    def backends(self) -> tuple[str, ...]:
        """The backends that were checked."""
        return tuple(dict.fromkeys(each.backend for each in self.replays))

    def record(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        return {
            "passed": self.passed,
            "seconds": round(self.seconds, 2),
            "cases": [
                {
                    "case": each.case.name,
                    "source": each.case.source,
                    "published": float(each.known),
                    "ours": each.ours,
                    "digits": round(each.digits, 2),
                    "digits_asked": round(each.case.digits, 2),
                    "agrees": each.agrees,
                }
                for each in self.comparisons
            ],
            "counts": [
                {
                    "model": each.recorded.name,
                    "backend": each.backend,
                    "draws": DRAWS,
                    "seed": SEED,
                    "recorded": each.recorded.digest,
                    "counted": each.digest,
                    "identical": each.identical,
                    "score": round(each.score, 3),
                    "agrees": each.agrees,
                }
                for each in self.replays
            ],
        }


def check(cases: Iterable[KnownCase] = CASES, recorded: Iterable[RecordedCounts] = RECORDED) -> Report:
    """Run all cases and all recorded simulations.

    Parameters
    ----------
    cases : iterable of KnownCase
        Questions with known answers.
    recorded : iterable of RecordedCounts
        Simulations whose counts are known; run with NumPy and, where it is installed, numba.

    Returns
    -------
    Report
        What agrees and what does not; a case that this program refuses to answer does not.
    """
    start = perf_counter()
    comparisons = tuple(Comparison(case, case.value(), _ours(case)) for case in cases)
    replays = tuple(replay for each in recorded for replay in _replays(each))
    return Report(comparisons, replays, perf_counter() - start)


def _ours(case: KnownCase) -> float | None:
    try:
        return case.ours()
    except MonteCarloError:
        return None


def _replays(recorded: RecordedCounts) -> Iterator[Replay]:
    if isinstance(recorded.model, House):
        yield _house(recorded, recorded.model)
        return
    for backend in ("numpy", *["numba"] * (find_spec("numba") is not None)):
        yield _elections(recorded, recorded.model, backend)


def _elections(recorded: RecordedCounts, model: Model | Mixture, backend: str) -> Replay:
    found, exact = simulate(model, DRAWS, seed=SEED, backend=backend), solve(model)
    score = agreement(found.hits, DRAWS, exact.probability, exact.complement, exact.log10_probability)
    return Replay(recorded, backend, found.tally.digest.removeprefix("sha256:")[:DIGITS], score)


def _house(recorded: RecordedCounts, house: House) -> Replay:
    counts, leader = simulate_house(house, DRAWS, seed=SEED).counts, solve_house(house).leader
    score = agreement(int(counts[0]), DRAWS, leader, 1 - leader, log10(leader))
    digest = hashlib.sha256(counts.astype("<i8").tobytes()).hexdigest()
    return Replay(recorded, "numpy", digest[:DIGITS], score)
