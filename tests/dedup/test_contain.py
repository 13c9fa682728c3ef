from __future__ import annotations

import random
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import contain
from cleantext.dedup.contain import contained_links, oriented
from cleantext.dedup.match import Links, Verifier
from dedup_sets import collection, rows


def brute(sets: list[set[int]], minimum: float, survivors: list[int]) -> list[tuple[int, int, int]]:
    """Every (inner, outer, shared): the inner one smaller, or as large and later."""
    return sorted(
        (i, j, len(sets[i] & sets[j]))
        for i, j in permutations(survivors, 2)
        if (len(sets[i]), -i) < (len(sets[j]), -j) and len(sets[i] & sets[j]) / len(sets[i]) >= minimum
    )


def sets_with_parts(seed: int, count: int) -> list[set[int]]:
    rng = random.Random(seed)
    whole = [set(rng.sample(range(400), rng.randrange(20, 90))) for _ in range(count)]
    parts = [set(rng.sample(sorted(one), rng.randrange(1, len(one)))) | {rng.randrange(400)} for one in whole]
    return whole + parts


@pytest.mark.parametrize("minimum", [0.5, 0.8, 0.9, 1.0])
@pytest.mark.parametrize("many", [256, 0], ids=["one hit", "more hits"])
def test_every_contained_set_is_found(monkeypatch: pytest.MonkeyPatch, minimum: float, many: int) -> None:
    monkeypatch.setattr(contain, "_MANY", many)
    sets = sets_with_parts(1, 60)
    survivors = [i for i in range(120) if i % 7]
    links, cut = contained_links(Verifier(collection(sets), 0), np.array(survivors), minimum)
    assert rows(links) == brute(sets, minimum, survivors) != []
    assert cut == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 40), min_size=1), max_size=12), st.sampled_from([0.5, 0.7, 0.9, 1.0]))
def test_any_sets(sets: list[set[int]], minimum: float) -> None:
    links, _ = contained_links(Verifier(collection(sets), 0), np.arange(len(sets)), minimum)
    assert rows(links) == brute(sets, minimum, list(range(len(sets))))


def test_chunks_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = sets_with_parts(2, 40)
    verifier, survivors = Verifier(collection(sets), 0), np.arange(80)
    expected = rows(contained_links(verifier, survivors, 0.8)[0])
    monkeypatch.setattr(contain, "_CHUNK", 3)
    monkeypatch.setattr("cleantext.dedup.shingle._BATCH", 50)
    assert rows(contained_links(verifier, survivors, 0.8)[0]) == expected != []


def test_a_long_list_is_cut_to_its_largest_texts_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contain, "_LONGEST", 3)
    notice = set(range(20))
    sets = [notice, *(notice | set(range(100 * n, 100 * n + 20 + n)) for n in range(1, 9))]
    links, cut = contained_links(Verifier(collection(sets), 0), np.arange(9), 0.9)
    assert rows(links) == [(0, 6, 20), (0, 7, 20), (0, 8, 20)]
    assert cut > 0


def test_the_smaller_one_is_the_inner_one() -> None:
    links = Links(np.array([0, 0, 1]), np.array([1, 2, 3]), np.array([9, 10, 5]))
    found = oriented(links, np.array([10, 20, 10, 30]), 0.9)
    assert rows(found) == [(0, 1, 9), (2, 0, 10)]
