"""Spam titles: lines that are not a title of this text at all, told by what they are rather than by a list of words.

A site that was broken into, or that sells its visitors, puts a chain of search terms where the title should be. Such
a line has several of these traits: it is cut into keyword segments; it has next to no grammar; it shares next to no
character pairs with the text below it; it is written in the other Chinese script; it uses words of a trade that does
this. No single trait is enough. A real title overlaps with its text, and that alone clears it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points, label_text, simplified_table

__all__ = ["SpamEvidence", "is_spam_title", "may_be_spam", "spam_evidence"]

_SEGMENT = re.compile(r"[_|,、/·\-—–]+|(?<=[^\x00-\x7f])\s+")
_GRAMMAR = re.compile("[的了是在和就也不这那我你他她它们着过把被给让吗呢吧啊么很都还又再没为与及而或但将已于]")
_HAN = re.compile("[\u3400-\u9fff]+")
_LATIN_WORD = re.compile(r"[^\W\d_]{4,}")
# Trades that live on borrowed pages: pornography, gambling, brokered births, loans, forged papers. Folded.
# Elsewhere than at one of the characters that they begin with none of them is tried.
_TRADE = re.compile(
    r"(?=[无a成亚欧国蜜尤久人黄免在激情做约裸彩博棋娱赌真百时开注下体代试贷小套发办官手最安苹icpxsvbe])(?:无码|av在线|a片|成人(?:网|片|电影|视频|专区)|亚洲.{0,4}(?:专区|精品|欧美)|欧美.{0,4}(?:专区|精品|日韩)|国产.{0,4}(?:精品|视频|自拍|专区|亚洲)|蜜臀|尤物|久久|人妻|"
    r"黄色(?:网站|视频)|免费(?:观看|视频)|在线观看|激情|情色|做爱|约炮|裸聊|彩票(?:平台|官网|app|开户)|博彩|棋牌|娱乐城|娱乐平台|赌场|真人荷官|百家乐|"
    r"时时彩|开户(?:平台|网址|送)|注册送|下注|体育(?:平台|投注|官网)|代孕|试管婴儿(?:医院|费用|价格)|贷款(?:平台|口子|app)|小额贷|套现|发票|办证|"
    r"(?:官网|官方|app|手机版|最新版?)(?:下载|入口|登录|网址)|下载(?:v\d|官网|安装)|(?:安卓|苹果|ios)(?:版)?下载|casino|porn|xxx|slot(?:s|\b)|viagra|betting|escort)"
)
_MAX_BODY, _MIN_BODY, _MAX_LINE, _MAX_SCRIPT = 6_000, 60, 300, 2000
_CHAIN = 3


@dataclass(frozen=True, slots=True)
class SpamEvidence:
    """The traits of a line: keyword segments, grammar share, overlap with the text, other script, trade words."""

    segments: int
    grammar: float
    overlap: float
    other_script: bool
    trade: int

    @property
    def score(self) -> float:
        """Traits added up; from 3 on the line is spam."""
        chain = 1.0 if self.segments >= _CHAIN else 0.0
        dry = 0.5 if self.grammar < 0.03 else 0.0
        apart = 1.0 if self.overlap < 0.08 else 0.5 if self.overlap < 0.15 else -2.0 if self.overlap > 0.35 else 0.0
        return chain + dry + apart + (1.0 if self.other_script else 0.0) + min(self.trade, 2) * 1.0


def _segments(line: str) -> list[str]:
    return [part for part in _SEGMENT.split(line[:_MAX_LINE].strip()) if len(part) >= 2]


def _script(text: str) -> str:
    """`t` or `s` where a text is clearly written in Traditional or Simplified characters, else nothing."""
    table = _scripts()
    counts = np.bincount(table[np.minimum(code_points(text[:_MAX_SCRIPT]), table.size - 1)], minlength=4)
    traditional, simplified = int(counts[1] + counts[3]), int(counts[2] + counts[3])
    if traditional >= 3 and traditional > 4 * simplified:
        return "t"
    if simplified >= 3 and simplified > 4 * traditional:
        return "s"
    return ""


@cache
def _scripts() -> npt.NDArray[np.uint8]:
    """Of each Han character of the basic plane, as bits: it is Traditional; Traditional text does not use it, as it
    does not use the Simplified ones that Big5 lacks."""
    table = np.zeros(0x10000, dtype=np.uint8)
    for traditional, simplified in simplified_table().items():
        if _HAN.fullmatch(traditional):
            table[ord(traditional)] |= 1
        if _HAN.fullmatch(simplified) and not _in_big5(simplified):
            table[ord(simplified)] |= 2
    return table


def _in_big5(char: str) -> bool:
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def _overlap(line: str, body: str) -> float:
    """The share of the line's character pairs, or of its words where it has no Han, that occur in the text."""
    view, text = label_text(line), label_text(body)
    if _HAN.search(view):
        units = {view[i : i + 2] for i in range(len(view) - 1) if view[i : i + 2].isalnum()}
        return sum(unit in text for unit in units) / len(units) if units else 1.0
    words = set(_LATIN_WORD.findall(line.lower()))
    known = set(_LATIN_WORD.findall(body.lower()))
    return len(words & known) / len(words) if words else 1.0


def spam_evidence(line: str, body: str) -> SpamEvidence:
    """What speaks for `line` being a spam title above `body` (the text of the page without the line)."""
    return replace(_evidence_apart(line, body), overlap=_overlap(line[:_MAX_LINE], body[:_MAX_BODY]))


def _evidence_apart(line: str, body: str) -> SpamEvidence:
    """`spam_evidence` as it is at most: where line and text have nothing in common."""
    line = line[:_MAX_LINE]
    view = label_text(line)
    ours, theirs = _script(line), _script(body)
    return SpamEvidence(
        segments=len(_segments(line)),
        grammar=len(_GRAMMAR.findall(view)) / max(len(view), 1),
        overlap=0.0,
        other_script=bool(ours and theirs and ours != theirs),
        trade=len(_TRADE.findall(view)),
    )


def is_spam_title(line: str, body: str) -> bool:
    """Whether `line` is a chain of search terms and no title of `body`.

    >>> is_spam_title("棋牌平台_彩票官网下载_真人娱乐城_在线开户", "市政府昨日召开会议,部署冬季供暖工作。" * 5)
    True
    >>> is_spam_title("警方捣毁棋牌平台", "警方昨日捣毁一个棋牌平台,抓获嫌疑人十名。" * 5)
    False
    """
    if len(body) < _MIN_BODY or not may_be_spam(line):
        return False
    # Nothing that a line has in common with the text speaks against it, and that takes longest to find.
    return _evidence_apart(line, body).score >= 3 and spam_evidence(line, body).score >= 3


def may_be_spam(line: str, view: str | None = None) -> bool:
    """Whether a line may be spam above some text: without a chain or a word of the trade none is. `view` is its label
    text, where somebody has it."""
    if not 8 <= len(line) <= _MAX_LINE or "。" in line:
        return False
    return len(_segments(line)) >= _CHAIN or _TRADE.search(view or label_text(line)) is not None
