"""The folded views."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext import folding
from cleantext.folding import (
    SLOW,
    UNKNOWN,
    code_points,
    interchanged_table,
    label_text,
    label_view,
    match_clusters,
    match_codes,
    match_table,
    match_text,
    simplified_table,
)

ALPHABET = "漢汉字現现著着Ａａaßﬁ㈠①㎡ｶﾞﾟガé\u0301\u0308𠮷\u3000\u200b\ufe0f，,。.(（xiàn)） \n각ᄀ\u1161\u11a8İ"
TEXT = st.text(alphabet=ALPHABET, max_size=40) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("現代化的 Ａｐｐ，２０２１年！", "现代化的app2021年"),
        ("著力打造", "着力打造"),
        ("裏裡", "里里"),
        ("會議\n今日,召開", "会议今日召开"),
        ("Straße", "strasse"),
        ("e\u0301", "é"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("각", "각"),
        ("葛\U000e0100", "葛"),
        ("？！…—", ""),
        ("", ""),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_match_text(text: str, same: str) -> None:
    assert match_text(text) == same


@given(TEXT)
def test_the_table_is_the_definition(text: str) -> None:
    codes, offsets = match_codes(text)
    slow_codes, slow_offsets = match_clusters(text)
    assert codes.tolist() == slow_codes.tolist()
    assert offsets.tolist() == slow_offsets.tolist()


# Not for marks: a dropped full stop can leave one beside a letter that it did not stand on.
@given(st.text(alphabet=[char for char in ALPHABET if not folding._joins(char)], max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = match_text(text)
    assert match_text(once) == once


@given(TEXT)
def test_composed_and_decomposed_text_match(text: str) -> None:
    assert match_text(unicodedata.normalize("NFD", text)) == match_text(unicodedata.normalize("NFC", text))


@given(TEXT)
def test_the_table_is_filled_for_what_is_asked(text: str) -> None:
    codes = code_points(text)
    assert (match_table(codes)[codes] != UNKNOWN).all()


def test_marks_are_matched_by_clusters() -> None:
    codes = code_points("e\u0301 ㈠漢")
    assert match_table(codes)[codes].tolist() == [ord("e"), SLOW, folding.DROP, ord("一"), ord("汉")]
    assert match_table(code_points("\u00ad"))[0xAD] == folding.HIDDEN


@pytest.mark.parametrize("text", ["", "a", "漢\ud800字\0", "\0\0", "𠮷\udc00𠮷"])
def test_code_points(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_points(text).tolist() == [ord(char) for char in text]
    monkeypatch.setattr(folding, "_PIECE", 2)
    assert code_points(text).tolist() == [ord(char) for char in text]


@given(TEXT)
def test_the_label_view_maps_back(text: str) -> None:
    view, offsets = label_view(text)
    assert len(view) == len(offsets)
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


def test_the_label_view_drops_readings_and_spaces() -> None:
    assert label_view("發(fā) 布 日 期：２０１６")[0] == "发布日期:2016"
    assert label_view("婚(h) 沒(没)")[0] == "婚(h)没(没)"


def test_lone_surrogates_do_no_harm() -> None:
    assert match_text("漢\ud800字") == "汉字"
    assert label_view("漢\ud800字")[0] == "汉字"


def test_the_table_is_closed() -> None:
    table = simplified_table()
    assert all(len(key) == len(value) == 1 for key, value in table.items())
    assert not [value for value in table.values() if value in table]


def test_what_converters_interchange_is_one_in_match_text_alone() -> None:
    pairs = [("明了", "明瞭"), ("颠复性", "顛覆性"), ("凭借", "憑藉"), ("仿佛", "彷彿"), ("坐标", "座標")]
    for simplified, traditional in pairs:
        assert match_text(simplified) == match_text(traditional)
    assert label_view("覆盖了講座")[0] == "覆盖了讲座"
    table = interchanged_table()
    assert not [value for value in table.values() if value in table]
    assert not set(table) & set(simplified_table())


@given(TEXT)
def test_the_text_of_the_label_view_is_that_of_its_quick_way(text: str) -> None:
    assert label_text(text) == label_view(text)[0]
