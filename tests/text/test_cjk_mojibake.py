"""Mojibake of Chinese encodings is undone, chains of it too; clean text of any language is not touched."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages.encodings import decode_as
from cleantext.text import bytes_as_latin, han_as_han, repair_line
from cleantext.text.cjk_mojibake import cjk_mojibake_edits, could_be_cjk_mojibake, suspects
from cleantext.text.recode import gb18030_bytes
from cleantext.text.steps import edited
from cleantext.text.utf8_as_gbk import _whole_characters
from text_strategies import TEXT, check_steps

CLEAN = json.loads((Path(__file__).parents[1] / "golden" / "clean_lines.json").read_text(encoding="utf-8"))["lines"]
SIMPLIFIED = "大气污染防治工作会议今天在太原召开，市委书记主持并讲话。"
TRADITIONAL = "大氣污染防治工作會議今天在太原召開，市委書記主持並講話。"

BROKEN = st.lists(
    st.sampled_from(
        (
            *(
                "浣犲ソ",
                "鐢熸€佺幆澧\ufffd",
                "锛屾槸",
                "銆€",
                "ÖÐ¹ú",
                "´óÆøÎÛȾ·ÀÖÎ",
                "¤j®ð¦Ã¬V",
                "ネ篈吏挂",
                "汜怓遠噫",
            ),
            *(
                "脰脨鹿煤",
                "娴ｇ姴銈",
                "鈥檚",
                "馃榾",
                "锟斤拷",
                "烫烫烫",
                "漏 2020",
                "聽聽",
                "\ufffd",
                "?",
                "€",
                " ",
                "\ud83d",
            ),
            *(
                "浣",
                "犲",
                "ソ",
                "\ue5e5",
                "é",
                "\x81",
                "8",
                "a",
                "公路",
                "中国",
                "Ã",
                "\x96",
                "\ue21e",
                "閳ワ拷",
                "杈光€",
            ),
        )
    )
    | st.characters(codec=None),
    max_size=20,
).map("".join)


def mended(line: str) -> tuple[str, list[str]]:
    done = edited(line, cjk_mojibake_edits(line))
    check_steps(line, done)
    return done.text, list(dict.fromkeys(step.rule for step in done.steps))


@pytest.mark.parametrize(
    ("line", "expected", "rule"),
    [
        ("浣犲ソ", "你好", "gbk>utf-8"),
        ("标题：浣犲ソ。", "标题：你好。", "gbk>utf-8"),
        ("公路浣犲ソ", "公路你好", "gbk>utf-8"),  # 路 is also the · of such text
        ("see 浣犲ソ here", "see 你好 here", "gbk>utf-8"),
        ("杩欐槸鎴戜滑鐨刵ame", "这是我们的name", "gbk>utf-8"),  # the letter was taken for the second byte of a pair
        ("ÖÐ¹ú", "中国", "latin-1>gbk"),
        ("2020Äê10ÔÂ27ÈÕ", "2020年10月27日", "latin-1>gbk"),
        ("´óÆøÎÛÈ¾·ÀÖÎ¹¤×÷»áÒé", "大气污染防治工作会议", "latin-1>gbk"),
        ("´óÆøÎÛȾ·ÀÖι¤×÷»áÒé", "大气污染防治工作会议", "ftfy>latin-1>gbk"),
        ("¤j®ð¦Ã¬V¨¾ªv·|Ä³", "大氣污染防治會議", "latin-1>big5"),
        ("ネ篈吏挂", "生態環境", "gbk>big5"),
        ("汜怓遠噫", "生态环境", "big5>gbk"),
        ("脰脨鹿煤", "中国", "gbk>utf-8>latin-1>gbk"),
        ("Ã\x96Ã\x90Â¹Ãº", "中国", "latin-1>utf-8>latin-1>gbk"),
        ("馃榾", "😀", "gbk>utf-8"),
        ("銆€銆€第一段", "　　第一段", "gbk>utf-8"),
        ("Copyright 漏 2020 Example", "Copyright © 2020 Example", "gbk>utf-8"),
        ("版权所有 漏 2020", "版权所有 © 2020", "gbk>utf-8"),
        ("I don鈥檛 know", "I don’t know", "gbk>utf-8"),
        ("高温36掳C", "高温36°C", "gbk>utf-8"),
        ("Windows庐 10", "Windows® 10", "gbk>utf-8"),
        ("a caf茅 in", "a café in", "gbk>utf-8"),
        ("a聽聽b", "a\xa0\xa0b", "gbk>utf-8"),
    ],
)
def test_mended(line: str, expected: str, rule: str) -> None:
    assert mended(line) == (expected, [rule])


@pytest.mark.parametrize(
    ("line", "expected", "rules"),
    [
        ("鐢熸€佺幆澧\ufffd", "生态环\ufffd", ["gbk>utf-8", "gbk>utf-8/lossy"]),
        ("鐢熸€佺幆澧?", "生态环\ufffd", ["gbk>utf-8", "gbk>utf-8/lossy"]),
        ("鐢熸€佺幆澧冿紝2020骞\ufffd", "生态环境，2020\ufffd", ["gbk>utf-8", "gbk>utf-8/lossy"]),
        ("ÖÐ¹úÈËÃ", "中国人\ufffd", ["latin-1>gbk/lossy"]),
        ("ÖÐ¹úÈ\ufffdÃñ", "中国\ufffd民", ["latin-1>gbk/lossy"]),
        ("ç”Ÿæ€\ufffdçŽ¯å¢ƒ", "生\ufffd环境", ["latin-1>utf-8/lossy"]),
        ("the company鈥? said", "the company\ufffd said", ["gbk>utf-8/lossy"]),
    ],
)
def test_what_is_lost_is_marked(line: str, expected: str, rules: list[str]) -> None:
    assert mended(line) == (expected, rules)


def _read(write: str, wrong: str) -> Callable[[str], str]:
    return lambda text: decode_as(text.encode(write), wrong)


GBK_AS_LATIN, BIG5_AS_LATIN = _read("gbk", "windows-1252"), _read("big5", "windows-1252")
UTF8_AS_GBK, BIG5_AS_GBK = _read("utf-8", "gb18030"), _read("big5", "gb18030")


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (GBK_AS_LATIN, SIMPLIFIED),
        (GBK_AS_LATIN, TRADITIONAL),
        (BIG5_AS_LATIN, TRADITIONAL),
        (BIG5_AS_GBK, TRADITIONAL),
        (lambda text: UTF8_AS_GBK(GBK_AS_LATIN(text)), SIMPLIFIED),
        (lambda text: GBK_AS_LATIN(text).encode().decode("latin-1"), SIMPLIFIED),
        (_read("utf-8", "windows-1252"), SIMPLIFIED),
    ],
)
def test_what_is_reversible_comes_back_whole(damage: Callable[[str], str], text: str) -> None:
    for line in (text, text * 3, f"PM2.5: {text}"):
        assert repair_line(damage(line)).text == line


@given(st.lists(st.sampled_from(SIMPLIFIED), min_size=4, max_size=40).map("".join))
def test_utf_8_read_as_gbk_loses_a_character_at_most(text: str) -> None:
    broken = UTF8_AS_GBK(text)
    found = repair_line(broken).text
    assert found == (f"{text[:-1]}\ufffd" if "\ufffd" in broken else text)


@pytest.mark.parametrize("text", ["编辑：李丹", "责任编辑：王蒙", "太原日报讯"])
def test_short_names_come_back_from_two_wrong_readings(text: str) -> None:
    broken = decode_as(text.encode("gb18030").decode("latin-1").encode(), "gb18030")
    assert repair_line(broken).text == text


@pytest.mark.parametrize("script", [SIMPLIFIED, TRADITIONAL])
@pytest.mark.parametrize("errors", ["replace", "ignore"])
@pytest.mark.parametrize("codec", ["gbk", "gb18030"])
def test_what_stands_between_dropped_bytes_comes_back(script: str, errors: str, codec: str) -> None:
    """As much as an inverse has that knows what was done, and hardly a character that was not in the text."""
    for text in (script, script + "席会议并讲话，" + script, "会议强调" + script):
        broken = text.encode().decode(codec, errors)
        data = b"\xff".join(map(gb18030_bytes, broken.split("\ufffd")))
        known = set(data.decode("utf-8", "replace")) & set(text)
        found = repair_line(broken).text
        assert known <= set(found)
        assert len(set(found) - set(text) - {"\ufffd"}) <= 2


def test_a_character_put_together_from_two_is_not_believed() -> None:
    assert _whole_characters("会议".encode()) == "会议"
    assert _whole_characters("席".encode()[:2] + "会议".encode()[1:]) == "\ufffd议"
    assert _whole_characters(b"\x80a\xff\xe4\xbc" + "議·é😀".encode() + b"\xed\xa0\x80") == "\ufffda\ufffd議·é😀\ufffd"
    assert _whole_characters(b"") == ""


def test_twice_is_undone_twice() -> None:
    broken = UTF8_AS_GBK(UTF8_AS_GBK("他们在北京工作的时候"))
    text, rules = mended(broken)
    assert text.startswith("他们在北京工作的")
    assert rules[0].startswith("gbk>utf-8 x2")


@pytest.mark.parametrize("language", CLEAN)
def test_clean_text_is_left_alone(language: str) -> None:
    for line in CLEAN[language]:
        assert cjk_mojibake_edits(line) == [], line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "plain ASCII",
        "他说：“这叫‘蓝天保卫战’，懂吗？”——《环境报》……",
        "怡红院、浣熊、岷江、涪陵、澶渊之盟、鎏金、鳜鱼、饕餮、魑魅魍魉、彳亍、囧囧有神",
        "氫氦鋰鈹硼碳氮氧氟氖鈉鎂鋁矽磷硫氯氬鉀鈣鈧鈦釩鉻錳鐵鈷鎳銅鋅鎵鍺砷硒溴氪銣鍶釔鋯鈮鉬鎝釕銠鈀銀鎘銦錫銻碲碘氙銫鋇鑭鈰鐠釹鉕釤銪釓鋱鏑鈥鉺銩鐿鎦鉿鉭鎢錸鋨銥鉑金汞鉈鉛鉍釙砈氡",
        "聽聽他怎麼說，再聽聽看",
        "遗漏2018年的数据，漏洞百出，一滴漏",
        "嘿嘿\ue056，好吃好吃\ue056\ue057",  # emoji of old phones
        "煎饼馃子，路上没每个",
        "naïve façade, Ærøskøbing, Größenverhältnis, ÄÖÜ, ÁÉÍÓÚ, élève créée, «Où?», ¿Qué?",
        "áááááááááááááááááááá",
        "\x91cafÃ©°é°h",
        "\x91°ê°â€œ°cafÃ©",
        "«значение», Ελληνικά, Đặng Thị Mỹ Hạnh, Žluťoučký kůň, İstanbul",
        "これは日本語の文章です。東京都横浜市、アドレス“%s”にエラーがあります",
        "깨끗한 한국어 문장입니다. 콱봤",
        "锟斤拷锟斤拷 烫烫烫 屯屯屯 葺葺葺",
        "cafÃ© â€œÃ©tÃ©â€\x9d ç”Ÿæ€\x81çŽ¯å¢ƒ Ð¿Ñ€Ð¸Ð²ÐµÑ‚",  # for ftfy
        "\ud83d\ude00 \udc00 𠮷 \ufffd\ufffd 浣\ufffd",
    ],
)
def test_not_touched(line: str) -> None:
    assert mended(line) == (line, [])


def test_the_seeds_are_left_alone(seeds: dict[str, str]) -> None:
    for text in seeds.values():
        assert all(cjk_mojibake_edits(line) == [] for line in text.splitlines())


@settings(deadline=None, max_examples=300)
@given(BROKEN | TEXT)
def test_laws(line: str) -> None:
    edits = cjk_mojibake_edits(line)
    check_steps(line, edited(line, edits))
    assert all(a.end <= b.start for a, b in pairwise(edits))
    assert all(edit.rule.endswith("/lossy") == ("\ufffd" in edit.after) for edit in edits)
    if not could_be_cjk_mojibake(line):
        assert not edits


@settings(deadline=None, max_examples=200)
@given(BROKEN)
def test_repairing_again_changes_nothing(line: str) -> None:
    done = repair_line(line)
    check_steps(line, done)
    assert repair_line(done.text).text == done.text


@settings(deadline=None, max_examples=300)
@given(BROKEN | st.text(st.sampled_from("浣犲ソネ篈吏挂汜怓遠噫ÖÐ¹ú¤j®ð©é中文のàa，。 "), max_size=24))
def test_what_is_not_looked_at_would_change_nothing(line: str) -> None:
    """Lines without a character that is rare, and encodings without a certain run, are given up early."""
    always = re.compile("")
    encodings = tuple((*encoding[:-1], always) for encoding in bytes_as_latin._ENCODINGS)
    found = (han_as_han.han_as_han(line, always), bytes_as_latin.bytes_as_latin(line))
    with (
        mock.patch.object(han_as_han, "_rare_candidates", return_value=always),
        mock.patch.object(bytes_as_latin, "_ENCODINGS", encodings),
    ):
        assert (han_as_han.han_as_han(line, always), bytes_as_latin.bytes_as_latin(line)) == found


def test_a_line_with_a_suspect_could_be_mojibake() -> None:
    assert {ord(char) for char in map(chr, range(0x10000)) if could_be_cjk_mojibake(char)} == suspects()
    assert not suspects() & {ord(char) for char in "，。的一是人不了在，“”·—…　Aé"[:-1]}


@pytest.mark.parametrize(
    "unit",
    [
        "浣",
        "é",
        "浣€",
        "浣犲",
        "浣\ufffd",
        "éa",
        "\ue000",
        "\x81",
        "脰路",
        "聽",
        "é1",
        "漏 ",
        "馃€",
        "Ã\x96",
        "浣€€€",
        "¤j",
    ],
)
def test_work_grows_with_the_length(unit: str) -> None:
    def calls(text: str) -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(counted)
        try:
            cjk_mojibake_edits(text)
        finally:
            sys.setprofile(None)
        return count

    calls(unit)
    assert calls(unit * 800) < 3 * calls(unit * 400) + 1000
