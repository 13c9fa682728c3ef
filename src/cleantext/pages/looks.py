"""What a line looks like on its own: its folded views, its shape in numbers, and the lexicon's opinion of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.folding import label_view, without_readings
from cleantext.pages.lexicon import AROUND, CERTAIN, ENTRIES, STRONG, WEAK, WORDS, Entry, find, word_class

__all__ = ["EDGE", "NAMES", "REASONS", "SPELLINGS", "Look", "Looks", "fold", "look_at", "shorten", "spaced_view"]

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Of a long line only this many code points at either end are read: nothing here depends on a line's length.
EDGE = 200

WIDE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W\d_]+|\d+")
END = re.compile(r"[。!?.…:;][”’\"'」』)\]】》]*$|[。!?…][^\w]*$")
_CLAUSE = re.compile(r"[,、;:](?!\d)")
_STOP = re.compile(r"[。!?](?=.)|[a-z][.!?] (?=\S)")
# Characters of grammar rather than of things: titles and menus have few.
FUNCTION = re.compile(
    "[的了是在和就也不这那有我你他她它们着过把被给让吗呢吧啊么很都还又再没可以为与及而或但于之其者所以并]"
)
_FUNCTION_WORDS = (
    "the|a|an|of|to|and|in|that|is|was|for|it|with|as|his|her|on|be|at|by|had|not|are|but|from|or|have|they|you|i|which|"
    "he|she|we|were|this|their|has|been|will|would|can|de|la|el|en|y|que|los|der|die|das|und|ist|le|les|et|des|une"
)
FUNCTION_WORDS = tuple(_FUNCTION_WORDS.split("|"))
FUNCTION_WORD = re.compile(rf"\b({_FUNCTION_WORDS})\b")
# Where there is no digit none of the alternatives is tried.
DATE = re.compile(
    r"(?=\d)(?:(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|\d{1,2}月\d{1,2}日|\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d"
    r"|\d+ ?(?:小时|分钟|天|个月|年|周)前|\b\d+ (?:hours?|minutes?|days?|weeks?) ago\b)"
)
DATE_END = re.compile(
    r"(?:(?:19|20)\d\d ?[-/.年] ?\d{1,2}(?: ?[-/.月] ?\d{1,2}日?)?|\d{1,2}[-/月]\d{1,2}日?)[])】]?"
    r"(?: ?\d{1,2}:\d\d(?::\d\d)?)?$|\d{1,2}:\d\d$|前$"
)
_SEPARATOR = re.compile(r"[|·>»›/•│丨]")
BULLET = re.compile(r"[•·●■◆▪○◇□★☆►▶※*+-] ?\S|\(?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)、.:]")
CELL = "|·/•│丨>»›"
CELLS, LATIN_CELLS = re.compile(rf"[ {CELL}]+"), re.compile(rf" ?[{CELL}]+ ?")
_TRAIL = re.compile(r"(?:\.{2,}|…)$")
MEDIA = re.compile(r"[(\[【](?:组?图|视频|影|多图|[^()\[\]]{0,3}图)[)\]】]?$|\((?:图|组图)\)")
CONTACT = re.compile(r"(?=[hw@\d])(?:https?:|www\.|@[\w-]+\.|\b\d{3,4}-\d{7,8}\b|\b1[3-9]\d{9}\b)")
# One of these begins an address without digits.
_ADDRESS = re.compile(r"https?:|www\.|@")
_AROUND, _CELL = frozenset(AROUND), frozenset(CELL)
# A longer line is not parted into cells.
MOST_PARTED = 400
QUOTE = ("“", "「", "『", '"', "‘", "(", "《", "—")


@dataclass(frozen=True, slots=True)
class Look:
    """One line, read.

    `spaced` and `view` are its folded views with and without spaces (its ends only, if it is long); `word` says that
    the reason comes from the word list alone: `分享` is a button, or a word.
    """

    view: str
    spaced: str
    units: int
    reason: str | None
    strength: int
    word: bool
    values: tuple[float, ...]


# The columns of `Look.values`: ten of length, the shape of the text, what the lexicon says.
_SIZED = ("size1", "size2", "size4", "size8", "size13", "size20", "size32", "size50", "size80", "size150")
_SHAPE = (
    *("end", "clause", "stop", "function", "digits", "date", "date_end", "separator", "cells", "latin", "bullet"),
    *("trail", "media", "contact", "quote", "colon", "tag"),
)
LEXICON_NAMES = ("nav", "share", "pager", "related", "comments", "legal", "advert", "other")
LEXICON = ("navigation", *LEXICON_NAMES[1:])
NAMES: tuple[str, ...] = (*_SIZED, *_SHAPE, *LEXICON_NAMES, "certain", "strong", "weak", "clock", "numeric")
# All reasons that a line may have; the first is none.
REASONS: tuple[str, ...] = ("", *sorted({*WORDS.values(), *(entry.reason for entry in ENTRIES)}))
_CODES = {reason: code for code, reason in enumerate(REASONS)}
_MENU, _LATIN = NAMES.index("cells"), NAMES.index("latin")
_GRAMMAR, _DATED_END = _SHAPE.index("function"), _SHAPE.index("date_end")
SIZES = (1, 2, 4, 8, 13, 20, 32, 50, 80)
# So many cells may be a menu.
FEW_CELLS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Lines, read: what `Look` has of one, a row a line.

    `reasons` are places in `REASONS`; `signs` are the bits of `_measure` that say which questions a line may have an
    answer to: all of them where nobody has measured it.
    """

    views: Sequence[str]
    spaced: Sequence[str]
    units: Ints
    reasons: Ints
    strengths: Ints
    words: Flags
    values: Floats
    signs: Ints

    @classmethod
    def of(cls, looks: Sequence[Look]) -> Looks:
        """The looks of lines that were read one by one."""
        return cls(
            views=[look.view for look in looks],
            spaced=[look.spaced for look in looks],
            units=np.array([look.units for look in looks], dtype=np.int64),
            reasons=np.array([_CODES[look.reason or ""] for look in looks], dtype=np.int64),
            strengths=np.array([look.strength for look in looks], dtype=np.int64),
            words=np.array([look.word for look in looks], dtype=np.bool_),
            values=np.array([look.values for look in looks], dtype=np.float64).reshape(-1, len(NAMES)),
            signs=np.full(len(looks), -1, dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.views)

    def take(self, rows: Sequence[int]) -> Looks:
        """Some rows, in the order given."""
        places: Any = np.array(rows, dtype=np.int64)
        return Looks(
            views=[self.views[row] for row in rows],
            spaced=[self.spaced[row] for row in rows],
            units=self.units[places],
            reasons=self.reasons[places],
            strengths=self.strengths[places],
            words=self.words[places],
            values=self.values[places],
            signs=self.signs[places],
        )

    def with_sign(self, sign: int) -> list[int]:
        """The rows that may have an answer to what a sign stands for."""
        found: list[int] = (self.signs & sign).nonzero()[0].tolist()
        return found


# What converters write in 回覆 and 瞭解, where the lexicon has 回复 and 了解. The label view keeps them apart: users'
# rules may ask for 覆盖.
SPELLINGS = str.maketrans("覆瞭", "复了")


class _Table(dict[int, str]):
    """`str.translate` table to the label view with spaces; a character's entry depends on that character alone."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = " " if char.isspace() else label_view(char)[0].translate(SPELLINGS)
        return self[code]


FOLDS = _Table()


def fold(text: str) -> tuple[str, list[int]]:
    """The label view with single spaces left in, and for each character the offset in `text` it came from."""
    folded = [FOLDS[ord(char)] for char in text]
    spaced = spaced_view(text)
    if "" not in folded and len(spaced) == len(folded) and spaced == "".join(folded):  # each character has its place
        return spaced, list(range(len(text)))
    view, offsets = label_view(text)
    view = view.translate(SPELLINGS)
    if len(text.split(None, 1)) < 2:
        return view, offsets
    pieces: list[str] = []
    where: list[int] = []
    last = offsets[0] if offsets else 0
    for char, offset in zip(view, offsets, strict=True):
        if offset > last + 1 and any(map(str.isspace, text[last + 1 : offset])):
            pieces.append(" ")
            where.append(offset - 1)
        pieces.append(char)
        where.append(offset)
        last = offset
    return "".join(pieces), where


def spaced_view(text: str) -> str:
    """The first value of `fold`, faster, without the spaces around it."""
    return " ".join(without_readings(text).translate(FOLDS).split())


def shorten(text: str) -> str:
    """What is read of a line: all of it, or its two ends."""
    return text if len(text) <= 2 * EDGE else text[:EDGE] + text[-EDGE:]


def look_at(text: str) -> Look:
    """Read a line."""
    spaced = spaced_view(shorten(text))
    view = spaced.replace(" ", "")
    wide = 0 if view.isascii() else len(view) - len(WIDE.sub("", view))
    words = len(_WORD.findall(spaced)) if wide < len(view) else 0
    units = wide + (2 * words if wide < len(view) else 0)
    if len(text) > 2 * EDGE:
        units = units * len(text) // (2 * EDGE)
    entry = find(view, spaced)
    cells = cells_of(spaced, latin=not wide) if len(view) <= MOST_PARTED else []
    reason, strength = reason_of(view, entry, cells)
    grammar = (len(FUNCTION.findall(view)) + 2 * (len(FUNCTION_WORD.findall(spaced)) if words else 0)) / max(units, 4)
    shape = _letters(view, grammar) if _is_letters(view) else _shape(view, spaced, grammar)
    values = [0.0] * len(_SIZED)
    values[bisect_left(SIZES, units)] = 1.0
    values += shape
    values[_MENU] = float(len(cells) >= FEW_CELLS and len(view) <= 6 * len(cells))
    values[_LATIN] = float(wide == 0)
    name = reason.partition("/")[2] if reason else ""
    values += [float(name == one) for one in LEXICON]
    values += (strength == CERTAIN, strength == STRONG, strength == WEAK, name == "clock")
    values.append(bool(view) and not any(map(str.isalpha, view)))
    return Look(
        view, spaced, units, reason, strength, entry is None and word_class(view) is not None, tuple(map(float, values))
    )


def cells_of(spaced: str, *, latin: bool) -> list[str]:
    """The parts of a line that may each be an item of a menu."""
    if not latin and _CELL.isdisjoint(spaced):
        return spaced.split()
    return [cell for cell in (LATIN_CELLS if latin else CELLS).split(spaced) if cell]


def reason_of(view: str, entry: Entry | None, cells: Sequence[str]) -> tuple[str | None, int]:
    """The reason that the lexicon's entry for a line or its words give, and how sure it is."""
    reason, strength = (entry.reason, entry.strength) if entry else (None, 0)
    if strength < CERTAIN and (found := word_class(view)):
        return found, STRONG
    if strength < STRONG:
        by_cells, sure = reason_of_cells(view, cells)
        if sure > strength:
            return by_cells, sure
    return reason, strength


def reason_of_cells(view: str, cells: Sequence[str]) -> tuple[str | None, int]:
    """The reason that the words in a line's cells give, and how sure it is."""
    known = _classes(cells)
    if len(known) >= 2 and 2 * len(known) >= len(cells):
        return max(sorted(set(known)), key=known.count), STRONG
    return (known[0], WEAK) if known and len(view) <= 30 else (None, 0)


def _classes(cells: Sequence[str]) -> list[str]:
    """The reasons of those cells that are words of the lexicon."""
    if _AROUND.isdisjoint("".join(cells)):
        return [found for found in map(WORDS.get, cells) if found]
    return [found for cell in cells if (found := word_class(cell.replace(" ", "")))]


def _is_letters(view: str) -> bool:
    """Whether a view is letters alone, one of which also separates: such a line has no shape."""
    return view.isalpha() and "丨" not in view


def _letters(view: str, grammar: float) -> list[float]:
    """`_shape` of letters alone."""
    values = [0.0] * len(_SHAPE)
    values[_GRAMMAR] = min(grammar * 5, 2.0)
    values[_DATED_END] = float(view.endswith("前"))
    return values


def _shape(view: str, spaced: str, grammar: float) -> list[float]:
    """The columns of `_SHAPE`, but for cells and Latin lines, which are left empty."""
    digits = sum(map(str.isdigit, view))
    return [
        bool(END.search(view[-8:])),
        min(len(_CLAUSE.findall(view)), 6) / 3,
        min(len(_STOP.findall(spaced)), 4) / 2,
        min(grammar * 5, 2.0),
        digits / max(len(view), 1),
        bool(digits and DATE.search(spaced[:200])),
        bool(DATE_END.search(spaced[-24:])),
        min(len(_SEPARATOR.findall(view)), 6) / 3,
        0.0,
        0.0,
        bool(BULLET.match(spaced)),
        bool(_TRAIL.search(view)),
        bool(MEDIA.search(view[-20:])),
        bool((digits or _ADDRESS.search(spaced)) and CONTACT.search(spaced)),
        view.startswith(QUOTE),
        view.endswith(":"),
        view.startswith(("#", "【", "[")) and not view.endswith("。"),
    ]
