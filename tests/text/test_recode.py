"""The inverse codecs agree with the decoders of pages, code by code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.pages.encodings import decode_as
from cleantext.tables.chinese_codes import GB18030_PYTHON, GB18030_STANDARD
from cleantext.text.recode import (
    big5_bytes,
    big5_text,
    gb18030_bytes,
    gb18030_text,
    latin_bytes,
    pair_table,
)

PAIRS = [bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF))]


def test_every_pair_of_gb18030_has_its_inverse() -> None:
    texts = {pair: decode_as(pair, "gb18030") for pair in PAIRS}
    assert {pair for pair, text in texts.items() if gb18030_bytes(text) != pair} == {b"\xa3\xa0", b"\xa2\xe3"}
    assert all(gb18030_text(pair) == text for pair, text in texts.items())
    assert decode_as(b"\xa3\xa0\xa2\xe3", "gb18030") == "\u3000€"  # which have other codes too: A1A1 and 80


def test_both_forms_of_the_codes_the_tables_disagree_on_are_taken() -> None:
    for python, standard in zip(GB18030_PYTHON, GB18030_STANDARD, strict=True):
        if standard != "\u3000":
            assert gb18030_bytes(python) == gb18030_bytes(standard)
            assert pair_table()[python] == pair_table()[standard]
    assert gb18030_bytes("\ue5e5") == b"\xa3\xa0"


def test_euro_is_one_byte() -> None:
    assert gb18030_bytes("€一€€") == b"\x80\xd2\xbb\x80\x80"
    assert gb18030_text(b"\x80\xd2\xbb\x80") == "€一€"
    with pytest.raises(UnicodeDecodeError):
        gb18030_text(b"\xff\xd2")
    with pytest.raises(UnicodeEncodeError):
        gb18030_bytes("\ud83d")


def test_every_pair_of_big5_has_its_inverse() -> None:
    doubled = []
    for pair in PAIRS:
        text = decode_as(pair, "big5")
        if "\ufffd" in text or len(text) != 1:
            continue
        assert big5_text(pair) == text
        if big5_bytes(text) != pair:
            doubled.append(pair)
            assert big5_text(big5_bytes(text)) == text
    assert len(doubled) < 110  # characters with two codes, of which one comes back
    for text in ("\ud83d", "\ue000", "é\u0301"):
        with pytest.raises(UnicodeEncodeError):
            big5_bytes(text)
    with pytest.raises(UnicodeDecodeError):
        big5_text(b"\x80\x40")


@given(st.text())
def test_gb18030_round_trip(text: str) -> None:
    clean = text.encode("utf-8", "ignore").decode().translate(dict.fromkeys(map(ord, GB18030_PYTHON)))
    assert gb18030_text(gb18030_bytes(clean)) == clean


@given(st.binary())
def test_bytes_read_as_windows_1252(data: bytes) -> None:
    assert latin_bytes(decode_as(data, "windows-1252")) == data
    assert latin_bytes(data.decode("latin-1")) == data


def test_what_ftfy_made_of_two_bytes_is_two_bytes() -> None:
    assert latin_bytes("ÎÛȾ") == b"\xce\xdb\xc8\xbe"
    assert latin_bytes("ÎÛ中") is None
    assert latin_bytes("\ud83d") is None
