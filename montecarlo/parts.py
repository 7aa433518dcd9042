"""What a model is made of beside its electors: dependence, coordination, law, destinations, opponents.

The parts hold numbers and check them; they know no algorithm. Arrays are one number for all or one an elector; where
opponents are modelled too, an array that concerns both sides holds the leader's electors first, then the opponents'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from montecarlo.arrays import array_of, broadcast, first_wrong, freeze, probabilities, whole_numbers
from montecarlo.errors import InputError

MOST_DEGREES = 1000
"""Most degrees of freedom of a t distribution; beyond it stands the Gaussian one, ``inf``."""


@dataclass(frozen=True)
class Independent:
    """Attempts are independent of each other."""


@dataclass(frozen=True, eq=False, init=False)
class Factors:
    r"""Common factors: one national, one a group, Gaussian or t (a factor copula; marginals stay p_i).

    Elector i attempts to defect iff ``X_i = a_i Z + b_i Z_g(i) + sqrt(1 - a_i^2 - b_i^2) e_i > x_i`` with independent
    standard normal Z, Z_g, e_i, and x_i such that P(attempt) = p_i. With finite degrees of freedom every X_i is divided
    by one common ``sqrt(chi2 / nu)``, also at zero loadings, and x_i is the quantile of the t distribution.

    Attributes
    ----------
    national, group : (n,) float64 or scalar
        Loadings a_i and b_i; their squares are shares of the variance.
    degrees_of_freedom : float
        ``inf``, or a whole number from 1 to 1000.

    Raises
    ------
    InputError
        If a loading does not lie between -1 and 1, or the squares of an elector's loadings reach 1.
    """

    national: NDArray[np.float64]
    group: NDArray[np.float64]
    degrees_of_freedom: float

    def __init__(self, national: ArrayLike, group: ArrayLike = 0.0, degrees_of_freedom: float = inf) -> None:
        a = _loadings("Factors.national", national)
        b = _loadings("Factors.group", group)
        if a.ndim and b.ndim and len(a) != len(b):
            raise InputError(f"Factors.group has {len(b)} values but Factors.national has {len(a)}.")
        share = a**2 + b**2
        if (share >= 1).any():
            which = first_wrong("The sum of the squared loadings", share, share >= 1)
            raise InputError(f"{which}; it must be below 1, or nothing is left of the elector's own mind.")
        known = isinstance(degrees_of_freedom, Real) and not isinstance(degrees_of_freedom, bool)
        nu = float(degrees_of_freedom) if known else np.nan
        if nu != inf and not (nu == np.floor(nu) and 1 <= nu <= MOST_DEGREES):
            raise InputError(
                f"Factors.degrees_of_freedom is {degrees_of_freedom!r}; it must be a whole number from 1 to "
                f"{MOST_DEGREES}, or inf for Gaussian factors."
            )
        freeze(self, national=a, group=b)
        object.__setattr__(self, "degrees_of_freedom", nu)


@dataclass(frozen=True)
class CommonOdds:
    """One rate X ~ Beta(alpha, beta) for all: elector i's odds are X's times (odds of p_i / odds of the mean rate).

    The mean rate is m = alpha / (alpha + beta). With every p_i = m the number of attempts is beta-binomial; otherwise
    P(attempt) is E[p_i(X)], which is not p_i. Under a pledge or cascade the factor multiplies the odds of p_i + c_i
    G_i(k) for every level k.

    Attributes
    ----------
    alpha, beta : float
        Parameters of the Beta distribution, above 0, at most 1e6.
    """

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        for name, value in (("alpha", self.alpha), ("beta", self.beta)):
            if isinstance(value, bool) or not isinstance(value, Real) or not 1e-3 <= float(value) <= 1e6:
                raise InputError(f"CommonOdds.{name} is {value!r}; it must be a number from 0.001 to 1,000,000.")
            object.__setattr__(self, name, float(value))


@dataclass(frozen=True)
class Alone:
    """Nobody's attempt depends on how many others attempt."""


@dataclass(frozen=True, eq=False, init=False)
class Pledge:
    """An assurance contract: pledges are exercised only if there are enough of them.

    Beside the unconditional attempt (probability p_i), elector i pledges with probability c_i; the two exclude each
    other. Those who pledged attempt iff the count reaches `threshold`.

    Attributes
    ----------
    conditional : (n,) float64 or scalar
        c_i; p_i + c_i must not exceed 1.
    threshold : int
        Electors that must be counted, at least 1.
    counts : {"conditional", "all"}
        Whether pledges alone are counted, or unconditional defectors too.

    Raises
    ------
    InputError
        If a value is out of its range.
    """

    conditional: NDArray[np.float64]
    threshold: int
    counts: str

    def __init__(self, conditional: ArrayLike, threshold: int, counts: str = "conditional") -> None:
        if counts not in ("conditional", "all"):
            raise InputError(f"Pledge.counts is {counts!r}; it must be 'conditional' or 'all'.")
        freeze(self, conditional=probabilities("Pledge.conditional", conditional))
        object.__setattr__(self, "threshold", _whole("Pledge.threshold", threshold, least=1))
        object.__setattr__(self, "counts", counts)


@dataclass(frozen=True, eq=False, init=False)
class Cascade:
    """A threshold cascade (Granovetter 1978, American Journal of Sociology 83, 1420-1443).

    Elector i has threshold 0 with probability p_i, a positive one with probability c_i and law G, and otherwise never
    joins: P(threshold <= k) = p_i + c_i G_i(k). Those with threshold 0 begin; everybody joins whose threshold does not
    exceed the number of visible members of the round before.

    Attributes
    ----------
    conditional : (n,) float64 or scalar
        c_i; p_i + c_i must not exceed 1.
    threshold_cdf : (classes, levels) float64
        G(k), k = 0, 1, ...: nothing at 0, never falling, constant beyond its last entry. One row, one a class, or one
        an elector.
    threshold_class : (n,) int64 or scalar
        Row of each elector; by default the only row, or the elector's own.
    rounds : int or None
        Rounds after those who begin; None runs to the end, 0 leaves those who begin.
    visibility : float
        Probability that a defector is seen by the others, drawn once for each.

    Raises
    ------
    InputError
        If a value is out of its range.
    """

    conditional: NDArray[np.float64]
    threshold_cdf: NDArray[np.float64]
    threshold_class: NDArray[np.int64] | None
    rounds: int | None
    visibility: float

    def __init__(
        self,
        conditional: ArrayLike,
        threshold_cdf: ArrayLike,
        threshold_class: ArrayLike | None = None,
        rounds: int | None = None,
        visibility: float = 1.0,
    ) -> None:
        cdf = np.atleast_2d(probabilities("Cascade.threshold_cdf", threshold_cdf, most_dimensions=2))
        if cdf[:, 0].any():
            which = first_wrong("Cascade.threshold_cdf", cdf, (cdf > 0) & (np.arange(cdf.shape[1]) == 0))
            raise InputError(f"{which}; a conditional threshold is positive, so G(0) must be 0.")
        falls = np.diff(cdf, axis=1, prepend=0.0) < 0
        if falls.any():
            which = first_wrong("Cascade.threshold_cdf", cdf, falls)
            raise InputError(f"{which}, less than the entry before; a distribution function never falls.")
        rows = None
        if threshold_class is not None:
            rows = whole_numbers("Cascade.threshold_class", threshold_class, least=0)
            if (rows >= len(cdf)).any():
                which = first_wrong("Cascade.threshold_class", rows, rows >= len(cdf))
                raise InputError(f"{which}, but threshold_cdf has the rows 0 to {len(cdf) - 1} only.")
        elif len(cdf) == 1:
            rows = np.zeros((), dtype=np.int64)
        freeze(self, conditional=probabilities("Cascade.conditional", conditional), threshold_cdf=cdf)
        object.__setattr__(self, "threshold_class", rows)
        object.__setattr__(self, "rounds", None if rounds is None else _whole("Cascade.rounds", rounds, least=0))
        object.__setattr__(self, "visibility", float(probabilities("Cascade.visibility", visibility, scalar=True)))


@dataclass(frozen=True, eq=False, init=False)
class Law:
    """Binding laws: who is cancelled, and whether the courts let them be.

    Attributes
    ----------
    cancelled : (n,) float64 or scalar
        Probability that an attempt of elector i is cancelled and replaced by a loyal vote, if the laws are upheld.
    upheld : float
        Probability of the one ruling, common to all electors, that upholds the laws; otherwise nothing is cancelled.

    Raises
    ------
    InputError
        If a value is not a probability.
    """

    cancelled: NDArray[np.float64]
    upheld: float

    def __init__(self, cancelled: ArrayLike, upheld: float = 1.0) -> None:
        freeze(self, cancelled=probabilities("Law.cancelled", cancelled))
        object.__setattr__(self, "upheld", float(probabilities("Law.upheld", upheld, scalar=True)))


@dataclass(frozen=True, init=False)
class Destination:
    """Where an effective defection of one side goes; what is left is an abstention, or a vote for nobody of weight.

    Attributes
    ----------
    opponent : float
        Share that goes to the other major side.
    alternatives : tuple of float
        Share of each alternative candidate; both sides number the same candidates.

    Raises
    ------
    InputError
        If a share is no probability, or they sum to more than 1.
    """

    opponent: float
    alternatives: tuple[float, ...]

    def __init__(self, opponent: float = 0.0, alternatives: Sequence[float] = ()) -> None:
        rival = float(probabilities("Destination.opponent", opponent, scalar=True))
        others = probabilities("Destination.alternatives", alternatives).tolist() if len(alternatives) else []
        if rival + sum(others) > 1 + 1e-12:
            total = f"{rival + sum(others):.15g}"
            raise InputError(f"The shares of Destination sum to {total}; they must not exceed 1, the rest abstains.")
        object.__setattr__(self, "opponent", rival)
        object.__setattr__(self, "alternatives", tuple(others))

    @property
    def abstention(self) -> float:
        """Share that counts for nobody."""
        return max(0.0, 1.0 - self.opponent - sum(self.alternatives))


@dataclass(frozen=True, eq=False, init=False)
class Opponents:
    """The opponent's own electors, who act alone but share the leader's factors, groups and ruling.

    Attributes
    ----------
    probability : (m,) float64 or scalar
        Probability that an elector attempts to defect.
    votes, group : (m,) int64 or scalar
        Votes, and number of the group whose factor is shared; by default 1 and 0.
    destination : Destination
        Where their defections go; `opponent` is the leader's side. By default to nobody.

    Raises
    ------
    InputError
        If a value is out of its range.
    """

    probability: NDArray[np.float64]
    votes: NDArray[np.int64]
    group: NDArray[np.int64]
    destination: Destination

    def __init__(
        self,
        probability: ArrayLike,
        votes: ArrayLike = 1,
        group: ArrayLike = 0,
        destination: Destination | None = None,
    ) -> None:
        if destination is not None and not isinstance(destination, Destination):
            raise InputError(f"Opponents.destination is {destination!r}; it must be a montecarlo.Destination or None.")
        given = {
            "Opponents.probability": probabilities("Opponents.probability", probability),
            "Opponents.votes": whole_numbers("Opponents.votes", votes, least=1),
            "Opponents.group": whole_numbers("Opponents.group", group, least=0),
        }
        chance, heavy, where = broadcast(given).values()
        freeze(self, probability=chance, votes=heavy, group=where)
        object.__setattr__(self, "destination", destination or Destination())


Dependence = Independent | Factors | CommonOdds
Coordination = Alone | Pledge | Cascade


def _loadings(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = array_of(name, values).astype(np.float64)
    wrong = ~((array > -1) & (array < 1))
    if wrong.any():
        raise InputError(f"{first_wrong(name, array, wrong)}; a loading lies between -1 and 1, both excluded.")
    return array


def _whole(name: str, value: int, *, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} is {value!r}; it must be a whole number of at least {least}.")
    return int(value)
