"""What the kernels of this room share: how they are compiled, and what they ask of characters.

The compiled code is cached on disk by module; it runs without the GIL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.extending import register_jitable

from cleantext.kernels import OPTIONS, compiler
from cleantext.pages import (
    _around,
    _climb,
    _columns,
    _counts,
    _cues,
    _measure,
    _names,
    _network,
    _path,
    _trees,
    _zones,
)
from cleantext.pages._layout import SPACE, U8, U32, Int, Truth

_F = TypeVar("_F", bound=Callable[..., Any])


def _part_of_kernels(**options: Any) -> Callable[[_F], _F]:
    return cast(Callable[[_F], _F], numba.njit(**OPTIONS, **options))


# Kernels count no references to arrays, which is half of what a tag costs; so they make none.
kernel = compiler(_nrt=False)
# For those that no Python calls: without what would take their arguments from it they compile in half the time, and
# with the kernels that call them they are cached.
inner = _part_of_kernels(_nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
# For inner ones called from one place: their many arrays are not handed over at every tag.
step = _part_of_kernels(_nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)
# For those that make arrays.
making = compiler()

# Characters compared at a time.
_STRIDE = 16


@inner
def is_space(code: Int, chars: U8) -> Truth:
    return code < chars.size and chars[code] & SPACE != 0


@inner
def is_wide(code: Int) -> Truth:
    """Whether a line break beside the character may be no space: the ranges of `cutter`."""
    if code < 0x2E80 or code > 0xFFEF:
        return False
    return (
        code <= 0xA4CF
        or 0xAC00 <= code <= 0xD7AF
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or code >= 0xFF00
    )


@inner
def _indents(code: Int) -> Truth:
    return code in (0x3000, 0xA0)


@inner
def entity(codes: U32, i: Int) -> tuple[Int, Int]:
    """The character written as the entity at `i`, one of the five the parser writes, and its length; 0, 0: none."""
    left = codes.size - i
    if left >= 4 and codes[i + 2] == 116 and codes[i + 3] == 59:
        if codes[i + 1] == 108:
            return 60, 4
        if codes[i + 1] == 103:
            return 62, 4
    if left >= 5 and codes[i + 1] == 97 and codes[i + 2] == 109 and codes[i + 3] == 112 and codes[i + 4] == 59:
        return 38, 5
    if left >= 6 and codes[i + 5] == 59:
        if codes[i + 1] == 110 and codes[i + 2] == 98 and codes[i + 3] == 115 and codes[i + 4] == 112:
            return 0xA0, 6
        if codes[i + 1] == 113 and codes[i + 2] == 117 and codes[i + 3] == 111 and codes[i + 4] == 116:
            return 34, 6
    return 0, 0


@inner
def same(codes: U32, start: Int, end: Int, word: U32) -> Truth:
    """Whether [start, end) of the markup is a word, in small or capital ASCII letters."""
    if end - start != word.size:
        return False
    for j in range(word.size):
        code = codes[start + j]
        if 65 <= code <= 90:
            code += np.uint32(32)
        if code != word[j]:
            return False
    return True


@inner
def equal(codes: U32, first: Int, other: Int, length: Int) -> Truth:
    """Whether two stretches of a text are the same."""
    for i in range(length):  # noqa: SIM110 - no generators in kernels
        if codes[first + i] != codes[other + i]:
            return False
    return True


@inner
def is_exactly(codes: U32, start: Int, end: Int, word: U32) -> Truth:
    if end - start != word.size:
        return False
    for j in range(word.size):  # noqa: SIM110 - no generators in kernels
        if codes[start + j] != word[j]:
            return False
    return True


@inner
def find(codes: U32, i: Int, one: Int, other: Int) -> Int:
    """Where the next of two characters stands, from `i`; the end where there is none."""
    size, first, second = codes.size, np.uint32(one), np.uint32(other)
    while i + _STRIDE <= size:
        stride = codes[i : i + _STRIDE]
        hit = np.uint32(0)
        for k in range(_STRIDE):  # without branches, so that it becomes a few instructions
            hit |= np.uint32(stride[k] == first) | np.uint32(stride[k] == second)
        if hit:
            break
        i += _STRIDE
    while i < size and codes[i] != first and codes[i] != second:
        i += 1
    return i


# As inner ones, though plain code calls them as well.
for _part in (
    *(*_measure.PARTS, *_around.PARTS, *_cues.PARTS, *_columns.PARTS),
    *(*_trees.PARTS, *_climb.PARTS, *_zones.PARTS, *_names.PARTS, *_network.PARTS),
):
    register_jitable(_nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)(_part)

count, may_begin, look = kernel(_counts.count), kernel(_counts.may_begin), kernel(_cues.look)
add_trees, add_masked = kernel(_trees.add_trees), kernel(_trees.add_masked)
take, add_layer = kernel(_network.take), kernel(_network.add_layer)
add_products = kernel(_network.add_products)
climb, add_once, add_near = kernel(_climb.climb), kernel(_climb.add_once), kernel(_climb.add_near)
hold, number_pairs = kernel(_climb.hold), kernel(_climb.number_pairs)
fill_text, fill_places = kernel(_columns.fill_text), kernel(_columns.fill_places)
fill_elements, fill_words = kernel(_columns.fill_elements), kernel(_columns.fill_words)
fill_context = kernel(_columns.fill_context)
find_core, tell = kernel(_climb.find_core), kernel(_climb.tell)

measure, read_kinds = kernel(_measure.measure), kernel(_names.read_kinds)
follow, label_places = kernel(_path.follow), kernel(_path.label_places)
surround, add_up = kernel(_around.surround), kernel(_around.add_up)
weigh_lines, find_zones = kernel(_zones.weigh_lines), kernel(_zones.find_zones)
