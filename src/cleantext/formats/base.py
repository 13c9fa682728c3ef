"""What every reader yields and what every reader is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cleantext.formats.source import Source

__all__ = ["TEXT_FIELDS", "Failure", "Item", "Reader", "Record", "Skipped"]

# The fields of a JSONL record or Parquet row that hold its content, in order of preference.
TEXT_FIELDS = ("html", "text", "content", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One input document, not yet decoded.

    `origin` names it for people: the path relative to the input root, with `#N` for the N-th record (from 1) of a
    container. `own_id` is the id the record came with. `metadata` is what the record says of itself (title, date, …).
    `source` groups records for the guards: the name of the input they came from, with their folder in it. `offset` is
    the byte of the file at which the record begins, or at which the compressed member that holds it does; None where
    the file is the record, or a table. `columns` is what else stands in its row, to be carried along. `finished` is set
    where the record is a document that was cleaned before and has an id: the parts of its row that an index asks for.
    """

    origin: str
    content: bytes | str
    kind: str = "auto"
    own_id: str | None = None
    url: str | None = None
    content_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    offset: int | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    finished: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input or record that could not be read or cleaned, and the one-line reason; `offset` as that of a record."""

    origin: str
    error: str
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A record that is no document, and why: `revisit`, `request`, `status`, `media-type`, …"""

    origin: str
    reason: str


# What readers yield.
Item = Record | Failure | Skipped


class Reader(Protocol):
    """Reads one open file of a format. Never raises for a bad record: it yields a `Failure` and goes on."""

    def __call__(self, source: Source, origin: str, max_bytes: int) -> Iterator[Item]:
        """The records of `source`; one longer than `max_bytes` is a failure. May raise DocumentError at its end."""
        ...
