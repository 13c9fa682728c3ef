"""Rows of Parquet: record batches of the columns that are needed, of bounded size.

Text columns are read as dictionaries, so that a small file whose rows repeat one long text does not unfold into memory;
a batch is cut so that it is no larger than `BLOCK` once its dictionaries are unfolded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cleantext.errors import DocumentError, ParseError
from cleantext.formats.inputs import Input
from cleantext.formats.rowbatch import (
    BLOCK,
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

__all__ = ["open_parquet", "parquet_batches", "plain_value", "raw_value", "read_parquet_rows"]

_FEWEST, _MOST = 64, 1 << 16  # rows of a batch
_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)


def open_parquet(stream: BinaryIO) -> pq.ParquetFile:
    """The file, with its text columns as dictionaries. Raises ParseError where it is damaged."""
    if not stream.seekable():
        raise ParseError("is Parquet, which is read from a file and not from a compressed stream")
    try:
        schema = pq.read_schema(stream)
        stream.seek(0)
        plain = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)]
        file = pq.ParquetFile(stream, read_dictionary=plain, pre_buffer=False)
    except _DAMAGE as error:
        raise _damaged(error) from None
    if twice := sorted({name for name in schema.names if schema.names.count(name) > 1}):
        raise ParseError(f"has two columns called {twice[0]}")
    return file


def _damaged(error: Exception) -> ParseError:
    reason = str(error).strip().splitlines()
    return ParseError(f"is damaged Parquet: {reason[0] if reason else type(error).__name__}")


def parquet_batches(file: pq.ParquetFile, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The rows of `columns` in order, in batches of about `BLOCK` bytes or of one row. Raises ParseError for damage."""
    try:
        for batch in file.iter_batches(_rows_at_a_time(file, columns), columns=list(columns), use_threads=False):
            sizes = sum((_unfolded_sizes(column) for column in batch.columns), np.zeros(batch.num_rows, np.int64))
            parts = np.flatnonzero(np.diff(np.cumsum(sizes) // BLOCK)) + 1
            for first, end in pairwise([0, *parts.tolist(), batch.num_rows]):
                yield batch.slice(first, end - first)
    except _DAMAGE as error:
        raise _damaged(error) from None


def _rows_at_a_time(file: pq.ParquetFile, columns: Sequence[str]) -> int:
    """How many rows have `BLOCK` bytes, by what the file says of its columns."""
    size, wanted = 0, set(columns)
    for group in range(file.num_row_groups):
        group_data = file.metadata.row_group(group)
        for number in range(group_data.num_columns):
            leaf = group_data.column(number)
            if leaf.path_in_schema in wanted or leaf.path_in_schema.split(".")[0] in wanted:
                size += leaf.total_uncompressed_size
    return max(_FEWEST, min(_MOST, BLOCK * int(file.metadata.num_rows) // max(1, size)))


def _unfolded_sizes(column: pa.Array) -> npt.NDArray[np.int64]:
    """The bytes of the text in each row of a dictionary column; 0 for what is unfolded already."""
    if not pa.types.is_dictionary(column.type):
        return np.zeros(len(column), np.int64)
    lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    sizes: npt.NDArray[np.int64] = pc.fill_null(lengths, 0).to_numpy().astype(np.int64)
    return sizes


def read_parquet_rows(stream: BinaryIO, item: Input, column: str | None, max_bytes: int) -> Iterator[RowBatch]:
    """The rows of a Parquet file. Raises ParseError where it is damaged or has no column of text."""
    file = open_parquet(stream)
    names = file.schema_arrow.names
    texts = [name for name in ((column,) if column is not None else TEXT_COLUMNS) if name in names]
    if not texts:
        wanted = column if column is not None else " or ".join(TEXT_COLUMNS)
        found = ", ".join(names[:8]) or "none"
        raise ParseError(f"has no column {wanted}; it has {found} (--column names the column of the text)")
    needed = list(dict.fromkeys([*texts, *(name for name in LABELS if name in names)]))
    number = 1
    for batch in parquet_batches(file, needed):
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
