"""Where the main content of a dump lies: head, article and tail are told apart; `line_scores` weighs lines in each.

The idea, in the order of the code. A page's lines are read one by one (`looks`). The *anchor* is the line that says
"the article begins here": a headline that the page's own title repeats, or one that stands over a date or source.
After it, lines are innocent until *tail marks* add up: an editor's credit, a list of related stories, comments,
rights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleantext.pages._measure import MAYBE_FORUM, MAYBE_META, MAYBE_STATES, MAYBE_YEAR
from cleantext.pages._zones import (
    CREDITS,
    HEADS,
    MAIN,
    MAY_HEAD,
    NAMEABLE,
    OPEN,
    OPEN_TAIL,
    OVER,
    PRE,
    STATES,
    TAIL,
)
from cleantext.pages.compiled import loops
from cleantext.pages.lexicon import CERTAIN, STRONG
from cleantext.pages.linemeta import LineMeta, read_meta
from cleantext.pages.looks import NAMES, REASONS, Flags, Floats, Ints, Looks

__all__ = ["FORUM_HINTS", "MAIN", "OPEN", "OPEN_TAIL", "PRE", "TAIL", "Zones", "meta_of", "survey"]

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
_FORUM_MARKS = np.array([float(reason == "chrome/legal") for reason in REASONS])
_RELATED = REASONS.index("chrome/related")
# No longer than this are the lines of a post that are not its text, and those that stand over a text.
_SHORT, _HEAD, _FEW_POSTS = 40, 45, 4
_OF_HEADS = ("date", "source", "author")
# A longer line states nothing.
_LONGEST = 160
_YEAR_MONTH = re.compile(r"(?:20|19)\d\d[-年./]\d\d?月?")
_LABELLED = re.compile(r"[^:]{2,4}:[^:]{1,8}$")
_DATED = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}")
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
class Zones:
    """A page surveyed: what lines say of the document and whether each says anything, the anchor line or -1, each
    line's zone and tail marks."""

    metas: Mapping[int, LineMeta]
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
    n, kernels = len(looks), loops()
    metas = _metas(looks)
    forum = _is_forum(looks, metas)
    if forum:
        metas = _with_post_heads(looks, metas)
    said = np.frombuffer(_said(looks, metas, forum), dtype=np.uint8)
    masses, marks, roles = np.empty(n, dtype=np.int64), np.empty(n), np.empty(n, dtype=np.uint8)
    units, strengths, reasons, values = looks.units, looks.strengths, looks.reasons, looks.values
    prices = _FORUM_MARKS if forum else _MARKS
    kernels.weigh_lines((units, strengths, reasons, values), said, _DATE, prices, masses, marks, roles)
    found = _headlines(looks, roles, title)
    zone, tail = np.empty(n, dtype=np.int64), np.empty(n)
    seen = (strengths, reasons, values)
    anchor, by_title = kernels.find_zones(seen, _END, _RELATED, masses, marks, found, forum, zone, tail)
    return Zones(metas, said & STATES != 0, anchor, by_title, forum, zone, tail)


def _metas(looks: Looks) -> dict[int, LineMeta]:
    """What lines say of their document, in order."""
    metas = dict[int, LineMeta]()
    known = dict[str, LineMeta | None]()
    rows = ((looks.signs & MAYBE_META != 0) & (looks.strengths < CERTAIN)).nonzero()[0]
    for i, signs in zip(rows.tolist(), looks.signs[rows].tolist(), strict=True):
        spaced = looks.spaced[i]
        if spaced in known:
            meta = known[spaced]
        else:
            meta = known[spaced] = meta_of(looks.views[i], spaced, signs)
        if meta is not None:
            metas[i] = meta
    return metas


def _is_forum(looks: Looks, metas: Mapping[int, LineMeta]) -> bool:
    """Whether replies are the content: words of forums and stamps of posts, and hardly a word of comments."""
    hinted = looks.with_sign(MAYBE_FORUM)
    words = sum(looks.units[i] <= _SHORT and _FORUM.search(looks.spaced[i]) is not None for i in hinted)
    if not words:
        return False
    rows = (looks.units <= _SHORT).nonzero()[0].tolist()
    stamps = sum(i in metas and _POSTED.search(looks.spaced[i]) is not None for i in rows)
    if words + stamps < _FEW_POSTS:
        return False
    comments = sum(_COMMENTS.search(looks.views[i]) is not None for i in rows)
    return comments <= 2 and comments <= 0.1 * (words + stamps)


def _with_post_heads(looks: Looks, metas: Mapping[int, LineMeta]) -> dict[int, LineMeta]:
    """Also what the lines over forum posts say: a name, a time, a device, in any order and without labels."""
    found = dict(metas)
    asked = (looks.units <= _HEAD) & (looks.values[:, _END] == 0) & (looks.signs & MAYBE_STATES != 0)
    for i in np.flatnonzero(asked).tolist():
        if i in metas or not _POSTED.search(looks.spaced[i]):
            continue
        if meta := read_meta(looks.spaced[i], int(looks.signs[i])):
            found[i] = meta
    return dict(sorted(found.items()))


def _said(looks: Looks, metas: Mapping[int, LineMeta], forum: bool) -> bytearray:
    """What each line says, as bits: see `_zones`. In a forum nobody's name says that the text is over."""
    said = bytearray(len(looks))
    for i, meta in metas.items():
        bits = STATES
        for pair in meta.pairs:
            if pair.key in _OF_HEADS:
                bits |= HEADS
            elif pair.key == "editor" and pair.label and not forum:
                bits |= CREDITS
        said[i] = bits
    for i in looks.with_sign(MAYBE_YEAR):
        dated = not said[i] and looks.units[i] <= _HEAD and not looks.values[i, _END] and _DATED.match(looks.spaced[i])
        if dated or _YEAR_MONTH.fullmatch(looks.views[i]):
            said[i] |= HEADS
    return said


def _headlines(looks: Looks, roles: npt.NDArray[np.uint8], title: str) -> tuple[Ints, Floats, Flags]:
    """The lines that may be the headline, how much each looks like that, and whether the page's title says so."""
    views = looks.views
    weights = dict[int, tuple[float, bool]]()
    names = _page_names(looks)
    if title or names:
        rows = (roles & NAMEABLE).nonzero()[0].tolist()
        if title:
            named = [i for i in rows if views[i] in title or title in views[i]]
            weights = {i: (3.0, True) for i in named if 4 <= len(views[i]) <= 3 * len(title)}
        for name in names:
            named = [i for i in rows if name.startswith(views[i]) or name in views[i]]
            weights.update((i, (3.0, True)) for i in named if i and _same_name(views[i], name))
    for i in (roles & MAY_HEAD).nonzero()[0].tolist():
        view = views[i]
        if i in weights or view.endswith("。") or _LABELLED.match(view):
            continue
        if roles[i] & OVER:
            twice = view in views[i + 1 : i + 2] or (i > 0 and views[i - 1] == view)
            weights[i] = 2.5 if twice else 1.5, False
        else:
            weights[i] = 0.8, False
    found = sorted(weights)
    return (
        np.array(found, dtype=np.int64),
        np.array([weights[i][0] for i in found]),
        np.array([weights[i][1] for i in found], dtype=np.bool_),
    )


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
