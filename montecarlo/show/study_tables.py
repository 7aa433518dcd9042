"""Tuned values, frontiers and sweeps as tables on the screen; all their digits are in JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, isinf, log10
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from montecarlo.scenario import Scenario
from montecarlo.show import numbers
from montecarlo.study.frontiers import Frontier
from montecarlo.study.points import Point
from montecarlo.study.sweeping import Sweep
from montecarlo.study.tuning import Tuned
from montecarlo.uncertainty import clopper_pearson

_MOST_DIGITS = 10
_MOST = 20, 6
"""Rows and columns that a screen holds."""


def tuned_screen(scenario: Scenario, tuned: Tuned) -> RenderableType:
    """Return a tuned value as something that a rich console prints."""
    rows = [
        (escape(tuned.key), f"[bold]{value(tuned)}[/bold]", ends(tuned)),
        ("for", numbers.one_in(tuned.target), f"{numbers.given(tuned.target)}, that the majority is denied"),
    ]
    rows += [(f"{tuned.key} = {whole}", *_point(point)) for whole, point in tuned.neighbours]
    if tuned.seen > 1:
        rows.append(("seen", f"{tuned.seen} values", "that give it; this is the smallest"))
    rows.append(("tried", f"{tuned.evaluations} values", _how(tuned) if tuned.draws else ""))
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return Group(*_head(scenario), "", table)


def frontier_screen(frontier: Frontier) -> RenderableType:
    """Return a frontier as something that a rich console prints."""
    target = numbers.given(frontier.target)
    told = f"\nThe majority is denied with probability {target} at these values of {escape(frontier.key)},"
    labels = numbers.told_apart(frontier.values, 6)
    table = _table("against", "value", "")
    for place, found in zip(labels, frontier.found, strict=True):
        table.add_row(place, *(("none", "see below") if found is None else (value(found), ends(found))))
    notes = [f"at {place}: {why}" for place, why in zip(labels, frontier.reasons, strict=True) if why]
    notes += [_how(found) for found in frontier.found if found is not None and found.draws][:1]
    named = f"{told}\nagainst those of {escape(frontier.against)}:\n"
    return Group(*_head(frontier.told), named, table, *([""] * bool(notes)), *map(escape, notes))


def sweep_screen(sweep: Sweep, *, saved: Path | None, picture: Path | None = None) -> RenderableType:
    """Return a sweep, and where it and its picture are, as something that a rich console prints."""
    told = f"\nProbability that the majority is denied, by {escape(sweep.keys[0])}"
    table, left_out = (_line(sweep), False) if len(sweep.keys) == 1 else _grid(sweep)
    notes = []
    if sweep.simulated.any():
        draws = int(sweep.draws.max())
        notes.append(f"~ simulated, {draws:,} election{'s' * (draws > 1)} each, seed {sweep.seed}{_limits(sweep)}")
    if left_out:
        notes.append("Some rows or columns are left out here; JSON, CSV and picture have them all.")
    places = {"saved": saved, "picture": picture}
    notes += [escape(f"{name} in {place}") for name, place in places.items() if place is not None]
    told += f" down, {escape(sweep.keys[1])} across" if len(sweep.keys) == 2 else ""
    return Group(*_head(sweep.told), f"{told}:\n", table, *([""] * bool(notes)), *notes)


def value(tuned: Tuned) -> str:
    """Return the value with the digits that its interval leaves, at most ten."""
    if isinstance(tuned.value, int):
        return str(tuned.value)
    low, high = tuned.interval
    spread = (high - low) / 2.0
    if spread <= 0.0 or tuned.value == 0.0:
        return f"{tuned.value:.{_MOST_DIGITS}g}"
    return f"{tuned.value:.{min(max(floor(log10(abs(tuned.value) / spread)) + 1, 1), _MOST_DIGITS)}g}"


def ends(tuned: Tuned) -> str:
    """Say how sure the value is."""
    low, high = tuned.interval
    if tuned.draws:
        return f"simulated: {low:.4g} to {high:.4g} at {100 * tuned.confidence:g} %"
    if isinstance(tuned.value, int):
        return "exactly: the first value past the target"
    return "exactly"


def _head(scenario: Scenario) -> list[RenderableType]:
    """Say which scenario it is, and what was changed in it."""
    changes = [f"- {key} = {'none' if each is None else each}" for key, each in scenario.changes.items()]
    told = ["\n[bold]Changed, whatever the text above says:[/bold]", *map(escape, changes)] if changes else []
    return [f"[bold]{escape(scenario.title)}[/bold]", *told]


def _how(tuned: Tuned) -> str:
    elections = f"{tuned.draws:,} election{'s' * (tuned.draws > 1)}"
    return f"{elections} simulated for each, of the same random numbers: seed {tuned.seed}"


def _point(point: Point) -> tuple[str, str]:
    """Show a probability in words and as a number; of a simulated one the hits."""
    if point.draws:
        words = "every time" if point.hits == point.draws else numbers.share(point.hits, point.draws)
        return words if point.hits else "not once", f"{point.hits:,} of {point.draws:,}"
    value, seen, others = point.probability, point.log10_probability, point.log10_complement
    words = numbers.one_in(value, log10_value=seen, log10_complement=others)
    return words, numbers.probability(value, log10_value=seen, log10_complement=others)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), show_edge=False)
    for name in columns:
        table.add_column(escape(name), no_wrap=True)
    return table


def _line(sweep: Sweep) -> Table:
    """Make a row of each value of the one key."""
    table = _table("value", "probability", "", "log10", "")
    low, high = sweep.interval()
    for place, label in enumerate(numbers.told_apart(sweep.values[0], 6)):
        exponent = float(sweep.log10_probability[place])
        hits, draws = int(sweep.hits[place]), int(sweep.draws[place])
        how = "exactly"
        if draws:
            bounds = f"{numbers.probability(float(low[place]))} to {numbers.probability(float(high[place]))}"
            how = f"{hits:,} times: {bounds}" if hits else "not once"
        words = "" if draws and hits in (0, draws) else _words(sweep, place)
        certain = isinf(float(sweep.log10_complement[place]))
        told = f"{exponent:.4g}" if isfinite(exponent) and (exponent or certain) else ""
        table.add_row(label, _cell(sweep, (place,)), words, told, how)
    return table


def _grid(sweep: Sweep) -> tuple[Table, bool]:
    """Make a table of both keys, of some rows and columns if there are many; say whether any are left out."""
    rows, columns = (_some(len(each), most) for each, most in zip(sweep.values, _MOST, strict=True))
    down, across = (
        numbers.told_apart([values[place] for place in places], 4)
        for values, places in zip(sweep.values, (rows, columns), strict=True)
    )
    table = _table("", *across)
    for label, row in zip(down, rows, strict=True):
        table.add_row(label, *(_cell(sweep, (row, column)) for column in columns))
    return table, len(rows) * len(columns) < sweep.probability.size


def _some(number: int, most: int) -> Sequence[int]:
    """Choose at most so many numbers, evenly, with both ends."""
    if number <= most:
        return range(number)
    return [round(each * (number - 1) / (most - 1)) for each in range(most)]


def _cell(sweep: Sweep, place: tuple[int, ...]) -> str:
    """Show one probability; a limit where it was not seen, or nothing else was."""
    hits, draws = int(sweep.hits[place]), int(sweep.draws[place])
    if draws and hits in (0, draws):
        low, high = clopper_pearson(hits, draws, sweep.confidence)
        return f">{numbers.lower_limit(low)}" if hits else f"<{numbers.upper_limit(high)}"
    shown = numbers.probability(
        float(sweep.probability[place]),
        log10_value=float(sweep.log10_probability[place]),
        log10_complement=float(sweep.log10_complement[place]),
        digits=numbers.known_digits(hits, draws) if draws else 3,
    )
    return f"~{shown}" if draws else shown


def _words(sweep: Sweep, place: int) -> str:
    if sweep.draws[place]:
        return numbers.share(int(sweep.hits[place]), int(sweep.draws[place]))
    return numbers.one_in(
        float(sweep.probability[place]),
        log10_value=float(sweep.log10_probability[place]),
        log10_complement=float(sweep.log10_complement[place]),
    )


def _limits(sweep: Sweep) -> str:
    """Say what the signs of limits mean, if there are any."""
    below, above = sweep.unseen.any(), (sweep.simulated & (sweep.hits == sweep.draws)).any()
    signs = [sign for sign, here in (("< below", below), ("> above", above)) if here]
    return f"; {', '.join(signs)}, at {100 * sweep.confidence:g} %" if signs else ""
