"""Metadata that stands in a line of text: labelled values, bare dates, credits, and how much of the line they are.

`read_meta` reads one line; whether the line *is* metadata is for the zone it stands in to decide (`时间：` opens a
notice's agenda as well as an article's head), so it only says what it found and what is left over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

__all__ = ["LineMeta", "Pair", "normalize_date", "read_meta"]

# What a label is called, by metadata key; read on the folded view, where `發布日期：` is `发布日期:`.
_LABELS = {
    "date": "发布时间 发布日期 发表时间 发表日期 发稿时间 发稿日期 刊登时间 刊登日期 更新时间 更新日期 更新于 最后更新 上传时间 上传日期 创建时间 "
    "录入时间 公布日期 公布时间 发文日期 编辑日期 编辑时间 添加时间 采集时间 发布于 发表于 时间 日期 发布 published updated posted date "
    "last_updated posted_on published_on updated_on 公開日 更新日 投稿日 입력 등록 수정",
    "source": "来源 信息来源 文章来源 稿件来源 新闻来源 内容来源 本文来源 消息来源 资料来源 图文来源 来源于 稿源 出处 转自 摘自 文章出处 转载自 来源网站 "
    "发布机构 信息提供 供稿单位 source",
    "author": "作者 文章作者 撰文 撰稿 撰稿人 作者/编辑 文/图 文 供稿 供稿人 通讯员 发布人 发布者 发布员 上传者 记者 作者简介 本文作者 采写 译者 翻译 编译 整理 摄影 图文 楼主 author written_by by 著者 기자",
    "editor": "编辑 责任编辑 责编 网络编辑 执行编辑 本文编辑 值班编辑 首席编辑 核稿编辑 新媒体编辑 网页编辑 文字编辑 实习编辑 编辑整理 美编 美术编辑 版面编辑 "
    "编审 审核 审核人 审校 校对 校审 初审 复审 终审 一审 二审 三审 签发 签审 监制 总监制 责任校对 值班主任 值班总监 统筹 策划 排版 制作 录入 录入员 录入人 "
    "图片编辑 视觉 编务 责编/审核 编辑/排版 编辑:责编 editor edited_by",
    "counter": "浏览次数 浏览量 浏览 阅读次数 阅读量 阅读数 阅读 点击次数 点击量 点击率 点击数 点击 访问量 访问次数 人气 热度 评论数 评论 字数 点赞数 点赞 赞 "
    "收藏数 收藏 转发数 转发 分享数 次数 关注度 查看 回复 参与 views hits comments reads",
    "original_title": "原标题 原题 原文标题 本文原标题 原题为 原标题为",
    "url": "本文地址 本文链接 原文链接 原文地址 文章链接 文章地址 链接地址 本文网址 本文转自 转载请注明 转载请注明出处 转载地址 网址 原文 permalink",
}
_KEYS = {word.replace("_", " "): key for key, words in _LABELS.items() for word in words.split()}
# Labels that open a line of an article as often as of its head.
_AMBIGUOUS = frozenset(
    "时间 日期 文 浏览 阅读 点击 评论 收藏 转发 赞 参与 查看 回复 发布 记者 编辑 策划 制作 统筹 date by 审核 视觉 网址 次数 翻译 摄影 整理 采写 图文 原文 楼主 转自".split()
)


def _spread(word: str) -> str:
    """A pattern for a label whose characters may stand apart, as in `作 者:`."""
    return " ?".join(map(re.escape, word)) if ord(word[0]) > 0x2E80 else re.escape(word)


_WORDS = "|".join(_spread(word) for word in sorted(_KEYS, key=len, reverse=True))
_LABEL = re.compile(rf"(?:(?<=^)|(?<=[\s|(\[【〔<;,·/。!?:丨│]))({_WORDS})(?: ?[:：]|】| ?[/|丨](?=\S))")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d) ?(?:[-/.]|年) ?(1[0-2]|0?[1-9]) ?(?:[-/.]|月) ?(3[01]|[12]\d|0?[1-9])(?!\d)(?: ?日)?"
    r"(?:[ t,]*\(?(?:星期|周|週)?[一二三四五六日天]?\)?[ t,]*\d{1,2} ?[:时点] ?\d{1,2}(?: ?[:分] ?\d{1,2}(?:\.\d+)?)?(?: ?[秒分z])?(?: ?[+-]\d\d:?\d\d)?(?: ?[ap]m)?)?"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_ENGLISH_DATE = re.compile(
    rf"(?<![a-z\d])(?:{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)|(\d{{1,2}})(?:st|nd|rd|th)? {_MONTH},? ((?:19|20)\d\d))(?!\d)"
    r"(?:,? (?:at )?\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?(?: [a-z]{2,4}\b)?)?"
)
_RELATIVE = re.compile(
    r"\d+ ?(?:小时|分钟|天|个月|年|周|秒)(?: ?\d+ ?分钟)?前|\b\d+ (?:hours?|minutes?|days?|weeks?|months?) ago\b|(?:今天|昨天|前天) ?\d{1,2}:\d\d"
)
_TIME = re.compile(
    r"(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?![\d:])|(?<!\d)\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d|\d{1,2}月\d{1,2}日(?: ?\d{1,2}:\d\d)?"
)
_COUNT = re.compile(
    r"\d[\d,.]*万? ?(?:次|人|条|个|则)?(?:点击|浏览|阅读|评论|跟贴|跟帖|参与|回复|查看|点赞|赞|收藏|views?|comments?|min(?:ute)? read)|(?:点击|浏览|阅读|评论|跟贴|参与|回复|查看|点赞|赞|收藏|字数)(?:量|数|次数)?[( ]?\d[\d,.]*万?\)?"
)
# Credits that need no colon: `新京报记者 陆一夫`, `联合报/记者沈能元/台北即时报导`, `编辑 刘晓阳 校对 李铭`.
_NAME = r"[\u4e00-\u9fff·]{2,4}"
_BYLINE = re.compile(
    rf"^(?:[^,。:!? ]{{0,16}}[/ ]?)?(?:特约|实习|驻.{{1,6}})?(?:记者|通讯员|实习生|评论员) ?(?P<name>{_NAME}(?:[ 、,]{_NAME}){{0,5}})$"
    rf"|^[^,。:!? ]{{0,12}} ?[/ ] ?(?:记者)?(?P<writer>{_NAME}) ?(?:/ ?[^,。:]{{0,6}})?(?:综合|即时|专题)?(?:报道|报导)$"
)
_CREDITS = re.compile(
    rf"^(?:(?:责任编辑|责任校对|编辑|责编|校对|审核|审校|监制|排版|美编|值班编辑) (?P<name>{_NAME}(?:[ 、]{_NAME})*?)(?: |$)){{1,5}}$"
)
_MAYBE = re.compile(r"[:/|丨】\d]|记者|通讯员|编辑|责编|校对|审核|报导|评论员")
_EDGES = " \t　|丨│·•,，;；:：()（）[]【】<>《》〔〕/-—_。\"'"


@dataclass(frozen=True, slots=True)
class Pair:
    """A value found: its metadata key, the label word, and the value's span in the folded view."""

    key: str
    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LineMeta:
    """What a line says of its document: pairs in order, and the text left over when they are taken out."""

    pairs: tuple[Pair, ...]
    rest: str

    @property
    def key(self) -> str:
        """The key that names the line: that of its first pair with a value, or of its first pair."""
        keys = [pair.key for pair in self.pairs if pair.end > pair.start] or [pair.key for pair in self.pairs]
        return keys[0] if keys else ""

    @property
    def ambiguous(self) -> bool:
        """Whether every label found is a word that also opens lines of running text."""
        return all(pair.label in _AMBIGUOUS for pair in self.pairs)


def read_meta(spaced: str) -> LineMeta | None:
    """The metadata in a folded line (single spaces left in), or None where there is none. Reads 240 characters."""
    text = spaced[:240]
    if not _MAYBE.search(text):
        return None
    if len(text) <= 60 and (credit := _credit(text)):
        return credit
    marks = list(_LABEL.finditer(text))
    pairs: list[Pair] = []
    taken: list[tuple[int, int]] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        label = re.sub(r"(?<=[^\x00-\x7f]) ", "", mark.group(1))
        end = following.start() if following else len(text)
        key = _KEYS[label]
        stop = _value_end(text, key, mark.end(), end)
        start, stop = _trim(text, mark.end(), stop)
        pairs.append(Pair(key, label, start, stop))
        taken.append((mark.start(), stop))
    covered = _blank(text, taken)
    for key, pattern in (
        ("date", _DATE),
        ("date", _ENGLISH_DATE),
        ("date", _RELATIVE),
        ("date", _TIME),
        ("counter", _COUNT),
    ):
        for found in pattern.finditer(covered):
            pairs.append(Pair(key, "", found.start(), found.end()))
            taken.append(found.span())
        covered = _blank(text, taken)
    if not pairs:
        return None
    rest = re.sub(r"[\s|丨│·•,;:()\[\]【】<>〔〕/—_。\-]+", " ", covered).strip()
    return LineMeta(tuple(sorted(pairs, key=lambda pair: pair.start)), rest + spaced[240:])


def _credit(text: str) -> LineMeta | None:
    """A whole line that credits people without a colon."""
    if found := _BYLINE.match(text):
        name = "name" if found["name"] else "writer"
        return LineMeta((Pair("author", "credit", found.start(name), found.end(name)),), "")
    if found := _CREDITS.match(text):
        return LineMeta((Pair("editor", "credit", found.start("name"), found.end("name")),), "")
    return None


def _value_end(text: str, key: str, start: int, end: int) -> int:
    """Where the value of a label stops: at the next column of the line, and for words at a date."""
    if key == "date":
        found = (
            _DATE.search(text, start, end)
            or _ENGLISH_DATE.search(text, start, end)
            or _RELATIVE.search(text, start, end)
            or _TIME.search(text, start, end)
        )
        return found.end() if found else start
    if key == "counter":
        found = re.compile(r" ?[\d,.]+万?[次+]?").match(text, start, end)
        return found.end() if found else start
    if key == "url":
        found = re.compile(r" ?(?:https?://|www\.)?[^\s]+").match(text, start, end)
        return found.end() if found else start
    stops = [end]
    for pattern in (_DATE, re.compile(r"[|丨│】]")):
        if found := pattern.search(text, start, end):
            stops.append(found.start())
    return min(stops)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGES and text[start] not in '(《"':
        start += 1
    while end > start and text[end - 1] in _EDGES and text[end - 1] not in ')》"':
        end -= 1
    if end > start and text[end - 1] == ")" and "(" not in text[start:end]:
        end -= 1
    return start, max(start, end)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def normalize_date(text: str) -> str | None:
    """The first full date of a folded text as YYYY-MM-DD, or None: `2016年5月9日` is `2016-05-09`."""
    if found := _DATE.search(text):
        year, month, day = (int(found.group(i)) for i in (1, 2, 3))
    elif found := _ENGLISH_DATE.search(text):
        groups = found.groups()
        name, day_text, year_text = (
            (groups[0], groups[1], groups[2]) if groups[0] else (groups[4], groups[3], groups[5])
        )
        year, month, day = int(year_text), _MONTHS.index(name) + 1, int(day_text)
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
