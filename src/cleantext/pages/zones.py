"""Where the main content of a dump lies: head, article and tail are told apart; `line_scores` weighs lines in each.

The idea, in the order of the code. A page's lines are read one by one (`looks`). The *anchor* is the line that says
"the article begins here": a headline that the page's own title repeats, or one that stands over a date or source.
After it, lines are innocent until *tail marks* add up: an editor's credit, a list of related stories, comments,
rights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cleantext.pages._measure import MAYBE_FORUM, MAYBE_META, MAYBE_STATES, MAYBE_YEAR
from cleantext.pages.compiled import pays
from cleantext.pages.lexicon import CERTAIN, STRONG
from cleantext.pages.linemeta import LineMeta, read_meta
from cleantext.pages.looks import NAMES, REASONS, Flags, Floats, Ints, Looks

__all__ = ["FORUM_HINTS", "MAIN", "OPEN", "OPEN_TAIL", "PRE", "TAIL", "Zones", "meta_of", "survey"]

PRE, MAIN, TAIL, OPEN, OPEN_TAIL = range(5)
_END, _DATE = NAMES.index("end"), NAMES.index("date")

# How much a recognised line says that the article is over.
_TAIL_MARKS = {
    "chrome/related": 1.0,
    "chrome/comments": 1.0,
    "chrome/legal": 1.0,
    "chrome/pager": 1.0,
    "chrome/share": 0.5,
    "chrome/advert": 0.5,
}
_MARKS = np.array([_TAIL_MARKS.get(reason, 0.0) for reason in REASONS])
_LEGAL, _RELATED = REASONS.index("chrome/legal"), REASONS.index("chrome/related")
_EDITOR_MARK, _MOST_MARKS = 1.5, 4.0
# From how many units on a line is text; after how much of it marks count.
_TEXT, _BEGUN = 13, 12
# No longer than this are the lines of a post that are not its text, and those that stand over a text.
_SHORT, _HEAD, _FEW_POSTS = 40, 45, 4
_OF_HEADS = ("date", "source", "author")
# A headline is looked for above dates and sources; text is looked for this far below a headline.
_REACH = 60
# A longer line states nothing.
_LONGEST = 160
_YEAR_MONTH = re.compile(r"(?:20|19)\d\d[-年./]\d\d?月?")
_LABELLED = re.compile(r"[^:]{2,4}:[^:]{1,8}$")
_DATED = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}")
# How far below the heading of a list its entries are no headlines.
_LIST = 6
_NAME_PARTS = re.compile(r"[_|–—]|--+| -+ |-(?=[^-]{2,16}$)")
# What makes a number a date or a time.
_TELLING = re.compile(r"\d:\d|年|20\d\d|前|ago")
# A date that a sentence goes on after, or a title before: `2020年12月27日投入使用的车站`, `水厂投产2021-08-19`.
_FRAGMENT = re.compile(r"(?<!\d)\d{1,2}日[^\W\d]{2}|[^\W\d_]{3}(?:19|20)\d\d[-/.]\d")
_FORUM = re.compile(
    r"楼主|\d+楼|只看该?作者|只看楼主|回复贴|回帖|跟帖数|版主|看板|讨论区|版块|板块|no\.\d{5,}|^#\d+|条回复|个回答|条回答|引用|replies|发帖"
)
# One of these stands in every line that these are found in, or `no.` or `replies`.
FORUM_HINTS = (
    *("楼", "只看", "回复贴", "回帖", "跟帖数", "版主", "看板", "讨论区", "版块", "板块", "#", "条回复", "个回答"),
    *("条回答", "引用", "发帖"),
)
_COMMENTS = re.compile(r"评论|跟贴|网友|文明上网|留言|comments")
_POSTED = re.compile(r"\d{1,2}:\d\d|前|ago\b")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the lines of a page say: what some say of its document, whether each does; that the article is over; how
    much text."""

    metas: Sequence[tuple[int, LineMeta]]
    stated: Flags
    marks: Floats
    mass: Ints


@dataclass(frozen=True, slots=True)
class Zones:
    """A page surveyed: what each line says of the document and whether it says anything, the anchor line or -1, each
    line's zone and tail marks."""

    metas: tuple[LineMeta | None, ...]
    stated: Flags
    anchor: int
    anchored_by_title: bool
    forum: bool
    zone: Ints
    tail: Floats


def meta_of(view: str, spaced: str, signs: int = -1) -> LineMeta | None:
    """What a line, by its folded views and the signs of `_measure`, says of its document, if that is what it is for."""
    if len(view) > _LONGEST or view.endswith(("。", "!", "?")):
        return None
    meta = read_meta(spaced, signs)
    if meta is None:
        return None
    rest = len(meta.rest.replace(" ", ""))
    keys = {pair.key for pair in meta.pairs}
    bare = not any(pair.label for pair in meta.pairs)
    if bare and keys <= {"date", "counter"} and not _TELLING.search(spaced):
        return meta if rest <= 1 else None
    if bare and rest > 2 and _FRAGMENT.search(spaced):
        return None
    return meta if rest <= 10 and rest <= max(4, len(view) * 0.6) else None


def survey(looks: Looks, title: str = "") -> Zones:
    """The zones of a page. `title` is the folded title somebody else knows the page by, without spaces."""
    metas = _metas(looks)
    forum = _is_forum(looks, metas)
    if forum:
        metas = _with_post_heads(looks, metas)
    told = [(i, meta) for i, meta in enumerate(metas) if meta is not None]
    stated = np.zeros(len(looks), dtype=np.bool_)
    stated[[i for i, _ in told]] = True
    marks = _tail_marks(looks, told, forum)
    mass = np.where((looks.units >= _TEXT) & (looks.strengths < STRONG) & ~stated, looks.units, 0)
    anchor, by_title = _find_anchor(looks, _Told(told, stated, marks, mass), title=title, forum=forum)
    below = np.arange(len(looks)) > anchor
    above = np.cumsum(np.where(below, mass, 0)) - mass
    tail = np.minimum(np.cumsum(np.where(below & (above >= _BEGUN), marks, 0.0)), _MOST_MARKS)
    main, after = (MAIN, TAIL) if anchor >= 0 else (OPEN, OPEN_TAIL)
    zone = np.where(below, np.where(tail < 1, main, after), PRE)
    return Zones(tuple(metas), stated, anchor, by_title, forum, zone, tail)


def _metas(looks: Looks) -> list[LineMeta | None]:
    """What each line says of its document."""
    metas = list[LineMeta | None]([None]) * len(looks)
    known = dict[str, LineMeta | None]()
    asked = (looks.signs & MAYBE_META != 0) & (looks.strengths < CERTAIN)
    rows = np.flatnonzero(asked)
    for i, signs in zip(rows.tolist(), looks.signs[rows].tolist(), strict=True):
        spaced = looks.spaced[i]
        if spaced not in known:
            known[spaced] = meta_of(looks.views[i], spaced, signs)
        metas[i] = known[spaced]
    return metas


def _is_forum(looks: Looks, metas: Sequence[LineMeta | None]) -> bool:
    """Whether replies are the content: words of forums and stamps of posts, and hardly a word of comments."""
    short = looks.units <= _SHORT
    hinted = np.flatnonzero(short & (looks.signs & MAYBE_FORUM != 0)).tolist()
    words = sum(_FORUM.search(looks.spaced[i]) is not None for i in hinted)
    if not words:
        return False
    rows = np.flatnonzero(short).tolist()
    stamps = sum(metas[i] is not None and _POSTED.search(looks.spaced[i]) is not None for i in rows)
    if words + stamps < _FEW_POSTS:
        return False
    comments = sum(_COMMENTS.search(looks.views[i]) is not None for i in rows)
    return comments <= 2 and comments <= 0.1 * (words + stamps)


def _with_post_heads(looks: Looks, metas: Sequence[LineMeta | None]) -> list[LineMeta | None]:
    """Also what the lines over forum posts say: a name, a time, a device, in any order and without labels."""
    found = list(metas)
    asked = (looks.units <= _HEAD) & (looks.values[:, _END] == 0) & (looks.signs & MAYBE_STATES != 0)
    for i in np.flatnonzero(asked).tolist():
        if metas[i] is None and _POSTED.search(looks.spaced[i]):
            found[i] = read_meta(looks.spaced[i], int(looks.signs[i]))
    return found


def _tail_marks(looks: Looks, told: Sequence[tuple[int, LineMeta]], forum: bool) -> Floats:
    """How much each line says that the article is over."""
    strong = looks.strengths >= STRONG
    if forum:
        return np.where(strong & (looks.reasons == _LEGAL), 1.0, 0.0)
    marks: Floats = np.where(strong, _MARKS[looks.reasons], 0.0)
    for i, meta in told:
        if any(pair.key == "editor" and pair.label for pair in meta.pairs):
            marks[i] = max(marks[i], _EDITOR_MARK)
    return marks


def _find_anchor(looks: Looks, told: _Told, *, title: str, forum: bool) -> tuple[int, bool]:
    """The headline's line, or -1, and whether the page's title names it."""
    weights = _headline_weights(looks, told, title)
    if not weights:
        return -1, False
    n = len(looks)
    sums = np.concatenate([[0], np.cumsum(told.mass)])
    marked = np.cumsum(np.where(sums[:-1] > 60, told.marks, 0.0))
    related = (looks.reasons == _RELATED) & (looks.strengths >= STRONG)
    listed = np.maximum.accumulate(np.where(related, np.arange(n), -_LIST))
    tops, lists, ends = marked.tolist(), listed.tolist(), sums.tolist()
    masses = _masses(looks, told, [i for i, _, _ in weights])
    best = {True: (3.0, -1), False: (3.0, -1)}
    for i, weight, named in weights:
        # Every post of a thread has a name over a date: the first such line heads the thread.
        if forum and not named and best[named][1] >= 0:
            continue
        worth = (0.8 if tops[i] >= 2 else 1.0) * (0.6 if i - lists[i] < _LIST else 1.0)
        if weight * math.log1p(ends[min(n, i + _REACH)] - ends[i + 1]) * worth <= best[named][0]:
            continue
        found = weight * math.log1p(masses(i)) * worth
        if found > best[named][0]:
            best[named] = (found, i)
    named = best[True][1] >= 0
    return best[named][1], named


def _masses(looks: Looks, told: _Told, rows: Sequence[int]) -> Callable[[int], float]:
    """How much text follows a line, of those in `rows`: all are weighed at once where kernels do that."""
    if not pays():
        return _Below(told.mass.tolist(), told.marks.tolist(), (looks.values[:, _END] > 0).tolist()).mass
    import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

    found = np.empty(len(rows))
    ends = np.ascontiguousarray(looks.values[:, _END])
    kernels.weigh(told.mass, told.marks, ends, np.array(rows, dtype=np.int64), _REACH, found)
    return dict(zip(rows, found.tolist(), strict=True)).__getitem__


def _headline_weights(looks: Looks, told: _Told, title: str) -> list[tuple[int, float, bool]]:
    """Each line that may be the headline, how much it looks like that, and whether the page's title says so."""
    units, strengths, views = looks.units, looks.strengths, looks.views
    rows = np.flatnonzero((units >= 5) & (strengths < STRONG) & ~told.stated).tolist()
    named = [i for i in rows if views[i] in title or title in views[i]] if title else []
    weights = {i: (3.0, True) for i in named if 4 <= len(views[i]) <= 3 * len(title)}
    for name in _page_names(looks):
        named = [i for i in rows if name.startswith(views[i]) or name in views[i]]
        weights.update((i, (3.0, True)) for i in named if i and _same_name(views[i], name))
    heads = _heads(looks, told)
    below = np.zeros(len(looks) + 3, dtype=np.bool_)
    below[heads] = True
    over = below[1:-2] | below[2:-1] | below[3:]
    first = np.arange(len(looks)) == 0
    plain = (strengths == 0) & ~told.stated & (units >= 6) & (units <= 80) & (looks.values[:, _DATE] == 0)
    for i in np.flatnonzero((over | first) & plain).tolist():
        view = views[i]
        if i in weights or view.endswith("。") or _LABELLED.match(view):
            continue
        if over[i]:
            twice = view in views[i + 1 : i + 2] or (i > 0 and views[i - 1] == view)
            weights[i] = 2.5 if twice else 1.5, False
        else:
            weights[i] = 0.8, False
    return [(i, *weights[i]) for i in sorted(weights)]


def _page_names(looks: Looks) -> tuple[str, ...]:
    """What the first line, often the page's title, may call the article: all of it, or a part of it."""
    if not looks.views or looks.strengths[0] >= STRONG:
        return ()
    view = looks.views[0]
    parts = [part.replace(" ", "") for part in _NAME_PARTS.split(looks.spaced[0])]
    return (view, *(part for part in parts if len(part) >= 8 and part != view))


def _same_name(view: str, name: str) -> bool:
    """Whether a line is a page's name, the beginning of it, or little more than it."""
    if name.startswith(view):
        return len(view) >= 0.3 * len(name) or len(view) >= 10
    return len(name) >= 8 and name in view and len(view) <= len(name) + 12


def _heads(looks: Looks, told: _Told) -> list[int]:
    """The lines that stand between a headline and its text: a date, a source, an author, a month."""
    heads = [i for i, meta in told.metas if any(pair.key in _OF_HEADS for pair in meta.pairs)]
    short = (looks.units <= _HEAD) & (looks.values[:, _END] == 0)
    for i in looks.with_sign(MAYBE_YEAR):
        dated = short[i] and not told.stated[i] and _DATED.match(looks.spaced[i])
        if dated or _YEAR_MONTH.fullmatch(looks.views[i]):
            heads.append(i)
    return heads


@dataclass(frozen=True, slots=True)
class _Below:
    """How much text each line has, how much it says that the article is over, and whether it ends like a sentence."""

    masses: Sequence[int]
    marks: Sequence[float]
    ends: Sequence[bool]

    def mass(self, i: int) -> float:
        """How much text follows line `i` before marks say that it is over; nearer text counts more."""
        total = marked = 0.0
        weight = 1.0
        for j in range(i + 1, min(len(self.masses), i + _REACH)):
            if total > 0:
                marked += self.marks[j]
            if marked >= _EDITOR_MARK or (total > 150 and marked >= 1):
                break
            weight *= 0.97
            mass = self.masses[j]
            if mass:
                total += mass * weight * (1.0 if self.ends[j] or mass > 40 else 0.3)
        return total
