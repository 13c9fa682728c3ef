"""The arithmetic of `_reference` compiled by numba: the same functions, the same numbers, faster on large inputs.

The kernels release the GIL and their compiled code is cached on disk. Every constant is an explicit uint64, because
numba takes uint64 with int64 for float64. Wrapping products are meant; the wrappers silence numpy's warnings about
them, which appear only where compilation is switched off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.dedup import _check_loops, _loops
from cleantext.dedup._reference import BASE, Item
from cleantext.folding import DROP, SLOW, UNKNOWN
from cleantext.kernels import compiler

__all__ = [
    "anchors",
    "contained_walk",
    "crowd",
    "decode",
    "digests",
    "equals",
    "find",
    "fold",
    "gather",
    "half_weights",
    "intersections",
    "near_walk",
    "pack",
    "pairs_within",
    "probed",
    "proposed",
    "rarest",
    "shared",
    "shingle_sets",
    "signatures",
    "sketch_keys",
    "slots",
    "sort",
    "take",
    "tally",
    "text_signatures",
    "text_sketches",
    "unite",
    "units",
    "unpack",
]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_BASE, _INVERSE, _ONE = np.uint64(BASE), np.uint64(pow(BASE, -1, 2**64)), np.uint64(1)
_MIX64_A, _MIX64_B, _S33 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(33)
_MIX32_A, _MIX32_B = np.uint64(0x85EBCA6B), np.uint64(0xC2B2AE35)
_S16, _S13, _LOW = np.uint64(16), np.uint64(13), np.uint64(0xFFFFFFFF)
# Shingles permuted at a time: their eight products stay in registers while the permutations are read once.
_LANES = 8
# Shingles of a text that are hashed before they are permuted: their numbers stay in the first-level cache.
_STRETCH = 1024
# Hashes in one slot from which they are no longer sorted by insertion.
_CROWDED = 32

_compile = compiler()


def decode(data: U8, bounds: I64, valid: Flags) -> tuple[U32, I64]:
    """The code points of UTF-8 texts end to end, and their offsets."""
    codes = np.empty(bounds[-1] - bounds[0], dtype=np.uint32)
    starts = np.zeros(bounds.size, dtype=np.int64)
    filled = _decode(data, bounds, valid, codes, starts)
    return codes[:filled], starts


@_compile
def _decode(data: U8, bounds: I64, valid: Flags, codes: U32, starts: I64) -> np.uint64:
    filled, two, three = np.uint64(0), np.uint64(2), np.uint64(3)
    for text in range(valid.size):
        place = np.uint64(bounds[text])
        end = np.uint64(bounds[text + 1]) if valid[text] else place
        while place < end:
            lead, common = np.uint32(data[place]), False
            if lead < 0x80:
                codes[filled] = lead
                place += _ONE
            else:
                if place + two < end:
                    # Most Han and kana: three bytes, any two that continue.
                    second, third = np.uint32(data[place + _ONE]), np.uint32(data[place + two])
                    common = (lead > 0xE0) & (lead < 0xF0) & (lead != 0xED) & (second & third & 0x80 == 0x80)
                    common &= (second | third) & 0x40 == 0
                if common:
                    codes[filled] = (lead & 0xF) << 12 | (second & 0x3F) << 6 | (third & 0x3F)
                    place += three
                else:
                    codes[filled], taken = _sequence(data[place : min(place + three + _ONE, end)])
                    place += np.uint64(taken)
            filled += _ONE
        starts[text + 1] = filled
    return filled


@_compile
def _sequence(data: U8) -> tuple[np.uint32, int]:
    """The character of more than one byte at the start of `data`, and its length; or U+FFFD, and what it stands for."""
    lead, needed, low, high = np.uint32(data[0]), 0, 0x80, 0xBF
    value = lead
    if 0xE1 <= lead <= 0xEF:
        needed, value, high = 2, lead & 0xF, 0x9F if lead == 0xED else 0xBF
    elif 0xC2 <= lead <= 0xDF:
        needed, value = 1, lead & 0x1F
    elif lead == 0xE0:
        needed, value, low = 2, lead & 0xF, 0xA0
    elif 0xF0 <= lead <= 0xF4:
        needed, value, low, high = 3, lead & 0x7, 0x90 if lead == 0xF0 else 0x80, 0x8F if lead == 0xF4 else 0xBF
    taken = 1
    while taken <= min(needed, data.size - 1) and low <= data[taken] <= high:
        value, low, high = (value << 6) | (data[taken] & 0x3F), 0x80, 0xBF
        taken += 1
    return np.uint32(value if taken == needed + 1 > 1 else 0xFFFD), taken


def fold(codes: U32, starts: I64, table: I32, alone: Flags, raw: bool) -> tuple[U32, I64, Flags, I64] | None:
    """The match texts of texts, where their units begin, and which of them can only be matched by clusters."""
    # One place more, because every character is written and the next overwrites what is not kept.
    out, begins = np.empty(codes.size + 1, dtype=np.uint32), np.empty(codes.size + 1, dtype=np.bool_)
    offsets, slow = np.zeros(starts.size, dtype=np.int64), np.zeros(starts.size - 1, dtype=np.bool_)
    if not _fold(codes, starts, table, alone, raw, out, begins, offsets, slow):
        return None
    return out[: offsets[-1]], offsets, begins[: offsets[-1]], np.flatnonzero(slow)


@_compile
def _fold(
    codes: U32,
    starts: I64,
    table: I32,
    alone: Flags,
    raw: bool,
    out: U32,
    begins: Flags,
    offsets: I64,
    slow: Flags,
) -> bool:
    filled = np.uint64(0)
    for text in range(slow.size):
        own = codes[starts[text] : starts[text + 1]]
        first, gap, before, odd = filled, False, True, False
        for place in range(own.size):
            entry = table[own[place]]
            odd |= (entry == UNKNOWN) | (entry == SLOW)
            dropped, kept = entry == DROP, raw | (entry >= 0)
            code = own[place] if raw else np.uint32(max(entry, 0))
            unit = alone[code]
            out[filled] = code
            begins[filled] = (gap & (not dropped)) | unit | before
            gap = dropped | (gap & (not kept))
            before = unit if kept else before
            filled += np.uint64(kept)
        if odd:
            for place in range(own.size):
                if table[own[place]] == UNKNOWN:
                    return False
            if not raw:
                slow[text], filled = True, first
        offsets[text + 1] = filled
    return True


def units(begins: Flags, offsets: I64) -> tuple[I64, I64]:
    """Where each unit begins, the total length after them, and which units are whose."""
    places, unit_offsets = np.empty(begins.size + 1, dtype=np.int64), np.zeros(offsets.size, dtype=np.int64)
    _units(begins, offsets, places, unit_offsets)
    return places[: unit_offsets[-1] + 1], unit_offsets


@_compile
def _units(begins: Flags, offsets: I64, places: I64, unit_offsets: I64) -> None:
    filled = np.uint64(0)
    for text in range(offsets.size - 1):
        own = begins[offsets[text] : offsets[text + 1]]
        for place in range(own.size):
            places[filled] = offsets[text] + place
            filled += np.uint64(own[place])
        unit_offsets[text + 1] = filled
    places[filled] = begins.size


def take(values: npt.NDArray[Item], offsets: I64, indices: I64) -> tuple[npt.NDArray[Item], I64]:
    """The stretches of `values` at `indices`, end to end, and their offsets."""
    taken = np.zeros(indices.size + 1, dtype=np.int64)
    np.cumsum(offsets[indices + 1] - offsets[indices], out=taken[1:])
    out = np.empty(taken[-1], dtype=values.dtype)
    _take(values, offsets, indices, taken, out)
    return out, taken


@_compile
def _take(values: Any, offsets: I64, indices: I64, taken: I64, out: Any) -> None:
    for number in range(indices.size):
        source = values[offsets[indices[number]] :]
        target = out[taken[number] : taken[number + 1]]
        for place in range(target.size):
            target[place] = source[place]


def shingle_sets(codes: U32, units: I64, unit_offsets: I64, size: int) -> tuple[U64, I64]:
    """The set of shingle hashes of every text, as `values` and `offsets`."""
    with np.errstate(over="ignore"):
        values, offsets = _shingle_sets(codes, units.view(np.uint64), unit_offsets, size)
    return values, offsets


@_compile
def _shingle_sets(codes: U32, units: U64, unit_offsets: I64, size: int) -> tuple[U64, I64]:
    texts, most, total = unit_offsets.size - 1, 1, 0
    longest: Any = np.int64(0)
    for text in range(texts):
        first, last = unit_offsets[text], unit_offsets[text + 1]
        longest = max(longest, np.int64(units[last] - units[first]))
        most, total = max(most, last - first), total + last - first
    sums, powers, known = np.empty(longest + 1, dtype=np.uint64), np.empty((2, longest + 1), dtype=np.uint64), 1
    powers[:, 0] = _ONE
    hashes, slots = np.empty(most, dtype=np.uint64), np.empty(1 << _slot_bits(most), dtype=np.uint64)
    values, offsets, filled = np.empty(total, dtype=np.uint64), np.zeros(texts + 1, dtype=np.int64), 0
    for text in range(texts):
        first, count = unit_offsets[text], unit_offsets[text + 1] - unit_offsets[text]
        reach = min(size, count)
        windows = count - reach + 1 if count else 0
        for begin in range(0, windows, _STRETCH):
            wide = min(_STRETCH, windows - begin)
            starts, ends = units[first + begin :][:wide], units[first + begin + reach :][:wide]
            own = codes[starts[0] : ends[wide - 1]]
            known = _extend(powers, known, own.size)
            _sums(own, powers[0], sums)
            _hashes(starts, ends, sums, powers[1], hashes[begin : begin + wide])
        if windows:
            filled += _distinct(hashes[:windows], slots, values[filled : filled + windows])
        offsets[text + 1] = filled
    return values[:filled], offsets


@_compile
def _extend(powers: U64, known: int, wanted: int) -> int:
    """Fills in the powers of the base and of its inverse up to the one numbered `wanted`; returns how many it knows."""
    for place in range(known, wanted + 1):
        powers[0, place], powers[1, place] = powers[0, place - 1] * _BASE, powers[1, place - 1] * _INVERSE
    return max(known, wanted + 1)


@_compile
def _sums(codes: U32, powers: U64, sums: U64) -> None:
    """The polynomials of all beginnings of `codes`."""
    value = np.uint64(0)
    for place in range(codes.size):
        sums[place] = value
        value += (np.uint64(codes[place]) + _ONE) * powers[place]
    sums[codes.size] = value


@_compile
def _hashes(starts: U64, ends: U64, sums: U64, inverses: U64, hashes: U64) -> None:
    """The polynomials of the stretches from `starts` to `ends`; `sums` begin at the first of them."""
    for window in range(starts.size):
        start = starts[window] - starts[0]
        hashes[window] = (sums[ends[window] - starts[0]] - sums[start]) * inverses[start]


@_compile
def _slot_bits(count: int) -> int:
    """So many bits that `count` hashes have about a slot each, but no more slots than the second-level cache has."""
    bits = 1
    while bits < 16 and 1 << bits < count:
        bits += 1
    return bits


@_compile
def _distinct(hashes: U64, slots: U64, out: U64) -> int:
    """The mixed `hashes`, sorted and each once, in `out`; returns how many.

    Mixed hashes spread evenly, so that each goes almost to its place by its high bits. Where they do not (repeated
    shingles, text made for it), the slow sort sees to the rest.
    """
    bits = _slot_bits(hashes.size)
    shift, ends = np.uint64(64 - bits), slots[: 1 << bits]
    ends[:] = 0
    for place in range(hashes.size):
        value = hashes[place]
        value = (value ^ (value >> _S33)) * _MIX64_A
        value = (value ^ (value >> _S33)) * _MIX64_B
        hashes[place] = value ^ (value >> _S33)
    if _drop(hashes, shift, ends, out) > _CROWDED:
        out.sort()
    else:
        _insertion_sort(out)
    kept = 1
    for place in range(1, out.size):
        value = out[place]
        fresh = value != out[kept - 1]
        out[kept] = value
        kept += fresh
    return kept


@_compile
def _insertion_sort(values: U64) -> None:
    for place in range(1, values.size):
        value, hole = values[place], place
        while hole > 0 and values[hole - 1] > value:
            values[hole] = values[hole - 1]
            hole -= 1
        values[hole] = value


def sort(keys: U64, bits: int = 64) -> U64:
    """`keys` ascending, as `np.sort` gives them; none has more than `bits` bits.

    Meant for numbers that spread over their range, as hashes do: each is dropped close to its place by its high bits,
    in two steps, so that what is written at a time stays in the cache. Where they do not spread, a slow sort helps.
    """
    out = np.empty_like(keys)
    # Parts of about eight thousand keys, but no more parts than can be written side by side.
    split = min(12, max(0, keys.size.bit_length() - 13))
    if not split:
        _sort_slots(keys, bits, np.empty(1 << _slot_bits(keys.size), dtype=np.uint64), out)
        return out
    _sort_parts(keys, bits, split, np.empty_like(keys), out)
    return out


@_compile
def _sort_parts(keys: U64, bits: int, split: int, parted: U64, out: U64) -> None:
    ends = np.zeros(1 << split, dtype=np.uint64)
    _drop(keys, np.uint64(bits - split), ends, parted)
    largest, start = np.uint64(0), np.uint64(0)
    for part in range(ends.size):
        largest, start = max(largest, ends[part] - start), ends[part]
    most: Any = np.int64(largest)
    slots = np.empty(1 << _slot_bits(most), dtype=np.uint64)
    start, mask = np.uint64(0), (_ONE << np.uint64(bits - split)) - _ONE
    for part in range(ends.size):
        end = ends[part]
        if end > start:
            high = parted[start] & ~mask
            own = parted[start:end]
            for place in range(own.size):
                own[place] &= mask
            _sort_slots(own, bits - split, slots, out[start:end])
            for place in range(np.int64(start), np.int64(end)):
                out[place] |= high
        start = end


@_compile
def _drop(keys: U64, shift: np.uint64, ends: U64, out: U64) -> np.uint64:
    """Puts `keys` into `out` by their bits from `shift` on, in the order they come, and where each slot ends into
    `ends`, which has to be zero; returns the size of the fullest slot."""
    total, fullest = np.uint64(0), np.uint64(0)
    for place in range(keys.size):
        ends[keys[place] >> shift] += _ONE
    for slot in range(ends.size):
        count = ends[slot]
        ends[slot], total, fullest = total, total + count, max(fullest, count)
    for place in range(keys.size):
        slot = keys[place] >> shift
        out[ends[slot]] = keys[place]
        ends[slot] += _ONE
    return fullest


@_compile
def _sort_slots(keys: U64, bits: int, slots: U64, out: U64) -> None:
    """Sorts `keys` of so many bits into `out`, with room for slots to drop them into."""
    width = min(_slot_bits(keys.size), bits)
    ends = slots[: 1 << width]
    ends[:] = 0
    if _drop(keys, np.uint64(bits - width), ends, out) <= _CROWDED:
        _insertion_sort(out)
        return
    start = np.uint64(0)
    for slot in range(ends.size):
        if ends[slot] - start > _CROWDED:
            out[start : ends[slot]].sort()
        start = ends[slot]
    _insertion_sort(out)


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
def _text_minima(codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32, rows: U8 | U32) -> None:
    longest = 0
    for text in range(offsets.size - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    # As long as the longest text could need; memory is only touched as far as a stretch reaches.
    sums, powers, known = np.empty(longest + 1, dtype=np.uint64), np.empty((2, longest + 1), dtype=np.uint64), 1
    powers[:, 0] = _ONE
    starts = np.empty(min(_STRETCH + size, longest) + 1, dtype=np.uint64)
    hashes, mixed = np.empty(_STRETCH, dtype=np.uint64), np.empty(_STRETCH + _LANES, dtype=np.uint32)
    least = np.empty(a.size, dtype=np.uint32)
    for text in range(offsets.size - 1):
        least[:] = _LOW
        place, end = offsets[text], offsets[text + 1]
        while place < end:
            count: Any = np.int64(_unit_starts(begins[place:end], np.uint64(_STRETCH + size), starts))
            more = count == _STRETCH + size
            windows, reach = _STRETCH if more else max(count - size + 1, 1), min(size, count)
            extent: Any = np.int64(starts[windows - 1 + reach])
            known = _extend(powers, known, extent)
            _sums(codes[place : place + extent], powers[0], sums)
            _hashes(starts[:windows], starts[reach : reach + windows], sums, powers[1], hashes)
            _mix(hashes[:windows], mixed)
            _permute(mixed, windows, a, b, least)
            place += np.int64(starts[windows]) if more else extent
        rows[text, :] = least


@_compile
def _unit_starts(begins: Flags, wanted: np.uint64, starts: U64) -> np.uint64:
    """Fills `starts` with where the first `wanted` units begin, or all and the end of the text; returns how many."""
    count = np.uint64(0)
    for place in range(begins.size):
        starts[count] = place
        count += np.uint64(begins[place])
        if count == wanted:
            return count
    starts[count] = begins.size
    return count


@_compile
def _mix(hashes: U64, out: U32) -> None:
    """What is permuted of each hash; the last once more for every lane that may go beyond it."""
    for place in range(hashes.size):
        value = hashes[place]
        value = (value ^ (value >> _S33)) * _MIX64_A
        value = (value ^ (value >> _S33)) * _MIX64_B
        value = (value ^ (value >> _S33)) & _LOW
        value = ((value ^ (value >> _S16)) * _MIX32_A) & _LOW
        value = ((value ^ (value >> _S13)) * _MIX32_B) & _LOW
        out[place] = value ^ (value >> _S16)
    out[hashes.size : hashes.size + _LANES] = out[hashes.size - 1]


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


# The loops that `_loops` specifies, compiled as they stand there.
pack = _compile(_loops.pack)
unpack = _compile(_loops.unpack)
gather = _compile(_loops.gather)
shared = _compile(_loops.shared)
crowd = _compile(_loops.crowd)
proposed = _compile(_loops.proposed)
unite = _compile(_loops.unite)
equals = _compile(_loops.equals)
near_walk = _compile(_loops.near_walk)
contained_walk = _compile(_loops.contained_walk)
anchors = _compile(_loops.anchors)
tally = _compile(_loops.tally)
half_weights = _compile(_loops.half_weights)
rarest = _compile(_loops.rarest)
slots = _compile(_loops.slots)
find = _compile(_loops.find)
pairs_within = _compile(_loops.pairs_within)
agreeing = _compile(_loops.agreeing)
probed = _compile(_check_loops.probed)

_S61, _S31, _S30, _S21 = np.uint64(61), np.uint64(31), np.uint64(30), np.uint64(21)
_M61, _M31, _M30, _TWO = np.uint64(2**61 - 1), np.uint64(2**31 - 1), np.uint64(2**30 - 1), np.uint64(2)


@_compile
def _times(a: np.uint64, b: np.uint64) -> np.uint64:
    """a * b modulo 2^61 - 1 (not fully reduced), of numbers under 2^62 + 2^43, in 64-bit arithmetic."""
    high_a, low_a, high_b, low_b = a >> _S31, a & _M31, b >> _S31, b & _M31
    middle = low_a * high_b + high_a * low_b
    total = high_a * high_b * _TWO + (middle >> _S30) + ((middle & _M30) << _S31) + low_a * low_b
    return (total & _M61) + (total >> _S61)


@_compile
def digests(codes: U32, offsets: I64, first: np.uint64, second: np.uint64) -> U64:
    """Two 61-bit numbers a text: the polynomial of its characters, two a term, at the points `first` and `second`.

    Two different texts of n characters agree at no more than n / 2 of the 2^61 points (the fingerprints of Karp and
    Rabin 1987). With points drawn at random for each run no texts can be made to agree on both.
    """
    found = np.zeros((offsets.size - 1, 2), dtype=np.uint64)
    # Terms of even and of odd place apart, by the squares of the points: four sums that need not wait for each other.
    first_square, second_square = _times(first, first), _times(second, second)
    for text in range(offsets.size - 1):
        place, end = offsets[text], offsets[text + 1]
        one = two = np.uint64(0)
        one_odd = two_odd = np.uint64(end - place)
        while place + 3 < end:
            term = (np.uint64(codes[place]) << _S21) | np.uint64(codes[place + 1])
            odd = (np.uint64(codes[place + 2]) << _S21) | np.uint64(codes[place + 3])
            one, one_odd = _times(one, first_square) + term, _times(one_odd, first_square) + odd
            two, two_odd = _times(two, second_square) + term, _times(two_odd, second_square) + odd
            place += 4
        one, two = _times(one, first) + one_odd, _times(two, second) + two_odd
        while place < end:
            term = np.uint64(codes[place])
            if place + 1 < end:
                term = (term << _S21) | np.uint64(codes[place + 1])
            one, two = _times(one, first) + term, _times(two, second) + term
            place += 2
        found[text, 0], found[text, 1] = _reduced(one), _reduced(two)
    return found


@_compile
def _reduced(value: np.uint64) -> np.uint64:
    """`value` modulo 2^61 - 1."""
    value = (value & _M61) + (value >> _S61)
    return value - _M61 if value >= _M61 else value


_EIGHT = np.uint64(8)


@_compile
def sketch_keys(sketches: U8, rows: I64, first: int, bands: int, columns: int, shift: int) -> U64:
    """For each of `rows` the keys of `bands` bands from the `first` on, a row of the table each, above its number in
    the low `shift` bits. A sketch is read once for all of them, and a band eight bytes at a time."""
    keys = np.empty((bands, rows.size), dtype=np.uint64)
    flat, wide, step = sketches.reshape(-1), np.uint64(sketches.shape[1]), np.uint64(columns)
    bits = np.uint64(shift)
    for number in range(rows.size):
        place = np.uint64(rows[number]) * wide + np.uint64(first) * step
        for band in range(bands):
            key, left = _ONE, step
            while left:
                value, count = np.uint64(0), min(left, _EIGHT)
                for _ in range(count):
                    value = (value << _EIGHT) | np.uint64(flat[place])
                    place += _ONE
                key = (key ^ value) * _BASE
                key ^= key >> _S33
                left -= count
            keys[band, number] = ((key >> bits) << bits) | np.uint64(number)
    return keys
