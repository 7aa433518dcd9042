"""Asking: a scenario's answer, exact where there is one, simulated, weighed if it is rare, and compared.

Everything that is drawn follows from the scenario, the seed and what is asked for, so that asking again with the same
gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import ceil
from time import perf_counter
from typing import Final

from montecarlo.answer import FEW_HITS, RELATIVE_ERROR, Answer
from montecarlo.engine import simulation as engine
from montecarlo.engine.executors import Map
from montecarlo.errors import NotSolvable
from montecarlo.estimates import Estimate, Simulation
from montecarlo.estimation import MOST, checked_relative_error, plain_draws, sampled
from montecarlo.exact.solver import solve
from montecarlo.kernel.streams import fresh_seed
from montecarlo.model import Mixture, Model
from montecarlo.scenario import Scenario
from montecarlo.solution import Solution
from montecarlo.study.chosen_house import choose
from montecarlo.study.contributions import Simulate, Variant, accounts, contributions
from montecarlo.study.denial import FEW_DRAWS, QUICK, Denial, denial_of, is_quick

FREQUENT: Final = 0.005
"""Share of the elections that must deny the majority for plain ones to tell soon what such elections look like."""

FEW_WEIGHED: Final = 1_000_000
"""Most elections that are weighed where nobody asked for a precision."""

Sample = Callable[..., Estimate]


def _simulate(model: Model | Mixture, draws: int, seed: int | None) -> Simulation:
    return engine.simulate(model, draws, seed=seed)


def ask(
    scenario: Scenario,
    *,
    draws: int | None = None,
    seed: int | None = None,
    relative_error: float | None = None,
    simulate: Simulate = _simulate,
    sample: Sample = sampled,
    map_: Map = map,
) -> Answer:
    """Answer a scenario by simulation, and exactly where it has an exact answer.

    Parameters
    ----------
    scenario : Scenario
        The question.
    draws, seed : int, optional
        By default what the scenario says; without a seed there a fresh one is drawn and recorded.
    relative_error : float, optional
        Half the interval over the answer that is to be reached. Without an exact answer and without `draws` as many
        elections are simulated as that takes, if that can be; else the sampler of rare events reaches it. By default
        2 %, and only where plain simulation saw fewer than 100.
    simulate : callable
        Called with the model, the draws and the seed; one that stops early makes an answer that is not `finished`.
    sample : callable
        Called like `montecarlo.estimation.sampled`; one that is interrupted leaves the answer without it.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order, for what the scenario is
        compared with.

    Raises
    ------
    InputError
        For draws, a seed or a relative error that cannot be used.
    """
    start = perf_counter()
    draws = None if draws is None else engine.whole_number("draws", draws, least=1, most=engine.MOST_DRAWS)
    seed = scenario.run.seed if seed is None else engine.whole_number("seed", seed, least=0)
    seed = fresh_seed() if seed is None else seed
    relative_error = None if relative_error is None else checked_relative_error(relative_error)
    model = scenario.model()
    solution, unsolved = _solved(model)
    asked = _draws(scenario, model, seed, None if solution else relative_error) if draws is None else draws
    kernel_start = perf_counter()
    simulation = simulate(model, asked, seed)
    kernel_end = perf_counter()
    rare = None
    if simulation.draws == asked and (relative_error is not None or simulation.hits < FEW_HITS):
        rare = _weighed(scenario, solution, simulation, relative_error, sample)
    exact = solution is not None
    variants, each = _compared(scenario, simulation, exact, map_) if simulation.draws == asked else ((), ())
    denial = _denied(model, simulation) if simulation.draws == asked else None
    house = choose(scenario.house(), seed=simulation.seed)
    seconds = perf_counter() - start, kernel_end - kernel_start
    return Answer(scenario, solution, unsolved, simulation, rare, denial, variants, each, house, asked, *seconds)


def _draws(scenario: Scenario, model: Model | Mixture, seed: int, relative_error: float | None) -> int:
    """Return what the scenario asks for, or more where a precision asks for more, and plain simulation can reach it."""
    if relative_error is None:
        return scenario.run.draws
    wanted = plain_draws(model, relative_error, confidence=scenario.run.confidence, seed=seed)
    return scenario.run.draws if wanted > MOST["crude"] else max(scenario.run.draws, ceil(wanted))


def _weighed(
    scenario: Scenario, solution: Solution | None, simulation: Simulation, relative_error: float | None, sample: Sample
) -> Estimate | None:
    """Ask the sampler of rare events, if one fits and is needed; an interruption leaves the answer without."""
    wanted, model = RELATIVE_ERROR if relative_error is None else relative_error, scenario.model()
    # Some hits are answer enough where finding the law to draw from takes minutes, and nobody asked for more.
    if relative_error is None and simulation.hits and not is_quick(model):
        return None
    if solution is None and simulation.hits >= FEW_HITS:
        low, high = simulation.interval(scenario.run.confidence)
        if high - low <= 2.0 * wanted * simulation.probability or not is_quick(model):
            return None
    # An exact answer is as precise as one can wish; the sampler only stands beside it.
    elif solution is not None and solution.relative_error_bound <= wanted < RELATIVE_ERROR:
        wanted = RELATIVE_ERROR
    with suppress(NotSolvable, KeyboardInterrupt):
        most = FEW_WEIGHED if relative_error is None else None
        return sample(model, wanted, confidence=scenario.run.confidence, seed=simulation.seed, most=most)
    return None


def _compared(
    scenario: Scenario, simulation: Simulation, exact: bool, map_: Map
) -> tuple[tuple[Variant, ...], tuple[Variant, ...]]:
    """Answer what the scenario is compared with; nothing if that is interrupted, since the answer stands without it."""
    draws, seed = simulation.draws, simulation.seed
    with suppress(KeyboardInterrupt):
        return (
            contributions(scenario, draws, seed=seed, exact=exact, simulate=_simulate, map_=map_),
            accounts(scenario, draws, seed=seed, exact=exact, simulate=_simulate, map_=map_),
        )
    return (), ()


def _denied(model: Model | Mixture, simulation: Simulation) -> Denial | None:
    """Tell what is lost if the majority is denied, roughly if that is quicker; not at all if it takes long."""
    frequent = simulation.probability >= FREQUENT
    with suppress(NotSolvable, KeyboardInterrupt):
        if frequent or is_quick(model):
            return denial_of(model, seed=simulation.seed, steps=QUICK, draws=FEW_DRAWS, frequent=frequent)
    return None


def _solved(model: Model | Mixture) -> tuple[Solution | None, str]:
    try:
        return solve(model), ""
    except NotSolvable as reason:
        return None, reason.reason
