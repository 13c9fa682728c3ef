"""The walks through a text that conversion consists of, in plain Python over arrays.

`_kernels` compiles these same functions for large inputs. A text is its UTF-16 code units. `first` says for each unit
what alone becomes of it (the low 16 bits) and whether that is all there is to know (no flag). Words of several units
are walked along edges from the unit they start with, which is a node of its own number: an edge is found by its node
and unit in a hash table with open addressing. `sieve` has a bit for the first two units of every word.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "ALONE",
    "HASH_NODE",
    "HASH_SHIFT",
    "HASH_UNIT",
    "NORMALIZED",
    "OPERATOR",
    "SIEVE_BITS",
    "STARTS",
    "WIDE",
    "edge",
    "forward",
    "longer",
    "longest_first",
    "sequence",
]

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]

# Flags of `first`: words of several units start here, or one that cuts; what becomes of the unit is not one unit; it
# begins an ideographic description; it has to be normalized before. And the low bits that say what it becomes.
STARTS, WIDE, OPERATOR, NORMALIZED, ALONE = 1 << 16, 1 << 17, 1 << 18, 1 << 19, 0xFFFF
_SPECIAL = WIDE | OPERATOR | NORMALIZED
# Odd numbers that spread nodes and units over the tables; their products stay under 2^63.
HASH_NODE, HASH_UNIT, HASH_SHIFT = 2654435761, 2246822519, 13
SIEVE_BITS = 19
_SIEVE_MASK = (1 << SIEVE_BITS) - 1
# The limits of OpenCC for an ideographic description (UTF8Util.hpp): characters, and operators inside one another.
_MAX_DESCRIBED, _MAX_DEPTH = 64, 16


def edge(edge_keys: I64, edge_nodes: I32, node: int, unit: int) -> int:
    """The node that `unit` leads to from `node`, or -1."""
    mask = edge_keys.size - 1
    wanted = (node << 16 | unit) + 1
    slot = ((node * HASH_NODE + unit * HASH_UNIT) >> HASH_SHIFT) & mask
    while edge_keys[slot] != 0:
        if edge_keys[slot] == wanted:
            return int(edge_nodes[slot])
        slot = (slot + 1) & mask
    return -1


def sequence(units: U16, start: int, end: int) -> int:
    """How many units the ideographic description at `start` has; 0 where it is not complete before `end`.

    An operator takes two, three or one operands, which are characters or descriptions (Unicode, chapter 18).
    """
    waiting = np.zeros(_MAX_DEPTH, dtype=np.int64)
    depth, characters, place = 0, 0, start
    while place < end and characters < _MAX_DESCRIBED:
        unit = np.int64(units[place])
        characters += 1
        place += 1
        if 0xD800 <= unit < 0xDC00 and place < end and 0xDC00 <= np.int64(units[place]) < 0xE000:
            place += 1
        if 0x2FF0 <= unit <= 0x2FFF:
            if depth == _MAX_DEPTH - 1:
                return 0
            waiting[depth] = 3 if unit in (0x2FF2, 0x2FF3) else 1 if unit >= 0x2FFE else 2
            depth += 1
        else:
            while depth > 0 and waiting[depth - 1] == 1:
                depth -= 1
            if depth == 0:
                return place - start
            waiting[depth - 1] -= 1
    return 0


def forward(
    units: U16,
    cuts: I64,
    first: U32,
    sieve: U8,
    edge_keys: I64,
    edge_nodes: I32,
    words: I32,
    ranks: I32,
    starts: I64,
    values: U16,
    cutting: int,
    out: U16,
    out_cuts: I64,
) -> tuple[int, int]:
    """Convert `units` from left to right and fill `out`; no word crosses one of `cuts`, the last of which is the end.

    At each place the word of the lowest rank is taken, and of those the longest. `out_cuts` is filled with where in
    `out` the cuts are, and with both ends of every word whose rank is under `cutting`. Returns how much is filled, or
    -1 where a unit has to be normalized before.
    """
    place, filled, cut, cuts_filled = 0, 0, 0, 0
    while place < units.size:
        limit = cuts[cut]
        while place < limit:
            entry = np.int64(first[units[place]])
            if entry > ALONE:
                break
            out[filled] = entry
            filled += 1
            place += 1
        if place >= limit:
            cut += 1
            if cuts_filled == 0 or out_cuts[cuts_filled - 1] != filled:
                out_cuts[cuts_filled] = filled
                cuts_filled += 1
            continue
        unit = np.int64(units[place])
        if entry & _SPECIAL == 0:
            after = np.int64(units[place + 1]) if place + 1 < limit else 0
            bit = ((unit * HASH_NODE + after * HASH_UNIT) >> HASH_SHIFT) & _SIEVE_MASK
            if not sieve[bit >> 3] >> (bit & 7) & 1 or place + 1 >= limit:
                # Alone, and it may still be a word that cuts.
                word = np.int64(words[unit])
                if word < 0 or ranks[word] >= cutting:
                    out[filled] = entry & ALONE
                    filled += 1
                    place += 1
                    continue
        if entry & NORMALIZED:
            return -1, 0
        best, length, ahead = np.int64(words[unit]), 1, place + 1
        node: Any = unit
        if entry & STARTS:
            while ahead < limit:
                node = edge(edge_keys, edge_nodes, node, int(units[ahead]))
                if node < 0:
                    break
                ahead += 1
                word = np.int64(words[node])
                if word >= 0 and (best < 0 or ranks[word] <= ranks[best]):
                    best, length = word, ahead - place
        if best < 0:
            described = sequence(units, place, limit) if entry & OPERATOR else 1
            for _ in range(max(described, 1)):
                out[filled] = units[place]
                filled += 1
                place += 1
            continue
        cuts_here = ranks[best] < cutting
        if cuts_here and filled > 0 and (cuts_filled == 0 or out_cuts[cuts_filled - 1] != filled):
            out_cuts[cuts_filled] = filled
            cuts_filled += 1
        for letter in range(starts[best], starts[best + 1]):
            out[filled] = values[letter]
            filled += 1
        place += length
        if cuts_here:
            out_cuts[cuts_filled] = filled
            cuts_filled += 1
    if cuts_filled == 0 or out_cuts[cuts_filled - 1] != filled:
        out_cuts[cuts_filled] = filled
        cuts_filled += 1
    return filled, cuts_filled


def longest_first(
    units: U16,
    first: U32,
    sieve: U8,
    edge_keys: I64,
    edge_nodes: I32,
    words: I32,
    ranks: I32,
    starts: I64,
    values: U16,
    out: U16,
) -> int:
    """Convert `units` and fill `out`: of all words that overlap those of the lowest rank, and the leftmost of them.

    A word's rank tells its layer and, in it, longer ones from shorter. Returns how much of `out` is filled.
    """
    found, lengths, whose = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64)
    owner = np.empty(64, np.int64)
    place, filled, size = 0, 0, units.size
    while place < size:
        entry = np.int64(first[units[place]])
        if entry <= ALONE:
            out[filled] = entry
            filled += 1
            place += 1
            continue
        unit = np.int64(units[place])
        if entry & WIDE == 0:
            after = np.int64(units[place + 1]) if place + 1 < size else 0
            bit = ((unit * HASH_NODE + after * HASH_UNIT) >> HASH_SHIFT) & _SIEVE_MASK
            if not sieve[bit >> 3] >> (bit & 7) & 1 or place + 1 >= size:
                out[filled] = entry & ALONE
                filled += 1
                place += 1
                continue
        # An island: all words from here on that overlap one another.
        reach, at, count = place + 1, place, 0
        lowest, highest = np.int64(1 << 40), np.int64(-1)
        while at < reach:
            node: Any = np.int64(units[at])
            ahead = at + 1
            starting = np.int64(first[units[at]]) & STARTS
            while True:
                word = np.int64(words[node])
                if word >= 0:
                    if count == found.size:
                        found, lengths, whose = longer(found), longer(lengths), longer(whose)
                    found[count], lengths[count], whose[count] = word, ahead - at, at
                    count += 1
                    reach = max(reach, ahead)
                    lowest, highest = min(lowest, np.int64(ranks[word])), max(highest, np.int64(ranks[word]))
                if not starting or ahead >= size:
                    break
                node = edge(edge_keys, edge_nodes, node, int(units[ahead]))
                if node < 0:
                    break
                ahead += 1
            at += 1
        while owner.size < reach - place:
            owner = longer(owner)
        owner[: reach - place] = -1
        for rank in range(lowest, highest + 1):
            for number in range(count):
                if ranks[found[number]] != rank:
                    continue
                offset, free = whose[number] - place, True
                for covered in range(offset, offset + lengths[number]):
                    free &= owner[covered] < 0
                if free:
                    owner[offset : offset + lengths[number]] = number
        at = place
        while at < reach:
            number = owner[at - place]
            if number < 0:
                out[filled] = units[at]
                filled += 1
                at += 1
                continue
            word = found[number]
            for letter in range(starts[word], starts[word + 1]):
                out[filled] = values[letter]
                filled += 1
            at += lengths[number]
        place = reach
    return filled


def longer(values: I64) -> I64:
    """A copy of `values` with as much room again."""
    longer = np.empty(2 * values.size, dtype=np.int64)
    longer[: values.size] = values
    return longer
