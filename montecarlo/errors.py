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


class ScenarioError(InputError):
    """A scenario file cannot be used; `problems` holds every fault found, one sentence each."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {problem}" for problem in problems))


class NotSolvable(MonteCarloError):  # noqa: N818 - a public name, read as "raise NotSolvable"
    """The model has no exact solution here; the message says which part of it and what to use instead."""

    exit_code = 2


class StoreError(MonteCarloError):
    """A saved run cannot be written, found, read or trusted."""
