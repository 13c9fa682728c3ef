"""What every reader yields and what every reader is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

__all__ = ["TEXT_FIELDS", "Failure", "Reader", "Record"]

# The fields of a JSONL record or Parquet row that hold its content, in order of preference.
TEXT_FIELDS = ("html", "text", "content", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One input document, not yet decoded.

    `origin` names it for people: the path relative to the input root, with `#N` for the N-th record (from 1) of a
    container. `own_id` is the id the record came with. `metadata` is what the record says of itself (title, date, …).
    `source` groups records for the guards: the name of the input they came from, with their folder in it.
    """

    origin: str
    content: bytes | str
    kind: str = "auto"
    own_id: str | None = None
    url: str | None = None
    content_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input or record that could not be read or cleaned, and the one-line reason."""

    origin: str
    error: str


class Reader(Protocol):
    """Reads one open file of a format. Never raises for a bad record: it yields a `Failure` and goes on."""

    def __call__(self, stream: BinaryIO, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
        """The records of `stream`; one longer than `max_bytes` is a failure."""
        ...
