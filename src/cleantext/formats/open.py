"""Any file as a stream of records: it is unpacked in passing, and its format is found from the content.

Nothing is unpacked beyond what a reader asks for, and readers ask for no more than the limit of a document, so that a
file of a kilobyte cannot unfold into memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cleantext.errors import DocumentError
from cleantext.formats.base import Failure, Item, Reader
from cleantext.formats.packing import DamageError, plain_name
from cleantext.formats.source import HEAD, Source

__all__ = ["format_of", "read_stream", "reader_of"]

_JSON_LINES = (".jsonl", ".ndjson")
_TEXT = (".txt", ".text", ".md", ".html", ".htm", ".xhtml")
_CONTINUED = b"\xff\xff\xff\xff"  # what a message of Arrow begins with
_SCHEMA_BYTES = 1 << 24  # that the description of a table may have


def read_stream(stream: BinaryIO, name: str, origin: str, max_bytes: int) -> Iterator[Item]:
    """The records of an open file called `name`, compressed or not; damage is a failure after the records before it.

    Raises MissingDependencyError for data that need an optional package.
    """
    try:
        source = Source(stream, name)
        yield from reader_of(source)(source, origin, max_bytes)
    except DocumentError as error:
        yield Failure(origin=origin, error=str(error), offset=error.offset if isinstance(error, DamageError) else None)


def reader_of(source: Source) -> Reader:
    """The reader for a file. Raises MissingDependencyError where it needs a package that is not there."""
    # Imported where they are needed: pyarrow and FastWARC take longer to load than many a run.
    form = format_of(source.name, source.peek(HEAD))
    if form == "parquet":
        from cleantext.formats.parquet import read_parquet  # noqa: PLC0415

        return read_parquet
    if form == "arrow":
        from cleantext.formats.arrow import read_arrow  # noqa: PLC0415

        return read_arrow
    if form == "warc":
        from cleantext.formats.warc import read_warc  # noqa: PLC0415

        return read_warc
    if form == "jsonl":
        from cleantext.formats.jsonl import read_jsonl  # noqa: PLC0415

        return read_jsonl
    from cleantext.formats.text import read_whole  # noqa: PLC0415

    return read_whole


def format_of(name: str, head: bytes) -> str:
    """parquet, arrow, warc, jsonl or text: by the first bytes of the content, `head`; by its name where JSON Lines and
    text begin alike."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1\x00\x00", b"FEA1")) or _is_arrow_stream(head):
        return "arrow"
    plain = plain_name(name)
    if head.lstrip(b"\r\n").startswith(b"WARC/1.") or plain.endswith(".warc"):
        return "warc"
    looks = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith((b'{"', b'{ "'))
    return "jsonl" if plain.endswith(_JSON_LINES) or (looks and not plain.endswith(_TEXT)) else "text"


def _is_arrow_stream(head: bytes) -> bool:
    size = int.from_bytes(head[4:8], "little")
    return head.startswith(_CONTINUED) and len(head) > 8 and 0 < size < _SCHEMA_BYTES and size % 8 == 0
