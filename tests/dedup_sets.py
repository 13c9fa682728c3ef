"""What the tests of duplicates share: sets of small numbers in place of sets of shingle hashes."""

from __future__ import annotations

import numpy as np

from cleantext.dedup.match import Links
from cleantext.dedup.shingle import ShingleSets


def collection(sets: list[set[int]]) -> ShingleSets:
    """Sets of numbers as sets of shingle hashes."""
    values = np.array([value for one in sets for value in sorted(one)], dtype=np.uint64)
    return ShingleSets(values, np.cumsum([0, *map(len, sets)], dtype=np.int64))


def rows(links: Links) -> list[tuple[int, int, int]]:
    return sorted(zip(links.left.tolist(), links.right.tolist(), links.shared.tolist(), strict=True))
