"""What is known of kinds of elements: the scores and shares of their words, and no more of them than there is room."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleantext.folding import code_points
from cleantext.pages import _kernels, _names, compiled, kinds
from cleantext.pages.columns import LANDMARKS, TAGS
from cleantext.pages.compiled import pays
from cleantext.pages.kinds import COMMENTS, COUNT, LANDMARK, NEAR, SCORE, TAG, KindLore, lore_of
from cleantext.pages.wordscores import MAX_WORDS, NAMES_READ, WordScores, class_words

SHARES = {"post": (1.5, 0.5, 0.25, 0.0), "menu": (-2.0, 0.1, -0.5, 0.0), "<p": (0.25, 1.0, 0.0, 0.75)}
SCORES = WordScores({"post": 1.5, "menu": -2.0, "<p": 0.1, "<nav": -1.0}, SHARES)
WORDS = st.sampled_from(
    [
        *(
            "post",
            "menu",
            "comments",
            "Comments",
            "POST",
            "POSTmenu",
            "postMenu",
            "PostMENU",
            "poSt",
            "pOST",
            "x",
            "Po",
        ),
        *("st2post", "post-menu_post", "正文", "𠮷", "e\u0301", "\ud800", "\u212amenu", "p\u0131ost", "\x00", "-"),
    ]
)
NAMES = st.lists(WORDS, max_size=16).map(" ".join) | st.lists(WORDS, max_size=90).map("".join)
TAGS_FOUND = st.sampled_from(["p", "div", "nav", "select", "search", "article", "h1", "x-y", ""])
KINDS = st.lists(st.tuples(TAGS_FOUND, NAMES), max_size=8)
BOTH = pytest.mark.parametrize("met", [0, compiled.COMPILED_FROM], ids=["plain", "compiled"])


@pytest.fixture(autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process that has met so many characters."""
    monkeypatch.setattr(compiled._Met, "characters", request.node.callspec.params["met"])


@BOTH
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=KINDS)
def test_a_row_says_what_the_words_of_a_kind_say(met: int, found: list[tuple[str, str]]) -> None:
    assert pays() == (met > 0)
    rows, starts, words = KindLore(SCORES).of(found)
    assert rows.shape == (len(found), kinds.SIZE)
    assert starts.tolist() == [0, *np.cumsum(rows[:, COUNT])]
    for row, (tag, names), start in zip(rows, found, starts.tolist(), strict=False):
        own = [word for word in class_words(tag, names) if word in SHARES]
        assert [[*SHARES][word] for word in words[start : start + int(row[COUNT])]] == own
        assert row[NEAR:TAG].tolist() == pytest.approx([sum(SHARES[word][step] for word in own) for step in (1, 2, 3)])
        assert row[SCORE] == SCORES.of(class_words(tag, names))[0]
        landmark = {"select": "form", "search": "form"}.get(tag, tag)
        assert row[LANDMARK] == (LANDMARKS.index(landmark) if landmark in LANDMARKS else -1)
        assert row[TAG] == (TAGS.index(tag) if tag in TAGS else -1)
        assert row[COMMENTS] == ("comments" in class_words(tag, names))


@BOTH
def test_nothing_is_asked_and_unknown_words_are_silent(met: int) -> None:
    lore = lore_of(SCORES)
    assert lore_of(SCORES) is lore
    assert [part.tolist() for part in lore.of([])] == [[], [0], []]
    assert lore.of([("p", "unheard-of")])[1].tolist() == [0, 1]
    assert KindLore(WordScores({})).of([("div", "post comments")])[0][0, [SCORE, COMMENTS]].tolist() == [0, 1]


@BOTH
@pytest.mark.parametrize(
    "names", ["post " + "x" * 100_000 + " menu", "-" * (NAMES_READ - 4) + "postal", "x" * 396 + " menu"]
)
def test_names_are_read_up_to_a_limit(met: int, names: str) -> None:
    rows, _, words = KindLore(SCORES).of([("p", names), ("p", names)])
    said = class_words("p", names[:NAMES_READ])
    assert rows[:, SCORE].tolist() == [SCORES.of(said)[0]] * 2
    assert words.tolist() == [[*SHARES].index(word) for word in said if word in SHARES] * 2


@BOTH
def test_so_many_words_are_read(met: int) -> None:
    for before in range(10, 14):
        rows, _, _ = KindLore(SCORES).of(
            [("div", " ".join(["b", "ab"] * (before // 2) + ["c"] * (before % 2) + ["post"]))]
        )
        assert rows[0, SCORE] == (1.5 if before < MAX_WORDS else 0)


def _loops(read: Any) -> list[Any]:
    found = [("p", "postMenu POSTcomments post"), ("div", ""), ("x-y", "menu" * 40 + " post comments")]
    numbers, known = KindLore(SCORES)._tables
    texts = [names for _, names in found]
    bounds, tags = np.cumsum([0, *map(len, texts)]), np.array([numbers.get(tag, 0) for tag, _ in found])
    rows, starts, words = np.empty((3, kinds.SIZE)), np.zeros(4, dtype=np.int64), np.full(60, -7)
    read(code_points("".join(texts)), bounds, tags, known, (COMMENTS, COUNT), MAX_WORDS, rows, starts, words)
    return [rows.tolist(), starts.tolist(), words[: starts[-1]].tolist()]


@BOTH
def test_the_loop_gives_the_same_as_it_is_and_compiled(met: int) -> None:
    assert _loops(_names.read_kinds) == _loops(_kernels.read_kinds)
