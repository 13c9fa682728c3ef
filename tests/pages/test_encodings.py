from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages.declared import declared_encodings
from cleantext.pages.encodings import SINGLE_BYTE, count_replaced, decode_as, encoding_for_label, python_codec
from cleantext.pages.likelihood import log_likelihood

MULTI_BYTE = ("gb18030", "big5", "shift_jis", "euc-jp", "euc-kr")


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("gb2312", "gb18030"), ("GBK", "gb18030"), (" gb_2312-80 ", "gb18030"), ("gbk2312", "gb18030"),
        ("x-gbk", "gb18030"), ("big5-hkscs", "big5"), ("x-x-big5", "big5"), ("iso-8859-1", "windows-1252"),
        ("latin1", "windows-1252"), ("us-ascii", "windows-1252"), ("iso-8859-9", "windows-1254"),
        ("tis-620", "windows-874"), ("ks_c_5601-1987", "euc-kr"), ("x-sjis", "shift_jis"), ("utf8", "utf-8"),
        ("UTF_8", "utf-8"), ("utf-8lias", "utf-8"), ("unicode", "utf-16le"), ("", None), ("none", None),
    ],
)  # fmt: skip
def test_labels(label: str, encoding: str | None) -> None:
    assert encoding_for_label(label) == encoding


@pytest.mark.parametrize("encoding", [*MULTI_BYTE, *sorted(SINGLE_BYTE), "utf-16le", "utf-32be", "hz-gb-2312"])
def test_every_encoding_has_a_codec_and_keeps_ascii(encoding: str) -> None:
    assert decode_as("<p>ok</p>".encode(python_codec(encoding)), encoding) == "<p>ok</p>"
    assert encoding_for_label(encoding) == encoding


# Encoding Standard: where Python's codec has another character, or none.
@pytest.mark.parametrize(
    ("encoding", "code", "text"),
    [
        ("gb18030", "80", "€"), ("gb18030", "a3a0", "\u3000"), ("gb18030", "a8bc", "\u1e3f"),
        ("gb18030", "a6d9a6daa6f3", "\ufe10\ufe12\ufe19"), ("gb18030", "fe59fea0", "\u9fb4\u9fbb"),
        ("gb18030", "95328236", "𠀀"), ("gb18030", "ff", "\ufffd"),
        ("big5", "a3e1", "€"), ("big5", "f9d8", "裏"), ("big5", "c6df", "仝"), ("big5", "8862", "\u00ca\u0304"),
        ("big5", "a1e3", "～"), ("big5", "a145", "‧"), ("big5", "87dd", "拁"),
        ("shift_jis", "8740", "①"), ("shift_jis", "80", "\x80"), ("shift_jis", "a0", "\ufffd"),
        ("shift_jis", "f040", "\ue000"),
        ("euc-jp", "ada1", "①"), ("euc-jp", "fcf1", "ⅰ"), ("euc-jp", "a1c1", "～"), ("euc-jp", "8eb1", "ｱ"),
        ("euc-jp", "8fb0a1", "丂"), ("euc-kr", "8141", "갂"), ("windows-1252", "818d", "\x81\x8d"),
        ("windows-1255", "ca", "\u05ba"), ("windows-1253", "d2", "\ufffd"), ("windows-874", "81db", "\x81\ufffd"),
        ("koi8-u", "aebe", "ўЎ"),
    ],
)  # fmt: skip
def test_codes(encoding: str, code: str, text: str) -> None:
    assert decode_as(bytes.fromhex(code), encoding) == text


# A bad pair is one U+FFFD, and the ASCII behind a bad lead byte is read.
@pytest.mark.parametrize(
    ("encoding", "code", "text"),
    [
        ("gb18030", "8120", "\ufffd "), ("gb18030", "81ff41", "\ufffdA"), ("gb18030", "b9", "\ufffd"),
        ("gb18030", "b93c2f", "\ufffd</"), ("gb18030", "81308141", "\ufffd0丄"), ("gb18030", "8130", "\ufffd"),
        ("big5", "a43c", "\ufffd<"), ("big5", "a480", "\ufffd"), ("big5", "80a440", "\ufffd一"),
        ("shift_jis", "8120", "\ufffd "), ("shift_jis", "81", "\ufffd"), ("euc-jp", "a43c", "\ufffd<"),
        ("euc-jp", "8fa13c", "\ufffd<"), ("euc-jp", "a1", "\ufffd"), ("euc-kr", "b03c", "\ufffd<"),
        ("euc-kr", "c9", "\ufffd"),
        ("utf-8", "e4bd3c", "\ufffd<"),
    ],
)  # fmt: skip
def test_recovery(encoding: str, code: str, text: str) -> None:
    assert decode_as(bytes.fromhex(code), encoding) == text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.sampled_from([*MULTI_BYTE, *sorted(SINGLE_BYTE), "utf-8", "utf-16le", "iso-2022-jp"]))
def test_never_raises_and_scores(body: bytes, encoding: str) -> None:
    text = decode_as(body, encoding)
    assert 0 <= count_replaced(text, body, encoding) <= len(text)
    assert log_likelihood(body, encoding) <= 0


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=30), st.sampled_from(MULTI_BYTE))
def test_markup_after_garbage_survives(body: bytes, encoding: str) -> None:
    assert decode_as(body + b"\n</p>\n", encoding).endswith("\n</p>\n")


def test_count_replaced_leaves_out_those_of_the_page() -> None:
    body = "行\ufffd".encode("gb18030") + b"\xff"
    assert count_replaced(decode_as(body, "gb18030"), body, "gb18030") == 1


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="gb2312">', "gb18030"),
        ("<META CHARSET=big5>", "big5"),
        ("<meta http-equiv=Content-Type content=text/html; charset=gbk>", "gb18030"),
        ("<meta content='text/html; charset=euc-kr' http-equiv='content-type'/>", "euc-kr"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312>', "gb18030"),
        ('<meta charset="text/html; charset=utf-8">', "utf-8"),
        ("<meta charset=“gbk”>", "gb18030"),
        ('<?xml version="1.0" encoding="shift_jis"?><html>', "shift_jis"),
        ('<!-- <meta charset="big5"> --><meta charset="gbk">', "gb18030"),
        ('<meta name="description" content="how to set charset=big5"><meta charset="gbk">', "gb18030"),
        ('<meta charset="utf-16">', "utf-8"),
        ('<!-- <meta charset="gbk">', None),
        ('<meta charset="klingon">', None),
        ("<p>charset=gbk</p>", None),
    ],
)
def test_meta(head: str, encoding: str | None) -> None:
    found = declared_encodings(head.encode(), None)
    assert found == ([(encoding, "meta")] if encoding else [])


def test_header_comes_first_and_each_encoding_once() -> None:
    body = b"<meta charset=gbk><meta charset=big5><meta charset=gb2312>"
    assert declared_encodings(body, "text/html; charset=Big5") == [("big5", "header"), ("gb18030", "meta")]
    assert declared_encodings(b"", 'text/html;CHARSET="utf-8"') == [("utf-8", "header")]
    assert declared_encodings(b"", "text/html") == []


def test_likelihood_tells_chinese_encodings_apart() -> None:
    gbk, big5 = "环境保护工作会议".encode("gbk"), "環境保護工作會議".encode("big5")
    assert log_likelihood(gbk, "gb18030") > log_likelihood(gbk, "big5") + 10
    assert log_likelihood(big5, "big5") > log_likelihood(big5, "gb18030") + 10
    assert log_likelihood(b"", "gb18030") == 0
