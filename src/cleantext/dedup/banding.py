"""Bands: which pairs of signatures become candidates.

A signature is cut into bands of r rows. Two texts whose Jaccard similarity is s agree on one band with probability
s^r, so on at least one of b bands with probability 1 - (1 - s^r)^b, the S-curve (Indyk and Motwani 1998; Broder 1997).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cleantext.dedup._reference import BASE, mix64
from cleantext.errors import ConfigError

__all__ = ["Bands", "Buckets", "band_keys", "choose_bands", "s_curve"]

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Members up to which all pairs of a bucket are candidates; a larger one is a crowd, split and walked in `cluster`.
BUCKET_LIMIT = 128
# Candidate pairs handed out at a time.
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Bands:
    """`num_bands` bands of `rows_per_band` rows."""

    num_bands: int
    rows_per_band: int

    def probability(self, jaccard: float) -> float:
        """The probability that a pair of this similarity becomes a candidate."""
        return 1.0 - (1.0 - jaccard**self.rows_per_band) ** self.num_bands


@lru_cache(maxsize=64)
def s_curve(bands: Bands) -> tuple[tuple[float, float], ...]:
    """(similarity, probability) in steps of 0.05."""
    return tuple((i / 20, round(bands.probability(i / 20), 6)) for i in range(21))


@lru_cache(maxsize=64)
def choose_bands(threshold: float, recall: float, num_perm: int) -> Bands:
    """The most selective bands that still propose a pair at `threshold` with probability `recall` or more.

    Raises ConfigError where `num_perm` permutations cannot promise that.

    >>> choose_bands(0.8, 0.99, 128)
    Bands(num_bands=21, rows_per_band=6)
    """
    for rows in range(num_perm, 0, -1):
        bands = Bands(num_perm // rows, rows)
        if bands.probability(threshold) >= recall:
            return bands
    raise ConfigError(
        f"dedup.num_perm: {num_perm} permutations cannot find pairs at threshold {threshold} with recall {recall}; "
        "take more permutations, a higher threshold or a lower recall"
    )


def band_keys(signatures: U32, bands: Bands) -> U64:
    """The 64-bit key of every band of every signature, one row each."""
    keys = np.zeros((signatures.shape[0], bands.num_bands), dtype=np.uint64)
    rows = signatures[:, : bands.num_bands * bands.rows_per_band].reshape(-1, bands.num_bands, bands.rows_per_band)
    for row in range(bands.rows_per_band):
        keys = mix64(keys * np.uint64(BASE) + rows[:, :, row] + np.uint64(1))
    return keys


@dataclass(slots=True)
class Buckets:
    """The buckets of many signatures, given their band keys (one row a text, texts in the keep order).

    `crowds` are the buckets over `limit`: the band and the members of each, complete once `candidates` is exhausted.
    """

    keys: U64
    limit: int = BUCKET_LIMIT
    crowds: list[tuple[int, I64]] = field(default_factory=list)
    candidate_pairs: int = 0
    largest: int = 0

    def candidates(self) -> Iterator[tuple[I64, I64]]:
        """All pairs (left < right) that share a bucket of at most `limit`, each pair once, in chunks."""
        count, num_bands = self.keys.shape
        homes = np.full((num_bands, count), -1, dtype=np.int64)
        for band in range(num_bands):
            order = np.argsort(self.keys[:, band], kind="stable")
            ordered = self.keys[order, band]
            starts = np.flatnonzero(np.concatenate([np.ones(min(count, 1), np.bool_), ordered[1:] != ordered[:-1]]))
            sizes = np.diff(np.append(starts, count))
            self.largest = max(self.largest, int(sizes.max(initial=0)))
            for start, size in zip(starts[sizes > self.limit], sizes[sizes > self.limit], strict=True):
                self.crowds.append((band, order[start : start + size]))
            shared = (sizes > 1) & (sizes <= self.limit)
            homes[band, order] = np.where(np.repeat(shared, sizes), np.repeat(starts, sizes), -1)
            for left, right in _pairs(order, starts[shared], sizes[shared]):
                fresh = ~_met(homes[:band], left, right)
                self.candidate_pairs += int(np.count_nonzero(fresh))
                yield left[fresh], right[fresh]


def _pairs(order: I64, starts: I64, sizes: I64) -> Iterator[tuple[I64, I64]]:
    """All pairs inside the stretches of `order` that begin at `starts`, left before right, in chunks."""
    for size in np.unique(sizes).tolist():
        first, second = np.triu_indices(size, 1)
        same = starts[sizes == size]
        step = max(1, _CHUNK // first.size)
        for begin in range(0, same.size, step):
            block = same[begin : begin + step, None]
            yield order[block + first].ravel(), order[block + second].ravel()


def _met(homes: I64, left: I64, right: I64) -> npt.NDArray[np.bool_]:
    """Whether each pair already shared a bucket in an earlier band."""
    met = np.zeros(left.size, dtype=np.bool_)
    for home in homes:
        met |= (home[left] == home[right]) & (home[left] >= 0)
    return met
