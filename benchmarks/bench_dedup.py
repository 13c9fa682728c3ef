"""Duplicates: signatures, many paragraphs, one giant family, one document, and datasketch beside them.

The paragraphs are random Han with planted copies, so the right answer is known.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH

from cleantext.config import DedupConfig
from cleantext.dedup import find_duplicates, find_repeats, minhash_signatures, shingle_hash, shingles
from cleantext.dedup.arithmetic import COMPILED_FROM
from cleantext.dedup.shingle import Rule, match_texts, shingle_sets
from cleantext.folding import match_text

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
HAN = "".join(char for char in match_text("".join(SEEDS)) if "\u4e00" <= char <= "\u9fff")
LENGTH = 190


def changed(rng: random.Random, text: str, changes: int) -> str:
    chars = list(text)
    for _ in range(changes):
        chars[rng.randrange(len(chars))] = rng.choice(HAN)
    return "".join(chars)


def jaccard(a: str, b: str) -> float:
    left, right = set(shingles(a)), set(shingles(b))
    return len(left & right) / len(left | right)


@cache
def corpus(count: int) -> tuple[list[str], set[tuple[int, int]]]:
    """Paragraphs, a tenth of them changed copies, and the pairs of those whose similarity is 0.8 or more."""
    rng = random.Random(count)
    texts = ["".join(rng.choices(HAN, k=LENGTH)) for _ in range(count * 9 // 10)]
    copies = [(index, changed(rng, texts[index], rng.randrange(12))) for index in range(count // 10)]
    near = {(index, len(texts) + n) for n, (index, copy) in enumerate(copies) if jaccard(texts[index], copy) >= 0.8}
    return texts + [copy for _, copy in copies], near


def rate(benchmark: Any, texts: list[str]) -> None:
    seconds = benchmark.stats["median"]
    benchmark.extra_info["mchar_per_s"] = sum(map(len, texts)) / seconds / 1e6
    benchmark.extra_info["documents_per_s"] = len(texts) / seconds


@pytest.mark.benchmark(group="duplicates")
def test_paragraphs(benchmark: Any) -> None:
    texts, near = corpus(20_000)
    assert sum(map(len, texts)) > COMPILED_FROM
    found = benchmark.pedantic(find_duplicates, args=(texts,), rounds=3, warmup_rounds=1)
    pairs = {(pair.i, pair.j) for pair in found if pair.kind in ("exact", "near")}
    assert pairs <= near
    assert len(pairs) >= 0.99 * len(near) > 500
    benchmark.extra_info["recall"] = len(pairs) / len(near)
    rate(benchmark, texts)


@pytest.mark.benchmark(group="duplicates")
def test_small_input_in_numpy(benchmark: Any) -> None:
    texts, near = corpus(4_000)
    assert sum(map(len, texts)) < COMPILED_FROM
    found = benchmark.pedantic(find_duplicates, args=(texts,), rounds=3, warmup_rounds=1)
    assert {(pair.i, pair.j) for pair in found if pair.kind in ("exact", "near")} <= near
    rate(benchmark, texts)


@pytest.mark.benchmark(group="duplicates")
def test_datasketch_for_comparison(benchmark: Any) -> None:
    """Its bands for a threshold of 0.8, verified by its estimate; from cut shingles."""
    texts, near = corpus(2_000)
    tokens = [[one.encode() for one in shingles(text)] for text in texts]

    def run() -> set[tuple[int, int]]:
        lsh, pairs = MinHashLSH(threshold=0.8, num_perm=128), set()
        minhashes = MinHash.bulk(tokens, num_perm=128)
        for index, minhash in enumerate(minhashes):
            pairs |= {(key, index) for key in lsh.query(minhash) if minhash.jaccard(minhashes[key]) >= 0.8}
            lsh.insert(index, minhash)
        return pairs

    pairs = benchmark.pedantic(run, rounds=2)
    assert pairs & near
    benchmark.extra_info["recall"] = len(pairs & near) / len(near)
    rate(benchmark, texts)


@pytest.mark.benchmark(group="duplicates")
def test_a_family_of_ten_thousand(benchmark: Any) -> None:
    rng = random.Random(3)
    notice = "".join(rng.choices(HAN, k=120))
    texts = list({changed(rng, notice, 1) for _ in range(10_000)})
    found = benchmark.pedantic(find_duplicates, args=(texts,), rounds=2, warmup_rounds=1)
    assert found.settings["crowds"] > 0
    assert len(found.kept) < 10
    rate(benchmark, texts)


@pytest.mark.benchmark(group="duplicates")
def test_repeats_of_one_document(benchmark: Any) -> None:
    paragraphs = SEEDS[3].splitlines()[:10]
    expected = find_repeats(paragraphs)
    assert benchmark(find_repeats, paragraphs) == expected
    benchmark.extra_info["documents_per_s"] = 1 / benchmark.stats["median"]


@pytest.mark.benchmark(group="duplicates")
def test_shingle_sets(benchmark: Any) -> None:
    texts, _ = corpus(20_000)
    rule = Rule("folded", "auto", 3)
    matched = match_texts(texts, rule)
    sets = benchmark.pedantic(shingle_sets, args=(matched, rule), rounds=3, warmup_rounds=1)
    assert sets.sizes.max() <= LENGTH - 2
    rate(benchmark, texts)


@pytest.mark.benchmark(group="duplicates")
def test_signatures(benchmark: Any) -> None:
    texts, _ = corpus(20_000)
    rows = benchmark.pedantic(minhash_signatures, args=(texts,), rounds=3, warmup_rounds=1)
    minhash = MinHash(num_perm=DedupConfig().num_perm, hashfunc=shingle_hash)
    minhash.update_batch([one.encode() for one in shingles(texts[7])])
    assert np.array_equal(rows[7], minhash.hashvalues)
    rate(benchmark, texts)
