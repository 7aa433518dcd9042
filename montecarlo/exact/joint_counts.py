"""Joint distribution of two counts over independent electors, each count capped, in a batch.

Each elector adds (0, 0), (1, 0), (0, 1) or (1, 1). The recursion takes one elector after the other; all terms are
positive. A cap stands for "so many or more". Counts may run beyond it by a few before they are put back: that is
cheaper than doing it for every elector.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

_SLACK = 12
SHIFTS = ((1, 0), (0, 1), (1, 1))
"""What an elector may add to the two counts."""


def joint_law(steps: Sequence[NDArray[np.float64]], *, caps: tuple[int, int]) -> NDArray[np.float64]:
    """Compute the joint distribution of two counts.

    Parameters
    ----------
    steps : four of (n, batch) float64
        Probabilities that an elector adds (0, 0), (1, 0), (0, 1) and (1, 1).
    caps : (int, int)
        Counts that stand for themselves and all above.

    Returns
    -------
    (rows, columns, batch) float64
        Rows and columns up to the caps, or to what is reached if that is less.
    """
    electors, batch = steps[0].shape
    height, width = (min(electors, cap + _SLACK) + 1 for cap in caps)
    # The longer axis is the contiguous one. A row never runs full, so moving along all cells at once moves along rows.
    order: Literal["C", "F"] = "F" if height * width > batch else "C"
    cells = np.zeros((height * width, batch), order=order)
    values = cells.reshape(height, width, batch)
    values[0, 0] = 1.0
    moves = [(shift, step) for shift, step in zip(SHIFTS, steps[1:], strict=True) if step.any()]
    buffers = [np.empty_like(cells) for _ in moves]
    grown = [max((shift[axis] for shift, _ in moves), default=0) for axis in (0, 1)]
    rows = columns = 1
    for i in range(electors):
        if rows == height or columns == width:
            rows, columns = capped(values[:rows, :columns], caps=caps).shape[:2]
            values[rows:] = 0.0
            values[:, columns:] = 0.0
        filled = rows * width
        for buffer, (_, step) in zip(buffers, moves, strict=True):
            np.multiply(cells[:filled], step[i], out=buffer[:filled])
        cells[:filled] *= steps[0][i]
        for buffer, ((down, right), _) in zip(buffers, moves, strict=True):
            ahead = down * width + right
            kept = min(filled, len(cells) - ahead)
            cells[ahead : ahead + kept] += buffer[:kept]
        rows += grown[0]
        columns += grown[1]
    return capped(values[:rows, :columns], caps=caps)


def joined(left: NDArray[np.float64], right: NDArray[np.float64], *, caps: tuple[int, int]) -> NDArray[np.float64]:
    """Add the counts of two groups of electors, (a, b, batch) and (c, d, batch): a convolution, capped.

    With each row of the smaller law it is a product of matrices, the row shifted from line to line.
    """
    if left.size < right.size:
        left, right = right, left
    many, few = (np.ascontiguousarray(np.moveaxis(law, 2, 0)) for law in (left, right))
    (batch, rows, columns), width = many.shape, left.shape[1] + right.shape[1] - 1
    padded = np.pad(few, ((0, 0), (0, 0), (columns - 1, columns - 1)))
    values = np.zeros((batch, rows + few.shape[1] - 1, min(width, caps[1] + 1)))
    tails = np.pad(few[..., ::-1].cumsum(axis=2)[..., ::-1], ((0, 0), (0, 0), (0, 1)))
    beyond = np.clip(values.shape[2] - 1 - np.arange(columns), 0, few.shape[2])
    for i in np.flatnonzero(few.any(axis=(0, 2))):
        lines = np.lib.stride_tricks.sliding_window_view(padded[:, i], width, axis=1)[:, ::-1]
        shifted = lines[..., : values.shape[2]].copy()
        shifted[..., -1] = tails[:, i, beyond]
        values[:, i : i + rows] += many @ shifted
    return capped(np.moveaxis(values, 0, 2), caps=caps)


def capped(values: NDArray[np.float64], *, caps: tuple[int, int]) -> NDArray[np.float64]:
    """Put what lies beyond the caps on them; return the part up to them, a view of `values`, which changes."""
    rows, columns = caps
    if len(values) > rows + 1:
        values[rows] += values[rows + 1 :].sum(axis=0)
        values = values[: rows + 1]
    if values.shape[1] > columns + 1:
        values[:, columns] += values[:, columns + 1 :].sum(axis=1)
        values = values[:, : columns + 1]
    return values
