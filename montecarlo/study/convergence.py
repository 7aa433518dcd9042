"""How a simulated probability settled while elections were drawn.

The first elections of a run are the run of as many draws, so a finished run is replayed and looked at on the way.
Within the first block the number of draws doubles from point to point; each of these points is a run of its own from
the start, which together cost as much as that block. From there on the points are whole blocks, about evenly spaced on
a logarithmic scale, and cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.engine.executors import Map
from montecarlo.engine.simulation import backend_for, running, simulate, whole_number
from montecarlo.errors import InputError
from montecarlo.language.problems import shown
from montecarlo.model import Mixture, Model
from montecarlo.study.numeric_keys import is_number
from montecarlo.uncertainty import checked_confidence, clopper_pearson

FEWEST: Final = 64
"""Draws of the first point."""

_BLOCKS: Final = 30
"""Most points after the first block."""

_APART: Final = 1.1
"""The last two points differ at least by this factor, or one would hide the other."""


@dataclass(frozen=True, eq=False)
class Convergence:
    """The running estimate of one simulation, at k points.

    Attributes
    ----------
    draws, hits : (k,) int64
        Elections until then, rising, and those of them in which the leader was denied its majority.
    needed : int
        Defecting votes that deny the majority.
    seed : int
        Seed of the simulation.
    confidence : float
        Level of the intervals.
    exact : float or None
        The exact probability, None if it is not known.
    """

    draws: NDArray[np.int64]
    hits: NDArray[np.int64]
    needed: int
    seed: int
    confidence: float
    exact: float | None

    @property
    def probability(self) -> NDArray[np.float64]:
        """Share of hits at each point, (k,); 0.0 means no more than that there were none yet."""
        return self.hits / self.draws

    def interval(self, confidence: float | None = None) -> NDArray[np.float64]:
        """Return the exact two-sided interval at each point, ``(k, 2)``, at `confidence` or that of the record.

        Each covers the probability as often as it says; that all of them do so at once is less likely.

        Raises
        ------
        InputError
            If `confidence` does not lie strictly between 0 and 1.
        """
        level = self.confidence if confidence is None else confidence
        points = zip(self.hits.tolist(), self.draws.tolist(), strict=True)
        return np.array([clopper_pearson(hits, draws, level) for hits, draws in points])


def converge(
    model: Model | Mixture,
    draws: int,
    *,
    seed: int,
    confidence: float = 0.95,
    exact: float | None = None,
    backend: str = "auto",
    map_: Map = map,
) -> Convergence:
    """Replay a simulation and tell its estimate on the way.

    Parameters
    ----------
    model : Model or Mixture
        The electors.
    draws : int
        Elections of the simulation, at least 1; the last point is the whole of it.
    seed : int
        Seed of the simulation.
    confidence : float
        Level of the intervals.
    exact : float, optional
        The exact probability, from 0 to 1, to compare with.
    backend, map_
        As for `montecarlo.simulate`; the result does not depend on them.

    Raises
    ------
    InputError
        For a model, draws, seed, confidence, exact probability or backend that cannot be used.
    """
    draws = whole_number("draws", draws, least=1)
    checked_confidence(confidence)
    if exact is not None and not (is_number(exact) and 0.0 <= exact <= 1.0):
        raise InputError(f"exact is {shown(exact)}; it must be a probability from 0 to 1, or None.")
    if backend == "auto":
        backend = backend_for(model, draws)
    first = simulate(model, min(FEWEST, draws), seed=seed, backend=backend, map_=map_)
    doubled = takewhile(lambda end: end < min(first.block, draws / _APART), (FEWEST << power for power in range(1, 64)))
    within = [first, *(simulate(model, end, seed=seed, backend=backend, map_=map_) for end in doubled)]
    cuts = _cuts(first.block, draws)
    whole = running(model, draws, seed=seed, backend=backend, map_=map_, cuts=cuts)
    points = {each.draws: each.hits for each in within}
    points |= {each.draws: each.hits for each in whole if each.draws in {*cuts, draws}}
    ends, hits = np.array([*points.items()], dtype=np.int64).T
    return Convergence(ends, hits, first.needed, first.seed, confidence, exact)


def _cuts(block: int, draws: int) -> list[int]:
    """Return whole blocks well below `draws`, about evenly spaced on a logarithmic scale."""
    most = int(draws / _APART) // block
    blocks = np.geomspace(1, max(most, 1), min(most, _BLOCKS)).round().astype(np.int64)
    return [block * number for number in np.unique(blocks).tolist()]
