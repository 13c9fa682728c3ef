"""Why blocks go: the reasons against the words and landmarks that blocks themselves give, and each one by example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import extract
from cleantext.pages import _climb, _kernels
from cleantext.pages.blocks import parse_page
from cleantext.pages.reasons import _TELLING, Reasons
from markup_strategies import MARKUP


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<nav class=comments><p>x</p></nav>", "chrome/navigation"),
        ("<footer><p>x</p></footer>", "chrome/legal"),
        ("<footer><p><a href=/>x</a></p></footer>", "chrome/navigation"),
        ("<div class='share Reply'><p>x</p></div>", "chrome/comments"),
        ("<div id=bdshareButtonbox><p>x</p></div>", "chrome/share"),
        ("<div class=ads><div><p>x</p></div></div>", "chrome/advert"),
        ("<div class=ads><b class=a><div class=b><div class=c><div class=d><p class=e>x</p>", "chrome/other"),
        ("<p><a href=/>首页</a></p>", "chrome/navigation"),
        ("<p><a href=/>又一篇文章的題目比菜單長得多</a></p>", "chrome/related"),
        ("<p>x</p>", "chrome/other"),
    ],
)
def test_the_reason_of_a_block(html: str, reason: str) -> None:
    assert Reasons(parse_page(html)).of(0) == reason


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), min_size=1, max_size=30), st.integers(1, 4))
def test_the_compiled_climb_is_the_plain_one(rows: list[tuple[int, int]], most: int) -> None:
    parents = np.array([-1, *(parent % place for place, (parent, _) in enumerate(rows[1:], 1))])
    names, told = np.array([name for _, name in rows]), np.array([0, 1, 2, 4, 8, 16])
    found = []
    for tell in (_climb.tell, _kernels.tell):
        bits = np.zeros(len(rows), dtype=np.int64)
        tell(np.arange(len(rows)), parents, names, told, most, bits)
        found.append(bits.tolist())
    assert found[0] == found[1]


@given(MARKUP)
def test_bits_say_what_sets_of_words_say(html: str) -> None:
    page = parse_page(html)
    reasons = Reasons(page)
    for number, block in enumerate(page.blocks):
        told = [f"chrome/{name}" for name, words in _TELLING.items() if block.words & words]
        assert reasons.is_comment(number) == ("chrome/comments" in told)
        if block.landmark not in ("nav", "footer") and told:
            assert reasons.of(number) == told[0]


def test_what_stays_and_what_goes_is_all_there_is() -> None:
    text = "會議今日召開，市長主持會議，各界代表出席。"
    found = extract(f"<nav><a href=/>首页</a></nav><article><p>{text}</p><p>  <pre>a\n\n  b</pre></article>".encode())
    pieces = sorted([*found.spans, *((one.start, one.end) for one in found.removed)])
    shown = "".join(found.source_text[start:end] for start, end in pieces)
    assert "".join(shown.split()) == "".join(found.source_text.split())
