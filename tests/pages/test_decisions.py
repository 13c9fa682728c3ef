"""Who decides what of a page stays, and that all of its text is accounted for."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import check_partition
from cleantext import clean
from cleantext.config import ExtractConfig, Rule
from cleantext.pages import classify, extract
from cleantext.pages.blocks import Page, parse_page
from cleantext.pages.dump import label_lines
from cleantext.pages.extract import Classifier, Votes, extract_page
from cleantext.records import MainContent

PARAGRAPHS = [
    f"Paragraph {name} of the report says what the council did about the river, and what the engineers thought of it."
    for name in ("one", "two", "three", "four")
]
ARTICLE = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
REMARK = "I read the report about the river as well, and I do not agree with number {}, which says too little of it."
HAN = [
    "昨天下午，市環境局在市政府禮堂召開會議，部署今年的大氣污染防治工作，各區負責人參加了會議。",
    "會議指出，過去一年全市空氣質量明顯好轉，優良天數比前一年多了二十三天，但是冬季仍然常有重污染。",
    "局長在講話中要求各區繼續推進清潔取暖，加強對工地揚塵的檢查，並且每個月公布一次檢查結果。",
]


def discussion(remarks: int, article: str = ARTICLE) -> str:
    comments = "".join(f"<div class=comment><p>{REMARK.format(i)}</p></div>" for i in range(remarks))
    return f"<html><body><article><h1>Report</h1>{article}</article><section>{comments}</section></body></html>"


class _Everything:
    """An extractor that keeps all blocks but the first few."""

    name = "fixed"

    def __init__(self, without: int = 0) -> None:
        self.without = without

    def votes(self, page: Page, url: str | None) -> Votes:  # noqa: ARG002
        return Votes(shares=tuple(float(i >= self.without) for i in range(len(page.blocks))))


def remarks(content: MainContent) -> int:
    return sum("I do not agree" in block for block in content.blocks)


def config(comments: str) -> ExtractConfig:
    return ExtractConfig(include_comments=comments)


@pytest.mark.parametrize(
    ("comments", "count", "kept"),
    [("yes", 2, 2), ("auto", 2, 0), ("no", 2, 0), ("auto", 4, 4), ("auto", 9, 9), ("no", 9, 0)],
)
def test_comments_are_content_where_they_are_much_of_it_or_wanted(
    monkeypatch: pytest.MonkeyPatch, comments: str, count: int, kept: int
) -> None:
    monkeypatch.setattr(extract, "EXTRACTORS", {"auto": (_Everything(),)})
    content = extract_page(discussion(count), config=config(comments))
    assert remarks(content) == kept
    assert set(PARAGRAPHS) <= set(content.blocks)
    assert {removed.reason for removed in content.removed if "agree" in removed.text} == (
        set() if kept else {"chrome/comments"}
    )


ASKED = '<script type="application/ld+json">{"@type": "QAPage"}</script>'


@pytest.mark.parametrize(
    ("size", "head", "url", "kept"),
    [
        (2500, "", None, 0),
        (2499, "", None, 40),
        (2500, "", "https://example.com/story/7", 0),
        (2500, "", "https://example.com/forum/7", 40),
        (2500, '<link rel=canonical href="https://example.com/topic/7">', "https://example.com/story/7", 40),
        (2500, ASKED, None, 40),
    ],
)
def test_beside_a_long_article_comments_are_none_unless_the_page_claims_to_be_a_discussion(
    monkeypatch: pytest.MonkeyPatch, size: int, head: str, url: str | None, kept: int
) -> None:
    monkeypatch.setattr(extract, "EXTRACTORS", {"auto": (_Everything(),)})
    text = ("The river rose again that night. " * 200)[: size - len("Report") - 1] + "."
    html = discussion(40, f"<p>{text}</p>").replace("<html>", f"<html><head>{head}</head>")
    content = extract_page(html, url=url)
    assert text in content.blocks
    assert remarks(content) == kept
    assert remarks(extract_page(html, url=url, config=config("yes"))) == 40


def test_exact_repeats_of_a_block_go_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "EXTRACTORS", {"auto": (_Everything(),)})
    code = "<pre>" + "x = f(x)  # the same line of code again" + "</pre>"
    content = extract_page(f"<body>{ARTICLE}<p>Short.</p>{code}<p>{PARAGRAPHS[1]}</p><p>Short.</p>{code}</body>")
    assert [block for block in content.blocks if block.startswith("Paragraph")] == PARAGRAPHS
    assert [(removed.text, removed.reason) for removed in content.removed] == [(PARAGRAPHS[1], "duplicate/exact")]
    assert content.removed[0].start > content.spans[3][1]
    assert content.blocks.count("Short.") == 2
    assert sum(kind == "code" for kind in content.kinds) == 2


def test_a_repeat_of_what_was_not_kept_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "EXTRACTORS", {"auto": (_Everything(without=1),)})
    content = extract_page(f"<p>{PARAGRAPHS[0]}</p><div>{ARTICLE}</div>")
    assert list(content.blocks) == PARAGRAPHS
    assert [removed.reason for removed in content.removed] == ["chrome/other"]


@pytest.mark.parametrize("joint", ["<br>", "</p><p>"])
def test_pages_whose_markup_says_nothing_are_read_as_dumps(monkeypatch: pytest.MonkeyPatch, joint: str) -> None:
    lines = [
        "首頁 新聞 財經 體育",
        "某某新聞",
        "2021-03-04 10:20 來源：某某日報",
        *HAN,
        "相關閱讀",
        "分享到：",
        "版權所有",
    ]
    html = f"<html><body><p>{joint.join(lines)}</p></body></html>"
    called: list[list[str]] = []

    def spy(lines: list[str], **known: object) -> object:
        called.append(list(lines))
        assert "hints" not in known
        return label_lines(lines, title=None)

    monkeypatch.setattr(extract, "label_lines", spy)
    content = extract_page(html)
    assert len(called) == 1
    expected = label_lines(called[0])
    kept = [line for line, label in zip(called[0], expected.lines, strict=True) if label.label == "body"]
    assert "".join("".join(content.blocks).split()) == "".join("".join(kept).split())
    assert content.flags == ()


def test_where_the_classifier_finds_nothing_trafilatura_decides_and_a_flag_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    html = f"<html><body><nav><a href=/>Home</a></nav><article>{ARTICLE}</article></body></html>"
    assert extract_page(html).flags == ()
    monkeypatch.setattr(extract, "block_votes", lambda *_: None)
    content = extract_page(html)
    assert content.flags == ("extractor-trafilatura",)
    assert list(content.blocks) == PARAGRAPHS
    monkeypatch.setattr(extract.Trafilatura, "votes", lambda *_: None)
    content = extract_page(html)
    assert content.flags == ("extractor-links",)
    assert list(content.blocks) == PARAGRAPHS


@pytest.mark.parametrize("text", ["Categories and brands", "分類與品牌", "𠮷野家", "e\u0301te\u0301"])
def test_a_shell_comes_out_empty_and_a_flag_says_so(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    html = f"<title>Shop</title><nav><a href=/>{text}</a></nav><div id=app></div><p>{text}<p hidden>{text}</p>"
    monkeypatch.setattr(extract, "block_votes", lambda page, _: (0.0,) * len(page.texts))
    found = extract_page(html)
    assert (found.text, found.flags, found.title) == ("", ("shell",), "Shop")
    assert "\n".join(one.text for one in found.removed) == found.source_text
    assert {one.reason for one in found.removed} <= {"chrome/other", "chrome/navigation"}
    assert extract_page(html, config=ExtractConfig(extractor="all")).text
    rule = Rule(name="mine", pattern=text, action="keep")
    assert text in extract_page(html, config=ExtractConfig(rules=(rule,))).text


def test_a_page_that_is_read_as_a_dump_is_no_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "block_votes", lambda page, _: (0.0,) * len(page.texts))
    found = extract_page("<body>" + "<br>".join(HAN))
    assert (list(found.blocks), found.flags) == (HAN, ())


SHOPS = {
    "en": {
        "Help": "Help Center, Disputes and reports, Buyer protection, Report infringement, Regulated information",
        "Languages": "Russian, Portuguese, Spanish, French, German, Italian, Dutch, Turkish, Japanese, Korean, Thai",
        "Browse": "All popular, Product, Promotion, Low price, Great value, Reviews, Blog, Video, Wholesale",
        "Group": "Pay, Cloud, Logistics, Wholesale marketplace, Retail marketplace, Travel, Music, Careers",
    },
    "zh": {
        "購物指南": "購物流程, 會員介紹, 生活旅行, 常見問題, 聯繫客服",
        "配送方式": "上門自提, 限時達, 配送服務查詢, 配送費收取標準",
        "支付方式": "貨到付款, 在線支付, 分期付款, 公司轉賬",
        "售後服務": "售後政策, 價格保護, 退款說明, 返修退換貨, 取消訂單",
        "關於我們": "公司簡介, 聯繫我們, 人才招聘, 商家入駐, 廣告服務, 手機商城, 友情鏈接, 銷售聯盟",
    },
}


@pytest.mark.parametrize(
    ("lists", "text"),
    [
        (SHOPS["en"], "This lamp has an arm of steel that stays where you put it, and its light is warm. " * 4),
        (SHOPS["zh"], "這盞檯燈的鋼臂放在哪裏就停在哪裏，燈光柔和，適合夜裏讀書，底座穩重，不會翻倒。" * 4),
    ],
)
@pytest.mark.parametrize("times", [3, 4])
def test_what_a_shop_shows_before_its_script_has_run(lists: dict[str, str], text: str, times: int) -> None:
    rows = [", ".join(f"<a href=/{i}>{name}</a>" for i, name in enumerate(of.split(", "))) for of in lists.values()]
    foot = "".join(f"<dl><dt>{head}</dt><dd>{row}</dd></dl>" for head, row in zip(lists, rows, strict=True))
    html = f"<title>Lamp</title><body><div id=root></div><footer class=site-footer>{foot * times}<p>© 2026</p></footer>"
    found = extract_page(html)
    assert (found.text, found.flags) == ("", ("shell",))
    assert "\n".join(one.text for one in found.removed) == found.source_text
    found = extract_page(html.replace("<div id=root>", f"<div id=root><h1>Lamp</h1><p>{text}"))
    assert (found.text, found.flags) == (text.strip(), ())


def test_trafilatura_by_choice_is_no_fallback() -> None:
    html = f"<html><body><nav><a href=/>Home</a></nav><article>{ARTICLE}</article></body></html>"
    assert extract_page(html, config=ExtractConfig(extractor="trafilatura")).flags == ()


def test_a_page_without_blocks_has_no_votes() -> None:
    assert Classifier().votes(parse_page(""), None) is None


@pytest.mark.parametrize(("share", "kept"), [(0.2, False), (0.3, True), (0.9, True)])
def test_on_chinese_pages_the_classifier_may_object_to_a_body_line(
    monkeypatch: pytest.MonkeyPatch, share: float, kept: bool
) -> None:
    html = "<body>" + "".join(f"<div class=c{i}><p>{text}</p></div>" for i, text in enumerate(HAN)) + "</body>"
    monkeypatch.setattr(extract, "block_votes", lambda *_: (0.9, share, 0.9))
    content = extract_page(html)
    assert (HAN[1] in content.blocks) is kept
    assert {HAN[0], HAN[2]} <= set(content.blocks)


def test_lines_of_a_dump_that_the_classifier_holds_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "首頁 | 新聞 | 財經",
        "網站地圖",
        "登錄 註冊",
        *HAN,
        "相關閱讀",
        "分享到：微信 微博",
        "版權所有 某某新聞網",
    ]
    before = [label.label for label in label_lines(lines).lines]
    assert before[3:6] == ["body"] * 3
    real = classify.line_probabilities
    assert (real(lines)[3:6] > 0.1).all()
    monkeypatch.setattr(
        "cleantext.pages.dump.line_probabilities", lambda found: np.where(np.arange(len(found)) == 4, 0.09, 0.11)
    )
    after = [label.label for label in label_lines(lines).lines]
    assert after == [*before[:4], "chrome/other", *before[5:]]


WORDS = st.sampled_from(
    ["漢字漢字。", "text of a page, ", "𠮷野家", "e\u0301 ", "Home ", "© 2020 ", "3 comments ", "\u3000"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=8).map("".join)
LEAF = TEXTS.map(lambda text: text)


def _wrap(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.sampled_from(
        ["div", "p", "ul", "li", "nav", "article", "section", "h2", "blockquote", "pre", "a", "footer"]
    )
    names = st.sampled_from(["", " class=comment", " class='post body'", " id=nav", " class=footer"])
    return st.tuples(tags, names, st.lists(parts, max_size=4)).map(
        lambda made: f"<{made[0]}{made[1]}>{''.join(made[2])}</{made[0]}>"
    )


PAGES = st.lists(st.recursive(LEAF, _wrap, max_leaves=12), min_size=1, max_size=6).map("".join)


def letters(text: str) -> list[str]:
    return sorted(re.sub(r"\s+", "", text))


@given(PAGES, st.sampled_from(["auto", "yes", "no"]))
@settings(deadline=None, max_examples=120)
def test_every_text_node_is_kept_or_removed_once(html: str, comments: str) -> None:
    content = extract_page(html, config=config(comments))
    shown = re.sub(r"<[^>]*>", "", html)
    assert letters(content.source_text) == letters(shown)
    assert letters("".join(content.blocks) + "".join(removed.text for removed in content.removed)) == letters(shown)
    spans = sorted([*content.spans, *((removed.start, removed.end) for removed in content.removed)])
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert bool(content.blocks) == bool(shown.strip())


@given(PAGES)
@settings(deadline=None, max_examples=40)
def test_the_whole_cleaner_accounts_for_generated_pages(html: str) -> None:
    check_partition(clean(f"<html><body>{html}</body></html>"))


FOLDED = f"<div hidden>{ARTICLE.replace('river', 'road')}</div>"


@pytest.mark.parametrize("extractor", [extract.LinkDensity(), extract.All()])
def test_extractors_that_keep_much_keep_nothing_folded(extractor: extract.Extractor) -> None:
    votes = extractor.votes(parse_page(ARTICLE + FOLDED), None)
    assert votes is not None
    assert votes.shares == (1,) * 4 + (0,) * 4


def test_what_trafilatura_leaves_out_in_between_stays_out_where_it_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Around:
        name = "trafilatura"

        def votes(self, page: Page, url: str | None) -> Votes:  # noqa: ARG002
            return Votes(shares=(1, 0, 1))

    monkeypatch.setattr(extract, "EXTRACTORS", {"trafilatura": (Around(),)})
    for attribute, count in (("", 3), (" hidden", 2)):
        html = f"<p>{PARAGRAPHS[0]}</p><p{attribute}>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
        assert len(extract_page(html, config=ExtractConfig(extractor="trafilatura")).blocks) == count


def test_a_notice_is_one_whatever_is_folded_beside_it() -> None:
    folded = f"<div hidden><p>{PARAGRAPHS[0]}</p></div>"
    found = extract_page(f"<p>You need to enable JavaScript to run this app.</p>{folded}")
    assert (found.text, found.flags) == ("", ("notice",))
