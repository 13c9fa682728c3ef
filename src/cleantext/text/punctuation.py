"""Marks in Chinese context: full-width ones restored where a pipeline made them ASCII, or the reverse.

Upstream tools (NFKC, width folding, punctuation tables) leave Chinese text with `,` `:` `(`. Style `cjk` puts the
full-width marks back where Chinese stands beside them (GB/T 15834), brackets and quotes in pairs or not at all, and
leaves numbers, times, ratios, addresses, code and sentences of other languages alone. It never guesses 、. What a mark
becomes depends on the letters around it, never on the width of other marks, so a second pass changes nothing.
Style `ascii` replaces every full-width mark that has an ASCII twin.

A line is judged by itself. Arrays say what stands where (`marks`), loops over the marks alone decide (`_mark_loops`),
and only lines that hold what an address or code has are looked at as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.errors import ConfigError
from cleantext.folding import code_points
from cleantext.text._mark_loops import CLOSED, ELLIPSIS, GONE, OPENED, PLAIN, WIDENED, Loops, Marks
from cleantext.text.changes import DELETED, Changes, changed, chunks, edits
from cleantext.text.marks import (
    ADDRESS,
    CLOSE_DOUBLE,
    CODE,
    COLON,
    COMMA,
    DATE_HAN,
    DATE_MARK,
    DIGIT,
    DOUBLE,
    FOREIGN,
    HAN,
    HAN_CHARS,
    LEFT,
    LIST_COMMA,
    LOWER,
    MARK,
    NAME_DOT,
    NEWLINE,
    NUMERAL,
    OPEN_DOUBLE,
    PERIOD,
    RIGHT,
    SEMICOLON,
    SINGLE,
    SOUNDED,
    SPACE,
    UPPER,
    WIDE_COLON,
    WIDE_COMMA,
    class_table,
    kind_table,
)
from cleantext.text.steps import Repaired, edited

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
# What a date in brackets may have: (2016-2017年), (9:00至11:30).
_DATES = (DIGIT, SPACE, DATE_HAN, DATE_MARK, COMMA, COLON, PERIOD, WIDE_COMMA, WIDE_COLON, LIST_COMMA)
_NOT_IN_DATES = ~np.isin(np.arange(256), _DATES)
_IS_HAN = np.isin(np.arange(256), [HAN, DATE_HAN, NUMERAL, SOUNDED])
_IN_WORDS = np.isin(np.arange(256), [DIGIT, UPPER, LOWER])
_NOTHING = Changes(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32))
# Characters of a text up to which searching it for marks and Han is cheaper than arrays.
_CHEAP = 2_000

# Spans in which marks are not Chinese whatever stands around them: addresses, e-mail, entities.
_URL_START = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}\Z", re.ASCII)
_URL = re.compile(
    rf"://[^\s{HAN_CHARS}，。；：！？、（）“”《》]*[^\s{HAN_CHARS}，。；：！？、（）“”《》,.;:!?)\"']", re.ASCII
)
_MAIL_START = re.compile(r"[\w.+-]{1,64}\Z", re.ASCII)
_MAIL = re.compile(r"@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_ENTITY = re.compile(r"&#?[A-Za-z0-9]{2,8};", re.ASCII)
_ADDRESSES = {":": (_URL_START, _URL), "@": (_MAIL_START, _MAIL), "&": (None, _ENTITY)}
_LOOK = 64
# Lines that are code or data rather than prose, and entries of a bibliography, which has ASCII marks (GB/T 7714).
_CODE = re.compile(
    r"""[{}]\s*["']|["']\s*[}\]]|["']\s*:\s*["'\[{]|=\s*["'({\[]|\w\(["']|\w\([^()]*["']\)|\w\([^()]*\)\s*[;{]\s*$"""
    r"""|[=!]==?\s|=>|</?[a-zA-Z]+[\s>/]|/>|\\[nrt"']|\[(?:[MJNCDRSPAZG]|[A-Z]{1,2}/OL)\]"""
    r"""|^\s*(?:#include|import |from \w+ import|def |class \w|var |let |const |function\b|return\b|SELECT )""",
    re.ASCII,
)
_ENDS_QUOTE = np.isin(np.arange(256), [RIGHT, COLON, SPACE])
_BEFORE_END = np.isin(np.arange(256), [RIGHT, SPACE])
_INDENTED = np.isin(np.arange(256), [LOWER, UPPER, SPACE])
# A line with more letters than this, and than this many to a Han character, is not Chinese but names Chinese things.
_FOREIGN_LETTERS, _FOREIGN_RATIO = 20, 2
# A line with more than one kana or Hangul to so many Han is Japanese or Korean.
_KANA_RATIO = 8
# Han of a line from which its last mark tells how its sentences end.
_SENTENCE = 8


class _Chunk(NamedTuple):
    """The lines of a stretch of text that are to be judged."""

    marks: Marks
    firsts: I64
    foreign: Flags
    worded: Flags
    dots: I64  # dots between two Han, as positions in the text


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
        changes = _restored(chunk, loops) if loops else _flattened(chunk)
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
    if len(text) < _CHEAP and not (_WANTED.search(text) and _HAN_CHAR.search(text)):
        return _NOTHING
    codes, classes = _classified(text)
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
    found = _judged(part, *_classified(part), np.cumsum(lengths) - lengths, np.cumsum(lengths), loops)
    shifts = starts - np.cumsum(lengths) + lengths
    return Changes(
        found.positions + shifts[np.searchsorted(np.cumsum(lengths), found.positions, side="right")], found.codes
    )


def _classified(text: str) -> tuple[U32, U8]:
    """The code points of `text`, and their classes between two newlines."""
    codes = code_points(text)
    classes = np.full(codes.size + 2, NEWLINE, dtype=np.uint8)
    classes[1:-1] = class_table().take(codes)
    return codes, classes


def _judged(text: str, codes: U32, classes: U8, starts: I64, stops: I64, loops: Loops) -> Changes:
    """The changes of the lines between `starts` and `stops`, which are newlines among `classes`."""
    _mark_addresses(text, classes)
    chunk = _survey(text, classes, starts, stops)
    verdicts = _judge(chunk, loops)
    hit = np.flatnonzero(verdicts)
    positions, after = chunk.marks.places[hit] - 1, _AFTER[chunk.marks.own[hit], verdicts[hit]]
    dots = chunk.dots[codes[chunk.dots] != _DOT]
    if dots.size:
        positions = np.concatenate([positions, dots])
        after = np.concatenate([after, np.full(dots.size, _DOT, dtype=np.uint32)])
        order = np.argsort(positions)
        positions, after = positions[order], after[order]
    return Changes(positions, after)


def _open_to_change(classes: U8) -> I64:
    """ASCII marks and dots of names, but for those inside numbers and words: 3.5, 09:37, 1,000."""
    wanted = np.flatnonzero(classes - np.uint8(NAME_DOT) <= SINGLE - NAME_DOT)
    inside = (_IN_WORDS[classes[wanted - 1]] & _IN_WORDS[classes[wanted + 1]]) & (classes[wanted] <= PERIOD)
    open_: I64 = wanted[~inside]
    return open_


def _survey(text: str, classes: U8, starts: I64, stops: I64) -> _Chunk:
    """All marks of those of some lines that are Chinese prose."""
    han_before = np.cumsum(_IS_HAN.take(classes), dtype=np.int32)
    han = han_before[stops] - han_before[starts]
    letters = _counts(np.flatnonzero(classes - np.uint8(UPPER) <= LOWER - UPPER), starts, stops)
    kana = _counts(np.flatnonzero(classes == FOREIGN), starts, stops)
    chosen = (han > 0) & ~((kana > 1) & (kana * _KANA_RATIO > han)) & ~_is_code(text, classes, starts, stops)
    starts, stops, han, letters = starts[chosen], stops[chosen], han[chosen], letters[chosen]
    places, firsts = _of_lines(np.flatnonzero(classes >= MARK), starts, stops)
    own = classes[places]
    sides = np.zeros((3, places.size), dtype=np.uint8)
    marks = Marks(
        classes=classes,
        places=places,
        own=own,
        left=sides[0],
        right=sides[1],
        beyond=sides[2],
        han=han_before[places],
        odd=np.cumsum(_NOT_IN_DATES.take(classes), dtype=np.int32)[places - 1],
        balance=np.cumsum((own == OPEN_DOUBLE).astype(np.int32) - (own == CLOSE_DOUBLE)),
        mate=np.full(places.size, -1, dtype=np.int64),
    )
    dots, _ = _of_lines(np.flatnonzero(classes == NAME_DOT), starts, stops)
    dots = dots[_IS_HAN[classes[dots - 1]] & _IS_HAN[classes[dots + 1]]]
    foreign = letters > np.maximum(_FOREIGN_LETTERS, _FOREIGN_RATIO * han)
    return _Chunk(marks, firsts, foreign, han >= _SENTENCE, dots - 1)


def _counts(places: I64, starts: I64, stops: I64) -> I64:
    return np.searchsorted(places, stops) - np.searchsorted(places, starts)


def _of_lines(places: I64, starts: I64, stops: I64) -> tuple[I64, I64]:
    """Those of `places` that are in the lines, and the number of the first one of each line and of one line more."""
    firsts = np.searchsorted(places, starts)
    counts = np.searchsorted(places, stops) - firsts
    offsets = np.zeros(counts.size + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    if offsets[-1] != places.size:
        places = places[np.arange(offsets[-1]) + np.repeat(firsts - offsets[:-1], counts)]
    return places, offsets


def _judge(chunk: _Chunk, loops: Loops) -> U8:
    """What each mark becomes."""
    marks = chunk.marks
    verdicts = np.zeros(marks.places.size, dtype=np.uint8)
    if loops is not PLAIN:
        _decide(loops, chunk, verdicts)
        return verdicts
    plain = Marks(marks.classes.tobytes(), *(array.tolist() for array in marks[1:]))
    found = bytearray(verdicts.size)
    _decide(loops, _Chunk(plain, *(array.tolist() for array in chunk[1:])), found)
    return np.frombuffer(found, dtype=np.uint8)


def _decide(loops: Loops, chunk: _Chunk, verdicts: Any) -> None:
    marks, firsts, foreign, worded, _ = chunk
    loops.neighbors(marks.classes, marks.places, marks.left, marks.right, marks.beyond)
    stack = [0] * len(marks.places) if isinstance(marks.places, list) else np.zeros(marks.places.size, dtype=np.int64)
    loops.mates(marks, firsts, stack)
    loops.brackets(marks, firsts, foreign, verdicts)
    loops.quotes(marks, firsts, foreign, verdicts)
    loops.clauses(marks, firsts, foreign, verdicts)
    loops.stops(marks, firsts, foreign, worded, verdicts)


def _mark_addresses(text: str, classes: U8) -> None:
    """Give what stands in addresses, e-mail and entities a class of its own: their marks are none."""
    colons = np.flatnonzero((classes[:-1] == COLON) & (classes[1:] == DATE_MARK))
    signs = np.flatnonzero(classes == CODE)
    end = 0
    for position in [*(colons - 1).tolist(), *(signs - 1).tolist()]:
        before, after = _ADDRESSES.get(text[position], (None, None))
        match = after.match(text, position) if after and (position >= end or text[position] == "@") else None
        head = before.search(text[max(0, position - _LOOK) : position]) if match and before else None
        if match and (head or not before):
            end = match.end()
            classes[position + 1 - (len(head.group()) if head else 0) : end + 1] = ADDRESS


def _is_code(text: str, classes: U8, starts: I64, stops: I64) -> Flags:
    """Which lines are code, data or bibliography. Only lines with something that those have are searched for it."""
    before, after = classes[:-2], classes[2:]
    middle = classes[1:-1]
    code = np.flatnonzero(middle == CODE)
    quotes = np.flatnonzero(middle - np.uint8(DOUBLE) <= SINGLE - DOUBLE)
    quotes = quotes[(before[quotes] == LEFT) | _ENDS_QUOTE[after[quotes]]]
    ends = np.flatnonzero(middle == SEMICOLON)
    ends = ends[_BEFORE_END[before[ends]]]
    suspected = _INDENTED[classes[starts + 1]]
    for hints in (code, quotes, ends):
        suspected |= _counts(hints + 1, starts, stops) > 0
    for k in np.flatnonzero(suspected).tolist():
        suspected[k] = bool(_CODE.search(text[starts[k] : stops[k] - 1]))
    return suspected
