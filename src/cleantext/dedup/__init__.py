"""From paragraphs to clusters: what repeats what, in one run and in memory.

Importing this loads numpy, and neither numba nor datasketch.
"""

from cleantext.dedup.compare import PairScore, score_pair
from cleantext.dedup.duplicates import find_duplicates, minhash_signatures
from cleantext.dedup.repeats import find_repeats
from cleantext.dedup.results import Duplicates, Pair, Removal
from cleantext.dedup.shingle import shingle_hash, shingles

__all__ = [
    "Duplicates",
    "Pair",
    "PairScore",
    "Removal",
    "find_duplicates",
    "find_repeats",
    "minhash_signatures",
    "score_pair",
    "shingle_hash",
    "shingles",
]
