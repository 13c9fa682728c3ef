"""Cloaking glosses go; readings that a person wrote stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cleantext.text.glosses import Glosses, find_glosses, strip_glosses
from text_strategies import TEXT, check_steps

CLOAKED = "再現(xiàn)盛景,推動環(huán)境質(zhì)量好轉(zhuǎn),會議指出,重現(xiàn)藍天是環(huán)保的任務(wù)。"


def stripped(*texts: str) -> str:
    glosses = find_glosses(texts)
    done = [strip_glosses(text, glosses) for text in texts]
    for text, one in zip(texts, done, strict=True):
        check_steps(text, one)
    return "".join(one.text for one in done)


def test_every_gloss_of_the_seeds_goes(seeds: dict[str, str]) -> None:
    counts = {name[:3]: find_glosses(text.split("\n")).count for name, text in seeds.items()}
    assert counts == {"000": 0, "001": 162, "002": 147, "003": 0, "004": 0}
    for text in seeds.values():
        assert not any("\u0101" <= char <= "\u01dc" for char in stripped(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLOAKED, "再現盛景,推動環境質量好轉,會議指出,重現藍天是環保的任務。"),
        ("再現(xiàn)太原盛景、環(huán)境質(zhì)量", "再現太原盛景、環境質量"),
        ("再現（xiàn）太原盛景、環（huán）境質（zhì）量", "再現太原盛景、環境質量"),
        ("再現(xia\u0300n)太原盛景、環(huán)境質(zhì)量(zhì)", "再現太原盛景、環境質量(zhì)"),
        ("再現(xiàn)(xiàn)太原盛景、環(huɑ́n)境質(zhì)量", "再現太原盛景、環境質量"),
        ("今现(xiàn)象，昔现(xiàn)象，环(huán)保的风景", "今现象，昔现象，环保的风景"),
    ],
)
def test_stripped(text: str, expected: str) -> None:
    assert stripped(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "主角没(mò)入水中，没(mò)了踪影。没人看见。",  # one character, and not always
        "重庆(Chóngqìng)和(hé)平",  # names
        "许可证(scope)、结婚(h)、变量(xian)、现(xian)、环(huan)、质(zhi)",  # no tone mark
        "春(chūn)眠(mián)不(bù)觉(jué)晓(xiǎo)，处(chù)处(chù)闻(wén)啼(tí)鸟(niǎo)",  # for learners
        "國(guó)：邦也，疆域之稱。\n會(huì)：合也，聚合之稱。\n長(zhǎng)：久也，遠也。",  # a dictionary
        "昏黃中饕(tāo)餮(tiè)的紋樣與夔(kuí)龍相對而立，氣象森嚴",  # rare characters, once each
        "再現(huán)太原盛景、環(zhì)境質(xiàn)量",  # readings of other characters
        "再現(xiàn)太原，現在、現象、環(huán)境、環保、環球、質(zhì)量、質地",  # not all glossed
        "𠮷(jí)𠮷(jí)𠮷(jí)現(xiàn)",
    ],
)
def test_kept(text: str) -> None:
    assert stripped(text) == text


def test_the_gate_looks_at_the_whole_document() -> None:
    texts = ["再現(xiàn)太原盛景，", "環(huán)境美好，", "質(zhì)量上乘，現(xiàn)象喜人"]
    assert find_glosses(texts) == Glosses(chars=frozenset("現環質"), count=4)
    assert stripped(*texts) == "再現太原盛景，環境美好，質量上乘，現象喜人"
    assert find_glosses([texts[0]]) == Glosses()


def test_edits_hold_the_reading() -> None:
    steps = strip_glosses("再現(xiàn)太原", Glosses(chars=frozenset("現"), count=1)).steps
    assert [(s.stage, s.rule, s.start, s.before, s.after) for s in steps] == [("glosses", "pinyin", 2, "(xiàn)", "")]


@settings(deadline=None, max_examples=200)
@given(TEXT)
def test_stripping_again_changes_nothing(text: str) -> None:
    text = CLOAKED + text
    once = stripped(text)
    assert stripped(once) == once
