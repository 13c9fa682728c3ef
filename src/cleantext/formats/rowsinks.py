"""The forms in which the rows that stay are written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from cleantext.formats.fates import Stretch
from cleantext.formats.rowbatch import encodable

__all__ = ["Sink", "open_sink"]

_GROUP = 32 << 20  # bytes of a row group of Parquet


class Sink(Protocol):
    """Takes the rows of all inputs, one stretch after the other."""

    def write(self, stretch: Stretch) -> None:
        """Write the kept rows of `stretch`."""
        ...


@contextlib.contextmanager
def open_sink(form: str, stream: BinaryIO, schema: pa.Schema | None = None) -> Iterator[Sink]:
    """What writes to `stream` as `jsonl`, `parquet` (which needs the `schema` of all rows), `text` or `markdown`."""
    if form == "parquet":
        with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            sink = _TableSink(writer, schema)
            yield sink
            sink.flush()
    else:
        yield _LineSink(stream) if form == "jsonl" else _ParagraphSink(stream, markdown=form == "markdown")


class _LineSink:
    """JSON Lines."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def write(self, stretch: Stretch) -> None:
        """Write the kept rows of `stretch`."""
        self.stream.writelines(stretch.lines())


class _TableSink:
    """Parquet in row groups of about `_GROUP` bytes."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.writer, self.schema = writer, schema
        self.tables: list[pa.Table] = []
        self.size = 0

    def write(self, stretch: Stretch) -> None:
        """Hold the kept rows of `stretch`, or write them with those before."""
        table = stretch.table(self.schema)
        self.tables.append(table)
        self.size += table.nbytes
        if self.size >= _GROUP:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are held as one row group."""
        table = pa.concat_tables(self.tables) if self.tables else self.schema.empty_table()
        if table.num_rows:
            self.writer.write_table(table, row_group_size=table.num_rows)
        self.tables, self.size = [], 0


class _ParagraphSink:
    """Paragraphs only: a line each and a blank line between rows, or as Markdown with a rule between rows."""

    def __init__(self, stream: BinaryIO, *, markdown: bool) -> None:
        self.stream, self.markdown = stream, markdown
        self.between = ""

    def write(self, stretch: Stretch) -> None:
        """Write the paragraphs of the kept rows of `stretch`."""
        for paragraphs in stretch.paragraphs():
            lines = [paragraph.splitlines() for paragraph in paragraphs if paragraph]
            if self.markdown:
                text = "\n\n".join(map("  \n".join, lines)) + "\n"
            else:
                text = "".join(" ".join(parts) + "\n" for parts in lines)
            self.stream.write(encodable(self.between + text).encode())
            self.between = "\n---\n\n" if self.markdown else "\n"
