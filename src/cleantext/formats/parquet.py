"""Parquet: one record a row, its text in `html`, `text`, `content`, `body` or, as we write it, `paragraphs`.

Rows are read one batch and one row at a time; dictionary-encoded text stays a dictionary until a row is asked for, so
that a small file cannot unfold into a large batch. A row group that is damaged costs its rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from cleantext.errors import ParseError
from cleantext.formats.base import Failure, Record
from cleantext.formats.cells import DAMAGE, batch_records, check_columns, is_text, reason_of
from cleantext.formats.parquetindex import Group, row_groups
from cleantext.formats.source import Source

__all__ = ["read_parquet"]

_BATCH = 64  # rows
_VALUES = 1 << 24  # that the rows of one group may have in one column of lists
_READ = 1 << 18  # bytes of a column that are fetched at a time, not the whole of its row group


def read_parquet(source: Source, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """A record a row; a row group that is damaged is one failure behind the rows before the damage.

    Raises ParseError where the file cannot be read at all.
    """
    if source.file is None:
        raise ParseError("is Parquet, which is read from a file and not from a stream")
    groups = row_groups(source.file)
    try:
        source.file.seek(0)
        metadata = pq.read_metadata(source.file)
        schema = metadata.schema.to_arrow_schema()
        check_columns(schema.names)
        source.file.seek(0)
        texts = _texts(schema, metadata)
        file = pq.ParquetFile(source.file, read_dictionary=texts, pre_buffer=False, buffer_size=_READ)
    except DAMAGE as error:
        raise ParseError(f"is damaged Parquet: {reason_of(error)}") from None
    first = 1
    for number, group in enumerate(groups):
        done = 0
        try:
            _check_size(group)
            for batch in file.iter_batches(_BATCH, [number], use_threads=False):
                yield from batch_records(batch, first + done, origin, max_bytes)
                done += batch.num_rows
        except DAMAGE as error:
            lost = f"rows {first + done:,} to {first + group.rows - 1:,}"
            yield Failure(origin=f"{origin}#{first + done}", error=f"is damaged Parquet ({lost}): {reason_of(error)}")
        first += max(0, group.rows)


def _texts(schema: pa.Schema, metadata: pq.FileMetaData) -> list[str]:
    """The leaves that are read as dictionaries: those that hold text."""
    kinds = [kind for field in schema for kind in _leaves(field.type)]
    if len(kinds) != metadata.num_columns:  # a type whose leaves we do not know
        return [field.name for field in schema if is_text(field.type)]
    return [metadata.schema.column(number).path for number, kind in enumerate(kinds) if is_text(kind)]


def _leaves(kind: pa.DataType) -> Iterator[pa.DataType]:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind.fields:
            yield from _leaves(field.type)
    else:
        yield kind


def _check_size(group: Group) -> None:
    """Raises ArrowInvalid for lists of so many values that nobody wrote them one by one."""
    for chunk in group.chunks:
        if chunk.values > max(_VALUES, 64 * chunk.packed):
            raise pa.ArrowInvalid(f"{chunk.values:,} values of {chunk.path} in one row group")
