"""From zones to labels: which line is the title, which are metadata, which are chrome and why, which are the body.

`Page.labels` is the order of the decisions. Two kinds of text are told apart first: a *page*, with chrome at its
edges, is judged line by line with the model of `zones`; anything else is text that somebody already cleaned, and only
loses what the lexicon recognises at its ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cleantext.folding import label_text
from cleantext.pages.linemeta import LineMeta, Pair, normalize_date, read_meta
from cleantext.pages.looks import NAMES
from cleantext.pages.many_looks import look_at_all
from cleantext.pages.spam import is_spam_title
from cleantext.pages.zones import body_path, line_scores, survey

__all__ = ["Block", "Page"]

_REASONS = {
    "date": "meta/date",
    "source": "meta/source",
    "author": "meta/author",
    "editor": "meta/editor",
    "counter": "meta/counter",
    "original_title": "meta/original-title",
    "url": "meta/url",
}
_END, _DATE, _DATE_END = (NAMES.index(name) for name in ("end", "date", "date_end"))
# The edges of a page: where chrome stands on nearly every page and on hardly any clean text.
_EDGE_LINES, _EDGE_SHARE = 15, 10
# Different lines of chrome at the edges that make a page; a line that only the word list knows is half a line.
_PAGE_WEIGHT, _MANY_LINES = 2.5, 30
_TITLE_UNITS = 90
# How far below the text credits stand.
_CREDIT_REACH = 8
# How far the lines of one list reach below its heading.
_LIST_REACH = 80
# From this many characters on a line that repeats the body is a copy of it, not an accident.
_COPY = 24
# What an HTML block knows, in the units of the line model's score.
_VOTE_WEIGHT, _LINK_WEIGHT, _LINK_FREE = 4.0, 3.0, 0.3
# Beside these a `时间：` is the time of an event.
_EVENT = re.compile(
    r"(会议|活动|比赛|考试|报名|招聘|举办|集合|开庭|演出|讲座)?(地点|地址|主办|主讲|嘉宾|主题|联系人|参加|对象|人数|内容|主持|时长|票价|费用|方式)[:]"
)
# A date and a time of day; a Chinese name.
_STAMP = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日? ?,?(?:\d{1,2}:\d\d|[|·])")
_PERSON = re.compile(
    r"(?:欧阳|司马|上官|诸葛|[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭郎鲁韦马方任袁柳鲍史唐薛雷贺倪汤罗毕郝安常于傅康余顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒屈项董梁杜阮蓝季贾江童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房丁邓洪石崔龚程裴陆翁甄封储靳段焦谷车侯宁武刘景叶白卓温庄易廖聂曾游])[\u4e00-\u9fff]{1,2}"
)
_NO_TITLE = re.compile(r"[。,;:、]$|^[“\"「『(]")


@dataclass(frozen=True, slots=True)
class Block:
    """What is known of a line beside its text: the kind of its block, link density, another extractor's votes."""

    kind: str = "text"
    link_density: float = 0.0
    votes: float | None = None


class Page:
    """One text being labelled. After `labels`, `headline` is the title's line or -1; `metas` holds what lines state."""

    def __init__(self, lines: Sequence[str], title: str, blocks: Sequence[Block]) -> None:
        self._lines = lines
        self._blocks = blocks
        rows = {line: row for row, line in enumerate(dict.fromkeys(lines))}  # menus repeat themselves
        seen, values = look_at_all([*rows])
        places = [rows[line] for line in lines]
        self._looks = [seen[row] for row in places]
        self._spam = self._find_spam()
        self._read = [i for i in range(len(lines)) if i not in self._spam]
        looks = [self._looks[i] for i in self._read]
        self._zones = survey(looks, label_text(title[:300]))
        self.metas: dict[int, LineMeta] = {
            i: meta for i, meta in zip(self._read, self._zones.metas, strict=True) if meta is not None
        }
        self._anchor = self._read[self._zones.anchor] if self._zones.anchor >= 0 else -1
        self.is_page = self._has_chrome_edges()
        self._scores = self._score(values[[places[i] for i in self._read]])
        self._inside = self._find_inside()
        dates = sum(self._inside[i] and not meta.labels for i, meta in self.metas.items())
        # Clean text with a date over every entry: a diary, a timeline.
        self._is_diary = not self.is_page and dates >= 2
        body = [i for i, flag in enumerate(self._inside) if flag]
        self._first, self._last = (body[0], body[-1]) if body else (len(lines), -1)
        self.headline = self._find_headline()
        self._read_head()

    def labels(self) -> list[str]:
        """A label a line. Where chrome and metadata would be all there is, lines without a sure reason are body."""
        labels = [self._label(i) for i in range(len(self._lines))]
        self._mark_dated_list(labels)
        self._restore_copies(labels)
        if "body" not in labels:
            labels = [
                label if self._looks[i].strength >= 2 or i in self.metas or label == "title" else "body"
                for i, label in enumerate(labels)
            ]
        return labels

    def _find_spam(self) -> set[int]:
        body = [line[:2000] for line in self._lines[:60]]
        found: set[int] = set()
        for i, line in enumerate(self._lines[:3]):
            if self._looks[i].strength < 3 and is_spam_title(line, "\n".join(other for other in body if other != line)):
                found.add(i)
        return found

    def _has_chrome_edges(self) -> bool:
        """Whether this is a page rather than clean text: several different lines of chrome at its two ends."""
        count = len(self._lines)
        edge = max(_EDGE_LINES, count // _EDGE_SHARE)
        views: dict[str, float] = {}
        found = 0
        for i, look in enumerate(self._looks):
            if edge <= i < count - edge or look.strength < 2 or look.reason == "chrome/other":
                continue
            if self._blocks[i].kind != "code":
                views[look.view] = 0.5 if look.word else 1.0
                found += 1
        # Short texts without a running sentence may well be lists of such words.
        running = count >= _MANY_LINES or any(look.units > 20 and look.values[_END] for look in self._looks)
        weight = sum(value for value in views.values() if running or value == 1)
        return weight >= _PAGE_WEIGHT and found >= 0.03 * min(count, 2 * edge)

    def _score(self, values: npt.NDArray[np.float64]) -> list[float]:
        """The model's score of each line, with what is known of its block; spam has none."""
        scores = [0.0] * len(self._lines)
        looks = [self._looks[i] for i in self._read]
        found = line_scores(looks, self._zones, values).tolist() if looks else []
        votes = [block.votes for block in self._blocks if block.votes is not None]
        # To be kept by an extractor that keeps everything means nothing.
        even = max(0.5, sum(votes) / len(votes)) if votes else 0.5
        for i, score in zip(self._read, found, strict=True):
            block = self._blocks[i]
            vote = 0.0 if block.votes is None else _VOTE_WEIGHT * (block.votes - even)
            scores[i] = score + vote - _LINK_WEIGHT * max(0.0, block.link_density - _LINK_FREE)
        return scores

    def _find_inside(self) -> list[bool]:
        """Whether each line lies in the main content."""
        inside = [i not in self._spam for i in range(len(self._lines))]
        if self.is_page:
            looks = [self._looks[i] for i in self._read]
            path = body_path([self._scores[i] for i in self._read], looks, self._zones)
            for i, flag in zip(self._read, path, strict=True):
                inside[i] = flag
            return inside
        # Clean text loses recognised lines at its ends only, up to the first line that is anything else. A lone word
        # is recognised below running text only: it may as well be the title of a list.
        running = [i for i, look in enumerate(self._looks) if look.units > 20 and look.values[_END]]
        for order in (range(len(inside)), range(len(inside) - 1, -1, -1)):
            for i in order:
                look = self._looks[i]
                known = look.strength >= 2 and (not look.word or (bool(running) and i > running[-1]))
                if not known and i not in self.metas and i not in self._spam:
                    break
                inside[i] = inside[i] and not known
        heading = self._closing_list() if running else len(inside)
        return [flag and i < heading for i, flag in enumerate(inside)]

    def _closing_list(self) -> int:
        """Where a heading such as `相关阅读` opens a list of titles that goes on to the end, or past the last line."""
        found = count = len(self._lines)
        for i in range(count - 1, -1, -1):
            look = self._looks[i]
            if look.units > 60 or look.values[_END]:
                break
            if look.strength >= 2 and look.reason in ("chrome/related", "chrome/comments"):
                found = i
        units = [look.units for look in self._looks]
        return found if sum(units[:found]) > sum(units[found:]) else count

    def _find_headline(self) -> int:
        """The line that is the title, or -1."""
        if self._anchor >= 0 and self._may_head(self._anchor, sure=self._zones.anchored_by_title):
            return self._anchor
        passed = 0
        for i in range(min(self._first, len(self._lines) - 1), max(-1, self._first - 10), -1):
            if self._may_head(i):
                return i
            passed += i not in self.metas and self._looks[i].strength < 2
            if passed > 3:
                break
        return -1

    def _read_head(self) -> None:
        """Take the dated line and the lone name below a page's title for metadata, whatever else stands in the line."""
        if not self.is_page or self.headline < 0:
            return
        for i in range(self.headline + 1, min(len(self._lines), self.headline + 6)):
            look = self._looks[i]
            if look.units > 60 or look.values[_END]:
                break
            if i in self.metas or look.strength == 3:
                continue
            if _STAMP.search(look.spaced):
                found = read_meta(look.spaced)
            else:
                found = (
                    LineMeta((Pair("author", "name", 0, len(look.spaced)),), "")
                    if _PERSON.fullmatch(look.view)
                    else None
                )
            if found:
                self.metas[i] = found

    def stated(self) -> list[int]:
        """The lines whose values hold for the document, best first: those from the title to the first paragraph and
        those at the end of the text; not those of lists of other articles."""
        last = self._last + _CREDIT_REACH
        start = self.headline - 6 if self.headline >= 0 else 0
        lines = [i for i in self.metas if start <= i <= last]
        return sorted(
            lines, key=lambda i: (i < self.headline, any(pair.label == "name" for pair in self.metas[i].pairs), i)
        )

    def _may_head(self, i: int, *, sure: bool = False) -> bool:
        """Whether line `i` can be a title: short, no sentence, no chrome, and running text follows soon."""
        look = self._looks[i]
        if i in self.metas or i in self._spam or look.units > _TITLE_UNITS or look.view.endswith("。"):
            return False
        if sure:
            return True
        if (
            look.strength >= 2
            or look.units < 4
            or look.values[_DATE]
            or look.view.count("|") >= 2
            or _NO_TITLE.search(look.view)
        ):
            return False
        # The anchor stands over a date or a source; any other line has only its looks to speak for it.
        block = self._blocks[i].kind
        if i != self._anchor and (block in ("list", "table", "code", "quote") or re.search(r"[.!?]$", look.view)):
            return False
        below = range(i + 1, min(len(self._lines), i + 5))
        return any(j in self.metas for j in below) or any(
            self._looks[j].units > max(40, 2 * look.units) and self._looks[j].values[_END] for j in below
        )

    def _label(self, i: int) -> str:
        look, meta, inside = self._looks[i], self.metas.get(i), self._inside[i]
        if i in self._spam:
            return "chrome/spam-title"
        if i == self.headline:
            return "title"
        if self._repeats_title(i):
            return "meta/title"
        if inside and self._blocks[i].kind == "code":
            return "body"
        if look.reason == "chrome/clock" and self.headline >= 0:
            return "meta/date" if self.headline < i < self._first else "body" if inside else "chrome/clock"
        if meta is not None and self._states(i, meta):
            return self._reason_stated(meta)
        if look.reason and look.strength >= 2 and not (inside and self._means_it(i)):
            return look.reason
        return "body" if inside else self._reason_outside(i)

    @staticmethod
    def _reason_stated(meta: LineMeta) -> str:
        """The reason of a line of metadata; a site's word on its own address is a rights line that has a value."""
        if not any(pair.end > pair.start for pair in meta.pairs):
            return "chrome/other"
        if any(pair.key == "url" and pair.label.startswith(("本文", "转载")) for pair in meta.pairs):
            return "chrome/legal"
        return _REASONS[meta.key]

    def _means_it(self, i: int) -> bool:
        """Whether a line inside the main content uses the words of chrome to say something."""
        if not self.is_page:
            return True
        look = self._looks[i]
        if look.units > 40 and look.values[_END]:
            return self._scores[i] > 0
        beside = [self._looks[j] for j in (i - 1, i + 1) if self._first <= j <= self._last]
        return (
            look.strength < 3 and len(beside) == 2 and all(other.strength < 2 and other.units > 20 for other in beside)
        )

    def _repeats_title(self, i: int) -> bool:
        """Whether a line is the title again: near it, or outside the main content."""
        if self.headline < 0:
            return False
        view, title = self._looks[i].view, self._looks[self.headline].view
        if view == title and len(view) >= 4:
            return not self._inside[i] or abs(i - self.headline) <= (6 if self.is_page else 2)
        return (
            i < min(self.headline, 3)
            and len(title) >= 4
            and view.startswith(title)
            and len(view) <= 3 * len(title) + 20
        )

    def _states(self, i: int, meta: LineMeta) -> bool:
        """Whether a line that reads as metadata is metadata where it stands."""
        view = self._looks[i].view
        labels = meta.labels
        beside = [self._looks[j].view for j in (i - 1, i + 1) if 0 <= j < len(self._lines)]
        if re.search(r"[。!?]$", view) or any(_EVENT.match(other) for other in beside):
            return False
        if not labels and self._is_diary:
            return False
        if labels & {"original_title", "url"}:
            return True
        if not self._inside[i]:
            return i < self._first or (bool(labels) and i <= self._last + _CREDIT_REACH)
        if self._zones.forum:
            return True
        if self._heads_text(i):
            return not meta.ambiguous or self.headline >= 0 or normalize_date(self._looks[i].spaced) is not None
        if not labels or (meta.ambiguous and "editor" not in labels):
            return False
        return all(
            j in self.metas or self._looks[j].strength >= 2 or not self._inside[j]
            for j in range(i + 1, min(len(self._lines), i + 5))
        )

    def _heads_text(self, i: int) -> bool:
        """Whether no paragraph stands between the title, or the top, and line `i`."""
        start = self.headline + 1 if 0 <= self.headline < i else 0
        return i - start < 6 and not any(self._inside[j] and self._looks[j].units > 30 for j in range(start, i))

    @cached_property
    def _list_heads(self) -> list[int]:
        """For each line the last line up to it that heads a list of something else, or -1."""
        heads, last = list[int](), -1
        for i, look in enumerate(self._looks):
            if look.strength >= 2 and look.reason in ("chrome/related", "chrome/comments", "chrome/legal"):
                last = i
            heads.append(last)
        return heads

    def _reason_outside(self, i: int) -> str:
        """The reason of a line outside the main content that no entry of the lexicon names."""
        if i < self._first:
            return "chrome/navigation"
        head = self._list_heads[i]
        if head > max(self._first, i - _LIST_REACH):
            return self._looks[head].reason or ""
        return "chrome/related" if self._looks[i].values[_DATE_END] else "chrome/other"

    def _mark_dated_list(self, labels: list[str]) -> None:
        """Label a list of titles with dates, three or more below the last paragraph, as related."""
        text = [
            i for i, look in enumerate(self._looks) if look.units > 40 and look.values[_END] and labels[i] == "body"
        ]
        if not text:
            return
        run: list[int] = []
        dated = 0
        for i in range(text[-1] + 1, len(labels)):
            look = self._looks[i]
            title_like = (
                look.values[_DATE_END] and not look.values[_END] and 8 <= look.units <= 80 and i not in self.metas
            )
            if labels[i] in ("body", "chrome/other") and (title_like or look.units <= 1):
                run.append(i)
                dated += bool(title_like)
        if dated >= 3:
            for i in run:
                labels[i] = "chrome/related"

    def _restore_copies(self, labels: list[str]) -> None:
        """Give lines back that were left out for where they stand and only repeat the body: a second copy of the
        article, a teaser cut off in mid-sentence. What repeats is for the duplicate stage to say.
        """
        body = [look.view for look, label in zip(self._looks, labels, strict=True) if label == "body"]
        copies = {view for view in body if len(view) >= _COPY}
        starts = {view[:_COPY] for view in body if len(view) >= 2 * _COPY}
        title = self._looks[self.headline].view if self.headline >= 0 else ""
        for i, look in enumerate(self._looks):
            if labels[i] == "body" or look.strength >= 2 or not labels[i].startswith("chrome/") or i in self._spam:
                continue
            text = look.view.removeprefix(title) if title else look.view
            if look.view in copies or (len(text) >= _COPY and text[:_COPY] in starts):
                labels[i] = "body"
