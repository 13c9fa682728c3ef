"""From bytes to text: which encoding a page is in, and how we know.

What a page declares is evidence, not an order: a byte order mark, an HTTP header or a meta tag is believed unless the
bytes read clearly better as something else. Undeclared bytes are chardet's and our own statistics' to decide, among
the encodings of the web. A bad byte costs one character; pieces in a second encoding are decoded by themselves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import chardet
import numpy as np

from cleantext.config import DecodeConfig
from cleantext.errors import DecodeError
from cleantext.pages.binary import binary_kind, wide_encoding
from cleantext.pages.declared import declared_encodings
from cleantext.pages.encodings import SINGLE_BYTE, count_replaced, decode_as, encoding_for_label, python_codec
from cleantext.pages.likelihood import log_likelihood
from cleantext.pages.segments import Segment, decode_by_segments

__all__ = ["Decoded", "decode", "is_binary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text of some bytes, and how we know.

    `encoding` is a WHATWG name in lower case (gb18030 for all of gb2312, gbk and gb18030). `encoding_source` is bom,
    header, meta, valid utf-8, utf-16 pattern, detected, or config. `confidence` is between 0 and 1. `replaced` counts
    the U+FFFD that stand for bytes nobody can read. `segments` are [start, end) of the text and the encoding of
    pieces that were in another encoding than the rest. `utf8` is `text` in UTF-8, where the bytes were that already.
    """

    text: str
    encoding: str
    encoding_source: str
    confidence: float
    replaced: int = 0
    segments: tuple[Segment, ...] = ()
    utf8: bytes | None = field(default=None, repr=False, compare=False)


_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32le"),
    (b"\x00\x00\xfe\xff", "utf-32be"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)
_LONGEST_TAIL = 3
_UTF8_TAIL = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([JI])")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_HIGH = re.compile(rb"[\x80-\xff]")

# Undeclared bytes are one of these. Order breaks ties.
_CJK = ("gb18030", "big5", "shift_jis", "euc-jp", "euc-kr")
_ALPHABETS = (
    *(f"windows-125{n}" for n in (2, 1, 0, 3, 4, 5, 6, 7, 8)),
    *("windows-874", "koi8-r", "koi8-u", "iso-8859-2", "iso-8859-5", "ibm866"),
)
# chardet's names, where they are not Python's usual ones.
_CHARDET_NAME = {"euc-jp": "euc_jis_2004", "iso-8859-2": "iso8859-2", "iso-8859-5": "iso8859-5"}
_PRIOR = {"gb18030": 2.0, "big5": 1.0, "windows-1252": 3.0, "iso-8859-5": -8.0, "ibm866": -8.0, "koi8-u": -2.0}  # nats
_CHARDET_WEIGHT = 2.0  # nats a factor e of chardet's confidence is worth; tuned on the fragment benchmark
_CHARDET_ALPHABET_WEIGHT = 8.0  # among alphabets it knows much more than we do
_ALPHABETS_ASKED = 6  # the likeliest of them are put to it
_SAMPLE = 8192  # bytes the statistics look at
_WINDOWS = 16  # pieces they are taken in
_ENDS = bytes(code < 0x30 or code in b"<>:;=" for code in range(256))  # in which no multi-byte code ends
# A declared encoding is dropped if another explains the bytes better by this much, at least and a byte above ASCII.
_DOUBT, _DOUBT_PER_BYTE = 8.0, 0.8
_CUT = 4.0  # nats
_PLENTY, _READS_WELL = 64, -4.5  # bytes above ASCII; nats each of them costs at most
_MOSTLY = 0.5  # share of the bytes above ASCII in valid sequences that makes a page UTF-8


def decode(body: bytes, content_type: str | None = None, config: DecodeConfig | None = None) -> Decoded:
    """The text of `body`; a byte order mark is dropped, line ends stay as they are.

    Raises DecodeError, in one line that says what was found, where the bytes are not text; never because some of
    them are damaged.

    >>> decode("环境保护".encode("gbk")).text
    '环境保护'
    """
    body = bytes(body)
    if config is not None and config.encoding is not None:
        return _forced(body, config.encoding)
    mark, name = next(((mark, name) for mark, name in _BOMS if body.startswith(mark)), (b"", ""))
    if mark and name != "utf-8":
        return _plain(body[len(mark) :], name, "bom", 1.0)
    if kind := binary_kind(body):
        raise DecodeError(f"looks like {kind}, not text")
    if wide := wide_encoding(body):
        return _plain(body, wide, "utf-16 pattern", 0.9)
    declared = declared_encodings(body, content_type)
    if mark:
        body, declared = body[len(mark) :], [("utf-8", "bom"), *(pair for pair in declared if pair[0] != "utf-8")]
    return _strict(body, declared) or _weighed(body, declared)


def is_binary(body: bytes) -> bool:
    """Whether `body` is an image, archive, program or other data, and not text in any encoding.

    >>> is_binary(b"%PDF-1.7 ..."), is_binary("文".encode("utf-16"))
    (True, False)
    """
    body = bytes(body)
    return not any(body.startswith(mark) for mark, _ in _BOMS) and binary_kind(body) is not None


def _forced(body: bytes, encoding: str) -> Decoded:
    for mark, name in _BOMS:
        if body.startswith(mark) and encoding_for_label(encoding) == name:
            body = body[len(mark) :]
            break
    return _plain(body, encoding_for_label(encoding) or encoding.lower(), "config", 1.0)


def _plain(body: bytes, encoding: str, source: str, confidence: float) -> Decoded:
    text = decode_as(body, encoding)
    replaced = count_replaced(text, body, encoding)
    return Decoded(text=text, encoding=encoding, encoding_source=source, confidence=confidence, replaced=replaced)


def _strict(body: bytes, declared: list[tuple[str, str]]) -> Decoded | None:
    """`body` as UTF-8 (or ASCII in whatever it declares), or None where it is not."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    declared = [pair for pair in declared if not pair[0].startswith(("utf-16", "utf-32"))]
    encoding, source = declared[0] if declared else ("utf-8", "valid utf-8")
    if text.isascii():
        known = {name for name, _ in declared} & {"iso-2022-jp", "hz-gb-2312"}
        if _ISO_2022_JP.search(body):
            return _plain(body, "iso-2022-jp", source if encoding == "iso-2022-jp" else "detected", 0.95)
        if "hz-gb-2312" in known:
            return _plain(body, "hz-gb-2312", source, 0.9)
        encoding = "utf-8" if encoding == "iso-2022-jp" else encoding
        return Decoded(text=text, encoding=encoding, encoding_source=source, confidence=1.0, utf8=body)
    for name, origin in declared:
        if name in _CJK and _coincidence(body, text, name):
            return _plain(body, name, origin, 0.7)
    source = next((origin for name, origin in declared if name == "utf-8"), "valid utf-8")
    return Decoded(text=text, encoding="utf-8", encoding_source=source, confidence=1.0, utf8=body)


def _coincidence(body: bytes, text: str, declared: str) -> bool:
    """Whether valid UTF-8 is an accident of the declared encoding: 目录 in GBK is Ŀ¼ in UTF-8.

    Only for a handful of characters, none of them a three-byte sequence, with letters no language writes together.
    """
    if len(body) - len(text) > 3 * 8:  # a character takes three bytes more than one, at most
        return False
    high = [char for char in text if char >= "\x80"]
    if len(high) > 8 or max(high) > "\u07ff" or not any("\u0100" <= char <= "\u02ff" for char in high):
        return False
    read = decode_as(body, declared)
    return "\ufffd" not in read and log_likelihood(body, declared) > log_likelihood(body, "utf-8") - 4


def _weighed(body: bytes, declared: list[tuple[str, str]]) -> Decoded:
    """`body`, which is not quite UTF-8, in the encoding that explains it best, and its second encoding in pieces."""
    encoding, source, confidence = _judge(_sample(body), declared)
    others = [name for name, _ in declared if name != encoding]
    text, segments, replaced = decode_by_segments(body, encoding, others)
    return Decoded(
        text=text,
        encoding=encoding,
        encoding_source=source,
        confidence=round(confidence, 4),
        replaced=replaced,
        segments=segments,
    )


def _sample(body: bytes) -> bytes:
    """Up to `_SAMPLE` bytes around bytes above ASCII, evenly from the whole, cut where no encoding has a character."""
    if len(body) <= _SAMPLE:
        return body
    high = np.flatnonzero(np.frombuffer(body, dtype=np.uint8) >= 0x80)
    size = _SAMPLE // _WINDOWS
    starts = high[np.linspace(0, len(high) - 1, _WINDOWS).astype(np.int64)]
    windows, last = [], 0
    for anchor in starts.tolist():
        start = max(last, _boundary(body, anchor))
        last = max(start, _boundary(body, start + size) if start + size < len(body) else len(body))
        windows.append(body[start:last])
    return b"\n".join(windows)


def _boundary(body: bytes, at: int) -> int:
    """The last place up to `at`, at most 256 bytes before, behind an ASCII byte no multi-byte code ends in."""
    low = max(0, at - 256)
    found = body[low:at].translate(_ENDS).rfind(1)
    return low + found + 1 if found >= 0 else low if low == 0 else at


def _count_high(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, _HIGH_BYTES))


def _utf8_share(sample: bytes) -> float:
    """Share of the bytes above ASCII that stand in valid UTF-8 sequences; a cut-off last character is left out."""
    sample = _without_tail(sample) or sample
    high = _count_high(sample)
    valid = len(sample.decode("utf-8", "ignore").encode("utf-8")) - (len(sample) - high)
    return valid / high if high else 1.0


def _without_tail(sample: bytes) -> bytes:
    """`sample` without the beginning of a character of UTF-8 at its end."""
    found = _UTF8_TAIL.search(sample, max(0, len(sample) - _LONGEST_TAIL))
    return sample[: found.start()] if found else sample


def _judge(sample: bytes, declared: list[tuple[str, str]]) -> tuple[str, str, float]:
    """(encoding, source, confidence) for bytes that are not strictly UTF-8."""
    high = max(1, _count_high(sample))
    names = dict.fromkeys([*_CJK, *(name for name, _ in declared)])
    if _ISO_2022_JP.search(sample):
        names["iso-2022-jp"] = None
    guesses = {name: log_likelihood(sample, name) for name in names}
    confidences: Mapping[str, float] = {}
    if not (certain := _beyond_doubt(sample, guesses, high)):
        confidences = _chardet(sample)
        alphabet = _alphabet(sample, confidences)
        guesses[alphabet] = log_likelihood(sample, alphabet)
    share = _utf8_share(sample)
    if share >= _MOSTLY or "utf-8" in guesses:
        guesses["utf-8"] = _utf8_likelihood(sample)
    best = max(guesses, key=lambda name: guesses[name])
    for name, source in declared:
        # Somebody who declares an alphabet other than the default meant it.
        meant = 2 if name in _ALPHABETS[1:] and best in SINGLE_BYTE else 1
        if guesses[best] - guesses[name] <= meant * (_DOUBT + _DOUBT_PER_BYTE * high):
            return name, source, max(0.5, 0.99 - decode_as(sample, name).count("\ufffd") / high)
    if certain:
        return certain, "detected", 0.99
    scores = {
        name: guess + _PRIOR.get(name, 0.0) + _CHARDET_WEIGHT * math.log(_confidence(sample, name, confidences))
        for name, guess in guesses.items()
    }
    ranked = sorted(scores, key=lambda name: -scores[name])
    margin = scores[ranked[0]] - scores[ranked[1]]
    sure = 0.8 if ranked[0] in SINGLE_BYTE else 0.99  # nearly everything can be read as an alphabet
    return ranked[0], "detected", sure / (1 + math.exp(-min(margin, 50.0) / 2))


def _beyond_doubt(sample: bytes, guesses: Mapping[str, float], high: int) -> str | None:
    """The CJK encoding that reads plenty of bytes well and far better than the others do: no need to ask further."""
    ranked = sorted(_CJK, key=lambda name: -guesses[name])
    margin = guesses[ranked[0]] - guesses[ranked[1]]
    mean = (guesses[ranked[0]] - log_likelihood(sample.translate(None, _HIGH_BYTES), "utf-8")) / high
    return ranked[0] if high >= _PLENTY and margin >= high and mean > _READS_WELL else None


def _utf8_likelihood(sample: bytes) -> float:
    """As UTF-8; a cut-off last character is no error to speak of if there were whole ones before."""
    whole = _without_tail(sample)
    if whole == sample or not _HIGH.search(whole):
        return log_likelihood(sample, "utf-8")
    return log_likelihood(whole, "utf-8") - _CUT


def _chardet(sample: bytes) -> dict[str, float]:
    """chardet's confidence for each encoding of the web it finds possible."""
    if not sample:
        return {}
    names = {_CHARDET_NAME.get(name, python_codec(name)): name for name in (*_CJK, *_ALPHABETS)}
    results = chardet.detect_all(sample, ignore_threshold=True, include_encodings=list(names), compat_names=False)
    return {names[r["encoding"]]: r["confidence"] for r in results if r["encoding"] in names}


def _confidence(sample: bytes, encoding: str, confidences: Mapping[str, float]) -> float:
    """chardet's confidence in `encoding`; one bad byte makes it zero, so those are taken out and it is asked again."""
    if encoding in ("utf-8", "iso-2022-jp"):
        return 1.0
    if encoding not in confidences:
        text = decode_as(sample, encoding)
        errors = text.count("\ufffd")
        if 0 < errors <= max(1, len(sample) // 100):
            confidences = _chardet(text.replace("\ufffd", "").encode(python_codec(encoding), "ignore"))
    return confidences.get(encoding, 0.0) + 1e-4


def _alphabet(sample: bytes, confidences: Mapping[str, float]) -> str:
    """The likeliest single-byte encoding; windows-1252 where nothing speaks for another."""
    guesses = {name: log_likelihood(sample, name) for name in _ALPHABETS}
    likely = sorted(_ALPHABETS, key=lambda name: -guesses[name])[:_ALPHABETS_ASKED]
    return max(
        likely,
        key=lambda name: (
            guesses[name]
            + _PRIOR.get(name, 0.0)
            + _CHARDET_ALPHABET_WEIGHT * math.log(_confidence(sample, name, confidences))
        ),
    )
