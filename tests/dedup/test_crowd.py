"""Oversized buckets: a member goes if and only if it is near a kept one."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import _loops, cluster, crowd
from cleantext.dedup.banding import Bands, Buckets
from cleantext.dedup.cluster import Stars, near_stars
from cleantext.dedup.crowd import Crowds
from cleantext.dedup.match import Links
from dedup_sets import compile_from, families, greedy, jaccard, sketch_rows, verifier

THRESHOLD = 0.6
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Walk:
    """What came of a walk: who goes, the links that bands and crowds found, and the crowds."""

    stars: Stars
    links: Links
    added: Links
    crowds: Crowds

    @property
    def kept(self) -> set[int]:
        return set(np.flatnonzero(self.stars.kept).tolist())


def walk(
    sets: Sequence[AbstractSet[int]],
    keys: Sequence[Sequence[int]],
    limit: int,
    protected: Collection[int] = NOBODY,
    least: int = 0,
    most: int = 10**6,
) -> Walk:
    """Near duplicates among `sets`, given their band keys and the size over which a bucket is a crowd."""
    verified = verifier(sets)
    sketches = sketch_rows(keys)
    buckets = Buckets(sketches, np.arange(len(sets)), Bands(sketches.shape[1] // 2, 2), least, limit)
    links = Links.joined([verified.near(*pairs, THRESHOLD) for pairs in buckets.candidates()])
    crowds = Crowds(buckets, verified, most)
    spared = np.zeros(len(sets), dtype=np.bool_)
    spared[list(protected)] = True
    stars = Stars.of(len(sets))
    added = near_stars(stars, links, THRESHOLD, crowds, spared)
    return Walk(stars, links, added, crowds)


def check(sets: Sequence[AbstractSet[int]], found: Walk, protected: Collection[int] = NOBODY) -> None:
    """What must hold of any walk."""
    pairs = [*zip(found.added.left.tolist(), found.added.right.tolist(), strict=True)]
    known = {*zip(found.links.left.tolist(), found.links.right.tolist(), strict=True)}
    assert len(set(pairs)) == len(pairs)
    assert not known & set(pairs)
    for (a, b), shared, left_size, right_size in zip(
        pairs, found.added.shared, found.added.left_size, found.added.right_size, strict=True
    ):
        assert a < b
        assert (shared, left_size, right_size) == (len(sets[a] & sets[b]), len(sets[a]), len(sets[b]))
        assert jaccard(sets[a], sets[b]) >= THRESHOLD
        assert a in found.kept
    for item, keeper in enumerate(found.stars.keeper.tolist()):
        if keeper >= 0:
            assert keeper in found.kept
            assert item not in protected
            assert (keeper, item) in known | set(pairs)
            assert found.stars.score[item] == jaccard(sets[item], sets[keeper]) >= THRESHOLD
            assert found.stars.kind[item] == 1


@pytest.fixture(params=["plain", "compiled"])
def loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "compiled":
        compile_from(monkeypatch, 0)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("protected", [NOBODY, {3, 50, 119}], ids=["no reference", "reference"])
@pytest.mark.parametrize("limit", [1, 10, 1000], ids=["crowds only", "both", "pairs only"])
def test_a_member_goes_exactly_if_it_is_near_a_kept_one(limit: int, protected: Collection[int]) -> None:
    sets = families(1, 12, 10)
    found = walk(sets, [[sorted(one)[10] // 1000, 0] for one in sets], limit, protected)
    check(sets, found, protected)
    assert found.kept == greedy(sets, THRESHOLD, protected)
    assert found.crowds.refused == 0
    assert (len(found.added) > 0) == (limit == 1)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("limit", [1, 1000], ids=["crowds only", "pairs only"])
def test_the_most_similar_kept_one_is_named(limit: int) -> None:
    sets = [set(range(10)), set(range(2, 14)), set(range(1, 12))]
    found = walk(sets, [[0]] * 3, limit, {0, 1})
    assert jaccard(sets[2], sets[1]) > jaccard(sets[2], sets[0]) >= THRESHOLD
    assert found.stars.keeper.tolist() == [-1, -1, 1]
    sets = families(5, 4, 30, spread=2)
    protected = range(0, 120, 7)
    found = walk(sets, [[0]] * 120, limit, protected)
    check(sets, found, protected)
    for item, keeper in enumerate(found.stars.keeper.tolist()):
        if keeper >= 0:
            before = [one for one in sorted(found.kept) if one < item]
            assert keeper == max(before, key=lambda one: (jaccard(sets[item], sets[one]), -one))
    assert not found.stars.kept.all()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 14), min_size=1), min_size=1, max_size=14),
    st.integers(1, 4),
    st.integers(0, 2**32),
    st.booleans(),
    st.booleans(),
)
def test_any_sets_in_crowds(sets: list[set[int]], limit: int, seed: int, together: bool, large: bool) -> None:
    rng = random.Random(seed)
    protected = {one for one in range(len(sets)) if rng.random() < 0.2}
    keys = [[0 if together else rng.randrange(2), rng.randrange(3), rng.randrange(6)] for _ in sets]
    with pytest.MonkeyPatch.context() as patch:
        if large:
            compile_from(patch, 0)
        found = walk(sets, keys, limit, protected)
    check(sets, found, protected)
    if together:
        assert found.kept == greedy(sets, THRESHOLD, protected)
    slots = [{*enumerate(own)} for own in keys]
    alone = {a for a, own in enumerate(slots) if not any(own & slots[b] for b in range(len(sets)) if b != a)}
    assert alone <= found.kept


@pytest.mark.usefixtures("loops")
def test_a_member_meets_the_kept_ones_of_all_its_buckets() -> None:
    base = set(range(20))
    strangers = [set(range(100 * n, 100 * n + 20)) for n in range(1, 5)]
    sets = [*strangers, base, base | {99}, base | {98}, base | {97}]
    keys = [[0, 1, 1], [0, 2, 2], [3, 0, 3], [4, 0, 4], [3, 0, 5], [0, 5, 5], [0, 6, 6], [3, 7, 6]]
    found = walk(sets, keys, 2)
    check(sets, found)
    assert len(found.crowds) == 3
    assert found.crowds.items.tolist() == list(range(8))
    # The sixth meets nobody near it in the crowd of the first band, but the fifth in a bucket of two of the third band;
    # the seventh meets nobody near it, and is kept; the last meets the fifth in the third crowd.
    assert found.stars.keeper.tolist() == [-1, -1, -1, -1, -1, 4, -1, 4]


@pytest.mark.usefixtures("loops")
def test_who_is_in_no_crowd_is_linked_to_those_who_are() -> None:
    base = set(range(20))
    sets = [base, base | {99}, base | {98}, base | {97}]
    keys = [[0, 1], [0, 2], [0, 3], [5, 3]]
    found = walk(sets, keys, 2)
    assert found.crowds.items.tolist() == [0, 1, 2]
    assert [*zip(found.links.left.tolist(), found.links.right.tolist(), strict=True)] == [(2, 3)]
    assert found.stars.keeper.tolist() == [-1, 0, 0, -1]  # the third is gone, so the last stays
    assert [*zip(found.added.left.tolist(), found.added.right.tolist(), strict=True)] == [(0, 1), (0, 2)]


@pytest.mark.usefixtures("loops")
def test_members_whose_sketches_differ_too_much_are_not_compared() -> None:
    base = set(range(20))
    keys = [[0, 0, 0], [0, 0, 7], [0, 7, 7], [0, 0x707, 0x707]]  # of six entries six, five, four and two agree
    for least, kept in ((0, {0}), (2, {0}), (3, {0, 3}), (5, {0, 2, 3}), (6, {0, 1, 2, 3})):
        found = walk([base | {90 + n} for n in range(4)], keys, 1, least=least)
        assert found.kept == kept


# --- Who is in the way of whom is bounded


@pytest.mark.usefixtures("loops")
def test_what_finds_no_room_is_counted_and_stays() -> None:
    sets = families(3, 30, 4)
    keys = [[sorted(one)[10] // 1000, 0] for one in sets]
    everything = greedy(sets, THRESHOLD)
    free = walk(sets, keys, 1)
    assert (free.kept, free.crowds.refused) == (everything, 0)
    for most in (1, 5, len(everything) - 1, len(everything)):
        found = walk(sets, keys, 1, most=most)
        check(sets, found)
        assert everything <= found.kept
        assert found.crowds.refused == len(found.kept) - most
        assert (found.kept == everything) == (most == len(everything))


@pytest.fixture(params=["plain", "compiled"])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for five kept ones in a bucket."""
    monkeypatch.setattr(crowd, "_FULL", 5)
    monkeypatch.setattr(crowd, "_VISITS", 0)
    if request.param == "compiled":
        compile_from(monkeypatch, 0)


def number(one: AbstractSet[int]) -> int:
    """Which of the `families` a set is of."""
    return sorted(one)[len(one) // 2] // 1000


@pytest.mark.usefixtures("narrow")
def test_in_a_bucket_without_room_other_buckets_serve() -> None:
    sets = families(2, 40, 3)
    # Everyone shares the first band, families the second, nobody the third.
    found = walk(sets, [[0, number(one), place] for place, one in enumerate(sets)], 2)
    check(sets, found)
    assert found.kept == greedy(sets, THRESHOLD)
    assert (len(found.crowds), found.crowds.room, found.crowds.refused) == (41, 5, 0)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(("band", "serves"), [(1, True), (2, True), (3, False), (4, True), (5, True), (6, False)])
def test_three_bands_further_on_split_a_bucket(band: int, serves: bool) -> None:
    sets = families(2, 144, 2)
    # Twelve families share the first band and twelve `band`, but only one family shares both; nobody shares others.
    keys = np.arange(len(sets) * 9).reshape(-1, 9) + 100
    keys[:, 0] = [number(one) % 12 for one in sets]
    keys[:, band] = [number(one) // 12 for one in sets]
    found = walk(sets, keys.tolist(), 2)
    check(sets, found)
    assert len(found.crowds) == 24
    assert found.crowds.full == 0
    assert (found.kept == greedy(sets, THRESHOLD)) == serves


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("bands", [1, 2, 5, 9])
def test_where_nothing_splits_a_bucket_members_stay_and_are_counted(bands: int) -> None:
    sets = families(2, 40, 3)
    found = walk(sets, [[0] * bands] * 120, 2)
    check(sets, found)
    assert found.kept > greedy(sets, THRESHOLD)
    assert found.crowds.full > 0
    first = sorted(found.kept)[:5]
    for item in range(120):
        if any(one < item and jaccard(sets[item], sets[one]) >= THRESHOLD for one in first):
            assert item not in found.kept


def test_small_crowds_have_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "_FULL", 5)
    monkeypatch.setattr(crowd, "_VISITS", 120 * 20)
    sets = families(2, 40, 3)
    rooms = [walk(sets[:size], [[0]] * size, 2).crowds.room for size in (30, 120)]
    assert rooms == [80, 20]
    monkeypatch.setattr(crowd, "_VISITS", 120 * 50)
    found = walk(sets, [[0]] * 120, 2)
    assert (found.crowds.room, found.crowds.full) == (50, 0)
    assert found.kept == greedy(sets, THRESHOLD)


class _Counted(np.ndarray):
    """An array that counts how often an element is read."""

    reads = 0

    def __getitem__(self, place: Any) -> Any:
        _Counted.reads += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("bands", [1, 3, 8])
def test_steps_in_a_crowd_grow_with_its_size_alone(monkeypatch: pytest.MonkeyPatch, bands: int) -> None:
    def near_walk(*arguments: Any) -> None:
        heads, keys, following, member = arguments[4]
        counted = list(arguments)
        counted[4] = heads, keys, following.view(_Counted), member
        _loops.near_walk(*counted)

    monkeypatch.setattr(crowd, "_FULL", 8)
    monkeypatch.setattr(crowd, "_VISITS", 0)
    monkeypatch.setattr(cluster, "loops", lambda _: SimpleNamespace(near_walk=near_walk))
    counts = []
    for size in (100, 400):
        _Counted.reads = 0
        found = walk([{3 * n, 3 * n + 1, 3 * n + 2} for n in range(size)], [[0] * bands] * size, 10)
        assert len(found.kept) == size
        counts.append(_Counted.reads)  # a step along a list, to be compared with or to be filed
    assert 0 < counts[1] < 6 * counts[0]


# --- Stretches


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("held", [1, 50, 333])
def test_stretches_change_nothing(monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    sets = families(6, 12, 10)
    keys = [[sorted(one)[10] // 1000, 0, index % 40] for index, one in enumerate(sets)]
    expected = walk(sets, keys, 9, {5, 77})
    monkeypatch.setattr(crowd, "_HELD", held)
    found = walk(sets, keys, 9, {5, 77})
    for name in ("keeper", "kind", "score"):
        assert getattr(found.stars, name).tolist() == getattr(expected.stars, name).tolist()
    for name in Links.__slots__:
        assert getattr(found.added, name).tolist() == getattr(expected.added, name).tolist()
    assert (found.crowds.full, found.crowds.refused) == (expected.crowds.full, expected.crowds.refused)
    assert len(list(found.crowds.chunks(np.arange(120)))) > 3


def test_a_stretch_holds_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "_HELD", 100)
    sets = families(7, 5, 10)
    crowds = walk(sets, [[index % 2] for index in range(50)], 1).crowds
    stretches = list(crowds.chunks(np.arange(50)))
    assert [begin for begin, _ in stretches[1:]] == [end for _, end in stretches[:-1]]
    assert (stretches[0][0], stretches[-1][1]) == (0, 50)
    assert max(sum(map(len, sets[begin:end])) for begin, end in stretches) <= 100 + max(map(len, sets))


def test_plain_and_compiled_walks_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "_FULL", 6)
    monkeypatch.setattr(crowd, "_VISITS", 0)
    sets = families(8, 150, 2, size=6)
    rng = random.Random(3)
    keys = [[0, rng.randrange(2), rng.randrange(20), number(one)] for one in sets]
    protected = set(rng.sample(range(300), 10))
    plain = walk(sets, keys, 9, protected, most=170)
    compile_from(monkeypatch, 0)
    compiled = walk(sets, keys, 9, protected, most=170)
    assert plain.crowds.full > 0
    assert plain.crowds.refused > 0
    assert plain.stars.keeper.max() > 0
    for name in ("keeper", "kind", "score"):
        assert getattr(plain.stars, name).tolist() == getattr(compiled.stars, name).tolist()
    for name in Links.__slots__:
        assert getattr(plain.added, name).tolist() == getattr(compiled.added, name).tolist()
    assert (plain.crowds.full, plain.crowds.refused) == (compiled.crowds.full, compiled.crowds.refused)
