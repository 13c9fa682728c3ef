"""The reader of binary dictionaries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.text.marisa import read_ocd2

FOLDER = Path(__file__).parent.parent / "golden" / "opencc"
PHRASES = (FOLDER / "HKVariantsPhrases.ocd2").read_bytes()


@pytest.mark.parametrize(
    ("name", "count", "some"),
    [
        ("HKVariants", 66, {"悅": "悦", "檯": "枱"}),
        ("HKVariantsPhrases", 272, {"機場快線": "機場快綫", "味千拉麪": "味千拉麵"}),
        ("CJK_Compatibility_Ideographs", 1002, {"\uf900": "豈", "\U0002fa1d": "𪘀"}),
    ],
)
def test_dictionaries_of_opencc(name: str, count: int, some: dict[str, str]) -> None:
    words = read_ocd2((FOLDER / f"{name}.ocd2").read_bytes())
    assert len(words) == count
    assert {key: words[key] for key in some} == some
    assert all(key and len(key) == len(value) for key, value in words.items())


def test_words_with_shared_ends_come_through_the_inner_tries() -> None:
    words = read_ocd2(PHRASES)
    secretaries = {word for word in words if word.endswith("祕書處")}
    assert {"大學教育資助委員會祕書處", "截取通訊及監察事務專員祕書處"} <= secretaries
    assert all(words[word] == word.replace("祕", "秘") for word in secretaries)


@pytest.mark.parametrize("size", [0, 10, 30, 36, 60, 500, 3_000, len(PHRASES) - 1])
def test_what_ends_too_early_is_reported(size: int) -> None:
    with pytest.raises(ValueError, match=r"ends too early|is not an OpenCC dictionary"):
        read_ocd2(PHRASES[:size])


@settings(deadline=None)
@given(st.integers(35, len(PHRASES) - 1), st.binary(min_size=1, max_size=12))
def test_damage_is_an_error_or_other_words_and_nothing_else(place: int, damage: bytes) -> None:
    data = PHRASES[:place] + damage + PHRASES[place + len(damage) :]
    try:
        words = read_ocd2(data)
    except ValueError:
        return
    assert all(isinstance(key, str) for key in words)
