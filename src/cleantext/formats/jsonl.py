"""JSON Lines: one record a line, its text in `html`, `text`, `content`, `body` or, as we write it, `paragraphs`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cleantext.formats.base import TEXT_FIELDS, Failure, Record
from cleantext.formats.carried import METADATA_FIELDS, carried
from cleantext.formats.packing import DamageError
from cleantext.formats.source import Source

__all__ = ["read_jsonl", "record_from_row"]

_BUFFER = 1 << 16


def read_jsonl(source: Source, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """A record a line; blank lines are passed over, a broken line is a failure named `origin#line`.

    Where part of the file is damaged, the line it breaks off is lost with it; lines after it count on from there.
    """
    # A line holds its text escaped (six bytes for one of three) and other fields beside it.
    limit = 4 * max_bytes
    stream, number = io.BufferedReader(source, _BUFFER), 0
    while True:
        place = stream.tell()
        try:
            line = stream.readline(limit + 1)
            if not line:
                return
            number += 1
            long = len(line) > limit
            while long and line and not line.endswith(b"\n"):
                line = stream.readline(limit)
        except DamageError as error:
            yield Failure(origin=origin, error=str(error), offset=error.offset)
            continue
        name, offset = f"{origin}#{number}", source.place(place)
        if long:
            reason = f"the line is over the limit of {limit:,} bytes (--max-bytes)"
            yield Failure(origin=name, error=reason, offset=offset)
        elif line.strip():
            yield _parse(line, name, max_bytes, offset)


def _parse(line: bytes, name: str, max_bytes: int, offset: int) -> Record | Failure:
    try:
        row = json.loads(line.rstrip().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 at byte {error.start}; JSON Lines must be"
    except json.JSONDecodeError as error:
        reason = f"is not JSON: {error.msg} at column {error.colno}"
    except RecursionError:
        reason = "is JSON nested too deep"
    except ValueError as error:  # an integer of more digits than Python converts
        reason = f"is not JSON: {error}"
    else:
        if isinstance(row, dict):
            return record_from_row(row, name, max_bytes, offset)
        reason = f"is JSON but not an object: {type(row).__name__}"
    return Failure(origin=name, error=reason, offset=offset)


def record_from_row(
    row: Mapping[str, Any],
    name: str,
    max_bytes: int,
    offset: int | None = None,
    values: Mapping[str, Any] | None = None,
) -> Record | Failure:
    """The record in a row of named values, or why there is none: shared by JSON Lines and columns.

    `values` are those to carry along where they differ from what the record is read from.
    """
    field, content = _content(row)
    if content is None:
        found = ", ".join(map(str, list(row)[:8])) or "nothing"
        error = f"has no text in {', '.join(TEXT_FIELDS)} or paragraphs; it has {found}"
        return Failure(origin=name, error=error, offset=offset)
    size = len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        error = f"is {size:,} bytes, over the limit of {max_bytes:,} (--max-bytes)"
        return Failure(origin=name, error=error, offset=offset)
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
        offset=offset,
        columns=carried(row if values is None else values, field),
        finished=_finished(row) if field == "paragraphs" else None,
    )


def _finished(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What an index asks for of a document that is clean already, or None where `row` has no id."""
    if not isinstance(row.get("id"), str) or not row["id"]:
        return None
    ordinals = row.get("ordinals")
    fits = isinstance(ordinals, list) and len(ordinals) == len(row["paragraphs"])
    texts = {name: _text(row.get(name)) for name in ("id", "origin", "url", "date", "source")}
    return {**texts, "paragraphs": row["paragraphs"], "ordinals": ordinals if fits else None}


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
