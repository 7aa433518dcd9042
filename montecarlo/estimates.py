"""Results of simulation: small, frozen, summable.

A `Tally` counts simulated elections in integers, so that tallies of blocks add up to the same total in any order. A
`Simulation` is a tally together with what is needed to replay it; the interval is a method of the result, its level
chosen when it is read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from math import exp, floor, inf, lgamma, log, log10

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import IntervalWithheld
from montecarlo.solution import Outcomes
from montecarlo.uncertainty import Bounded, ErrorLaw, clopper_pearson

_LOG_10 = log(10.0)


@dataclass(frozen=True, eq=False)
class Tally:
    """What was counted in `draws` elections; V votes in all, G groups of electors.

    Attributes
    ----------
    draws : int
        Number of elections.
    counts : (V + 1,) int64
        Elections by number of effective defecting votes.
    attempted, effective : (G,) int64
        Defecting votes by group, summed over all elections, before and after cancellation.
    outcomes : (4,) int64, or empty
        Elections in which the leader, the opponent, somebody else, nobody has a majority; counted if the model has
        opponents.
    third : (alternatives + 2,) int64, or empty
        Elections without a majority in which each alternative is surely among the three highest, in which the third
        place is tied, and in which no alternative has a vote.
    opponent_total : (all votes + 1,) int64, or empty
        Elections by number of votes cast for the opponent: those of its own electors, who stay or are made to, and of
        the leader's who go over to it. All votes are those of both sides; counted if the model has opponents.
    """

    draws: int
    counts: NDArray[np.int64]
    attempted: NDArray[np.int64]
    effective: NDArray[np.int64]
    outcomes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    third: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    opponent_total: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __add__(self, other: Tally) -> Tally:
        """Count both."""
        return Tally(
            self.draws + other.draws,
            self.counts + other.counts,
            self.attempted + other.attempted,
            self.effective + other.effective,
            self.outcomes + other.outcomes,
            self.third + other.third,
            self.opponent_total + other.opponent_total,
        )

    @property
    def digest(self) -> str:
        """SHA-256 over all counts as little-endian 64-bit integers: equal digests, equal tallies."""
        parts = self.counts, self.attempted, self.effective, self.outcomes, self.third, self.opponent_total
        numbers = np.concatenate([[self.draws], *parts])
        return "sha256:" + hashlib.sha256(numbers.astype("<i8").tobytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class Simulation:
    """A simulated answer.

    Attributes
    ----------
    tally : Tally
        What was counted.
    needed : int
        Defecting votes that deny the majority.
    seed : int
        Seed that replays the simulation, whatever the backend and the number of workers.
    backend : str
        The backend that ran, ``"numpy"`` or ``"numba"``.
    block : int
        Elections in a block of the stream.
    """

    tally: Tally
    needed: int
    seed: int
    backend: str
    block: int

    @property
    def draws(self) -> int:
        """Number of simulated elections."""
        return self.tally.draws

    @property
    def counts(self) -> NDArray[np.int64]:
        """Elections by number of effective defecting votes, ``(total votes + 1,)`` int64."""
        return self.tally.counts

    @property
    def hits(self) -> int:
        """Elections in which the leader was denied its majority."""
        outcomes = self.tally.outcomes
        return int(outcomes[1:].sum() if len(outcomes) else self.tally.counts[self.needed :].sum())

    @property
    def probability(self) -> float:
        """Share of elections in which the majority was denied; 0.0 means no more than that there were no hits."""
        return self.hits / self.draws

    @property
    def outcomes(self) -> Outcomes:
        """Shares of the elections by who has a majority; without opponents, one denied to the leader is contingent."""
        counts = self.tally.outcomes if len(self.tally.outcomes) else [self.draws - self.hits, 0, 0, self.hits]
        leader, opponent, other, contingent = (int(count) / self.draws for count in counts)
        third, tied, nobody = self.third_place
        exponent = log10(contingent) if contingent else -inf
        return Outcomes(leader, opponent, other, contingent, exponent, third or None, tied, nobody)

    @property
    def third_place(self) -> tuple[tuple[float, ...], float, float]:
        """Shares of the elections that are contingent with each alternative third, a tie for it, nobody third."""
        *alternatives, tied, nobody = (self.tally.third / self.draws).tolist() if len(self.tally.third) else (0.0, 0.0)
        return tuple(alternatives), tied, nobody

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the exact two-sided interval of the probability (Clopper and Pearson, Biometrika 26, 1934).

        Raises
        ------
        InputError
            If `confidence` does not lie strictly between 0 and 1.
        """
        return clopper_pearson(self.hits, self.draws, confidence)

    def __str__(self) -> str:
        """Return the hits, and the share with its interval, or the limit where there is only one."""
        low, high = self.interval()
        counted = f"{self.hits:,} of {self.draws:,}"
        if self.hits in (0, self.draws):
            return f"{counted}: {f'above {low:.4g}' if self.hits else f'below {high:.2g}'} at 95 %"
        return f"{counted}: {self.probability:.4g}, {low:.4g} to {high:.4g} at 95 %"


@dataclass(frozen=True, eq=False)
class Estimate:
    """A probability, however small, and what is known of its error.

    Attributes
    ----------
    law : Counted, Waited, Weighed or Bounded
        The law of the error; see `montecarlo.uncertainty`.
    method : str
        "exact", "crude", "importance" or "cascade".
    draws : int
        Draws that it was made of, 0 if exact.
    effective_sample_size : float
        Draws of equal weight that would tell as much; inf if exact.
    seed : int or None
        Seed that replays it; None if exact.
    asked, confidence : float
        The relative error asked for, and at which level.
    withheld : str
        Why there is no interval, and what to do; empty if there is one.
    """

    law: ErrorLaw
    method: str
    draws: int
    effective_sample_size: float
    seed: int | None
    asked: float
    confidence: float
    withheld: str = ""

    @property
    def log10_probability(self) -> float:
        """Decimal logarithm of the estimate, -inf if nothing was seen."""
        return min(self.law.log_estimate, 0.0) / _LOG_10

    @property
    def probability(self) -> float:
        """The nearest float, 0.0 below 5e-324; without hits 0.0 too, which is no claim: see `interval`."""
        return exp(min(self.law.log_estimate, 0.0))

    @property
    def relative_error(self) -> float:
        """Half the width of the interval over the estimate; inf if it is withheld or nothing was seen."""
        if self.withheld or self.law.log_estimate == -inf:
            return 0.0 if isinstance(self.law, Bounded) else inf
        low, high = (exp(each - self.law.log_estimate) for each in self.law.log_interval(self.confidence))
        return (high - low) / 2.0

    @property
    def reached(self) -> bool:
        """Whether the relative error is what was asked for, to a thousandth of it."""
        return self.relative_error <= self.asked * 1.001

    def interval(self, confidence: float | None = None) -> tuple[float, float]:
        """Return the interval of the probability, at `confidence` or that of the estimate.

        Raises
        ------
        IntervalWithheld
            If the draws themselves show that it would not hold.
        InputError
            If `confidence` does not lie strictly between 0 and 1.
        """
        low, high = self.log10_interval(confidence)
        return 10.0**low, 10.0**high

    def log10_interval(self, confidence: float | None = None) -> tuple[float, float]:
        """Return the decimal logarithms of the ends of `interval`, which stay finite where they underflow.

        Raises
        ------
        IntervalWithheld, InputError
            As for `interval`.
        """
        low, high = self.law.log_interval(self.confidence if confidence is None else confidence)
        if self.withheld:
            raise IntervalWithheld(f"There is no interval: {self.withheld}.")
        return low / _LOG_10, min(high, 0.0) / _LOG_10

    def __str__(self) -> str:
        """Return the estimate and its error rounded together, as one in so many, and its logarithm."""
        exponent = self.log10_probability
        if self.withheld and exponent == -inf:
            return f"unknown: {self.withheld}"
        if exponent == -inf:
            return "0 (impossible)" if isinstance(self.law, Bounded) else f"below {self.interval()[1]:.2g}"
        value = rounded_together(exponent, self.relative_error)
        return f"{value} (1 in {_power_of_ten(-exponent)}, log10 {exponent:.6g})"


def rounded_together(exponent: float, relative_error: float) -> str:
    """Return 10**exponent and its error with the digits that the error leaves: "(5.419 +- 0.053)e-64".

    An error below 1e-9 is not shown and leaves nine digits; an infinite one is not shown and leaves three.
    """
    if relative_error == inf:
        return f"about {_power_of_ten(exponent)}"
    whole = floor(exponent + 1e-10)
    mantissa = 10.0 ** (exponent - whole)
    if relative_error < 1e-9:
        return f"{mantissa:.8f}e{whole}"
    error = mantissa * relative_error
    digits = max(1 - floor(log10(error)), 0)
    if -4 <= whole < 0:
        return f"{10.0**exponent:.{digits - whole}f} +- {10.0**exponent * relative_error:.{digits - whole}f}"
    return f"({mantissa:.{digits}f} +- {error:.{digits}f})e{whole}"


def _power_of_ten(exponent: float) -> str:
    whole = floor(exponent)
    return f"{10.0 ** (exponent - whole):.2f}e{whole}" if abs(exponent) >= 6 else f"{10.0**exponent:.3g}"


def agreement(hits: int, draws: int, probability: float, complement: float, log10_probability: float) -> float:
    """Return the normal score of the two-sided binomial p-value of `hits`, positive when there are too many.

    The p-value is exact, twice the smaller of the tails P(X >= hits) and P(X <= hits); so one lucky hit where 0.03 were
    expected gives 1.9 and no alarm. Tails too small for a float are summed in logarithms.

    Parameters
    ----------
    hits, draws : int
        The simulation.
    probability, complement, log10_probability : float
        The exact answer, one minus it, and its logarithm, which stays finite where `probability` underflows.
    """
    from scipy.special import betainc, ndtri, ndtri_exp

    too_many = hits > draws * probability
    log_p = log10_probability * _LOG_10
    log_q = log(complement) if complement > 0 else -inf
    if too_many:
        tail = float(betainc(hits, draws - hits + 1, probability))
        beyond = hits, draws, log_p, log_q
    else:
        tail = 1.0 if hits == draws else float(betainc(draws - hits, hits + 1, complement))
        beyond = draws - hits, draws, log_q, log_p
    score = -float(ndtri(tail) if tail > 1e-290 else ndtri_exp(_log_upper_tail(*beyond)))
    if score <= 0:
        return 0.0
    return score if too_many else -score


def _log_upper_tail(k: int, n: int, log_p: float, log_q: float) -> float:
    """Return log P(X >= k) for X ~ Binomial(n, p) and k above the mean: the first term times a falling series."""
    if log_p == -inf:
        return -inf
    first = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log_p + (n - k) * log_q if k < n else n * log_p
    term, total, j = 1.0, 1.0, k
    while term > 1e-17 * total and j < n:
        term *= (n - j) / (j + 1) * exp(log_p - log_q)
        total += term
        j += 1
    return first + log(total)
