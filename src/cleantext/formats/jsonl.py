"""JSON Lines: one record a line, its text in `html`, `text`, `content`, `body` or, as we write it, `paragraphs`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from cleantext.formats.base import TEXT_FIELDS, Failure, Record

__all__ = ["METADATA_FIELDS", "read_jsonl", "record_from_row"]

# What a record may say of itself and a document can carry on.
METADATA_FIELDS = ("title", "date", "author", "source", "editor", "site", "language")


def read_jsonl(stream: BinaryIO, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """A record a line; blank lines are passed over, a broken line is a failure named `origin#line`."""
    # A line holds its text escaped (six bytes for one of three) and other fields beside it.
    limit = 4 * max_bytes
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        name = f"{origin}#{number}"
        if len(line) > limit:
            while line and not line.endswith(b"\n"):
                line = stream.readline(limit)
            yield Failure(origin=name, error=f"the line is over the limit of {limit:,} bytes (--max-bytes)")
        elif line.strip():
            yield _parse(line, name, max_bytes)


def _parse(line: bytes, name: str, max_bytes: int) -> Record | Failure:
    try:
        row = json.loads(line.rstrip().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Failure(origin=name, error=f"is not UTF-8 at byte {error.start}; JSON Lines must be")
    except json.JSONDecodeError as error:
        return Failure(origin=name, error=f"is not JSON: {error.msg} at column {error.colno}")
    except RecursionError:
        return Failure(origin=name, error="is JSON nested too deep")
    except ValueError as error:  # an integer of more digits than Python converts
        return Failure(origin=name, error=f"is not JSON: {error}")
    if not isinstance(row, dict):
        return Failure(origin=name, error=f"is JSON but not an object: {type(row).__name__}")
    return record_from_row(row, name, max_bytes)


def record_from_row(row: Mapping[str, Any], name: str, max_bytes: int) -> Record | Failure:
    """The record in a row of named values, or why there is none: shared by JSON Lines and columns."""
    field, content = _content(row)
    if content is None:
        found = ", ".join(map(str, list(row)[:8])) or "nothing"
        return Failure(origin=name, error=f"has no text in {', '.join(TEXT_FIELDS)} or paragraphs; it has {found}")
    size = len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        return Failure(origin=name, error=f"is {size:,} bytes, over the limit of {max_bytes:,} (--max-bytes)")
    metadata = {key: str(row[key]) for key in METADATA_FIELDS if row.get(key) not in (None, "")}
    own_id = row.get("id")
    return Record(
        origin=name,
        content=content,
        kind={"html": "html", "paragraphs": "text"}.get(field, "auto"),
        own_id=None if own_id is None else str(own_id),
        url=_text(row.get("url")),
        content_type=_text(row.get("content_type") or row.get("content-type")),
        metadata=metadata,
    )


def _content(row: Mapping[str, Any]) -> tuple[str, bytes | str | None]:
    paragraphs = row.get("paragraphs")
    if isinstance(paragraphs, list) and all(isinstance(item, str) for item in paragraphs):
        return "paragraphs", "\n\n".join(paragraphs)
    for field in TEXT_FIELDS:
        if isinstance(row.get(field), str | bytes):
            return field, row[field]
    return "", None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
