"""Invisible characters go where they mean nothing, and stay where they do."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from cleantext.text.controls import control_edits
from cleantext.text.steps import edited
from text_strategies import TEXT, check_steps


def cleaned(line: str) -> str:
    done = edited(line, control_edits(line))
    check_steps(line, done)
    return done.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("你\u200b好\u2060世\ufeff界\u00ad", "你好世界"),
        ("环\x00境\x1f保\x7f护\x81", "环境保护"),
        ("甲\x0b乙\x0c丙", "甲 乙 丙"),
        ("你\u202e好\u200e，\u2066世界\u2069", "你好，世界"),
        ("汉\u200d字\u200c词", "汉字词"),
        ("co\u00adoperation\u200c", "cooperation"),
        ("\U0001f3f4文\U000e0041\U000e0042", "\U0001f3f4文"),  # hidden tag characters
        ("👩\u200d\u200b👧", "👩\u200d👧"),
        ("说明\ue5e5\ue81e", "说明\u3000\u9fb4"),
        ("\ufff9注\ufffa释\ufffb\ufffc", "注释"),
    ],
)
def test_dropped(line: str, expected: str) -> None:
    assert cleaned(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\t甲\u3000乙 丙\u00a0丁\r",
        "👩\u200d👩\u200d👧\u200d👦 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈",
        "क्\u200dष می\u200cخواهم",
        "שלום\u200f, \u202bעולם\u202c 世界",  # direction marks on a line that has right-to-left text
        "葛\U000e0100城 ︎☎\ufe0e",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "\ue5e5 icons only \ue5e6",  # private use without Han beside it: an icon font
        "´óÆø\xad·ÀÖÎ \xa1\xad¹¤×÷",  # U+00AD as a byte of GBK read as Latin-1
    ],
)
def test_kept(line: str) -> None:
    assert cleaned(line) == line


def test_rules_say_what_went() -> None:
    rules = [(e.rule, e.before, e.after) for e in control_edits("甲\x00\u200b\u202e\x0c\ue5e5")]
    assert rules == [
        ("control", "\x00", ""),
        ("zero-width", "\u200b", ""),
        ("direction", "\u202e", ""),
        ("control", "\x0c", " "),
        ("pua", "\ue5e5", "\u3000"),
    ]


def test_the_private_use_table_is_that_of_two_gb18030_decoders() -> None:
    # Python's decoder gives the private-use character, the WHATWG's the other one.
    for code, expected in {
        b"\xa3\xa0": "\u3000",
        b"\xa6\xda": "\ufe12",
        b"\xa8\xbc": "ḿ",
        b"\xfe\xa0": "\u9fbb",
    }.items():
        assert cleaned("汉" + code.decode("gb18030")) in ("汉" + expected, "汉" + code.decode("gb18030"))
    assert cleaned("汉\ue78d\ue796\ue7c7\ue864") == "汉\ufe10\ufe19ḿ\u9fbb"


@settings(deadline=None, max_examples=300)
@given(TEXT)
@example("\xa0\u200b´óÆøÎÛÈ¾\x00")
def test_cleaning_again_changes_nothing(line: str) -> None:
    once = cleaned(line)
    assert cleaned(once) == once
