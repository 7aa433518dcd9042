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
    "hamilton-2016": "sha256:a1c0f00bb1e3917ba80228169930527b94a8f2fdfc41c64b29bf77603ef01818",
    "lone-rogues": "sha256:2a9e35511c2380bf4a241d7d349f840948d46045b0304a13f37dd3c2c13e5b6d",
}


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("name", DIGESTS)
def test_written_down(name: str, backend: str) -> None:
    if backend == "numba" and importlib.util.find_spec("numba") is None:
        pytest.skip("numba is not installed")
    with threads(2) as map_:
        simulation = simulate(load(name).model(), 300_000, seed=20161219, backend=backend, map_=map_)
    assert simulation.tally.digest == DIGESTS[name]


def test_the_stream_has_a_name() -> None:
    assert STREAM_NAME == "xoshiro256++/splitmix64, 64 elections a lane, v1"
