"""What is around the lines of a text, in plain Python, which `_kernels` compiles.

What `line_scores` does with whole columns, to the bit. Reaches, columns and prices are its own.
"""

from __future__ import annotations

from typing import Any

__all__ = ["add_up", "surround"]

# Columns of the sums: length, then what is averaged, what is stated, chrome, running text.
_STATED, _CHROME, _RUNNING = 4, 5, 6
# What is chrome, what is a page's main content, what lies before any anchor: see `lexicon` and `zones`.
_STRONG, _MAIN, _OPEN = 2, 1, 3
# From how many units on a line is running text, and a long one.
_RUNS, _LONG = 40, 60
_NEXT = 2


def surround(
    looks: Any, zones: Any, averaged: Any, reaches: Any, sums: Any, window: Any, context: Any, near: Any
) -> Any:
    """Fill the columns of `_AROUND` and `_CONTEXT` and how near the anchor is; how many lines are chrome.

    `looks` are units, strengths, values and how often each line is repeated; `zones` what states something, the zones,
    the anchor and whether this is a forum; `averaged` the columns of values, `reaches` how far each row of `window`
    looks and which of the sums it is of; `sums`, a row more than lines, comes filled with 0.
    """
    units, strengths, values, repeats = looks
    stated, zone, anchor, forum = zones
    n, end = units.size, averaged[1]
    for i in range(n):
        length = min(units[i], _LONG) + 1.0
        sums[i + 1, 0] = sums[i, 0] + length
        for k in range(averaged.size):
            sums[i + 1, k + 1] = sums[i, k + 1] + values[i, averaged[k]] * length
        sums[i + 1, _STATED] = sums[i, _STATED] + stated[i] * length
        sums[i + 1, _CHROME] = sums[i, _CHROME] + (strengths[i] >= _STRONG)
        sums[i + 1, _RUNNING] = sums[i, _RUNNING] + (units[i] > _RUNS and values[i, end] > 0)
    for i in range(n):
        length = min(units[i], _LONG) + 1.0
        for k in range(reaches.shape[0]):
            reach, column = reaches[k, 0], reaches[k, 1]
            own = stated[i] * length if column == _STATED else values[i, averaged[column - 1]] * length
            part = _before(sums, i, column, reach) + _after(sums, i, column, reach) + own / reach
            window[k, i] = part / (_before(sums, i, 0, reach) + _after(sums, i, 0, reach) + length / reach)
        row = context[i]
        row[0], row[1] = repeats[i] > 0, repeats[i]
        row[2], row[3] = i > 0 and stated[i - 1], i + 1 < n and stated[i + 1]
        row[4], row[5] = _before(sums, i, _CHROME, _NEXT), _after(sums, i, _CHROME, _NEXT)
        row[6], row[7] = _before(sums, i, _RUNNING, _NEXT), _after(sums, i, _RUNNING, _NEXT)
        row[8], row[9] = min(row[6], row[7]), row[4] * row[5]
        if forum:
            short = False
            for k in range(5):
                short |= values[i, k] > 0
            row[10], row[15] = 1.0, short
            row[11], row[12] = row[2] * short, row[3] * short
            row[13], row[14] = zone[i] == _MAIN, zone[i] == _OPEN
        near[i] = 1 / (i - anchor) if 0 <= anchor < i else 0.0
    return sums[n, _CHROME]


def _before(sums: Any, i: Any, column: Any, reach: Any) -> Any:
    """The mean of so many lines before one; 0 before the first."""
    start = max(i - reach, 0)
    return (sums[i, column] - sums[start, column]) / max(i - start, 1)


def _after(sums: Any, i: Any, column: Any, reach: Any) -> Any:
    """The mean of so many lines after one; 0 after the last."""
    end = min(i + 1 + reach, sums.shape[0] - 1)
    return (sums[end, column] - sums[i + 1, column]) / max(end - i - 1, 1)


def add_up(looks: Any, zones: Any, sums: Any, near: Any, weights: Any, prices: Any, end: Any, scores: Any) -> None:
    """Fill the scores with what speaks for each line.

    `sums` are what its look gives in each zone, and what the columns around it give: near ones, all others, near ones
    in the main content; `weights` those of zones: of itself, of stating something, what is added by hand; `prices`
    those of the anchor, of tail marks, of many, of long lines, of posts.
    """
    units, strengths, values, _ = looks
    stated, zone, tail, forum = zones
    by_zone, windows, contexts, in_main = sums
    of_zone, of_meta, prior = weights
    of_near, of_marks, of_many, of_long, of_posts = prices
    for i in range(units.size):
        place = zone[i]
        score = by_zone[i, place]
        score += of_zone[place] + stated[i] * of_meta[place]
        score += windows[i] + contexts[i] + near[i] * of_near
        score += in_main[i] if place == _MAIN else 0.0
        score += tail[i] * of_marks + (of_many if tail[i] >= 2 else 0.0)
        if strengths[i] < _STRONG:
            score += prior[place] + of_long * (units[i] > _LONG and values[i, end] > 0)
            if forum and place >= _MAIN:
                score += of_posts
        scores[i] = score


# What the others call.
PARTS = (_before, _after)
