from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import DedupConfig
from cleantext.dedup import Duplicates, _check_loops, _kernels, find_duplicates, selfcheck, shingle
from cleantext.dedup.banding import Bands
from cleantext.dedup.results import Pairs, Removals
from cleantext.dedup.selfcheck import held, measured_recall, wilson
from cleantext.dedup.shingle import Rule, match_texts, shingle_sets
from cleantext.dedup.store import TextStore
from dedup.corpora import CORPORA, PARAGRAPHS, TEXTS, alike, family, set_text
from dedup.oracle import Brute
from dedup_sets import compile_from

SCRIPTS = ("han", "words", "mixed", "astral", "combining")
SETS = DedupConfig(match="raw", shingle_unit="character", shingle_size=1, min_chars=0)


def families(seed: object, count: int, most: int, changes: tuple[int, int], scripts: Sequence[str]) -> list[str]:
    """`count` shuffled texts in families of one to `most`."""
    rng = random.Random(str(seed))
    texts: list[str] = []
    while len(texts) < count:
        texts += family(rng, rng.randint(1, most), changes, rng.randint(60, 120), rng.choice(scripts))
    rng.shuffle(texts)
    return texts[:count]


def store_of(texts: Sequence[str], config: DedupConfig, level: str = "paragraph") -> TextStore:
    store = TextStore(Rule.of(config, level))
    store.add(texts)
    return store


def checked(
    texts: Sequence[str],
    config: DedupConfig | None = None,
    found: Duplicates | None = None,
    sample: int = 1000,
    seed: int = 1,
    **more: Any,
) -> dict[str, Any]:
    """What the self-check says of `found`, by default what the engine finds."""
    chosen = config or DedupConfig()
    store = store_of(texts, chosen)
    answer = found or find_duplicates(texts, config=chosen)
    return measured_recall(store, store.rule, chosen, answer, sample=sample, seed=seed, **more)


def near_pairs(brute: Brute) -> dict[tuple[int, int], float]:
    return {(min(pair), max(pair)): score for pair, score in brute.near.items()}


def without(found: Duplicates, lost: set[tuple[int, int]]) -> Duplicates:
    """`found` without some of its near pairs."""
    pairs = found.pairs
    stays = np.array([(pair.i, pair.j) not in lost or pair.kind != "near" for pair in pairs], dtype=np.bool_)
    columns = [column[stays] for column in pairs.columns().values()]
    return dataclasses.replace(found, pairs=Pairs(*columns))


# --- What is a true pair, and which were found


@settings(max_examples=80, deadline=None)
@given(CORPORA, st.sampled_from([0.05, 0.3, 0.5, 0.8, 0.95, 1.0]), st.sampled_from([0, 20]))
def test_all_near_pairs_of_few_texts_are_true_and_found(texts: list[str], threshold: float, least: int) -> None:
    config = DedupConfig(threshold=threshold, min_chars=least, num_perm=256)
    brute = Brute(texts, config)
    report = checked(texts, config)
    assert report["sampled"] == report["texts"] == len(brute.items)
    assert report["true_pairs"] == report["found_pairs"] == report["listed_pairs"] == len(brute.near)
    assert report["recall"] == report["expected"] == (1 if brute.near else None)
    assert report["missed"] == []


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0.05, 0.2, 0.5, 2 / 3, 0.8, 1.0]))
def test_no_pair_of_any_sets_is_left_out(rng: random.Random, threshold: float) -> None:
    """Sets so small that a pair at the threshold shares just enough of the indexed shingles."""
    config = dataclasses.replace(SETS, threshold=threshold, num_perm=256)
    texts = [set_text(one) for one in alike(rng, 40)]
    assert checked(texts, config)["true_pairs"] == len(Brute(texts, config).near)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("threshold", "changes"), [(0.5, (0, 16)), (0.8, (0, 6)), (0.9, (0, 2))])
def test_true_pairs_of_the_sample(script: str, threshold: float, changes: tuple[int, int]) -> None:
    texts = families((script, threshold), 230, 6, changes, [script])
    texts += [text.replace(",", ";") for text in texts[::11]]
    config = DedupConfig(threshold=threshold)
    brute = Brute(texts, config)
    eligible = np.sort(np.array(brute.items))
    drawn = set(eligible[np.random.RandomState(5).permutation(eligible.size)[:40]].tolist())
    expected = [pair for pair in brute.near if drawn & set(pair)]
    report = checked(texts, config, sample=40, seed=5)
    assert (report["sampled"], report["texts"]) == (40, len(brute.items))
    assert report["true_pairs"] == report["found_pairs"] == len(expected) > 10


def test_pairs_that_were_not_found_are_counted_and_named() -> None:
    texts = families("lost", 200, 5, (0, 5), SCRIPTS)
    found = find_duplicates(texts)
    near = near_pairs(Brute(texts))
    lost = dict(random.Random(2).sample(sorted(near.items()), 17))
    report = checked(texts, found=without(found, set(lost)))
    assert report["true_pairs"] == len(near)
    assert report["found_pairs"] == report["listed_pairs"] == len(near) - 17
    assert report["settled_pairs"] == 0
    assert report["recall"] == 1 - 17 / len(near)
    assert report["interval"][0] < report["recall"] < report["interval"][1]
    worst = sorted(([i, j, score] for (i, j), score in lost.items()), key=lambda one: (-one[2], *one[:2]))
    assert report["missed"] == worst[:10]


def test_a_contained_pair_is_no_near_pair_that_was_found() -> None:
    texts = [PARAGRAPHS[0] + PARAGRAPHS[1], PARAGRAPHS[0] + PARAGRAPHS[1][:-4]]
    (pair,) = [pair for pair in find_duplicates(texts) if pair.kind == "near"]
    found = find_duplicates(texts, kinds=("exact", "contained"))
    assert [one.kind for one in found] == ["contained"]
    assert checked(texts, found=found)["missed"] == [[0, 1, pair.jaccard]]


def test_texts_that_are_equal_short_or_inactive_take_no_part() -> None:
    texts = families("part", 120, 5, (1, 4), ["han"])
    texts += [text.replace(",", " ") for text in texts[:30]] + ["短短的一行", "短短的二行", "", "……"]
    active = np.random.RandomState(3).rand(len(texts)) < 0.8
    some = [text if one else "" for text, one in zip(texts, active, strict=True)]
    brute = Brute(some)
    report = checked(texts, found=find_duplicates(some), active=active)
    assert report["texts"] == len(brute.items) < np.count_nonzero(active)
    assert report["true_pairs"] == report["found_pairs"] == len(brute.near) > 0


@pytest.mark.parametrize("texts", [[], [""], ["短"], ["——", "……"], [PARAGRAPHS[0]], list(PARAGRAPHS)])
def test_nothing_to_find(texts: list[str]) -> None:
    report = checked(texts)
    assert (report["true_pairs"], report["found_pairs"]) == (0, 0)
    assert report["recall"] is None
    assert report["expected"] is None
    assert report["interval"] == [0, 1]
    assert report["promised"] == 0.99


def test_the_s_curve_says_what_to_expect() -> None:
    texts = families("curve", 1200, 3, (2, 5), ["han"])
    config = DedupConfig(recall=0.6, num_perm=64)
    brute, found = Brute(texts, config), find_duplicates(texts, config=config, kinds=("exact", "near"))
    report = checked(texts, config, found, sample=5000)
    bands = Bands(found.settings["num_bands"], found.settings["rows_per_band"])
    chances = [bands.probability(score) for score in brute.near.values()]
    assert report["true_pairs"] == len(chances)
    assert report["expected"] == pytest.approx(sum(chances) / len(chances))
    assert report["recall"] == sum(pair.kind == "near" for pair in found) / len(chances) < 1
    assert report["interval"][0] < report["expected"] < report["interval"][1]


# --- Giant buckets


def crowd() -> tuple[list[str], Duplicates]:
    rng = random.Random("crowd")
    texts = family(rng, 220, (1, 3)) + families("crowd", 80, 3, (1, 4), ["words"])
    rng.shuffle(texts)
    return texts, find_duplicates(texts, kinds=("exact", "near"))


def test_a_giant_bucket_settles_pairs_that_it_does_not_list() -> None:
    texts, found = crowd()
    assert found.settings["crowds"]
    near, listed = near_pairs(Brute(texts)), {(pair.i, pair.j) for pair in found if pair.kind == "near"}
    report = checked(texts, found=found)
    assert report["true_pairs"] == len(near)
    assert report["listed_pairs"] == len(listed) < len(near) * 2 / 3
    assert report["settled_pairs"] > len(near) / 4
    assert report["found_pairs"] == report["listed_pairs"] + report["settled_pairs"]
    assert report["recall"] > 0.98


def test_what_a_giant_bucket_left_undone_is_missed() -> None:
    texts, found = crowd()
    none, kind, score = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8), np.empty(0)
    undone = dataclasses.replace(
        found, removals=Removals(none, none, kind, score), cluster=np.full(len(texts), -1, dtype=np.int64)
    )
    report = checked(texts, found=undone)
    assert report["settled_pairs"] == 0
    assert report["found_pairs"] == report["listed_pairs"] > 0
    clustered = dataclasses.replace(undone, cluster=found.cluster)
    assert checked(texts, found=clustered)["settled_pairs"] > 0
    removed = dataclasses.replace(undone, removals=found.removals)
    assert checked(texts, found=removed)["settled_pairs"] > 0


def test_without_giant_buckets_a_pair_is_listed_or_missed() -> None:
    texts = families("small", 150, 5, (0, 4), ["han"])
    found = find_duplicates(texts)
    pairs = {(pair.i, pair.j) for pair in found}
    assert len(found.removals) > 50
    assert checked(texts, found=without(found, pairs))["found_pairs"] == 0


def test_where_all_texts_are_alike_fewer_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = family(random.Random("alike"), 200, (1, 3))
    found, config = find_duplicates(texts), DedupConfig()
    whole = checked(texts, found=found, sample=100)
    assert whole["sampled"] == 100
    monkeypatch.setattr(selfcheck, "_WORK", 500_000)
    fewer = checked(texts, found=found, sample=100)
    assert 1 <= fewer["sampled"] < 50
    same = checked(texts, config, found, fewer["sampled"])
    assert same == fewer
    monkeypatch.setattr(selfcheck, "_WORK", 1)
    assert checked(texts, found=found, sample=100)["sampled"] == 1


# --- What must not change the answer


def test_the_seed_draws_the_sample() -> None:
    texts = families("seed", 200, 6, (0, 8), ["han", "mixed"])
    found = find_duplicates(texts)
    reports = [checked(texts, found=found, sample=20, seed=seed) for seed in range(6)]
    assert reports == [checked(texts, found=found, sample=20, seed=seed) for seed in range(6)]
    assert len({report["true_pairs"] for report in reports}) > 1


def test_neither_threads_nor_stretches_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = families("threads", 220, 6, (0, 8), SCRIPTS)
    found = without(find_duplicates(texts), {(pair.i, pair.j) for pair in list(find_duplicates(texts))[::3]})
    whole = checked(texts, found=found, sample=90)
    assert whole["missed"]
    monkeypatch.setattr(selfcheck, "_EXPANDED", 50)
    monkeypatch.setattr(shingle, "_BATCH", 500)
    for threads in (1, 3):
        report = checked(texts, found=found, sample=90, threads=threads)
        assert report.pop("expected") == pytest.approx(whole["expected"])
        assert report == {name: value for name, value in whole.items() if name != "expected"}


@pytest.mark.parametrize("case", ["families", "crowd", "sets"])
def test_large_inputs_get_the_same_answer(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    config = DedupConfig()
    if case == "crowd":
        texts, found = crowd()
    elif case == "sets":
        config = dataclasses.replace(SETS, threshold=0.6)
        texts = [set_text(one) for one in alike(random.Random(8), 200)]
        found = find_duplicates(texts, config=config)
    else:
        texts = families("large", 230, 6, (0, 8), SCRIPTS)
        found = find_duplicates(texts)
    found = without(found, {(pair.i, pair.j) for pair in list(found)[::3]})
    expected = checked(texts, config, found, 120)
    compile_from(monkeypatch, 1)
    monkeypatch.setattr(selfcheck, "COMPILED_FROM", 1)
    assert checked(texts, config, found, 120, threads=2) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=12), st.sampled_from(["auto", "character", "word"]), st.integers(1, 5))
def test_plain_compiled_and_numpy_find_the_same(texts: list[str], unit: str, size: int) -> None:
    config = DedupConfig(threshold=0.5, shingle_unit=unit, shingle_size=size)
    store = store_of(texts, config)
    index = selfcheck._Index.of(store, np.arange(0, len(texts), 2), store.rule, config.threshold)
    found = store.read(0, len(texts))
    expected = pairs(*held(shingle_sets(found, store.rule), index))
    arguments = (found.codes, found.offsets, found.begins, size, *index.compiled, index.enough)
    with np.errstate(over="ignore"):
        assert pairs(*_check_loops.probed(*arguments)) == expected
    assert pairs(*_kernels.probed(*arguments)) == expected


def test_more_pairs_than_there_is_room_for() -> None:
    texts = match_texts(["山水之间有一座小城" * 3] * 60, Rule("folded", "auto", 3))
    store = TextStore(Rule("folded", "auto", 3))
    store.add_matched(texts)
    index = selfcheck._Index.of(store, np.arange(60), store.rule, 0.8)
    arguments = (texts.codes, texts.offsets, texts.begins, 3, *index.compiled, index.enough)
    with np.errstate(over="ignore"):
        plain = pairs(*_check_loops.probed(*arguments))
    assert plain == pairs(*_kernels.probed(*arguments)) == [(i, j) for i in range(60) for j in range(60)]


def pairs(text: npt.NDArray[np.int64], sampled: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    return sorted(zip(text.tolist(), sampled.tolist(), strict=True))


# --- The interval


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1), st.floats(1, 1e7))
def test_the_bounds_are_where_the_score_test_rejects(share: float, trials: float) -> None:
    low, high = wilson(share, trials)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    for bound in (low, high):
        reach = 1.959964 * (bound * (1 - bound) / trials) ** 0.5
        assert abs(abs(share - bound) - reach) < 1e-6


def test_an_interval_holds_what_it_should() -> None:
    """In nearly 95 % of the samples, the true share lies in the interval."""
    random_ = np.random.RandomState(1)
    shares = random_.binomial(200, 0.97, size=2000) / 200
    inside = sum(low <= 0.97 <= high for low, high in (wilson(share, 200) for share in shares.tolist()))
    assert 0.92 < inside / 2000 < 0.98


def test_many_pairs_of_one_text_are_not_many_witnesses() -> None:
    alone = family(random.Random("alone"), 60, (1, 2))
    spread = families("spread", 240, 2, (1, 2), ["han"])
    config = DedupConfig(threshold=0.7)
    one = checked(alone, config, sample=1)
    many = checked(spread, config, sample=one["true_pairs"])
    assert one["recall"] == many["recall"] == 1
    assert one["true_pairs"] > 40
    assert one["interval"][0] < 0.5 < many["interval"][0]
