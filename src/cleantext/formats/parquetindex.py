"""What the index at the end of a Parquet file says of its row groups.

pyarrow tells it too, but where the index is damaged in certain ways, asking for it ends the process: a C++ exception
passes through `RowGroupMetaData.column`. The fields are those of
https://github.com/apache/parquet-format/blob/apache-parquet-format-2.11.0/src/main/thrift/parquet.thrift, written as
https://github.com/apache/thrift/blob/v0.21.0/doc/specs/thrift-compact-protocol.md says.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

from cleantext.errors import ParseError

__all__ = ["Chunk", "Group", "row_groups"]

_MAGIC = b"PAR1"
_DEEPEST = 64
# Types of values.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
# Numbers of fields, of the file's metadata, of a row group, of a column chunk, and of its metadata.
_ROW_GROUPS = 4
_COLUMNS, _NUM_ROWS = 1, 3
_META_DATA = 3
_PATH, _NUM_VALUES, _UNCOMPRESSED, _COMPRESSED, _DICTIONARY = 3, 5, 6, 7, 11


@dataclass(frozen=True, slots=True)
class Chunk:
    """A column of a row group: its path, values, bytes unpacked and in the file, and whether it has a dictionary."""

    path: str
    values: int
    unpacked: int
    packed: int
    has_dictionary: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A row group: how many rows it has, and its columns."""

    rows: int
    chunks: tuple[Chunk, ...]


def row_groups(file: BinaryIO) -> list[Group]:
    """The row groups of an open Parquet file. Raises ParseError where its index cannot be read."""
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 8))
    tail = file.read(8)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or size > end - 8:
        raise ParseError("is damaged Parquet: it has no index at its end")
    file.seek(end - 8 - size)
    try:
        return [_group(fields) for fields in _Reader(file.read(size)).struct().get(_ROW_GROUPS, [])]
    except (IndexError, KeyError, TypeError, AttributeError, ValueError):
        raise ParseError("is damaged Parquet: its index cannot be read") from None


def _group(fields: dict[int, Any]) -> Group:
    return Group(int(fields[_NUM_ROWS]), tuple(_chunk(column[_META_DATA]) for column in fields[_COLUMNS]))


def _chunk(fields: dict[int, Any]) -> Chunk:
    return Chunk(
        path=b".".join(fields[_PATH]).decode("utf-8", "replace"),
        values=int(fields[_NUM_VALUES]),
        unpacked=int(fields[_UNCOMPRESSED]),
        packed=int(fields[_COMPRESSED]),
        has_dictionary=_DICTIONARY in fields,
    )


class _Reader:
    """Values in the compact protocol of Thrift, one after the other. Raises IndexError and ValueError."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.depth = data, 0, 0

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        """A number in groups of seven bits."""
        found = shift = 0
        while (byte := self.byte()) & 0x80:
            found |= (byte & 0x7F) << shift
            shift += 7
            if shift > 70:
                raise ValueError(shift)
        return found | byte << shift

    def number(self) -> int:
        """A number with a sign."""
        found = self.varint()
        return (found >> 1) ^ -(found & 1)

    def taken(self, size: int) -> bytes:
        """The next `size` bytes."""
        if size > len(self.data) - self.at:
            raise ValueError(size)
        self.at += size
        return self.data[self.at - size : self.at]

    def struct(self) -> dict[int, Any]:
        """The fields of an object by number."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError(self.depth)
        fields: dict[int, Any] = {}
        number = 0
        while (head := self.byte()) & 15:
            number = number + (head >> 4) if head >> 4 else self.number()
            kind = head & 15
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self.value(kind)
        self.depth -= 1
        return fields

    def value(self, kind: int) -> Any:
        """A value of a type."""
        if kind in (_TRUE, _FALSE, _BYTE):
            return self.byte()
        if kind in (_I16, _I32, _I64):
            return self.number()
        if kind == _DOUBLE:
            return self.taken(8)
        if kind == _BINARY:
            return self.taken(self.varint())
        if kind == _STRUCT:
            return self.struct()
        if kind in (_LIST, _SET):
            return self.sequence()
        if kind == _MAP:
            return self.map()
        raise ValueError(kind)

    def sequence(self) -> list[Any]:
        """Values of one type."""
        head = self.byte()
        size = head >> 4 if head >> 4 < 15 else self.varint()
        return self.values(size, head & 15)

    def map(self) -> list[Any]:
        """The keys and values of a map, in turn."""
        size = self.varint()
        kinds = self.byte() if size else 0
        return [part for _ in range(self.bounded(size)) for part in (self.value(kinds >> 4), self.value(kinds & 15))]

    def values(self, size: int, kind: int) -> list[Any]:
        """So many values of a type."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError(self.depth)
        found = [self.value(kind) for _ in range(self.bounded(size))]
        self.depth -= 1
        return found

    def bounded(self, size: int) -> int:
        """`size`, if so many values can be there: each has a byte at least."""
        if size > len(self.data) - self.at:
            raise ValueError(size)
        return size
