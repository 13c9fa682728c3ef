"""The paragraphs of text that is clean already: between blank lines, or, where there are none, the lines.

`paragraph_spans` is the definition, for one text. `cut_paragraphs` finds the same in the UTF-8 of many texts at once:
white space matters only at the ends of lines, so it looks at line ends and at what stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["cut_paragraphs", "paragraph_spans"]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n")

# Every character that str.strip strips; the widest is three bytes of UTF-8 (U+3000).
_IS_SPACE = np.array([chr(code).isspace() for code in range(0x3001)] + [False] * (0x10000 - 0x3001))
_LF = 10
# Bytes that end a line for str.splitlines and, unlike LF, do not end a paragraph's line by themselves.
_ODD_ENDS = np.isin(np.arange(256), [0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E])
_MAX_SPACES = 32  # white space at the end of a line beyond this is left to the definition


def paragraph_spans(text: str) -> list[tuple[int, int]]:
    """The [start, end) of each paragraph, in code points: without outer white space, never empty.

    >>> paragraph_spans("一\\n二\\n \\n  三")
    [(0, 3), (8, 9)]
    >>> paragraph_spans("一\\n  二\\u2028三")
    [(0, 1), (4, 5), (6, 7)]
    """
    breaks = [match.span() for match in _BLANK_LINES.finditer(text)]
    if breaks:
        starts, ends = [0, *(end for _, end in breaks)], [*(start for start, _ in breaks), len(text)]
        found = zip(starts, ends, strict=True)
        return [span for start, end in found if (span := _stripped(text, start, end))]
    return [span for start, end in _lines(text) if (span := _stripped(text, start, end))]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in text.splitlines(keepends=True):
        yield position, position + len(line)
        position += len(line)


def _stripped(text: str, start: int, end: int) -> tuple[int, int] | None:
    if start < end and not text[start].isspace() and not text[end - 1].isspace():
        return start, end
    piece = text[start:end]
    stripped = piece.strip()
    start += len(piece) - len(piece.lstrip())
    return (start, start + len(stripped)) if stripped else None


def cut_paragraphs(texts: pa.Array) -> tuple[pa.LargeStringArray, Ints]:
    """The paragraphs of all `texts` (a String or LargeString array of valid UTF-8 without nulls) end to end.

    Returns them and n + 1 offsets: the paragraphs of text i are those from offsets[i] to offsets[i + 1].
    """
    buffer, bounds = _buffers(texts)
    data = np.frombuffer(buffer, np.uint8) if buffer.size else np.empty(0, np.uint8)
    starts, ends, rows = _spans(data, bounds)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=len(texts)), out=offsets[1:])
    return _gather(buffer, starts, ends), offsets


def _buffers(texts: pa.Array) -> tuple[pa.Buffer, Ints]:
    """The bytes of all texts and their n + 1 bounds in them, the first of which is 0."""
    wide = pa.types.is_large_string(texts.type)
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return pa.py_buffer(b""), np.zeros(len(texts) + 1, np.int64)
    bounds = np.frombuffer(offsets, np.int64 if wide else np.int32)[texts.offset : texts.offset + len(texts) + 1]
    first = int(bounds[0])
    return data.slice(first, int(bounds[-1]) - first), bounds.astype(np.int64) - first


def _spans(data: Bytes, bounds: Ints) -> tuple[Ints, Ints, Ints]:
    """Starts, ends (bytes) and text numbers of the paragraphs, in order."""
    controls = np.flatnonzero(data < 0x20)
    kinds = data[controls]
    lines = _Lines(data, bounds, controls[kinds == _LF])
    odd = controls[_ODD_ENDS[kinds]]
    if not lines.broken.all():
        odd = np.concatenate([odd, _wide_ends(data)])
    hard = np.union1d(lines.undecided, lines.cut_by(odd))
    starts, ends, rows = lines.paragraphs()
    if hard.size:
        easy = ~np.isin(rows, hard)
        defined = _by_definition(data, bounds, hard)
        found = zip((starts[easy], ends[easy], rows[easy]), defined, strict=True)
        starts, ends, rows = (np.concatenate(pair) for pair in found)
        order = np.argsort(starts, kind="stable")
        starts, ends, rows = starts[order], ends[order], rows[order]
    return starts, ends, rows


class _Lines:
    """The lines of many texts, as LF cuts them, and their edges without white space.

    `broken` says of each text whether it has a blank line between two others; `undecided` are the texts with so much
    white space at an edge that the search for its end was given up.
    """

    def __init__(self, data: Bytes, bounds: Ints, newlines: Ints) -> None:
        counts = np.diff(np.searchsorted(newlines, bounds)) + 1
        lasts = np.cumsum(counts) - 1
        firsts = lasts + 1 - counts
        self.rows = np.repeat(np.arange(len(counts)), counts)
        self.first, self.last = np.zeros(len(self.rows), np.bool_), np.zeros(len(self.rows), np.bool_)
        self.first[firsts] = self.last[lasts] = True
        self.starts, ends = np.empty(len(self.rows), np.int64), np.empty(len(self.rows), np.int64)
        self.starts[firsts], self.starts[~self.first] = bounds[:-1], newlines + 1
        ends[lasts], ends[~self.last] = bounds[1:], newlines
        self.inner_starts, self.inner_ends = self.starts.copy(), ends
        given_up = [*_trim_starts(data, self.inner_starts, ends), *_trim_ends(data, self.inner_starts, ends)]
        self.undecided = np.unique(self.rows[given_up]) if given_up else np.empty(0, np.int64)
        self.blank = self.inner_starts >= self.inner_ends
        self.broken = np.zeros(len(counts), np.bool_)
        self.broken[self.rows[self.blank & ~self.first & ~self.last]] = True

    def cut_by(self, odd: Ints) -> Ints:
        """The texts without blank lines in which an odd line end, at one of `odd`, stands inside a line."""
        line = np.searchsorted(self.starts, odd, side="right") - 1
        inside = (odd >= self.inner_starts[line]) & (odd < self.inner_ends[line])
        rows = self.rows[line[inside]]
        return np.unique(rows[~self.broken[rows]])

    def paragraphs(self) -> tuple[Ints, Ints, Ints]:
        """Starts, ends and text numbers: runs of lines that are not blank in broken texts, else such lines."""
        alone = ~self.broken[self.rows]
        opens = alone | self.first
        opens[1:] |= self.blank[:-1]
        closes = alone | self.last
        closes[:-1] |= self.blank[1:]
        opens &= ~self.blank
        return self.inner_starts[opens], self.inner_ends[closes & ~self.blank], self.rows[opens]


def _trim_starts(data: Bytes, starts: Ints, ends: Ints) -> Ints:
    """Move `starts` over white space, in place. Returns the lines given up on."""
    active = np.flatnonzero(starts < ends)
    for _ in range(_MAX_SPACES):
        width = _space_at(data, starts[active])
        active, width = active[width > 0], width[width > 0]
        starts[active] += width
        active = active[starts[active] < ends[active]]
        if not active.size:
            break
    return active


def _trim_ends(data: Bytes, starts: Ints, ends: Ints) -> Ints:
    """Move `ends` back over white space, in place. Returns the lines given up on."""
    active = np.flatnonzero(starts < ends)
    for _ in range(_MAX_SPACES):
        width = _space_before(data, ends[active])
        active, width = active[width > 0], width[width > 0]
        ends[active] -= width
        active = active[starts[active] < ends[active]]
        if not active.size:
            break
    return active


def _space_at(data: Bytes, at: Ints) -> Ints:
    """The bytes of the white space character that begins at each place, 0 where another character does."""
    first = data[at]
    width = _IS_SPACE[first].astype(np.int64) * (first < 0x80)
    wide = np.flatnonzero((first == 0xC2) | (first >> 2 == 0xE1 >> 2) & (first > 0xE0))
    if wide.size:
        place = at[wide]
        width[wide] = _wide_space(data[place], data[place + 1], data[np.minimum(place + 2, len(data) - 1)])
    return width


def _space_before(data: Bytes, at: Ints) -> Ints:
    """The bytes of the white space character that ends before each place, 0 where another character does."""
    last = data[at - 1]
    width = _IS_SPACE[last].astype(np.int64) * (last < 0x80)
    wide = np.flatnonzero(last & 0xC0 == 0x80)
    if wide.size:
        place = at[wide]
        second = data[place - 2]
        two = second == 0xC2
        first = np.where(two, second, data[np.maximum(place - 3, 0)])
        width[wide] = _wide_space(first, np.where(two, last[wide], second), last[wide])
    return width


def _wide_space(first: Bytes, second: Bytes, third: Bytes) -> Ints:
    """2 or 3 where these bytes of UTF-8 are white space of that width, else 0."""
    low = (second & np.uint8(0x3F)).astype(np.int64)
    two = _IS_SPACE[0x80 | low] & (first == 0xC2)
    code = (first & np.uint8(0x0F)).astype(np.int64) << 12 | low << 6 | (third & np.uint8(0x3F))
    three = _IS_SPACE[code] & (first > 0xE0) & (first < 0xE4) & (second & 0xC0 == 0x80)
    width: Ints = 2 * two.astype(np.int64) + 3 * three.astype(np.int64)
    return width


def _wide_ends(data: Bytes) -> Ints:
    """Where NEL, LS and PS stand: C2 85, E2 80 A8, E2 80 A9."""
    lead = np.flatnonzero((data | np.uint8(0x20)) == np.uint8(0xE2))
    second = data[lead + 1]
    third = data[np.minimum(lead + 2, len(data) - 1)]
    two = (data[lead] == 0xC2) & (second == 0x85)
    three = (data[lead] == 0xE2) & (second == 0x80) & (third & 0xFE == 0xA8)
    found: Ints = lead[two | three]
    return found


def _by_definition(data: Bytes, bounds: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Starts, ends and text numbers of the paragraphs of `rows`, text by text."""
    spans: list[tuple[int, int, int]] = []
    for row in rows.tolist():
        text = data[bounds[row] : bounds[row + 1]].tobytes().decode()
        at, done = int(bounds[row]), 0
        for start, end in paragraph_spans(text):
            begin = at + len(text[done:start].encode())
            at, done = begin + len(text[start:end].encode()), end
            spans.append((begin, at, row))
    found = np.array(spans, np.int64).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _gather(buffer: pa.Buffer, starts: Ints, ends: Ints) -> pa.LargeStringArray:
    """The strings in these spans of `buffer`, copied unless they touch each other."""
    count = len(starts)
    if not count:
        return pa.array([], pa.large_string())
    if (starts[1:] == ends[:-1]).all():
        return pa.LargeStringArray.from_buffers(count, pa.py_buffer(np.append(starts, ends[-1])), buffer)
    edges = np.empty(2 * count, np.int64)
    edges[0::2], edges[1::2] = starts, ends  # paragraph, gap, paragraph, …
    whole = pa.LargeStringArray.from_buffers(2 * count - 1, pa.py_buffer(edges), buffer)
    return whole.take(pa.array(np.arange(0, 2 * count, 2)))
