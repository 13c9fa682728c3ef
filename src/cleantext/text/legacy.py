"""Words that are GBK or Big5 read as Latin-1 or Windows-1252: `ÖÐ¹ú` is 中国.

They are recognised in order to be left alone: every character of such a word is a byte, the invisible ones too
(U+00AD, C1 controls), and as long as none is touched the Chinese can be had back.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["CJK", "legacy_spans"]

# Chinese, Japanese and Korean characters and marks, and format characters, as ranges of a character class: what no
# single-byte encoding has, so that it separates pieces of mojibake.
CJK = (
    "\u200b-\u200d\u2028-\u202e\u2060-\u206f\ufeff"
    "\u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef"
    "\U0001f200-\U0001f2ff\U00020000-\U0003fffd"
)
_WORD = re.compile(f"[^ \t\r\n{CJK}]+")
_HIGH_RUN = re.compile("[\x80-\xff]")
_TWO_BYTES = re.compile(rb"[\x00-\x7f]|([\x81-\xfe][\x40-\x7e\x80-\xfe])", re.DOTALL)
# Lead and trail bytes of the frequent half of Han and of the marks, in GB2312 and in Big5.
_FREQUENT = (
    re.compile(rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]"),
    re.compile(rb"[\xa1\xa3-\xc6][\x40-\x7e\xa1-\xfe]"),
)
# What GBK pairs look like when they happen to be UTF-8: letters nobody writes whole words in.
_ODD_LETTERS = re.compile("[\u0180-\u0385\u0460-\u058f\u0700-\u07ff]")
_FREQUENT_SHARE = 0.8
_FEWEST = 3  # characters beyond ASCII that tell anything


def legacy_spans(text: str) -> list[tuple[int, int]]:
    """Where words of `text` stand that are GBK or Big5 read as Latin-1 or Windows-1252, in order."""
    if not _HIGH_RUN.search(text):
        return []
    return [word.span() for word in _WORD.finditer(text) if _is_legacy_chinese(word[0])]


@cache
def _byte_of() -> dict[int, int]:
    """The byte behind a character that was read as Latin-1 or Windows-1252."""
    cp1252 = {ord(char): code for code in range(0x80, 0xA0) if (char := bytes([code]).decode("cp1252", "ignore"))}
    return {code: code for code in range(0x100)} | cp1252


def _data(word: str) -> bytes | None:
    """The bytes that were read as `word`, None where a character is none."""
    try:
        return word.encode("latin-1")
    except UnicodeEncodeError:
        codes = list(map(_byte_of().get, map(ord, word)))
        return None if None in codes else bytes(codes)  # type: ignore[arg-type]


def _is_legacy_chinese(word: str) -> bool:
    """Whether `word` is GBK or Big5 read as Latin-1 or Windows-1252.

    Its bytes must be whole two-byte codes (an odd last byte aside), at least two, nearly all of frequent characters;
    and must not be UTF-8, unless all of it would be, with letters from alphabets no word is written in.
    """
    high = len(word) - len(word.encode("ascii", "ignore"))
    data = _data(word) if high >= _FEWEST else None
    if data is None:
        return False
    try:
        if not _ODD_LETTERS.search(data.decode("utf-8")) or high < len(word):
            return False
    except UnicodeDecodeError:
        pass
    pairs = [match[1] for match in _TWO_BYTES.finditer(data) if match[1]]
    covered = sum(len(match[0]) for match in _TWO_BYTES.finditer(data))
    if len(pairs) < 2 or covered < len(data) - 1:
        return False
    return any(sum(map(bool, map(frequent.fullmatch, pairs))) >= _FREQUENT_SHARE * len(pairs) for frequent in _FREQUENT)
