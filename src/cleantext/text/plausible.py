"""How plausible a text is as Chinese: what decides between a text as it stands and what it may have been.

A character's score is about its log-probability. Han are scored by rank in the hallway's frequency table, Traditional
ones by what they simplify to; the wrong readings of a text consist of rare Han and differ by three or more a character.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

__all__ = ["RARE", "Scores", "as_chinese", "as_it_stands", "japanese_han", "mean_score", "scores_for", "usual_han"]

RARE = -14.0
_PRIVATE = -16.0
_LOST = -12.0
_HANGUL = -6.5
_JAPANESE = -9.5
_MARKS = {
    -3.5: "，。",
    -5.0: "、：；！？“”（）《》「」\u3000",
    -6.5: "·—…‘’【】『』\xa0•～％",
    -8.0: "﹐﹑﹒﹔﹕﹖﹗〈〉○〇●◎★",
}

_HAN = re.compile("[\u4e00-\u9fff]+")
_KANA = re.compile("[\u3041-\u30ff]")


class Scores(dict[str, float]):
    """Scores by character; what has none is rare. ASCII has zero, because it says nothing."""

    def __missing__(self, char: str) -> float:
        return RARE


def mean_score(text: str, scores: Scores) -> float:
    """The mean score of the characters of `text` that are not ASCII; `RARE` if there are none."""
    count = len(text) - len(text.encode("ascii", "ignore"))
    return sum(map(scores.__getitem__, text)) / count if count else RARE


@cache
def usual_han() -> dict[str, float]:
    """The Han characters of ordinary Chinese, Simplified and Traditional, and their scores; tables/usual_han.txt."""
    text = files("cleantext.text.tables").joinpath("usual_han.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {char: float(score) for score, chars in rows for char in chars}


@cache
def japanese_han() -> frozenset[str]:
    """The everyday half of the characters of the Japanese standard: level 1 of JIS X 0208."""
    cells = (bytes([row, cell]).decode("euc_jp", "ignore") for row in range(0xB0, 0xD0) for cell in range(0xA1, 0xFF))
    return frozenset("".join(cells))


def _usual_hangul() -> str:
    """The syllables of the Korean standard, KS X 1001: the others are hardly ever written."""
    codes = bytes(byte for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    return codes.decode("euc_kr")


@cache
def as_chinese() -> Scores:
    """Scores for what was decoded as a Chinese encoding: kana and other alphabets are rare in it."""
    scores = Scores(dict.fromkeys(map(chr, range(0x4E00, 0x9FA6)), RARE))  # listed because looking up is faster
    scores |= dict.fromkeys(map(chr, range(0x80)), 0.0) | usual_han()
    scores |= dict.fromkeys(map(chr, range(0xE000, 0xE865)), _PRIVATE)
    scores |= dict.fromkeys(map(chr, range(0xFF10, 0xFF5B)), -8.0)
    scores |= {char: score for score, chars in _MARKS.items() for char in chars}
    scores["\ufffd"] = _LOST
    return scores


@cache
def as_it_stands() -> Scores:
    """Scores for text of any language: kana, Hangul, Japanese characters and other alphabets are usual."""
    scores = Scores(as_chinese())
    for char in japanese_han():
        scores[char] = max(scores[char], _JAPANESE)
    scores |= dict.fromkeys(_usual_hangul(), _HANGUL)
    for score, *blocks in (
        (-5.0, range(0x3041, 0x3097), range(0x30A1, 0x30FD)),
        (-7.0, range(0xC0, 0x250), range(0x386, 0x530)),
        (-8.0, range(0x2018, 0x2040), range(0x2100, 0x2800), range(0xA0, 0xC0)),
    ):
        scores |= {chr(code): score for block in blocks for code in block}
    return scores


def scores_for(text: str) -> Scores:
    """By what `text` is to be scored as it stands: kana are usual only where the Han beside them are Japanese."""
    if not _KANA.search(text):
        return as_it_stands()
    try:
        "".join(_HAN.findall(text)).encode("cp932")
    except UnicodeEncodeError:
        return as_chinese()
    return as_it_stands()
