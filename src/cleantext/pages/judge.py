"""From zones to labels: which line is the title, which are metadata, which are chrome and why, which are the body.

`Page.labels` is the order of the decisions. Two kinds of text are told apart first: a *page*, with chrome at its
edges, is judged line by line with the model of `line_scores`; anything else is text that somebody already cleaned, and
only loses what the lexicon recognises at its ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cleantext.folding import label_text
from cleantext.pages._measure import MAYBE_AFFIX
from cleantext.pages.compiled import loops
from cleantext.pages.lexicon import CERTAIN, STRONG
from cleantext.pages.line_scores import body_path, line_scores
from cleantext.pages.linemeta import LineMeta, Pair, normalize_date, read_meta
from cleantext.pages.looks import NAMES, REASONS, SPELLINGS, Flags, Floats
from cleantext.pages.many_looks import looks_of
from cleantext.pages.spam import is_spam_title, may_be_spam
from cleantext.pages.zones import survey

__all__ = ["Hints", "Page"]

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
# The labels of lines of which nothing but their place is known, by the numbers of reasons.
_LABELS = ("body", *REASONS[1:])
_NAMES = tuple(
    _LABELS.index(label) for label in ("body", "chrome/navigation", "chrome/related", "chrome/other", "chrome/clock")
)
_OTHER = _LABELS.index("chrome/other")
# What heads a list of something else.
_HEADS_LIST = np.array([reason in ("chrome/related", "chrome/comments", "chrome/legal") for reason in REASONS])
# The edges of a page: where chrome stands on nearly every page and on hardly any clean text.
_EDGE_LINES, _EDGE_SHARE = 15, 10
# Different lines of chrome at the edges that make a page; a line that only the word list knows is half a line.
_PAGE_WEIGHT, _MANY_LINES = 2.5, 30
_TITLE_UNITS = 90
# How far below the text credits stand.
_CREDIT_REACH = 8
# So many lines with dates below the text are a list.
_FEW_DATED = 3
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the HTML blocks of lines know of themselves, an entry a line.

    `kinds` are text, heading, list, table, code or quote; `link_densities` the shares of their characters in links;
    `votes` the shares that another extractor kept (None: unknown).
    """

    kinds: Sequence[str]
    link_densities: Floats
    votes: Floats | None = None

    @classmethod
    def none(cls, count: int) -> Hints:
        """What is known of so many lines that are in no page."""
        return cls(kinds=["text"] * count, link_densities=np.zeros(count))


class Page:
    """One text being labelled. After `labels`, `headline` is the title's line or -1; `metas` holds what lines state."""

    def __init__(self, lines: Sequence[str], title: str, hints: Hints) -> None:
        self._lines = lines
        self._kinds = hints.kinds
        self._looks = looks = looks_of(lines)
        self._views, self._spaced = looks.views, looks.spaced
        self._units: list[int] = looks.units.tolist()
        self._strengths: list[int] = looks.strengths.tolist()
        self._ends, self._dates, self._date_ends = (
            (looks.values[:, column] > 0).tolist() for column in (_END, _DATE, _DATE_END)
        )
        self._is_known = looks.strengths >= STRONG
        self._runs = (looks.units > 20) & (looks.values[:, _END] > 0)
        self._spam = self._find_spam()
        self._read: Any = slice(None)  # what is no spam
        read = looks
        if self._spam:
            self._read = np.array([i for i in range(len(lines)) if i not in self._spam], dtype=np.int64)
            read = looks.take(self._read.tolist())
        places = range(len(lines)) if read is looks else self._read.tolist()
        self._zones = survey(read, label_text(title[:300]).translate(SPELLINGS))
        self.metas: dict[int, LineMeta] = {places[i]: meta for i, meta in self._zones.metas.items()}
        self._anchor = places[self._zones.anchor] if self._zones.anchor >= 0 else -1
        self.is_page = self._has_chrome_edges()
        scores = self._score(line_scores(read, self._zones), hints) if len(read) else np.zeros(0)
        self._scores = np.zeros(len(lines))
        self._scores[self._read] = scores
        self._within = np.zeros(len(lines), dtype=np.bool_)
        if self.is_page:
            self._within[self._read] = body_path(scores, read, self._zones)
        else:
            self._within[:] = self._without_ends()
        self._inside: list[bool] = self._within.tolist()
        # Clean text with a date over every entry: a diary, a timeline.
        dates = 0 if self.is_page else sum(self._inside[i] and not meta.labels for i, meta in self.metas.items())
        self._is_diary = dates >= 2
        body = np.flatnonzero(self._within)
        self._first, self._last = (int(body[0]), int(body[-1])) if body.size else (len(lines), -1)
        self.headline = self._find_headline()
        self._read_head()

    def labels(self) -> list[str]:
        """A label a line. Where chrome and metadata would be all there is, lines without a sure reason are body."""
        looks, n = self._looks, len(self._lines)
        codes, telling = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.bool_)
        seen = (looks.strengths, looks.reasons, looks.values)
        loops().label_places(seen, _DATE_END, self._within, self._first, _HEADS_LIST, _NAMES, codes, telling)
        labels = list(map(_LABELS.__getitem__, codes.tolist()))
        for i in self._telling(telling):
            labels[i] = self._label(i, labels[i])
        self._mark_dated_list(labels)
        self._restore_copies(labels)
        if "body" not in labels:
            labels = [
                label if self._strengths[i] >= STRONG or i in self.metas or label == "title" else "body"
                for i, label in enumerate(labels)
            ]
        return labels

    def may_be_cut(self) -> list[int]:
        """The lines that something may be stuck to the ends of."""
        return self._looks.with_sign(MAYBE_AFFIX)

    def spaced(self, i: int) -> str:
        """A line's folded view with spaces."""
        return self._spaced[i]

    def _find_spam(self) -> set[int]:
        found: set[int] = set()
        for i, line in enumerate(self._lines[:3]):
            if self._strengths[i] < CERTAIN and may_be_spam(line, self._views[i]):
                others = [other[:2000] for other in self._lines[:60]]
                if is_spam_title(line, "\n".join(other for other in others if other != line)):
                    found.add(i)
        return found

    def _has_chrome_edges(self) -> bool:
        """Whether this is a page rather than clean text: several different lines of chrome at its two ends."""
        count = len(self._lines)
        edge = max(_EDGE_LINES, count // _EDGE_SHARE)
        views: dict[str, float] = {}
        found = 0
        for i in np.flatnonzero(self._is_known & (self._looks.reasons != _OTHER)).tolist():
            if not edge <= i < count - edge and self._kinds[i] != "code":
                views[self._views[i]] = 0.5 if self._looks.words[i] else 1.0
                found += 1
        # Short texts without a running sentence may well be lists of such words.
        running = count >= _MANY_LINES or bool(self._runs.any())
        weight = sum(value for value in views.values() if running or value == 1)
        return weight >= _PAGE_WEIGHT and found >= 0.03 * min(count, 2 * edge)

    def _score(self, scores: Floats, hints: Hints) -> Floats:
        """The model's score of each line that is no spam, with what is known of its block."""
        if hints.votes is not None:
            votes = hints.votes.tolist()
            # To be kept by an extractor that keeps everything means nothing.
            even = max(0.5, sum(votes) / len(votes))
            scores = scores + _VOTE_WEIGHT * (hints.votes[self._read] - even)
        links: Floats = hints.link_densities[self._read]
        return scores - _LINK_WEIGHT * np.maximum(0.0, links - _LINK_FREE)

    def _without_ends(self) -> list[bool]:
        """Whether each line of clean text lies in it.

        It loses recognized lines at its ends only, up to the first line that is anything else. A lone word is
        recognized below running text only: it may as well be the title of a list.
        """
        inside = [i not in self._spam for i in range(len(self._lines))]
        running = np.flatnonzero(self._runs).tolist()
        words = self._looks.words
        for order in (range(len(inside)), range(len(inside) - 1, -1, -1)):
            for i in order:
                known = self._strengths[i] >= STRONG and (not words[i] or (bool(running) and i > running[-1]))
                if not known and i not in self.metas and i not in self._spam:
                    break
                inside[i] = inside[i] and not known
        heading = self._closing_list() if running else len(inside)
        return [flag and i < heading for i, flag in enumerate(inside)]

    def _closing_list(self) -> int:
        """Where a heading such as `相关阅读` opens a list of titles that goes on to the end, or past the last line."""
        found = count = len(self._lines)
        for i in range(count - 1, -1, -1):
            if self._units[i] > 60 or self._ends[i]:
                break
            if self._strengths[i] >= STRONG and self._reason(i) in ("chrome/related", "chrome/comments"):
                found = i
        return found if sum(self._units[:found]) > sum(self._units[found:]) else count

    def _reason(self, i: int) -> str:
        """The lexicon's reason for a line, or nothing."""
        return REASONS[int(self._looks.reasons[i])]

    def _find_headline(self) -> int:
        """The line that is the title, or -1."""
        if self._anchor >= 0 and self._may_head(self._anchor, sure=self._zones.anchored_by_title):
            return self._anchor
        passed = 0
        for i in range(min(self._first, len(self._lines) - 1), max(-1, self._first - 10), -1):
            if self._may_head(i):
                return i
            passed += i not in self.metas and self._strengths[i] < STRONG
            if passed > 3:
                break
        return -1

    def _read_head(self) -> None:
        """Take the dated line and the lone name below a page's title for metadata, whatever else stands in the line."""
        if not self.is_page or self.headline < 0:
            return
        for i in range(self.headline + 1, min(len(self._lines), self.headline + 6)):
            if self._units[i] > 60 or self._ends[i]:
                break
            if i in self.metas or self._strengths[i] == CERTAIN:
                continue
            spaced, found = self._spaced[i], None
            if _STAMP.search(spaced):
                found = read_meta(spaced)
            elif _PERSON.fullmatch(self._views[i]):
                found = LineMeta((Pair("author", "name", 0, len(spaced)),), "")
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
        view, units = self._views[i], self._units[i]
        if i in self.metas or i in self._spam or units > _TITLE_UNITS or view.endswith("。"):
            return False
        if sure:
            return True
        if (
            self._strengths[i] >= STRONG
            or units < 4
            or self._dates[i]
            or view.count("|") >= 2
            or _NO_TITLE.search(view)
        ):
            return False
        # The anchor stands over a date or a source; any other line has only its looks to speak for it.
        kind = self._kinds[i]
        if i != self._anchor and (kind in ("list", "table", "code", "quote") or re.search(r"[.!?]$", view)):
            return False
        below = range(i + 1, min(len(self._lines), i + 5))
        return any(j in self.metas for j in below) or any(
            self._units[j] > max(40, 2 * units) and self._ends[j] for j in below
        )

    def _telling(self, telling: Flags) -> list[int]:
        """The lines of which more may be known than their place and their words, with those of which `telling` says
        so."""
        telling[[*self._spam, *self.metas]] = True
        found: set[int] = {*np.flatnonzero(telling).tolist()}
        if self.headline >= 0:
            title = self._views[self.headline]
            if self._views.count(title) > 1:
                found.update(i for i, view in enumerate(self._views) if view == title)
            found.add(self.headline)
            found.update(range(min(self.headline, 3)))
        return sorted(found)

    def _label(self, i: int, by_place: str) -> str:
        """The label of a line; `by_place` is that of lines of which no more is known."""
        inside = self._inside[i]
        if i in self._spam:
            return "chrome/spam-title"
        if i == self.headline:
            return "title"
        if self._repeats_title(i):
            return "meta/title"
        if inside and self._kinds[i] == "code":
            return "body"
        reason = self._reason(i)
        if reason == "chrome/clock" and self.headline >= 0:
            return "meta/date" if self.headline < i < self._first else "body" if inside else "chrome/clock"
        meta = self.metas.get(i)
        if meta is not None and self._states(i, meta):
            return self._reason_stated(meta)
        if reason and self._strengths[i] >= STRONG and not (inside and self._means_it(i)):
            return reason
        return by_place

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
        if self._units[i] > 40 and self._ends[i]:
            return bool(self._scores[i] > 0)
        beside = [j for j in (i - 1, i + 1) if self._first <= j <= self._last]
        return (
            self._strengths[i] < CERTAIN
            and len(beside) == 2
            and all(self._strengths[j] < STRONG and self._units[j] > 20 for j in beside)
        )

    def _repeats_title(self, i: int) -> bool:
        """Whether a line is the title again: near it, or outside the main content."""
        if self.headline < 0:
            return False
        view, title = self._views[i], self._views[self.headline]
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
        labels = meta.labels
        beside = [self._views[j] for j in (i - 1, i + 1) if 0 <= j < len(self._lines)]
        if self._views[i].endswith(("。", "!", "?")) or any(_EVENT.match(other) for other in beside):
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
            return not meta.ambiguous or self.headline >= 0 or normalize_date(self._spaced[i]) is not None
        if not labels or (meta.ambiguous and "editor" not in labels):
            return False
        return all(
            j in self.metas or self._strengths[j] >= STRONG or not self._inside[j]
            for j in range(i + 1, min(len(self._lines), i + 5))
        )

    def _heads_text(self, i: int) -> bool:
        """Whether no paragraph stands between the title, or the top, and line `i`."""
        start = self.headline + 1 if 0 <= self.headline < i else 0
        return i - start < 6 and not any(self._inside[j] and self._units[j] > 30 for j in range(start, i))

    def _mark_dated_list(self, labels: list[str]) -> None:
        """Label a list of titles with dates, three or more below the last paragraph, as related."""
        if sum(self._date_ends) < _FEW_DATED:
            return
        long = np.flatnonzero((self._looks.units > 40) & self._runs).tolist()
        last = next((i for i in reversed(long) if labels[i] == "body"), None)
        if last is None:
            return
        run: list[int] = []
        dated = 0
        for i in range(last + 1, len(labels)):
            if labels[i] not in ("body", "chrome/other"):
                continue
            is_dated = self._date_ends[i] and not self._ends[i] and 8 <= self._units[i] <= 80 and i not in self.metas
            if is_dated or self._units[i] <= 1:
                run.append(i)
                dated += is_dated
        if dated >= _FEW_DATED:
            for i in run:
                labels[i] = "chrome/related"

    def _restore_copies(self, labels: list[str]) -> None:
        """Give lines back that were left out for where they stand and only repeat the body: a second copy of the
        article, a teaser cut off in mid-sentence. What repeats is for the duplicate stage to say.
        """
        long = [i for i, view in enumerate(self._views) if len(view) >= _COPY]
        copies = {self._views[i] for i in long if labels[i] == "body"}
        starts = {view[:_COPY] for view in copies if len(view) >= 2 * _COPY}
        title = self._views[self.headline] if self.headline >= 0 else ""
        for i in long if copies else ():
            if (
                labels[i] == "body"
                or self._strengths[i] >= STRONG
                or not labels[i].startswith("chrome/")
                or i in self._spam
            ):
                continue
            view = self._views[i]
            text = view.removeprefix(title) if title else view
            if view in copies or (len(text) >= _COPY and text[:_COPY] in starts):
                labels[i] = "body"
