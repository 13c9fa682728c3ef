"""Latin mojibake is mended by ftfy; Chinese text is not touched."""

from __future__ import annotations

import ftfy
import pytest
from hypothesis import given, settings

from cleantext.text.mojibake import mojibake_edits
from cleantext.text.steps import edited
from text_strategies import TEXT, check_steps

CONFIG = ftfy.TextFixerConfig(
    unescape_html=False,
    restore_byte_a0=False,
    replace_lossy_sequences=False,
    decode_inconsistent_utf8=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    remove_control_chars=False,
    explain=True,
)


def mended(line: str) -> str:
    done = edited(line, mojibake_edits(line))
    check_steps(line, done)
    return done.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cafÃ© â€œ…", "café “…"),
        ("我们去了cafÃ©，他说â€œ好â€\x9d。", "我们去了café，他说“好”。"),
        ("ç”Ÿæ€\x81çŽ¯å¢ƒ", "生态环境"),
        ("标题：ä½\xa0å¥½", "标题：你好"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"),
        ("价格â‚¬5，Â©2020", "价格€5，©2020"),
        ("MÃ¼nchen and São Paulo", "München and São Paulo"),
        ("cafÃ©\xa0bar, voilÃ\xa0 le", "café\xa0bar, voilà le"),  # a space of its own, and one that is a byte
        ("l’humanitÃ©", "l’humanité"),  # the right mark beside it does not hinder
        ("\ud83d\ude00 \ud83d", "😀 \ufffd"),
        ("你\x85好", "你…好"),
        ("\x1b[31m红\x1b[0m", "红"),
        ("cafe\u0301 か\u3099 金", "café が 金"),
    ],
)
def test_mended(line: str, expected: str) -> None:
    assert mended(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "你好，世界！这是（测试）：“引号”‘单引’；什么？",
        "ＰＭ２．５浓度１２３％　　￥１００～￣・ﾆｭｰｽ",
        "他说：“这叫‘蓝天保卫战’，懂吗？”——《环境报》……",
        "① ㎡ 10³ Ⅳ ﬁn 𠮷 👩\u200d👧 ½ × ÷ ±5° 5′ £ ¥ § ® naïve Ærø œuvre",
        "锟斤拷 烫烫烫 浣犲ソ",  # Chinese characters of another mojibake: not ftfy's business
        "a\r\tb\x0c",
        "&amp; &eacute;",
    ],
)
def test_good_text_is_left_alone(line: str) -> None:
    assert mended(line) == line


@pytest.mark.parametrize("encoding", ["gbk", "big5"])
@pytest.mark.parametrize("text", ["大气污染防治工作会议", "太原", "中国", "生态环境", "重要批示，通报了形势。"])
def test_chinese_read_as_latin_1_can_still_be_had_back(text: str, encoding: str) -> None:
    try:
        broken = text.encode(encoding).decode("latin-1")
    except UnicodeEncodeError:
        pytest.skip("Simplified characters are not in Big5")
    for line in (broken, f"来源：{broken}，2020", f"see {broken} here"):
        assert mended(line) == line


def test_inconsistent_words_are_not_decoded_from_the_inside() -> None:
    # ftfy reads this as UTF-8 in the middle of a word unless decode_inconsistent_utf8 is really off.
    broken = "´óÆøÎÛÈ¾·ÀÖÎ¹¤×÷»áÒé"
    assert ftfy.fix_text(broken, decode_inconsistent_utf8=False) != broken  # the option is lost on this way in
    assert mended(broken) == broken
    assert mended("é¾Ã©é") == "é¾Ã©é"


@pytest.mark.parametrize(
    "line",
    [
        "plain ASCII, nothing else",
        "dÃ©jÃ  vu",
        "√©quilibr√©",
        "naïve façade “quoted” – dash",
        "Ã\x81rbol Ã³",
        "РґРѕСЂРѕРіРµ",
        "He's Justinâ\x9d¤",
        "voilÃ le travail",
    ],
)
def test_agrees_with_ftfy_on_whole_lines(line: str) -> None:
    assert mended(line) == ftfy.fix_text(line, CONFIG)


@settings(deadline=None, max_examples=200)
@given(TEXT)
def test_what_is_skipped_ftfy_would_not_have_changed(line: str) -> None:
    if mended(line) == line and line.isascii():
        assert ftfy.fix_text(line, CONFIG) == line
    for char in line:
        if not mojibake_edits(char):
            assert ftfy.fix_text(char, CONFIG) == char


def test_the_rule_names_the_encoding_that_was_undone() -> None:
    edits = mojibake_edits("甲cafÃ©乙か\u3099")
    assert [(e.stage, e.rule, e.start, e.before, e.after) for e in edits] == [
        ("mojibake", "latin-1", 4, "Ã©", "é"),
        ("mojibake", "NFC", 7, "か\u3099", "が"),
    ]
