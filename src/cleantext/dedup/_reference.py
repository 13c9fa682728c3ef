"""The arithmetic of duplicates in plain numpy: what the compiled kernels must equal, and what small inputs run.

A *collection of sets* is a flat uint64 array `values` with int64 `offsets`: set i is values[offsets[i]:offsets[i+1]],
sorted, each value once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["BASE", "intersections", "mix64", "shingle_sets", "signatures", "text_signatures", "text_sketches"]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The shingle hash is a polynomial in BASE over code points + 1, modulo 2^64, then mixed. BASE is 2^64 divided by the
# golden ratio: odd, so that it has an inverse, and 5 modulo 8, so that its powers repeat only after 2^62 steps.
BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(BASE, -1, 2**64)
# Multipliers of the finalizers of MurmurHash3 (Austin Appleby, public domain).
_MIX64 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_MIX32 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
# Shingles that are permuted at a time: 128 permutations of them stay in the second-level cache.
_BLOCK = 2048


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
    order = np.lexsort((hashes, text))
    hashes, text = hashes[order], text[order]
    fresh = np.ones(hashes.size, dtype=np.bool_)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
    sizes = np.bincount(text[fresh], minlength=counts.size)
    return hashes[fresh], np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)])


def _powers(base: int, count: int) -> U64:
    """base^0, base^1, … modulo 2^64."""
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


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
    places = np.flatnonzero(begins)
    units, unit_offsets = np.append(places, codes.size), np.searchsorted(places, offsets).astype(np.int64)
    return signatures(*shingle_sets(codes, units, unit_offsets, size), a, b)


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
