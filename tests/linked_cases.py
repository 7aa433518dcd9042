"""A model of every kind that has an exact answer, and the same model slightly wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from montecarlo.language.thresholds import weibull_cdf
from montecarlo.model import Mixture, Model, mixture
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Law, Opponents, Pledge

_N = 24
_rng = np.random.default_rng(1787)
_GROUPS = np.arange(_N) // 4
_CHANCES = np.round(_rng.uniform(0.03, 0.25, _N), 3)
_LOADINGS = np.round(_rng.uniform(-0.2, 0.7, _N), 3)
_OWN = np.round(_rng.uniform(0.1, 0.5, _N), 3)
_HALVES = np.repeat([0, 1], _N // 2)
_LAW = Law(np.linspace(0, 1, _N), upheld=0.6)
_LEVELS = _N + 1


@dataclass(frozen=True)
class Case:
    """A model, a wrong one whose exact answer its simulation must fail, and the draws for that."""

    model: Model | Mixture
    wrong: Model | Mixture
    draws: int = 1_000_000


def _model(probability: Any = _CHANCES, needed: int = 6, **parts: Any) -> Model:
    return Model(probability, needed, group=_GROUPS, **parts)


def _rising(scale: Any, shape: float = 1.5) -> np.ndarray:
    return np.array([weibull_cdf(each, shape, _LEVELS) for each in np.atleast_1d(scale)])


def _sides(share: float, *, loading: float | None = None, odds: float = 0.0, law: Law | None = None) -> Model:
    """40 electors against 30; 36 of 70 votes are a majority."""
    ours, theirs = Destination(0.15, (share, 0.3)), Destination(0.1, (share * 0.8, 0.24))
    rivals = Opponents(0.08, votes=[1] * 30, destination=theirs)
    ties: dict[str, Any] = {} if loading is None else {"dependence": Factors(loading)}
    ties = {"dependence": CommonOdds(odds, 9 * odds)} if odds else ties
    return Model([0.1] * 40, 5, destination=ours, opponents=rivals, law=law, **ties)


def _overturned(share: float) -> Model:
    """Losses go straight over or to one name, so that everybody may have a majority."""
    rivals = Opponents(0.1, votes=[1] * 11, destination=Destination(0.5))
    return Model([0.5] * 12, 1, destination=Destination(share, (0.9 - share,)), opponents=rivals)


def _in_groups(own: float) -> Model:
    ours = Destination(0.2, (0.6,))
    rivals = Opponents(0.08, votes=[1] * 18, group=np.arange(18) // 3 + 4, destination=Destination(0.0, (0.8,)))
    return Model(_CHANCES, 3, group=_GROUPS, destination=ours, opponents=rivals, dependence=Factors(0.3, own))


def _pledging_side(conditional: float) -> Model:
    rivals = Opponents(0.1, votes=[1] * 18, destination=Destination(0.0, (0.7,)))
    moves = Pledge(conditional, 6)
    return Model(_CHANCES, 3, destination=Destination(0.1, (0.6,)), opponents=rivals, coordination=moves)


def _joining_side(scale: float) -> Model:
    rivals = Opponents(0.1, votes=[1] * 18, destination=Destination(0.0, (0.7,)))
    moves = Cascade(0.4, _rising(scale))
    return Model([0.06] * _N, 3, destination=Destination(0.1, (0.6,)), opponents=rivals, coordination=moves)


def _types(scale: float) -> Model:
    """One law of positive thresholds, other p and c for everybody."""
    return _model(_CHANCES / 3, 8, coordination=Cascade(np.linspace(0.2, 0.6, _N), _rising(scale)))


def _accounts(weight: float) -> Mixture:
    shaken = _model(dependence=Factors(0.5), law=_LAW)
    return mixture([(weight, shaken), (0.9 - weight, _model(coordination=Pledge(0.4, 8))), (0.1, _model())])


DEPENDENCE = {
    "one factor": Case(_model(dependence=Factors(0.5)), _model(dependence=Factors(0.515))),
    "one factor, blocs": Case(
        Model(0.2, 12, votes=[1, 2, 3, 5] * 6, group=_GROUPS, dependence=Factors(0.5)),
        Model(0.2, 12, votes=[1, 2, 3, 5] * 6, group=_GROUPS, dependence=Factors(0.515)),
    ),
    "national and group factors": Case(_model(dependence=Factors(0.4, 0.4)), _model(dependence=Factors(0.4, 0.43))),
    "loadings of everybody's own": Case(
        _model(dependence=Factors(_LOADINGS)), _model(dependence=Factors(1.05 * _LOADINGS))
    ),
    "both of everybody's own": Case(
        _model(dependence=Factors(_LOADINGS, _OWN)), _model(dependence=Factors(1.05 * _LOADINGS, _OWN))
    ),
    "t": Case(_model(dependence=Factors(0.4, 0, 4)), _model(dependence=Factors(0.4, 0, 5))),
    "t, 1 degree": Case(_model(dependence=Factors(0.4, 0, 1)), _model(dependence=Factors(0.43, 0, 1))),
    "t, groups": Case(_model(dependence=Factors(0.3, 0.3, 6)), _model(dependence=Factors(0.3, 0.3, 7))),
    "factors under a law": Case(
        _model(needed=5, dependence=Factors(0.5), law=_LAW), _model(needed=5, dependence=Factors(0.525), law=_LAW)
    ),
    "odds": Case(_model([0.2] * _N, dependence=CommonOdds(2, 8)), _model([0.2] * _N, dependence=CommonOdds(2.1, 8.4))),
    "odds below 1": Case(
        _model([0.2] * _N, dependence=CommonOdds(0.4, 1.6)), _model([0.2] * _N, dependence=CommonOdds(0.42, 1.68))
    ),
    "odds of different electors": Case(_model(dependence=CommonOdds(2, 14)), _model(dependence=CommonOdds(2.1, 14.7))),
}

PLEDGES = {
    "pledge": Case(_model(coordination=Pledge(0.3, 9)), _model(coordination=Pledge(0.306, 9))),
    "pledge, another threshold": Case(_model(coordination=Pledge(0.3, 9)), _model(coordination=Pledge(0.3, 10))),
    "pledge, all count": Case(
        _model(needed=8, coordination=Pledge(0.3, 11, "all")), _model(needed=8, coordination=Pledge(0.306, 11, "all"))
    ),
    "pledge, not all count": Case(
        _model(needed=8, coordination=Pledge(0.3, 9, "all")), _model(needed=8, coordination=Pledge(0.3, 9))
    ),
    "pledge, factors": Case(
        _model(dependence=Factors(0.5), coordination=Pledge(0.3, 9)),
        _model(dependence=Factors(0.515), coordination=Pledge(0.3, 9)),
    ),
    "pledge, factors of groups": Case(
        _model(dependence=Factors(0.3, 0.3), coordination=Pledge(0.3, 9)),
        _model(dependence=Factors(0.3, 0.33), coordination=Pledge(0.3, 9)),
    ),
    "pledge, t": Case(
        _model(dependence=Factors(0.3, 0, 4), coordination=Pledge(0.3, 9)),
        _model(dependence=Factors(0.3, 0, 5), coordination=Pledge(0.3, 9)),
    ),
    "pledge, law": Case(_model(coordination=Pledge(0.4, 8), law=_LAW), _model(coordination=Pledge(0.408, 8), law=_LAW)),
    "pledge, odds": Case(
        _model(dependence=CommonOdds(2, 14), coordination=Pledge(0.3, 9)),
        _model(dependence=CommonOdds(2.1, 14.7), coordination=Pledge(0.3, 9)),
    ),
}

_EQUAL = {"probability": [0.05] * _N, "needed": 8}

CASCADES = {
    "cascade": Case(
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9))),
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9.2))),
    ),
    "cascade, law": Case(
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9)), law=Law(0.5, 0.6)),
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9)), law=Law(0.5, 0.62)),
    ),
    "cascade, rounds": Case(
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9), rounds=2)),
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9.2), rounds=2)),
    ),
    "cascade, one round more": Case(
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9), rounds=4)),
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9), rounds=5)),
    ),
    "cascade, visibility": Case(
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9), visibility=0.7)),
        _model(**_EQUAL, coordination=Cascade(0.5, _rising(9), visibility=0.72)),
    ),
    "cascade, two classes": Case(
        _model(**_EQUAL, coordination=Cascade(0.5, _rising([6, 12]), _HALVES)),
        _model(**_EQUAL, coordination=Cascade(0.5, _rising([6, 12.4]), _HALVES)),
    ),
    "cascade, two classes, law": Case(
        _model(**_EQUAL, coordination=Cascade(0.5, _rising([6, 12]), _HALVES), law=Law(0.8 * _HALVES, 0.6)),
        _model(**_EQUAL, coordination=Cascade(0.5, _rising([6, 12]), _HALVES), law=Law(0.82 * _HALVES, 0.6)),
    ),
    "cascade, everybody's own": Case(_types(9), _types(9.2)),
    "cascade, factor": Case(
        _model(**_EQUAL, dependence=Factors(0.4), coordination=Cascade(0.5, _rising(9))),
        _model(**_EQUAL, dependence=Factors(0.415), coordination=Cascade(0.5, _rising(9))),
    ),
    "cascade, t": Case(
        _model(**_EQUAL, dependence=Factors(0.3, 0, 4), coordination=Cascade(0.5, _rising(9))),
        _model(**_EQUAL, dependence=Factors(0.3, 0, 5), coordination=Cascade(0.5, _rising(9))),
    ),
    "cascade, odds": Case(
        _model(**_EQUAL, dependence=CommonOdds(1, 19), coordination=Cascade(0.5, _rising(9))),
        _model(**_EQUAL, dependence=CommonOdds(1.05, 19.95), coordination=Cascade(0.5, _rising(9))),
    ),
}

SIDES = {
    "both sides": Case(_sides(0.3), _sides(0.306)),
    "both sides, factor": Case(_sides(0.3, loading=0.4), _sides(0.3, loading=0.415)),
    "both sides, odds": Case(_sides(0.3, odds=2.0), _sides(0.3, odds=2.1)),
    "both sides, law": Case(_sides(0.3, law=Law(0.5, 0.5)), _sides(0.3, law=Law(0.5, 0.52))),
    "both sides, groups": Case(_in_groups(0.4), _in_groups(0.43)),
    "both sides, pledge": Case(_pledging_side(0.3), _pledging_side(0.306)),
    "both sides, cascade": Case(_joining_side(9.0), _joining_side(9.3)),
    "everybody may have a majority": Case(_overturned(0.5), _overturned(0.51)),
}

MIXTURES = {"accounts": Case(_accounts(0.5), _accounts(0.515))}

CASES = DEPENDENCE | PLEDGES | CASCADES | SIDES | MIXTURES
