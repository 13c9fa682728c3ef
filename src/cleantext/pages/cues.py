"""Cues: what a short block of text is, by the words that pages of all kinds use for it.

Chinese words are written Simplified here and text is read Simplified, character by character, so that a page says the
same in both scripts.
"""

# ruff: noqa: E501 - tables of words

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points, simplified_table
from cleantext.pages import _cues
from cleantext.pages.compiled import loops

__all__ = ["CUES", "cue_of", "cues_at", "cues_of"]

CUES = ("legal", "comments", "related", "share", "account", "pager", "navigation", "advert", "meta", "date", "more")
# A longer block says something of its own.
_LONGEST = 120

# Of Japanese, 著作権 and 無断転載 as they are read.
_LEGAL = (
    r"©|\(c\) ?(?:19|20)\d\d|copyright|all rights reserved|privacy|cookie|terms (?:of|and|&)|disclaimer|版权|备案|icp"
    r"|免责|转载请|许可证|隐私|impressum|datenschutz|mentions légales|着作権|无断転载"
)
_COUNTED = r"\d+\s*(?:楼|comments?|replies)\b"
_COMMENTS = (
    r"^\W*(?:\d+ )?(?:comments?|repl(?:y|ies)|responses?|leave a|post a|add a comment|write a|report|like|upvote|permalink"
    r"|quote|评论|留言|回复|跟帖|跟贴|点赞|举报|支持|反对|引用|发表|楼主|沙发|コメント|kommentare|commentaires)\b"
    r"|[条个](?:评论|回复|留言|回答)|" + _COUNTED + r"|评论列表|网友评论|最新评论|发表评论|我来说两句"
)
_RELATED = (
    r"^\W*(?:related|you (?:may|might)|more (?:from|in|on|stor)|most (?:read|popular|viewed)|popular|trending|recommended|see also"
    r"|latest|top stor|recent (?:posts?|comments?)|read (?:more|next)|up next|similar|also (?:like|read|in)|featured|what to read"
    r"|相关|推荐|热门|猜你|延伸|最新|更多|排行|精彩|往期|友情链接|为您|为你|大家都在|热点|今日|关联)"
)
_SHARE = (
    r"^\W*(?:share|tweet|pin it|follow|facebook|twitter|x|linkedin|whatsapp|email|print|copy link|pinterest|reddit|telegram"
    r"|分享|微信|微博|qq|收藏|打印|复制链接|扫一扫|朋友圈|facebook分享|转发)\b|分享(?:到|至)|扫(?:一扫|码)|二维码"
)
_ACCOUNT = (
    r"^\W*(?:log ?in|log ?out|sign ?(?:in|up|out)|register|subscribe|newsletter|my account|cart|checkout|add to (?:cart|bag|wish)"
    r"|download|get started|contact us|buy now|enter your|your e-?mail|登录|登入|注册|订阅|立即|加入|下载|关注)"
)
_PAGER = (
    r"^\W*(?:next|prev(?:ious)?|older|newer|page \d|first|last|back to|load more|show more|view all|上一|下一|首页|末页|尾页|返回|下页|上页"
    r"|阅读全文|点击|展开|加载更多|查看更多|\d{1,3}(?:[ |]\d{1,3})+)"
)
_NAVIGATION = (
    r"^\W*(?:home|about(?: us)?|menu|search|skip to|sitemap|faq|help|contact|blog|news|language|toggle|jump to|table of contents"
    r"|网站首页|当前位置|您的位置|您现在的位置|导航|搜索|栏目|网站地图|关于我们|联系我们|帮助)"
)
_ADVERT = r"^\W*(?:advertisement|sponsored|ad|ads|promoted|广告|推广|anzeige|publicité|スポンサー)\b|advertis"
_META = (
    r"^\W*(?:by|posted|published|updated|author|written by|tags?|categor|filed under|source|photo|image|credit|editor"
    r"|来源|作者|编辑|责任编辑|责编|发布|时间|日期|标签|浏览|阅读|点击数|字号|记者|文/|原标题|稿源|人气)[^。]{0,60}$"
)
_DIGITS_FIRST = (
    r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d\b|\b\d+ (?:hours?|minutes?|days?|weeks?"
    r"|months?|years?) ago\b"
)
_MONTH_DAY = r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:,|\b)"
_DATE = _DIGITS_FIRST + "|" + _MONTH_DAY
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
_COUNTS = {"comments": _COUNTED, "date": _DIGITS_FIRST}


def _compiled(patterns: Mapping[str, str], flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in patterns.items()), flags)


# Where no other letters than those of ASCII have capitals, small letters say the same, and are found faster.
_BEGINS, _BEGINS_LOWER = _compiled(_PATTERNS, re.IGNORECASE), _compiled(_PATTERNS)
_HOLDS_WORD, _COUNT, _DAY, _ENDS = map(_compiled, (_WORDS, _COUNTS, {"date": _MONTH_DAY}, {"more": _MORE}))
_DIGITS = re.compile(r"\d+")
# What a cue begins with that stands behind signs, as far as it says itself, up to nine characters, small letters; what
# those begin with that may stand anywhere. Besides there are cues that begin with a digit or with a sign.
_BEGINNINGS = (
    "about|ad|all right|also in|also like|also read|anzeige|apr|aug|author|back to|blog|buy now|by|cart"
    "|categor|checkout|comment|contact|cookie|copy link|copyright|credit|datenschu|dec|disclaime|download"
    "|editor|email|enter you|facebook|faq|featured|feb|filed und|first|follow|get start|help|home|icp|image"
    "|impressum|jan|jul|jump to|jun|kommentar|language|last|latest|leave a|like|linkedin|load more|log in"
    "|log out|login|logout|mar|may|mentions |menu|more|most popu|most read|most view|my accoun|newer|news|next"
    "|nov|oct|older|page |permalink|photo|pin it|pinterest|popular|post a|posted|prev|print|privacy|promoted"
    "|published|qq|quote|read more|read next|recent co|recent po|recommend|reddit|register|related|replies"
    "|reply|report|response|search|see also|sep|share|show more|sign in|sign out|sign up|signin|signout|signup"
    "|similar|sitemap|skip to|source|sponsored|subscribe|table of |tag|telegram|terms &|terms and|terms of"
    "|toggle|top stor|trending|tweet|twitter|up next|updated|upvote|view all|what to r|whatsapp|write a"
    "|written b|x|you may|you might|your e-ma|your emai|publicité|コメント|スポンサー|上一|上页|下一|下载|下页"
    "|个回复|个回答|个留言|个评论|为你|为您|举报|二维码|人气|今日|作者|免责|关于我们|关注|关联|分享|加入"
    "|加载更多|原标题|友情链接|反对|发布|发表|回复|备案|复制链接|大家都在|字号|导航|尾页|展开|帮助|广告|延伸"
    "|引用|当前位置|往期|微信|微博|您现在的位置|您的位置|我来说两句|打印|扫一扫|扫码|排行|推广|推荐|搜索|支持"
    "|收藏|文/|无断転载|日期|时间|更多|最新|朋友圈|末页|条回复|条回答|条留言|条评论|来源|查看更多|标签|栏目"
    "|楼主|沙发|注册|浏览|点击|点赞|热点|热门|版权|猜你|留言|登入|登录|相关|着作権|稿源|立即|精彩|编辑"
    "|网友评论|网站地图|网站首页|联系我们|订阅|记者|许可证|评论|责任编辑|责编|跟帖|跟贴|转发|转载请|返回|阅读"
    "|隐私|首页"
)
_HINTS = (
    "(c) 19|(c) 20|(c)19|(c)20|advertis|all right|cookie|copyright|datenschu|disclaime|icp|impressum|mentions "
    "|privacy|terms &|terms and|terms of|©|个回复|个回答|个留言|个评论|二维码|免责|分享到|分享至|发表评论|备案"
    "|我来说两句|扫一扫|扫码|无断転载|最新评论|条回复|条回答|条留言|条评论|版权|着作権|网友评论|许可证"
    "|评论列表|转载请|隐私"
)
# Letters that are found as others where no difference is made between capitals and small ones.
_SAME = {"ſ": "s", "ı": "i", "İ": "i", "\u212a": "k"}
_NUMBER = {name: number for number, name in enumerate(CUES, 1)}
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]


def cue_of(text: str, may: int = _cues.ANY) -> int:
    """The number of the first cue in a short text, its place in `CUES` plus one; 0 for none.

    `may` says which kinds of cue are looked for, and whether the text is read as another, as bits of `_cues`.
    """
    if len(text) > _LONGEST:
        return 0
    is_odd = may & _cues.ODD and not text.isascii()
    if is_odd:
        text = text.translate(_readings())
    lower = text.lower()
    if may & (_cues.BEGIN | _cues.NUMBER):
        match = _BEGINS.match(text) if is_odd else _BEGINS_LOWER.match(lower)
        if match:
            return _NUMBER[match.lastgroup or ""]
    found = [_HOLDS_WORD.search(lower, 1)] if may & _cues.WORD else []
    if may & _cues.NUMBER:
        found.append(_number_in(lower))
    if may & _cues.DAY:
        found.append(_DAY.search(lower, 1))
    if may & _cues.END:
        found.append(_ENDS.search(lower, 1))
    return min(((one.start(), _NUMBER[one.lastgroup or ""]) for one in found if one), default=(0, 0))[1]


def _number_in(lower: str) -> re.Match[str] | None:
    """The first cue that begins with a digit: with the first of a number, or as a year with the fourth from its end."""
    for number in _DIGITS.finditer(lower, 1):
        start, year = number.start(), number.end() - 4
        match = _COUNT.match(lower, start) or (_COUNT.match(lower, year) if year > start else None)
        if match:
            return match
    return None


def cues_of(texts: Sequence[str]) -> I64:
    """`cue_of` of each text, tried only where the characters of the text allow a cue."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(lengths)
    return cues_at(texts, code_points("".join(texts)), ends - lengths, ends)


def cues_at(texts: Sequence[str], codes: U32, starts: I64, ends: I64) -> I64:
    """`cues_of` texts that are the spans [start, end) of characters of `codes`."""
    may = np.zeros(starts.size, dtype=np.uint8)
    loops().look(codes, starts, ends, _LONGEST, _chars(), _follow(), may)
    places = np.flatnonzero(may)
    cues = np.zeros(starts.size, dtype=np.int64)
    cues[places] = [
        cue_of(texts[place], bits) for place, bits in zip(places.tolist(), may[places].tolist(), strict=True)
    ]
    return cues


@cache
def _readings() -> dict[int, str]:
    """What characters are read as: 覆 too, which converters write in 回覆."""
    pairs = (*simplified_table().items(), ("覆", "复"))
    return {ord(char): read for char, read in pairs if max(char, read) < "\U00010000"}


@cache
def _letters() -> dict[str, int]:
    """The numbers of the characters that stand in beginnings and hints."""
    return {char: number for number, char in enumerate(sorted({*_BEGINNINGS, *_HINTS} - {"|"}), 1)}


@cache
def _chars() -> U32:
    """Of each character of the basic plane its number, or 0, and what it may be, as bits of `_cues`."""
    basic = [*map(chr, range(0x10000))]
    chars = np.zeros(len(basic), dtype=np.uint32)
    for bits, holds in ((_cues.IS_WORD, str.isalnum), (_cues.IS_DIGIT, str.isdecimal), (_cues.IS_SPACE, str.isspace)):
        chars |= np.fromiter(map(holds, basic), np.uint32, len(basic)) * np.uint32(bits)
    for bits, found in (
        (_cues.IS_WORD, "_"),
        (_cues.IS_UNIT, "楼crhmdwy"),
        (_cues.IS_PART, "-/.年月"),
        (_cues.IS_BAR, "|"),
        (_cues.IS_LETTER, ".abcdefghijklmnopqrstuvwxyz"),
        (_cues.IS_LAST, "…»›→"),
        (_cues.IS_SIGN, "(.©»…›→"),
        (_cues.OPENS, [hint[0] for hint in _HINTS.split("|")]),
    ):
        chars[[*map(ord, {*found, *"".join(found).upper()})]] |= bits
    for char, number in _letters().items():
        chars[[*map(ord, {char, char.upper()})]] |= number
    for char, other in _SAME.items():
        chars[ord(char)] |= chars[ord(other)]
    for code, read in _readings().items():
        chars[code] = chars[ord(read)]
    for char in basic[0x80:]:
        if char in _SAME or char.lower() != char or ord(char) in _readings():
            chars[ord(char)] |= _cues.IS_ODD
    return chars


@cache
def _follow() -> npt.NDArray[np.int16]:
    """What follows what in beginnings, hints, and at the end of a text: for each state and the number of a character
    the next state, 0 for none, -1 where a beginning or hint ends."""
    letters = _letters()
    rows: list[dict[int, int]] = [{}, {}, {}, {}]
    for root, words in ((_cues.BEGINNINGS, _BEGINNINGS), (_cues.HINTS, _HINTS), (_cues.ENDINGS, "more")):
        for word in words.split("|"):
            state = root
            for char in word[:-1]:
                if letters[char] not in rows[state]:
                    rows[state][letters[char]] = len(rows)
                    rows.append({})
                state = rows[state][letters[char]]
            rows[state][letters[word[-1]]] = -1
    follow = np.zeros((len(rows), len(letters) + 1), dtype=np.int16)
    for state, row in enumerate(rows):
        follow[state, [*row]] = [*row.values()]
    return follow
