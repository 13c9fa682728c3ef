"""Many lines read at once, into columns: what `looks.look_at` says of each.

The characters of all lines are folded together and measured in one compiled pass (`_measure`); a pattern is only tried
on a line that has the characters it cannot do without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points, without_readings
from cleantext.pages import _measure as m
from cleantext.pages import looks
from cleantext.pages.compiled import pays
from cleantext.pages.lexicon import AROUND, CERTAIN, ENTRIES, STRONG, WORDS, Entry, entries_of, word_class
from cleantext.pages.linemeta import LABEL_ENDS
from cleantext.pages.looks import NAMES, REASONS, Flags, Ints, Looks, look_at, shorten

__all__ = ["looks_of"]

Codes = npt.NDArray[np.uint32]

_SETS = (
    (m.SEPARATOR, "|·>»›/•│丨"),
    (m.CLAUSE, ",、;:"),
    (m.STOP, "。!?"),
    (m.CELL, "|·/•│丨>»›"),
    (m.END, "。!?.…:;"),
    (m.HARD, "。!?…"),
    (m.CLOSER, "”’\"'」』)]】》"),
    (m.OPEN, "([【"),
    (m.LOWER, "abcdefghijklmnopqrstuvwxyz"),
    (m.DATED, "月前g"),
    (m.DATE_END, "日])】前"),
    (m.BULLET, "•·●■◆▪○◇□★☆►▶※*+-(一二三四五六七八九十"),
    (m.LABEL, LABEL_ENDS),
    (m.MARK, ":/|丨】—"),
    (m.CREDIT, "记讯责编校审习论报作来"),
    (m.CREDITED, "者员编辑对核生导源"),
    (m.DATING, "-/.年"),
    (m.SPAN, "时钟天月年周秒"),
    (m.ACT, "点浏阅评跟参回查赞收"),
    (m.ACTED, "击览读论贴帖与复看赞藏数"),
    (m.AROUND, AROUND),
    (m.QUOTE, "".join(looks.QUOTE)),
    (m.TAG, "#【["),
    (m.BRACKET, ")]】>»"),
    (m.TRIGGER, "编责校审监源自载原题印关错藏返号文多详推分eg"),
    (m.PREFIX, "([【〔"),
)
# A number in a table of folded characters that is none: dropped, several characters, not looked at yet.
_DROPPED, _SEVERAL, _UNKNOWN = -1, -2, -3
_LINE = ord("\n")
_AT = {name: column for column, name in enumerate(NAMES)}
_MEASURED = ("function", "latin", "digits", "clause", "stop", "separator", "numeric", "colon", "quote", "tag", "trail")
_PLACES = np.array([_AT[name] for name in (*_MEASURED, "end")])
# The columns of reasons, and of their strengths, by their places.
_COLUMNS = np.array([_AT.get("nav" if name == "chrome/navigation" else name.partition("/")[2], -1) for name in REASONS])
_CODES = {reason: code for code, reason in enumerate(REASONS)}
_STRENGTHS = np.array([-1, *(_AT[name] for name in ("weak", "strong", "certain"))])  # WEAK, STRONG, CERTAIN


def looks_of(lines: Sequence[str]) -> Looks:
    """The looks of lines, a row each, in their order."""
    texts = "\n".join([line if len(line) <= 2 * looks.EDGE else shorten(line) for line in lines])
    if not lines or not pays() or texts.count("\n") >= len(lines):
        return Looks.of([look_at(line) for line in lines])
    return _Measured(lines, texts).looks()


class _Measured:
    """Lines with what is counted in them; the rest is asked of those that have the signs."""

    def __init__(self, lines: Sequence[str], texts: str) -> None:
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        count = len(lines)
        without = without_readings(texts)
        codes = _folded(without)
        self._numbers = np.zeros((count, m.NUMBERS), dtype=np.int64)
        self._values = np.zeros((count, len(NAMES)))
        spaced, view = np.empty(codes.size, dtype=np.uint32), np.empty(codes.size, dtype=np.uint32)
        out = (spaced, view, np.empty((codes.size, 2), dtype=np.int64))
        lengths = np.fromiter(map(len, lines), np.int64, count)
        ends = kernels.measure(codes, lengths, _flags(), _needs(), _PLACES, out, self._numbers, self._values)
        self._spaced = _string(spaced[: ends[0]]).split("\n")[:-1]
        self._views = _string(view[: ends[1]]).split("\n")[:-1]
        self._signs = self._numbers[:, m.SIGNS]
        if len(without) < len(texts):  # a part of a line may have half of what is left out
            self._signs |= m.MAYBE_AFFIX

    def looks(self) -> Looks:
        """The looks of all lines."""
        values, every = self._values, slice(None)
        latin = self._with(m.LATIN)
        words = np.array([len(looks.FUNCTION_WORD.findall(self._spaced[i])) for i in latin], dtype=np.int64)
        grammar, units = self._numbers[latin, m.GRAMMAR] + 2 * words, self._numbers[latin, m.UNITS]
        values[latin, _AT["function"]] = np.minimum(grammar / np.maximum(units, 4) * 5, 2.0)
        self._try("date", looks.DATE, m.MAYBE_DATE, self._spaced, slice(200))
        self._try("date_end", looks.DATE_END, m.MAYBE_DATE_END, self._spaced, slice(-24, None))
        self._try("bullet", looks.BULLET, m.MAYBE_BULLET, self._spaced, slice(8), re.Pattern.match)
        self._try("media", looks.MEDIA, m.MAYBE_MEDIA, self._views, slice(-20, None))
        self._try("contact", looks.CONTACT, m.MAYBE_CONTACT, self._spaced, every)
        reasons, strengths, listed = self._reasons()
        rows = np.flatnonzero(strengths)
        values[rows, _STRENGTHS[strengths[rows]]] = 1.0
        values[rows, _COLUMNS[reasons[rows]]] = 1.0
        return Looks(
            views=self._views,
            spaced=self._spaced,
            units=self._numbers[:, m.UNITS],
            reasons=reasons,
            strengths=strengths,
            words=listed,
            values=values,
            signs=self._signs,
        )

    def _with(self, sign: int) -> list[int]:
        """The lines that have a sign."""
        found: list[int] = np.flatnonzero(self._signs & sign).tolist()
        return found

    def _try(
        self,
        name: str,
        pattern: re.Pattern[str],
        sign: int,
        texts: Sequence[str],
        part: slice,
        look: Callable[[re.Pattern[str], str], re.Match[str] | None] = re.Pattern.search,
    ) -> None:
        """Fill a column with whether a pattern is found in a part of those of `texts` that have a sign."""
        column = self._values[:, _AT[name]]
        for i in self._with(sign):
            if look(pattern, texts[i][part]):
                column[i] = 1.0

    def _reasons(self) -> tuple[Ints, Ints, Flags]:
        """The reason of each line, how sure it is, and whether it comes from the word list alone; fills `cells`."""
        views, spaced = self._views, self._spaced
        named = list(map(WORDS.get, views))
        for i in self._with(m.SIGNED):
            named[i] = word_class(views[i])
        entries = self._entries()
        reasons = {i: (name, STRONG) for i, name in enumerate(named) if name}
        for i, entry in entries.items():
            if entry.strength == CERTAIN or i not in reasons:
                reasons[i] = (entry.reason, entry.strength)
        cells = self._values[:, _AT["cells"]]
        for i, latin, bordered in self._parted():
            parts = looks.cells_of(spaced[i], latin=latin)
            if len(parts) >= looks.FEW_CELLS:
                cells[i] = len(views[i]) <= 6 * len(parts)
            if not (latin or bordered) and WORDS.keys().isdisjoint(parts):
                continue
            reason, strength = looks.reason_of(views[i], entries.get(i), parts)
            if reason:
                reasons[i] = (reason, strength)
        rows, found = [*reasons], [*reasons.values()]
        codes, strengths = np.zeros(len(views), dtype=np.int64), np.zeros(len(views), dtype=np.int64)
        codes[rows] = [_CODES[reason] for reason, _ in found]
        strengths[rows] = [strength for _, strength in found]
        words = np.zeros(len(views), dtype=np.bool_)
        words[[i for i, name in enumerate(named) if name and i not in entries]] = True
        return codes, strengths, words

    def _parted(self) -> list[tuple[int, bool, bool]]:
        """The lines that are parted into cells, whether they are Latin, and whether signs stand around a cell."""
        rows = np.flatnonzero(self._signs & m.PARTED)
        latin, bordered = self._values[rows, _AT["latin"]] > 0, self._signs[rows] & m.BORDERED > 0
        return list(zip(rows.tolist(), latin.tolist(), bordered.tolist(), strict=True))

    def _entries(self) -> dict[int, Entry]:
        """The lexicon's entries for the lines that have any: what these need has been found."""
        found = {}
        bits = self._numbers[:, m.ENTRIES : m.MORE_ENTRIES + 1]
        rows = np.flatnonzero(bits[:, 0] | bits[:, 1])
        for i, (low, high) in zip(rows.tolist(), bits[rows].tolist(), strict=True):
            for entry in _entries_at(low, high):
                if entry.matches(self._spaced[i] if entry.spaced else self._views[i]):
                    found[i] = entry
                    break
        return found


def _string(codes: Codes) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _folded(text: str) -> Codes:
    """The label view of lines with their spaces as such, a line feed behind each."""
    codes, table = code_points(text + "\n"), _folds()
    folded = table[codes]
    if (folded == _UNKNOWN).any():
        for code in np.unique(codes[folded == _UNKNOWN]).tolist():
            _learn(code)
        folded = table[codes]
    lost = folded < 0
    if not lost.any():
        return folded.view(np.uint32)
    several = folded == _SEVERAL
    if not several.any():
        return folded[~lost].view(np.uint32)
    pieces = [looks.FOLDS[code] for code in codes[several].tolist()]
    lengths = (folded >= 0).astype(np.int64)
    lengths[several] = [len(piece) for piece in pieces]
    longer = np.repeat(folded, lengths)
    longer[longer == _SEVERAL] = code_points("".join(pieces))
    return longer.view(np.uint32)


@cache
def _folds() -> npt.NDArray[np.int32]:
    """What each character becomes in the label view; filled when a character is first met, by that character alone."""
    table = np.full(0x110000, _UNKNOWN, dtype=np.int32)
    table[_LINE] = _LINE
    return table


@cache
def _flags() -> Ints:
    """The bits of each character of the label view that `_folds` knows."""
    return np.zeros(0x110000, dtype=np.int64)


def _learn(code: int) -> None:
    """Fill the tables for a character: what it becomes, after what is known of that."""
    new = looks.FOLDS[code]
    for char in new:
        _flags()[ord(char)] = _flags_of(char)
    _folds()[code] = ord(new) if len(new) == 1 else _SEVERAL if new else _DROPPED


def _flags_of(char: str) -> int:
    flags = sum(flag for flag, chars in _SETS if char in chars)
    flags |= m.WIDE * bool(looks.WIDE.match(char)) | m.FUNCTION * bool(looks.FUNCTION.match(char))
    flags |= m.DIGIT * char.isdigit() | m.DECIMAL * char.isdecimal() | m.ALPHA * char.isalpha()
    flags |= m.LETTER * (char.isalnum() and not char.isdecimal()) | m.WORD * (char.isalnum() or char == "_")
    return flags | _need_places().get(char, 0) << m.NEED


class _Needs(NamedTuple):
    """The lexicon's needs as `_measure.measure` takes them."""

    starts: Ints
    entries: Ints
    begins: Flags
    first_characters: Ints
    limits: Ints
    reads_spaces: Flags
    characters: Codes


@cache
def _all_needs() -> list[tuple[str, int, bool]]:
    """What the lexicon's entries need, each with its entry's place and whether it must begin the line, in order."""
    found = [(need, place, False) for place, entry in enumerate(ENTRIES) for need in entry.needs]
    return sorted(found + [(need, place, True) for place, entry in enumerate(ENTRIES) for need in entry.begins])


@cache
def _need_places() -> dict[str, int]:
    """A number from 1 on for each character that one of the lexicon's needs begins with."""
    return {char: place for place, char in enumerate(dict.fromkeys(need[0] for need, _, _ in _all_needs()), 1)}


@cache
def _needs() -> _Needs:
    needs, entries, begins = zip(*_all_needs(), strict=True)
    sizes = np.bincount([_need_places()[need[0]] for need in needs])
    return _Needs(
        starts=np.concatenate([[0], np.cumsum(sizes)]),
        entries=np.array(entries),
        begins=np.array(begins),
        first_characters=np.concatenate([[0], np.cumsum([len(need) for need in needs])]),
        limits=np.array([entry.limit for entry in ENTRIES]),
        reads_spaces=np.array([entry.spaced for entry in ENTRIES]),
        characters=code_points("".join(needs)),
    )


@lru_cache(maxsize=4096)
def _entries_at(low: int, high: int) -> tuple[Entry, ...]:
    return entries_of(low | high << m.HALF)
