"""Loops of the text stages compiled by numba: the same functions, the same answers, faster on large inputs.

The compiled code is cached on disk and releases the GIL.
"""

from __future__ import annotations

import numba
from numba.extending import register_jitable

from cleantext.text._mark_loops import PARTS, PLAIN, Loops

__all__ = ["MARK_LOOPS"]

_compile = numba.njit(cache=True, nogil=True)

# Marks of punctuation.
for _part in PARTS:
    register_jitable(_part)
MARK_LOOPS = Loops(*map(_compile, PLAIN))
