"""Which arithmetic an input gets: numpy for small ones, compiled kernels for those worth a compiler's start.

Both give the same numbers, so the choice is one of speed alone.
"""

from __future__ import annotations

from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from cleantext.dedup import _loops, _reference
from cleantext.dedup._reference import Item

__all__ = ["COMPILED_FROM", "Arithmetic", "arithmetic", "compiled", "loops"]

# Characters from which loading (0.5 s) or compiling (seconds, once a machine) the kernels pays.
COMPILED_FROM = 1_000_000
# Steps of a loop from which it does.
_STEPS = 100_000

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class Arithmetic(Protocol):
    """What `_reference` and `_kernels` both offer; `_reference` documents it."""

    def decode(self, data: U8, bounds: I64, valid: Flags) -> tuple[U32, I64]:
        """The code points of UTF-8 texts."""

    def fold(self, codes: U32, starts: I64, table: I32, alone: Flags, raw: bool) -> tuple[U32, I64, Flags, I64] | None:
        """The match texts of texts, and which of them can only be matched by clusters."""

    def units(self, begins: Flags, offsets: I64) -> tuple[I64, I64]:
        """Where the units of every text begin."""

    def take(self, values: npt.NDArray[Item], offsets: I64, indices: I64) -> tuple[npt.NDArray[Item], I64]:
        """Some stretches of an array, end to end."""

    def shingle_sets(self, codes: U32, units: I64, unit_offsets: I64, size: int) -> tuple[U64, I64]:
        """The set of shingle hashes of every text."""

    def sort(self, keys: U64, bits: int = 64) -> U64:
        """Keys of so many bits, ascending."""

    def signatures(self, values: U64, offsets: I64, a: U32, b: U32) -> U32:
        """The MinHash signature of every set."""

    def text_signatures(self, codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U32:
        """The MinHash signature of every text, without its set of shingles."""

    def text_sketches(self, codes: U32, offsets: I64, begins: Flags, size: int, a: U32, b: U32) -> U8:
        """The low byte of every entry of `text_signatures`."""

    def intersections(self, values: U64, offsets: I64, left: I64, right: I64) -> I64:
        """How many values pairs of sets share."""

    def anchors(self, codes: U32, offsets: I64, begins: Flags, alone: Flags, span: int, window: int) -> tuple[U64, I64]:
        """Hashes of runs of every text, chosen so that equal runs give equal ones."""

    def tally(self, table: U8, hashes: U32 | U64) -> None:
        """Count hashes in a table."""

    def rarest(self, table: U8, hashes: U32, offsets: I64, lonely: float, most: int) -> tuple[U64, I64]:
        """The rarest hashes of every text."""

    def slots(self, wanted: U64) -> tuple[U64, I32]:
        """What `find` needs beside the values it looks for."""

    def find(self, wanted: U64, places: tuple[U64, I32], hashes: U32 | U64) -> tuple[I64, I64]:
        """Which hashes are among the values looked for."""


def compiled() -> Any:
    """The compiled kernels: those of `Arithmetic` and `_loops`."""
    import cleantext.dedup._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

    return kernels


def arithmetic(size: int) -> Arithmetic:
    """The arithmetic for an input of `size` characters or shingles."""
    if size < COMPILED_FROM:
        return cast(Arithmetic, _reference)
    return cast(Arithmetic, compiled())


def loops(size: int) -> Any:
    """The loops of `_loops` for work of about `size` steps: as they are, or compiled."""
    return _loops if size < _STEPS else compiled()
