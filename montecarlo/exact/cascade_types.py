r"""A cascade of electors who differ in their propensities but share one law of positive thresholds.

Independent electors i begin with probability p_i and have a threshold from the common law G with probability c_i. First
comes the joint law of U, who begin, and C, who may follow (`montecarlo.exact.joint_counts`). Given both, who follows no
longer matters: with r still left and m members, the number of those who join at level k is Bin(r, h(k)) with

    h(k) = (G(k) - G(k - 1)) / (1 - G(k - 1)),

and the cascade ends at the first level k with m = k. The state (m, r) is followed for all U and C at once. That `most`
are reached or passed has the probability that the t-th of those left joins as one of the first r, a sum over its place:
P(Bin(r, h) >= t) = sum_{i < r} h P(Bin(i, h) = t - 1).

Followed to the last elector this is slow. There the paths are summed without their multinomial coefficients, a level
being one matrix for all U and C: of c who may follow, x_k join at level k and l are left with probability

    c! / s^c * prod_k (s g(k))^x_k / x_k! * (s (1 - G(D)))^l / l!,    g(k) = G(k) - G(k - 1),

whatever s is; with s = n / e the three factors stay within e^(+-n/e), so that underflow spoils only probabilities
within e^(n/e) of the least float64 (for 306 electors, those below 1e-258).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from montecarlo.exact.joint_counts import joint_law
from montecarlo.exact.thinning import binomial


def type_losses(
    chances: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    shares: NDArray[np.float64],
    *,
    most: int,
) -> NDArray[np.float64]:
    """Compute the distribution of the number of members at the end.

    Parameters
    ----------
    chances : three of (n,) float64
        Probabilities that an elector never joins, begins, or has a positive threshold.
    shares : (levels,) float64
        G(k) at levels 0 to `most` - 1 (or more).
    most : int
        Members from which on they are not told apart.

    Returns
    -------
    (most + 1,) float64
        The last entry is the probability of `most` or more.
    """
    never, begins, follows = (chance[:, None] for chance in chances)
    electors = int(np.count_nonzero(follows))
    start = joint_law((never, begins, follows, np.zeros_like(never)), caps=(most, electors))[:, :, 0]
    result = np.zeros(most + 1)
    result[most] = start[most:].sum()
    state = np.zeros((most, start.shape[1]))
    state[: len(start)] = start[:most]
    for level in range(most):
        if level and shares[level] > shares[level - 1]:
            spare = (1.0 - shares[level]) / (1.0 - shares[level - 1])
            hazard = (shares[level] - shares[level - 1]) / (1.0 - shares[level - 1])
            result[most] += _join(state, hazard=hazard, spare=spare)
        result[level] = state[0].sum()
        # Of n electors, more than `level` of whom are members, the others may be left.
        state = state[1:, : max(1, len(never) - level)]
    return result


def all_type_losses(
    chances: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute the distribution of the number of members at the end, to the last of n electors.

    Parameters
    ----------
    chances : three of (n,) float64
        Probabilities that an elector never joins, begins, or has a positive threshold.
    shares : (n,) float64
        G(k) at levels 0 to n - 1.

    Returns
    -------
    (n + 1,) float64
    """
    never, begins, follows = (chance[:, None] for chance in chances)
    electors = len(never)
    types = joint_law((never, begins, follows, np.zeros_like(never)), caps=(electors, electors))[:, :, 0]
    scale = electors / np.e
    count = np.arange(1.0, electors + 1)
    factorials = np.append(1.0, np.cumprod(count / scale))
    begin, follow = np.nonzero(types)
    # Rows are all who begin or may follow, columns the members: level, level + 1, ...
    paths = np.zeros((electors + 1, electors + 1))
    paths[begin + follow, begin] = types[begin, follow] * factorials[follow]
    result = np.empty(electors + 1)
    for level, gap in enumerate(np.diff(shares, prepend=0.0)):
        if gap > 0.0:
            paths = paths @ _raised(gap * scale, paths.shape[1])
        left = np.cumprod(np.append(1.0, (1.0 - shares[level]) * scale / count[: electors - level]))
        result[level] = paths[level:, 0] @ left
        paths = paths[:, 1:]
    result[electors] = paths[electors, 0]
    return result


def _raised(mean: float, size: int) -> NDArray[np.float64]:
    """Build the matrix whose entry (i, j) is mean^(j - i) / (j - i)!, 0 below the diagonal."""
    powers = np.zeros(2 * size - 1)
    powers[size - 1 :] = np.cumprod(np.append(1.0, mean / np.arange(1, size)))
    return np.ascontiguousarray(sliding_window_view(powers, size)[::-1])


def _join(state: NDArray[np.float64], *, hazard: float, spare: float) -> float:
    """Let those who are left join, in place; return the probability that they are more than there is room for.

    `state` is (members, left), its rows the numbers of members below the last one told apart.
    """
    room, left = len(state), np.arange(state.shape[1])
    table = binomial(left, hazard=np.array([hazard]), spare=np.array([spare]), width=room)[0].T
    # Row m has room for room - m - 1 more. The chance of t or more out of r sums over the place of the t-th.
    passed = np.zeros((room, len(left)))
    passed[:, 1:] = np.cumsum(hazard * table[room - 1 :: -1, :-1], axis=1)[:room]
    lost = float((state * passed).sum())
    old = state.copy()
    state *= table[0]
    product = np.empty_like(state)
    for joiners in range(1, min(room, len(left))):
        moved = product[: room - joiners, : len(left) - joiners]
        np.multiply(old[: room - joiners, joiners:], table[joiners, joiners:], out=moved)
        state[joiners:, : len(left) - joiners] += moved
    return lost
