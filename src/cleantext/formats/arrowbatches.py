"""Record batches of an Arrow file or stream, of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from cleantext.errors import ParseError
from cleantext.formats.ipc import ArrowReader, BatchError
from cleantext.formats.parquetbatches import cut
from cleantext.formats.rowbatch import BLOCK
from cleantext.formats.source import Source

__all__ = ["ArrowBatches"]

_MOST = 1 << 14  # rows of a batch


class ArrowBatches:
    """An open Arrow file or stream. Raises ParseError where it is damaged."""

    def __init__(self, source: Source) -> None:
        self._reader = ArrowReader(source)
        self.schema: pa.Schema = self._reader.schema
        self.names: list[str] = self.schema.names
        if twice := sorted({name for name in self.names if self.names.count(name) > 1}):
            raise ParseError(f"has two columns called {twice[0]}")

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch | BatchError]:
        """The rows of `columns` in order, in batches of about `BLOCK` bytes or of one row, and what damage there is."""
        for batch in self._reader.batches():
            if isinstance(batch, BatchError):
                yield batch
                continue
            chosen = batch.select(list(columns))
            rows = max(1, min(_MOST, BLOCK * chosen.num_rows // max(1, chosen.nbytes)))
            for first in range(0, chosen.num_rows, rows):
                yield from cut(chosen.slice(first, rows))
