"""JSON Lines written again: kept lines as the very bytes they were, changed ones with only the changed values new."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from cleantext.errors import ConfigError, DocumentError
from cleantext.formats.fates import Fates, Stretch, changed_columns
from cleantext.formats.jsonrows import Bytes, LineBlock, parse_row
from cleantext.formats.rowbatch import Text, encodable, row_name, text_of

__all__ = ["JsonStretch", "infer_schema", "json_table", "replaced"]

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(strict=False)
_NO_LIMIT = 1 << 62


class JsonStretch(Stretch):
    """A block of lines, some of which are rows."""

    def __init__(self, block: LineBlock, fates: Fates, origin: str, column: str | None) -> None:
        first, end = np.searchsorted(fates.numbers, [block.number, block.number + len(block)]).tolist()
        super().__init__(fates, first, end)
        self.block, self.origin, self.column = block, origin, column

    def line(self, row: int) -> bytes:
        """The line of a row."""
        return self.block.line(int(self.fates.numbers[row]) - self.block.number)

    def text(self, row: int) -> Text:
        """The text of a row as it was read."""
        return text_of(parse_row(self.line(row)), self.column, _NO_LIMIT)[1]

    def lines(self) -> Iterator[bytes | memoryview]:
        """The kept rows, as many consecutive lines at a time as stay as they are."""
        block, view = self.block, self.block.data.data
        kept = np.array(self.kept(), np.int64)
        lines = self.fates.numbers[kept] - block.number
        changed = np.isin(kept, self.changed())
        marked = block.data[block.starts[lines]] == _BOM[0]
        alone = changed[1:] | changed[:-1] | marked[1:] | (np.diff(lines) != 1)
        firsts = np.flatnonzero(np.concatenate([[len(kept) > 0], alone]))
        for first, end in zip(firsts.tolist(), [*firsts[1:].tolist(), len(kept)], strict=False):
            if changed[first]:
                yield self.changed_line(int(kept[first]))
                continue
            start = int(block.starts[lines[first]]) + (len(_BOM) if marked[first] else 0)
            yield view[start : block.ends[lines[end - 1]] + 1]
            if block.ends[lines[end - 1]] == len(block.data):
                yield b"\n"

    def changed_line(self, row: int) -> bytes:
        """The line of a row without the paragraphs that go."""
        line = self.line(row).rstrip().decode("utf-8-sig")
        members = _members(line)
        values = {name: value for name, (value, _, _) in members.items()}
        column, text = text_of(values, self.column, _NO_LIMIT)
        new = changed_columns(values, column, text, self.fates.of_row(row))
        parts, done = [], 0
        for name, (_, start, end) in members.items():
            if name in new:
                parts += [line[done:start], json.dumps(new[name], ensure_ascii=False)]
                done = end
        # What UTF-8 cannot hold are lone surrogates, and \udXXX is how JSON writes them.
        return "".join([*parts, line[done:], "\n"]).encode("utf-8", "backslashreplace")

    def table(self, schema: pa.Schema) -> pa.Table:
        """The kept rows as a table. Raises ConfigError where one of them does not fit `schema`."""
        numbers = self.fates.numbers[self.kept()].tolist()
        return json_table(b"".join(self.lines()), schema, [row_name(self.origin, number) for number in numbers])


def _members(line: str) -> dict[str, tuple[Any, int, int]]:
    """The members of the object in `line` in order: values and where they stand; of a name given twice, the last."""
    found: dict[str, tuple[Any, int, int]] = {}
    at = _after_space(line, _after_space(line, 0) + 1)
    while line[at] != "}":
        name, at = _DECODER.raw_decode(line, at)
        start = _after_space(line, _after_space(line, at) + 1)
        value, end = _DECODER.raw_decode(line, start)
        found.pop(name, None)
        found[name] = (value, start, end)
        at = _after_space(line, end)
        if line[at] == ",":
            at = _after_space(line, at + 1)
    return found


def _after_space(line: str, at: int) -> int:
    match = _SPACE.match(line, at)
    return match.end() if match else at


def json_table(data: bytes, schema: pa.Schema, names: list[str]) -> pa.Table:
    """The rows in lines of JSON, one for each of `names`. Raises ConfigError that names one which does not fit."""
    if not names:
        return schema.empty_table()
    try:
        return _parsed(data, schema)
    except pa.ArrowException:
        lines = [line + b"\n" for line in data.split(b"\n")[:-1]]
        return pa.concat_tables(_one_row(line, schema, name) for line, name in zip(lines, names, strict=True))


def _parsed(data: Bytes | bytes, schema: pa.Schema | None) -> pa.Table:
    options = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error" if schema else "infer")
    read = pj.ReadOptions(use_threads=False, block_size=len(data) + 1)
    return pj.read_json(pa.BufferReader(pa.py_buffer(data)), read_options=read, parse_options=options)


def _one_row(line: bytes, schema: pa.Schema, name: str) -> pa.Table:
    try:
        return _parsed(_plain(line), schema)
    except pa.ArrowException as error:
        raise ConfigError(
            f"{name}: does not fit the Parquet columns that its input began with: {str(error).splitlines()[0]} "
            "(--format jsonl writes every row as it is)"
        ) from None


def _plain(line: bytes) -> bytes:
    """The same object in JSON that no parser refuses: nothing twice, no lone surrogates, no control characters."""
    return encodable(json.dumps(parse_row(line), ensure_ascii=False)).encode() + b"\n"


def infer_schema(block: LineBlock, origin: str, column: str | None, max_bytes: int) -> pa.Schema:
    """The columns of the rows in `block`, lines that are no rows left out. Types may be null; no text is a time.

    Raises ConfigError where the rows have no columns in common.
    """
    try:
        schema = _parsed(block.data, None).schema
    except (pa.ArrowException, UnicodeDecodeError):
        data = b"".join(_plain_rows(block, column, max_bytes))
        try:
            schema = _parsed(data, None).schema if data else pa.schema([])
        except pa.ArrowException as error:
            raise ConfigError(
                f"{origin}: its rows do not fit into Parquet columns: {str(error).splitlines()[0]} "
                "(--format jsonl writes every row as it is)"
            ) from None
    return pa.schema([field.with_type(replaced(field.type, pa.types.is_temporal)) for field in schema])


def _plain_rows(block: LineBlock, column: str | None, max_bytes: int) -> Iterator[bytes]:
    for index in range(len(block)):
        with contextlib.suppress(DocumentError):
            text_of(parse_row(block.line(index)), column, max_bytes)
            yield _plain(block.line(index))


def replaced(kind: pa.DataType, test: Callable[[pa.DataType], bool]) -> pa.DataType:
    """`kind` with strings for the types in it that pass `test`."""
    if test(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(replaced(kind.value_type, test))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(replaced(field.type, test)) for field in kind.fields])
    return kind
