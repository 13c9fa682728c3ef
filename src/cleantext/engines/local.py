"""The local engine: this process, or worker processes on this machine."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Generic, TypeVar

from cleantext.engines.worker import Allowance, Loss, Worker
from cleantext.errors import ConfigError, EngineError

__all__ = ["LocalEngine"]

T = TypeVar("T")
R = TypeVar("R")

# Workers lost in a row before one has done anything: it is not the items.
_HOPELESS = 64


class LocalEngine:
    """`jobs` worker processes (0: one a core).

    With one job the work is done in this process, where nothing limits an item, unless it is to be `isolated`. In a
    worker an item may take so many `seconds` of wall clock, and the worker so many bytes of resident `memory`.
    """

    def __init__(
        self, jobs: int = 1, *, isolated: bool = False, seconds: float | None = None, memory: int | None = None
    ) -> None:
        if memory is not None and not Path("/proc/self/statm").exists():
            raise ConfigError("run.worker_memory: only Linux tells how much memory a process has")
        self.jobs = jobs or os.cpu_count() or 1
        self.isolated = isolated or self.jobs > 1
        self.allowance = Allowance(seconds=seconds, memory=memory)

    def map(
        self, function: Callable[[T], R], batches: Iterable[Sequence[T]], lost: Callable[[T, str], R]
    ) -> Iterator[R]:
        """`function` of each item, in order; see `Engine.map`."""
        if not self.isolated:
            return (function(item) for batch in batches for item in batch)
        return self._pooled(_Crew(function, lost, self.allowance), batches)

    def _pooled(self, crew: _Crew[T, R], batches: Iterable[Sequence[T]]) -> Iterator[R]:
        """One thread a worker: it hands a batch over, and watches."""
        pending: deque[Future[list[R]]] = deque()
        try:
            with ThreadPoolExecutor(self.jobs, thread_name_prefix="cleantext") as threads:
                try:
                    for batch in batches:
                        pending.append(threads.submit(crew.done, batch))
                        if len(pending) > 2 * self.jobs:  # memory stays bounded by the window, not by the input
                            yield from pending.popleft().result()
                    while pending:
                        yield from pending.popleft().result()
                except BaseException:
                    threads.shutdown(wait=False, cancel_futures=True)
                    crew.stop()
                    raise
        finally:
            crew.dismiss()


class _Crew(Generic[T, R]):
    """The workers of one `map`, made when they are needed and replaced when they are lost."""

    def __init__(self, function: Callable[[T], R], lost: Callable[[T, str], R], allowance: Allowance) -> None:
        self._function, self._lost, self._allowance = function, lost, allowance
        self._lock = threading.Lock()
        self._all: set[Worker[T, R]] = set()
        self._idle: list[Worker[T, R]] = []
        self._stopped = False
        self._proven = False
        self._losses = 0

    def done(self, batch: Sequence[T]) -> list[R]:
        """The results of a batch, whatever its items do to their workers."""
        results: list[R] = []
        while batch:
            outcome = self._once(batch)
            if not isinstance(outcome, Loss):
                return results + outcome
            alone = self._alone(batch[outcome.number], outcome)
            # What came before it was done, and went with the worker.
            results += [*self.done(batch[: outcome.number]), alone]
            batch = batch[outcome.number + 1 :]
        return results

    def _alone(self, item: T, loss: Loss) -> R:
        """The result of an item that cost a worker; one that may have died of something else is tried in a new one."""
        if loss.again:
            outcome = self._once([item], fresh=True)
            if not isinstance(outcome, Loss):
                return outcome[0]
            loss = outcome
        return self._lost(item, loss.reason)

    def _once(self, batch: Sequence[T], *, fresh: bool = False) -> list[R] | Loss:
        worker = self._worker(fresh=fresh)
        outcome = worker.work(batch)
        with self._lock:
            if isinstance(outcome, Loss):
                self._all.discard(worker)
                self._losses += 1
                if self._losses > _HOPELESS and not self._proven and outcome.again:
                    raise EngineError(
                        f"no worker process survives, most likely for want of memory: {outcome.reason}; "
                        "try fewer --jobs or a smaller --max-bytes"
                    )
            else:
                self._proven = True
                self._idle.append(worker)
        return outcome

    def _worker(self, *, fresh: bool) -> Worker[T, R]:
        with self._lock:
            used = self._idle.pop() if self._idle else None
        if used and not fresh:
            return used
        if used:  # there are never more workers than threads
            with self._lock:
                self._all.discard(used)
            used.kill()
        made = Worker(self._function, self._allowance)
        with self._lock:
            self._all.add(made)
            stopped = self._stopped
        if stopped:
            made.kill()
            raise EngineError("the run was stopped")
        return made

    def stop(self) -> None:
        """End what is under way: the threads that wait for it find their workers dead, and give up."""
        with self._lock:
            self._stopped = True
            for worker in self._all:
                worker.end()

    def dismiss(self) -> None:
        """Let all go that are still there; no thread is left that works with them."""
        for worker in self._all:
            worker.leave()
