"""Where cleaned documents go: to the collection that compares them, to the spool where they wait, into the report."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
import xxhash

from cleantext.across import Collection, preference
from cleantext.entries import BATCH_SIZE, Entry
from cleantext.records import Document
from cleantext.report import RunReport, Stage
from cleantext.spool import Spool
from cleantext.text import lost_in_repair, unrecoverable

__all__ = ["Intake"]


@dataclass(slots=True)
class Intake:
    """Where cleaned documents go: their paragraphs to the collection, themselves to the spool, counts to the report."""

    collection: Collection
    spool: Spool[Entry]
    result: RunReport
    _waiting: list[Entry] = field(default_factory=list)
    _characters: int = 0

    def __post_init__(self) -> None:
        self.result.stages = [Stage(name="extract", unit="characters"), Stage(name="repeats", unit="paragraphs")]

    def add(self, entry: Entry) -> None:
        """Take in one document."""
        document = entry.document
        self._count(document)
        self.spool.append(entry, 4 * len(document.source_text) + 4096)
        self._waiting.append(entry)
        self._characters += len(document.source_text)
        if self._characters > BATCH_SIZE:
            self.flush()

    def flush(self) -> None:
        """Hand what waits to the collection."""
        for reference, group in itertools.groupby(self._waiting, key=lambda entry: entry.reference):
            self._hand_over([(entry.document, entry.source) for entry in group], reference=reference)
        self._waiting.clear()
        self._characters = 0

    def _hand_over(self, documents: list[tuple[Document, str]], *, reference: bool) -> None:
        collection, config = self.collection, self.collection.config.dedup
        prefer = [
            preference(
                config,
                length=sum(map(len, document.paragraphs)),
                date=document.date,
                sources=(source, document.source or ""),
            )
            for document, source in documents
        ]
        ties = [
            (xxhash.xxh3_64_intdigest(document.text.encode("utf-8", "replace")), int(document.document_id, 16))
            for document, _ in documents
        ]
        collection.add(
            [text for document, _ in documents for text in document.paragraphs],
            count=np.array([len(document.paragraphs) for document, _ in documents], dtype=np.int64),
            reference=reference,
            source=np.array([collection.code(source) for _, source in documents], dtype=np.int64),
            host=np.array([collection.code(_host(document)) for document, _ in documents], dtype=np.int64),
            preference=np.array(prefer, dtype=np.int64),
            ties=np.array(ties, dtype=np.uint64).reshape(-1, 2),
            ordinals=np.array([n for document, _ in documents for n in document.ordinals], dtype=np.int64),
            holding=np.array([held for document, _ in documents for held in _holding(document)], dtype=np.bool_),
        )

    def _count(self, document: Document) -> None:
        """Characters that are not white space, and paragraphs, by what became of them within the document."""
        extract, repeats = self.result.stages
        extract.came_in += _visible(document.source_text)
        extract.went_out += sum(_visible(document.source_text[start:end]) for start, end in document.spans)
        for span in document.removed:
            if span.reason.startswith("duplicate/"):
                extract.went_out += _visible(span.text)
                repeats.dropped[span.reason] += 1
                repeats.came_in += 1
            else:
                extract.dropped[span.reason] += _visible(span.text)
        stay = sum(map(bool, document.paragraphs))  # a masked one is among those that were dropped
        repeats.came_in += stay
        repeats.went_out += stay
        result = self.result
        result.source_chars += len(document.source_text)
        result.encodings[document.encoding] += 1
        result.scripts[document.script or "none"] += 1
        result.metadata.update(document.metadata.keys())
        result.damage += unrecoverable(document.text)
        result.damage += lost_in_repair(step for steps in document.edits for step in steps)


def _holding(document: Document) -> Iterator[bool]:
    """For every paragraph, whether one like it, but not equal, is gone in its favor."""
    held = {
        span.kept_paragraph for span in document.removed if span.reason in ("duplicate/near", "duplicate/contained")
    }
    return (ordinal in held for ordinal in document.ordinals)


def _visible(text: str) -> int:
    """Characters of `text` that are not white space."""
    return sum(map(len, text.split()))


def _host(document: Document) -> str | None:
    """The host of a document's address, if it has one."""
    url = document.url if document.value("url") != document.url else document.value("canonical")
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None
