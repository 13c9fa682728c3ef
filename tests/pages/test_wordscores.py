"""Words of tags and classes, and what they add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.pages.wordscores import WordScores, class_words

NAMES = st.text(st.sampled_from("aZbYé漢𠮷\ud800\u0301-_ 09\x00") | st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("tag", "names", "expected"),
    [
        ("div", "", ("<div",)),
        ("div", "post-body", ("<div", "post", "body")),
        ("p", "articleBody SIDEBARLeft top2bottom", ("<p", "article", "body", "sidebar", "left", "top", "bottom")),
        ("li", "nav Nav NAV", ("<li", "nav")),
        ("li", "TOPBAR XMLNode isHTML", ("<li", "topbar", "xml", "node", "is", "html")),
        ("ul", "a b c-d x1", ("<ul",)),
        ("div", "正文 content", ("<div", "content")),
        ("div", "𠮷 e\u0301tat \ud800", ("<div", "tat")),
    ],
)
def test_words_of_an_element(tag: str, names: str, expected: tuple[str, ...]) -> None:
    assert class_words(tag, names) == expected


def test_no_more_than_twelve_words_are_read() -> None:
    assert (
        len(class_words("div", " ".join(f"word{chr(97 + i)}{chr(97 + j)}" for i in range(5) for j in range(5)))) <= 13
    )
    assert class_words("div", "x" * 400 + " late") == ("<div", "x" * 400)


@given(NAMES)
def test_any_names_give_each_word_once_in_lower_case(names: str) -> None:
    tag, *words = class_words("div", names)
    assert tag == "<div"
    assert len(set(words)) == len(words) <= 12
    assert all(word.isascii() and word.isalpha() and word.islower() and len(word) > 1 for word in words)


def test_scores_add_up_and_unknown_words_are_silent() -> None:
    scores = WordScores({"post": 1.5, "nav": -2.0, "<p": 0.25})
    assert scores.of(class_words("p", "post unheard-of"))[0] == 1.75
    assert scores.of(class_words("div", "post nav"))[0] == -0.5
    assert scores.of(class_words("div", ""))[0] == 0
    assert [scores.of(class_words("p", "post"))[0], scores.of(class_words("p", "post"))[0]] == [1.75, 1.75]


def test_scores_are_those_given_and_not_what_became_of_them() -> None:
    given_scores = {"post": 1.0}
    scores = WordScores(given_scores)
    given_scores["post"] = 9.0
    assert scores.of(class_words("div", "post"))[0] == 1.0
