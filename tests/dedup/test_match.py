from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import match
from cleantext.dedup.match import Links, Verifier, all_shared
from cleantext.dedup.shingle import Rule, ShingleSets, match_texts, shingle_sets
from cleantext.dedup.store import TextStore
from dedup.corpora import CORPORA
from dedup_sets import RAW, collection, compile_from, jaccard, rows, text_store, verifier


def random_sets(seed: int, count: int) -> list[set[int]]:
    rng = random.Random(seed)
    return [set(rng.choices(range(30), k=rng.randrange(1, 25))) for _ in range(count)]


def all_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.array(list(combinations(range(count), 2)), dtype=np.int64).reshape(-1, 2).T
    return left, right


def shared(found: Links) -> list[int]:
    return list(found.shared.tolist())


# --- The table of everything


def test_the_table_counts_what_every_pair_shares() -> None:
    sets = random_sets(1, 40)
    links = all_shared(collection(sets))
    assert links is not None
    pairs = combinations(range(40), 2)
    assert rows(links) == [(i, j, len(sets[i] & sets[j])) for i, j in pairs if sets[i] & sets[j]]
    assert links.left_size.tolist() == [len(sets[i]) for i in links.left.tolist()]
    assert links.right_size.tolist() == [len(sets[j]) for j in links.right.tolist()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 12)), max_size=9))
def test_the_table_of_any_sets(sets: list[set[int]]) -> None:
    links = all_shared(collection(sets))
    assert links is not None
    pairs = combinations(range(len(sets)), 2)
    assert rows(links) == [(i, j, len(sets[i] & sets[j])) for i, j in pairs if sets[i] & sets[j]]


def test_many_texts_or_shingles_are_left_to_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all_shared(collection(random_sets(2, 300))) is None
    monkeypatch.setattr(match, "_MAX_CELLS", 100)
    assert all_shared(collection([set(range(30)), set(range(30)), {1}, {2}])) is None
    assert all_shared(collection([set(range(60)), set(range(60))])) is None


# --- Links


def test_links_are_joined_in_order_and_selected() -> None:
    parts = [
        Links(*(np.array(column) for column in ([2, 0], [3, 5], [4, 6], [5, 8], [10, 7]))),
        Links(*(np.array(column) for column in ([0], [1], [1], [2], [3]))),
    ]
    links = Links.joined(iter(parts))
    assert rows(links) == [(0, 1, 1), (0, 5, 6), (2, 3, 4)]
    assert links.left.tolist() == [0, 0, 2]
    assert links.jaccard.tolist() == [1 / 4, 6 / 9, 4 / 11]
    assert links.containment.tolist() == [1 / 2, 6 / 7, 4 / 5]
    assert rows(links.where(links.shared > 3)) == [(0, 5, 6), (2, 3, 4)]
    assert len(links.where(links.shared > 9)) == len(Links.joined([])) == 0
    assert Links.joined([]).jaccard.tolist() == Links.joined([]).containment.tolist() == []
    assert all(getattr(Links.joined([]), name).dtype == np.int64 for name in Links.__slots__)


# --- Verification


@pytest.fixture(params=["sets at hand", "sets on demand"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "sets on demand":
        compile_from(monkeypatch, 0)


@pytest.mark.usefixtures("size")
def test_near_is_exact_at_the_threshold() -> None:
    sets = [{1, 2, 3, 4, 5}, {1, 2, 3, 4}, {1, 2, 3, 4, 6}, {7}, set(range(1, 10))]
    left, right = all_pairs(5)
    verified = verifier(sets)
    assert rows(verified.near(left, right, 0.8)) == [(0, 1, 4), (1, 2, 4)]
    assert verified.near(left, right, 0.8).jaccard.tolist() == [0.8, 0.8]
    assert rows(verified.near(left, right, 4 / 6)) == [(0, 1, 4), (0, 2, 4), (1, 2, 4)]
    assert rows(verified.near(right, left, 0.8)) == [(1, 0, 4), (2, 1, 4)]


@pytest.mark.usefixtures("size")
def test_links_keep_the_order_of_pairs() -> None:
    sets = random_sets(4, 12)
    left, right = np.random.default_rng(1).integers(0, 12, (2, 100))
    links = verifier(sets).links(left, right)
    assert (links.left.tolist(), links.right.tolist()) == (left.tolist(), right.tolist())
    assert shared(links) == [len(sets[i] & sets[j]) for i, j in zip(left, right, strict=True)]
    assert links.left_size.tolist() == [len(sets[i]) for i in left]
    assert links.right_size.tolist() == [len(sets[j]) for j in right]
    assert links.jaccard.tolist() == [jaccard(sets[i], sets[j]) for i, j in zip(left, right, strict=True)]


@pytest.mark.usefixtures("size")
def test_slices_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = random_sets(3, 30)
    left, right = all_pairs(30)
    expected = [len(sets[i] & sets[j]) for i, j in combinations(range(30), 2)]
    for held, part, threads in ((1, 1, 1), (1 << 25, 7, 2), (100, 1 << 20, 3), (999, 100, 2)):
        monkeypatch.setattr(match, "_HELD", held)
        monkeypatch.setattr(match, "_SLICE", part)
        verified = verifier(sets, threads)
        assert shared(verified.links(left, right)) == expected
        assert len(verified.links(left[:0], right[:0])) == 0
        assert len(verified.near(left[:0], right[:0], 0.8)) == 0


def test_only_the_sets_of_a_stretch_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_from(monkeypatch, 0)
    monkeypatch.setattr(match, "_HELD", 1000)
    held: list[int] = []
    plain = Verifier.sets

    def watched(self: Verifier, items: np.ndarray) -> ShingleSets:
        held.append(int(self.lengths[items].sum()))
        return plain(self, items)

    monkeypatch.setattr(Verifier, "sets", watched)
    sets = [set(range(10 * i, 10 * i + 50)) for i in range(100)]
    left, right = all_pairs(100)
    found = verifier(sets).links(left, right)
    assert shared(found) == [max(0, 50 - 10 * (j - i)) for i, j in combinations(range(100), 2)]
    assert max(held) <= 1000 + 100
    assert len(held) > 100


@pytest.mark.usefixtures("size")
def test_items_are_texts_in_any_order() -> None:
    sets = random_sets(5, 20)
    items = np.random.default_rng(2).permutation(20)[:15]
    verified = Verifier(text_store(sets), items, RAW)
    assert verified.lengths.tolist() == [len(sets[one]) for one in items]
    expected = shingle_sets(text_store(sets).read(0, 20), RAW)
    for chosen in ([3], [], list(range(15)), [14, 2, 7], list(range(14, -1, -1)), np.argsort(items).tolist()):
        found = verified.sets(np.array(chosen, dtype=np.int64))
        wanted = expected.take(items[np.array(chosen, dtype=np.int64)])
        assert found.values.tolist() == wanted.values.tolist()
        assert found.offsets.tolist() == wanted.offsets.tolist()


@settings(max_examples=40, deadline=None)
@given(CORPORA, st.sampled_from(["auto", "character", "word"]), st.sampled_from([1, 3, 5]), st.booleans(), st.randoms())
def test_shingle_sets_of_any_texts(texts: list[str], unit: str, width: int, large: bool, rng: random.Random) -> None:
    rule = Rule("folded", unit, width)
    items = np.array(rng.sample(range(len(texts)), len(texts)), dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch, TextStore(rule) as store:
        if large:
            compile_from(patch, 0)
        store.add(texts)
        found = Verifier(store, items, rule, 2).sets(np.arange(len(texts)))
    expected = shingle_sets(match_texts(texts, rule), rule, items)
    assert found.values.tolist() == expected.values.tolist()
    assert found.offsets.tolist() == expected.offsets.tolist()
