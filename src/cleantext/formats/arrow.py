"""Arrow IPC, as a file (Feather version 2) or as a stream: one record a row.

Both are read from front to back, message by message, so that a file which is cut off gives the rows before the cut.
"""

from __future__ import annotations

from collections.abc import Iterator

from cleantext.formats.base import Failure, Record
from cleantext.formats.cells import batch_records, check_columns
from cleantext.formats.ipc import ArrowReader, BatchError
from cleantext.formats.source import Source

__all__ = ["read_arrow"]


def read_arrow(source: Source, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """A record a row. A batch that is damaged is one failure, and so is the rest of a file that is cut off.

    Raises ParseError where the file cannot be read at all.
    """
    reader, first = ArrowReader(source), 1
    check_columns(reader.schema.names)
    for batch in reader.batches():
        if isinstance(batch, BatchError):
            yield Failure(origin=f"{origin}#{first}", error=str(batch))
            first += batch.rows
        else:
            yield from batch_records(batch, first, origin, max_bytes)
            first += batch.num_rows
