"""From records to clean documents: what workers do, one record at a time, and what they send back."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cleantext.cleaner import Cleaner
from cleantext.entryrows import Entry, encode_entry
from cleantext.errors import DocumentError
from cleantext.formats.base import Failure, Item, Record, Skipped
from cleantext.formats.carried import weight
from cleantext.records import Document
from cleantext.spool import Place
from cleantext.summary import Summary, summarize

__all__ = ["BATCH_SIZE", "Cleaned", "Task", "batches", "clean_task", "lost_task", "record_batches"]

T = TypeVar("T")

# Bytes or characters of one batch: with many workers the batches under way bound the memory.
BATCH_SIZE = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A record on its way to a worker. With it so many bytes of all inputs were `read`."""

    record: Item
    place: Place
    read: int
    reference: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What became of a record: its line for the spool, and what the comparison needs of it; None for a failure and
    for a record that is no document, of which `skipped` says why."""

    place: Place
    read: int
    line: bytes
    summary: Summary | None
    skipped: str | None = None


def batches(tasks: Iterable[Task], count: int) -> Iterator[list[Task]]:
    """Up to `count` tasks at a time, fewer where their records are large."""
    return _gathered(tasks, count, lambda task: _size(task.record))


def record_batches(records: Iterable[Item], count: int) -> Iterator[list[Item]]:
    """Up to `count` records at a time, fewer where they are large."""
    return _gathered(records, count, _size)


def _size(record: Item) -> int:
    return len(record.content) + weight(record.columns) if isinstance(record, Record) else 0


def _gathered(items: Iterable[T], count: int, size_of: Callable[[T], int]) -> Iterator[list[T]]:
    batch: list[T] = []
    size = 0
    for item in items:
        batch.append(item)
        size += size_of(item)
        if len(batch) >= count or size >= BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def clean_task(cleaner: Cleaner, task: Task) -> Cleaned:
    """The record of `task`, cleaned, or why it cannot be."""
    entry = _clean(cleaner, task)
    summary = summarize(entry, cleaner.config.dedup) if isinstance(entry, Entry) else None
    skipped = entry.reason if isinstance(entry, Skipped) else None
    return Cleaned(place=task.place, read=task.read, line=encode_entry(entry), summary=summary, skipped=skipped)


def lost_task(task: Task, reason: str) -> Cleaned:
    """What stands for a record that a worker did not survive."""
    offset = None if isinstance(task.record, Skipped) else task.record.offset
    failure = Failure(origin=task.record.origin, error=reason, offset=offset)
    return Cleaned(place=task.place, read=task.read, line=encode_entry(failure), summary=None)


def _clean(cleaner: Cleaner, task: Task) -> Entry | Failure | Skipped:
    record = task.record
    if not isinstance(record, Record):
        return record
    try:
        document = cleaner.clean_record(record)
    except DocumentError as error:
        return Failure(origin=record.origin, error=str(error), offset=record.offset)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document must not cost all others
        return Failure(origin=record.origin, error=_internal(error), offset=record.offset)
    return Entry(document=document, source=_source(document, record), reference=task.reference)


def _internal(error: Exception) -> str:
    """One line that finds the fault."""
    frame = traceback.extract_tb(sys.exc_info()[2])[-1]
    place = Path(frame.filename)
    message = (str(error).splitlines() or [""])[0][:200]
    return (
        f"internal error, please report this: {type(error).__name__}: {message} "
        f"({place.parent.name}/{place.name}:{frame.lineno})"
    )


def _source(document: Document, record: Record) -> str:
    """The host the record or its page names, else the input's folder; an address in the text may be anyone's."""
    url = record.url or document.value("canonical") or ""
    try:
        return urlsplit(url).hostname or record.source
    except ValueError:
        return record.source
