"""What a page says of itself, from the most trusted place that says something sound."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages.blocks import parse_page
from cleantext.pages.metadata import page_metadata, parse_date
from cleantext.records import Field


def metadata(html: str, url: str | None = None, **labelled: tuple[str, str]) -> dict[str, tuple[str, str]]:
    lines = {name: Field(value=value, origin=origin) for name, (value, origin) in labelled.items()}
    found = page_metadata(parse_page(html), url=url, labelled=lines)
    return {name: (field.value, field.origin) for name, field in found.items()}


def json_ld(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


TEXT = "<p>這是一個頁面的正文，寫得不長不短，剛好夠用來判斷語言是中文。</p>"


def test_json_ld_goes_first() -> None:
    article = {
        "@type": "NewsArticle",
        "headline": "會議 &amp; 講話",
        "datePublished": "2021-03-04T10:20:00+08:00",
        "author": [{"@type": "Person", "name": "王小明"}, "李四"],
        "publisher": {"name": "某某日報"},
    }
    found = metadata(
        json_ld({"@graph": [{"@type": "WebSite", "name": "站"}, article]})
        + "<meta name=author content=編輯部><meta property=article:published_time content=2020-01-01>"
        + TEXT
    )
    assert found["title"] == ("會議 & 講話", "json-ld")
    assert found["date"] == ("2021-03-04", "json-ld")
    assert found["author"] == ("王小明、李四", "json-ld")
    assert found["site"] == ("某某日報", "json-ld")


def test_meta_elements() -> None:
    found = metadata(
        "<meta property=og:title content=題><meta name=publishdate content='2020年5月6日'>"
        "<meta name=source content=新華社>"
        "<meta name=editor content=張三><meta property=og:site_name content=某網><link rel=canonical href=/a/1>" + TEXT,
        url="https://www.example.cn/x?y",
    )
    assert found == {
        "title": ("題", "meta og:title"),
        "date": ("2020-05-06", "meta publishdate"),
        "source": ("新華社", "meta source"),
        "editor": ("張三", "meta editor"),
        "site": ("某網", "meta og:site_name"),
        "canonical": ("https://www.example.cn/a/1", "link canonical"),
        "language": ("zh", "text"),
    }


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>大氣防治會議召開_某某新聞網</title><h1>大氣防治會議召開</h1>", ("大氣防治會議召開", "h1")),
        (
            "<title>大氣防治會議召開_某某新聞網</title><h1>某某新聞網</h1><h2>大氣防治會議召開</h2>",
            ("大氣防治會議召開", "h2"),
        ),
        ("<title>大氣防治會議召開 - 要聞 - 某某網</title>", ("大氣防治會議召開", "title")),
        (
            "<title>A river - The Daily Something</title><meta property=og:site_name content='The Daily Something'>",
            ("A river", "title"),
        ),
        ("<title>COVID-19 in well-known cities</title>", ("COVID-19 in well-known cities", "title")),
        ("<title>Café opens at last</title><h1>Cafe\u0301 opens at last</h1>", ("Cafe\u0301 opens at last", "h1")),
        ("<title>ét\u0327e 2021 report</title><h1>ét\u0327e 2021 report</h1>", ("ét\u0327e 2021 report", "h1")),
        ("<title>ＡＢＣ報告發布</title><h2>別的標題</h2><h1>abc報告發布</h1>", ("abc報告發布", "h1")),
        ("<title>大氣防治會議召開</title><h1>　大氣防治會議召開</h1>", ("大氣防治會議召開", "h1")),
        ("<h1>只有標題</h1>", ("只有標題", "h1")),
        (
            "<title>首頁</title><meta property=og:title content=大氣防治會議召開><h1>別的</h1>",
            ("大氣防治會議召開", "meta og:title"),
        ),
    ],
)
def test_titles(html: str, title: tuple[str, str]) -> None:
    assert metadata(html)["title"] == title


def test_a_labelled_title_stands_in_for_the_name_of_the_site() -> None:
    html = "<title>某某網</title><meta property=og:site_name content=某某網>" + TEXT
    assert metadata(html, title=("會議今日召開", "line 3"))["title"] == ("會議今日召開", "line 3")


def test_dates() -> None:
    line, title = ("2021-03-04", "line 5"), ("題", "line 3")
    marked = "<time datetime=2020-01-02>昨天</time>"
    assert metadata(TEXT + marked, date=line, title=title)["date"] == ("2021-03-04", "line 5")
    assert metadata(TEXT + marked, date=("2021-03-04", "line 90"), title=title)["date"] == ("2020-01-02", "time")
    assert metadata(TEXT, date=("2021-03-04", "line 90"))["date"] == ("2021-03-04", "line 90")
    found = metadata(f"<html><head></head><body><p>Text.</p><div class=post-meta>{marked}</div></body></html>")
    assert found["date"] == ("2020-01-02", "time")
    assert "date" not in metadata("<meta name=date content=soon>" + TEXT)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("发布时间：2016年5月9日 10:20", "2016-05-09"),
        ("2016/5/9", "2016-05-09"),
        ("20160509", "2016-05-09"),
        ("2016-02-30 2016-03-01", "2016-03-01"),
        ("2016-13-45", None),
        ("電話 12016-05-091", None),
        ("1/2/2016", None),
        ("", None),
        ("9" * 100_000, None),
    ],
)
def test_parse_date(text: str, date: str | None) -> None:
    assert parse_date(text) == date


def test_a_site_is_no_author() -> None:
    html = "<title>題目在此_某某網</title><meta name=author content=某某網>" + TEXT
    assert "author" not in metadata(html)
    assert metadata(html, author=("王五", "line 4"))["author"] == ("王五", "line 4")
    assert metadata(html + "<a rel=author>趙六</a>")["author"] == ("趙六", "author element")


@pytest.mark.parametrize("name", ["admin", "http://a.cn/u", "{{author}}", "page.extra.author", "", "佚名", "字" * 99])
def test_what_is_no_name(name: str) -> None:
    assert "author" not in metadata(f"<meta name=author content='{name}'>" + TEXT)


def test_language() -> None:
    assert metadata("<html lang=zh-Hant-TW>" + TEXT)["language"] == ("zh-Hant-TW", "html lang")
    assert metadata("<html lang=en>" + TEXT)["language"] == ("zh", "text")
    assert metadata("<html lang=en><meta property=og:locale content=zh_CN>" + TEXT)["language"] == (
        "zh-CN",
        "meta og:locale",
    )
    assert metadata("<html lang=de><p>Ein Text.")["language"] == ("de", "html lang")
    assert metadata("<p>これは日本語の文章です。漢字とかなが混ざっています。")["language"] == ("ja", "text")
    assert "language" not in metadata("<p>Some text.")


def test_other_labelled_values_stay() -> None:
    found = metadata(TEXT, original_title=("原題", "line 9"), source=("某報", "line 2"))
    assert found["original_title"] == ("原題", "line 9")
    assert found["source"] == ("某報", "line 2")


@pytest.mark.parametrize(
    "data",
    ["{", "[" * 5000, '{"@graph": 1}', "[[[]]]", '{"@type": 3}', '{"@type":"Article","author":{"name":[1]}}', ""],
)
def test_broken_json_ld(data: str) -> None:
    assert "author" not in metadata(f'<script type="application/ld+json">{data}</script>' + TEXT)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://例子.中国/新闻", True),
        ("https://a.cn/" + "字" * 2035, True),
        ("https://a.cn/" + "字" * 2036, False),
        ("https://\ufffd", False),
        ("https:///a", False),
        ("ftp://a.cn/", False),
    ],
)
def test_an_address_is_one(address: str, known: bool) -> None:
    found = metadata(f'<link rel=canonical href="{address}">' + TEXT)
    assert found.get("canonical") == ((address, "link canonical") if known else None)


def test_values_have_a_limit() -> None:
    found = metadata(json_ld({"@type": "Article", "headline": "&amp;會" * 100_000, "publisher": "報" * 100_000}) + TEXT)
    assert found["title"] == ("&會" * 150, "json-ld")
    assert found["site"] == ("報" * 300, "json-ld")


@given(st.text(st.sampled_from("漢字é𠮷\x00\ud800<>&\"' 0123456789-/:年月日"), max_size=60))
@settings(deadline=None, max_examples=150)
def test_odd_values_never_raise(value: str) -> None:
    found = metadata(
        f'<title>{value}</title><meta name=author content="{value}"><meta name=date content="{value}">'
        f'<link rel=canonical href="{value}"><h1>{value}</h1>' + json_ld({"@type": "Article", "headline": value}),
        url="http://a.cn",
        title=(value, "line 1"),
        date=(value, "line x"),
    )
    assert all(text for text, _ in found.values())


def test_a_folded_heading_is_no_title() -> None:
    for attribute, origin in (("", "h2"), (" hidden", "title")):
        found = metadata(
            f"<title>Report on the river - Site</title><h2{attribute}>Report on the river</h2><p>{'Text. ' * 40}"
        )
        assert found["title"] == ("Report on the river", origin)
