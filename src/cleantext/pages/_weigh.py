"""The loops of the line model in plain Python, which `_kernels` compiles: its features, and the best path."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["PARTS", "fill", "follow"]

MAIN, TAIL, OPEN = 1, 2, 3
# How far is looked for each of the features of `_fill_around`, and which shape it is the mean of.
_AROUND = ((3, 0), (8, 0), (3, 1), (8, 1), (5, 2), (4, 3))
_NEXT, _CONTEXT, _ZONES, _SHORT, _MOST_CHROME = 2, 16, 5, 5, 15
# How much longer a line weighs for being longer, its score at least and at most; the price of entering the main
# content, of leaving it and of entering it again.
_UNIT, _LOWEST, _HIGHEST = 16.0, -4.0, 12.0
_ENTER, _LEAVE, _REENTER = 1.0, 1.0, 1.0


def fill(lines: Any, zones: Any, anchor: Any, forum: Any, shared: Any, table: Any) -> None:
    """Fill the features of all lines, in the order of `zones.FEATURES`; `table` comes filled with 0.

    `lines`: of each its own values; how much it counts in means; what it adds to those of grammar, ends of sentences,
    marks of clauses and metadata; whether it is metadata, chrome, running text; how often it is repeated. `zones`: its
    zone, and the marks up to it. The first `shared` values are weighed anew in the main content and behind it.
    """
    own, weights, shapes, stated, chrome, running, repeats = lines
    zone, tail = zones
    count, size = weights.size, own.shape[1]
    share = 0.0
    for i in range(count):
        share += chrome[i]
    share = min(share, _MOST_CHROME) / _MOST_CHROME
    for i in range(count):
        row, here = table[i], zone[i]
        at = 0
        for reach, shape in _AROUND:
            row[at] = _around(weights, shapes, i, reach, shape)
            if here == MAIN:
                row[len(_AROUND) + at] = row[at]
            at += 1
        at *= 2
        row[at], row[at + 1] = repeats[i] > 0, repeats[i]
        row[at + 2], row[at + 3] = i > 0 and stated[i - 1], i + 1 < count and stated[i + 1]
        row[at + 4], row[at + 5] = _share(chrome, i - _NEXT, i), _share(chrome, i + 1, i + 1 + _NEXT)
        row[at + 6], row[at + 7] = _share(running, i - _NEXT, i), _share(running, i + 1, i + 1 + _NEXT)
        row[at + 8], row[at + 9] = min(row[at + 6], row[at + 7]), row[at + 4] * row[at + 5]
        if forum:
            short = 0.0
            for column in range(_SHORT):
                short += own[i, column]
            row[at + 10], row[at + 15] = 1.0, short
            row[at + 11], row[at + 12] = row[at + 2] * short, row[at + 3] * short
            row[at + 13], row[at + 14] = here == MAIN, here == OPEN
        at += _CONTEXT
        for column in range(size):
            row[at + column] = own[i, column]
        at += size
        row[at + here] = 1.0
        at += _ZONES
        row[at], row[at + 1], row[at + 2] = tail[i] / 2, tail[i] >= 2, share
        row[at + 3 + here] = share
        at += 3 + _ZONES
        if 0 <= anchor < i:
            row[at] = 1 / (i - anchor)
        row[at + 1], row[at + 2 + here] = stated[i], stated[i]
        at += 2 + _ZONES
        if here in (MAIN, TAIL):
            at += shared * (here - MAIN)
            for column in range(shared):
                row[at + column] = own[i, column]


def _around(weights: Any, shapes: Any, i: Any, reach: Any, shape: Any) -> Any:
    """The mean of a shape over so many lines before line `i`, over those behind it, and a part of its own."""
    before = before_weight = after = after_weight = 0.0
    begin, end = max(0, i - reach), min(weights.size, i + 1 + reach)
    for j in range(begin, i):
        before += shapes[j, shape]
        before_weight += weights[j]
    for j in range(i + 1, end):
        after += shapes[j, shape]
        after_weight += weights[j]
    above, below = max(1, i - begin), max(1, end - i - 1)
    total = before / above + after / below + shapes[i, shape] / reach
    return total / (before_weight / above + after_weight / below + weights[i] / reach)


def _share(flags: Any, begin: Any, end: Any) -> Any:
    """The share of lines [begin, end) that are flagged, of those that there are."""
    begin, end = max(0, begin), min(flags.size, end)
    found = 0.0
    for i in range(begin, end):
        found += flags[i]
    return found / max(1, end - begin)


def follow(scores: Any, units: Any, returns: Any, steps: Any, path: Any) -> None:
    """Fill `path` with the lines of the main content: the best way before → in ↔ after, on which at least one line is.

    `returns` is what entering again costs more at each line; `steps`, a row of two a line, is room.
    """
    before, inside, after = 0.0, -math.inf, -math.inf
    for i in range(scores.size):
        gain = min(max(scores[i] * math.sqrt((units[i] + 1) / _UNIT), _LOWEST), _HIGHEST)
        enter, stay, back = before - _ENTER, inside, after - _REENTER - returns[i]
        into = max(enter, stay, back)
        leave = inside - _LEAVE
        steps[i, 0] = 0 if into == enter and enter > stay else 1 if into == stay else 2
        steps[i, 1] = 1 if leave > after else 2
        inside, after = into + gain, max(after, leave)
    state = 1 if inside >= after else 2
    for i in range(scores.size - 1, -1, -1):
        path[i] = state == 1
        if state:
            state = steps[i, state - 1]


# What `fill` calls.
PARTS = (_around, _share)
