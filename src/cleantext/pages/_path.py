"""The best path through the lines of a text, and their labels by it, in plain Python, which `_kernels` compiles."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["follow", "label_places"]

# How much longer a line weighs for being longer, its score at least and at most; the price of entering the main
# content, of leaving it and of entering it again.
_UNIT, _LOWEST, _HIGHEST = 16.0, -4.0, 12.0
_ENTER, _LEAVE, _REENTER = 1.0, 1.0, 1.0
_STRONG = 2  # see `lexicon`
# How far the lines of one list reach below its heading.
_LIST_REACH = 80


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


def label_places(
    looks: Any, date_end: Any, within: Any, first: Any, lists: Any, names: Any, codes: Any, telling: Any
) -> None:
    """Fill in each line's label by its place and its words, and whether more than these may be known of it.

    `looks` are strengths, reasons, values, `date_end` is the column of dates at the end; `within` says which lines lie
    in the main content, `first` is the first of them; `lists` says which reasons head a list of something else;
    `names` are the labels of body, navigation, related, other and clock.
    """
    strengths, reasons, values = looks
    body, navigation, related, other, clock = names
    head = -1
    for i in range(len(codes)):
        reason, known = reasons[i], strengths[i] >= _STRONG
        if known and lists[reason]:
            head = i
        # Outside the main content the words of chrome are the reason, unless a line is more than that.
        sure = known and reason > 0 and reason != clock and not within[i]
        if sure:
            codes[i] = reason
        elif within[i]:
            codes[i] = body
        elif i < first:
            codes[i] = navigation
        elif head > max(first, i - _LIST_REACH):
            codes[i] = reasons[head]
        else:
            codes[i] = related if values[i, date_end] > 0 else other
        telling[i] = not sure and (known or reason == clock)
