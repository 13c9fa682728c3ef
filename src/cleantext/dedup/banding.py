"""Bands: which pairs of texts become candidates.

A signature is cut into bands of r rows. Two texts whose Jaccard similarity is s agree on one band with probability
s^r, so on at least one of b bands with probability 1 - (1 - s^r)^b, the S-curve (Indyk and Motwani 1998; Broder 1997).

What is kept of a signature is its *sketch*, the low byte of each entry. A band of sketches is r bytes; entries that
differ agree on a byte once in 256, so bands of sketches propose what bands of signatures propose and a little more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from cleantext.dedup._reference import BASE
from cleantext.dedup.arithmetic import COMPILED_FROM, arithmetic, compiled
from cleantext.dedup.threads import spread
from cleantext.errors import ConfigError

__all__ = ["Bands", "Buckets", "choose_bands", "s_curve"]

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Members up to which all pairs of a bucket are candidates; a larger one is a crowd, see `crowd`.
BUCKET_LIMIT = 128
# Candidate pairs handed out at a time.
_CHUNK = 1 << 20
# Keys that are worth a thread's while.
_TOGETHER = 1 << 17
# Bits of a key by which texts are told to be alone in their bucket: the table of so many bytes is one a thread.
_MOST_BITS = 25
# How rarely a pair at the threshold may look so different by its sketches that it is not verified.
_MISSED = 1e-6


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
        if bands.probability(threshold) >= recall + _MISSED:
            return bands
    raise ConfigError(
        f"dedup.num_perm: {num_perm} permutations cannot find pairs at threshold {threshold} with recall {recall}; "
        "take more permutations, a higher threshold or a lower recall"
    )


@lru_cache(maxsize=64)
def least_agreement(threshold: float, num_perm: int) -> int:
    """How many entries of two sketches must agree for the pair to be verified.

    The entries of a pair at `threshold` agree independently, so their number is binomial; it is under the result with
    a probability of at most a millionth.

    >>> least_agreement(0.8, 128)
    79
    """
    agree = threshold + (1 - threshold) / 256
    if agree >= 1:
        return num_perm
    total = 0.0
    for count in range(num_perm + 1):
        ways = math.lgamma(num_perm + 1) - math.lgamma(count + 1) - math.lgamma(num_perm - count + 1)
        total += math.exp(ways + count * math.log(agree) + (num_perm - count) * math.log1p(-agree))
        if total > _MISSED:
            return count
    return num_perm


@dataclass(slots=True)
class Buckets:
    """The buckets of many texts, given their sketches. Text number i of the keep order has the sketch rows[i].

    Buckets over `limit` are `crowds`; `crowded` says who is in one, complete once `candidates` is exhausted.
    """

    sketches: U8
    rows: I64
    bands: Bands
    least: int
    limit: int = BUCKET_LIMIT
    threads: int = 1
    crowds: int = 0
    bucket_pairs: int = 0
    candidate_pairs: int = 0
    largest: int = 0
    crowded: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.crowded = np.zeros(self.rows.size, dtype=np.bool_)

    @property
    def counts(self) -> dict[str, int]:
        """What was proposed so far."""
        return {
            "bucket_pairs": self.bucket_pairs,
            "candidate_pairs": self.candidate_pairs,
            "largest_bucket": self.largest,
        }

    @property
    def _work(self) -> int:
        return self.rows.size * self.bands.num_bands * self.bands.rows_per_band

    @property
    def _compiled(self) -> bool:
        return self._work >= COMPILED_FROM

    def candidates(self) -> Iterator[tuple[I64, I64]]:
        """All pairs (left < right) that share a bucket of at most `limit` and whose sketches agree on `least` entries,
        each pair once, in chunks; without pairs of texts that are both known to be in a crowd."""
        bands = range(self.bands.num_bands if self.rows.size else 0)
        together = max(1, _TOGETHER // max(1, self.rows.size))
        parts = [bands[first : first + together] for first in range(0, len(bands), together)]
        sorted_parts = spread(self._sorted, parts, self.threads)
        for band, keys in zip(bands, chain.from_iterable(sorted_parts), strict=True):
            yield from self._walked(keys, band) if self._compiled else self._listed(keys, band)

    def _walked(self, keys: U64, band: int) -> Iterator[tuple[I64, I64]]:
        """What `_listed` gives, by compiled loops over the sorted `keys`."""
        crowds, largest, pairs = compiled().crowd(keys, self._shift, self.limit, self.crowded)
        self.crowds += crowds
        self.largest = max(self.largest, largest, 1)
        self.bucket_pairs += pairs
        place, columns = 0, self.bands.rows_per_band
        while pairs and place < keys.size:
            left, right, place = compiled().proposed(
                (keys, self._shift, place),
                (self.sketches, self.rows, self.crowded),
                (band, columns, self.least, self.limit),
                min(_CHUNK, pairs),  # room for more would be made, and cleared, for each band anew
            )
            self.candidate_pairs += left.size
            yield left, right

    def _listed(self, keys: U64, band: int) -> Iterator[tuple[I64, I64]]:
        order = (keys & np.uint64((1 << self._shift) - 1)).astype(np.int64)
        keys = keys >> np.uint64(self._shift)
        starts = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), keys[1:] != keys[:-1]]))
        sizes = np.diff(np.append(starts, order.size))
        self.largest = max(self.largest, int(sizes.max(initial=0)))
        self.crowds += int(np.count_nonzero(sizes > self.limit))
        self.crowded[order[np.repeat(sizes > self.limit, sizes)]] = True
        shared = (sizes > 1) & (sizes <= self.limit)
        for left, right in _pairs(order, starts[shared], sizes[shared]):
            self.bucket_pairs += left.size
            fresh = self._sift(left, right, band)
            self.candidate_pairs += int(np.count_nonzero(fresh))
            yield left[fresh], right[fresh]

    def _sorted(self, bands: range) -> list[U64]:
        """A key of each band above the number of each text, ascending: texts of one bucket stand together.

        Compiled, most texts that are alone in their bucket are left out before the rest is sorted.
        """
        keys = self._keys(bands)
        if not self._compiled:
            return [arithmetic(self._work).sort(own) for own in keys]
        return [compiled().sort(compiled().shared(own, min(_MOST_BITS, self._shift + 2))) for own in keys]

    @property
    def _shift(self) -> int:
        """Bits of a key that number the text."""
        return max(1, self.rows.size - 1).bit_length()

    def _keys(self, bands: range) -> U64:
        rows, shift = self.bands.rows_per_band, self._shift
        if self._compiled:
            found: U64 = compiled().sketch_keys(self.sketches, self.rows, bands.start, len(bands), rows, shift)
            return found
        keys = np.ones((len(bands), self.rows.size), dtype=np.uint64)
        for place, band in enumerate(bands):
            for word in range(band * rows, (band + 1) * rows, 8):
                value = np.zeros(self.rows.size, dtype=np.uint64)
                for column in range(word, min(word + 8, (band + 1) * rows)):
                    value = (value << np.uint64(8)) | self.sketches[self.rows, column]
                keys[place] = (keys[place] ^ value) * np.uint64(BASE)
                keys[place] ^= keys[place] >> np.uint64(33)
        return (keys >> np.uint64(shift) << np.uint64(shift)) | np.arange(self.rows.size, dtype=np.uint64)

    def _sift(self, left: I64, right: I64, band: int) -> Flags:
        """Which pairs of a bucket of `band` are fresh, and alike enough by their sketches."""
        columns = self.bands.rows_per_band
        agree = self.sketches[self.rows[left]] == self.sketches[self.rows[right]]
        bands = agree[:, : (band + 1) * columns].reshape(left.size, band + 1, columns).all(axis=2)
        fresh: Flags = bands[:, band] & ~bands[:, :band].any(axis=1) & (agree.sum(axis=1) >= self.least)
        return fresh & ~(self.crowded[left] & self.crowded[right])


def _pairs(order: I64, starts: I64, sizes: I64) -> Iterator[tuple[I64, I64]]:
    """All pairs inside the stretches of `order` that begin at `starts`, left before right, in chunks."""
    for size in np.unique(sizes).tolist():
        first, second = np.triu_indices(size, 1)
        same = starts[sizes == size]
        step = max(1, _CHUNK // first.size)
        for begin in range(0, same.size, step):
            block = same[begin : begin + step, None]
            yield order[block + first].ravel(), order[block + second].ravel()
