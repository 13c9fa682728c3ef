"""Metadata that stands in a line of text: labelled values, bare dates, credits, and what is left of the line.

`read_meta` reads one line; whether the line *is* metadata is for the zone it stands in to decide (`时间：` opens a
notice's agenda as well as an article's head), so it only says what it found and what is left over. Labels are data,
in `lexicon_labels.txt`.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from cleantext.pages import _measure as m
from cleantext.pages.lexicon import read_data

__all__ = [
    "COVERED",
    "LABELS",
    "LABEL_BOUNDARIES",
    "LABEL_ENDS",
    "MONTHS",
    "LineMeta",
    "Pair",
    "normalize_date",
    "read_meta",
    "tidy_name",
]

# Of a line only this many characters of the folded view are read.
_LIMIT, _CREDIT_LIMIT = 240, 60


def _read_labels() -> tuple[dict[str, str], frozenset[str]]:
    """The key of each label, and the labels that alone prove nothing."""
    keys: dict[str, str] = {}
    ambiguous: set[str] = set()
    for line in read_data("lexicon_labels.txt"):
        key, _, listed = line.partition(": ")
        words = [word.replace("_", " ") for word in listed.split(" ")]
        if key == "ambiguous":
            ambiguous.update(words)
        else:
            keys.update(dict.fromkeys(words, key))
    return keys, frozenset(ambiguous)


_KEYS, _AMBIGUOUS = _read_labels()
# The labels, and what they end in.
LABELS = tuple(_KEYS)
LABEL_ENDS = frozenset(label[-1] for label in _KEYS)
# What may stand before them, beside white space.
LABEL_BOUNDARIES = "|([【〔<;,·/。!?:丨│"


def _spread(word: str) -> str:
    """A pattern for a label whose characters may stand apart, as in `作 者:`."""
    return " ?".join(map(re.escape, word)) if ord(word[0]) > 0x2E80 else re.escape(word)


_WORDS = "|".join(_spread(word) for word in sorted(_KEYS, key=len, reverse=True))
_LABEL = re.compile(rf"(?:(?<=^)|(?<=[\s{re.escape(LABEL_BOUNDARIES)}]))({_WORDS})(?: ?[:：]|】| ?[/|丨—](?=\S))")

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(MONTHS)})[a-z]*\.?"
_YEAR = r"((?:19|20)\d\d)"
_CLOCK = r"\d{1,2} ?[:时点] ?\d{1,2}(?: ?[:分] ?\d{1,2}(?:\.\d+)?)?(?: ?[秒分z])?(?: ?[+-]\d\d:?\d\d)?(?: ?[ap]m)?"
_DATE = re.compile(
    rf"(?<!\d){_YEAR} ?(?:[-/.]|年) ?(1[0-2]|0?[1-9]) ?(?:[-/.]|月) ?(3[01]|[12]\d|0?[1-9])(?!\d)(?: ?日)?"
    rf"(?:[ t,]*\(?(?:星期|周)?[一二三四五六日天]?\)?[ t,]*{_CLOCK})?"
)
_ENGLISH_DATE = re.compile(
    rf"(?<![a-z\d])(?:{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}|(\d{{1,2}})(?:st|nd|rd|th)? {_MONTH},? {_YEAR})"
    r"(?!\d)(?:,? (?:at )?\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?(?: [a-z]{2,4}\b)?)?"
)
# What C's asctime writes, as some forums do: `Sun Apr  3 21:04:15 2016`.
_C_DATE = re.compile(rf"(?:sun|mon|tue|wed|thu|fri|sat) {_MONTH} {{1,2}}(\d{{1,2}}) \d\d:\d\d:\d\d {_YEAR}(?!\d)")
# What these begin with is looked for first: at most characters no alternative is tried.
_RELATIVE = re.compile(
    r"(?=[\d今昨前])(?:\d+ ?(?:小时|分钟|天|个月|年|周|秒)(?: ?\d+ ?分钟)?前|(?:今天|昨天|前天) ?\d{1,2}:\d\d"
    r"|\b\d+ (?:hours?|minutes?|days?|weeks?|months?) ago\b)"
)
_TIME = re.compile(
    r"(?=\d)(?:(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?![\d:])|(?<!\d)\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d"
    r"|\d{1,2}月\d{1,2}日(?: ?\d{1,2}:\d\d)?)"
)
_ACTS = "点击|浏览|阅读|评论|跟贴|跟帖|参与|回复|查看|点赞|赞|收藏"
_COUNT = re.compile(
    rf"(?=[\d点浏阅评跟参回查赞收字])(?:\d[\d,.]*万? ?(?:次|人|条|个|则)?(?:{_ACTS}|views?|comments?|min(?:ute)? read)"
    rf"|(?:{_ACTS}|字数)(?:量|数|次数)?[( ]?\d[\d,.]*万?\)?)"
)
_FULL_DATES = (_C_DATE, _DATE, _ENGLISH_DATE)

# Credits that need no colon: `新京报记者 陆一夫`, `联合报/记者沈能元/台北即时报导`, `编辑 刘晓阳 校对 李铭`, and the
# head of a PTT post.
_NAME = r"[\u4e00-\u9fff·]{2,4}"
_BYLINE = re.compile(
    rf"^(?:[^,。:!? ]{{0,16}}[/ ]?)?(?:特约|实习|驻.{{1,6}})?(?:记者|通讯员|实习生|评论员) ?"
    rf"(?P<name>{_NAME}(?:[ 、,]{_NAME}){{0,5}})$"
)
_REPORTER = re.compile(
    rf"^[^,。:!? ]{{0,12}} ?[/ ] ?(?:记者)?(?P<name>{_NAME}) ?(?:/ ?[^,。:]{{0,6}})?(?:综合|即时|专题)?(?:报道|报导)$"
)
_CREDITS = re.compile(
    rf"^(?:(?:责任编辑|责任校对|编辑|责编|校对|审核|审校|监制|排版|美编|值班编辑) "
    rf"(?P<name>{_NAME}(?:[ 、]{_NAME})*?)(?: |$)){{1,5}}$"
)
_PTT = re.compile(r"^作者 ?(?P<name>[a-z]\w{2,15}) \([^()]*\)$")
_BY = re.compile(
    r"^by (?!(?:the|a|an|my|your|his|her|our|their|this|that|all|no|one|now|then|day|night) )"
    r"(?P<name>[^\W\d_][\w.'’-]+(?: [^\W\d_][\w.'’-]*){1,3})$"
)
_CREDIT_KINDS = (("author", _BY), ("author", _PTT), ("author", _BYLINE), ("author", _REPORTER), ("editor", _CREDITS))
# One of these stands in every line that credits; what they begin with, as below.
_CREDITED, _CREDITED_FIRST = re.compile("记者|通讯员|实习生|评论员|报道|报导"), re.compile("[记通实评报]")
_CREDITED_HEAD = re.compile("责|编辑|校对|审|监制|排版|美编|值班|作者|by ")
# What follows a time of day: `2018年12月28日 19:55 新京报`, `2023-08-28 21:50 联合报/ 记者沈能元/台北即时报导`.
_AFTER_TIME = re.compile(
    rf"^[ |·]*(?P<source>[^\W\d_][^\s,。:!?/|()]{{1,11}})(?: ?/ ?记者 ?(?P<author>{_NAME})(?: ?/ ?\S{{2,8}})?)?$"
)
_NO_SOURCE = re.compile(
    r"点击|阅读|试听|更新|回复|评论|发布|来自|via|收藏|浏览|字号|编辑|作者|记者|原创|以前|分享|参与|转发"
)
# Cells of a line cut by `|` need no colon: `发表于2014-08-24| 来源CSDN| 作者魏星`.
_CELL = re.compile(r"(?<=\|) ?(来源|作者|编辑)([^\W\d_]{2,12})(?= ?(?:\||$))")
# Words beside a date that are not worth calling a rest.
_DATE_WORDS = re.compile(
    r"(?=[发更最编格北原puloabismtwf])(?:发布(?:时间|日期|于)?|发表(?:时间|于)?|更新(?:时间|于)?|最后编辑于|编辑于|格林尼治标准时间|北京时间|原创"
    r"|\b(?:posted|published|updated|last|on|at|by|in|sun|mon|tue|wed|thu|fri|sat)[a-z]*\b)"
)
# A line without any of these states nothing.
_MAYBE = re.compile(r"[:/|丨】—\d]|记者|通讯员|编辑|责编|校对|审核|报导|评论员|作者|^by ")
# What these begin with: a class of characters alone is looked for many times faster.
_MAYBE_FIRST = re.compile(r"[:/|丨】—\d记通编责校审报评作b]")
_DIGIT = re.compile(r"\d")
# What a label ends in and what stands behind it; a date in words; what is counted.
_MARKED, _MONTHS_NAMED = re.compile(rf"[{''.join(sorted(LABEL_ENDS))}] ?[:：】/|丨—]"), re.compile("|".join(MONTHS))
_COUNTED = re.compile(f"{_ACTS}|字数|view|comment|min")
# What these have to begin with: looked for many times faster.
_YEARLY, _TIMED = re.compile(r"(?:19|20)\d\d ?[-/.年]"), re.compile(r"\d:\d\d|\d月\d")
_RELATED = re.compile("[前天o]")
_COUNT_VALUE = re.compile(r" ?[\d,.]+万?[次+]?")
_URL_VALUE = re.compile(r" ?(?:https?://|www\.)?[^\s]+")
_COLUMN = re.compile(r"[|丨│】]")
_REST = re.compile(r"[\s|丨│·•,;:()\[\]【】<>〔〕/—_。\-]+")
# What dates, counts and what is no rest are written with; other wide characters are a rest where there is no label.
COVERED = frozenset("".join(each.pattern for each in (_DATE, _RELATIVE, _TIME, _COUNT, _DATE_WORDS, _REST)))
_START = attrgetter("start")
_EDGES = " \t　|丨│·•,，;；:：()（）[]【】<>《》〔〕/-—_。\"'"


# What is glued to a name: the next label of the line, a button, a dateline. Both scripts: values stand as they are.
_NAME_TAIL = re.compile(
    r"(?:责任编辑|責任編輯|责编|責編|发稿时间|發稿時間|发布时间|發佈時間|发表时间|更新时间|举报|檢舉)(?:[:：].*)?$"
    r"|[／/][^／/]{0,8}(?:報導|报导|报道|報道)$"
)
_NAME_HEAD = re.compile(r"^(?:(?:本报|本報)?(?:特约|特約|实习|實習)?[记記]者|文[／/]|圖文[／/])[\s:：／/]*")


class Pair(NamedTuple):
    """A value found: its metadata key, the label word (empty without one), and the value's span in the folded view."""

    key: str
    label: str
    start: int
    end: int


class LineMeta(NamedTuple):
    """What a line says of its document: pairs in order, and the text left over when they are taken out."""

    pairs: tuple[Pair, ...]
    rest: str

    @property
    def key(self) -> str:
        """The key that names the line: that of its first pair with a value, or of its first pair."""
        keys = [pair.key for pair in self.pairs if pair.end > pair.start] or [pair.key for pair in self.pairs]
        return keys[0]

    @property
    def ambiguous(self) -> bool:
        """Whether every label found is a word that also opens lines of running text."""
        return all(pair.label in _AMBIGUOUS for pair in self.pairs)

    @property
    def labels(self) -> frozenset[str]:
        """The keys that a label names."""
        return frozenset(pair.key for pair in self.pairs if pair.label)


def read_meta(spaced: str, signs: int = -1) -> LineMeta | None:
    """The metadata in a folded line (single spaces left in), or None where there is none. Reads 240 characters.

    `signs` are the bits of `_measure` that say what the line may have: all of them where nobody has measured it.

    >>> [(pair.key, pair.label) for pair in read_meta("来源:阳泉环保 发布时间:2018-09-13 10:18").pairs]
    [('source', '来源'), ('date', '发布时间')]
    """
    text = spaced[:_LIMIT]
    if signs < 0:
        if not _MAYBE_FIRST.search(text) or not _MAYBE.search(text):
            return None
        signs = _signs(text)
    if signs & m.MAYBE_CREDIT and len(text) <= _CREDIT_LIMIT and _MAYBE.search(text) and (credit := _credit(text)):
        return credit
    pairs, covered = list[Pair](), text
    if signs & m.MAYBE_LABEL:
        pairs, taken = _labelled(text)
        covered = _blank(text, taken)
    covered = _add_bare(pairs, covered, signs)
    if not pairs:
        return None
    rest = ""
    if not covered.isspace():
        if behind := _behind_time(text, covered, pairs):
            pairs += behind
        else:
            rest = _REST.sub(" ", _DATE_WORDS.sub(" ", covered)).strip()
    if len(pairs) > 1:
        pairs.sort(key=_START)
    return LineMeta(tuple(pairs), rest + spaced[_LIMIT:])


def _add_bare(pairs: list[Pair], covered: str, signs: int) -> str:
    """Add the values that stand in a text without a label; returns the text without them."""
    for key, patterns in _bare(signs & m.MAYBE_STATES):
        for pattern in patterns:
            if spans := [found.span() for found in pattern.finditer(covered)]:
                pairs += [Pair(key, "", start, end) for start, end in spans]
                covered = _blank(covered, spans)
                if covered.isspace():  # most lines are a date and nothing else
                    return covered
    return covered


def _signs(text: str) -> int:
    """What a text may have, by what is found quickly."""
    signs = m.MAYBE_LABEL
    if _CREDITED_HEAD.match(text) or (_CREDITED_FIRST.search(text) and _CREDITED.search(text)):
        signs |= m.MAYBE_CREDIT
    if not _DIGIT.search(text):
        return signs
    if _MONTHS_NAMED.search(text):
        signs |= m.MAYBE_NAMED
    elif _YEARLY.search(text):
        signs |= m.MAYBE_FULL
    signs |= m.MAYBE_AGO * (_RELATED.search(text) is not None) | m.MAYBE_TIME * (_TIMED.search(text) is not None)
    return signs | m.MAYBE_COUNT * (_COUNTED.search(text) is not None)


@lru_cache(maxsize=64)
def _bare(signs: int) -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    """The patterns of values without a label that may be found in a text."""
    dates = _FULL_DATES if signs & m.MAYBE_NAMED else (_DATE,) if signs & m.MAYBE_FULL else ()
    relative = (_RELATIVE,) if signs & m.MAYBE_AGO else ()
    timed = (_TIME,) if signs & m.MAYBE_TIME else ()
    counted = (("counter", (_COUNT,)),) if signs & m.MAYBE_COUNT else ()
    return (("date", (*dates, *relative, *timed)), *counted)


def _credit(text: str) -> LineMeta | None:
    """A whole line that credits people without a colon."""
    for key, pattern in _CREDIT_KINDS:
        if found := pattern.match(text):
            return LineMeta((Pair(key, "credit", found.start("name"), found.end("name")),), "")
    return None


def _labelled(text: str) -> tuple[list[Pair], list[tuple[int, int]]]:
    """The labelled values of a line, and the spans they take with their labels."""
    pairs: list[Pair] = []
    taken: list[tuple[int, int]] = []
    marks = list(_LABEL.finditer(text)) if _MARKED.search(text) else []
    ends = [*(mark.start() for mark in marks), len(text)][1:]
    for mark, end in zip(marks, ends, strict=True):
        label = re.sub(r"(?<=[^\x00-\x7f]) ", "", mark.group(1))
        key = _KEYS[label]
        start, stop = _trim(text, mark.end(), _value_end(text, key, mark.end(), end))
        pairs.append(Pair(key, label, start, stop))
        taken.append((mark.start(), stop))
    for cell in _CELL.finditer(_blank(text, taken)) if "|" in text else ():
        pairs.append(Pair(_KEYS[cell.group(1)], cell.group(1), cell.start(2), cell.end(2)))
        taken.append(cell.span())
    return pairs, taken


def _value_end(text: str, key: str, start: int, end: int) -> int:
    """Where the value of a label stops: at the next column of the line, and for words at a date."""
    if key == "date":
        for pattern in (*_FULL_DATES, _RELATIVE, _TIME):
            if found := pattern.search(text, start, end):
                return found.end()
        return start
    if key in ("counter", "url"):
        found = (_COUNT_VALUE if key == "counter" else _URL_VALUE).match(text, start, end)
        return found.end() if found else start
    stops = [found.start() for pattern in (_DATE, _COLUMN) if (found := pattern.search(text, start, end))]
    return min([end, *stops])


def _behind_time(text: str, covered: str, pairs: list[Pair]) -> list[Pair]:
    """The source, and perhaps the author, that a line gives after nothing but a date and a time of day."""
    if len(pairs) != 1 or pairs[0].key != "date" or ":" not in text[pairs[0].start : pairs[0].end]:
        return []
    end = pairs[0].end
    found = _AFTER_TIME.match(covered[end:])
    if not found or covered[:end].strip() or _NO_SOURCE.search(found["source"]):
        return []
    return [Pair(key, "", end + found.start(key), end + found.end(key)) for key in ("source", "author") if found[key]]


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


def tidy_name(value: str) -> str:
    """A name of an author, editor or source without what page templates glue to it.

    >>> tidy_name("記者沈能元／台北即時報導"), tidy_name("新京报举报"), tidy_name("吴瑕责任编辑：刘洋")
    ('沈能元', '新京报', '吴瑕')
    """
    short = _NAME_HEAD.sub("", _NAME_TAIL.sub("", value[:200]))
    return value if short == value[:200] else short.strip(_EDGES) or value


def normalize_date(text: str) -> str | None:
    """The first full date of a folded text as YYYY-MM-DD, or None where there is none or it is on no calendar.

    >>> normalize_date("2016年5月9日"), normalize_date("march 3, 2020"), normalize_date("2021-02-30")
    ('2016-05-09', '2020-03-03', None)
    """
    if found := _DATE.search(text):
        year, month, day = found.group(1, 2, 3)
    elif found := _C_DATE.search(text):
        month, day, year = found.group(1, 2, 3)
    elif found := _ENGLISH_DATE.search(text):
        month, day, year = found.group(1, 2, 3) if found.group(1) else found.group(5, 4, 6)
    else:
        return None
    number = int(month) if month.isdigit() else MONTHS.index(month) + 1
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None
