"""Label the lines of a text dump: title, body, metadata or one of the reasons chrome is removed for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cleantext.config import ExtractConfig
from cleantext.records import Field

__all__ = ["Hint", "Labels", "Line", "LineLabel", "label_lines", "split_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A non-empty line: its 1-based number, its span in the source without outer white space, and its text."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What an HTML block knows of itself: kind, link density, and the share of it another extractor kept."""

    kind: str = "text"
    link_density: float = 0.0
    votes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLabel:
    """A line's label, the part [start, end) of it the label is about, and the affixes (start, end, reason) cut off."""

    label: str
    start: int
    end: int
    affixes: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """One label a line, in order, and the metadata found in the lines."""

    lines: tuple[LineLabel, ...]
    metadata: Mapping[str, Field] = field(default_factory=dict)


def split_lines(text: str) -> list[Line]:
    """The non-empty lines of `text`, stripped of white space, with their exact code point spans in it."""
    lines: list[Line] = []
    position = 0
    for number, piece in enumerate(text.splitlines(keepends=True), 1):
        stripped = piece.strip()
        if stripped:
            start = position + piece.index(stripped)
            lines.append(Line(number=number, start=start, end=start + len(stripped), text=stripped))
        position += len(piece)
    return lines


def label_lines(
    lines: Sequence[str],
    *,
    config: ExtractConfig | None = None,
    url: str | None = None,
    title: str | None = None,
    numbers: Sequence[int] | None = None,
    hints: Sequence[Hint] | None = None,
) -> Labels:
    """A label for each of `lines` and the metadata found in them."""
    return Labels(lines=tuple(LineLabel(label="body", start=0, end=len(line)) for line in lines))
