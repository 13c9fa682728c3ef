"""Many lines read at once are what each is when it is read alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleantext.folding import code_points
from cleantext.pages import _kernels, _measure, compiled, many_looks
from cleantext.pages.affixes import cut_affixes
from cleantext.pages.lexicon import ENTRIES, WORDS
from cleantext.pages.linemeta import read_meta
from cleantext.pages.looks import NAMES, Looks, look_at
from cleantext.pages.many_looks import looks_of
from cleantext.pages.zones import _DATED, _FORUM, _YEAR_MONTH, meta_of
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


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_looks, "pays", lambda: True)


def both(lines: list[str]) -> None:
    found, expected = looks_of(lines), Looks.of([look_at(line) for line in lines])
    for name in ("views", "spaced", "units", "reasons", "strengths", "words", "values"):
        assert list(map(str, getattr(found, name))) == list(map(str, getattr(expected, name))), name


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(LINE, max_size=12))
def test_lines_together_are_lines_alone(lines: list[str]) -> None:
    both(lines)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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
    needs = sorted({need for entry in ENTRIES for need in entry.needs + entry.begins})
    both([*needs, *(f"甲{need}乙 丙" for need in needs), *(f"{need} {need}" for need in needs)])


@pytest.mark.parametrize("letter", "āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ")
def test_readings_are_left_out_of_many_lines(letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled._Met, "characters", compiled.COMPILED_FROM)
    lines = ["首页", f"發(f{letter}) 布於北京", f"caf{letter} 新闻（f{letter}）", "新闻"]
    found = looks_of(lines)
    assert list(found.spaced) == [look_at(line).spaced for line in lines]
    assert found.spaced[1] == "发 布于北京"
    assert [row for row in found.with_sign(_measure.MAYBE_AFFIX) if row in (0, 3)] == []
    assert {1, 2} <= {*found.with_sign(_measure.MAYBE_AFFIX)}


def test_plain_and_compiled_loops_are_alike() -> None:
    lines = [
        "首页 | 新闻",
        "2020-10-27 09:37",
        "會議指出，今年，",
        "（責任編輯：張三）",
        "a.m. b! 010-12345678",
        "",
        "。",
    ]
    codes = many_looks._folded(code_points("\n".join(lines) + "\n"))
    lengths = np.array([len(line) for line in lines])
    found = []
    for measure in (_measure.measure, _kernels.measure):
        spaced, view = np.zeros(codes.size, dtype=np.uint32), np.zeros(codes.size, dtype=np.uint32)
        out = (spaced, view, np.zeros((codes.size, 2), dtype=np.int64))
        numbers = np.zeros((len(lines), _measure.NUMBERS), dtype=np.int64)
        values = np.zeros((len(lines), len(NAMES)))
        ends = measure(
            codes,
            lengths,
            many_looks._flags(),
            many_looks._needs(),
            many_looks._lore(),
            many_looks._PLACES,
            out,
            numbers,
            values,
        )
        found.append([list(ends), *(array.tolist() for array in (*out, numbers, values))])
    assert found[0] == found[1]


AFFIXES = st.sampled_from(
    [
        *(
            "（責任編輯：張三）",
            "[返回]",
            "【打印】",
            "阅读全文>>",
            "(来源：新华社)",
            "（原标题：甲乙）",
            "原標題：甲乙",
            "编辑：李四",
            "校对 王五",
        ),
        *(
            "更多精彩请关注某某公众号。",
            "扫码关注",
            "read more »",
            "甲乙丙丁。",
            "一" * 150,
            "現(xiàn)" * 30,
            "……",
            "㎡",
            "\u3000",
            " ",
        ),
    ]
)


STATED = st.sampled_from(
    [
        *(
            "来源",
            "：",
            "作 者",
            "文",
            "/",
            "|",
            "｜",
            "—",
            "丨",
            "】",
            "責任編輯",
            "校对",
            "审核",
            "监制",
            "记者",
            "实习生",
            "通讯员",
            "评论员",
        ),
        *(
            "报导",
            "综合报道",
            "李铭",
            " 张三",
            "by Jane Roe",
            "Mar 3, 2020",
            "Sun Apr  3 21:04:15 2016",
            "昨天 10:20",
            "3天前",
            "2小时前",
        ),
        *(
            "10月3日",
            "12:30",
            "2019",
            "1999/1/2",
            "3 days ago",
            "字数12",
            "点击：5",
            "12人参与",
            "10 views",
            "٣",
            "编辑 ",
            "2020年1月2日",
            " ",
        ),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.one_of(LINE, st.lists(st.one_of(AFFIXES, STATED, PIECES), max_size=8).map("".join)), min_size=1, max_size=8
    )
)
def test_a_line_without_a_sign_has_no_answer(lines: list[str]) -> None:
    lines = [stripped for line in lines if (stripped := " ".join(line.split()))]
    looks = looks_of(lines)
    for line, spaced, view, signs in zip(lines, looks.spaced, looks.views, looks.signs.tolist(), strict=True):
        if not signs & _measure.MAYBE_AFFIX:
            assert cut_affixes(line) == (0, len(line), ())
        if not signs & _measure.MAYBE_STATES:
            assert read_meta(spaced) is None
        assert read_meta(spaced, signs) == read_meta(spaced)
        if not signs & _measure.MAYBE_META:
            assert meta_of(view, spaced) is None
        if not signs & _measure.MAYBE_FORUM:
            assert not _FORUM.search(spaced)
        if not signs & _measure.MAYBE_YEAR:
            assert not _DATED.match(spaced)
            assert not _YEAR_MONTH.fullmatch(view)
