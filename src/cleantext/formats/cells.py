"""Rows of record batches as records, one at a time: text that is a dictionary stays one until it is asked for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from cleantext.errors import ParseError
from cleantext.formats.base import TEXT_FIELDS, Failure, Record
from cleantext.formats.jsonl import record_from_row

__all__ = ["DAMAGE", "batch_records", "check_columns", "is_text", "reason_of"]

# What Arrow raises for files that are not as they should be.
DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError)
_CONTENT = ("paragraphs", *TEXT_FIELDS)


def check_columns(names: Sequence[str]) -> None:
    """Raises ParseError where no column of `names` can hold text."""
    if not set(_CONTENT) & set(names):
        found = ", ".join(names[:8]) or "none"
        raise ParseError(f"has no column {', '.join(TEXT_FIELDS)} or paragraphs; it has {found}")


def reason_of(error: BaseException) -> str:
    """What went wrong, on one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def batch_records(batch: pa.RecordBatch, first: int, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """The records of `batch`, the first row of which has the number `first` in its file."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    sizes = {name: _sizes(column) for name, column in columns.items()}
    for index in range(batch.num_rows):
        name = f"{origin}#{first + index}"
        over = next(
            ((column, size) for column, found in sizes.items() if (size := found[index] or 0) > max_bytes), None
        )
        if over is not None:
            error = f"is {over[1]:,} bytes in {over[0]}, over the limit of {max_bytes:,} (--max-bytes)"
            yield Failure(origin=name, error=error)
            continue
        values = {column: _carried(cells[index]) for column, cells in columns.items()}
        row = {column: _read(value) for column, value in values.items() if value is not None}
        yield record_from_row(row, name, max_bytes, values=values)


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type can be read as a dictionary of texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _sizes(column: pa.Array) -> list[int | None]:
    """Bytes of the text in each cell, found before any Python string is made, and eight for each member of a list."""
    kind = column.type
    if pa.types.is_dictionary(kind) and _has_length(kind.value_type):
        lengths = pc.binary_length(column.dictionary)
        return cast(list[int | None], pc.take(lengths, column.indices).to_pylist())
    if _has_length(kind):
        return cast(list[int | None], pc.binary_length(column).to_pylist())
    if pa.types.is_struct(kind) and kind.num_fields:
        parts = (_sizes(child) for child in column.flatten())
        return [sum(size or 0 for size in sizes) for sizes in zip(*parts, strict=True)]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        counts = pc.fill_null(pc.list_value_length(column), 0).to_pylist()
        members = _sizes(column.flatten()) if _holds_text(kind.value_type) else None
        return list(_sums(members, counts))
    return [0] * len(column)


def _sums(parts: Sequence[int | None] | None, counts: Sequence[int]) -> Iterator[int]:
    at = 0
    for count in counts:
        yield 8 * count + (sum(part or 0 for part in parts[at : at + count]) if parts else 0)
        at += count


def _holds_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _holds_text(kind.value_type) or not pa.types.is_dictionary(kind)
    return pa.types.is_struct(kind) or _has_length(kind)


def _has_length(kind: pa.DataType) -> bool:
    return bool(is_text(kind) or pa.types.is_large_string(kind) or pa.types.is_large_binary(kind))


def _carried(cell: pa.Scalar) -> Any:
    """The Python value to carry along; text that is not UTF-8 is bytes, what Python has no value for is text."""
    if pa.types.is_timestamp(cell.type) and cell.type.unit == "ns":
        try:
            cell = cell.cast(pa.timestamp("us", cell.type.tz))
        except pa.ArrowInvalid:  # nanoseconds, which Python has not
            return str(cell.cast(pa.string()))
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        if isinstance(cell, pa.ListScalar | pa.LargeListScalar):
            return [_carried(part) for part in cell.values]
        if isinstance(cell, pa.StructScalar):
            return {name: _carried(part) for name, part in cell.items()}
        return (cell.value if isinstance(cell, pa.DictionaryScalar) else cell).as_buffer().to_pybytes()
    except (ValueError, OverflowError):  # a date out of Python's range
        return str(cell.cast(pa.string()))


def _read(value: Any) -> Any:
    """The value that a record is made of: `decode` reads bytes; dates are YYYY-MM-DD."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    return value
