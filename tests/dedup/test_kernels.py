"""The compiled kernels against the numpy reference that specifies them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleantext import folding
from cleantext.dedup import _kernels, _reference, find_duplicates
from cleantext.dedup.arithmetic import COMPILED_FROM, arithmetic
from cleantext.dedup.shingle import Rule, match_texts, units_alone
from cleantext.dedup.signature import permutations
from cleantext.folding import code_points, match_table

ALPHABET = "山水风云花鸟 ab cd1,。\n\ud800\U00020000e\u0301あ한"


def texts(seed: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices(ALPHABET, k=rng.choice([0, 1, 2, 7, 30, 200]))) for _ in range(40)]


def compare(seed: int, size: int, unit: str) -> None:
    encoded = [one.encode("utf-8", "surrogatepass") for one in texts(seed)]
    data, bounds = np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    valid = np.arange(len(encoded)) % 3 > 0
    codes, starts = _reference.decode(data, bounds, valid)
    assert [part.tolist() for part in _kernels.decode(data, bounds, valid)] == [codes.tolist(), starts.tolist()]
    for raw in (False, True):
        folding_arguments = (codes, starts, match_table(codes), units_alone(Rule("folded", unit, size)), raw)
        folded, plain = _kernels.fold(*folding_arguments), _reference.fold(*folding_arguments)
        assert folded is not None
        assert plain is not None
        assert [part.tolist() for part in folded] == [part.tolist() for part in plain]
    matched = match_texts(texts(seed), Rule("folded", unit, size))
    places = _reference.units(matched.begins, matched.offsets)
    found = _kernels.units(matched.begins, matched.offsets)
    assert [(part.dtype, part.tolist()) for part in found] == [(part.dtype, part.tolist()) for part in places]
    arguments = (matched.codes, *places, size)
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
    arrays: list[tuple[Any, Any]] = [
        (values, offsets),
        (matched.codes, matched.offsets),
        (matched.begins, matched.offsets),
    ]
    for array, bounds in arrays:
        for chosen in (left, left[:0], left[:1]):
            taken = _reference.take(array, bounds, chosen)
            stretches = [array[bounds[index] : bounds[index + 1]].tolist() for index in chosen]
            assert [taken[0][a:b].tolist() for a, b in pairwise(taken[1])] == stretches
            found = _kernels.take(array, bounds, chosen)
            assert [(part.dtype, part.tolist()) for part in found] == [(part.dtype, part.tolist()) for part in taken]
    shared = _reference.intersections(values, offsets, left, right)
    assert _kernels.intersections(values, offsets, left, right).tolist() == shared.tolist()
    sets = [set(values[a:b].tolist()) for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    assert shared.tolist() == [len(sets[i] & sets[j]) for i, j in zip(left, right, strict=True)]
    nothing = np.empty(0, dtype=np.int64)
    assert _kernels.intersections(values, offsets, nothing, nothing).size == 0
    assert _reference.intersections(values, offsets, nothing, nothing).size == 0


@pytest.mark.parametrize("unit", ["auto", "character", "word"])
@pytest.mark.parametrize("size", [1, 3, 5, 64])
def test_kernels_equal_the_reference(unit: str, size: int) -> None:
    compare(size, size, unit)


odd = st.text(st.sampled_from(ALPHABET + "ไé\u00ad\u200b\x00ﬁ½ｶﾞ，㈠") | st.characters(), max_size=30)


@settings(max_examples=100, deadline=None)
@given(st.lists(odd, max_size=6), st.sampled_from(["auto", "character", "word"]), st.booleans())
def test_folding_equals_the_reference(texts: list[str], unit: str, raw: bool) -> None:
    codes, starts = code_points("".join(texts)), np.cumsum([0, *map(len, texts)], dtype=np.int64)
    arguments = (codes, starts, match_table(codes), units_alone(Rule("folded", unit, 3)), raw)
    expected, found = _reference.fold(*arguments), _kernels.fold(*arguments)
    assert expected is not None
    assert found is not None
    assert [part.dtype for part in found] == [part.dtype for part in expected]
    assert [part.tolist() for part in found] == [part.tolist() for part in expected]


@pytest.mark.parametrize("raw", [False, True])
def test_what_the_table_lacks_is_reported(raw: bool) -> None:
    codes, starts = code_points("山\u0301水"), np.array([0, 1, 3])
    table = match_table(codes).copy()
    for numbers in (_reference, _kernels):
        assert numbers.fold(codes, starts, table, units_alone(Rule("folded", "auto", 3)), raw) is not None
    table[ord("水")] = folding.UNKNOWN
    for numbers in (_reference, _kernels):
        assert numbers.fold(codes, starts, table, units_alone(Rule("folded", "auto", 3)), raw) is None


broken = st.lists(
    st.binary(max_size=6)
    | st.text(max_size=6).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.sampled_from([b"\xe0\x80", b"\xed\xa0\x80", b"\xf0\x8f", b"\xf4\x90\x80\x80", b"\xf5", b"\xf0\x9f\x98"]),
    max_size=5,
).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(broken, st.booleans()), max_size=5))
@example([(bytes([lead, second, 0x80, 0x80]), True) for lead in range(256) for second in range(0, 256, 8)])
@example([(bytes([lead, 0x90, 0x80])[:size], True) for lead in range(256) for size in (1, 2, 3)])
def test_utf_8_is_decoded_like_python(texts: list[tuple[bytes, bool]]) -> None:
    data = np.frombuffer(b"".join(text for text, _ in texts), dtype=np.uint8)
    bounds = np.cumsum([0, *(len(text) for text, _ in texts)], dtype=np.int64)
    valid = np.array([own for _, own in texts], dtype=np.bool_)
    strings = [text.decode("utf-8", "replace") if own else "" for text, own in texts]
    for numbers in (_reference, _kernels):
        codes, starts = numbers.decode(data, bounds, valid)
        assert codes.dtype == np.uint32
        assert starts.tolist() == np.cumsum([0, *map(len, strings)]).tolist()
        assert codes.tolist() == [ord(char) for text in strings for char in text]


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


@pytest.mark.parametrize("unit", ["character", "word"])
@pytest.mark.parametrize("size", [1, 5, 1100])
def test_long_texts_are_hashed_in_stretches(unit: str, size: int) -> None:
    rng = random.Random(size)
    lengths = [_kernels._STRETCH + size + extra for extra in (-2, -1, 0, 1, 2)] + [3 * _kernels._STRETCH, 9000]
    long = ["".join(rng.choices("山水 one", k=length)) for length in lengths]
    matched = match_texts([*long, "山" * 9000, "a" * 9000], Rule("raw", unit, size))
    sets = [numbers.shingle_sets(matched.codes, *matched.units(), size) for numbers in (_reference, _kernels)]
    assert [part.tolist() for part in sets[0]] == [part.tolist() for part in sets[1]]
    straight = (matched.codes, matched.offsets, matched.begins, size, *permutations(32, 1))
    assert _kernels.text_signatures(*straight).tolist() == _reference.text_signatures(*straight).tolist()


def unmixed(values: list[int]) -> list[int]:
    """The numbers that mix64 takes to `values`."""
    for multiplier in (0xC4CEB9FE1A85EC53, 0xFF51AFD7ED558CCD):
        values = [((one ^ (one >> 33)) * pow(multiplier, -1, 2**64)) % 2**64 for one in values]
    return [one ^ (one >> 33) for one in values]


@pytest.mark.parametrize("count", [1, 2, 33, 500, 70_000])
@pytest.mark.parametrize("high", [0, 0xFFFFFFFF, None])
def test_hashes_that_do_not_spread_are_sorted_too(count: int, high: int | None) -> None:
    rng = random.Random(count)
    hashes = [rng.getrandbits(64) if high is None else high << 32 | rng.getrandbits(32) for _ in range(count)]
    hashes += hashes[: count // 2]
    given_, out = np.array(unmixed(hashes), dtype=np.uint64), np.empty(len(hashes), dtype=np.uint64)
    assert _reference.mix64(given_).tolist() == hashes
    kept = _kernels._distinct(given_, np.empty(1 << 17, dtype=np.uint64), out)
    assert out[:kept].tolist() == sorted(set(hashes))


@pytest.mark.parametrize("count", [0, 1, 2, 33, 5000, 8191, 8192, 70_000, 300_000])
@pytest.mark.parametrize("spread", ["hashes", "equal", "ascending", "three crowds", "few bits", "low bits"])
def test_numbers_are_sorted_like_numpy(count: int, spread: str) -> None:
    rng = np.random.default_rng(count)
    hashes, place, bits = rng.integers(0, 2**64, count, dtype=np.uint64), np.arange(count, dtype=np.uint64), 64
    keys = {
        "hashes": hashes,
        "equal": np.full(count, 2**63 + 5, dtype=np.uint64),
        "ascending": place,
        "three crowds": (hashes % np.uint64(3) << np.uint64(60)) | place,
        "few bits": hashes >> np.uint64(64 - 21),
        "low bits": hashes & np.uint64(0xFFFF),
    }[spread]
    if spread == "few bits":
        bits = 21
    given_keys = keys.copy()
    assert (_kernels.sort(keys, bits) == np.sort(keys)).all()
    assert (keys == given_keys).all()


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
    compiled = find_duplicates(lines)
    assert list(compiled.pairs) == list(plain.pairs)
    assert list(compiled.removals) == list(plain.removals)
    assert list(compiled.clusters) == list(plain.clusters)
    assert compiled.settings == plain.settings
