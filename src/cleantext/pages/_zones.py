"""Where the main content of a dump lies, in plain Python, which `_kernels` compiles: the loops of `zones`."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["PARTS", "find_zones", "weigh_lines"]

PRE, MAIN, TAIL, OPEN, OPEN_TAIL = range(5)
# What a line says, as bits: something of the document; a date, source or author, as stands between a headline and its
# text; who edited the text above. What it may be: a line that the page's title names; a headline over such a line
# (OVER), or at the top.
STATES, HEADS, CREDITS = (1 << bit for bit in range(3))
NAMEABLE, MAY_HEAD, OVER = (1 << bit for bit in range(3))

_STRONG = 2  # see `lexicon`
_EDITOR_MARK, _MOST_MARKS = 1.5, 4.0
# From how many units on a line is text; after how much of it marks count; how much makes a headline above it of less
# worth than it looks.
_TEXT, _BEGUN, _READ = 13, 12, 60
# How many units a name has at least, and a headline at least and at most; so far above dates and sources it stands.
_NAME, _LEAST, _MOST, _OVER = 5, 6, 80, 3
# Text is looked for this far below a headline. How far below the heading of a list its entries are no headlines.
_REACH, _LIST = 60, 6
_LEAST_WORTH = 3.0


def weigh_lines(looks: Any, said: Any, date: Any, prices: Any, masses: Any, marks: Any, roles: Any) -> None:
    """Fill in how much text each line has, how much it says that the article is over, and what it may be.

    `looks` are units, strengths, reasons, values; `said` what lines say, `date` the column of dates, `prices` what
    reasons say of the end.
    """
    units, strengths, reasons, values = looks
    n = len(units)
    for i in range(n):
        strong, stated = strengths[i] >= _STRONG, said[i] & STATES != 0
        mark = prices[reasons[i]] if strong else 0.0
        marks[i] = max(mark, _EDITOR_MARK) if said[i] & CREDITS else mark
        masses[i] = units[i] if units[i] >= _TEXT and not strong and not stated else 0
        role = NAMEABLE if units[i] >= _NAME and not strong and not stated else 0
        if strengths[i] == 0 and not stated and _LEAST <= units[i] <= _MOST and values[i, date] == 0:
            for below in range(i + 1, min(i + 1 + _OVER, n)):
                if said[below] & HEADS:
                    role |= OVER
            if i == 0 or role & OVER:
                role |= MAY_HEAD
        roles[i] = role


def find_zones(
    looks: Any, end: Any, related: Any, masses: Any, marks: Any, found: Any, forum: Any, zone: Any, tail: Any
) -> Any:
    """Fill in each line's zone and tail marks; returns the headline's line, or -1, and whether the title names it.

    `looks` are strengths, reasons, values; `end` is the column of ends of sentences, `related` the reason of lists;
    `found` are lines that may be the headline, in order, how much they look like it, and whether the title names them.
    """
    strengths, reasons, values = looks
    rows, weights, named = found
    anchor, titled = -1, -1
    best = best_titled = _LEAST_WORTH
    text, marked, listed, k = 0, 0.0, -_LIST, 0
    for i in range(len(masses)):
        if text > _READ:
            marked += marks[i]
        if strengths[i] >= _STRONG and reasons[i] == related:
            listed = i
        # Every post of a thread has a name over a date: the first such line heads the thread.
        if k < len(rows) and rows[k] == i:
            if named[k] or not forum or anchor < 0:
                worth = (0.8 if marked >= 2 else 1.0) * (0.6 if i - listed < _LIST else 1.0)
                weight = weights[k] * math.log1p(_below(masses, marks, values, end, i)) * worth
                if named[k] and weight > best_titled:
                    best_titled, titled = weight, i
                elif not named[k] and weight > best:
                    best, anchor = weight, i
            k += 1
        text += masses[i]
    by_title = titled >= 0
    if by_title:
        anchor = titled
    main, after = (MAIN, TAIL) if anchor >= 0 else (OPEN, OPEN_TAIL)
    text, marked = 0, 0.0
    for i in range(len(masses)):
        zone[i], tail[i] = PRE, 0.0
        if i > anchor:
            if text >= _BEGUN:
                marked += marks[i]
            tail[i] = min(marked, _MOST_MARKS)
            zone[i] = main if tail[i] < 1 else after
            text += masses[i]
    return anchor, by_title


def _below(masses: Any, marks: Any, values: Any, end: Any, i: Any) -> Any:
    """How much text follows a line before marks say that it is over; nearer text counts more."""
    total, marked, weight = 0.0, 0.0, 1.0
    for j in range(i + 1, min(len(masses), i + _REACH)):
        if total > 0:
            marked += marks[j]
        if marked >= _EDITOR_MARK or (total > 150 and marked >= 1):
            break
        weight *= 0.97
        if masses[j]:
            total += masses[j] * weight * (1.0 if values[j, end] > 0 or masses[j] > 40 else 0.3)
    return total


# What the others call.
PARTS = (_below,)
