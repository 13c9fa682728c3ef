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
from cleantext.pages.lexicon import AROUND, CERTAIN, ENTRIES, STRONG, WORDS, Entry, word_class
from cleantext.pages.linemeta import COVERED, LABEL_BOUNDARIES, LABEL_ENDS, LABELS, MONTHS
from cleantext.pages.looks import NAMES, REASONS, Flags, Ints, Looks, look_at, shorten
from cleantext.pages.zones import FORUM_HINTS

__all__ = ["looks_of"]

Codes = npt.NDArray[np.uint32]

_SETS = (
    (m.SEPARATOR, "|·>»›/•│丨"),
    (m.CLAUSE, ",、;:"),
    (m.STOP, "。!?"),
    (m.CELL, looks.CELL),
    (m.END, "。!?.…:;"),
    (m.HARD, "。!?…"),
    (m.CLOSER, "”’\"'」』)]】》"),
    (m.OPEN, "([【"),
    (m.LOWER, "abcdefghijklmnopqrstuvwxyz"),
    (m.DATE_END, "日])】前"),
    (m.BULLET, "•·●■◆▪○◇□★☆►▶※*+-("),
    (m.NUMERAL, "一二三四五六七八九十"),
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
    (m.BOUNDARY, LABEL_BOUNDARIES),
    (m.COVERED, COVERED),
    (m.DAYS, "今昨前"),
    (m.EDITS, "辑编校审核对制"),
    (m.PICTURE, "图频影"),
    (m.SPLITS, "-/.年月:"),
    (m.PREFIXED, "本原打关收纠字"),
)
# A number in a table of folded characters that is none: dropped, several characters, not looked at yet.
_DROPPED, _SEVERAL, _UNKNOWN = -1, -2, -3
_LINE = ord("\n")
# Where the letters of readings with a mark of tone begin, and how far they reach: without one nothing is left out.
_TONED, _TONES = np.uint32(ord("à")), np.uint32(ord("ḿ") + 1 - ord("à"))
_AT = {name: column for column, name in enumerate(NAMES)}
_MEASURED = ("function", "latin", "digits", "clause", "stop", "separator", "numeric", "colon", "quote", "tag", "trail")
_PLACES = np.array([_AT[name] for name in (*_MEASURED, "end", "cells")])
# What three letters may begin, or be in.
_TRIPLES = {**dict.fromkeys(MONTHS, m.MONTH), "ago": m.AGO, "rep": m.REPLIES}
_TRIPLES |= dict.fromkeys(("vie", "omm", "min"), m.COUNTED)
_BARE = dict.fromkeys(map(ord, AROUND))
# As many numbers as keep the words of grammar apart; so many that few strings that are no words look like one.
_GRAMMAR_SIZE, _HASHES = 351, 32749
# The columns of reasons, and of their strengths, by their places.
_COLUMNS = np.array([_AT.get("nav" if name == "chrome/navigation" else name.partition("/")[2], -1) for name in REASONS])
_CODES = {reason: code for code, reason in enumerate(REASONS)}
_STRENGTHS = np.array([-1, *(_AT[name] for name in ("weak", "strong", "certain"))])  # WEAK, STRONG, CERTAIN


def looks_of(lines: Sequence[str]) -> Looks:
    """The looks of lines, a row each, in their order."""
    if lines and pays():
        lengths = np.fromiter(map(len, lines), np.int64, len(lines))
        texts = "\n".join(lines if lengths.max() <= 2 * looks.EDGE else map(shorten, lines))
        if texts.count("\n") < len(lines):
            return _Measured(lengths, texts).looks()
    known = {line: look_at(line) for line in dict.fromkeys(lines)}  # menus repeat themselves
    return Looks.of([known[line] for line in lines])


class _Measured:
    """Lines with what is counted in them; the rest is asked of those that have the signs."""

    def __init__(self, lengths: Ints, texts: str) -> None:
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        count = len(lengths)
        points, without = code_points(texts + "\n"), texts
        if (points - _TONED < _TONES).any():
            without = without_readings(texts)
            points = code_points(without + "\n") if len(without) < len(texts) else points
        codes = _folded(points)
        self._numbers = np.zeros((count, m.NUMBERS), dtype=np.int64)
        self._values = np.zeros((count, len(NAMES)))
        spaced, view = np.empty(codes.size, dtype=np.uint32), np.empty(codes.size, dtype=np.uint32)
        out = (spaced, view, np.empty((codes.size, 2), dtype=np.int64))
        ends = kernels.measure(codes, lengths, _flags(), _needs(), _lore(), _PLACES, out, self._numbers, self._values)
        self._spaced = _string(spaced[: ends[0]]).split("\n")[:-1]
        self._views = _string(view[: ends[1]]).split("\n")[:-1]
        self._signs = self._numbers[:, m.SIGNS]
        if len(without) < len(texts):  # a part of a line may have half of what is left out
            read = [i for i, line in enumerate(texts.split("\n")) if without_readings(line) != line]
            self._signs[read] |= m.MAYBE_AFFIX
        self._any = int(np.bitwise_or.reduce(self._signs))

    def looks(self) -> Looks:
        """The looks of all lines."""
        values = self._values
        self._try("date", looks.DATE, m.MAYBE_DATE, self._spaced, slice(200))
        self._try("date_end", looks.DATE_END, m.MAYBE_DATE_END, self._spaced, slice(-24, None))
        bullets, begins = values[:, _AT["bullet"]], looks.BULLET.match
        for i in self._with(m.MAYBE_BULLET):
            if begins(self._spaced[i]):
                bullets[i] = 1.0
        self._try("media", looks.MEDIA, m.MAYBE_MEDIA, self._views, slice(-20, None))
        self._try("contact", looks.CONTACT, m.MAYBE_CONTACT, self._spaced, slice(None))
        reasons, strengths, listed = self._reasons()
        rows = strengths.nonzero()[0]
        values[rows, _STRENGTHS[strengths[rows]]] = 1.0
        values[rows, _COLUMNS[reasons[rows]]] = 1.0
        return Looks(
            views=self._views,
            spaced=self._spaced,
            units=np.ascontiguousarray(self._numbers[:, m.UNITS]),  # so that kernels are compiled for one form
            reasons=reasons,
            strengths=strengths,
            words=listed,
            values=values,
            signs=self._signs,
        )

    def _with(self, sign: int) -> list[int]:
        """The lines that have a sign."""
        if not self._any & sign:
            return []
        found: list[int] = (self._signs & sign).nonzero()[0].tolist()
        return found

    def _try(self, name: str, pattern: re.Pattern[str], sign: int, texts: Sequence[str], part: slice) -> None:
        """Fill a column with whether a pattern is found in a part of those of `texts` that have a sign."""
        column = self._values[:, _AT[name]]
        for i in self._with(sign):
            if pattern.search(texts[i][part]):
                column[i] = 1.0

    def _reasons(self) -> tuple[Ints, Ints, Flags]:
        """The reason of each line, how sure it is, and whether it comes from the word list alone."""
        views, spaced = self._views, self._spaced
        codes = np.zeros(len(views), dtype=np.int64)
        for i in self._with(m.MAYBE_WORD):
            codes[i] = _CODES[word_class(views[i]) or ""]
        words = codes > 0
        strengths = words * STRONG
        entries = self._entries()
        for i, entry in entries.items():
            words[i] = False
            if entry.strength == CERTAIN or not codes[i]:
                codes[i], strengths[i] = _CODES[entry.reason], entry.strength
        latin = self._values[:, _AT["latin"]]
        for i in self._with(m.MAYBE_CELLS):
            if strengths[i] < STRONG:
                parts = looks.cells_of(spaced[i], latin=bool(latin[i]))
                reason, strength = looks.reason_of_cells(views[i], parts)
                if reason and strength > strengths[i]:
                    codes[i], strengths[i] = _CODES[reason], strength
        return codes, strengths, words

    def _entries(self) -> dict[int, Entry]:
        """The lexicon's entries for the lines that have any: what these need has been found."""
        found = {}
        bits = self._numbers[:, m.ENTRIES : m.MORE_ENTRIES + 1]
        rows = (bits[:, 0] | bits[:, 1]).nonzero()[0]
        views, spaced_views = self._views, self._spaced
        for i, (low, high) in zip(rows.tolist(), bits[rows].tolist(), strict=True):
            for entry, spaced, matches in _entries_at(low, high):
                if matches(spaced_views[i] if spaced else views[i]):
                    found[i] = entry
                    break
        return found


def _string(codes: Codes) -> str:
    return str(codes.astype("<u4", copy=False).data, "utf-32-le", "surrogatepass")


def _folded(codes: Codes) -> Codes:
    """The label view of lines with their spaces as such, a line feed behind each."""
    table = _folds()
    folded = table.take(codes)
    if folded.min() == _UNKNOWN:
        for code in np.unique(codes[folded == _UNKNOWN]).tolist():
            _learn(code)
        folded = table.take(codes)
    if folded.min() >= 0:
        return folded.view(np.uint32)
    lost = folded < 0
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

    inner: int
    starts: Ints
    entries: Ints
    begins: Flags
    first_characters: Ints
    limits: Ints
    reads_spaces: Flags
    characters: Codes


@cache
def _all_needs() -> list[tuple[str, int, bool]]:
    """What the lexicon's entries need, each with its entry's place and whether it must begin the line, in order; those
    that begin with characters that no other need begins with come last."""
    found = [(need, place, False) for place, entry in enumerate(ENTRIES) for need in entry.needs]
    found += [(hint, len(ENTRIES), False) for hint in FORUM_HINTS]
    found += [(need, place, True) for place, entry in enumerate(ENTRIES) for need in entry.begins]
    inner = _inner(found)
    return sorted(found, key=lambda each: (each[0][0] not in inner, each))


def _inner(needs: Sequence[tuple[str, int, bool]]) -> set[str]:
    """The characters that needs begin with which may stand anywhere in a line."""
    return {need[0] for need, _, begins in needs if not begins}


@cache
def _need_places() -> dict[str, int]:
    """A number from 1 on for each character that one of the lexicon's needs begins with."""
    return {char: place for place, char in enumerate(dict.fromkeys(need[0] for need, _, _ in _all_needs()), 1)}


@cache
def _needs() -> _Needs:
    needs, entries, begins = zip(*_all_needs(), strict=True)
    sizes = np.bincount([_need_places()[need[0]] for need in needs])
    return _Needs(
        inner=len(_inner(_all_needs())),
        starts=np.concatenate([[0], np.cumsum(sizes)]),
        entries=np.array(entries),
        begins=np.array(begins),
        first_characters=np.concatenate([[0], np.cumsum([len(need) for need in needs])]),
        limits=np.array([*(entry.limit for entry in ENTRIES), 4 * looks.MOST_PARTED]),
        reads_spaces=np.array([*(entry.spaced for entry in ENTRIES), True]),
        characters=code_points("".join(needs)),
    )


class _Lore(NamedTuple):
    """What else `_measure.measure` knows of words."""

    triples: npt.NDArray[np.uint8]
    grammar: Ints
    first_labels: Ints
    labels: Codes
    hashes: Flags


@cache
def _lore() -> _Lore:
    triples, grammar = np.zeros(1 << 15, dtype=np.uint8), np.zeros(_GRAMMAR_SIZE, dtype=np.int64)
    for letters, meaning in _TRIPLES.items():
        triples[_packed(letters)] |= meaning
    for word in looks.FUNCTION_WORDS:
        grammar[_packed(word) % _GRAMMAR_SIZE] = _packed(word)
    labels = [label.replace(" ", "") for label in LABELS]
    hashes = np.zeros(_HASHES, dtype=np.bool_)
    for word in WORDS:
        number = 0
        for char in word.translate(_BARE):
            number = (number * m.HASH_FACTOR + ord(char)) & m.HASH_MASK
        hashes[number % _HASHES] = True
    first_labels = np.concatenate([[0], np.cumsum([len(label) for label in labels])])
    return _Lore(triples, grammar, first_labels, code_points("".join(labels)), hashes)


def _packed(word: str) -> int:
    """A word of small letters as a number of five bits each."""
    number = 0
    for letter in word:
        number = number << 5 | ord(letter) - ord("a") + 1
    return number


@lru_cache(maxsize=4096)
def _entries_at(low: int, high: int) -> tuple[tuple[Entry, bool, Callable[[str], re.Match[str] | None]], ...]:
    bits, found = low | high << m.HALF, []
    while bits:
        entry = ENTRIES[(bits & -bits).bit_length() - 1]
        found.append((entry, entry.spaced, entry.matches))
        bits &= bits - 1
    return tuple(found)
