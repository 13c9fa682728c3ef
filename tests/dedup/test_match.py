from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest

from cleantext.dedup import match
from cleantext.dedup.match import Verifier, all_shared
from dedup_sets import collection, rows


def random_sets(seed: int, count: int) -> list[set[int]]:
    rng = random.Random(seed)
    return [set(rng.choices(range(30), k=rng.randrange(1, 25))) for _ in range(count)]


def test_the_table_counts_what_every_pair_shares() -> None:
    sets = random_sets(1, 40)
    links = all_shared(collection(sets))
    assert links is not None
    pairs = combinations(range(40), 2)
    assert rows(links) == [(i, j, len(sets[i] & sets[j])) for i, j in pairs if sets[i] & sets[j]]


def test_many_texts_or_shingles_are_left_to_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all_shared(collection(random_sets(2, 300))) is None
    monkeypatch.setattr(match, "_MAX_CELLS", 100)
    assert all_shared(collection([set(range(30)), set(range(30)), {1}, {2}])) is None
    assert all_shared(collection([set(range(60)), set(range(60))])) is None


def test_near_is_exact_at_the_threshold() -> None:
    sets = [{1, 2, 3, 4, 5}, {1, 2, 3, 4}, {1, 2, 3, 4, 6}, {7}, set(range(1, 10))]
    left, right = np.array(list(combinations(range(5), 2))).T
    verifier = Verifier(collection(sets), 0)
    assert rows(verifier.near(left, right, 0.8)) == [(0, 1, 4), (1, 2, 4)]
    assert verifier.jaccard(verifier.near(left, right, 0.8)).tolist() == [0.8, 0.8]
    assert rows(verifier.near(left, right, 4 / 6)) == [(0, 1, 4), (0, 2, 4), (1, 2, 4)]


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = random_sets(3, 30)
    left, right = np.array(list(combinations(range(30), 2))).T
    verifier = Verifier(collection(sets), 0)
    expected = [len(sets[i] & sets[j]) for i, j in combinations(range(30), 2)]
    for size in (1, 7, 100, 1 << 21):
        monkeypatch.setattr(match, "_CHUNK", size)
        assert verifier.shared(left, right).tolist() == expected
    assert verifier.shared(left[:0], right[:0]).tolist() == []
