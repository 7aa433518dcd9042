"""What each mechanism of a scenario contributes: the same scenario with that mechanism alone switched off.

Mechanisms work on each other: a law stops nobody where nobody dares, a pledge fills where a common factor has moved
many. So what the answer loses without one and without another does not add up to what it loses without both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import inf, log10
from typing import Any, Final

from montecarlo.engine.executors import Map
from montecarlo.errors import NotSolvable
from montecarlo.estimates import Simulation
from montecarlo.exact.solver import solve
from montecarlo.model import Mixture, Model, mixture
from montecarlo.parts import Alone, Cascade, CommonOdds, Factors, Independent, Law, Opponents, Pledge
from montecarlo.scenario import Scenario

MOST_DRAWS: Final = 50_000
"""Elections simulated for a variant that has no exact answer: enough to compare by, few enough not to wait for."""

_STEPS: Final = 5e9
"""Most steps of the exact answer to a variant, some seconds; else it is simulated."""

Simulate = Callable[[Model | Mixture, int, int | None], Simulation]


@dataclass(frozen=True)
class Variant:
    """The answer to a scenario with something changed.

    Attributes
    ----------
    name : str
        What was switched off, or the account that stands alone.
    probability, log10_probability : float
        Probability that the leader has no majority, and its decimal logarithm.
    draws : int
        Elections simulated for it; 0 if it is exact.
    """

    name: str
    probability: float
    log10_probability: float
    draws: int = 0


def contributions(
    scenario: Scenario, draws: int, *, seed: int, exact: bool, simulate: Simulate, map_: Map = map
) -> tuple[Variant, ...]:
    """Answer the scenario without each of its mechanisms.

    Parameters
    ----------
    scenario : Scenario
        The question.
    draws, seed : int
        For what is simulated; at most `MOST_DRAWS` elections are.
    exact : bool
        Whether the scenario itself has an exact answer. If it has none, a variant is solved only if its electors act
        alone, since others may take longer than what they are compared with.
    simulate : callable
        Called with a model, the draws and the seed.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order: variants are answered side
        by side over it.
    """
    answered = partial(_answered, draws=draws, seed=seed, exact=exact, simulate=simulate)
    return tuple(map_(answered, list(_variants(scenario))))


def accounts(
    scenario: Scenario, draws: int, *, seed: int, exact: bool, simulate: Simulate, map_: Map = map
) -> tuple[Variant, ...]:
    """Answer each contradictory account as if it were true; parameters as for `contributions`."""
    parts = (part for _, part in scenario.model().parts)
    answered = partial(_answered, draws=draws, seed=seed, exact=exact, simulate=simulate)
    return tuple(map_(answered, list(zip(scenario.accounts, parts, strict=False))))


def _answered(named: tuple[str, Model | Mixture], *, draws: int, seed: int, exact: bool, simulate: Simulate) -> Variant:
    name, model = named
    model = _mixed((weight, leaders_alone(part)) for weight, part in model.parts)
    if exact or all(isinstance(part.coordination, Alone) for _, part in model.parts):
        with suppress(NotSolvable):
            solution = solve(model, steps=_STEPS)
            return Variant(name, solution.probability, solution.log10_probability)
    simulated = simulate(model, min(draws, MOST_DRAWS), seed)
    share = simulated.probability
    return Variant(name, share, log10(share) if share else -inf, simulated.draws)


def leaders_alone(model: Model) -> Model:
    """Leave out the opponents where they give the leader no votes: its majority does not depend on them."""
    other, n = model.opponents, model.electors
    if other is None or _gives(model):
        return model
    ties, law = model.dependence, model.law
    if isinstance(ties, Factors):
        ties = Factors(ties.national[:n], ties.group[:n], ties.degrees_of_freedom)
    law = None if law is None else Law(law.cancelled[:n], law.upheld)
    return _changed(model, dependence=ties, law=law, destination=None, opponents=None)


def _gives(model: Model) -> bool:
    """Whether the opponent's electors may vote for the leader."""
    other = model.opponents
    return other is not None and bool(other.probability.any()) and other.destination.opponent > 0


def _variants(scenario: Scenario) -> Iterator[tuple[str, Model | Mixture]]:
    """Yield the model without each mechanism that it has."""
    parts = scenario.model().parts
    for name, attribute, kind, instead in _SWITCHES:
        if any(isinstance(getattr(part, attribute), kind) for _, part in parts):
            yield name, _mixed((weight, _without(part, attribute, kind, instead)) for weight, part in parts)
    if any(_gives(part) for _, part in parts):
        yield "the other side", _mixed((weight, _with_loyal_opponents(part)) for weight, part in parts)
    pressure, law = scenario.settings.pressure, scenario.settings.law
    if pressure is not None and min(pressure.model_dump().values()) < 1.0:
        yield "pressure", scenario.replace({"pressure": None}).model()
    if law is not None and min(law.deterred.model_dump().values()) < 1.0:
        yield "deterrence", scenario.replace({"law.deterred": None}).model()


def _mixed(parts: Iterable[tuple[float, Model]]) -> Model | Mixture:
    first, *others = parts
    return mixture([first, *others]) if others else first[1]


def _without(model: Model, attribute: str, kind: type, instead: object) -> Model:
    return _changed(model, **{attribute: instead}) if isinstance(getattr(model, attribute), kind) else model


def _with_loyal_opponents(model: Model) -> Model:
    other = model.opponents
    if other is None:
        return model
    return _changed(model, opponents=Opponents(0.0 * other.probability, other.votes, other.group, other.destination))


def _changed(model: Model, **parts: Any) -> Model:
    """Return the model with other parts."""
    names = ("dependence", "coordination", "law", "destination", "opponents")
    kept = {name: getattr(model, name) for name in names} | parts
    return Model(model.probability, model.needed, model.votes, model.group, **kept)


_SWITCHES: Final[tuple[tuple[str, str, type, object], ...]] = (
    ("common factors", "dependence", Factors, Independent()),
    ("common odds", "dependence", CommonOdds, Independent()),
    ("the pledge", "coordination", Pledge, Alone()),
    ("the cascade", "coordination", Cascade, Alone()),
    ("binding laws", "law", Law, None),
)
