"""How an answer was found, in sentences: which exact algorithm, which sampler, how much was simulated."""

from __future__ import annotations

from collections.abc import Iterator

from montecarlo.answer import Answer
from montecarlo.parts import Alone, Cascade, CommonOdds, Factors, Pledge
from montecarlo.uncertainty import Bounded, Waited


def methods(answer: Answer, stream: str) -> list[tuple[str, str]]:
    """Return how each of the answers was found, with its name.

    Parameters
    ----------
    answer : Answer
        The answers.
    stream : str
        Name of the stream of random numbers.
    """
    exact = f"There is none. {answer.unsolved}." if answer.solution is None else " ".join(_exact(answer))
    told = {
        "Exact answer": exact,
        "Simulation": _simulated(answer, stream),
        "Weighed answer": _weighed(answer),
        "If it happens": _denied(answer),
        "The House": _house(answer),
    }
    return [(name, text) for name, text in told.items() if text]


def _exact(answer: Answer) -> Iterator[str]:
    """Say which algorithms the parts of the model ask for."""
    models = [part for _, part in answer.model.parts]
    rules, ties = {type(part.coordination) for part in models}, {type(part.dependence) for part in models}
    if len(models) > 1:
        yield "Each account is solved for itself, and the answers are weighed."
    if Alone in rules:
        yield (
            "The probabilities of every number of lost votes are added up elector by elector (the Poisson binomial "
            "distribution), from positive terms only, so that even the smallest keeps its digits."
        )
    if Pledge in rules:
        yield "Those who promise and those whose votes are lost are counted together, elector by elector."
    if Cascade in rules:
        yield "Who has joined a cascade is followed from level to level, until nobody is moved any more."
    if Factors in ties or CommonOdds in ties:
        yield (
            "What electors have in common is integrated out: given it they are independent. The grid is refined until "
            "nothing changes."
        )
    if any(part.law is not None and 0.0 < part.law.upheld < 1.0 for part in models):
        yield "The courts' ruling is one event for all: both rulings are solved, and weighed."
    if any(part.opponents is not None for part in models):
        yield "The losses of both sides, and the ways they go, are taken together."


def _simulated(answer: Answer, stream: str) -> str:
    simulation = answer.simulation
    return (
        f"{simulation.draws:,} whole elections, each elector drawn, from the seed {simulation.seed} "
        f"({stream}; {simulation.backend}). The same seed gives the same counts on any machine."
    )


def _weighed(answer: Answer) -> str:
    rare = answer.rare_event
    if rare is None or isinstance(rare.law, Bounded):
        return ""
    drawn = "Elections are drawn from laws under which the majority is often denied"
    if rare.method == "cascade":
        drawn = "Cascades are drawn round by round so that they often come off"
    interval = "Its interval has exactly the coverage it says" if isinstance(rare.law, Waited) else (
        "Its interval is that of a mean of many weights (the central limit theorem)"
    )  # fmt: skip
    return f"{drawn}, and each is weighed by how much more likely that made it ({rare.draws:,} draws). {interval}."


def _denied(answer: Answer) -> str:
    if answer.denial is None:
        return ""
    if not answer.denial.draws:
        return "What is lost is computed exactly, by Bayes' theorem."
    drawn = "drawn as they come" if answer.denial.method == "plain" else "drawn as if denial were frequent, and weighed"
    return f"What is lost is told from {answer.denial.draws:,} elections {drawn}."


def _house(answer: Answer) -> str:
    if answer.house is None:
        return ""
    simulated = f"{answer.house.simulation.draws:,} votes of the House are simulated"
    if answer.house.of_three is None:
        return f"{simulated}; its common factor is too strong for an exact answer."
    return f"Delegations are counted exactly, given their common factor; {simulated} as a check."
