"""Changes found as arrays: the text they make and the edits that say so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.edits import apply_steps
from cleantext.text.changes import DELETED, Changes, changed, chunks, edits
from text_strategies import TEXT


def made(positions: list[int], codes: list[int]) -> Changes:
    return Changes(np.array(positions, dtype=np.int64), np.array(codes, dtype=np.uint32))


def test_a_deleted_character_belongs_to_the_edit_before_it() -> None:
    text, changes = "aｶﾞb...,c", made([1, 2, 4, 5, 6, 7], [ord("ガ"), DELETED, ord("…"), ord("…"), DELETED, ord("，")])
    found = edits(text, changes, stage="s", rule=lambda before, after: f"{before}>{after}")
    assert [(e.start, e.end, e.rule) for e in found] == [(1, 3, "ｶﾞ>ガ"), (4, 7, "...>……"), (7, 8, ",>，")]
    assert changed(text, changes) == apply_steps(text, found) == "aガb……，c"


def test_no_changes() -> None:
    assert changed("甲", made([], [])) == "甲"
    assert edits("甲", made([], []), stage="s", rule=lambda *_: "") == []


@pytest.mark.parametrize("text", ["", "a", "甲\n乙", "甲" * 200_000, ("乙" * 999 + "\n") * 400, "\n" * 300_000])
def test_chunks_are_whole_lines_and_all_of_them(text: str) -> None:
    parts = list(chunks(text))
    assert "".join(part for _, part in parts) == text
    assert all(text.startswith(part, offset) for offset, part in parts)
    assert all(part.endswith("\n") for _, part in parts[:-1])


@settings(deadline=None, max_examples=100)
@given(TEXT, st.data())
def test_text_and_edits_agree(text: str, data: st.DataObject) -> None:
    positions = sorted(data.draw(st.sets(st.integers(0, max(0, len(text) - 1)), max_size=len(text))) if text else [])
    codes = [data.draw(st.sampled_from([ord("甲"), ord("…"), 0x20000])) for _ in positions]
    changes = made(positions, codes)
    assert changed(text, changes) == apply_steps(text, edits(text, changes, stage="s", rule=lambda *_: "r"))
