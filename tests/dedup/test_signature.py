from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import DedupConfig
from cleantext.dedup import minhash_signatures, shingle_hash, shingles
from cleantext.dedup.shingle import Rule, match_texts, shingle_sets
from cleantext.dedup.signature import estimate, permutations, signatures, text_signatures, text_sketches

TEXTS = [
    "山高月小,水落石出,曾日月之几何,而江山不可复识矣。",
    "The ferryman untied his boat, and rowed toward the far side of the lake.",
    "用 Python 写的程序 version 3.11",
    "\ud800 lone \udfff surrogates \U00020000 e\u0301",
    "短",
    "",
    "——",
]


def datasketch(text: str, config: DedupConfig, level: str = "paragraph") -> MinHash:
    minhash = MinHash(num_perm=config.num_perm, seed=config.seed, hashfunc=shingle_hash)
    minhash.update_batch([one.encode("utf-8", "surrogatepass") for one in shingles(text, config, level=level)])
    return minhash


@pytest.mark.parametrize(("num_perm", "seed"), [(128, 1), (16, 0), (256, 42), (100, 2**32 - 1)])
def test_permutations_are_those_of_datasketch(num_perm: int, seed: int) -> None:
    a, b = permutations(num_perm, seed)
    theirs = MinHash(num_perm=num_perm, seed=seed).permutations
    assert a.tolist() == theirs[0].tolist()
    assert b.tolist() == theirs[1].tolist()


@pytest.mark.parametrize("config", [DedupConfig(), DedupConfig(num_perm=64, seed=7), DedupConfig(match="raw")])
@pytest.mark.parametrize("level", ["paragraph", "document"])
def test_signatures_are_those_of_datasketch(config: DedupConfig, level: str) -> None:
    ours = minhash_signatures(TEXTS, config, level=level)
    assert ours.dtype == np.uint32
    for row, text in zip(ours, TEXTS, strict=True):
        assert row.tolist() == datasketch(text, config, level).hashvalues.tolist()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_the_signature_of_datasketch(text: str) -> None:
    config = DedupConfig(num_perm=16)
    assert minhash_signatures([text], config)[0].tolist() == datasketch(text, config).hashvalues.tolist()


@pytest.mark.parametrize("config", [DedupConfig(), DedupConfig(match="raw", shingle_size=5, shingle_unit="character")])
@pytest.mark.parametrize("compiled_from", [0, 1_000_000])
def test_signatures_straight_from_texts(
    config: DedupConfig, compiled_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cleantext.dedup.arithmetic.COMPILED_FROM", compiled_from)
    rule = Rule.of(config, "paragraph")
    texts = match_texts(TEXTS, rule)
    rows = text_signatures(texts, rule, 128, 1)
    assert rows.tolist() == [datasketch(text, config).hashvalues.tolist() for text in TEXTS]
    assert rows.tolist() == signatures(shingle_sets(texts, rule), 128, 1).tolist()
    assert text_sketches(texts, rule, 128, 1).tolist() == (rows & 0xFF).tolist()


def test_an_empty_match_text_has_a_sketch_of_ones() -> None:
    rule = Rule("folded", "auto", 3)
    assert text_sketches(match_texts(["", "……"], rule), rule, 16, 1).tolist() == [[255] * 16] * 2


def test_a_signature_goes_into_an_lsh_and_comes_back() -> None:
    rows = minhash_signatures(TEXTS)
    lsh = MinHashLSH(num_perm=128, params=(21, 6))
    for number, row in enumerate(rows[:5]):
        lsh.insert(number, MinHash(hashvalues=row, scheme="affine32", hashfunc=shingle_hash))
    assert lsh.query(datasketch(TEXTS[1], DedupConfig())) == [1]
    again = MinHash(hashvalues=rows[0], scheme="affine32", hashfunc=shingle_hash)
    assert again.jaccard(datasketch(TEXTS[0], DedupConfig())) == 1.0
    assert again.digest().tolist() == rows[0].tolist()


def test_the_estimate_is_datasketch_s() -> None:
    rows = minhash_signatures([TEXTS[0], TEXTS[0] + "惟江上之清风与山间之明月"])
    theirs = [MinHash(hashvalues=row, scheme="affine32") for row in rows]
    assert estimate(*rows) == theirs[0].jaccard(theirs[1])
    assert 0 < estimate(*rows) < 1
