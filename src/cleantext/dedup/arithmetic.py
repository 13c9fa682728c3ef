"""Which arithmetic an input gets: numpy for small ones, compiled kernels for those worth a compiler's start.

Both give the same numbers, so the choice is one of speed alone.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from cleantext.dedup import _reference

__all__ = ["COMPILED_FROM", "Arithmetic", "arithmetic"]

# Characters from which loading (0.5 s) or compiling (seconds, once a machine) the kernels pays.
COMPILED_FROM = 1_000_000

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Arithmetic(Protocol):
    """What `_reference` and `_kernels` both offer; `_reference` documents it."""

    def shingle_sets(self, codes: U32, units: I64, unit_offsets: I64, size: int) -> tuple[U64, I64]:
        """The set of shingle hashes of every text."""

    def signatures(self, values: U64, offsets: I64, a: U32, b: U32) -> U32:
        """The MinHash signature of every set."""

    def text_signatures(self, codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U32:
        """The MinHash signature of every text, without its set of shingles."""

    def text_sketches(self, codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U8:
        """The low byte of every entry of `text_signatures`."""

    def intersections(self, values: U64, offsets: I64, left: I64, right: I64) -> I64:
        """How many values pairs of sets share."""


def arithmetic(size: int) -> Arithmetic:
    """The arithmetic for an input of `size` characters or shingles."""
    if size < COMPILED_FROM:
        return _reference
    import cleantext.dedup._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

    return kernels
