"""Detection and conversion of Chinese scripts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.errors import ConfigError
from cleantext.text import conversion_for, convert, detect_script, to_script
from cleantext.text.script import convert_lines
from text_strategies import TEXT, check_steps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("English only, 123 😀", ""),
        ("中文 𠮷 北京市", ""),  # the same in both scripts
        ("推动环境质量持续好转", "Hans"),
        ("推動環境質量持續好轉", "Hant"),
        ("在臺灣的網路上，他穿著襯衫走進辦公室裡", "Hant-TW"),
        ("香港特首裏外受敵，有人說着說着，係咁嘅", "Hant-HK"),
        ("日本語の環境と質量について", "Jpan"),
        ("カタカナ", "Jpan"),
        ("檢察 수사 본격화 되는 時點", "Kore"),
        ("韓國人說的「감사」是謝謝的意思，我們都會了", "Hant"),
        ("我们喜欢听《ひまわり》这首歌，它是他的", "Hans"),  # a Japanese title in a Chinese text
        ("這是繁體。这是简体。", "Hani"),
        ("毕昇发明了活字印刷，王叡是陆陞的朋友", "Hans"),  # names that keep a Traditional form
        ("简体的长文章说明环境保护与经济发展的关系，只有一处写作環", "Hans"),
        ("\ud800繁體\u0301", "Hant"),
    ],
)
def test_detected(text: str, expected: str) -> None:
    assert detect_script(text) == expected


def test_the_seeds(seeds: dict[str, str]) -> None:
    found = {name[:3]: detect_script(text) for name, text in seeds.items()}
    assert found == {"000": "Hans", "001": "Hant", "002": "Hant", "003": "Hans", "004": "Hans"}


@pytest.mark.parametrize(
    ("variety", "target", "expected"),
    [
        ("Hans", "s", None),
        ("Hant", "s", "tw2s"),
        ("Hant-TW", "s", "tw2s"),
        ("Hant-HK", "s", "hk2s"),
        ("Hani", "s", "tw2s"),
        ("", "s", None),
        ("Jpan", "s", None),
        ("Jpan", "t2s", "t2s"),  # a configuration by name is an order
        ("Hans", "tw2sp", "tw2sp"),
        ("Hans", "t", "s2t"),
        ("Hans", "tw", "s2tw"),
        ("Hani", "hk", "s2hk"),
        ("Hant", "t", None),
        ("Hant", "tw", "t2tw"),
        ("Hant-TW", "tw", None),
        ("Hant-TW", "hk", "t2hk"),
        ("Hant-HK", "hk", None),
        ("Jpan", "tw", None),
        ("Hant", "keep", None),
    ],
)
def test_conversion_for(variety: str, target: str, expected: str | None) -> None:
    assert conversion_for(variety, target) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("著力改善環境，持續努力", "着力改善环境，持续努力"),
        ("看著他沿著運河走", "看着他沿着运河走"),
        (
            "著名作家的原著、名著與著作，土著語言的專著，顯著成績",
            "著名作家的原著、名著与著作，土著语言的专著，显著成绩",
        ),
        ("張愛玲 著，他著有《環境》", "张爱玲 著，他著有《环境》"),
        ("執行情況良好，建立範圍制造", "执行情况良好，建立范围制造"),  # words stay: no phrase configuration
        ("乾隆皇帝抬頭，身體乾淨", "乾隆皇帝抬头，身体干净"),
        ("这是简体，什么都好。這是繁體，什麼都好。老么", "这是简体，什么都好。这是繁体，什么都好。老幺"),
        ("日本の環境と質量", "日本の環境と質量"),
        ("檢察 수사 본격화", "檢察 수사 본격화"),
        ("乾隆年间，瞭望塔上，干净的后面，徵羽之音", "乾隆年间，瞭望塔上，干净的后面，徵羽之音"),
        ("", ""),
        ("AT&T 123 😀 e\u0301", "AT&T 123 😀 e\u0301"),
    ],
)
def test_to_simplified(text: str, expected: str) -> None:
    assert to_script(text) == expected


def test_to_traditional_and_by_name() -> None:
    assert to_script("里面的环境", "t") == "裏面的環境"
    assert to_script("里面的环境", "tw") == "裡面的環境"
    assert to_script("里面的环境", "hk") == "裏面的環境"
    assert to_script("里面的軟體", "tw2sp") == "里面的软件"
    assert to_script("日本の環境", "t2s") == "日本の环境"
    assert to_script("环境", "keep") == "环境"
    with pytest.raises(ConfigError, match="'x2y' is not a configuration of OpenCC"):
        to_script("环境", "x2y")


def test_simplified_lines_of_a_mixed_text_stay() -> None:
    done = convert_lines("乾隆年间的环境\n乾淨的環境\n著", "tw2s")
    check_steps("乾隆年间的环境\n乾淨的環境\n著", done)
    assert done.text == "乾隆年间的环境\n干净的环境\n著"
    assert convert_lines("皇后在这里\n皇后說在里", "s2t").text == "皇后在這裏\n皇后說在里"


def test_edits_are_small() -> None:
    text = "，".join(["這個軟體很好用"] * 100)
    done = convert(text, "tw2sp")
    check_steps(text, done)
    assert done.text == "，".join(["这个软件很好用"] * 100)
    assert {(step.stage, step.rule) for step in done.steps} == {("script", "tw2sp")}
    assert max(len(step.before) for step in done.steps) <= 4
    longer = convert("他用滑鼠和計程車司機的行動電話", "tw2sp")
    check_steps("他用滑鼠和計程車司機的行動電話", longer)
    assert max(len(step.before) for step in longer.steps) < 6


@settings(deadline=None, max_examples=150)
@given(TEXT, st.sampled_from(["s", "t", "tw", "hk"]))
def test_converting_again_changes_nothing(text: str, target: str) -> None:
    once = to_script(text, target)
    assert to_script(once, target) == once


@settings(deadline=None, max_examples=150)
@given(TEXT, st.sampled_from(["t2s", "tw2s", "hk2s", "s2t", "s2twp", "tw2sp", "t2hk"]))
def test_steps(text: str, config: str) -> None:
    check_steps(text, convert(text, config))
    check_steps(text, convert_lines(text, config))
