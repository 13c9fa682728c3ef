"""Discussions are told by the elements that hold their text, and their posts stay where the classifier keeps them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cleantext.pages import discussions, extract
from cleantext.pages.blocks import Page, parse_page
from cleantext.pages.content import page_lines
from cleantext.pages.discussions import DISCUSSION_WORDS
from cleantext.pages.dump import Labels, whole_line
from cleantext.pages.extract import Votes
from cleantext.pages.page import words_of
from cleantext.pages.reasons import Reasons
from markup_strategies import MARKUP

POSTS = [
    "元旦快樂！",
    "我是年前徹底放假了，年前不找工作了，過了年再找吧",
    "這放假方式有點奇特啊",
    "沒法安裝𠮷",
    "我們放一天上一天再放一天",
    "我已經放假了，哈哈哈e\u0301",
]


def is_discussion(page: Page, shares: list[float]) -> bool:
    """Whether a page is one, by the names of its own elements."""
    return discussions.is_discussion(page, shares, Reasons(page).talks)


def _page(name: str) -> str:
    posts = "".join(f"<div class=item><p>{text}</p></div>" for text in POSTS)
    return f"<html lang=zh><head><title>放假</title></head><body><div class='{name}'>{posts}</div></body></html>"


def _shares(html: str, share: float = 0.9) -> list[float]:
    return [share] * len(parse_page(html).texts)


@pytest.mark.parametrize("name", ["topic", "thread-list", "Question main", "comments", "bbs_1"])
def test_words_around_posts_tell_a_discussion(name: str) -> None:
    html = _page(name)
    assert is_discussion(parse_page(html), _shares(html))


@pytest.mark.parametrize("name", ["", "post", "article", "topically", "回覆"])
def test_other_words_do_not(name: str) -> None:
    html = _page(name)
    assert not is_discussion(parse_page(html), _shares(html))


@pytest.mark.parametrize(("share", "said"), [(0.0, False), (0.05, False), (0.9, True)])
def test_only_likely_text_counts(share: float, said: bool) -> None:
    html = f"<article><p>{'正文' * 40}</p></article><div class=reply><p>{'回覆' * 40}</p></div>"
    assert is_discussion(parse_page(html), [0.9, share]) is said


def test_a_page_without_text_is_none() -> None:
    assert not is_discussion(parse_page(""), [])
    html = _page("topic")
    assert not is_discussion(parse_page(html), _shares(html, 0.0))


def test_words_count_however_far_up_they_are() -> None:
    html = "<div class=topic>" + "<div class=a>" * 300 + "<p>" + "帖子" * 30 + "</p>"
    page = parse_page(html)
    assert page.arrays.scope_parents.size > 250
    assert is_discussion(page, [1.0])


@settings(max_examples=60, deadline=None)
@given(MARKUP)
def test_it_is_what_looking_up_from_each_block_says(html: str) -> None:
    page = parse_page(f"<div class=reply>{html}</div><p>文章</p>")
    arrays = page.arrays
    shares = [1.0 - 0.5 * (i % 2) for i in range(len(page.texts))]
    inside = whole = 0.0
    for i, share in enumerate(shares):
        size, scope, told = share * (arrays.ends[i] - arrays.starts[i]), int(arrays.scopes[i]), False
        while scope >= 0 and not told:
            told = not DISCUSSION_WORDS.isdisjoint(words_of(arrays.names[arrays.scope_names[scope]]))
            above = int(arrays.scope_parents[scope])
            scope = -1 if above == scope else above
        inside, whole = inside + size * told, whole + size
    assert is_discussion(page, shares) is bool(inside >= 0.4 * whole > 0)


@pytest.mark.parametrize(("name", "share", "stay"), [("topic", 0.6, True), ("topic", 0.4, False), ("news", 0.6, False)])
def test_short_posts_stay_where_the_classifier_keeps_them(
    name: str, share: float, stay: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "昨天下午，市環境局在市政府禮堂召開會議，部署今年的大氣污染防治工作，各區負責人參加了會議。"
    html = _page(name).replace("<div class=item>", f"<div class=item><p>{long}</p>", 1)
    page = parse_page(html)
    lines = page_lines(page)
    labels = [whole_line("body" if text == long else "chrome/comments", len(text)) for text in lines.texts]
    votes = Votes(shares=tuple(0.9 if text == long else share for text in page.texts))
    monkeypatch.setattr(extract, "_label_lines", lambda *_: Labels(lines=tuple(labels), metadata={}))
    monkeypatch.setattr(extract, "_is_flat", lambda _: False)
    found = {
        text: label.label
        for text, label in zip(lines.texts, extract._agreed(page, lines, votes, Reasons(page)).lines, strict=True)
    }
    assert found == {long: "body"} | dict.fromkeys(POSTS, "body" if stay else "chrome/comments")


@pytest.mark.parametrize(
    ("tag", "size", "share", "label"),
    [("p", 121, 0.9, "body"), ("p", 120, 0.9, "title"), ("h1", 121, 0.9, "title"), ("p", 121, 0.7, "title")],
)
def test_a_post_that_a_page_is_named_after_stays(
    tag: str, size: int, share: float, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = ("昨天下午，市環境局在市政府禮堂召開會議，部署今年的大氣污染防治工作，" * 9)[:size]
    page = parse_page(f"<div class=a><{tag}>{post}</{tag}><p>回覆</p></div>")
    lines = page_lines(page)
    labels = [whole_line(name, len(text)) for name, text in zip(("title", "chrome/other"), lines.texts, strict=True)]
    monkeypatch.setattr(extract, "_label_lines", lambda *_: Labels(lines=tuple(labels), metadata={}))
    monkeypatch.setattr(extract, "_is_flat", lambda _: False)
    votes = Votes(shares=(share, 0.0))
    assert extract._agreed(page, lines, votes, Reasons(page)).lines[0].label == label
