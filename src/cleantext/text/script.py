"""Which Chinese script a text is written in, and its conversion by OpenCC.

The script is told from characters that only one of them has: Simplified forms that Big5 does not know, Traditional
forms that GB2312 does not know. Text with kana in it is Japanese, with Hangul Korean, and both are left alone. The
conversion is OpenCC's, in the pure Python package opencc-python-reimplemented (Apache-2.0), and comes with the edits
it consists of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from functools import cache
from typing import NamedTuple, Protocol

from cleantext.edits import diff
from cleantext.errors import ConfigError, MissingDependencyError
from cleantext.records import Edit
from cleantext.text.steps import Repaired, edited

__all__ = ["conversion_for", "convert", "convert_lines", "detect_script", "to_script"]

STAGE = "script"
TARGETS = ("s", "t", "tw", "hk")

_KANA = frozenset(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), *range(0xFF66, 0xFF9E)])) - {"ｰ"}
_HANGUL = frozenset(map(chr, range(0xAC00, 0xD7A4)))
# Words without which hardly a Chinese sentence does, and which Japanese does not write with these characters.
_CHINESE_WORDS = frozenset("的了是这這们們我他她你您在和不有")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
# Forms of the two standards where they differ, and words of one place only.
_TAIWAN = re.compile("[裡汙洩牠妳簷]|新[台臺][幣灣北竹]|立委|行政院|捷運|網路|資訊|軟體|硬體|品質|透過")
_HONG_KONG = re.compile("[裏衞説脱税悦閲鋭綫鈎啓蘊着嘅咗唔佢哋嚟喺冇啲]|港元|特首|立法會|港鐵|本港|政務司")
_MIN_MARKS = 2
# A text with this share of the other script's characters holds passages of both.
_MIXED_SHARE = 0.05
_MIXED_SHARE_ALONE = 0.25  # if there is but one
# Traditional forms that the standard list of 2013 (通用规范汉字表) has brought back for names.
_NAMES = "昇陞甦蒐迺龢氾叡"
# Forms that Hong Kong shares with the mainland.
_SHARED = "着温卧葱揾擡"

# Where 著 is not 着 and OpenCC's Taiwan table does not know it (張三 著, 著有《…》, 編著); and 么, which is Simplified
# where it is not 幺 (老么, 么兒).
_KEPT = re.compile(
    "\\A(著)\\Z|(著)(?=有\\Z)"
    "|[原土編编專专論论譯译拙遺遗卓新撰所均曾大舊旧近佳宏史](著)(?![力手眼重急陸陆火想實实迷裝装落])"
    "|(?<!老)(么)(?![兒女妹弟])"
)
_MAX_PASSES = 4
_TO_SIMPLIFIED = ("t2s", "tw2s", "tw2sp", "hk2s")


class _Converter(Protocol):
    split_chars_re: re.Pattern[str]

    def convert(self, string: str) -> str: ...


@cache
def _converter(opencc_config: str) -> _Converter:
    """OpenCC with one configuration. Raises MissingDependencyError where another package has taken its name."""
    install = "pip install --force-reinstall opencc-python-reimplemented"
    try:
        import opencc  # noqa: PLC0415 - most text needs no conversion
    except ImportError:
        raise MissingDependencyError(f"script conversion needs opencc-python-reimplemented: {install}") from None
    try:
        converter: _Converter = opencc.OpenCC(opencc_config)
    except FileNotFoundError:
        raise ConfigError(f"{opencc_config!r} is not a configuration of OpenCC") from None
    if not hasattr(converter, "split_chars_re"):
        raise MissingDependencyError(
            "another package owns the module opencc, and lacks what script conversion needs; uninstall it, then: "
            + install
        )
    return converter


class _Evidence(NamedTuple):
    simplified: int
    traditional: int


@cache
def _only() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only Simplified and only Traditional text has, from the folding table (OpenCC's data)."""
    from cleantext.folding import simplified_table  # noqa: PLC0415 - brings numpy

    table = simplified_table()
    simplified = {char for char in table.values() if char not in _SHARED and not _encodes(char, "cp950")}
    traditional = {char for char in table if char not in _NAMES and not _is_simplified(char)}
    return frozenset(simplified), frozenset(traditional)


def _is_simplified(text: str) -> bool:
    return _encodes(text, "gb2312")


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _evidence(counts: Counter[str]) -> _Evidence:
    simplified, traditional = _only()
    return _Evidence(_count(counts, simplified), _count(counts, traditional))


def _count(counts: Counter[str], chars: Set[str]) -> int:
    """How often any of `chars` occurs."""
    return sum(count for char, count in counts.items() if char in chars)


def _other_language(counts: Counter[str]) -> str:
    """Jpan or Kore where kana or Hangul outnumber the commonest words of Chinese; a few of them are a quotation."""
    kana, hangul = _count(counts, _KANA), _count(counts, _HANGUL)
    if max(kana, hangul) == 0 or max(kana, hangul) < _count(counts, _CHINESE_WORDS):
        return ""
    return "Jpan" if kana >= hangul else "Kore"


def detect_script(text: str) -> str:
    """The script of `text` by ISO 15924: Hans, Hant, Hant-TW or Hant-HK, Hani (passages of both), Jpan, Kore, or ''.

    '' is text without Han characters or with none that only one script has.

    >>> detect_script("推动环境质量"), detect_script("推動環境質量"), detect_script("環境の質"), detect_script("中文")
    ('Hans', 'Hant', 'Jpan', '')
    """
    counts = Counter(text)
    other = _other_language(counts)
    if other:
        return other
    found = _evidence(counts)
    if found == (0, 0):
        return ""
    minority = min(found)
    if minority and minority >= (_MIXED_SHARE if minority > 1 else _MIXED_SHARE_ALONE) * sum(found):
        return "Hani"
    if found.simplified > found.traditional:
        return "Hans"
    taiwan, hong_kong = len(_TAIWAN.findall(text)), len(_HONG_KONG.findall(text))
    if max(taiwan, hong_kong) < _MIN_MARKS or taiwan == hong_kong:
        return "Hant"
    return "Hant-TW" if taiwan > hong_kong else "Hant-HK"


def conversion_for(variety: str, target: str) -> str | None:
    """The OpenCC configuration that brings text of `variety` (see `detect_script`) to `target`; None: nothing to do.

    `target` is s, t, tw, hk or keep; any other is an OpenCC configuration, taken as it is whatever the variety.
    Traditional text is read as Taiwan's unless it is clearly Hong Kong's: `tw2s` makes 着力 of 著力, which `t2s`
    leaves. Phrase configurations are never chosen: they replace words (執行 by 运行), not characters.
    """
    if target == "keep":
        return None
    if target not in TARGETS:
        return target
    if target == "s":
        return {"Hant": "tw2s", "Hant-TW": "tw2s", "Hant-HK": "hk2s", "Hani": "tw2s"}.get(variety)
    if variety in ("Hans", "Hani"):
        return "s2" + target
    if target == "t" or not variety.startswith("Hant") or variety == f"Hant-{target.upper()}":
        return None
    return "t2" + target


def convert(text: str, opencc_config: str) -> Repaired:
    """All of `text` converted with an OpenCC configuration. Raises ConfigError where there is none of that name.

    The text is converted in clauses, cut where OpenCC itself cuts, which makes for small edits.
    """
    return edited(text, _convert_edits(text, 0, opencc_config))


def _convert_edits(text: str, offset: int, opencc_config: str) -> list[Edit]:
    converter = _converter(opencc_config)
    edits: list[Edit] = []
    for number, part in enumerate(converter.split_chars_re.split(text)):
        if number % 2 == 0 and _HAN.search(part):
            after = converter.convert(part)
            if opencc_config in _TO_SIMPLIFIED and len(after) == len(part):
                after = _with_kept(part, after)
            edits += diff(part, after, stage=STAGE, rule=opencc_config, offset=offset)
        offset += len(part)
    return edits


def _with_kept(before: str, after: str) -> str:
    """`after`, a conversion to Simplified of the same length, without what the tables get wrong.

    A character that was Simplified never becomes one that is not: 抬 is 擡 on the way, and stays so.
    """
    if not _is_simplified(after):
        pairs = zip(before, after, strict=True)
        after = "".join(b if a != b and not _is_simplified(a) and _is_simplified(b) else a for b, a in pairs)
    for match in _KEPT.finditer(before):
        position = match.start(match.lastindex or 0)
        after = after[:position] + before[position] + after[position + 1 :]
    return after


def convert_lines(text: str, opencc_config: str) -> Repaired:
    """`convert` for the lines of `text` that need it: one already in the target script stays as it is.

    Simplified text has characters that are Traditional elsewhere (乾隆, 瞭望); converting it again could only hurt.
    """
    to_simplified = opencc_config in ("t2s", "tw2s", "hk2s")
    from_simplified = opencc_config in ("s2t", "s2tw", "s2hk")
    edits: list[Edit] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        found = _evidence(Counter(line)) if to_simplified or from_simplified else _Evidence(0, 0)
        is_there = (to_simplified and found.simplified and not found.traditional) or (
            from_simplified and found.traditional and not found.simplified
        )
        if not is_there:
            edits += _convert_edits(line, offset, opencc_config)
        offset += len(line)
    return edited(text, edits)


def to_script(text: str, target: str = "s") -> str:
    """`text` in the script `target`: s, t, tw or hk as its own script requires, or by an OpenCC configuration.

    Japanese and Korean text, and text that is in the script already, stay as they are unless a configuration is named.

    >>> to_script("著力改善環境"), to_script("日本の環境"), to_script("環境", "t2s")
    ('着力改善环境', '日本の環境', '环境')
    """
    if target not in TARGETS:
        return text if target == "keep" else convert(text, target).text
    # What is converted can tip the scales of a mixed text, which then needs the other conversion.
    for _ in range(_MAX_PASSES):
        opencc_config = conversion_for(detect_script(text), target)
        after = convert_lines(text, opencc_config).text if opencc_config else text
        if after == text:
            break
        text = after
    return text
