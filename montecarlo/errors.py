"""The errors that the package raises on purpose.

Each message is a sentence that names what was wrong, where, and what would be right. The command line prints it and
exits with the error's `exit_code`; nothing else in the package knows exit codes.
"""

from __future__ import annotations


class MonteCarloError(Exception):
    """Root of all errors raised on purpose; alone it means that a run failed."""

    exit_code = 1


class InputError(MonteCarloError, ValueError):
    """A value handed in by the user cannot be used."""

    exit_code = 2


MOST_PROBLEMS = 100
"""Problems told at once; checks are lazy, so that a hostile file cannot ask for more work than that."""


class ScenarioError(InputError):
    """A scenario file cannot be used; `problems` holds every fault found, one sentence each."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        count += ", the first of perhaps more" if len(problems) >= MOST_PROBLEMS else ""
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {problem}" for problem in problems))


class StoreError(MonteCarloError):
    """A saved run cannot be written, found, read or trusted."""


class NotSolvable(InputError):  # noqa: N818 - the name is part of the interface
    """A model, or a part of it, has no exact answer here; `reason` says which part, the message also what to do."""

    def __init__(self, reason: str, remedy: str = "use montecarlo.simulate instead") -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(reason, remedy)

    def __str__(self) -> str:
        """Return reason and remedy as one sentence."""
        return f"{self.reason}; {self.remedy}."


class IntervalWithheld(MonteCarloError):  # noqa: N818 - as NotSolvable, it says what there is not
    """An estimate has no interval that could be trusted; the message says why, and what to do."""
