"""The same scenario, seed and draws give the same counts on any machine: these digests were written down once.

A change here is a change of the stream: it needs a new stream name, and no saved run can be repeated any more.
"""

from __future__ import annotations

import importlib.util

import pytest

from montecarlo.engine.executors import threads
from montecarlo.engine.simulation import simulate
from montecarlo.kernel.streams import STREAM_NAME
from montecarlo.scenario import load

DIGESTS = {
    "bound-electors": "sha256:fdd3de225fd37396aefb23448749bf3ea4c5bd158a86a4084ac75b0901a80887",
    "lone-rogues": "sha256:2a9e35511c2380bf4a241d7d349f840948d46045b0304a13f37dd3c2c13e5b6d",
}
LINKED = {
    "compromise-candidate": "sha256:018f1aef0e2bf487ccddf18eeb887b50751552bf2d26b6c2e12407e79a6c3f6c",
    "divisive-year": "sha256:412e0aa5c4ddd8bc8c10cc71b387e69948e5ce707f5e60a9c9c66d69b9590943",
    "electors-trust": "sha256:fcbbc343acd4ddab4f973ee49c79664a61b2d9baf0b16c62127dfbf7a0869ca1",
    "first-mover": "sha256:08b04d437beccd65e3b7b5f924f93e937021789bb497a4caf1584b634ae9d170",
    "hamilton-2016": "sha256:1327c1e72af80259e8b1b6da3ff21a0ea2b976b5baf8ee43bc6bb49c849c8273",
}
"""Each takes two blocks of the stream."""


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("name", DIGESTS | LINKED)
def test_written_down(name: str, backend: str) -> None:
    if backend == "numba" and importlib.util.find_spec("numba") is None:
        pytest.skip("numba is not installed")
    draws = 66_000 if name in LINKED else 300_000
    with threads(2) as map_:
        simulation = simulate(load(name).model(), draws, seed=20161219, backend=backend, map_=map_)
    assert simulation.tally.digest == (DIGESTS | LINKED)[name]


def test_the_stream_has_a_name() -> None:
    assert STREAM_NAME == "xoshiro256++/splitmix64, 64 elections a lane, v1"
