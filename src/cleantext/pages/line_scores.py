"""How much each line looks like main content where it stands, and which lines are that.

A linear model (weights in `line_weights.py`, fitted on labelled pages) gives each line a score from its look, its
neighbors and its zone, and a three-state path (before, in, after the main content, with a price on every change) turns
scores into regions, so that a short line between paragraphs stays and a stray sentence in a footer goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from cleantext.pages import _path
from cleantext.pages.compiled import pays
from cleantext.pages.lexicon import STRONG
from cleantext.pages.line_weights import WEIGHTS
from cleantext.pages.looks import NAMES, Flags, Floats, Ints, Looks
from cleantext.pages.zones import MAIN, OPEN, TAIL, Zones

__all__ = ["FEATURES", "body_path", "features", "line_scores"]

# Added to the fitted score by zone: chosen by hand on one half of the pages, checked on the other.
_PRIOR = np.array([0.0, 0.6, 0.0, 0.3, 0.0])
_LONG_PRIOR, _FORUM_PRIOR = 0.5, 2.0
_END, _CLAUSE, _FUNCTION = (NAMES.index(name) for name in ("end", "clause", "function"))
_SHARED = 18  # the first columns of a look, sizes and sentence shape, are weighed anew in each zone
_AROUND = ("function3", "function8", "end3", "end8", "clause5", "dated4")
_CONTEXT = (
    *("repeated", "repeats", "meta_above", "meta_below", "chrome_above", "chrome_below", "text_above", "text_below"),
    *("text_between", "chrome_between", "forum", "forum_under_meta", "forum_over_meta", "forum_main", "forum_open"),
    "forum_short",
)
# How far is looked for each of `_AROUND`, and which of these columns it is of: units, the next three, what is stated.
_WINDOWED, _REACHES, _NEXT = [_FUNCTION, _END, _CLAUSE], np.array([3, 8, 5, 4]), np.array([2])
_AROUND_REACH, _AROUND_COLUMN = [0, 1, 0, 1, 2, 3], [1, 1, 2, 2, 3, 4]
_AVERAGED, _WINDOWS = np.array(_WINDOWED), np.column_stack([_REACHES[_AROUND_REACH], _AROUND_COLUMN])
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


def _beside(sums: Floats, reach: Ints) -> tuple[Floats, Floats]:
    """For each of `reach` and each row the means of so many rows before it and after it, by the sums of `_sums`; 0 at
    the ends."""
    n = len(sums) - 1
    at, reach = np.arange(n), reach[:, None]
    # As many lines as there are before each; those after it are the same numbers the other way round.
    sizes = np.minimum(at, reach)
    divisors = np.maximum(sizes, 1)[:, :, None]
    before: Floats = (sums[:-1] - sums[at - sizes]) / divisors
    after: Floats = (sums[at + 1 + sizes[:, ::-1]] - sums[1:]) / divisors[:, ::-1]
    return before, after


def features(looks: Looks, zones: Zones) -> Floats:
    """One row a line, one column a name of `FEATURES`."""
    window, context, share, near = _seen(looks, zones)
    n, own, meta = len(looks), looks.values, zones.stated[:, None].astype(np.float64)
    in_zone = np.eye(5)[zones.zone]
    main, tail = in_zone[:, [MAIN]], in_zone[:, [TAIL]]
    return np.hstack(
        [
            *(window, window * main, context, own, in_zone, zones.tail[:, None] / 2, (zones.tail >= 2)[:, None]),
            *(np.full((n, 1), share), share * in_zone, near[:, None], meta, meta * in_zone),
            *(own[:, :_SHARED] * main, own[:, :_SHARED] * tail),
        ]
    )


def _seen(looks: Looks, zones: Zones) -> tuple[Floats, Floats, float, Floats]:
    """The columns of `_AROUND` and of `_CONTEXT`, the share of chrome, and how near the anchor is."""
    chrome = looks.strengths >= STRONG
    running = (looks.units > 40) & (looks.values[:, _END] > 0)
    window = _windows(np.minimum(looks.units, 60) + 1.0, looks.values, zones.stated)
    context = _context(looks, zones, np.column_stack([chrome, running]).astype(np.float64))
    distance = np.arange(len(looks)) - zones.anchor
    near = np.where((zones.anchor >= 0) & (distance > 0), 1 / np.maximum(distance, 1), 0.0)
    return window, context, min(float(chrome.sum()), 15.0) / 15, near


def _windows(units: Floats, own: Floats, stated: Flags) -> Floats:
    """The columns of `_AROUND`: means over so many lines to both sides, by length."""
    weighted = np.empty((len(units), 5))
    weighted[:, 0], weighted[:, 4] = units, stated * units
    weighted[:, 1:4] = own[:, _WINDOWED] * units[:, None]
    before, after = _beside(_sums(weighted), _REACHES)
    total = before + after + weighted / _REACHES[:, None, None]
    means = total / total[:, :, :1]
    result: Floats = means[_AROUND_REACH, :, _AROUND_COLUMN].T
    return result


def _context(looks: Looks, zones: Zones, beside: Floats) -> Floats:
    """The columns of `_CONTEXT`; `beside` says of each line whether it is chrome, running text."""
    n = len(looks)
    repeats = _repeats(looks)
    columns = np.zeros((n, len(_CONTEXT)))
    before, after = _beside(_sums(beside), _NEXT)
    columns[:, 0], columns[:, 1] = repeats > 0, repeats
    columns[1:, 2], columns[:-1, 3] = zones.stated[:-1], zones.stated[1:]
    columns[:, 4:7:2], columns[:, 5:8:2] = before[0], after[0]
    columns[:, 8] = np.minimum(columns[:, 6], columns[:, 7])
    columns[:, 9] = columns[:, 4] * columns[:, 5]
    if zones.forum:
        short = looks.values[:, :5].sum(axis=1) > 0
        columns[:, 10], columns[:, 15] = 1.0, short
        columns[:, 11], columns[:, 12] = columns[:, 2] * short, columns[:, 3] * short
        columns[:, 13], columns[:, 14] = zones.zone == MAIN, zones.zone == OPEN
    return columns


def _repeats(looks: Looks) -> Floats:
    """How often each line stands there again, up to three times."""
    n = len(looks)
    last = dict(zip(looks.views, range(n), strict=True))
    if len(last) == n:
        return np.zeros(n)
    places = np.fromiter(map(last.__getitem__, looks.views), np.int64, n)
    found: Floats = np.minimum(np.bincount(places)[places], 4) - 1.0
    return found


class _Weights:
    """The fitted weights, by what is weighed."""

    def __init__(self) -> None:
        weights = {name: WEIGHTS.get(name, 0.0) for name in FEATURES}

        def named(names: Sequence[str], prefix: str = "") -> Floats:
            return np.array([weights[prefix + name] for name in names])

        self.window, self.context, self.near = named(_AROUND), named(_CONTEXT), weights["near_anchor"]
        self.window_in_main = named(_AROUND, "main*")
        self.own = np.zeros((len(NAMES), 5))  # in each zone
        self.own += named(NAMES)[:, None]
        self.own[:_SHARED, MAIN] += named(NAMES[:_SHARED], "main*")
        self.own[:_SHARED, TAIL] += named(NAMES[:_SHARED], "tail*")
        self.zone = WEIGHTS.get("bias", 0.0) + named(_ZONE_NAMES)
        self.chrome = weights["chrome_share"] + named(_ZONE_NAMES, "chrome_share*")
        self.meta = weights["meta"] + named(_ZONE_NAMES, "meta*")
        self.marks, self.many_marks = weights["marks"], weights["many_marks"]


_weights = cache(_Weights)


def line_scores(looks: Looks, zones: Zones) -> Floats:
    """How much each line looks like main content: the fitted model over `features`, above 0 for yes."""
    return _compiled_scores(looks, zones) if pays() else _plain_scores(looks, zones)


def _compiled_scores(looks: Looks, zones: Zones) -> Floats:
    """`_plain_scores`, to the bit, with kernels for all but the products of matrices."""
    kernels, weights, n, zone = loops(), _weights(), len(looks), zones.zone
    # Products add up in an order that depends on how the columns lie: as in `_windows`.
    columns, context = np.empty((len(_AROUND), n)), np.zeros((n, len(_CONTEXT)))
    near, sums = np.empty(n), np.zeros((n + 1, 7))
    seen = (looks.units, looks.strengths, looks.values, _repeats(looks))
    around = (zones.stated, zone, zones.anchor, zones.forum)
    chrome = kernels.surround(seen, around, _AVERAGED, _WINDOWS, sums, columns, context, near)
    window, of_zone = columns.T, weights.zone + min(chrome, 15.0) / 15 * weights.chrome
    products = (looks.values @ weights.own, window @ weights.window, context @ weights.context)
    scores = np.empty(n)
    kernels.add_up(
        seen,
        (zones.stated, zone, zones.tail, zones.forum),
        (*products, window @ weights.window_in_main),
        near,
        (of_zone, weights.meta, _PRIOR),
        (weights.near, weights.marks / 2, weights.many_marks, _LONG_PRIOR, _FORUM_PRIOR),
        _END,
        scores,
    )
    return scores


def _plain_scores(looks: Looks, zones: Zones) -> Floats:
    window, context, share, near = _seen(looks, zones)
    weights, zone = _weights(), zones.zone
    scores: Floats = (looks.values @ weights.own)[np.arange(len(looks)), zone]
    scores += (weights.zone + share * weights.chrome)[zone] + zones.stated * weights.meta[zone]
    scores += window @ weights.window + context @ weights.context + near * weights.near
    scores += (zone == MAIN) * (window @ weights.window_in_main)
    scores += zones.tail * (weights.marks / 2) + (zones.tail >= 2) * weights.many_marks
    plain = looks.strengths < STRONG
    long = (looks.units > 60) & (looks.values[:, _END] > 0)
    scores += plain * (_PRIOR[zone] + _LONG_PRIOR * long)
    if zones.forum:
        scores += _FORUM_PRIOR * (plain & (zone >= MAIN))
    return scores


def loops() -> Any:
    """The loop of `_path`, compiled where that pays, and then all the others."""
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        return kernels
    return _path


def body_path(scores: Sequence[float] | Floats, looks: Looks, zones: Zones) -> Flags:
    """Which lines lie in the main content, by the best path before → in ↔ after. At least one line does."""
    n = len(looks)
    returns = np.zeros(n) if zones.forum else zones.tail * (2.0 if zones.anchor >= 0 else 1.0)
    steps, path = np.empty((n, 2), dtype=np.int64), np.empty(n, dtype=np.bool_)
    loops().follow(np.asarray(scores, dtype=np.float64), looks.units, returns, steps, path)
    return path
