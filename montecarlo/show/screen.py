"""The answer on one screen, for a reader who has never seen the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from montecarlo.answer import Answer
from montecarlo.show import numbers, words
from montecarlo.study.contributions import Variant

_NARROWEST = 80
"""Columns below which lines are left to the terminal to break, as cutting them would cut numbers."""

_STATES = 5
"""States that are named of those that lose most."""


def print_rich(content: RenderableType) -> None:
    """Print on stdout without the blanks that rich fills rows with: copied or redirected they are only noise."""
    console = Console(highlight=False)
    console.width = max(console.width, _NARROWEST)
    with console.capture() as printed:
        console.print(content)
    click.echo("\n".join(line.rstrip(" ") for line in printed.get().splitlines()).strip("\n"), color=True)


def answer_screen(answer: Answer, *, saved: Path | None, picture: Path | None = None) -> RenderableType:
    """Return the answer, and where it and its picture are, as something that a rich console prints."""
    scenario = answer.scenario
    parts: list[RenderableType] = [f"[bold]{escape(scenario.title)}[/bold]"]
    if scenario.question:
        parts.append(escape(scenario.question))
    if scenario.changes:
        parts += ["\n[bold]Changed, whatever the text above and below says:[/bold]", _list(words.changes(answer))]
    parts += [_rows(_probabilities(answer)), _rows(_electors(answer))]
    parts += [_rows(rows) for rows in (_outcomes(answer), _house(answer)) if rows]
    parts += _denial(answer)
    parts += _variants(answer)
    parts += ["\nThis assumes:", _list(words.assumptions(answer))]
    parts.append(_rows(_run(answer, saved, picture)))
    return Group(*parts)


def _probabilities(answer: Answer) -> list[tuple[str, str, str]]:
    limit = ("at most", numbers.one_in(answer.any_dependence), words.greatest(answer))
    exact, weighed = answer.solution, words.weighed(answer)
    rare = [] if weighed is None else [("weighed", *weighed)]
    if exact is None:
        (name, shown, told), *others = [*rare, ("simulated", *words.simulated(answer))]
        unsolved = ("exactly", "unknown", escape(f"{answer.unsolved}."))
        return [(name, f"[bold]{shown}[/bold]", told), *others, *_agreement(answer), unsolved, limit]
    told = f"{words.exactly(exact)}, relative error {words.bound(exact)}"
    return [
        ("exactly", f"[bold]{numbers.in_words(exact)}[/bold]", told),
        ("simulated", *words.simulated(answer)),
        *rare,
        *_agreement(answer),
        limit,
    ]


def _agreement(answer: Answer) -> list[tuple[str, str, str]]:
    """Compare the answers, if there is more than one."""
    score = words.score(answer)
    if score is None:
        return []
    return [("agreement", "yes" if answer.agrees else "[bold red]NO[/bold red]", f"z = {score:.2f}")]


def _electors(answer: Answer) -> list[tuple[str, str, str]]:
    roster, (leader, _) = answer.scenario.roster(), words.candidates(answer)
    attempted = f"lost, of {numbers.votes(answer.attempted_mean)} attempted; {words.stopped(answer)}"
    return [
        (
            "needed",
            f"{roster.needed} votes",
            f"of {escape(leader)}'s {roster.leader_votes}; the majority is {roster.majority} of {roster.appointed}",
        ),
        ("expected", f"{numbers.votes(answer.effective_mean)} votes", attempted),
    ]


def _outcomes(answer: Answer) -> list[tuple[str, str, str]]:
    """Say who has a majority, and who stands third if nobody has, if it is told where votes go."""
    if answer.scenario.settings.destination is None:
        return []
    (first, leader), *others = words.majorities(answer)
    how = "exactly" if answer.solution is not None else "simulated"
    rows = [("majority", first, f"{escape(leader)} ({how})"), *_named("", others)]
    return rows + _named("and third", words.third_places(answer))


def _named(name: str, rows: Sequence[words.Row]) -> list[tuple[str, str, str]]:
    """Put a name before the first of some rows."""
    return [("" if number else name, shown, escape(told)) for number, (shown, told) in enumerate(rows)]


def _house(answer: Answer) -> list[tuple[str, str, str]]:
    """Say whom the House would choose."""
    if answer.house is None:
        return []
    found, simulated = answer.house, answer.house.simulation
    (first, leader), *others = words.house_of_three(answer)
    counted = f"{simulated.counts[0]:,} of {simulated.draws:,} simulated"
    rows = [("the House", first, f"{escape(leader)}, if it has to choose among three ({counted})"), *_named("", others)]
    if found.of_two is not None:
        two = f"{escape(leader)}, if none is third (both get his share)"
        rows.append(("", numbers.one_in(found.of_two.leader), two))
        rows.append(("", numbers.one_in(found.of_two.deadlock), f"nobody has {words.enough(answer)}, if none is third"))
    return rows


def _denial(answer: Answer) -> list[RenderableType]:
    """Show what is lost if the majority is denied, and apart from that who becomes president."""
    lost = words.lost_if_denied(answer)
    if answer.denial is None or lost is None:
        return []
    how = f"~ in {answer.denial.draws:,} elections drawn" if answer.denial.draws else "exactly"
    votes, told = lost
    rows = [("lost", f"{votes} votes", f"on average{told and f'; {told}'}")]
    (top, most, usually), *others = words.states_if_denied(answer, _STATES)
    rest = [f"usually {usually}", *(f"{state} {votes}, usually {usual}" for state, votes, usual in others)]
    rows.append(("most in", f"{top} {most}", "; ".join(rest)))
    (first, law), *laws = words.laws_if_denied(answer)
    by_law = [f"in states with {law}", *(f"{votes} with {law}" for votes, law in laws)]
    rows.append(("by law", first, "; ".join(by_law)))
    parts: list[RenderableType] = [f"\nIf it happens ({how}):", _rows(rows)]
    if answer.elected_if_denied is not None:
        elected = _named("", words.elected(answer))
        parts += ["\nThen, if the House is as assumed, becomes president:", _rows(elected)]
    return parts


def _variants(answer: Answer) -> list[RenderableType]:
    """Show the accounts one by one, and the answer without each mechanism."""
    parts: list[RenderableType] = []
    weights = answer.scenario.accounts
    if answer.accounts:
        rows = [(f"{weights[each.name]:g}", words.variant(each), escape(each.name)) for each in answer.accounts]
        parts += [f"\nEach account, by its weight{_how(answer.accounts)}:", _rows(rows)]
    if answer.contributions:
        rows = [("without", words.variant(each), escape(each.name)) for each in answer.contributions]
        told = "What each mechanism does; they work on each other, so this does not add up"
        parts += [f"\n{told}{_how(answer.contributions)}:", _rows(rows)]
    return parts


def _how(variants: Sequence[Variant]) -> str:
    """Say how many elections were simulated where that was needed."""
    told = words.simulated_variants(variants)
    return told and f" ({told})"


def _run(answer: Answer, saved: Path | None, picture: Path | None) -> list[tuple[str, str]]:
    simulation = answer.simulation
    rows = []
    if not answer.finished:
        text = f"after {simulation.draws:,} of {answer.asked:,} elections; the answer is valid as it stands"
        rows.append(("interrupted", text))
    times = f"{answer.seconds:.2f} s ({answer.kernel_seconds:.2f} s simulating, {simulation.backend})"
    rows.append(("seed", f"{simulation.seed}; {times}"))
    places = {"saved in": saved, "picture": picture}
    rows += [(name, escape(str(place))) for name, place in places.items() if place is not None]
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
