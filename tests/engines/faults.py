"""Functions that do to their process what broken documents do: they stand in for `cleantext`'s in tests only."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from cleantext.engines.local import LocalEngine

__all__ = ["FaultyEngine", "fault", "square"]

T = TypeVar("T")
R = TypeVar("R")


def square(item: int | str) -> str:
    """What `fault` gives for a number."""
    return f"{item}²"


def fault(item: int | str) -> str:  # noqa: C901 - one branch a fault
    """A number does no harm; a word does what it says."""
    if isinstance(item, int):
        return square(item)
    what, _, argument = item.partition(" ")
    if what == "crash":
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # pytest's faulthandler would tell about it
        ctypes.string_at(0)
    elif what == "exit":
        os._exit(3)
    elif what == "hang":  # in C, with the interpreter's lock held
        ctypes.PyDLL(None).sleep(1000)
    elif what == "sleep":
        time.sleep(float(argument))
    elif what == "eat":
        held = b"x" * int(argument)
        time.sleep(1000 if held else 0)
    elif what == "raise":
        raise ValueError(argument)
    elif what == "once":  # dies the first time: as if somebody else had killed it
        if not Path(argument).exists():
            Path(argument).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    elif what == "pid":
        return str(os.getpid())
    return item


class FaultyEngine(LocalEngine):
    """The local engine, but a record of which the text begins with FAULT does to its worker what comes after."""

    def map(
        self, function: Callable[[T], R], batches: Iterable[Sequence[T]], lost: Callable[[T, str], R]
    ) -> Iterator[R]:
        """See `LocalEngine.map`."""
        return super().map(partial(faulty, function), batches, lost)


def faulty(function: Callable[[Any], Any], task: Any) -> Any:
    """`function` of a task, if it survives."""
    content = getattr(task.record, "content", "")
    if isinstance(content, str) and content.startswith("FAULT "):
        fault(content.removeprefix("FAULT "))
    return function(task)
