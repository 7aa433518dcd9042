"""The exact answer of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable

_LEAST: Final = 1e-300
"""Probabilities below this are near the end of what a double holds."""


@dataclass(frozen=True)
class Outcomes:
    """Who has a majority of the electors appointed.

    Attributes
    ----------
    leader_majority, opponent_majority, other_majority : float
        Probability that the leader, the opponent or somebody else has it.
    contingent_election, log10_contingent_election : float
        Probability that nobody has it and the House elects, and its decimal logarithm.
    third_place : tuple of float, or None
        Probability that each alternative candidate is surely among the top three, and the election is contingent; None
        if the model, or one of its accounts, has no opponents or leaves the third place to simulation.
    third_tied, third_nobody : float
        Probability that the third place of a contingent election is tied, or that nobody comes third; without meaning
        where `third_place` is None.
    """

    leader_majority: float
    opponent_majority: float
    other_majority: float
    contingent_election: float
    log10_contingent_election: float
    third_place: tuple[float, ...] | None = None
    third_tied: float = 0.0
    third_nobody: float = 0.0


@dataclass(frozen=True, eq=False)
class Solution:
    """An exact probability, with a bound on the error that it took to compute it.

    Attributes
    ----------
    probability : float
        Probability that the effective defecting votes reach `needed`, as the nearest double: 0.0 below 5e-324.
    log10_probability : float
        Its decimal logarithm, finite also where `probability` is 0.0; -inf only if the event is impossible.
    complement, log10_complement : float
        Probability that the leader keeps its majority, and its logarithm: as accurate as those of its loss.
    relative_error_bound : float
        Bound on the relative error of `probability` from rounding and quadrature, the float64 parameters of the model
        taken as exact. Below 2.2e-308, where doubles thin out, it is that of the number whose logarithm is
        `log10_probability`.
    bound_is_proved : bool
        True: the bound is a theorem; False: it is an estimate. Independent electors have a theorem.
    pmf_below : (needed,) float64
        Probability of each number of effective defecting votes that leaves the leader its majority; read only.
    whole : (total votes + 1,) float64, or a function that returns it
        What `pmf` is made from; the function raises NotSolvable where only `pmf_below` can be computed.
    outcomes : Outcomes
        Who has a majority.
    """

    probability: float
    log10_probability: float
    complement: float
    log10_complement: float
    relative_error_bound: float
    bound_is_proved: bool
    pmf_below: NDArray[np.float64] = field(repr=False)
    whole: NDArray[np.float64] | Callable[[], NDArray[np.float64]] = field(repr=False)
    outcomes: Outcomes

    @classmethod
    def of_leader(
        cls,
        probability: float,
        log10_probability: float,
        complement: float,
        log10_complement: float,
        relative_error_bound: float,
        bound_is_proved: bool,
        pmf_below: NDArray[np.float64],
        whole: NDArray[np.float64] | Callable[[], NDArray[np.float64]],
    ) -> Solution:
        """Take a majority denied to the leader for a contingent election, as long as no opponents are modelled."""
        # Rounding may lift a sum of probabilities above 1.
        probability, complement = min(probability, 1.0), min(complement, 1.0)
        outcomes = Outcomes(complement, 0.0, 0.0, probability, log10_probability)
        four = probability, log10_probability, complement, log10_complement
        return cls(*four, relative_error_bound, bound_is_proved, pmf_below, whole, outcomes)

    @cached_property
    def pmf(self) -> NDArray[np.float64]:
        """Probability of each number of effective defecting votes, (total votes + 1,) float64; read only.

        Raises
        ------
        NotSolvable
            If only `pmf_below` can be computed.
        """
        values = self.whole() if callable(self.whole) else self.whole
        values.setflags(write=False)
        return values

    @property
    def known(self) -> NDArray[np.float64]:
        """Its `pmf`, or `pmf_below` where only that can be computed."""
        try:
            return self.pmf
        except NotSolvable:
            return self.pmf_below

    def __str__(self) -> str:
        """Return the probability and its logarithm, and the bound on the relative error."""
        if self.log10_probability == -inf:
            return "0 (impossible)"
        if self.log10_complement == -inf:
            return "1 (certain)"
        told = _number(self.probability, self.log10_probability)
        if float(f"{self.probability:.6g}") == 1.0:
            told = f"1 - {_number(self.complement, self.log10_complement)}"
        return f"{told} (log10 {self.log10_probability:.6g}, relative error < {self.relative_error_bound:.2g})"

    def agrees_with(self, other: Solution) -> bool:
        """Say whether two computations of one answer agree within their bounds on the error.

        Processors add in different orders, so the last digits may differ between machines. The bounds are relative, and
        hold for the logarithms too, give or take a few roundings. Entries of the distribution below `needed` are
        compared above 1e-270; where the bound is an estimate, which judges sums of them, to nine digits.
        """
        bound = self.relative_error_bound + other.relative_error_bound + 1e-12
        entry = bound if self.bound_is_proved and other.bound_is_proved else max(bound, 1e-9)
        pairs = (
            (self.log10_probability, other.log10_probability),
            (self.log10_complement, other.log10_complement),
            (self.outcomes.log10_contingent_election, other.outcomes.log10_contingent_election),
        )
        logs = all(a == b or abs(a - b) <= bound * max(1.0, abs(a)) for a, b in pairs)
        mine, its = self.pmf_below, other.pmf_below
        entries = len(mine) == len(its) and np.allclose(mine, its, rtol=entry, atol=1e-270)
        return bool(logs and entries and np.isclose(self.probability, other.probability, rtol=bound, atol=1e-300))


def _number(value: float, exponent: float) -> str:
    return f"{value:.6g}" if value > _LEAST else f"10**{exponent:.6g}"
