r"""Electors who act alone: the distribution of their effective votes, for every value of the environment at once.

Given the environment electors are independent, and their votes add up by convolutions. n electors of equal chance p
make a binomial distribution,

    f(0) = (1 - p)^n,    f(k) = f(k - 1) (n - k + 1) / k * p / (1 - p)

or, where (1 - p)^n is tiny, its mirror image; different electors are joined in pairs. A group that shares a factor of
its own is convolved at every value of the factor, integrated, and only then joined with the others. Whatever reaches
`most` votes is added up in the last entry. No subtraction occurs, so every entry keeps its relative accuracy.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from montecarlo.exact.alike import distinct
from montecarlo.exact.effort import Effort
from montecarlo.exact.environment import Environment
from montecarlo.model import Model
from montecarlo.parts import Factors

_DIRECT = 512
_SAFE = 1e-200
_AT_ONCE = 1 << 19


class _Kinds(NamedTuple):
    """Electors who are alike in everything, kind by kind.

    Attributes
    ----------
    chance : (K,) int64
        Row of the kind's chance in the table of all that occur; many groups may have the same.
    electors, votes, group : (K,) int64
        How many they are, the votes of each, and the group whose factor moves them, or -1.
    one : (C,) int64
        An elector for each row of the table.
    """

    chance: NDArray[np.int64]
    electors: NDArray[np.int64]
    votes: NDArray[np.int64]
    group: NDArray[np.int64]
    one: NDArray[np.int64]


Votes = NDArray[np.float64]
"""Probabilities of the number of votes along the first axis, the last of them perhaps of `most` or more."""


def losses(model: Model, environment: Environment, *, upheld: bool, most: int, effort: Effort) -> NDArray[np.float64]:
    """Compute the distribution of the leader's effective losses, given the environment and the ruling.

    Parameters
    ----------
    model : Model
        Electors who act alone.
    environment : Environment
        N values of what is common to all electors.
    upheld : bool
        Whether attempts are cancelled with the probabilities of the law.
    most : int
        Losses from here on are counted together.
    effort : Effort
        What is left of it.

    Returns
    -------
    (N, most + 1) float64
        Probability of each loss, the last entry of `most` votes or more.

    Raises
    ------
    NotSolvable
        If there are too many votes.
    """
    kinds = _kinds(model, environment)
    number, values = len(environment.log_weight), len(environment.inner_weight)
    together = np.bincount(kinds.group + 1)[1:].astype(np.float64)
    steps = values * (150.0 * len(kinds.one) + 3.0 * model.electors + 10.0 * float(together @ together))
    steps += 2.0 * model.total_votes * most
    effort.spend(steps, values=number, on=f"Counting {most:,} of {model.total_votes:,} votes")
    size = max(1, _AT_ONCE // (values * len(kinds.one) + len(kinds.group)))
    whole = np.zeros((number, most + 1))
    for start in range(0, number, size):
        part = slice(start, start + size)
        total = _total(model, environment.rows(part), kinds, upheld=upheld, most=most)
        whole[part, : len(total)] = total.T
    return whole


def _kinds(model: Model, environment: Environment) -> _Kinds:
    """Find electors who are alike in everything."""
    group = np.full(model.electors, -1)
    marks = [model.probability]
    if isinstance(model.dependence, Factors):
        a, b = model.dependence.national[: model.electors], model.dependence.group[: model.electors]
        group = np.where((b == 0.0) | (len(environment.inner_weight) == 1), -1, model.group)
        marks += [a, b]
    if model.law is not None:
        marks.append(model.law.cancelled[: model.electors])
    one, chance = distinct(*marks)
    first, kind = distinct(chance, model.votes, group)
    return _Kinds(chance[first], np.bincount(kind), model.votes[first], group[first], one)


def _total(model: Model, environment: Environment, kinds: _Kinds, *, upheld: bool, most: int) -> Votes:
    """Compute the distribution of all losses, (votes, N)."""
    attempt, inner = model.probability[kinds.one], environment.inner_weight
    given = environment.chance(attempt, 1.0 - attempt, kinds.one)
    defect, loyal = (np.ascontiguousarray(array.transpose(2, 0, 1)) for array in given)
    if upheld and model.law is not None:
        cancelled = model.law.cancelled[kinds.one, None, None]
        defect, loyal = defect * (1.0 - cancelled), loyal + defect * cancelled
    free, lone, joint = _sorted_by_group(kinds)
    parts = []
    for (count, votes), rows in free.items():
        each = _number(defect[rows, :, :1], loyal[rows, :, :1], count, most=-(-most // votes))
        parts.append(_together(_spread(each, votes, most=most), most=most)[..., 0])
    # Groups of one kind are integrated before they are joined, those of equal size at once.
    for (count, votes), rows in lone.items():
        some, again = np.unique(rows, return_inverse=True)
        number = _number(defect[some], loyal[some], count, most=-(-most // votes), weight=inner)
        parts.append(_together(_spread(number, votes, most=most)[:, again], most=most))
    for group, times in joint.items():
        several = []
        for row, count, votes in group:
            each = _number(defect[row, None], loyal[row, None], count, most=-(-most // votes))
            several.append(_spread(each, votes, most=most)[:, 0])
        *others, longest = sorted(several, key=len)
        number = _integrated(_all(others, most=most), longest, inner, most=most)
        parts.append(_together(np.repeat(number[:, None], times, axis=1), most=most))
    return _all(parts, most=most)


_Sizes = dict[tuple[int, int], list[int]]


def _sorted_by_group(kinds: _Kinds) -> tuple[_Sizes, _Sizes, Counter[tuple[tuple[int, int, int], ...]]]:
    """List the chances of kinds without a group, and of groups of one kind, by size and votes; count other groups."""
    members: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for row, count, votes, group in zip(*(each.tolist() for each in kinds[:4]), strict=True):
        members[group].append((row, count, votes))
    free: _Sizes = defaultdict(list)
    lone: _Sizes = defaultdict(list)
    for row, count, votes in members.pop(-1, ()):
        free[count, votes].append(row)
    joint = Counter(tuple(sorted(group)) for group in members.values() if len(group) > 1)
    for (row, count, votes), *_ in (group for group in members.values() if len(group) == 1):
        lone[count, votes].append(row)
    return free, lone, joint


def _number(
    defect: NDArray[np.float64],
    loyal: NDArray[np.float64],
    count: int,
    *,
    most: int,
    weight: NDArray[np.float64] | None = None,
) -> Votes:
    """Compute the distribution of the number of defectors among `count` alike, integrated if weights are given."""
    if count > _DIRECT:  # (1 - p)^n might underflow
        half = _number(defect, loyal, count // 2, most=most)
        values = _joined(half, half, most=most)
        if count % 2:
            values = _joined(values, np.stack([loyal, defect]), most=most)
        return values if weight is None else values @ weight
    start = _power(loyal, count)
    mirrored = start < _SAFE
    if not mirrored.any():
        return _capped(_rising(start, defect / loyal, count, weight), most=most)
    start = np.where(mirrored, _power(defect, count), start)
    odds = np.where(mirrored, loyal, defect) / np.where(mirrored, defect, loyal)
    if weight is None:
        values = _rising(start, odds, count)
        return _capped(np.where(mirrored, values[::-1], values), most=most)
    plain, turned = (_rising(np.where(here, start, 0.0), odds, count, weight) for here in (~mirrored, mirrored))
    return _capped(plain + turned[::-1], most=most)


def _power(base: NDArray[np.float64], exponent: int) -> NDArray[np.float64]:
    """Raise to a whole power by squaring, which is much quicker than in general."""
    power = np.ones_like(base)
    for bit in f"{exponent:b}":
        power *= power
        if bit == "1":
            power *= base
    return power


def _rising(
    start: NDArray[np.float64], odds: NDArray[np.float64], count: int, weight: NDArray[np.float64] | None = None
) -> Votes:
    """Compute binomial probabilities from that of 0, each from the one before; integrated if weights are given."""
    k = np.arange(1, count + 1)
    factor = (count - k + 1) / k
    if weight is None:
        values = np.empty((count + 1, *start.shape))
        values[0] = start
        np.multiply(factor[:, None, None, None], odds, out=values[1:])
        return np.multiply.accumulate(values, axis=0, out=values)
    integrated = np.empty((count + 1, *start.shape[:2]))
    integrated[0] = start @ weight
    for j in range(count):
        start = start * odds
        start *= factor[j]
        integrated[j + 1] = start @ weight
    return integrated


def _spread(values: Votes, votes: int, *, most: int) -> Votes:
    """Let every defector cast `votes` votes."""
    wide = np.zeros(((len(values) - 1) * votes + 1, *values.shape[1:]))
    wide[::votes] = values
    return _capped(wide, most=most)


def _together(values: Votes, *, most: int) -> Votes:
    """Join what is side by side along the second axis, in pairs."""
    rest = []
    while values.shape[1] > 1:
        half = values.shape[1] // 2
        if values.shape[1] % 2:
            rest.append(values[:, -1])
        values = _joined(values[:, :half], values[:, half : 2 * half], most=most)
    return _all([*rest, values[:, 0]], most=most)


def _integrated(few: Votes, many: Votes, weight: NDArray[np.float64], *, most: int) -> Votes:
    """Convolve two distributions that depend on the factor of a group, (votes, N, M), and integrate them over it."""
    pairs = np.matmul(np.moveaxis(few * weight, 0, 1), many.transpose(1, 2, 0)).transpose(1, 2, 0)
    values = np.zeros((len(few) + len(many) - 1, few.shape[1]))
    for k, row in enumerate(pairs):
        values[k : k + len(many)] += row
    return _capped(values, most=most)


def _all(parts: list[Votes], *, most: int) -> Votes:
    """Join distributions, the shortest first."""
    return reduce(partial(_joined, most=most), sorted(parts, key=len))


def _joined(a: Votes, b: Votes, *, most: int) -> Votes:
    """Convolve two distributions."""
    few, many = sorted((a, b), key=len)
    product = np.empty_like(many)
    values = np.zeros((len(few) + len(many) - 1, *few.shape[1:]))
    for k in np.flatnonzero(few.reshape(len(few), -1).any(axis=1)):
        values[k : k + len(many)] += np.multiply(few[k], many, out=product)
    return _capped(values, most=most)


def _capped(values: Votes, *, most: int) -> Votes:
    """Add up whatever reaches `most` votes."""
    if len(values) <= most + 1:
        return values
    return np.concatenate([values[:most], values[most:].sum(axis=0, keepdims=True)])
