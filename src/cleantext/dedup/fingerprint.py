"""What is known of every text before any two are compared: which is the first of its equals, and its sketch."""

from __future__ import annotations

import mmap
import secrets
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt
import xxhash

from cleantext.config import DedupConfig
from cleantext.dedup.arithmetic import COMPILED_FROM, arithmetic, compiled
from cleantext.dedup.shingle import MatchTexts, Rule, blocks
from cleantext.dedup.signature import permutations
from cleantext.dedup.store import Texts
from cleantext.dedup.threads import spread

__all__ = ["Fingerprints", "equal_groups", "fingerprints", "sketched"]

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


@dataclass(slots=True)
class Fingerprints:
    """For every text the `first` with the same match text (-1 where it is empty), and the sketches of large inputs."""

    first: I64
    sketches: U8 | None = None

    def rest(self) -> None:
        """Let go of the memory of sketches that are mapped from a file, until they are asked for again."""
        if isinstance(self.sketches, np.memmap) and hasattr(mmap, "MADV_DONTNEED"):
            mapped = cast(mmap.mmap, self.sketches._mmap)  # type: ignore[attr-defined]  # numpy has no other way
            mapped.madvise(mmap.MADV_DONTNEED)


def fingerprints(
    texts: Texts, rule: Rule, config: DedupConfig, threads: int, budget: int | None = None
) -> Fingerprints:
    """The fingerprints of `texts`; sketches of more than `budget` bytes are mapped from a temporary file."""
    if int(texts.lengths.sum()) < COMPILED_FROM:
        return Fingerprints(equal_groups(texts.read(0, texts.lengths.size)))
    digests = np.empty((texts.lengths.size, 2), dtype=np.uint64)
    sketches = _room((texts.lengths.size, config.num_perm), budget)
    points = [np.uint64(secrets.randbelow(2**61 - 2) + 1) for _ in range(2)]

    def stretch(part: tuple[int, int]) -> None:
        found = texts.read(*part)
        digests[part[0] : part[1]] = compiled().digests(found.codes, found.offsets, *points)
        sketches[part[0] : part[1]] = sketched(found, rule, config, COMPILED_FROM)

    for _ in spread(stretch, blocks(texts.lengths, threads), threads):
        pass
    return Fingerprints(compiled().equals(digests, texts.lengths), sketches)


def sketched(texts: MatchTexts, rule: Rule, config: DedupConfig, work: int) -> U8:
    """The sketches of `texts`, by the arithmetic for `work` characters."""
    seeds = permutations(config.num_perm, config.seed)
    return arithmetic(work).text_sketches(texts.codes, texts.offsets, texts.begins, rule.size, *seeds)


def _room(shape: tuple[int, int], budget: int | None) -> U8:
    """An array in memory, or in a file that has no name and goes with it."""
    if budget is None or shape[0] * shape[1] <= budget:
        return np.empty(shape, dtype=np.uint8)
    with tempfile.TemporaryFile(prefix="cleantext-") as file:
        return np.memmap(file, dtype=np.uint8, mode="w+", shape=shape)


def equal_groups(texts: MatchTexts) -> I64:
    """For every text the first with the same match text; -1 where it is empty.

    Match texts are grouped by a 128-bit hash and then compared, so that no collision can join two texts.
    """
    data = texts.codes.view(np.uint8).data
    bounds = (texts.offsets * 4).tolist()
    first = np.full(len(bounds) - 1, -1, dtype=np.int64)
    seen: dict[bytes, list[int]] = {}
    for index, (start, end) in enumerate(pairwise(bounds)):
        if start == end:
            continue
        own = data[start:end]
        leaders = seen.setdefault(xxhash.xxh3_128_digest(own), [])
        for leader in leaders:
            if data[bounds[leader] : bounds[leader + 1]] == own:
                first[index] = leader
                break
        else:
            leaders.append(index)
            first[index] = index
    return first
