"""What a run needs of a clean document before all have been compared: what the comparison asks for, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import xxhash

from cleantext.across import preference
from cleantext.config import DedupConfig
from cleantext.entryrows import Entry
from cleantext.formats.carried import ColumnTypes
from cleantext.records import Document
from cleantext.report import Stage
from cleantext.text import lost_in_repair, unrecoverable

__all__ = ["Summary", "Tally", "summarize"]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Characters that are not white space, and paragraphs, by what became of them within the document; what it is."""

    extract: Stage = field(default_factory=lambda: Stage(name="extract", unit="characters"))
    repeats: Stage = field(default_factory=lambda: Stage(name="repeats", unit="paragraphs"))
    characters: int = 0
    encoding: str = ""
    script: str = ""
    metadata: tuple[str, ...] = ()
    damage: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One document as the comparison sees it: its paragraphs, their ordinals before any removal, and which of them
    are `holding` for one that is gone; where it is from; how much the keep policy prefers it; two numbers for ties,
    from its content and its id. `columns` are the types of what it carries along, if anything."""

    paragraphs: tuple[str, ...]
    ordinals: tuple[int, ...]
    holding: tuple[bool, ...]
    source: str
    host: str | None
    preference: int
    ties: tuple[int, int]
    reference: bool
    tally: Tally
    columns: ColumnTypes | None = None


def summarize(entry: Entry, config: DedupConfig) -> Summary:
    """The summary of a document."""
    document = entry.document
    return Summary(
        paragraphs=document.paragraphs,
        ordinals=document.ordinals,
        holding=tuple(_holding(document)),
        source=entry.source,
        host=_host(document),
        preference=preference(
            config,
            length=sum(map(len, document.paragraphs)),
            date=document.date,
            sources=(entry.source, document.source or ""),
        ),
        ties=(
            xxhash.xxh3_64_intdigest(document.text.encode("utf-8", "replace")),
            int(document.document_id, 16),
        ),
        reference=entry.reference,
        tally=_tally(document),
        columns=ColumnTypes.of(document.columns) if document.columns else None,
    )


def _tally(document: Document) -> Tally:
    tally = Tally(
        characters=len(document.source_text),
        encoding=document.encoding,
        script=document.script or "none",
        metadata=tuple(document.metadata),
    )
    extract, repeats = tally.extract, tally.repeats
    extract.came_in = _visible(document.source_text)
    extract.went_out = sum(_visible(document.source_text[start:end]) for start, end in document.spans)
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
    tally.damage += unrecoverable(document.text)
    tally.damage += lost_in_repair(step for steps in document.edits for step in steps)
    return tally


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
