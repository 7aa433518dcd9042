"""Maps over processes: in order, whatever is done where, and a dead worker is a sentence."""

from __future__ import annotations

import os
import signal
from math import factorial
from time import sleep

import pytest

from montecarlo.engine import executors
from montecarlo.engine.executors import processes
from montecarlo.errors import MonteCarloError


def test_quick_work_needs_no_other_process() -> None:
    with processes(2) as map_:
        assert set(map_(_where, range(5))) == {os.getpid()}
    with processes(1) as map_:
        assert list(map_(factorial, [3, 4])) == [6, 24]


def test_other_processes_take_over_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_PATIENCE", -1.0)
    with processes(2) as map_:
        assert list(map_(factorial, range(40))) == [factorial(n) for n in range(40)]
        with pytest.raises(MonteCarloError, match="A worker process was killed"):
            list(map_(_die_elsewhere, [os.getpid()] * 3))


def _where(number: int) -> int:
    return os.getpid()


def _die_elsewhere(parent: int) -> None:
    if os.getpid() != parent:
        os._exit(1)


def _blocked(_: int) -> bool:
    sleep(0.05)
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set())


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be blocked here")
def test_an_interruption_reaches_no_worker_from_its_first_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mask is inherited by a process that starts; ours is as it was afterwards."""
    monkeypatch.setattr(executors, "_PATIENCE", 0.0)
    with executors.processes(2) as map_:
        found = list(map_(_blocked, range(6)))
    assert found == [False, *[True] * 5]
    assert not _blocked(0)
