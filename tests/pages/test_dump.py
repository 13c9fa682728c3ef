from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clean_texts import TEXTS
from cleantext.config import ExtractConfig, Rule
from cleantext.pages.dump import Hints, Labels, LineLabel, label_lines, split_lines
from text_strategies import TEXT

GOLD: dict[str, list[dict[str, object]]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "seeds.json").read_text(encoding="utf-8")
)
PARAGRAPH = (
    "会议指出,今年以来全市上下凝心聚力,空气质量持续改善,重污染天数明显减少,群众的获得感不断增强,但形势依然严峻。"
)
OTHER = "与会同志认为,要坚持问题导向,压实各方责任,把各项措施落实到位,并且持续跟踪整改情况,确保年底前全面完成任务。"
THIRD = "会议要求,各部门要加强协作,形成合力,对进展缓慢的项目逐一分析原因,该约谈的约谈,该问责的问责,决不姑息。"


def labelled(text: str, **options: object) -> tuple[list[tuple[str, str]], Labels]:
    lines = split_lines(text)
    found = label_lines([line.text for line in lines], numbers=[line.number for line in lines], **options)  # type: ignore[arg-type]
    return [(line.text, label.label) for line, label in zip(lines, found.lines, strict=True)], found


def labels_of(text: str, **options: object) -> dict[str, str]:
    return dict(labelled(text, **options)[0])


# --- lines


def test_lines_end_where_python_says_they_do() -> None:
    text = "一\r\n\r\n  二\t\r三\x0b四\x85五\u2028六\u2029　七　"
    lines = split_lines(text)
    assert [line.text for line in lines] == list("一二三四五六七")
    assert [line.number for line in lines] == [1, 3, 4, 5, 6, 7, 8]
    assert all(text[line.start : line.end] == line.text for line in lines)


def test_no_lines_in_nothing() -> None:
    assert split_lines("") == split_lines(" \n\u3000\r\n\t") == []
    assert label_lines([]) == Labels(lines=(), metadata={})


@given(TEXT)
@settings(deadline=None, max_examples=200)
def test_lines_are_the_source_without_white_space(text: str) -> None:
    lines = split_lines(text)
    assert all(text[line.start : line.end] == line.text == line.text.strip() != "" for line in lines)
    covered = "".join(line.text for line in lines)
    assert "".join(covered.split()) == "".join(text.split())
    assert [line.number for line in lines] == sorted({line.number for line in lines})


# --- the five seeds


@pytest.mark.parametrize("name", sorted(GOLD))
def test_seed_lines(name: str) -> None:
    text = (Path(__file__).parents[2] / "seeds" / name).read_text(encoding="utf-8")
    lines = split_lines(text)
    found = label_lines([line.text for line in lines], numbers=[line.number for line in lines])
    wanted = {row["line"]: row["label"] for row in GOLD[name]}
    assert set(wanted) == {line.number for line in lines}
    for line, label in zip(lines, found.lines, strict=True):
        want, kind = wanted[line.number], label.label.partition("/")[0]
        if label.label == "meta/original-title":
            assert line.text.startswith("原标题")
        else:
            assert kind == ("body" if want == "dup" else want), (line.number, line.text, label)


REASONS = {
    "000_7ff784af20448168.txt": {
        1: "chrome/navigation",
        5: "meta/date",
        7: "meta/source",
        22: "meta/editor",
        25: "chrome/share",
        30: "chrome/related",
        32: "chrome/comments",
        34: "chrome/legal",
        41: "chrome/legal",
    },
    "001_5fa81e5bcf8f64ed.txt": {8: "chrome/legal", 9: "chrome/legal"},
    "002_5ae60629f32a1ce1.txt": {1: "chrome/spam-title", 3: "chrome/clock", 7: "meta/date", 22: "chrome/related"},
    "003_e6c27b08d87f04b8.txt": {1: "chrome/navigation", 5: "chrome/navigation", 27: "meta/editor", 36: "chrome/legal"},
    "004_4d75d6a2aad085da.txt": {
        4: "meta/counter",
        12: "meta/original-title",
        20: "chrome/related",
        48: "chrome/related",
    },
}


@pytest.mark.parametrize("name", sorted(REASONS))
def test_seed_reasons(name: str) -> None:
    lines = split_lines((Path(__file__).parents[2] / "seeds" / name).read_text(encoding="utf-8"))
    found = label_lines([line.text for line in lines])
    reasons = {line.number: label.label for line, label in zip(lines, found.lines, strict=True)}
    assert {number: reasons[number] for number in REASONS[name]} == REASONS[name]


FIELDS = {
    "000_7ff784af20448168.txt": {"date": "2020-10-27", "source": "山西省生态环境厅", "editor": "李丹"},
    "001_5fa81e5bcf8f64ed.txt": {"url": "http://l2mydreams.com/news/2446.html"},
    "002_5ae60629f32a1ce1.txt": {"date": "2016-05-19", "source": "濟南日報"},
    "003_e6c27b08d87f04b8.txt": {"date": "2018-09-13", "source": "阳泉环保", "editor": "Wendy"},
    "004_4d75d6a2aad085da.txt": {
        "date": "2021-08-19",
        "source": "环保设备网",
        "original_title": "山西省生态环境质量达标暨大气污染防治重点工作推进会在大同召开",
    },
}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_seed_metadata(name: str) -> None:
    _, found = labelled((Path(__file__).parents[2] / "seeds" / name).read_text(encoding="utf-8"))
    values = {key: value.value for key, value in found.metadata.items()}
    assert values.pop("title")
    assert values == FIELDS[name]


def test_metadata_says_where_it_stood() -> None:
    _, found = labelled((Path(__file__).parents[2] / "seeds" / "000_7ff784af20448168.txt").read_text(encoding="utf-8"))
    assert found.metadata["source"].origin == "line 7"
    assert found.metadata["title"].origin == "line 3"


# --- clean text comes out whole


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_clean_text_stays_whole(name: str) -> None:
    lines, found = labelled(TEXTS[name])
    assert [line for line in lines if line[1] not in ("body", "title")] == []
    assert sum(label == "title" for _, label in lines) <= 1
    assert not any(label.affixes for label in found.lines)
    assert any(label == "body" for _, label in lines)


# With a footer below them these are what a menu and a footer are.
WORDS_OF_MENUS = {"english help", "english poem"}


@pytest.mark.parametrize("name", sorted(set(TEXTS) - WORDS_OF_MENUS))
def test_clean_text_survives_a_footer(name: str) -> None:
    """One line of chrome at the end costs that line and nothing else."""
    lines, _ = labelled(TEXTS[name] + "\n版权所有 © 2020 某某网 京ICP备12345678号")
    assert lines[-1][1] == "chrome/legal"
    assert [line for line in lines[:-1] if line[1] not in ("body", "title")] == []


def test_traditional_chrome_is_read_like_simplified() -> None:
    body = "\n".join((PARAGRAPH, OTHER, THIRD))
    found = labels_of(
        f"首頁 > 新聞 > 正文\n標題在這裡寫得不長\n發佈時間：2020-01-02\n{body}\n上一則：別的\n著作權所有 © 2020 某報"
    )
    assert list(found.values()) == [
        "chrome/navigation",
        "title",
        "meta/date",
        *["body"] * 3,
        "chrome/pager",
        "chrome/legal",
    ]


# --- pages


PAGE = f"""市里开会部署秋冬治污工作_某某新闻网
首页
新闻
财经
体育
登录 | 注册
首页 > 新闻 > 正文
市里开会部署秋冬治污工作
2020-10-27 09:37 来源：某某日报 作者：王小明
分享到：
微信
{PARAGRAPH}
现场的人不多。
{OTHER}
{THIRD}(编辑:小李)
责任编辑：张三
相关阅读
邻市召开同类会议
省里通报上月空气质量
蓝天保卫战进入第三年
网友评论
说得好！
支持一下，希望真的能落实，不要只停留在会议上，我们小区门口的烧烤摊还在冒烟呢。
关于我们 | 联系我们 | 广告服务 | 网站地图
Copyright © 2000-2020 某某新闻网 All rights reserved.
京ICP备12345678号-1
"""


def test_a_page() -> None:
    found = labels_of(PAGE)
    assert [text for text, label in found.items() if label == "body"] == [
        PARAGRAPH,
        "现场的人不多。",
        OTHER,
        THIRD + "(编辑:小李)",
    ]
    assert found["市里开会部署秋冬治污工作"] == "title"
    assert found["市里开会部署秋冬治污工作_某某新闻网"] == "meta/title"
    assert found["分享到："] == found["微信"] == "chrome/share"
    assert found["责任编辑：张三"] == "meta/editor"
    assert found["省里通报上月空气质量"] == found["相关阅读"] == "chrome/related"
    assert found["说得好！"] == "chrome/comments"


def test_an_affix_is_cut_and_the_line_stays() -> None:
    lines, found = labelled(PAGE)
    at = next(i for i, (text, _) in enumerate(lines) if text.startswith("会议要求"))
    label = found.lines[at]
    assert label == LineLabel(
        label="body", start=0, end=len(THIRD), affixes=((len(THIRD), len(THIRD) + 7, "meta/editor"),)
    )


def test_page_metadata() -> None:
    _, found = labelled(PAGE)
    assert {key: field.value for key, field in found.metadata.items()} == {
        "title": "市里开会部署秋冬治污工作",
        "date": "2020-10-27",
        "source": "某某日报",
        "author": "王小明",
        "editor": "张三",
    }


def test_a_page_clock_is_no_date() -> None:
    text = PAGE.replace("首页\n", "首页\n2024年12月19日 星期四\n", 1).replace("2020-10-27 09:37 ", "")
    _, found = labelled(text)
    assert "date" not in found.metadata
    assert labels_of(text)["2024年12月19日 星期四"] == "chrome/clock"


def test_second_copy_and_teaser_are_left_to_the_duplicate_stage() -> None:
    text = PAGE.replace("相关阅读", f"原标题：别的\n{PARAGRAPH}\n{OTHER}\n{PARAGRAPH[:40]}\n相关阅读")
    lines, _ = labelled(text)
    assert [label for line, label in lines if line.startswith(PARAGRAPH[:40])] == ["body"] * 3
    assert [label for line, label in lines if line == OTHER] == ["body"] * 2


def test_titles_with_dates_below_clean_text_are_a_list() -> None:
    titles = [f"第{i}污水处理厂建成投入使用2021-08-1{i}" for i in range(3)]
    found = labels_of("\n-\n".join([f"{PARAGRAPH}\n{OTHER}", *titles]))
    assert {found[title] for title in titles} == {found["-"]} == {"chrome/related"}


def test_a_thread_keeps_its_posts() -> None:
    posts = "\n".join(
        f"用户{i}\n{i}楼 2019-03-0{i} 10:2{i}\n{text}" for i, text in enumerate((PARAGRAPH, "同意。", OTHER), 1)
    )
    found = labels_of(
        f"首页 | 论坛 | 登录 | 注册\n某某论坛 › 灌水区\n关于治污的讨论\n{posts}\n发表回复\n版权所有 © 2019 某某论坛"
    )
    assert found["同意。"] == found[PARAGRAPH] == found[OTHER] == "body"
    assert found["2楼 2019-03-02 10:22"].startswith("meta/")
    assert found["某某论坛 › 灌水区"] == "chrome/navigation"


ENGLISH = """Home > News > Local
The last ferry leaves the harbour
By Jane Miller
Published March 3, 2020
Share this on Facebook
The last ferry left the harbour at ten last night, ending a service that had run for one hundred and twelve years.
"I was on the first trip with my grandfather," said Tom Reed, who is eighty-one and has never owned a car.
The council says that a bus will take its place in April, and that the pier will stay open to walkers.
Advertisement
Residents have collected four thousand signatures against the plan, which they will hand over on Monday.
Related articles
Bridge closed for repairs
Harbour master retires
Subscribe to our newsletter
We use cookies to improve your experience.
Copyright © 2020 The Harbour Times. All rights reserved.
"""


def test_an_english_page() -> None:
    lines, found = labelled(ENGLISH)
    kinds = [label for _, label in lines]
    assert kinds[0] == "chrome/navigation"
    assert kinds[1] == "title"
    assert kinds[3:5] == ["meta/date", "chrome/share"]
    assert [i for i, kind in enumerate(kinds) if kind == "body"] == [5, 6, 7, 9]
    assert kinds[8] == "chrome/advert"
    assert kinds[10:13] == ["chrome/related"] * 3
    assert kinds[-1] == kinds[-2] == "chrome/legal"
    assert found.metadata["date"].value == "2020-03-03"


def test_only_chrome_has_no_body() -> None:
    assert {label for _, label in labelled("首页 | 新闻 | 财经 | 体育\n登录 | 注册\n版权所有 © 2020 某网")[0]} <= {
        "chrome/navigation",
        "chrome/legal",
    }


# --- what callers know


@pytest.mark.parametrize(
    ("simplified", "traditional"), [("回复", "回覆"), ("回复(12)", "回覆(12)"), ("举报 回复", "舉報 回覆")]
)
def test_an_answer_button_is_none_of_the_posts_in_either_spelling(simplified: str, traditional: str) -> None:
    post = "昨天下午我们去看了新的图书馆，里面的座位很多，书也很新。"
    labels = [label_lines([button, post]).lines[0].label for button in (simplified, traditional)]
    assert labels[0] == labels[1] != "body"


def test_a_title_is_found_in_the_spelling_of_converters() -> None:
    lines = ["首頁", "市府回覆居民", "市長昨天表示，來信都會在一週內得到答覆。", "另外，新的圖書館也會在下個月啟用。"]
    assert label_lines(lines).lines[1].label != "title"
    assert label_lines(lines, title="市府回覆居民 - 某某網").lines[1].label == "title"


def test_a_known_title_finds_the_headline() -> None:
    found = labels_of(f"某网\n首页\n登录\n不起眼的一行\n{PARAGRAPH}\n{OTHER}\n版权所有", title="不起眼的一行 - 某网")
    assert found["不起眼的一行"] == "title"


def test_votes_and_links_of_blocks_count() -> None:
    lines = ["首页", "登录", "市里开会部署秋冬治污工作", PARAGRAPH, OTHER, THIRD, "版权所有 © 2020", "联系我们"]
    doubted = np.arange(len(lines)) == 4
    hints = Hints(
        kinds=["text"] * len(lines), link_densities=np.where(doubted, 1.0, 0.0), votes=np.where(doubted, 0.0, 1.0)
    )
    with_hints = label_lines(lines, hints=hints)
    assert label_lines(lines).lines[4].label == "body"
    assert with_hints.lines[3].label == with_hints.lines[5].label == "body"
    low = label_lines(
        ["首页", "登录", *([OTHER] * 3), PARAGRAPH, "版权所有 © 2020", "联系我们"],
        hints=Hints(kinds=["text"] * 8, link_densities=np.zeros(8), votes=np.where(np.arange(8) < 5, 0.0, 1.0)),
    )
    assert low.lines[5].label == "body"


def test_code_is_never_chrome() -> None:
    lines = [
        "首页",
        "登录 | 注册",
        PARAGRAPH,
        "Copyright © 2020 All rights reserved.",
        OTHER,
        "版权所有 © 2020",
        "联系我们",
    ]
    hints = Hints(kinds=["text"] * 3 + ["code"] + ["text"] * 3, link_densities=np.zeros(7))
    assert label_lines(lines, hints=hints).lines[3].label == "body"


@pytest.mark.parametrize(
    ("rule", "url", "label"),
    [
        (Rule(name="slogan", pattern="^每日一句"), None, "chrome/slogan"),
        (Rule(name="slogan", pattern="每 日 一 句"), None, "chrome/slogan"),
        (Rule(name="slogan", pattern="^每日一句", host="a.cn"), "http://news.A.cn/1", "chrome/slogan"),
        (Rule(name="slogan", pattern="^每日一句", host="a.cn"), "http://xa.cn/1", "body"),
        (Rule(name="slogan", pattern="^每日一句", host="a.cn"), "http://[", "body"),
        (Rule(name="slogan", pattern="没有这句"), None, "body"),
    ],
)
def test_rules_remove(rule: Rule, url: str | None, label: str) -> None:
    config = ExtractConfig(rules=(rule,))
    line = "每 日 一 句：早起的鸟儿有虫吃。"
    assert label_lines([PARAGRAPH, line, OTHER], config=config, url=url).lines[1].label == label


def test_rules_keep_and_the_first_one_decides() -> None:
    line = "版权所有 © 2020 某某网"
    keep, drop = Rule(name="k", pattern="某某网", action="keep"), Rule(name="d", pattern="版权")
    assert label_lines([PARAGRAPH, line]).lines[1].label == "chrome/legal"
    assert label_lines([PARAGRAPH, line], config=ExtractConfig(rules=(keep, drop))).lines[1].label == "body"
    assert label_lines([PARAGRAPH, line], config=ExtractConfig(rules=(drop, keep))).lines[1].label == "chrome/d"


# --- laws


LINES = st.lists(
    st.one_of(
        st.sampled_from([line for text in (*TEXTS.values(), PAGE, ENGLISH) for line in text.split("\n") if line]),
        TEXT.map(str.strip).filter(bool),
    ),
    max_size=30,
)


@given(LINES)
@settings(deadline=None, max_examples=150)
def test_labels_partition_every_line(lines: list[str]) -> None:
    found = label_lines(lines)
    assert len(found.lines) == len(lines)
    assert sum(label.label == "title" for label in found.lines) <= 1
    for line, label in zip(lines, found.lines, strict=True):
        assert label.label in ("title", "body") or label.label.startswith(("meta/", "chrome/"))
        spans = sorted([(label.start, label.end), *((start, end) for start, end, _ in label.affixes)])
        assert label.start < label.end
        assert spans[0][0] == 0
        assert spans[-1][1] == len(line)
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start
            assert not line[end:start].strip()
    assert found == label_lines(lines)


@given(st.lists(st.text(alphabet=st.characters(codec=None), min_size=1).filter(str.strip), max_size=8))
@settings(deadline=None, max_examples=100)
def test_odd_text_never_raises(lines: list[str]) -> None:
    label_lines([line.strip() for line in lines], title="\ud800 ", url="::")


@pytest.mark.parametrize(
    "line",
    [
        "首页 > " * 20_000,
        "a" * 1_000_000,
        "编辑：" * 50_000,
        "(" * 100_000,
        "2020-01-01 " * 20_000,
        "来源：" + " " * 100_000 + "x",
        "「" * 50_000 + "。" * 50_000,
        "1." * 100_000,
        "分享" * 100_000,
    ],
)
def test_hostile_lines_are_read_at_their_ends_only(line: str) -> None:
    found = label_lines([PARAGRAPH, line.strip(), OTHER])
    assert len(found.lines) == 3


def test_very_many_lines() -> None:
    lines = (
        ["首页", "新闻", "财经", "体育", "登录"] * 2000
        + [PARAGRAPH] * 3
        + [line for i in range(5000) for line in ("相关阅读", f"第{i}个标题2020-01-01")]
    )
    found = label_lines(lines)
    assert [i for i, label in enumerate(found.lines) if label.label == "body"] == [10_000, 10_001, 10_002]
