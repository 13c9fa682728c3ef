"""Width changes by class and only where asked; radicals and private-use characters change only beside Han."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import NormalizeConfig
from cleantext.text.width import fix_characters, fix_width, plain
from text_strategies import TEXT, check_steps

DEFAULT = NormalizeConfig()
LETTERS = NormalizeConfig(width_letters="half")
KATAKANA = NormalizeConfig(width_katakana="full")
SPACES = NormalizeConfig(width_spaces="half")
INDENT = NormalizeConfig(width_spaces="indent")
SYMBOLS = NormalizeConfig(width_symbols="half")
ALL = NormalizeConfig(width_letters="half", width_katakana="full", width_spaces="half", width_symbols="half")
CONFIGS = st.builds(
    NormalizeConfig,
    width_letters=st.sampled_from(["keep", "half"]),
    width_katakana=st.sampled_from(["keep", "full"]),
    width_spaces=st.sampled_from(["keep", "indent", "half"]),
    width_symbols=st.sampled_from(["keep", "half"]),
    radicals=st.booleans(),
    private_use=st.booleans(),
)
WIDE_TEXT = (
    st.lists(
        st.sampled_from(
            [
                *"ＡｚＰ０９．：，／％＋￥￣～＠＜［｛￨￪ｱｶﾊﾞﾟｰ｡｢｣､･ｯ　\xa0\u2003 \n",
                *"甲人⼈⺟⻓は한\ue5e5\ue863\ue815，。(1aカは\ud800",
                "部首",
                "１，０００",
            ]
        ),
        max_size=30,
    ).map("".join)
    | TEXT
)


@pytest.mark.parametrize(
    ("config", "text", "expected"),
    [
        (LETTERS, "ＰＭ２．５浓度为１２３，Ａ股", "PM2.5浓度为123，Ａ股".replace("Ａ", "A")),
        (LETTERS, "上午０９：３０，共１，０００，０００．５人", "上午09:30，共1,000,000.5人"),
        (LETTERS, "第１，２，３条，１．总则", "第1，2，3条，1．总则"),
        (LETTERS, "１，２，３００和１２３４，５６７", "1，2，300和1234，567"),
        (LETTERS, "𠮷Ａe\u0301Ｂ\ud800Ｃ", "𠮷Ae\u0301B\ud800C"),
        (KATAKANA, "ﾆｭｰｽ･ｶﾞｲﾄﾞ｡｢ﾊﾟﾝ｣､ｱﾞﾟ", "ニュース・ガイド。「パン」、ア゛゜"),
        (KATAKANA, "カﾞはﾟ漢ﾞﾞ", "ガぱ漢゛゛"),
        (SPACES, "　　第一段　第二\xa0段\u2003完", "  第一段 第二 段 完"),
        (INDENT, "　　第一段　第二\n 　第\xa0三", "　　第一段 第二\n 　第 三"),
        (SYMBOLS, "８０％＋１＝＠＃／￥１００￣￨", "８０%＋１=@#/¥１００¯│".replace("＋", "+")),
        (ALL, "ＡＢ　５％ｱ", "AB 5%ア"),
    ],
)
def test_a_class_changes_where_it_is_asked_for(config: NormalizeConfig, text: str, expected: str) -> None:
    done = fix_width(text, config)
    check_steps(text, done)
    assert done.text == expected
    assert plain(text, config) == expected
    assert fix_width(text).steps == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "他说：“‘蓝天’，懂吗？”（《规定》）；约３万人！",
        "①㎡10³…㈠Ⅳ㏄ﬁé½™",
        "～［１］．。、",
        "ﾡﾢ",  # half-width Hangul: the parts of syllables
    ],
)
def test_what_compatibility_forms_would_lose_stays(text: str) -> None:
    done = fix_width(text, NormalizeConfig(width_katakana="full", width_spaces="half", width_symbols="half"))
    assert done.text == text


def test_rules_name_the_class() -> None:
    done = fix_width("Ａ９．５　％ｶﾞ｡", ALL)
    check_steps("Ａ９．５　％ｶﾞ｡", done)
    assert [(step.rule, step.before, step.after) for step in done.steps] == [
        ("letters", "Ａ", "A"),
        ("digits", "９", "9"),
        ("digits", "．", "."),
        ("digits", "５", "5"),
        ("space", "　", " "),
        ("symbol", "％", "%"),
        ("katakana", "ｶﾞ", "ガ"),
        ("katakana", "｡", "。"),
    ]
    assert {step.stage for step in done.steps} == {"width"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("⼈民的⽣活⽔平，⻓江⺟亲", "人民的生活水平，长江母亲"),
        ("⼀⼆三", "一二三"),
        ("朱镕\ue863，石\ue863。", "朱镕䶮，石䶮。"),
        ("甲\ue5e5乙，\ue5e5\ue5e5丙", "甲　乙，　　丙"),
        ("金额\ue76c百", "金额€百"),
        ("甲\ue815乙", "甲厂乙"),  # a private-use character that stands for a radical
        ("甲⼈\ue863⼈乙", "甲人䶮人乙"),
    ],
)
def test_beside_han_characters_become_what_they_stand_for(text: str, expected: str) -> None:
    done = fix_characters(text)
    check_steps(text, done)
    assert done.text == expected
    assert plain(text, DEFAULT) == expected
    assert {step.stage for step in done.steps} == {"characters"}
    assert {step.rule for step in done.steps} <= {"radical", "pua"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "⼈ ⼉ ⼊，⺮",
        "部首⼈部，⼈民",
        "偏旁：⺡旁",
        "\ue863",
        "\ue815收藏",  # an icon
        "收藏\ue815 分享",
        "a\ue863b",
        "⼈\ud800",
        "漢字の⼈",
        "\uf000甲\ue000乙",  # private use of somebody else
    ],
)
def test_alone_they_stay(text: str) -> None:
    assert fix_characters(text).steps == ()
    assert plain(text, DEFAULT) == text


def test_each_has_its_switch() -> None:
    text = "⼈民\ue863，"
    assert fix_characters(text, NormalizeConfig(radicals=False)).text == "⼈民䶮，"
    assert fix_characters(text, NormalizeConfig(private_use=False)).text == "人民\ue863，"
    assert fix_characters("甲\ue815乙", NormalizeConfig(radicals=False)).text == "甲⺁乙"


def test_long_texts_are_worked_on_in_pieces() -> None:
    line = "ＰＭ２．５，⼈民\n"
    text = line * 10_000
    assert plain(text, LETTERS) == "PM2.5，人民\n" * 10_000
    done = fix_characters(text, LETTERS)
    check_steps(text, done)
    assert len(done.steps) == 10_000
    assert fix_width("甲" * 300_000 + "Ａ", LETTERS).text == "甲" * 300_000 + "A"


@pytest.mark.parametrize("piece", ["⼈", "\ue863", "甲\ue863", "ﾞ", "ｶﾞ", "１，", "１，０００", "０：", "　", "部首⼈\n"])
def test_long_runs_stay_cheap(piece: str) -> None:
    text = piece * 30_000
    assert plain(plain(text, ALL), ALL) == plain(text, ALL)


@settings(deadline=None, max_examples=300)
@given(WIDE_TEXT, CONFIGS)
def test_again_changes_nothing_and_steps_can_be_undone(text: str, config: NormalizeConfig) -> None:
    characters = fix_characters(text, config)
    check_steps(text, characters)
    width = fix_width(characters.text, config)
    check_steps(characters.text, width)
    assert plain(text, config) == width.text
    assert plain(width.text, config) == width.text


@settings(deadline=None, max_examples=200)
@given(WIDE_TEXT, CONFIGS)
def test_the_text_says_the_same(text: str, config: NormalizeConfig) -> None:
    """Compatibility equivalence cannot tell the result from the text, where it knows the characters."""
    unknown = dict.fromkeys([*range(0xE000, 0xF900), *range(0x2E80, 0x2FD6), *map(ord, "￣ﾞﾟ")])
    text = text.translate(unknown)
    after = plain(text, replace(config, radicals=False, private_use=False))
    assert unicodedata.normalize("NFKC", after) == unicodedata.normalize("NFKC", text)
