"""Which texts stand inside a longer one: an exact search by rare shingles.

To stand in another text to a share c, a text of n shingles may miss at most n - ⌈c·n⌉ of them. So of any n - ⌈c·n⌉ + 1
of its shingles one is in the container (prefix filtering: Chaudhuri, Ganti and Kaushik 2006). Its rarest are taken:
shingles that no other text has are certain misses, which rules out most texts at once, and the lists of the texts that
have the next rarest are short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.shingle import ShingleSets

__all__ = ["contained_links", "oriented"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Slots of the table that counts in how many texts a shingle is, as a power of two: at most half a gigabyte.
_MAX_BITS = 26
# Entries in a text's lists above which more of its shingles are looked up and this many of them must agree.
_MANY, _HITS = 256, 8
# The longest list followed: the texts with most shingles of those that have one shingle.
_LONGEST = 4096
_CHUNK = 1 << 21


def oriented(links: Links, sizes: I64, minimum: float) -> Links:
    """Of `links`, those in which the smaller set stands in the other to a share of `minimum`, smaller one left."""
    a, b = links.left, links.right
    swap = (sizes[a] > sizes[b]) | ((sizes[a] == sizes[b]) & (a < b))
    inner, outer = np.where(swap, b, a), np.where(swap, a, b)
    return Links(inner, outer, links.shared).where(links.shared / sizes[inner] >= minimum)


@dataclass(frozen=True, slots=True)
class _Lists:
    """For each probed shingle, the texts that have it, those with most shingles first: list u is
    texts[starts[u]:starts[u] + lengths[u]]."""

    shingles: U64
    texts: I64
    starts: I64
    lengths: I64


def contained_links(verifier: Verifier, survivors: I64, minimum: float) -> tuple[Links, int]:
    """The links (inner, outer) among `survivors` whose containment reaches `minimum`, and how many lists were cut.

    Every such link is found unless its lists were cut to their longest texts.
    """
    sets = _taken(verifier.sets, survivors)
    owner = np.repeat(np.arange(len(sets)), sets.sizes)
    probes, hits = _probes(sets, owner, minimum)
    lists = _lists(sets, owner, np.unique(sets.values[probes]))
    found: list[Links] = []
    for inner, outer in _joined(sets, owner[probes], sets.values[probes], lists, hits):
        links = Links(survivors[inner], survivors[outer], verifier.shared(survivors[inner], survivors[outer]))
        found.append(oriented(links, verifier.sets.sizes, minimum))
    return Links.joined(found), int(np.count_nonzero(lists.lengths > _LONGEST))


def _taken(sets: ShingleSets, indices: I64) -> ShingleSets:
    sizes = sets.sizes[indices]
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    places = np.repeat(sets.offsets[indices] - offsets[:-1], sizes) + np.arange(offsets[-1])
    return ShingleSets(sets.values[places], offsets)


def _probes(sets: ShingleSets, owner: I64, minimum: float) -> tuple[I64, I64]:
    """Which shingles to look up (places in `values`, by owner), and how many hits make a candidate of each text."""
    bits = min(_MAX_BITS, max(10, (2 * sets.values.size).bit_length()))
    slots = (sets.values & np.uint64((1 << bits) - 1)).astype(np.int64)
    # Two shingles in one slot make both look commoner, so a shingle that looks unique is.
    texts_with = np.bincount(slots, minlength=1 << bits)[slots]
    slack = sets.sizes - np.ceil(minimum * sets.sizes * (1 - 1e-12)).astype(np.int64)
    missed = np.bincount(owner[texts_with == 1], minlength=len(sets))
    places = np.flatnonzero((texts_with > 1) & (missed <= slack)[owner])
    places = places[np.lexsort((sets.values[places], texts_with[places], owner[places]))]
    mine = owner[places]
    rank = np.arange(places.size) - np.searchsorted(mine, mine)
    prefix = slack - missed
    entries = np.bincount(mine, weights=texts_with[places] * (rank <= prefix[mine]), minlength=len(sets))
    hits = np.where(entries > _MANY, np.minimum(_HITS, sets.sizes - slack), 1)
    return places[rank < (prefix + hits)[mine]], hits


def _lists(sets: ShingleSets, owner: I64, shingles: U64) -> _Lists:
    mask = np.uint64((1 << 20) - 1)
    sieve = np.zeros(1 << 20, dtype=np.bool_)
    sieve[shingles & mask] = True
    places = np.flatnonzero(sieve[sets.values & mask])
    number = np.searchsorted(shingles, sets.values[places])
    present = shingles[np.minimum(number, shingles.size - 1)] == sets.values[places] if shingles.size else number < 0
    places, number = places[present], number[present]
    texts = owner[places]
    order = np.lexsort((texts, -sets.sizes[texts], number))
    starts = np.searchsorted(number[order], np.arange(shingles.size))
    return _Lists(shingles, texts[order], starts, np.diff(np.append(starts, places.size)))


def _joined(sets: ShingleSets, inner: I64, shingles: U64, lists: _Lists, hits: I64) -> Iterator[tuple[I64, I64]]:
    """Candidates (inner, outer), a larger outer each, in chunks."""
    number = np.searchsorted(lists.shingles, shingles)
    lengths = np.minimum(lists.lengths[number], _LONGEST)
    chunk = np.cumsum(lengths) // _CHUNK
    chunk = chunk[np.searchsorted(inner, inner)] if inner.size else chunk  # one text's probes stay together
    cuts = np.flatnonzero(np.diff(chunk, prepend=-1))
    for a, b in zip(cuts.tolist(), [*cuts.tolist()[1:], inner.size], strict=True):
        counts = lengths[a:b]
        places = np.repeat(lists.starts[number[a:b]] - (np.cumsum(counts) - counts), counts)
        outer = lists.texts[places + np.arange(places.size)]
        pair, agreed = np.unique(np.repeat(inner[a:b], counts) * len(sets) + outer, return_counts=True)
        small, large = pair // len(sets), pair % len(sets)
        bigger = (sets.sizes[large] > sets.sizes[small]) | ((sets.sizes[large] == sets.sizes[small]) & (large < small))
        candidate = bigger & (agreed >= hits[small])
        yield small[candidate], large[candidate]
