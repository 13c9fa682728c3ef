"""The forms in which the rows that stay are written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

import numpy as np
import pyarrow as pa

from cleantext.formats.fates import Stretch
from cleantext.formats.rowbatch import encodable
from cleantext.formats.shards import TABLES, Shards, open_table

__all__ = ["Sink", "open_sink"]

_GROUP = 32 << 20  # bytes of a row group of Parquet, or of a batch of Arrow

# Opens the n-th file.
Opener = Callable[[int], AbstractContextManager[BinaryIO]]


class Sink(Protocol):
    """Takes the rows of all inputs, one stretch after the other."""

    def write(self, stretch: Stretch) -> None:
        """Write the kept rows of `stretch`."""
        ...


@contextlib.contextmanager
def open_sink(form: str, opened: Opener, total: int, shards: int, schema: pa.Schema | None = None) -> Iterator[Sink]:
    """What writes `total` rows to so many files as `jsonl`, `text`, `markdown`, or as `parquet` or `arrow`, which need
    the `schema` of all rows. `opened` opens each file."""
    if form in TABLES:

        @contextlib.contextmanager
        def table(number: int) -> Iterator[_TableFile]:
            with opened(number) as stream, open_table(form, stream, schema) as write:
                file = _TableFile(write)
                yield file
                file.flush()

        with Shards(table, total, shards) as files:
            yield _TableSink(files, schema)
    else:
        with Shards(opened, total, shards) as streams:
            yield _LineSink(streams) if form == "jsonl" else _ParagraphSink(streams, markdown=form == "markdown")


class _LineSink:
    """JSON Lines."""

    def __init__(self, shards: Shards[BinaryIO]) -> None:
        self.shards = shards

    def write(self, stretch: Stretch) -> None:
        """Write the kept rows of `stretch`."""
        for lines in stretch.lines():
            rest = memoryview(lines)
            while rest:
                stream, room = self.shards.room()
                end, count = _first_lines(rest, room)
                stream.write(rest[:end])
                self.shards.wrote(count)
                rest = rest[end:]


def _first_lines(lines: memoryview, most: int) -> tuple[int, int]:
    """Where the first `most` of the lines end, and how many they are; the last may be without its LF.

    A line without one is counted when its LF comes, so that it goes to the same file.
    """
    ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == 10)
    if ends.size < most:
        return len(lines), int(ends.size)
    return int(ends[most - 1]) + 1, most


class _TableFile:
    """A file of tables, in groups of about `_GROUP` bytes."""

    def __init__(self, write: Callable[[pa.Table], None]) -> None:
        self._write = write
        self._tables: list[pa.Table] = []
        self._size = 0

    def add(self, table: pa.Table) -> None:
        """Hold the rows of `table`, or write them with those before."""
        self._tables.append(table)
        self._size += table.nbytes
        if self._size >= _GROUP:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are held as one group."""
        if any(table.num_rows for table in self._tables):
            self._write(pa.concat_tables(self._tables))
        self._tables, self._size = [], 0


class _TableSink:
    """Parquet or Arrow."""

    def __init__(self, shards: Shards[_TableFile], schema: pa.Schema) -> None:
        self.shards, self.schema = shards, schema

    def write(self, stretch: Stretch) -> None:
        """Write the kept rows of `stretch`."""
        table = stretch.table(self.schema)
        while table.num_rows:
            file, room = self.shards.room()
            part = table.slice(0, room)
            file.add(part)
            self.shards.wrote(part.num_rows)
            table = table.slice(part.num_rows)


class _ParagraphSink:
    """Paragraphs only: a line each and a blank line between rows, or as Markdown with a rule between rows."""

    def __init__(self, shards: Shards[BinaryIO], *, markdown: bool) -> None:
        self.shards, self.markdown = shards, markdown
        self.between = ""

    def write(self, stretch: Stretch) -> None:
        """Write the paragraphs of the kept rows of `stretch`."""
        for paragraphs in stretch.paragraphs():
            lines = [paragraph.splitlines() for paragraph in paragraphs if paragraph]
            if self.markdown:
                text = "\n\n".join(map("  \n".join, lines)) + "\n"
            else:
                text = "".join(" ".join(parts) + "\n" for parts in lines)
            stream, _ = self.shards.room()
            stream.write(encodable(self.between + text).encode())
            self.shards.wrote(1)
            self.between = "\n---\n\n" if self.markdown else "\n"
