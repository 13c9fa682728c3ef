"""Which items stand inside a longer one, found by rare anchors and verified exactly.

A teaser, a cut-off lead or a paragraph in a digest has runs of text in common with what it stands in. Every text is
reduced to *anchors*, hashes of runs of about twelve characters chosen so that equal runs give equal anchors
(`_loops.anchors`). Anchors that no other text has cannot be shared: a text with too many of them stands in nothing,
which rules out nearly all texts of an ordinary corpus at once. Of the others a few of the rarest anchors are looked up,
and the texts that have several of them are compared.

Three passes over the texts, a table of a byte a slot, and the lists of the rarest anchors in rounds of a fixed size:
memory does not depend on how alike the texts are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.shingle import blocks, unspaced
from cleantext.dedup.threads import spread

__all__ = ["contained_links", "oriented"]

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
R = TypeVar("R")

# Half characters an anchor weighs, and windows one is chosen from: runs of 17 characters in common are enough.
_SPAN, _WINDOW = 24, 6
# Share of anchors in no other text above which a text stands in nothing: three changes in a hundred characters, as
# many as a contained text may have, break about half of its anchors.
_LONELY = 0.6
# Anchors looked up for a text, and the share of them that must agree: three of eight.
_PROBES, _HITS, _OF = 8, 3, 8
# Texts followed for one anchor, the longest, and texts compared with one text.
_LONGEST, _COMPARED = 64, 16
# Slots of the table that counts in how many texts an anchor is, as a power of two.
_MAX_BITS = 30
# Probes of one round.
_ROUND = 1 << 23


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


@dataclass(frozen=True)
class _Anchors:
    """The anchors of `items`, which are in the order of their texts; made anew for every pass."""

    verifier: Verifier
    items: I64
    span: int

    def each(self, function: Callable[[I64, U64, I64], R]) -> Iterator[R]:
        """`function` of the items of a stretch, their anchors and n + 1 offsets, stretch by stretch, on threads."""
        texts = self.verifier.items[self.items]

        def apply(part: tuple[int, int]) -> R:
            found = self.verifier.texts.take(texts[part[0] : part[1]])
            hashes, offsets = self.verifier.arithmetic.anchors(
                found.codes, found.offsets, found.begins, unspaced(), self.span, _WINDOW
            )
            return function(self.items[part[0] : part[1]], hashes, offsets)

        yield from spread(apply, blocks(self.verifier.texts.lengths[texts]), self.verifier.threads)


def contained_links(verifier: Verifier, survivors: I64, minimum: float, min_chars: int) -> tuple[Links, int]:
    """Verified links (inner, outer) among `survivors`, the larger set outer, and how many pairs were compared.

    What stands in what is decided exactly; which pairs are compared is a matter of their rarest anchors.
    """
    if survivors.size < 2:
        return Links.joined([]), 0
    items = survivors[np.argsort(verifier.items[survivors], kind="stable")]
    anchors = _Anchors(verifier, items, max(2, min(_SPAN, min_chars * 6 // 5)))
    bits = min(_MAX_BITS, max(12, int(verifier.lengths[items].sum() // 2).bit_length() + 1))
    table = np.zeros(1 << bits, dtype=np.uint8)
    for hashes in anchors.each(lambda _, hashes, __: hashes):
        verifier.arithmetic.tally(table, hashes)
    found, compared = [], 0
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

    def chosen(items: I64, hashes: U64, offsets: I64) -> tuple[I64, U64]:
        rare, bounds = anchors.verifier.arithmetic.rarest(table, hashes, offsets, _LONELY, _PROBES)
        return np.repeat(items, np.diff(bounds)), rare

    for own, rare in anchors.each(chosen):
        inner.append(own)
        probes.append(rare)
        held += rare.size
        if held >= _ROUND:
            yield np.concatenate(inner), np.concatenate(probes)
            inner, probes, held = [], [], 0
    if held:
        yield np.concatenate(inner), np.concatenate(probes)


def _candidates(anchors: _Anchors, inner: I64, probes: U64) -> tuple[I64, I64]:
    """The pairs worth a comparison: items `inner` and those that have enough of their `probes`, not much shorter."""
    shingles, number = np.unique(probes, return_inverse=True)
    lists, starts = _lists(anchors, shingles)
    counts = np.diff(starts)[number]
    order = np.argsort(inner, kind="stable")
    own, counts, begins = inner[order], counts[order], starts[number[order]]
    wanted = np.bincount(own)
    lengths = anchors.verifier.lengths
    parts = []
    for a, b in _chunks(own, counts):
        repeats = counts[a:b]
        ends = np.cumsum(repeats)
        places = np.repeat(begins[a:b] - (ends - repeats), repeats) + np.arange(ends[-1] if ends.size else 0)
        left, right = np.repeat(own[a:b], repeats), lists[places]
        longer = (left != right) & (lengths[right] * 10 >= lengths[left] * 9)
        pairs, hits = np.unique((left[longer] << 32) | right[longer], return_counts=True)
        left, right = pairs >> 32, pairs & 0xFFFFFFFF
        enough = hits * _OF >= wanted[left] * _HITS
        left, right, hits = left[enough], right[enough], hits[enough]
        best = np.lexsort((right, -lengths[right], -hits, left))
        rank = np.arange(best.size) - np.searchsorted(left[best], left[best])
        best = best[rank < _COMPARED]
        parts.append((left[best], right[best]))
    empty = np.empty(0, dtype=np.int64)
    return np.concatenate([empty, *(one for one, _ in parts)]), np.concatenate([empty, *(two for _, two in parts)])


def _chunks(own: I64, counts: I64) -> Iterator[tuple[int, int]]:
    """Stretches of probes with about `_ROUND` entries in their lists, those of one item together."""
    total = np.cumsum(counts)
    chunk = (total // _ROUND)[np.searchsorted(own, own)]
    cuts = [*np.flatnonzero(np.diff(chunk, prepend=-1)).tolist(), own.size]
    return pairwise(cuts)


def _lists(anchors: _Anchors, wanted: U64) -> tuple[I64, I64]:
    """For each of `wanted` (ascending) the items that have it, the longest first: items and n + 1 starts."""
    numbers = anchors.verifier.arithmetic
    table = numbers.slots(wanted)

    def listed(items: I64, hashes: U64, offsets: I64) -> tuple[I64, I64]:
        places, number = numbers.find(wanted, table, hashes)
        return items[np.searchsorted(offsets, places, side="right") - 1], number

    parts = list(anchors.each(listed))
    item, number = np.concatenate([one for one, _ in parts]), np.concatenate([two for _, two in parts])
    del parts
    order = np.lexsort((item, -anchors.verifier.lengths[item], number))
    item, number = item[order], number[order]
    rank = np.arange(number.size) - np.searchsorted(number, number)
    item, number = item[rank < _LONGEST], number[rank < _LONGEST]
    return item, np.searchsorted(number, np.arange(wanted.size + 1))


def _once(links: Links) -> Links:
    """`links` without repetitions."""
    fresh = np.ones(len(links), dtype=np.bool_)
    fresh[1:] = (np.diff(links.left) != 0) | (np.diff(links.right) != 0)
    return links.where(fresh)
