r"""The largest probability that any dependence between the electors could give.

Let elector i defect effectively with probability e_i, however the electors depend on each other. Let P be the
probability of the event B that at least K votes defect. Counting votes within B,

    K P <= sum_i w_i P(i defects and B) <= sum_i w_i min(e_i, P),

and the largest P <= 1 that obeys this is the bound. As min(e_i, P) is the smaller choice for every i, the right side is
the least, over all sets J, of sum_{i in J} w_i e_i + P sum_{i not in J} w_i, and sets that hold the smallest e_i
suffice: with electors in ascending order of e, A_j the sum of the first j products w_i e_i and R_j the votes of the
others,

    P = min(1, min_{j: R_j < K} A_j / (K - R_j)).

For single votes it is sharp: lay arcs of lengths min(e_i, P) one after the other round a circle of length P, which
covers every point at least K times, and let the circle be B. Equal probabilities p give min(1, n p / K). For blocs it
is an upper bound. The largest probabilities of sums of dependent variables go back to Rueschendorf (1982, Journal of
Applied Probability 19, 623-632).

Where attempts move each other, everybody whose condition could be met counts as attempting, so that e_i is the most
that the elector's own probability can come to. Of contradictory accounts the bounds are weighed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.quadrature import nodes
from montecarlo.model import Mixture, Model
from montecarlo.parts import Alone, CommonOdds


def greatest_probability(model: Model | Mixture) -> float:
    """Compute the largest probability that any dependence between effective defections could give.

    Each elector's own probability of an effective defection stays as the model has it: p_i (1 - u c_i), c_i the
    chance of being cancelled if the laws are upheld and u the chance that they are.

    Parameters
    ----------
    model : Model or Mixture
        Electors, votes, needed votes and all parts; that opponents may give votes to the leader is left out.

    Returns
    -------
    float
        The largest probability, sharp if every elector has one vote, otherwise an upper bound of it.

    Examples
    --------
    >>> greatest_probability(Model([0.25] * 4, 2))
    0.5
    """
    if isinstance(model, Mixture):
        return min(1.0, sum(weight * greatest_probability(part) for weight, part in model.parts))
    effective = _attempting(model)
    if model.law is not None:
        effective = effective * (1.0 - model.law.upheld * model.law.cancelled[: model.electors])
    order = np.argsort(effective)
    votes = model.votes[order]
    others = votes[::-1].cumsum()[::-1] - votes
    few = others < model.needed
    sums = np.cumsum(votes * effective[order])
    return min(1.0, float((sums[few] / (model.needed - others[few])).min()))


def _attempting(model: Model) -> NDArray[np.float64]:
    """Return the most that each elector's probability of attempting can come to, ``(n,)``."""
    attempting = model.probability
    if not isinstance(model.coordination, Alone):
        attempting = np.minimum(attempting + model.coordination.conditional, 1.0)
    if not isinstance(model.dependence, CommonOdds):
        return attempting
    environment, _ = nodes(Model(attempting, model.needed, model.votes, dependence=model.dependence))
    given, _ = environment.chance(attempting, 1.0 - attempting, np.arange(model.electors))
    return np.asarray(np.exp(environment.log_weight) @ given[:, 0])
