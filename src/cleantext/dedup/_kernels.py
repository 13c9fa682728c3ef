"""The arithmetic of `_reference` compiled by numba: the same functions, the same numbers, faster on large inputs.

The kernels release the GIL and their compiled code is cached on disk. Every constant is an explicit uint64, because
numba takes uint64 with int64 for float64. Wrapping products are meant; the wrappers silence numpy's warnings about
them, which appear only where compilation is switched off.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from cleantext.dedup._reference import BASE

__all__ = ["intersections", "shingle_sets", "signatures", "text_signatures", "text_sketches"]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BASE, _INVERSE, _ONE = np.uint64(BASE), np.uint64(pow(BASE, -1, 2**64)), np.uint64(1)
_MIX64_A, _MIX64_B, _S33 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(33)
_MIX32_A, _MIX32_B = np.uint64(0x85EBCA6B), np.uint64(0xC2B2AE35)
_S16, _S13, _LOW = np.uint64(16), np.uint64(13), np.uint64(0xFFFFFFFF)
# Shingles permuted at a time: their eight products stay in registers while the permutations are read once.
_LANES = 8
# Shingles of a text that are hashed before they are permuted: their numbers stay in the first-level cache.
_STRETCH = 1024

_compile = numba.njit(cache=True, nogil=True)


def shingle_sets(codes: U32, units: I64, unit_offsets: I64, size: int) -> tuple[U64, I64]:
    """The set of shingle hashes of every text, as `values` and `offsets`."""
    with np.errstate(over="ignore"):
        values, offsets = _shingle_sets(codes, units, unit_offsets, size)
    return values, offsets


@_compile
def _shingle_sets(codes: U32, units: I64, unit_offsets: I64, size: int) -> tuple[U64, I64]:
    texts = unit_offsets.size - 1
    total = 0
    for text in range(texts):
        count = unit_offsets[text + 1] - unit_offsets[text]
        if count > 0:
            total += max(count - size + 1, 1)
    values = np.empty(total, dtype=np.uint64)
    offsets = np.zeros(texts + 1, dtype=np.int64)
    filled = 0
    for text in range(texts):
        first, last = unit_offsets[text], unit_offsets[text + 1]
        begin = filled
        if last > first:
            # The polynomial of codes[start:end], rolled: a character joins at the top power, one leaves at the bottom.
            start = end = units[first]
            value, power = np.uint64(0), _ONE
            for unit in range(first, max(last - size, first) + 1):
                while end < units[min(unit + size, last)]:
                    value += (np.uint64(codes[end]) + _ONE) * power
                    power *= _BASE
                    end += 1
                while start < units[unit]:
                    value = (value - (np.uint64(codes[start]) + _ONE)) * _INVERSE
                    power *= _INVERSE
                    start += 1
                mixed = (value ^ (value >> _S33)) * _MIX64_A
                mixed = (mixed ^ (mixed >> _S33)) * _MIX64_B
                values[filled] = mixed ^ (mixed >> _S33)
                filled += 1
        values[begin:filled].sort()
        kept = begin
        for place in range(begin, filled):
            if place == begin or values[place] != values[kept - 1]:
                values[kept] = values[place]
                kept += 1
        filled = kept
        offsets[text + 1] = filled
    return values[:filled].copy(), offsets


def signatures(values: U64, offsets: I64, a: U32, b: U32) -> U32:
    """The MinHash signature of every set, one row each."""
    rows = np.empty((offsets.size - 1, a.size), dtype=np.uint32)
    _signatures(values, offsets, a, b, rows)
    return rows


@_compile
def _signatures(values: U64, offsets: I64, a: U32, b: U32, rows: U32) -> None:
    least = np.empty(a.size, dtype=np.uint32)
    lanes = np.empty(_LANES, dtype=np.uint32)
    for text in range(offsets.size - 1):
        least[:] = _LOW
        for begin in range(offsets[text], offsets[text + 1], _LANES):
            for lane in range(_LANES):
                # Past the end the last shingle is taken again, which changes no minimum.
                mixed = values[min(begin + lane, offsets[text + 1] - 1)] & _LOW
                mixed = ((mixed ^ (mixed >> _S16)) * _MIX32_A) & _LOW
                mixed = ((mixed ^ (mixed >> _S13)) * _MIX32_B) & _LOW
                lanes[lane] = mixed ^ (mixed >> _S16)
            h0, h1, h2, h3 = np.uint64(lanes[0]), np.uint64(lanes[1]), np.uint64(lanes[2]), np.uint64(lanes[3])
            h4, h5, h6, h7 = np.uint64(lanes[4]), np.uint64(lanes[5]), np.uint64(lanes[6]), np.uint64(lanes[7])
            for p in range(a.size):
                f, s = np.uint64(a[p]), np.uint64(b[p])
                low = min(least[p], np.uint32((f * h0 + s) & _LOW), np.uint32((f * h1 + s) & _LOW))
                low = min(low, np.uint32((f * h2 + s) & _LOW), np.uint32((f * h3 + s) & _LOW))
                low = min(low, np.uint32((f * h4 + s) & _LOW), np.uint32((f * h5 + s) & _LOW))
                least[p] = min(low, np.uint32((f * h6 + s) & _LOW), np.uint32((f * h7 + s) & _LOW))
        rows[text, :] = least


def text_signatures(codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U32:
    """The MinHash signature of every text, one row each."""
    rows = np.empty((offsets.size - 1, a.size), dtype=np.uint32)
    with np.errstate(over="ignore"):
        _text_minima(codes, offsets, begins, size, a, b, rows)
    return rows


def text_sketches(codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U8:
    """The low byte of every entry of `text_signatures`."""
    rows = np.empty((offsets.size - 1, a.size), dtype=np.uint8)
    with np.errstate(over="ignore"):
        _text_minima(codes, offsets, begins, size, a, b, rows)
    return rows


@_compile
def _text_minima(codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32, rows: U8 | U32) -> None:  # noqa: PLR0913, PLR0917
    longest = 0
    for text in range(offsets.size - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    # As long as the longest text could need; memory is only touched as far as a stretch reaches.
    sums, powers = np.empty(longest + 1, dtype=np.uint64), np.empty((2, longest + 1), dtype=np.uint64)
    starts = np.empty(min(_STRETCH + size, longest) + 1, dtype=np.int64)
    hashes = np.empty(_STRETCH + _LANES, dtype=np.uint32)
    least = np.empty(a.size, dtype=np.uint32)
    known, power, inverse = 0, _ONE, _ONE
    for text in range(offsets.size - 1):
        least[:] = _LOW
        place, end = offsets[text], offsets[text + 1]
        while place < end:
            count = _unit_starts(begins[place:end], _STRETCH + size, starts)
            more = count == _STRETCH + size
            windows, reach = _STRETCH if more else max(count - size + 1, 1), min(size, count)
            extent = starts[windows - 1 + reach]
            while known <= extent:
                powers[0, known], powers[1, known] = power, inverse
                power, inverse, known = power * _BASE, inverse * _INVERSE, known + 1
            _window_hashes(codes[place : place + extent], starts[: windows + reach], reach, sums, powers, hashes)
            _permute(hashes, windows, a, b, least)
            place += starts[windows] if more else extent
        rows[text, :] = least


@_compile
def _unit_starts(begins: Flags, wanted: int, starts: I64) -> int:
    """Fills `starts` with where the first `wanted` units begin, or all and the end of the text; returns how many."""
    count, place = 0, 0
    while place < begins.size and count < wanted:
        starts[count] = place
        count += begins[place]
        place += 1
    if count < wanted:
        starts[count] = place
    return count


@_compile
def _window_hashes(codes: U32, starts: I64, reach: int, sums: U64, powers: U64, hashes: U32) -> None:
    """The mixed low halves of the hashes of every `reach` units; the last one is repeated to fill the lanes."""
    value, windows = np.uint64(0), starts.size - reach
    for place in range(codes.size):
        sums[place] = value
        value += (np.uint64(codes[place]) + _ONE) * powers[0, place]
    sums[codes.size] = value
    for window in range(windows):
        start, end = starts[window], starts[window + reach]
        mixed = (sums[end] - sums[start]) * powers[1, start]
        mixed = (mixed ^ (mixed >> _S33)) * _MIX64_A
        mixed = (mixed ^ (mixed >> _S33)) * _MIX64_B
        mixed = (mixed ^ (mixed >> _S33)) & _LOW
        mixed = ((mixed ^ (mixed >> _S16)) * _MIX32_A) & _LOW
        mixed = ((mixed ^ (mixed >> _S13)) * _MIX32_B) & _LOW
        hashes[window] = mixed ^ (mixed >> _S16)
    hashes[windows : windows + _LANES] = hashes[windows - 1]


@_compile
def _permute(hashes: U32, windows: int, a: U32, b: U32, least: U32) -> None:
    """Lowers the minima to those of the permuted hashes; past the last one, it is taken again."""
    for begin in range(0, windows, _LANES):
        h0, h1 = np.uint64(hashes[begin]), np.uint64(hashes[begin + 1])
        h2, h3 = np.uint64(hashes[begin + 2]), np.uint64(hashes[begin + 3])
        h4, h5 = np.uint64(hashes[begin + 4]), np.uint64(hashes[begin + 5])
        h6, h7 = np.uint64(hashes[begin + 6]), np.uint64(hashes[begin + 7])
        for p in range(a.size):
            f, s = np.uint64(a[p]), np.uint64(b[p])
            low = min(least[p], np.uint32((f * h0 + s) & _LOW), np.uint32((f * h1 + s) & _LOW))
            low = min(low, np.uint32((f * h2 + s) & _LOW), np.uint32((f * h3 + s) & _LOW))
            low = min(low, np.uint32((f * h4 + s) & _LOW), np.uint32((f * h5 + s) & _LOW))
            least[p] = min(low, np.uint32((f * h6 + s) & _LOW), np.uint32((f * h7 + s) & _LOW))


def intersections(values: U64, offsets: I64, left: I64, right: I64) -> I64:
    """How many values the sets left[p] and right[p] share, for every p."""
    counts: I64 = _intersections(values, offsets, left, right)
    return counts


@_compile
def _intersections(values: U64, offsets: I64, left: I64, right: I64) -> I64:
    counts = np.zeros(left.size, dtype=np.int64)
    for pair in range(left.size):
        i, end_i = offsets[left[pair]], offsets[left[pair] + 1]
        j, end_j = offsets[right[pair]], offsets[right[pair] + 1]
        shared = 0
        while i < end_i and j < end_j:
            x, y = values[i], values[j]
            shared += x == y
            i += x <= y
            j += y <= x
        counts[pair] = shared
    return counts
