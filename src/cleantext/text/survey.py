"""What the judge of marks needs to know of a text: which of its lines are Chinese prose, and the marks they hold.

Twice the same: by arrays for long texts, by bytes and lists for short ones, where setting up arrays would take longest.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points
from cleantext.text._mark_loops import Marks
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
)

__all__ = ["Chunk", "classified", "survey", "survey_short"]

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

# What a date in brackets may have: (2016-2017年), (9:00至11:30).
_DATES = (DIGIT, SPACE, DATE_HAN, DATE_MARK, COMMA, COLON, PERIOD, WIDE_COMMA, WIDE_COLON, LIST_COMMA)
_NOT_IN_DATES = ~np.isin(np.arange(256), _DATES)
_IS_HAN = np.isin(np.arange(256), [HAN, DATE_HAN, NUMERAL, SOUNDED])
_NOT_DATES_MAP, _HAN_MAP = _NOT_IN_DATES.tobytes(), _IS_HAN.tobytes()
_WANTED_CLASS = re.compile(b"[\x0f-\x19]")  # NAME_DOT to SINGLE
_MARK_CLASS = re.compile(b"[\x10-\xff]")

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


class Chunk(NamedTuple):
    """The lines of a stretch of text that are to be judged."""

    marks: Marks
    firsts: Any  # the number of each line's first mark, and of one line more
    foreign: Any  # whether a line is mostly letters
    worded: Any  # whether it has Han enough to tell how its sentences end
    dots: Any  # dots between two Han, as positions in the text


def classified(text: str) -> tuple[U32, U8]:
    """The code points of `text`, and their classes between two newlines."""
    codes = code_points(text)
    classes = np.full(codes.size + 2, NEWLINE, dtype=np.uint8)
    classes[1:-1] = class_table().take(codes)
    return codes, classes


def survey(text: str, classes: U8, starts: I64, stops: I64) -> Chunk:
    """All marks of those of some lines that are Chinese prose."""
    is_code = _is_code(text, classes, starts, stops)  # first: in an address no sign has the class of one
    _mark_addresses(text, classes)
    han_before = np.cumsum(_IS_HAN.take(classes), dtype=np.int32)
    han = han_before[stops] - han_before[starts]
    letters = _counts(np.flatnonzero(classes - np.uint8(UPPER) <= LOWER - UPPER), starts, stops)
    kana = _counts(np.flatnonzero(classes == FOREIGN), starts, stops)
    chosen = (han > 0) & ~((kana > 1) & (kana * _KANA_RATIO > han)) & ~is_code
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
    return Chunk(marks, firsts, foreign, han >= _SENTENCE, dots - 1)


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


def survey_short(text: str) -> Chunk:
    """`survey` of all lines of a short text, as lists and bytes."""
    classes = bytearray([NEWLINE])
    classes += class_table().take(code_points(text)).tobytes()
    classes.append(NEWLINE)
    if "@" in text or "&" in text or "://" in text:
        _mark_addresses(text, np.frombuffer(classes, dtype=np.uint8))
    chunk = Chunk(Marks(classes, *([] for _ in range(9))), [0], [], [], [])
    start, stop = 0, classes.index(NEWLINE, 1)
    while stop > 0:
        if _WANTED_CLASS.search(classes, start, stop):
            _add_line(chunk, text, start, stop)
        start, stop = stop, classes.find(NEWLINE, stop + 1)
    return chunk


def _add_line(chunk: Chunk, text: str, start: int, stop: int) -> None:
    """Add the marks of the line between two newlines, if it is Chinese prose."""
    marks = chunk.marks
    line = bytes(marks.classes[start:stop])
    is_han = line.translate(_HAN_MAP)
    han, kana, letters = is_han.count(1), line.count(FOREIGN), line.count(UPPER) + line.count(LOWER)
    if not han or (kana > 1 and kana * _KANA_RATIO > han) or _CODE.search(text[start : stop - 1]):
        return
    odd = line.translate(_NOT_DATES_MAP)
    last, han_before, odd_before, balance = 0, 0, 0, 0
    for match in _MARK_CLASS.finditer(line):
        place, own = match.start(), line[match.start()]
        han_before += is_han.count(1, last, place)
        odd_before += odd.count(1, last, place)
        balance += (own == OPEN_DOUBLE) - (own == CLOSE_DOUBLE)
        last = place
        marks.places.append(start + place)
        marks.own.append(own)
        marks.han.append(han_before)
        marks.odd.append(odd_before)
        marks.balance.append(balance)
    count = len(marks.places) - chunk.firsts[-1]
    for sides in (marks.left, marks.right, marks.beyond):
        sides.extend([0] * count)
    marks.mate.extend([-1] * count)
    chunk.firsts.append(len(marks.places))
    chunk.foreign.append(letters > max(_FOREIGN_LETTERS, _FOREIGN_RATIO * han))
    chunk.worded.append(han >= _SENTENCE)
    place = line.find(NAME_DOT)
    while place > 0:
        if is_han[place - 1] and is_han[place + 1 : place + 2] == b"\x01":
            chunk.dots.append(start + place - 1)
        place = line.find(NAME_DOT, place + 1)


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
