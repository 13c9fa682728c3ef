"""An extractor's text found again in the blocks it came from."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages.align import align, bare

A, B, C = "第一段說的是天氣，今天有雨。", "第二段說的是交通，路上很堵。", "The third paragraph is about something else."
BLOCKS = st.lists(st.text(st.sampled_from("漢字文章句子，。 ab𠮷é"), max_size=30), max_size=8)


@pytest.mark.parametrize(
    ("pieces", "shares", "unaligned"),
    [
        ([A, C], (1, 0, 1), 0),
        ([A + B + C], (1, 1, 1), 0),
        ([A[:7], A[7:], B], (1, 1, 0), 0),
        ([C, A], (1, 0, 1), 0),
        ([A.replace("，", ", "), f"- {B}"], (1, 1, 0), 0),
        (["這一段不在頁面上的任何地方"], (0, 0, 0), 13),
        ([A + "插進來的一句話說得不短。" + B], (1, 1, 0), 11),
        ([], (0, 0, 0), 0),
    ],
)
def test_joined_split_moved_and_strange_pieces(pieces: list[str], shares: tuple[int, ...], unaligned: int) -> None:
    found, others, missing = align([A, B, C], pieces)
    assert (found, others, missing) == (shares, (0, 0, 0), unaligned)


def test_repeated_text_is_matched_in_order() -> None:
    blocks = [A, "圖一", A, "圖二", A, "尾"]
    assert align(blocks, [A, A, "圖二", A])[0] == (1, 0, 1, 1, 1, 0)
    assert align(blocks, ["圖二", A])[0] == (0, 0, 0, 1, 1, 0)


def test_a_block_of_signs_goes_with_the_one_before() -> None:
    assert align(["※", A, "——", B, "。。"], [A])[0] == (0, 1, 1, 0, 0)


def test_two_parts_are_told_apart() -> None:
    assert align([A, B, C], [A], [B]) == ((1, 0, 0), (0, 1, 0), 0)


@given(BLOCKS)
@settings(deadline=None, max_examples=200)
def test_all_of_the_text_covers_all_of_the_blocks(blocks: list[str]) -> None:
    shares, _, unaligned = align(blocks, blocks)
    first = next((i for i, block in enumerate(blocks) if bare(block)), len(blocks))
    assert shares == (0.0,) * first + (1.0,) * (len(blocks) - first)
    assert unaligned == 0


@given(BLOCKS, BLOCKS)
@settings(deadline=None, max_examples=200)
def test_shares_are_shares(blocks: list[str], pieces: list[str]) -> None:
    shares, _, unaligned = align(blocks, pieces)
    assert len(shares) == len(blocks)
    assert all(0 <= share <= 1 for share in shares)
    assert 0 <= unaligned <= sum(len(bare(piece)) for piece in pieces)


@pytest.mark.parametrize("text", ["啊" * 40, "abcdefgh", "漢字"])
def test_repetition_takes_linear_time(text: str) -> None:
    def seconds(n: int) -> float:
        start = time.process_time()
        align([text] * n, [text + "斷"] * n)
        return time.process_time() - start

    seconds(100)
    small, large = seconds(1000), seconds(4000)
    assert large < 8 * small + 0.5
