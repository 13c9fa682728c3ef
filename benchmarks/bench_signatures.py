"""Signatures from texts on one core: from strings to rows of minima, and each part of the way.

The paragraphs are random recombinations of clauses of the seeds, about 190 characters each, mostly Han. Rows are
compared with those of datasketch. Times are processor time, so that other work on the machine hardly shows.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash

from cleantext.config import DedupConfig
from cleantext.dedup import minhash_signatures, shingle_hash, shingles
from cleantext.dedup.arithmetic import COMPILED_FROM
from cleantext.dedup.shingle import MatchTexts, Rule, match_texts, shingle_sets
from cleantext.dedup.signature import text_signatures, text_sketches

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
CLAUSES = [clause for clause in re.findall(r"[^\s，。！？；]+[，。！？；]?", "".join(SEEDS)) if len(clause) > 3]
CONFIGS = {
    "raw": DedupConfig(match="raw", shingle_size=5, shingle_unit="character"),
    "folded": DedupConfig(),
}
COUNT, LENGTH, NUM_PERM, SEED = 40_000, 190, 128, 1

each_config = pytest.mark.parametrize("name", CONFIGS)


@cache
def corpus() -> list[str]:
    rng = random.Random(COUNT)
    texts = []
    for _ in range(COUNT):
        length, clauses = rng.randrange(LENGTH // 2, LENGTH * 3 // 2), [rng.choice(CLAUSES)]
        while sum(map(len, clauses)) < length:
            clauses.append(rng.choice(CLAUSES))
        texts.append("".join(clauses)[:length])
    assert sum(map(len, texts)) > COMPILED_FROM
    return texts


@cache
def matched(name: str) -> tuple[MatchTexts, Rule]:
    rule = Rule.of(CONFIGS[name], "paragraph")
    return match_texts(corpus(), rule), rule


def measured(benchmark: Any, function: Callable[..., Any], *arguments: Any) -> Any:
    """What `function` returns, with its throughput in characters of the texts as they are."""
    result = benchmark.pedantic(function, args=arguments, rounds=7, warmup_rounds=1)
    benchmark.extra_info["mchar_per_s"] = sum(map(len, corpus())) / benchmark.stats["median"] / 1e6
    return result


def check(rows: np.ndarray[Any, Any], name: str) -> None:
    """Compare some of `rows`, or of their low bytes, with datasketch."""
    texts = corpus()
    for index in range(0, len(texts), len(texts) // 20):
        minhash = MinHash(num_perm=NUM_PERM, seed=SEED, hashfunc=shingle_hash)
        minhash.update_batch([one.encode() for one in shingles(texts[index], CONFIGS[name])])
        assert np.array_equal(rows[index], minhash.hashvalues.astype(rows.dtype))


@pytest.mark.benchmark(group="signatures", timer=time.process_time)
@each_config
def test_signatures_from_strings(benchmark: Any, name: str) -> None:
    check(measured(benchmark, minhash_signatures, corpus(), CONFIGS[name]), name)


@pytest.mark.benchmark(group="signatures", timer=time.process_time)
@each_config
def test_match_texts_from_strings(benchmark: Any, name: str) -> None:
    rule = Rule.of(CONFIGS[name], "paragraph")
    found = measured(benchmark, match_texts, corpus(), rule)
    assert found.text(3) == match_texts([corpus()[3]], rule).text(0)


@pytest.mark.benchmark(group="signatures", timer=time.process_time)
@each_config
def test_match_texts_from_arrow(benchmark: Any, name: str) -> None:
    found = measured(benchmark, match_texts, pa.array(corpus()), Rule.of(CONFIGS[name], "paragraph"))
    assert np.array_equal(found.codes, matched(name)[0].codes)


@pytest.mark.benchmark(group="signatures", timer=time.process_time)
@each_config
def test_signatures_from_match_texts(benchmark: Any, name: str) -> None:
    check(measured(benchmark, text_signatures, *matched(name), NUM_PERM, SEED), name)


@pytest.mark.benchmark(group="signatures", timer=time.process_time)
@each_config
def test_sketches_from_match_texts(benchmark: Any, name: str) -> None:
    check(measured(benchmark, text_sketches, *matched(name), NUM_PERM, SEED), name)


@pytest.mark.benchmark(group="signatures", timer=time.process_time)
@each_config
def test_shingle_sets_from_match_texts(benchmark: Any, name: str) -> None:
    sets = measured(benchmark, shingle_sets, *matched(name))
    assert sets.sizes[3] == len(shingles(corpus()[3], CONFIGS[name]))
