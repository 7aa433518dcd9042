"""Linked elections a third time: Python integers for words, a library's functions for the rest, one after another.

Written from the descriptions of the stream, and sharing nothing with the package but a block's two words and the
number of its lanes. Normal numbers, t quantiles and gamma variates are SciPy's and Python's here, which differ from the
kernel's by 1e-9 of themselves at most: over some hundred elections no coin lies so close to its threshold.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from montecarlo.kernel.plan import lanes_for
from montecarlo.kernel.streams import block_words
from montecarlo.model import Model
from montecarlo.parts import Cascade, CommonOdds, Destination, Factors, Independent, Pledge

MASK = (1 << 64) - 1
ONE = 1 << 64
NEAR, FAR = 4, 16
NATIONAL, GROUP, CHI_SQUARE, COMMON, PLACE, SEEN, ROUTE = (kind << 24 for kind in range(1, 8))


def splitmix(key: int, counter: int) -> int:
    """Word number `counter`, from 0, of the SplitMix64 sequence that starts at `key`."""
    z = (key + (counter + 1) * 0x9E3779B97F4A7C15) & MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def xoshiro(s: list[int]) -> Iterator[int]:
    while True:
        x = (s[0] + s[3]) & MASK
        yield ((x << 23 | x >> 41) + s[0]) & MASK
        t = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = (s[3] << 45 | s[3] >> 19) & MASK


def below(spent: list[int], e: int, threshold: int, rest: int) -> bool:
    """Eight random bits of election `e` against those of the threshold; if all agree, a keyed word against the rest."""
    for bit, word in enumerate(spent):
        drawn, wanted = word >> e & 1, threshold >> 63 - bit & 1
        if drawn != wanted:
            return drawn < wanted
    return rest < threshold << 8 & MASK


@cache
def normal(word: int) -> float:
    return float(ndtri((word + 0.5) / ONE)) if word < ONE // 2 else -normal(MASK - word)


@cache
def upper_quantile(p: float, degrees: float) -> float:
    if p in (0.0, 1.0):
        return math.inf if p == 0 else -math.inf
    smaller = min(p, 1 - p)
    x = -float(ndtri(smaller) if degrees == math.inf else stdtrit(degrees, smaller))
    return x if p <= 0.5 else -x


def log_gamma(word: Callable[[int], int], shape: float) -> float:
    """Marsaglia and Tsang's method: two words a try, and word 2^21 for the power of a shape below 1."""

    def uniform(number: int) -> float:
        return ((word(number) >> 12) + 0.5) / 2**52

    d = (shape if shape >= 1 else shape + 1) - 1 / 3
    for number in count():
        x, u = normal(word(2 * number)), uniform(2 * number + 1)
        v = (1 + x / math.sqrt(9 * d)) ** 3
        if v > 0 and math.log(u) < x * x / 2 + d - d * v + d * math.log(v):
            break
    return math.log(d * v) + (math.log(uniform(1 << 21)) / shape if shape < 1 else 0.0)


@dataclass
class Elector:
    """One elector of either side, with all that the model says about it."""

    opponent: bool
    votes: int
    group: int
    acts: float
    conditional: float
    steps: list[float]
    national: float
    own_group: float
    cancelled: float
    independent: bool

    def reaches(self, level: int) -> float:
        """P(threshold <= level) without an environment; a level of -1 means any."""
        share = 1.0 if level < 0 else self.steps[min(level, len(self.steps) - 1)] if self.steps else 0.0
        return min(self.acts + self.conditional * share, 1.0)

    @cached_property
    def levels(self) -> list[float]:
        return [self.reaches(k) for k in range(len(self.steps))]

    @property
    def near(self) -> int:
        """The highest threshold of those who join soon, of which -1 stands for all."""
        last = len(self.steps) - 1
        return NEAR if last > FAR and self.independent else min(FAR, last)

    @property
    def profile(self) -> tuple[float, ...]:
        factor, chances = self.group if self.own_group else -1, (self.acts, self.reaches(self.near), self.reaches(-1))
        return self.opponent, factor, self.national, self.own_group, *chances


def electors_of(model: Model) -> list[Elector]:
    """The electors in the order of the plan: by profile, then as given."""
    n, rival, moves, ties = model.electors, model.opponents, model.coordination, model.dependence
    found = []
    for i in range(n + (0 if rival is None else len(rival.probability))):
        side, j = (model, i) if i < n else (rival, i - n)
        linked = i < n and isinstance(moves, Pledge | Cascade)
        steps = moves.threshold_cdf[moves.threshold_class[i]] if linked and isinstance(moves, Cascade) else []
        found.append(
            Elector(
                opponent=i >= n,
                votes=int(side.votes[j]),
                group=int(side.group[j]),
                acts=float(side.probability[j]),
                conditional=float(moves.conditional[i]) if linked else 0.0,
                steps=list(map(float, steps)),
                national=float(ties.national[i]) if isinstance(ties, Factors) else 0.0,
                own_group=float(ties.group[i]) if isinstance(ties, Factors) else 0.0,
                cancelled=0.0 if model.law is None or model.law.upheld == 0 else float(model.law.cancelled[i]),
                independent=isinstance(ties, Independent),
            )
        )
    return sorted(found, key=lambda each: each.profile)


class Election:
    """Everything of one election that comes from keyed words."""

    def __init__(self, model: Model, key: int, number: int) -> None:
        self.model, self.key, self.number = model, key, number
        ties = model.dependence
        self.z, self.scale, self.odds = 0.0, 1.0, 1.0
        if isinstance(ties, Factors):
            self.z, nu = normal(self.word(NATIONAL)), ties.degrees_of_freedom
            if nu < math.inf:
                self.scale = math.sqrt(sum(normal(self.word(CHI_SQUARE + j)) ** 2 for j in range(int(nu))) / nu)
        if isinstance(ties, CommonOdds):
            leads = [
                log_gamma(lambda k, side=side: self.word(COMMON + (side << 22) + k), shape)
                for side, shape in enumerate((ties.alpha, ties.beta))
            ]
            self.odds = math.exp(min(max(leads[0] - leads[1], -700.0), 700.0))

    def word(self, source: int) -> int:
        return splitmix(self.key, (source << 32) + self.number)

    def chance(self, elector: Elector, p: float) -> float:
        """The probability `p` given the environment."""
        ties = self.model.dependence
        if p in (0.0, 1.0):
            return p
        if isinstance(ties, Factors):
            y = normal(self.word(GROUP + elector.group)) if elector.own_group else 0.0
            own = math.sqrt(1 - elector.national**2 - elector.own_group**2)
            shift = elector.national * self.z + elector.own_group * y
            return float(ndtr((shift - upper_quantile(p, ties.degrees_of_freedom) * self.scale) / own))
        if isinstance(ties, CommonOdds):
            q = min(p / (1 - p) * ties.beta / ties.alpha * self.odds, 1e300)
            return q / (1 + q)
        return p

    def threshold(self, i: int, elector: Elector, *, soon: bool) -> float:
        """The first level above a random place, even between two chances; infinite for one who never joins."""
        levels, near = elector.levels, elector.near
        acts, early, ever = (self.chance(elector, p) for p in (elector.acts, levels[near], elector.reaches(-1)))
        low, high = (acts, early) if soon else (early, 1.0)
        at = low + (high - low) * (self.word(PLACE + i) / ONE)
        found = 1 + bisect_right(levels[1:], at, key=lambda p: self.chance(elector, p))
        return min(found, near) if soon else max(found, near + 1) if at < ever else math.inf


@dataclass
class Outcome:
    """What one election came to: who attempted and who effectively defected, and the votes of every candidate."""

    attempted: dict[int, int]
    effective: dict[int, int]
    lost: int
    leader: int
    opponent: int
    others: list[int]


def elections(model: Model, seed: int, stage: int = 0) -> Iterator[Outcome]:
    electors = electors_of(model)
    for block in count():
        start, key = block_words(seed, stage, block)
        for lane in range(lanes_for(len(electors))):
            yield from _lane(model, electors, key, lane, xoshiro([splitmix(start, 4 * lane + k) for k in range(4)]))


def _lane(model: Model, electors: list[Elector], key: int, lane: int, words: Iterator[int]) -> Iterator[Outcome]:
    worlds = [Election(model, key, 64 * lane + e) for e in range(64)]

    def coins(source: int, fixed: list[float], chances: Callable[[Election], list[float]]) -> list[list[bool]]:
        """One set of random bits an election, compared with several probabilities."""
        if all(each in (0.0, 1.0) for each in fixed):
            return [[each == 1.0 for each in fixed] for _ in worlds]
        spent = [next(words) for _ in range(8)]
        answers = []
        for e, world in enumerate(worlds):
            thresholds = [min(round(each * ONE), MASK) for each in chances(world)]
            rest = world.word(source)
            drawn = [below(spent, e, threshold, rest) for threshold in thresholds]
            answers.append([p == 1 or (p > 0 and won) for p, won in zip(fixed, drawn, strict=True)])
        return answers

    def plain(source: int, p: float) -> list[bool]:
        p = round(p * ONE) / ONE  # a fixed chance below 2^-65 is none
        return [each for (each,) in coins(source, [p], lambda _: [p])]

    law = model.law is not None and any(each.cancelled for each in electors)
    ruling = plain(0, model.law.upheld if law else 0.0)
    cancels, masks, seen = [], [], []
    for i, elector in enumerate(electors):
        cancels.append(plain(1 + 2 * i, elector.cancelled))
        fixed = list(elector.profile[4:6])
        masks.append(coins(2 + 2 * i, fixed, lambda world, who=elector, p=fixed: [world.chance(who, x) for x in p]))
        if isinstance(model.coordination, Cascade) and not elector.opponent:
            seen.append(plain(SEEN + i, model.coordination.visibility))
    for e, world in enumerate(worlds):
        drawn = [mask[e] for mask in masks]
        acts = _moved(model, world, electors, drawn, [each[e] for each in seen])
        yield _outcome(model, world, electors, acts, [ruling[e] and each[e] for each in cancels])


def _moved(
    model: Model, world: Election, electors: list[Elector], drawn: list[list[bool]], seen: list[bool]
) -> list[bool]:
    """Who attempts after pledges or a cascade, round by round."""
    moves, acts = model.coordination, [acts for acts, _ in drawn]
    if isinstance(moves, Pledge):
        pledged = [soon and not now and not who.opponent for who, (now, soon) in zip(electors, drawn, strict=True)]
        counted = sum(pledged)
        if moves.counts == "all":
            counted += sum(now and not who.opponent for who, now in zip(electors, acts, strict=True))
        return [now or (pledge and counted >= moves.threshold) for now, pledge in zip(acts, pledged, strict=True)]
    if isinstance(moves, Cascade):
        ours = [i for i, (now, _) in enumerate(drawn) if not now and not electors[i].opponent]
        waiting = {i: world.threshold(i, electors[i], soon=drawn[i][1]) for i in ours}
        levels, rounds = moves.threshold_cdf.shape[1], count() if moves.rounds is None else range(moves.rounds)
        for _ in rounds:
            visible = sum(now and watched for now, watched in zip(acts, seen, strict=False))
            joining = [i for i, at in waiting.items() if at < levels and at <= visible and not acts[i]]
            if not joining:
                break
            for i in joining:
                acts[i] = True
    return acts


def _outcome(
    model: Model, world: Election, electors: list[Elector], acts: list[bool], cancelled: list[bool]
) -> Outcome:
    rival, sides = (
        model.opponents,
        [model.destination, None if model.opponents is None else model.opponents.destination],
    )
    names = max(len(side.alternatives) if side else 0 for side in sides)
    total = [model.total_votes, 0 if rival is None else int(rival.votes.sum())]
    others, lost = [0] * names, 0
    attempted, effective = ({int(g): 0 for g in range(int(model.group.max()) + 1)} for _ in range(2))
    for i, elector in enumerate(electors):
        if not acts[i]:
            continue
        if not elector.opponent:
            attempted[elector.group] += elector.votes
        if cancelled[i]:
            continue
        if not elector.opponent:
            effective[elector.group] += elector.votes
            lost += elector.votes
        total[elector.opponent] -= elector.votes
        where = _sent(sides[elector.opponent], world.word(ROUTE + i))
        if where == 0:
            total[not elector.opponent] += elector.votes
        elif where is not None:
            others[where - 1] += elector.votes
    return Outcome(attempted, effective, lost, *total, others)


def _sent(side: Destination | None, word: int) -> int | None:
    """Where a defection goes: 0 the other side, then the alternatives, None an abstention."""
    reached = 0.0
    for where, share in enumerate([] if side is None else [side.opponent, *side.alternatives]):
        reached += share
        if word < min(round(reached * ONE), MASK):
            return where
    return None


def count_outcomes(model: Model, seed: int, draws: int) -> list[list[int]]:
    """Count what a tally holds of the first draws, in its order."""
    found = [each for _, each in zip(range(draws), elections(model, seed), strict=False)]
    groups = range(int(model.group.max()) + 1)
    lost = np.bincount([each.lost for each in found], minlength=model.total_votes + 1)
    attempted = [sum(each.attempted[g] for each in found) for g in groups]
    counted = [lost.tolist(), attempted, [sum(each.effective[g] for each in found) for g in groups]]
    if model.opponents is None:
        return counted
    winners, places = zip(*(_places(each, model.majority) for each in found), strict=True)
    most = model.total_votes + int(model.opponents.votes.sum())
    gained = np.bincount([each.opponent for each in found], minlength=most + 1)
    return [*counted, np.bincount(winners, minlength=4).tolist(), np.sum(places, axis=0).tolist(), gained.tolist()]


def _places(election: Outcome, majority: int) -> tuple[int, list[int]]:
    """Who has a majority; if nobody has, which alternatives are surely third or higher, a tie there, or nobody."""
    votes = [election.leader, election.opponent, *election.others]
    places = [0] * (len(election.others) + 2)
    for who, each in enumerate(votes):
        if each >= majority:
            return min(who, 2), places
    # The three highest with votes are eligible: all who might be, all who surely are.
    ranked = sorted((each for each in votes if each), reverse=True)
    cut = ranked[2] if len(ranked) > 2 else 1
    possible = [j for j, each in enumerate(votes) if each and each >= cut]
    sure = [j for j in possible if len(possible) <= 3 or votes[j] > cut]
    for j in sure:
        if j >= 2:
            places[j - 2] = 1
    places[-2] = int(len(possible) > 3)
    places[-1] = int(not any(election.others))
    return 3, places
