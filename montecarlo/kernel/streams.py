"""Random words, and the only maker of them.

A run is cut into blocks, a block into lanes of 64 elections. Every lane owns one xoshiro256++ generator (Blackman and
Vigna, ACM Trans. Math. Softw. 47, 2021), so that lanes can be advanced side by side in any width without a word
changing. A second, stateless source gives the word number `counter` of a SplitMix64 sequence (Steele, Lea and Flood,
OOPSLA 2014); it settles the few comparisons that the first bits leave open.

``SeedSequence(seed, spawn_key=(stage, block))`` gives a block two 64-bit words. The first starts the SplitMix64
sequence that fills the lanes' states, four words a lane, as the authors of xoshiro advise; the second is the key of the
stateless source. A block therefore depends on (seed, stage, block) alone and can be replayed alone.
"""

from __future__ import annotations

import secrets
from typing import Final

import numpy as np
from numpy.typing import NDArray

STREAM_NAME: Final = "xoshiro256++/splitmix64, 64 elections a lane, v1"

Words = NDArray[np.uint64]

GOLDEN: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xBF58476D1CE4E5B9
MIX_2: Final = 0x94D049BB133111EB

# 0-d arrays: NumPy converts a Python or NumPy scalar anew at every call, which costs more than the shift itself.
_GOLDEN, _MIX_1, _MIX_2 = (np.array(constant, dtype=np.uint64) for constant in (GOLDEN, MIX_1, MIX_2))
_12, _17, _19, _23, _27, _30, _31, _41, _45 = (
    np.array(shift, dtype=np.uint64) for shift in (12, 17, 19, 23, 27, 30, 31, 41, 45)
)


def fresh_seed() -> int:
    """Draw a seed from the operating system: 0 <= seed < 2**63, so that it fits every file format."""
    return secrets.randbits(63)


def block_words(seed: int, stage: int, block: int) -> tuple[int, int]:
    """Return the two 64-bit words of a block: the start of its lanes' states, and its key.

    Raises
    ------
    ValueError
        If the seed is negative (from NumPy's ``SeedSequence``).
    """
    first, second = np.random.SeedSequence(seed, spawn_key=(stage, block)).generate_state(2, np.uint64)
    return int(first), int(second)


def lane_states(start: int, lanes: int) -> Words:
    """Return the states ``(4, lanes)`` of the lanes of one block: lane k holds words 4k ... 4k+3 of the sequence."""
    words = splitmix64(np.uint64(start), np.arange(4 * lanes, dtype=np.uint64))
    return np.ascontiguousarray(words.reshape(lanes, 4).T)


def splitmix64(key: Words | np.uint64, counter: Words) -> Words:
    """Return word number `counter` (from 0) of the SplitMix64 sequence that starts at `key`; shapes broadcast."""
    z = (counter + np.uint64(1)) * _GOLDEN + key
    z ^= z >> _30
    z *= _MIX_1
    z ^= z >> _27
    z *= _MIX_2
    z ^= z >> _31
    return z


def keyed_words(key: int, source: int, election: Words) -> Words:
    """Return the stateless words of some elections of a block: number ``source * 2**32 + election`` of its sequence."""
    return splitmix64(np.uint64(key), election + np.uint64(source << 32))


class Uniforms:
    """Numbers strictly between 0 and 1, of 52 random bits each: word after word of a block's stateless source.

    Parameters
    ----------
    seed, stage, block : int
        What the numbers depend on.
    """

    def __init__(self, seed: int, stage: int, block: int) -> None:
        _, key = block_words(seed, stage, block)
        self._key = np.uint64(key)
        self._drawn = 0

    def __call__(self, *shape: int) -> NDArray[np.float64]:
        """Return the next numbers, in an array of the shape."""
        size = int(np.prod(shape, dtype=np.int64))
        words = splitmix64(self._key, np.arange(self._drawn, self._drawn + size, dtype=np.uint64))
        self._drawn += size
        words >>= _12
        numbers = (words.astype(np.float64) + 0.5) * 2.0**-52
        result: NDArray[np.float64] = numbers.reshape(shape)
        return result


class Xoshiro256PlusPlus:
    """Many xoshiro256++ generators advanced together.

    Parameters
    ----------
    states : (4, lanes) uint64
        Advanced in place.
    """

    def __init__(self, states: Words) -> None:
        self._a, self._b, self._c, self._d = states
        self._word = np.empty_like(self._a)
        self._spare = np.empty_like(self._a)

    def next(self) -> Words:
        """Return the next word of every lane, shape ``(lanes,)``; the array is overwritten by the next call."""
        a, b, c, d, spare = self._a, self._b, self._c, self._d, self._spare
        word: Words = self._word
        np.add(a, d, out=word)
        np.left_shift(word, _23, out=spare)
        np.right_shift(word, _41, out=word)
        np.bitwise_or(word, spare, out=word)
        np.add(word, a, out=word)
        np.left_shift(b, _17, out=spare)
        np.bitwise_xor(c, a, out=c)
        np.bitwise_xor(d, b, out=d)
        np.bitwise_xor(b, c, out=b)
        np.bitwise_xor(a, d, out=a)
        np.bitwise_xor(c, spare, out=c)
        np.left_shift(d, _45, out=spare)
        np.right_shift(d, _19, out=d)
        np.bitwise_or(d, spare, out=d)
        return word
