"""Loops of the text stages compiled by numba: the same functions, the same answers, faster on large inputs.

The compiled code is cached on disk and releases the GIL.
"""

from __future__ import annotations

from numba.extending import register_jitable

from cleantext.kernels import compiler
from cleantext.text._loops import edge, longer, sequence
from cleantext.text._loops import forward as _forward
from cleantext.text._loops import longest_first as _longest_first
from cleantext.text._mark_loops import PARTS, PLAIN, Loops

__all__ = ["MARK_LOOPS", "forward", "longest_first"]

_compile = compiler()

# Marks of punctuation.
for _part in PARTS:
    register_jitable(_part)
MARK_LOOPS = Loops(*map(_compile, PLAIN))

# Conversion of script: what the walks call, and the walks.
for _helper in (edge, sequence, longer):
    register_jitable(_helper)
forward = _compile(_forward)
longest_first = _compile(_longest_first)
