"""Pages cut into blocks: text in document order, each piece once, with its type and surroundings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from cleantext.config import LimitsConfig
from cleantext.pages.blocks import Page, parse_page
from cleantext.pages.dom import TEXT
from cleantext.pages.tags import KINDS
from markup_strategies import MARKUP


def texts(html: str) -> list[str]:
    return [block.text for block in parse_page(html).blocks]


def check(page: Page) -> None:
    """Blocks are the source text's pieces, in order, and hold every character the page shows, once."""
    assert page.source_text == "\n".join(block.text for block in page.blocks)
    for block in page.blocks:
        assert page.source_text[block.start : block.end] == block.text
        assert block.text.strip()
        assert block.text == block.text.rstrip() == (block.text if block.kind == "code" else block.text.strip())
        assert 0 <= block.link_density <= 1


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>他說<b>漢</b><i>字</i>好</p>", ["他說漢字好"]),
        ("<p>一</p></html>二<p>三", ["一", "二", "三"]),
        ("<div>甲<p>乙</p>丙</div>", ["甲", "乙", "丙"]),
        ("<p>two\n  words</p>", ["two words"]),
        ("<p>漢\n   字</p>", ["漢字"]),
        ("<p>漢 字</p>", ["漢 字"]),
        ("<p>a</p>\n\n<p> </p><p>&nbsp;</p><p>b", ["a", "b"]),
        ("<a>首頁</a> <a>新聞</a>", ["首頁 新聞"]),
        ("<pre>\ndef f():\n    return 1\n\n\n</pre>", ["def f():\n    return 1"]),
        ("<pre>a<br>b</pre>", ["a\nb"]),
        ("<p>𠮷野家 é\u0301</p>", ["𠮷野家 é\u0301"]),
        ("", []),
        ("<p>", []),
    ],
)
def test_text_and_white_space(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


LONG = "這一段文字寫得足夠長，是一個完整的段落，讀的人一看就知道。"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"{LONG}<br>{LONG}", [LONG, LONG]),
        ("　　短段。<br>　　又一段。", ["短段。", "又一段。"]),
        ("床前明月光，<br>疑是地上霜。", ["床前明月光，\n疑是地上霜。"]),
        ("一，<br>二。<br><br>三，<br>四。", ["一，\n二。", "三，\n四。"]),
        ("<p>一<br></p><p>二</p>", ["一", "二"]),
        ("<b>一<br>二</b>", ["一\n二"]),
        ("<br>一<br><br><br>", ["一"]),
    ],
)
def test_line_breaks_part_paragraphs_and_not_verses(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


def test_types() -> None:
    page = parse_page(
        "<h2>題<b>目</b></h2><ul><li>甲<ol><li>乙</ol></ul><blockquote><p>引</p></blockquote><pre>碼</pre>"
        "<dl><dt>詞<dd>義</dl>"
    )
    assert [(block.kind, block.level, block.text) for block in page.blocks] == [
        ("heading", 2, "題目"),
        ("list", 1, "甲"),
        ("list", 2, "乙"),
        ("quote", 0, "引"),
        ("code", 0, "碼"),
        ("list", 1, "詞"),
        ("list", 1, "義"),
    ]


def test_a_table_of_data_is_one_block() -> None:
    html = (
        "<table><caption>表</caption><tr><th>年<th>數</tr>"
        "<tr><td>2019<td><p>一</p><p>二</p></tr><tr><td><td></tr></table>"
    )
    (block,) = parse_page(html).blocks
    assert (block.kind, block.text) == ("table", "表\n年\t數\n2019\t一 二")


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>導航</td><td><table><tr><td>甲<td>乙<tr><td>丙<td>丁</table></td></tr></table>",
        f"<table><tr><td>邊欄</td><td>{LONG * 20}</td></tr><tr><td>一<td>二</table>",
        "<table><tr><td>一</td></tr><tr><td>二</td></tr></table>",
    ],
)
def test_a_table_that_lays_out_the_page_is_taken_apart(html: str) -> None:
    page = parse_page(html)
    check(page)
    assert len(page.blocks) > 1


def test_nested_tables_keep_every_cell_once() -> None:
    page = parse_page("<table><tr><td>外<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table>尾<td>旁</table>")
    check(page)
    assert sorted("".join(page.source_text.split())) == sorted("外甲乙丙丁尾旁")
    assert page.blocks[1].kind == "table"


def test_surroundings() -> None:
    first, second, third = parse_page(
        "<nav class='top-Nav'><a href=/>首頁</a></nav><div role=main id=content><article><p>正文<a href=/x>連結</a></p>"
        "</article></div><footer>頁尾</footer>"
    ).blocks
    assert (first.landmark, first.link_density, first.words) == ("nav", 1.0, frozenset({"top", "nav"}))
    assert (second.landmark, second.link_density) == ("article", 0.5)
    assert second.tags[-2:] == ("article", "p")
    assert "content" in second.words
    assert third.landmark == "footer"


def test_a_page_that_scripts_reveal_is_shown() -> None:
    assert texts(f"<p>載入中</p><div style='display:none'><p>{LONG * 5}</p></div>") == ["載入中", LONG * 5]
    assert texts(f"<noscript><p>{LONG * 5}</p></noscript>") == [LONG * 5]
    assert texts(f"<p>{LONG * 5}</p><p hidden>{LONG}</p>") == [LONG * 5]


def test_a_frame_for_scripts_gives_way_to_the_page_for_browsers_without_them() -> None:
    frame, topic = f"<p>{LONG * 6}</p>", f"<p>{LONG * 40}</p>"
    assert texts(f"{frame}<noscript>{topic}</noscript>") == [LONG * 6, LONG * 40]
    assert texts(f"{frame}<noscript>{frame}</noscript>") == [LONG * 6]
    assert texts(f"{frame}<noscript>{'<img src=/pixel alt=>' * 100}</noscript>") == [LONG * 6]
    assert texts(f"<head><noscript>{topic}</noscript></head><body>{frame}") == [LONG * 6]
    assert texts(f"{topic}<noscript>{topic * 5}</noscript>") == [LONG * 40]


STYLED = "style='color:red; display : NONE'"


@pytest.mark.parametrize("pad", ["", "<p>" + "Some words that are shown to all readers. " * 10])
@pytest.mark.parametrize(
    ("html", "folded"),
    [
        ("<h2>Q</h2><div hidden><p>An <b>answer</b>.</p><ul><li>1<li>2</ul></div>", ["An answer.", "1", "2"]),
        (f"<section {STYLED}><a href=/>link</a> text<br><br>more</section>", ["link text", "more"]),
        ("<p hidden=until-found>found</p>", []),
        ("<div>shown <span hidden>inline <b>text</b></span></div>", []),
        (f"<dialog>a</dialog><dialog open {STYLED}>b</dialog><table hidden><tr><td>c<td>d</table>", []),
        ("<table><tr><td>a<td>b<tr><td>c<td><p hidden>d</p></table>", []),
        ("<noscript><p>n</p></noscript><template><p>t</p></template><div hidden><script>s</script></div>", []),
        ("<div hidden></div><hr hidden><p>after", []),
    ],
)
def test_what_an_attribute_hides_is_marked(html: str, folded: list[str], pad: str) -> None:
    page = parse_page(html + "<p>" + "And what everybody sees, at some length. " * 10 + pad)
    check(page)
    assert [text for text, hidden in zip(page.texts, page.arrays.hidden.tolist(), strict=True) if hidden] == folded
    assert set(page.arrays.hidden.tolist()) <= {0, 1}


def test_on_a_chinese_page_it_is_left_out() -> None:
    folded = "<div hidden><p>藏</p></div>"
    page = parse_page(f"<h1>題</h1>{folded}<p>{LONG * 5}</p>{folded}<ul><li>項</ul>")
    assert [block.text for block in page.blocks] == ["題", LONG * 5, "項"]
    assert page.source_text == f"題\n{LONG * 5}\n項"
    assert [block.kind for block in page.blocks] == ["heading", "text", "list"]
    assert not page.arrays.hidden.any()
    check(page)


def test_a_page_without_some_blocks_is_whole() -> None:
    page = parse_page("<h1>a</h1><p>b <a href=/>c</a></p><ul><li>d𠮷</ul>")
    for gone in ([0, 0, 0], [1, 0, 0], [0, 1, 1], [1, 1, 1]):
        rest = page.without(np.array(gone, dtype=bool))
        text, arrays = rest.source_text, rest.arrays
        left = [block for block, is_gone in zip(page.blocks, gone, strict=True) if not is_gone]
        assert text == "\n".join(block.text for block in left)
        spans = zip(arrays.starts.tolist(), arrays.ends.tolist(), strict=True)
        assert [text[start:end] for start, end in spans] == [block.text for block in left]
        assert arrays.kinds.tolist() == [KINDS.index(block.kind) for block in left]
        assert arrays.elements.tolist() == [block.element for block in left]


def test_what_the_limits_did_is_flagged() -> None:
    assert parse_page("<p>字</p>" * 100, LimitsConfig(max_nodes=50)).flags == ("truncated",)
    page = parse_page("<div>" * 100_000 + "字")
    assert (page.flags, page.source_text) == (("flattened",), "字")


def test_language() -> None:
    assert parse_page("<p>漢字 and some English words</p>").is_chinese is False
    assert parse_page("<p>漢字文章 with words</p>").is_chinese is True
    assert parse_page("").is_chinese is False


@given(MARKUP)
@settings(deadline=None, max_examples=300)
def test_every_shown_character_is_in_one_block(html: str) -> None:
    page = parse_page(html)
    check(page)
    for hidden in (False, True):
        shown = "".join(value for kind, value, _ in page.dom.events(hidden=hidden) if kind == TEXT)
        if "".join(shown.split()) == "".join(page.source_text.split()):
            return
    raise AssertionError(page.source_text)
