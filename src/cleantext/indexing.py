"""What `cleantext index` does: documents of files are put to an index, and what it answers is told.

Inputs are cleaned as `clean` cleans them. Rows that have an `id` and `paragraphs`, as in documents.jsonl, are clean
already and taken as they stand, under the id they have there.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.dedup.index import Index
from cleantext.dedup.verdicts import Verdict
from cleantext.entries import record_batches
from cleantext.errors import ConfigError, DocumentError
from cleantext.formats.base import Failure, Item, Record, Skipped
from cleantext.formats.inputs import find_inputs, read_input
from cleantext.pipeline import local_engine
from cleantext.records import Document

__all__ = ["Answer", "Tally", "answers", "remove", "stats", "stats_text", "verdict_row"]

Paths = Sequence[str | os.PathLike[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an index said of the document that came from `origin`."""

    origin: str
    verdict: Verdict


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many documents there were, and what became of them."""

    failed: int = 0
    skipped: int = 0
    added: int = 0
    known: int = 0
    replaced: int = 0
    repeated_paragraphs: int = 0
    duplicates: Counter[str] = field(default_factory=Counter)
    answered: int = 0

    def count(self, answer: Verdict | Failure | Skipped) -> None:
        """Count one answer."""
        if isinstance(answer, Skipped):
            self.skipped += 1
            return
        if isinstance(answer, Failure):
            self.failed += 1
            return
        self.answered += 1
        self.added += answer.added
        self.known += answer.known
        self.replaced += len(answer.replaced)
        self.repeated_paragraphs += len(answer.paragraphs)
        if answer.document is not None and not answer.known:
            self.duplicates[answer.document.kind] += 1

    @property
    def failure_rate(self) -> float:
        """The share of inputs that could not be read."""
        return self.failed / max(1, self.failed + self.answered)

    def summary(self) -> str:
        """One line for people."""
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.duplicates.items()))
        duplicates = f"{self.duplicates.total():,} duplicates" + (f" ({kinds})" if kinds else "")
        skipped = f"{self.skipped:,} records skipped, " if self.skipped else ""
        return (
            f"documents: {self.failed + self.answered:,} read, {skipped}{self.failed:,} failed, {self.added:,} added, "
            f"{self.known:,} known, {duplicates}, {self.replaced:,} replaced; "
            f"{self.repeated_paragraphs:,} repeated paragraphs"
        )


def answers(inputs: Paths, index: Index, config: Config, *, remember: bool) -> Iterator[Answer | Failure | Skipped]:
    """What `index` says of every document of `inputs`, in reading order; failures, and records that are none, as such.

    With `remember`, a document that repeats no whole one is added before the next is judged. Without, nothing is
    added, and documents of `inputs` are not compared with each other. Raises ConfigError where an input names
    nothing, StoreError where the index fails: what was answered before is stored.
    """
    items, limit = find_inputs(inputs), config.limits.max_bytes
    records = itertools.chain.from_iterable(read_input(item, limit) for item in items)
    given = local_engine(config).map(
        partial(_clean, Cleaner(config)), record_batches(records, config.run.batch_size), _lost
    )
    while batch := list(itertools.islice(given, config.run.batch_size)):
        documents = [one for one in batch if not isinstance(one, Failure | Skipped)]
        verdicts = iter(index.check_and_add_many(documents) if remember else map(index.check, documents))
        for one in batch:
            yield one if isinstance(one, Failure | Skipped) else Answer(origin=_origin(one), verdict=next(verdicts))


def _clean(cleaner: Cleaner, record: Item) -> Document | Mapping[str, Any] | Failure | Skipped:
    if not isinstance(record, Record):
        return record
    if record.finished is not None:
        return {**record.finished, "origin": record.finished["origin"] or record.origin}
    try:
        return cleaner.clean_record(record)
    except DocumentError as error:
        return Failure(origin=record.origin, error=str(error), offset=record.offset)


def _lost(record: Item, reason: str) -> Failure:
    """What stands for a record that a worker did not survive."""
    return Failure(origin=record.origin, error=reason, offset=None if isinstance(record, Skipped) else record.offset)


def _origin(document: Document | Mapping[str, Any]) -> str:
    return document.origin if isinstance(document, Document) else str(document["origin"])


def verdict_row(answer: Answer) -> dict[str, Any]:
    """A verdict as a row of JSON Lines; a failure has `origin` and `error` instead."""
    verdict, found = answer.verdict, answer.verdict.document
    return {
        "id": verdict.document_id,
        "origin": answer.origin,
        "kind": found.kind if found else None,
        "score": found.score if found else None,
        "kept_id": found.document_id if found else None,
        "known": verdict.known,
        "added": verdict.added,
        "replaced": list(verdict.replaced),
        "paragraphs": [
            {
                "paragraph": one.paragraph,
                "kind": one.match.kind,
                "score": one.match.score,
                "kept_id": one.match.document_id,
                "kept_paragraph": one.match.paragraph,
            }
            for one in verdict.paragraphs
        ],
    }


def remove(index: Index, names: Sequence[str], *, by_origin: bool = False) -> dict[str, int]:
    """Forget the documents that `names` name; returns how many each named.

    A name is an id, or `by_origin` an origin: that of one document (`page.html`, `dump.jsonl#7`) or of a file of many
    (`dump.jsonl`). Looking for origins reads the whole index once.
    """
    if not names:
        raise ConfigError("no document named: give an id, or with --origin an origin")
    if not by_origin:
        return {name: index.remove(name) for name in dict.fromkeys(names)}
    ids: dict[str, dict[str, None]] = {name: {} for name in names}
    for document in index.documents():
        for name in {document.origin, document.origin.rpartition("#")[0]} & ids.keys():
            ids[name][document.document_id] = None
    return {name: sum(map(index.remove, found)) for name, found in ids.items()}


def stats(index: Index) -> dict[str, Any]:
    """What is stored: `Index.stats()` without what it says of the object that was asked."""
    return {name: value for name, value in index.stats().items() if name not in ("mode", "unverified")}


def stats_text(stats: Mapping[str, Any]) -> str:
    """What `stats` returns, as lines for people."""
    width = max(map(len, stats))
    return "\n".join(
        f"{name:<{width}}  {value:,}" if isinstance(value, int) else f"{name:<{width}}  {value}"
        for name, value in stats.items()
    )
