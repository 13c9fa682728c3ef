"""Entities left in dumps are decoded; what only looks like one is not."""

from __future__ import annotations

import html

import pytest
from hypothesis import example, given, settings

from cleantext.text.entities import entity_edits
from cleantext.text.steps import edited
from text_strategies import TEXT, check_steps


def decoded(line: str) -> str:
    done = edited(line, entity_edits(line))
    check_steps(line, done)
    return done.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("甲&nbsp;乙&mdash;丙", "甲\xa0乙—丙"),
        ("<b>粗&amp;细</b>&lt;", "<b>粗&细</b><"),  # a < on the line does not matter
        ("&#20013;&#x6587;&#128512;", "中文😀"),
        ("&#55357;&#56832;", "😀"),  # a surrogate pair, as JavaScript escapes it
        ("&#147;引&#148;", "“引”"),  # the Windows-1252 numbers of HTML5
        ("&amp;nbsp;&amp;amp;lt;", "\xa0<"),  # encoded twice, and three times
        ("&nbsp你好&nbsp&nbsp;", "\xa0你好\xa0\xa0"),
        ("&copy2020年&copy版权", "&copy2020年©版权"),
        ("&NBSP;&LT;", "\xa0<"),
        ("第一行&#10;第二行&NewLine;", "第一行 第二行 "),
        ("&fjlig;&NotEqualTilde;x", "fj≂̸x"),
        ("&hellip;&ldquo;&rdquo;&middot;", "…“”·"),
        ("𠮷&#134071;e&#x301;", "𠮷𠮷e\u0301"),
    ],
)
def test_decoded(line: str, expected: str) -> None:
    assert decoded(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "AT&T 与 R&D，a&b，汉&字",
        "http://e.cn/?a=1&copy=2&lang=zh&reg",
        "http://e.cn/?a=1&copy 版权",
        "查询?x=1&not你",  # & separates the fields of a query
        "&unknown; &nbspace &;&#;&#x;&#xZZ;",
        "&#0;&#99999999;&#x110000;&#129;",
        "P&Q;R",
    ],
)
def test_left_alone(line: str) -> None:
    assert decoded(line) == line


def test_offsets_are_those_of_the_line() -> None:
    edits = entity_edits("甲&amp;amp;乙&lt;")
    assert [(e.start, e.end, e.before, e.after) for e in edits] == [(1, 10, "&amp;amp;", "&"), (11, 15, "&lt;", "<")]
    assert {(e.stage, e.rule) for e in edits} == {("entities", "entity")}


def test_agrees_with_the_standard_library_on_closed_entities() -> None:
    for name in ("aacute", "Aacute", "yen", "frac12", "hearts", "CounterClockwiseContourIntegral", "#8364", "#x20AC"):
        assert decoded(f"价&{name};") == html.unescape(f"价&{name};")


def test_nested_entities_cost_no_more_than_plain_ones() -> None:
    depth = 20_000
    assert decoded("&" + "amp;" * depth) == "&"


@settings(deadline=None, max_examples=300)
@given(TEXT)
@example("&copy&NotEqualTilde;")
def test_decoding_again_changes_nothing(line: str) -> None:
    once = decoded(line)
    assert decoded(once) == once
