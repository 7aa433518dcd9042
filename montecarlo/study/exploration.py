"""A scenario with some of its values moved, answered at once: exactly where that is quick, else roughly.

What is simulated has one seed for all values. Elections then differ only by what was moved, so that a curve through
the answers is smoother than each of them is certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.simulation import backend_for, simulate
from montecarlo.errors import NotSolvable, ScenarioError
from montecarlo.estimates import Simulation
from montecarlo.exact.effort import MOST_STEPS
from montecarlo.exact.solver import solve
from montecarlo.language.values import probability
from montecarlo.model import Mixture, Model
from montecarlo.scenario import Scenario
from montecarlo.solution import Solution
from montecarlo.study.controls import Control, controls
from montecarlo.study.points import leader_alone

FEW: Final = 10_000
"""Elections simulated at once where there is no quick exact answer."""

MANY: Final = 1_000_000
"""Elections simulated on demand."""

_QUICK: Final = 2e8
"""Steps of an exact answer that nobody has to wait for."""

_SEED: Final = 1


@dataclass(frozen=True, eq=False)
class View:
    """What is seen at some values.

    Attributes
    ----------
    scenario : Scenario
        With these values; without them if they are refused.
    solution : Solution or None
        The exact answer, if there is one that is quick or was asked for.
    unsolved : str
        Why there is none, else empty; no sentence, as it has no full stop.
    simulation : Simulation or None
        The simulated answer, if there is no exact one or it was asked for.
    seconds : float
        Time that it took.
    refusal : str
        What is wrong with the values, in sentences; empty unless they are refused.
    """

    scenario: Scenario
    solution: Solution | None = None
    unsolved: str = ""
    simulation: Simulation | None = None
    seconds: float = 0.0
    refusal: str = ""

    @property
    def exact(self) -> bool:
        """Whether there is an exact answer."""
        return self.solution is not None

    @property
    def needed(self) -> int:
        """Votes that deny the majority."""
        return self.scenario.roster().needed

    @property
    def probability(self) -> float | None:
        """Probability that the majority is denied: exact, else simulated, else None."""
        answer = self.solution or self.simulation
        return None if answer is None else answer.probability

    @cached_property
    def pmf(self) -> NDArray[np.float64] | None:
        """The exact distribution of lost votes, whole or below `needed`, if there is an exact answer."""
        return None if self.solution is None else self.solution.known


@dataclass(frozen=True, eq=False)
class Exploration:
    """A scenario to be looked at with other values.

    Attributes
    ----------
    scenario : Scenario
        Where it starts.
    """

    scenario: Scenario
    _ready: Event = field(default_factory=Event, init=False, repr=False)

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """What can be moved."""
        return controls(self.scenario)

    def at(self, changes: Mapping[str, object]) -> View:
        """Return what is seen at once, after `changes` by dotted key; weights of accounts are made to sum to 1."""
        return self._view(changes, steps=_QUICK, draws=0)

    def prepare(self) -> None:
        """Start the backend that simulates most quickly: a second, or most of a minute the first time on a machine.

        What is simulated afterwards is the same, only sooner. Can be called in a thread of its own.
        """
        model = leader_alone(self.scenario.model())
        simulate(model, FEW, seed=_SEED, backend=backend_for(model, MANY))
        self._ready.set()

    def run(self, changes: Mapping[str, object], draws: int = MANY) -> View:
        """Return what is seen after so many simulated elections, and the exact answer if there is one at all."""
        return self._view(changes, steps=MOST_STEPS, draws=draws)

    def _view(self, changes: Mapping[str, object], *, steps: float, draws: int) -> View:
        start = perf_counter()
        try:
            scenario = self.scenario.replace(self._weighed(changes)) if changes else self.scenario
        except ScenarioError as error:
            return View(self.scenario, refusal=" ".join(error.problems))
        model = leader_alone(scenario.model())
        solution, unsolved = _solved(model, steps)
        seed = _SEED if scenario.run.seed is None else scenario.run.seed
        if solution is None:
            draws = draws or FEW
        # Few elections are not worth the start of the quick backend, but use it where it is ready.
        backend = "auto" if self._ready.is_set() or draws > FEW else "numpy"
        simulation = simulate(model, draws, seed=seed, backend=backend) if draws else None
        return View(scenario, solution, unsolved, simulation, perf_counter() - start)

    def _weighed(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Divide the weights of the accounts by their sum if one of them was moved."""
        keys = {f"account.{name}.weight": weight for name, weight in self.scenario.accounts.items()}
        try:
            weights = {key: probability(changes.get(key, weight)) for key, weight in keys.items()}
        except ValueError:
            return dict(changes)  # To be refused with the others.
        if not keys.keys() & changes.keys():
            return dict(changes)
        total = sum(weights.values())
        if not total:
            raise ScenarioError(self.scenario.source, ["No account has a weight above 0; give one of them some."])
        return {**changes, **{key: weight / total for key, weight in weights.items()}}


def _solved(model: Model | Mixture, steps: float) -> tuple[Solution | None, str]:
    try:
        return solve(model, steps=steps), ""
    except NotSolvable as error:
        return None, error.reason
