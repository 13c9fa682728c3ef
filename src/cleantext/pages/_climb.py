"""Loops over the elements of a page in plain Python, which `_kernels` compiles.

Elements come each after the one around it, whose place `parents` holds (-1: none).
"""

from __future__ import annotations

from typing import Any

__all__ = ["add_once", "add_rows", "climb", "find_core", "gather", "tell"]


def climb(
    parents: Any,
    scores: Any,
    marks: Any,
    comments: Any,
    depth: Any,
    inside: Any,
    path: Any,
    lowest: Any,
    highest: Any,
) -> None:
    """Fills the last five with what is around every element: see `ancestry.paths`. `marks` holds the column of an
    element's landmark or -1, `comments` whether it begins what readers add, which the last column of `inside` is of;
    the value of `inside` where there is no landmark is the greatest."""
    most, columns = inside[0, 0] if inside.shape[0] else 0.0, inside.shape[1]
    for place in range(parents.size):
        above, score = parents[place], scores[place]
        low, high = min(score, 0.0), max(score, 0.0)
        path[place] = score
        if above >= 0:
            depth[place] = depth[above] + 1
            path[place] = path[above] + score
            low, high = min(lowest[above], score), max(highest[above], score)
            for column in range(columns):
                inside[place, column] = min(inside[above, column] + 1, most)
        lowest[place], highest[place] = low, high
        if marks[place] >= 0:
            inside[place, marks[place]] = 0
        if comments[place]:
            inside[place, columns - 1] = 0


def add_rows(places: Any, rows: Any, sums: Any) -> None:
    """Adds each row to the sums at its place."""
    for row in range(places.size):
        for column in range(rows.shape[1]):
            sums[places[row], column] += rows[row, column]


def gather(parents: Any, sums: Any) -> None:
    """Adds to the sums of every element those of the elements in it."""
    for place in range(parents.size - 1, 0, -1):
        if parents[place] >= 0:
            for column in range(sums.shape[1]):
                sums[parents[place], column] += sums[place, column]


def find_core(parents: Any, masses: Any, total: Any, share: Any, best: Any, up: Any) -> Any:
    """Fills `up` with how many elements up from the core an element around each is (-1: none), and gives the steps to
    the top; -1 where there is no core.

    The core is the innermost element that holds `share` of the mass of the one around it, and so on from the top.
    `best` has a row more than there are elements, for those with nothing around; both come filled with -1.
    """
    size = parents.size
    for place in range(size):
        above = parents[place] if parents[place] >= 0 else size
        if best[above] < 0 or masses[place] > masses[best[above]]:
            best[above] = place
    at, mass, core = size, total, -1
    while best[at] >= 0:
        found = best[at]
        if masses[found] < share * mass or masses[found] <= 0:
            break
        at, mass, core = found, masses[found], found
    if core < 0:
        return -1
    steps = 0
    while core >= 0:
        up[core] = steps
        core, steps = parents[core], steps + 1
    for place in range(size):
        if up[place] < 0 and parents[place] >= 0:
            up[place] = up[parents[place]]
    return steps


def tell(scopes: Any, parents: Any, names: Any, told: Any, most: Any, bits: Any) -> None:
    """Adds to `bits` of each of `scopes` what the nearest scopes with names tell, itself first: `most` of them, and of
    twice as many scopes at most. Scope 0 is the page; name 0 is none; `told` has the bits of each name."""
    for i in range(scopes.size):
        scope, named, left = scopes[i], 0, 2 * most
        while scope > 0 and named < most and left > 0:
            bits[i] |= told[names[scope]]
            named += names[scope] > 0
            scope, left = parents[scope], left - 1


def add_once(parents: Any, kind: Any, starts: Any, words: Any, shares: Any, seen: Any, around: Any, sums: Any) -> None:
    """Fills `sums` with the shares of all words on the path down to every element, each word once.

    An element of kind k has the words from `starts[k]` to `starts[k + 1]`. Elements come in the order of the page: all
    that are in one follow it. `seen` has a zero for each word, `around` room for all elements.
    """
    height = 0
    for place in range(parents.size):
        above = parents[place]
        while height > 0 and around[height - 1] != above:
            height -= 1
            left = kind[around[height]]
            for at in range(starts[left], starts[left + 1]):
                seen[words[at]] -= 1
        total = sums[above] if above >= 0 else 0.0
        for at in range(starts[kind[place]], starts[kind[place] + 1]):
            if seen[words[at]] == 0:
                total += shares[words[at]]
            seen[words[at]] += 1
        sums[place] = total
        around[height] = place
        height += 1
