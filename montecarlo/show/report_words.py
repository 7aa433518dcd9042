"""What a report says, section by section: pure functions of an answer, which know nothing of pages.

Three kinds of doubt are kept apart: chance in the simulation, rounding in the computation, and the assumptions, which
no interval covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import e, inf, log1p, log10, sqrt
from typing import Final

from montecarlo.answer import DISAGREEMENT, FEW_HITS, Answer
from montecarlo.show import frequencies, numbers, words
from montecarlo.study.contributions import Variant
from montecarlo.uncertainty import Bounded, normal_quantile

_LOG10_E: Final = log10(e)
_KNOWN: Final = 0.0051
"""Relative standard error up to which the answer is known to 1 % at 95 % confidence, and has a third digit."""
_SEEN: Final = 3.0
"""Standard errors beyond which two simulated probabilities are said to differ."""

_PERCENT: Final = 1.5
"""A change by less than this factor is told in percent."""

_STATES: Final = 8
_CERTAIN: Final = 0.9995


@dataclass(frozen=True)
class Best:
    """The best of the answers.

    Attributes
    ----------
    how : str
        "exact", "weighed" or "simulated".
    exponent, besides : float
        Decimal logarithms of the probability and of one minus it.
    relative_error : float
        One standard error of it over it, 0 if it is exact.
    """

    how: str
    exponent: float
    besides: float
    relative_error: float


@dataclass(frozen=True)
class Headline:
    """The answer before everything else.

    Attributes
    ----------
    shown : str
        The probability in a few words.
    told : tuple of str
        Sentences that say it in natural frequencies.
    how : str
        Whether it is exact or simulated, in a sentence or two.
    """

    shown: str
    told: tuple[str, ...]
    how: str


@dataclass(frozen=True)
class Mechanism:
    """What a mechanism contributes: the answer without it, and what it does."""

    name: str
    without: str
    effect: str


def best(answer: Answer) -> Best:
    """Choose the exact answer, else the weighed one, else the simulation."""
    exact, rare, simulation = answer.solution, answer.rare_event, answer.simulation
    if exact is not None:
        return Best("exact", exact.log10_probability, exact.log10_complement, 0.0)
    if rare is not None and not rare.withheld and not isinstance(rare.law, Bounded):
        error = rare.relative_error / normal_quantile(rare.confidence)
        return Best("weighed", rare.log10_probability, _besides(rare.probability), error)
    share = simulation.probability
    error = sqrt((1.0 - share) / simulation.hits) if simulation.hits else inf
    return Best("simulated", _log10(share), _besides(share), error)


def headline(answer: Answer) -> Headline:
    """Say the answer in words, and whether it is exact."""
    found, simulation = best(answer), answer.simulation
    event = f"{words.candidates(answer)[0]} denied the majority"
    how = _how(answer, found)
    if found.how == "simulated" and simulation.hits in (0, simulation.draws):
        return Headline(*_never_or_always(answer, event), how)
    told = frequencies.frequency(found.exponent, found.besides, event)
    shown = numbers.one_in(
        10.0**found.exponent,
        complement=10.0**found.besides,
        log10_value=found.exponent,
        log10_complement=found.besides,
        digits=3 if found.relative_error < _KNOWN else 2,
    )
    return Headline(shown if found.how == "exact" else f"about {shown}", told, how)


def _never_or_always(answer: Answer, event: str) -> tuple[str, tuple[str, ...]]:
    """Say what is known where simulation saw nothing else: a limit."""
    simulation, (low, high) = answer.simulation, answer.interval
    level = f"{100 * answer.confidence:g} %"
    if simulation.hits:
        limit = numbers.lower_limit(low)
        told = f"All {simulation.draws:,} simulated elections saw {event}. That is not certainty: it is above {limit}"
        return f"above {limit}", (f"{told} at a confidence of {level}.",)
    limit = numbers.upper_limit(high)
    told = f"None of {simulation.draws:,} simulated elections saw {event}. That is not never: the probability is below"
    rarer = f"fewer than one of {frequencies.large(-log10(float(limit)))}" if high < 0.5 else "which says little"
    return f"below {limit}", (f"{told} {limit}, {rarer}, at a confidence of {level}.",)


def _how(answer: Answer, found: Best) -> str:
    """Say plainly whether the answer is exact or simulated."""
    draws = f"{answer.simulation.draws:,}"
    if found.how == "exact":
        return f"This number is exact: computed, not simulated. A simulation of {draws} elections checks it."
    reason = "There is no exact answer to this scenario; the reason stands under Method."
    if found.how == "simulated":
        return f"This number is simulated, from {draws} elections. {reason}"
    drawn = 0 if answer.rare_event is None else answer.rare_event.draws
    return f"This number is simulated, from {drawn:,} elections drawn as if it were frequent, and weighed. {reason}"


def chance(answer: Answer) -> list[str]:
    """Say how far chance in the simulation can have led."""
    simulation, level = answer.simulation, f"{100 * answer.confidence:g} %"
    name, (low, high) = words.candidates(answer)[0], answer.interval
    hits = f"{simulation.hits:,}" if simulation.hits else "None"
    seen = f"{hits} of {simulation.draws:,} simulated elections saw {name} denied the majority"
    interval = f"between {numbers.probability(low, digits=4)} and {numbers.probability(high, digits=4)}"
    if simulation.hits == 0:
        interval = f"below {numbers.upper_limit(high)}"
    elif simulation.hits == simulation.draws:
        interval = f"above {numbers.lower_limit(low)}"
    lies = "So the probability lies" if answer.solution is None else "From that alone one would put the probability"
    told = [
        f"{seen}. {lies} {interval} at a confidence of {level}: intervals made in this way (Clopper and Pearson 1934) "
        f"miss it in at most {numbers.one_in(1.0 - answer.confidence)} simulations."
    ]
    rare = answer.rare_event
    if rare is not None and rare.withheld:
        told.append(f"The weighed answer is withheld: {rare.withheld}.")
    elif rare is not None and not isinstance(rare.law, Bounded):
        drawn = f"from {rare.draws:,} elections drawn as if it were frequent"
        told.append(f"The weighed answer, {drawn}, is {words.weighed_value(rare)}.")
    agreed = agreement(answer)
    return [*told, agreed] if agreed else told


def agreement(answer: Answer) -> str:
    """Say whether the answers agree; nothing if there is but one."""
    score = words.score(answer)
    if score is None:
        return ""
    rare, few = answer.rare_event, answer.simulation.hits < FEW_HITS
    both = "The simulation and the weighed answer"
    if answer.solution is not None:
        weighed = few and rare is not None and not rare.withheld and not isinstance(rare.law, Bounded)
        both = f"The {'weighed answer' if weighed else 'simulation'} and the exact answer"
    apart = f"they are {abs(score):.2f} standard errors apart (z = {score:z.2f})"
    if answer.agrees:
        return f"{both} agree: {apart}. Beyond {DISAGREEMENT:g} the program would call it an error."
    return f"{both} DO NOT AGREE: {apart}. One of them is wrong; do not rely on this page."


def rounding(answer: Answer) -> list[str]:
    """Say how large the numerical error can be."""
    exact = answer.solution
    if exact is None:
        return ["Simulated elections are counted in whole numbers, so there is no rounding error worth a mention."]
    told = f"The exact answer is {words.exactly(exact)}."
    if exact.relative_error_bound == 0:
        return [f"{told} Nothing was rounded on the way to it."]
    limit = numbers.upper_limit(exact.relative_error_bound)
    worth = (
        "This bound is proved: it counts every rounding."
        if exact.bound_is_proved
        else "This bound is an estimate, from what refining the computation still changes."
    )
    return [f"{told} Rounding can have moved it by less than {limit} of its value. {worth}"]


def assumed(answer: Answer) -> list[str]:
    """Say what no interval covers, and how much the assumed dependence can matter."""
    told = (
        "No interval and no bound says how right the assumptions below are. They are what this answer depends on most."
    )
    most = answer.any_dependence
    if most == 0.0:
        return [
            told,
            "But however electors depend on each other, it stays impossible as long as none of them may leave.",
        ]
    if most >= _CERTAIN:
        return [
            told,
            "How electors depend on each other is such an assumption. With each of them as likely to leave as assumed, "
            "some dependence could make it as good as certain.",
        ]
    joined = "if all joined who might, and" if words.greatest(answer).startswith("whatever the") else "if"
    return [
        told,
        "How electors depend on each other is such an assumption. With each of them as likely to leave as assumed, it "
        f"could be at most {numbers.one_in(most)}, {joined} they acted together in the worst way.",
    ]


def needed(answer: Answer) -> str:
    """Say how many votes deny the majority."""
    roster, leader = answer.scenario.roster(), words.candidates(answer)[0]
    majority = f"and {roster.majority} are a majority"
    return (
        f"{leader} has {roster.leader_votes} of {roster.appointed} electoral votes, {majority}. "
        f"So {roster.needed} must be lost to deny it."
    )


def expected(answer: Answer) -> str:
    """Say how many votes are lost on average."""
    lost, stopped = numbers.votes(answer.effective_mean), words.stopped(answer)
    attempted = f", of {numbers.votes(answer.attempted_mean)} attempted" if stopped.endswith("the rest") else ""
    return f"On average {lost} are lost{attempted}; {stopped}."


def if_it_happens(answer: Answer) -> str:
    """Say how many votes are lost if the majority is denied; nothing if that is not known."""
    lost = words.lost_if_denied(answer)
    if answer.denial is None or lost is None:
        return ""
    votes, told = lost
    drawn = f" (simulated, from {answer.denial.draws:,} elections)" if answer.denial.draws else ""
    return f"If the majority is denied, {votes} votes are lost on average{told and f', and {told}'}{drawn}."


def mechanisms(answer: Answer) -> list[Mechanism]:
    """Say what the answer is without each mechanism, and so what that does."""
    whole = best(answer)
    return [Mechanism(each.name, _plain(each), _effect(whole, each)) for each in answer.contributions]


def accounts(answer: Answer) -> list[tuple[str, str, str]]:
    """Tell the weight, the answer and the name of each account."""
    weights = answer.scenario.accounts
    return [(f"{weights[each.name]:g}", _plain(each), each.name) for each in answer.accounts]


def _plain(found: Variant) -> str:
    return words.variant(found).replace("~ ", "about ")


def _effect(whole: Best, without: Variant) -> str:
    """Compare the answer with a variant, as far as their errors let."""
    few = without.draws and not FEW_HITS <= without.probability * without.draws <= without.draws - FEW_HITS
    if few or -inf in (whole.exponent, without.log10_probability):
        return "cannot be told from so few" if few else "makes it possible"
    ratio = whole.exponent - without.log10_probability
    spread = 0.0
    if without.draws:
        spread = sqrt((1.0 - without.probability) / without.probability / without.draws)
    unsure = _SEEN * sqrt(spread**2 + whole.relative_error**2) * _LOG10_E
    if abs(ratio) <= unsure:
        return "no difference seen"
    if abs(ratio) < log10(1.01):
        return "changes it by less than 1 %"
    return f"makes it {_compared(ratio)}"


def _compared(ratio: float) -> str:
    """Say how many times as likely something is, from the decimal logarithm: in percent if that is little."""
    times = 10.0 ** abs(ratio) if abs(ratio) < 1 else 10.0
    if times < _PERCENT:
        return f"{100 * (times - 1):.2g} % more likely" if ratio > 0 else f"{100 * (1 - 1 / times):.2g} % less likely"
    factor = frequencies.large(abs(ratio))
    return f"{factor} times as likely" if ratio > 0 else f"less likely, by a factor of {factor}"


def ruling(answer: Answer) -> str:
    """Say which laws are enforced, and whether the courts uphold them."""
    roster = answer.scenario.roster()
    how = {0.0: "struck down by the courts", 1.0: "upheld by the courts"}
    upheld = how.get(roster.upheld, f"upheld by the courts, all at once, with probability {roster.upheld:g}")
    return f"Laws as of {roster.law_year}, {upheld}."


def laws(answer: Answer) -> list[tuple[str, int, str, str]]:
    """Tell, for each kind of law that is enforced, its name, the leader's votes, what it cancels and how it deters."""
    if answer.scenario.settings.law is None:
        return []
    votes: dict[tuple[str, float, float], int] = {}
    for seat in answer.scenario.roster().leader_seats:
        kind = seat.law, seat.cancelled, seat.deterred
        votes[kind] = votes.get(kind, 0) + seat.votes
    return [
        (words.law(kind), number, _sure(cancelled), "unchanged" if deterred == 1 else f"times {deterred:g}")
        for (kind, cancelled, deterred), number in sorted(votes.items(), key=lambda each: -each[1])
    ]


def _sure(probability: float) -> str:
    return {0.0: "never", 1.0: "always"}.get(probability, numbers.one_in(probability))


def house_of_two(answer: Answer) -> list[words.Row]:
    """Say whom the House would choose between two; empty if that is not known."""
    if answer.house is None or answer.house.of_two is None:
        return []
    found, (leader, opponent) = answer.house.of_two, words.candidates(answer)
    rows = (found.leader, leader), (found.opponent, opponent), (found.deadlock, f"nobody has {words.enough(answer)}")
    return [(numbers.one_in(value), name) for value, name in rows]


def states(answer: Answer) -> Sequence[tuple[str, str, str]]:
    """Name the states that lose most if it happens."""
    return words.states_if_denied(answer, _STATES)


def _log10(value: float) -> float:
    return log10(value) if value > 0 else -inf


def _besides(probability: float) -> float:
    return log1p(-probability) * _LOG10_E if probability < 1.0 else -inf
