"""Small models of linked electors, each a corner of what the kernel must do."""

from __future__ import annotations

from itertools import product

import numpy as np

from montecarlo.model import Model
from montecarlo.parts import (
    Alone,
    Cascade,
    CommonOdds,
    Coordination,
    Dependence,
    Destination,
    Factors,
    Independent,
    Law,
    Opponents,
    Pledge,
)

_rng = np.random.default_rng(1978)
_GROUPS = np.array([0, 2, 1, 0, 2, 2, 1, 3, 0, 1, 3, 2])
_VOTES = np.array([1, 3, 1, 2, 1, 1, 4, 1, 1, 2, 1, 1])
_CHANCES = np.array([0.05, 0.3, 0.0, 0.5, 0.3, 1.0, 0.01, 0.3, 0.2, 0.9, 0.05, 0.3])
_JOINING = np.array([0.5, 0.7, 1.0, 0.1, 0.0, 0.0, 0.9, 0.7, 0.3, 0.1, 0.95, 0.2])
_SHORT = [0.0, 0.6]
_LONG = np.minimum(np.arange(400) / 380, 1.0)
_CLASSES = [[0.0, 0.3, 0.3, 0.8, 1.0, 1.0], [0.0, 0.0, 0.5, 0.5, 0.6, 0.9], [0.0, 0.9, 0.9, 0.9, 0.9, 0.9]]
_OWN = np.sort(np.concatenate([np.zeros((12, 1)), _rng.random((12, 9))], axis=1), axis=1)
_LOADINGS = np.array([0.5, -0.4, 0.0, 0.5, 0.8, 0.1, 0.3, 0.5, -0.4, 0.0, 0.7, 0.2])
_OWN_LOADINGS = np.array([0.3, 0.0, -0.5, 0.3, 0.5, 0.0, 0.2, 0.3, 0.0, 0.0, 0.6, 0.9])

TIES: dict[str, Dependence] = {
    "independent": Independent(),
    "one factor": Factors(0.6),
    "factors by elector": Factors(_LOADINGS, _OWN_LOADINGS),
    "groups alone": Factors(0.0, 0.7),
    "t, 1 degree": Factors(0.4, 0.3, degrees_of_freedom=1),
    "t, 4 degrees, by elector": Factors(_LOADINGS, _OWN_LOADINGS, degrees_of_freedom=4),
    "t, 7 degrees, nothing loaded": Factors(0.0, degrees_of_freedom=7),
    "odds": CommonOdds(2.0, 5.0),
    "odds below 1": CommonOdds(0.05, 0.4),
}

MOVES: dict[str, Coordination] = {
    "alone": Alone(),
    "pledge": Pledge(_JOINING, 5),
    "pledge, all count": Pledge(_JOINING, 6, counts="all"),
    "cascade": Cascade(_JOINING, [0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0], visibility=0.37),
    "cascade, classes, 3 rounds": Cascade(_JOINING, _CLASSES, np.arange(12) % 3, rounds=3),
    "cascade, 2 levels, 1 round": Cascade(_JOINING, _SHORT, rounds=1, visibility=0.5),
    "cascade, a row an elector": Cascade(_JOINING, _OWN),
}


def _of(ties: Dependence, moves: Coordination, law: Law | None = None) -> Model:
    return Model(_CHANCES, 12, votes=_VOTES, group=_GROUPS, dependence=ties, coordination=moves, law=law)


def _both_sides(ties: Dependence, moves: Coordination, ours: Destination | None, theirs: Destination | None) -> Model:
    rivals = Opponents([0.2, 0.5, 0.9, 0.2, 0.0, 0.4, 0.3, 1.0, 0.2], [2, 1, 3, 2, 1, 1, 1, 1, 2], _GROUPS[:9], theirs)
    law = Law(np.linspace(0, 1, 21), upheld=0.4)
    everything = {"votes": _VOTES, "group": _GROUPS, "dependence": ties, "coordination": moves, "law": law}
    return Model(_CHANCES, 3, destination=ours, opponents=rivals, **everything)  # 17 of 33 votes are a majority


EACH_OF_BOTH = {f"{tie}; {move}": _of(TIES[tie], MOVES[move]) for tie, move in product(TIES, MOVES)}

_SHARES = {"leader": Destination(0.3, [0.2, 0.1, 0.15]), "opponent": Destination(0.1, [0.5, 0.2, 0.2])}
_BY_BOTH = np.concatenate([_LOADINGS, _LOADINGS[:9]]), np.concatenate([_OWN_LOADINGS, _OWN_LOADINGS[:9]])

WITH_OPPONENTS = {
    "two sides, nowhere to go": _both_sides(Independent(), Alone(), None, None),
    "two sides, straight over": _both_sides(Factors(0.5), Alone(), Destination(1.0), Destination(0.5)),
    "two sides, one alternative": _both_sides(
        CommonOdds(1.5, 3.0), MOVES["pledge"], Destination(0.0, [1.0]), Destination(0.4, [0.6])
    ),
    "two sides, two alternatives of the leader's": _both_sides(
        Factors(*_BY_BOTH), MOVES["cascade"], Destination(0.2, [0.4, 0.3]), None
    ),
    "two sides, three alternatives, t": _both_sides(
        Factors(*_BY_BOTH, degrees_of_freedom=3), MOVES["cascade, a row an elector"], *_SHARES.values()
    ),
    "two sides, groups shared": _both_sides(
        Factors(0.0, 0.9), Alone(), Destination(0.0, [0.9]), Destination(0.0, [0.0, 0.9])
    ),
    "two sides, odds": _both_sides(CommonOdds(0.3, 0.3), MOVES["cascade, classes, 3 rounds"], *_SHARES.values()),
}

_LAW = Law([0.5, 1.0, 0.0, 0.25] * 3, upheld=0.3)

LAWS = {
    "law, alone": _of(TIES["one factor"], Alone(), _LAW),
    "law, pledge": _of(Independent(), MOVES["pledge"], _LAW),
    "law, cascade, t": _of(TIES["t, 4 degrees, by elector"], MOVES["cascade"], _LAW),
    "law, always upheld": _of(TIES["odds"], MOVES["pledge, all count"], Law(_LAW.cancelled)),
    "law, never upheld": _of(TIES["odds"], MOVES["cascade"], Law(_LAW.cancelled, upheld=0.0)),
    "law, cancels nobody": _of(TIES["odds"], MOVES["cascade"], Law(0.0, upheld=0.5)),
}


def _many(ties: Dependence, moves: Coordination, n: int = 60, p: float = 0.15) -> Model:
    return Model(p, n // 3, votes=np.arange(n) % 3 + 1, group=np.arange(n) % 5, dependence=ties, coordination=moves)


def _cascade(cdf: object, **given: object) -> Cascade:
    return Cascade(0.8, cdf, **given)


LARGER = {
    "p + c = 1": _many(Factors(0.3), Cascade(0.85, np.linspace(0, 1, 41))),
    "long rows": _many(Independent(), _cascade(_LONG)),
    "long rows, factors": _many(Factors(0.5, 0.2), _cascade(_LONG)),
    "long rows, t, half seen": _many(Factors(0.5, 0.0, 5), _cascade(_LONG, visibility=0.5)),
    "long rows, odds, 3 rounds": _many(CommonOdds(2.0, 9.0), _cascade(_LONG, rounds=3)),
    "beyond 64 levels": _many(Factors(0.3), Cascade(0.7, np.linspace(0, 1, 160)), n=150, p=0.3),
    "beyond 64 levels, independent": _many(Independent(), Cascade(0.7, np.linspace(0, 1, 160)), n=150, p=0.3),
    "few begin, all follow": _many(Independent(), _cascade(np.minimum(np.arange(40) / 30, 1.0)), p=0.03),
    "few begin, half seen": _many(Independent(), _cascade(np.minimum(_LONG * 9, 1.0), visibility=0.5), p=0.03),
    "nobody seen": _many(Factors(0.5), _cascade(_LONG, visibility=0.0)),
    "no rounds": _many(CommonOdds(2.0, 9.0), _cascade(_LONG, rounds=0)),
    "beyond 16 levels exactly": _many(Factors(0.5), _cascade(np.minimum(np.arange(18) / 17, 1.0))),
    "16 levels exactly": _many(Factors(0.5), _cascade(np.minimum(np.arange(17) / 16, 1.0))),
    "nobody early, all late": _many(Factors(0.8), _cascade([0.0] * 17 + [1.0] * 3), p=0.2),
    "t, 30 degrees": _many(Factors(0.5, 0.2, 30), Alone()),
    "nearly fully loaded": _many(Factors(0.99, 0.1), Pledge(0.3, 20)),
    "tiny and huge": _many(Factors(0.5), Alone(), p=1e-12),
    "all but certain": _many(Factors(0.5, 0.0, 2), Alone(), p=1 - 1e-12),
    "heavy blocs": Model([0.3, 0.6, 0.01] * 4, 30_000, votes=[1, 20_000, 55] * 4, dependence=Factors(0.5)),
    "300 electors": _many(CommonOdds(1.0, 20.0), Pledge(0.4, 110), n=300, p=0.02),
}

_HALF = np.linspace(0.0, 0.5, 12)
_UNLIKELY = np.where(np.arange(12) % 3 == 0, 1e-300, 1e-17)
_LATE = np.linspace(0.0, 1.0, 30)

EXTREMES = {
    "hardly any join": Model(_HALF, 2, dependence=Factors(0.5, 0.3), coordination=Cascade(1e-13, _LATE)),
    "odds of 0 or infinity": Model(_HALF, 2, dependence=CommonOdds(0.001, 0.001), coordination=Cascade(0.5, _LATE)),
    "odds without end": Model(_HALF, 2, dependence=CommonOdds(1e6, 0.001), coordination=Cascade(0.5, _OWN)),
    "odds of one value": Model(_HALF, 2, dependence=CommonOdds(1e6, 1e6), coordination=Cascade(0.5, _OWN)),
    "nothing of one's own": Model(_HALF, 2, dependence=Factors(1e-12 - 1, 0.0, 1), coordination=Cascade(0.5, _LATE)),
    "1000 degrees": Model(_HALF, 2, dependence=Factors(0.5, 0.3, 1000), coordination=Pledge(0.5, 4)),
    "hardly possible": Model(_UNLIKELY, 2, dependence=Factors(0.5, 0.3), coordination=Cascade(0.5, _LATE)),
    "one level": Model(_HALF, 2, dependence=Factors(0.5), coordination=Cascade(0.5, [0.0])),
    "hardly seen": Model(_HALF, 2, dependence=Factors(0.5), coordination=Cascade(0.5, _LATE, visibility=1e-30)),
    "groups of the opponent alone": Model(
        _HALF, 2, dependence=Factors(0.3, 0.8), destination=Destination(0.1, [0.2, 0.3]),
        opponents=Opponents([0.3] * 9, group=np.arange(9) + 10, destination=Destination(0.0, [0.5])),
    ),
}  # fmt: skip

MODELS = EACH_OF_BOTH | WITH_OPPONENTS | LAWS | LARGER | EXTREMES
