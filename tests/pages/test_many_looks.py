"""Many lines read at once are what each is when it is read alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.pages.lexicon import ENTRIES, WORDS
from cleantext.pages.looks import look_at
from cleantext.pages.many_looks import look_at_all
from text_strategies import TEXT

PIECES = st.sampled_from(
    [
        *(
            "首页",
            "新闻",
            "会议指出，",
            "我们的。",
            "a.m. ",
            "B. c",
            "x. ",
            "the ",
            "and",
            "。",
            "！",
            "？",
            "…",
            "⋯",
            "..",
            "·",
        ),
        *(
            "2020-10-27",
            "09:37",
            "10月27日",
            "3小时前",
            "前",
            "5 days ago",
            "12-27 18:40",
            "2020年1月",
            "】",
            ")",
            "(组图)",
            "[视频]",
        ),
        *(
            "一、",
            "(二)",
            "3.",
            "• ",
            "- ",
            "●",
            "「",
            "《",
            "#",
            "【",
            "[",
            "：",
            ":",
            "，",
            ", ",
            ",5",
            ":1",
            "｜",
            " | ",
            "/",
            "›",
            "丨",
        ),
        *(
            "010-12345678",
            "13912345678",
            "http://",
            "www.a.com",
            "@x.y",
            "@",
            "版权所有 © 2020",
            "责任编辑：张三",
            "字",
            "現(xiàn)",
        ),
        *(
            " ",
            "\u3000",
            "\xa0",
            "\u200b",
            "\x1c",
            "\r",
            "½",
            "㎡",
            "Ａ",
            "ﬁ",
            "ᄀ",
            "\u0301",
            "𠀀",
            "😀",
            "٣",
            "²",
            "\ud800",
            "_",
            "İ",
            "ß",
        ),
        *sorted(WORDS)[::40],
        *(need for entry in ENTRIES[::7] for need in entry.needs),
    ]
)
LINE = st.one_of(st.lists(PIECES, max_size=12).map("".join), TEXT, st.sampled_from(sorted(WORDS)))


def both(lines: list[str]) -> None:
    looks, values = look_at_all(lines)
    assert looks == [look_at(line) for line in lines]
    assert values.tolist() == [list(look.values) for look in looks]


@given(st.lists(LINE, max_size=12))
def test_lines_together_are_lines_alone(lines: list[str]) -> None:
    both(lines)


@given(st.lists(st.tuples(LINE, st.integers(1, 60)), min_size=3, max_size=4))
def test_long_lines_together_are_long_lines_alone(lines: list[tuple[str, int]]) -> None:
    both([line * times for line, times in lines])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["", "a", "首页"],
        ["\u200b", "\u200b\u200b", "首页"],
        ["a\nb", "c", "d", "e"],
        ["三。", "首页 | 新闻 | 评论 | 分享", "Home | News | Share | Login"],
        ["ㅤ", "\ud800", "\udfff。", "𠀀" * 401],
        ["2020-10-27", "30+女性", "3/2本土增 1.", "28岁的茉莉·西尔斯（Jasmine）"],
        ["一" * 199 + " " + "b" * 300, "x " * 201, ("㎡。" * 200) + "…"],
        ["a. b. c", "a. ", "a! b! c", "... a", ".", "a.", ". a"],
        [*sorted(WORDS)],
    ],
)
def test_odd_lines(lines: list[str]) -> None:
    both(lines)


def test_every_need_of_the_lexicon_is_met() -> None:
    needs = sorted({need for entry in ENTRIES for need in entry.needs})
    both([*needs, *(f"甲{need}乙 丙" for need in needs), *(f"{need} {need}" for need in needs)])
