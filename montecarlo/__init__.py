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
    from montecarlo.answer import Answer
    from montecarlo.asking import ask
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
    from montecarlo.plots.cascade import plot_cascade
    from montecarlo.plots.contributions import plot_contributions
    from montecarlo.plots.convergence import plot_convergence
    from montecarlo.plots.distribution import plot_distribution
    from montecarlo.plots.house import plot_house
    from montecarlo.plots.state_map import plot_state_map
    from montecarlo.plots.sweeps import plot_frontier, plot_sweep
    from montecarlo.plots.vote_totals import plot_vote_totals
    from montecarlo.scenario import Scenario, load
    from montecarlo.show.notebook import explorer
    from montecarlo.solution import Outcomes, Solution
    from montecarlo.study.cascade_paths import CascadePaths, cascade_paths
    from montecarlo.study.convergence import Convergence, converge
    from montecarlo.study.denial import Denial, given_denial
    from montecarlo.study.frontiers import Frontier, frontier
    from montecarlo.study.sweeping import Sweep, sweep
    from montecarlo.study.tuning import Tuned, find_value, tune

_PLACES = {
    "Alone": "parts",
    "Answer": "answer",
    "Cascade": "parts",
    "CascadePaths": "study.cascade_paths",
    "CommonOdds": "parts",
    "Convergence": "study.convergence",
    "Denial": "study.denial",
    "Destination": "parts",
    "Estimate": "estimates",
    "Factors": "parts",
    "Frontier": "study.frontiers",
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
    "Sweep": "study.sweeping",
    "Tally": "estimates",
    "Tuned": "study.tuning",
    "ask": "asking",
    "cascade_paths": "study.cascade_paths",
    "converge": "study.convergence",
    "estimate": "estimation",
    "explorer": "show.notebook",
    "find_value": "study.tuning",
    "frontier": "study.frontiers",
    "given_denial": "study.denial",
    "greatest_probability": "exact.any_dependence",
    "load": "scenario",
    "mixture": "model",
    "plot_cascade": "plots.cascade",
    "plot_contributions": "plots.contributions",
    "plot_convergence": "plots.convergence",
    "plot_distribution": "plots.distribution",
    "plot_frontier": "plots.sweeps",
    "plot_house": "plots.house",
    "plot_state_map": "plots.state_map",
    "plot_sweep": "plots.sweeps",
    "plot_vote_totals": "plots.vote_totals",
    "simulate": "engine.simulation",
    "simulate_house": "engine.house_simulation",
    "solve": "exact.solver",
    "solve_house": "exact.contingent",
    "sweep": "study.sweeping",
    "tune": "study.tuning",
}

__all__ = [
    "Alone",
    "Answer",
    "Cascade",
    "CascadePaths",
    "CommonOdds",
    "Convergence",
    "Denial",
    "Destination",
    "Estimate",
    "Factors",
    "Frontier",
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
    "Sweep",
    "Tally",
    "Tuned",
    "ask",
    "cascade_paths",
    "converge",
    "estimate",
    "explorer",
    "find_value",
    "frontier",
    "given_denial",
    "greatest_probability",
    "load",
    "mixture",
    "plot_cascade",
    "plot_contributions",
    "plot_convergence",
    "plot_distribution",
    "plot_frontier",
    "plot_house",
    "plot_state_map",
    "plot_sweep",
    "plot_vote_totals",
    "simulate",
    "simulate_house",
    "solve",
    "solve_house",
    "sweep",
    "tune",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'montecarlo' has no attribute {name!r}")
    return getattr(import_module(f"montecarlo.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
