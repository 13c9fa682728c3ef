"""Rows of tables (Parquet and Arrow): whole columns at once, and cell by cell where they must."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from cleantext.errors import DocumentError, ParseError
from cleantext.formats.inputs import Input
from cleantext.formats.ipc import BatchError
from cleantext.formats.rowbatch import (
    LABELS,
    TEXT_COLUMNS,
    RowBatch,
    RowGatherer,
    as_batch,
    is_valid,
    label_of,
    text_of,
    without_text,
)

__all__ = ["plain_value", "raw_value", "read_table_rows"]


class Batches(Protocol):
    """A table that is read in parts."""

    names: list[str]

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch | BatchError]:
        """The rows of `columns`, and what damage there is where more can be read behind it."""
        ...


def read_table_rows(file: Batches, item: Input, column: str | None, max_bytes: int) -> Iterator[RowBatch]:
    """The rows of a table. Raises ParseError where it is damaged to its end or has no column of text."""
    names = file.names
    texts = [name for name in ((column,) if column is not None else TEXT_COLUMNS) if name in names]
    if not texts:
        wanted = column if column is not None else " or ".join(TEXT_COLUMNS)
        found = ", ".join(names[:8]) or "none"
        raise ParseError(f"has no column {wanted}; it has {found} (--column names the column of the text)")
    needed = list(dict.fromkeys([*texts, *(name for name in LABELS if name in names)]))
    number = 1
    for batch in file.batches(needed):
        if isinstance(batch, BatchError):
            gatherer = RowGatherer(origin=item.origin, source=item.source, column=column, max_bytes=max_bytes)
            gatherer.fail(number, batch)
            number += batch.rows
            yield gatherer.batch()
            continue
        rows = _ParquetRows(item, column, max_bytes, batch, number)
        yield rows.by_column(texts[0]) or rows.by_row()
        number += batch.num_rows


class _ParquetRows:
    """How one record batch, whose first row has the number `number`, becomes rows. Holds no state but that."""

    def __init__(self, item: Input, column: str | None, max_bytes: int, batch: pa.RecordBatch, number: int) -> None:
        self.item, self.column, self.max_bytes, self.batch, self.number = item, column, max_bytes, batch, number

    def gatherer(self) -> RowGatherer:
        """An empty collection of rows."""
        return RowGatherer(
            origin=self.item.origin, source=self.item.source, column=self.column, max_bytes=self.max_bytes
        )

    def by_row(self) -> RowBatch:
        """The rows one by one: the definition."""
        rows = self.gatherer()
        for index in range(self.batch.num_rows):
            rows.add(self.number + index, self.row(index))
        return rows.batch()

    def row(self, index: int) -> dict[str, Any]:
        """One row as values; those of text columns as they are, even if they are no text."""
        texts = TEXT_COLUMNS if self.column is None else (self.column,)
        columns = zip(self.batch.schema.names, self.batch.columns, strict=True)
        return {name: (raw_value if name in texts else plain_value)(column[index]) for name, column in columns}

    def by_column(self, name: str) -> RowBatch | None:
        """The same at once, or None where not every row that has text has it in column `name`, or it is not UTF-8."""
        text = _strings(self.batch.column(name))
        if text is None:
            return None
        rows, bad = self.gatherer(), without_text(text, self.max_bytes)
        for index in np.flatnonzero(bad).tolist():
            try:
                text_of(self.row(index), self.column, self.max_bytes)
            except DocumentError as error:
                rows.fail(self.number + index, error)
            else:
                return None
        stay = pa.array(~bad)
        labels = {label: self.label(label).filter(stay) for label in LABELS if label in self.batch.schema.names}
        return as_batch(rows, self.number + np.flatnonzero(~bad), text.filter(stay), labels)

    def label(self, name: str) -> pa.Array:
        """A column of strings or integers that says what `label_of` says."""
        column = _unfolded(self.batch.column(name))
        if pa.types.is_integer(column.type) or (pa.types.is_string(column.type) and is_valid(column)):
            return column
        return pa.array([label_of({name: plain_value(cell)}, name) for cell in column], pa.string())


def _unfolded(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _strings(column: pa.Array) -> pa.Array | None:
    """The column as valid strings or lists of them, if that is what it holds."""
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values = _strings(column.flatten())
        return None if values is None or values.null_count or not _is_flat(values.type) else column
    column = _unfolded(column)
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        column = column.view(pa.string() if pa.types.is_binary(column.type) else pa.large_string())
    return column if _is_flat(column.type) and is_valid(column) else None


def _is_flat(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def raw_value(cell: pa.Scalar) -> Any:
    """The Python value, and bytes for text that is not UTF-8; the cell itself where Python has no such value."""
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        if isinstance(cell, pa.ListScalar | pa.LargeListScalar):
            return [raw_value(part) for part in cell.values]
        return (cell.value if isinstance(cell, pa.DictionaryScalar) else cell).as_buffer().to_pybytes()
    except (ValueError, OverflowError):
        return cell


def plain_value(cell: pa.Scalar) -> Any:
    """The value as JSON has it, or bytes; what is no number, text, list or object is text: dates as YYYY-MM-DD."""
    value = raw_value(cell)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    if value is None or isinstance(value, str | bytes | bool | int | float | list | dict):
        return value
    return str(value.cast(pa.string())) if isinstance(value, pa.Scalar) else str(value)
