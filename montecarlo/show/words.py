"""An answer in plain words and numbers, a fact at a time: what the screen and the report both say.

Texts are plain. Whoever prints them escapes what comes from a scenario: titles, assumptions, names of candidates and of
accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import Final

import montecarlo.data as data
from montecarlo.answer import Answer
from montecarlo.estimates import Estimate, rounded_together
from montecarlo.parts import Alone
from montecarlo.show import numbers
from montecarlo.solution import Solution
from montecarlo.study.contributions import Variant
from montecarlo.study.if_it_happens import by_law, votes_lost
from montecarlo.uncertainty import Bounded, clopper_pearson

Row = tuple[str, str]
"""A number and what it is the number of."""

NO_DESTINATION: Final = "A lost vote counts for nobody else; other parties' electors do not matter."

_THIRD: Final = {"tied": "several: the third place is tied", "nobody": "nobody: no other has a vote"}
_LAWS: Final = {"none": "no law", "pledge_only": "a pledge only"}


def candidates(answer: Answer) -> Row:
    """Name the leader and the opponent."""
    election = data.elections()[answer.scenario.roster().year]
    names = election.winner, election.runner_up
    return names if answer.scenario.roster().leader == election.winner_party else names[::-1]


def changes(answer: Answer) -> list[str]:
    """Tell what was set from outside the file, a text each."""
    return [f"{key} = {'none' if value is None else value}" for key, value in answer.scenario.changes.items()]


def assumptions(answer: Answer) -> list[str]:
    """Tell what the scenario says that it assumes, and what it assumes by saying nothing."""
    silent = [] if answer.scenario.settings.destination is not None else [NO_DESTINATION]
    return [*answer.scenario.assumptions, *silent]


def exactly(exact: Solution) -> str:
    """Return the exact answer as a number of six digits."""
    logs = {"log10_value": exact.log10_probability, "log10_complement": exact.log10_complement}
    return numbers.probability(exact.probability, **logs, digits=6)


def bound(exact: Solution) -> str:
    """Say how large the error can be, and what that bound is worth."""
    if exact.relative_error_bound == 0:
        return "0 (proved)"
    return f"< {numbers.upper_limit(exact.relative_error_bound)} ({'proved' if exact.bound_is_proved else 'estimated'})"


def simulated(answer: Answer) -> Row:
    """Say what share was denied, of how many, within which interval."""
    simulation = answer.simulation
    level = f"{100 * answer.confidence:g} %"
    low, high = answer.interval
    times = f"{simulation.hits:,} of {simulation.draws:,}"
    if simulation.hits == 0:
        return "not once", f"{times} elections: below {numbers.upper_limit(high)} at {level}"
    if simulation.hits == simulation.draws:
        return "every time", f"{times} elections: above {numbers.lower_limit(low)} at {level}"
    bounds = f"{numbers.probability(low, digits=4)} to {numbers.probability(high, digits=4)} at {level}"
    return numbers.share(simulation.hits, simulation.draws), f"{times}: {bounds}"


def weighed(answer: Answer) -> Row | None:
    """Say what the sampler of rare events found, if it was asked."""
    rare = answer.rare_event
    if rare is None or isinstance(rare.law, Bounded):
        return None
    if rare.withheld:
        return "unknown", f"{rare.withheld}."
    return numbers.weighed(rare), f"{weighed_value(rare)}: {rare.draws:,} elections drawn as if it were frequent"


def weighed_value(rare: Estimate) -> str:
    """Return what the sampler of rare events found and its error, rounded together: "(3.508 +- 0.070)e-64 at 95 %"."""
    return f"{rounded_together(rare.log10_probability, rare.relative_error)} at {100 * rare.confidence:g} %"


def score(answer: Answer) -> float | None:
    """Return how far apart the answers are as a normal score: from the exact one, else simulation and weighed one."""
    return answer.weighed_agreement if answer.solution is None else answer.agreement


def share(value: float, answer: Answer) -> str:
    """Show a probability; a simulated share of 0 or 1 is none, and an exact 0 may be too small for a number."""
    if answer.solution is not None:
        return "below 1e-300" if value == 0.0 else numbers.one_in(value)
    draws = answer.simulation.draws
    return simulated_share(round(value * draws), draws, answer.confidence)


def simulated_share(hits: int, draws: int, confidence: float) -> str:
    """Show a share of simulated elections, a limit where there were none, or no others."""
    low, high = clopper_pearson(hits, draws, confidence)
    if hits == 0:
        return f"below {numbers.upper_limit(high)}"
    return f"above {numbers.lower_limit(low)}" if hits == draws else f"~ {numbers.share(hits, draws)}"


def greatest(answer: Answer) -> str:
    """Say what the largest possible probability means."""
    if all(isinstance(part.coordination, Alone) for _, part in answer.model.parts):
        return "whatever makes the same electors act together"
    return "whatever the dependence, if all joined who might"


def stopped(answer: Answer) -> str:
    """Say what keeps attempts from counting."""
    bound_by_law = answer.effective_mean < answer.attempted_mean * (1 - 1e-9)
    return f"laws of {answer.scenario.roster().law_year} stop the rest" if bound_by_law else "no law stops any"


def majorities(answer: Answer) -> list[Row]:
    """Say who has a majority."""
    (leader, opponent), found = candidates(answer), answer.outcomes
    return [
        (share(found.leader_majority, answer), leader),
        (share(found.opponent_majority, answer), opponent),
        (share(found.other_majority, answer), "somebody else"),
        (share(found.contingent_election, answer), "nobody: the House decides"),
    ]


def third_places(answer: Answer) -> list[Row]:
    """Say who stands third if nobody has a majority, as far as that may happen."""
    third = {name: value for name, value in (answer.third_place or {}).items() if value}
    return [(share(value, answer), _THIRD.get(name, name)) for name, value in third.items()]


def house_of_three(answer: Answer) -> list[Row]:
    """Say whom the House would choose among three: leader, opponent, third candidate, nobody; empty without a House."""
    if answer.house is None:
        return []
    found, simulation = answer.house, answer.house.simulation
    if found.of_three is None:
        shown = [simulated_share(hits, simulation.draws, answer.confidence) for hits in simulation.counts.tolist()]
    else:
        shown = [numbers.one_in(each) for each in astuple(found.of_three)]
    told = [*candidates(answer), "the third candidate", f"nobody has {enough(answer)}"]
    return list(zip(shown, told, strict=True))


def enough(answer: Answer) -> str:
    """Say how many delegations elect; empty without a House."""
    if answer.house is None:
        return ""
    return f"{answer.house.house.needed} of {answer.house.house.delegations} delegations"


def elected(answer: Answer) -> list[Row]:
    """Say who becomes president if the majority is denied, as far as that may happen."""
    leader, opponent = candidates(answer)
    names = {
        "leader": leader,
        "opponent": opponent,
        "alternative": "the third candidate",
        "somebody_else": "somebody else, by the electors alone",
        "deadlock": "nobody by then: the House is deadlocked",
    }
    chances = answer.elected_if_denied or {}
    return [(numbers.one_in(chances[key]), name) for key, name in names.items() if chances.get(key)]


def lost_if_denied(answer: Answer) -> Row | None:
    """Say how many votes are lost on average if the majority is denied, and between which nine in ten elections lie."""
    if answer.denial is None:
        return None
    range_told = ""
    if answer.denial.total is not None:
        low, high = (votes_lost(answer.denial.total)[end] for end in ("quantile_05", "quantile_95"))
        range_told = f"{low if low == high else f'{low} to {high}'} in nine of ten elections"
    return numbers.votes(float(answer.denial.by_group.sum())), range_told


def states_if_denied(answer: Answer, most: int) -> list[tuple[str, str, str]]:
    """Name the states that lose most if the majority is denied: votes lost then, and otherwise if that is known."""
    if answer.denial is None:
        return []
    roster = answer.scenario.roster()
    states = zip(answer.denial.by_group.tolist(), answer.usually_lost.tolist(), roster.states, strict=True)
    return [
        (state, numbers.votes(lost), numbers.votes(usual) if usual else "not seen")
        for lost, usual, state in sorted(states, reverse=True)[:most]
    ]


def laws_if_denied(answer: Answer) -> list[Row]:
    """Tell the votes lost in states of each kind of law if the majority is denied, most first."""
    if answer.denial is None:
        return []
    laws = by_law(answer.denial.by_group, answer.scenario.roster())
    return [(numbers.votes(lost), law(kind)) for kind, lost in sorted(laws.items(), key=lambda each: -each[1]) if lost]


def law(kind: str) -> str:
    """Name a kind of law."""
    return _LAWS.get(kind, kind.replace("_", " "))


def variant(found: Variant) -> str:
    """Show the probability of a variant, simulated ones with a tilde."""
    if not found.draws:
        return numbers.one_in(found.probability, log10_value=found.log10_probability)
    if found.probability in (0.0, 1.0):
        return f"{'not once' if found.probability == 0.0 else 'every time'} in {found.draws:,}"
    return f"~ {numbers.share(round(found.probability * found.draws), found.draws)}"


def simulated_variants(variants: Sequence[Variant]) -> str:
    """Say how many elections were simulated where that was needed, else nothing."""
    draws = max(each.draws for each in variants)
    return f"~ in {draws:,} simulated elections" if draws else ""
