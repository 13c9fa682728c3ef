"""From candidate pairs to verified pairs: the exact Jaccard similarity of the shingle sets decides, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleantext.dedup.arithmetic import arithmetic
from cleantext.dedup.banding import Buckets
from cleantext.dedup.shingle import ShingleSets

__all__ = ["Links", "Verifier", "all_shared", "near_links"]

I64 = npt.NDArray[np.int64]

# Cells of the table of shared shingles that stands in for bands when there are few texts.
_MAX_CELLS = 1 << 22
_MAX_TEXTS = 256
# Shingles gathered at a time while verifying.
_CHUNK = 1 << 21


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of sets and how many shingles they share."""

    left: I64
    right: I64
    shared: I64

    @classmethod
    def joined(cls, parts: list[Links]) -> Links:
        """The links of all `parts`, ordered by (left, right)."""
        empty = np.empty(0, dtype=np.int64)
        left = np.concatenate([empty, *(part.left for part in parts)])
        right = np.concatenate([empty, *(part.right for part in parts)])
        shared = np.concatenate([empty, *(part.shared for part in parts)])
        order = np.lexsort((right, left))
        return cls(left[order], right[order], shared[order])

    def where(self, mask: npt.NDArray[np.bool_]) -> Links:
        """The links at which `mask` holds."""
        return Links(self.left[mask], self.right[mask], self.shared[mask])

    def __len__(self) -> int:
        return self.left.size


@dataclass(frozen=True, slots=True)
class Verifier:
    """Exact comparisons of shingle sets. `work` is the size of the whole task, which chooses the arithmetic."""

    sets: ShingleSets
    work: int

    def shared(self, left: I64, right: I64) -> I64:
        """How many shingles each pair shares."""
        sizes = self.sets.sizes
        cost = np.cumsum(np.minimum(sizes[left], sizes[right]))
        cuts = np.searchsorted(cost, np.arange(_CHUNK, int(cost[-1]) + _CHUNK if cost.size else 0, _CHUNK)) + 1
        intersections = arithmetic(max(self.work, int(cost[-1]) if cost.size else 0)).intersections
        parts = [
            intersections(self.sets.values, self.sets.offsets, left[a:b], right[a:b])
            for a, b in zip([0, *cuts.tolist()], [*cuts.tolist(), left.size], strict=True)
            if a < b
        ]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def jaccard(self, links: Links) -> npt.NDArray[np.float64]:
        """The exact Jaccard similarity of each link."""
        sizes = self.sets.sizes
        return links.shared / (sizes[links.left] + sizes[links.right] - links.shared)

    def near(self, left: I64, right: I64, threshold: float) -> Links:
        """The pairs whose Jaccard similarity reaches `threshold`; sizes too different are not even compared."""
        sizes = self.sets.sizes
        a, b = sizes[left], sizes[right]
        hopeful = np.minimum(a, b) / np.maximum(a, b) >= threshold
        links = Links(left[hopeful], right[hopeful], self.shared(left[hopeful], right[hopeful]))
        return links.where(self.jaccard(links) >= threshold)


def all_shared(sets: ShingleSets) -> Links | None:
    """Every pair of sets that shares a shingle, or None where that is better left to bands.

    Shingles that two sets or more have become the rows of a table with a column a set; the table times itself counts.
    """
    count = len(sets)
    if count > _MAX_TEXTS or sets.values.size > _MAX_CELLS:
        return None
    text = np.repeat(np.arange(count), sets.sizes)
    order = np.argsort(sets.values, kind="stable")
    ordered = sets.values[order]
    same = ordered[1:] == ordered[:-1]
    repeated = np.zeros(ordered.size, dtype=np.bool_)
    repeated[1:] = same
    repeated[:-1] |= same
    opens = repeated.copy()
    opens[1:] &= ~same
    rows = int(np.count_nonzero(opens))
    if rows * count > _MAX_CELLS:
        return None
    table = np.zeros((rows, count), dtype=np.float32)
    table[(np.cumsum(opens) - 1)[repeated], text[order[repeated]]] = 1
    counts = np.triu(table.T @ table, 1)
    left, right = np.nonzero(counts)
    return Links(left, right, counts[left, right].astype(np.int64))


def near_links(verifier: Verifier, buckets: Buckets, threshold: float) -> Links:
    """Every candidate pair of `buckets` that verifies."""
    return Links.joined(list(_verified(verifier, buckets, threshold)))


def _verified(verifier: Verifier, buckets: Buckets, threshold: float) -> Iterator[Links]:
    for left, right in buckets.candidates():
        yield verifier.near(left, right, threshold)
