"""Repair by its plain definition: every stage sees every line, and ftfy every piece of it. What the triggers stand for
must not change any of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from cleantext.config import RepairConfig
from cleantext.text import Repaired, entities, mojibake
from cleantext.text.flags import FlagTable
from cleantext.text.repair import repair, repair_line

__all__ = ["plain_repair", "plain_repair_line"]


def _every_line(self: FlagTable, text: str, wanted: int) -> Iterator[tuple[int, int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line), -1
        start += len(line) + 1


@contextmanager
def _without_triggers() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(FlagTable, "flagged_lines", _every_line))
        stack.enter_context(mock.patch.object(entities, "_QUICK", re.compile("")))
        stack.enter_context(mock.patch.object(mojibake, "_SUSPECT", re.compile("")))
        stack.enter_context(mock.patch.object(mojibake, "_acts_on", return_value=True))
        yield


def plain_repair(text: str, config: RepairConfig | None = None) -> Repaired:
    with _without_triggers():
        return repair(text, config)


def plain_repair_line(text: str, config: RepairConfig | None = None) -> Repaired:
    with _without_triggers():
        return repair_line(text, config)
