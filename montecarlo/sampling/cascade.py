r"""A threshold cascade of electors who all differ, drawn along the value of an average one.

Members join in rounds: once b are seen, everybody joins whose threshold is at most b (`montecarlo.sampling.joiners`).
The chance of j joiners, exact for those who are left, is multiplied by U(j), the value V of the state that the average
cascade would then be in (`montecarlo.sampling.average_cascade`), and j is drawn in proportion. So a draw has the weight

    prod_t c_t / U_t(j_t)  times the exact chance of denial in the end,    c_t = sum_j P_t(j) U_t(j),

whose mean is the probability of denial whatever U is, if only U > 0 where success is possible; were all electors alike
it would be the same for every draw (Doob's h-transform). Who the j are is drawn in proportion to the chance of just
them times w_i for every joiner i, the loss that the crowd can best bear first; the weight is divided by these.

What is common to all electors is drawn first, from a law (`montecarlo.sampling.proposal`) around the modes of its
density times the average cascade's chance of success, and the rest is done given it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.kernel.streams import Uniforms
from montecarlo.model import Model
from montecarlo.parts import Cascade
from montecarlo.sampling.average_cascade import Values, average_steps, joiners_to_success, on_the_way, values_of
from montecarlo.sampling.cascade_end import End, end_of
from montecarlo.sampling.cascade_minds import Minds, minds_of
from montecarlo.sampling.cascade_step import drawn, round_of, too_narrow
from montecarlo.sampling.joiners import Numbers
from montecarlo.sampling.proposal import Proposal, proposal_for
from montecarlo.sampling.sampler import votes_by_group

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_CELLS: Final = 8_000_000
_MOST_BLOCK: Final = 1024
_POINTS: Final = 256
_MOST_MEMBERS: Final = 1000
_MOST_TOGETHER: Final = 400


@dataclass
class _Paths:
    """Cascades of many draws, as far as they have come.

    Attributes
    ----------
    points : (N, d) float64
        What is common to all electors.
    log_weight : (N,) float64
        Logarithm of the weight so far.
    choices : (N, steps) float64
        Uniform numbers that choose how many join at each step.
    numbers : Numbers
        Those that choose who.
    members : (n, N) bool
        Who has joined and is seen.
    before, now : (N,) int64
        How many of them the members react to, and how many they are.
    """

    points: Floats
    log_weight: Floats
    choices: Floats
    numbers: Numbers
    members: NDArray[np.bool_]
    before: Whole
    now: Whole

    @classmethod
    def of(cls, electors: int, points: Floats, log_weight: Floats, choices: Floats, numbers: Floats) -> _Paths:
        """Begin with nobody."""
        none = np.zeros(len(points), dtype=np.int64)
        members = np.zeros((electors, len(points)), dtype=np.bool_)
        return cls(points, log_weight, choices, Numbers(numbers, none.copy()), members, none - 1, none)


class CascadeSampler:
    """Draws weights of electors in a cascade; see `montecarlo.sampling.sampler.Sampler`.

    Parameters
    ----------
    model : Model
        With a `Cascade`, whatever else it is made of.
    upheld : bool
        Whether attempts are cancelled as the law says.

    Raises
    ------
    NotSolvable
        If success is open up to too many members, or an opponent's elector has several votes, each of which may come
        over or not.
    """

    name: Final = "cascade"

    def __init__(self, model: Model, *, upheld: bool) -> None:
        assert isinstance(model.coordination, Cascade)
        self._minds: Minds = minds_of(model, model.coordination)
        self._end: End = end_of(model, self._minds, upheld=upheld)
        self._votes, self._group, self._electors = model.votes, model.group, len(self._minds.who)
        self._most = self._end.most(np.zeros((1, self._minds.dimensions))) if self._electors else 1
        limit = _MOST_TOGETHER if self._minds.dimensions else _MOST_MEMBERS
        if self._most > limit:
            raise NotSolvable(
                f"A Cascade whose success is open up to {self._most:,} members; at most {limit:,} can be weighed here"
            )
        rounds = model.coordination.rounds
        self._rounds = None if rounds is None or rounds >= self._electors else rounds
        self._tables = 1 if self._end.sure is not None else 2
        values = (self._most + 1) ** 2 * (1 if self._rounds is None else self._rounds + 2)
        cells = self._tables * (self._electors + 1) * (self._most + 1) + 12 * self._electors
        cells += values if self._minds.dimensions else 0
        self.block = min(max(_CELLS // cells, 1), _MOST_BLOCK)

    def log_weights(self, seed: int, stage: int, block: int, draws: int) -> Floats:
        """Draw the first weights of a block; see `montecarlo.sampling.sampler.Sampler.log_weights`."""
        if not self._end.possible:
            return np.full(draws, -np.inf)
        paths = self._paths(Uniforms(seed, stage, block)(draws, self._width))
        self._follow(paths, keep=self._end.sure is None)
        return paths.log_weight

    def elections(self, seed: int, stage: int, block: int, draws: int) -> tuple[Floats, Whole]:
        """Draw cascades to their very ends; see `montecarlo.sampling.sampler.ElectionSampler.elections`."""
        log_weight, lost = np.full(draws, -np.inf), np.zeros((len(self._group), draws), dtype=np.bool_)
        if self._end.possible:
            uniforms = Uniforms(seed, stage, block)(draws, self._width + self._end.size)
            paths = self._paths(uniforms[:, : self._width])
            self._follow(paths, keep=True)
            log_weight = paths.log_weight
            here = np.flatnonzero(log_weight > -np.inf)
            state = paths.members[:, here], paths.before[here], paths.points[here]
            lost[np.ix_(self._minds.who, here)] = self._end.drawn(*state, uniforms[here, self._width :].T)
        return log_weight, votes_by_group(lost, votes=self._votes, group=self._group)

    @property
    def _steps(self) -> int:
        """Most steps of a cascade; each but the last has a joiner."""
        return (self._electors if self._rounds is None else self._rounds) + 2

    @property
    def _width(self) -> int:
        """Uniform numbers of a draw; one who joins beside enough others takes two."""
        common = self._minds.dimensions + 1 if self._minds.dimensions else 0
        return common + 2 * self._steps + 2 * self._electors

    def _paths(self, uniforms: Floats) -> _Paths:
        """Draw what is common, and keep the numbers that choose the rest."""
        common, draws = self._width - 2 * self._steps - 2 * self._electors, len(uniforms)
        points, result = np.zeros((draws, 0)), np.zeros(draws)
        if common:
            points = self.proposal.draw(uniforms[:, :common])
            result = self._minds.log_density(points) - self.proposal.log_density(points)
        rest = uniforms[:, common:]
        return _Paths.of(self._electors, points, result, rest[:, : self._steps], rest[:, self._steps :])

    @cached_property
    def proposal(self) -> Proposal:
        """The law that the common factors are drawn from."""
        return proposal_for(self._log_target, self._minds.dimensions)

    def _log_target(self, points: Floats) -> Floats:
        """Compute the logarithm of the density of what is common times the average cascade's chance of success."""
        size = max(1, min(_POINTS, _CELLS // (4 * (self._most + 1) ** 2)))
        parts = [self._values(points[start : start + size])[-1].log[:, 0, 0] for start in range(0, len(points), size)]
        return np.concatenate(parts) + self._minds.log_density(points)

    def _values(self, points: Floats) -> list[Values]:
        """Tabulate V at some points, by the number of raises left if that is limited."""
        steps = average_steps(self._minds, points, levels=self._most)
        end = self._end.log_average(steps, points)
        if self._rounds is None:
            return [values_of(self._electors, steps, end=end, after=None)]
        tables = [Values(end, np.zeros(end.shape, dtype=np.int64))]
        for _ in range(self._rounds + 1):
            tables.append(values_of(self._electors, steps, end=end, after=tables[-1].log))
        return tables

    @cached_property
    def _guide(self) -> tuple[Floats, list[Values]]:
        """What electors are worth, (n, M), and V, where what is common is as in the most likely success."""
        point = np.zeros((1, 0))
        if self._minds.dimensions:
            point = self.proposal.mean[[int(self.proposal.weight.argmax())]]
        tables, alike = self._values(point), np.ones((self._electors, self._most))
        steps = average_steps(self._minds, point, levels=self._most)
        end = self._end.log_average(steps, point)
        free = values_of(self._electors, steps, end=end, after=None)
        if free.log[0, 0, 0] == -np.inf:
            return alike, tables
        joiners, members = joiners_to_success(self._electors, steps, free.log[0])
        kept = np.exp(self._end.log_worth(members, steps))[:, None]
        if self._rounds is not None:
            return alike * kept, tables
        worth, better = on_the_way(self._minds, point, joiners)
        return worth * kept, [values_of(self._electors, better, end=end, after=None)]

    def _follow(self, paths: _Paths, *, keep: bool) -> None:
        """Follow cascades to their ends, or, if it is not kept who joins, until they are sure of success."""
        tables = self._values(paths.points) if self._minds.dimensions else self._guide[1]
        room = np.empty((1 + keep, (self._electors + 1) * (self._most + 1) * len(paths.points)))
        active = np.flatnonzero(paths.log_weight > -np.inf)
        for step in count():
            if not len(active):
                return
            now = -1 if self._rounds is None else self._rounds - step + 1
            ahead, joined = self._advance(paths, active, step, (tables[now], tables[max(now - 1, -1)]), room=room)
            seen = paths.now[active]
            alive = ~ahead & (paths.log_weight[active] > -np.inf)
            settled = alive & ((joined == 0) | (step == self._rounds))
            ended = active[settled]
            if len(ended):
                members, points = paths.members[:, ended], paths.points[ended]
                paths.log_weight[ended] += self._end.log_chance(members, seen[settled], points)
            paths.before[active], paths.now[active] = seen, seen + joined
            active = active[alive & ~settled]

    def _advance(
        self, paths: _Paths, active: Whole, step: int, values: tuple[Values, Values], *, room: Floats
    ) -> tuple[NDArray[np.bool_], Whole]:
        """Let the next members join; say which draws are sure of success, and how many joined in each."""
        before, now, gone = paths.before[active], paths.now[active], paths.members[:, active]
        hazard, stay = self._minds.hazards(before, now, paths.points[active])
        hazard[gone], stay[gone] = 0.0, 1.0
        draw, keep = active if self._minds.dimensions else np.zeros_like(active), len(room) > 1
        place = draw, np.minimum(before + 1, self._most), np.minimum(now, self._most)
        members = np.minimum(now[:, None] + np.arange(self._most + 1), self._most)
        log_value = values[1].log[draw[:, None], np.minimum(now + 1, self._most)[:, None], members]
        missing = np.maximum(self._most - now, 0)
        window = np.minimum(values[0].reach[place] + 1, missing)
        worth = self._guide[0][:, np.minimum(now, self._most - 1)]
        while True:
            made = round_of(hazard, stay, log_value, missing=missing, window=window, worth=worth, room=room, keep=keep)
            narrow = too_narrow(made)
            if not narrow.any():
                break
            window = np.where(narrow, missing, window)
        numbers, choices = paths.numbers, paths.choices[active, step]
        enough, log_weight, who, where = drawn(made, log_value, choices, draws=active, numbers=numbers, keep=keep)
        paths.log_weight[active] += log_weight
        paths.members[who, active[where]] = True
        return enough & (not keep), np.bincount(where, minlength=len(active))
