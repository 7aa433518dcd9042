r"""Independent electors: bloc votes, cancelled attempts, one common ruling.

Given the ruling, elector i defects effectively with probability p_i (1 - c_i) if the laws are upheld, c_i the chance of
being cancelled, else with p_i. Electors are independent, so their votes add up by a tree of convolutions
(`montecarlo.exact.convolution`), and the answer is a tail of the sum, mixed over the two rulings. The smaller of
"denied" and "kept" is summed, the larger is one minus it: both keep their relative accuracy.

**Tilt.** A tail below 1e-270 would be lost to underflow. It is computed from other probabilities instead, under which
K = `needed` votes are ordinary. With x >= 1, a_i = p_i x^(w_i), s_i = q_i + a_i (Esscher 1932):

    P(S >= K) = prod_i s_i * sum_{k >= K} x^-k P~(S = k),    p~_i = a_i / s_i,    q~_i = q_i / s_i.

x = 2^(m/1024), m whole, so that x^k is a whole power of two, which is exact, times one of 1024 numbers in [1, 2),
whatever k is; m is the least at which the tilted mean reaches K - 1/2. Then P~(S >= K) is at least
1 / (2 (total votes - K + 1)), and the coarseness of m costs the leading terms at most 2^-98: they stand far above what
underflow can take, however small P is. Blocs with chances below 1e-250 may yet come near it; the bound then says so.
Mantissas and exponents are kept apart in the product and in the result.

**Bound.** Factors 1 + d, abs(d) <= u = 2^-53, are counted along the path of a term (Higham 2002, Accuracy and Stability
of Numerical Algorithms, 2nd ed., section 3.1). q_i takes 1; under a law p_i (1 - c_i) and (1 - p_i) + p_i c_i take 2;
the tree counts its own; the sum of L terms takes L - 1; the mixture takes 3. A tilted elector takes 4 more: 2 for the
power of x, 1 for multiplying by it, 1 for the division by s_i. The rounding of s_i itself cancels, as the rounded value
stands in the product too, which takes n. The end takes 2 + 1 for x^-k and 2 + 2 for x^-K and the product. N factors
make a relative error of at most N u / (1 - N u), and underflow adds at most `LOST` over the sum that is left.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import cache, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.convolution import LOST, Distribution, distribution
from montecarlo.model import Model
from montecarlo.solution import Solution

_SAFE = 1e-270
_STEPS = 1024
# At x = 2^2048 even electors of the least possible chance, 2^-1127, leave no more than half a vote out of 100,000.
_STEEPEST = 2048 * _STEPS
_FAR = 1100


class _Chances(NamedTuple):
    """Chances of the electors under one ruling: `defect` is `attempt * spared` and may have underflowed."""

    weight: float
    attempt: NDArray[np.float64]
    spared: NDArray[np.float64] | float
    defect: NDArray[np.float64]
    loyal: NDArray[np.float64]
    roundings: int


class _Tail(NamedTuple):
    """The number `fraction * 2**exponent` and a bound on its relative error."""

    fraction: float
    exponent: int
    error: float


def solution(model: Model) -> Solution:
    """Compute the exact distribution of the effective votes of independent electors, and its tail.

    Parameters
    ----------
    model : Model
        Electors, votes, needed votes and law.

    Returns
    -------
    Solution
    """
    rulings = _rulings(model)
    counts = [distribution(each.defect, each.loyal, votes=model.votes, roundings=each.roundings) for each in rulings]
    pmf = reduce(np.add, [each.weight * values for each, (values, _) in zip(rulings, counts, strict=True)])
    pmf.setflags(write=False)
    tail = _mixture(rulings, counts, votes=model.votes, needed=model.needed)
    denied = math.ldexp(tail.fraction, tail.exponent)
    if denied <= 0.5:
        four = denied, _log10(tail), 1.0 - denied, _log10_besides(denied)
        return Solution.of_leader(*four, tail.error, True, pmf[: model.needed], pmf)
    rulings = [_mirrored(chances) for chances in rulings]
    counts = [Distribution(values[::-1], roundings) for values, roundings in counts]
    tail = _mixture(rulings, counts, votes=model.votes, needed=len(pmf) - model.needed)
    kept = math.ldexp(tail.fraction, tail.exponent)
    error = tail.error * kept / (1.0 - kept) + 2.0**-52 if tail.fraction else 0.0
    four = 1.0 - kept, _log10_besides(kept), kept, _log10(tail)
    return Solution.of_leader(*four, error, True, pmf[: model.needed], pmf)


def _rulings(model: Model) -> list[_Chances]:
    """List the rulings that can occur."""
    attempt, law = model.probability, model.law
    unbound = _Chances(1.0, attempt, 1.0, attempt, 1.0 - attempt, 1)
    if law is None or law.upheld == 0.0:
        return [unbound]
    spared, loyal = 1.0 - law.cancelled, (1.0 - attempt) + attempt * law.cancelled
    bound = _Chances(law.upheld, attempt, spared, attempt * spared, loyal, 2)
    return [bound, unbound._replace(weight=1.0 - law.upheld)] if law.upheld < 1.0 else [bound]


def _mirrored(chances: _Chances) -> _Chances:
    """Let the loyal ones be counted instead of the defectors."""
    return chances._replace(attempt=chances.loyal, spared=1.0, defect=chances.loyal, loyal=chances.defect)


def _tail(chances: _Chances, counts: Distribution, *, votes: NDArray[np.int64], needed: int) -> _Tail:
    """Sum the probabilities from `needed` on, from tilted ones where these are too small."""
    values, roundings = counts
    total = float(values[needed:].sum())
    if total < _SAFE:
        return _tilted_tail(chances, votes, needed=needed)
    return _Tail(total, 0, _error(roundings + len(values), total))


def _tilted_tail(chances: _Chances, votes: NDArray[np.int64], *, needed: int) -> _Tail:
    """Compute a tail of any size from the distribution tilted towards it (module docstring)."""
    fraction, exponent = np.frexp(chances.attempt)
    fraction = fraction * chances.spared
    sure = chances.loyal == 0.0
    free = (fraction > 0.0) & ~sure
    needed -= int(votes[sure].sum())
    fraction, exponent, loyal, votes = fraction[free], exponent[free], chances.loyal[free], votes[free]
    if votes.sum() < needed:
        return _Tail(0.0, 0, 0.0)
    common = int(np.gcd.reduce(votes))
    needed = -(-needed // common) * common  # no smaller sum can be reached
    steps = _steps(np.log2(fraction) + exponent - np.log2(loyal), votes, needed=needed)
    factor, power = _power(steps * votes)
    fraction, carry = np.frexp(fraction * factor)
    power += exponent + carry
    top = np.maximum(power, 0)
    defect, loyal = _shifted(fraction, power - top), _shifted(loyal, -top)
    scale = defect + loyal
    values, roundings = distribution(defect / scale, loyal / scale, votes=votes, roundings=chances.roundings + 4)
    weights = _shifted(*_power(-steps * np.arange(len(values) - needed)))
    left = float((values[needed:] * weights).sum())
    product, scaling = _product(scale)
    factor, power = _power(np.array(-steps * needed))
    return _Tail(
        product * left * float(factor),
        scaling + int(top.sum()) + int(power),
        _error(roundings + len(votes) + len(values) + 8, left),
    )


def _steps(odds: NDArray[np.float64], votes: NDArray[np.int64], *, needed: int) -> int:
    """Find the least m at which the mean, tilted by 2^(m/1024) a vote, reaches `needed` - 1/2; `odds` are log2."""

    def mean(steps: int) -> float:
        return float((votes / (1.0 + np.exp2(-odds - votes * (steps / _STEPS)))).sum())

    with np.errstate(over="ignore"):
        return bisect_left(range(_STEEPEST), needed - 0.5, key=mean)


def _power(steps: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return 2^(steps/1024) as numbers in [1, 2), right to two roundings, and whole powers of two."""
    return _roots()[steps % _STEPS], steps // _STEPS


@cache
def _roots() -> NDArray[np.float64]:
    """Compute 2^(r/1024), r = 0 ... 1023, in whole numbers of 128 binary places, then round."""
    one = 1 << 128
    root = 2 * one
    for _ in range(10):
        root = math.isqrt(root * one)
    powers = [one]
    while len(powers) < _STEPS:
        powers.append(powers[-1] * root >> 128)
    return np.array([power / one for power in powers])


def _shifted(values: NDArray[np.float64], power: NDArray[np.int64]) -> NDArray[np.float64]:
    """Multiply by powers of two, at most 1; where nothing is left of a value it becomes 0."""
    return np.ldexp(values, np.maximum(power, -_FAR).astype(np.int32))


def _product(factors: NDArray[np.float64]) -> tuple[float, int]:
    """Multiply all factors without underflow: a fraction from 1/2 to 1 and the power of two that belongs to it."""
    total = 0
    while True:
        factors, power = np.frexp(factors)
        total += int(power.sum())
        if len(factors) == 1:
            return float(factors[0]), total
        rows = np.ones((-(-len(factors) // 512), 512))
        rows.flat[: len(factors)] = factors
        factors = rows.prod(axis=1)


def _mixture(rulings: list[_Chances], counts: list[Distribution], *, votes: NDArray[np.int64], needed: int) -> _Tail:
    """Add the tails under all rulings, which may be of very different sizes."""
    tails = [_tail(chances, count, votes=votes, needed=needed) for chances, count in zip(rulings, counts, strict=True)]
    if len(tails) == 1:
        return tails[0]
    scaled = []
    for chances, tail in zip(rulings, tails, strict=True):
        share, power = math.frexp(chances.weight)
        fraction, carry = math.frexp(share * tail.fraction)
        scaled.append((fraction, power + carry + tail.exponent))
    top = max((exponent for fraction, exponent in scaled if fraction), default=0)
    total = sum(math.ldexp(fraction, exponent - top) for fraction, exponent in scaled)
    return _Tail(total, top, max(tail.error for tail in tails))


def _error(roundings: int, total: float) -> float:
    """Bound the relative error of a sum, its part in a mixture included."""
    share = (roundings + 3) * 2.0**-53
    return share / (1.0 - share) + (3.0 * LOST / total if total > 3.0 * LOST else math.inf)


def _log10_besides(smaller: float) -> float:
    """Take the decimal logarithm of one minus the smaller of two probabilities that sum to 1."""
    return math.log1p(-smaller) / math.log(10.0) + 0.0  # not -0.0


def _log10(tail: _Tail) -> float:
    """Take the decimal logarithm of a number that may be too small for a float."""
    return math.log10(tail.fraction) + tail.exponent * math.log10(2.0) if tail.fraction else -math.inf
