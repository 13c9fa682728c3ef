"""Encodings of the web: which one a label means, and how each is decoded.

Labels, decoders and error recovery follow the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/): a label
names the superset browsers decode it with, and a bad byte becomes one U+FFFD without swallowing the ASCII behind it.
Deliberate departures: labels are read without their separators (`GB_2312-80`, `gb 2312`), HZ is decoded and not
refused, and GB label and decoder are all called gb18030, which is what decodes them.

Python's codecs do the decoding; what differs from the Standard is added by error handlers and by replacing the few
characters the two map differently.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import partial

from cleantext.tables.chinese_codes import (
    BIG5_EXTRA,
    BIG5_PYTHON,
    BIG5_STANDARD,
    GB18030_PYTHON,
    GB18030_STANDARD,
)

__all__ = ["SINGLE_BYTE", "count_replaced", "decode_as", "encoding_for_label", "python_codec"]

# WHATWG label table, separators stripped. The last words of some rows are misspellings seen on pages.
_LABELS = {
    "utf-8": "unicode11utf8 unicode20utf8 utf8 xunicode20utf8 utf utf8lias utf8mb4 uft8 ut8 utf88 cp65001",
    "ibm866": "866 cp866 csibm866 ibm866",
    "iso-8859-2": "csisolatin2 iso88592 iso885921987 isoir101 l2 latin2",
    "iso-8859-3": "csisolatin3 iso88593 iso885931988 isoir109 l3 latin3",
    "iso-8859-4": "csisolatin4 iso88594 iso885941988 isoir110 l4 latin4",
    "iso-8859-5": "csisolatincyrillic cyrillic iso88595 iso885951988 isoir144",
    "iso-8859-6": "arabic asmo708 csiso88596e csiso88596i csisolatinarabic ecma114 iso88596 iso885961987 iso88596e "
    "iso88596i isoir127",
    "iso-8859-7": "csisolatingreek ecma118 elot928 greek greek8 iso88597 iso885971987 isoir126 suneugreek",
    "iso-8859-8": "csiso88598e csisolatinhebrew hebrew iso88598 iso885981988 iso88598e isoir138 visual",
    "iso-8859-8-i": "csiso88598i iso88598i logical",
    "iso-8859-10": "csisolatin6 iso885910 isoir157 l6 latin6",
    "iso-8859-13": "iso885913",
    "iso-8859-14": "iso885914",
    "iso-8859-15": "csisolatin9 iso885915 l9",
    "iso-8859-16": "iso885916",
    "koi8-r": "cskoi8r koi koi8 koi8r",
    "koi8-u": "koi8ru koi8u",
    "macintosh": "csmacintosh mac macintosh xmacroman",
    "windows-874": "dos874 iso885911 tis620 windows874 cp874",
    "windows-1250": "cp1250 windows1250 xcp1250",
    "windows-1251": "cp1251 windows1251 xcp1251 win1251",
    "windows-1252": "ansix341968 ascii cp1252 cp819 csisolatin1 ibm819 iso88591 iso885911987 isoir100 l1 latin1 "
    "usascii windows1252 xcp1252 xuserdefined win1252 ansi iso8859",
    "windows-1253": "cp1253 windows1253 xcp1253",
    "windows-1254": "cp1254 csisolatin5 iso88599 iso885991989 isoir148 l5 latin5 windows1254 xcp1254",
    "windows-1255": "cp1255 windows1255 xcp1255",
    "windows-1256": "cp1256 windows1256 xcp1256",
    "windows-1257": "cp1257 windows1257 xcp1257",
    "windows-1258": "cp1258 windows1258 xcp1258",
    "x-mac-cyrillic": "xmaccyrillic xmacukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb231280 gbk isoir58 xgbk gb18030 "
    "gbk2312 gb2321 bg2312 gb23122 cp936 ms936 windows936 euccn gb gb180302000 gb180302005 gb180302022",
    "big5": "big5 big5hkscs cnbig5 csbig5 xxbig5 cp950 ms950 windows950 big5eten big5tw",
    "euc-jp": "cseucpkdfmtjapanese eucjp xeucjp ujis eucjis2004",
    "iso-2022-jp": "csiso2022jp iso2022jp",
    "shift_jis": "csshiftjis ms932 mskanji shiftjis sjis windows31j xsjis cp932 windows932 shiftjis2004",
    "euc-kr": "cseuckr csksc56011987 euckr isoir149 korean ksc5601 ksc56011987 ksc56011989 windows949 cp949 uhc ms949",
    "hz-gb-2312": "hzgb2312 hz",
    "utf-16be": "unicodefffe utf16be",
    "utf-16le": "csunicode iso10646ucs2 ucs2 unicode unicodefeff utf16 utf16le",
    "utf-32be": "utf32be",
    "utf-32le": "utf32 utf32le",
}
_NAMES = {label: name for name, labels in _LABELS.items() for label in labels.split()}
_SEPARATORS = re.compile(r"[^a-z0-9]+")

_CODECS = {
    "ibm866": "cp866",
    "iso-8859-8-i": "iso-8859-8",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "hz-gb-2312": "hz",
    "iso-2022-jp": "iso2022_jp_ext",
    **{f"windows-125{n}": f"cp125{n}" for n in range(9)},
}
_MULTI_BYTE = frozenset({"utf-8", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "hz-gb-2312"})
SINGLE_BYTE = frozenset(name for name in _LABELS if name not in _MULTI_BYTE and not name.startswith("utf-"))

# What Python's codec gives, and what the Standard gives, for codes both know.
_REPLACED = {
    "gb18030": (GB18030_PYTHON, GB18030_STANDARD),
    "big5": (BIG5_PYTHON, BIG5_STANDARD),
    "euc-jp": ("\u301c\u2016\u2212\xa2\xa3\xac", "～∥－￠￡￢"),
    "shift_jis": ("\uf8f0\uf8f1\uf8f2\uf8f3", "\ufffd\ufffd\ufffd\ufffd"),
    "koi8-u": ("\u255d\u256c", "\u045e\u040e"),
}


def encoding_for_label(label: str) -> str | None:
    """The encoding a label means on the web, or None for a label nobody uses.

    >>> encoding_for_label("GB_2312-80"), encoding_for_label("iso-8859-1"), encoding_for_label("klingon")
    ('gb18030', 'windows-1252', None)
    """
    return _NAMES.get(_SEPARATORS.sub("", label.lower()))


def python_codec(encoding: str) -> str:
    """The Python codec that decodes `encoding`, a name `encoding_for_label` returned."""
    return _CODECS.get(encoding, encoding)


def decode_as(body: bytes, encoding: str) -> str:
    """`body` decoded as `encoding` (a name from the label table, or a Python codec), bad bytes as U+FFFD."""
    text = codecs.decode(body, python_codec(encoding), _ERRORS.get(encoding, "replace"))
    wrong, right = _REPLACED.get(encoding, ("", ""))
    for a, b in zip(wrong, right, strict=True):
        if a in text:
            text = text.replace(a, b)
    return text


def count_replaced(text: str, body: bytes, encoding: str) -> int:
    """How many U+FFFD of `text`, which is `body` decoded as `encoding`, were not in `body`."""
    count = text.count("\ufffd")
    if not count or encoding in SINGLE_BYTE:
        return count
    written = "\ufffd".encode(python_codec(encoding), "ignore")
    return count - body.count(written) if written else count


def _bad_pair(body: bytes, start: int, length: int) -> tuple[str, int]:
    """U+FFFD for a sequence of `length` bytes; its last byte is read again where it is ASCII."""
    end = min(start + length, len(body))
    return "\ufffd", end - 1 if length > 1 and end == start + length and body[end - 1] < 0x80 else end


def _gb18030(body: bytes, start: int) -> tuple[str, int]:
    if body[start] == 0x80:
        return "€", start + 1
    if body[start] == 0xFF:
        return "\ufffd", start + 1
    second, rest = body[start + 1 : start + 2], body[start + 2 : start + 4]
    if not b"0" <= second <= b"9":
        return _bad_pair(body, start, 2)
    third_bad = rest[:1] and not b"\x81" <= rest[:1] <= b"\xfe"
    fourth_bad = len(rest) == 2 and not 0x30 <= rest[1] <= 0x39
    return "\ufffd", start + 1 if third_bad or fourth_bad else min(start + 4, len(body))


def _big5(body: bytes, start: int) -> tuple[str, int]:
    if body[start] in (0x80, 0xFF):
        return "\ufffd", start + 1
    found = BIG5_EXTRA.get(body[start : start + 2])
    return (found, start + 2) if found else _bad_pair(body, start, 2)


def _shift_jis(body: bytes, start: int) -> tuple[str, int]:
    lead = 0x81 <= body[start] <= 0x9F or 0xE0 <= body[start] <= 0xFC
    return _bad_pair(body, start, 2 if lead else 1)


def _euc_kr(body: bytes, start: int) -> tuple[str, int]:
    return _bad_pair(body, start, 2 if 0x81 <= body[start] <= 0xFE else 1)


def _euc_jp(body: bytes, start: int) -> tuple[str, int]:
    """Rows 13 and 89-92 (NEC and IBM characters), which Python's codec lacks, by way of their Shift_JIS code."""
    lead, trail = body[start], body[start + 1] if start + 1 < len(body) else 0
    if lead == 0x8F and 0xA1 <= trail <= 0xFE:
        return _bad_pair(body, start, 3)
    if 0xA1 <= lead <= 0xFE and 0xA1 <= trail <= 0xFE:
        row, cell = divmod((lead - 0xA1) * 94 + trail - 0xA1, 188)
        pair = bytes([row + (0x81 if row < 0x1F else 0xC1), cell + (0x40 if cell < 0x3F else 0x41)])
        char = pair.decode("cp932", "replace")
        return ("\ufffd" if "\ue000" <= char <= "\uf8ff" else char[0]), start + 2
    return _bad_pair(body, start, 2 if lead in (0x8E, 0x8F) or 0xA1 <= lead <= 0xFE else 1)


def _windows(body: bytes, start: int) -> tuple[str, int]:
    """Bytes 80-9F a code page leaves undefined are the C1 controls of that number."""
    return chr(body[start]) if body[start] < 0xA0 else "\ufffd", start + 1


def _windows_1255(body: bytes, start: int) -> tuple[str, int]:
    return ("\u05ba", start + 1) if body[start] == 0xCA else _windows(body, start)


def _handle(recover: Callable[[bytes, int], tuple[str, int]], error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return recover(error.object, error.start)


def _register() -> dict[str, str]:
    """Register an error handler for each encoding that needs one; returns their names by encoding."""
    recovery = {
        "gb18030": _gb18030,
        "big5": _big5,
        "shift_jis": _shift_jis,
        "euc-kr": _euc_kr,
        "euc-jp": _euc_jp,
        "windows-874": _windows,
        **{f"windows-125{n}": _windows for n in range(9)},
        "windows-1255": _windows_1255,
    }
    names = {}
    for encoding, recover in recovery.items():
        names[encoding] = f"cleantext-{encoding}"
        codecs.register_error(names[encoding], partial(_handle, recover))
    return names


_ERRORS = _register()
