"""The columns of the table that blocks are judged by, filled in plain Python, which `_kernels` compiles.

The table has a row for each column of `columns`, and a value for each block. Of some columns the logarithm of one more
is taken afterwards, of all at once: their values go to the rows of `logs`, in the order of `LOGS`.
"""

from __future__ import annotations

from typing import Any

from cleantext.pages._climb import DEPTH, INSIDE, JOINT, OWN
from cleantext.pages.columns import (
    AROUND,
    BLOCK_KINDS,
    GROUP_LEVELS,
    LANDMARKS,
    LOGS,
    NO_TEXT,
    STARTS,
    STOPS,
    TAGS,
    WINDOWS,
    place_of,
)
from cleantext.pages.kinds import TAG
from cleantext.pages.tags import KINDS

__all__ = ["PARTS", "fill_context", "fill_elements", "fill_places", "fill_text", "fill_words"]

_LINKS, _LENGTH, _ENDS, _RATES = (place_of(name) for name in ("links", "token_length", "ends", "end_rate"))
_CUE, _NEIGHBORS, _WINDOW, _PLACE = (place_of(name) for name in ("cue_legal", "tokens-1", "window1", "place"))
_SINCE, _SINCE_CUE, _UNTIL = (place_of(name) for name in ("since_heading", "since_legal", "until_legal"))
_CUES = place_of("is_title") - _CUE
_START, _STOP, _KIND = place_of(f"starts_{STARTS[0]}"), place_of(f"stops_{STOPS[0]}"), place_of(BLOCK_KINDS[0])
_STARTS, _STOPS, _KINDS = len(STARTS), len(STOPS), len(BLOCK_KINDS)
_KIND_CODES = tuple(KINDS.index(name) for name in BLOCK_KINDS)
# A block of so many tokens and so few links is running text.
_LONG, _FEW_LINKS = 15, 0.3
_H1_BELOW, _DEPTH, _TAG, _IN, _SAID = (place_of(name) for name in ("h1_below", "depth", "tag_p", "in_nav", "words_own"))
_GROUP, _TO_CORE, _ALIKE = (place_of(name) for name in ("group0_blocks", "to_core", "alike_blocks"))
_FIRST, _FIRST_WINDOW, _RANK = (place_of(name) for name in ("first", "first_window2", "first_rank"))
_FIRST_GROUP, _FIRST_ALIKE = (place_of(name) for name in ("first_group0", "first_alike"))
_GROUP_COLUMNS = 6
_LOG_WINDOW, _LOG_ABOVE, _LOG_TOP, _LOG_GROUP, _LOG_ALIKE = (
    LOGS.index(name) for name in ("window1", "running_above", "from_top", "group0_blocks", "alike_blocks")
)
_TAGS, _LANDMARKS, _STEPS = len(TAGS), len(LANDMARKS), len(AROUND)
# So many blocks above and below a block are looked through for running text.
_FAR = 8
# Up to how many blocks are counted from headings, from the highest, and from cues.
_MOST_SINCE = (30, 200, 50)
_WORD_REACHES, _FIRST_REACHES = (2, 6), (2, 5, 12)
# What stands before the first block and after the last is chrome.
_CHROME = -9.0


def fill_text(
    table: Any, logs: Any, text: Any, rated: Any, numbers: Any, blocks: Any, sizes: Any, links: Any
) -> tuple[Any, Any, Any]:
    """The columns of a block's own text and of what it is. `text` has the characters of each class, a row a block, and
    the classes of the first and the last. `rated` are those classes of which a rate is told: the first is counted as
    well, the first three are told by token, the rest by character; the last two are Chinese and white space. `numbers`
    are those of cues, `blocks` has the kinds and levels.

    Fills `sizes`, whose first row are the tokens, with those outside links and those of running text. Gives how many
    characters there are, how many Chinese ones, and the most tokens of a block outside links."""
    (classes, first, last), (kinds, levels) = text, blocks
    whole, chinese, most = 0, 0, 0.0
    for i in range(links.size):
        chars = 0
        for kind in range(classes.shape[1]):
            chars += classes[i, kind]
        whole, chinese = whole + chars, chinese + classes[i, rated[-2]]
        chars, some = max(chars - classes[i, rated[-1]], 1), max(sizes[0, i], 1.0)
        plain = sizes[0, i] * (1 - links[i])
        sizes[1, i], most = plain, max(most, plain)
        sizes[2, i] = plain if sizes[0, i] >= _LONG and links[i] <= _FEW_LINKS else 0.0
        logs[0, i], logs[1, i], logs[2, i] = sizes[0, i], plain, sizes[0, i] * links[i]
        table[_LINKS, i], table[_LENGTH, i], table[_ENDS, i] = links[i], chars / some, classes[i, rated[0]]
        for rate in range(rated.size - 1):
            table[_RATES + rate, i] = classes[i, rated[rate]] / (some if rate < 3 else chars)
        for start in range(_STARTS):
            table[_START + start, i] = first[i] == STARTS[start]
        for stop in range(_STOPS):
            table[_STOP + stop, i] = last[i] == STOPS[stop]
        for kind in range(_KINDS):
            table[_KIND + kind, i] = kinds[i] == _KIND_CODES[kind]
        table[_KIND + _KINDS, i] = levels[i]
        for cue in range(_CUES):
            table[_CUE + cue, i] = numbers[i] == cue + 1
        for step in range(_STEPS):
            before, after, row = i - AROUND[step], i + AROUND[step], _NEIGHBORS + 4 * step + 2
            table[row, i] = links[before] if before >= 0 else NO_TEXT
            table[row + 1, i] = links[after] if after < links.size else NO_TEXT
    return whole, chinese, most


def add_up(values: Any, sums: Any) -> None:
    """Fills the rows of `sums`, one longer, with what stands before each place in those of `values`."""
    for row in range(values.shape[0]):
        total = 0.0
        for i in range(values.shape[1]):
            sums[row, i] = total
            total += values[row, i]
        sums[row, values.shape[1]] = total


def fill_places(
    table: Any, logs: Any, sizes: Any, sums: Any, wholes: Any, blocks: Any, numbers: Any, cues: Any
) -> None:
    """The columns of windows and of where a block stands. `sums` is room for those of `sizes`, `wholes` all tokens and
    all of running text; `blocks` has the kinds and levels; `cues` are those from which blocks are counted, the first
    also up to."""
    size, (kinds, levels) = sizes.shape[1], blocks
    add_up(sizes, sums)
    for i in range(size):
        for window in range(len(WINDOWS)):
            low, high = max(i - WINDOWS[window], 0), min(i + WINDOWS[window] + 1, size)
            some, own = max(sums[0, high] - sums[0, low], 1.0), sums[1, high] - sums[1, low]
            logs[_LOG_WINDOW + window, i] = own
            table[_WINDOW + 3 * window + 1, i] = 1 - own / some
            table[_WINDOW + 3 * window + 2, i] = (sums[2, high] - sums[2, low]) / some
        logs[_LOG_ABOVE, i] = sums[2, i] - sums[2, max(i - _FAR, 0)]
        logs[_LOG_ABOVE + 1, i] = sums[2, min(i + _FAR + 1, size)] - sums[2, i + 1]
        before, long_before = sums[0, i + 1] - sizes[0, i], sums[2, i + 1] - sizes[2, i]
        table[_PLACE, i], table[_PLACE + 1, i] = i / size, before / max(wholes[0], 1.0)
        table[_PLACE + 2, i] = long_before / max(wholes[1], 1.0)
        logs[_LOG_TOP, i], logs[_LOG_TOP + 1, i] = before, wholes[0] - before - sizes[0, i]
    heading, highest = -_MOST_SINCE[0], -_MOST_SINCE[1]
    for i in range(size):
        if kinds[i] == _KIND_CODES[0]:
            heading, highest = i, i if levels[i] == 1 else highest
        table[_SINCE, i] = min(i - heading, _MOST_SINCE[0])
        table[_SINCE + 1, i] = min(i - highest, _MOST_SINCE[1])
    for i in range(size):
        table[_H1_BELOW, i] = i <= highest
    for number in range(cues.size):
        last = -_MOST_SINCE[2]
        for i in range(size):
            last = i if numbers[i] == cues[number] else last
            table[_SINCE_CUE + number, i] = min(i - last, _MOST_SINCE[2])
    following = size - 1 + _MOST_SINCE[2]
    for i in range(size - 1, -1, -1):
        following = i if numbers[i] == cues[0] else following
        table[_UNTIL, i] = min(following - i, _MOST_SINCE[2])


def fill_elements(
    table: Any,
    logs: Any,
    element: Any,
    parents: Any,
    kind: Any,
    lore: Any,
    told: Any,
    mass: Any,
    alike: Any,
    wholes: Any,
    core: Any,
) -> None:
    """The columns of the elements around each block: `element` is the innermost, `told` what `_climb` tells of all.
    `mass` has their masses, `alike` the number of each element and the sums of those of each number; `wholes` are the
    sums of all. `core` is what `_climb.find_core` tells."""
    (numbers, sums), (up, steps) = alike, core
    for i in range(element.size):
        at = element[i]
        table[_TO_CORE, i] = steps if up[at] < 0 <= steps else up[at]
        table[_DEPTH, i] = told[DEPTH, at]
        for tag in range(_TAGS):
            table[_TAG + tag, i] = lore[kind[at], TAG] == tag
        for mark in range(_LANDMARKS):
            table[_IN + mark, i] = told[INSIDE + mark, at]
        like = sums[numbers[at]]
        logs[_LOG_ALIKE, i], logs[_LOG_ALIKE + 1, i] = like[0], like[2]
        table[_ALIKE + 2, i] = 1 - like[2] / max(like[1], 1.0)
        table[_ALIKE + 3, i] = like[3] / max(like[1], 1.0)
        table[_ALIKE + 4, i] = like[2] / max(wholes[2], 1.0)
        for level in range(GROUP_LEVELS):
            held, row = mass[at], _GROUP + _GROUP_COLUMNS * level
            logs[_LOG_GROUP + 2 * level, i], logs[_LOG_GROUP + 2 * level + 1, i] = held[0], held[2]
            table[row + 2, i] = 1 - held[2] / max(held[1], 1.0)
            table[row + 3, i] = held[3] / max(held[1], 1.0)
            table[row + 4, i] = held[3] / max(wholes[3], 1.0)
            table[row + 5, i] = held[4] / max(held[0], 1.0)
            at = parents[at] if parents[at] >= 0 else at


def fill_words(table: Any, element: Any, told: Any, weights: Any, sums: Any) -> None:
    """What class words say of each block, alone and among those around it. `weights` is a row with those of blocks, and
    one to be filled; `sums` is room for those of both."""
    for i in range(element.size):
        for row in range(OWN, JOINT + 1):
            table[_SAID + row - OWN, i] = told[row, element[i]]
        weights[1, i] = weights[0, i] * told[JOINT, element[i]]
    add_up(weights, sums)
    fill_means(table, _SAID + JOINT + 1 - OWN, _WORD_REACHES, sums)


def fill_means(table: Any, row: Any, reaches: Any, sums: Any) -> None:
    """For each reach a column, from `row` on, of means over so many blocks before and after each: `sums` are those of
    the weights before each block, and of values times weights."""
    size = sums.shape[1] - 1
    for number in range(len(reaches)):
        for i in range(size):
            low, high = max(i - reaches[number], 0), min(i + reaches[number] + 1, size)
            table[row + number, i] = (sums[1, high] - sums[1, low]) / (sums[0, high] - sums[0, low])


def fill_context(
    table: Any,
    odds: Any,
    weights: Any,
    order: Any,
    sums: Any,
    element: Any,
    parents: Any,
    mass: Any,
    alike: Any,
    page: Any,
) -> None:
    """The context but for how sure the page is. `weights` are those of blocks, and times how likely they are; `order`
    has the likeliest blocks first; `sums` is room for those of `weights`; `mass` and `alike` are as `fill_elements` has
    them; `page` has the sums of both weights and the odds of the cut."""
    size, (numbers, likes) = odds.size, alike
    add_up(weights, sums)
    for i in range(size):
        at, right = element[i], weights[1, i]
        table[_FIRST, i] = odds[i]
        for step in range(_STEPS):
            before, after, row = i - AROUND[step], i + AROUND[step], _FIRST + 1 + 2 * step
            table[row, i] = odds[before] if before >= 0 else _CHROME
            table[row + 1, i] = odds[after] if after < size else _CHROME
        above = sums[1, i + 1] - right
        table[_RANK + 1, i], table[_RANK + 2, i] = odds[i] - page[2], above / page[1]
        table[_RANK + 3, i] = (page[1] - above - right) / page[1]
        like = likes[numbers[at]]
        table[_FIRST_ALIKE, i], table[_FIRST_ALIKE + 1, i] = like[1] / like[0], like[1] / page[1]
        for level in range(GROUP_LEVELS):
            held, row = mass[at], _FIRST_GROUP + 2 * level
            table[row, i], table[row + 1, i] = held[1] / held[0], held[1] / page[1]
            at = parents[at] if parents[at] >= 0 else at
    likelier = 0.0
    for place in order:
        likelier += weights[0, place]
        table[_RANK, place] = (likelier - weights[0, place]) / page[0]
    fill_means(table, _FIRST_WINDOW, _FIRST_REACHES, sums)


PARTS = (add_up, fill_means)
