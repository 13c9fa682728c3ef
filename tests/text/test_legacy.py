"""Chinese read as Latin-1 is told from Latin words and from UTF-8 read as Latin-1."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.text.legacy import legacy_spans
from text_strategies import TEXT

FREQUENT = "大气污染防治工作会议中国人民政府生态环境太原市委书记主持并讲话全面落实"
TRADITIONAL = "大氣污染防治工作會議中國人民政府生態環境太原市委書記主持並講話全面落實"


@given(st.text(alphabet=FREQUENT, min_size=2, max_size=20))
def test_gbk_is_found(text: str) -> None:
    broken = text.encode("gbk").decode("latin-1")
    assert legacy_spans("说明 " + broken) == [(3, 3 + len(broken))]


@given(st.text(alphabet=TRADITIONAL, min_size=3, max_size=20))
def test_big5_is_found(text: str) -> None:
    broken = text.encode("big5").decode("latin-1")
    assert legacy_spans(broken + " 说明") == [(0, len(broken))]


def test_windows_1252_and_a_lost_last_byte() -> None:
    broken = "中国人民".encode("gbk").decode("cp1252")
    assert legacy_spans(f"来源：{broken}，") == [(3, 3 + len(broken))]
    assert legacy_spans(broken[:-1]) == [(0, len(broken) - 1)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "中文，English",
        "naïve façade, Ærøskøbing, Größenverhältnis, ÄÖÜ",
        "cafÃ© â€œÃ©tÃ©â€\x9d",
        "ç”Ÿæ€\x81çŽ¯å¢ƒ",
        "Ð¿Ñ€Ð¸Ð²ÐµÑ‚",
        "$Ì¶6Ì¶3Ì¶",  # struck out by combining strokes
        "√†√∂¬¨¬©",  # three layers of MacRoman
        "𠮷é é\u0301",
    ],
)
def test_not_found(text: str) -> None:
    assert legacy_spans(text) == []


@settings(deadline=None)
@given(TEXT)
def test_spans_are_in_order(text: str) -> None:
    ends = [0, *(end for span in legacy_spans(text) for end in span)]
    assert ends == sorted(ends)
    assert ends[-1] <= len(text)
