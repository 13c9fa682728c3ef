"""Rows of any input as batches of arrays, in the order they stand in: what the duplicate engine reads.

Files are opened, decompressed and recognized as for every other reader; here they give rows instead of documents.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence

from cleantext.errors import DocumentError, EngineError, ParseError
from cleantext.formats.arrowbatches import ArrowBatches
from cleantext.formats.base import Failure
from cleantext.formats.inputs import STDIN, Fingerprint, Input, fingerprint, open_input
from cleantext.formats.jsonrows import read_json_rows
from cleantext.formats.open import format_of
from cleantext.formats.packing import DamageError
from cleantext.formats.parquetbatches import ParquetBatches
from cleantext.formats.parquetrows import read_table_rows
from cleantext.formats.rowbatch import RowBatch, RowGatherer, row_name
from cleantext.formats.source import Source
from cleantext.formats.textrows import Decoder, read_text_row, utf8

__all__ = ["Fingerprint", "RowBatch", "fingerprint", "open_batches", "opened", "read_rows", "row_name", "spooled"]


def read_rows(item: Input, column: str | None, max_bytes: int, decode: Decoder = utf8) -> Iterator[RowBatch]:
    """The rows of `item`, a few megabytes at a time; what cannot be read is in the batches' failures.

    `column` holds the text (default: the first of `paragraphs`, `text`, `content`, `body` that does); a text of more
    than `max_bytes` is a failure. `decode` turns the bytes of a text file into text. Where a file is damaged, the rows
    before the damage come first. A generator: whoever calls `next` does the work, and most of it without the GIL.
    Raises MissingDependencyError for zstd data without the zstandard package.
    """
    try:
        with opened(item) as (source, form):
            if form == "jsonl":
                yield from read_json_rows(source, item, column, max_bytes)
            elif form == "text":
                yield read_text_row(source, item, max_bytes, decode)
            else:
                yield from read_table_rows(open_batches(source, form), item, column, max_bytes)
    except DocumentError as error:
        yield _only_failure(item, str(error), error.offset if isinstance(error, DamageError) else None)
    except OSError as error:
        yield _only_failure(item, f"cannot be read: {error.strerror or error}")


@contextlib.contextmanager
def opened(item: Input) -> Iterator[tuple[Source, str]]:
    """The content of an input, unpacked, and its format (`format_of`). Raises OSError, MissingDependencyError."""
    with open_input(item) as file:
        source = Source(file, item.path)
        yield source, format_of(source.name, source.peek())


def open_batches(source: Source, form: str) -> ParquetBatches | ArrowBatches:
    """A table of rows. Raises ParseError where it is damaged, and where the file is none."""
    if form == "warc":
        raise ParseError("is a web archive, which has pages and no clean text (cleantext clean reads it)")
    return ArrowBatches(source) if form == "arrow" else ParquetBatches(source)


def _only_failure(item: Input, error: str, offset: int | None = None) -> RowBatch:
    batch = RowGatherer(origin=item.origin, source=item.source, column=None, max_bytes=0).batch()
    return dataclasses.replace(batch, failures=(Failure(origin=item.origin, error=error, offset=offset),))


@contextlib.contextmanager
def spooled(items: Sequence[Input]) -> Iterator[list[Input]]:
    """`items` with standard input in a temporary file, so that it can be read twice; the file goes in the end.

    Raises EngineError where there is no room for it.
    """
    with contextlib.ExitStack() as files:
        yield [_spool(item, files) if item.path == STDIN else item for item in items]


def _spool(item: Input, files: contextlib.ExitStack) -> Input:
    try:
        file = files.enter_context(tempfile.NamedTemporaryFile(prefix="cleantext-"))  # noqa: SIM115 - the stack closes it
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
    except OSError as error:
        reason = f"standard input cannot be stored in {tempfile.gettempdir()}: {error.strerror or error}"
        raise EngineError(f"{reason} (TMPDIR names another folder)") from None
    return dataclasses.replace(item, path=file.name)
