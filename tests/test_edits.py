"""Edits replay and undo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.edits import apply_steps, diff, explain, reason, source_offset, undo_steps
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


def edit(stage: str, rule: str, start: int, before: str, after: str) -> Edit:
    return Edit(stage=stage, rule=rule, start=start, end=start + len(before), before=before, after=after)


@pytest.mark.parametrize(
    ("stage", "rule", "before", "after", "expected"),
    [
        ("entities", "entity", "&amp;", "&", '"&amp;" is an HTML entity; decoded to "&"'),
        (
            *("mojibake", "sloppy-windows-1252", "Ã©", "é"),
            '"Ã©" was UTF-8 read as windows-1252; mended to "é"',
        ),
        ("mojibake/2", "macroman", "√©", "é", '"√©" was UTF-8 read as MacRoman; mended to "é"'),
        ("mojibake", "gbk>utf-8", "浣犲ソ", "你好", '"浣犲ソ" was UTF-8 read as GBK; mended to "你好"'),
        (
            *("mojibake", "ftfy>latin-1>gbk/lossy", "Öй", "中\ufffd"),
            '"Öй" was GBK read as Latin-1, with characters lost; mended to "中\ufffd"',
        ),
        ("controls", "zero-width", "\u200b", "", '"<U+200B>" is invisible and shapes nothing here; dropped'),
        (
            *("controls", "control", "\x0c", " "),
            '"<U+000C>" is a control character without a meaning; replaced by " "',
        ),
        (
            *("script", "tw2s", "環境", "环境"),
            '"環境" is written otherwise in the other script (OpenCC tw2s); converted to "环境"',
        ),
        ("characters", "radical", "⼈", "人", '"⼈" stands for another character (radical); replaced by "人"'),
        ("width", "letters", "Ａ", "A", '"Ａ" has another width than Chinese text gives it (letters); set as "A"'),
        ("mojibake", "latin-1", "", "é", 'what stood here was UTF-8 read as Latin-1; mended to "é"'),
        ("new", "rule", "a\nb", "b", '"a<U+000A>b" was changed (new, rule); now "b"'),
        ("entities", "entity", "&" * 50, "", f'"{"&" * 39}…" is an HTML entity; dropped'),
        ("new", "{rule}", "{before}", "{after}", '"{before}" was changed (new, {rule}); now "{after}"'),
    ],
)
def test_reasons(stage: str, rule: str, before: str, after: str, expected: str) -> None:
    assert reason(edit(stage, rule, 0, before, after)) == expected


def test_places_are_those_of_the_text_before() -> None:
    text = "a&amp;b\n\n&am\u200bp;\u200bc"
    steps = [
        edit("entities", "entity", 1, "&amp;", "&"),
        edit("controls", "zero-width", 8, "\u200b", ""),
        edit("controls", "zero-width", 11, "\u200b", ""),
        edit("entities/2", "entity", 5, "&amp;", "&"),
    ]
    assert apply_steps(text, steps) == "a&b\n\n&c"
    told = [sentence.split(": ")[0] for sentence in explain(text, steps)]
    assert told == ["line 1, character 2", "line 3, character 4", "line 3, character 7", "line 3, character 1"]
    assert next(explain(text, steps, first_line=11)).startswith("line 11, character 2: ")
    assert list(explain("", [])) == []


@given(TEXT, TEXT, TEXT)
def test_places_agree_with_source_offsets(first: str, second: str, third: str) -> None:
    one, two = diff(first, second, stage="one", rule="r"), diff(second, third, stage="two", rule="r")
    offsets = [step.start for step in one] + [source_offset(one, step.start) for step in two]
    expected = [
        f"line {first.count(chr(10), 0, offset) + 1}, character {offset - (first.rfind(chr(10), 0, offset) + 1) + 1}"
        for offset in offsets
    ]
    assert [sentence.split(": ")[0] for sentence in explain(first, [*one, *two])] == expected
    assert offsets[: len(one)] == sorted(offsets[: len(one)])
    assert offsets[len(one) :] == sorted(offsets[len(one) :])


def test_many_edits_on_one_long_line_are_told_in_time() -> None:
    steps = [edit("s", "r", number, "a", "b") for number in range(0, 200_000, 2)]
    last = list(explain("a" * 200_000, steps))[-1]
    assert last == 'line 1, character 199999: "a" was changed (s, r); now "b"'
