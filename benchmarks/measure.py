"""Run a command and see what it needs: seconds, processor time, and the most memory its processes held at a time."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Usage", "held_mib", "measured", "resident_mib"]

_PROC = Path("/proc")
_INTERVAL = 0.2
_KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Usage:
    """What a command needed. `peak_mib` is resident memory of all its processes together, files mapped into memory
    counted, `private_mib` what is theirs alone, None where /proc does not tell; `code` is the exit code."""

    code: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    private_mib: float | None


class _Watch(threading.Thread):
    """Looks at a process and all that come from it, again and again."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.done = pid, threading.Event()
        self.peak = self.private = 0

    def run(self) -> None:
        while not self.done.wait(_INTERVAL):
            held = [_memory(pid) for pid in _family(self.pid)]
            # What one process ever held is known to its last page; of several at once, only what is seen.
            self.peak = max(self.peak, sum(now for now, _, _ in held), *(most for _, most, _ in held), 0)
            self.private = max(self.private, sum(private for _, _, private in held))


def _family(root: int) -> list[int]:
    """The process `root` and its descendants."""
    children: dict[int, list[int]] = {}
    for path in _PROC.iterdir():
        if path.name.isdigit() and (text := _read(path / "stat")):
            parent = int(text.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _memory(pid: int) -> tuple[int, int, int]:
    """Resident memory of a process now, its most so far, and its private part now, in KiB."""
    lines = (line.partition(":") for line in _read(_PROC / str(pid) / "status").splitlines())
    values = {name: int(value.split()[0]) for name, _, value in lines if name.startswith(("VmRSS", "VmHWM", "RssAnon"))}
    return values.get("VmRSS", 0), values.get("VmHWM", 0), values.get("RssAnon", 0)


def resident_mib() -> float:
    """Resident memory of this process now; 0 where /proc does not tell."""
    return _memory(os.getpid())[0] / _KIB_PER_MIB


def held_mib(pid: int) -> tuple[float, float]:
    """Resident memory of a process now, and of all that come from it together."""
    own, *others = (_memory(one)[0] / _KIB_PER_MIB for one in _family(pid))
    return own, sum(others)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # the process has ended
        return ""


def measured(command: Sequence[str], stdout: IO[bytes] | None = None) -> Usage:
    """Run `command` to its end; what it prints goes to `stdout`."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=stdout)
    watch = _Watch(process.pid) if _PROC.exists() else None
    if watch:
        watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if watch:
        watch.done.set()
        watch.join()
    return Usage(
        code=process.returncode,
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=(watch.peak if watch else usage.ru_maxrss) / _KIB_PER_MIB,
        private_mib=watch.private / _KIB_PER_MIB if watch else None,
    )
