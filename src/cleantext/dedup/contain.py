"""Which items stand inside a longer one, found by rare anchors and verified exactly.

A teaser, a cut-off lead or a paragraph in a digest has runs of text in common with what it stands in. Every text is
reduced to *anchors*, hashes of runs of about twelve characters chosen so that equal runs give equal anchors
(`_loops.anchors`). Anchors that no other text has cannot be shared: a text with too many of them stands in nothing,
which rules out nearly all texts of an ordinary corpus at once. Of the others the rarest anchor of each stretch is
looked up, and the texts that have several of them are compared: two texts with one clause in common share it in one
stretch or two, however many rare anchors it has.

A few passes over the anchors, a table of a byte a slot, and the lists of the rarest anchors in rounds: memory does not
depend on how alike the texts are.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cleantext.dedup._reference import ABSENT
from cleantext.dedup.arithmetic import loops
from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.shingle import blocks, unspaced
from cleantext.dedup.threads import spread

__all__ = ["contained_links", "oriented"]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
R = TypeVar("R")

# Half characters an anchor weighs, and windows one is chosen from: runs of 17 characters in common are enough.
_SPAN, _WINDOW = 24, 6
# Share of anchors in no other text above which a text stands in nothing: three changes in a hundred characters, as
# many as a contained text may have, break about half of its anchors.
_LONELY = 0.6
# Stretches of a text of which an anchor is looked up, and the share of them that must agree.
_PROBES, _HITS = 6, (3, 8)
# Texts followed for one anchor, the longest, and texts compared with one text.
_LONGEST, _COMPARED = 64, 16
# Anchors that stay in memory between the passes, four bytes each; a text has one in four characters or so.
_HELD = 1 << 25
# Slots of the table that counts in how many texts an anchor is, as a power of two.
_MAX_BITS = 29
# Probes of one round at least (of more items, one for each), and items whose probes are followed in one go.
_ROUND, _SLICE = 1 << 23, 1 << 15
# Bits of a length in the keys that lists are sorted by, and the length from which all count as one.
_LENGTH_BITS = 12
_LENGTH = (1 << _LENGTH_BITS) - 1


def oriented(links: Links, minimum: float) -> Links:
    """Of `links`, those in which the smaller set stands in the other to a share of `minimum`, smaller one left."""
    smaller = (links.left_size < links.right_size) | (
        (links.left_size == links.right_size) & (links.left > links.right)
    )
    turned = Links(
        np.where(smaller, links.left, links.right),
        np.where(smaller, links.right, links.left),
        links.shared,
        np.where(smaller, links.left_size, links.right_size),
        np.where(smaller, links.right_size, links.left_size),
    )
    return turned.where(turned.shared / turned.left_size >= minimum)


@dataclass(slots=True)
class _Stretch:
    """The items from `begin` to `end`: how many anchors each has, and these or their place in the file."""

    begin: int
    end: int
    counts: I32 | None = None
    hashes: U32 | None = None
    place: int = 0
    size: int = 0


class _Anchors:
    """The anchors of `items`, which are in the order of their texts: the low halves of their hashes.

    They are gone through several times. Those of the first time are kept: in memory as far as `_HELD` allows, then in
    an unnamed temporary file.
    """

    def __init__(self, verifier: Verifier, items: I64, span: int) -> None:
        self.verifier, self.items, self.span = verifier, items, span
        texts = verifier.items[items]
        self._stretches = [_Stretch(*part) for part in blocks(verifier.texts.lengths[texts])]
        self._room = _HELD
        self._file: Any = None
        self._written = 0

    def __enter__(self) -> _Anchors:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def each(self, function: Callable[[I64, U32, I64], R]) -> Iterator[R]:
        """`function` of the items of a stretch, their anchors and n + 1 offsets, stretch by stretch, on threads."""

        def apply(stretch: _Stretch) -> tuple[R, U32 | None, I64 | None]:
            own = self.items[stretch.begin : stretch.end]
            if stretch.counts is not None:
                counts: I64 = np.concatenate([np.zeros(1, dtype=np.int64), stretch.counts])
                return function(own, self._read(stretch), np.cumsum(counts)), None, None
            hashes, offsets = self._made(self.verifier.items[own])
            return function(own, hashes, offsets), hashes, offsets

        results = spread(apply, self._stretches, self.verifier.threads)
        for stretch, (result, hashes, offsets) in zip(self._stretches, results, strict=True):
            if hashes is not None and offsets is not None:
                stretch.counts = np.diff(offsets).astype(np.int32)
                self._keep(stretch, hashes)
            yield result

    def _made(self, numbers: I64) -> tuple[U32, I64]:
        texts = self.verifier.texts.take(numbers)
        hashes, offsets = self.verifier.arithmetic.anchors(
            texts.codes, texts.offsets, texts.begins, unspaced(), self.span, _WINDOW
        )
        return hashes.astype(np.uint32), offsets

    def _keep(self, stretch: _Stretch, hashes: U32) -> None:
        if hashes.size <= self._room:
            self._room -= hashes.size
            stretch.hashes = hashes
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="cleantext-", buffering=0)  # noqa: SIM115 - see __exit__
        stretch.place, stretch.size = self._written, hashes.size
        view = hashes.view(np.uint8).data
        while view:
            view = view[self._file.write(view) :]
        self._written += hashes.nbytes

    def _read(self, stretch: _Stretch) -> U32:
        if stretch.hashes is not None:
            return stretch.hashes
        hashes = np.empty(stretch.size, dtype=np.uint32)
        view, done = hashes.view(np.uint8).data, 0
        while done < len(view):
            done += os.preadv(self._file.fileno(), [view[done:]], stretch.place + done)
        return hashes


def contained_links(verifier: Verifier, survivors: I64, minimum: float, min_chars: int) -> tuple[Links, int]:
    """Verified links (inner, outer) among `survivors`, the larger set outer, and how many pairs were compared.

    What stands in what is decided exactly; which pairs are compared is a matter of their rarest anchors.
    """
    if survivors.size < 2:
        return Links.joined([]), 0
    items = survivors[np.argsort(verifier.items[survivors], kind="stable")]
    bits = min(_MAX_BITS, max(12, int(verifier.lengths[items].sum() // 2).bit_length() + 1))
    table = np.zeros(1 << bits, dtype=np.uint8)
    found, compared = [], 0
    with _Anchors(verifier, items, max(2, min(_SPAN, min_chars * 6 // 5))) as anchors:
        for hashes in anchors.each(lambda _, hashes, __: hashes):
            verifier.arithmetic.tally(table, hashes)
        for inner, probes in _rounds(anchors, table):
            left, right = _candidates(anchors, inner, probes)
            compared += left.size
            found.append(oriented(verifier.links(left, right), minimum))
    return _once(Links.joined(found)), compared


def _rounds(anchors: _Anchors, table: U8) -> Iterator[tuple[I64, U64]]:
    """The anchors to be looked up, and the item each is from, in rounds."""
    inner: list[I64] = []
    probes: list[U64] = []
    held = 0
    # No more probes than the keys of `_lists` have numbers for.
    numbers = 63 - _LENGTH_BITS - (anchors.verifier.lengths.size - 1).bit_length()
    most = min(max(_ROUND, anchors.items.size), 1 << numbers)

    def chosen(items: I64, hashes: U32, offsets: I64) -> tuple[I64, U64]:
        rare, bounds = anchors.verifier.arithmetic.rarest(table, hashes, offsets, _LONELY, _PROBES)
        return np.repeat(items, np.diff(bounds)), rare

    for own, rare in anchors.each(chosen):
        inner.append(own)
        probes.append(rare)
        held += rare.size
        if held >= most:
            yield np.concatenate(inner), np.concatenate(probes)
            inner, probes, held = [], [], 0
    if held:
        yield np.concatenate(inner), np.concatenate(probes)


def _candidates(anchors: _Anchors, inner: I64, probes: U64) -> tuple[I64, I64]:
    """The pairs worth a comparison: items `inner` and those that have enough of their `probes`, not much shorter."""
    wanted = anchors.verifier.arithmetic.sort(probes, 33)
    wanted = wanted[np.diff(wanted, prepend=ABSENT + 1) != 0]
    table = anchors.verifier.arithmetic.slots(wanted)
    lists, starts = _lists(anchors, wanted, table)
    number = anchors.verifier.arithmetic.find(wanted, table, probes)[1]
    order = np.argsort(inner, kind="stable")
    own, number = inner[order], number[order]
    begins, counts = starts[number], np.diff(starts)[number]
    firsts = np.flatnonzero(np.diff(own, prepend=-1))
    offsets = np.append(firsts, own.size)
    verifier = anchors.verifier
    numbers = loops(int(counts.sum()))

    def agreed(part: tuple[int, int]) -> tuple[I64, I64]:
        first, end = int(offsets[part[0]]), int(offsets[part[1]])
        mine = offsets[part[0] : part[1] + 1] - first
        entries = np.add.reduceat(counts[first:end], mine[:-1])
        found: tuple[I64, I64] = numbers.agreeing(
            own[firsts[part[0] : part[1]]],
            (mine, begins[first:end], counts[first:end]),
            (lists, np.empty(int(entries.max()), dtype=np.int64)),
            verifier.lengths,
            _HITS,
            _LONGEST,
            _COMPARED,
        )
        return found

    parts = [(first, min(first + _SLICE, firsts.size)) for first in range(0, firsts.size, _SLICE)]
    pairs = list(spread(agreed, parts, verifier.threads))
    return np.concatenate([one for one, _ in pairs]), np.concatenate([two for _, two in pairs])


def _lists(anchors: _Anchors, wanted: U64, table: tuple[U64, I32]) -> tuple[I64, I64]:
    """For each of `wanted` (ascending, `table` finds them) the items that have it, the longest first: items and n + 1
    starts."""
    numbers, lengths = anchors.verifier.arithmetic, anchors.verifier.lengths
    shortness = _LENGTH - np.minimum(lengths, _LENGTH)
    # One number a row, from high bits to low: the anchor, how short the item is, the item.
    item_bits = max(1, lengths.size - 1).bit_length()
    anchor_shift = item_bits + _LENGTH_BITS

    def listed(items: I64, hashes: U32, offsets: I64) -> I64:
        places, number = numbers.find(wanted, table, hashes)
        own = items[np.searchsorted(offsets, places, side="right") - 1]
        found: I64 = (number << anchor_shift) | (shortness[own] << item_bits) | own
        return found

    keys = np.concatenate(list(anchors.each(listed))).view(np.uint64)
    keys = numbers.sort(keys, anchor_shift + wanted.size.bit_length()).view(np.int64)
    counts = np.bincount(keys >> anchor_shift, minlength=wanted.size)
    bounds = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    sizes = np.minimum(counts, _LONGEST)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    keys = keys[np.repeat(bounds[:-1] - starts[:-1], sizes) + np.arange(starts[-1])]
    return keys & ((1 << item_bits) - 1), starts


def _once(links: Links) -> Links:
    """`links` without repetitions."""
    fresh = np.ones(len(links), dtype=np.bool_)
    fresh[1:] = (np.diff(links.left) != 0) | (np.diff(links.right) != 0)
    return links.where(fresh)
