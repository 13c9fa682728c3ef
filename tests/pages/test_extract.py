"""Main content of pages: who decides, what stays, and a reason for everything that goes."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest
from hypothesis import given, settings

from cleantext.config import ExtractConfig, LimitsConfig, Rule
from cleantext.errors import LimitExceededError
from cleantext.pages import extract
from cleantext.pages.blocks import Page, parse_page
from cleantext.pages.content import page_lines
from cleantext.pages.extract import Extractor, Trafilatura, Votes, extract_page
from cleantext.records import MainContent, Removed, later
from markup_strategies import MARKUP

BODY = [
    "昨天下午，市環境局在市政府禮堂召開會議，部署今年的大氣污染防治工作，各區負責人參加了會議。",
    "會議指出，過去一年全市空氣質量明顯好轉，優良天數比前一年多了二十三天，但是冬季仍然常有重污染。",
    "局長在講話中要求各區繼續推進清潔取暖，加強對工地揚塵的檢查，並且每個月公布一次檢查結果。",
]
ARTICLE = "".join(f"<p>{text}</p>" for text in BODY)
LINKS = "".join(f"<li><a href=/{i}>另一篇文章的標題第{i}號</a></li>" for i in range(6))
CHINESE = f"""<html lang=zh><head><title>市環境局部署大氣防治_某某新聞網</title></head><body>
<div class=nav><a href=/>首頁</a><a href=/1>新聞</a><a href=/2>財經</a><a href=/3>體育</a></div>
<h1>市環境局部署大氣防治</h1><div class=info>發布時間：2021-03-04 10:20 來源：某某日報 作者：王小明</div>
<div class=article>{ARTICLE}<p>（責任編輯：李四）</p></div>
<div class=share>分享到： 微信 微博 QQ空間</div>
<div class=related><h3>相關閱讀</h3><ul>{LINKS}</ul></div>
<div class=footer>版權所有 某某新聞網 京ICP備12345678號</div></body></html>"""
ENGLISH_BODY = [
    "The council met on Tuesday to discuss the plan for the river, which would move the main road away from the bank.",
    "Most members spoke in favour of it, although two of them asked how much the work would cost and who would pay.",
    "A vote is expected in the first week of June, after the engineers have handed in the rest of their report.",
]
ENGLISH = f"""<html lang=en><head><title>Council meets on river plan - The Daily Something</title></head><body>
<nav><a href=/>Home</a> <a href=/n>News</a></nav><article><h1>Council meets on river plan</h1>
{"".join(f"<p>{text}</p>" for text in ENGLISH_BODY)}<h2>What is next</h2><ul><li>A report by
the engineers</li><li>A vote by the whole council</li></ul><pre>plan = river()
  vote(plan)</pre></article><footer>Copyright 2021 The Daily Something</footer></body></html>"""


def check(content: MainContent) -> None:
    """Kept and removed spans partition what is not white space of the source text."""
    text = content.source_text
    covered = bytearray(len(text))
    spans = [*content.spans, *((span.start, span.end) for span in content.removed)]
    for start, end in spans:
        assert not any(covered[start:end])
        covered[start:end] = b"\1" * (end - start)
    assert not [char for char, seen in zip(text, covered, strict=True) if not seen and not char.isspace()]
    assert [text[start:end] for start, end in content.spans] == list(content.blocks)
    assert len(content.kinds) == len(content.blocks)
    for span in content.removed:
        assert text[span.start : span.end] == span.text
        assert span.reason.split("/")[0] in ("chrome", "meta")


def reasons(content: MainContent) -> dict[str, str]:
    return {span.text: span.reason for span in content.removed}


def test_a_chinese_article() -> None:
    content = extract_page(CHINESE, url="http://news.example.cn/1.html")
    check(content)
    assert list(content.blocks) == BODY
    found = reasons(content)
    assert found["市環境局部署大氣防治"] == "meta/title"
    assert found["版權所有 某某新聞網 京ICP備12345678號"] == "chrome/legal"
    assert found["（責任編輯：李四）"] == "meta/editor"
    assert found["另一篇文章的標題第1號"] == "chrome/related"
    assert content.title == "市環境局部署大氣防治"
    assert content.metadata["date"].value == "2021-03-04"
    assert content.metadata["source"].value == "某某日報"
    assert content.flags == ()


def test_an_english_article_keeps_its_types() -> None:
    content = extract_page(ENGLISH)
    check(content)
    assert content.kinds == ("text", "text", "text", "heading", "list", "list", "code")
    assert content.blocks[-1] == "plan = river()\n  vote(plan)"
    assert reasons(content)["Copyright 2021 The Daily Something"] == "chrome/legal"
    assert reasons(content)["Council meets on river plan"] == "meta/title"


def test_every_block_can_be_kept() -> None:
    content = extract_page(CHINESE, config=ExtractConfig(extractor="all"))
    check(content)
    assert [span.reason for span in content.removed] == ["meta/title"]


class _Fixed:
    """An extractor that keeps the first block."""

    name = "fixed"

    def votes(self, page: Page, url: str | None) -> Votes:  # noqa: ARG002
        return Votes(shares=tuple(float(i == 0) for i in range(len(page.blocks))))


def test_extractors_take_each_others_place(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed: Extractor = _Fixed()
    monkeypatch.setattr(extract, "EXTRACTORS", {"auto": (fixed,)})
    content = extract_page("<p>One paragraph of English text.</p><ul><li><a href=/>Two</a></li></ul>")
    check(content)
    assert content.blocks == ("One paragraph of English text.",)
    assert reasons(content) == {"Two": "chrome/navigation"}


def test_a_page_that_trafilatura_cannot_read_is_flagged_and_not_empty() -> None:
    html = "<table><tr><td>" * 400 + "".join(f"<p>{text}</p>" for text in BODY)
    content = extract_page(html, config=ExtractConfig(extractor="trafilatura"))
    check(content)
    assert content.flags == ("extractor-links",)
    assert list(content.blocks) == BODY


@pytest.mark.parametrize(
    "html", ["<p>短", "<a href=/>一個連結</a>", "<nav>只有導航</nav>", "文字", "<p>One two.", "<footer>頁尾</footer>"]
)
def test_no_page_with_text_comes_out_empty(html: str) -> None:
    assert extract_page(html).blocks


@pytest.mark.parametrize("html", ["", " ", "<html></html>", "<script>x</script>", "\x00", "<!--"])
def test_a_page_without_text_is_empty(html: str) -> None:
    content = extract_page(html)
    assert (content.source_text.strip("\ufffd"), content.blocks, content.flags) == ("", (), ())


def test_rules_of_the_user_decide() -> None:
    rules = (
        Rule(name="river", pattern="favour of it"),
        Rule(name="keep", pattern="Copyright 2021", action="keep"),
        Rule(name="elsewhere", pattern="council", host="other.example"),
    )
    content = extract_page(ENGLISH, url="http://www.example.com/1", config=ExtractConfig(rules=rules))
    check(content)
    assert reasons(content)[ENGLISH_BODY[1]] == "chrome/river"
    assert content.blocks[-1] == "Copyright 2021 The Daily Something"
    assert ENGLISH_BODY[0] in content.blocks


def test_votes_of_trafilatura() -> None:
    page = parse_page(ENGLISH)
    votes = Trafilatura().votes(page, None)
    assert votes is not None
    shares = dict(zip((block.text for block in page.blocks), votes.shares, strict=True))
    assert [shares[text] for text in ENGLISH_BODY] == [1, 1, 1]
    assert shares["Home News"] == 0


def test_readers_comments_do_not_carry_an_article() -> None:
    comments = "".join(
        f"<div class=comment><p>I do not agree with number {i} at all, friends.</p></div>" for i in range(4)
    )
    content = extract_page(ENGLISH.replace("</article>", f"</article><section id=comments>{comments}</section>"))
    check(content)
    assert content.blocks[:3] == tuple(ENGLISH_BODY)
    assert not [block for block in content.blocks if "agree" in block]


def test_limits() -> None:
    with pytest.raises(LimitExceededError):
        extract_page(CHINESE, limits=LimitsConfig(max_bytes=100))
    content = extract_page(ENGLISH, limits=LimitsConfig(max_nodes=20))
    check(content)
    assert "truncated" in content.flags
    content = extract_page(
        ENGLISH, config=ExtractConfig(extractor="trafilatura"), limits=LimitsConfig(max_seconds=0.01)
    )
    check(content)
    assert content.flags == ("extractor-links",)
    assert set(ENGLISH_BODY) <= set(content.blocks)


def test_a_page_of_too_many_lines_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "_MAX_JUDGED", 5)
    monkeypatch.setattr(extract, "label_lines", None)
    content = extract_page(CHINESE)
    check(content)
    assert set(BODY) <= set(content.blocks)


def test_same_answer_whatever_came_before() -> None:
    pages = [CHINESE, ENGLISH, "<p>短", CHINESE.replace("市", "省")]
    forward = [extract_page(html) for html in pages]
    assert [extract_page(html) for html in reversed(pages)][::-1] == forward
    assert [extract_page(CHINESE) for _ in range(4)] == [forward[0]] * 4


@given(MARKUP)
@settings(deadline=None, max_examples=150)
def test_any_markup_is_partitioned(html: str) -> None:
    check(extract_page(html))
    check(extract_page(html, config=ExtractConfig(rules=(Rule(name="all", pattern="漢"),))))


def test_a_post_that_its_page_is_named_after_stays() -> None:
    post = "Founded in 1898, the university pioneers intellectual and technological advancements, " * 2
    html = f"<title>{post}</title><div><span>Profile</span><div><p>{post}</p></div><a href=/>More</a></div>"
    content = extract_page(html)
    check(content)
    assert post.strip() in content.text
    heading = extract_page(f"<title>{post}</title><h1>{post}</h1>" + "".join(f"<p>{text}</p>" for text in ENGLISH_BODY))
    assert post.strip() not in heading.text


def test_what_was_removed_is_made_once_when_it_is_read() -> None:
    made = list[int]()

    def make() -> tuple[Removed, ...]:
        made.append(1)
        return (Removed(start=0, end=1, text="漢", reason="chrome/other"),)

    content = MainContent(source_text="漢", removed=later(make))
    assert content.text == ""
    assert not made
    assert content.removed == content.removed == make()
    assert len(made) == 2
    assert MainContent(source_text="漢", removed=later(make)) == MainContent(source_text="漢", removed=content.removed)
    assert MainContent(source_text="漢").removed == ()


def test_contents_that_nobody_has_read_can_be_copied() -> None:
    for way in (copy.copy, copy.deepcopy, dataclasses.replace, lambda content: pickle.loads(pickle.dumps(content))):
        content = extract_page(CHINESE)
        assert way(content) == content
        assert way(extract_page(CHINESE)).removed == content.removed
        assert content.removed


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>一<p>二",
        "<p>一<pre>\n  a\n\n \n  b \n</pre>後",
        "<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table><p>床前明月光，<br>疑是地上霜。",
        "<pre> 前 </pre><p>\u3000\u3000一\xa0<p>𠮷e\u0301",
    ],
)
def test_lines_are_those_of_the_blocks(html: str) -> None:
    page = parse_page(html)
    lines = page_lines(page)
    rows = [(text.strip(), i) for i, block in enumerate(page.blocks) for text in block.text.split("\n") if text.strip()]
    assert list(zip(lines.texts, lines.blocks, strict=True)) == rows
    for text, block, start in zip(lines.texts, lines.blocks, lines.starts, strict=True):
        assert page.source_text[start : start + len(text)] == text
        assert page.blocks[block].start <= start < page.blocks[block].end
    assert page.texts == [block.text for block in page.blocks]


PARAGRAPH = "People settled here early, and villages that stayed grew by the lakes. "


@pytest.mark.parametrize(
    ("title", "heading", "link", "text"),
    [
        (
            "雄安新区 - 维基百科，自由的百科全书",
            "古代",
            "编辑",
            "考古资料显示，七千年以前就有人在此繁衍生息，形成了比较稳定的古村落。",
        ),
        (
            "Xiongan - Wikipedia",
            "Early history",
            "edit",
            "People settled here early, and villages that stayed grew by the lakes. ",
        ),
    ],
)
def test_links_that_edit_a_section_are_no_part_of_headings(title: str, heading: str, link: str, text: str) -> None:
    name, edit = title.split(" ", maxsplit=1)[0], f'<span class="mw-editsection">[<a href="/e">{link}</a>]</span>'
    content = extract_page(
        f"<title>{title}</title><div id=content><h1>{name}{edit}</h1><p>{text * 8}</p><h2>{heading}{edit}</h2>"
        f"<p>{text[:-1] * 7}</p></div>"
    )
    assert content.blocks[1] == heading
    assert content.metadata["title"].value == name
    assert [(one.text, one.reason) for one in content.removed] == [
        (name, "meta/title"),
        (f"[{link}]", "chrome/navigation"),
        (f"[{link}]", "chrome/navigation"),
    ]


def test_only_links_behind_headings_that_stay_are_cut_off() -> None:
    body = "".join(
        f"<p>{text}</p>" for text in (PARAGRAPH * 3, f"{PARAGRAPH * 2} A letter may be changed by hand [edit]")
    )
    content = extract_page(
        f"<nav><h3>Tools of this site [edit]</h3><a href=/a>All of them</a></nav><article>{body}</article>"
    )
    assert content.blocks[-1].endswith("by hand [edit]")
    assert "Tools of this site [edit]" in [one.text for one in content.removed]


def test_the_link_behind_the_first_heading_is_no_part_of_the_title() -> None:
    content = extract_page(f"<article><h1>雄安新区[编辑]</h1><p>{PARAGRAPH * 6}</p></article>")
    assert content.metadata["title"].value == "雄安新区"
