"""The files that documents are written to: what they are called, how they are compressed, and which rows go into which.

Rows go to the files in order, and each file gets an equal share: put together in the order of their names, the files
are what one file would be.
"""

from __future__ import annotations

import contextlib
import gzip
import lzma
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar, cast

from cleantext.errors import MissingDependencyError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DOCUMENT_FILE", "EXTENSIONS", "TABLES", "Shards", "document_files", "open_packed", "open_table"]

EXTENSIONS = {"jsonl": "jsonl", "parquet": "parquet", "arrow": "arrow", "text": "txt", "markdown": "md"}
TABLES = ("parquet", "arrow")
_PACKED = {"none": "", "gzip": ".gz", "zstd": ".zst", "xz": ".xz"}
# What any file of documents is called.
DOCUMENT_FILE = re.compile(r"documents(?:-\d{5}-of-\d{5})?\.(?:jsonl|parquet|arrow|txt|md)(?:\.gz|\.zst|\.xz)?")

S = TypeVar("S")


def document_files(form: str, compress: str, shards: int) -> list[str]:
    """The names of the files that documents in form `form` are written to, in order."""
    ending = f"{EXTENSIONS[form]}{_PACKED[compress]}"
    if shards == 1:
        return [f"documents.{ending}"]
    return [f"documents-{number:05d}-of-{shards:05d}.{ending}" for number in range(shards)]


class Shards(Generic[S]):
    """`total` rows that go to `count` files, one after the other; `opened(n)` opens the n-th. A context manager."""

    def __init__(self, opened: Callable[[int], AbstractContextManager[S]], total: int, count: int) -> None:
        self._opened, self._total, self._count = opened, total, count
        self._number, self._written = -1, 0
        self._files = ExitStack()
        self._current: S | None = None

    def __enter__(self) -> Shards[S]:
        self._advance()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            while self._number + 1 < self._count:  # files that get no row are there all the same
                self._advance()
        self._files.__exit__(kind, error, trace)

    def _advance(self) -> None:
        self._files.close()
        self._number += 1
        self._current = self._files.enter_context(self._opened(self._number))

    def room(self) -> tuple[S, int]:
        """What takes the next row, and how many more rows it takes."""
        while (left := self._left()) <= 0:
            self._advance()
        return cast(S, self._current), left

    def _left(self) -> int:
        if self._number + 1 == self._count:
            return 1 << 62
        return self._total * (self._number + 1) // self._count - self._written

    def wrote(self, rows: int) -> None:
        """Count rows that were written to what `room` gave."""
        self._written += rows


@contextlib.contextmanager
def open_packed(path: Path, compress: str) -> Iterator[BinaryIO]:
    """A new file at `path` that compresses what is written to it. The same content gives the same bytes.

    Raises MissingDependencyError for zstd without the zstandard package.
    """
    with contextlib.ExitStack() as stack:
        file: BinaryIO = stack.enter_context(path.open("wb"))
        if compress == "gzip":
            yield cast(BinaryIO, stack.enter_context(gzip.GzipFile("", "wb", 6, file, mtime=0)))
        elif compress == "xz":
            yield cast(BinaryIO, stack.enter_context(lzma.LZMAFile(file, "wb", preset=6)))
        elif compress == "zstd":
            yield stack.enter_context(_zstd_writer(file))
        else:
            yield file


def _zstd_writer(file: BinaryIO) -> AbstractContextManager[BinaryIO]:
    try:
        import zstandard  # noqa: PLC0415 - optional
    except ImportError:
        raise MissingDependencyError('--compress zstd needs a package: pip install "cleantext-corpus[zstd]"') from None
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True)
    return cast(AbstractContextManager[BinaryIO], packer.stream_writer(file, closefd=False))


@contextlib.contextmanager
def open_table(form: str, stream: BinaryIO, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    """A function that writes tables of `schema` to `stream` as Parquet or Arrow, each as one row group or batch."""
    if form == "parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415 - only when asked for

        with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            yield lambda table: writer.write_table(table, row_group_size=max(1, table.num_rows))
    else:
        from pyarrow import ipc  # noqa: PLC0415 - only when asked for

        options = ipc.IpcWriteOptions(compression="zstd", unify_dictionaries=True)
        with ipc.new_file(stream, schema, options=options) as writer:
            yield lambda table: writer.write_table(table.combine_chunks())
