"""The progress of a run on a terminal: how much of the input is done, how fast, how long it takes, what comes after."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

__all__ = ["ProgressBar"]

# Seconds between two looks of the bar; calls in between cost next to nothing.
_INTERVAL = 0.1
# Looks over which speed is measured: how fast it is now, whatever was taken from an earlier run.
_WINDOW = 100
_STAGES = {
    "site": "learn the lines of sites",
    "fingerprints": "read paragraphs",
    "within": "compare within documents",
    "documents": "compare documents",
    "paragraphs": "compare paragraphs",
    "write": "write",
}


class ProgressBar:
    """A `progress` callback for `run` and `deduplicate`. Use it as a context manager; `console` is a terminal."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        columns = (TextColumn("{task.description}"), BarColumn(), _Figures(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, get_time=clock)
        self._stage = ""
        self._task: TaskID | None = None
        self._drawn = float("-inf")
        self._records = self._read = 0
        self._total: int | None = None
        self._looks: deque[tuple[float, int, int]] = deque(maxlen=_WINDOW)

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note of how far `stage` is: "read" counts bytes of the inputs, "clean" records, the others nothing."""
        if stage == "read":
            self._read, self._total = done, total
        elif stage == "clean":
            self._records = done
        now = self._clock()
        shown = "clean" if stage in ("read", "clean") else stage
        if shown == self._stage and now - self._drawn < _INTERVAL:
            return
        self._drawn = now
        self._looks.append((now, self._records, self._read))
        if shown != self._stage:
            self._begin(shown)
        assert self._task is not None
        if shown == "clean":
            self._bar.update(self._task, completed=self._read, total=self._total, figures=self._figures())

    def _begin(self, stage: str) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._stage = stage
        self._task = self._bar.add_task(_STAGES.get(stage, stage), total=None, figures="")

    def _figures(self) -> str:
        """Share, records, speed and time left, as far as they are known."""
        (then, records, read), (now, records_now, read_now) = self._looks[0], self._looks[-1]
        share = f"{self._read / self._total:4.0%}  " if self._total else ""
        text = f"{share}{self._records:,} documents"
        seconds = now - then
        if seconds <= 0:
            return text
        speed = (read_now - read) / seconds
        text += f"  {(records_now - records) / seconds:,.0f}/s  {speed / 1e6:,.2f} MB/s"
        if self._total and speed > 0:
            text += f"  {_duration((self._total - self._read) / speed)} left"
        return text


class _Figures(ProgressColumn):
    """What `ProgressBar` says of a task."""

    def render(self, task: Task) -> Text:
        """The figures as they are."""
        return Text(str(task.fields["figures"]))


def _duration(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
