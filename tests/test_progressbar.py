"""The progress bar, on a terminal that is a string."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cleantext.progressbar import ProgressBar, _duration


class Terminal:
    """A terminal, and a clock that ticks when it is told to."""

    def __init__(self) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, force_terminal=True, width=120, color_system=None)
        self.now = 100.0
        self.bar = ProgressBar(self.console, lambda: self.now)

    def shown(self) -> str:
        """What stands there now."""
        with self.console.capture() as capture:
            self.console.print(self.bar._bar.get_renderable())
        return " ".join(capture.get().split())


def test_it_is_right_about_the_input() -> None:
    terminal = Terminal()
    for second in range(11):
        terminal.now = 100.0 + second
        terminal.bar("read", second * 2_000_000, 40_000_000)
        terminal.bar("clean", second * 1500, None)
    terminal.now += 1
    terminal.bar("read", 20_000_000, 40_000_000)
    shown = terminal.shown()
    assert shown.startswith("clean ")
    assert "50% 15,000 documents 1,364/s 1.82 MB/s 0:00:11 left" in shown


def test_speed_is_that_of_now_and_not_of_what_was_taken_from_before() -> None:
    terminal = Terminal()
    terminal.bar("read", 30_000_000, 40_000_000)  # taken at once
    for tick in range(1, 201):
        terminal.now = 100.0 + tick
        terminal.bar("read", 30_000_000 + tick * 10_000, 40_000_000)
    assert "0.01 MB/s 0:13:20 left" in terminal.shown()


def test_stages_have_names_and_follow_one_another() -> None:
    terminal = Terminal()
    with terminal.bar as bar:
        bar("read", 10, 10)
        for stage, name in [("documents", "compare documents"), ("write", "write"), ("later", "later")]:
            bar(stage, 0, None)
            assert name in terminal.shown()
            assert "clean" not in terminal.shown()
    assert "compare documents" in terminal.file.getvalue()


def test_what_is_not_known_is_not_said() -> None:
    terminal = Terminal()
    terminal.bar("read", 5, None)
    terminal.bar("clean", 2, None)
    terminal.now += 1
    terminal.bar("read", 5_000_005, None)
    assert "2 documents 2/s 5.00 MB/s" in terminal.shown()
    assert "%" not in terminal.shown()
    assert "left" not in terminal.shown()


def test_it_is_drawn_rarely_however_often_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    drawn = []
    monkeypatch.setattr(terminal.bar._bar, "update", lambda *_, **fields: drawn.append(fields["completed"]))
    for number in range(100_000):
        terminal.now = 100.0 + number / 100_000
        terminal.bar("read", number, 100_000)
    assert len(drawn) <= 11


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (3661, "1:01:01"), (-5, "0:00:00")])
def test_durations(seconds: float, text: str) -> None:
    assert _duration(seconds) == text
