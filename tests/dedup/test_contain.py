"""Contained texts: what is found is exact, and what has a run in common with its container is found."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import contain, shingle
from cleantext.dedup.contain import contained_links, oriented
from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.shingle import Rule
from cleantext.dedup.store import TextStore
from dedup.corpora import CORPORA, paragraph, variant
from dedup_sets import compile_from, rows

RULE = Rule("folded", "auto", 3)
SCRIPTS = ("han", "words", "mixed", "astral", "combining")
Row = tuple[int, int, int]


def verifier(texts: Sequence[str], items: Sequence[int] | None = None, threads: int = 1) -> Verifier:
    """Item i is the text number items[i]."""
    store = TextStore(RULE)
    store.add(texts)
    return Verifier(store, np.arange(len(texts)) if items is None else np.array(items), RULE, threads)


def found_in(
    texts: Sequence[str], minimum: float = 0.9, survivors: Sequence[int] | None = None, min_chars: int = 20
) -> list[Row]:
    kept = np.arange(len(texts)) if survivors is None else np.array(survivors)
    links, compared = contained_links(verifier(texts), kept, minimum, min_chars)
    assert compared <= contain._COMPARED * len(texts)
    assert compared >= len(links)
    return check_order(links)


def check_order(links: Links) -> list[Row]:
    """The rows of `links`, which are in order and each there once."""
    found = [*zip(links.left.tolist(), links.right.tolist(), links.shared.tolist(), strict=True)]
    assert [row[:2] for row in found] == sorted({row[:2] for row in found})
    return found


def brute(texts: Sequence[str], minimum: float, survivors: Sequence[int] | None = None) -> list[Row]:
    """Every (inner, outer, shared): the inner one has fewer shingles, or as many and comes later."""
    made = verifier(texts).sets(np.arange(len(texts)))
    values, offsets = made.values.tolist(), made.offsets.tolist()
    sets = [set(values[a:b]) for a, b in pairwise(offsets)]
    chosen = [one for one in (range(len(texts)) if survivors is None else survivors) if sets[one]]
    return sorted(
        (i, j, len(sets[i] & sets[j]))
        for i, j in permutations(chosen, 2)
        if (len(sets[i]), -i) < (len(sets[j]), -j) and len(sets[i] & sets[j]) / len(sets[i]) >= minimum
    )


def parts_and_wholes(
    seed: int, count: int, script: str = "han", lengths: tuple[int, int] = (25, 90), changes: int = 0
) -> list[str]:
    """Texts, of which every second one is a run of the one before it, with up to so many changes."""
    rng = random.Random(f"{seed} {script}")
    texts = []
    for _ in range(count):
        length = rng.randint(*lengths)
        outer = paragraph(rng, length + rng.randrange(10, 100), script)
        begin = rng.randrange(len(outer) - length + 1)
        inner = variant(rng, outer[begin : begin + length], rng.randint(0, changes), script)
        texts += ["".join(outer), "".join(inner)]
    return texts


# --- What is found


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_run_of_a_longer_text_is_found(script: str) -> None:
    texts = parts_and_wholes(1, 60, script)
    found = found_in(texts)
    assert found == brute(texts, 0.9)
    # Only where its ends cut words or clusters in two does a run differ from what it was cut from.
    assert len(found) >= 55
    survivors = [one for one in range(120) if one % 7]
    assert found_in(texts, 0.9, survivors) == brute(texts, 0.9, survivors) != []


@pytest.mark.parametrize("min_chars", [20, 14, 12])
def test_a_run_of_the_least_length_is_found(min_chars: int) -> None:
    texts = parts_and_wholes(2, 80, lengths=(min_chars, min_chars))
    assert found_in(texts, 0.9, min_chars=min_chars) == brute(texts, 0.9)


@pytest.mark.parametrize("script", SCRIPTS)
def test_parts_with_changes_are_found(script: str) -> None:
    texts = parts_and_wholes(3, 200, script, (50, 120), changes=2)
    found, expected = found_in(texts), brute(texts, 0.9)
    assert set(found) <= set(expected)
    assert len(found) >= 0.98 * len(expected)
    assert len(expected) > 70


@pytest.mark.parametrize("minimum", [0.5, 0.8, 0.9, 1.0])
def test_only_what_reaches_the_minimum_is_linked(minimum: float) -> None:
    texts = parts_and_wholes(4, 150, changes=8)
    found, expected = found_in(texts, minimum), brute(texts, minimum)
    assert set(found) <= set(expected)
    assert len(found) > 0.8 * len(brute(texts, max(minimum, 0.85)))
    assert len({shared for _, _, shared in found}) > 10


@settings(max_examples=100, deadline=None)
@given(CORPORA, st.sampled_from([0.5, 0.7, 0.9, 1.0]), st.sampled_from([0, 5, 20]), st.booleans())
def test_any_texts(texts: list[str], minimum: float, min_chars: int, large: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if large:
            compile_from(patch, 0)
        survivors = [one for one in range(len(texts)) if verifier(texts).lengths[one]]
        found = found_in(texts, minimum, survivors, min_chars)
    assert set(found) <= set(brute(texts, minimum))


def test_a_nest_of_texts_is_linked_throughout() -> None:
    whole = "".join(paragraph(random.Random(5), 150))
    texts = [whole[20:60], whole[10:80], whole, whole[5:100]]
    assert [row[:2] for row in found_in(texts)] == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (3, 2)]


def test_items_are_texts_in_any_order() -> None:
    texts = parts_and_wholes(6, 40)
    order = random.Random(1).sample(range(80), 80)
    links, _ = contained_links(verifier(texts, order), np.arange(80), 0.9, 20)
    assert check_order(links) == brute([texts[one] for one in order], 0.9)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_survivors(count: int) -> None:
    texts = ["".join(paragraph(random.Random(one), 60)) for one in range(3)]
    links, compared = contained_links(verifier(texts), np.arange(count), 0.9, 20)
    assert (len(links), compared) == (0, 0)


# --- What is compared


def test_texts_of_their_own_are_compared_with_nothing() -> None:
    rng = random.Random(7)
    texts = ["".join(paragraph(rng, 100, script)) for script in SCRIPTS for _ in range(60)]
    links, compared = contained_links(verifier(texts), np.arange(300), 0.9, 20)
    assert (len(links), compared) == (0, 0)


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_a_text_that_repeats_itself_stands_in_a_shorter_one(repeats: int) -> None:
    passage = "".join(paragraph(random.Random(8), 60))
    texts = [passage * repeats, passage + "".join(paragraph(random.Random(9), 10))]
    assert [row[:2] for row in brute(texts, 0.9)] == [(0, 1)]
    assert found_in(texts) == brute(texts, 0.9)


def notices(count: int) -> list[str]:
    """A notice, and longer and longer texts that end with it."""
    rng = random.Random(9)
    notice = "".join(paragraph(rng, 40))
    return [notice, *("".join(paragraph(rng, 20 + 5 * number)) + notice for number in range(count))]


def test_a_long_list_is_cut_to_its_longest_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contain, "_LONGEST", 3)
    texts = notices(8)
    assert [row[:2] for row in found_in(texts)] == [(0, 6), (0, 7), (0, 8)]
    monkeypatch.setattr(contain, "_LONGEST", 100)
    assert [row[:2] for row in found_in(texts)] == [(0, outer) for outer in range(1, 9)]
    monkeypatch.setattr(contain, "_COMPARED", 2)
    assert [row[:2] for row in found_in(texts)] == [(0, 7), (0, 8)]


def test_comparisons_grow_with_the_number_of_texts_alone() -> None:
    counts = []
    for size in (150, 600):
        texts = notices(1)[:1] * size
        rng = random.Random(10)
        texts = [text + "".join(paragraph(rng, 60)) for text in texts]
        counts.append(contained_links(verifier(texts), np.arange(size), 0.9, 20)[1])
    assert counts[1] < 6 * counts[0] <= 6 * 150 * contain._COMPARED


# --- Slices


@pytest.mark.parametrize("large", [False, True], ids=["numpy", "compiled"])
@pytest.mark.parametrize("threads", [1, 3])
def test_slices_change_nothing(monkeypatch: pytest.MonkeyPatch, large: bool, threads: int) -> None:
    texts = parts_and_wholes(11, 50, "mixed", changes=2) + notices(20)
    order = random.Random(2).sample(range(len(texts)), len(texts))
    survivors = np.array([one for one in range(len(texts)) if one % 5])
    expected = contained_links(verifier(texts, order), survivors, 0.9, 20)
    assert len(expected[0]) > 20
    if large:
        compile_from(monkeypatch, 0)
    for batch, part in ((1 << 20, 1 << 23), (50, 1), (1000, 100), (1, 1 << 23)):
        monkeypatch.setattr(shingle, "_BATCH", batch)
        monkeypatch.setattr(contain, "_ROUND", part)
        links, compared = contained_links(verifier(texts, order, threads), survivors, 0.9, 20)
        assert compared == expected[1]
        for name in Links.__slots__:
            assert getattr(links, name).tolist() == getattr(expected[0], name).tolist()


def test_a_small_table_of_counts_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = parts_and_wholes(12, 60)
    expected = found_in(texts)
    monkeypatch.setattr(contain, "_MAX_BITS", 3)  # every anchor looks like one of many texts
    assert found_in(texts) == expected


# --- Orientation


def test_the_smaller_one_is_the_inner_one() -> None:
    columns = [0, 0, 1, 4, 5], [1, 2, 3, 2, 4], [9, 10, 5, 10, 12], [10, 10, 20, 10, 12], [20, 10, 30, 10, 13]
    links = oriented(Links(*map(np.array, columns)), 0.9)
    assert rows(links) == [(0, 1, 9), (2, 0, 10), (4, 2, 10), (5, 4, 12)]
    assert dict(zip(links.left.tolist(), links.left_size.tolist(), strict=True)) == {0: 10, 2: 10, 4: 10, 5: 12}
    assert dict(zip(links.left.tolist(), links.right_size.tolist(), strict=True)) == {0: 20, 2: 10, 4: 10, 5: 13}
    assert len(oriented(links.where(np.zeros(4, dtype=np.bool_)), 0.9)) == 0
