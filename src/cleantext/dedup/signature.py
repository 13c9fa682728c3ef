"""MinHash signatures, equal bit for bit to those of datasketch 2."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from cleantext.dedup.arithmetic import arithmetic
from cleantext.dedup.shingle import MatchTexts, Rule, ShingleSets

__all__ = ["estimate", "permutations", "signatures", "text_signatures", "text_sketches"]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]


@cache
def permutations(num_perm: int, seed: int) -> tuple[U32, U32]:
    """Factors (odd) and summands of `num_perm` permutations h -> a * h + b modulo 2^32.

    Drawn as `datasketch.MinHash(num_perm, seed, scheme="affine32")` draws them, from numpy's legacy generator, whose
    stream is frozen.
    """
    random = np.random.RandomState(seed)
    a = random.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = random.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    return a, b


def signatures(sets: ShingleSets, num_perm: int, seed: int) -> U32:
    """One row of `num_perm` minima for each set; a row of all ones for an empty set, like a fresh MinHash."""
    return arithmetic(sets.values.size).signatures(sets.values, sets.offsets, *permutations(num_perm, seed))


def text_signatures(texts: MatchTexts, rule: Rule, num_perm: int, seed: int) -> U32:
    """The signatures of the sets of shingles of `texts`, as uint32[n, num_perm]; all ones for an empty match text.

    A minimum does not care how often a shingle occurs, so the sets themselves are never built.
    """
    numbers = arithmetic(texts.codes.size)
    return numbers.text_signatures(texts.codes, texts.offsets, texts.begins, rule.size, *permutations(num_perm, seed))


def text_sketches(texts: MatchTexts, rule: Rule, num_perm: int, seed: int) -> U8:
    """The low byte of every entry of `text_signatures`, as uint8[n, num_perm], made without the full signatures.

    Entries of different minima agree by chance once in 256: enough to discard a hopeless candidate.
    """
    numbers = arithmetic(texts.codes.size)
    return numbers.text_sketches(texts.codes, texts.offsets, texts.begins, rule.size, *permutations(num_perm, seed))


def estimate(left: U32, right: U32) -> float:
    """The Jaccard similarity that two signatures suggest: the share of their entries that agree."""
    return float(np.count_nonzero(left == right)) / left.size
