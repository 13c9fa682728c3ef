"""What becomes of the rows of one input, and of a row of which paragraphs go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cleantext.formats.paragraphs import paragraph_spans
from cleantext.formats.rowbatch import Text, encodable, paragraphs_of

__all__ = ["DROP", "KEEP", "MASK", "Fates", "Show", "Stretch", "changed_columns", "joined"]

# What becomes of a paragraph of a row that stays: a masked one leaves an empty one behind.
KEEP: Final = 0
DROP: Final = 1
MASK: Final = 2

# Called with the index of a row, its text as it stood there, and the [start, end) of its paragraphs in it.
Show = Callable[[int, str, list[tuple[int, int]]], None]

# Columns of the rows that `clean` writes which run in step with `paragraphs`.
_IN_STEP = ("spans", "ordinals", "kinds", "levels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """What becomes of the n rows that `read_rows` gave for one input, in their order.

    `fingerprint` is that of the input before it was read. `numbers` (n) and `offsets` (n + 1) are those of its batches
    put together. `keep` (n) says which rows stay. `marks`, one for each paragraph, says what becomes of it where its
    row stays: KEEP, DROP or MASK; None: all are kept. `show` is called, in order, for the rows of which `wanted` (n)
    says so, whether they stay or not; None: for none.
    """

    fingerprint: tuple[int, int]
    numbers: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    keep: npt.NDArray[np.bool_]
    marks: npt.NDArray[np.uint8] | None = None
    wanted: npt.NDArray[np.bool_] | None = None
    show: Show = lambda *_: None

    def changed(self, first: int, end: int) -> npt.NDArray[np.bool_]:
        """Which of the rows from `first` to before `end` have a paragraph that goes."""
        if self.marks is None:
            return np.zeros(end - first, np.bool_)
        bounds = self.offsets[first : end + 1]
        counts = np.concatenate([[0], np.cumsum(self.marks[bounds[0] : bounds[-1]] != KEEP)])
        found: npt.NDArray[np.bool_] = np.diff(counts[bounds - bounds[0]]) > 0
        return found

    def of_row(self, row: int) -> list[int]:
        """The marks of the paragraphs of one row."""
        first, end = int(self.offsets[row]), int(self.offsets[row + 1])
        return [KEEP] * (end - first) if self.marks is None else self.marks[first:end].tolist()


class Stretch(ABC):
    """Rows of one input, read again: those from `first` to before `end` of its `fates`, in any format."""

    def __init__(self, fates: Fates, first: int, end: int) -> None:
        self.fates, self.first, self.end = fates, first, end

    @abstractmethod
    def text(self, row: int) -> Text:
        """The text of a row as it was read."""

    @abstractmethod
    def lines(self) -> Iterator[bytes | memoryview]:
        """The kept rows as JSON Lines, one or more lines at a time."""

    @abstractmethod
    def table(self, schema: pa.Schema) -> pa.Table:
        """The kept rows as a table. Raises ConfigError where one of them does not fit `schema`."""

    def kept(self) -> list[int]:
        """The rows that stay."""
        return (self.first + np.flatnonzero(self.fates.keep[self.first : self.end])).tolist()

    def changed(self) -> list[int]:
        """The rows that stay without some of their paragraphs."""
        changed = self.fates.changed(self.first, self.end) & self.fates.keep[self.first : self.end]
        return (self.first + np.flatnonzero(changed)).tolist()

    def paragraphs(self) -> Iterator[list[str]]:
        """The paragraphs that are left of each kept row."""
        for row in self.kept():
            yield _left(paragraphs_of(self.text(row)), self.fates.of_row(row))

    def show(self) -> None:
        """Show the text of every row of which it is wanted."""
        if self.fates.wanted is not None:
            for row in (self.first + np.flatnonzero(self.fates.wanted[self.first : self.end])).tolist():
                text = self.text(row)
                whole, spans = (text, paragraph_spans(text)) if isinstance(text, str) else _laid_out(text)
                self.fates.show(row, whole, spans)


def _laid_out(paragraphs: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The paragraphs with a blank line between each two, and where each is."""
    spans, start = [], 0
    for paragraph in paragraphs:
        spans.append((start, start + len(paragraph)))
        start += len(paragraph) + 2
    return "\n\n".join(paragraphs), spans


def _left(paragraphs: Iterable[str], marks: Iterable[int]) -> list[str]:
    return [
        "" if mark == MASK else paragraph for paragraph, mark in zip(paragraphs, marks, strict=True) if mark != DROP
    ]


def joined(paragraphs: Iterable[str]) -> str:
    """The paragraphs as one text, a blank line between each two; empty ones leave nothing."""
    return "\n\n".join(filter(None, paragraphs))


def changed_columns(row: Mapping[str, Any], column: str, text: Text, marks: Sequence[int]) -> dict[str, Any]:
    """The columns of `row` that change when the paragraphs of `text`, which stands in `column`, go as `marks` say.

    A string becomes the rest joined with blank lines, a list the list of the rest. In a row as `clean` writes it, whose
    `text` is its `paragraphs` joined, that goes along, and so do the lists in step with the paragraphs.
    """
    paragraphs = paragraphs_of(text)
    left = _left(paragraphs, marks)
    if isinstance(text, str):
        return {column: joined(left)}
    new: dict[str, Any] = {column: left}
    if column == "paragraphs":
        whole = row.get("text")
        if isinstance(whole, str) and encodable(whole) == joined(paragraphs):
            new["text"] = joined(left)
        for name in _IN_STEP:
            if isinstance(row.get(name), list) and len(row[name]) == len(marks):
                new[name] = [value for value, mark in zip(row[name], marks, strict=True) if mark != DROP]
    return new
