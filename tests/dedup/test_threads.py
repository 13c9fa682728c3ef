"""Work in slices, and on threads: neither may change what is found."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from cleantext.config import DedupConfig
from cleantext.dedup import Duplicates, banding, contain, crowd, duplicates, match, shingle, store
from cleantext.dedup.duplicates import Kinds, Search
from cleantext.dedup.fingerprint import equal_groups, fingerprints
from cleantext.dedup.shingle import Rule, match_texts
from cleantext.dedup.signature import text_signatures
from cleantext.dedup.store import TextStore
from cleantext.dedup.threads import default_threads, spread
from dedup.corpora import family, paragraph
from dedup_sets import check_same, compile_from

CONFIG = DedupConfig(num_perm=64, recall=0.95)


# --- Spread


@pytest.mark.parametrize("threads", [0, 1, 2, 3, 8])
def test_results_come_in_order(threads: int) -> None:
    def slow(item: int) -> int:
        time.sleep(0.002 * (item % 3))
        return item * item

    assert list(spread(slow, range(20), threads)) == [item * item for item in range(20)]
    assert list(spread(slow, [], threads)) == []


def test_more_threads_than_one_work() -> None:
    together = threading.Barrier(3)
    assert len(set(spread(lambda _: (together.wait(10), threading.get_ident())[1], range(3), 3))) == 3


def test_one_thread_is_the_caller() -> None:
    assert set(spread(lambda _: threading.get_ident(), range(3), 1)) == {threading.get_ident()}


@pytest.mark.parametrize("threads", [1, 3])
def test_only_a_few_items_are_taken_ahead(threads: int) -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    for done in spread(lambda item: item, items(), threads):
        assert len(taken) <= done + 1 + threads
    assert len(taken) == 100


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_comes_out_and_ends_the_work(threads: int) -> None:
    started = []

    def fragile(item: int) -> int:
        started.append(item)
        if item == 3:
            raise ValueError("broken at 3")
        return item

    found = spread(fragile, range(1000), threads)
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="broken at 3"):
        next(found)
    assert len(started) <= 3 + 2 * threads
    assert list(found) == []


def test_a_reader_may_stop_early() -> None:
    before = threading.active_count()
    found = spread(lambda item: item, range(1000), 3)
    assert next(found) == 0
    found.close()  # type: ignore[attr-defined]  # a generator
    assert threading.active_count() == before


def test_the_default_is_what_the_process_may_use() -> None:
    assert 1 <= default_threads() <= (os.cpu_count() or 1)


# --- Search


def corpus(seed: int) -> list[str]:
    """Texts of all scripts: a crowd, families, copies, parts, and others."""
    rng = random.Random(seed)
    texts = family(rng, 350, (0, 2), 100)  # more than a bucket holds
    for script in ("han", "words", "mixed", "astral", "combining"):
        for _ in range(8):
            texts += family(rng, rng.randint(1, 4), (0, 8), 80, script)
            lead = paragraph(rng, 40, script)
            texts += ["".join(lead), "".join(lead + paragraph(rng, rng.randrange(60), script))]
    texts += [*rng.choices(texts, k=20), "", "——", "短", "短。", "山水" * 40, "山水" * 50]
    rng.shuffle(texts)
    return texts


def search(texts: list[str], threads: int = 1, match_by: str = "folded") -> Duplicates:
    rule = Rule(match_by, "auto", 3)
    rng = random.Random(len(texts))
    protected = np.array([rng.random() < 0.03 for _ in texts])
    ranks = np.array(rng.sample(range(len(texts)), len(texts)))
    ranks[protected] -= len(texts)
    with TextStore(rule) as texts_store:
        for begin in range(0, len(texts), 97):
            texts_store.add(texts[begin : begin + 97])
        return Search(texts_store, rule, CONFIG, "paragraph", threads).run(ranks, protected, Kinds())


@pytest.fixture(scope="module", params=["folded", "raw"])
def found(request: pytest.FixtureRequest) -> tuple[list[str], str, Duplicates]:
    """A corpus, how it is matched, and what is found in it by plain numpy in one go."""
    texts = corpus(1)
    plain = search(texts, match_by=request.param)
    assert {removal.kind for removal in plain.removals} == {"exact", "near", "contained"}
    assert plain.settings["crowds"] > 0
    assert not plain.settings["exhaustive"]
    return texts, request.param, plain


Found = tuple[list[str], str, Duplicates]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_compiled_path_finds_the_same(monkeypatch: pytest.MonkeyPatch, found: Found, threads: int) -> None:
    texts, match_by, expected = found
    compile_from(monkeypatch, 0)
    check_same(search(texts, threads, match_by), expected)


@pytest.mark.parametrize("seed", range(2, 6))
def test_the_compiled_path_finds_the_same_elsewhere(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    texts = corpus(seed)
    expected = search(texts)
    compile_from(monkeypatch, 0)
    check_same(search(texts, 2), expected)


@pytest.mark.parametrize("budget", [None, 0, 10**9], ids=["no budget", "on disk", "in memory"])
def test_sketches_may_be_on_disk(monkeypatch: pytest.MonkeyPatch, found: Found, budget: int | None) -> None:
    texts, match_by, _ = found
    compile_from(monkeypatch, 0)
    rule = Rule(match_by, "auto", 3)
    matched = match_texts(texts, rule)
    with TextStore(rule) as texts_store:
        texts_store.add_matched(matched)
        known = fingerprints(texts_store, rule, CONFIG, 2, budget)
    assert isinstance(known.sketches, np.memmap) == (budget == 0)
    assert known.first.tolist() == equal_groups(matched).tolist()
    expected = text_signatures(matched, rule, CONFIG.num_perm, CONFIG.seed).astype(np.uint8)
    np.testing.assert_array_equal(known.sketches, expected, strict=budget != 0)


SIZES = [
    *((banding, "_CHUNK", size) for size in (1, 50, 10_000)),
    *((match, "_HELD", size) for size in (5_000, 100_000)),
    *((match, "_SLICE", size) for size in (50, 3_000)),
    *((crowd, "_HELD", size) for size in (300, 5_000)),
    *((duplicates, "_WAITING", size) for size in (1, 64)),
    *((contain, "_ROUND", size) for size in (1, 33)),
    *((shingle, "_BATCH", size) for size in (1, 500)),
    (store, "_READ", 3),
]


@pytest.mark.parametrize(("module", "name", "size"), SIZES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_slices_of_any_size_find_the_same(
    monkeypatch: pytest.MonkeyPatch, found: Found, module: object, name: str, size: int
) -> None:
    texts, match_by, expected = found
    monkeypatch.setattr(module, name, size)
    check_same(search(texts, 2, match_by), expected)
    compile_from(monkeypatch, 0)
    check_same(search(texts, 2, match_by), expected)
