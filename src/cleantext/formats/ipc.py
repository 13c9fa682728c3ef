"""The messages of Arrow's IPC format, looked at before Arrow reads them.

Arrow makes as much room as a compressed batch says it needs, so the sizes that it gives are added up first. Where they
stand: https://github.com/apache/arrow/blob/apache-arrow-20.0.0/format/Message.fbs (and Schema.fbs for buffers); how a
message is framed: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.ipc

from cleantext.errors import DocumentError, LimitExceededError, ParseError
from cleantext.formats.cells import DAMAGE, reason_of
from cleantext.formats.packing import CHUNK
from cleantext.formats.source import Source

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

__all__ = ["ArrowReader", "BatchError", "unfolded_size"]

_CONTINUED = b"\xff\xff\xff\xff"
_MAGIC = b"ARROW1\x00\x00"
_MOST_HEADER = 1 << 24  # bytes of the description of a message
_MOST_BODY = (1 << 31) - 1  # bytes of a message, as it stands and unpacked
# Bytes that a message may unfold to whatever its size, and how many times its size it may unfold to beyond them.
_FREE, _RATIO = 1 << 26, 1000
_DICTIONARY, _BATCH = 2, 3  # kinds of messages that have a body
_WORDS = 8  # bytes in front of a compressed buffer, which say how many it unfolds to


class BatchError(ParseError):
    """A batch cannot be read; it has so many `rows`, as far as is known."""

    def __init__(self, message: str, rows: int) -> None:
        super().__init__(f"is damaged Arrow: {message}")
        self.rows = rows


class ArrowReader:
    """An open Arrow file or stream, and the `schema` of its batches. Raises ParseError where it cannot be read."""

    def __init__(self, source: Source) -> None:
        head = source.peek(len(_MAGIC) + len(_CONTINUED))
        try:
            if head.startswith(_MAGIC) and not head.endswith(_CONTINUED) and source.file is not None:
                self._reader: _Stream | _Indexed = _Indexed(source.file)
            else:
                self._reader = _Stream(source)
            fields = [field.with_type(_usual(field.type)) for field in self._reader.schema]
            self.schema: pa.Schema = pa.schema(fields, self._reader.schema.metadata)
            self.names: list[str] = self.schema.names  # which fails where they are not UTF-8
        except DAMAGE as error:
            raise ParseError(f"is damaged Arrow: {reason_of(error)}") from None

    def batches(self) -> Iterator[pa.RecordBatch | BatchError]:
        """The batches in order, checked, and an error for each that is damaged."""
        for batch in self._reader.batches():
            if isinstance(batch, BatchError):
                yield batch
                continue
            try:
                yield self._checked(batch)
            except DAMAGE as error:
                yield BatchError(reason_of(error), batch.num_rows)

    def _checked(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """`batch`, if all of its offsets lead somewhere. Text that is not UTF-8 comes as bytes. Raises ArrowInvalid."""
        try:
            batch.validate(full=True)
        except pa.ArrowInvalid:
            if not any(pa.types.is_string(column.type) for column in batch.columns):
                raise
            columns = [
                column.view(pa.binary()) if pa.types.is_string(column.type) else column for column in batch.columns
            ]
            batch = pa.RecordBatch.from_arrays(columns, batch.schema.names)
            batch.validate(full=True)
            return batch
        return batch if batch.schema.equals(self.schema) else batch.cast(self.schema)


def _usual(kind: pa.DataType) -> pa.DataType:
    """`kind` with ordinary strings and lists for the views of them that Polars writes."""
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        return pa.large_string() if pa.types.is_string_view(kind) else pa.large_binary()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = kind.value_field.with_type(_usual(kind.value_type))
        return pa.list_(inner) if pa.types.is_list(kind) else pa.large_list(inner)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_usual(field.type)) for field in kind.fields])
    return kind


class _Stream:
    """Messages one after the other, from front to back, as streams have them and most files do."""

    def __init__(self, source: Source) -> None:
        self._feed = _Feed(source)
        try:
            self._reader = pa.ipc.open_stream(self._feed)
        except DAMAGE as error:
            raise ParseError(f"is damaged Arrow: {self._feed.reason or reason_of(error)}") from None
        self.schema: pa.Schema = self._reader.schema

    def batches(self) -> Iterator[pa.RecordBatch | BatchError]:
        """The batches in order, and an error for each that Arrow cannot read or must not."""
        feed = self._feed
        while True:
            seen = feed.count
            found: list[pa.RecordBatch | BatchError] = []
            try:
                found.append(self._reader.read_next_batch())
            except StopIteration:
                pass
            except DAMAGE as error:
                if not feed.reason:
                    found.append(BatchError(reason_of(error), feed.rows))
            yield from feed.take_lost()
            yield from found
            if feed.reason:
                yield BatchError(feed.reason, 0)
            if feed.reason or not found or feed.count == seen:  # nothing further can be read
                return


class _Indexed:
    """A file whose batches are found by the index at its end, as in those that Polars writes.

    Raises ParseError and what Arrow raises where it is damaged.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        end = file.seek(0, io.SEEK_END)
        file.seek(max(0, end - 10))
        size, magic = struct.unpack("<i6s", file.read(10))
        if magic != _MAGIC[:6] or not 0 < size < min(end, _MOST_HEADER):
            raise ParseError("is damaged Arrow: it has no index at its end")
        file.seek(end - 10 - size)
        index = file.read(size)
        dictionaries, self._blocks = _blocks(index, 2), _blocks(index, 3)
        for block in dictionaries:
            _, reason = self._checked(block)
            if reason:
                raise ParseError(f"is damaged Arrow: {reason}")
        file.seek(0)
        self._reader = pa.ipc.open_file(file)
        self.schema: pa.Schema = self._reader.schema

    def _checked(self, block: tuple[int, int, int]) -> tuple[int, str]:
        """The rows of a batch, and why Arrow must not read it, if so."""
        at, header_size, length = block
        if not 8 <= header_size <= _MOST_HEADER or not 0 <= length <= _MOST_BODY:
            return 0, f"a message claims to have {length:,} bytes"
        self._file.seek(at)
        header = self._file.read(header_size)[8:]
        unfolded = unfolded_size(header, self._file.read(length))
        if unfolded > max(_FREE, _RATIO * length):
            return _rows(header), f"a message of {length:,} bytes would unfold to {unfolded:,}"
        return _rows(header), ""

    def batches(self) -> Iterator[pa.RecordBatch | BatchError]:
        """The batches in order, and an error for each that Arrow cannot read or must not."""
        for number, block in enumerate(self._blocks):
            rows, reason = self._checked(block)
            try:
                yield BatchError(reason, rows) if reason else self._reader.get_batch(number)
            except DAMAGE as error:
                yield BatchError(reason_of(error), rows)


def _blocks(index: bytes, number: int) -> list[tuple[int, int, int]]:
    """Where messages are: offset, bytes of the description with its frame, and of the body. Raises ParseError."""
    try:
        (root,) = struct.unpack_from("<I", index, 0)
        at = _child(index, root, number)
        (count,) = struct.unpack_from("<I", index, at) if at else (0,)
        return [struct.unpack_from("<qi4xq", index, at + 4 + 24 * n) for n in range(min(count, len(index)))]
    except (struct.error, IndexError):
        raise ParseError("is damaged Arrow: its index is broken") from None


class _Feed(io.RawIOBase):
    """The messages of `source` one after the other, as a file for Arrow to read. `reason` says why they end early."""

    def __init__(self, source: Source) -> None:
        self._stream = io.BufferedReader(source, CHUNK)
        head = self._stream.peek(len(_MAGIC))
        if head.startswith(b"FEA1"):
            raise ParseError("is Feather version 1; write it again with a newer pyarrow (version 2 is Arrow IPC)")
        if head.startswith(_MAGIC):
            self._stream.read(len(_MAGIC))
        self._rest = memoryview(b"")
        self._lost: list[BatchError] = []
        self.count = self.rows = 0
        self.reason = ""

    def take_lost(self) -> list[BatchError]:
        """The batches that Arrow was not given, since the last call."""
        lost, self._lost = self._lost, []
        return lost

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill `buffer` from the current message or the next; 0 at the end."""
        if not self._rest and not self.reason:
            try:
                self._rest = memoryview(self._message())
            except DocumentError as error:
                self.reason = str(error)
        target = memoryview(buffer)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _message(self) -> bytes:
        """The next message with its frame; nothing at the end. Raises DocumentError where there is none."""
        while True:
            frame = self._stream.read(8)
            size = int.from_bytes(frame[4:], "little", signed=True)
            if not frame or (size == 0 and frame.startswith(_CONTINUED)):
                return b""
            if not frame.startswith(_CONTINUED) or not 0 < size <= _MOST_HEADER:
                raise ParseError(f"no message begins behind the first {self.count:,}")
            header = self._read(size)
            try:
                kind, length, _ = _described(header)
            except (struct.error, IndexError):
                raise ParseError(f"message {self.count + 1:,} has a broken description") from None
            if not 0 <= length <= _MOST_BODY:
                raise LimitExceededError(f"message {self.count + 1:,} claims to have {length:,} bytes")
            body = self._read(length)
            self.count += 1
            self.rows = _rows(header) if kind == _BATCH else 0
            unfolded = unfolded_size(header, body) if kind in (_DICTIONARY, _BATCH) else 0
            if unfolded <= max(_FREE, _RATIO * length):
                return b"".join([frame, header, body])
            error = f"message {self.count:,} of {length:,} bytes would unfold to {unfolded:,}"
            if kind == _DICTIONARY:  # without it, what comes after means something else
                raise LimitExceededError(error)
            self._lost.append(BatchError(error, self.rows))

    def _read(self, size: int) -> bytes:
        """`size` bytes; no room is made for more than are there."""
        parts, missing = [], size
        while missing and (part := self._stream.read(min(missing, 16 * CHUNK))):
            parts.append(part)
            missing -= len(part)
        if missing:
            raise ParseError(f"it ends in the middle of message {self.count + 1:,}")
        return b"".join(parts)


def unfolded_size(header: bytes, body: bytes) -> int:
    """The bytes that the buffers of a message say they unfold to; 0 if they are not compressed."""
    try:
        kind, _, table = _described(header)
        if kind == _DICTIONARY:
            table = _child(header, table, 1)
        if not table or not _child(header, table, 3):
            return 0
        buffers = _child(header, table, 2)
        (count,) = struct.unpack_from("<I", header, buffers) if buffers else (0,)
        total = 0
        for number in range(count):
            offset, length = struct.unpack_from("<qq", header, buffers + 4 + 16 * number)
            if length >= _WORDS:
                (size,) = struct.unpack_from("<q", body, offset)
                total += length if size == -1 else size if size >= 0 else _MOST_BODY
    except (struct.error, IndexError):
        return _MOST_BODY * _RATIO  # what cannot be looked up is not tried
    return total


def _rows(header: bytes) -> int:
    """The rows of a batch; 0 where its description is broken."""
    try:
        at = _field(header, _described(header)[2], 0)
        (count,) = struct.unpack_from("<q", header, at) if at else (0,)
    except (struct.error, IndexError):
        return 0
    return int(count) if 0 <= count < _MOST_BODY else 0


def _described(header: bytes) -> tuple[int, int, int]:
    """The kind of a message, the length of its body, and where in `header` what describes it stands."""
    (root,) = struct.unpack_from("<I", header, 0)
    kind, length = _field(header, root, 1), _field(header, root, 3)
    return (
        header[kind] if kind else 0,
        struct.unpack_from("<q", header, length)[0] if length else 0,
        _child(header, root, 2),
    )


def _field(header: bytes, table: int, number: int) -> int:
    """Where a field of the table at `table` stands; 0 if it has none."""
    (back,) = struct.unpack_from("<i", header, table)
    at = table - back
    if at < 0:
        raise IndexError(at)
    (size,) = struct.unpack_from("<H", header, at)
    if 4 + 2 * number >= size:
        return 0
    (offset,) = struct.unpack_from("<H", header, at + 4 + 2 * number)
    return table + int(offset) if offset else 0


def _child(header: bytes, table: int, number: int) -> int:
    """Where the table or list that a field refers to stands; 0 if there is none."""
    at = _field(header, table, number)
    return at + int(struct.unpack_from("<I", header, at)[0]) if at else 0
