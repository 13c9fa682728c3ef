"""An open file as a stream of its content, whatever it is compressed with, that knows where in the file it is."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from cleantext.formats.packing import CHUNK, DamageError, Piece, Start, codec_of, unpacked

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

__all__ = ["HEAD", "Source"]

HEAD = 4096  # bytes that tell what is in a file


class Source(io.RawIOBase):
    """The content of `stream`, a file open for reading.

    Where it is damaged, reading raises DamageError once and then goes on with what comes after. `name` is what the file
    is called, `packed` what it is compressed with, or None. Raises MissingDependencyError for zstd data without the
    zstandard package.
    """

    def __init__(self, stream: BinaryIO, name: str = "") -> None:
        self.name = name
        self._stream = stream
        chunks = _chunks(stream)
        first = next(chunks, b"")
        while 0 < len(first) < 6 and (more := next(chunks, b"")):  # a pipe may give a byte at a time
            first += more
        codec = codec_of(first, name)
        self.packed = codec.name if codec else None
        self._pieces = unpacked(codec, _chained(first, chunks)) if codec else _as_they_are(first, chunks)
        self._plain = codec is None and hasattr(stream, "readinto")
        self._waiting: deque[Piece] = deque([next(self._pieces), next(self._pieces)] if self._plain else [])
        self._rest = memoryview(b"")
        self._count = 0  # bytes of content handed out
        self._starts: deque[tuple[int, int]] = deque([(0, 0)])

    @property
    def file(self) -> BinaryIO | None:
        """The open file itself, at any place in it, if it is not compressed and can be read anywhere."""
        return self._stream if self.packed is None and self._stream.seekable() else None

    def readable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """How many bytes of content have been read."""
        return self._count

    def peek(self, size: int = HEAD) -> bytes:
        """The next bytes, `size` of them unless there are fewer or some are damaged; they stay to be read.

        Where nothing comes before the first damage, what comes behind it.
        """
        held = len(self._rest) + sum(len(piece) for piece in self._waiting if isinstance(piece, bytes))
        damaged = any(isinstance(piece, DamageError) for piece in self._waiting)
        while held < size and not (damaged and held) and (piece := next(self._pieces, None)) is not None:
            self._waiting.append(piece)
            if isinstance(piece, DamageError) and held:
                break
            held += len(piece) if isinstance(piece, bytes) else 0
        found = bytes(self._rest)
        for piece in self._waiting:
            if isinstance(piece, DamageError) and found:
                break
            found += piece if isinstance(piece, bytes) else b""
        return found[:size]

    def pieces(self) -> Iterator[Piece]:
        """The content that has not been read yet, with the places where members begin and with damage."""
        if self._rest:
            yield bytes(self._rest)
            self._rest = memoryview(b"")
        while (piece := self._next()) is not None:
            yield piece

    def again(self) -> Iterator[Piece]:
        """The rest of `file` from where it was set to."""
        return _chunks(self._stream)

    def _next(self) -> Piece | None:
        return self._waiting.popleft() if self._waiting else next(self._pieces, None)

    def readinto(self, buffer: Buffer) -> int:
        """Fill `buffer` as far as one piece goes; 0 at the end. Raises DamageError where a piece is missing."""
        if self._plain and not self._rest and not self._waiting:
            size = self._stream.readinto(buffer) or 0  # type: ignore[attr-defined]  # most files have it
            self._count += size
            return size
        while not self._rest:
            piece = self._next()
            if piece is None:
                return 0
            if isinstance(piece, DamageError):
                raise piece
            if isinstance(piece, Start):
                self._starts.append((self._count, piece.offset))
            else:
                self._rest = memoryview(piece)
        target = memoryview(buffer)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self._count += size
        return size

    def place(self, position: int) -> int:
        """Where in the file the byte `position` of the content is; of a compressed file, where its member begins.

        Positions must not go back from call to call: what lies before the last one asked for is forgotten.
        """
        if self.packed is None:
            return position
        while len(self._starts) > 1 and self._starts[1][0] <= position:
            self._starts.popleft()
        return self._starts[0][1]


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    read = getattr(stream, "read1", stream.read)  # of a pipe, what is there
    while chunk := read(CHUNK):
        yield chunk


def _chained(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _as_they_are(first: bytes, chunks: Iterator[bytes]) -> Iterator[Piece]:
    yield Start(0)
    yield first
    yield from chunks
