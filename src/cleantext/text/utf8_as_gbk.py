"""UTF-8 that was read as GBK or GB18030: 你好 became 浣犲ソ.

Every character of such text stands for two bytes (€ for the byte 0x80), three of which make one character of the text
it was. A line is translated into classes, one letter a character, that say what its two bytes may be in UTF-8; then a
regular expression over the classes finds the runs that are UTF-8, and alignment and incomplete ends come of themselves.

The gate: three or more characters that become whole CJK characters and read better than before. Of 153,758 windows of
three characters of ordinary Chinese none is UTF-8 of CJK characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

from cleantext.text.plausible import as_chinese, as_it_stands, mean_score, scores_for
from cleantext.text.recode import gb18030_bytes, pair_table
from cleantext.text.spans import LOST, Span

__all__ = ["RULE", "begins_utf8", "made_of_utf8", "utf8_as_gbk"]

RULE = "gbk>utf-8"
# Bytes in UTF-8: continuation, leads of sequences of two, three (from U+2000) and four (to U+3FFFF).
_TAIL, _TWO, _THREE, _FOUR = range(0x80, 0xC0), range(0xC2, 0xE0), range(0xE2, 0xF0), range(0xF0, 0xF1)


def _characters(single: str) -> str:
    """A pattern for one character of UTF-8 that begins with a pair; `single`: what may stand for one byte.

    After the first pair come pairs that end a character and begin another, then one that ends without beginning.
    """
    on = f"(?:[le]{single}|d|fC|f{single}{single})*"
    return f"(?:L{on}(?:[le]C|f{single}C|{single}|a)|FC|F{single}{on}(?:[le]C|f{single}C|{single}|a))"


_WHOLE = _characters("e")
# The same in a line that is known to be mojibake: characters that lost a byte too, and those of two bytes at the edges,
# but only beside ASCII: 路 may be 路, and not the · it would be.
_TORN = f"(?:{_characters('[ex]')}|L(?:[le][ex]|d|fC|f[ex][ex])*l?[xq])"
_CANDIDATE = re.compile(f"{_WHOLE}(?:D*{_WHOLE})*(?:{_characters('[ex]')})?|L(?:[le][ex]|d)*[le]?C?x")
_REGION = re.compile(f"(?:(?<![^sxq])D+)?{_TORN}(?:D*{_TORN})*(?:D+(?![^sxq]))?")
_PART = re.compile(f"(?P<whole>(?:D*{_WHOLE})+D*)|(?P<torn>{_TORN})")
_RUN = re.compile("[LlCDdaeFfx]{2,}")
# A whole character, or else a broken byte. A character with a byte too many behind it was put together from two.
_WHOLE_BYTES = re.compile(
    rb"([\x00-\x7f]|(?:[\xc2-\xdf]|[\xe2-\xef][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf])[\x80-\xbf](?![\x80-\xbf]))|.",
    re.DOTALL,
)
_LOSTS = re.compile("\ufffd+")
_JUNK = re.compile("[LlCDdaeFfx]{1,4}")
_ROLES = re.compile("L|l[eC]|e[eC]|d|f(?:C|ee|eC)|e|a|D|F(?:C|e)")
_MIN_CHARS = 3
_MARGIN = 0.75
_SETTLED = -10.0  # the score from which on a text is not itself mojibake
_MARK = re.compile("[锛銆]")  # the first pair of ， ： ！ and of 。 、
_ODD = -12.0  # the score under which a character is not one of ordinary text
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003fffd]")

# Mends what an inversion leaves as mojibake; the second argument says that it certainly is some.
Deeper = Callable[[str, bool], tuple[str, str] | None]


class _Classes(dict[int, str]):
    def __missing__(self, code: int) -> str:
        return "s" if code < 0x80 else "o"


@cache
def _classes() -> _Classes:
    """The class of each character by its code in GBK."""
    named = _Classes({0x20AC: "e", 0xFFFD: "x", ord("?"): "q"})
    for char, (lead, trail) in pair_table().items():
        found = _class(lead, trail)
        if found and char != "€":
            named[ord(char)] = found
    return named


@cache
def _leads() -> re.Pattern[str]:
    """A pair that begins a character, and one that goes on with it: without any no line is UTF-8 read as GBK."""
    three, on_three, four, on_four = (
        "".join(chr(code) for code, name in _classes().items() if name in names)
        for names in ("L", "ldfeaxq", "F", "Ce")
    )
    return re.compile(f"[{three}][{on_three}]|[{four}][{on_four}]")


def _class(lead: int, trail: int) -> str:
    """Capitals begin a character of two (D), three (L), four (F) bytes; C continues; small ones continue and begin."""
    if trail in _TAIL:
        begins = {"D": lead in _TWO, "L": lead in _THREE, "F": lead in _FOUR, "C": lead in _TAIL}
        return next((name for name, fits in begins.items() if fits), "")
    if lead not in _TAIL:
        return ""
    ends = {"d": trail in _TWO, "l": trail in _THREE, "f": trail in _FOUR, "a": trail < 0x80}
    return next((name for name, fits in ends.items() if fits), "")


def made_of_utf8() -> frozenset[str]:
    """The characters that UTF-8 becomes in GBK; not those in which a character of two bytes follows on another one."""
    return frozenset(chr(code) for code, name in _classes().items() if name in "LlCDaeFf")


def begins_utf8(text: str) -> bool:
    """Whether any pair in `text` may begin a character of UTF-8 that the next goes on with, or be emoji or U+3000."""
    return bool(_leads().search(text))


def utf8_as_gbk(line: str, deeper: Deeper, *, certain: bool = False) -> list[Span]:
    """The spans of `line` that are UTF-8 read as GBK; nothing short of the gate unless it is `certain` that some are.

    `deeper` mends what an inversion leaves as mojibake.
    """
    if not begins_utf8(line):
        return []
    classes = line.translate(_classes())
    if not certain and not any(_is_certain(line, match, deeper) for match in _CANDIDATE.finditer(classes)):
        return []
    regions = [region.span() for region in _REGION.finditer(classes)]
    spans = [span for start, end in regions for span in _mended(line, classes, start, end, deeper)]
    if any(" x" in span.rule for span in spans):  # then all of the line went through it twice
        sure: Deeper = lambda text, _: deeper(text, True)  # noqa: E731
        spans = [span for start, end in regions for span in _mended(line, classes, start, end, sure)]
    return _with_junk(line, classes, sorted([*spans, *_salvaged(line, classes, spans)]))


def _is_certain(line: str, match: re.Match[str], deeper: Deeper) -> bool:
    """Whether a run, or a clause of it, passes the gate."""
    run = line[match.start() : match.end()]
    for start, end in pairwise(_cuts(run)):
        before, classes = run[start:end], match[0][start:end]
        lost = "x" in classes
        after = _torn(before, classes) if lost else _decoded(before, classes)
        if end - start < _MIN_CHARS or after is None or len(_WIDE.findall(after)) < (1 if lost else 2):
            continue
        if min(map(as_chinese().__getitem__, before)) > _ODD:
            continue
        if _gain(before, after) > _MARGIN or deeper(after, False) is not None:
            return True
    return False


def _cuts(run: str) -> list[int]:
    """Where to cut a run into clauses: before the marks that begin with a pair of their own, and at both ends."""
    return [0, *(mark.start() for mark in _MARK.finditer(run) if mark.start()), len(run)]


def _gain(before: str, after: str) -> float:
    """By how much `after` reads better than `before`."""
    before, after = before.replace(LOST, ""), after.replace(LOST, "")
    return mean_score(after, as_it_stands()) - mean_score(before, scores_for(before))


def _decoded(before: str, classes: str, lost: bytes = b"") -> str | None:
    """What `before` was, `lost` for each U+FFFD; None if it was not UTF-8 after all (characters written too long).

    € is either the byte 0x80 or, seldom, the pair A2E3. Where it must be the pair its place among the classes says so.
    """
    try:
        return _bytes(before, lost).decode("utf-8")
    except UnicodeDecodeError:
        pass
    roles, position = [], 0
    for role in _ROLES.finditer(classes):
        text = before[position : position + len(role[0])]
        position += len(role[0])
        is_pair = text[0] == "€" and role[0] in ("ee", "eC")
        roles.append(b"\xa2\xe3" + _bytes(text[1:], lost) if is_pair else _bytes(text, lost))
    try:
        return b"".join(roles).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _bytes(text: str, lost: bytes) -> bytes:
    return lost.join(map(gb18030_bytes, text.split(LOST)))


def _torn(before: str, classes: str) -> str:
    """What `before`, with bytes lost, was: its characters, those that lost a byte as U+FFFD."""
    if classes[-1] == "q" or "x" not in classes:
        return LOST
    first, second = (_decoded(before, classes.replace("x", "e"), byte) for byte in (b"\x80", b"\xbf"))
    if first is None or second is None:
        return LOST
    return "".join(a if a == b else LOST for a, b in zip(first, second, strict=False))


def _mended(line: str, classes: str, start: int, end: int, deeper: Deeper) -> Iterator[Span]:
    """The spans of one region of a line that is known to be mojibake."""
    for part in _PART.finditer(classes, start, end):
        before = line[part.start() : part.end()]
        if part["torn"]:
            if as_chinese()[before[0]] < _ODD:
                yield Span(part.start(), part.end(), _torn(before, part[0]), f"{RULE}/lossy")
            continue
        yield from _undone(line, part, deeper)


def _undone(line: str, part: re.Match[str], deeper: Deeper) -> Iterator[Span]:
    """The spans of a stretch of whole characters, clause by clause."""
    start, before = part.start(), line[part.start() : part.end()]
    places = _cuts(before)
    pieces = [_decoded(before[i:j], part[0][i:j]) for i, j in pairwise(places)]
    after = "".join(piece or "" for piece in pieces)
    score = mean_score(after, as_it_stands())
    found = deeper(after, False) if score < _SETTLED and None not in pieces else None
    if found:
        yield Span(start, part.end(), found[0], _chained(found[1]))
    elif score >= _SETTLED or score > mean_score(before, scores_for(before)):
        for (i, j), piece in zip(pairwise(places), pieces, strict=True):
            if piece is not None:
                yield Span(start + i, start + j, piece, f"{RULE}/lossy" if LOST in piece else RULE)


def _chained(rule: str) -> str:
    """The name of the rules applied after this one: `gbk>utf-8 x2` if it is the same once more."""
    plain, lossy = rule.removesuffix("/lossy"), "/lossy" if rule.endswith("/lossy") else ""
    if plain == RULE:
        return f"{RULE} x2{lossy}"
    if plain.startswith(f"{RULE} x"):
        return f"{RULE} x{int(plain[len(RULE) + 2 :]) + 1}{lossy}"
    return f"{RULE}>{plain}{lossy}"


def _salvaged(line: str, classes: str, spans: list[Span]) -> Iterator[Span]:
    """What lies between `spans` and has whole characters among broken ones, because bytes went without a trace."""
    position = 0
    for span in (*spans, Span(len(line), len(line), "", RULE)):
        for run in _RUN.finditer(classes, position, span.start):
            before = line[run.start() : run.end()]
            after = _whole_characters(_bytes(before, b"\xff"))
            kept = len(_WIDE.findall(after))
            if 3 * kept >= len(before) and _gain(before, after) > _MARGIN:
                yield Span(run.start(), run.end(), after, f"{RULE}/lossy" if LOST in after else RULE)
        position = span.end


def _whole_characters(data: bytes) -> str:
    """The characters that are whole in `data`, and U+FFFD for what is broken between them."""
    found = "".join(token[1].decode("utf-8", "replace") if token[1] else LOST for token in _WHOLE_BYTES.finditer(data))
    return _LOSTS.sub(LOST, found)


def _with_junk(line: str, classes: str, spans: list[Span]) -> list[Span]:
    """`spans` and between them what is left of characters that lost bytes, as one U+FFFD each time."""
    scores, position = as_chinese(), 0
    filled: list[Span] = []
    for span in spans:
        gap = line[position : span.start]
        if filled and _JUNK.fullmatch(classes, position, span.start) and mean_score(gap, scores) < _ODD:
            filled.append(Span(position, span.start, LOST, f"{RULE}/lossy"))
        filled.append(span)
        position = span.end
    return filled
