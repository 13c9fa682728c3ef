"""Width by class, and characters that stand for others: letters and digits, katakana, spaces, symbols; radicals, PUA.

Each class is a switch of its own, because what is damage in one is the author's choice in the next: NFKC, which does
all of it at once, also turns ① into 1, ㎡ into m2 and ： into :. Marks are not touched here but inside numbers of
full-width digits, and the half-width ones that go with half-width katakana.

Radicals (⼈ for 人: text from PDF and OCR) and private-use characters of GBK and GB 18030 become what they stand for
only in the company of Han: alone they may be the subject of the text, or icons of a font.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.config import NormalizeConfig
from cleantext.folding import code_points
from cleantext.text.changes import DELETED, Changes, changed, chunks, edits
from cleantext.text.marks import HAN, MARK, NEWLINE, SOUNDED, class_table
from cleantext.text.steps import Repaired, edited

__all__ = ["fix_characters", "fix_width", "plain"]

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

# One bit a class.
_LETTER, _DIGIT, _KATAKANA, _SPACE, _SYMBOL, _RADICAL, _PRIVATE = (1 << bit for bit in range(7))
_RULES = {
    _LETTER: "letters",
    _DIGIT: "digits",
    _KATAKANA: "katakana",
    _SPACE: "space",
    _SYMBOL: "symbol",
    _RADICAL: "radical",
    _PRIVATE: "pua",
}
# Full-width forms that are marks of Chinese text, and so another stage's: ～ and ［ ］ among them (GB/T 15834).
_MARKS = "！＂＇（），．：；？［］～"
_SPACES = "\u3000\xa0\u202f\u205f" + "".join(map(chr, range(0x2000, 0x200B)))
_VOICED, _SEMIVOICED = 0xFF9E, 0xFF9F
_IDEOGRAPHIC_SPACE, _PRIVATE_SPACE = 0x3000, 0xE5E5
# Numbers in full-width digits, whose marks go with them: ９．５, ０９：３０, １，０００.
_NUMBER = re.compile(
    "[０-９]+(?:[．：][０-９]+)+|(?<![０-９])(?<![０-９]，)[０-９]{1,3}(?:，[０-９]{3})+(?![０-９])(?:．[０-９]+)?"
)
_IN_NUMBERS = str.maketrans("．：，", ".:,")
_INDENT = re.compile(r"^\s+", re.MULTILINE)
# A line that speaks of radicals has them for themselves.
_OF_RADICALS = re.compile("部首|偏旁|字根")
# Characters of a text up to which searching it is cheaper than arrays.
_CHEAP = 2_000


class _Table(NamedTuple):
    """The class of every code point (uint8[0x110000]), and what the characters of a class become, by sorted code."""

    flags: U8
    keys: U32
    values: U32


@cache
def _characters() -> dict[str, dict[int, int]]:
    """What private-use characters (`pua`) and radicals (`radical`) stand for; from tables/characters.txt."""
    text = files("cleantext.text.tables").joinpath("characters.txt").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.split("\n")[1:] if line]
    return {name: dict(zip(map(ord, chars), map(ord, values), strict=True)) for name, chars, values in rows}


def _narrow_or_wide(code: int) -> int:
    """What Unicode says a half- or full-width form is a form of: one step, where NFKC takes several (￣ is ¯)."""
    return int(unicodedata.decomposition(chr(code)).split()[1], 16)


@cache
def _table() -> _Table:
    flags = np.zeros(0x110000, dtype=np.uint8)
    becomes: dict[int, int] = {}
    forms = [code for code in range(0xFF01, 0xFF5F) if chr(code) not in _MARKS]
    for code in [*forms, *range(0xFFE0, 0xFFE7), *range(0xFFE8, 0xFFEF)]:
        becomes[code] = _narrow_or_wide(code)
        flags[code] = _DIGIT if chr(code).isdigit() else _LETTER if chr(code).isalpha() else _SYMBOL
    for code in range(0xFF61, 0xFFA0):
        becomes[code] = _narrow_or_wide(code)
        flags[code] = _KATAKANA
    becomes |= {_VOICED: 0x309B, _SEMIVOICED: 0x309C}  # where they combine with nothing
    for char in _SPACES:
        becomes[ord(char)] = ord(" ")
        flags[ord(char)] = _SPACE
    for name, flag in (("pua", _PRIVATE), ("radical", _RADICAL)):
        becomes |= _characters()[name]
        flags[list(_characters()[name])] = flag
    flags.flags.writeable = False
    keys = sorted(becomes)
    return _Table(flags, np.array(keys, dtype=np.uint32), np.array([becomes[key] for key in keys], dtype=np.uint32))


@cache
def _pattern(mask: int) -> re.Pattern[str]:
    """A character of the classes in `mask`."""
    table = _table()
    return re.compile("[" + "".join(re.escape(chr(key)) for key in table.keys if table.flags[key] & mask) + "]")


def fix_characters(text: str, config: NormalizeConfig | None = None) -> Repaired:
    """`text` with radicals and private-use characters as what they stand for, where Han stands beside them.

    The rules are `radical` and `pua`.

    >>> fix_characters("⼈民的⽣活；康熙字典：⼈、⼉").text
    '人民的生活；康熙字典：⼈、⼉'
    """
    return _fixed(text, _character_mask(config or NormalizeConfig()), "characters", config or NormalizeConfig())


def fix_width(text: str, config: NormalizeConfig | None = None) -> Repaired:
    """`text` with the classes that `config` names in their ordinary width.

    The rules are `letters`, `digits`, `katakana`, `space` and `symbol`.

    >>> fix_width("ＰＭ２．５浓度，①㎡", NormalizeConfig(width_letters="half")).text
    'PM2.5浓度，①㎡'
    """
    return _fixed(text, _width_mask(config or NormalizeConfig()), "width", config or NormalizeConfig())


def plain(text: str, config: NormalizeConfig) -> str:
    """The text of `fix_characters` and then `fix_width`, without edits."""
    for mask in (_character_mask(config), _width_mask(config)):
        pieces, position = [], 0
        for offset, chunk, changes in _changes(text, mask, config):
            pieces += [text[position:offset], changed(chunk, changes)]
            position = offset + len(chunk)
        text = "".join([*pieces, text[position:]]) if pieces else text
    return text


def _character_mask(config: NormalizeConfig) -> int:
    return (_RADICAL if config.radicals else 0) | (_PRIVATE if config.private_use else 0)


def _width_mask(config: NormalizeConfig) -> int:
    mask = _LETTER | _DIGIT if config.width_letters == "half" else 0
    mask |= _KATAKANA if config.width_katakana == "full" else 0
    mask |= _SPACE if config.width_spaces != "keep" else 0
    return mask | (_SYMBOL if config.width_symbols == "half" else 0)


def _fixed(text: str, mask: int, stage: str, config: NormalizeConfig) -> Repaired:
    found = [Changes(each.positions + offset, each.codes) for offset, _, each in _changes(text, mask, config)]
    if not found:
        return Repaired(text=text)
    changes = Changes(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))
    return edited(text, edits(text, changes, stage=stage, rule=_rule))


def _rule(before: str, _: str) -> str:
    if ord(before[0]) in _IN_NUMBERS:
        return "digits"
    return _RULES.get(int(_table().flags[ord(before[0])]), "katakana")


def _changes(text: str, mask: int, config: NormalizeConfig) -> Iterator[tuple[int, str, Changes]]:
    """The stretches of `text` in which something changes: offset, text and changes."""
    if not mask or text.isascii():
        return
    for offset, chunk in chunks(text):
        if len(chunk) < _CHEAP and not _pattern(mask).search(chunk):
            continue
        codes = code_points(chunk)
        flags = _table().flags[codes] & np.uint8(mask)
        hits = np.flatnonzero(flags)
        if not hits.size:
            continue
        if mask & (_RADICAL | _PRIVATE):
            changes = _stood_for(chunk, codes, hits, radicals=bool(mask & _RADICAL))
        else:
            changes = _widths(chunk, codes, hits, mask, config)
        if changes.positions.size:
            yield offset, chunk, changes


def _becomes(codes: U32) -> U32:
    table = _table()
    values: U32 = table.values[np.searchsorted(table.keys, codes)]
    return values


def _widths(text: str, codes: U32, hits: I64, mask: int, config: NormalizeConfig) -> Changes:
    if config.width_spaces == "indent":
        indents = np.zeros(codes.size + 1, dtype=np.bool_)
        for match in _INDENT.finditer(text):
            indents[match.start() : match.end()] = True
        hits = hits[~(indents[hits] & (codes[hits] == _IDEOGRAPHIC_SPACE))]
    after = _becomes(codes[hits])
    if mask & _KATAKANA:
        hits, after = _composed(codes, hits, after)
    marks = _number_marks(text, codes) if mask & _DIGIT else []
    if marks:
        positions = np.concatenate([hits, np.array(marks, dtype=np.int64)])
        values = np.concatenate([after, np.array([_IN_NUMBERS[ord(text[i])] for i in marks], dtype=np.uint32)])
        order = np.argsort(positions)
        hits, after = positions[order], values[order]
    return Changes(hits, after)


def _number_marks(text: str, codes: U32) -> list[int]:
    """Where marks stand inside numbers of full-width digits."""
    digits = codes - 0xFF10 < 10
    inside = np.flatnonzero(digits[:-2] & digits[2:] & ~digits[1:-1]) + 1
    if not inside.size:
        return []
    numeric = digits | (codes == ord("．")) | (codes == ord("：")) | (codes == ord("，"))
    edges = np.flatnonzero(np.diff(numeric, prepend=False, append=False)).reshape(-1, 2)
    runs = edges[np.unique(np.searchsorted(edges[:, 0], inside, side="right") - 1)]
    return [
        position
        for start, end in runs.tolist()
        for match in _NUMBER.finditer(text, start, end)
        for position in range(*match.span())
        if ord(text[position]) in _IN_NUMBERS
    ]


def _composed(codes: U32, hits: I64, after: U32) -> tuple[I64, U32]:
    """Half-width voice marks join the kana before them: ｶﾞ becomes ガ."""
    voices = np.flatnonzero((codes == _VOICED) | (codes == _SEMIVOICED))
    if not voices.size:
        return hits, after
    found = dict(zip(hits.tolist(), after.tolist(), strict=True))
    for position in voices[voices > 0].tolist():
        base = found.get(position - 1, int(codes[position - 1]))
        if base == DELETED:
            continue
        mark = "\u3099" if codes[position] == _VOICED else "\u309a"
        composed = unicodedata.normalize("NFC", chr(base) + mark)
        if len(composed) == 1:
            found[position - 1], found[position] = ord(composed), DELETED
    positions = sorted(found)
    return np.array(positions, dtype=np.int64), np.array([found[i] for i in positions], dtype=np.uint32)


def _stood_for(text: str, codes: U32, hits: I64, *, radicals: bool) -> Changes:
    """Radicals and private-use characters. What has become Han can speak for its neighbors, so it takes rounds."""
    now, waiting = codes.copy(), hits
    while waiting.size:
        found = _stood_for_once(text, now, waiting, radicals=radicals)
        if not found.positions.size:
            break
        now[found.positions] = found.codes
        waiting = np.setdiff1d(waiting, found.positions, assume_unique=True)
    changed_hits = hits[now[hits] != codes[hits]]
    return Changes(changed_hits, now[changed_hits])


def _stood_for_once(text: str, codes: U32, hits: I64, *, radicals: bool) -> Changes:
    """Radicals and private-use characters, by runs: what stands beside a run decides.

    Han on either side is enough for radicals and for the space U+E5E5. Other private-use characters are also where
    fonts have icons: they need a Han or a mark on both sides, and a Han on one.
    """
    classes = class_table()
    padded = np.full(codes.size + 2, NEWLINE, dtype=np.uint8)
    padded[1:-1] = classes[codes]
    first = np.flatnonzero(np.diff(hits, prepend=-2) != 1)
    counts = np.diff(first, append=hits.size)
    left, right = padded[hits[first]], padded[hits[first + counts - 1] + 2]
    han_left, han_right = _is_han(left), _is_han(right)
    beside = np.repeat(han_left | han_right, counts)
    held = np.repeat((han_left | (left >= MARK)) & (han_right | (right >= MARK)), counts)
    found = codes[hits]
    private = _table().flags[found] == _PRIVATE
    chosen = beside & (held | ~private | (found == _PRIVATE_SPACE)) & ~(~private & _of_radicals(text, hits))
    after = _becomes(found[chosen])
    if radicals:  # some private-use characters stand for radicals
        again = _table().flags[after] == _RADICAL
        after[again] = _becomes(after[again])
    return Changes(hits[chosen], after)


def _is_han(classes: U8) -> Flags:
    flags: Flags = classes - np.uint8(HAN) <= SOUNDED - HAN
    return flags


def _of_radicals(text: str, hits: I64) -> Flags:
    """Which places stand in lines that speak of radicals."""
    spoken = np.zeros(hits.size, dtype=np.bool_)
    end = 0
    for match in _OF_RADICALS.finditer(text):
        if match.start() >= end:
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end()) % (len(text) + 1)
            spoken[np.searchsorted(hits, start) : np.searchsorted(hits, end)] = True
    return spoken
