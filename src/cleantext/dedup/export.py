"""What an index has stored, as JSON Lines or an Arrow file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from cleantext.dedup.remembered import Remembered
from cleantext.errors import ConfigError

__all__ = ["export"]

_ROWS = 1_000


def export(documents: Iterable[Remembered], path: str | os.PathLike[str]) -> int:
    """Write `documents` to `path`, which appears when it is complete; returns how many there were."""
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        written = (_arrow if target.suffix in {".arrow", ".feather"} else _lines)(map(_row, documents), partial)
        partial.replace(target)
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    return written


def _row(document: Remembered) -> dict[str, Any]:
    texts = document.texts
    return {
        "id": document.document_id,
        "origin": document.origin,
        "date": document.date,
        "sources": list(document.sources),
        "length": document.length,
        "ordinals": list(document.ordinals),
        "paragraphs": [texts.text(place) for place in range(len(document.ordinals))],
    }


def _lines(rows: Iterator[dict[str, Any]], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
        for count, row in enumerate(rows, 1):  # noqa: B007 - counted
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def _arrow(rows: Iterator[dict[str, Any]], path: Path) -> int:
    import pyarrow as pa  # noqa: PLC0415 - loaded by those who need it

    text, count = pa.string(), 0
    types = {"id": text, "origin": text, "date": text, "sources": pa.list_(text), "length": pa.int64()}
    types |= {"ordinals": pa.list_(pa.int64()), "paragraphs": pa.list_(text)}
    schema = pa.schema(list(types.items()))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        while part := list(islice(rows, _ROWS)):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
            count += len(part)
    return count
