"""From the settings and the roster of a scenario to numbers: its Model, and the House that would choose.

Pressure and deterrence are multipliers on the probabilities of the roster. The leader's electors come first, then, if
it is told where defections go, those of the others; a state has one number for both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

import montecarlo.data as data
from montecarlo.house import House
from montecarlo.language.roster import Roster, Seat
from montecarlo.language.schema import PressureTable, Settings, SideTable, ThresholdTable
from montecarlo.language.thresholds import weibull_cdf, whipped
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


def build_model(settings: Settings, roster: Roster, alternatives: Sequence[str] = ()) -> Model:
    """Return the electors as numbers, grouped by state.

    Parameters
    ----------
    settings : Settings
        The scenario.
    roster : Roster
        Its electors.
    alternatives : sequence of str
        Names of the alternative candidates, in the order that the model numbers them.
    """
    seats = roster.leader_seats
    others = () if settings.destination is None else roster.other_seats
    numbers = {state: number for number, state in enumerate(_states(seats + others))}
    pressure = settings.pressure or PressureTable()
    cancelled = _array(seat.cancelled for seat in seats + others)
    destination = opponents = None
    if settings.destination is not None:
        destination = _destination(settings.destination.leader, alternatives)
        opponents = Opponents(
            _array(seat.probability * seat.deterred for seat in others),
            votes=np.array([seat.votes for seat in others]),
            group=np.array([numbers[seat.state] for seat in others]),
            destination=_destination(settings.destination.opponent, alternatives),
        )
    return Model(
        _array(seat.probability * seat.deterred * pressure.probability for seat in seats),
        roster.needed,
        votes=np.array([seat.votes for seat in seats]),
        group=np.array([numbers[seat.state] for seat in seats]),
        dependence=_dependence(settings),
        coordination=_coordination(settings, seats, pressure),
        law=Law(cancelled, roster.upheld) if cancelled.any() else None,
        destination=destination,
        opponents=opponents,
    )


def build_house(settings: Settings) -> House | None:
    """Return the delegations of the House that would choose, if the scenario has one."""
    table = settings.house
    if table is None:
        return None
    shares = [table.delegation[record.majority] for record in data.house_delegations(settings.congress)]
    return House(
        _array(share.leader for share in shares),
        _array(share.opponent for share in shares),
        _array(share.alternative for share in shares),
        table.loading,
    )


def alternatives_of(every: Iterable[Settings]) -> tuple[str, ...]:
    """Names of the alternative candidates in any of the settings, the leader's defectors' first."""
    tables = [settings.destination for settings in every if settings.destination is not None]
    named = [side.alternatives for table in tables for side in (table.leader, table.opponent)]
    return tuple(dict.fromkeys(name for names in named for name in names))


def _array(values: Iterable[float]) -> NDArray[np.float64]:
    return np.array(list(values), dtype=np.float64)


def _states(seats: Sequence[Seat]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(seat.state for seat in seats))


def _destination(side: SideTable, alternatives: Sequence[str]) -> Destination:
    return Destination(side.opponent, [side.alternatives.get(name, 0.0) for name in alternatives])


def _dependence(settings: Settings) -> Dependence:
    if settings.factors is not None:
        table = settings.factors
        return Factors(table.national, table.state, table.degrees_of_freedom or inf)
    if settings.common_odds is not None:
        return CommonOdds(settings.common_odds.alpha, settings.common_odds.beta)
    return Independent()


def _coordination(settings: Settings, seats: Sequence[Seat], pressure: PressureTable) -> Coordination:
    conditional = _array(seat.conditional * seat.deterred * pressure.probability for seat in seats)
    if settings.pledge is not None:
        return Pledge(conditional, settings.pledge.threshold, settings.pledge.counts)
    if settings.cascade is not None:
        table = settings.cascade
        own = [name for name in settings.defection.group if name in table.group]
        # The thresholds of the base stand in the first row, those of a group in its own.
        rows = {f"group {name}": number for number, name in enumerate(own, start=1)}
        laws = [table, *(table.group[name] for name in own)]
        return Cascade(
            conditional,
            _threshold_cdf(laws, pressure, levels=len(seats) + 1),
            threshold_class=np.array([rows.get(seat.origin, 0) for seat in seats]),
            rounds=table.rounds,
            visibility=table.visibility,
        )
    return Alone()


def _threshold_cdf(laws: Sequence[ThresholdTable], pressure: PressureTable, *, levels: int) -> NDArray[np.float64]:
    """Return a row for each law, (laws, levels)."""
    levels = max(levels, *(len(law.cdf or ()) for law in laws))
    return np.stack([whipped(_cdf(law, levels), pressure.hazard, pressure.hazard_decay) for law in laws])


def _cdf(law: ThresholdTable, levels: int) -> NDArray[np.float64]:
    if law.scale is not None:
        return weibull_cdf(law.scale, law.shape or 1.0, levels)
    cdf = np.array(law.cdf or (0.0,))
    return np.pad(cdf, (0, levels - len(cdf)), mode="edge")
