"""The generators against their published words, against a second implementation, and against our own golden words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from montecarlo.kernel.streams import (
    STREAM_NAME,
    Xoshiro256PlusPlus,
    block_words,
    fresh_seed,
    lane_states,
    splitmix64,
)

_MASK = (1 << 64) - 1


def _rotated(x: int, k: int) -> int:
    return (x << k | x >> 64 - k) & _MASK


def _xoshiro(a: int, b: int, c: int, d: int) -> Iterator[int]:
    """The authors' C code (prng.di.unimi.it/xoshiro256plusplus.c) in Python integers."""
    while True:
        yield (_rotated((a + d) & _MASK, 23) + a) & _MASK
        t = b << 17 & _MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = _rotated(d, 45)


def _splitmix(state: int) -> Iterator[int]:
    """The authors' C code (prng.di.unimi.it/splitmix64.c) in Python integers."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK
        yield z ^ z >> 31


def _first_words(starts: np.ndarray) -> np.ndarray:
    """First word of lane 0 of blocks whose sequences begin at `starts`."""
    states = splitmix64(starts[:, None], np.arange(4, dtype=np.uint64))
    return Xoshiro256PlusPlus(np.ascontiguousarray(states.T)).next()


def test_xoshiro_gives_the_published_words() -> None:
    published = [
        41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162,
        14011001112246962877, 12406186145184390807, 15849039046786891736, 10450023813501588000,
    ]  # fmt: skip
    generator = Xoshiro256PlusPlus(np.array([[1], [2], [3], [4]], dtype=np.uint64))
    assert [int(generator.next()[0]) for _ in published] == published
    assert list(islice(_xoshiro(1, 2, 3, 4), len(published))) == published


def test_splitmix_gives_the_published_words() -> None:
    published = [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip
    words = splitmix64(np.uint64(1234567), np.arange(len(published), dtype=np.uint64))
    assert words.tolist() == published
    assert list(islice(_splitmix(1234567), len(published))) == published


@pytest.mark.parametrize(("lanes", "steps"), [(20_000, 48), (1, 50_000)])
def test_a_million_words_of_a_second_implementation(lanes: int, steps: int) -> None:
    start = 0xFEDCBA9876543210
    seeds = _splitmix(start)
    expected = [list(islice(_xoshiro(*islice(seeds, 4)), steps)) for _ in range(lanes)]
    generator = Xoshiro256PlusPlus(lane_states(start, lanes))
    words = np.array([generator.next().copy() for _ in range(steps)])
    assert np.array_equal(words.T, np.array(expected, dtype=np.uint64))


def test_64000_blocks_have_distinct_first_words() -> None:
    words = [block_words(seed, 0, block) for seed in range(1, 1001) for block in range(64)]
    starts = np.array([start for start, _ in words], dtype=np.uint64)
    assert len(np.unique(_first_words(starts))) == 64_000
    assert len({key for _, key in words} | {start for start, _ in words}) == 2 * 64_000


def test_a_block_depends_on_seed_stage_and_block() -> None:
    places = [(seed, stage, block) for seed in (0, 1, 2**63 - 1, 2**64) for stage in (0, 1) for block in (0, 1, 2**40)]
    words = {place: block_words(*place) for place in places}
    assert len(set(words.values())) == len(places)
    assert {place: block_words(*place) for place in reversed(places)} == words
    assert all(0 <= word <= _MASK for pair in words.values() for word in pair)


def test_fewer_lanes_are_the_first_of_more() -> None:
    wide = lane_states(99, 1000)
    for lanes in (1, 2, 63, 999):
        assert np.array_equal(lane_states(99, lanes), wide[:, :lanes])
    narrow, broad = Xoshiro256PlusPlus(lane_states(99, 7)), Xoshiro256PlusPlus(wide)
    for _ in range(100):
        assert np.array_equal(narrow.next(), broad.next()[:7])


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        block_words(-1, 0, 0)


def test_fresh_seeds_fit_63_bits_and_differ() -> None:
    seeds = [fresh_seed() for _ in range(100)]
    assert len(set(seeds)) == 100
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_our_stream_is_the_one_of_this_name() -> None:
    """Golden words: whoever changes the stream must change its name and these numbers, for saved runs replay by it."""
    assert STREAM_NAME == "xoshiro256++/splitmix64, 64 elections a lane, v1"
    start, key = block_words(7, 0, 0)
    generator = Xoshiro256PlusPlus(lane_states(start, 2))
    words = [generator.next().tolist() for _ in range(3)]
    keyed = splitmix64(np.uint64(key), np.arange(2, dtype=np.uint64)).tolist()
    assert (start, key) == (13432090166537452992, 12371883642907849357)
    assert words == [
        [13521926342316616148, 4773760907233707157],
        [5964822365504757073, 6532606327448182597],
        [2949590283514531176, 4073031234549669846],
    ]
    assert keyed == [9670273571310632354, 12379938643892092266]
