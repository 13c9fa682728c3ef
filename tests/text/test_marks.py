"""Classes of characters, and the table of characters that stand for others."""

from __future__ import annotations

import subprocess
import unicodedata

import pytest

from cleantext.text import marks
from cleantext.text.controls import _PRIVATE
from cleantext.text.tables.make_characters import TABLE, private, table, unified
from cleantext.text.width import _characters

LINES = TABLE.read_text(encoding="utf-8").split("\n")


def test_every_code_point_has_a_class() -> None:
    classes = marks.class_table()
    assert classes.shape == (0x110000,)
    assert not classes.flags.writeable
    assert classes.max() == marks.OTHER_MARK
    for char, value in [
        ("中", marks.HAN),
        ("〇", marks.NUMERAL),
        ("𠮷", marks.HAN),
        ("年", marks.DATE_HAN),
        ("の", 12),
    ]:
        assert classes[ord(char)] == value
    assert all(classes[ord(char)] in (marks.SPACE, marks.NEWLINE) for char in map(chr, range(0x3001)) if char.isspace())


def test_a_full_width_twin_is_sixteen_more() -> None:
    classes = marks.class_table()
    for narrow, wide in zip(",;:!?.()", "，；：！？。（）", strict=True):
        assert classes[ord(wide)] == classes[ord(narrow)] + marks.WIDE
    assert set(marks.kind_table().values()) >= {"comma", "quote", "dot", "ellipsis"}


def test_characters_stand_for_one_that_is_no_other_of_its_kind() -> None:
    radicals, pua = _characters()["radical"], _characters()["pua"]
    assert not set(radicals) & set(radicals.values())
    assert not set(pua) & set(pua.values())
    assert all(unicodedata.category(chr(code)) == "Co" for code in pua)
    assert all("CJK" in unicodedata.name(chr(code)) or "KANGXI" in unicodedata.name(chr(code)) for code in radicals)
    assert len(radicals) == 328
    assert len(pua) == 107


def test_kangxi_radicals_are_what_compatibility_says() -> None:
    for code in range(0x2F00, 0x2FD6):
        assert chr(_characters()["radical"][code]) == unicodedata.normalize("NFKC", chr(code))


def test_private_characters_agree_with_those_of_the_controls() -> None:
    assert {code: chr(_characters()["pua"][code]) for code in _PRIVATE} == _PRIVATE


def test_making_the_table_again_gives_the_same() -> None:
    assert LINES[1].split("\t")[1] == "".join(map(chr, private()))
    try:
        version, radicals = unified()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no Perl, whose copy of the data the table was made from")
    if version not in LINES[0]:
        pytest.skip("another version of the data")
    assert "\n".join(LINES[1:]) == table(radicals)
