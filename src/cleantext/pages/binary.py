"""Whether bytes are text at all, and whether they are UTF-16 or UTF-32 without a byte order mark."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from cleantext.pages.likelihood import is_common

__all__ = ["binary_kind", "wide_encoding"]

_SAMPLE = 65536  # bytes of each of head, middle and tail that are looked at
# Signatures of https://mimesniff.spec.whatwg.org/ and of the formats' own specifications. Those that could begin a
# text (`BM`, `MZ`, `PK`) count only if control characters follow.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
    (b"PK\x03\x04", "a ZIP archive (or an Office document or e-book)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "an ELF program"),
    (b"MZ", "a Windows program"),
    (b"\xca\xfe\xba\xbe", "a Java class or Mach-O program"),
    (b"\xcf\xfa\xed\xfe", "a Mach-O program"),
    (b"\x00asm", "a WebAssembly module"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"OggS\x00", "Ogg audio or video"),
    (b"fLaC\x00", "FLAC audio"),
    (b"ID3", "MP3 audio"),
    (b"\x1aE\xdf\xa3", "Matroska or WebM video"),
    (b"FLV\x01", "Flash video"),
    (b"CWS", "a Flash file"),
    (b"wOFF", "a WOFF font"),
    (b"wOF2", "a WOFF2 font"),
    (b"\x00\x01\x00\x00\x00", "a TrueType font"),
)
_CONTAINERS = {b"WEBP": "a WebP image", b"WAVE": "WAV audio", b"AVI ": "AVI video"}
_NUL, _CONTROL = 1, 2
# Bytes no text has: C0 controls but tab, line ends, form feed, backspace, SO, SI, SUB (end of file) and ESC.
_KINDS = np.zeros(256, dtype=np.uint8)
_PRINTABLE, _DELETE = 0x20, 0x7F
_KINDS[:_PRINTABLE] = _CONTROL
# What of them stands in a row: the first, and how many (as bytes, so that what is below the first wraps around).
_FIRST_READ, _READ = np.uint8(0x08), np.uint8(8)
_KINDS[[*range(0x08, 0x10), 0x1A, 0x1B]] = 0
_KINDS[_DELETE] = _CONTROL
_KINDS[0] = _NUL
_MANY = 0.02  # share of control bytes that makes bytes data; text has none, random bytes have 7 %
_FEW = 8  # control bytes that are never enough to judge by
_STRAY = 0.2  # share of control bytes up to which valid UTF-8 is text with stray ones
_PLAUSIBLE = 0.8


def binary_kind(body: bytes) -> str | None:
    """What the bytes are if they are not text, in words that complete “looks like …”; None for text."""
    sample = _sample(body)
    nuls, controls = _unread(sample)
    if kind := _signature(body, nuls + controls):
        return kind
    if nuls + controls < max(_FEW, _MANY * len(sample)) or wide_encoding(body):
        return None
    if _is_utf8(sample, 4) and nuls + controls < 0.3 * len(sample):
        return None
    return "binary data (full of NUL bytes)" if nuls > controls else "binary data (full of control bytes)"


def _unread(sample: bytes) -> tuple[int, int]:
    """How many bytes are NUL, and how many are other bytes that no text has."""
    codes = np.frombuffer(sample, dtype=np.uint8)
    low, deletes = int(np.count_nonzero(codes < _PRINTABLE)), _count(sample, _DELETE)
    # Nearly always all of them are those of text, and to count is many times as fast as to look them up.
    read = int(np.count_nonzero(codes - _FIRST_READ < _READ))
    if low == read or low == read + _count(sample, 0x1A) + _count(sample, 0x1B):
        return 0, deletes
    kinds = np.bincount(_KINDS[codes[codes < _PRINTABLE]], minlength=3)
    return int(kinds[_NUL]), int(kinds[_CONTROL]) + deletes


def _count(sample: bytes, code: int) -> int:
    return sample.count(code) if code in sample else 0  # to look for what is not there is quicker than to count it


def _sample(body: bytes) -> bytes:
    if len(body) <= 3 * _SAMPLE:
        return body
    middle = (len(body) // 2) & ~3
    return body[:_SAMPLE] + body[middle : middle + _SAMPLE] + body[-_SAMPLE & ~3 :]


def _is_utf8(sample: bytes, cuts: int) -> bool:
    """Whether `sample` is UTF-8 but for the characters its cuts go through."""
    return sample.decode("utf-8", "replace").rstrip("\ufffd").count("\ufffd") <= 2 * (cuts - 1)


def _signature(body: bytes, controls: int) -> str | None:
    for signature, kind in _SIGNATURES:
        if body.startswith(signature) and (controls or not signature.isascii() or signature in (b"%PDF-", b"{\\rtf")):
            return kind
    if body.startswith(b"RIFF") and body[8:12] in _CONTAINERS:
        return _CONTAINERS[body[8:12]]
    if body[4:8] == b"ftyp" and controls:
        return "MP4 video or a HEIF image"
    return None


def wide_encoding(body: bytes) -> str | None:
    """utf-16le, utf-16be, utf-32le or utf-32be where the bytes read well as that and hold controls as bytes."""
    sample = body[: 4096 & ~3]
    unread = sum(_unread(sample))
    if len(sample) < 2 or unread < _MANY * len(sample):
        return None
    stray = unread < _FEW / 2 or unread < _STRAY * len(sample) or len(body) % 2
    if stray and _is_utf8(sample, 1):
        return None
    for encoding, width in (("utf-32le", 4), ("utf-32be", 4), ("utf-16le", 2), ("utf-16be", 2)):
        whole = sample[: len(sample) // width * width]
        try:
            text = whole.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(whole) - 4 or not error.start:
                continue
            text = whole[: error.start].decode(encoding)
        if text and _plausible(text):
            return encoding
    return None


def _plausible(text: str) -> bool:
    """Whether nearly all characters are ones text is made of, and no more than two alphabets beside ASCII and Han."""
    if re.search("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]", text):
        return False
    other = [char for char in text if not is_common(char)]
    rows = Counter(ord(char) >> 8 for char in other if char.isalpha())
    alphabets = sum(count for _, count in rows.most_common(2))
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in other)
    return (len(text) - len(other) + max(alphabets, hangul)) >= _PLAUSIBLE * len(text)
