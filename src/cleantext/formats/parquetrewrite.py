"""Parquet written again: the kept rows with their columns as they were, as a table or as JSON Lines."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from cleantext.errors import ConfigError
from cleantext.formats.fates import Fates, Stretch, changed_columns
from cleantext.formats.parquetrows import plain_value, raw_value
from cleantext.formats.rowbatch import Text, encodable, text_of

__all__ = ["ParquetStretch"]

_NO_LIMIT = 1 << 62


class ParquetStretch(Stretch):
    """A record batch with all columns, the first row of which has the number `number` in its file."""

    def __init__(self, batch: pa.RecordBatch, number: int, fates: Fates, origin: str, column: str | None) -> None:
        first, end = np.searchsorted(fates.numbers, [number, number + batch.num_rows]).tolist()
        super().__init__(fates, first, end)
        self.batch, self.number, self.origin, self.column = batch, number, origin, column

    def _found(self, row: int) -> tuple[dict[str, Any], str, Text]:
        """The values of a row, the column of its text, and the text."""
        index = int(self.fates.numbers[row]) - self.number
        columns = zip(self.batch.schema.names, self.batch.columns, strict=True)
        values = {name: raw_value(column[index]) for name, column in columns}
        return values, *text_of(values, self.column, _NO_LIMIT)

    def text(self, row: int) -> Text:
        """The text of a row as it was read."""
        return self._found(row)[2]

    def _new(self) -> dict[int, dict[str, Any]]:
        """The new values of changed rows, by their place among the kept rows."""
        changed = self.changed()
        places = np.searchsorted(self.kept(), changed).tolist()
        return {
            place: changed_columns(*self._found(row), self.fates.of_row(row))
            for place, row in zip(places, changed, strict=True)
        }

    def _kept(self) -> pa.Table:
        """The kept rows as they were."""
        indices = self.fates.numbers[self.kept()] - self.number
        return pa.Table.from_batches([self.batch]).take(pa.array(indices, pa.int64()))

    def table(self, schema: pa.Schema) -> pa.Table:
        """The kept rows with the columns of `schema`, which are those of the file."""
        table, new = self._kept(), self._new()
        for name in sorted({name for values in new.values() for name in values}):
            values = table.column(name).to_pylist()
            for place, columns in new.items():
                values[place] = columns.get(name, values[place])
            kind = schema.field(name).type
            table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, kind))
        try:
            return table.select(schema.names).cast(schema)
        except pa.ArrowException as error:
            raise ConfigError(f"{self.origin}: {str(error).splitlines()[0]}") from None

    def lines(self) -> Iterator[bytes]:
        """The kept rows as JSON Lines. What JSON does not have is text there: dates, decimals, bytes."""
        table, new = self._kept(), self._new()
        columns = [_values(column) for column in table.columns]
        for place, cells in enumerate(zip(*columns, strict=True)):
            row = dict(zip(table.schema.names, cells, strict=True)) | new.get(place, {})
            yield encodable(_dumped(row)).encode() + b"\n"


def _values(column: pa.ChunkedArray) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):  # text that is not UTF-8, or a date that Python has not
        return [plain_value(cell) for cell in column]
    return [plain_value(cell) for cell in column] if pa.types.is_temporal(column.type) else values


def _dumped(row: Mapping[str, Any]) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=_as_text)
    except ValueError:  # NaN or infinity, which JSON has not
        return json.dumps(_finite(row), ensure_ascii=False, default=_as_text)


def _finite(value: Any) -> Any:
    """`value` with null for numbers that are none."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value


def _as_text(value: Any) -> str:
    """Bytes as the UTF-8 they are, else as base64; anything else as Python writes it."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
