"""The local engine: this process, or worker processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from cleantext.errors import EngineError

__all__ = ["LocalEngine"]

T = TypeVar("T")
R = TypeVar("R")


class LocalEngine:
    """`jobs` worker processes (0: one a core); with 1 the work is done in this process."""

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs or os.cpu_count() or 1

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """`function` of each item, in order. Raises EngineError when a worker process dies."""
        return map(function, items) if self.jobs == 1 else self._pooled(function, items)

    def _pooled(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        # spawn: a forked copy of a process with threads (rich, numba) may hang.
        pool = ProcessPoolExecutor(
            self.jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_interrupts_to_the_parent
        )
        pending: deque[Future[R]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > 2 * self.jobs:  # memory stays bounded by the window, not by the input
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool:
            raise EngineError(
                "a worker process died, most likely for want of memory; try fewer --jobs or a smaller --max-bytes"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
