"""Loops over the elements of a page in plain Python, which `_kernels` compiles.

Elements come each after the one around it, whose place `parents` holds (-1: none).
"""

from __future__ import annotations

from typing import Any

from cleantext.pages.kinds import COMMENTS, LANDMARK, NEAR, SCORE, TAG

__all__ = ["add_near", "add_once", "climb", "find_core", "hold", "number_pairs", "tell"]


# What `climb` tells of an element: its depth, how far up each landmark around it is, the score of its own words, that
# of the element around it (or its own), the sum along the path, the least and the greatest on it, and what all the
# words say together.
DEPTH, INSIDE, OWN, ABOVE, PATH, LOWEST, HIGHEST, JOINT, SIZE = 0, 1, 10, 11, 12, 13, 14, 15, 16


def climb(parents: Any, kind: Any, lore: Any, farthest: Any, told: Any) -> None:
    """Fills `told`, a row for each of the above but the last and a column an element. `kind` holds the row of every
    element in `lore`, which is that of `kinds.KindLore`; no landmark is farther than `farthest`."""
    for place in range(parents.size):
        above, row = parents[place], lore[kind[place]]
        score = row[SCORE]
        low, high, path, depth, over = min(score, 0.0), max(score, 0.0), score, 0.0, score
        if above >= 0:
            depth, over = told[DEPTH, above] + 1, told[OWN, above]
            path = told[PATH, above] + score
            low, high = min(told[LOWEST, above], score), max(told[HIGHEST, above], score)
        for mark in range(INSIDE, OWN):
            told[mark, place] = min(told[mark, above] + 1, farthest) if above >= 0 else farthest
        told[DEPTH, place], told[OWN, place], told[ABOVE, place], told[PATH, place] = depth, score, over, path
        told[LOWEST, place], told[HIGHEST, place] = low, high
        if row[LANDMARK] >= 0:
            told[INSIDE + int(row[LANDMARK]), place] = 0
        if row[COMMENTS]:
            told[OWN - 1, place] = 0


def hold(parents: Any, element: Any, numbers: Any, values: Any, mass: Any, alike: Any, wholes: Any) -> None:
    """Adds up `values`, a row for each and a column a block: to `mass` of every element those of the blocks in it, to
    `alike` those of the blocks in elements of each of the `numbers`, to `wholes` those of all. `element` is the
    innermost around each block. All come filled with zeros."""
    for block in range(element.size):
        at, number = element[block], numbers[element[block]]
        for row in range(wholes.size):
            value = values[row, block]
            mass[at, row] += value
            alike[number, row] += value
            wholes[row] += value
    for place in range(parents.size - 1, 0, -1):
        if parents[place] >= 0:
            for row in range(wholes.size):
                mass[parents[place], row] += mass[place, row]


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


def add_near(parents: Any, kind: Any, lore: Any, sums: Any) -> None:
    """Adds the near shares of every element's words, of those of the element around it, and of the next."""
    for place in range(parents.size):
        at = place
        for column in range(NEAR, TAG):
            sums[place] += lore[kind[at], column] if at >= 0 else 0.0
            at = parents[at] if at >= 0 else at


def number_pairs(firsts: Any, seconds: Any, places: Any, order: Any, numbers: Any, pairs: Any) -> Any:
    """Fills `numbers` with the number of each pair of a first and a second, among all that there are, in their order,
    and `pairs` with those, a column for each number; gives how many there are.

    Pairs are put in order by their seconds and then, as they come, by their firsts. `places` has room for two more
    than the greatest of both; `order` is room for two rows, for all pairs.
    """
    put_in_order(seconds, order[1], True, places, order[0])
    put_in_order(firsts, order[0], False, places, order[1])
    count = 0
    for pair in order[1]:
        if count == 0 or firsts[pair] != pairs[0, count - 1] or seconds[pair] != pairs[1, count - 1]:
            pairs[0, count], pairs[1, count] = firsts[pair], seconds[pair]
            count += 1
        numbers[pair] = count - 1
    return count


def put_in_order(values: Any, before: Any, is_first: Any, places: Any, order: Any) -> None:
    """Fills `order` with places in `values`, those of the least first; of the same value as they stand in `before`, or
    from the first on."""
    places[:] = 0
    for value in values:
        places[value + 1] += 1
    for value in range(1, places.size):
        places[value] += places[value - 1]
    for i in range(values.size):
        at = i if is_first else before[i]
        order[places[values[at]]] = at
        places[values[at]] += 1


PARTS = (put_in_order,)
