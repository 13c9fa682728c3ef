"""Repeated paragraphs within each of many documents at once: what `find_repeats` says of every one, on arrays.

Paragraphs are compared with those of their own document alone. Sketches propose the pairs, so that a document costs
the square of its paragraphs only in a few instructions each; a document of very many paragraphs is searched as a
corpus of its own.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from cleantext.config import DedupConfig
from cleantext.dedup.arithmetic import compiled
from cleantext.dedup.banding import least_agreement
from cleantext.dedup.duplicates import Kinds, Search
from cleantext.dedup.fingerprint import Fingerprints
from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.repeats import repeats_in, short_repeats, with_short
from cleantext.dedup.results import CONTAINED, Duplicates, Pairs, Removals
from cleantext.dedup.store import TextStore
from cleantext.dedup.threads import spread

__all__ = ["find_repeats_within"]

I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Paragraphs of a document up to which all its pairs are looked at.
_MANY = 512
# Documents of one slice of work for a thread.
_DOCUMENTS = 1 << 14


def find_repeats_within(
    store: TextStore, bounds: I64, config: DedupConfig, known: Fingerprints, threads: int, active: Flags | None = None
) -> tuple[Pairs, Removals]:
    """The repeats among the paragraphs of each document (those of document d are bounds[d] to bounds[d + 1]), by
    paragraph number; only `active` paragraphs take part."""
    counts = np.diff(bounds)
    document = np.repeat(np.arange(counts.size), counts)
    large = counts > _MANY
    taking_part = ~large[document] if active is None else active & ~large[document]
    search = _Within(store, document, config, known, threads, taking_part)
    size = document.size
    found = search.run(np.arange(size), np.zeros(size, dtype=np.bool_), Kinds(), short=False)
    parts = [_with_short_ones(search, found, document, bounds)]
    parts += [
        _large(store, config, np.arange(bounds[one], bounds[one + 1]), active) for one in np.flatnonzero(large).tolist()
    ]
    return (
        Pairs.sorted(
            *(np.concatenate(columns) for columns in zip(*(p.columns().values() for p, _ in parts), strict=True))
        ),
        Removals.sorted(
            *(np.concatenate(columns) for columns in zip(*(r.columns().values() for _, r in parts), strict=True))
        ),
    )


class _Within(Search):
    """A search in which only texts of one document are compared."""

    def __init__(
        self,
        store: TextStore,
        document: I64,
        config: DedupConfig,
        known: Fingerprints,
        threads: int,
        active: Flags,
    ) -> None:
        own = dataclasses.replace(known, first=_first_in_document(np.where(active, known.first, -1), document))
        super().__init__(store, store.rule, config, "paragraph", threads, own, active)
        self._document = document

    def _everything(self, verifier: Verifier) -> Links:
        """The pairs of one document that could be near or contained, compared."""
        document = self._document[verifier.items]
        starts = np.flatnonzero(np.diff(document, prepend=-1))
        offsets = np.append(starts, document.size)
        if self.sketches is None:
            left, right = _all_pairs(offsets)
        else:
            least = least_agreement(self.config.threshold, self.config.num_perm)
            containment = 2.0 if self.config.containment is None else self.config.containment
            left, right = self._proposed(verifier, offsets, least, containment)
        return verifier.links(left, right)

    def _proposed(self, verifier: Verifier, offsets: I64, least: int, containment: float) -> tuple[I64, I64]:
        """The pairs that sketches propose, document by document."""

        def proposed(begin: int) -> tuple[I64, I64]:
            found: tuple[I64, I64] = compiled().pairs_within(
                self.sketches,
                verifier.items,
                verifier.lengths,
                offsets[begin : begin + _DOCUMENTS + 1],
                least,
                containment,
            )
            return found

        parts = list(spread(proposed, range(0, max(1, offsets.size - 1), _DOCUMENTS), self.threads))
        return np.concatenate([left for left, _ in parts]), np.concatenate([right for _, right in parts])


def _first_in_document(first: I64, document: I64) -> I64:
    """For every text the first with the same match text in its document."""
    own = np.where(first >= 0, np.arange(first.size), -1)
    shared = np.flatnonzero(np.bincount(first[first >= 0], minlength=first.size)[np.maximum(first, 0)] > 1)
    shared = shared[first[shared] >= 0]
    order = shared[np.lexsort((shared, first[shared], document[shared]))]
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = (first[order[1:]] != first[order[:-1]]) | (document[order[1:]] != document[order[:-1]])
    own[order] = order[np.flatnonzero(fresh)][np.cumsum(fresh) - 1] if order.size else order
    return own


def _all_pairs(offsets: I64) -> tuple[I64, I64]:
    """All pairs inside each of the stretches between `offsets`."""
    sizes = np.diff(offsets)
    parts = [np.triu_indices(size, 1) for size in sizes.tolist()]
    counts = sizes * (sizes - 1) // 2
    shift = np.repeat(offsets[:-1], counts)
    empty = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([empty, *(left for left, _ in parts)]) + shift,
        np.concatenate([empty, *(right for _, right in parts)]) + shift,
    )


def _with_short_ones(search: _Within, found: Duplicates, document: I64, bounds: I64) -> tuple[Pairs, Removals]:
    """The pairs and removals of `found`, and the short repeats that stand beside them."""
    repeated = found.removals.kind != CONTAINED
    index, kept = found.removals.index[repeated], found.removals.kept[repeated]
    short = np.flatnonzero(~search.long & (search.first >= 0) & (search.first != np.arange(document.size)))
    concerned = np.intersect1d(document[index], document[short])
    starts, ends = (
        np.searchsorted(document[index], concerned),
        np.searchsorted(document[index], concerned, side="right"),
    )
    more: list[tuple[int, int]] = []
    for one, start, end in zip(concerned.tolist(), starts.tolist(), ends.tolist(), strict=True):
        begin, stop = int(bounds[one]), int(bounds[one + 1])
        partners = zip((index[start:end] - begin).tolist(), (kept[start:end] - begin).tolist(), strict=True)
        own = short_repeats(search.first[begin:stop].tolist(), search.long[begin:stop].tolist(), partners)
        more += [(repeat + begin, first + begin) for repeat, first in own]
    if not more:
        return found.pairs, found.removals
    pairs, removals, _ = with_short(found, *map(np.array, zip(*more, strict=True)))
    return pairs, removals


def _large(store: TextStore, config: DedupConfig, paragraphs: I64, active: Flags | None) -> tuple[Pairs, Removals]:
    """The repeats of one document with very many paragraphs."""
    chosen = paragraphs if active is None else paragraphs[active[paragraphs]]
    own = TextStore(store.rule)
    own.add_matched(store.take(chosen))
    found = repeats_in(own, config)
    return (
        dataclasses.replace(found.pairs, i=chosen[found.pairs.i], j=chosen[found.pairs.j]),
        dataclasses.replace(found.removals, index=chosen[found.removals.index], kept=chosen[found.removals.kept]),
    )
