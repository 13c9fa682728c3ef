"""What is known of kinds of elements: the scores and shares of their words, and no more of them than there is room."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.pages import kinds
from cleantext.pages.columns import LANDMARKS, TAGS
from cleantext.pages.kinds import COMMENTS, COUNT, LANDMARK, NEAR, SCORE, TAG, KindLore, lore_of
from cleantext.pages.wordscores import NAMES_READ, WordScores, class_words

SHARES = {"post": (1.5, 0.5, 0.25, 0.0), "menu": (-2.0, 0.1, -0.5, 0.0), "<p": (0.25, 1.0, 0.0, 0.75)}
SCORES = WordScores({"post": 1.5, "menu": -2.0, "<p": 0.1, "<nav": -1.0}, SHARES)
NAMES = st.lists(
    st.sampled_from(["post", "menu", "comments", "x", "\u6b63\u6587", "\U00020bb7", "e\u0301"]), max_size=4
).map(" ".join)
KINDS = st.lists(
    st.tuples(st.sampled_from(["p", "div", "nav", "select", "search", "article", "h1"]), NAMES), max_size=8
)


@given(KINDS)
def test_a_row_says_what_the_words_of_a_kind_say(found: list[tuple[str, str]]) -> None:
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
        assert row[COMMENTS] == ("comments" in names)


def test_what_is_remembered_is_what_was_learned() -> None:
    lore, asked = lore_of(SCORES), [("p", "post"), ("div", ""), ("p", "post menu")]
    assert lore_of(SCORES) is lore
    first = [part.tolist() for part in lore.of(asked)]
    assert [part.tolist() for part in lore.of(asked)] == first
    assert lore.of([])[1].tolist() == [0]


def test_no_more_is_remembered_than_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_MOST_KNOWN", 5)
    lore = KindLore(SCORES)
    many = [("p", f"post n{number}") for number in range(12)]
    assert lore.of(many)[0][:, SCORE].tolist() == [SCORES.of(class_words(*kind))[0] for kind in many]
    assert len(lore._known) <= 5


def test_names_are_remembered_as_far_as_they_are_read() -> None:
    lore = KindLore(SCORES)
    long = "post " + "x" * 100_000 + " menu"
    assert lore.of([("p", long), ("p", long)])[0][:, SCORE].tolist() == [1.6, 1.6]
    assert [len(names) for _, names in lore._known] == [NAMES_READ]
