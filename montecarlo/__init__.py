"""How likely is it that enough electors defect to deny a majority? Exact and simulated answers.

>>> import montecarlo as mc
>>> model = mc.Model(probability=[0.001] * 306, needed=37)
>>> mc.solve(model).log10_probability
-63.266067149147...

The names are loaded when they are first used, so that importing the package costs nothing. Nothing inside it imports
this module.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from montecarlo.answer import Answer, ask
    from montecarlo.engine.house_simulation import HouseSimulation, simulate_house
    from montecarlo.engine.simulation import simulate
    from montecarlo.errors import InputError, IntervalWithheld, MonteCarloError, NotSolvable, ScenarioError, StoreError
    from montecarlo.estimates import Estimate, Simulation, Tally
    from montecarlo.estimation import estimate
    from montecarlo.exact.any_dependence import greatest_probability
    from montecarlo.exact.contingent import HouseOutcome, solve_house
    from montecarlo.exact.solver import solve
    from montecarlo.house import House
    from montecarlo.model import Mixture, Model, mixture
    from montecarlo.parts import (
        Alone,
        Cascade,
        CommonOdds,
        Destination,
        Factors,
        Independent,
        Law,
        Opponents,
        Pledge,
    )
    from montecarlo.scenario import Scenario, load
    from montecarlo.show.distribution import plot_distribution
    from montecarlo.solution import Outcomes, Solution
    from montecarlo.study.denial import Denial, given_denial

_PLACES = {
    "Alone": "parts",
    "Answer": "answer",
    "Cascade": "parts",
    "CommonOdds": "parts",
    "Denial": "study.denial",
    "Destination": "parts",
    "Estimate": "estimates",
    "Factors": "parts",
    "House": "house",
    "HouseOutcome": "exact.contingent",
    "HouseSimulation": "engine.house_simulation",
    "Independent": "parts",
    "InputError": "errors",
    "IntervalWithheld": "errors",
    "Law": "parts",
    "Mixture": "model",
    "Model": "model",
    "MonteCarloError": "errors",
    "NotSolvable": "errors",
    "Opponents": "parts",
    "Outcomes": "solution",
    "Pledge": "parts",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "Simulation": "estimates",
    "Solution": "solution",
    "StoreError": "errors",
    "Tally": "estimates",
    "ask": "answer",
    "estimate": "estimation",
    "given_denial": "study.denial",
    "greatest_probability": "exact.any_dependence",
    "load": "scenario",
    "mixture": "model",
    "plot_distribution": "show.distribution",
    "simulate": "engine.simulation",
    "simulate_house": "engine.house_simulation",
    "solve": "exact.solver",
    "solve_house": "exact.contingent",
}

__all__ = [
    "Alone",
    "Answer",
    "Cascade",
    "CommonOdds",
    "Denial",
    "Destination",
    "Estimate",
    "Factors",
    "House",
    "HouseOutcome",
    "HouseSimulation",
    "Independent",
    "InputError",
    "IntervalWithheld",
    "Law",
    "Mixture",
    "Model",
    "MonteCarloError",
    "NotSolvable",
    "Opponents",
    "Outcomes",
    "Pledge",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "Solution",
    "StoreError",
    "Tally",
    "ask",
    "estimate",
    "given_denial",
    "greatest_probability",
    "load",
    "mixture",
    "plot_distribution",
    "simulate",
    "simulate_house",
    "solve",
    "solve_house",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'montecarlo' has no attribute {name!r}")
    return getattr(import_module(f"montecarlo.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
