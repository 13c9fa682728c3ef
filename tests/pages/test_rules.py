"""Users' rules on the lines of a page."""

from __future__ import annotations

import pytest

from cleantext.config import Rule
from cleantext.pages.rules import PageRules

RULES = (
    Rule(name="promo", pattern="^关注我们", action="remove"),
    Rule(name="local", pattern="來源", host="example.cn"),
    Rule(name="keep", pattern="关注", action="keep"),
)


@pytest.mark.parametrize(
    ("line", "url", "label"),
    [
        ("關注我們：某某", None, "chrome/promo"),
        ("請關注", None, "body"),
        ("文字", None, None),
        ("來源：某某", "http://news.example.cn/1", "chrome/local"),
        ("來源：某某", "http://example.cn", "chrome/local"),
        ("來源：某某", "http://anotherexample.cn", None),
        ("來源：某某", "http://[", None),
        ("", None, None),
    ],
)
def test_the_first_rule_that_matches_decides(line: str, url: str | None, label: str | None) -> None:
    assert PageRules(RULES, url).label(line) == label


def test_no_rules() -> None:
    assert not PageRules(RULES[1:2], "http://other.cn")
    assert PageRules((), None).label("字") is None
