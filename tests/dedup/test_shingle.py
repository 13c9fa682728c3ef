from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import folding
from cleantext.config import DedupConfig
from cleantext.dedup import shingle, shingle_hash, shingles
from cleantext.dedup.shingle import MatchTexts, Rule, hash64, match_texts, shingle_sets
from cleantext.folding import match_codes

RULE = Rule("folded", "auto", 3)


def cut(text: str, size: int = 1, **options: str) -> list[str]:
    """The shingles of `size` units."""
    return list(shingles(text, DedupConfig(shingle_size=size, **options)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("山高月小", ["山", "高", "月", "小"]),
        ("ひらがなカナ", ["ひ", "ら", "が", "な", "カ", "ナ"]),
        ("한국어", ["한", "국", "어"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("ລາວ", ["ລ", "າ", "ວ"]),
        ("ខ្មែរ", ["ខ", "្", "ម", "ែ", "រ"]),
        ("မြန်", ["မ", "ြ", "န", "်"]),
        ("one two\nthree", ["one", "two", "three"]),
        ("well-known, isn't it", ["well", "known", "isn", "t", "it"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
        ("用Python 3写程序", ["用", "python", "3", "写", "程", "序"]),
        ("２０２１年８月", ["2021", "年", "8", "月"]),
        ("école e\u0301cole Straße", ["école", "strasse"]),
        ("𠀀𠮷b", ["𠀀", "𠮷", "b"]),
        ("Привет мир", ["привет", "мир"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("", []),
        ("—— …… !", []),
    ],
)
def test_units(text: str, units: list[str]) -> None:
    assert cut(text) == units


def test_shingles_are_stretches_of_match_text() -> None:
    assert shingles("山高月小。水落") == ("山高月", "高月小", "月小水", "小水落")
    assert shingles("The quick, brown fox jumps") == ("thequickbrown", "quickbrownfox", "brownfoxjumps")
    assert shingles("山高月小水落", level="document") == ("山高月小水", "高月小水落")
    assert shingles("山山山山山") == ("山山山",)


def test_fewer_units_than_a_shingle_are_one_shingle() -> None:
    assert shingles("山月") == ("山月",)
    assert shingles("two words") == ("twowords",)
    assert shingles("。") == ()


def test_a_forced_unit() -> None:
    assert cut("ab 山c", shingle_unit="character") == ["a", "b", "山", "c"]
    assert cut("山水 花鸟,鱼 one", shingle_unit="word") == ["山水", "花鸟", "鱼", "one"]


def test_raw_text_is_taken_as_it_is() -> None:
    assert cut("Hello, World x", match="raw") == ["Hello, ", "World ", "x"]
    assert cut("山，水", match="raw") == ["山", "，", "水"]
    assert cut("  a", match="raw") == ["  ", "a"]
    assert cut("a b\n", match="raw", shingle_unit="character") == ["a", " ", "b", "\n"]


def test_another_level_is_refused() -> None:
    with pytest.raises(ValueError, match="sentence"):
        shingles("山", level="sentence")


def test_hashes_are_fixed() -> None:
    assert hash64("山高月") == 0x9FF54453382D0F5D
    assert shingle_hash("山高月".encode()) == 0x382D0F5D


def test_bytes_that_are_no_text_get_a_hash() -> None:
    found = {
        shingle_hash(data) for data in (b"", b"\xff", b"\xff\xfe", "\ud800".encode("utf-8", "surrogatepass"), b"\0")
    }
    assert len(found) == 5


odd = st.text(
    st.sampled_from("山水あ한ไ ab1-\n\ud800\U00020000\u0301\u00ad\u200b\x00ﬁ½，") | st.characters(), max_size=30
)


@settings(max_examples=100, deadline=None)
@given(st.lists(odd, max_size=6), st.integers(1, 6), st.sampled_from(["auto", "character", "word"]), st.booleans())
def test_sets_hold_the_hashes_of_the_shingles(texts: list[str], size: int, unit: str, raw: bool) -> None:
    rule = Rule("raw" if raw else "folded", unit, size)
    matched = match_texts(texts, rule)
    sets = shingle_sets(matched, rule)
    config = DedupConfig(match=rule.match, shingle_unit=unit, shingle_size=size)
    for index, text in enumerate(texts):
        own = sets.values[sets.offsets[index] : sets.offsets[index + 1]].tolist()
        assert own == sorted({hash64(one) for one in shingles(text, config)})
        if raw:
            assert matched.text(index) == text


@settings(max_examples=100, deadline=None)
@given(st.lists(odd, max_size=6))
def test_many_texts_match_as_each_does_alone(texts: list[str]) -> None:
    matched = match_texts(texts, RULE)
    assert matched.begins.size == matched.codes.size
    for index, text in enumerate(texts):
        alone = match_texts([text], RULE)
        assert matched.slice(index, index + 1).codes.tolist() == alone.codes.tolist() == match_codes(text)[0].tolist()
        assert matched.slice(index, index + 1).begins.tolist() == alone.begins.tolist()


def same(left: MatchTexts, right: MatchTexts) -> bool:
    parts = ("codes", "offsets", "begins")
    assert [getattr(left, part).dtype for part in parts] == [getattr(right, part).dtype for part in parts]
    return all(getattr(left, part).tolist() == getattr(right, part).tolist() for part in parts)


@pytest.fixture(scope="module", params=[0, 1_000_000])
def compiled_from(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleantext.dedup.arithmetic.COMPILED_FROM", request.param)
        yield


whole = st.text(
    st.sampled_from("山水あ한ไ ab1-\n\U00020000\u0301\u00ad\u200b\x00ﬁ½，") | st.characters(exclude_categories=["Cs"])
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(whole | st.none(), max_size=6),
    st.sampled_from([pa.string(), pa.large_string()]),
    st.sampled_from(["auto", "character", "word"]),
    st.booleans(),
    st.integers(0, 3),
)
@pytest.mark.usefixtures("compiled_from")
def test_an_arrow_array_is_its_strings(
    texts: list[str | None], kind: pa.DataType, unit: str, raw: bool, skipped: int
) -> None:
    rule = Rule("raw" if raw else "folded", unit, 3)
    array = pa.array(texts, kind)[skipped:]
    assert same(match_texts(array, rule), match_texts([text or "" for text in texts[skipped:]], rule))


@pytest.mark.usefixtures("compiled_from")
def test_a_null_that_covers_bytes_is_empty() -> None:
    buffers = [
        pa.py_buffer(b"\x05"),
        pa.py_buffer(np.array([0, 3, 6, 9], dtype=np.int32)),
        pa.py_buffer("山水月".encode()),
    ]
    array = pa.Array.from_buffers(pa.string(), 3, buffers)
    assert same(match_texts(array, RULE), match_texts(["山", "", "月"], RULE))


@pytest.mark.usefixtures("compiled_from")
def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    data = [b"\xe5\xb1\xb1\xff\xfe", b"e\xcc\x81\xe5\xb1", b"\xed\xa0\x80", b"\xf4"]
    bounds = np.cumsum([0, *map(len, data)]).astype(np.int32)
    array = pa.Array.from_buffers(pa.string(), 4, [None, pa.py_buffer(bounds), pa.py_buffer(b"".join(data))])
    strings = [one.decode("utf-8", "replace") for one in data]
    for rule in (RULE, Rule("raw", "auto", 3), Rule("raw", "character", 3)):
        assert same(match_texts(array, rule), match_texts(strings, rule))


@pytest.mark.usefixtures("compiled_from")
def test_characters_never_met_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["山ａ水", "e\u0301", "", "한 b\U00020000"]
    expected = match_texts(texts, RULE)
    monkeypatch.setattr(folding, "_match_table", np.full(0x110000, folding.UNKNOWN, dtype=np.int32))
    assert same(match_texts(texts, RULE), expected)
    monkeypatch.setattr(folding, "_match_table", np.full(0x110000, folding.UNKNOWN, dtype=np.int32))
    assert same(match_texts(pa.array(texts), RULE), expected)


def test_a_text_matched_by_clusters_stands_between_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["é a", "e\u0301 a", "山", "한 \u0301b", "各", "ひ\u3099", ""]
    matched = match_texts(texts, RULE)
    assert [matched.text(index) for index in range(7)] == ["éa", "éa", "山", "한\u0301b", "各", "び", ""]
    assert matched.begins.tolist() == [True] * 7 + [False, True, True]
    monkeypatch.setattr("cleantext.dedup.arithmetic.COMPILED_FROM", 0)
    assert same(match_texts(texts, RULE), matched)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["山高月小,水落石出", "", "one two three four", "e\u0301 a", "x" * 50, "山"]
    whole = shingle_sets(match_texts(texts, RULE), RULE)
    monkeypatch.setattr(shingle, "_BATCH", 8)
    parts = shingle_sets(match_texts(texts, RULE), RULE)
    assert whole.values.tolist() == parts.values.tolist()
    assert whole.offsets.tolist() == parts.offsets.tolist()


def test_wrapping_and_spacing_do_not_change_shingles() -> None:
    assert shingles("one two\nthree -- four five") == shingles("One  two three four\tfive.")
    assert shingles("用 Python 写 程序") == shingles("用Python写程序")
