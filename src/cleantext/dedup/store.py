"""Match texts of many texts, kept where they fit: in memory, or in a file once they are over a budget.

They are read back in blocks and in selections. Stored, a text is UTF-16 with a mark where words begin (see
`_loops.pack`): two bytes for most characters. A document is a run of paragraphs of the same store.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from cleantext.dedup.arithmetic import COMPILED_FROM, compiled
from cleantext.dedup.shingle import MatchTexts, Rule, match_texts, units_alone

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Joined", "TextStore", "Texts"]

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Units (two bytes each) read from a file at a time.
_READ = 1 << 23
# Characters looked at together, so that what is made of them stays in the cache.
_LOOKED_AT = 1 << 15
# Characters from which texts are packed where nobody set a budget: 5 bytes each until then.
_PLAIN = 1 << 24


class Texts(Protocol):
    """Match texts that can be read again: paragraphs, or documents joined from them."""

    @property
    def lengths(self) -> I64:
        """Characters of each match text."""

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """How much each match text says, in characters; see `MatchTexts.weights`."""

    def read(self, begin: int, end: int) -> MatchTexts:
        """The match texts from `begin` to `end`."""

    def take(self, indices: I64) -> MatchTexts:
        """The match texts at `indices`, which ascend."""


@dataclass(slots=True)
class _Block:
    """A stretch of texts from number `first`: as they are, or packed in memory, or packed at `place` in the file."""

    first: int
    count: int
    plain: MatchTexts | None = None
    units: U16 | None = None
    packed: I64 | None = None
    place: int = 0


class TextStore:
    """The match texts of texts added in order, by `rule`. `budget`: bytes that may stay in memory."""

    def __init__(self, rule: Rule, budget: int | None = None, folder: str | None = None) -> None:
        self.rule = rule
        self._budget, self._folder = budget, folder
        self._blocks: list[_Block] = []
        self._characters = 0
        self._in_memory = 0
        self._file: Any = None
        self._written = 0
        self._lengths: list[npt.NDArray[np.int32]] = []
        self._weights: list[npt.NDArray[np.float32]] = []

    def __enter__(self) -> TextStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give memory and file back."""
        self._blocks.clear()
        if self._file is not None:
            self._file.close()  # an unnamed temporary file: nothing is left of it
            self._file = None

    def __len__(self) -> int:
        return self._blocks[-1].first + self._blocks[-1].count if self._blocks else 0

    @property
    def characters(self) -> int:
        """Characters of all match texts."""
        return self._characters

    @property
    def on_disk(self) -> int:
        """Bytes written to the temporary file."""
        return self._written * 2

    def add(self, texts: Sequence[str] | pa.Array) -> None:
        """Add `texts`; for a large input in stretches of a few million characters."""
        self.add_matched(match_texts(texts, self.rule))

    def add_matched(self, texts: MatchTexts) -> None:
        """Add match texts made by the store's rule."""
        codes = _without_surrogates(texts.codes)
        texts = MatchTexts(codes, texts.offsets, texts.begins)
        block = _Block(len(self), texts.offsets.size - 1, plain=texts)
        self._characters += codes.size
        self._lengths.append(texts.lengths.astype(np.int32))
        # Characters that are units of their own weigh one each.
        weights = texts.lengths if self.rule.unit == "character" else texts.weights
        self._weights.append(weights.astype(np.float32))
        self._blocks.append(block)
        self.__dict__.pop("lengths", None)
        self.__dict__.pop("weights", None)
        self.__dict__.pop("_firsts", None)
        if self._characters >= (COMPILED_FROM if self._budget is not None else _PLAIN):
            self._pack(block)
        if self._budget is not None and self._in_memory > self._budget:
            self._spill(block)

    def _pack(self, block: _Block) -> None:
        assert block.plain is not None
        alone = units_alone(self.rule)
        block.units, block.packed = compiled().pack(block.plain.codes, block.plain.offsets, block.plain.begins, alone)
        block.plain = None
        self._in_memory += block.units.nbytes + block.packed.nbytes

    def _spill(self, block: _Block) -> None:
        if block.units is None:
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="cleantext-", dir=self._folder)  # noqa: SIM115 - see close
        block.place = self._written
        self._file.seek(self._written * 2)
        self._file.write(block.units.data)
        self._file.flush()  # `_read` asks the file, not its buffer
        self._written += block.units.size
        self._in_memory -= block.units.nbytes
        block.units = None

    @cached_property
    def lengths(self) -> I64:
        """Characters of each match text."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self._lengths])

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """How much each match text says, in characters."""
        return np.concatenate([np.empty(0, dtype=np.float64), *self._weights])

    @cached_property
    def _firsts(self) -> I64:
        return np.array([block.first for block in self._blocks], dtype=np.int64)

    def read(self, begin: int, end: int) -> MatchTexts:
        """The match texts from `begin` to `end`."""
        return self.take(np.arange(begin, end))

    def take(self, indices: I64) -> MatchTexts:
        """The match texts at `indices`, which ascend."""
        if not indices.size:
            return MatchTexts.joined([])
        number = np.searchsorted(self._firsts, indices, side="right") - 1
        cuts = np.flatnonzero(np.diff(number, prepend=-1)).tolist()
        return MatchTexts.joined(
            [
                self._from(self._blocks[number[a]], indices[a:b] - self._blocks[number[a]].first)
                for a, b in pairwise([*cuts, indices.size])
            ]
        )

    def _from(self, block: _Block, places: I64) -> MatchTexts:
        """The match texts at ascending `places` of a block."""
        begin, end = int(places[0]), int(places[-1]) + 1
        whole = end - begin == places.size
        if block.plain is not None:
            return block.plain.slice(begin, end) if whole else block.plain.take(places)
        assert block.packed is not None
        alone, packed = units_alone(self.rule), block.packed
        if block.units is None:
            first = int(packed[begin])
            units = self._read(block.place + first, int(packed[end]) - first)
        else:
            first, units = 0, block.units
        if whole:
            return MatchTexts(*compiled().unpack(units, packed[begin : end + 1] - first, alone))
        lengths = packed[places + 1] - packed[places]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        return MatchTexts(*compiled().unpack(compiled().gather(units, packed[places] - first, lengths), offsets, alone))

    def _read(self, place: int, size: int) -> U16:
        units = np.empty(size, dtype=np.uint16)
        view, done = units.view(np.uint8).data, 0
        while done < len(view):
            done += os.preadv(self._file.fileno(), [view[done : done + 2 * _READ]], place * 2 + done)
        return units


def _without_surrogates(codes: U32) -> U32:
    """`codes`, or a copy of them without lone surrogates, which only raw text has: UTF-16 has no place for them."""
    clean = codes
    for begin in range(0, codes.size, _LOOKED_AT):
        lone = codes[begin : begin + _LOOKED_AT] - np.uint32(0xD800) < 0x800
        if lone.any():
            clean = codes.copy() if clean is codes else clean
            clean[begin : begin + _LOOKED_AT][lone] = 0xFFFD
    return clean


@dataclass(frozen=True)
class Joined:
    """Documents: runs of consecutive paragraphs of a store, from `bounds[i]` to `bounds[i + 1]`, without those in
    `left_out`."""

    store: TextStore
    bounds: I64
    left_out: Flags | None = None

    @cached_property
    def lengths(self) -> I64:
        """Characters of each match text."""
        return self._sums(self.store.lengths)

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """How much each match text says, in characters."""
        return self._sums(self.store.weights)

    def _sums(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        kept = values if self.left_out is None else np.where(self.left_out, 0, values)
        sums = np.concatenate([np.zeros(1, dtype=values.dtype), np.cumsum(kept)])
        return np.diff(sums[self.bounds])

    def read(self, begin: int, end: int) -> MatchTexts:
        """The match texts from `begin` to `end`."""
        return self.take(np.arange(begin, end))

    def take(self, indices: I64) -> MatchTexts:
        """The match texts at `indices`, which ascend."""
        starts, counts = self.bounds[indices], self.bounds[indices + 1] - self.bounds[indices]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        paragraphs = np.repeat(starts - offsets[:-1], counts) + np.arange(offsets[-1])
        if self.left_out is not None:
            stays = ~self.left_out[paragraphs]
            offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(stays)])[offsets]
            paragraphs = paragraphs[stays]
        found = self.store.take(paragraphs)
        return MatchTexts(found.codes, found.offsets[offsets], found.begins)
