"""Paragraphs of clean text: one text by the definition, many at once in their bytes."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cleantext
from cleantext.formats.paragraphs import cut_paragraphs, paragraph_spans
from row_tools import SPACES, TEXT


def cut(texts: list[str], kind: pa.DataType | None = None) -> list[list[str]]:
    found, offsets = cut_paragraphs(pa.array(texts, kind or pa.string()))
    found.validate(full=True)
    strings, bounds = found.to_pylist(), offsets.tolist()
    return [strings[start:end] for start, end in pairwise(bounds)]


def defined(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraph_spans(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\u3000\n\n", []),
        ("一\n二", ["一", "二"]),
        ("一\n二\n\n三", ["一\n二", "三"]),
        ("\n一\n二", ["一", "二"]),
        ("\n\n一\n二", ["一\n二"]),
        ("一\n\n\n\n\n二\n三\n", ["一", "二\n三"]),
        ("一\r\n二\r\n", ["一", "二"]),
        ("一\r\n\r\n二\r\n三", ["一", "二\r\n三"]),
        ("　　一。　\n　\n　　二。", ["一。", "二。"]),
        (
            "a\rb\x0bc\x0cd\x1ce\x1df\x1eg\x1fh\x85i\u2028j\u2029k",
            ["a", "b", "c", "d", "e", "f", "g\x1fh", "i", "j", "k"],
        ),
        ("a\rb\n\nc\u2028d", ["a\rb", "c\u2028d"]),
        (" " * 100 + "一" + "\xa0" * 100 + "\n" + "\t" * 100 + "\n二", ["一", "二"]),
        ("。\n”\n、", ["。", "”", "、"]),
    ],
)
def test_examples(text: str, found: list[str]) -> None:
    assert defined(text) == found
    assert cut([text, "前", text, "", text]) == [found, ["前"], found, [], found]


@settings(deadline=None)
@given(TEXT.map(lambda text: text.lstrip("\ufeff")))
def test_the_definition_is_what_clean_does_with_clean_text(text: str) -> None:
    assert paragraph_spans(text) == list(cleantext.extract(text, kind="text").spans)


@settings(max_examples=500, deadline=None)
@given(st.lists(TEXT, max_size=6), st.sampled_from([pa.string(), pa.large_string()]))
def test_many_at_once_are_cut_like_each_alone(texts: list[str], kind: pa.DataType) -> None:
    assert cut(texts, kind) == [defined(text) for text in texts]


@settings(deadline=None)
@given(st.lists(TEXT, min_size=2, max_size=6))
def test_slices_of_arrays(texts: list[str]) -> None:
    found, _ = cut_paragraphs(pa.array(texts).slice(1, len(texts) - 1))
    assert found.to_pylist() == [paragraph for text in texts[1:] for paragraph in defined(text)]


@pytest.mark.parametrize("space", SPACES, ids=lambda space: f"U+{ord(space):04X}")
@pytest.mark.parametrize("other", ["a", "é", "一", "。", "\u2027", "𠀀"])
def test_every_white_space(space: str, other: str) -> None:
    texts = [space, other + space, space + other, f"{other}{space}{other}", f"{other}\n{space}\n{space}{other}{space}"]
    assert cut(texts) == [defined(text) for text in texts]


def test_no_white_space_is_wider_than_three_bytes() -> None:
    assert not any(chr(code).isspace() for code in range(0x3001, 0x110000))


def test_nothing_to_cut() -> None:
    assert cut([]) == []
    assert cut(["", ""]) == [[], []]
