"""Record batches of a Parquet file, of bounded size.

Dictionary encoding lets a small file repeat one long text for millions of rows. Before a row group is read, its
dictionaries say how long a text can be. Where few rows could fill a batch, texts are read as dictionaries, which is
slow, and a batch of dictionaries is cut so that it is no larger than `BLOCK` once they are unfolded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cleantext.errors import ParseError
from cleantext.formats.parquetindex import row_groups
from cleantext.formats.rowbatch import BLOCK
from cleantext.formats.source import Source

__all__ = ["ParquetBatches", "cut"]

_FEWEST, _MOST = 64, 1 << 14  # rows of a batch
_READ = 1 << 18  # bytes of a column that are fetched at a time, not the whole of its row group
_TEXTS = frozenset({"string", "binary", "large_string", "large_binary", "string_view", "binary_view"})
_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)


class ParquetBatches:
    """An open Parquet file. Raises ParseError where it is damaged or not in a file."""

    def __init__(self, source: Source) -> None:
        stream = source.file
        if stream is None:
            raise ParseError("is Parquet, which is read from a file and not from a compressed stream")
        self._groups = row_groups(stream)
        try:
            stream.seek(0)
            self._plain = pq.ParquetFile(stream, pre_buffer=False, buffer_size=_READ)
            schema = self._plain.schema_arrow
            self._texts = [field.name for field in schema if _is_text(field.type)]
            stream.seek(0)
            self._folded = pq.ParquetFile(stream, read_dictionary=self._texts, pre_buffer=False, buffer_size=_READ)
        except _DAMAGE as error:
            raise _damaged(error) from None
        self.schema: pa.Schema = schema
        self.names: list[str] = schema.names
        if twice := sorted({name for name in self.names if self.names.count(name) > 1}):
            raise ParseError(f"has two columns called {twice[0]}")

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of `columns` in order, in batches of about `BLOCK` bytes or of one row.

        A column of text may come as a dictionary in some of them. Raises ParseError where the file is damaged.
        """
        names = list(columns)
        try:
            for group in range(len(self._groups)):
                size = self._row_size(group, names)
                rows = min(_MOST, BLOCK // max(1, size, self._longest(group, names)))
                file = self._plain
                if rows < _FEWEST:
                    file, rows = self._folded, max(_FEWEST, min(_MOST, BLOCK // max(1, size)))
                for batch in file.iter_batches(rows, [group], names, use_threads=False):
                    yield from cut(batch)
        except _DAMAGE as error:
            raise _damaged(error) from None

    def _row_size(self, group: int, names: Sequence[str]) -> int:
        """The mean bytes of a row in the file, unpacked but not unfolded."""
        rows = self._groups[group]
        return sum(chunk.unpacked for chunk in rows.chunks if _is_of(chunk.path, names)) // max(1, rows.rows)

    def _longest(self, group: int, names: Sequence[str]) -> int:
        """The bytes of the longest texts in the dictionaries of a row group, one of each column, together."""
        folded = {chunk.path for chunk in self._groups[group].chunks if chunk.has_dictionary}
        texts = [name for name in names if name in self._texts and name in folded]
        first = next(self._folded.iter_batches(1, [group], texts, use_threads=False), None) if texts else None
        dictionaries = (
            [column.dictionary for column in first.columns if pa.types.is_dictionary(column.type)] if first else []
        )
        return sum(pc.max(pc.binary_length(texts)).as_py() or 0 for texts in dictionaries)


def _damaged(error: Exception) -> ParseError:
    reason = str(error).strip().splitlines()
    return ParseError(f"is damaged Parquet: {reason[0] if reason else type(error).__name__}")


def _is_text(kind: pa.DataType) -> bool:
    return str(kind) in _TEXTS


def _is_of(path: str, names: Sequence[str]) -> bool:
    """Whether the leaf at `path` belongs to one of the columns `names`, which may have dots in them."""
    return any(path == name or path.startswith(f"{name}.") for name in names)


def cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """`batch` in parts of about `BLOCK` bytes of text each."""
    sizes = sum((_unfolded_sizes(column) for column in batch.columns), np.zeros(batch.num_rows, np.int64))
    parts = np.flatnonzero(np.diff(np.cumsum(sizes) // BLOCK)) + 1
    for first, end in pairwise([0, *parts.tolist(), batch.num_rows]):
        yield batch.slice(first, end - first)


def _unfolded_sizes(column: pa.Array) -> npt.NDArray[np.int64]:
    """The bytes of the text in each row of a dictionary column; 0 for what is unfolded already."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return np.zeros(len(column), np.int64)
    lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    sizes: npt.NDArray[np.int64] = pc.fill_null(lengths, 0).to_numpy().astype(np.int64)
    return sizes
