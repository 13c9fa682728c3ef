"""Marks in Chinese context: full-width ones restored where a pipeline made them ASCII, or the reverse.

Upstream tools (NFKC, width folding, punctuation tables) leave Chinese text with `,` `:` `(`. Style `cjk` puts the
full-width marks back where Chinese stands beside them (GB/T 15834), brackets and quotes in pairs or not at all, and
leaves numbers, times, ratios, addresses, code and sentences of other languages alone. It never guesses 、. What a mark
becomes depends on the letters around it, never on the width of other marks, so a second pass changes nothing.
Style `ascii` replaces every full-width mark that has an ASCII twin.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from cleantext.errors import ConfigError
from cleantext.records import Edit
from cleantext.text.steps import Repaired, edited

__all__ = ["STYLES", "fix_punctuation"]

STAGE = "punctuation"
STYLES = ("keep", "cjk", "ascii")

_WIDE = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？", "(": "（", ")": "）", ".": "。"}
_KINDS = {
    "comma": ",，",
    "semicolon": ";；",
    "colon": ":：",
    "exclamation": "!！",
    "question": "?？",
    "period": ".。．",
    "paren": "()（）",
    "quote": "\"'“”‘’＂＇",
    "ellipsis": "…",
}
_KIND_OF = {char: kind for kind, chars in _KINDS.items() for char in chars}
_ASCII = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalnum()}
    | {"。": ".", "“": '"', "”": '"', "‘": "'", "’": "'"}
)

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_HAN_CHAR = re.compile(f"[{_HAN}]")
# A run of marks of either width: all marks of a run have the same neighbours.
_MARKS = ",.;:!?()\"'，．；：！？（）。、“”‘’《》〈〉「」『』【】〔〕…"
_RUN = re.compile(f"[{re.escape(_MARKS)}]+")
_WANTED = re.compile("[,;:!?()\"'.]")

# Spans in which marks are not Chinese whatever stands around them: addresses, e-mail, file names, entities.
_FIXED = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*://[^\s{_HAN}，。；：！？、（）“”《》]*[^\s{_HAN}，。；：！？、（）“”《》,.;:!?)\"']"
    r"|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|&#?[A-Za-z0-9]{2,8};",
    re.ASCII,
)
# Lines that are code or data rather than prose.
_CODE = re.compile(
    r"""[{}]\s*["']|["']\s*[}\]]|["']\s*:\s*["'\[{]|=\s*["'({\[]|\w\(["']|["']\)|\)\s*[;{]\s*$|[=!]==?\s|=>|</?[a-zA-Z]+[\s>/]|/>|\\[nrt"']"""
    r"""|^\s*(?:#include|import |from \w+ import|def |class \w|var |let |const |function\b|return\b|SELECT )""",
    re.ASCII,
)
_NOT_CHINESE = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d\uac00-\ud7a3]")  # kana, Hangul
_LETTER = re.compile("[A-Za-z]")
# A line with more letters than this, and than this many to a Han character, is not Chinese but names Chinese things.
_FOREIGN_LETTERS, _FOREIGN_RATIO = 20, 2
_UNITS = "%％‰℃℉㎡㎥²³°"
_SPACES = re.compile(r"\s*")
_SENTENCE = re.compile(r"\s*[A-Za-z]+[ ,]+[A-Za-z]")
_DOTS = re.compile(r"\.+")
# Years, times and the like in brackets: (2016-2017年) stays as it is.
_DATES = re.compile(r"[\d\s.,:/~～\-—–－至到、年月日号號時时分秒]*")
_CALL = re.compile(r"(?<![A-Za-z0-9_.])[a-z_][a-z0-9_.]*\Z", re.ASCII)  # print(变量) is a call, WHO(世卫组织) is not
_NUMERAL = re.compile(r"\s*第?[〇一二三四五六七八九十百甲乙丙丁戊己庚辛壬癸]{1,4}")
_LOOK = 40
_CLAUSE_BEFORE = re.compile(rf"[{_HAN}]{{5}}[\"'”’)）]*\Z")
_CLAUSE_AFTER = re.compile(rf"[{_HAN}]{{5}}")
_ENDS_IN_DOT = re.compile(rf"[{_HAN}][\"'”’)）]*\.[\"'”’)）]*\s*\Z")


Change = tuple[int, int, str]  # [start, end) of the line becomes this


class _Neighbours(NamedTuple):
    """What stands beside a run of marks: 'H' Han, 'D' digit, 'A' ASCII letter, '%' unit, 'S' space or nothing, ''."""

    left: str
    right: str
    beyond: str  # the class of the first character after the spaces on the right


def fix_punctuation(text: str, style: str) -> Repaired:
    """`text` with its marks in `style`: keep, cjk or ascii. The rule of an edit is the kind of mark.

    Raises ConfigError for another style.

    >>> fix_punctuation("会议于09:37开始,各县(市、区)参加。", "cjk").text
    '会议于09:37开始，各县（市、区）参加。'
    """
    if style not in STYLES:
        raise ConfigError(f"{style!r} is not one of {', '.join(STYLES)}")
    if style == "keep":
        return Repaired(text=text)
    if style == "ascii":
        return _edited(text, [(i, i + 1, char.translate(_ASCII)) for i, char in enumerate(text) if ord(char) in _ASCII])
    changes: list[Change] = []
    offset = 0
    for line in text.split("\n"):
        if _WANTED.search(line) and _HAN_CHAR.search(line) and not _NOT_CHINESE.search(line) and not _CODE.search(line):
            changes += [(offset + start, offset + end, after) for start, end, after in _Line(line).changes()]
        offset += len(line) + 1
    return _edited(text, changes)


def _edited(text: str, changes: list[Change]) -> Repaired:
    steps = [
        Edit(stage=STAGE, rule=_kind(after), start=start, end=end, before=text[start:end], after=after)
        for start, end, after in sorted(changes)
        if text[start:end] != after
    ]
    return edited(text, steps)


def _kind(mark: str) -> str:
    return _KIND_OF.get(mark[0], "symbol")


class _Line:
    """One line of Chinese text whose ASCII marks are to be judged."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.han = [match.start() for match in _HAN_CHAR.finditer(line)]
        self.fixed = [match.span() for match in _FIXED.finditer(line)]
        letters = sum(1 for match in _LETTER.finditer(line) if not self._is_fixed(match.start()))
        self.foreign = letters > max(_FOREIGN_LETTERS, _FOREIGN_RATIO * len(self.han))
        self.positions = [i for run in _RUN.finditer(line) for i in range(*run.span()) if not self._is_fixed(i)]

    def changes(self) -> Iterator[Change]:
        """What is to be restored, in no order."""
        pairs = self._parens()
        paired = {position for pair in pairs for position in pair}
        for start, end in pairs:
            if self._is_chinese_paren(start, end):
                yield start, start + 1, "（"
                yield end, end + 1, "）"
        yield from self._quotes('"', "“”")
        yield from self._quotes("'", "‘’")
        for run in _RUN.finditer(self.line):
            sides = self._neighbours(run.start(), run.end())
            for dots in _DOTS.finditer(self.line, run.start(), run.end()):
                if not self._is_fixed(dots.start()):
                    yield from self._dots(dots.start(), dots.end(), sides)
            for i in range(*run.span()):
                mark = self.line[i]
                smiley = mark in ":;" and self.line[i + 1 : i + 2] in tuple("()") and i + 1 not in paired
                if mark in ",;:!?" and not smiley and not self._is_fixed(i) and self._is_chinese(mark, i, sides):
                    yield i, i + 1, _WIDE[mark]

    def _is_fixed(self, position: int) -> bool:
        k = bisect_right(self.fixed, (position, len(self.line))) - 1
        return k >= 0 and position < self.fixed[k][1]

    def _has_han(self, start: int, end: int) -> bool:
        k = bisect_left(self.han, start)
        return k < len(self.han) and self.han[k] < end

    def _class(self, position: int) -> str:
        if not 0 <= position < len(self.line):
            return "S"
        char = self.line[position]
        if _HAN_CHAR.match(char):
            return "H"
        if char.isascii() and char.isalnum():
            return "D" if char.isdigit() else "A"
        return "S" if char.isspace() else "%" if char in _UNITS else ""

    def _neighbours(self, start: int, end: int) -> _Neighbours:
        gap = _SPACES.match(self.line, end)
        return _Neighbours(self._class(start - 1), self._class(end), self._class(gap.end() if gap else end))

    def _is_chinese(self, mark: str, position: int, sides: _Neighbours) -> bool:
        """Whether one of `,;:!?` belongs to the Chinese beside it."""
        left, right, beyond = sides
        if self.foreign:
            return left == "H" and "H" in (right, beyond)
        if left == "H":
            return not (right == "S" and beyond == "A" and _SENTENCE.match(self.line, position + 1))
        if left == "%":
            return right in "HDA"
        return right == "H" and not (left == "A" and mark == "!") and not (left == "S" and mark in ":!")

    def _dots(self, start: int, end: int, sides: _Neighbours) -> Iterator[Change]:
        """Three or six dots after Han are an ellipsis, one at the end of a sentence of some length is a full stop."""
        if sides.left != "H" or self.foreign:
            return
        if end - start in (3, 6):
            yield start, end, "……"
        elif end - start == 1 and not _NUMERAL.fullmatch(self.line, 0, start) and self._is_stop(start, sides):
            yield start, end, "。"

    def _is_stop(self, position: int, sides: _Neighbours) -> bool:
        if not _CLAUSE_BEFORE.search(self.line, max(0, position - _LOOK), position):
            return False
        if sides.beyond == "S" or (sides.right == "S" and sides.beyond == "H"):
            return True
        # Between Han it may be the dot of a name (史蒂夫.乔布斯), unless this line ends its sentences so.
        clause = _CLAUSE_AFTER.match(self.line, position + 1)
        return bool(clause and "。" not in self.line and _ENDS_IN_DOT.search(self.line[-_LOOK:]))

    def _parens(self) -> list[tuple[int, int]]:
        """The pairs of round brackets, of whatever width; one without its other is in none."""
        opened: list[int] = []
        pairs = []
        for i in self.positions:
            if self.line[i] in "(（":
                opened.append(i)
            elif self.line[i] in ")）" and opened:
                pairs.append((opened.pop(), i))
        return pairs

    def _is_chinese_paren(self, start: int, end: int) -> bool:
        if self.line[start] + self.line[end] in ("(）", "（)"):
            return self._has_han(start - 1, end + 2)
        if self.line[start] == "（" or not self._has_han(start, end):
            return False
        if end - start <= _LOOK and _DATES.fullmatch(self.line, start + 1, end):
            return False
        if _CALL.search(self.line, max(0, start - _LOOK), start):
            return False
        return not self.foreign or self._class(start - 1) == "H"

    def _quotes(self, mark: str, pair: str) -> Iterator[Change]:
        """Straight quotes in pairs; none at all when one is left over."""
        found = [i for i in self.positions if self.line[i] == mark and not self._is_apostrophe(i)]
        if len(found) % 2:
            return
        for start, end in zip(found[::2], found[1::2], strict=True):
            if self._is_chinese_quote(start, end):
                yield start, start + 1, pair[0]
                yield end, end + 1, pair[1]

    def _is_apostrophe(self, position: int) -> bool:
        return self.line[position] == "'" and self._class(position - 1) in ("A", "D")

    def _is_chinese_quote(self, start: int, end: int) -> bool:
        """Whether Chinese stands in the quotes or on both sides of them, tightly, and they cut through no others."""
        left, right = self._class(start - 1), self._class(end + 1)
        inside = self.line[start + 1 : end]
        if left in ("A", "D") or inside != inside.strip() or not inside:
            return False
        if inside.count("“") != inside.count("”"):
            return False
        around = left == "H" and right == "H"
        return around or (not self.foreign and self._has_han(start, end))
