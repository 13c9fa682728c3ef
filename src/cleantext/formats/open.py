"""Any file as a stream of records: gzip and zstd are opened in passing, the format is found from the content.

Nothing is decompressed beyond what a reader asks for, and readers ask for no more than the limit of a document, so
that a file of a kilobyte cannot unfold into memory.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from cleantext.errors import MissingDependencyError, ParseError
from cleantext.formats.base import Failure, Reader, Record
from cleantext.formats.jsonl import read_jsonl
from cleantext.formats.text import read_whole

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

__all__ = ["COMPRESSED", "plain_name", "read_stream"]

# Endings that say how a file is compressed and nothing about what is in it.
COMPRESSED = (".gz", ".zst", ".zstd")
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_JSON_LINES = (".jsonl", ".ndjson")
_TEXT = (".txt", ".text", ".md", ".html", ".htm", ".xhtml")
_HEAD = 4096
_CHUNK = 1 << 16
_ZSTD_FED = 512  # bytes; a zstd block of four can hold 128 kB


def plain_name(name: str) -> str:
    """`name` in lower case without the ending of its compression: `Pages.JSONL.gz` is `pages.jsonl`."""
    lower = name.lower()
    for ending in COMPRESSED:
        lower = lower.removesuffix(ending)
    return lower


def read_stream(stream: BinaryIO, name: str, origin: str, max_bytes: int) -> Iterator[Record | Failure]:
    """The records of an open file called `name`, compressed or not; damage is a failure after the records before it.

    Raises MissingDependencyError for zstd data without the zstandard package.
    """
    try:
        opened = _decompressed(_buffered(stream))
        yield from _reader(name, opened.peek(_HEAD)[:_HEAD])(opened, origin, max_bytes)
    except ParseError as error:
        yield Failure(origin=origin, error=str(error))


def _buffered(stream: BinaryIO) -> io.BufferedReader:
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream), _HEAD)


def _decompressed(stream: io.BufferedReader) -> io.BufferedReader:
    head = stream.peek(4)
    if head.startswith(_GZIP):
        return io.BufferedReader(_Inside(_gzip(stream)), _CHUNK)
    if head.startswith(_ZSTD):
        return io.BufferedReader(_Inside(_zstd(stream)), _CHUNK)
    return stream


def _gzip(stream: BinaryIO) -> Iterator[bytes]:
    """The data in gzip members. Raises ParseError where they are damaged or cut off."""
    try:
        with gzip.GzipFile(fileobj=stream) as source:
            while data := source.read(_CHUNK):
                yield data
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ParseError(f"is damaged gzip data: {error}") from None


def _zstd(stream: BinaryIO) -> Iterator[bytes]:
    """The data in zstd frames. Raises ParseError where they are damaged or cut off."""
    try:
        import zstandard  # noqa: PLC0415 - optional
    except ImportError:
        raise MissingDependencyError(
            'the input is compressed with zstd, which needs a package: pip install "cleantext-corpus[zstd]"'
        ) from None
    decoder = None
    data = b""
    try:
        while data := data or stream.read(_ZSTD_FED):
            decoder = decoder or zstandard.ZstdDecompressor().decompressobj()
            if found := decoder.decompress(data):
                yield found
            data, decoder = (decoder.unused_data, None) if decoder.eof else (b"", decoder)
    except zstandard.ZstdError as error:
        raise ParseError(f"is damaged zstd data: {error}") from None
    if decoder is not None:
        raise ParseError("is damaged zstd data: it ends in the middle of a frame")


class _Inside(io.RawIOBase):
    """Chunks of bytes as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill `buffer` from the current chunk or the next; 0 at the end."""
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        target = memoryview(buffer)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _reader(name: str, head: bytes) -> Reader:
    """The reader for a file: by its content, and by its name where JSON Lines and text begin alike."""
    plain = plain_name(name)
    if head.startswith(_PARQUET):
        from cleantext.formats.parquet import read_parquet  # noqa: PLC0415 - pyarrow only where it is needed

        return read_parquet
    if plain.endswith(_JSON_LINES) or (
        not plain.endswith(_TEXT) and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b'{"')
    ):
        return read_jsonl
    return read_whole
