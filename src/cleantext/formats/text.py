"""Plain text and pages: one file is one document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cleantext.formats.base import Failure, Record

__all__ = ["read_whole"]


def read_whole(stream: BinaryIO, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """The whole stream as one record; its kind is found later, from its content, of which the name is a hint."""
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        yield Failure(origin=origin, error=f"is over the limit of {max_bytes:,} bytes a document (--max-bytes)")
    else:
        named = origin.lower().endswith((".html", ".htm", ".html.gz", ".htm.gz", ".html.zst", ".htm.zst"))
        yield Record(origin=origin, content=content, content_type="text/html" if named else None)
