"""Pages with a second encoding inside: a UTF-8 widget in a GBK page, GBK comments in a UTF-8 page.

Text is decoded piece by piece: what lies outside the pieces in the page's encoding, the pieces in their own. A piece
must be unmistakable, because a rare character read rightly is worth more than a bad byte explained away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from cleantext.pages.encodings import SINGLE_BYTE, count_replaced, decode_as
from cleantext.pages.likelihood import log_likelihood

__all__ = ["Segment", "decode_by_segments"]

Segment = tuple[int, int, str]

_MAX_PIECES = 200_000  # in one document; what comes after stays as the page's encoding reads it
# A run of bytes above ASCII that is UTF-8 throughout, all Chinese, kana or their punctuation. Of 150,000 windows of
# three or more GBK characters none was that by accident.
_UTF8_RUN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xe2\x80[\x80-\xbf]|\xef[\xbc\xbd][\x80-\xbf])+")
_ASCII = re.compile(rb"[\x00-\x7f]")
_PIECE = 1 << 20  # bytes looked at together
# The bytes that such a run may begin with.
_FIRST = np.isin(np.arange(256), [0xE2, *range(0xE3, 0xEA), 0xEF])
# Bad bytes of a UTF-8 page (as lone surrogates) and what stands closely between them: ASCII that ends a pair, and
# pairs that happen to be UTF-8.
_BAD_RUN = re.compile(
    "[\u0080-\u07ff]{0,8}[\udc80-\udcff](?:[^\u0800-\ud7ff\ue000-\U0010ffff<>\r\n\t]{0,8}[\udc80-\udcff])*"
)
_BAD_TAIL = re.compile("[\u0080-\u07ff]{1,8}")
_HIGH = re.compile(rb"[\x80-\xff]")
_LINE_END = re.compile("[<>\r\n]")
_LINE = 500  # characters of a line looked at on either side
_SURVEYED = 200  # bad runs the second encoding is chosen by
_CLEARLY = 8.0  # nats a piece must gain
_GOOD = -10.0  # nats a character of a piece must reach on average
_GOOD_LETTER, _MIN_LETTERS = -6.5, 4  # the same for alphabets
_MIN_LATIN = 3  # accented letters that make windows-1252 a second encoding


def decode_by_segments(body: bytes, encoding: str, others: Sequence[str]) -> tuple[str, tuple[Segment, ...], int]:
    """(text, segments, U+FFFD put in) of `body` in `encoding`; `others` are further encodings the page mentions."""
    if encoding == "utf-8":
        return _in_utf8(body, others)
    return _in_legacy(body, encoding)


def _in_legacy(body: bytes, encoding: str) -> tuple[str, tuple[Segment, ...], int]:
    """A page in a legacy encoding with runs of UTF-8."""
    spans = _utf8_spans(body) if encoding not in ("iso-2022-jp", "hz-gb-2312") else []
    parts: list[str] = []
    segments: list[Segment] = []
    length = last = replaced = 0
    for start, end in [*spans, (len(body), len(body))]:
        part = decode_as(body[last:start], encoding)
        replaced += count_replaced(part, body[last:start], encoding)
        inside = body[start:end].decode("utf-8")
        length += len(part)
        if inside:
            segments.append((length, length + len(inside), "utf-8"))
        parts += (part, inside)
        length, last = length + len(inside), end
    return "".join(parts), tuple(segments), replaced


def _utf8_spans(body: bytes) -> list[tuple[int, int]]:
    """Runs of two or more UTF-8 characters; with such a run in the page, single characters too."""
    runs = list(islice(_utf8_runs(body), _MAX_PIECES))
    if not any(end - start > 3 for start, end in runs):
        return []
    return runs


def _utf8_runs(body: bytes) -> Iterator[tuple[int, int]]:
    """All bytes above ASCII in a row that are UTF-8. In legacy text most rows are of another length or begin otherwise,
    and to see that of many at once takes a tenth of the time."""
    begin = 0
    while begin < len(body):
        found = _ASCII.search(body, begin + _PIECE)  # no row goes over it
        end = found.start() if found else len(body)
        codes = np.frombuffer(body, np.uint8, end - begin, begin)
        edges = np.flatnonzero(np.diff(codes >= 0x80, prepend=False, append=False))
        starts, ends = edges[::2], edges[1::2]
        may_be = ((ends - starts) % 3 == 0) & _FIRST[codes[starts]]
        for start, stop in zip((starts[may_be] + begin).tolist(), (ends[may_be] + begin).tolist(), strict=True):
            if _UTF8_RUN.fullmatch(body, start, stop):
                yield start, stop
        begin = end


def _in_utf8(body: bytes, others: Sequence[str]) -> tuple[str, tuple[Segment, ...], int]:
    """A UTF-8 page with bad bytes, some of which may be text in a legacy encoding."""
    text = body.decode("utf-8", "surrogateescape")
    places = [_places(text, match) for _, match in zip(range(_MAX_PIECES), _BAD_RUN.finditer(text), strict=False)]
    second = _second_encoding([[_bytes(text[a:b]) for a, b in spans] for spans in places[:_SURVEYED]], others)
    parts: list[str] = []
    segments: list[Segment] = []
    length = last = replaced = 0
    for spans in places if second else []:
        start, end, inside = _first_readable(text, spans, second or "")
        if not inside or start < last:
            continue
        part, bad = _mended(text[last:start])
        length, replaced = length + len(part), replaced + bad
        segments.append((length, length + len(inside), second or ""))
        parts += (part, inside)
        length, last = length + len(inside), end
    part, bad = _mended(text[last:])
    return "".join([*parts, part]), tuple(segments), replaced + bad


def _first_readable(text: str, spans: Sequence[tuple[int, int]], encoding: str) -> tuple[int, int, str]:
    for start, end in spans:
        if inside := _read(_bytes(text[start:end]), encoding):
            return start, end, inside
    return 0, 0, ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _mended(text: str) -> tuple[str, int]:
    """`text` with its bad bytes as U+FFFD, and how many of these there are."""
    if text.isascii():
        return text, 0
    mended = _bytes(text).decode("utf-8", "replace")
    return mended, mended.count("\ufffd") - text.count("\ufffd")


def _places(text: str, run: re.Match[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where the text around some bad bytes may begin and end: the line or tag it stands in, or the bytes alone.

    The bytes take with them the pairs behind that happen to be UTF-8, and the ASCII the last of them may need.
    """
    start, end = run.span()
    if more := _BAD_TAIL.match(text, end):
        end = more.end()
    dangling = "\ufffd" in decode_as(_bytes(text[start:end]), "gb18030")[-1:]
    if dangling and "@" <= text[end : end + 1] <= "~":
        end += 1
    low, high = max(0, start - _LINE), min(len(text), end + _LINE)
    left = max(text.rfind(char, low, start) for char in "<>\r\n") + 1 or low
    stop = _LINE_END.search(text, end, high)
    return (left, stop.start() if stop else high), (start, end)


def _second_encoding(places: Sequence[Sequence[bytes]], others: Sequence[str]) -> str | None:
    """The legacy encoding that reads the bad pieces clearly better than UTF-8 does, if there is one."""
    candidates = dict.fromkeys(("gb18030", "big5", *(name for name in others if not name.startswith("utf-"))))
    if sum(len(_HIGH.findall(pieces[-1])) for pieces in places) >= _MIN_LATIN:
        candidates |= {"windows-1252": None}
    gains = {name: sum(_gain(pieces, name) for pieces in places) for name in candidates}
    best = max(gains, key=lambda name: gains[name])
    return best if gains[best] >= _CLEARLY else None


def _gain(pieces: Sequence[bytes], encoding: str) -> float:
    """How much more likely the first readable piece is in `encoding` than in UTF-8."""
    piece = next((piece for piece in pieces if _read(piece, encoding) is not None), None)
    return log_likelihood(piece, encoding) - log_likelihood(piece, "utf-8") if piece is not None else 0.0


def _read(piece: bytes, encoding: str) -> str | None:
    """`piece` in `encoding`, or None where it has errors or is not text of a kind people write."""
    text = decode_as(piece, encoding)
    high = [char for char in text if char >= "\x80"]
    if "\ufffd" in text or not high:
        return None
    ascii_part = log_likelihood(bytes(byte for byte in piece if byte < 0x80), "utf-8")
    mean = (log_likelihood(piece, encoding) - ascii_part) / len(high)
    if encoding in SINGLE_BYTE:
        # Accented letters stand among ASCII ones, letters of another alphabet among themselves.
        latin = max(high) < "\u0250"
        placed = sum(map(str.isalpha, text)) >= 3 * len(high) if latin else len(high) >= _MIN_LETTERS
        return text if placed and mean > _GOOD_LETTER else None
    return text if len(high) >= 2 and mean > _GOOD else None
