"""The local engine: order kept, lost workers reported."""

from __future__ import annotations

import os
import time

import pytest

from cleantext.engines.local import LocalEngine
from cleantext.errors import EngineError


def slow_square(n: int) -> int:
    time.sleep(0.05 if n == 0 else 0)
    return n * n


def die(n: int) -> int:
    os._exit(n)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order(jobs: int) -> None:
    assert list(LocalEngine(jobs).map(slow_square, range(20))) == [n * n for n in range(20)]


def test_no_items() -> None:
    assert list(LocalEngine(2).map(slow_square, [])) == []


def test_a_dead_worker_stops_the_run() -> None:
    with pytest.raises(EngineError, match="a worker process died"):
        list(LocalEngine(2).map(die, [1]))


def test_all_cores() -> None:
    assert LocalEngine(0).jobs == os.cpu_count()
