"""An answer: one scenario, asked twice, exactly and by simulation.

This is the record that is shown, saved and compared; `Answer.record` is the object that ``run --json`` prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from time import perf_counter
from typing import Any, Final

import numpy as np

from montecarlo.engine import simulation as engine
from montecarlo.estimates import Simulation, agreement
from montecarlo.exact.any_dependence import greatest_probability
from montecarlo.exact.solver import solve
from montecarlo.model import Model
from montecarlo.scenario import Scenario
from montecarlo.solution import Solution

SCHEMA_VERSION: Final = 1
DISAGREEMENT: Final = 5.0
"""An agreement score beyond this is an error: by chance it comes up once in 1.7 million runs."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of a scenario.

    Attributes
    ----------
    scenario : Scenario
        The question.
    solution : Solution
        The exact answer.
    simulation : Simulation
        The simulated answer, of fewer draws than `asked` if it was interrupted.
    asked : int
        Draws that were asked for.
    seconds, kernel_seconds : float
        Time the whole took, and the simulation in it.
    """

    scenario: Scenario
    solution: Solution
    simulation: Simulation
    asked: int
    seconds: float
    kernel_seconds: float

    @cached_property
    def model(self) -> Model:
        """The scenario's model."""
        return self.scenario.model()

    @property
    def confidence(self) -> float:
        """Level of the intervals."""
        return self.scenario.run.confidence

    @property
    def finished(self) -> bool:
        """Whether all draws were made."""
        return self.simulation.draws == self.asked

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The interval of the simulated probability at `confidence`."""
        return self.simulation.interval(self.confidence)

    @cached_property
    def agreement(self) -> float:
        """Normal score of the simulation given the exact answer."""
        exact = self.solution
        return agreement(
            self.simulation.hits,
            self.simulation.draws,
            exact.probability,
            exact.complement,
            exact.log10_probability,
        )

    @property
    def agrees(self) -> bool:
        """Whether simulation and exact answer are as near as chance allows."""
        return abs(self.agreement) <= DISAGREEMENT

    @cached_property
    def any_dependence(self) -> float:
        """The largest probability that any dependence between the same electors could give."""
        return greatest_probability(self.model)

    @cached_property
    def attempted_mean(self) -> float:
        """Expected votes of electors who attempt to defect."""
        return float(self.model.probability @ self.model.votes)

    @cached_property
    def effective_mean(self) -> float:
        """Expected votes of electors who defect effectively: every vote of the distribution, weighed."""
        return float(self.solution.pmf @ np.arange(len(self.solution.pmf)))

    def record(self) -> dict[str, Any]:
        """Return the answer as one JSON object; a logarithm, bound or score that is infinite is None."""
        low, high = self.interval
        exact, simulation = self.solution, self.simulation
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "seed": simulation.seed,
            "needed": simulation.needed,
            "electors": self.model.electors,
            "simulation": {
                "asked": self.asked,
                "draws": simulation.draws,
                "hits": simulation.hits,
                "probability": simulation.probability,
                "interval": [low, high],
                "confidence": self.confidence,
            },
            "exact": {
                "probability": exact.probability,
                "log10_probability": _finite(exact.log10_probability),
                "relative_error_bound": _finite(exact.relative_error_bound),
            },
            "rare_event": None,
            "agreement": {"z": _finite(self.agreement)},
            # No destination is modelled: a lost vote goes to nobody, and the opponent has no majority beside the
            # leader's.
            "outcomes": {
                "leader_majority": exact.complement,
                "opponent_majority": 0.0,
                "other_majority": 0.0,
                "contingent_election": exact.probability,
            },
            "house": None,
            "defections": {"attempted_mean": self.attempted_mean, "effective_mean": self.effective_mean},
            "seconds": {"total": self.seconds, "kernel": self.kernel_seconds},
            "any_dependence": self.any_dependence,
            "changes": {key: value if value is None else str(value) for key, value in self.scenario.overrides.items()},
        }


def _simulate(model: Model, draws: int, seed: int | None) -> Simulation:
    return engine.simulate(model, draws, seed=seed)


def ask(
    scenario: Scenario,
    *,
    draws: int | None = None,
    seed: int | None = None,
    simulate: Callable[[Model, int, int | None], Simulation] = _simulate,
) -> Answer:
    """Answer a scenario exactly and by simulation.

    Parameters
    ----------
    scenario : Scenario
        The question.
    draws, seed : int, optional
        By default what the scenario says; without a seed there a fresh one is drawn and recorded.
    simulate : callable
        Called with the model, the draws and the seed; one that stops early makes an answer that is not `finished`.

    Raises
    ------
    InputError
        For draws or a seed that cannot be used.
    """
    start = perf_counter()
    asked = scenario.run.draws if draws is None else engine.whole_number("draws", draws, least=1)
    model = scenario.model()
    solution = solve(model)
    kernel_start = perf_counter()
    simulation = simulate(model, asked, scenario.run.seed if seed is None else seed)
    end = perf_counter()
    return Answer(scenario, solution, simulation, asked, end - start, end - kernel_start)


def _finite(number: float) -> float | None:
    return number if isfinite(number) else None
