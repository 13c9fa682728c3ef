"""Rows of JSON Lines: blocks of lines go through Arrow's parser, and line by line through Python's where they must.

Python's parser defines what a line means; Arrow's is five times as fast. They differ in what they refuse, so a block is
taken from Arrow only where nothing in it could be read otherwise; see `_JsonRows.by_arrow`.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.json as pj

from cleantext.errors import DocumentError, ParseError
from cleantext.formats.inputs import Input
from cleantext.formats.packing import DamageError
from cleantext.formats.rowbatch import (
    BLOCK,
    LABELS,
    TEXT_COLUMNS,
    RowBatch,
    RowGatherer,
    as_batch,
    is_valid,
    text_of,
    without_text,
)
from cleantext.formats.source import Source

__all__ = ["LineBlock", "line_blocks", "line_limit", "parse_row", "read_json_rows"]

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_MOST = (1 << 31) - 2  # bytes that Arrow's parser takes at once
_PIECES = 16  # into which a block that Arrow refuses is cut, so that a broken line does not cost the whole block
_SMALL = 64  # lines; fewer are not cut further
_PROBED = 4  # lines of a block that say which columns hold what
_DEPTH = 400  # brackets; Python's parser gives up at a thousand levels, less what its caller has used
_FEW_SAMPLES, _MANY_SAMPLES = 8, 64  # of the digits of a number that has more of them than Python converts
_DIGIT = np.isin(np.arange(256), list(b"0123456789"))
_TOKEN_END = np.isin(np.arange(256), list(b",}] \t\r\n"))


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Whole lines of a file: their bytes, the number of the first, and where each starts and ends without its LF."""

    data: Bytes
    number: int
    starts: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def line(self, index: int) -> bytes:
        """One line without its LF."""
        return self.data[self.starts[index] : self.ends[index]].tobytes()

    def size(self, index: int) -> int:
        """The bytes of a line with its LF."""
        return int(self.ends[index] - self.starts[index]) + bool(self.ends[index] < len(self.data))

    def part(self, first: int, end: int) -> LineBlock:
        """The lines from `first` to before `end`."""
        low, high = int(self.starts[first]), int(self.starts[end]) if end < len(self) else len(self.data)
        starts, ends = self.starts[first:end] - low, self.ends[first:end] - low
        return LineBlock(self.data[low:high], self.number + first, starts, ends)


def line_limit(max_bytes: int) -> int:
    """The bytes a line may have: it holds its text escaped (six bytes for one of three) and other fields beside it."""
    return 4 * max_bytes


def line_blocks(source: Source, limit: int) -> Iterator[LineBlock | DamageError]:
    """The lines of `source` in blocks of about `BLOCK` bytes, more where a line is longer.

    A line longer than `limit` comes shortened, but still longer than that. Where the file is damaged, the whole lines
    before come first, then the damage, and then the lines behind it.
    """
    number, rest = 1, np.empty(0, np.uint8)
    ended = False
    while not ended:
        data, ended, damage = _read_on(source, rest)
        newlines = np.flatnonzero(data == 10)
        cut = int(newlines[-1]) + 1 if newlines.size else 0
        if ended and cut < len(data):
            newlines, cut = np.append(newlines, len(data)), len(data)
        if cut:
            starts = np.concatenate([[0], newlines[:-1] + 1])
            yield LineBlock(data[:cut], number, starts, newlines)
            number += len(newlines)
        rest = data[cut:][: limit + 1]
        if damage is not None:  # the line that it breaks off is lost
            yield damage
            rest = np.empty(0, np.uint8)


def _read_on(source: Source, rest: Bytes) -> tuple[Bytes, bool, DamageError | None]:
    """`rest` and the `BLOCK` bytes after it, more after a long one; whether that is all, and what broke it off."""
    buffer = np.empty(len(rest) + max(BLOCK, len(rest)), np.uint8)
    buffer[: len(rest)] = rest
    filled, view = len(rest), buffer.data
    try:
        while filled < len(buffer) and (count := source.readinto(view[filled:])):
            filled += count
    except DamageError as error:
        return buffer[:filled], False, error
    return buffer[:filled], filled < len(buffer), None


def parse_row(line: bytes) -> dict[str, Any]:
    """The object in a line. Raises ParseError that says why there is none."""
    try:
        row = json.loads(line.rstrip().decode("utf-8-sig"), strict=False)
    except UnicodeDecodeError as error:
        raise ParseError(f"is not UTF-8 at byte {error.start}; JSON Lines must be") from None
    except json.JSONDecodeError as error:
        raise ParseError(f"is not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise ParseError("is JSON nested too deep") from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise ParseError(f"is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise ParseError(f"is JSON but not an object: {type(row).__name__}")
    return row


def read_json_rows(source: Source, item: Input, column: str | None, max_bytes: int) -> Iterator[RowBatch]:
    """The rows in the lines of `source`, block by block."""
    rows = _JsonRows(item, column, max_bytes)
    for block in line_blocks(source, line_limit(max_bytes)):
        if isinstance(block, DamageError):
            gatherer = rows.gatherer()
            gatherer.fail(0, str(block), block.offset)
            yield gatherer.batch()
        else:
            yield from rows.batches(block)


class _JsonRows:
    """How the lines of one input become rows. Holds no state but that."""

    def __init__(self, item: Input, column: str | None, max_bytes: int) -> None:
        self.item, self.column, self.max_bytes = item, column, max_bytes

    def batches(self, block: LineBlock) -> Iterator[RowBatch]:
        """The rows of `block`: at once, or those of each piece, by Arrow or line by line."""
        if (batch := self.by_arrow(block)) is not None:
            yield batch
            return
        step = max(_SMALL, -(-len(block) // _PIECES))
        for first, end in pairwise([*range(0, len(block), step), len(block)]):
            piece = block.part(first, end)
            batch = self.by_arrow(piece) if len(piece) < len(block) else None
            batch = self.by_line(piece) if batch is None else batch
            if len(batch) or batch.failures:
                yield batch

    def gatherer(self) -> RowGatherer:
        """An empty collection of rows."""
        return RowGatherer(
            origin=self.item.origin, source=self.item.source, column=self.column, max_bytes=self.max_bytes
        )

    def by_line(self, block: LineBlock) -> RowBatch:
        """The rows of `block` as Python reads each line: the definition."""
        rows, limit = self.gatherer(), line_limit(self.max_bytes)
        for index in range(len(block)):
            number = block.number + index
            if block.size(index) > limit:
                rows.fail(number, f"the line is over the limit of {limit:,} bytes (--max-bytes)")
            elif (line := block.line(index)).strip():
                try:
                    rows.add(number, parse_row(line))
                except DocumentError as error:
                    rows.fail(number, error)
        return rows.batch()

    def by_arrow(self, block: LineBlock) -> RowBatch | None:
        """The same by Arrow, or None where the two parsers might differ.

        Arrow reads objects wherever they stand: two on a line, one on two lines. Where every line begins with `{` and
        ends with `}`, and there are as many objects as lines, there is one object a line: in JSON no `{` follows a `}`
        inside an object. Arrow does not check UTF-8; it takes Inf, -NaN, any depth and any number, at which Python
        balks: lines that might hold these are tried with Python. Whatever else Arrow takes, Python takes and reads
        alike, and what Arrow refuses (control characters, lone surrogates, a column named twice or with values of
        another kind) is read line by line.
        """
        lines = _object_lines(block)
        if lines is None or not len(lines) or not self._plain(block):
            return None
        schema = self._schema(block, lines)
        table = schema and _parsed(block.data, schema, len(lines))
        if not table:
            return None
        *others, text = (_array(table, name) for name in self._text_columns(schema))
        if any(other.null_count < len(other) for other in others):
            return None
        return self._batch(block, lines, text, {name: _array(table, name) for name in LABELS})

    def _plain(self, block: LineBlock) -> bool:
        """Whether there is nothing in `block` that only Arrow would take."""
        if len(block.data) > _MOST or int((block.ends - block.starts).max()) >= line_limit(self.max_bytes):
            return False
        for index in _suspects(block):
            try:
                parse_row(block.line(int(index)))
            except ParseError:
                return False
        return _is_utf8(block.data)

    def _text_columns(self, schema: pa.Schema) -> list[str]:
        return [self.column] if self.column is not None else [name for name in TEXT_COLUMNS if name in schema.names]

    def _schema(self, block: LineBlock, lines: Ints) -> pa.Schema | None:
        """The columns to read, as some lines have them, the column of the text after all that come before it."""
        kinds: dict[str, pa.DataType] = dict.fromkeys(LABELS, pa.string())
        chosen: dict[str, pa.DataType] = {}
        for index in lines[:: -(-len(lines) // _PROBED)]:
            try:
                row = parse_row(block.line(int(index)))
                name, text = text_of(row, self.column, self.max_bytes)
            except DocumentError:
                continue
            chosen[name] = pa.list_(pa.string()) if isinstance(text, list) else pa.string()
            kinds |= {label: pa.int64() for label in LABELS if type(row.get(label)) is int}
        if len(chosen) != 1:
            return None
        ((name, kind),) = chosen.items()
        before = TEXT_COLUMNS[: TEXT_COLUMNS.index(name)] if self.column is None else ()
        return pa.schema(kinds | {other: _usual(other) for other in before} | {name: kind})

    def _batch(self, block: LineBlock, lines: Ints, text: pa.Array, labels: Mapping[str, pa.Array]) -> RowBatch | None:
        """The rows, without those that turn out to have no text or too much."""
        if any(pa.types.is_list(column.type) for column in labels.values()):
            return None
        if pa.types.is_list(text.type) and text.flatten().null_count:
            return None
        rows, bad = self.gatherer(), without_text(text, self.max_bytes)
        for index in lines[bad]:
            try:
                text_of(parse_row(block.line(int(index))), self.column, self.max_bytes)
            except DocumentError as error:
                rows.fail(block.number + int(index), error)
            else:
                return None
        if bad.any():
            stay = pa.array(~bad)
            lines, text = lines[~bad], text.filter(stay)
            labels = {name: column.filter(stay) for name, column in labels.items()}
        return as_batch(rows, block.number + lines, text, labels)


def _usual(column: str) -> pa.DataType:
    return pa.list_(pa.string()) if column == "paragraphs" else pa.string()


def _object_lines(block: LineBlock) -> Ints | None:
    """The lines that are not blank, if each of them begins with `{` and ends with `}`."""
    data, final = block.data, len(block.data) - 1
    lasts = np.maximum(block.ends - 1, block.starts)
    lasts -= (data[np.minimum(lasts, final)] == 0x0D) & (lasts > block.starts)
    odd = (data[np.minimum(block.starts, final)] != 0x7B) | (data[np.minimum(lasts, final)] != 0x7D)
    if any(block.line(int(index)).strip() for index in np.flatnonzero(odd)):
        return None
    return np.flatnonzero(~odd)


def _suspects(block: LineBlock) -> Ints:
    """Lines that might be nested deeply, hold Inf or -NaN, or a number of very many digits."""
    data = block.data
    space = np.empty_like(data)  # one array for all that is worked out of the bytes: new memory is dear
    found = np.concatenate([_infinities(data, space), _long_numbers(data)])
    suspects = np.unique(np.searchsorted(block.starts, found, side="right") - 1)
    np.bitwise_or(data, np.uint8(0x20), out=space)
    brackets = np.equal(space, np.uint8(0x7B), out=space.view(np.bool_))
    if np.count_nonzero(brackets) - len(block) <= _DEPTH:
        return suspects
    counts = np.diff(np.searchsorted(np.flatnonzero(brackets), np.append(block.starts, len(data))))
    return np.union1d(suspects, np.flatnonzero(counts > _DEPTH))


def _infinities(data: Bytes, space: Bytes) -> Ints:
    """Where `Inf` or `-NaN` stands and a value would end behind it."""
    np.subtract(data, np.uint8(0x49), out=space)
    capitals = np.flatnonzero(np.less_equal(space, np.uint8(5), out=space.view(np.bool_)))  # I to N
    capitals = capitals[(capitals > 0) & (capitals < len(data) - 3)]
    first, second, third = data[capitals], data[capitals + 1], data[capitals + 2]
    inf = (first == 0x49) & (second == 0x6E) & (third == 0x66) & _TOKEN_END[data[capitals + 3]]
    nan = (first == 0x4E) & (second == 0x61) & (third == 0x4E) & (data[capitals - 1] == 0x2D)
    found: Ints = capitals[inf | nan]
    return found


def _long_numbers(data: Bytes) -> Ints:
    """Where there might be more digits in a row than Python converts, found in samples of the bytes."""
    limit = sys.get_int_max_str_digits()
    if not limit or not _runs_of_digits(data, limit, _FEW_SAMPLES).size:
        return np.empty(0, np.int64)
    return _runs_of_digits(data, limit, _MANY_SAMPLES)


def _runs_of_digits(data: Bytes, limit: int, count: int) -> Ints:
    """Where `count` samples in a row are digits, as they are in any `limit` digits in a row."""
    stride = limit // (count + 1)
    sums = np.cumsum(_DIGIT[data[::stride]])
    return stride * (np.flatnonzero(sums[count:] - sums[:-count] == count) + count)


def _is_utf8(data: Bytes) -> bool:
    bounds = np.array([0, len(data)], np.int64)
    return is_valid(pa.LargeStringArray.from_buffers(1, pa.py_buffer(bounds), pa.py_buffer(data)))


def _parsed(data: Bytes | bytes, schema: pa.Schema, count: int) -> pa.Table | None:
    """The table of `count` rows in `data`, or None where Arrow finds another number or something to complain of."""
    table = _read_json(data, schema)
    if table is None or table.num_rows != count:
        return None
    if _takes_lone_surrogates() and not all(is_valid(column) for column in table.columns):
        return None
    return table


def _read_json(data: Bytes | bytes, schema: pa.Schema) -> pa.Table | None:
    try:
        return pj.read_json(
            pa.BufferReader(pa.py_buffer(data)),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except pa.ArrowException:
        return None


@functools.cache
def _takes_lone_surrogates() -> bool:
    """Whether this Arrow was built with a RapidJSON that makes bytes of them which are not UTF-8."""
    return _read_json(b'{"text": "\\udc00"}', pa.schema({"text": pa.string()})) is not None


def _array(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
