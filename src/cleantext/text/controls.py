"""Control characters and invisible ones that carry no meaning, and private-use characters with a known one.

Dropped: C0 and C1 controls but tab and line ends, zero-width spaces, soft hyphens, byte order marks, stray tag and
annotation characters, and direction marks on lines where nothing runs from right to left. Kept: variation selectors,
joiners where they shape something (emoji sequences, Indic, Arabic and related scripts), the space U+3000.

The private-use characters are the 20 codes in which GB18030 as Python knows it differs from the WHATWG's
(https://encoding.spec.whatwg.org/#gb18030): they reach a text when it is decoded with the older table.
"""

from __future__ import annotations

import re

from cleantext.records import Edit
from cleantext.text.legacy import legacy_spans

__all__ = ["TRIGGERS", "control_edits"]

STAGE = "controls"

# Never wanted: the rule that drops them. (Vertical tab, form feed and NEL separate words; see _SPACED.)
_DROPPED = {
    "control": "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f",
    "zero-width": "\xad\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff",
}
# Those of them that are no byte.
_DROPPED_WIDE = frozenset(map(chr, (0x200B, *range(0x2060, 0x2065), *range(0x206A, 0x2070), 0xFEFF)))
_DROPPED_WIDE |= frozenset(map(chr, (*range(0xFFF9, 0xFFFD), 0xFFFE, 0xFFFF)))
_SPACED = "\x0b\x0c\x85"
_BIDI_CHARS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_JOINERS = "\u200c\u200d"
_TAGS = "\U000e0001\U000e0020-\U000e007f"
_TAG_CHARS = frozenset("\U000e0001") | frozenset(map(chr, range(0xE0020, 0xE0080)))
_PRIVATE = dict(
    zip(
        [0xE5E5, *range(0xE78D, 0xE797), 0xE7C7, 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864],
        "\u3000\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
        strict=True,
    )
)
_PRIVATE_CHARS = "".join(map(chr, _PRIVATE))

# What a line must hold for anything to be done: all of the above.
TRIGGERS = f"{''.join(_DROPPED.values())}{_SPACED}{_BIDI_CHARS}{_JOINERS}{_TAGS}{_PRIVATE_CHARS}"
_RUN = re.compile(f"[{TRIGGERS}]+")
_ALWAYS = {rule: re.compile(f"[{chars}]") for rule, chars in _DROPPED.items()}
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd]")
# Letters that joiners shape: Arabic and its neighbours, the Indic scripts to Khmer and Mongolian, their extensions.
_SHAPED = re.compile(
    "[\u0620-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff]"
)
# Either side of a joiner in an emoji sequence: pictographs, the selector and skin tones that may follow one.
_EMOJI = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")
_FLAG = "\U0001f3f4"


def control_edits(line: str) -> list[Edit]:
    """The edits that take what is invisible and meaningless out of `line`."""
    first = _RUN.search(line)
    if not first:
        return []
    keep_bidi = bool(_RIGHT_TO_LEFT.search(line))
    has_han = bool(_HAN.search(line))
    edits: list[Edit] = []
    legacy = _legacy(line, keep_bidi=keep_bidi)
    for run in _RUN.finditer(line, first.start()):
        if run.start() in legacy:
            continue
        edits += _run_edits(line, run.start(), run.end(), keep_bidi=keep_bidi, has_han=has_han)
    return edits


def _legacy(line: str, *, keep_bidi: bool) -> set[int]:
    """Where words stand that are bytes of GBK or Big5: in the line as it is without what separates none and goes."""
    gone = _DROPPED_WIDE if keep_bidi else _DROPPED_WIDE | frozenset(_BIDI_CHARS)
    left = [i for i, char in enumerate(line) if char not in gone]
    text = line if len(left) == len(line) else "".join([line[i] for i in left])
    return {left[i] for start, end in legacy_spans(text) for i in range(start, end)}


def _run_edits(line: str, start: int, end: int, *, keep_bidi: bool, has_han: bool) -> list[Edit]:
    """Decide over one run of such characters; what is kept or dropped depends on its visible neighbours only."""
    decided = [(i, *_decide(line[i], keep_bidi=keep_bidi, has_han=has_han)) for i in range(start, end)]
    edits = [_edit(i, line[i], rule, "") for i, rule, after in decided if rule and not after]
    rest = [(i, rule, after) for i, rule, after in decided if after]
    previous = line[start - 1] if start else ""
    following = [after for _, _, after in rest[1:]] + [line[end : end + 1]]
    for (i, rule, after), visible in zip(rest, following, strict=False):
        if (after in _JOINERS and not _joins(previous, visible)) or (after in _TAG_CHARS and not _tags(previous)):
            edits.append(_edit(i, line[i], "zero-width", ""))
            continue
        if rule:
            edits.append(_edit(i, line[i], rule, after))
        previous = after
    return sorted(edits, key=lambda edit: edit.start)


def _edit(position: int, before: str, rule: str, after: str) -> Edit:
    return Edit(stage=STAGE, rule=rule, start=position, end=position + 1, before=before, after=after)


def _decide(char: str, *, keep_bidi: bool, has_han: bool) -> tuple[str, str]:
    """Rule and replacement of one character as far as they do not depend on its neighbours ('' and itself: stays)."""
    for rule, pattern in _ALWAYS.items():
        if pattern.match(char):
            return rule, ""
    if char in _SPACED:
        return "control", " "
    if char in _BIDI_CHARS and not keep_bidi:
        return "direction", ""
    if ord(char) in _PRIVATE and has_han:
        return "pua", _PRIVATE[ord(char)]
    return "", char


def _joins(previous: str, following: str) -> bool:
    """Whether a joiner between the two shapes something."""
    if _SHAPED.match(previous):
        return True
    return bool(_EMOJI.match(previous) and _EMOJI.match(following))


def _tags(previous: str) -> bool:
    """Whether a tag character may follow: in the sequence of a flag (England, Scotland, Wales)."""
    return previous == _FLAG or previous in _TAG_CHARS
