"""The answer on one screen, for a reader who has never seen the program."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

import montecarlo.data as data
from montecarlo.answer import Answer
from montecarlo.show import numbers

_NARROWEST = 80
"""Columns below which lines are left to the terminal to break, as cutting them would cut numbers."""

_ALWAYS_ASSUMED = "A lost vote counts for nobody else; other parties' electors do not matter."


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
    if scenario.overrides:
        changes = [f"{key} = {'none' if value is None else value}" for key, value in scenario.overrides.items()]
        parts += ["\n[bold]Changed, whatever the text above and below says:[/bold]", _list(changes)]
    parts += [_rows(_probabilities(answer)), _rows(_electors(answer))]
    parts += ["\nThis assumes:", _list([*scenario.assumptions, _ALWAYS_ASSUMED])]
    parts.append(_rows(_run(answer, saved)))
    return Group(*parts)


def _probabilities(answer: Answer) -> list[tuple[str, str, str]]:
    exact = answer.solution
    value = numbers.probability(
        exact.probability,
        log10_value=exact.log10_probability,
        log10_complement=exact.log10_complement,
        digits=6,
    )
    return [
        ("exactly", f"[bold]{numbers.in_words(exact)}[/bold]", f"{value}, relative error {_bound(answer)}"),
        ("simulated", *_simulated(answer)),
        ("agreement", "yes" if answer.agrees else "[bold red]NO[/bold red]", f"z = {answer.agreement:.2f}"),
        ("at most", numbers.one_in(answer.any_dependence), "whatever makes the same electors act together"),
    ]


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


def _bound(answer: Answer) -> str:
    """Say how large the rounding error can be, and what that bound is worth."""
    exact = answer.solution
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
