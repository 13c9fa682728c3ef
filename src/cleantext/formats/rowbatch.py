"""Rows of any format on their way to be compared: where the text of a row is, and many rows as arrays.

What a row means is defined here, for one row of plain values: `text_of` and `label_of`. Readers that take whole
columns at once must give the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cleantext.errors import DocumentError, LimitExceededError, ParseError
from cleantext.formats.base import Failure
from cleantext.formats.paragraphs import cut_paragraphs, paragraph_spans

__all__ = [
    "BLOCK",
    "LABELS",
    "TEXT_COLUMNS",
    "RowBatch",
    "RowGatherer",
    "as_batch",
    "encodable",
    "is_valid",
    "label_of",
    "paragraphs_of",
    "row_name",
    "text_of",
    "without_text",
]

# Where the text of a row is looked for, in order. A page in `html` is not clean text.
TEXT_COLUMNS = ("paragraphs", "text", "content", "body")
# What else of a row matters for choosing which of two duplicates stays.
LABELS = ("id", "url", "date", "source")
BLOCK = 8 << 20  # bytes of a file, or of text in columns, that are worked on at a time

Text = str | list[str]
_KINDS = {type(None): "null", bool: "a truth value", int: "a number", float: "a number", dict: "an object"}


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Some rows of one input, in order.

    `numbers` are their 1-based places in the file (line numbers of JSON Lines; 0 where the file is the row). `texts`
    are the paragraphs of all rows end to end; those of row i are the ones from `offsets[i]` to `offsets[i + 1]`.
    `columns` holds `id`, `url`, `date` and `source` as string arrays of n, null where a row does not say. `failures`
    are the rows of this stretch of the file that could not be read; they are none of the n.
    """

    origin: str
    source: str
    numbers: npt.NDArray[np.int64]
    texts: pa.LargeStringArray
    offsets: npt.NDArray[np.int64]
    columns: Mapping[str, pa.Array]
    failures: tuple[Failure, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)


def row_name(origin: str, number: int) -> str:
    """What people call a row: `origin#number`, or `origin` where the file is the row."""
    return f"{origin}#{number}" if number else origin


def text_of(row: Mapping[str, Any], column: str | None, max_bytes: int) -> tuple[str, Text]:
    """The column that holds the text of `row`, and the text: a string, or a list of strings that are its paragraphs.

    That is `column`, else the first of `TEXT_COLUMNS` which holds text. Lone surrogates are U+FFFD. Raises ParseError
    where there is no text and LimitExceededError where it is longer than `max_bytes`.
    """
    names = TEXT_COLUMNS if column is None else (column,)
    name = next((name for name in names if _is_text(row.get(name))), None)
    if name is None:
        raise ParseError(_no_text(row, names))
    try:
        text = [_decoded(part) for part in row[name]] if isinstance(row[name], list) else _decoded(row[name])
    except UnicodeDecodeError as error:
        raise ParseError(f"is not UTF-8 at byte {error.start} of {name}") from None
    parts = text if isinstance(text, list) else [text]
    size = sum(len(part.encode()) for part in parts) + 2 * max(0, len(parts) - 1)
    if size > max_bytes:
        raise LimitExceededError(f"is {size:,} bytes, over the limit of {max_bytes:,} (--max-bytes)")
    return name, text


def _is_text(value: Any) -> bool:
    return isinstance(value, str | bytes) or (
        isinstance(value, list) and all(isinstance(part, str | bytes) for part in value)
    )


def _decoded(text: str | bytes) -> str:
    return encodable(text) if isinstance(text, str) else text.decode()


def _no_text(row: Mapping[str, Any], names: Sequence[str]) -> str:
    there = next((name for name in names if name in row), None)
    if there is not None:
        kind = _KINDS.get(type(row[there]), "a list with other things in it" if isinstance(row[there], list) else "")
        return f"has {kind or type(row[there]).__name__} in {there}, where a text or a list of texts should be"
    found = ", ".join(map(encodable, map(str, list(row)[:8]))) or "nothing"
    return f"has no {' or '.join(names)}; it has {found} (--column names the column of the text)"


def encodable(text: str) -> str:
    """`text` with lone surrogates, which no encoding has, as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def label_of(row: Mapping[str, Any], name: str) -> str | None:
    """What `row` says under `name`: a string as it is, anything else as JSON; only an id may be empty."""
    value = row.get(name)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if value is None or (value == "" and name != "id"):
        return None
    return encodable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def paragraphs_of(text: Text) -> list[str]:
    """The paragraphs of a text: those of a list as they stand there, empty ones too; a string is cut."""
    return text if isinstance(text, list) else [text[start:end] for start, end in paragraph_spans(text)]


@dataclass(slots=True, kw_only=True)
class RowGatherer:
    """Rows one at a time, by the definitions above, into a batch."""

    origin: str
    source: str
    column: str | None
    max_bytes: int
    _numbers: list[int] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _ends: list[int] = field(default_factory=lambda: [0])
    _labels: dict[str, list[str | None]] = field(default_factory=lambda: {name: [] for name in LABELS})
    _failures: list[Failure] = field(default_factory=list)

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """Take in `row`, which stands at `number`; one without text becomes a failure."""
        try:
            _, text = text_of(row, self.column, self.max_bytes)
        except DocumentError as error:
            self.fail(number, error)
            return
        self._numbers.append(number)
        self._texts += paragraphs_of(text)
        self._ends.append(len(self._texts))
        for name, labels in self._labels.items():
            labels.append(label_of(row, name))

    def fail(self, number: int, error: DocumentError | str, offset: int | None = None) -> None:
        """Take in that the row at `number`, or 0: what is at `offset`, cannot be read."""
        self._failures.append(Failure(origin=row_name(self.origin, number), error=str(error), offset=offset))

    def batch(self) -> RowBatch:
        """The rows so far."""
        return RowBatch(
            origin=self.origin,
            source=self.source,
            numbers=np.array(self._numbers, np.int64),
            texts=pa.array(self._texts, pa.large_string()),
            offsets=np.array(self._ends, np.int64),
            columns={name: pa.array(labels, pa.string()) for name, labels in self._labels.items()},
            failures=tuple(self._failures),
        )


def as_batch(
    gatherer: RowGatherer, numbers: npt.NDArray[np.int64], text: pa.Array, labels: Mapping[str, pa.Array]
) -> RowBatch:
    """Rows as columns, with the failures `gatherer` has taken in.

    `text` has a string or a list of strings for each of `numbers`, without nulls; `labels` a string or an integer.
    """
    if pa.types.is_string(text.type) or pa.types.is_large_string(text.type):
        texts, offsets = cut_paragraphs(text)
    else:
        texts = text.flatten().cast(pa.large_string())
        offsets = np.zeros(len(text) + 1, np.int64)
        np.cumsum(pc.list_value_length(text).to_numpy(), out=offsets[1:])
    return RowBatch(
        origin=gatherer.origin,
        source=gatherer.source,
        numbers=numbers,
        texts=texts,
        offsets=offsets,
        columns={name: _label_column(labels.get(name), name, len(numbers)) for name in LABELS},
        failures=gatherer.batch().failures,
    )


def _label_column(column: pa.Array | None, name: str, count: int) -> pa.Array:
    if column is None:
        return pa.nulls(count, pa.string())
    column = column if pa.types.is_large_string(column.type) else column.cast(pa.string())
    return column if name == "id" else pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)


def is_valid(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether the column is what its type says; strings must be UTF-8."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def without_text(text: pa.Array, max_bytes: int) -> npt.NDArray[np.bool_]:
    """Which rows of a column of strings or of lists of them have no text, or more than `max_bytes` of it."""
    bad: npt.NDArray[np.bool_] = np.array(pc.is_null(text))
    if text.nbytes <= max_bytes:
        return bad
    if pa.types.is_string(text.type) or pa.types.is_large_string(text.type):
        sizes = pc.fill_null(pc.binary_length(text), 0).to_numpy()
    else:
        parts = pc.binary_length(text.flatten().cast(pa.large_string())).to_numpy()
        counts = pc.fill_null(pc.list_value_length(text), 0).to_numpy()
        ends = np.concatenate([[0], np.cumsum(parts)])[np.concatenate([[0], np.cumsum(counts)])]
        sizes = np.diff(ends) + 2 * np.maximum(counts - 1, 0)
    bad |= sizes > max_bytes
    return bad
