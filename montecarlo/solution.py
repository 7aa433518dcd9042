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
    complement, log10_complement : float
        Probability that the leader keeps its majority, and its logarithm: as accurate as those of its loss.
    relative_error_bound : float
        Bound on the relative error of `probability` from rounding, the float64 parameters of the model taken as exact.
        Below 2.2e-308, where doubles thin out, it is that of the number whose logarithm is `log10_probability`.
    bound_is_proved : bool
        True: the bound is a theorem; False: it is an estimate. Independent electors have a theorem.
    pmf : (total votes + 1,) float64
        Probability of each number of effective defecting votes; read only.
    """

    probability: float
    log10_probability: float
    complement: float
    log10_complement: float
    relative_error_bound: float
    bound_is_proved: bool
    pmf: NDArray[np.float64] = field(repr=False)

    def agrees_with(self, other: Solution) -> bool:
        """Say whether two computations of one answer agree within their bounds on the rounding.

        Processors add in different orders, so the last digits may differ between machines. The bounds are relative, and
        hold for the logarithms too, give or take a few roundings, and for the entries of the distribution above 1e-270.
        """
        bound = self.relative_error_bound + other.relative_error_bound + 1e-12
        pairs = ((self.log10_probability, other.log10_probability), (self.log10_complement, other.log10_complement))
        logs = all(a == b or abs(a - b) <= bound * max(1.0, abs(a)) for a, b in pairs)
        entries = len(self.pmf) == len(other.pmf) and np.allclose(self.pmf, other.pmf, rtol=bound, atol=1e-270)
        return bool(logs and entries and np.isclose(self.probability, other.probability, rtol=bound, atol=1e-300))
