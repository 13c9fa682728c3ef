"""The loops as they stand, as numba compiles them, as numpy expresses them, and by definition: all the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations, groupby, pairwise
from typing import Any, cast

import networkx as nx  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import _kernels, _loops, _reference
from cleantext.dedup.fingerprint import equal_groups
from cleantext.dedup.shingle import MatchTexts, Rule, hash64, match_texts, units_alone, unspaced
from dedup_sets import plain_and_compiled

PIECES = (
    *("山", "水", "山水之间", "𠮷", "\U00020000", "\U0002a6d6", "\U0010ffff", "e\u0301", "ni\u0308", "a\u0323\u0302"),
    *("\u1112\u1161\u11ab", "한글", "ไทย", "भाषा", "あ", "\uff9e", "ab", "word ", "WORDS", "ﬁ", "é", "ß", "12", "3.14"),
    *(" ", "\n", ",", "。", "\u00ad", "\u200b", "\u2028", "\x00", "\uffff", "\ufffd", "\ufdd0", "\ue000", "\ufeff"),
    *("\ud800", "\udbff", "\udc00", "\udfff", "\U0001f600", "\ufe0f", "½"),
)
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20), max_size=6)
RULES = st.builds(Rule, st.sampled_from(["folded", "raw"]), st.sampled_from(["auto", "character", "word"]), st.just(3))
# Hashes, many of which fall in one slot of a table.
HASHES = st.integers(0, 2**64 - 1) | st.integers(0, 9).map(lambda one: one << 40 | 7) | st.integers(0, 12)


def well_formed(texts: MatchTexts) -> MatchTexts:
    """`texts` as a store takes them: without lone surrogates."""
    codes = np.where((texts.codes >= 0xD800) & (texts.codes <= 0xDFFF), 0xFFFD, texts.codes).astype(np.uint32)
    return MatchTexts(codes, texts.offsets, texts.begins)


def parts(values: npt.NDArray[Any], offsets: npt.NDArray[np.int64]) -> list[list[Any]]:
    return [values[a:b].tolist() for a, b in pairwise(offsets.tolist())]


# --- Packed texts


def check_packing(texts: MatchTexts, alone: npt.NDArray[np.bool_]) -> None:
    units, packed = plain_and_compiled("pack", (texts.codes, texts.offsets, texts.begins, alone))
    codes, offsets, begins = plain_and_compiled("unpack", (units, packed, alone))
    assert codes.tolist() == texts.codes.tolist()
    assert offsets.tolist() == texts.offsets.tolist()
    assert begins.tolist() == texts.begins.tolist()
    assert units.size == packed[-1]
    for text in range(texts.lengths.size):
        own = texts.slice(text, text + 1)
        found = _kernels.unpack(units, packed[text : text + 2], alone)
        assert [one.tolist() for one in found] == [own.codes.tolist(), own.offsets.tolist(), own.begins.tolist()]


@settings(max_examples=100, deadline=None)
@given(TEXTS, RULES)
def test_what_is_packed_is_unpacked(texts: list[str], rule: Rule) -> None:
    check_packing(well_formed(match_texts(texts, rule)), units_alone(rule))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from([0, 0x41, 0x4E00, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]), st.booleans())
        ),
        max_size=5,
    )
)
def test_any_units_are_packed(texts: list[list[tuple[int, bool]]]) -> None:
    alone = unspaced()
    codes = np.array([code for text in texts for code, _ in text], dtype=np.uint32)
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    begins = np.array([wanted for text in texts for _, wanted in text], dtype=np.bool_)
    begins[offsets[:-1][np.diff(offsets) > 0]] = True
    begins |= alone[codes]
    begins[1:] |= alone[codes[:-1]]
    check_packing(MatchTexts(codes, offsets, begins), alone)


@pytest.mark.parametrize(
    ("text", "unit", "units"),
    [
        ("山水之间", "auto", "山水之间"),
        ("ab cd山e", "auto", "ab\udfffcd山e"),
        ("ab cd", "character", "abcd"),
        ("山水 之间", "word", "山水\udfff之间"),
        ("𠮷a", "auto", "\ud842\udfb7a"),
        ("a-\U0001d7d8b", "auto", "a\udfff0b"),
        ("a \U00010400b", "auto", "a\udfff\ud801\udc28b"),
        ("—— ", "auto", ""),
    ],
)
def test_a_separator_stands_only_where_the_characters_do_not_tell(text: str, unit: str, units: str) -> None:
    rule = Rule("folded", unit, 3)
    matched = match_texts([text], rule)
    packed, _ = _loops.pack(matched.codes, matched.offsets, matched.begins, units_alone(rule))
    assert packed.tolist() == [ord(char) for char in units]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 65535), max_size=30), st.data())
def test_gathered_stretches(values: list[int], data: st.DataObject) -> None:
    units = np.array(values, dtype=np.uint16)
    spans = data.draw(st.lists(st.tuples(*[st.integers(0, len(values))] * 2).map(sorted), max_size=6))
    starts = np.array([start for start, _ in spans], dtype=np.int64)
    lengths = np.array([end - start for start, end in spans], dtype=np.int64)
    found = plain_and_compiled("gather", (units, starts, lengths))
    assert found.tolist() == [value for start, end in spans for value in values[start:end]]
    assert found.dtype == np.uint16


# --- Candidates


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([(1, 1), (3, 2), (5, 1), (70, 1)]), st.integers(0, 4), st.integers(0, 4))
def test_proposed_pairs(seed: int, shape: tuple[int, int], least: int, crowded: int) -> None:
    bands, columns = shape
    rng = np.random.default_rng(seed)
    sketches = rng.integers(0, 2, (12, bands * columns)).astype(np.uint8)
    rows = rng.permutation(12)[:9]  # of the items
    buckets = np.sort(rng.integers(0, 4, 9))  # whatever the sketches say: keys may meet
    keys = np.sort((buckets << 4) | rng.permutation(9)).astype(np.uint64)
    inside, limit = rng.integers(0, 4, 9) < crowded, 3

    def agree(a: int, b: int, band: int) -> bool:
        own = slice(band * columns, (band + 1) * columns)
        return bool((sketches[rows[a], own] == sketches[rows[b], own]).all())

    def fresh(a: int, b: int, band: int) -> bool:
        before = any(agree(a, b, one) for one in range(band))
        alike = int((sketches[rows[a]] == sketches[rows[b]]).sum()) >= least
        return agree(a, b, band) and not before and alike and not (inside[a] and inside[b])

    members = [[int(key) & 15 for key in keys.tolist() if int(key) >> 4 == bucket] for bucket in range(4)]
    small = [pair for own in members if len(own) <= limit for pair in combinations(own, 2)]
    for band in {0, bands // 2, bands - 1}:
        found: list[tuple[int, int]] = []
        place = 0
        while place < keys.size:
            left, right, place = plain_and_compiled(
                "proposed", ((keys, 4, place), (sketches, rows, inside), (band, columns, least, limit), 2)
            )
            found += zip(left.tolist(), right.tolist(), strict=True)
        assert found == [pair for pair in small if fresh(*pair, band)]
    assert plain_and_compiled("crowd", (keys, 4, limit, np.zeros(9, dtype=np.bool_)))[2] == len(small)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=20), st.integers(1, 5))
def test_the_members_of_large_buckets_are_a_crowd(buckets: list[int], limit: int) -> None:
    keys = np.sort(np.array([(bucket << 5) | number for number, bucket in enumerate(buckets)], dtype=np.uint64))
    crowded = [np.zeros(len(buckets), dtype=np.bool_) for _ in range(2)]
    found = {_loops.crowd(keys, 5, limit, crowded[0]), _kernels.crowd(keys, 5, limit, crowded[1])}
    sizes = Counter(buckets)
    pairs = sum(size * (size - 1) // 2 for size in sizes.values() if size <= limit)
    assert found == {(sum(size > limit for size in sizes.values()), max(sizes.values(), default=0), pairs)}
    assert [own.tolist() for own in crowded] == [[sizes[bucket] > limit for bucket in buckets]] * 2


# --- Components


def united(edges: Sequence[tuple[int, int]], size: int) -> list[int]:
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    return list(plain_and_compiled("unite", (left, right, size)).tolist())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_components_are_those_of_networkx(edges: list[tuple[int, int]]) -> None:
    graph = nx.Graph(edges)
    least = {one: min(part) for part in nx.connected_components(graph) for one in part}
    assert united(edges, 20) == [least.get(one, -1) for one in range(20)]


def test_a_long_chain_is_one_component() -> None:
    edges = [(one, one + 1) for one in range(3000)]
    random.Random(1).shuffle(edges)
    assert united(edges, 3002) == [0] * 3001 + [-1]


# --- Anchors


def all_three(name: str, arguments: Sequence[Any]) -> Any:
    """What plain loop, compiled loop and numpy reference all return."""
    found = plain_and_compiled(name, arguments)
    expected = getattr(_reference, name)(*arguments)
    assert [one.tolist() for one in found] == [one.tolist() for one in expected]
    assert [one.dtype for one in found] == [one.dtype for one in expected]
    return found


def unit_weight(unit: str) -> int:
    """What a unit weighs, in half characters."""
    alone = unspaced()
    return sum(
        2 if alone[ord(char)] or char in "0123456789" else (2, 2, 1, 0)[min(p, 3)] for p, char in enumerate(unit)
    )


def anchors_of(units: list[str], span: int, window: int) -> list[int]:
    """The anchors of a text, by definition."""
    hashes: list[int] = []
    for first in range(len(units)):
        for last in range(first + 1, len(units) + 1):
            if sum(map(unit_weight, units[first:last])) >= span:
                hashes.append(hash64("".join(units[first:last])))
                break
    if not hashes:
        return [hash64("".join(units))] if units else []
    runs = range(max(len(hashes) - window + 1, 1))
    return [least for least, _ in groupby(min(hashes[run : run + window]) for run in runs)]


@settings(max_examples=100, deadline=None)
@given(TEXTS, RULES, st.sampled_from([(24, 6), (2, 1), (2, 3), (5, 2), (7, 50), (1000, 4)]))
def test_anchors(texts: list[str], rule: Rule, drawn: tuple[int, int]) -> None:
    matched = match_texts(texts, rule)
    hashes, bounds = all_three("anchors", (matched.codes, matched.offsets, matched.begins, unspaced(), *drawn))
    starts, own = matched.units()
    places = [*pairwise(starts.tolist())]
    whole = matched.codes.tobytes().decode("utf-32-le", "surrogatepass")
    for text, found in enumerate(parts(hashes, bounds)):
        assert found == anchors_of([whole[a:b] for a, b in places[own[text] : own[text + 1]]], *drawn)


@pytest.mark.parametrize("seed", range(4))
def test_texts_with_a_long_run_in_common_have_an_anchor_in_common(seed: int) -> None:
    rng = random.Random(seed)
    run = "".join(rng.choices("山水风云花鸟鱼虫春夏秋冬", k=17))
    texts = ["".join(rng.choices("金木水火土", k=rng.randrange(40))) for _ in range(8)]
    texts = [text[: len(text) // 2] + run + text[len(text) // 2 :] for text in texts]
    matched = match_texts(texts, Rule("folded", "auto", 3))
    hashes, bounds = _kernels.anchors(matched.codes, matched.offsets, matched.begins, unspaced(), 24, 6)
    assert set.intersection(*map(set, parts(hashes, bounds)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 40), max_size=60), st.integers(0, 255))
def test_tallied_hashes(hashes: list[int], before: int) -> None:
    values = np.array(hashes, dtype=np.uint64)
    table = np.full(16, before, dtype=np.uint8)
    theirs = table.copy()
    plain_and_compiled("tally", (table, values))
    _reference.tally(theirs, values)
    assert table.tolist() == theirs.tolist()
    counts = Counter(value % 16 for value in hashes)
    assert table.tolist() == [min(255, before + counts[slot]) for slot in range(16)]


def test_a_full_slot_stays_full() -> None:
    values = np.full(1000, 5, dtype=np.uint64)
    table = np.zeros(8, dtype=np.uint8)
    for _ in range(2):
        plain_and_compiled("tally", (table, values))
        assert table.tolist() == [0] * 5 + [255, 0, 0]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=6),
    st.lists(st.integers(0, 5) | st.integers(0, 255), min_size=32, max_size=32),
    st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    st.integers(1, 9),
)
def test_the_rarest_hashes(texts: list[list[int]], counts: list[int], lonely: float, most: int) -> None:
    table = np.array(counts, dtype=np.uint8)
    hashes = np.array([one for text in texts for one in text], dtype=np.uint64)
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    found, bounds = all_three("rarest", (table, hashes, offsets, lonely, most))
    for text, own in zip(texts, parts(found, bounds), strict=True):
        alone = sum(counts[one % 32] < 2 for one in text)
        cuts = [len(text) * stretch // most for stretch in range(most + 1)]
        shared = [[one for one in text[a:b] if counts[one % 32] >= 2] for a, b in pairwise(cuts)]
        rare = [min(stretch, key=lambda one: counts[one % 32], default=_reference.ABSENT) for stretch in shared]
        rare = [one for one, a, b in zip(rare, cuts, cuts[1:], strict=False) if a < b]
        assert own == ([] if alone > lonely * len(text) or alone == len(text) else rare)  # of equally rare the first


@settings(max_examples=100, deadline=None)
@given(st.sets(HASHES, max_size=40), st.lists(HASHES, max_size=40), st.data())
def test_found_hashes(wanted: set[int], others: list[int], data: st.DataObject) -> None:
    hashes = others + (data.draw(st.lists(st.sampled_from(sorted(wanted)), max_size=20)) if wanted else [])
    ascending, values = np.array(sorted(wanted), dtype=np.uint64), np.array(hashes, dtype=np.uint64)
    table = plain_and_compiled("slots", (ascending,))
    places, numbers = plain_and_compiled("find", (ascending, table, values))
    expected = [(place, sorted(wanted).index(one)) for place, one in enumerate(hashes) if one in wanted]
    assert [*zip(places.tolist(), numbers.tolist(), strict=True)] == expected
    theirs = _reference.find(ascending, _reference.slots(ascending), values)
    assert [one.tolist() for one in theirs] == [places.tolist(), numbers.tolist()]
    assert [one.dtype for one in theirs] == [places.dtype, numbers.dtype]


def test_a_table_of_hashes_has_room_for_many() -> None:
    wanted = np.arange(0, 5000 * 4096, 4096, dtype=np.uint64)
    prepared = _kernels.slots(wanted)
    assert sorted(prepared[1][prepared[1] >= 0].tolist()) == list(range(5000))
    places, numbers = _kernels.find(wanted, prepared, np.arange(0, 9000 * 2048, 2048, dtype=np.uint64))
    assert places.tolist() == list(range(0, 9000, 2))
    assert numbers.tolist() == list(range(4500))


@settings(max_examples=100, deadline=None)
@given(TEXTS, RULES)
def test_weights(texts: list[str], rule: Rule) -> None:
    matched = match_texts(texts, rule)
    found = plain_and_compiled("half_weights", (matched.codes, matched.offsets, matched.begins, unspaced()))
    single = _reference.half_weights(matched.codes, matched.begins, unspaced())
    assert found.tolist() == [sum(one) for one in parts(single, matched.offsets)]
    starts, own = matched.units()
    whole = matched.codes.tobytes().decode("utf-32-le", "surrogatepass")
    units = [whole[a:b] for a, b in pairwise(starts.tolist())]
    assert found.tolist() == [sum(map(unit_weight, one)) for one in (units[a:b] for a, b in pairwise(own.tolist()))]


# --- Digests


Digests = Callable[..., npt.NDArray[np.uint64]]

M61 = 2**61 - 1
POINTS = st.integers(1, M61 - 1) | st.sampled_from([1, 2, 2**31 - 1, 2**31, 2**60, M61 - 2, M61 - 1])


def digest(text: Sequence[int], point: int) -> int:
    """The polynomial by definition."""
    value = len(text)
    for place in range(0, len(text), 2):
        pair = text[place : place + 2]
        value = value * point + (pair[0] if len(pair) == 1 else pair[0] << 21 | pair[1])
    return value % M61


@pytest.fixture(params=["compiled", "plain"])
def digests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Digests:
    """The kernel, and the Python it is compiled from."""
    kernels: Any = _kernels
    if request.param == "compiled":
        return cast(Digests, kernels.digests)
    monkeypatch.setattr(kernels, "_times", kernels._times.py_func)
    return cast(Digests, kernels.digests.py_func)


def test_digests_are_polynomials(digests: Digests) -> None:
    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.lists(st.integers(0, 0x10FFFF) | st.just(0x10FFFF), max_size=9), max_size=5), POINTS, POINTS)
    def check(texts: list[list[int]], first: int, second: int) -> None:
        codes = np.array([code for text in texts for code in text], dtype=np.uint32)
        offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        found = digests(codes, offsets, np.uint64(first), np.uint64(second))
        assert found.tolist() == [[digest(text, first), digest(text, second)] for text in texts]

    check()


@settings(max_examples=100, deadline=None)
@given(TEXTS, RULES, POINTS, POINTS)
def test_texts_with_equal_digests_are_equal(texts: list[str], rule: Rule, first: int, second: int) -> None:
    matched = match_texts(texts * 2, rule)
    found = _kernels.digests(matched.codes, matched.offsets, np.uint64(first), np.uint64(second))
    assert found.dtype == np.uint64
    assert found[: len(texts)].tolist() == found[len(texts) :].tolist()
    if first > 2 and second > 2:
        assert plain_and_compiled("equals", (found, matched.lengths)).tolist() == equal_groups(matched).tolist()


def test_texts_that_look_alike_have_digests_of_their_own() -> None:
    texts = [
        "",
        "\x00",
        "\x00\x00",
        "\x00\x00\x00",
        "a",
        "aa",
        "aaa",
        "ab",
        "ba",
        "山水",
        "水山",
        "山" * 5000,
        "山" * 5001,
    ]
    texts += ["山水" * 2000, "水山" * 2000, "山水" * 1999 + "水山", "\U0010ffff", "\U0010ffff\U0010ffff"]
    rng = random.Random(4)
    texts += ["".join(rng.choices("ab", k=12)) for _ in range(2000)]
    matched = match_texts(texts, Rule("raw", "character", 1))
    points = np.uint64(0x1234_5678_9ABC_DEF1), np.uint64(0x0FED_CBA9_8765_4321)
    found = _kernels.digests(matched.codes, matched.offsets, *points)
    for column in (0, 1):  # either alone tells them apart
        assert len(set(found[:, column].tolist())) == len(set(texts)) > 1000
    first = plain_and_compiled("equals", (found, matched.lengths))
    assert first.tolist() == equal_groups(matched).tolist()
    assert first.tolist() == [texts.index(text) if text else -1 for text in texts]


def test_both_digests_decide() -> None:
    pairs = [(1, 1), (1, 2), (2, 1), (1, 1), (0, 0), (2, 1), (0, 0)]
    lengths = np.array([3, 3, 3, 3, 0, 3, 0])
    assert plain_and_compiled("equals", (np.array(pairs, dtype=np.uint64), lengths)).tolist() == [0, 1, 2, 0, -1, 2, -1]
    assert plain_and_compiled("equals", (np.empty((0, 2), dtype=np.uint64), lengths[:0])).tolist() == []


# --- Keys that are alone


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9).map(lambda n: n << 60), max_size=40), st.integers(1, 16))
def test_keys_stay_whose_first_bits_another_has(values: list[int], bits: int) -> None:
    keys = np.array(values, dtype=np.uint64)
    firsts = [value >> 64 - bits for value in values]
    expected = [value for value, own in zip(values, firsts, strict=True) if firsts.count(own) > 1]
    assert plain_and_compiled("shared", (keys, bits)).tolist() == expected
