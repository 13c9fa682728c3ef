"""From paragraphs to clusters: what repeats what, in one run.

Importing this loads numpy, and neither numba nor datasketch.
"""

from cleantext.dedup.compare import PairScore, score_pair
from cleantext.dedup.duplicates import find_duplicates, minhash_signatures
from cleantext.dedup.interop import from_minhashes, to_lean_minhashes, to_minhashes
from cleantext.dedup.repeats import find_repeats
from cleantext.dedup.results import KINDS, Duplicates, Groups, Pair, Pairs, Removal, Removals
from cleantext.dedup.shingle import shingle_hash, shingles
from cleantext.dedup.verdicts import Match, Repeated, Verdict

__all__ = [
    "KINDS",
    "Duplicates",
    "Groups",
    "Match",
    "Pair",
    "PairScore",
    "Pairs",
    "Removal",
    "Removals",
    "Repeated",
    "Verdict",
    "find_duplicates",
    "find_repeats",
    "from_minhashes",
    "minhash_signatures",
    "score_pair",
    "shingle_hash",
    "shingles",
    "to_lean_minhashes",
    "to_minhashes",
]
