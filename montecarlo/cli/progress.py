"""Long work of a command: over threads, with a bar and the time left on stderr where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from montecarlo.answer import Answer
    from montecarlo.engine.executors import Map
    from montecarlo.estimates import Estimate, Simulation
    from montecarlo.model import Mixture, Model
    from montecarlo.scenario import Scenario

Item = TypeVar("Item")
Result = TypeVar("Result")


def answered(
    scenario: Scenario, *, draws: int | None, seed: int | None, relative_error: float | None, workers: int | None = None
) -> Answer:
    """Ask a scenario, over so many threads, by default one a processor."""
    from montecarlo.asking import ask

    def beside(function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
        return side_by_side(function, items, workers=workers)

    return ask(
        scenario,
        draws=draws,
        seed=seed,
        relative_error=relative_error,
        simulate=partial(simulate, workers=workers),
        sample=sample,
        map_=beside,
    )


def simulate(model: Model | Mixture, draws: int, seed: int | None, *, workers: int | None) -> Simulation:
    """Simulate over threads; Ctrl-C ends it with what is done, if that is anything."""
    from montecarlo.engine.executors import processors, threads
    from montecarlo.engine.simulation import backend_for, running

    backend = backend_for(model, draws)
    # NumPy's short calls hold Python's lock too often for threads to help.
    count = 1 if backend == "numpy" else workers or processors()
    latest: Simulation | None = None
    with suppress(KeyboardInterrupt), threads(count) as map_, _bar("simulating") as progress:
        for latest in running(model, draws, seed=seed, backend=backend, map_=map_):
            progress(latest.draws, draws)
    if latest is None:
        raise KeyboardInterrupt
    return latest


def sample(
    model: Model | Mixture, relative_error: float, *, confidence: float, seed: int, most: int | None
) -> Estimate:
    """Draw weighed elections; say at once if so many as a precision that was asked for takes are never drawn."""
    from montecarlo.estimation import sampled

    with _bar("weighing") as bar:

        def progress(done: int, of: int, wanted: int) -> None:
            if done == 0 and wanted > of and most is None:
                click.echo(_too_many(relative_error, of, wanted), err=True)
            bar(done, of)

        return sampled(model, relative_error, confidence=confidence, seed=seed, most=most, progress=progress)


def _too_many(relative_error: float, of: int, wanted: int) -> str:
    from montecarlo.sampling.stopping import FINEST

    reached = max(relative_error, FINEST) * (wanted / of) ** 0.5
    return (
        f"A relative error of {relative_error:g} would take {wanted:.1g} weighed elections or so; "
        f"{of:,} are drawn, which reach about {reached:.1g}. Ctrl-C leaves the weighed answer out."
    )


def side_by_side(
    function: Callable[[Item], Result], items: Iterable[Item], /, *, workers: int | None
) -> Iterator[Result]:
    """Map a function over threads; an interruption cancels what has not begun."""
    from montecarlo.engine.executors import processors, threads

    waiting = list(items)
    # What is short runs in numba only where that is loaded already; for NumPy's calls see above.
    count = workers or processors() if "numba" in sys.modules else 1
    with threads(count) as map_, _bar("comparing") as progress:
        for done, result in enumerate(map_(function, waiting), start=1):
            progress(done, len(waiting))
            yield result


@contextmanager
def _bar(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar, to be told how much is done of how much."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@contextmanager
def over_processes(doing: str, *, workers: int | None) -> Iterator[Map]:
    """Yield a map over processes, by default one a processor, that shows a bar."""
    from montecarlo.engine.executors import processes, processors

    with processes(workers or processors()) as map_:

        def counted(function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
            waiting = list(items)
            with _bar(doing) as progress:
                progress(0, len(waiting))
                for done, result in enumerate(map_(function, waiting), start=1):
                    progress(done, len(waiting))
                    yield result

        yield counted
