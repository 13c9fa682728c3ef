"""Loops of the text stages compiled by numba: the same functions, the same answers, faster on large inputs.

The compiled code is cached on disk and releases the GIL.
"""

from __future__ import annotations

import numba
from numba.extending import register_jitable

from cleantext.text import _mark_loops

__all__ = ["brackets", "clauses", "mates", "neighbors", "quotes", "stops"]

_compile = numba.njit(cache=True, nogil=True)

# Marks of punctuation.
for _part in (_mark_loops.in_name, _mark_loops.is_dotted, _mark_loops.is_stop):
    register_jitable(_part)
neighbors = _compile(_mark_loops.neighbors)
mates = _compile(_mark_loops.mates)
brackets = _compile(_mark_loops.brackets)
quotes = _compile(_mark_loops.quotes)
clauses = _compile(_mark_loops.clauses)
stops = _compile(_mark_loops.stops)
