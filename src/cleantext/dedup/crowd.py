"""Oversized buckets: a cookie notice on a million pages must not cost the square of a million.

The pairs of a crowd are never listed. Its members come by in the keep order, and each is compared with the members
kept so far: near duplicates of a few texts meet few kept ones, so the cost grows with the size of the crowd alone.
Where many are kept (the members share a band but little else) the kept ones beyond the first are filed by a second
band too: a member then meets those of them that share both. What is kept of the kept ones is bounded; `refused` counts
what found no room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.dedup.banding import Buckets
from cleantext.dedup.match import Links, Verifier

__all__ = ["Crowds"]

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

# Kept members of crowds that are held to be compared with, at most; beyond, new ones are refused.
_MOST = 1 << 17
# Heads of the lists of split parts, a power of two.
_PARTS = 1 << 16
# Characters of members whose shingle sets are held at a time.
_HELD = 1 << 23
# Lists a kept member is filed in for each crowd it is in.
_FILED = 3


def _grown(array: npt.NDArray[Any], size: int, fill: int = 0) -> npt.NDArray[Any]:
    """`array` with room for `size` elements at least."""
    if array.size >= size:
        return array
    larger = np.full(max(size, 2 * array.size), fill, dtype=array.dtype)
    larger[: array.size] = array
    return larger


@dataclass
class Crowds:
    """All crowds of a run, and the kept members met so far.

    `split` counts the crowds that were split, `refused` the members that found no room in a list.
    """

    buckets: Buckets
    verifier: Verifier
    items: I64 = field(init=False)
    most: int = _MOST

    def __post_init__(self) -> None:
        sizes = [members.size for _, members in self.buckets.crowds]
        member = np.concatenate([np.empty(0, dtype=np.int32), *(members for _, members in self.buckets.crowds)])
        crowd = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        order = np.lexsort((crowd, member))
        self._member, self._crowd = member[order], crowd[order]
        self._band = np.array([band for band, _ in self.buckets.crowds], dtype=np.int64)
        self.items = np.unique(self._member).astype(np.int64)
        self._heads = np.full(len(sizes), -1, dtype=np.int64)
        self._counts = np.zeros(len(sizes), dtype=np.int64)
        self._parts = np.full(_PARTS, -1, dtype=np.int64)
        self._keys = np.zeros(0, dtype=np.uint64)
        self._following, self._of = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._values = np.zeros(0, dtype=np.uint64)
        self._offsets, self._kept = np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._stamps = np.zeros(0, dtype=np.int64)
        self._state = np.zeros(5, dtype=np.int64)

    def __len__(self) -> int:
        return self._heads.size

    @property
    def split(self) -> int:
        """Crowds that were split by a second band."""
        return int(self._state[2])

    @property
    def refused(self) -> int:
        """Kept members that found no room in a list."""
        return int(self._state[3])

    def chunks(self, walk: I64) -> Iterator[tuple[int, int]]:
        """Stretches of `walk` whose members of crowds fit into memory together."""
        lengths = np.where(np.isin(walk, self.items), self.verifier.lengths[walk], 0)
        cuts = np.flatnonzero(np.diff(np.cumsum(lengths) // _HELD, prepend=-1)).tolist()
        yield from pairwise([*cuts, walk.size])

    def walk(self, numbers: Any, walk: I64, links: Sequence[Any], stars: Sequence[Any], threshold: float) -> Links:
        """Walk one stretch with the loop of `numbers`; returns the links found among members."""
        first = np.searchsorted(self._member, walk, side="left")
        counts = np.searchsorted(self._member, walk, side="right") - first
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        crowd = self._crowd[np.repeat(first - offsets[:-1], counts) + np.arange(offsets[-1])].astype(np.int64)
        inside = np.flatnonzero(counts)
        sets = self.verifier.sets(walk[inside])
        sizes = np.zeros(walk.size, dtype=np.int64)
        sizes[inside] = sets.sizes
        self._make_room(inside.size, int(offsets[-1]), sets.values.size)
        found = tuple(np.zeros(inside.size, dtype=np.int64) for _ in range(4))
        self._state[4] = 0
        bands = self.buckets.bands
        with np.errstate(over="ignore"):
            numbers.near_walk(
                walk,
                tuple(links),
                (sets.values, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])),
                (self.buckets.sketches, self.buckets.rows[walk]),
                (offsets, crowd, self._band[crowd]),
                (self._heads, self._counts, self._parts, self._keys, self._following, self._of),
                (self._values, self._offsets, self._kept, self._stamps),
                self._state,
                tuple(stars),
                found,
                (threshold, self.buckets.least, self.most, bands.num_bands, bands.rows_per_band),
            )
        left, right, shared, left_size = (column[: self._state[4]] for column in found)
        right_size = sizes[np.searchsorted(walk, right)]
        return Links(left, right, shared, left_size, right_size)

    def _make_room(self, members: int, memberships: int, shingles: int) -> None:
        pool, nodes = int(self._state[0]), int(self._state[1])
        self._values = _grown(self._values, int(self._offsets[pool]) + shingles)
        self._offsets = _grown(self._offsets, pool + members + 1)
        self._kept = _grown(self._kept, 2 * (pool + members))
        self._stamps = _grown(self._stamps, pool + members, -1)
        room = nodes + _FILED * memberships
        self._keys = _grown(self._keys, room)
        self._following, self._of = _grown(self._following, room), _grown(self._of, room)
