from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clean_texts import TEXTS
from cleantext.folding import label_view
from cleantext.pages.lexicon import CERTAIN, ENTRIES, STRONG, WORDS, _only_begins, find, read_data, word_class
from cleantext.pages.looks import SPELLINGS, fold, spaced_view
from cleantext.text.script import convert_text

NAMES = ("navigation", "share", "related", "legal", "pager", "comments", "advert", "clock", "other")
REASONS = {f"chrome/{name}" for name in NAMES}


def reason(line: str) -> tuple[str, int] | None:
    spaced = fold(line)[0]
    entry = find(spaced.replace(" ", ""), spaced)
    return (entry.reason, entry.strength) if entry else None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("粤ICP备17138624号-1", ("chrome/legal", CERTAIN)),
        ("京公网安备 11000002000001号", ("chrome/legal", CERTAIN)),
        ("Copyright © 2000-2020 某网 All rights reserved", ("chrome/legal", CERTAIN)),
        ("版权声明：本网注明来源为“某网”的文字，版权均属本站所有", ("chrome/legal", CERTAIN)),
        ("部分內容來自網絡，如有侵權請聯繫刪除", ("chrome/legal", CERTAIN)),
        ("以上是小編收集整理的內容", ("chrome/legal", CERTAIN)),
        ("您现在的位置：首页 > 新闻", ("chrome/navigation", CERTAIN)),
        ("首頁 > 新聞 > 正文", ("chrome/navigation", CERTAIN)),
        ("【字号 大 中 小】", ("chrome/navigation", CERTAIN)),
        ("上一篇：别的文章", ("chrome/pager", CERTAIN)),
        ("分享到微信朋友圈", ("chrome/share", CERTAIN)),
        ("延伸閱讀", ("chrome/related", STRONG)),
        ("網友評論 0人參與 | 0條評論", ("chrome/comments", CERTAIN)),
        ("文明上网，理性发言", ("chrome/comments", CERTAIN)),
        ("关注公众号：某某", ("chrome/advert", CERTAIN)),
        ("2024年12月19日 星期四", ("chrome/clock", STRONG)),
        ("Share this on Facebook", ("chrome/share", CERTAIN)),
        ("Related articles", ("chrome/related", STRONG)),
        ("This website uses cookies to improve your experience.", ("chrome/legal", CERTAIN)),
        ("Home > News > Local", ("chrome/navigation", CERTAIN)),
    ],
)
def test_chrome(line: str, found: tuple[str, int]) -> None:
    assert reason(line) == found


@pytest.mark.parametrize("line", [line for text in TEXTS.values() for line in text.split("\n") if line.endswith("。")])
def test_no_sentence_is_certainly_chrome(line: str) -> None:
    found = reason(line)
    assert found is None or found[1] < CERTAIN


def test_needs_only_save_time() -> None:
    """An entry that a text matches is tried: one of its needs stands in the text, or begins it."""
    lines = [line for text in TEXTS.values() for line in text.split("\n") if line]
    lines += [
        "首页/新闻",
        "2页/10",
        "ＩＣＰ备１２３４５６号",
        "©2020",
        "wechat扫一扫",
        "END",
        "Ad",
        "0人参与",
        "010-88480317",
    ]
    for line in lines:
        spaced = fold(line)[0]
        view = spaced.replace(" ", "")
        for entry in ENTRIES:
            text = spaced if entry.spaced else view
            if len(text) <= entry.limit and entry.pattern.search(text):
                assert entry.matches(text)
                assert text.startswith(entry.begins) or any(need in text for need in entry.needs), (line, entry)


def test_the_data_is_well_formed() -> None:
    assert {entry.reason for entry in ENTRIES} | set(WORDS.values()) <= REASONS
    assert all(entry.needs + entry.begins and all(entry.needs + entry.begins) for entry in ENTRIES)
    assert all(word == label_view(word)[0] for word in WORDS)
    assert all(line.count("\t") == 5 for line in read_data("lexicon_patterns.tsv"))
    assert [entry.strength for entry in ENTRIES] == sorted((entry.strength for entry in ENTRIES), reverse=True)


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        ("^a", True),
        ("a|^b", False),
        ("^a|b", False),
        ("^a|^b", True),
        ("^(a|b)|^c", True),
        ("^[|(]b|^[]|]c", True),
        ("(^a|b)", False),
        (r"^\(a|b", False),
        (r"^\(a|^b\)", True),
        (r"^[^\]|]a", True),
        ("^(?=a(b|c)).*|^d", True),
        ("", False),
    ],
)
def test_patterns_that_only_begin_a_text_are_looked_for_there(pattern: str, begins: bool) -> None:
    re.compile(pattern)
    assert _only_begins(pattern) is begins


@pytest.mark.parametrize(
    ("cell", "found"), [("首页", "chrome/navigation"), ("• 微信", "chrome/share"), ("山西", None), ("", None)]
)
def test_words(cell: str, found: str | None) -> None:
    assert word_class(label_view(cell)[0]) == found


@pytest.mark.parametrize(
    "text", ["分享" * 100, "首页>" * 60, "icp备" * 70, "凡" * 600, "(" * 300, "扫一扫" * 60, "版权" * 250]
)
def test_patterns_do_not_explode(text: str) -> None:
    find(text, text)


@pytest.mark.parametrize("opencc_config", ["s2t", "s2tw", "s2hk"])
def test_the_lexicon_is_found_in_every_script_that_converters_write(opencc_config: str) -> None:
    texts = [line for name in ("words.txt", "labels.txt", "patterns.tsv") for line in read_data(f"lexicon_{name}")]
    words = sorted({word for text in texts for word in re.findall(r"[\u3400-\u9fff]+", text)})
    assert "回复" in words
    missed = [word for word in words if spaced_view(convert_text(word, opencc_config)) != spaced_view(word)]
    assert not missed


@pytest.mark.parametrize("text", ["回覆 (3)", "請 瞭解\u3000更多", "覆", "𠮷覆(fù)蓋", "", "e\u0301瞭"])
def test_what_converters_write_keeps_its_place(text: str) -> None:
    view, offsets = fold(text)
    assert view == spaced_view(text)
    assert "覆" not in view
    assert "瞭" not in view
    assert len(view) == len(offsets)
    assert label_view("覆盖")[0] == "覆盖", "users' rules read the label view, which keeps the spellings apart"


@given(st.text("發布覆瞭(fā)（ \u3000\u200b\ufe0f\tab1２㎏①ﬁ\u0301é\U0001f600\U00020000:：\x1c", max_size=30))
def test_each_character_of_the_spaced_view_has_its_place(text: str) -> None:
    view, offsets = fold(text)
    label, places = label_view(text)
    kept = [i for i, char in enumerate(view) if char != " "]
    assert "".join(view[i] for i in kept) == label.translate(SPELLINGS)
    assert [offsets[i] for i in kept] == places
    for i in kept:
        if i + 1 in kept:
            assert not any(map(str.isspace, text[offsets[i] + 1 : offsets[i + 1]]))
    assert offsets == sorted(offsets)
    assert view == spaced_view(text)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("會員登入", "chrome/navigation"),
        ("回上頁", "chrome/navigation"),
        ("訂閱電子報", "chrome/navigation"),
        ("轉寄好友", "chrome/share"),
        ("檢舉", "chrome/share"),
        ("相關連結", "chrome/related"),
        ("你可能也喜歡", "chrome/related"),
        ("我要回應", "chrome/comments"),
        ("請繼續往下閱讀", "chrome/advert"),
    ],
)
def test_words_of_taiwan(cell: str, found: str) -> None:
    assert word_class(spaced_view(cell)) == found
