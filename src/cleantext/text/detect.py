"""Which Chinese script a text is written in, and what tells so.

The script is told from characters that only one of them has: Simplified forms that Big5 does not know, Traditional
forms that GB2312 does not know. Text with kana in it is Japanese, with Hangul Korean. The place is told from forms of
one standard and words of one place; Traditional characters with the words of the mainland are Simplified text that
somebody has converted character by character.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleantext.text._loops import U8

__all__ = ["ScriptEvidence", "detect_script", "has_simplified", "has_traditional", "is_simplified", "script_evidence"]

_KANA = frozenset(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), *range(0xFF66, 0xFF9E)])) - {"ｰ"}
_HANGUL = frozenset(map(chr, range(0xAC00, 0xD7A4)))
# Words without which hardly a Chinese sentence does, and which Japanese does not write with these characters.
_CHINESE_WORDS = frozenset("的了是这這们們我他她你您在和不有")
# Forms of the two standards where they differ, and words of one place only.
_TAIWAN = re.compile("[裡汙洩牠妳簷]|新[台臺][幣灣北竹]|立委|行政院|捷運|網路|資訊|軟體|硬體|品質|透過")
_HONG_KONG = re.compile("[裏衞説脱税悦閲鋭綫鈎啓蘊着嘅咗唔佢哋嚟喺冇啲]|港元|特首|立法會|港鐵|本港|政務司")
# Words of mainland administration and technology, which neither of the others uses, and what converting character by
# character gets wrong.
_MAINLAND = re.compile(
    "質量|信息|軟件|視頻|屏幕|激光|短信|幹部|黨[委組群]|[省市縣區]委|書記|貫徹|抓[好緊實]|攻堅|小康|人大代表|政協|全面落實"
    "|范圍|制造|復蓋|干部|里面|后來|以后|重污染|[着著]力"
)
_MIN_MARKS = 2
# A text with this share of the other script's characters holds passages of both.
_MIXED_SHARE = 0.05
_MIXED_SHARE_ALONE = 0.25  # if there is but one
# Traditional forms that the standard list of 2013 (通用规范汉字表) has brought back for names.
_NAMES = "昇陞甦蒐迺龢氾叡"
# Forms that Hong Kong shares with the mainland.
_SHARED = "着温卧葱揾擡"
# Characters from which counting by arrays is faster than by a dict.
_ARRAYS_FROM = 2_000
_MAX_EXAMPLES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptEvidence:
    """What a text's script is told from.

    `script` is what `detect_script` returns. `simplified` and `traditional` count characters that only that script
    has, `kana` and `hangul` those of other languages. `taiwan`, `hong_kong` and `mainland` count forms and words of
    one place, in Traditional text; `wording` is the place that has most (at least two), or ''. `examples` are some of
    the words and then characters that decided, the commonest first.
    """

    script: str
    wording: str = ""
    simplified: int = 0
    traditional: int = 0
    kana: int = 0
    hangul: int = 0
    taiwan: int = 0
    hong_kong: int = 0
    mainland: int = 0
    examples: tuple[str, ...] = ()

    @property
    def is_converted(self) -> bool:
        """Whether this is mainland text in Traditional characters: converted by character, its wording left."""
        return self.script.startswith("Hant") and self.wording == "mainland"


@dataclass(frozen=True, slots=True)
class _Counts:
    simplified: int
    traditional: int
    kana: int
    hangul: int
    chinese: int

    @property
    def other_language(self) -> str:
        """Jpan or Kore where kana or Hangul outnumber the commonest words of Chinese; a few are a quotation."""
        if max(self.kana, self.hangul) == 0 or max(self.kana, self.hangul) < self.chinese:
            return ""
        return "Jpan" if self.kana >= self.hangul else "Kore"

    @property
    def script(self) -> str:
        """The script without its place."""
        found, minority = self.simplified + self.traditional, min(self.simplified, self.traditional)
        if self.other_language or found == 0:
            return self.other_language
        if minority and minority >= (_MIXED_SHARE if minority > 1 else _MIXED_SHARE_ALONE) * found:
            return "Hani"
        return "Hans" if self.simplified > self.traditional else "Hant"


@cache
def _only() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only Simplified and only Traditional text has, from the folding table (OpenCC's data)."""
    from cleantext.folding import simplified_table  # noqa: PLC0415 - brings numpy

    table = simplified_table()
    simplified = {char for char in table.values() if char not in _SHARED and not _encodes(char, "cp950")}
    traditional = {char for char in table if char not in _NAMES and not is_simplified(char)}
    return frozenset(simplified), frozenset(traditional)


def is_simplified(text: str) -> bool:
    """Whether GB2312 has every character of `text`."""
    return _encodes(text, "gb2312")


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def has_simplified(text: str) -> bool:
    """Whether `text` has a character that only Simplified text has."""
    return not _only()[0].isdisjoint(text)


def has_traditional(text: str) -> bool:
    """Whether `text` has a character that only Traditional text has."""
    return not _only()[1].isdisjoint(text)


def _kinds() -> tuple[frozenset[str], ...]:
    return (*_only(), _KANA, _HANGUL, _CHINESE_WORDS)


@cache
def _kind_table() -> U8:
    """For every code point a bit for each of the kinds that are counted."""
    import numpy as np  # noqa: PLC0415 - short texts do without

    table = np.zeros(0x110000, dtype=np.uint8)
    for number, chars in enumerate(_kinds()):
        table[[ord(char) for char in chars]] |= 1 << number
    return table


def _counted(text: str) -> _Counts:
    if len(text) < _ARRAYS_FROM:
        return _counted_plainly(text)
    import numpy as np  # noqa: PLC0415

    from cleantext.folding import code_points  # noqa: PLC0415

    table, totals = _kind_table(), np.zeros(32, dtype=np.int64)
    for start in range(0, len(text), 1 << 18):
        totals += np.bincount(table[code_points(text[start : start + (1 << 18)])], minlength=32)
    return _Counts(*(int(totals[[i for i in range(32) if i >> number & 1]].sum()) for number in range(5)))


def _counted_plainly(text: str) -> _Counts:
    counts = Counter(text)
    return _Counts(*(sum(count for char, count in counts.items() if char in chars) for chars in _kinds()))


def detect_script(text: str) -> str:
    """The script of `text` by ISO 15924: Hans, Hant, Hant-TW or Hant-HK, Hani (passages of both), Jpan, Kore, or ''.

    '' is text without Han characters or with none that only one script has.

    >>> detect_script("推动环境质量"), detect_script("推動環境質量"), detect_script("環境の質"), detect_script("中文")
    ('Hans', 'Hant', 'Jpan', '')
    """
    script = _counted(text).script
    if script != "Hant":
        return script
    return _placed(len(_TAIWAN.findall(text)), len(_HONG_KONG.findall(text)))


def _placed(taiwan: int, hong_kong: int) -> str:
    if max(taiwan, hong_kong) < _MIN_MARKS or taiwan == hong_kong:
        return "Hant"
    return "Hant-TW" if taiwan > hong_kong else "Hant-HK"


def script_evidence(text: str) -> ScriptEvidence:
    """What the script of `text` is told from.

    >>> found = script_evidence("著力提高環境質量，貫徹落實市委書記的講話")
    >>> found.script, found.wording, found.is_converted, found.mainland
    ('Hant', 'mainland', True, 5)
    """
    counts = _counted(text)
    script, marks = counts.script, {"taiwan": 0, "hong_kong": 0, "mainland": 0}
    words: Counter[str] = Counter()
    if script == "Hant":
        for place, pattern in (("taiwan", _TAIWAN), ("hong_kong", _HONG_KONG), ("mainland", _MAINLAND)):
            found = pattern.findall(text)
            marks[place] = len(found)
            words.update(found)
        script = _placed(marks["taiwan"], marks["hong_kong"])
    decisive = frozenset().union(*_kinds()[:4]) if script else frozenset()
    chars = Counter({char: count for char, count in Counter(text).items() if char in decisive and char not in words})
    examples = [*words.most_common(_MAX_EXAMPLES // 2), *chars.most_common(_MAX_EXAMPLES)][:_MAX_EXAMPLES]
    most = max(marks, key=lambda place: marks[place])
    clear = marks[most] >= _MIN_MARKS and list(marks.values()).count(marks[most]) == 1
    return ScriptEvidence(
        script=script,
        wording=most if clear else "",
        simplified=counts.simplified,
        traditional=counts.traditional,
        kana=counts.kana,
        hangul=counts.hangul,
        **marks,
        examples=tuple(example for example, _ in examples),
    )
