from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import DedupConfig
from cleantext.dedup import shingle, shingle_hash, shingles
from cleantext.dedup.shingle import Rule, hash64, match_texts, shingle_sets
from cleantext.folding import match_batch, match_codes, match_words

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
    assert cut("ab 山c", shingle_unit="char") == ["a", "b", "山", "c"]
    assert cut("山水 花鸟,鱼 one", shingle_unit="word") == ["山水", "花鸟", "鱼", "one"]


def test_raw_text_is_taken_as_it_is() -> None:
    assert cut("Hello, World x", match="raw") == ["Hello, ", "World ", "x"]
    assert cut("山，水", match="raw") == ["山", "，", "水"]
    assert cut("  a", match="raw") == ["  ", "a"]
    assert cut("a b\n", match="raw", shingle_unit="char") == ["a", " ", "b", "\n"]


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
@given(st.lists(odd, max_size=6), st.integers(1, 6), st.sampled_from(["auto", "char", "word"]), st.booleans())
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
    codes, offsets = match_batch(texts)
    assert match_words(texts)[2].size == codes.size
    for text, start, end in zip(texts, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        assert codes[start:end].tolist() == match_codes(text)[0].tolist()


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
