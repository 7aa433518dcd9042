"""Maps over processes: in order, whatever is done where, and a dead worker is a sentence."""

from __future__ import annotations

import os
from math import factorial

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
