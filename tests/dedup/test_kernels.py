"""The compiled kernels against the numpy reference that specifies them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cleantext.dedup import _kernels, _reference, find_duplicates
from cleantext.dedup.arithmetic import COMPILED_FROM, arithmetic
from cleantext.dedup.shingle import Rule, match_texts
from cleantext.dedup.signature import permutations

ALPHABET = "山水风云花鸟 ab cd1,。\n\ud800\U00020000e\u0301あ한"


def texts(seed: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices(ALPHABET, k=rng.choice([0, 1, 2, 7, 30, 200]))) for _ in range(40)]


def compare(seed: int, size: int, unit: str) -> None:
    matched = match_texts(texts(seed), Rule("folded", unit, size))
    arguments = (matched.codes, *matched.units(), size)
    values, offsets = _reference.shingle_sets(*arguments)
    compiled = _kernels.shingle_sets(*arguments)
    assert compiled[0].dtype == values.dtype
    assert compiled[0].tolist() == values.tolist()
    assert compiled[1].tolist() == offsets.tolist()
    for num_perm in (1, 16, 128):
        a, b = permutations(num_perm, seed)
        expected = _reference.signatures(values, offsets, a, b)
        assert _kernels.signatures(values, offsets, a, b).tolist() == expected.tolist()
        straight = (matched.codes, matched.offsets, matched.begins, size, a, b)
        for numbers in (_reference, _kernels):
            rows, sketches = numbers.text_signatures(*straight), numbers.text_sketches(*straight)
            assert (rows.dtype, sketches.dtype) == (np.uint32, np.uint8)
            assert rows.tolist() == expected.tolist()
            assert sketches.tolist() == (expected & 0xFF).tolist()
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 40, (2, 300))
    shared = _reference.intersections(values, offsets, left, right)
    assert _kernels.intersections(values, offsets, left, right).tolist() == shared.tolist()
    sets = [set(values[a:b].tolist()) for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    assert shared.tolist() == [len(sets[i] & sets[j]) for i, j in zip(left, right, strict=True)]
    nothing = np.empty(0, dtype=np.int64)
    assert _kernels.intersections(values, offsets, nothing, nothing).size == 0
    assert _reference.intersections(values, offsets, nothing, nothing).size == 0


@pytest.mark.parametrize("unit", ["auto", "char", "word"])
@pytest.mark.parametrize("size", [1, 3, 5, 64])
def test_kernels_equal_the_reference(unit: str, size: int) -> None:
    compare(size, size, unit)


def test_kernels_equal_the_reference_without_a_compiler() -> None:
    code = "import test_kernels as t; t.compare(1, 3, 'auto')"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    root = Path(__file__).parent
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr


def test_no_texts_at_all() -> None:
    matched = match_texts([], Rule("folded", "auto", 3))
    for numbers in (_reference, _kernels):
        values, offsets = numbers.shingle_sets(matched.codes, *matched.units(), 3)
        assert (values.size, offsets.tolist()) == (0, [0])
        straight = (matched.codes, matched.offsets, matched.begins, 3, *permutations(16, 1))
        assert numbers.text_signatures(*straight).shape == numbers.text_sketches(*straight).shape == (0, 16)


@pytest.mark.parametrize("unit", ["char", "word"])
@pytest.mark.parametrize("size", [1, 5, 1100])
def test_long_texts_are_signed_in_stretches(unit: str, size: int) -> None:
    rng = random.Random(size)
    lengths = [_kernels._STRETCH + size + extra for extra in (-2, -1, 0, 1, 2)] + [3 * _kernels._STRETCH, 9000]
    long = ["".join(rng.choices("山水 one", k=length)) for length in lengths]
    matched = match_texts([*long, "山" * 9000, "a" * 9000], Rule("raw", unit, size))
    straight = (matched.codes, matched.offsets, matched.begins, size, *permutations(32, 1))
    assert _kernels.text_signatures(*straight).tolist() == _reference.text_signatures(*straight).tolist()


def test_size_chooses_the_arithmetic() -> None:
    assert arithmetic(COMPILED_FROM - 1) is _reference
    assert arithmetic(COMPILED_FROM) is _kernels


def test_both_find_the_same_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(5)
    lines = [one for seed in range(3) for one in texts(seed)]
    lines += [one + rng.choice("山水") for one in lines] + [one[: len(one) // 2] for one in lines]
    monkeypatch.setattr("cleantext.dedup.match._MAX_TEXTS", 1)
    plain = find_duplicates(lines)
    assert {removal.kind for removal in plain.removals} == {"exact", "near", "contained"}
    monkeypatch.setattr("cleantext.dedup.arithmetic.COMPILED_FROM", 0)
    assert find_duplicates(lines) == plain
