"""Exact codecs for undoing a wrong decoding: which bytes a text was, and which text bytes are.

Encodings are those of browsers (https://encoding.spec.whatwg.org/): GB18030 with € for byte 0x80 and the standard
characters for the 20 codes where Python's table has private-use ones, Big5 with the Hong Kong supplement. Both forms of
those 20 are taken, because either decoder may have done the damage.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from cleantext.tables.chinese_codes import (
    BIG5_EXTRA,
    BIG5_PYTHON,
    BIG5_STANDARD,
    GB18030_PYTHON,
    GB18030_STANDARD,
)

__all__ = ["big5_bytes", "big5_text", "gb18030_bytes", "gb18030_text", "latin_bytes", "pair_table"]

# U+3000 has a code of its own (A1A1) beside A3A0, so only the other 19 can be told by the character.
_TO_PYTHON = {ord(b): a for a, b in zip(GB18030_PYTHON, GB18030_STANDARD, strict=True) if b != "\u3000"}
_TO_STANDARD = str.maketrans(GB18030_PYTHON, GB18030_STANDARD)
_BIG5_TO_STANDARD = str.maketrans(BIG5_PYTHON, BIG5_STANDARD)
_BIG5_TO_PYTHON = str.maketrans(BIG5_STANDARD, BIG5_PYTHON)
# Looked for first, because a search is much faster than a translation.
_STANDARD_FORMS = re.compile(f"[{''.join(map(chr, _TO_PYTHON))}]")
_PYTHON_FORMS = re.compile(f"[{GB18030_PYTHON}]")
_BIG5_STANDARD_FORMS = re.compile(f"[{BIG5_STANDARD}]")
_BIG5_PYTHON_FORMS = re.compile(f"[{BIG5_PYTHON}]")
_BIG5_CODES = {char: code for code, char in reversed(BIG5_EXTRA.items())}
_EXTRA_BIG5 = "cleantext-big5-extra"
_EURO = "cleantext-gb18030-euro"


def gb18030_bytes(text: str) -> bytes:
    """The bytes a browser reads as `text` in GBK or GB18030. Raises UnicodeEncodeError for lone surrogates."""
    if _STANDARD_FORMS.search(text):
        text = text.translate(_TO_PYTHON)
    parts = text.split("€")
    return b"\x80".join(part.encode("gb18030") for part in parts)


def gb18030_text(data: bytes) -> str:
    """`data` read as GB18030, the 20 codes as the Standard has them. Raises UnicodeDecodeError where it is not."""
    text = data.decode("gb18030", _EURO)
    return text.translate(_TO_STANDARD) if _PYTHON_FORMS.search(text) else text


def big5_bytes(text: str) -> bytes:
    """The bytes a browser reads as `text` in Big5. Raises UnicodeEncodeError where there are none."""
    if _BIG5_STANDARD_FORMS.search(text):
        text = text.translate(_BIG5_TO_PYTHON)
    return text.encode("big5hkscs", _EXTRA_BIG5)


def big5_text(data: bytes) -> str:
    """`data` read as Big5. Raises UnicodeDecodeError where it is not."""
    text = data.decode("big5hkscs", _EXTRA_BIG5)
    return text.translate(_BIG5_TO_STANDARD) if _BIG5_PYTHON_FORMS.search(text) else text


def _big5_extra(error: UnicodeError) -> tuple[str | bytes, int]:
    """Codes and characters of the Standard that Python's codec lacks; nothing else is mended."""
    if isinstance(error, UnicodeDecodeError):
        found = BIG5_EXTRA.get(error.object[error.start : error.start + 2])
        if found:
            return found, error.start + 2
    elif isinstance(error, UnicodeEncodeError):
        code = _BIG5_CODES.get(error.object[error.start])
        if code:
            return code, error.start + 1
    raise error


def _euro(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == 0x80:
        return "€", error.start + 1
    raise error


codecs.register_error(_EXTRA_BIG5, _big5_extra)
codecs.register_error(_EURO, _euro)


@cache
def _latin() -> dict[int, bytes]:
    """The bytes behind a character that was read as Latin-1 or Windows-1252, and then perhaps damaged by ftfy.

    Pairs that looked like two-byte UTF-8 became one character of U+0080 to U+07FF: it stands for two bytes.
    """
    table = {code: bytes([code]) for code in range(0x100)}
    table |= {code: chr(code).encode() for code in range(0x100, 0x800)}
    for code in range(0x80, 0xA0):
        char = bytes([code]).decode("cp1252", "ignore")
        if char:
            table[ord(char)] = bytes([code])
    return table


def latin_bytes(text: str) -> bytes | None:
    """The bytes read as `text` in Latin-1 or Windows-1252, None where a character is neither."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        table = _latin()
        found = [table.get(code) for code in map(ord, text)]
        return None if None in found else b"".join(found)  # type: ignore[arg-type]


@cache
def pair_table() -> dict[str, bytes]:
    """Every character of the two-byte cells of GB18030 and its code, in Python's form and the Standard's."""
    table: dict[str, bytes] = {}
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            code = bytes([lead, trail])
            char = code.decode("gb18030")
            table.setdefault(char.translate(_TO_STANDARD), code)
            table[char] = code
    return table
