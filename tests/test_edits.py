"""Edits replay and undo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.edits import apply_steps, diff, source_offset, undo_steps
from cleantext.records import Edit

TEXT = st.text(alphabet="ab漢汉字（(，,𠮷é\u0301\u200b \n", max_size=60)


@given(TEXT, TEXT, TEXT)
def test_two_stages_replay_and_undo(first: str, second: str, third: str) -> None:
    steps = [*diff(first, second, stage="one", rule="r"), *diff(second, third, stage="two", rule="r")]
    assert apply_steps(first, steps) == third
    assert undo_steps(third, steps) == first


def test_edits_are_small() -> None:
    steps = diff("省會城市群,大氣", "省会城市群，大气", stage="s", rule="r")
    assert [(step.before, step.after) for step in steps] == [("會", "会"), (",", "，"), ("氣", "气")]
    assert diff("同", "同", stage="s", rule="r") == []


def test_long_rewrites_stay_linear() -> None:
    steps = diff("ab" * 50_000, "ba" * 50_000 + "c", stage="s", rule="r")
    assert undo_steps(apply_steps("ab" * 50_000, steps), steps) == "ab" * 50_000


def test_steps_that_do_not_fit_are_refused() -> None:
    step = Edit(stage="s", rule="r", start=0, end=1, before="甲", after="乙")
    with pytest.raises(ValueError, match="s/r at 0 does not fit"):
        apply_steps("丙", [step])
    with pytest.raises(ValueError, match="s/r at 0 did not lead"):
        undo_steps("丙", [step])


@given(TEXT, TEXT)
def test_source_offset_stays_in_order(before: str, after: str) -> None:
    steps = diff(before, after, stage="s", rule="r")
    offsets = [source_offset(steps, i) for i in range(len(after) + 1)]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(before) for offset in offsets)
    assert offsets[-1] == len(before) or (steps and steps[-1].end == len(before))


def test_source_offset_leads_back() -> None:
    before = "a&amp;b現(xiàn)c"
    after = "a&b現c"
    steps = diff(before, after, stage="s", rule="r")
    assert [before[source_offset(steps, i)] for i in range(len(after))] == list("a&b現c")
