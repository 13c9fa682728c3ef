"""Cues: the words by which pages of all kinds say what a short line is."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleantext.pages import compiled, cues
from cleantext.pages.cues import CUES, cue_of, cues_of
from cleantext.text.script import convert_text
from text_strategies import TEXT

EXAMPLES = {
    "legal": [
        "© 2021 Some Company",
        "All Rights Reserved",
        "Privacy policy",
        "京ICP备12345678号",
        "版權所有",
        "免责声明",
    ],
    "comments": ["3 comments", "Leave a reply", "评论", "共有12条评论", "5楼", "Kommentare"],
    "related": ["Related articles", "You may also like", "相关阅读", "熱門文章", "· 推荐"],
    "share": ["Share this", "Twitter", "分享到：", "扫一扫"],
    "account": ["Log in", "Add to cart", "Subscribe to our list", "登录", "立即购买"],
    "pager": ["Next page", "Previous", "上一篇：前文", "1 2 3 4", "阅读全文"],
    "navigation": ["Home", "Skip to content", "网站首页", "当前位置：新闻"],
    "advert": ["Advertisement", "Sponsored", "广告"],
    "meta": ["By Jane Doe", "Posted in News", "来源：某某日報"],
    "date": ["On 2021-03-04", "3 hours ago", "May 4, 2020", "12.03.2019"],
    "more": ["The beginning of something…", "Full story »"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in EXAMPLES.items() for text in texts])
def test_examples(name: str, text: str) -> None:
    assert cue_of(text) == 1 + CUES.index(name)


@pytest.mark.parametrize("opencc_config", ["s2t", "s2tw", "s2hk"])
def test_a_cue_is_one_in_every_script_that_converters_write(opencc_config: str) -> None:
    words = sorted(set(re.findall(r"[\u3400-\u9fff]+", "|".join(cues._PATTERNS.values()))))
    texts = [before + word + after for word in words for before in ("", "12条", "a") for after in ("", "：", "1", "了")]
    found = cues_of(texts).tolist()
    assert set(found) > set(range(1, 10))
    assert cues_of([convert_text(text, opencc_config) for text in texts]).tolist() == found


@pytest.mark.parametrize(
    ("text", "name"), [("12 條回覆", "comments"), ("轉載請註明", "legal"), ("無断転載を禁じます", "legal")]
)
def test_cues_of_taiwan_and_japan(text: str, name: str) -> None:
    assert cue_of(text) == 1 + CUES.index(name)


def test_words_are_written_as_they_are_read() -> None:
    readings = cues._readings()
    assert all(len(read) == 1 and ord(read) not in readings for read in readings.values())
    for words in (*cues._PATTERNS.values(), cues._BEGINNINGS, cues._HINTS):
        assert words.translate(readings) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "會議今日召開，市長主持會議。",
        "The council met here.",
        "𠮷野家",
        "\ud800",
        "é\u0301",
        "This is not by Jane",
    ],
)
def test_text_has_no_cue(text: str) -> None:
    assert cue_of(text) == 0


def test_a_long_block_says_something_of_its_own() -> None:
    text = "Copyright " + "x" * 110
    assert cue_of(text) == 1 + CUES.index("legal")
    assert cue_of(text + "x") == 0


@given(TEXT)
def test_any_text_has_a_cue_or_none(text: str) -> None:
    assert 0 <= cue_of(text) <= len(CUES)
    assert cue_of(text) == cue_of(text)


def test_what_begins_with_a_cue_is_tried() -> None:
    source = "|".join(cues._PATTERNS.values())
    words = sorted(
        {*re.findall(r"[a-zé]+|[\u3400-\u9fff]+|[\u3040-\u30ff]+", source), "3", "20", "(c) 19", "©", "...", "»"}
    )
    texts = {
        before + word + after for word in words for before in ("", "· ", "(", "_") for after in ("", "s", " ago", " by")
    }
    texts |= {
        f"{one} {other}" for one in words for other in ("in", "up", "rights reserved", "a", "bei", "/2020", "条评论")
    }
    texts |= {text.title() for text in texts} | {"ſhare", "İcp", "ıcp", "aſ", "\u212aommentare"}
    begun = sorted(text for text in texts if len(text) <= 120 and cues._BEGINS.match(text))
    assert len(begun) > 2000
    assert 0 not in cues_of(begun)
    assert len({match.lastgroup for text in begun if (match := cues._BEGINS.match(text))}) >= len(CUES) - 2


@pytest.mark.parametrize("text", ["Zebra", "Youngest", "會議今日召開", "«Quoted» text", "- item", "!?"])
def test_a_word_that_begins_no_cue_is_none(text: str) -> None:
    assert cues._BEGINS.match(text) is None
    assert cue_of(text) == 0


# What a look at single characters could pass over: capitals that change their length, digits of other scripts.
ODD = st.sampled_from(
    [
        "",
        "İ",
        "aİ",
        "K",
        "ſ",
        "Σ",
        "٣",
        "𝟙",
        "𠮷",
        "\ud800",
        "é\u0301",
        " ",
        "\n",
        "…",
        "E",
        "e ",
        "©",
        "楼",
        "字",
        "x",
        "_",
    ]
)
WORDS = st.sampled_from(
    [text for texts in EXAMPLES.values() for text in texts] + ["ALL RIGHTS", "cookie", "Terms of", "5"]
)


def plain_cue(text: str) -> int:
    """What a text begins with, else what of the rest stands first: by the patterns alone."""
    text = text.translate(cues._readings())
    match = cues._BEGINS.match(text)
    if match is None:
        patterns = (cues._WORDS, {"comments": cues._COUNTED, "date": cues._DATE}, {"more": cues._MORE})
        found = (cues._compiled(one).search(text.lower(), 1) for one in patterns)
        match = min((one for one in found if one), key=lambda one: one.start(), default=None)
    return 1 + CUES.index(match.lastgroup or "") if match and len(text) <= 120 else 0


@pytest.fixture(params=[False, True], ids=["plain", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "pays", lambda: request.param)


TOGETHER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@pytest.mark.usefixtures("way")
@given(st.lists(st.lists(st.one_of(ODD, WORDS, TEXT), max_size=4).map("".join), max_size=6))
@TOGETHER
def test_texts_together_have_the_cues_of_each(texts: list[str]) -> None:
    assert cues_of(texts).tolist() == [plain_cue(text) for text in texts]
    assert [cue_of(text) for text in texts] == [plain_cue(text) for text in texts]


# What the patterns say of themselves, and the same with other letters around it.
MATCHING = st.one_of(
    *(st.from_regex(re.compile(pattern, re.IGNORECASE)) for pattern in cues._PATTERNS.values()),
    *(st.from_regex(pattern, fullmatch=True) for pattern in (*cues._WORDS.values(), cues._COUNTED, cues._DATE)),
)


@pytest.mark.usefixtures("way")
@given(st.lists(st.tuples(st.sampled_from(["", "· ", "a ", "字", "1", " "]), MATCHING).map("".join), max_size=4))
@TOGETHER
def test_no_text_with_a_cue_is_passed_over(texts: list[str]) -> None:
    assert cues_of(texts).tolist() == [plain_cue(text) for text in texts]


PIECES = "0 1 19 2020 5 12 1999 ٣ 𝟙 - / . 年 月 楼 樓 | , jan may Sept. hours day ago comments reply x 字"
NUMBERED = st.lists(st.sampled_from(PIECES.split(" ")) | st.just(" "), max_size=9).map("".join)


@pytest.mark.usefixtures("way")
@given(st.lists(NUMBERED, max_size=5))
@TOGETHER
def test_numbers_that_count_or_date(texts: list[str]) -> None:
    assert cues_of(texts).tolist() == [plain_cue(text) for text in texts]


HELD = (
    *(
        "©",
        "(c) 2019",
        "(C)1999",
        "Copyright",
        "all rights reserved",
        "Privacy",
        "cookie",
        "terms of",
        "terms &",
        "版权",
    ),
    *("disclaimer", "备案", "備案", "ICP", "免責", "转载请", "轉載請", "许可证", "隱私", "impressum", "datenschutz"),
    *("mentions légales", "著作権", "無断転載", "条评论", "個回复", "评论列表", "网友评论", "最新评论", "发表评论"),
    *("我来说两句", "分享到", "扫一扫", "扫码", "二维码", "advertising"),
)


@pytest.mark.usefixtures("way")
def test_a_text_with_a_word_is_searched_for_it() -> None:
    texts = [f"x {word}" for word in HELD]
    assert 0 not in [plain_cue(text) for text in texts]
    assert cues_of(texts).tolist() == [plain_cue(text) for text in texts]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "text", ["12 跟贴", "NBA 排行", "ﾊ 2021-03-04", "ſhare 字", "CAFÉ 版权", "K 字", "評论", "Ａd 字"]
)
def test_a_text_that_is_read_as_another(text: str) -> None:
    assert cues_of([text]).tolist() == [plain_cue(text)]
    assert cue_of(text) == plain_cue(text)


BEGINNINGS = (
    "Share",
    "RELATED",
    "by ",
    "12 Comments",
    "Next",
    "Home",
    "Ad",
    "2020-01-02",
    "x",
    " ",
    "(C) 2019",
    "X\n",
    "K",
)


@given(st.sampled_from(BEGINNINGS) | st.characters(codec="ascii"), st.text("aZ \n9.", max_size=4))
def test_small_letters_begin_as_letters_of_any_case(begin: str, rest: str) -> None:
    text = begin + rest
    plain, small = cues._BEGINS.match(text), cues._BEGINS_LOWER.match(text.lower())
    assert (plain and (plain.lastgroup, plain.end())) == (small and (small.lastgroup, small.end()))


def test_no_text_has_no_cue_and_long_texts_are_not_read_together() -> None:
    assert cues_of([]).tolist() == []
    assert cues_of(["x" * 121, "Home", "copyright " * 13]).tolist() == [0, 1 + CUES.index("navigation"), 0]
