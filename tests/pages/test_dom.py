"""The parser behind its door: what a browser shows, what the head declares, and hostile markup."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleantext.config import LimitsConfig
from cleantext.errors import LimitExceededError
from cleantext.pages import compiled
from cleantext.pages import dom as dom_module
from cleantext.pages.dom import CLOSE, OPEN, TEXT, Dom, decode_email, parse
from markup_strategies import MARKUP

NAMES = "a b i FONT nobr div p li table td form svg math script style x-y object select br link 漢 annotation-xml title"
BUSY = st.lists(
    st.tuples(st.sampled_from(["<", "</", "<!--", "-->"]), st.sampled_from(NAMES.split()), st.sampled_from(">/ '=")),
    max_size=40,
).map(lambda pieces: "".join(map("".join, pieces)))


def shown(html: str) -> str:
    return "".join(value for kind, value, _ in parse(html).events() if kind == TEXT)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("他說<b>漢</b><i>字</i>好", "他說漢字好"),
        ("<p>前</p></body></html><p>後</p>", "前後"),
        ("<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp>字</ruby>", "漢字"),
        ("一<script>var 漏 = 1</script>二<style>p{}</style>三<template>四</template><noscript>五</noscript>", "一二三"),
        ("<title>標題</title><p>文", "文"),
        ("一<span hidden>二</span><span style='color:red;Display : None'>三</span>四", "一四"),
        ("<span hidden=until-found>找</span>", "找"),
        ("<dialog>不見</dialog><dialog open>可見</dialog>", "可見"),
        ("<textarea>寫</textarea><button>按</button>", "寫按"),
        ("a &amp; b &lt;p&gt; &#x6f22;", "a & b <p> 漢"),
        ("<svg><text>圖</text></svg>字", "字"),
        ("<p>𠮷 é\x00\ud83d</p>", "𠮷 é?"),
        ("", ""),
    ],
)
def test_what_a_browser_shows(html: str, text: str) -> None:
    assert shown(html) == text


def test_obfuscated_email_is_readable() -> None:
    code = "2a" + "".join(f"{ord(char) ^ 0x2A:02x}" for char in "a.b@例.cn".encode().decode("latin-1"))
    assert decode_email(code) == "a.b@例.cn"
    assert (
        shown(f'寫信：<a class="__cf_email__" data-cfemail="{code}">[email&#160;protected]</a>。')
        == "寫信：a.b@例.cn。"
    )
    assert shown(f'<a href="/cdn-cgi/l/email-protection#{code}">聯繫</a>') == "a.b@例.cn"


@pytest.mark.parametrize("code", ["", "2a", "zz00zz", "2a4b4", "2a4b4c4d"])
def test_what_is_no_email_stays(code: str) -> None:
    assert decode_email(code) is None
    assert shown(f'<span data-cfemail="{code}">字</span>') == "字"


def test_hidden_text_can_be_shown() -> None:
    dom = parse("<div style='display:none'>藏</div><span hidden>中</span><noscript><p>無腳本</p></noscript>")
    assert [value for kind, value, _ in dom.events() if kind == TEXT] == ["藏"]  # a block that a script may show
    assert dom.hidden == 1
    assert [value for kind, value, _ in dom.events(hidden=True) if kind == TEXT] == ["藏", "中", "無腳本"]


@pytest.mark.parametrize(
    ("html", "shown_text"),
    [
        ("<div hidden><p>一</p>二</div>", "一二"),
        ("<table><tr><td>一<p hidden>二</p></table>", "一"),
        ("<table hidden><tr><td>一</table>三", "三"),
        ("<dialog hidden open>一</dialog>三", "三"),
        ("<div hidden><dialog>一</dialog><span hidden>二</span>三</div>", "三"),
    ],
)
def test_blocks_that_an_attribute_hides_are_there(html: str, shown_text: str) -> None:
    assert shown(html) == shown_text


def test_head() -> None:
    dom = parse(
        """<html lang="zh-TW"><head><title> 一
        二 </title><meta property="og:Title" content=" 題 "><meta name=author content=""><link rel=canonical href=/a>
        <script type="application/ld+json">{"a": 1}</script><script>no</script></head>
        <time datetime="2020-01-02">昨天</time><span class="author">某人</span>"""
    )
    head = dom.head
    assert (head.title, head.language, head.canonical) == ("一 二", "zh-TW", "/a")
    assert head.meta == {"og:title": "題"}
    assert (head.json_ld, dom.dates, dom.authors) == (('{"a": 1}',), ("2020-01-02",), ("某人",))


def test_the_first_title_and_the_first_address_count() -> None:
    head = parse(
        "<title>頁</title><link rel=canonical href=/a><link rel=canonical href=/b><svg><title>圖</title></svg>文"
    ).head
    assert (head.title, head.canonical) == ("頁", "/a")
    assert (parse("<p>文").head.title, parse("<p>文").head.canonical) == ("", "")


def test_slim_markup_keeps_text_and_json_ld() -> None:
    html = (
        "<p>一</p><SCRIPT>x < y</SCRIPT ><!-- 註 --><style>p{}</style><svg><path/></svg>二"
        "<script type='application/ld+json'>{}</script><script>未完"
    )
    assert parse(html).slim == "<p>一</p>二<script type='application/ld+json'>{}</script><script>未完"


@given(MARKUP)
@settings(deadline=None, max_examples=300)
def test_events_nest(html: str) -> None:
    open_tags: list[str] = []
    for limits in (LimitsConfig(), LimitsConfig(max_nodes=10)):
        for kind, value, _ in parse(html, limits).events():
            if kind == OPEN:
                open_tags.append(value)
            elif kind == CLOSE:
                assert open_tags.pop() == value
        assert not open_tags


# A NUL is a character inside drawings and formulas, and nothing outside of them, where the tamed markup may have it.
@given(MARKUP.filter(lambda html: not any(f in html for f in ("<script", "<style", "<svg", "<!--", "<template", "\0"))))
@example("<p><p><p><p><p><p><rt><div>字")
@example("<p><p><p><p><p><p><ruby>字<rt><div>字")
@settings(deadline=None, max_examples=100)
def test_taming_loses_no_text(html: str) -> None:
    """Past a depth, structure goes and text stays; here the depth is the least that can be set."""
    plain, tamed = parse(html * 50), parse(html * 50, LimitsConfig(max_depth=16))
    assert characters(tamed) >= characters(plain)


def tamed_both_ways(html: str, max_depth: int = 16) -> str:
    """The markup as it is tamed in a process that has met little, and in one that has met much: the same."""
    before, tamed = compiled._Met.characters, list[str]()
    try:
        for met in (0, compiled.COMPILED_FROM):
            compiled._Met.characters = met
            tamed.append(dom_module._tame(html, max_depth))
    finally:
        compiled._Met.characters = before
    assert tamed[0] == tamed[1]
    return tamed[1]


@given(st.one_of(MARKUP, BUSY), st.integers(1, 60))
@settings(deadline=None, max_examples=300)
def test_a_compiled_look_changes_no_taming(html: str, times: int) -> None:
    tamed_both_ways(html * times)
    tamed_both_ways(f"<p {html * times}>", 512)


@pytest.mark.parametrize(
    ("html", "changed"),
    [
        ("<div>" * 500 + "字", False),
        ("<div>" * 13_000 + "字", True),
        ("<i>" * 16 + "<p>字" * 13_000, False),
        ("<i>" * 17 + "<p>字" * 40_000, True),
        ("<p " + "a " * 1024 + ">" + "<p>字" * 13_000, False),
        ("<p " + "a " * 1025 + ">", True),
        ("<p " + "a='>' " * 1025 + ">", True),
        ("<p a='" + " b" * 5000 + "'>字", False),
        ("<script>" + "<i><div>" * 8_000 + "</script>字", False),
        ("<!--" + "<i><div>" * 8_000 + "-->字", False),
        ("<!-->" + "<i><div>" * 8_000 + "-->字", True),
        ("<svg><script>" + "<div>" * 13_000 + "</script></svg>字", True),
        ("<div></DIV><lin\u212a>" * 13_000, True),
        ("<table><td><b></table>" * 13_000, False),
        ("<p><b><table><td></b></table>" * 13_000, True),
        ("<form><div></form></div>" * 13_000, False),
    ],
)
def test_what_is_tamed(html: str, changed: bool) -> None:
    assert (tamed_both_ways(html, 512) != html) is changed


def characters(dom: Dom) -> int:
    return sum(len("".join(value.split())) for kind, value, _ in dom.events() if kind == TEXT)


HOSTILE: dict[str, Callable[[int], str]] = {
    "deep": lambda n: "<div>" * n + "字",
    "deep text": lambda n: "<div>字" * n,
    "unclosed lists": lambda n: "<ul><li>字" * n,
    "unclosed formatting": lambda n: "".join(f"<font color={i}><p>字" for i in range(n)),
    "tables in tables": lambda n: "<table><tr><td>字" * n,
    "ends that close nothing": lambda n: "<span><div></span>字" * n,
    "divs in drawings": lambda n: "<svg><div></svg>字" * n,
    "many attributes": lambda n: "<p " + " ".join(f"a{i}='>'" for i in range(n)) + ">字",
    "long attribute": lambda n: f"<p title='{'漢 ' * 10 * n}'>字",
    "unfinished tags": lambda n: "<a b='" * n,
    "comments": lambda n: "<!--" * n,
    "signs": lambda n: "<" * n,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("is_compiled", [False, True], ids=["plain", "compiled"])
def test_hostile_markup_takes_linear_time(name: str, is_compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dom_module, "pays", lambda _: is_compiled)  # so that no kernel is loaded half-way

    def seconds(n: int) -> float:
        html = HOSTILE[name](n)
        start = time.process_time()
        for _ in parse(html).events():
            pass
        return time.process_time() - start

    seconds(20_000)  # what is compiled on the way is compiled here
    small, large = seconds(5_000), seconds(20_000)
    assert large < 8 * small + 0.5


@pytest.mark.parametrize("name", ["deep text", "unclosed lists", "tables in tables", "divs in drawings"])
def test_no_text_of_hostile_markup_is_lost(name: str) -> None:
    assert shown(HOSTILE[name](20_000)).count("字") == 20_000


def test_depth_100_000_keeps_the_text() -> None:
    dom = parse("<div>" * 100_000 + "底" + "</div>" * 100_000 + "<p>面")
    assert "".join(value for kind, value, _ in dom.events() if kind == TEXT) == "底面"
    assert dom.flattened


def test_limits() -> None:
    with pytest.raises(LimitExceededError, match="over the limit of 10 bytes"):
        parse("<p>" * 5, LimitsConfig(max_bytes=10))
    dom = parse("<p>字</p>" * 100, LimitsConfig(max_nodes=50))
    assert 0 < sum(kind == TEXT for kind, _, _ in dom.events()) < 50
    assert dom.truncated
    assert not dom.is_easy


@pytest.mark.parametrize("piece", ["<table></table>", "<ul></ul>" * 5, "<p>字</p>" * 100])
def test_pages_that_slow_tools_may_read(piece: str) -> None:
    for times, easy in ((10, True), (400, False)):
        dom = parse(piece * times)
        assert sum(1 for _ in dom.events()) > times
        assert dom.is_easy is easy


@pytest.mark.parametrize("between", [" ", "\n", "\u3000", "\xa0", "\u2028", "\u205f", "\x1c", "/", "é", "\u30a0", "="])
@pytest.mark.parametrize("count", [1024, 1025])
def test_attributes_are_counted_alike_by_both_looks(monkeypatch: pytest.MonkeyPatch, between: str, count: int) -> None:
    html = f'<p {between.join(f"a{i}" for i in range(count))}>字</p><p a{between}="x>"{between}b>二'
    pages = []
    for met in (-compiled.COMPILED_FROM, compiled.COMPILED_FROM):
        monkeypatch.setattr(compiled._Met, "characters", met)
        pages.append(parse(html))
    assert pages[0].html == pages[1].html
    assert pages[0].flattened == pages[1].flattened == (count > 1024 and between not in "é\u30a0=")


def test_scripts_right_in_the_body_are_not_written_out() -> None:
    page = "<head><title>x</title></head><body class='&quot;a'>一<script src=a>b</script><p>二<script>c</script></p>"
    written = '<html><head></head><body class="&quot;a">一<script></script><p>二<script>c</script></p></body></html>'
    assert parse(page).markup() == written
    many = parse(page + "<br>" * 2000).markup()  # at once: one by one would take longer
    assert many.startswith('<html><head></head><body class="&quot;a">一<script src="a">b</script>')
    assert many.count("<br>") == 2000
