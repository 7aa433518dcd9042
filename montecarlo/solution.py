"""The exact answer of a model."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Solution:
    """An exact probability, with a bound on the rounding that it took to compute it.

    Attributes
    ----------
    probability : float
        Probability that the effective defecting votes reach `needed`, as the nearest double: 0.0 below 5e-324.
    log10_probability : float
        Its decimal logarithm, finite also where `probability` is 0.0; -inf only if the event is impossible.
    complement : float
        Probability that the leader keeps its majority, as accurate as `probability` however small it is.
    relative_error_bound : float
        Bound on the relative error of `probability` from rounding, the float64 parameters of the model taken as exact.
        Below 2.2e-308, where doubles thin out, it is that of the number whose logarithm is `log10_probability`.
    bound_is_proved : bool
        True: the bound is a theorem; False: it is an estimate.
    pmf : (total votes + 1,) float64
        Probability of each number of effective defecting votes; read only.
    """

    probability: float
    log10_probability: float
    complement: float
    relative_error_bound: float
    bound_is_proved: bool
    pmf: NDArray[np.float64] = field(repr=False)
