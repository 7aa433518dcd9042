"""Counts that were written down once: small models of every kind, and a digest of what one simulation of each counted.

The same model, seed and draws give the same counts on any machine. All numbers here are whole, written down, or come
from one division, which is rounded the same everywhere, so that the models are the same too. A digest that has to be
changed is a change of the stream, after which no saved run can be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from montecarlo.house import House
from montecarlo.model import Mixture, Model, mixture
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge

DRAWS: Final = 66_000
"""Two blocks of the stream, one of them cut short."""

SEED: Final = 20161219
DIGITS: Final = 16
"""Hexadecimal digits of a digest that are kept."""

_PLACE: Final = np.arange(60)
_CHANCES: Final = (1 + _PLACE % 7) / 50
_STATES: Final = _PLACE % 8


@dataclass(frozen=True)
class RecordedCounts:
    """What was counted for one kind of model.

    Attributes
    ----------
    name : str
        The kind.
    model : Model, Mixture or House
        A small one of it.
    digest : str
        First `DIGITS` hexadecimal digits of the SHA-256 of all counts of `DRAWS` draws from `SEED`.
    """

    name: str
    model: Model | Mixture | House
    digest: str


_BINDING: Final = Model(_CHANCES, 8, law=Law((_PLACE % 3) / 2, upheld=0.5))
_PLEDGED: Final = Model([0.05] * 60, 15, coordination=Pledge(0.2, 12))
_WAITING: Final = Model([0.05] * 60, 15, coordination=Cascade(0.5, np.arange(25) / 24))
_SIDES: Final = Model(
    _CHANCES,
    8,
    group=_STATES,
    dependence=Factors(0.3),
    destination=Destination(0.1, [0.5, 0.2]),
    opponents=Opponents([0.1] * 40, group=np.arange(40) % 8, destination=Destination(0.2, [0.3, 0.4])),
)

RECORDED: Final = (
    RecordedCounts("independent electors", Model(_CHANCES, 8), "c0090a0c787f0683"),
    RecordedCounts("rare defections", Model([0.001] * 306, 2), "3de1bfb8eccca138"),
    RecordedCounts("blocs of votes", Model(_CHANCES, 24, votes=1 + _PLACE % 5), "5f8c836dbf62ec9d"),
    RecordedCounts("binding laws", _BINDING, "84128df4bfdc7183"),
    RecordedCounts(
        "national and state factors",
        Model(_CHANCES, 12, group=_STATES, dependence=Factors(0.4, 0.3)),
        "ae49590ab796def0",
    ),
    RecordedCounts("t factors", Model(_CHANCES, 12, dependence=Factors(0.3, 0.0, 4)), "92e277901d4696e9"),
    RecordedCounts("common odds", Model(_CHANCES, 12, dependence=CommonOdds(2, 18)), "52d3ffd68e35355a"),
    RecordedCounts("pledges", _PLEDGED, "b4a2c03144ee51bf"),
    RecordedCounts("cascades", _WAITING, "8fd316e2d5099dbf"),
    RecordedCounts("two sides, three candidates", _SIDES, "a445880520e47af1"),
    RecordedCounts("contradictory accounts", mixture([(0.25, _PLEDGED), (0.75, _WAITING)]), "c762edcbb67bb586"),
    RecordedCounts("the House", House(0.5, 0.3, 0.1, loading=0.5), "68909e92da0a0587"),
)
