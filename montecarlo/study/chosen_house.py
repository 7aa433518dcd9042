"""What follows a contingent election: whom the House would choose, exactly and simulated.

Nobody measured how delegations would vote, so this stands apart from the electors' answer: it is conditional on a
contingent election, and on whether a third candidate has electoral votes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from montecarlo.engine.house_simulation import HouseSimulation, simulate_house
from montecarlo.errors import NotSolvable
from montecarlo.exact.contingent import HouseOutcome, solve_house
from montecarlo.house import House

DRAWS: Final = 100_000
"""Votes of the House that are simulated beside the exact answer."""


@dataclass(frozen=True, eq=False)
class HouseAnswer:
    """Whom the House would choose.

    Attributes
    ----------
    house : House
        The delegations.
    of_three, of_two : HouseOutcome or None
        The outcome with a third candidate, and with none; None where the factor is too strong for an exact answer.
    simulation : HouseSimulation
        The outcome with a third candidate, simulated.
    """

    house: House
    of_three: HouseOutcome | None
    of_two: HouseOutcome | None
    simulation: HouseSimulation

    def record(self) -> dict[str, Any]:
        """Return it as one JSON object."""
        return {
            "delegations": self.house.delegations,
            "needed": self.house.needed,
            "of_three": None if self.of_three is None else asdict(self.of_three),
            "of_two": None if self.of_two is None else asdict(self.of_two),
            "simulation": {"seed": self.simulation.seed, "of_three": self.simulation.counts.tolist()},
        }

    @classmethod
    def from_record(cls, house: House, record: dict[str, Any]) -> HouseAnswer:
        """Build it anew from its house and its record."""
        told = record["simulation"]
        simulation = HouseSimulation(np.array(told["of_three"], dtype=np.int64), int(told["seed"]))
        of_three, of_two = (each and HouseOutcome(**each) for each in (record["of_three"], record["of_two"]))
        return cls(house, of_three, of_two, simulation)


def choose(house: House | None, *, seed: int) -> HouseAnswer | None:
    """Let the House choose; None if there is none."""
    if house is None:
        return None
    simulation = simulate_house(house, DRAWS, seed=seed)
    return HouseAnswer(house, _solved(house), _solved(house.without_alternative()), simulation)


def _solved(house: House) -> HouseOutcome | None:
    try:
        return solve_house(house)
    except NotSolvable:
        return None
