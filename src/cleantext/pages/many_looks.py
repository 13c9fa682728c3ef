"""Many lines read at once: what `looks.look_at` says of each, found by arrays over the characters of all of them.

Characters are folded, counted and compared in one go, and a pattern is only tried on a line that has the characters
it cannot do without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points, without_readings
from cleantext.pages import looks
from cleantext.pages.lexicon import CERTAIN, ENTRIES, STRONG, WEAK, Entry, entries_of, find_among, word_class
from cleantext.pages.looks import EDGE, NAMES, Look, look_at, shorten

__all__ = ["look_at_all"]

Codes = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Flagged = npt.NDArray[np.bool_]
# A line's reason, how sure it is, and whether it comes from the word list alone.
Found = tuple[str | None, int, bool]

# Fewer lines than this are read one by one.
_FEW = 3
# What a character is, as bits; above them, from `_NEED` on, its class among the first two of the lexicon's needs.
_KNOWN, _WIDE, _FUNCTION, _DIGIT, _DECIMAL, _LETTER, _ALPHA, _SEPARATOR = (1 << bit for bit in range(8))
_CLAUSE, _STOP, _CELL, _END, _OPEN, _LOWER = (1 << bit for bit in range(8, 14))
_DATED, _DATE_END, _BULLET, _ADDRESS = (1 << bit for bit in range(14, 18))
_NEED = 18
_SETS = (
    (_SEPARATOR, "|·>»›/•│丨"),
    (_CLAUSE, ",、;:"),
    (_STOP, "。!?"),
    (_CELL, "|·/•│丨>»›"),
    (_END, "。!?.…:;"),
    (_OPEN, "([【"),
    (_LOWER, "abcdefghijklmnopqrstuvwxyz"),
    (_DATED, "月前g"),
    (_DATE_END, "日])】前"),
    (_BULLET, "•·●■◆▪○◇□★☆►▶※*+-(一二三四五六七八九十"),
    (_ADDRESS, "@w:"),
)
# A number in a table of folded characters that is none: dropped, several characters, not looked at yet.
_DROPPED, _SEVERAL, _UNKNOWN = -1, -2, -3
_LINE, _SPACE, _DOT, _COLON, _FULL_STOP, _ELLIPSIS = (ord(char) for char in "\n .:。…")
_QUOTES, _TAGS = (np.array([ord(char) for char in chars], dtype=np.uint32) for chars in (looks.QUOTE, "#【["))
# A date in numbers alone has so many digits.
_FEW_DIGITS = 5
# A telephone number has so many digits.
_TELEPHONE = 10
_NEEDS = frozenset(need for entry in ENTRIES for need in entry.needs)
_AT = {name: column for column, name in enumerate(NAMES)}
_COLUMNS = {
    **{f"chrome/{name}": _AT[column] for name, column in zip(looks.LEXICON, looks.LEXICON_NAMES, strict=True)},
    "chrome/clock": _AT["clock"],
}
_STRENGTHS = {CERTAIN: _AT["certain"], STRONG: _AT["strong"], WEAK: _AT["weak"]}


def look_at_all(lines: Sequence[str]) -> tuple[list[Look], Values]:
    """What `look_at` gives for each of `lines`, and the values of all, a row each."""
    texts = [without_readings(shorten(line)) for line in lines]
    joined = "\n".join(texts)
    if len(lines) < _FEW or joined.count("\n") >= len(lines):
        found = [look_at(line) for line in lines]
        return found, np.array([look.values for look in found], dtype=np.float64).reshape(-1, len(NAMES))
    return _Batch(lines, _folded(joined)).looks()


class _Batch:
    """Lines whose folded views lie end to end in arrays, each with a line feed behind it."""

    def __init__(self, lines: Sequence[str], folded: Codes) -> None:
        self._count = len(lines)
        self._lengths = np.fromiter(map(len, lines), np.int64, self._count)
        spaced = _without_outer_spaces(folded)
        view = spaced[spaced != _SPACE]
        self._spaced = _string(spaced).split("\n")[:-1]
        self._views = _string(view).split("\n")[:-1]
        self._view, self._ends = view, np.flatnonzero(view == _LINE)
        self._sizes = np.diff(self._ends, prepend=-1) - 1
        self._flags, self._spaced_flags = _flagged(view), _flagged(spaced)
        numbers = np.arange(self._count)
        self._line = np.repeat(numbers, self._sizes + 1)
        self._spaced_line = np.repeat(numbers, np.diff(np.flatnonzero(spaced == _LINE), prepend=-1))
        self._spaced_codes = spaced

    def looks(self) -> tuple[list[Look], Values]:
        """The look of each line, and the values of all."""
        wide = self._marked(_WIDE)
        latin = wide == 0
        words = np.where(wide < self._sizes, self._words(), 0)
        units = wide + 2 * words
        units = np.where(self._lengths > 2 * EDGE, units * self._lengths // (2 * EDGE), units)
        grammar = (self._marked(_FUNCTION) + 2 * self._function_words(words)) / np.maximum(units, 4)
        found, cells = self._reasons(latin)
        values = np.zeros((self._count, len(NAMES)))
        values[np.arange(self._count), np.searchsorted(looks.SIZES, units, side="left")] = 1.0
        values[:, _AT["function"]] = np.minimum(grammar * 5, 2.0)
        values[:, _AT["latin"]] = latin
        self._shape(values)
        self._words_of_chrome(values, found, np.array(cells))
        rows = map(tuple, values.tolist())
        columns = (self._views, self._spaced, units.tolist(), *zip(*found, strict=True), rows)
        return list(map(Look, *columns)), values

    def _words_of_chrome(self, values: Values, found: Sequence[Found], cells: Counts) -> None:
        """Fills the columns of the lexicon, and that of menus."""
        values[:, _AT["cells"]] = (cells >= 4) & (self._sizes <= 6 * cells)
        values[:, _AT["numeric"]] = (self._marked(_ALPHA) == 0) & (self._sizes > 0)
        for i, (reason, strength, _) in enumerate(found):
            if reason is not None and (column := _COLUMNS.get(reason)):
                values[i, column] = 1.0
            if strength:
                values[i, _STRENGTHS[strength]] = 1.0

    def _marked(self, flag: int, *, spaced: bool = False) -> Counts:
        """How many characters of each line have a flag."""
        flags, line = (self._spaced_flags, self._spaced_line) if spaced else (self._flags, self._line)
        return np.bincount(line[np.flatnonzero(flags & np.uint32(flag))], minlength=self._count)

    def _words(self) -> Counts:
        """The runs of letters and those of digits of each line."""
        kind = self._spaced_flags & np.uint32(_LETTER | _DECIMAL)
        begins = kind != 0
        begins[1:] &= kind[1:] != kind[:-1]
        return np.bincount(self._spaced_line[begins], minlength=self._count)

    def _function_words(self, words: Counts) -> Counts:
        found = np.zeros(self._count, dtype=np.int64)
        for i in np.flatnonzero((words > 0) & (self._marked(_LOWER) > 0)).tolist():
            found[i] = len(looks.FUNCTION_WORD.findall(self._spaced[i]))
        return found

    def _shape(self, values: Values) -> None:
        """Fills the columns of `looks._shape`, those of patterns where a line has what they cannot do without."""
        digits = self._marked(_DIGIT)
        values[:, _AT["digits"]] = digits / np.maximum(self._sizes, 1)
        values[:, _AT["clause"]] = np.minimum(self._clauses(), 6) / 3
        values[:, _AT["stop"]] = np.minimum(self._stops(), 4) / 2
        values[:, _AT["separator"]] = np.minimum(self._marked(_SEPARATOR), 6) / 3
        first, last, before = self._at_ends()
        some = self._sizes > 0
        values[:, _AT["colon"]] = some & (last == _COLON)
        values[:, _AT["quote"]] = some & np.isin(first, _QUOTES)
        values[:, _AT["tag"]] = some & np.isin(first, _TAGS) & (last != _FULL_STOP)
        values[:, _AT["trail"]] = some & ((last == _ELLIPSIS) | ((last == _DOT) & (before == _DOT) & (self._sizes > 1)))
        begins, ends = _flagged(first), _flagged(last)
        found = self._found(looks.END, self._reaching(_END, 8), self._views, slice(-8, None))
        values[:, _AT["end"]] = found
        dated = (digits >= _FEW_DIGITS) | ((digits > 0) & (self._marked(_DATED) > 0))
        values[:, _AT["date"]] = self._found(looks.DATE, dated, self._spaced, slice(200))
        dated = some & (ends & np.uint32(_DATE_END | _DECIMAL) != 0)
        values[:, _AT["date_end"]] = self._found(looks.DATE_END, dated, self._spaced, slice(-24, None))
        listed = some & (begins & np.uint32(_BULLET | _DECIMAL) != 0)
        values[:, _AT["bullet"]] = self._found(looks.BULLET, listed, self._spaced, slice(8), re.Pattern.match)
        values[:, _AT["media"]] = self._found(looks.MEDIA, self._reaching(_OPEN, 20), self._views, slice(-20, None))
        address = (digits >= _TELEPHONE) | (self._marked(_ADDRESS) > 0)
        values[:, _AT["contact"]] = self._found(looks.CONTACT, address, self._spaced, slice(None))

    def _found(
        self,
        pattern: re.Pattern[str],
        lines: Flagged,
        texts: Sequence[str],
        part: slice,
        look: Callable[[re.Pattern[str], str], re.Match[str] | None] = re.Pattern.search,
    ) -> Flagged:
        """Which of some lines a pattern is found in, looked for in a part of each of `texts`."""
        found = np.zeros(self._count, dtype=np.bool_)
        for i in np.flatnonzero(lines).tolist():
            found[i] = look(pattern, texts[i][part]) is not None
        return found

    def _at_ends(self) -> tuple[Codes, Codes, Codes]:
        """Each line's first, last and last but one character; of short ones something of another line."""
        last = self._ends - 1
        return self._view[self._ends - self._sizes], self._view[last], self._view[last - 1]

    def _reaching(self, flag: int, reach: int) -> Flagged:
        """The lines that have a flag on one of their last characters."""
        at = np.flatnonzero(self._flags & np.uint32(flag))
        line = self._line[at]
        found = np.zeros(self._count, dtype=np.bool_)
        found[line[at >= self._ends[line] - reach]] = True
        return found

    def _clauses(self) -> Counts:
        """Marks of a clause that no digit follows."""
        at = np.flatnonzero(self._flags & np.uint32(_CLAUSE))
        at = at[self._flags[at + 1] & np.uint32(_DECIMAL) == 0]
        return np.bincount(self._line[at], minlength=self._count)

    def _stops(self) -> Counts:
        """Ends of sentences that something follows: their marks, and points between a small letter and a space."""
        codes, flags, line = self._spaced_codes, self._spaced_flags, self._spaced_line
        at = np.flatnonzero(flags & np.uint32(_STOP))
        at = at[codes[at + 1] != _LINE]
        points = np.flatnonzero(codes == _DOT)
        points = points[(points > 0) & (codes[points + 1] == _SPACE)]
        points = points[flags[points - 1] & np.uint32(_LOWER) != 0]
        return np.bincount(line[at], minlength=self._count) + np.bincount(line[points], minlength=self._count)

    def _entries(self) -> list[Entry | None]:
        """The lexicon's entry for each line, tried where the first two characters of one of its needs stand."""
        classes = (self._flags >> np.uint32(_NEED)).astype(np.intp)
        at = np.flatnonzero(classes[:-1])
        bits = _needs()[classes[at], classes[at + 1]]
        at, bits = at[bits != 0], bits[bits != 0]
        found: list[Entry | None] = [None] * self._count
        if not at.size:
            return found
        line = self._line[at]
        first = np.flatnonzero(np.diff(line, prepend=-1))
        together = np.bitwise_or.reduceat(bits, first)
        for i, word in zip(line[first].tolist(), together.tolist(), strict=True):
            found[i] = find_among(_entries_at(word), self._views[i], self._spaced[i])
        return found

    def _reasons(self, latin: Flagged) -> tuple[list[Found], list[int]]:
        """The reason of each line, how sure it is, and whether it comes from the word list alone; and its cells."""
        spaces = np.bincount(self._spaced_line[self._spaced_codes == _SPACE], minlength=self._count)
        is_parted = ((self._marked(_CELL, spaced=True) > 0) | ((spaces > 0) & ~latin)).tolist()
        found, counts = list[Found](), list[int]()
        for i, (view, entry) in enumerate(zip(self._views, self._entries(), strict=True)):
            reason, strength = (entry.reason, entry.strength) if entry else (None, 0)
            named = word_class(view)
            cells = 1
            if len(view) > looks.MOST_PARTED or not view:
                cells = 0
            elif is_parted[i]:
                parts = looks.cells_of(self._spaced[i], latin=bool(latin[i]))
                cells = len(parts)
                reason, strength = looks.reason_of(view, entry, parts)
            elif named and strength < CERTAIN:
                reason, strength = named, STRONG
            found.append((reason, strength, entry is None and named is not None))
            counts.append(cells)
        return found, counts


def _string(codes: Codes) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _without_outer_spaces(codes: Codes) -> Codes:
    """Lines with single spaces between their words and none around them."""
    is_space = codes == _SPACE
    if not is_space.any():
        return codes
    following = np.append(codes[1:], np.uint32(_LINE))
    codes = codes[~is_space | ((following != _SPACE) & (following != _LINE))]
    before = np.insert(codes[:-1], 0, _LINE)
    result: Codes = codes[(codes != _SPACE) | (before != _LINE)]
    return result


def _folded(text: str) -> Codes:
    """The label view of lines with their spaces as such, a line feed behind each."""
    codes, table = code_points(text + "\n"), _folds()
    folded = table[codes]
    if (unknown := codes[folded == _UNKNOWN]).size:
        for code in np.unique(unknown).tolist():
            new = looks.FOLDS[code]
            table[code] = ord(new) if len(new) == 1 else _SEVERAL if new else _DROPPED
        folded = table[codes]
    several = folded == _SEVERAL
    if not several.any():
        return folded[folded >= 0].astype(np.uint32)
    pieces = [looks.FOLDS[code] for code in codes[several].tolist()]
    lengths = (folded >= 0).astype(np.int64)
    lengths[several] = [len(piece) for piece in pieces]
    longer = np.repeat(folded, lengths)
    longer[longer == _SEVERAL] = code_points("".join(pieces))
    return longer.astype(np.uint32)


@cache
def _folds() -> npt.NDArray[np.int32]:
    """What each character becomes in the label view; filled when a character is first met, by that character alone."""
    table = np.full(0x110000, _UNKNOWN, dtype=np.int32)
    table[_LINE] = _LINE
    return table


def _flagged(codes: Codes) -> Codes:
    """What is known of each character."""
    table = _flags()
    found = table[codes]
    if (unknown := codes[found == 0]).size:
        for code in np.unique(unknown).tolist():
            table[code] = _flags_of(chr(code))
        found = table[codes]
    return found


@cache
def _flags() -> Codes:
    """The flags of each character; filled when it is first met, by that character alone."""
    return np.zeros(0x110000, dtype=np.uint32)


def _flags_of(char: str) -> int:
    flags = _KNOWN | sum(flag for flag, chars in _SETS if char in chars)
    flags |= _WIDE * bool(looks.WIDE.match(char)) | _FUNCTION * bool(looks.FUNCTION.match(char))
    flags |= _DIGIT * char.isdigit() | _DECIMAL * char.isdecimal() | _ALPHA * char.isalpha()
    flags |= _LETTER * (char.isalnum() and not char.isdecimal())
    return flags | _need_classes().get(char, 0) << _NEED


@cache
def _need_classes() -> dict[str, int]:
    """A number from 1 on for each character that one of the lexicon's needs begins with, or has second."""
    return {char: number for number, char in enumerate(sorted({char for need in _NEEDS for char in need[:2]}), 1)}


@cache
def _needs() -> npt.NDArray[np.uint64]:
    """Which entries have a need that begins with two characters, by their classes: the place of an entry is a bit,
    again from the lowest on where there are more than 64."""
    classes = _need_classes()
    bits = np.zeros((len(classes) + 1, len(classes) + 1), dtype=np.uint64)
    for place, entry in enumerate(ENTRIES):
        for need in entry.needs:
            second = classes[need[1]] if len(need) > 1 else slice(None)
            bits[classes[need[0]], second] |= np.uint64(1 << place % 64)
    return bits


@lru_cache(maxsize=4096)
def _entries_at(bits: int) -> tuple[Entry, ...]:
    return entries_of(sum(bits << first for first in range(0, len(ENTRIES), 64)))
