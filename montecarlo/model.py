"""The model: numbers only, checked once, frozen; it knows no file, no state and no algorithm.

An elector i attempts to defect with probability p_i and casts w_i votes. How attempts depend on each other, how they
move each other, which of them the law cancels and where the others go say the model's `parts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from math import gcd, isclose
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from montecarlo.arrays import broadcast, freeze, probabilities, whole_numbers
from montecarlo.errors import InputError
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

MOST_VOTES = 100_000
"""Most votes a side may hold, after division by their common factor."""


@dataclass(frozen=True, eq=False, init=False)
class Model:
    """Electors who may defect, and how many defecting votes deny the majority.

    Parameters
    ----------
    probability : (n,) or scalar
        p_i, the probability that elector i attempts to defect, acting alone.
    needed : int
        Effective defecting votes that deny the leader its majority, from 1 to the sum of the votes.
    votes : (n,) or scalar, optional
        w_i, whole votes an elector casts, at least 1; by default 1. Above 100,000 in all they are divided, with
        `needed` rounded up, by their common factor.
    group : (n,), optional
        Number from 0 of the group (the state) that elector i belongs to; by default 0 for all.
    dependence : Independent, Factors or CommonOdds
        How attempts depend on each other.
    coordination : Alone, Pledge or Cascade
        What attempts of the leader's electors do to each other.
    law : Law, optional
        Cancellation of attempts; by default none.
    destination : Destination, optional
        Where effective defections go; by default to nobody. It needs `opponents`.
    opponents : Opponents, optional
        The opponent's electors; without them only the leader's majority is judged.

    Raises
    ------
    InputError
        With the first index and value that is wrong; for `needed` out of range it states the probability, 1 or 0.

    Notes
    -----
    Scalars are broadcast to the longest array; arrays of `dependence` and `law` to the electors of both sides, those of
    the leader first. The arrays are copies and cannot be written to.
    """

    probability: NDArray[np.float64]
    needed: int
    votes: NDArray[np.int64]
    group: NDArray[np.int64]
    dependence: Dependence
    coordination: Coordination
    law: Law | None
    destination: Destination | None
    opponents: Opponents | None

    def __init__(
        self,
        probability: ArrayLike,
        needed: int,
        votes: ArrayLike | None = None,
        group: ArrayLike | None = None,
        dependence: Dependence = Independent(),  # noqa: B008 - a frozen value
        coordination: Coordination = Alone(),  # noqa: B008
        law: Law | None = None,
        destination: Destination | None = None,
        opponents: Opponents | None = None,
    ) -> None:
        _check_parts(dependence, coordination, law, destination, opponents)
        arrays = {
            "probability": probabilities("probability", probability),
            "votes": whole_numbers("votes", 1 if votes is None else votes, least=1),
            "group": whole_numbers("group", 0 if group is None else group, least=0),
            **_own_arrays(coordination),
        }
        if opponents is None:
            arrays |= _shared_arrays(dependence, law)
        given = broadcast(arrays)
        both = len(given["probability"]) + (0 if opponents is None else len(opponents.probability))
        shared = broadcast(_shared_arrays(dependence, law), length=both)
        needed, heavy, opponents = _reduced(_needed(needed), given["votes"], opponents)
        _check_needed(needed, int(heavy.sum()), opponents)
        _check_groups(given["group"], opponents, both)
        freeze(self, probability=given["probability"], votes=heavy, group=given["group"])
        for name, part in (
            ("needed", needed),
            ("dependence", _spread_dependence(dependence, shared)),
            ("coordination", _spread_coordination(coordination, given)),
            ("law", None if law is None else Law(shared["Law.cancelled"], law.upheld)),
            ("destination", destination),
            ("opponents", opponents),
        ):
            object.__setattr__(self, name, part)

    @property
    def electors(self) -> int:
        """Number of the leader's electors, n."""
        return len(self.probability)

    @property
    def total_votes(self) -> int:
        """Sum of the leader's votes."""
        return int(self.votes.sum())

    @property
    def majority(self) -> int:
        """Votes that are a majority."""
        return self.total_votes - self.needed + 1

    @property
    def parts(self) -> tuple[tuple[float, Model], ...]:
        """The model as a mixture of one."""
        return ((1.0, self),)


@dataclass(frozen=True, eq=False)
class Mixture:
    """Contradictory accounts of the same electors, weighed; `mixture` makes one.

    Attributes
    ----------
    parts : tuple of (float, Model)
        Weights, which sum to 1, and models.
    """

    parts: tuple[tuple[float, Model], ...]

    @property
    def needed(self) -> int:
        """Effective defecting votes that deny the leader its majority."""
        return self.parts[0][1].needed

    @property
    def votes(self) -> NDArray[np.int64]:
        """Votes of the leader's electors."""
        return self.parts[0][1].votes

    @property
    def group(self) -> NDArray[np.int64]:
        """Groups of the leader's electors."""
        return self.parts[0][1].group

    @property
    def electors(self) -> int:
        """Number of the leader's electors."""
        return self.parts[0][1].electors

    @property
    def total_votes(self) -> int:
        """Sum of the leader's votes."""
        return self.parts[0][1].total_votes


def mixture(parts: Iterable[tuple[float, Model | Mixture]]) -> Mixture:
    """Weigh contradictory accounts: with probability `weight` the electors are as in `model`.

    Parameters
    ----------
    parts : iterable of (weight, model)
        Weights sum to 1. The models agree in electors, votes, groups and needed votes, and in the opponents' votes; all
        else may differ.

    Raises
    ------
    InputError
        If the weights do not sum to 1, or the rosters differ.
    """
    flat: list[tuple[float, Model]] = []
    try:
        pairs = [(weight, model) for weight, model in parts]
    except (TypeError, ValueError):
        raise InputError("A mixture is made of pairs (weight, model); give a list of them.") from None
    for i, (given, model) in enumerate(pairs):
        weight = float(probabilities(f"The weight of part {i}", given, scalar=True))
        known = model if isinstance(model, Mixture) else checked(model)
        flat += [(weight * inner, part) for inner, part in known.parts]
    if not flat or not isclose(sum(weight for weight, _ in flat), 1.0, rel_tol=1e-9):
        raise InputError(f"The weights of the mixture sum to {sum(w for w, _ in flat):.15g}; they must sum to 1.")
    for i, (_, model) in enumerate(flat):
        if _seats(model) != _seats(flat[0][1]):
            raise InputError(
                f"Part {i} of the mixture has other electors, votes, groups, candidates or needed votes than part 0."
            )
    return Mixture(tuple(flat))


def checked(model: Model) -> Model:
    """Return the model itself.

    Raises
    ------
    InputError
        If it is something else.
    """
    if not isinstance(model, Model):
        raise InputError(f"The model is a {type(model).__name__}, not a montecarlo.Model; scenario.model() gives one.")
    return model


def _seats(model: Model) -> tuple[Any, ...]:
    """Return what all accounts share; the longer list of candidates tells how many both sides name."""
    sides = model.destination, model.opponents.destination if model.opponents is not None else None
    names = max(0 if side is None else len(side.alternatives) for side in sides)
    rivals = None if model.opponents is None else model.opponents.votes.tobytes()
    return model.needed, model.votes.tobytes(), model.group.tobytes(), rivals, names


def _check_parts(*parts: object) -> None:
    kinds: tuple[tuple[str, tuple[type, ...]], ...] = (
        ("dependence", (Independent, Factors, CommonOdds)),
        ("coordination", (Alone, Pledge, Cascade)),
        ("law", (Law, type(None))),
        ("destination", (Destination, type(None))),
        ("opponents", (Opponents, type(None))),
    )
    for (name, classes), part in zip(kinds, parts, strict=True):
        if not isinstance(part, classes):
            known = " or ".join("None" if each is type(None) else f"montecarlo.{each.__name__}" for each in classes)
            raise InputError(f"{name} is {part!r}; it must be a {known}.")
    destination, opponents = parts[3:]
    if destination is not None and opponents is None:
        raise InputError("destination is given without opponents; whether they get a majority depends on their votes.")


def _own_arrays(coordination: Coordination) -> dict[str, NDArray[Any]]:
    """Arrays of the leader's electors alone."""
    if isinstance(coordination, Alone):
        return {}
    own: dict[str, NDArray[Any]] = {"conditional": coordination.conditional}
    if isinstance(coordination, Cascade):
        rows = coordination.threshold_class
        own["threshold_class"] = np.arange(len(coordination.threshold_cdf)) if rows is None else rows
    return own


def _shared_arrays(dependence: Dependence, law: Law | None) -> dict[str, NDArray[Any]]:
    """Arrays of the electors of both sides."""
    shared: dict[str, NDArray[Any]] = {}
    if isinstance(dependence, Factors):
        shared |= {"Factors.national": dependence.national, "Factors.group": dependence.group}
    if law is not None:
        shared["Law.cancelled"] = law.cancelled
    return shared


def _spread_dependence(dependence: Dependence, shared: dict[str, NDArray[Any]]) -> Dependence:
    if not isinstance(dependence, Factors):
        return dependence
    return Factors(shared["Factors.national"], shared["Factors.group"], dependence.degrees_of_freedom)


def _spread_coordination(coordination: Coordination, given: dict[str, NDArray[Any]]) -> Coordination:
    if isinstance(coordination, Alone):
        return coordination
    conditional = given["conditional"]
    total = given["probability"] + conditional
    if (total > 1 + 1e-12).any():
        i = int((total > 1 + 1e-12).argmax())
        raise InputError(
            f"probability[{i}] + conditional[{i}] is {total[i]:.15g}; an elector acts alone or conditionally, not "
            "both, so the sum must not exceed 1."
        )
    if isinstance(coordination, Pledge):
        return Pledge(conditional, coordination.threshold, coordination.counts)
    rows = given["threshold_class"]
    return Cascade(conditional, coordination.threshold_cdf, rows, coordination.rounds, coordination.visibility)


def _needed(needed: int) -> int:
    if isinstance(needed, bool) or not isinstance(needed, Integral):
        raise InputError(f"needed is {needed!r}; it must be a whole number of votes.")
    return int(needed)


def _reduced(
    needed: int, votes: NDArray[np.int64], opponents: Opponents | None
) -> tuple[int, NDArray[np.int64], Opponents | None]:
    """Divide votes that are too many by their common factor: the event `sum >= needed` stays the same."""
    sides = [votes] if opponents is None else [votes, opponents.votes]
    most = max(int(side.sum()) for side in sides)
    if most <= MOST_VOTES:
        return needed, votes, opponents
    factor = reduce(gcd, [vote for side in sides for vote in side.tolist()])
    if most // factor > MOST_VOTES:
        raise InputError(
            f"The votes sum to {most} and have the common factor {factor}; at most {MOST_VOTES} votes "
            "(after division by it) are possible. Give votes in larger units."
        )
    if opponents is not None:
        votes_there = opponents.votes // factor
        opponents = Opponents(opponents.probability, votes_there, opponents.group, opponents.destination)
    return -(-needed // factor), votes // factor, opponents


def _check_needed(needed: int, total: int, opponents: Opponents | None) -> None:
    if needed < 1:
        raise InputError(
            f"needed is {needed}: no defection is needed, the leader has no majority to lose. "
            "The probability that it has none is 1."
        )
    if needed > total:
        raise InputError(
            f"needed is {needed}, but all electors together cast {total} votes: "
            "the majority cannot be denied. The probability is 0."
        )
    rivals = 0 if opponents is None else int(opponents.votes.sum())
    if opponents is not None and 2 * (total - needed + 1) <= total + rivals:
        raise InputError(
            f"needed is {needed}, so that {total - needed + 1} votes are a majority, but both sides cast "
            f"{total + rivals}; with opponents, needed must leave more than half of all votes a majority."
        )


def _check_groups(group: NDArray[np.int64], opponents: Opponents | None, electors: int) -> None:
    sides = {"group": group} if opponents is None else {"group": group, "Opponents.group": opponents.group}
    for name, where in sides.items():
        i = int(where.argmax())
        if int(where[i]) >= electors:
            raise InputError(
                f"{name}[{i}] is {where[i]}; with {electors} electors groups are numbered from 0 to {electors - 1}."
            )
