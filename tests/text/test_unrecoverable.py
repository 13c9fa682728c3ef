"""What cannot be had back is counted by kind."""

from __future__ import annotations

import pytest
from hypothesis import given

from cleantext.text import lost_in_repair, repair_line
from cleantext.text.unrecoverable import unrecoverable
from text_strategies import TEXT


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", {}),
        ("他握着锟，水很烫，屯屯的", {}),
        ("锟斤拷", {"锟斤拷": 1}),
        ("锟斤拷锟斤拷锟", {"锟斤拷": 3}),  # the last is cut off
        ("锟斤拷，烫烫烫烫\n屯屯屯", {"锟斤拷": 1, "烫烫烫": 1, "屯屯屯": 1}),
        ("葺葺葺葺 锘匡标题", {"葺葺葺": 1, "锘": 1}),
        ("甲\ufffd乙\ufffd\ufffd", {"U+FFFD": 3}),
    ],
)
def test_counts(text: str, counts: dict[str, int]) -> None:
    assert unrecoverable(text) == counts


@given(TEXT, TEXT)
def test_lines_add_up(first: str, second: str) -> None:
    assert unrecoverable(f"{first}\n{second}") == unrecoverable(first) + unrecoverable(second)


def test_what_repair_could_not_bring_back_whole() -> None:
    assert lost_in_repair(repair_line("鐢熸€佺幆澧\ufffd，浣犲ソ").steps) == {"lossy": 1}
    assert lost_in_repair(repair_line("浣犲ソ").steps) == {}
