"""Where the main content of a dump lies: head, article and tail are told apart, then every line is weighed in its zone.

The idea, in the order of the code. A page's lines are read one by one (`looks`). The *anchor* is the line that says
"the article begins here": a headline that the page's own title repeats, or one that stands over a date or source.
After it, lines are innocent until *tail marks* add up: an editor's credit, a list of related stories, comments,
rights. A linear model (weights in `line_weights.py`, fitted on labelled pages) gives each line a score from its look,
its neighbours and its zone, and a three-state path (before, in, after the main content, with a price on every change)
turns scores into regions, so that a short line between paragraphs stays and a stray sentence in a footer goes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cleantext.pages.line_weights import WEIGHTS
from cleantext.pages.linemeta import LineMeta, read_meta
from cleantext.pages.looks import NAMES, Look

__all__ = ["FEATURES", "Zones", "body_path", "features", "line_scores", "meta_of", "survey"]

Floats = npt.NDArray[np.float64]

PRE, MAIN, TAIL, OPEN, OPEN_TAIL = range(5)

# How much a recognised line says that the article is over.
_TAIL_MARKS = {
    "chrome/related": 1.0,
    "chrome/comments": 1.0,
    "chrome/legal": 1.0,
    "chrome/pager": 1.0,
    "chrome/share": 0.5,
    "chrome/advert": 0.5,
}
_EDITOR_MARK = 1.5
# A headline is looked for above dates and sources; text is looked for this far below a headline.
_REACH = 60
_YEAR_MONTH = re.compile(r"(?:20|19)\d\d[-年./]\d\d?月?")
_LABELLED = re.compile(r"[^:]{2,4}:[^:]{1,8}$")
_DATED = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}")
# How far below the heading of a list its entries are no headlines.
_LIST = 6
_NAME_PARTS = re.compile(r"[_|–—]|--+| -+ |-(?=[^-]{2,16}$)")
# A date that a sentence goes on after, or a title before: `2020年12月27日投入使用的车站`, `水厂投产2021-08-19`.
_FRAGMENT = re.compile(r"(?<!\d)\d{1,2}日[^\W\d]{2}|[^\W\d_]{3}(?:19|20)\d\d[-/.]\d")
_FORUM = re.compile(
    r"楼主|\d+楼|只看该?作者|只看楼主|回复贴|回帖|跟帖数|版主|看板|讨论区|版块|板块|no\.\d{5,}|^#\d+|条回复|个回答|条回答|引用|replies|发帖"
)
# What these begin with: a class of characters alone is looked for many times faster.
_FORUM_FIRST = re.compile(r"[楼\d只回跟版看讨板n#条个引r发]")
# One of these stands in every line that these are found in.
_FORUM_HINTS = (
    *("楼", "只看", "回复贴", "回帖", "跟帖数", "版主", "看板", "讨论区", "版块", "板块", "no.", "#", "条回复"),
    *("个回答", "条回答", "引用", "replies", "发帖"),
)
_COMMENTS = re.compile(r"评论|跟贴|网友|文明上网|留言|comments")
_POSTED = re.compile(r"\d{1,2}:\d\d|前|ago\b")

# Added to the fitted score by zone: chosen by hand on one half of the pages, checked on the other.
_PRIOR = np.array([0.0, 0.6, 0.0, 0.3, 0.0])
_LONG_PRIOR, _FORUM_PRIOR = 0.5, 2.0
# A line weighs by the root of its length; the price of entering, leaving and re-entering the main content.
_UNIT, _LOWEST, _HIGHEST = 16.0, -4.0, 12.0
_ENTER, _LEAVE, _REENTER = 1.0, 1.0, 1.0


@dataclass(frozen=True, slots=True)
class Zones:
    """A page surveyed: what each line says of the document, the anchor line or -1, each line's zone and tail marks."""

    metas: tuple[LineMeta | None, ...]
    anchor: int
    anchored_by_title: bool
    forum: bool
    zone: npt.NDArray[np.int64]
    tail: Floats


def meta_of(look: Look) -> LineMeta | None:
    """What `look` says of its document, if that is what the line is for."""
    if len(look.view) > 160 or look.strength >= 3 or look.view.endswith(("。", "!", "?")):
        return None
    meta = read_meta(look.spaced)
    if meta is None:
        return None
    rest = len(meta.rest.replace(" ", ""))
    keys = {pair.key for pair in meta.pairs}
    bare = not any(pair.label for pair in meta.pairs)
    if bare and keys <= {"date", "counter"} and not re.search(r"\d:\d|年|20\d\d|前|ago", look.spaced):
        return meta if rest <= 1 else None
    if bare and rest > 2 and _FRAGMENT.search(look.spaced):
        return None
    return meta if rest <= 10 and rest <= max(4, len(look.view) * 0.6) else None


def survey(looks: Sequence[Look], title: str = "") -> Zones:
    """The zones of a page. `title` is the folded title somebody else knows the page by, without spaces."""
    stated: dict[int, LineMeta | None] = {}  # the look of a line that repeats itself is one
    for look in looks:
        if id(look) not in stated:
            stated[id(look)] = meta_of(look)
    metas = tuple(stated[id(look)] for look in looks)
    forum = _is_forum(looks, metas)
    if forum:
        metas = tuple(meta or _post_head(look) for look, meta in zip(looks, metas, strict=True))
    marks = [_tail_mark(look, meta, forum) for look, meta in zip(looks, metas, strict=True)]
    mass = [
        look.units if look.units >= 13 and look.strength < 2 and meta is None else 0
        for look, meta in zip(looks, metas, strict=True)
    ]
    anchor, by_title = _find_anchor(looks, metas, marks, mass, title=title, forum=forum)
    zone = np.empty(len(looks), dtype=np.int64)
    tail = np.zeros(len(looks))
    main, after = (MAIN, TAIL) if anchor >= 0 else (OPEN, OPEN_TAIL)
    seen, total = 0, 0.0
    for i, mark in enumerate(marks):
        if i <= anchor:
            zone[i] = PRE
            continue
        if seen >= 12:
            total = min(total + mark, 4.0)
        seen += mass[i]
        zone[i], tail[i] = (main if total < 1 else after), total
    return Zones(metas, anchor, by_title, forum, zone, tail)


def _is_forum(looks: Sequence[Look], metas: Sequence[LineMeta | None]) -> bool:
    """Whether replies are the content: words of forums and stamps of posts, and hardly a word of comments."""
    words = stamps = comments = 0
    if not _holds_one("\n".join([look.spaced for look in looks]), _FORUM_HINTS):
        return False
    for look, meta in zip(looks, metas, strict=True):
        if look.units <= 40:
            words += bool(_FORUM_FIRST.search(look.spaced) and _FORUM.search(look.spaced))
            comments += bool(_COMMENTS.search(look.view))
            stamps += meta is not None and bool(_POSTED.search(look.spaced))
    return words >= 1 and words + stamps >= 4 and comments <= 2 and comments <= 0.1 * (words + stamps)


def _holds_one(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def _post_head(look: Look) -> LineMeta | None:
    """What the line over a forum post says: a name, a time, a device, in any order and without labels."""
    if look.units > 45 or look.values[_END] or not _POSTED.search(look.spaced):
        return None
    return read_meta(look.spaced)


def _tail_mark(look: Look, meta: LineMeta | None, forum: bool) -> float:
    if forum:
        return 1.0 if look.strength >= 2 and look.reason == "chrome/legal" else 0.0
    mark = _TAIL_MARKS.get(look.reason or "", 0.0) if look.strength >= 2 else 0.0
    if meta and any(pair.key == "editor" and pair.label for pair in meta.pairs):
        mark = max(mark, _EDITOR_MARK)
    return mark


def _find_anchor(
    looks: Sequence[Look],
    metas: Sequence[LineMeta | None],
    marks: Sequence[float],
    mass: Sequence[float],
    *,
    title: str,
    forum: bool,
) -> tuple[int, bool]:
    """The headline's line, or -1, and whether the page's title names it."""
    names = _page_names(looks[0]) if looks else ()
    heads = [_heads(look, meta) for look, meta in zip(looks, metas, strict=True)]
    best = {True: (3.0, -1), False: (3.0, -1)}
    above = marked = 0.0
    listed = -_LIST
    for i, look in enumerate(looks):
        if above > 60:
            marked += marks[i]
        above += mass[i]
        listed = i if look.reason == "chrome/related" and look.strength >= 2 else listed
        weight, named = _headline_weight(i, looks, metas, heads, names, title)
        if weight:
            worth = weight * math.log1p(_mass_below(i, looks, marks, mass))
            worth *= (0.8 if marked >= 2 else 1.0) * (0.6 if i - listed < _LIST else 1.0)
            # Every post of a thread has a name over a date: the first such line heads the thread.
            if worth > best[named][0] and not (forum and not named and best[named][1] >= 0):
                best[named] = (worth, i)
    named = best[True][1] >= 0
    return best[named][1], named


def _headline_weight(
    i: int,
    looks: Sequence[Look],
    metas: Sequence[LineMeta | None],
    heads: Sequence[bool],
    names: Sequence[str],
    title: str,
) -> tuple[float, bool]:
    """How much line `i` looks like the headline, and whether the page's title says so."""
    look = looks[i]
    view = look.view
    if look.units >= 5 and look.strength < 2 and metas[i] is None:
        if title and len(view) >= 4 and (view in title or title in view) and len(view) <= 3 * len(title):
            return 3.0, True
        if i and any(_same_name(view, name) for name in names):
            return 3.0, True
    if look.strength >= 1 or metas[i] is not None or not 6 <= look.units <= 80 or look.values[_DATE]:
        return 0.0, False
    if view.endswith("。") or _LABELLED.match(view):
        return 0.0, False
    below = range(i + 1, min(len(looks), i + 4))
    if any(heads[j] or _YEAR_MONTH.fullmatch(looks[j].view) for j in below):
        twice = (i + 1 < len(looks) and looks[i + 1].view == view) or (i > 0 and looks[i - 1].view == view)
        return (2.5 if twice else 1.5), False
    return (0.8 if i == 0 else 0.0), False


def _page_names(first: Look) -> tuple[str, ...]:
    """What the first line, often the page's title, may call the article: all of it, or a part of it."""
    if first.strength >= 2:
        return ()
    parts = [part.replace(" ", "") for part in _NAME_PARTS.split(first.spaced)]
    return (first.view, *(part for part in parts if len(part) >= 8 and part != first.view))


def _same_name(view: str, name: str) -> bool:
    """Whether a line is a page's name, the beginning of it, or little more than it."""
    if name.startswith(view):
        return len(view) >= 0.3 * len(name) or len(view) >= 10
    return len(name) >= 8 and name in view and len(view) <= len(name) + 12


def _heads(look: Look, meta: LineMeta | None) -> bool:
    """Whether a line stands between a headline and its text: a date, a source or an author."""
    if meta is not None:
        return any(pair.key in ("date", "source", "author") for pair in meta.pairs)
    return look.units <= 45 and not look.values[_END] and _DATED.match(look.spaced) is not None


def _mass_below(i: int, looks: Sequence[Look], marks: Sequence[float], mass: Sequence[float]) -> float:
    """How much text follows line `i` before marks say that it is over; nearer text counts more."""
    total = marked = 0.0
    weight = 1.0
    for j in range(i + 1, min(len(looks), i + _REACH)):
        if total > 0:
            marked += marks[j]
        if marked >= _EDITOR_MARK or (total > 150 and marked >= 1):
            break
        weight *= 0.97
        if mass[j]:
            total += mass[j] * weight * (1.0 if looks[j].values[_END] or mass[j] > 40 else 0.3)
    return total


_COLUMN = {name: i for i, name in enumerate(NAMES)}
_END, _CLAUSE, _FUNCTION, _DATE = (_COLUMN[name] for name in ("end", "clause", "function", "date"))
_SHARED = 18  # the first columns of a look, sizes and sentence shape, are weighed anew in each zone
_AROUND = ("function3", "function8", "end3", "end8", "clause5", "dated4")
_CONTEXT = (
    *("repeated", "repeats", "meta_above", "meta_below", "chrome_above", "chrome_below", "text_above", "text_below"),
    *("text_between", "chrome_between", "forum", "forum_under_meta", "forum_over_meta", "forum_main", "forum_open"),
    "forum_short",
)
_ZONE_NAMES = ("pre", "main", "tail", "open", "open_tail")
FEATURES: tuple[str, ...] = (
    *_AROUND,
    *(f"main*{name}" for name in _AROUND),
    *_CONTEXT,
    *NAMES,
    *_ZONE_NAMES,
    "marks",
    "many_marks",
    "chrome_share",
    *(f"chrome_share*{name}" for name in _ZONE_NAMES),
    "near_anchor",
    "meta",
    *(f"meta*{name}" for name in _ZONE_NAMES),
    *(f"main*{name}" for name in NAMES[:_SHARED]),
    *(f"tail*{name}" for name in NAMES[:_SHARED]),
)


def _sums(values: Floats) -> Floats:
    """The sums of the rows before each, and of all."""
    sums = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


def _mean(sums: Floats, reach: int, side: int) -> Floats:
    """The mean of the `reach` rows before (side -1) or after (+1) each, by the sums of `_sums`; 0 at the ends."""
    n = len(sums) - 1
    at = np.arange(n)
    start, end = (np.maximum(at - reach, 0), at) if side < 0 else (at + 1, np.minimum(at + 1 + reach, n))
    result: Floats = (sums[end] - sums[start]) / np.maximum(end - start, 1)[:, None]
    return result


def features(looks: Sequence[Look], zones: Zones, values: Floats | None = None) -> Floats:
    """One row a line, one column a name of `FEATURES`. `values`: those of the looks, if they are at hand."""
    n = len(looks)
    own = np.array([look.values for look in looks], dtype=np.float64) if values is None else values
    own = own.reshape(n, len(NAMES))
    in_zone = np.eye(5)[zones.zone]
    main, tail = in_zone[:, [MAIN]], in_zone[:, [TAIL]]
    meta = np.array([item is not None for item in zones.metas], dtype=np.float64)
    chrome = np.array([look.strength >= 2 for look in looks], dtype=np.float64)
    units = np.array([look.units for look in looks], dtype=np.float64)
    window = _windows(np.minimum(units, 60) + 1, own, meta)
    context = _context(looks, zones, own, np.column_stack([meta, chrome, (units > 40) & (own[:, _END] > 0)]), in_zone)
    share = min(float(chrome.sum()), 15.0) / 15
    distance = np.arange(n) - zones.anchor
    near = np.where((zones.anchor >= 0) & (distance > 0), 1 / np.maximum(distance, 1), 0.0)
    return np.hstack(
        [
            *(window, window * main, context, own, in_zone, zones.tail[:, None] / 2, (zones.tail >= 2)[:, None]),
            *(np.full((n, 1), share), share * in_zone, near[:, None], meta[:, None], meta[:, None] * in_zone),
            *(own[:, :_SHARED] * main, own[:, :_SHARED] * tail),
        ]
    )


def _windows(units: Floats, own: Floats, meta: Floats) -> Floats:
    """The columns of `_AROUND`: means over so many lines to both sides, by length."""
    shape = own[:, (_FUNCTION, _END, _CLAUSE)] * units[:, None]
    weighted = np.column_stack([units, shape, meta * units])
    sums = _sums(weighted)

    def around(reach: int, *columns: int) -> Floats:
        every = (0, *columns)
        part = sums[:, every]
        total = _mean(part, reach, -1) + _mean(part, reach, 1) + weighted[:, every] / reach
        mean: Floats = total[:, 1:] / total[:, :1]
        return mean

    of_three, of_eight = around(3, 1, 2), around(8, 1, 2)
    pairs = np.stack([of_three, of_eight], axis=2).reshape(len(units), 4)  # each column, three lines and eight
    return np.hstack([pairs, around(5, 3), around(4, 4)])


def _context(looks: Sequence[Look], zones: Zones, own: Floats, beside: Floats, in_zone: Floats) -> Floats:
    """The columns of `_CONTEXT`; `beside` says of each line whether it is metadata, chrome, running text."""
    counts = Counter(look.view for look in looks)
    repeats = np.array([min(counts[look.view], 4) - 1 for look in looks], dtype=np.float64)
    meta = beside[:, 0]
    meta_above, meta_below = np.concatenate([[0.0], meta[:-1]]), np.concatenate([meta[1:], [0.0]])
    sums = _sums(beside[:, 1:])
    chrome_above, text_above = _mean(sums, 2, -1).T
    chrome_below, text_below = _mean(sums, 2, 1).T
    forum = float(zones.forum)
    short = (own[:, :5].sum(axis=1) > 0).astype(np.float64)
    return np.column_stack(
        [
            *(repeats > 0, repeats, meta_above, meta_below, chrome_above, chrome_below, text_above, text_below),
            *(np.minimum(text_above, text_below), chrome_above * chrome_below),
            *(np.full(len(looks), forum), forum * meta_above * short, forum * meta_below * short),
            *(forum * in_zone[:, MAIN], forum * in_zone[:, OPEN], forum * short),
        ]
    )


@cache
def _weights() -> Floats:
    return np.array([WEIGHTS.get(name, 0.0) for name in FEATURES])


def line_scores(looks: Sequence[Look], zones: Zones, values: Floats | None = None) -> Floats:
    """How much each line looks like main content: the fitted model, above 0 for yes. `values`: as for `features`."""
    scores: Floats = features(looks, zones, values) @ _weights() + WEIGHTS.get("bias", 0.0)
    plain = np.array([look.strength < 2 for look in looks])
    long = np.array([look.units > 60 and look.values[_END] > 0 for look in looks])
    scores += np.where(plain, _PRIOR[zones.zone] + _LONG_PRIOR * long, 0.0)
    if zones.forum:
        scores += np.where(plain & (zones.zone >= MAIN), _FORUM_PRIOR, 0.0)
    return scores


def body_path(scores: Sequence[float] | Floats, looks: Sequence[Look], zones: Zones) -> list[bool]:
    """Which lines lie in the main content, by the best path before → in ↔ after. At least one line does."""
    units = np.array([look.units for look in looks], dtype=np.float64)
    gains = np.clip(np.asarray(scores, dtype=np.float64) * np.sqrt((units + 1) / _UNIT), _LOWEST, _HIGHEST).tolist()
    returns = (np.zeros(len(looks)) if zones.forum else zones.tail * (2.0 if zones.anchor >= 0 else 1.0)).tolist()
    before, inside, after = 0.0, -math.inf, -math.inf
    steps: list[tuple[int, int]] = []
    for gain, marks in zip(gains, returns, strict=True):
        enter, stay, back = before - _ENTER, inside, after - _REENTER - marks
        into = max(enter, stay, back)
        leave = inside - _LEAVE
        steps.append((0 if into == enter and enter > stay else 1 if into == stay else 2, 1 if leave > after else 2))
        inside, after = into + gain, max(after, leave)
    state = 1 if inside >= after else 2
    path: list[bool] = []
    for into_from, after_from in reversed(steps):
        path.append(state == 1)
        state = 0 if state == 0 else into_from if state == 1 else after_from
    return path[::-1]
