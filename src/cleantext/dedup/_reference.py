"""The arithmetic of duplicates in plain numpy: what the compiled kernels must equal, and what small inputs run.

A *collection of sets* is a flat uint64 array `values` with int64 `offsets`: set i is values[offsets[i]:offsets[i+1]],
sorted, each value once.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cleantext.folding import DROP, SLOW, UNKNOWN, code_points

__all__ = [
    "ABSENT",
    "BASE",
    "anchors",
    "decode",
    "find",
    "fold",
    "half_weights",
    "intersections",
    "mix64",
    "rarest",
    "shingle_sets",
    "signatures",
    "slots",
    "sort",
    "take",
    "tally",
    "text_signatures",
    "text_sketches",
    "units",
]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Item = TypeVar("Item", bound=np.generic)

# What stands for a hash that no text has; hashes of anchors have 32 bits.
ABSENT = 1 << 32
# The shingle hash is a polynomial in BASE over code points + 1, modulo 2^64, then mixed. BASE is 2^64 divided by the
# golden ratio: odd, so that it has an inverse, and 5 modulo 8, so that its powers repeat only after 2^62 steps.
BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(BASE, -1, 2**64)
# Multipliers of the finalizers of MurmurHash3 (Austin Appleby, public domain).
_MIX64 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_MIX32 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
# Shingles that are permuted at a time: 128 permutations of them stay in the second-level cache.
_BLOCK = 2048


def decode(data: U8, bounds: I64, valid: Flags) -> tuple[U32, I64]:
    """The code points of UTF-8 texts end to end, and n + 1 offsets: which are whose.

    Text i stands from bounds[i] to bounds[i + 1] in `data` if it is `valid`, otherwise it is empty. What is no UTF-8
    becomes U+FFFD as in Python's `decode(errors="replace")`.
    """
    ends = zip(bounds[:-1].tolist(), bounds[1:].tolist(), valid.tolist(), strict=True)
    texts = [data[a:b].tobytes().decode("utf-8", "replace") if own else "" for a, b, own in ends]
    return code_points("".join(texts)), np.cumsum([0, *map(len, texts)], dtype=np.int64)


def fold(codes: U32, starts: I64, table: I32, alone: Flags, raw: bool) -> tuple[U32, I64, Flags, I64] | None:
    """The match texts of texts whose `codes` stand end to end, text i from starts[i] to starts[i + 1].

    `table` is that of `folding.match_table`, `alone` says by code point which are units of their own. Returns the match
    codes, their n + 1 offsets, where a unit begins, and the indices of texts that can only be matched by clusters,
    which are left empty. None if an entry of the table is missing. With `raw` the codes stay as they are.

    A unit may begin at the start of a text, at and after a character that is one alone, and after anything that is
    dropped (spaces, line ends, punctuation, symbols, controls) unless it is hidden: format characters such as the soft
    hyphen stand inside words. In raw texts, what would be dropped belongs to the word before it.
    """
    folded = table[codes]
    if (folded == UNKNOWN).any():
        return None
    slow = np.empty(0, dtype=np.int64)
    if raw:
        offsets, begins = starts, folded != DROP
        begins[1:] &= folded[:-1] == DROP
    else:
        slow = np.unique(np.searchsorted(starts, np.flatnonzero(folded == SLOW), side="right") - 1)
        kept = folded >= 0
        for index in slow.tolist():
            kept[starts[index] : starts[index + 1]] = False
        sources = np.flatnonzero(kept)
        codes, offsets = folded[sources].astype(np.uint32), np.searchsorted(sources, starts).astype(np.int64)
        begins = np.diff(np.cumsum(folded == DROP)[sources], prepend=-1) > 0
    begins[offsets[:-1][offsets[:-1] < offsets[1:]]] = True
    begins |= alone[codes]
    begins[1:] |= alone[codes[:-1]]
    return codes, offsets, begins, slow


def units(begins: Flags, offsets: I64) -> tuple[I64, I64]:
    """Where each unit begins, the total length after them, and n + 1 offsets: which units are whose."""
    places = np.flatnonzero(begins)
    return np.append(places, begins.size), np.searchsorted(places, offsets).astype(np.int64)


def take(values: npt.NDArray[Item], offsets: I64, indices: I64) -> tuple[npt.NDArray[Item], I64]:
    """The stretches of `values` at `indices`, end to end, and their offsets; stretch i ends at offsets[i + 1]."""
    lengths = offsets[indices + 1] - offsets[indices]
    taken = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    return values[np.repeat(offsets[indices] - taken[:-1], lengths) + np.arange(taken[-1])], taken


def mix64(values: U64) -> U64:
    """The 64-bit finalizer of MurmurHash3, a bijection, of every value."""
    values = (values ^ (values >> np.uint64(33))) * _MIX64[0]
    values = (values ^ (values >> np.uint64(33))) * _MIX64[1]
    return values ^ (values >> np.uint64(33))


def _mix32(values: U32) -> U32:
    values = (values ^ (values >> np.uint32(16))) * _MIX32[0]
    values = (values ^ (values >> np.uint32(13))) * _MIX32[1]
    return values ^ (values >> np.uint32(16))


def shingle_sets(codes: U32, units: I64, unit_offsets: I64, size: int) -> tuple[U64, I64]:
    """The set of shingle hashes of every text, as `values` and `offsets`.

    `codes` are the match texts end to end, `units` where each unit begins in them (one more entry than units: the
    total length), `unit_offsets` which units are whose. A shingle is the text of `size` consecutive units; a text of
    fewer units, but one at least, is one shingle.
    """
    firsts, counts = unit_offsets[:-1], np.diff(unit_offsets)
    windows = np.where(counts > 0, np.maximum(counts - size + 1, 1), 0)
    text = np.repeat(np.arange(counts.size), windows)
    first = np.repeat(firsts - (np.cumsum(windows) - windows), windows) + np.arange(text.size)
    start, end = units[first], units[np.minimum(first + size, unit_offsets[text + 1])]
    powers = _powers(BASE, codes.size)
    sums = np.zeros(codes.size + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers, out=sums[1:])
    hashes = mix64((sums[end] - sums[start]) * _powers(_INVERSE, codes.size)[start])
    return _each_once(hashes, text, counts.size)


def _each_once(hashes: U64, text: I64, count: int) -> tuple[U64, I64]:
    """The hashes of each of `count` texts, sorted and each once, and where those of each text are."""
    order = np.lexsort((hashes, text))
    hashes, text = hashes[order], text[order]
    fresh = np.ones(hashes.size, dtype=np.bool_)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
    sizes = np.bincount(text[fresh], minlength=count)
    return hashes[fresh], np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)])


def _powers(base: int, count: int) -> U64:
    """base^0, base^1, … modulo 2^64."""
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def sort(keys: U64, bits: int = 64) -> U64:
    """`keys`, none of which has more than `bits` bits, ascending."""
    del bits
    return np.sort(keys)


def signatures(values: U64, offsets: I64, a: U32, b: U32) -> U32:
    """The MinHash signature of every set, one row each; of an empty set, all ones.

    Entry p is the least of a[p] * h + b[p] modulo 2^32 over the mixed low 32 bits h of the set's values: the scheme
    `affine32` of datasketch 2.
    """
    rows = np.full((offsets.size - 1, a.size), 0xFFFFFFFF, dtype=np.uint32)
    mixed = _mix32(values.astype(np.uint32))
    for begin in range(0, values.size, _BLOCK):
        end = min(begin + _BLOCK, values.size)
        permuted = mixed[begin:end, None] * a + b
        first = int(np.searchsorted(offsets, begin, side="right")) - 1
        last = int(np.searchsorted(offsets, end, side="left"))
        own = np.arange(first, last)
        own = own[offsets[own + 1] > offsets[own]]
        least = np.minimum.reduceat(permuted, np.maximum(offsets[own] - begin, 0), axis=0)
        rows[own] = np.minimum(rows[own], least)
    return rows


def text_signatures(codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U32:
    """The MinHash signature of every text, one row each; of an empty text, all ones.

    `codes` are the match texts end to end, text i from offsets[i] to offsets[i + 1]; `begins` says where a unit begins
    (at the start of every text it must). The rows are `signatures` of `shingle_sets`, without the sets.
    """
    return signatures(*shingle_sets(codes, *units(begins, offsets), size), a, b)


def text_sketches(codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U8:
    """The low byte of every entry of `text_signatures`."""
    return text_signatures(codes, offsets, begins, size, a, b).astype(np.uint8)


def intersections(values: U64, offsets: I64, left: I64, right: I64) -> I64:
    """How many values the sets left[p] and right[p] share, for every p."""
    swap = offsets[left + 1] - offsets[left] > offsets[right + 1] - offsets[right]
    small, large = np.where(swap, right, left), np.where(swap, left, right)
    counts = offsets[small + 1] - offsets[small]
    pair = np.repeat(np.arange(counts.size), counts)
    needles = values[np.repeat(offsets[small] - (np.cumsum(counts) - counts), counts) + np.arange(pair.size)]
    low, end = np.repeat(offsets[large], counts), np.repeat(offsets[large + 1], counts)
    high = end.copy()
    while (low < high).any():
        middle = (low + high) >> 1
        open_ = low < high
        less = values[np.where(open_, middle, 0)] < needles
        low = np.where(open_ & less, middle + 1, low)
        high = np.where(open_ & ~less, middle, high)
    found = low < end
    found[found] = values[low[found]] == needles[found]
    return np.bincount(pair[found], minlength=left.size).astype(np.int64)


def anchors(codes: U32, offsets: I64, begins: Flags, alone: Flags, span: int, window: int) -> tuple[U64, I64]:
    """The anchors of every text, from its beginning to its end: hashes and n + 1 offsets.

    A window is the run of units from some unit on that weighs `span` half characters (a letter of a word weighs 2, 2,
    1 and then 0, any other character 2); a text that weighs less is one window. Of every `window` windows in a row the
    one with the least hash is an anchor (winnowing: Schleimer, Wilkerson and Aiken 2003), so that texts with a long
    enough run in common have an anchor in common.
    """
    starts = np.flatnonzero(begins)
    bounds = np.searchsorted(starts, offsets)
    weights = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(half_weights(codes, begins, alone))])
    edges = np.append(starts, codes.size)
    text = np.repeat(np.arange(offsets.size - 1), np.diff(bounds))
    last = bounds[text + 1]
    end = np.searchsorted(weights[edges], weights[starts] + span)
    whole = np.arange(starts.size) == bounds[text]
    valid = (end <= last) | whole
    start, end, text = starts[valid], edges[np.minimum(end, last)[valid]], text[valid]
    powers = _powers(BASE, codes.size)
    sums = np.zeros(codes.size + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers, out=sums[1:])
    hashes = mix64((sums[end] - sums[start]) * _powers(_INVERSE, codes.size)[start])
    least, opens = hashes.copy(), np.diff(text, prepend=-1) != 0
    for further in range(1, min(window, hashes.size)):
        same = text[further:] == text[:-further]
        least[:-further] = np.where(same, np.minimum(least[:-further], hashes[further:]), least[:-further])
    complete = opens.copy()
    if hashes.size >= window:
        complete[: hashes.size - window + 1] |= text[window - 1 :] == text[: hashes.size - window + 1]
    least, text = least[complete], text[complete]
    fresh = np.ones(text.size, dtype=np.bool_)
    fresh[1:] = (least[1:] != least[:-1]) | (text[1:] != text[:-1])
    counts = np.bincount(text[fresh], minlength=offsets.size - 1)
    return least[fresh], np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def half_weights(codes: U32, begins: Flags, alone: Flags) -> I64:
    """What every character weighs, in half characters: the first letters of a word 2, 2, 1, further ones nothing."""
    place = np.arange(codes.size)
    place = place - np.maximum.accumulate(np.where(begins, place, 0))
    letters = ~(alone[codes] | ((codes >= ord("0")) & (codes <= ord("9"))))
    halves: I64 = np.where(letters, np.array([2, 2, 1, 0], dtype=np.int64)[np.minimum(place, 3)], 2)
    return halves


def tally(table: U8, hashes: U32 | U64) -> None:
    """Count each of `hashes` in its slot of `table`, up to 255. The size of the table is a power of two."""
    slots, counts = np.unique(hashes & np.uint64(table.size - 1), return_counts=True)
    table[slots] = np.minimum(table[slots].astype(np.int64) + counts, 255)


def rarest(table: U8, hashes: U32, offsets: I64, lonely: float, most: int) -> tuple[U64, I64]:
    """For each of `most` equal stretches of a text's hashes the rarest that another text has too, and n + 1 offsets.

    How many texts have a hash is what `table` counts, at least; of equally rare ones the first is taken. A stretch in
    which no hash is shared has `ABSENT`. A text has none where the share of hashes that no other text has is over
    `lonely`, or all of them.
    """
    texts, sizes = offsets.size - 1, np.diff(offsets)
    text = np.repeat(np.arange(texts), sizes)
    place = np.arange(hashes.size) - offsets[text]
    stretch = text * most + ((place + 1) * most - 1) // np.maximum(sizes[text], 1)
    holders = table[hashes & np.uint64(table.size - 1)]
    alone = np.bincount(text[holders < 2], minlength=texts)
    order = np.flatnonzero(~((alone > lonely * sizes) | (alone == sizes))[text])
    shared = holders >= 2
    order = order[np.lexsort((order, holders[order], ~shared[order], stretch[order]))]
    order = order[np.diff(stretch[order], prepend=-1) > 0]
    counts = np.bincount(text[order], minlength=texts)
    found = np.where(shared[order], hashes[order].astype(np.uint64), np.uint64(ABSENT))
    return found, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def slots(wanted: U64) -> tuple[U64, I32]:
    """What `find` needs beside the ascending values `wanted`: nothing, for it searches them."""
    del wanted
    return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int32)


def find(wanted: U64, places: tuple[U64, I32], hashes: U32 | U64) -> tuple[I64, I64]:
    """Which of `hashes` are `wanted`: their places, and the places of what they equal in `wanted`."""
    del places
    if not wanted.size:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    number = np.minimum(np.searchsorted(wanted, hashes), wanted.size - 1)
    found = np.flatnonzero(wanted[number] == hashes)
    return found, number[found]
