"""A worker process that does batches of items, and the side of it that watches: over time, over memory, or dead.

The two share the number of the item under way and the time it began, so that whoever finds the worker dead knows what
killed it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from cleantext.errors import EngineError

__all__ = ["Allowance", "Loss", "Worker", "resident_bytes"]

T = TypeVar("T")
R = TypeVar("R")

# Seconds between two looks at a worker that is at work.
_GLANCE = 0.05
# Seconds after its time at which the kernel ends an item whose watcher is gone.
_GRACE = 2.0
# Seconds a worker without work is given to leave.
_LEAVING = 5.0
_ALARM = getattr(signal, "SIGALRM", 0)
_READY = "ready"
_SPAWN = multiprocessing.get_context("spawn")  # a forked copy of a process with threads (rich, numba) may hang


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one item may take: seconds of wall clock, and bytes of resident memory of its worker; None is no limit."""

    seconds: float | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """A worker is gone: the number in its batch of the item it was at, why, and whether a second try is worth it."""

    number: int
    reason: str
    again: bool


class Worker(Generic[T, R]):
    """A process of its own that applies `function`. One thread at a time may use it."""

    def __init__(self, function: Callable[[T], R], allowance: Allowance) -> None:
        self._allowance = allowance
        self._ready = False
        self._state = _SPAWN.RawArray("d", 2)
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=_serve, args=(theirs, function, self._state, allowance.seconds), name="cleantext worker", daemon=True
        )
        with _interrupts_left_to_us():
            self._process.start()
        theirs.close()  # ours is now the only other end: it tells when the worker dies

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid or 0

    def work(self, batch: Sequence[T]) -> list[R] | Loss:
        """`function` of each item, or what became of the worker. Raises what `function` raises, and EngineError where
        the worker died before it could begin."""
        if not self._ready:
            self._begin()
        self._state[0], self._state[1] = 0, time.monotonic()
        try:
            self._pipe.send(batch)
            while not self._pipe.poll(_GLANCE):
                if loss := self._offense():
                    return loss
            error, results = self._pipe.recv()
        except (EOFError, ConnectionError):
            return self._died()
        if error is not None:
            raise error
        return list(results)

    def _begin(self) -> None:
        try:
            self._ready = self._pipe.recv() == _READY
        except (EOFError, ConnectionError):
            self._process.join()
            raise EngineError(
                f"a worker process ended before it could begin ({_exit(self._process.exitcode)}); a script that calls "
                'run() with several jobs needs `if __name__ == "__main__":` around it'
            ) from None
        most = self._allowance.memory
        if most is not None and (held := resident_bytes(self.pid)) > most:
            raise EngineError(
                f"a worker takes {_mib(held)} before its first document, more than the {_mib(most)} it may take "
                "(--worker-memory)"
            )

    def _offense(self) -> Loss | None:
        """What the item under way has done that it must be stopped for; the worker is then dead."""
        seconds, memory = self._allowance.seconds, self._allowance.memory
        if seconds is not None and time.monotonic() - self._state[1] > seconds:
            self.kill()
            # It may have come to the next item just now, which then is not to blame.
            over = time.monotonic() - self._state[1] > seconds
            return self._late(again=not over)
        if memory is not None and (held := resident_bytes(self.pid)) > memory:
            self.kill()
            reason = f"took {_mib(held)} of memory, more than the {_mib(memory)} a worker may take (--worker-memory)"
            return Loss(int(self._state[0]), reason, True)
        return None

    def _late(self, *, again: bool) -> Loss:
        reason = f"took longer than {self._allowance.seconds:g} seconds (--document-seconds)"
        return Loss(int(self._state[0]), reason, again)

    def _died(self) -> Loss:
        self.kill()  # it may have closed the pipe and nothing else
        if self._process.exitcode == -_ALARM:
            return self._late(again=False)
        return Loss(int(self._state[0]), f"its worker process died: {_exit(self._process.exitcode)}", True)

    def end(self) -> None:
        """Kill it from any thread, whatever it is doing; a thread that waits for it finds it dead."""
        self._process.kill()

    def kill(self) -> None:
        """Kill it, wait for its end and give back what it held."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def leave(self) -> None:
        """Let it go; it has nothing to do."""
        self._pipe.close()
        self._process.join(_LEAVING)
        if self._process.is_alive():
            self.kill()


def resident_bytes(pid: int) -> int:
    """Bytes of memory a process has; 0 where it is gone, or /proc does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def _interrupts_left_to_us() -> Any:
    """A process started meanwhile never sees Ctrl-C, not even before its first line."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # otherwise started with the first process, and SIGINT let through after that
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, function: Callable[[Any], Any], state: Any, seconds: float | None) -> None:
    """What the process does: batches as they come, until the other end of the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError):
        pipe.send(_READY)
        while True:
            pipe.send(_done(pipe.recv(), function, state, seconds))


def _done(
    batch: Sequence[Any], function: Callable[[Any], Any], state: Any, seconds: float | None
) -> tuple[Exception | None, list[Any]]:
    results = []
    try:
        for number, item in enumerate(batch):
            state[1] = time.monotonic()
            state[0] = number
            with _alarm(seconds):
                results.append(function(item))
    except Exception as error:  # noqa: BLE001 - it is raised on the other side
        error.add_note("in a worker process:\n" + traceback.format_exc())
        return error, []
    return None, results


@contextlib.contextmanager
def _alarm(seconds: float | None) -> Any:
    """Whoever watches us may be killed, and an item that hangs in C lets no thread of ours run: the kernel ends it."""
    if seconds is None or not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _exit(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
