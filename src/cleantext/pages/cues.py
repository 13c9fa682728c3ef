"""Cues: what a short block of text is, by the words that pages of all kinds use for it."""

# ruff: noqa: E501 - tables of words

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points

__all__ = ["CUES", "cue_of", "cues_of", "hints_in"]

CUES = ("legal", "comments", "related", "share", "account", "pager", "navigation", "advert", "meta", "date", "more")
# A longer block says something of its own.
_LONGEST = 120

_LEGAL = (
    r"©|\(c\) ?(?:19|20)\d\d|copyright|all rights reserved|privacy|cookie|terms (?:of|and|&)|disclaimer|版权|版權|备案|備案|icp"
    r"|免责|免責|转载请|轉載請|许可证|隐私|隱私|impressum|datenschutz|mentions légales|著作権|無断転載"
)
_COUNTED = r"\d+\s*(?:楼|樓|comments?|replies)\b"
_COMMENTS = (
    r"^\W*(?:\d+ )?(?:comments?|repl(?:y|ies)|responses?|leave a|post a|add a comment|write a|report|like|upvote|permalink"
    r"|quote|评论|評論|留言|回复|回覆|跟帖|跟贴|点赞|点讚|举报|支持|反对|引用|发表|楼主|沙发|コメント|kommentare|commentaires)\b"
    r"|(?:条|個|个)(?:评论|評論|回复|留言|回答)|" + _COUNTED + r"|评论列表|网友评论|最新评论|发表评论|我来说两句"
)
_RELATED = (
    r"^\W*(?:related|you (?:may|might)|more (?:from|in|on|stor)|most (?:read|popular|viewed)|popular|trending|recommended|see also"
    r"|latest|top stor|recent (?:posts?|comments?)|read (?:more|next)|up next|similar|also (?:like|read|in)|featured|what to read"
    r"|相关|相關|推荐|推薦|热门|熱門|猜你|延伸|最新|更多|排行|精彩|往期|友情链接|友情鏈接|为您|为你|大家都在|热点|今日|关联)"
)
_SHARE = (
    r"^\W*(?:share|tweet|pin it|follow|facebook|twitter|x|linkedin|whatsapp|email|print|copy link|pinterest|reddit|telegram"
    r"|分享|微信|微博|qq|收藏|打印|复制链接|扫一扫|朋友圈|facebook分享|转发)\b|分享(?:到|至)|扫(?:一扫|码)|二维码"
)
_ACCOUNT = (
    r"^\W*(?:log ?in|log ?out|sign ?(?:in|up|out)|register|subscribe|newsletter|my account|cart|checkout|add to (?:cart|bag|wish)"
    r"|download|get started|contact us|buy now|enter your|your e-?mail|登录|登錄|登入|注册|註冊|订阅|訂閱|立即|加入|下载|下載|关注|關注)"
)
_PAGER = (
    r"^\W*(?:next|prev(?:ious)?|older|newer|page \d|first|last|back to|load more|show more|view all|上一|下一|首页|末页|尾页|返回|下页|上页"
    r"|阅读全文|点击|展开|加载更多|查看更多|\d{1,3}(?:[ |]\d{1,3})+)"
)
_NAVIGATION = (
    r"^\W*(?:home|about(?: us)?|menu|search|skip to|sitemap|faq|help|contact|blog|news|language|toggle|jump to|table of contents"
    r"|网站首页|首頁|当前位置|您的位置|您现在的位置|导航|搜索|栏目|网站地图|关于我们|联系我们|帮助)"
)
_ADVERT = r"^\W*(?:advertisement|sponsored|ad|ads|promoted|广告|廣告|推广|anzeige|publicité|スポンサー)\b|advertis"
_META = (
    r"^\W*(?:by|posted|published|updated|author|written by|tags?|categor|filed under|source|photo|image|credit|editor"
    r"|来源|來源|作者|编辑|編輯|责任编辑|责编|发布|發布|时间|時間|日期|标签|浏览|阅读|点击数|字号|记者|文/|原标题|稿源|人气)[^。]{0,60}$"
)
_DATE = (
    r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d\b|\b\d+ (?:hours?|minutes?|days?|weeks?"
    r"|months?|years?) ago\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:,|\b)"
)
_MORE = r"(?:\.\.\.|…|»|›|→|more)\s*$"
_PATTERNS = dict(
    zip(
        CUES,
        (_LEGAL, _COMMENTS, _RELATED, _SHARE, _ACCOUNT, _PAGER, _NAVIGATION, _ADVERT, _META, _DATE, _MORE),
        strict=True,
    )
)
# What may stand anywhere in a block, the rest only begins one: words; what has a digit; what stands at the end.
_INSIDE = {name: _PATTERNS[name].partition(")\\b|")[2] for name in ("comments", "share", "advert")}
_WORDS = {
    "legal": _LEGAL,
    "comments": _INSIDE["comments"].replace(_COUNTED + "|", ""),
    "share": _INSIDE["share"],
    "advert": _INSIDE["advert"],
}
_NUMBERS = {"comments": _COUNTED, "date": _DATE}


def _compiled(patterns: Mapping[str, str], flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in patterns.items()), flags)


# Among ASCII, small letters say the same, and are found faster.
_BEGINS, _BEGINS_LOWER = _compiled(_PATTERNS, re.IGNORECASE), _compiled(_PATTERNS)
_HOLDS_WORD, _HOLDS_NUMBER, _ENDS = _compiled(_WORDS), _compiled(_NUMBERS), _compiled({"more": _MORE})
_DIGIT, _LAST = re.compile(r"\d"), frozenset(".…»›→e")
# One of these stands in every text that `_HOLDS_WORD` finds something in: among ASCII, and the others' first characters.
_ASCII_HINTS = (
    *("(c)", "copyright", "all rights", "privacy", "cookie", "terms ", "disclaimer", "icp", "impressum", "datenschutz"),
    *("mentions", "advertis"),
)
_WIDE_HINTS = frozenset("©版备備免转轉许許隐隱著無条條個个评網网最发發我分扫掃二")
# What a text begins with that a cue begins: a sign, or behind signs two letters or a character of a word. Where a word
# begins with anything else that is no letter of these, the patterns are tried.
_FIRST_WORD, _LETTERS, _SIGNS = re.compile(r"\w\w?"), frozenset("abcdefghijklmnopqrstuvwxyz"), frozenset("(.©»…›→")
_PAIRS = frozenset(
    [
        "ab",
        "ad",
        "al",
        "an",
        "ap",
        "au",
        "ba",
        "bl",
        "bu",
        "by",
        "ca",
        "ch",
        "co",
        "cr",
        "da",
        "de",
        "di",
        "do",
        "ed",
        "em",
        "en",
        "fa",
        "fe",
        "fi",
        "fo",
        "ge",
        "he",
        "ho",
        "ic",
        "im",
        "ja",
        "ju",
        "ko",
        "la",
        "le",
        "li",
        "lo",
        "ma",
        "me",
        "mo",
        "my",
        "ne",
        "no",
        "oc",
        "ol",
        "pa",
        "pe",
        "ph",
        "pi",
        "po",
        "pr",
        "pu",
        "qq",
        "qu",
        "re",
        "se",
        "sh",
        "si",
        "sk",
        "so",
        "sp",
        "su",
        "ta",
        "te",
        "to",
        "tr",
        "tw",
        "up",
        "vi",
        "wh",
        "wr",
        "x",
        "yo",
    ]
)
_HAN = frozenset(
    "上下个为举二人今作來個備免关分加原友反发回备复大字导尾展帮广廣延引当往微您我打扫排推搜支收文日时時更最朋末条来查标栏楼沙"
    "注浏点热無版猜留登發相稿立精編编网联著訂註評订记许评责跟轉转返關阅隐隱首熱"
)
_NUMBER = {name: number for number, name in enumerate(CUES, 1)}
# What a character may be: a digit, a wide hint, the last of a text that ends like a cue, a Han one that begins one.
_IS_DIGIT, _IS_HINT, _IS_LAST, _IS_BEGIN = (1 << bit for bit in range(4))
Flagged = npt.NDArray[np.bool_]


def cue_of(text: str, hints: Sequence[str] = _ASCII_HINTS) -> int:
    """The number of the first cue in a short text, its place in `CUES` plus one; 0 for none.

    `hints` are those of `hints_in` for the text or for one that it is part of.
    """
    if len(text) > _LONGEST:
        return 0
    lower = text.lower()
    match = None
    if _may_begin(lower):
        match = _BEGINS_LOWER.match(lower) if text.isascii() else _BEGINS.match(text)
    if match:
        return _NUMBER[match.lastgroup or ""]
    found = [_HOLDS_WORD.search(lower, 1)] if _may_hold_word(lower, hints) else []
    if _DIGIT.search(lower):
        found.append(_HOLDS_NUMBER.search(lower, 1))
    if lower.rstrip()[-1:] in _LAST:
        found.append(_ENDS.search(lower, 1))
    return min(((one.start(), _NUMBER[one.lastgroup or ""]) for one in found if one), default=(0, 0))[1]


def cues_of(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """`cue_of` of each text, tried only where the characters of the text allow a cue."""
    short = [number for number, text in enumerate(texts) if len(text) <= _LONGEST]
    tried = [texts[number] for number in short]
    cues = np.zeros(len(texts), dtype=np.int64)
    joined = "\n".join((*tried, "", "", ""))
    lengths = np.fromiter(map(len, tried), np.int64, len(tried))
    ends = np.cumsum(lengths + 1)
    starts = ends - lengths - 1
    lower = joined.lower()
    hints = hints_in(lower)
    may = _may_be(code_points(joined), starts, ends - 2)
    if len(lower) != len(joined):
        may[:] = True
    else:
        may[_holding(lower, hints, starts.tolist())] = True
    for place in np.flatnonzero(may).tolist():
        cues[short[place]] = cue_of(tried[place], hints)
    return cues


def _may_be(codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> Flagged:
    """Which texts have a digit, a wide hint, or a beginning or an end of a cue; some others as well."""
    if not starts.size:
        return np.zeros(0, dtype=np.bool_)
    kinds = _kinds()[codes]
    may = np.bitwise_or.reduceat(kinds, starts) & (_IS_DIGIT | _IS_HINT) != 0
    may |= kinds[last] & _IS_LAST != 0  # of an empty text the last character is that of another: it is only tried
    first, second, third = (codes[starts + step] for step in range(3))
    begins = _pairs()[first & 127, second & 127] | (second > 127) | (third > 127)
    is_other_han = (first >= 0x3400) & (first <= 0x9FFF) & (_kinds()[first] & _IS_BEGIN == 0)
    found: Flagged = may | np.where(first > 127, ~is_other_han, begins)
    return found


def _holding(lower: str, hints: Sequence[str], starts: Sequence[int]) -> list[int]:
    """The texts, which begin at `starts` of `lower`, that hold one of the hints."""
    found = list[int]()
    for hint in hints:
        at = lower.find(hint)
        while at >= 0:
            found.append(bisect_right(starts, at) - 1)
            at = lower.find(hint, at + 1)
    return found


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """What each character may be, as bits."""
    kinds = np.zeros(0x110000, dtype=np.uint8)
    kinds[[code for code in range(0x10000) if chr(code).isdecimal()]] |= _IS_DIGIT
    kinds[0x10000:] |= _IS_DIGIT  # some are
    kinds[[code for code in range(0x10000) if chr(code).isspace() or chr(code).lower() in _LAST]] |= _IS_LAST
    for flag, chars in ((_IS_HINT, _WIDE_HINTS), (_IS_BEGIN, _HAN)):
        kinds[[ord(char) for char in chars]] |= flag
    return kinds


@cache
def _pairs() -> Flagged:
    """Whether a cue may begin with two characters of ASCII."""
    pairs = np.ones((128, 128), dtype=np.bool_)
    for first in range(128):
        if chr(first).isalpha():
            pairs[first] = [_may_begin((chr(first) + chr(second)).lower()) for second in range(128)]
    return pairs


def hints_in(text: str) -> tuple[str, ...]:
    """What of the words among ASCII that are looked for is in a text at all."""
    lower = text.lower()
    return tuple(hint for hint in _ASCII_HINTS if hint in lower)


def _may_begin(lower: str) -> bool:
    """Whether a cue may begin a text, by its first character and the first two of its first word."""
    word = _FIRST_WORD.search(lower)
    if word is None:
        return lower[:1] in _SIGNS
    first = word[0]
    if first[0] in _LETTERS:
        is_odd = first[-1] not in _LETTERS or lower[word.end() : word.end() + 1] > "\x7f"  # the dot of `İ`
        return first in _PAIRS or is_odd or lower[0] in _SIGNS
    return not "\u3400" <= first[0] <= "\u9fff" or first[0] in _HAN or lower[0] in _SIGNS


def _may_hold_word(lower: str, hints: Sequence[str] = _ASCII_HINTS) -> bool:
    """Whether one of the words may be found: looking for these is quicker."""
    for hint in hints:
        if hint in lower:
            return True
    return not lower.isascii() and not _WIDE_HINTS.isdisjoint(lower)
