r"""Who joins next: the distribution of the number of joiners, and a draw of who they are given how many.

Electors decide independently, elector i with odds given by `join` and `stay`. What is counted is s, how many more are
needed to reach M members; 0 stands for enough or more than enough. After the first l electors

    T_l(s) = stay_l T_{l-1}(s) + join_l T_{l-1}(s + 1),    T_l(0) = T_{l-1}(0) + join_l T_{l-1}(1).

Backwards from T_n(s) the last joiner is the one up to whom Q_l = T_l(s) stay_{l+1} ... stay_n / T_n(s), the chance that
nobody after l joins, exceeds a uniform number; the others follow in the same way from the state before. Where s = 0 she
may have joined when there were enough already. `join` need not be 1 - `stay`: electors may be drawn with other weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_LEAST = 1e-300


def tallies(join: Floats, stay: Floats, short: Whole, *, buffer: Floats | None) -> Floats:
    """Compute T.

    Parameters
    ----------
    join, stay : (n, N) float64
        Weights of joining and of not joining.
    short : (N,) int64
        Joiners that are needed, at least 0.
    buffer : (cells,) float64, optional
        Room for a table of everything; without it only T_n is returned.

    Returns
    -------
    (n + 1, S + 1, N) or (1, S + 1, N) float64
        S the most that are needed.
    """
    electors, number = join.shape
    height = int(short.max(initial=0)) + 1
    moved = np.empty((height - 1, number))
    table = np.zeros((1, height, number))
    if buffer is not None:
        table = buffer[: (electors + 1) * height * number].reshape(electors + 1, height, number)
        table[0] = 0.0
    table[0, short, np.arange(number)] = 1.0
    for i in range(electors):
        old, new = (table[i], table[i + 1]) if buffer is not None else (table[0], table[0])
        np.multiply(old[1:], join[i], out=moved)
        np.multiply(old[1:], stay[i], out=new[1:])
        if buffer is not None:
            new[0] = old[0]
        new[:-1] += moved
    return table


@dataclass
class Numbers:
    """Uniform numbers of each draw, taken one by one.

    Attributes
    ----------
    uniforms : (N, K) float64
        A row a draw.
    taken : (N,) int64
        How many are used up.
    """

    uniforms: Floats
    taken: Whole

    def take(self, draws: Whole) -> Floats:
        """Return the next number of some draws, ``(len(draws),)``."""
        numbers: Floats = self.uniforms[draws, self.taken[draws]]
        self.taken[draws] += 1
        return numbers


@dataclass(frozen=True, eq=False)
class Crowd:
    """Electors of many draws, counted.

    Attributes
    ----------
    table : (n + 1, S + 1, N) float64
        T; see `tallies`.
    join, stay : (n, N) float64
        See there.
    beside : (n, N) float64
        Weight of joining where enough have joined already.
    """

    table: Floats
    join: Floats
    stay: Floats
    beside: Floats

    def drawn(self, columns: Whole, state: Whole, short: Whole, *, draws: Whole, numbers: Numbers) -> tuple[Whole, ...]:
        """Draw who joins.

        Parameters
        ----------
        columns : (m,) int64
            Which of the N draws.
        state, short : (m,) int64
            How many more are needed in the end and were at the beginning.
        draws : (m,) int64
            Their rows among the numbers.
        numbers : Numbers
            Where chance comes from.

        Returns
        -------
        electors, columns : (joiners,) int64
            Who joins in which of the N draws.
        """
        log_stay = np.zeros((len(self.table), self.stay.shape[1]))
        np.cumsum(np.log(np.maximum(self.stay, _LEAST)), axis=0, out=log_stay[1:])
        place = np.full(len(columns), len(self.table) - 1)
        who, where = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        open_ = (state < short) | (short == 0)
        columns, draws, state, short, place = (each[open_] for each in (columns, draws, state, short, place))
        while len(columns):
            last = self._last(place, state, columns, log_stay, numbers.take(draws))
            some = last > 0
            columns, draws, state, short, last = (each[some] for each in (columns, draws, state, short, last))
            place = last - 1
            who.append(place)
            where.append(columns)
            state = self._before(place, state, short, columns, draws, numbers)
            open_ = (state < short) | (short == 0)
            columns, draws, state, short, place = (each[open_] for each in (columns, draws, state, short, place))
        return np.concatenate(who), np.concatenate(where)

    def _last(self, place: Whole, state: Whole, columns: Whole, log_stay: Floats, uniforms: Floats) -> Whole:
        """Find the number of electors up to and with the last joiner among the first `place`; 0 if there is none."""
        with np.errstate(divide="ignore"):
            level = np.log(uniforms) + np.log(self.table[place, state, columns]) - log_stay[place, columns]
            low, high = np.zeros_like(place), place.copy()
            while (low < high).any():
                middle = (low + high) // 2
                enough = np.log(self.table[middle, state, columns]) - log_stay[middle, columns] >= level
                low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
        return np.minimum(high, place)

    def _before(
        self, place: Whole, state: Whole, short: Whole, columns: Whole, draws: Whole, numbers: Numbers
    ) -> Whole:
        """Find how many were needed before elector `place` joined."""
        result = state + 1
        enough = np.flatnonzero((state == 0) & (short > 0))
        i, column = place[enough], columns[enough]
        came = self.table[i, 1, column] * self.join[i, column] if self.table.shape[1] > 1 else np.zeros(0)
        were = self.table[i, 0, column] * self.beside[i, column]
        result[enough] = numbers.take(draws[enough]) * (came + were) < came
        result[short == 0] = 0
        return result
