from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages import linemeta
from cleantext.pages.linemeta import LineMeta, normalize_date, read_meta
from cleantext.pages.looks import fold
from text_strategies import TEXT


def values(line: str) -> list[tuple[str, str]]:
    spaced = fold(line)[0]
    meta = read_meta(spaced)
    return [(pair.key, spaced[pair.start : pair.end]) for pair in meta.pairs] if meta else []


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("时间:2020-10-27 09:37", [("date", "2020-10-27 09:37")]),
        ("發(fā)布日期：２０１６年５月１９日", [("date", "2016年5月19日")]),
        ("信息来源：某某日报", [("source", "某某日报")]),
        ("作 者：张 三", [("author", "张 三")]),
        ("（编辑：Wendy）", [("editor", "wendy")]),
        ("責任編輯：王小明", [("editor", "王小明")]),
        ("热度:49", [("counter", "49")]),
        ("来源:阳泉环保 作者: 人气: 发布时间:2018-09-13 10:18:47",
         [("source", "阳泉环保"), ("author", ""), ("counter", ""), ("date", "2018-09-13 10:18:47")]),
        ("2016-03-01 02:39:29　来源: 信息时报(广州)", [("date", "2016-03-01 02:39:29"), ("source", "信息时报(广州)")]),
        ("2018年12月28日 19:55 新京报", [("date", "2018年12月28日 19:55"), ("source", "新京报")]),
        ("2023-08-28 21:50 聯合報／ 記者王小明／台北即時報導",
         [("date", "2023-08-28 21:50"), ("source", "联合报"), ("author", "王小明")]),
        ("发表于2014-08-24 21:30| 1164次阅读| 来源CSDN| 作者魏星",
         [("date", "2014-08-24 21:30"), ("counter", "1164次阅读"), ("source", "csdn"), ("author", "魏星")]),
        ("新京报记者 陆一夫", [("author", "陆一夫")]),
        ("编辑 刘晓阳 校对 李铭", [("editor", "李铭")]),
        ("文｜财新 余聪", [("author", "财新 余聪")]),
        ("By Jane Miller", [("author", "jane miller")]),
        ("Published March 3, 2020", [("date", "march 3, 2020")]),
        ("12th of May", []),
        ("原标题：山西省召开推进会", [("original_title", "山西省召开推进会")]),
        ("本文地址:http://a.cn/news/1.html", [("url", "http://a.cn/news/1.html")]),
        ("作者abcde (小明)", [("author", "abcde")]),
        ("時間Sun Apr  3 21:04:15 2016", [("date", "sun apr 3 21:04:15 2016")]),
        ("3 小时前", [("date", "3 小时前")]),
        ("床前明月光", []),
        ("By the river", []),
        ("数据来源的说明", []),
        ("", []),
    ],
)  # fmt: skip
def test_pairs(line: str, pairs: list[tuple[str, str]]) -> None:
    assert values(line) == pairs


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("时间：9月1日 地点：会议室", "地点 会议室"),
        ("来源：某报 作者：甲", ""),
        ("发布时间：2020-01-02 字号：大 中 小", "字号 大 中 小"),
        ("更新时间 2012年12月10日, 格林尼治标准时间10:41", ""),
    ],
)
def test_what_is_left_over(line: str, rest: str) -> None:
    meta = read_meta(fold(line)[0])
    assert meta is not None
    assert meta.rest == rest


def test_labels_that_prove_little_are_ambiguous() -> None:
    def ambiguous(line: str) -> bool:
        meta = read_meta(fold(line)[0])
        assert isinstance(meta, LineMeta)
        return meta.ambiguous

    assert ambiguous("时间：9月1日")
    assert ambiguous("记者：您好")
    assert not ambiguous("发布时间：2020-01-01")
    assert not ambiguous("时间：2020-01-01 来源：某报")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2016-5-9", "2016-05-09"),
        ("2016年05月19日", "2016-05-19"),
        ("2016/12/31 23:59", "2016-12-31"),
        ("2016.1.2", "2016-01-02"),
        ("march 3, 2020", "2020-03-03"),
        ("3rd march 2020", "2020-03-03"),
        ("sun apr 3 21:04:15 2016", "2016-04-03"),
        ("2021-02-30", None),
        ("2021-13-01", None),
        ("12016-01-011", None),
        ("1月2日", None),
        ("", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert normalize_date(text) == date


@given(TEXT)
@settings(deadline=None, max_examples=200)
def test_never_raises_and_spans_lie_in_the_line(text: str) -> None:
    spaced = fold(f"来源：{text} 2020-01-01 编辑：{text}")[0]
    meta = read_meta(spaced)
    assert meta is not None
    assert all(0 <= pair.start <= pair.end <= len(spaced) for pair in meta.pairs)


@pytest.mark.parametrize("line", ["来源：" * 500, "2020-" * 500, "编辑 甲乙 " * 200, "|" * 2000, "1 小时 " * 500])
def test_hostile_lines_are_bounded(line: str) -> None:
    meta = read_meta(line)
    assert meta is None or len(meta.pairs) <= 240


PIECES = st.sampled_from(
    [
        *(
            "2020-10-27",
            "09:37",
            "10月27日",
            "3小时前",
            "今天 10:20",
            "5 days ago",
            "march 3, 2020",
            "sun apr  3 21:04:15 2016",
        ),
        *("来源:", "作者", "编辑 ", "责任编辑 刘晓阳 ", "校对 李铭", "审核", "监制", "值班编辑 王二", "美编 ", "排版 "),
        *("新京报记者 陆一夫", "联合报/", "记者沈能元", "/台北即时报导", "综合报道", "通讯员 ", "实习生", "评论员"),
        *(
            "by ",
            "john smith",
            "作者 abc (x)",
            "阅读",
            "点击 12",
            "120次浏览",
            "3 views",
            "4 min read",
            "字数(300)",
            "2 comments",
        ),
        *("|", " | ", "来源某报", ":", "】", "—", "丨", "/", " ", "。", "某某日报", "北京", "1999", "20"),
    ]
)


_GATES = (
    *("_MAYBE_FIRST", "_CREDITED", "_CREDITED_FIRST", "_MARKED", "_MONTHS_NAMED", "_RELATED", "_TIMED", "_COUNTED"),
    "_YEARLY",
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_not_tried_would_not_be_found(line: str) -> None:
    found = read_meta(line)
    with pytest.MonkeyPatch.context() as patch:
        for name in _GATES:
            patch.setattr(linemeta, name, re.compile(""))
        assert read_meta(line) == found
