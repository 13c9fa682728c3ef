"""The table of readings is what its script makes, and keeps its laws."""

from __future__ import annotations

import unicodedata
from importlib.metadata import version

import pytest

from cleantext.text.tables.make_readings import TABLE, table

LINES = TABLE.read_text(encoding="utf-8").splitlines()
ROWS = dict(line.split("\t") for line in LINES[1:])


def test_a_row_is_a_toned_syllable_and_its_characters() -> None:
    assert list(ROWS) == sorted(ROWS)
    for syllable, chars in ROWS.items():
        assert syllable == unicodedata.normalize("NFC", syllable)
        assert any(unicodedata.combining(char) for char in unicodedata.normalize("NFD", syllable))
        assert list(chars) == sorted(set(chars))
    assert "".join(char for char in "現现" if char in ROWS["xiàn"]) == "現现"
    assert all("行" in ROWS[syllable] for syllable in ("xíng", "háng"))


def test_rare_readings_and_characters_are_left_out() -> None:
    made = table({ord("行"): "xíng,háng,hang", ord("\U00020000"): "hē", ord("绿"): "lǜ,lu"})
    assert made == "háng\t行\nlǜ\t绿\nxíng\t行\n"


def test_making_it_again_gives_the_same() -> None:
    constants = pytest.importorskip("pypinyin.constants")
    if version("pypinyin") not in LINES[0]:
        pytest.skip("another version of the data")
    assert "\n".join(LINES[1:]) + "\n" == table(constants.PINYIN_DICT)
