"""The loop of the self-check that cannot be an array expression, in plain Python over arrays.

`_kernels` compiles it for large inputs; `selfcheck` has the numpy that it must equal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cleantext.dedup._reference import BASE

__all__ = ["probed"]

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_ONE, _S6, _S33, _S63 = np.uint64(1), np.uint64(6), np.uint64(33), np.uint64(63)
_BASE, _INVERSE = np.uint64(BASE), np.uint64(pow(BASE, -1, 2**64))
_MIX_A, _MIX_B = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


def probed(
    codes: U32,
    offsets: I64,
    begins: Flags,
    size: int,
    index: tuple[U64, U64, I64, I64, I64],
    high: np.uint64,
    enough: I64,
) -> tuple[I64, I64]:
    """Which texts hold `enough` of the indexed shingles of which sampled text: the numbers of both, pair by pair.

    The shingles are those of `_reference.shingle_sets`, made one after another and forgotten. `index` is a sieve of
    bits by the low bits of a hash, the indexed hashes ascending, where those begin among them that are equal when
    shifted by `high`, and the numbers of the sampled texts that hold each, as n + 1 bounds and a list.
    """
    sieve, keys, firsts, bounds, holders = index
    low = np.uint64(sieve.size * 64 - 1)
    capacity = 1024
    found = np.empty((2, capacity), dtype=np.int64)
    filled = 0
    counts, met = np.zeros(enough.size, dtype=np.int64), np.empty(enough.size, dtype=np.int64)
    seen = np.full(keys.size, -1, dtype=np.int64)
    for text in range(offsets.size - 1):
        start = end = offsets[text]
        last = offsets[text + 1]
        value, power, held, touched = np.uint64(0), _ONE, 0, 0
        while start < last:
            while end < last and held < size:  # take a whole unit
                while True:
                    value += (np.uint64(codes[end]) + _ONE) * power
                    power *= _BASE
                    end += 1
                    if end == last or begins[end]:
                        break
                held += 1
            mixed = (value ^ (value >> _S33)) * _MIX_A
            mixed = (mixed ^ (mixed >> _S33)) * _MIX_B
            mixed ^= mixed >> _S33
            if (sieve[(mixed & low) >> _S6] >> (mixed & _S63)) & _ONE:
                drawer = mixed >> high
                for number in range(firsts[drawer], firsts[drawer + _ONE]):
                    if keys[number] == mixed and seen[number] != text:
                        seen[number] = text
                        for place in range(bounds[number], bounds[number + 1]):
                            holder = holders[place]
                            if counts[holder] == 0:
                                met[touched] = holder
                                touched += 1
                            counts[holder] += 1
            if end == last:
                break
            while True:  # leave a whole unit behind
                value = (value - (np.uint64(codes[start]) + _ONE)) * _INVERSE
                power *= _INVERSE
                start += 1
                if begins[start]:
                    break
            held -= 1
        if filled + touched > capacity:
            capacity = 2 * (filled + touched)
            larger = np.empty((2, capacity), dtype=np.int64)
            larger[:, :filled] = found[:, :filled]
            found = larger
        for place in range(touched):
            holder = met[place]
            if counts[holder] >= enough[holder]:
                found[0, filled], found[1, filled] = text, holder
                filled += 1
            counts[holder] = 0
    return found[0, :filled].copy(), found[1, :filled].copy()
