"""Texts kept as they are, packed, and in a file: read back alike."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import store as module
from cleantext.dedup.shingle import MatchTexts, Rule, match_texts
from cleantext.dedup.store import Joined, Texts, TextStore

PIECES = (
    *(
        "山水之间",
        "風雲",
        "𠮷野家",
        "\U00020000\U0002a6d6",
        "\U0010ffff",
        "e\u0301a",
        "ni\u0308 ",
        "a\u0323\u0302",
        "한글",
    ),
    *(
        "\u1112\u1161\u11ab",
        "ไทย ",
        "भाषा ",
        "びー",
        "word ",
        "WORDS,",
        "ﬁne ",
        "3.14 ",
        "½",
        "soft\u00adhyphen",
        "zero\u200bwidth",
    ),
    *(" ", "\n", "。", "——", "\x00", "\uffff", "\ufffd", "\ue000", "\ufeff", "\U0001f600", "\ufe0f"),
)
LONE = ("\ud800", "\udbff", "\udc00", "\udfff", "a\udfff山", "\ud83d")
TEXT = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
HOSTILE = st.lists(st.sampled_from((*PIECES, *LONE)), max_size=8).map("".join) | st.text(max_size=12)
RULES = [Rule(match, unit, 3) for match in ("folded", "raw") for unit in ("auto", "character", "word")]
WAYS = ("plain", "packed", "spilled", "mixed")


def filled(way: str, rule: Rule, parts: Sequence[Sequence[str]], folder: Path | None = None) -> TextStore:
    """A store of the texts of all `parts`, kept in one of the `WAYS`; mixed: first plain, then on disk, then packed."""
    total = match_texts([text for part in parts for text in part], rule).codes.size
    compiled_from = {"plain": total + 1, "mixed": total // 3}.get(way, 0)
    budget = {"spilled": 0, "mixed": total}.get(way)
    found = TextStore(rule, budget, None if folder is None else str(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "COMPILED_FROM", compiled_from)
        for part in parts:
            found.add(part)
    return found


def replaced(text: str) -> str:
    """`text` with the character that stands for lone surrogates."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def check_equal(found: MatchTexts, expected: MatchTexts) -> None:
    for one, other in (
        (found.codes, expected.codes),
        (found.offsets, expected.offsets),
        (found.begins, expected.begins),
    ):
        np.testing.assert_array_equal(one, other, strict=True)


def check_reads(texts: Texts, expected: MatchTexts, selections: Sequence[Sequence[int]]) -> None:
    """Every way of reading gives these texts."""
    size = expected.lengths.size
    assert texts.lengths.tolist() == expected.lengths.tolist()
    assert texts.weights.tolist() == expected.weights.tolist()
    check_equal(texts.read(0, size), expected)
    for selection in selections:
        indices = np.array(selection, dtype=np.int64)
        check_equal(texts.take(indices), expected.take(indices))
    for begin, end in ((0, 0), (size, size), (size // 3, size - size // 3), (0, size // 2), (size // 2, size)):
        check_equal(texts.read(begin, end), expected.slice(begin, end))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(TEXT | HOSTILE, max_size=5), max_size=5), st.sampled_from(RULES), st.data())
def test_every_store_reads_alike(parts: list[list[str]], rule: Rule, data: st.DataObject) -> None:
    texts = [text for part in parts for text in part]
    expected = match_texts([replaced(text) for text in texts], rule)
    chosen = st.sets(st.integers(0, max(len(texts) - 1, 0))) if texts else st.just(set[int]())
    selections = [sorted(data.draw(chosen)) for _ in range(3)]
    for way in WAYS:
        with filled(way, rule, parts) as store:
            assert len(store) == len(texts)
            assert store.characters == expected.codes.size
            check_reads(store, expected, selections)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.match}-{rule.unit}")
def test_many_texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: str, rule: Rule) -> None:
    monkeypatch.setattr(module, "_READ", 1001)
    rng = random.Random(way + rule.unit)
    texts = ["".join(rng.choices(PIECES, k=rng.choice((0, 1, 5, 40)))) for _ in range(800)]
    expected = match_texts(texts, rule)
    parts = [texts[begin : begin + 190] for begin in range(0, 800, 190)]
    with filled(way, rule, parts, tmp_path) as store:
        assert (store.on_disk > 0) == (way in ("spilled", "mixed"))
        selections: list[Any] = [sorted(rng.sample(range(800), size)) for size in (1, 2, 50, 500)]
        check_reads(store, expected, [*selections, [0], [799], [189, 190], range(150, 450), range(0, 800, 7)])
        assert list(tmp_path.iterdir()) == []


def test_stores_may_be_read_between_additions() -> None:
    for way in WAYS:
        store = TextStore(RULES[0], 0 if way == "spilled" else None)
        with store, pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "COMPILED_FROM", 10**6 if way == "plain" else 0)
            texts: list[str] = []
            for part in (["山水", ""], [], ["ab cd"], ["𠮷野家", "——", "e\u0301"]):
                store.add(part)
                texts += part
                check_reads(store, match_texts(texts, RULES[0]), [range(len(texts))])


@pytest.mark.parametrize("way", WAYS)
def test_an_empty_store(way: str) -> None:
    for count in range(3):
        with filled(way, RULES[0], [()] * count) as store:
            assert (len(store), store.characters, store.on_disk) == (0, 0, 0)
            check_reads(store, match_texts([], RULES[0]), [[]])


def test_arrow_texts_are_stored_too() -> None:
    texts = ["山水 ab", None, "", "𠮷 e\u0301"]
    for compiled_from in (0, 1000):
        with TextStore(RULES[0]) as store, pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "COMPILED_FROM", compiled_from)
            store.add(pa.array(texts))
            check_equal(store.read(0, 4), match_texts([text or "" for text in texts], RULES[0]))


@pytest.mark.parametrize("way", WAYS)
def test_lone_surrogates_have_a_stand_in(way: str) -> None:
    texts = ["山\ud800水", "\udfff", "ab\udfffcd", "\ud83d\ude00", "\U0001f600", "a\udc00\ud800b"]
    for unit in ("auto", "character", "word"):
        with filled(way, Rule("raw", unit, 3), [texts]) as store:
            found = store.read(0, 6)
            assert [found.text(index) for index in range(6)] == [
                *("山\ufffd水", "\ufffd", "ab\ufffdcd", "\ufffd\ufffd", "\U0001f600", "a\ufffd\ufffdb"),
            ]
        with filled(way, Rule("folded", unit, 3), [texts]) as store:
            found = store.read(0, 6)
            assert [found.text(index) for index in range(6)] == ["山水", "", "abcd", "", "", "ab"]


def test_the_texts_given_are_left_as_they_are() -> None:
    matched = match_texts(["a\ud800"], RULES[3])
    with TextStore(RULES[3]) as store:
        store.add_matched(matched)
    assert matched.codes.tolist() == [ord("a"), 0xD800]


def test_packed_texts_take_two_bytes_a_character() -> None:
    texts = ["山水风云花鸟鱼虫" * 25, "春夏秋冬" * 25]
    with filled("spilled", RULES[0], [texts] * 3) as store:
        assert store.on_disk == 2 * store.characters == 1800


@pytest.mark.parametrize("budget", [0, 1000, 10**9])
def test_what_is_over_the_budget_goes_to_a_file(budget: int) -> None:
    with pytest.MonkeyPatch.context() as patch, TextStore(RULES[0], budget) as store:
        patch.setattr(module, "COMPILED_FROM", 0)
        for part in range(10):
            store.add(["山水风云" * 25] * 2)
            # A block is 400 bytes of text and 24 of offsets; what comes when the budget is used up goes to the file.
            expected = {0: part + 1, 1000: max(0, part - 1), 10**9: 0}[budget] * 400
            assert store.on_disk == expected


def test_nothing_is_left_on_disk(tmp_path: Path) -> None:
    store = filled("spilled", RULES[0], [["山水之间" * 5000], ["ab"]], tmp_path)
    file = store._file
    assert store.on_disk == 40_004
    assert list(tmp_path.iterdir()) == []  # it has no name
    store.close()
    assert file.closed
    assert len(store) == 0
    store.close()
    broken = filled("spilled", RULES[0], [["山"]], tmp_path)
    file = broken._file
    with pytest.raises(IndexError), broken:
        broken.read(0, 2)
    assert file.closed
    assert list(tmp_path.iterdir()) == []


# --- Documents

# A mark at the start of a paragraph would belong to the character before the line end.
PARAGRAPH = (
    st.lists(st.sampled_from(PIECES), max_size=5).map("".join).filter(lambda text: not text.startswith("\ufe0f"))
)


def joined_texts(documents: Sequence[Sequence[str]], rule: Rule) -> MatchTexts:
    return match_texts(["\n\n".join(paragraphs) for paragraphs in documents], rule)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(PARAGRAPH, max_size=4), max_size=5), st.sampled_from(RULES[:3]), st.data())
def test_documents_are_their_paragraphs_joined(documents: list[list[str]], rule: Rule, data: st.DataObject) -> None:
    count = sum(map(len, documents))
    bounds = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    flags = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    left_out = np.array(flags, dtype=np.bool_)
    chosen = st.sets(st.integers(0, max(len(documents) - 1, 0))) if documents else st.just(set[int]())
    selections = [sorted(data.draw(chosen)) for _ in range(2)]
    out = iter(flags)
    rest = [[one for one in paragraphs if not next(out)] for paragraphs in documents]
    for way in WAYS:
        with filled(way, rule, documents) as store:
            check_reads(Joined(store, bounds), joined_texts(documents, rule), selections)
            check_reads(Joined(store, bounds, left_out), joined_texts(rest, rule), selections)
            check_reads(Joined(store, bounds, np.zeros(count, dtype=np.bool_)), joined_texts(documents, rule), [])
            nothing = Joined(store, bounds, np.ones(count, dtype=np.bool_))
            check_reads(nothing, match_texts([""] * len(documents), rule), selections)


def test_documents_need_not_cover_the_store() -> None:
    texts = ["山水", "ab", "cd ", "风云", "花"]
    bounds = np.array([1, 3, 3, 4], dtype=np.int64)
    for way in WAYS:
        with filled(way, RULES[0], [texts]) as store:
            expected = joined_texts([["ab", "cd "], [], ["风云"]], RULES[0])
            check_reads(Joined(store, bounds), expected, [[0, 2], [1], [2]])


def test_a_word_ends_with_its_paragraph() -> None:
    with filled("plain", RULES[0], [["over the", "rainbow"]]) as store:
        found: npt.NDArray[np.bool_] = Joined(store, np.array([0, 2])).read(0, 1).begins
    assert np.flatnonzero(found).tolist() == [0, 4, 7]
