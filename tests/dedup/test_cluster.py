from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import crowd
from cleantext.dedup.banding import Buckets
from cleantext.dedup.cluster import Stars, components, contained_stars, near_stars
from cleantext.dedup.contain import contained_links
from cleantext.dedup.crowd import Crowds
from cleantext.dedup.match import Links, Verifier, near_links
from dedup_sets import collection

THRESHOLD = 0.6


def jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b)


def families(seed: int, count: int, size: int) -> list[set[int]]:
    """Sets that vary around common ones."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        base = set(range(1000 * number, 1000 * number + 20))
        found += [(base - {rng.choice(sorted(base)) for _ in range(3)}) | {rng.randrange(10**6)} for _ in range(size)]
    rng.shuffle(found)
    return found


def greedy(sets: list[set[int]], protected: set[int] = frozenset()) -> set[int]:  # type: ignore[assignment]
    """Who stays: walked in order, one goes if it is near one that stays."""
    kept: set[int] = set()
    for index, one in enumerate(sets):
        if index in protected or all(jaccard(one, sets[other]) < THRESHOLD for other in kept):
            kept.add(index)
    return kept


def walk(sets: list[set[int]], keys: list[list[int]], limit: int, protected: set[int]) -> tuple[Stars, Crowds]:
    """Near duplicates among `sets`, given their band keys and the size from which a bucket is a crowd."""
    verifier = Verifier(collection(sets), 0)
    buckets = Buckets(np.array(keys, dtype=np.uint64).reshape(len(sets), len(keys[0]) if keys else 1), limit)
    links = near_links(verifier, buckets, THRESHOLD)
    crowds = Crowds(verifier, buckets.keys, buckets.crowds, THRESHOLD)
    stars = Stars.of(len(sets))
    spared = np.zeros(len(sets), dtype=np.bool_)
    spared[list(protected)] = True
    near_stars(stars, links, verifier, crowds, spared)
    return stars, crowds


@pytest.mark.parametrize("limit", [1, 10, 1000], ids=["crowds only", "both", "pairs only"])
def test_a_member_goes_exactly_if_it_is_near_a_kept_one(limit: int) -> None:
    sets = families(1, 12, 10)
    keys = [[sorted(one)[10] // 1000, 0] for one in sets]
    for protected in (set[int](), {3, 50, 119}):
        stars, crowds = walk(sets, keys, limit, protected)
        assert set(stars.kept().tolist()) == greedy(sets, protected)
        assert crowds.full == 0
        for text, keeper in enumerate(stars.keeper):
            if keeper >= 0:
                assert stars.keeper[keeper] < 0
                assert stars.score[text] == jaccard(sets[text], sets[keeper]) >= THRESHOLD


def test_a_crowd_of_strangers_is_split_by_more_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "_FULL", 5)
    sets = families(2, 40, 3)
    keys = [[0, sorted(one)[10] // 1000] for one in sets]
    stars, crowds = walk(sets, keys, 2, set())
    assert set(stars.kept().tolist()) == greedy(sets)
    assert (len(crowds), crowds.split, crowds.full) == (41, 1, 0)
    _, hopeless = walk(sets, [[0, 0] for _ in sets], 2, set())
    assert hopeless.full > 0


def test_comparisons_in_a_crowd_grow_with_its_size_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    plain = Verifier.shared

    def counting(self: Verifier, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        compared.append(left.size)
        return plain(self, left, right)

    monkeypatch.setattr(Verifier, "shared", counting)
    counts = []
    for size in (300, 1200):
        compared.clear()
        walk([set(range(20 * i, 20 * i + 20)) for i in range(size)], [[0, 0, 0]] * size, 10, set())
        counts.append(sum(compared))
    assert counts[1] < 6 * counts[0]


def test_the_most_similar_kept_one_is_named() -> None:
    sets = [set(range(10)), set(range(2, 14)), set(range(1, 12))]
    stars, _ = walk(sets, [[0]] * 3, 10, {0, 1})
    assert jaccard(sets[2], sets[1]) > jaccard(sets[2], sets[0]) >= THRESHOLD
    assert stars.keeper == [-1, -1, 1]


def contained(sets: list[set[int]], stars: Stars, protected: set[int] = frozenset()) -> list[tuple[int, str]]:  # type: ignore[assignment]
    verifier = Verifier(collection(sets), 0)
    spared = np.zeros(len(sets), dtype=np.bool_)
    spared[list(protected)] = True
    links, _ = contained_links(verifier, stars.kept(), 0.9)
    contained_stars(stars, links, verifier, 0.9, spared)
    return list(zip(stars.keeper, stars.kind, strict=True))


def test_a_nest_of_sets_leaves_the_largest() -> None:
    sets = [set(range(10)), set(range(20)), set(range(40)), set(range(30))]
    stays = (-1, "")
    assert contained(sets, Stars.of(4)) == [(2, "contained"), (2, "contained"), stays, (2, "contained")]
    assert contained(sets, Stars.of(4), {1}) == [(2, "contained"), stays, stays, (2, "contained")]


def test_containers_that_are_gone_do_not_count() -> None:
    sets = [set(range(30)), set(range(29)) | {99}, set(range(10))]
    stars = Stars.of(3)
    stars.link(Links(np.array([0]), np.array([1]), np.array([29])), [29 / 31])
    stars.remove(1, 0, "near", 29 / 31)
    assert contained(sets, stars) == [(-1, ""), (0, "near"), (0, "contained")]


def near_pair(sets: list[set[int]]) -> Stars:
    """Of three sets, the second is near the first and removed for it."""
    stars = Stars.of(3)
    shared = len(sets[0] & sets[1])
    stars.link(Links(np.array([0]), np.array([1]), np.array([shared])), [jaccard(sets[0], sets[1])])
    stars.remove(1, 0, "near", jaccard(sets[0], sets[1]))
    return stars


def test_the_repeats_of_a_contained_text_move_to_its_container() -> None:
    sets = [set(range(20)), set(range(1, 21)), set(range(60))]
    assert contained(sets, near_pair(sets)) == [(2, "contained"), (2, "contained"), (-1, "")]


def test_a_contained_text_stays_for_a_repeat_that_is_not_in_the_container() -> None:
    sets = [set(range(20)), set(range(18)) | {100, 101, 102}, set(range(60))]
    assert contained(sets, near_pair(sets)) == [(-1, ""), (0, "near"), (-1, "")]


def test_a_repeat_moves_to_another_near_one_that_is_kept() -> None:
    sets = [set(range(20)), set(range(18)) | {100, 101, 102}, set(range(60)), set(range(17)) | {100, 101, 102, 103}]
    stars = Stars.of(4)
    stars.link(Links(np.array([0, 1]), np.array([1, 3]), np.array([18, 20])), [18 / 23, 20 / 22])
    stars.remove(1, 0, "near", 18 / 23)
    assert contained(sets, stars) == [(2, "contained"), (3, "near"), (-1, ""), (-1, "")]
    assert stars.score[1] == 20 / 22


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 25), min_size=1), max_size=14))
def test_laws(sets: list[set[int]]) -> None:
    stars, _ = walk(sets, [[0] for _ in sets], 100, set())
    assert set(stars.kept().tolist()) == greedy(sets)
    before = set(stars.kept().tolist())
    contained(sets, stars)
    kept = set(stars.kept().tolist())
    assert kept <= before
    for text, (keeper, kind) in enumerate(zip(stars.keeper, stars.kind, strict=True)):
        if keeper >= 0:
            assert keeper in kept
            a, b = sets[text], sets[keeper]
            share = len(a & b) / len(a) if kind == "contained" else jaccard(a, b)
            assert stars.score[text] == share >= (0.9 if kind == "contained" else THRESHOLD)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=15))
def test_components(edges: list[tuple[int, int]]) -> None:
    groups = [{one} for one in sorted({one for edge in edges for one in edge})]
    for a, b in edges:
        joined = next(g for g in groups if a in g) | next(g for g in groups if b in g)
        groups = [g for g in groups if not g & joined] + [joined]
    assert components(edges) == sorted(tuple(sorted(g)) for g in groups)


def test_a_long_chain_is_one_component() -> None:
    edges = [(i, i + 1) for i in range(50_000)]
    random.Random(1).shuffle(edges)
    assert len(components(edges)) == 1
