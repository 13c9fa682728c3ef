"""Marks in Chinese context: full-width ones restored where a pipeline made them ASCII, or the reverse.

Upstream tools (NFKC, width folding, punctuation tables) leave Chinese text with `,` `:` `(`. Style `cjk` puts the
full-width marks back where Chinese stands beside them (GB/T 15834), brackets and quotes in pairs or not at all, and
leaves numbers, times, ratios, addresses, code and sentences of other languages alone. It never guesses 、. What a mark
becomes depends on the letters around it, never on the width of other marks, so a second pass changes nothing.
Style `ascii` replaces every full-width mark that has an ASCII twin.

A line is judged by itself. Arrays say what stands where (`marks`), loops over the marks alone decide (`_mark_loops`),
and only lines that hold what an address or code has are looked at as text (`survey`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.errors import ConfigError
from cleantext.folding import code_points
from cleantext.text._mark_loops import CLOSED, ELLIPSIS, GONE, OPENED, PLAIN, WIDENED, Loops, Marks
from cleantext.text.changes import DELETED, Changes, changed, chunks, edits
from cleantext.text.marks import (
    COMMA,
    DIGIT,
    DOUBLE,
    HAN_CHARS,
    LOWER,
    MARK,
    NAME_DOT,
    NEWLINE,
    PERIOD,
    SINGLE,
    UPPER,
    kind_table,
)
from cleantext.text.steps import Repaired, edited
from cleantext.text.survey import Chunk, classified, survey, survey_short

__all__ = ["STYLES", "fix_punctuation", "punctuate"]

STAGE = "punctuation"
STYLES = ("keep", "cjk", "ascii")

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

# Characters from which loading the compiled loops (half a second) pays.
_COMPILED_FROM = 1_000_000
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalnum()} | {
    ord(wide): ord(narrow) for wide, narrow in zip("。“”‘’", ".\"\"''", strict=True)
}
_WIDE_CODES = np.array(sorted(_ASCII), dtype=np.uint32)
_NARROW_CODES = np.array([_ASCII[code] for code in sorted(_ASCII)], dtype=np.uint32)
_ASCII_RUN = re.compile(f"[{re.escape(''.join(map(chr, _ASCII)))}]")
_WANTED = re.compile("[,;:!?()\"'.·•・‧･⋅∙]")
_HAN_CHAR = re.compile(f"[{HAN_CHARS}]")
_DOT = ord("·")
# What each mark becomes: by its class and the loops' verdict.
_AFTER = np.zeros((MARK * 3, GONE + 1), dtype=np.uint32)
_AFTER[COMMA:DOUBLE, WIDENED] = [ord(char) for char in "，；：！？。（）"]
_AFTER[DOUBLE, [OPENED, CLOSED]] = [ord(char) for char in "“”"]
_AFTER[SINGLE, [OPENED, CLOSED]] = [ord(char) for char in "‘’"]
_AFTER[PERIOD, [ELLIPSIS, GONE]] = [ord("…"), DELETED]
_AFTER_ROWS = _AFTER.tolist()
_IN_WORDS = np.isin(np.arange(256), [DIGIT, UPPER, LOWER])
_NOTHING = Changes(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32))
# Characters of a text up to which lists are cheaper than arrays.
_SHORT = 1_000


def fix_punctuation(text: str, style: str) -> Repaired:
    """`text` with its marks in `style`: keep, cjk or ascii. The rule of an edit is the kind of mark.

    Raises ConfigError for another style.

    >>> fix_punctuation("会议于09:37开始,各县(市、区)参加。", "cjk").text
    '会议于09:37开始，各县（市、区）参加。'
    """
    found = [Changes(each.positions + offset, each.codes) for offset, _, each in _changes(text, style)]
    if not found:
        return Repaired(text=text)
    changes = Changes(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))
    return edited(text, edits(text, changes, stage=STAGE, rule=_rule))


def punctuate(text: str, style: str) -> str:
    """The text of `fix_punctuation`, without its edits."""
    pieces, position = [], 0
    for offset, chunk, changes in _changes(text, style):
        pieces += [text[position:offset], changed(chunk, changes)]
        position = offset + len(chunk)
    return "".join([*pieces, text[position:]]) if pieces else text


def _rule(before: str, after: str) -> str:
    kinds = kind_table()
    return kinds.get(after[:1], kinds.get(before[0], "symbol"))


def _changes(text: str, style: str) -> Iterator[tuple[int, str, Changes]]:
    """The stretches of `text` in which something changes: offset, text and changes."""
    if style not in STYLES:
        raise ConfigError(f"{style!r} is not one of {', '.join(STYLES)}")
    if style == "keep":
        return
    loops = _loops(len(text)) if style == "cjk" else None
    for offset, chunk in chunks(text):
        short = len(chunk) < _SHORT
        changes = _flattened(chunk) if not loops else _restored_short(chunk) if short else _restored(chunk, loops)
        if changes.positions.size:
            yield offset, chunk, changes


def _flattened(text: str) -> Changes:
    """Full-width marks as ASCII."""
    if not _ASCII_RUN.search(text):
        return _NOTHING
    codes = code_points(text)
    hits = np.flatnonzero((codes - 0xFF01 < 0x5E) | (codes - 0x2018 < 6) | (codes == 0x3002))
    places = np.minimum(np.searchsorted(_WIDE_CODES, codes[hits]), _WIDE_CODES.size - 1)
    found = _WIDE_CODES[places] == codes[hits]
    return Changes(hits[found], _NARROW_CODES[places[found]])


def _loops(size: int) -> Loops:
    """The loops of `_mark_loops` for a text of so many characters: as they are, or compiled."""
    if size < _COMPILED_FROM:
        return PLAIN
    from cleantext.text._kernels import MARK_LOOPS  # noqa: PLC0415 - numba is loaded by those who need it

    return MARK_LOOPS


def _restored(text: str, loops: Loops) -> Changes:
    """ASCII marks in Chinese context as full-width ones, and dots of names as ·."""
    codes, classes = classified(text)
    wanted = _open_to_change(classes)
    if not wanted.size:
        return _NOTHING
    ends = np.flatnonzero(classes == NEWLINE)  # line i stands between ends[i] and ends[i + 1]
    lines = np.unique(np.searchsorted(ends, wanted)) - 1
    starts, stops = ends[lines], ends[lines + 1]
    lengths = stops - starts
    if lengths.sum() * 2 > codes.size:
        return _judged(text, codes, classes, starts, stops, loops)
    # Few lines have anything to judge: they become a text of their own.
    part = "".join(
        [text[start:stop] for start, stop in zip(starts.tolist(), np.minimum(stops, codes.size).tolist(), strict=True)]
    )
    found = _judged(part, *classified(part), np.cumsum(lengths) - lengths, np.cumsum(lengths), loops)
    shifts = starts - np.cumsum(lengths) + lengths
    return Changes(
        found.positions + shifts[np.searchsorted(np.cumsum(lengths), found.positions, side="right")], found.codes
    )


def _judged(text: str, codes: U32, classes: U8, starts: I64, stops: I64, loops: Loops) -> Changes:
    """The changes of the lines between `starts` and `stops`, which are newlines among `classes`."""
    chunk = survey(text, classes, starts, stops)
    verdicts = _judge(chunk, loops)
    hit = np.flatnonzero(verdicts)
    positions, after = chunk.marks.places[hit] - 1, _AFTER[chunk.marks.own[hit], verdicts[hit]]
    return _with_dots(positions, after, chunk.dots[codes[chunk.dots] != _DOT])


def _restored_short(text: str) -> Changes:
    """`_restored` by lists: what a line or paragraph takes to set up arrays is more than to judge it."""
    if not (_WANTED.search(text) and _HAN_CHAR.search(text)):
        return _NOTHING
    chunk = survey_short(text)
    verdicts = bytearray(len(chunk.marks.places))
    _decide(PLAIN, chunk, verdicts)
    hit = [k for k, verdict in enumerate(verdicts) if verdict]
    positions = np.array([chunk.marks.places[k] - 1 for k in hit], dtype=np.int64)
    after = np.array([_AFTER_ROWS[chunk.marks.own[k]][verdicts[k]] for k in hit], dtype=np.uint32)
    return _with_dots(positions, after, np.array([i for i in chunk.dots if text[i] != "·"], dtype=np.int64))


def _with_dots(positions: I64, after: U32, dots: I64) -> Changes:
    """Changes of marks, and of dots that become ·."""
    if not dots.size:
        return Changes(positions, after)
    positions = np.concatenate([positions, dots])
    order = np.argsort(positions)
    return Changes(positions[order], np.concatenate([after, np.full(dots.size, _DOT, dtype=np.uint32)])[order])


def _open_to_change(classes: U8) -> I64:
    """ASCII marks and dots of names, but for those inside numbers and words: 3.5, 09:37, 1,000."""
    wanted = np.flatnonzero(classes - np.uint8(NAME_DOT) <= SINGLE - NAME_DOT)
    inside = (_IN_WORDS[classes[wanted - 1]] & _IN_WORDS[classes[wanted + 1]]) & (classes[wanted] <= PERIOD)
    open_: I64 = wanted[~inside]
    return open_


def _judge(chunk: Chunk, loops: Loops) -> U8:
    """What each mark becomes."""
    marks = chunk.marks
    verdicts = np.zeros(marks.places.size, dtype=np.uint8)
    if loops is not PLAIN:
        _decide(loops, chunk, verdicts)
        return verdicts
    plain = Marks(marks.classes.tobytes(), *(array.tolist() for array in marks[1:]))
    found = bytearray(verdicts.size)
    _decide(loops, Chunk(plain, *(array.tolist() for array in chunk[1:])), found)
    return np.frombuffer(found, dtype=np.uint8)


def _decide(loops: Loops, chunk: Chunk, verdicts: Any) -> None:
    marks, firsts, foreign, worded, _ = chunk
    loops.neighbors(marks.classes, marks.places, marks.left, marks.right, marks.beyond)
    stack = [0] * len(marks.places) if isinstance(marks.places, list) else np.zeros(marks.places.size, dtype=np.int64)
    loops.mates(marks, firsts, stack)
    loops.brackets(marks, firsts, foreign, verdicts)
    loops.quotes(marks, firsts, foreign, verdicts)
    loops.clauses(marks, firsts, foreign, verdicts)
    loops.stops(marks, firsts, foreign, worded, verdicts)
