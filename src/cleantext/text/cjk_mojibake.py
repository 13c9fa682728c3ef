"""Mojibake of Chinese encodings: what kinds there are, how they chain, and the edits that undo them.

Three kinds are looked for, each in a module of its own: UTF-8 read as GBK (`utf8_as_gbk`), GBK or Big5 read as Latin-1
(`bytes_as_latin`), GBK and Big5 read as each other (`han_as_han`). What an inversion gives may be mojibake again and
is then undone to the end. A few sequences, too short for statistics, are mended in fixed contexts only.

This must run before ftfy, which takes pairs of such text for UTF-8 and destroys what is still reversible.
"""

from __future__ import annotations

import re
from functools import cache

from cleantext.records import Edit
from cleantext.text.bytes_as_latin import SPECIALS, bytes_as_latin
from cleantext.text.flags import ranges
from cleantext.text.han_as_han import han_as_han, is_odd_around
from cleantext.text.plausible import japanese_han, usual_han
from cleantext.text.recode import gb18030_bytes, latin_bytes, pair_table
from cleantext.text.spans import LOST, Span, applied
from cleantext.text.utf8_as_gbk import begins_utf8, made_of_utf8, utf8_as_gbk

__all__ = ["AT_EASE", "TRIGGERS", "cjk_mojibake_edits", "could_be_cjk_mojibake", "everyday", "suspects"]

STAGE = "mojibake"

_MAX_DEPTH = 3
_COVERED = 0.8
# Latin-1 saved as UTF-8 and read as Latin-1 again: Ã–Ã was ÖÐ.
_TWICE_LATIN = re.compile(f"[\xc2\xc3][\x80-\xbf{SPECIALS}]")
_MIN_TWICE = 4
# Characters of ordinary text that a fixed context makes mojibake.
_IN_CONTEXT = "漏聽掳庐茅"
_ALL_CONTEXT = f"{_IN_CONTEXT}銆鈥馃"
_NEAR, _BEHIND = 5, 12  # characters around a suspect that are looked at, and behind one in a fixed context
_MANY = 0.15  # share of suspects of a line that is looked at as a whole
_HAN = re.compile("[\u4e00-\u9fff]")
# Marks and signs that are everyday in good text and are never all a run of mojibake consists of.
_PLAIN = "·×°©®«»"
# A suspect of which so many of the four characters beside it are everyday ones stands in ordinary text: of three
# characters of mojibake in a row each has two of the others beside it, and those are not common.
AT_EASE, _EVERYDAY, _COMMON = 3, 1000, 5000
_RAREST = -11.85  # the score of usual Han that the list of words does not have, or has in a few rare ones


@cache
def suspects() -> frozenset[int]:
    """The code points of which a line must hold one for `cjk_mojibake_edits` to find anything in it.

    Latin-1 letters and signs, private-use characters that stand for codes of GBK, the unified ideographs that are
    rare in Chinese and Japanese, and those few that are mojibake in fixed contexts. Of GB2312 few are rare enough: its
    second half is, where it is typical of UTF-8 read as GBK; all other kinds have characters that GB2312 lacks, or
    those of its first half that no list of words has.
    """
    first, second = _gb2312(0xB0, 0xD8), _gb2312(0xD8, 0xF8)
    usual = {char for char, score in usual_han().items() if score > _RAREST or char not in first}
    usual = (usual | second | japanese_han()) - _gb2312(0xE2, 0xF0, end=0xC0)
    codes = {code for code in range(0x4E00, 0x9FA6) if chr(code) not in usual}
    codes |= {*range(0xA1, 0x100), *range(0xE000, 0xE865)}
    return frozenset((codes | set(map(ord, _IN_CONTEXT))) - set(map(ord, _PLAIN)))


def _gb2312(first: int, last: int, end: int = 0xFF) -> set[str]:
    """The characters of GB2312 with lead bytes from `first` to before `last` and trail bytes to before `end`."""
    codes = bytes(byte for lead in range(first, last) for trail in range(0xA1, end) for byte in (lead, trail))
    return set(codes.decode("gb2312", "ignore"))


TRIGGERS = ranges(suspects())
_SUSPECT = re.compile(f"[{TRIGGERS}]")


def could_be_cjk_mojibake(line: str) -> bool:
    """Whether `line` holds any of the `suspects`: if not, `cjk_mojibake_edits` finds nothing in it."""
    return bool(_SUSPECT.search(line))


def cjk_mojibake_edits(line: str) -> list[Edit]:
    """The edits that undo mojibake of Chinese encodings in `line`, in order; none for clean text.

    The rule names the inversion as encodings to encode with and decode from: `gbk>utf-8`, `latin-1>gbk`,
    `gbk>utf-8 x2`. It ends in `/lossy` where bytes are gone; what they were part of is U+FFFD then.
    """
    if not _is_worth_a_look(line):
        return []
    return [
        Edit(
            stage=STAGE,
            rule=span.rule,
            start=span.start,
            end=span.end,
            before=line[span.start : span.end],
            after=span.after,
        )
        for span in _found(line, _MAX_DEPTH)
        if line[span.start : span.end] != span.after
    ]


def _is_worth_a_look(line: str) -> bool:
    """Whether any of the suspects of `line` has neighbors that it would have in mojibake.

    Clean text has a suspect here and there; so little is looked at of such a line.
    """
    places = []
    for match in _SUSPECT.finditer(line):
        if match[0] < "\u0100":
            return True
        places.append(match.start())
    uneasy = [place for place in places if not _is_at_ease(line, place)]
    if not uneasy:
        return False
    if len(places) >= _MANY * (len(line) - len(line.encode("ascii", "ignore"))):
        return True
    for place in uneasy:
        char = line[place]
        near = line[max(0, place - _NEAR) : place + _NEAR + 1]
        if char in _IN_CONTEXT:
            if any(pattern.search(line, max(0, place - _NEAR), place + _BEHIND) for _, pattern, _ in _contexts(char)):
                return True
        elif begins_utf8(near) or _twice_gbk().search(near) or is_odd_around(line, place):
            return True
    return False


def _is_at_ease(line: str, place: int) -> bool:
    """Whether a rare Han stands among so many common ones that it is one of them; `flags` says so of long texts."""
    beside = line[max(0, place - 2) : place] + line[place + 1 : place + 3]
    return sum(map(everyday().__contains__, beside)) >= AT_EASE


@cache
def everyday() -> frozenset[str]:
    """The commonest Han, the common ones that UTF-8 read as GBK has none of, and the marks of sentences."""
    scores = usual_han()
    order = sorted(scores, key=lambda char: (-scores[char], char))
    return frozenset(order[:_EVERYDAY]) | (frozenset(order[:_COMMON]) - made_of_utf8()) | frozenset(",，.。、;；:：")


def _found(line: str, depth: int, *, certain: bool = False) -> list[Span]:
    """The spans of `line` that are mojibake, in order and apart; chains of up to `depth` inversions are undone."""

    def deeper(text: str, sure: bool) -> tuple[str, str] | None:
        return _undone(text, depth - 1, certain=sure) if depth > 1 else None

    spans = utf8_as_gbk(line, deeper, certain=certain) if _HAN.search(line) else []
    spans += bytes_as_latin(line)
    if not spans:
        spans = han_as_han(line, _SUSPECT)
    if depth > 1 and not spans:
        spans = _twice(line)
    return _merged(spans, _in_context(line)) if depth == _MAX_DEPTH else sorted(spans)


def _undone(text: str, depth: int, *, certain: bool) -> tuple[str, str] | None:
    """`text` mended and by which rule, if nearly all of it is mojibake."""
    spans = _found(text, depth, certain=certain)
    if not spans:
        return None
    covered = sum(span.end - span.start for span in spans)
    total = sum(code > 0x7F and code != 0xFFFD for code in map(ord, text))
    if covered < _COVERED * total:
        return None
    after = applied(text, spans)
    rules = [span.rule.removesuffix("/lossy") for span in spans]
    return after, max(rules, key=rules.count) + ("/lossy" if LOST in after else "")


def _twice(line: str) -> list[Span]:
    """GBK or Big5 read as Latin-1, saved as UTF-8 and read as GBK (脰脨鹿煤) or as Latin-1 again (Ã–ÃÂ¹Ãº)."""
    if sum(map(len, _twice_gbk().findall(line))) >= _MIN_TWICE:
        read = [_latin_by_gbk().get(char, char) for char in line]
        found = bytes_as_latin("".join(read))
        if any(code in suspects() for span in found for code in map(ord, line[span.start : span.end])):
            return [span._replace(rule=f"gbk>utf-8>{span.rule}") for span in found]
    if len(_TWICE_LATIN.findall(line)) < _MIN_TWICE:
        return []
    pieces: list[str] = []
    places: list[int] = []
    position = 0
    for match in _TWICE_LATIN.finditer(line):
        places += range(position, match.start() + 1)
        pieces += [line[position : match.start()], (latin_bytes(match[0]) or b"?").decode("utf-8", "replace")]
        position = match.end()
    places += range(position, len(line) + 1)
    found = bytes_as_latin("".join([*pieces, line[position:]]))
    return [Span(places[s.start], places[s.end], s.after, f"latin-1>utf-8>{s.rule}") for s in found]


@cache
def _latin_by_gbk() -> dict[str, str]:
    """The characters GBK has where UTF-8 has U+0080 to U+00FF, and those."""
    table = {char: code for char, code in pair_table().items() if code[0] in (0xC2, 0xC3) and 0x80 <= code[1] < 0xC0}
    return {char: code.decode("utf-8") for char, code in table.items()}


@cache
def _twice_gbk() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_latin_by_gbk())}]{{2,}}")


def _merged(spans: list[Span], others: list[Span]) -> list[Span]:
    """`spans` and those of `others` that overlap none of them, in order."""
    merged: list[Span] = []
    for span in sorted([*((span, 0) for span in spans), *((span, 1) for span in others)]):
        if merged and span[0].start < merged[-1].end:
            continue
        merged.append(span[0])
    return merged


@cache
def _contexts(chars: str) -> tuple[tuple[str, re.Pattern[str], str | None], ...]:
    """The character of `chars`, a pattern whose first group is mojibake, and what it was; None: its bytes are UTF-8."""
    pairs = {code: char for char, code in pair_table().items()}

    def cells(leads: str, trails: range) -> str:
        return "".join(pairs[bytes([lead, trail])] for lead in bytes.fromhex(leads) for trail in trails)

    letters = cells("93 94 98 99 9c 9d a6", range(0x41, 0x5B)) + cells("93 94 98 99 9c 9d a6", range(0x61, 0x7B))
    emoji = cells("8c 8d 8e 8f 90 91 92 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0", range(0x80, 0xC0))
    patterns = (
        ("銆", "(銆€)", None),
        ("鈥", f"(鈥[{letters}])", None),
        ("馃", f"(馃[{emoji}])", None),
        ("鈥", "(?<=[A-Za-z])(鈥[?\ufffd])(?=[\\s\"',.]|$)", LOST),
        ("漏", r"(?i:(?<=copyright)|(?<=版权所有)|(?<=版權所有))\s{0,2}(漏)", "©"),
        ("漏", r"(?:(?<=[\x00-\x7f])|^)(漏)(?=\s{0,2}(?:19|20)\d\d(?![\d年]))", "©"),
        ("聽", "(?<=[!-~])(聽聽+)(?=[!-~])", "\xa0"),
        ("聽", "^(聽{4,})", "\xa0"),
        ("掳", r"(?<=\d)(掳)(?=[CF](?![A-Za-z])|[NSEW](?![A-Za-z])|\d)", "°"),
        ("庐", r"(?<=[A-Za-z]{3})(庐)(?=[\s,.;:)!]|$)", "®"),
        ("茅", r"(?<=[a-z]{2})(茅)(?=[a-z]{2})", "é"),
        ("茅", r"(?<=\bcaf)(茅)", "é"),
    )
    return tuple((char, re.compile(pattern), meant) for char, pattern, meant in patterns if char in chars)


def _in_context(line: str) -> list[Span]:
    spans: list[Span] = []
    for char, pattern, meant in _contexts(_ALL_CONTEXT):
        if char not in line:
            continue
        for match in pattern.finditer(line):
            start, end = match.span(1)
            after = gb18030_bytes(match[1]).decode("utf-8") if meant is None else meant
            if meant == "\xa0":
                after *= end - start
            spans.append(Span(start, end, after, "gbk>utf-8/lossy" if meant == LOST else "gbk>utf-8"))
    return sorted(spans)
