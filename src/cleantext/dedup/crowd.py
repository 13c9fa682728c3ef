"""Oversized buckets: a cookie notice on a million pages must not cost the square of a million.

Whoever is in one is in a *crowd*. Pairs of such texts are not listed. They come by in the keep order, and each is
compared with the kept ones of all its buckets: near duplicates of a few texts meet few kept ones, so that the cost
grows with the number of texts alone. A bucket with many kept ones (they share a band and little else) is split by a
second band. What is held of the kept ones is bounded; `full` counts the parts in which a kept one found no room,
`refused` the kept ones that were not held at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.dedup._loops import FURTHER
from cleantext.dedup.banding import Buckets
from cleantext.dedup.match import Links, Verifier

__all__ = ["Crowds"]

I64 = npt.NDArray[np.int64]

# Kept members that are held to be compared with, at most.
_MOST = 1 << 17
# Kept members that are listed for one bucket: so many at least, and as many more as keep the visits of all members to
# all their lists to a few seconds; beyond, the bucket is split by a second band.
_FULL, _VISITS = 64, 1 << 26
# Heads of the lists of kept members by bucket, a power of two.
_HEADS = 1 << 20
# Characters of members whose shingle sets are held at a time.
_HELD = 1 << 23


def _grown(array: npt.NDArray[Any], size: int, fill: int = 0) -> npt.NDArray[Any]:
    """`array` with room for `size` elements at least."""
    if array.size >= size:
        return array
    larger = np.full(max(size, 2 * array.size), fill, dtype=array.dtype)
    larger[: array.size] = array
    return larger


@dataclass
class Crowds:
    """The members of crowds, and those of them met and kept so far."""

    buckets: Buckets
    verifier: Verifier
    most: int = _MOST
    items: I64 = field(init=False)

    def __post_init__(self) -> None:
        self.items = np.flatnonzero(self.buckets.crowded)
        empty = np.zeros(0, dtype=np.int64)
        self._heads = np.full(_HEADS, -1, dtype=np.int64)
        self._keys, self._following, self._member = np.zeros(0, dtype=np.uint64), empty, empty
        self._values, self._offsets = np.zeros(0, dtype=np.uint64), np.zeros(1, dtype=np.int64)
        self._kept, self._rows, self._met = empty, empty, empty
        self._state = np.zeros(5, dtype=np.int64)

    def __len__(self) -> int:
        return self.buckets.crowds

    @property
    def work(self) -> int:
        """Steps of a walk in which every member is compared with one kept one in each of its buckets."""
        return int(self.items.size * self.buckets.bands.num_bands * self.buckets.sketches.shape[1])

    @property
    def room(self) -> int:
        """Kept members that are listed for one bucket."""
        return max(_FULL, _VISITS // max(1, self.items.size * self.buckets.bands.num_bands))

    @property
    def full(self) -> int:
        """Parts of split buckets in which a kept member found no room."""
        return int(self._state[2])

    @property
    def refused(self) -> int:
        """Kept members that were not held."""
        return int(self._state[3])

    def chunks(self, walk: I64) -> Iterator[tuple[int, int]]:
        """Stretches of `walk` whose members of crowds fit into memory together."""
        lengths = np.where(self.buckets.crowded[walk], self.verifier.lengths[walk], 0)
        cuts = np.flatnonzero(np.diff(np.cumsum(lengths) // _HELD, prepend=-1)).tolist()
        yield from pairwise([*cuts, walk.size])

    def walk(self, numbers: Any, walk: I64, links: Sequence[Any], stars: Sequence[Any], threshold: float) -> Links:
        """Walk one stretch with the loop of `numbers`; returns the links found among members."""
        crowded = self.buckets.crowded[walk]
        inside = np.flatnonzero(crowded)
        sets = self.verifier.sets(walk[inside])
        sizes = np.zeros(walk.size, dtype=np.int64)
        sizes[inside] = sets.sizes
        bands = self.buckets.bands
        self._make_room(inside.size, sets.values.size, bands.num_bands)
        found = tuple(np.zeros(inside.size, dtype=np.int64) for _ in range(4))
        self._state[4] = 0
        with np.errstate(over="ignore"):
            numbers.near_walk(
                walk,
                tuple(links),
                (crowded, sets.values, np.concatenate([[0], np.cumsum(sizes)]), self.buckets.rows[walk]),
                self.buckets.sketches,
                (self._heads, self._keys, self._following, self._member),
                (self._values, self._offsets, self._kept, self._rows, self._met),
                self._state,
                tuple(stars),
                found,
                (threshold, self.buckets.least, self.most, self.room, bands.num_bands, bands.rows_per_band),
            )
        left, right, shared, left_size = (column[: self._state[4]] for column in found)
        return Links(left, right, shared, left_size, sizes[np.searchsorted(walk, right)])

    def _make_room(self, members: int, shingles: int, bands: int) -> None:
        """Room for what one stretch may add, as far as it may be held."""
        pool, nodes = int(self._state[0]), int(self._state[1])
        members = min(members, self.most - pool)
        self._values = _grown(self._values, int(self._offsets[pool]) + shingles if members else 0)
        self._offsets = _grown(self._offsets, pool + members + 1)
        self._kept, self._rows = _grown(self._kept, pool + members), _grown(self._rows, pool + members)
        self._met = _grown(self._met, pool + members, -1)
        room = nodes + members * bands * (1 + len(FURTHER))
        self._keys = _grown(self._keys, room)
        self._following, self._member = _grown(self._following, room), _grown(self._member, room)
