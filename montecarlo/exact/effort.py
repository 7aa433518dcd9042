"""How long an exact answer may take, so that whoever asks for too much is told so at once.

Every algorithm counts its steps before it makes them. A step is about a nanosecond's work. It is not measured by a
clock, as whether a model has an exact answer must not depend on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable

MOST_STEPS: Final = 3e10
"""Most steps of one exact answer, about half a minute."""


class Effort:
    """The steps that one exact answer may still take.

    Parameters
    ----------
    most : float
        Steps in all.

    Attributes
    ----------
    left : float
        Steps left.
    """

    def __init__(self, most: float = MOST_STEPS) -> None:
        self.left = self._most = most

    def spend(self, steps: float, *, values: int = 1, on: str) -> None:
        """Count steps that are about to be made, for each of some values of what is common to all electors.

        Raises
        ------
        NotSolvable
            If they are too many; `on` names what they are needed for.
        """
        self.foresee(steps, values=values, on=on)
        self.left -= steps * values

    def foresee(self, steps: float, *, values: int, on: str) -> None:
        """Complain as `spend` does, but count nothing."""
        if steps * values > self.left:
            often = f", for each of {values:,} values of what is common to all electors," if values > 1 else ""
            raise NotSolvable(
                f"{on}{often} would take longer than the {self._most:.0e} steps, {_lasting(self._most)}, that an exact "
                "answer may take"
            )

    def affordable(
        self, rows: Callable[[NDArray[np.float64]], object], point: NDArray[np.float64]
    ) -> Callable[[int], bool]:
        """Try one point, and return what says whether so many more can be computed."""
        before = self.left
        rows(point)
        each = before - self.left
        return lambda points: points * each <= self.left


def _lasting(steps: float) -> str:
    return "about half a minute" if steps == MOST_STEPS else f"about {steps * 1e-9:.2g} s"
