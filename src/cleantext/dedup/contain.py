"""Which texts stand inside a longer one: an exact search by rare shingles.

To stand in another text to a share c, a text of n shingles may miss at most n - ⌈c·n⌉ of them. So of any n - ⌈c·n⌉ + 1
of its shingles one is in the container (prefix filtering: Chaudhuri, Ganti and Kaushik 2006). Its rarest are taken:
shingles that no other text has are certain misses, which rules out most texts at once, and the lists of the texts that
have the next rarest are short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.shingle import ShingleSets, blocks

__all__ = ["contained_links", "oriented"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Slots of the table that counts in how many texts a shingle is, as a power of two: at most 256 megabytes.
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


@dataclass(frozen=True, slots=True)
class _Probes:
    """Shingles to look up, by the text they are from, and how many hits make a candidate of each text."""

    texts: I64
    shingles: U64
    hits: I64


def contained_links(verifier: Verifier, survivors: I64, minimum: float) -> tuple[Links, int]:
    """The links (inner, outer) among `survivors` whose containment reaches `minimum`, and how many lists were cut.

    Every such link is found unless its lists were cut to their longest texts.
    """
    sets = verifier.sets
    probes = _probes(sets, survivors, minimum)
    lists = _lists(sets, survivors, np.unique(probes.shingles))
    found = []
    for inner, outer in _candidates(sets.sizes, probes, lists):
        links = Links(inner, outer, verifier.shared(inner, outer))
        found.append(oriented(links, sets.sizes, minimum))
    return Links.joined(found), int(np.count_nonzero(lists.lengths > _LONGEST))


def _blocks(sets: ShingleSets, texts: I64) -> Iterator[tuple[I64, U64]]:
    """The shingles of `texts` in blocks, and whose each is."""
    sizes = sets.sizes[texts]
    for begin, end in blocks(sizes):
        mine, counts = texts[begin:end], sizes[begin:end]
        places = np.repeat(sets.offsets[mine] - (np.cumsum(counts) - counts), counts)
        yield np.repeat(mine, counts), sets.values[places + np.arange(places.size)]


def _probes(sets: ShingleSets, survivors: I64, minimum: float) -> _Probes:
    bits = min(_MAX_BITS, max(10, sets.values.size.bit_length()))
    mask = np.uint64((1 << bits) - 1)
    table = np.zeros(1 << bits, dtype=np.uint32)
    for _, values in _blocks(sets, survivors):
        slots, counts = np.unique(values & mask, return_counts=True)
        table[slots] += counts.astype(np.uint32)
    slack = sets.sizes - np.ceil(minimum * sets.sizes * (1 - 1e-12)).astype(np.int64)
    hits = np.ones(len(sets), dtype=np.int64)
    texts, shingles = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint64)]
    for owner, values in _blocks(sets, survivors):
        # Two shingles in one slot make both look commoner, so a shingle that looks unique is.
        holders = table[values & mask].astype(np.int64)
        missed = np.bincount(owner[holders == 1], minlength=len(sets))
        hopeful = np.flatnonzero((holders > 1) & (missed <= slack)[owner])
        places = hopeful[np.lexsort((values[hopeful], holders[hopeful], owner[hopeful]))]
        mine, enough = owner[places], slack - missed
        rank = np.arange(mine.size) - np.searchsorted(mine, mine)
        entries = np.bincount(mine, weights=holders[places] * (rank <= enough[mine]), minlength=len(sets))
        hits = np.where(entries > _MANY, np.minimum(_HITS, sets.sizes - slack), hits)
        chosen = rank < (enough + hits)[mine]
        texts.append(mine[chosen])
        shingles.append(values[places[chosen]])
    return _Probes(np.concatenate(texts), np.concatenate(shingles), hits)


def _lists(sets: ShingleSets, survivors: I64, shingles: U64) -> _Lists:
    mask = np.uint64((1 << 20) - 1)
    sieve = np.zeros(1 << 20, dtype=np.bool_)
    sieve[shingles & mask] = True
    texts, numbers = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for owner, values in _blocks(sets, survivors):
        maybe = np.flatnonzero(sieve[values & mask])
        number = np.minimum(np.searchsorted(shingles, values[maybe]), shingles.size - 1)
        listed = shingles[number] == values[maybe]
        texts.append(owner[maybe[listed]])
        numbers.append(number[listed])
    text, number = np.concatenate(texts), np.concatenate(numbers)
    order = np.lexsort((text, -sets.sizes[text], number))
    starts = np.searchsorted(number[order], np.arange(shingles.size))
    return _Lists(shingles, text[order], starts, np.diff(np.append(starts, text.size)))


def _candidates(sizes: I64, probes: _Probes, lists: _Lists) -> Iterator[tuple[I64, I64]]:
    """Candidates (inner, outer), a larger outer each, in chunks."""
    number = np.searchsorted(lists.shingles, probes.shingles)
    lengths = np.minimum(lists.lengths[number], _LONGEST)
    chunk = (np.cumsum(lengths) // _CHUNK)[np.searchsorted(probes.texts, probes.texts)]  # probes of a text together
    cuts = np.flatnonzero(np.diff(chunk, prepend=-1)).tolist()
    for a, b in pairwise([*cuts, lengths.size]):
        counts = lengths[a:b]
        places = np.repeat(lists.starts[number[a:b]] - (np.cumsum(counts) - counts), counts)
        outer = lists.texts[places + np.arange(places.size)]
        pair, agreed = np.unique(np.repeat(probes.texts[a:b], counts) * sizes.size + outer, return_counts=True)
        small, large = pair // sizes.size, pair % sizes.size
        bigger = (sizes[large] > sizes[small]) | ((sizes[large] == sizes[small]) & (large < small))
        candidate = bigger & (agreed >= probes.hits[small])
        yield small[candidate], large[candidate]
