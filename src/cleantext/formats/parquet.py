"""Parquet: one record a row, its text in `html`, `text`, `content`, `body` or, as we write it, `paragraphs`.

Rows are read one batch and one row at a time; dictionary-encoded text stays a dictionary until a row is asked for, so
that a small file cannot unfold into a large batch.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cleantext.formats.base import TEXT_FIELDS, Failure, Record
from cleantext.formats.jsonl import METADATA_FIELDS, record_from_row
from cleantext.schema import DOCUMENTS

__all__ = ["read_parquet", "write_documents"]

_CONTENT = ("paragraphs", *TEXT_FIELDS)
_COLUMNS = (*_CONTENT, "id", "url", "content_type", "content-type", *METADATA_FIELDS)
_BATCH = 64  # rows
_ROWS_WRITTEN = 512  # rows of a row group: readers stream by row group, and documents are long
_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)


def read_parquet(stream: BinaryIO, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """A record a row; a file that is damaged from some row on is one failure after the rows before it."""
    if not stream.seekable():
        yield Failure(origin=origin, error="is Parquet, which is read from a file and not from a stream")
        return
    try:
        yield from _rows(stream, origin, max_bytes)
    except _DAMAGE as error:
        reason = str(error).strip().splitlines()
        yield Failure(origin=origin, error=f"is damaged Parquet: {reason[0] if reason else type(error).__name__}")


def _rows(stream: BinaryIO, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    schema = pq.read_schema(stream)
    stream.seek(0)
    if not set(_CONTENT) & set(schema.names):
        found = ", ".join(schema.names[:8]) or "none"
        yield Failure(origin=origin, error=f"has no column {', '.join(TEXT_FIELDS)} or paragraphs; it has {found}")
        return
    columns = [name for name in _COLUMNS if name in schema.names]
    plain = [name for name in columns if _is_text(schema.field(name).type)]
    file = pq.ParquetFile(stream, read_dictionary=plain, pre_buffer=False)
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=columns, use_threads=False):
        sizes = {name: _sizes(batch.column(name)) for name in columns}
        for index in range(batch.num_rows):
            number += 1
            yield _record(batch, sizes, index, f"{origin}#{number}", max_bytes)


def _is_text(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_string, pa.types.is_binary))


def _sizes(column: pa.Array) -> list[int | None]:
    """Bytes of the text in each cell, found before any Python string is made; 0 for what is not text."""
    if isinstance(column, pa.DictionaryArray):
        return cast(list[int | None], pc.take(pc.binary_length(column.dictionary), column.indices).to_pylist())
    if _is_text(column.type) or pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type):
        return cast(list[int | None], pc.binary_length(column).to_pylist())
    return [0] * len(column)


def _record(
    batch: pa.RecordBatch, sizes: Mapping[str, list[int | None]], index: int, name: str, max_bytes: int
) -> Record | Failure:
    for column, found in sizes.items():
        size = found[index] or 0
        if size > max_bytes:
            error = f"is {size:,} bytes in {column}, over the limit of {max_bytes:,} (--max-bytes)"
            return Failure(origin=name, error=error)
    row = {column: _value(batch.column(column)[index]) for column in sizes}
    return record_from_row({key: value for key, value in row.items() if value is not None}, name, max_bytes)


def _value(cell: pa.Scalar) -> Any:
    """The Python value; text that is not UTF-8 comes as bytes, for `decode` to read; dates as YYYY-MM-DD."""
    try:
        value = cell.as_py()
    except UnicodeDecodeError:
        return (cell.value if isinstance(cell, pa.DictionaryScalar) else cell).as_buffer().to_pybytes()
    except (ValueError, OverflowError):  # a date out of Python's range, or with nanoseconds
        return str(cell.cast(pa.string()))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    return value


def write_documents(path: str | Path, documents: Iterable[Mapping[str, Any]]) -> None:
    """Write `documents` (rows of documents.jsonl) to a Parquet file at `path` with the schema `DOCUMENTS`."""
    rows = iter(documents)
    with pq.ParquetWriter(path, DOCUMENTS, compression="zstd") as writer:
        while group := list(islice(rows, _ROWS_WRITTEN)):
            writer.write_table(pa.Table.from_pylist([_flat(row) for row in group], schema=DOCUMENTS))


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: _written(row.get(name)) for name in DOCUMENTS.names}
    return flat | {"metadata": _written(json.dumps(row.get("metadata") or {}, ensure_ascii=False))}


def _written(value: Any) -> Any:
    """`value` with lone surrogates, which Parquet cannot hold, as U+FFFD."""
    if isinstance(value, str):
        return (
            value if _is_encodable(value) else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        )
    return [_written(item) for item in value] if isinstance(value, list | tuple) else value


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
