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
    from montecarlo.engine.simulation import simulate
    from montecarlo.errors import InputError, MonteCarloError, ScenarioError, StoreError
    from montecarlo.estimates import Simulation, Tally
    from montecarlo.exact.any_dependence import greatest_probability
    from montecarlo.exact.solver import solve
    from montecarlo.model import Law, Model
    from montecarlo.scenario import Scenario, load
    from montecarlo.show.distribution import plot_distribution
    from montecarlo.solution import Solution

_PLACES = {
    "Answer": "answer",
    "InputError": "errors",
    "Law": "model",
    "Model": "model",
    "MonteCarloError": "errors",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "Simulation": "estimates",
    "Solution": "solution",
    "StoreError": "errors",
    "Tally": "estimates",
    "ask": "answer",
    "greatest_probability": "exact.any_dependence",
    "load": "scenario",
    "plot_distribution": "show.distribution",
    "simulate": "engine.simulation",
    "solve": "exact.solver",
}

__all__ = [
    "Answer",
    "InputError",
    "Law",
    "Model",
    "MonteCarloError",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "Solution",
    "StoreError",
    "Tally",
    "ask",
    "greatest_probability",
    "load",
    "plot_distribution",
    "simulate",
    "solve",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'montecarlo' has no attribute {name!r}")
    return getattr(import_module(f"montecarlo.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
