"""Folded copies of what a page shows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages.blocks import parse_page
from cleantext.pages.folded import copies

WORDS = [f"word{number}" for number in range(60)]
SHOWN = " ".join(WORDS)


@pytest.mark.parametrize(
    ("folded", "is_copy"),
    [
        (SHOWN, True),
        (SHOWN.upper().replace(" ", " *** "), True),
        (" ".join(WORDS[:40] + [f"other{i}" for i in range(30)]), True),
        (" ".join(WORDS[:20] + [f"other{i}" for i in range(40)]), False),
        (" ".join(WORDS[:23]), True),
        (" ".join(WORDS[:22]), False),  # too short to say
        (" ".join(reversed(WORDS)), False),
        ("漢字é𠮷 " * 80, False),
        ("...", False),
    ],
)
def test_what_is_mostly_shown_is_a_copy(folded: str, is_copy: bool) -> None:
    page = parse_page(f"<p>{SHOWN}</p><pre hidden>{folded}</pre><p hidden>answer</p><p>{SHOWN} again</p>")
    assert copies(page) == ([1] if is_copy else [])


@pytest.mark.parametrize("count", [22, 23])
@pytest.mark.parametrize("text", ["a ", "İ"])  # the latter is one letter and a mark where it is small
def test_the_shortest_copies_are_of_words_of_one_letter(text: str, count: int) -> None:
    page = parse_page(f"<p>{text * count}</p><pre hidden>{text * count}</pre>")
    assert copies(page) == ([1] if count == 23 else [])


@given(
    st.lists(st.tuples(st.sampled_from([SHOWN, SHOWN[:200], "a " * 30, "b"]), st.booleans()), min_size=1, max_size=6)
)
@settings(deadline=None)
def test_copies_are_folded_and_have_an_original(parts: list[tuple[str, bool]]) -> None:
    page = parse_page("".join(f"<p{' hidden' * hidden}>{text}</p>" for text, hidden in parts))
    shown = [text for text, hidden in zip(page.texts, page.arrays.hidden.tolist(), strict=True) if not hidden]
    for i in copies(page):
        assert page.arrays.hidden[i]
        assert any(page.texts[i][:40] in text for text in shown)
    if not page.arrays.hidden.any():
        assert copies(page) == []
