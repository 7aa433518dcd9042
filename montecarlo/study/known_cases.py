"""Cases whose answer is known from elsewhere: published numbers and closed forms, each with its source.

A closed form is evaluated when the case is run, in whole numbers or fractions wherever it has no root or arc in it; a
published number is written as printed, and is asked for to its last digit. The models are built as anybody would build
them, and answered by the public functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import asin, comb, factorial, inf, lcm, log10, pi, sqrt
from typing import Final

import numpy as np

import montecarlo.data as data
from montecarlo.exact.contingent import solve_house
from montecarlo.exact.solver import solve
from montecarlo.house import House
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge

_ELECTORS: Final = 306
_NEEDED: Final = 37
_THOUSANDTHS: Final = tuple(2 + Fraction(28 * (89 * i % 307), 307) for i in range(1, _ELECTORS + 1))
"""Probabilities of 306 electors who all differ, in thousandths: from 2 to 30."""


@dataclass(frozen=True)
class KnownCase:
    """A question with a known answer.

    Attributes
    ----------
    name, source : str
        What is asked, and where its answer is from.
    value : callable
        Returns the known answer.
    ours : callable
        Computes this program's.
    digits : float
        Digits to which the two must agree.
    """

    name: str
    source: str
    value: Callable[[], Fraction]
    ours: Callable[[], float]
    digits: float = 12.0


def rounded(name: str, source: str, printed: str, ours: Callable[[], float]) -> KnownCase:
    """Make a case of a number that is known as printed: ours may differ by half a unit of its last digit."""
    exponent = Decimal(printed).as_tuple().exponent
    half = Fraction(10) ** int(exponent) / 2
    return KnownCase(name, source, lambda: Fraction(printed), ours, -log10(half / Fraction(printed)))


def _binomial_tail(n: int, least: int, chance: Fraction) -> Fraction:
    hit, miss = chance.numerator, chance.denominator - chance.numerator
    ways = sum(comb(n, k) * hit**k * miss ** (n - k) for k in range(least, n + 1))
    return Fraction(ways, chance.denominator**n)


def _poisson_binomial_tail(chances: Sequence[Fraction], least: int) -> Fraction:
    """Count all outcomes by the recursion over electors, in whole numbers; `least` and more are one state."""
    scale = lcm(*(chance.denominator for chance in chances))
    below, reached = [1] + [0] * (least - 1), 0
    for hit in (int(chance * scale) for chance in chances):
        reached = reached * scale + below[-1] * hit
        below = [stay * (scale - hit) + come * hit for stay, come in zip(below, [0, *below], strict=False)]
    return Fraction(reached, scale ** len(chances))


def _beta_binomial_tail(n: int, least: int, alpha: int, beta: int) -> Fraction:
    """Sum C(n, k) B(alpha + k, beta + n - k) / B(alpha, beta)."""
    ways = sum(comb(n, k) * factorial(alpha + k - 1) * factorial(beta + n - k - 1) for k in range(least, n + 1))
    whole = factorial(alpha + beta + n - 1) * factorial(alpha - 1) * factorial(beta - 1)
    return Fraction(ways * factorial(alpha + beta - 1), whole)


def _pledge_tail(n: int, least: int, threshold: int, alone: Fraction, pledged: Fraction) -> Fraction:
    """Sum the trinomial law over i who act alone and j who pledge, of whom `threshold` must be there."""
    neither = 1 - alone - pledged
    return sum(
        (
            comb(n, i) * comb(n - i, j) * alone**i * pledged**j * neither ** (n - i - j)
            for i in range(n + 1)
            for j in range(n - i + 1)
            if i + j * (j >= threshold) >= least
        ),
        Fraction(0),
    )


def _quasi_binomial_tail(n: int, least: int, a: Fraction, b: Fraction) -> Fraction:
    """Sum C(n, k) a (a + k b)^(k - 1) (1 - a - k b)^(n - k)."""
    terms = (comb(n, k) * a * (a + k * b) ** (k - 1) * (1 - a - k * b) ** (n - k) for k in range(least, n + 1))
    return sum(terms, Fraction(0))


def _reed_frost_tail(n: int, least: int, first: int, escape: Fraction) -> Fraction:
    """Sum the final sizes C(n, k) q^((n - k)(m + k)) h_k, h_k = 1 - sum_{i < k} C(k, i) q^((m + i)(k - i)) h_i."""
    h: list[Fraction] = []
    for k in range(n + 1):
        h.append(1 - sum((comb(k, i) * escape ** ((first + i) * (k - i)) * h[i] for i in range(k)), Fraction(0)))
    sizes = (comb(n, k) * escape ** ((n - k) * (first + k)) * h[k] for k in range(least, n + 1))
    return sum(sizes, Fraction(0))


def _denied(model: Model) -> Callable[[], float]:
    return lambda: solve(model).probability


def _together(n: int, least: int, correlation: float, degrees: float = inf) -> Callable[[], float]:
    """Electors as likely to defect as not, under one factor."""
    return _denied(Model([0.5] * n, least, dependence=Factors(sqrt(correlation), 0.0, degrees)))


def _several() -> Model:
    return Model([float(chance / 1000) for chance in _THOUSANDTHS], _NEEDED)


def _blocs() -> float:
    votes = 1 + np.arange(1, _ELECTORS + 1) % 5
    return solve(Model(_several().probability, 130, votes)).probability


def _scipy() -> Fraction:
    from scipy.special import bdtrc

    return Fraction(float(bdtrc(_NEEDED - 1, _ELECTORS, 0.1)))


def _dunnett() -> float:
    """Find where one of three t statistics with a common control, 10 degrees of freedom, lies above by chance 1/20."""
    from scipy.optimize import brentq
    from scipy.special import stdtr

    def excess(limit: float) -> float:
        tail = float(stdtr(10, -limit))
        return solve(Model([tail] * 3, 1, dependence=Factors(sqrt(0.5), 0.0, 10))).probability - 0.05

    return float(brentq(excess, 2.0, 3.0))


def _portfolio() -> float:
    """250 loans fail where (Z / 4 + 3 sqrt(15 / 16) e_i) / sqrt(chi2 / 4) exceeds sqrt(250) / 2."""
    from scipy.special import stdtr

    spread = sqrt(8.5)
    tail = float(stdtr(4, -0.5 * sqrt(250) / spread))
    return solve(Model([tail] * 250, 63, dependence=Factors(0.25 / spread, 0.0, 4))).probability


def _acting(second: int) -> float:
    """Mean number of 100 people who act, with certain thresholds 0, `second`, 2, 3, ... 99."""
    thresholds = np.array([0, second, *range(2, 100)])
    joins = (np.arange(100) >= np.maximum(thresholds, 1)[:, None]) * 1.0
    model = Model((thresholds == 0) * 1.0, 1, coordination=Cascade((thresholds > 0) * 1.0, joins))
    return float(solve(model).pmf @ np.arange(101))


def _reed_frost() -> float:
    escape = 0.93
    law = Cascade(escape**2, 1 - escape ** np.arange(16))
    return solve(Model([1 - escape**2] * 15, 5, coordination=law)).probability


def _both_sides() -> float:
    rivals = Opponents([0.02] * 232, destination=Destination(0.1, [0.9]))
    away = Destination(0.3, [0.5])
    return solve(
        Model(_several().probability, _NEEDED, destination=away, opponents=rivals)
    ).outcomes.contingent_election


def _faithless(*, effective: bool) -> float:
    return float(sum(vote.year == 2016 and vote.effective >= effective for vote in data.faithless_electors()))


_INDEPENDENT: Final = (
    KnownCase(
        "37 of 306 at 1/1000",
        "closed form: binomial sum",
        lambda: _binomial_tail(_ELECTORS, _NEEDED, Fraction(1, 1000)),
        _denied(Model([0.001] * _ELECTORS, _NEEDED)),
    ),
    KnownCase(
        "37 of 306 who all differ",
        "closed form: sum over all subsets",
        lambda: _poisson_binomial_tail([chance / 1000 for chance in _THOUSANDTHS], _NEEDED),
        lambda: solve(_several()).probability,
    ),
    KnownCase(
        "130 votes of 306 blocs of 1 to 5",
        "to 50 digits, by two derivations",
        lambda: Fraction("6.6531217119967070325310886805132810667759802115227e-22"),
        _blocs,
    ),
    KnownCase(
        "37 of 306 at 1/10",
        "SciPy, scipy.special.bdtrc",
        _scipy,
        _denied(Model([0.1] * _ELECTORS, _NEEDED)),
        digits=10.0,
    ),
    KnownCase(
        "two sixes or more with 12 dice",
        "Stigler 2006, Statistical Science 21, 400",
        lambda: Fraction(1346704211, 2176782336),
        _denied(Model([1 / 6] * 12, 2)),
    ),
    KnownCase(
        "20 of 306, a law stops 4 in 5 if upheld",
        "closed form: two binomial sums, weighed",
        lambda: (
            _binomial_tail(_ELECTORS, 20, Fraction(1, 100)) / 4 + _binomial_tail(_ELECTORS, 20, Fraction(1, 20)) * 3 / 4
        ),
        _denied(Model([0.05] * _ELECTORS, 20, law=Law(0.8, upheld=0.25))),
    ),
)

_TIED: Final = (
    KnownCase(
        "two electors, correlation 0.3",
        "Sheppard 1899, Phil. Trans. A 192, 101",
        lambda: Fraction(0.25 + asin(0.3) / (2 * pi)),
        _together(2, 2, 0.3),
    ),
    KnownCase(
        "the same under t, 4 degrees of freedom",
        "closed form: the same, the scale cancels",
        lambda: Fraction(0.25 + asin(0.3) / (2 * pi)),
        _together(2, 2, 0.3, degrees=4),
    ),
    KnownCase(
        "two of one state and one of another",
        "closed form: 1/8 + sum of asin(r) / 4 pi",
        lambda: Fraction(0.125 + (asin(0.52) + 2 * asin(0.16)) / (4 * pi)),
        _denied(Model([0.5] * 3, 3, group=[0, 0, 1], dependence=Factors(0.4, 0.6))),
    ),
    KnownCase(
        "37 of 306, correlation 1/2",
        "closed form: 270/307, counts are uniform",
        lambda: Fraction(270, 307),
        _together(_ELECTORS, _NEEDED, 0.5),
    ),
    rounded(
        "t of three treatments, one control, 5 %",
        "Dunnett 1955, J. Am. Stat. Assoc. 50, 1096",
        "2.34",
        _dunnett,
    ),
    KnownCase(
        "63 of 250 loans, t of 4 degrees",
        "to 35 digits, by two quadratures",
        lambda: Fraction("0.0081249150670714091188133885937618542"),
        _portfolio,
    ),
    KnownCase(
        "37 of 306, one beta rate for all",
        "Skellam 1948, J. R. Stat. Soc. B 10, 257",
        lambda: _beta_binomial_tail(_ELECTORS, _NEEDED, 2, 98),
        _denied(Model([0.02] * _ELECTORS, _NEEDED, dependence=CommonOdds(2, 98))),
    ),
)

_COORDINATED: Final = (
    KnownCase(
        "15 of 100, pledges kept if there are 10",
        "closed form: trinomial sum",
        lambda: _pledge_tail(100, 15, 10, Fraction(1, 50), Fraction(1, 10)),
        _denied(Model([0.02] * 100, 15, coordination=Pledge(0.1, 10))),
    ),
    KnownCase(
        "100 people, thresholds 0 to 99: who act",
        "Granovetter 1978, Am. J. Sociology 83, 1420",
        lambda: Fraction(100),
        lambda: _acting(1),
    ),
    KnownCase(
        "the same, threshold 1 changed to 2",
        "Granovetter 1978, Am. J. Sociology 83, 1420",
        lambda: Fraction(1),
        lambda: _acting(2),
    ),
    KnownCase(
        "20 uniform thresholds: all act",
        "Konheim, Weiss 1966, SIAM J. Appl. Math. 14",
        lambda: Fraction(21**19, 20**20),
        _denied(Model([1 / 20] * 20, 20, coordination=Cascade(19 / 20, np.arange(20) / 19))),
    ),
    KnownCase(
        "37 of 306, thresholds linear in number",
        "Consul 1974, Sankhya B 36, 391",
        lambda: _quasi_binomial_tail(_ELECTORS, _NEEDED, Fraction(1, 100), Fraction(1, 500)),
        _denied(Model([0.01] * _ELECTORS, _NEEDED, coordination=Cascade(0.612, np.arange(307) / 306))),
    ),
    KnownCase(
        "Reed-Frost epidemic, 5 or more of 15",
        "Lefevre, Picard 1990, Adv. Appl. Prob. 22",
        lambda: _reed_frost_tail(15, 5, 2, Fraction(93, 100)),
        _reed_frost,
    ),
)

_AFTERWARDS: Final = (
    KnownCase(
        "nobody has 270, both sides defect",
        "to 50 digits, by two derivations",
        lambda: Fraction("1.5731628377132427383715689240753572188242086887208e-21"),
        _both_sides,
    ),
    KnownCase(
        "House of 50 fair coins, deadlock",
        "closed form: C(50, 25) / 2^50",
        lambda: Fraction(comb(50, 25), 2**50),
        lambda: solve_house(House(0.5, 0.5)).deadlock,
    ),
    KnownCase(
        "the same, correlation 1/2",
        "closed form: 1/51, counts are uniform",
        lambda: Fraction(1, 51),
        lambda: solve_house(House(0.5, 0.5, loading=sqrt(0.5))).deadlock,
    ),
    KnownCase(
        "faithless electors of 2016",
        "Neale 2017, Congr. Research Service RL32611",
        lambda: Fraction(7),
        lambda: _faithless(effective=True),
    ),
    KnownCase(
        "those whose votes were cancelled too",
        "Wikipedia on the faithless electors of 2016",
        lambda: Fraction(10),
        lambda: _faithless(effective=False),
    ),
)

CASES: Final = (*_INDEPENDENT, *_TIED, *_COORDINATED, *_AFTERWARDS)
