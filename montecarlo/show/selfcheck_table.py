"""The self-check as tables, with the verdict in one line."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from montecarlo.study.recorded_counts import DRAWS, SEED
from montecarlo.study.selfcheck import Comparison, Replay, Report


def selfcheck_screen(report: Report) -> RenderableType:
    """Return a report as something that a rich console prints."""
    title = f"\n{DRAWS:,} simulated of each kind of model, seed {SEED}:\n"
    return Group(_cases(report), title, _counts(report), escape(f"\n{verdict(report)}"))


def verdict(report: Report) -> str:
    """Return the verdict in one line."""
    comparisons, replays = report.comparisons, report.replays
    told = f"{len(comparisons)} answers and {len(replays)} simulations are right"
    if not report.passed:
        faults = {
            f"of {len(comparisons)} answers wrong": sum(not each.agrees for each in comparisons),
            f"of {len(replays)} simulations with other counts": sum(not each.identical for each in replays),
            "off the exact answer": sum(not each.agrees for each in replays),
        }
        told = ", ".join(f"{number} {text}" for text, number in faults.items() if number)
    passed = "PASSED" if report.passed else "FAILED"
    return f"{passed}: {told} ({', '.join(report.backends)}; {report.seconds:.1f} s)"


def _cases(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("case, and where its answer is from", overflow="fold")
    for column in ("published", "ours", "digits"):
        table.add_column(column, no_wrap=True, justify="right")
    for each in report.comparisons:
        told = f"{escape(each.case.name)}\n[dim]  {escape(each.case.source)}[/dim]"
        table.add_row(told, *_numbers(each))
    return table


def _numbers(comparison: Comparison) -> tuple[str, str, str]:
    ours = "none" if comparison.ours is None else _plain(comparison.ours)
    digits = f"{comparison.digits:.1f} of {comparison.case.digits:.2g}"
    return _plain(float(comparison.known)), ours, digits if comparison.agrees else f"[bold red]NO {digits}[/bold red]"


def _plain(value: float) -> str:
    return f"{value:.4g}" if value >= 1e-3 else f"{value:.3e}".replace("e-0", "e-")


def _counts(report: Report) -> Table:
    """Make a row of each kind, with a column a backend; the score is that of the furthest."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), show_edge=False)
    for column in ("kind", *report.backends, "exact answer"):
        table.add_column(column, no_wrap=True)
    for name in dict.fromkeys(each.recorded.name for each in report.replays):
        found = {each.backend: each for each in report.replays if each.recorded.name == name}
        furthest = max(found.values(), key=lambda each: abs(each.score))
        table.add_row(escape(name), *(_same(found.get(backend)) for backend in report.backends), _score(furthest))
    return table


def _same(replay: Replay | None) -> str:
    if replay is None:
        return "-"
    return "as recorded" if replay.identical else "[bold red]DIFFERENT[/bold red]"


def _score(replay: Replay) -> str:
    score = f"z = {replay.score:.2f}"
    return score if replay.agrees else f"[bold red]{score} NO[/bold red]"
