"""Plain text and pages: one file is one document."""

from __future__ import annotations

import io
from collections.abc import Iterator

from cleantext.formats.base import Failure, Record
from cleantext.formats.packing import plain_name
from cleantext.formats.source import Source

__all__ = ["read_whole"]

_PAGES = (".html", ".htm", ".xhtml")


def read_whole(source: Source, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """The whole file as one record; its kind is found later, from its content, of which the name is a hint.

    Raises DamageError where part of the file is missing.
    """
    content = io.BufferedReader(source).read(max_bytes + 1)
    if len(content) > max_bytes:
        yield Failure(origin=origin, error=f"is over the limit of {max_bytes:,} bytes a document (--max-bytes)")
    else:
        yield Record(
            origin=origin, content=content, content_type="text/html" if plain_name(origin).endswith(_PAGES) else None
        )
