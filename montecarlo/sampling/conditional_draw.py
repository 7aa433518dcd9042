r"""Independent electors drawn given that the majority is denied, for many sets of chances at once.

With V_l(k) the probability that k votes lost among the first l electors become enough, V_n(k) = 1 from K on,

    V_{l-1}(k) = q_l V_l(k) + p_l V_l(k + w_l),    P(l is lost | k before) = p_l V_l(k + w_l) / V_{l-1}(k),

so that electors are drawn one after the other from the table of V (Chen, Dempster and Liu 1994, Biometrika 81, 457-469,
for a given number of them). The chances in the table are twisted as in `montecarlo.sampling.conditional_tail`, which
changes no conditional probability and keeps everything from underflow; once K is reached electors are free. Under a
pledge the state is a pair of counts. Chances are arrays (n, N), electors first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.exact.joint_counts import SHIFTS
from montecarlo.sampling.conditional_tail import twist

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Whole = NDArray[np.int64]

_MOST_CELLS = 1 << 24
"""Most cells of a table: 128 MiB."""


def drawn_given_tail(lost: Floats, kept: Floats, uniforms: Floats, *, votes: Whole, needed: int) -> Truths:
    """Draw electors given that at least so many votes are lost.

    Parameters
    ----------
    lost, kept : (n, N) float64
        Chances of each elector to be lost or kept, each with full relative accuracy; enough may be lost.
    uniforms : (n, N) float64
        What chooses.
    votes : (n,) int64
        Votes of each.
    needed : int
        K, at least 1.

    Returns
    -------
    (n, N) bool
        Who is lost.
    """
    result = np.empty(lost.shape, dtype=np.bool_)
    size = at_once((len(votes) + 1) * (needed + 1))
    for start in range(0, lost.shape[1], size):
        part = slice(start, start + size)
        result[:, part] = _drawn(lost[:, part], kept[:, part], uniforms[:, part], votes=votes, needed=needed)
    return result


def at_once(cells: int) -> int:
    """Say for how many draws tables of so many cells fit into memory.

    Raises
    ------
    NotSolvable
        If one is too large.
    """
    if cells > _MOST_CELLS:
        raise NotSolvable(f"Electors given that the majority is denied need a table of {cells:.1e} numbers to be drawn")
    return _MOST_CELLS // cells


def _drawn(lost: Floats, kept: Floats, uniforms: Floats, *, votes: Whole, needed: int) -> Truths:
    with np.errstate(divide="ignore"):
        log_lost, log_kept = np.log(lost), np.log(kept)
    theta = twist(log_lost - log_kept, votes, needed)
    pushed = log_lost + theta * votes[:, None]
    log_scale = np.logaddexp(pushed, log_kept)
    gone, here = np.exp(pushed - log_scale), np.exp(log_kept - log_scale)
    decay = np.exp(-theta * np.arange(votes.max())[:, None])
    table = np.zeros((len(votes) + 1, needed + 1, lost.shape[1]))
    table[-1, needed] = 1.0
    for i, size in reversed(list(enumerate(votes.tolist()))):
        after, now = table[i + 1], table[i]
        now[needed] = after[needed] * np.exp(-log_scale[i])
        np.multiply(after[:needed], here[i], out=now[:needed])
        now[: max(needed - size, 0)] += gone[i] * after[size:needed]
        crossing = np.arange(max(needed - size, 0), needed)
        now[crossing] += gone[i] * decay[crossing + size - needed] * after[needed]
    result, column, count = np.empty(lost.shape, dtype=np.bool_), np.arange(lost.shape[1]), np.zeros(lost.shape[1], int)
    for i, size in enumerate(votes.tolist()):
        then = np.minimum(count + size, needed)
        over = np.maximum(count + size - needed, 0)
        going = (
            gone[i] * table[i + 1, then, column] * np.where(over < size, decay[np.minimum(over, size - 1), column], 1)
        )
        chance = np.where(count == needed, lost[i], going / np.maximum(table[i, count, column], 1e-300))
        result[i] = uniforms[i] < chance
        count = np.where(result[i], then, count)
    return result


def drawn_given_counts(
    steps: tuple[Floats, ...], uniforms: Floats, *, ends: NDArray[np.float64], room: Floats
) -> tuple[Floats, Truths]:
    """Draw electors given where two counts end.

    Parameters
    ----------
    steps : four of (n, N) float64
        Probabilities that an elector adds (0, 0), (1, 0), (0, 1) and (1, 1).
    uniforms : (n, N) float64
        What chooses.
    ends : (K + 1, T + 1) float64
        1 where the counts may end, else 0; K and T stand for themselves and all above.
    room : (cells,) float64
        Memory for a table of (n + 1) N (K + 2) (T + 2) cells.

    Returns
    -------
    probability : (N,) float64
        That they end there.
    first : (n, N) bool
        Who adds to the first count.
    """
    electors, number = uniforms.shape
    # Beyond K and T stand copies, so that all cells move at once.
    height, width = ends.shape[0] + 1, ends.shape[1] + 1
    shape = electors + 1, number, height * width
    table = room[: shape[0] * shape[1] * shape[2]].reshape(shape)
    table[-1] = np.pad(ends, ((0, 1), (0, 1)), mode="edge").ravel()
    cells = shape[2] - width - 1
    moved = np.empty((number, cells))
    for i in reversed(range(electors)):
        now, after = table[i], table[i + 1]
        np.multiply(after[:, :cells], steps[0][i, :, None], out=now[:, :cells])
        for (down, right), step in zip(SHIFTS, steps[1:], strict=True):
            if step[i].any():
                ahead = down * width + right
                np.multiply(after[:, ahead : ahead + cells], step[i, :, None], out=moved)
                now[:, :cells] += moved
        square = now.reshape(number, height, width)
        square[:, :-1, -1] = square[:, :-1, -2]
        square[:, -1] = square[:, -2]
    return table[0, :, 0].copy(), _walked(table, steps, uniforms, ends.shape)


def _walked(table: Floats, steps: tuple[Floats, ...], uniforms: Floats, shape: tuple[int, ...]) -> Truths:
    """Let one elector after the other choose what it adds; say who adds to the first count."""
    electors, number = uniforms.shape
    first, column = np.empty((electors, number), dtype=np.bool_), np.arange(number)
    counts = np.zeros((2, number), dtype=np.int64)
    most = np.array(shape)[:, None, None] - 1
    moves, chances = np.array([(0, 0), *SHIFTS]).T[..., None], np.stack(steps)
    for i in range(electors):
        then = np.minimum(counts[:, None] + moves, most)
        sums = (chances[:, i] * table[i + 1, column, then[0] * (shape[1] + 1) + then[1]]).cumsum(axis=0)
        chosen = (uniforms[i] * sums[-1] >= sums[:-1]).sum(axis=0)
        first[i] = moves[0, chosen, 0] == 1
        counts = then[:, chosen, column]
    return first
