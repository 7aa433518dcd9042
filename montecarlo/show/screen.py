"""The answer on one screen, for a reader who has never seen the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import click
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

import montecarlo.data as data
from montecarlo.answer import Answer
from montecarlo.estimates import rounded_together
from montecarlo.parts import Alone
from montecarlo.show import numbers
from montecarlo.solution import Solution
from montecarlo.study.contributions import Variant
from montecarlo.study.if_it_happens import by_law, votes_lost
from montecarlo.uncertainty import Bounded, clopper_pearson

_NARROWEST = 80
"""Columns below which lines are left to the terminal to break, as cutting them would cut numbers."""

_STATES = 5
"""States that are named of those that lose most."""

_NO_DESTINATION = "A lost vote counts for nobody else; other parties' electors do not matter."


def print_rich(content: RenderableType) -> None:
    """Print on stdout without the blanks that rich fills rows with: copied or redirected they are only noise."""
    console = Console(highlight=False)
    console.width = max(console.width, _NARROWEST)
    with console.capture() as printed:
        console.print(content)
    click.echo("\n".join(line.rstrip(" ") for line in printed.get().splitlines()).strip("\n"), color=True)


def answer_screen(answer: Answer, *, saved: str | None) -> RenderableType:
    """Return the answer as something that a rich console prints."""
    scenario = answer.scenario
    parts: list[RenderableType] = [f"[bold]{escape(scenario.title)}[/bold]"]
    if scenario.question:
        parts.append(escape(scenario.question))
    if scenario.changes:
        changes = [f"{key} = {'none' if value is None else value}" for key, value in scenario.changes.items()]
        parts += ["\n[bold]Changed, whatever the text above and below says:[/bold]", _list(changes)]
    parts += [_rows(_probabilities(answer)), _rows(_electors(answer))]
    parts += [_rows(rows) for rows in (_outcomes(answer), _house(answer)) if rows]
    parts += _denial(answer)
    parts += _variants(answer)
    assumed = [] if scenario.settings.destination is not None else [_NO_DESTINATION]
    parts += ["\nThis assumes:", _list([*scenario.assumptions, *assumed])]
    parts.append(_rows(_run(answer, saved)))
    return Group(*parts)


def _probabilities(answer: Answer) -> list[tuple[str, str, str]]:
    limit = ("at most", numbers.one_in(answer.any_dependence), _most(answer))
    exact, weighed = answer.solution, _weighed(answer)
    if exact is None or answer.agreement is None:
        rows = [*weighed, ("simulated", *_simulated(answer))]
        (name, shown, told), *others = rows
        return [
            (name, f"[bold]{shown}[/bold]", told),
            *others,
            *_crossed(answer),
            ("exactly", "unknown", escape(f"{answer.unsolved}.")),
            limit,
        ]
    value = numbers.probability(
        exact.probability,
        log10_value=exact.log10_probability,
        log10_complement=exact.log10_complement,
        digits=6,
    )
    return [
        ("exactly", f"[bold]{numbers.in_words(exact)}[/bold]", f"{value}, relative error {_bound(exact)}"),
        ("simulated", *_simulated(answer)),
        *weighed,
        ("agreement", "yes" if answer.agrees else "[bold red]NO[/bold red]", f"z = {answer.agreement:.2f}"),
        limit,
    ]


def _crossed(answer: Answer) -> list[tuple[str, str, str]]:
    """Compare the weighed answer with the simulation where there is no exact one."""
    score = answer.weighed_agreement
    if score is None:
        return []
    return [("agreement", "yes" if answer.agrees else "[bold red]NO[/bold red]", f"z = {score:.2f}")]


def _weighed(answer: Answer) -> list[tuple[str, str, str]]:
    """Show what the sampler of rare events found, if it was asked."""
    rare = answer.rare_event
    if rare is None or isinstance(rare.law, Bounded):
        return []
    if rare.withheld:
        return [("weighed", "unknown", f"{rare.withheld}.")]
    value = rounded_together(rare.log10_probability, rare.relative_error)
    shown = numbers.one_in(rare.probability, log10_value=rare.log10_probability)
    told = f"{value} at {100 * rare.confidence:g} %: {rare.draws:,} elections drawn as if it were frequent"
    return [("weighed", shown, told)]


def _simulated(answer: Answer) -> tuple[str, str]:
    simulation = answer.simulation
    level = f"{100 * answer.confidence:g} %"
    low, high = answer.interval
    times = f"{simulation.hits:,} of {simulation.draws:,}"
    if simulation.hits == 0:
        return "not once", f"{times} elections: below {numbers.upper_limit(high)} at {level}"
    if simulation.hits == simulation.draws:
        return "every time", f"{times} elections: above {numbers.lower_limit(low)} at {level}"
    bounds = f"{numbers.probability(low, digits=4)} to {numbers.probability(high, digits=4)} at {level}"
    return numbers.one_in(simulation.probability), f"{times}: {bounds}"


def _bound(exact: Solution) -> str:
    """Say how large the error can be, and what that bound is worth."""
    if exact.relative_error_bound == 0:
        return "0 (proved)"
    return f"< {numbers.upper_limit(exact.relative_error_bound)} ({'proved' if exact.bound_is_proved else 'estimated'})"


def _electors(answer: Answer) -> list[tuple[str, str, str]]:
    roster = answer.scenario.roster()
    name = data.elections()[roster.year].winner
    bound = answer.effective_mean < answer.attempted_mean * (1 - 1e-9)
    stopped = f"laws of {roster.law_year} stop the rest" if bound else "no law stops any"
    return [
        (
            "needed",
            f"{roster.needed} votes",
            f"of {escape(name)}'s {roster.leader_votes}; the majority is {roster.majority} of {roster.appointed}",
        ),
        (
            "expected",
            f"{numbers.votes(answer.effective_mean)} votes",
            f"lost, of {numbers.votes(answer.attempted_mean)} attempted; {stopped}",
        ),
    ]


def _outcomes(answer: Answer) -> list[tuple[str, str, str]]:
    """Say who has a majority, and who stands third if nobody has, if it is told where votes go."""
    if answer.scenario.settings.destination is None:
        return []
    (leader, opponent), found = _candidates(answer), answer.outcomes
    how = "exactly" if answer.solution is not None else "simulated"
    rows = [
        ("majority", _share(found.leader_majority, answer), f"{escape(leader)} ({how})"),
        ("", _share(found.opponent_majority, answer), escape(opponent)),
        ("", _share(found.other_majority, answer), "somebody else"),
        ("", _share(found.contingent_election, answer), "nobody: the House decides"),
    ]
    third = {name: share for name, share in (answer.third_place or {}).items() if share}
    for number, (name, share) in enumerate(third.items()):
        rows.append(("and third" if number == 0 else "", _share(share, answer), _THIRD.get(name, escape(name))))
    return rows


_THIRD = {"tied": "several: the third place is tied", "nobody": "nobody: no other has a vote"}


def _candidates(answer: Answer) -> tuple[str, str]:
    """Names of the leader and the opponent."""
    election = data.elections()[answer.scenario.roster().year]
    names = election.winner, election.runner_up
    return names if answer.scenario.roster().leader == election.winner_party else names[::-1]


def _share(share: float, answer: Answer) -> str:
    """Show a probability; a simulated share of 0 or 1 is none, and an exact 0 may be too small for a number."""
    if answer.solution is not None:
        return "below 1e-300" if share == 0.0 else numbers.one_in(share)
    draws = answer.simulation.draws
    return _simulated_share(round(share * draws), draws, answer.confidence)


def _simulated_share(hits: int, draws: int, confidence: float) -> str:
    low, high = clopper_pearson(hits, draws, confidence)
    if hits == 0:
        return f"below {numbers.upper_limit(high)}"
    return f"above {numbers.lower_limit(low)}" if hits == draws else f"~ {numbers.one_in(hits / draws)}"


def _most(answer: Answer) -> str:
    """Say what the largest possible probability means."""
    if all(isinstance(part.coordination, Alone) for _, part in answer.model.parts):
        return "whatever makes the same electors act together"
    return "whatever the dependence, if all joined who might"


def _house(answer: Answer) -> list[tuple[str, str, str]]:
    """Say whom the House would choose."""
    if answer.house is None:
        return []
    found, house, simulated = answer.house, answer.house.house, answer.house.simulation
    leader, opponent = map(escape, _candidates(answer))
    enough = f"{house.needed} of {house.delegations} delegations"
    counted = f"{simulated.counts[0]:,} of {simulated.draws:,} simulated"
    told = [
        f"{leader}, if it has to choose among three ({counted})",
        opponent,
        "the third candidate",
        f"nobody has {enough}",
    ]
    if found.of_three is None:
        shown = [_simulated_share(hits, simulated.draws, answer.confidence) for hits in simulated.counts.tolist()]
    else:
        shown = [numbers.one_in(each) for each in astuple(found.of_three)]
    rows = [("" if i else "the House", *each) for i, each in enumerate(zip(shown, told, strict=True))]
    if found.of_two is not None:
        rows.append(("", numbers.one_in(found.of_two.leader), f"{leader}, if none is third (both get his share)"))
        rows.append(("", numbers.one_in(found.of_two.deadlock), f"nobody has {enough}, if none is third"))
    return rows


def _denial(answer: Answer) -> list[RenderableType]:
    """Show what is lost if the majority is denied, and apart from that who becomes president."""
    found, roster = answer.denial, answer.scenario.roster()
    if found is None:
        return []
    how = f"~ in {found.draws:,} elections drawn" if found.draws else "exactly"
    told = "on average"
    if found.total is not None:
        low, high = (votes_lost(found.total)[end] for end in ("quantile_05", "quantile_95"))
        told = f"on average; {low if low == high else f'{low} to {high}'} in nine of ten elections"
    rows = [("lost", f"{numbers.votes(float(found.by_group.sum()))} votes", told)]
    states = zip(found.by_group.tolist(), answer.usually_lost.tolist(), roster.states, strict=True)
    most = [
        (f"{state} {numbers.votes(lost)}", f"({numbers.votes(usual)})" if usual else "(not seen)")
        for lost, usual, state in sorted(states, reverse=True)[:_STATES]
    ]
    (top, usually), *others = most
    rows.append(("most in", top, ", ".join([f"{usually} otherwise", *map(" ".join, others)])))
    laws = sorted(((lost, kind) for kind, lost in by_law(found.by_group, roster).items() if lost), reverse=True)
    (first, law), *rest = [(numbers.votes(lost), _LAWS.get(kind, kind.replace("_", " "))) for lost, kind in laws]
    rows.append(("by law", first, ", ".join([f"in states with {law}", *(f"{lost} {name}" for lost, name in rest)])))
    parts: list[RenderableType] = [f"\nIf it happens ({how}):", _rows(rows)]
    if answer.elected_if_denied is not None:
        parts += ["\nThen, if the House is as assumed, becomes president:", _rows(_elected(answer))]
    return parts


_LAWS = {"none": "no law", "pledge_only": "a pledge only"}


def _elected(answer: Answer) -> list[tuple[str, str, str]]:
    """Say who becomes president if the majority is denied."""
    leader, opponent = map(escape, _candidates(answer))
    names = {
        "leader": leader,
        "opponent": opponent,
        "alternative": "the third candidate",
        "somebody_else": "somebody else, by the electors alone",
        "deadlock": "nobody by then: the House is deadlocked",
    }
    chances = answer.elected_if_denied or {}
    return [("", numbers.one_in(chances[key]), name) for key, name in names.items() if chances.get(key)]


def _variants(answer: Answer) -> list[RenderableType]:
    """Show the accounts one by one, and the answer without each mechanism."""
    parts: list[RenderableType] = []
    weights = answer.scenario.accounts
    if answer.accounts:
        rows = [(f"{weights[each.name]:g}", _variant(each), escape(each.name)) for each in answer.accounts]
        parts += [f"\nEach account, by its weight{_how(answer.accounts)}:", _rows(rows)]
    if answer.contributions:
        rows = [("without", _variant(each), escape(each.name)) for each in answer.contributions]
        told = "What each mechanism does; they work on each other, so this does not add up"
        parts += [f"\n{told}{_how(answer.contributions)}:", _rows(rows)]
    return parts


def _how(variants: Sequence[Variant]) -> str:
    """Say how many elections were simulated where that was needed."""
    draws = max(variant.draws for variant in variants)
    return f" (~ in {draws:,} simulated elections)" if draws else ""


def _variant(variant: Variant) -> str:
    """Show the probability of a variant, simulated ones with a tilde."""
    if not variant.draws:
        return numbers.one_in(variant.probability, log10_value=variant.log10_probability)
    if variant.probability in (0.0, 1.0):
        return f"{'not once' if variant.probability == 0.0 else 'every time'} in {variant.draws:,}"
    return f"~ {numbers.one_in(variant.probability)}"


def _run(answer: Answer, saved: str | None) -> list[tuple[str, str]]:
    simulation = answer.simulation
    rows = []
    if not answer.finished:
        text = f"after {simulation.draws:,} of {answer.asked:,} elections; the answer is valid as it stands"
        rows.append(("interrupted", text))
    times = f"{answer.seconds:.2f} s ({answer.kernel_seconds:.2f} s simulating, {simulation.backend})"
    rows.append(("seed", f"{simulation.seed}; {times}"))
    if saved is not None:
        rows.append(("saved in", escape(saved)))
    return rows


def _rows(rows: Sequence[tuple[str, ...]]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", width=11)
    if len(rows[0]) == 3:
        table.add_column(no_wrap=True, min_width=11)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return Padding(table, (1, 0, 0, 0), expand=False)


def _list(lines: Sequence[str]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row("-", escape(line))
    return Padding(table, (0, 0, 0, 0), expand=False)
