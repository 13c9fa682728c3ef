"""Pages that show nothing but a notice come out empty, and say so; texts about scripts do not."""

from __future__ import annotations

import pytest
from hypothesis import given

import cleantext
from cleantext.config import ExtractConfig, Rule
from cleantext.pages.extract import extract_page
from cleantext.pages.notices import is_notice
from text_strategies import TEXT

NOTICES = [
    ["You need to enable JavaScript to run this app."],
    ["Just a moment...", "Enable JavaScript and cookies to continue"],
    ["example.com", "Verifying you are human. This may take a few seconds.", "Ray ID: 8f"],
    ["JavaScript is disabled in your browser. Please enable it."],
    ["We're sorry but app doesn't work properly without JavaScript enabled. Please activate JavaScript to continue."],
    ["您的浏览器未开启JavaScript，请开启 JavaScript 后刷新页面"],
    ["請啟用 JavaScript 後再試。"],
    ["请完成安全验证后继续访问", "示例网"],
]
TEXTS = [
    [],
    [""],
    ["JavaScript"],
    ["A course for those who need JavaScript."],
    ["Learn JavaScript in a day", "A course for beginners."],
    [
        "为了使用本站，请启用 JavaScript。",
        "会议今日召开，市长主持会议，各部门负责人参加，会上通过了三项决议。",
    ],
    ["You need to enable JavaScript to run this app.", "The council met on Monday. " * 30],
    ["𠮷" * 20, "e\u0301"],
]


@pytest.mark.parametrize("lines", NOTICES)
def test_notices(lines: list[str]) -> None:
    assert is_notice(lines)
    page = cleantext.extract("".join(f"<p>{line}</p>" for line in lines).encode())
    assert page.text == ""
    assert "notice" in page.flags
    assert [one.text for one in page.removed] == lines
    assert {one.reason for one in page.removed} == {"chrome/other"}


@pytest.mark.parametrize("lines", TEXTS)
def test_what_is_no_notice(lines: list[str]) -> None:
    assert not is_notice(lines)


def test_who_wants_everything_gets_it() -> None:
    page = extract_page(f"<p>{NOTICES[0][0]}", config=ExtractConfig(extractor="all"))
    assert page.text == NOTICES[0][0]
    assert "notice" not in page.flags


def test_rules_of_your_own_go_before() -> None:
    config = ExtractConfig(rules=(Rule(name="apps", pattern="JavaScript", action="keep"),))
    page = extract_page(f"<p>{NOTICES[0][0]}", config=config)
    assert page.text == NOTICES[0][0]


@given(TEXT)
def test_a_long_page_is_none(text: str) -> None:
    assert not is_notice([*NOTICES[0], text, "字" * 600])
