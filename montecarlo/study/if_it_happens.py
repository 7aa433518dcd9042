"""What a scenario looks like if its majority is denied: which states and laws lose votes, and who becomes president.

The House is an assumption of its own, so the chances of who is elected stand apart from what is lost.
"""

from __future__ import annotations

from collections import defaultdict
from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.estimates import Simulation
from montecarlo.exact.contingent import HouseOutcome
from montecarlo.language.roster import Roster
from montecarlo.model import Mixture, Model
from montecarlo.parts import Alone, CommonOdds
from montecarlo.solution import Outcomes, Solution
from montecarlo.study.chosen_house import HouseAnswer
from montecarlo.study.denial import Denial

Floats = NDArray[np.float64]

FEW_HITS: Final = 100
"""Fewer simulated denials do not tell shares of them."""


def denial_record(denial: Denial, roster: Roster, elected: dict[str, float] | None) -> dict[str, Any]:
    """Return it as one JSON object.

    Parameters
    ----------
    denial : Denial
        What is lost.
    roster : Roster
        Whose groups are states.
    elected : dict, optional
        See `elected_if_denied`.
    """
    states = dict(zip(roster.states, denial.by_group.tolist(), strict=True))
    total = denial.total
    return {
        "votes_lost_mean": sum(states.values()),
        "votes_lost": None if total is None else votes_lost(total),
        "by_state": states,
        "by_law": by_law(denial.by_group, roster),
        "house": elected,
        "method": denial.method,
        "draws": denial.draws,
    }


def votes_lost(total: Floats) -> dict[str, int]:
    """Return the most likely number of votes, and between which nine in ten elections lie."""
    below = np.cumsum(total)
    low, high = (int(np.searchsorted(below, share * below[-1])) for share in (0.05, 0.95))
    return {"most_likely": int(total.argmax()), "quantile_05": low, "quantile_95": high}


def by_law(by_group: Floats, roster: Roster) -> dict[str, float]:
    """Add up the states by the kind of their law."""
    kinds, found = {seat.state: seat.law for seat in roster.leader_seats}, defaultdict[str, float](float)
    for state, votes in zip(roster.states, by_group.tolist(), strict=True):
        found[kinds[state]] += votes
    return dict(found)


def elected_if_denied(
    solution: Solution | None, simulation: Simulation, house: HouseAnswer | None, *, third: bool
) -> dict[str, float] | None:
    """Compute who becomes president given that the majority is denied.

    Parameters
    ----------
    solution : Solution or None
        The exact answer.
    simulation : Simulation
        The simulated one, for what is not known exactly.
    house : HouseAnswer or None
        Whom the House would choose.
    third : bool
        Whether anybody but the two sides may have votes.

    Returns
    -------
    dict or None
        Chances of the leader, the opponent and the alternative, of somebody else by the electors alone, and of a House
        without a majority; None if there is no House, or too little is known.
    """
    shares = _shares(solution, simulation)
    if house is None or shares is None:
        return None
    contingent, opponent, other, nobody = shares
    two = nobody if third else contingent
    of_three = house.of_three or HouseOutcome(*(house.simulation.counts / house.simulation.draws).tolist())
    if two is None or (two and house.of_two is None):
        return None
    of_two = house.of_two or of_three
    three = max(contingent - two, 0.0)
    chances = {
        name: three * getattr(of_three, name) + two * getattr(of_two, name)
        for name in ("leader", "opponent", "alternative", "deadlock")
    }
    return chances | {"opponent": chances["opponent"] + opponent, "somebody_else": other}


def _shares(solution: Solution | None, simulation: Simulation) -> tuple[float, float, float, float | None] | None:
    """Shares of the denials that are contingent, won outright by the opponent or another, and contingent of two."""
    seen = simulation.outcomes if simulation.hits >= FEW_HITS else None
    if solution is None or solution.log10_probability == -inf:
        return None if seen is None else _of_denials(seen, simulation.probability)
    found, denied = solution.outcomes, solution.probability
    exactly = _of_denials(found, denied) if denied else (0.0, 0.0, 0.0, None)
    contingent = 10.0 ** (found.log10_contingent_election - solution.log10_probability)
    simulated = None if seen is None else _of_denials(seen, simulation.probability)[3]
    return contingent, exactly[1], exactly[2], simulated if found.third_place is None else exactly[3]


def _of_denials(found: Outcomes, denied: float) -> tuple[float, float, float, float | None]:
    nobody = None if found.third_place is None else found.third_nobody / denied
    return found.contingent_election / denied, found.opponent_majority / denied, found.other_majority / denied, nobody


def expected_by_group(model: Model, *, lawful: bool) -> Floats | None:
    """Compute expected votes of those who attempt, or whose attempts count, (G,); None if they move each other."""
    if not isinstance(model.coordination, Alone) or isinstance(model.dependence, CommonOdds):
        return None
    chance = model.probability
    if lawful and model.law is not None:
        chance = chance * (1.0 - model.law.upheld * model.law.cancelled[: model.electors])
    expected: Floats = np.bincount(model.group, chance * model.votes).astype(np.float64)
    return expected


def usually_lost(model: Model | Mixture, simulation: Simulation) -> Floats:
    """Compute expected votes lost by each group whatever comes of it, simulated where electors move each other."""
    means = [(weight, expected_by_group(part, lawful=True)) for weight, part in model.parts]
    known = [weight * mean for weight, mean in means if mean is not None]
    if len(known) < len(means):
        return simulation.tally.effective / simulation.draws
    result: Floats = np.sum(known, axis=0)
    return result
