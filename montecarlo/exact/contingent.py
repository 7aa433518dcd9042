r"""Whom the House elects in a contingent election, exactly.

Given the common factor the s delegations are independent: delegation i votes for leader, opponent, alternative or
nobody with probabilities l_i, o_i, a_i, d_i. With L, O, A the numbers of their delegations after the first i,

    f_i(L, O, A) = d_i f(L, O, A) + l_i f(L - 1, O, A) + o_i f(L, O - 1, A) + a_i f(L, O, A - 1),    f = f_{i-1}.

The two halves of the delegations are counted each for themselves; a deadlock is the sum, over the counts of the first
half, of their probability times that of counts in the second half which leave all three below the majority. That a
candidate has it follows from the count of its delegations alone, as no two can. Only positive terms are added, so all
four probabilities keep their relative accuracy, and that they sum to 1 is a check.

The factor is integrated by the trapezoid rule, which converges faster than any power of the step h for such integrands
(Trefethen and Weideman 2014, SIAM Review 56, 385-458); h is halved until nothing changes. Values of the factor beyond
13, of probability 1e-38, are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import InputError, NotSolvable
from montecarlo.house import House

_FURTHEST = 13.0
_AGREE = 1e-12
_HALVINGS = {False: 11, True: 6}
"""Most halvings of the step, without and with the long sum of a deadlock."""

_AT_ONCE = {False: 4096, True: 32}
_NOT_RARE = 1e-3


@dataclass(frozen=True)
class HouseOutcome:
    """Probabilities of what the House does, given that it has to elect.

    Attributes
    ----------
    leader, opponent, alternative : float
        That a majority of the delegations elects each.
    deadlock : float
        That nobody is elected.
    """

    leader: float
    opponent: float
    alternative: float
    deadlock: float


def solve_house(house: House) -> HouseOutcome:
    """Compute whom the House elects.

    Parameters
    ----------
    house : House
        Probabilities of the delegations.

    Returns
    -------
    HouseOutcome
        Relative accuracy 1e-12; the four sum to 1.

    Raises
    ------
    InputError
        If `house` is not a House.
    NotSolvable
        If the loading is so near to 1 that the integral over the factor does not settle.

    Examples
    --------
    >>> round(solve_house(House(0.5, 0.5)).deadlock, 6)
    0.112275
    """
    if not isinstance(house, House):
        raise InputError(f"The house is a {type(house).__name__}, not a montecarlo.House.")
    if not house.loading.any():
        shares = np.stack([house.leader, house.opponent, house.alternative, house.divided])
        return HouseOutcome(*_elected(shares[..., None], house.needed)[:, 0].tolist())
    leader, opponent, alternative = _integrated(house, rare=False)
    deadlock = 1.0 - math.fsum((leader, opponent, alternative))
    if deadlock > _NOT_RARE:
        return HouseOutcome(leader, opponent, alternative, deadlock)
    return HouseOutcome(*_integrated(house, rare=True))


def _integrated(house: House, *, rare: bool) -> list[float]:
    """Integrate the three majorities over the factor, and a rare deadlock."""
    step = 0.5
    total = _sum(house, np.arange(-_FURTHEST, _FURTHEST + step, step), rare=rare) * step
    for _ in range(_HALVINGS[rare]):
        between = _sum(house, np.arange(-_FURTHEST + step / 2, _FURTHEST, step), rare=rare) * step
        before, total, step = total, (total + between) / 2, step / 2
        if (np.abs(total - before) <= _AGREE * total).all():
            result: list[float] = total.tolist()
            return result
    raise NotSolvable(
        f"House.loading is up to {np.abs(house.loading).max()}, too near to 1 for the exact answer",
        "montecarlo.simulate_house takes any loading",
    )


def _sum(house: House, factor: NDArray[np.float64], *, rare: bool) -> NDArray[np.float64]:
    """Sum the probabilities times the factor's density over its values, ``(3,)``, or ``(4,)`` with the deadlock's."""
    total = np.zeros(4 if rare else 3)
    for start in range(0, len(factor), _AT_ONCE[rare]):
        z = factor[start : start + _AT_ONCE[rare]]
        density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
        shares = _shares(house, z)
        total += (_elected(shares, house.needed) if rare else _majorities(shares, house.needed)) @ density
    return total


def _shares(house: House, factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of the four votes of each delegation given the factor, ``(4, s, values)``."""
    from scipy.special import ndtr, ndtri

    above = np.stack([house.leader, house.leader + house.alternative])
    # Boundaries between the slices of the latent, from above; the last from below, lest a small share drown in 1 - o.
    bounds = np.concatenate([-ndtri(np.minimum(above, 1.0)), ndtri(house.opponent)[None]])
    left = np.sqrt(1.0 - house.loading**2)
    score = (house.loading[:, None] * factor - bounds[..., None]) / left[:, None]
    upper, lower = ndtr(score), ndtr(-score)
    # The difference of two tails is taken on the side where they are small.
    slices = np.where(score[1:] < 0, upper[1:] - upper[:-1], lower[:-1] - lower[1:]).clip(0.0)
    return np.stack([upper[0], lower[2], *slices])


def _elected(shares: NDArray[np.float64], needed: int) -> NDArray[np.float64]:
    """Return the four probabilities for every value of the factor, ``(4, values)``."""
    half = shares.shape[1] // 2
    first, second = _joint(shares[:, :half], needed), _joint(shares[:, half:], needed)
    for axis in range(3):
        second = second.cumsum(axis)
    deadlock = (first * second[::-1, ::-1, ::-1]).sum(axis=(0, 1, 2))
    return np.concatenate([_majorities(shares, needed), deadlock[None]])


def _majorities(shares: NDArray[np.float64], needed: int) -> NDArray[np.float64]:
    """Return the probabilities of the three majorities for every value of the factor, ``(3, values)``."""
    return np.stack([_majority(share, needed) for share in shares[:3]])


def _joint(shares: NDArray[np.float64], needed: int) -> NDArray[np.float64]:
    """Return the law of the three candidates' delegations, each below `needed`, ``(.., .., .., values)``."""
    # A candidate for whom nobody votes needs no axis.
    sizes = [needed if share.any() else 1 for share in shares[:3]]
    counts = np.zeros((*sizes, shares.shape[2]))
    counts[0, 0, 0] = 1.0
    for i, vote in enumerate(shares.transpose(1, 0, 2)):
        reached = counts[: i + 2, : i + 2, : i + 2]
        moved = reached * vote[3]
        for axis in range(3):
            np.moveaxis(moved, axis, 0)[1:] += np.moveaxis(reached, axis, 0)[:-1] * vote[axis]
        reached[...] = moved
    return counts


def _majority(share: NDArray[np.float64], needed: int) -> NDArray[np.float64]:
    """Return the probability that at least `needed` delegations vote for a candidate, ``(values,)``."""
    counts = np.zeros((needed + 1, share.shape[1]))
    counts[0] = 1.0
    for vote in share:
        stepped = counts[:-1] * vote
        counts[:-1] *= 1.0 - vote
        counts[1:] += stepped
    reached: NDArray[np.float64] = counts[-1]
    return reached
