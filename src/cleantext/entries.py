"""A document on its way through a run: cleaned by itself, waiting to be compared with the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.engines.base import Engine
from cleantext.errors import DocumentError
from cleantext.formats.base import Failure, Record
from cleantext.records import Document

__all__ = ["BATCH_SIZE", "Entry", "cleaned"]

# Bytes or characters of one batch: with many workers the batches under way bound the memory.
BATCH_SIZE = 4_000_000


@dataclass(slots=True, kw_only=True)
class Entry:
    """A document on its way through the run, and the group the guards count it in."""

    document: Document
    source: str
    reference: bool = False


def cleaned(
    records: Iterable[tuple[Record | Failure, bool]], config: Config, engine: Engine
) -> Iterator[Entry | Failure]:
    """Entries and failures in the order of the records."""
    for batch in engine.map(partial(_clean_batch, Cleaner(config)), _batches(records, config.run.batch_size)):
        yield from batch


def _batches(
    records: Iterable[tuple[Record | Failure, bool]], count: int
) -> Iterator[list[tuple[Record | Failure, bool]]]:
    """Up to `count` records at a time, fewer where they are large."""
    batch: list[tuple[Record | Failure, bool]] = []
    size = 0
    for record, reference in records:
        batch.append((record, reference))
        size += len(record.content) if isinstance(record, Record) else 0
        if len(batch) >= count or size >= BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _clean_batch(cleaner: Cleaner, batch: Sequence[tuple[Record | Failure, bool]]) -> list[Entry | Failure]:
    return [_clean_one(cleaner, record, reference) for record, reference in batch]


def _clean_one(cleaner: Cleaner, record: Record | Failure, reference: bool) -> Entry | Failure:
    if isinstance(record, Failure):
        return record
    try:
        document = cleaner.clean_record(record)
    except DocumentError as error:
        return Failure(origin=record.origin, error=str(error))
    return Entry(document=document, source=_source(document, record), reference=reference)


def _source(document: Document, record: Record) -> str:
    """The host the record or its page names, else the input's folder; an address in the text may be anyone's."""
    url = record.url or document.value("canonical") or ""
    try:
        return urlsplit(url).hostname or record.source
    except ValueError:
        return record.source
