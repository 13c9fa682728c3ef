"""Teasers in articles and articles in digests: who finds them, and how fast.

    python benchmarks/quality/containment.py [--paragraphs 20000] [--data FILE_OR_FOLDER ...] [--repeat 3]

The paragraphs are those of `corpus.py`, with their planted copies. The truth is every pair of which the smaller set of
shingles stands in the other to 90 % or more, found by brute force: an index of all shingles, every hit counted. Beside
it run `find_duplicates` with its defaults and the LSH Ensemble of datasketch (threshold 0.9, 128 permutations), each
from strings to pairs, in turn, several times; medians are printed. Candidates of the ensemble are verified, so that its
recall is of the pairs it leads to; how many candidates that takes is printed too. `find_duplicates` looks for contained
texts among those that stay, so a pair may be missing because one of the two is already a duplicate of something else:
`accounted for` counts the pairs that are listed or have one removed text.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # for its neighbours where this file is run as a script

from datasketch import MinHash, MinHashLSHEnsemble

import oracle
from clauses import Clauses
from cleantext import find_duplicates
from cleantext.config import DedupConfig
from corpus import PART, Corpus

__all__ = ["Answer", "brute_force", "by_cleantext", "by_ensemble"]

_NUM_PERM, _PARTITIONS = 128, 16


@dataclass(frozen=True)
class Answer:
    """The pairs found (i < j), the texts removed, and how many candidates were looked at, where that is known."""

    pairs: set[tuple[int, int]]
    removed: frozenset[int] = frozenset()
    candidates: int | None = None


def brute_force(texts: Sequence[str], least: float) -> Answer:
    """Every pair of which `least` of the smaller set stands in the other: all shingles of all texts are looked up."""
    holders: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
    sizes = np.zeros(len(texts), dtype=np.int64)
    pairs: set[tuple[int, int]] = set()
    candidates = 0
    for index, text in enumerate(texts):
        shingles = oracle.shingle_set(text)
        sizes[index] = len(shingles)
        lists = [np.frombuffer(holders[one], dtype=np.int64) for one in shingles if one in holders]
        if lists:
            shared = np.bincount(np.concatenate(lists))
            others = np.flatnonzero(shared)
            held = others[shared[others] / np.minimum(sizes[others], len(shingles)) >= least]
            pairs.update((other, index) for other in held.tolist())
            candidates += others.size
        lists.clear()  # an array that is looked at cannot grow
        for one in shingles:
            holders[one].append(index)
    return Answer(pairs, candidates=candidates)


def by_cleantext(texts: Sequence[str], least: float) -> Answer:
    """The pairs that `find_duplicates` reports; exact and near ones where they are contained too."""
    found = find_duplicates(texts, config=DedupConfig(containment=least))
    pairs = {(pair.i, pair.j) for pair in found.expanded() if pair.containment >= least}
    return Answer(pairs, frozenset(removal.index for removal in found.removals))


def by_ensemble(texts: Sequence[str], least: float) -> Answer:
    """The pairs that the LSH Ensemble leads to: every set is looked up in the index of all."""
    sets = [oracle.shingle_set(text) for text in texts]
    minhashes = MinHash.bulk(([one.encode() for one in shingles] for shingles in sets), num_perm=_NUM_PERM)
    ensemble = MinHashLSHEnsemble(threshold=least, num_perm=_NUM_PERM, num_part=_PARTITIONS)
    ensemble.index((i, minhash, len(sets[i])) for i, minhash in enumerate(minhashes))
    pairs, candidates = set(), 0
    for inner, minhash in enumerate(minhashes):
        size = len(sets[inner])
        for outer in ensemble.query(minhash, size):
            if outer != inner and size <= len(sets[outer]):
                candidates += 1
                if len(sets[inner] & sets[outer]) / size >= least:
                    pairs.add((min(inner, outer), max(inner, outer)))
    return Answer(pairs, candidates=candidates)


WAYS: dict[str, Callable[[Sequence[str], float], Answer]] = {
    "brute force": brute_force,
    "cleantext": by_cleantext,
    "LSH Ensemble": by_ensemble,
}


def describe(answer: Answer, truth: Answer) -> str:
    """Recall and precision of `answer` against the pairs of `truth`."""
    right = answer.pairs & truth.pairs
    listed = len(right) / len(truth.pairs)
    precision = len(right) / len(answer.pairs) if answer.pairs else 1.0
    gone = answer.removed
    related = sum(pair in right or pair[0] in gone or pair[1] in gone for pair in truth.pairs) / len(truth.pairs)
    looked = "" if answer.candidates is None else f", {answer.candidates:,} candidates"
    accounted = f", accounted for {related:.4f}" if gone else ""
    return f"{len(answer.pairs):,} pairs, recall {listed:.4f}{accounted}, precision {precision:.4f}{looked}"


def main() -> int:
    """Print times, recall and precision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=20_000)
    parser.add_argument("--data", type=Path, nargs="+", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    corpus, least = Corpus(Clauses.read(options.data), options.seed), DedupConfig().containment
    if least is None:
        parser.error("the defaults look for no contained texts")
    parts = (corpus.part(number, options.paragraphs) for number in range(-(-options.paragraphs // PART)))
    texts = [text for part in parts for text in part.texts]
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    answers: dict[str, Answer] = {}
    for _ in range(options.repeat):
        for name, way in WAYS.items():
            started = time.perf_counter()
            answers[name] = way(texts, least)
            seconds[name].append(time.perf_counter() - started)
    print(f"{len(texts):,} paragraphs, containment {least}")
    for name, answer in answers.items():
        print(f"{name:12} {statistics.median(seconds[name]):7.2f} s: {describe(answer, answers['brute force'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
