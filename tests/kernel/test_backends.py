"""Both backends against each other and against a slow third one, written from the description of the stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import count

import numpy as np
import pytest

from montecarlo.estimates import Tally
from montecarlo.kernel import numpy_backend
from montecarlo.kernel.plan import BITS, DENSE, RARE, RARE_BELOW, Plan, make_plan
from montecarlo.kernel.streams import block_words
from montecarlo.model import Model
from montecarlo.parts import Law

_MASK = (1 << 64) - 1
_ONE = 1 << 64
_rng = np.random.default_rng(1788)
_RARE = RARE_BELOW * 0.9

Backend = Callable[[Plan, int, int, int, int], Tally]


def _mixed(n: int) -> np.ndarray:
    """Probabilities of every kind: dense, rare, 0 and 1, in no order."""
    every = np.array([0.0, 1.0, 0.5, _RARE, RARE_BELOW, 1e-9, 2**-70, 1 - 2**-53])
    return np.where(_rng.random(n) < 0.5, every[_rng.integers(len(every), size=n)], _rng.random(n) ** 4)


_QUARTERS = _rng.choice([0.0, _RARE, 0.5, 1.0], 60)

MODELS = {
    "dense": Model(_rng.random(40), 20),
    "rare": Model(_rng.random(40) * RARE_BELOW, 1),
    "rarest": Model([1e-12] * 9, 1),
    "mixed": Model(_mixed(50), 9, group=_rng.integers(7, size=50)),
    "certain": Model([0.0, 1.0, 1.0, 0.0, 1.0], 2, group=[0, 0, 1, 2, 3]),
    "nobody": Model([0.0] * 12, 1),
    "everybody": Model([1.0] * 12, 1),
    "one dense elector": Model(0.3, 1),
    "one rare elector": Model(_RARE, 1),
    "one bloc": Model(0.3, 7, votes=55),
    "blocs": Model(_mixed(56), 200, votes=np.arange(1, 57), group=np.arange(56) % 11),
    "more than 2**16 votes": Model(_mixed(8), 9, votes=[1, 40_000, 1, 55, 2**15 - 1, 27_000, 2, 55]),
    "law, u = 0": Model(_mixed(60), 5, law=Law(_QUARTERS, upheld=0.0)),
    "law, u = 1": Model(_mixed(60), 5, law=Law(_QUARTERS, upheld=1.0), group=np.arange(60) // 9),
    "law, 0 < u < 1": Model(_mixed(60), 5, law=Law(_QUARTERS, upheld=0.3), group=np.arange(60) // 9),
    "law, rare ruling": Model(0.1, 5, votes=[1] * 9, law=Law(1.0, upheld=_RARE)),
    "law, u and q vanish": Model(0.1, 5, votes=[1] * 9, law=Law(2**-70, upheld=2**-70)),
    "law, blocs": Model(_mixed(30), 5, votes=_rng.integers(1, 56, 30), law=Law(_QUARTERS[:30], upheld=0.7)),
    "1000 electors": Model(
        _mixed(1000) / 9, 99, group=np.arange(1000) % 51, law=Law((np.arange(1000) % 9 == 3) / 2, 0.5)
    ),
    "5000 electors": Model(_rng.random(5000) * RARE_BELOW / 9, 9, votes=_rng.integers(1, 4, 5000)),
}

DRAWS = (1, 63, 64, 65, "block - 1", "block", "block + 1", "3.3 blocks")


def _draws(name: int | str, block: int) -> int:
    named = {"block - 1": block - 1, "block": block, "block + 1": block + 1, "3.3 blocks": block * 33 // 10}
    return named.get(name, name)


def _numbers(tally: Tally) -> list[int]:
    parts = ([tally.draws], tally.counts, tally.attempted, tally.effective)
    return [int(number) for part in parts for number in part]


@pytest.fixture(scope="module")
def numba_tally() -> Backend:
    pytest.importorskip("numba", reason="the numba backend needs numba")
    from montecarlo.kernel import numba_backend

    return numba_backend.tally_blocks


@pytest.fixture(params=["numpy", "numba"])
def backend(request: pytest.FixtureRequest) -> Backend:
    return numpy_backend.tally_blocks if request.param == "numpy" else request.getfixturevalue("numba_tally")


@pytest.mark.parametrize("name", MODELS)
def test_backends_give_the_same_tally(name: str, numba_tally: Backend) -> None:
    plan = make_plan(MODELS[name])
    for draws in DRAWS:
        place = (11, 3, 5, _draws(draws, plan.elections))
        assert _numbers(numpy_backend.tally_blocks(plan, *place)) == _numbers(numba_tally(plan, *place)), draws


@pytest.mark.parametrize("name", MODELS)
def test_every_election_is_counted_once(name: str, backend: Backend) -> None:
    plan = make_plan(MODELS[name])
    for draws in (1, 64, 65, 2 * plan.elections + 99):
        tally = backend(plan, 0, 0, 0, draws)
        assert tally.counts.shape == (plan.total_votes + 1,)
        assert tally.counts.min() >= 0
        assert tally.counts.sum() == draws == tally.draws
        assert tally.counts @ np.arange(plan.total_votes + 1) == tally.effective.sum()
        assert (tally.effective <= tally.attempted).all()
        assert len(tally.attempted) == len(tally.effective) == plan.groups


@pytest.mark.parametrize("name", ["dense", "rare", "mixed", "blocs", "law, 0 < u < 1"])
def test_batches_may_be_split_at_any_block(name: str, backend: Backend) -> None:
    plan = make_plan(MODELS[name])
    block = plan.elections
    whole = _numbers(backend(plan, 7, 0, 2, 3 * block - 5))
    for first in (1, 2):
        split = backend(plan, 7, 0, 2, first * block) + backend(plan, 7, 0, 2 + first, (3 - first) * block - 5)
        assert _numbers(split) == whole
    one, two = (backend(plan, 7, 0, number, block) for number in (2, 3))
    assert _numbers(one + two + backend(plan, 7, 0, 4, block - 5)) == whole


def test_fewer_draws_are_the_first_of_more(backend: Backend) -> None:
    """With one draw more, one count rises by one: what came before stays what it was."""
    plan = make_plan(MODELS["law, 0 < u < 1"])
    before = backend(plan, 7, 0, 0, 1).counts
    for draws in range(2, 70):
        after = backend(plan, 7, 0, 0, draws).counts
        assert sorted(after - before)[-2:] == [0, 1]
        assert (after - before).sum() == 1
        before = after


def test_seed_stage_and_block_all_matter(backend: Backend) -> None:
    plan = make_plan(MODELS["dense"])
    places = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert len({backend(plan, *place, 5000).digest for place in places}) == len(places)


def test_a_negative_seed_is_refused(backend: Backend) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        backend(make_plan(MODELS["dense"]), -1, 0, 0, 10)


# The third implementation: Python integers, one election after another, nothing shared with the package but a block's
# two words, the number of lanes and two constants. It follows the docstrings of plan.py and streams.py.


def _splitmix(key: int, counter: int) -> int:
    """Word number `counter`, from 0, of the SplitMix64 sequence that starts at `key`."""
    z = (key + (counter + 1) * 0x9E3779B97F4A7C15) & _MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK
    return z ^ z >> 31


def _xoshiro(s: list[int]) -> Iterator[int]:
    while True:
        x = (s[0] + s[3]) & _MASK
        yield ((x << 23 | x >> 41) + s[0]) & _MASK
        t = s[1] << 17 & _MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = (s[3] << 45 | s[3] >> 19) & _MASK


def _dense_coin(threshold: int, words: Iterator[int], keyed: Callable[[int], int]) -> list[bool]:
    """Up to BITS bits an election, most significant first; if they all agree, a keyed word against the other bits."""
    spent = [next(words) for _ in range(BITS)]
    answers = []
    for election in range(64):
        for bit, word in enumerate(spent):
            drawn, wanted = word >> election & 1, threshold >> 63 - bit & 1
            if drawn != wanted:
                answers.append(drawn < wanted)
                break
        else:
            answers.append(keyed(election) < (threshold << BITS & _MASK))
    return answers


@cache
def _within(threshold: int, trials: int) -> list[int]:
    """P(a success within (i + 1) * trials elections) times 2**64, rounded down, for i = 0 ... 63."""
    none = _ONE - threshold
    return [(_ONE**k - none**k) // _ONE ** (k - 1) for k in range(trials, 65 * trials, trials)]


def _walk(threshold: int, keyed: Callable[[int], int], elections: int) -> set[int]:
    """The elections of a block in which a rare coin comes up."""
    near, far = _within(threshold, 1), _within(threshold, 64)
    at, step, successes = -1, 0, set()
    while at < elections:
        long, short = keyed(2 * step), keyed(2 * step + 1) * near[63] >> 64
        passed = sum(entry <= long for entry in far)
        at += 64 * passed
        if passed < 64:
            at += 1 + sum(entry <= short for entry in near)
            successes.add(at)
        step += 1
    return successes


def _coin(p: float, words: Iterator[int], keyed: Callable[[int], int], lane: int) -> list[bool]:
    threshold = round(Fraction(p) * _ONE)
    if threshold in (0, _ONE):
        return [threshold == _ONE] * 64
    return _dense_coin(threshold, words, lambda election: keyed(64 * lane + election))


def _block(model: Model, rare_below: float, start: int, key: int, lanes: int) -> Iterator[list[tuple[bool, bool]]]:
    """The elections of a block: for every elector, whether it attempts and whether it effectively defects."""
    n = model.electors
    upheld, cancelled = (0.0, [0.0] * n) if model.law is None else (model.law.upheld, model.law.cancelled.tolist())

    def keyed(number: int) -> Callable[[int], int]:
        return lambda index: _splitmix(key, (number << 32) + index)

    walks = {
        i: _walk(round(Fraction(p) * _ONE), keyed(2 + 2 * i), 64 * lanes)
        for i, p in enumerate(model.probability.tolist())
        if 2**-65 < p < rare_below
    }
    for lane in range(lanes):
        words = _xoshiro([_splitmix(start, 4 * lane + k) for k in range(4)])
        ruling = _coin(upheld, words, keyed(0), lane)
        cancel, attempt = [], []
        for i, p in enumerate(model.probability.tolist()):
            cancel.append(_coin(cancelled[i], words, keyed(1 + 2 * i), lane))
            walked = [64 * lane + e in walks[i] for e in range(64)] if i in walks else None
            attempt.append(walked or _coin(p, words, keyed(2 + 2 * i), lane))
        for e in range(64):
            yield [(attempt[i][e], attempt[i][e] and not (cancel[i][e] and ruling[e])) for i in range(n)]


def _elections(model: Model, rare_below: float, seed: int, lanes: int) -> Iterator[list[tuple[bool, bool]]]:
    for block in count():
        start, key = block_words(seed, 0, block)
        yield from _block(model, rare_below, start, key, lanes)


def _reference(model: Model, seed: int, draws: int, rare_below: float = RARE_BELOW) -> list[int]:
    votes, group = model.votes.tolist(), model.group.tolist()
    counts = [0] * (sum(votes) + 1)
    attempted, effective = [0] * (max(group) + 1), [0] * (max(group) + 1)
    elections = _elections(model, rare_below, seed, make_plan(model).lanes)
    for _ in range(draws):
        lost = 0
        for i, (tried, defects) in enumerate(next(elections)):
            attempted[group[i]] += votes[i] * tried
            effective[group[i]] += votes[i] * defects
            lost += votes[i] * defects
        counts[lost] += 1
    return [draws, *counts, *attempted, *effective]


TINY = {
    "law": Model(
        [0.3, _RARE, 1.0, 0.017, 0.9], 2, votes=[1, 1, 2, 1, 3], group=[0, 1, 1, 0, 2],
        law=Law([0.5, 1.0, 0.001, 0.25, 0.0], upheld=0.6),
    ),
    "no law": Model([0.3, _RARE, 0.5, _RARE / 7, 0.9], 2),
    # The first BITS bits of these thresholds are all 0, nearly so or all 1: what is seldom comes from keyed words
    # alone.
    "keyed words decide": Model([2.0**-BITS * 0.7, 2.0**-BITS * 1.3, 0.5 + 2.0**-BITS / 3, 1 - 2**-40, _RARE], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize("draws", [1, 200, 3000])
def test_a_slow_third_implementation_agrees(name: str, draws: int, backend: Backend) -> None:
    assert _numbers(backend(make_plan(TINY[name]), 42, 0, 0, draws)) == _reference(TINY[name], 42, draws)


LONG = {
    "law": TINY["law"],
    # Gaps of every size: within 64 elections, within 64 times 64, longer ones, and longer than the block.
    "rare": Model([_RARE, 1e-3, 1e-5, 1e-9, *[2.5e-4] * 18], 2, group=np.arange(22), votes=[1, 1, 3, 4, *[2] * 18]),
    "rare under a law": Model([_RARE, _RARE / 9, 0.4], 2, group=[0, 1, 2], law=Law([0.5, 1, 0.9], upheld=0.7)),
}


@pytest.fixture(scope="module", params=LONG)
def long_run(request: pytest.FixtureRequest) -> tuple[Plan, int, list[int]]:
    """More than a block, so that walks end and begin again."""
    plan = make_plan(LONG[request.param])
    draws = plan.elections + 5_000
    return plan, draws, _reference(LONG[request.param], 8, draws)


def test_a_slow_third_implementation_agrees_over_two_blocks(
    long_run: tuple[Plan, int, list[int]], backend: Backend
) -> None:
    plan, draws, reference = long_run
    assert _numbers(backend(plan, 8, 0, 0, draws)) == reference


@pytest.mark.parametrize("p", [0.02, 0.1])
def test_a_slow_third_implementation_agrees_on_many_successes(p: float, backend: Backend) -> None:
    """The way of the rare coins is exact for any p, and only a large one visits its every corner."""
    model = Model([p, p / 2, p], 2, group=[0, 1, 2])
    dense = make_plan(model)
    thresholds = [round(Fraction(each) * _ONE) for each in (p, p / 2)]
    near, far = (np.array([_within(t, trials) for t in thresholds], dtype=np.uint64) for trials in (1, 64))
    kind = np.where(dense.kind == DENSE, RARE, dense.kind)
    rare = replace(dense, kind=kind, near=near, far=far, row=np.array([0, 0, 0, 0, 1, 0, 0]))
    assert _numbers(backend(rare, 9, 0, 0, 5000)) == _reference(model, 9, 5000, rare_below=1.0)
