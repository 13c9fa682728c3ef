"""Stars, not chains: who goes for the sake of whom, near duplicates first, then contained texts."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations

import networkx as nx  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import cluster
from cleantext.dedup.cluster import Stars, components, contained_stars, near_stars
from cleantext.dedup.contain import oriented
from cleantext.dedup.match import Links
from dedup_sets import compile_from, families, greedy, jaccard, rows, verifier

THRESHOLD, MINIMUM = 0.6, 0.9
STAYS = (-1, 0)
NEAR, CONTAINED = 1, 2
NOBODY: frozenset[int] = frozenset()
Sets = Sequence[AbstractSet[int]]


@pytest.fixture(params=["plain", "compiled"], autouse=True)
def loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "compiled":
        compile_from(monkeypatch, 0)


def flags(size: int, members: Collection[int]) -> np.ndarray:
    found = np.zeros(size, dtype=np.bool_)
    found[list(members)] = True
    return found


def links_of(sets: Sets, pairs: Sequence[tuple[int, int]]) -> Links:
    """Links between these pairs of sets, in the order given."""
    left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return verifier(sets).links(left, right)


def near_links(sets: Sets) -> Links:
    """All near pairs."""
    pairs = combinations(range(len(sets)), 2)
    return links_of(sets, [(i, j) for i, j in pairs if jaccard(sets[i], sets[j]) >= THRESHOLD])


def near(sets: Sets, protected: Collection[int] = NOBODY, threshold: float = THRESHOLD) -> tuple[Stars, Links]:
    """Who goes as near, and the near pairs."""
    stars, links = Stars.of(len(sets)), near_links(sets)
    added = near_stars(stars, links, threshold, None, flags(len(sets), protected))
    assert len(added) == 0
    return stars, links


def contained(sets: Sets, stars: Stars, links: Links, protected: Collection[int] = NOBODY) -> Links:
    """Remove contained sets; returns the links found."""
    pairs = combinations(np.flatnonzero(stars.kept).tolist(), 2)
    inside = oriented(links_of(sets, [(i, j) for i, j in pairs if sets[i] & sets[j]]), MINIMUM)
    return contained_stars(stars, inside, links, verifier(sets), MINIMUM, flags(len(sets), protected))


def fates(stars: Stars) -> list[tuple[int, int]]:
    """For whom each goes, and as what; `STAYS` for those that are kept."""
    return [*zip(stars.keeper.tolist(), stars.kind.tolist(), strict=True)]


def removed(count: int, *fates: tuple[int, int, float]) -> Stars:
    """Stars of `count` items after near duplicates: who went, for whom, and how similar they are."""
    stars = Stars.of(count)
    for item, keeper, score in fates:
        stars.keeper[item], stars.kind[item], stars.score[item] = keeper, NEAR, score
    return stars


# --- Near


def test_nobody_goes_without_links() -> None:
    stars = Stars.of(3)
    near_stars(stars, Links.joined([]), THRESHOLD, None, flags(3, NOBODY))
    assert fates(stars) == [STAYS] * 3
    assert stars.kept.all()
    assert stars.score.tolist() == [0.0] * 3


def test_in_a_chain_the_third_stays() -> None:
    sets = [set(range(20)), set(range(3, 23)), set(range(6, 26))]
    assert fates(near(sets)[0]) == [STAYS, (0, NEAR), STAYS]
    assert fates(near(sets, {1})[0]) == [STAYS, STAYS, (1, NEAR)]
    assert fates(near(sets, {0, 1, 2})[0]) == [STAYS] * 3


def test_the_most_similar_kept_one_is_named() -> None:
    sets = [set(range(10)), set(range(2, 14)), set(range(1, 12))]
    stars, _ = near(sets, {0, 1})
    assert jaccard(sets[2], sets[1]) > jaccard(sets[2], sets[0]) >= THRESHOLD
    assert stars.keeper.tolist() == [-1, -1, 1]
    assert stars.score[2] == jaccard(sets[2], sets[1])
    alike = [set(range(10)), set(range(1, 11)), set(range(1, 10))]
    assert near(alike, {0, 1})[0].keeper.tolist() == [-1, -1, 0]  # of two as similar the better one


@pytest.mark.parametrize("protected", [NOBODY, {3, 50, 119}], ids=["no reference", "reference"])
def test_one_goes_exactly_if_it_is_near_a_kept_one(protected: Collection[int]) -> None:
    sets = families(1, 12, 10)
    stars, _ = near(sets, protected)
    kept = set(np.flatnonzero(stars.kept).tolist())
    assert kept == greedy(sets, THRESHOLD, protected)
    for item, keeper in enumerate(stars.keeper.tolist()):
        if keeper >= 0:
            before = [one for one in sorted(kept) if one < item]
            assert keeper == max(before, key=lambda one: (jaccard(sets[item], sets[one]), -one))
            assert stars.score[item] == jaccard(sets[item], sets[keeper]) >= THRESHOLD


def test_the_order_of_links_changes_nothing() -> None:
    sets = families(2, 10, 6)
    expected, links = near(sets, {4, 20})
    order = np.random.default_rng(1).permutation(len(links))
    stars = Stars.of(60)
    near_stars(
        stars, Links(*(getattr(links, name)[order] for name in Links.__slots__)), THRESHOLD, None, flags(60, {4, 20})
    )
    assert fates(stars) == fates(expected)


# --- Contained


def test_a_nest_of_sets_leaves_the_largest() -> None:
    sets = [set(range(10)), set(range(20)), set(range(40)), set(range(30))]
    inside = (2, CONTAINED)
    for protected, expected in ((NOBODY, [inside, inside, STAYS, inside]), ({1}, [inside, STAYS, STAYS, inside])):
        stars = Stars.of(4)
        found = contained(sets, stars, Links.joined([]), protected)
        assert fates(stars) == expected
        assert rows(found) == [(0, 2, 10), (1, 2, 20), (3, 2, 30)]
        assert stars.score.tolist() == [float(kind == CONTAINED) for _, kind in expected]


def test_of_equal_sets_the_better_one_stays() -> None:
    sets = [set(range(5)), set(range(20)), set(range(20)), set(range(20))]
    stars = Stars.of(4)
    found = contained(sets, stars, Links.joined([]))
    assert fates(stars) == [(1, CONTAINED), STAYS, (1, CONTAINED), (1, CONTAINED)]
    assert rows(found) == [(0, 1, 5), (2, 1, 20), (3, 1, 20)]


def test_containers_that_are_gone_do_not_count() -> None:
    sets = [set(range(30)), set(range(29)) | {99}, set(range(10))]
    stars, links = near(sets)
    assert fates(stars) == [STAYS, (0, NEAR), STAYS]
    found = contained(sets, stars, links)
    assert fates(stars) == [STAYS, (0, NEAR), (0, CONTAINED)]
    assert rows(found) == [(2, 0, 10)]


def near_pair(sets: Sets, protected: Collection[int] = NOBODY) -> Stars:
    """Of three sets, the second is near the first and removed for it; then contained ones go."""
    stars = removed(3, (1, 0, jaccard(sets[0], sets[1])))
    contained(sets, stars, links_of(sets, [(0, 1)]), protected)
    return stars


def test_the_repeats_of_a_contained_text_move_to_its_container() -> None:
    sets = [set(range(20)), set(range(1, 21)), set(range(60))]
    assert fates(near_pair(sets)) == [(2, CONTAINED), (2, CONTAINED), STAYS]
    moved = near_pair([set(range(20)), set(range(1, 20)) | {99}, set(range(60))])
    assert moved.score.tolist() == [1.0, 0.95, 0.0]


def test_a_contained_text_stays_for_a_repeat_that_is_not_in_the_container() -> None:
    sets = [set(range(20)), set(range(18)) | {100, 101, 102}, set(range(60))]
    stars = near_pair(sets)
    assert fates(stars) == [STAYS, (0, NEAR), STAYS]
    assert stars.score[1] == jaccard(sets[0], sets[1])


def test_a_protected_text_stays_with_its_repeats() -> None:
    sets = [set(range(20)), set(range(1, 21)), set(range(60))]
    stars = removed(3, (1, 0, jaccard(sets[0], sets[1])))
    found = contained(sets, stars, links_of(sets, [(0, 1)]), {0})
    assert fates(stars) == [STAYS, (0, NEAR), STAYS]
    assert rows(found) == [(0, 2, 20)]  # the pair is told all the same


def test_a_repeat_moves_to_another_near_one_that_is_kept() -> None:
    sets = [set(range(20)), set(range(18)) | {100, 101, 102}, set(range(60)), set(range(17)) | {100, 101, 102, 103}]
    stars = removed(4, (1, 0, 18 / 23))
    contained(sets, stars, links_of(sets, [(0, 1), (1, 3)]))
    assert fates(stars) == [(2, CONTAINED), (3, NEAR), STAYS, STAYS]
    assert stars.score[1] == jaccard(sets[1], sets[3])


def test_who_took_a_repeat_over_stays_for_it() -> None:
    repeat = set(range(16)) | set(range(100, 105))
    other = set(range(6, 16)) | set(range(100, 105))
    sets = [set(range(20)), repeat, set(range(60)), other, other | set(range(300, 340))]
    stars, links = near(sets)
    assert fates(stars) == [STAYS, (0, NEAR), STAYS, STAYS, STAYS]
    found = contained(sets, stars, links)
    # The fourth stands in the last, but the second has nothing else to repeat.
    assert fates(stars) == [(2, CONTAINED), (3, NEAR), STAYS, STAYS, STAYS]
    assert rows(found) == [(0, 2, 20), (3, 4, 15)]


def test_links_of_moved_repeats_are_told() -> None:
    sets = [set(range(20)), set(range(1, 21)), set(range(60))]
    stars = removed(3, (1, 0, jaccard(sets[0], sets[1])))
    found = contained(sets, stars, links_of(sets, [(0, 1)]))
    assert rows(found) == [(0, 2, 20), (1, 2, 20)]
    assert found.left_size.tolist() == [20, 20]
    assert found.right_size.tolist() == [60, 60]


def test_only_the_largest_containers_are_considered(monkeypatch: pytest.MonkeyPatch) -> None:
    # The two largest stand in one another but for a reference; the inner one is also in a third.
    sets = [set(range(10)), set(range(20)) | {90}, set(range(22)) | {91}, set(range(24)) | {92}]
    for most, keeper in ((1, 3), (3, 3)):
        monkeypatch.setattr(cluster, "_CONTAINERS", most)
        stars = Stars.of(4)
        contained(sets, stars, Links.joined([]))
        assert stars.keeper[0] == keeper


def largest_first(sets: Sets, items: Iterable[int]) -> list[int]:
    return sorted(items, key=lambda item: (-len(sets[item]), item))


def share(sets: Sets, inner: int, outer: int) -> float:
    return len(sets[inner] & sets[outer]) / len(sets[inner])


def moved(sets: Sets, text: int, kept: Collection[int], outer: int) -> tuple[int, int] | None:
    """What becomes of a text whose keeper goes for the sake of `outer`; None if it finds no other."""
    others = [one for one in kept if one != text and jaccard(sets[text], sets[one]) >= THRESHOLD]
    if others:
        return max(others, key=lambda one: (jaccard(sets[text], sets[one]), -one)), NEAR
    return (outer, CONTAINED) if share(sets, text, outer) >= MINIMUM else None


def by_definition(sets: Sets, before: Sequence[tuple[int, int]], protected: Collection[int]) -> list[tuple[int, int]]:
    """`contained_stars` with sets and loops: the fate of every item, given those before."""
    found = list(before)
    survivors = [item for item, fate in enumerate(found) if fate == STAYS]
    kept, needed = set(survivors), set(protected)
    for place, inner in enumerate(largest_first(sets, survivors)):
        larger = largest_first(sets, survivors)[:place]
        containers = [outer for outer in larger if share(sets, inner, outer) >= MINIMUM][:16]
        outer = next((one for one in containers if one in kept), None)
        if outer is None or inner in needed:
            continue
        texts = [text for text, (keeper, _) in enumerate(before) if keeper == inner]
        fates = [moved(sets, text, kept - {inner}, outer) for text in texts]
        if None in fates:
            continue
        kept.discard(inner)
        for text, fate in zip([inner, *texts], [(outer, CONTAINED), *fates], strict=True):
            assert fate is not None
            found[text] = fate
        needed |= {fate[0] for fate in fates if fate is not None and fate[1] == NEAR}
    return found


# Sets that repeat one another in part, so that much is near and contained.
BASES = st.sampled_from([frozenset(range(8)), frozenset(range(12)), frozenset(range(18)), frozenset(range(4, 16))])
SETS = st.lists(
    st.builds(lambda base, change: base ^ change, BASES, st.frozensets(st.integers(0, 22), max_size=3)).filter(bool)
    | st.frozensets(st.integers(0, 25), min_size=1),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(SETS, st.frozensets(st.integers(0, 13), max_size=3))
def test_laws(sets: list[frozenset[int]], chosen: frozenset[int]) -> None:
    protected = {one for one in chosen if one < len(sets)}
    stars, links = near(sets, protected)
    before = set(np.flatnonzero(stars.kept).tolist())
    assert before == greedy(sets, THRESHOLD, protected)
    expected = by_definition(sets, fates(stars), protected)
    found = contained(sets, stars, links, protected)
    assert fates(stars) == expected
    kept = set(np.flatnonzero(stars.kept).tolist())
    assert protected <= kept <= before
    linked = {*zip(found.left.tolist(), found.right.tolist(), strict=True)}
    assert len(linked) == len(found)
    for item, (keeper, kind) in enumerate(fates(stars)):
        if keeper < 0:
            assert stars.score[item] == 0
            continue
        assert keeper in kept
        a, b = sets[item], sets[keeper]
        assert stars.score[item] == (len(a & b) / len(a) if kind == CONTAINED else jaccard(a, b))
        assert stars.score[item] >= (MINIMUM if kind == CONTAINED else THRESHOLD)
        assert kind == NEAR or (item, keeper) in linked
    for inner in before:
        outers = [one for one in kept - {inner} if (len(sets[one]), -one) > (len(sets[inner]), -inner)]
        inside = [one for one in outers if len(sets[inner] & sets[one]) / len(sets[inner]) >= MINIMUM]
        assert not inside or any(left == inner for left, _ in linked)


def test_plain_and_compiled_walks_are_alike() -> None:
    rng = random.Random(2)
    sets: list[set[int]] = []
    for number in range(150):
        base = set(range(30 * number, 30 * number + rng.randrange(6, 60)))
        sets += [
            base - set(rng.sample(sorted(base), rng.randrange(2))) | {10_000 + rng.randrange(9000)} for _ in range(3)
        ]
    rng.shuffle(sets)
    results = []
    for compiled_from in (10**9, 0):
        with pytest.MonkeyPatch.context() as patch:
            compile_from(patch, compiled_from)
            stars, links = near(sets, range(0, 450, 40))
            found = contained(sets, stars, links, range(0, 450, 40))
            results.append((fates(stars), stars.score.tolist(), rows(found)))
    assert results[0] == results[1]
    assert {kind for _, kind in results[0][0]} == {0, NEAR, CONTAINED}


# --- Components


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=15), st.integers(13, 15))
def test_components_are_those_of_networkx(edges: list[tuple[int, int]], size: int) -> None:
    left, right = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    found = components(left, right, size).tolist()
    parts = sorted(sorted(part) for part in nx.connected_components(nx.Graph(edges)))
    expected = {one: number for number, part in enumerate(parts) for one in part}
    assert found == [expected.get(one, -1) for one in range(size)]


def test_a_long_chain_is_one_component() -> None:
    edges = [(one, one + 1) for one in range(5000)]
    random.Random(1).shuffle(edges)
    left, right = np.array(edges).T
    assert components(left, right, 5003).tolist() == [0] * 5001 + [-1] * 2
