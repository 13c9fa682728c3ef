"""Oversized buckets: a cookie notice on a million pages must not cost the square of a million.

The pairs of a crowd are never listed. Its members come by in the keep order, and each is compared with the members
kept so far: near duplicates of a few texts meet few kept ones, so the cost grows with the size of the crowd alone.
Where many are kept (the members share a band but little else) the kept ones are split by more rows: a member then
meets those of them that share a second band too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from cleantext.dedup.match import Links, Verifier

__all__ = ["Crowds"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Kept members that everyone is compared with; beyond, and in each split part, the list is split or full.
_FULL = 128


@dataclass(slots=True)
class _Crowd:
    """The kept members of one bucket; after a split also by (band, band key)."""

    band: int
    kept: list[int] = field(default_factory=list)
    parts: dict[tuple[int, int], list[int]] | None = None

    def rivals(self, own_keys: Sequence[int]) -> list[int]:
        if self.parts is None:
            return self.kept
        return [one for slot in enumerate(own_keys) if slot[0] != self.band for one in self.parts.get(slot, ())]


class Crowds:
    """All crowds of a run. `split` counts those split by more rows, `full` the comparisons a full part refused."""

    def __init__(self, verifier: Verifier, keys: U64, crowds: Sequence[tuple[int, I64]], threshold: float) -> None:
        # Every member meets some kept ones, a few at a time: together that is work for the compiled arithmetic.
        work = sum(int(verifier.sets.sizes[members].sum()) for _, members in crowds)
        self._verifier = replace(verifier, work=max(work, verifier.work))
        self._keys, self._threshold = keys, threshold
        self._crowds = [_Crowd(band) for band, _ in crowds]
        self._of: dict[int, list[_Crowd]] = {}
        for crowd, (_, members) in zip(self._crowds, crowds, strict=True):
            for member in members.tolist():
                self._of.setdefault(member, []).append(crowd)
        self.split = 0
        self.full = 0

    def __len__(self) -> int:
        return len(self._crowds)

    @property
    def members(self) -> set[int]:
        """Everyone who is in a crowd."""
        return set(self._of)

    def near(self, member: int) -> Links:
        """The verified links between `member` and the kept members of its first crowd that has any near it."""
        own_keys = self._keys[member].tolist()
        met: set[int] = set()
        for crowd in self._of[member]:
            left = np.array(sorted(set(crowd.rivals(own_keys)) - met), dtype=np.int64)
            met.update(left.tolist())
            links = self._verifier.near(left, np.full(left.size, member, dtype=np.int64), self._threshold)
            if len(links):
                return links
        return Links.joined([])

    def keep(self, member: int) -> None:
        """Note that `member` is kept: those after it are compared with it."""
        for crowd in self._of.get(member, ()):
            crowd.kept.append(member)
            if crowd.parts is not None:
                self._file(crowd, crowd.parts, member)
            elif len(crowd.kept) > _FULL:
                crowd.parts = {}
                self.split += 1
                for one in crowd.kept:
                    self._file(crowd, crowd.parts, one)

    def _file(self, crowd: _Crowd, parts: dict[tuple[int, int], list[int]], member: int) -> None:
        for slot in enumerate(self._keys[member].tolist()):
            if slot[0] != crowd.band:
                part = parts.setdefault(slot, [])
                if len(part) < _FULL:
                    part.append(member)
                else:
                    self.full += 1
