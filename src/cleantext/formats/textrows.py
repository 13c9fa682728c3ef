"""Text files: the file is one row."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import pyarrow as pa

from cleantext.errors import ConfigError, LimitExceededError, ParseError
from cleantext.formats.fates import Fates, Stretch, changed_columns
from cleantext.formats.inputs import Input
from cleantext.formats.rowbatch import RowBatch, RowGatherer, encodable
from cleantext.formats.source import Source

__all__ = ["Decoder", "TextStretch", "read_text", "read_text_row", "utf8"]

# From the bytes of a text file to its text; raises DocumentError where they are none.
Decoder = Callable[[bytes], str]


def utf8(content: bytes) -> str:
    """`content` as UTF-8, without a byte order mark. Raises ParseError where it is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"is not UTF-8 at byte {error.start}") from None


def read_text(source: Source, max_bytes: int, decode: Decoder) -> str:
    """The text of a whole file. Raises LimitExceededError, and DocumentError as `decode` and `source` do."""
    content = io.BufferedReader(source).read(max_bytes + 1)
    if len(content) > max_bytes:
        raise LimitExceededError(f"is over the limit of {max_bytes:,} bytes a document (--max-bytes)")
    return decode(content)


def read_text_row(source: Source, item: Input, max_bytes: int, decode: Decoder) -> RowBatch:
    """The one row of a text file; its number is 0 and it has no id. Raises as `read_text` does."""
    text = read_text(source, max_bytes, decode)
    # The limit is one of bytes of the file; in UTF-8 the text may have more.
    row = RowGatherer(origin=item.origin, source=item.source, column=None, max_bytes=4 * len(text))
    row.add(0, {"text": text})
    return row.batch()


class TextStretch(Stretch):
    """The one row of a text file, which is `{"id": …, "text": …}` in the formats that have columns."""

    def __init__(self, text: str, fates: Fates, origin: str) -> None:
        super().__init__(fates, 0, len(fates.keep))
        self.whole, self.origin = encodable(text), origin

    def text(self, row: int) -> str:
        """The text of the file."""
        del row
        return self.whole

    def _rows(self) -> list[dict[str, str]]:
        changed, rows = self.changed(), [{"id": encodable(self.origin), "text": self.whole} for _ in self.kept()]
        return [
            row | changed_columns(row, "text", self.whole, self.fates.of_row(0)) if changed else row for row in rows
        ]

    def lines(self) -> Iterator[bytes]:
        """The row as a line of JSON, if it stays."""
        for row in self._rows():
            yield json.dumps(row, ensure_ascii=False).encode() + b"\n"

    def table(self, schema: pa.Schema) -> pa.Table:
        """The row as a table, if it stays. Raises ConfigError where `schema` is not one of such rows."""
        try:
            return pa.Table.from_pylist(self._rows(), schema=schema)
        except pa.ArrowException as error:
            raise ConfigError(f"{self.origin}: {error}") from None
