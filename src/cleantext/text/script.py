"""Conversion between Chinese scripts: which configuration of OpenCC, for which lines, and with which corrections.

A configuration named by the caller is OpenCC's, to the letter. One chosen for a target script is corrected where its
dictionaries are wrong, and lines that are in that script already are left alone. Japanese and Korean stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from cleantext.edits import diff
from cleantext.records import Edit
from cleantext.text.detect import (
    ScriptEvidence,
    detect_script,
    has_simplified,
    has_traditional,
    is_simplified,
    script_evidence,
)
from cleantext.text.engine import Engine, engine
from cleantext.text.exceptions import Exceptions
from cleantext.text.steps import Repaired, edited

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = [
    "NO_EXCEPTIONS",
    "TARGETS",
    "Exceptions",
    "ScriptEvidence",
    "conversion_for",
    "convert",
    "convert_lines",
    "convert_lines_text",
    "convert_text",
    "detect_script",
    "offset_map",
    "script_evidence",
    "to_script",
]

STAGE = "script"
TARGETS = ("s", "t", "tw", "hk")

# Where edits may begin and end: between clauses, which no configuration changes the marks of.
_CLAUSES = re.compile(r"(\s+|[-,.?!*，。、；：？！…“”‘’『』「」﹁﹂—－（）《》〈〉～．／＼︰［］｛｝【】])")
_IN_CLAUSE = r"[^\s\-,.?!*，。、；：？！…“”‘’『』「」﹁﹂—－（）《》〈〉～．／＼︰［］｛｝【】]"
# Where 著 is not 着 and OpenCC's Taiwan table does not know it (張三 著, 著有《…》, 編著); and 么, which is Simplified
# where it is not 幺 (老么, 么兒).
_KEPT = re.compile(
    rf"著(?:(?<!{_IN_CLAUSE}著)(?!{_IN_CLAUSE})|(?=有(?!{_IN_CLAUSE}))"
    "|(?<=[原土编編專专論论譯译拙遺遗卓新撰所均曾大舊旧近佳宏史]著)(?![力手眼重急陸陆火想實实迷裝装落]))"
    "|么(?<!老么)(?![兒女妹弟])"
)
_MAX_PASSES = 4
_TO_SIMPLIFIED = ("t2s", "tw2s", "tw2sp", "hk2s", "hk2sp")
_LINES_TO_SIMPLIFIED = ("t2s", "tw2s", "hk2s")
_LINES_FROM_SIMPLIFIED = ("s2t", "s2tw", "s2hk")
NO_EXCEPTIONS = Exceptions()


class _Changed(NamedTuple):
    """A stretch of a text and what becomes of it."""

    start: int
    before: str
    after: str
    rule: str


def conversion_for(variety: str, target: str) -> str | None:
    """The OpenCC configuration that brings text of `variety` (see `detect_script`) to `target`; None: nothing to do.

    `target` is s, t, tw, hk or keep; any other is an OpenCC configuration, taken as it is whatever the variety.
    Traditional text is read as Taiwan's unless it is clearly Hong Kong's: `tw2s` makes 着力 of 著力, which `t2s`
    leaves. Phrase configurations are never chosen: they replace words (執行 by 运行), not characters.
    """
    if target == "keep":
        return None
    if target not in TARGETS:
        return target
    if target == "s":
        return {"Hant": "tw2s", "Hant-TW": "tw2s", "Hant-HK": "hk2s", "Hani": "tw2s"}.get(variety)
    if variety in ("Hans", "Hani"):
        return "s2" + target
    if target == "t" or not variety.startswith("Hant") or variety == f"Hant-{target.upper()}":
        return None
    return "t2" + target


def convert(text: str, opencc_config: str, *, exceptions: Exceptions = NO_EXCEPTIONS) -> Repaired:
    """All of `text` converted with an OpenCC configuration, and the edits that it consists of.

    Raises ConfigError where there is no configuration of that name.
    """
    converter = engine(opencc_config)
    return _edited(text, _stretches(text, 0, converter, exceptions, corrected=False), converter)


def convert_text(text: str, opencc_config: str, *, exceptions: Exceptions = NO_EXCEPTIONS) -> str:
    """The text of `convert`, without its edits."""
    if not exceptions:
        return engine(opencc_config).convert(text)
    return _joined(text, _stretches(text, 0, engine(opencc_config), exceptions, corrected=False))


def convert_lines(text: str, opencc_config: str, *, exceptions: Exceptions = NO_EXCEPTIONS) -> Repaired:
    """`convert` for the lines of `text` that need it, corrected: one already in the target script stays as it is.

    Simplified text has characters that are Traditional elsewhere (乾隆, 瞭望); converting it again could only hurt.
    Each line is decided by itself, so a text may come in pieces that end with its lines.
    """
    converter = engine(opencc_config)
    return _edited(text, _line_stretches(text, converter, exceptions), converter)


def convert_lines_text(text: str, opencc_config: str, *, exceptions: Exceptions = NO_EXCEPTIONS) -> str:
    """The text of `convert_lines`, without its edits."""
    return _joined(text, _line_stretches(text, engine(opencc_config), exceptions))


def _line_stretches(text: str, converter: Engine, exceptions: Exceptions) -> Iterator[_Changed]:
    for start, lines in _runs(text, converter.recipe.name):
        yield from _stretches(lines, start, converter, exceptions, corrected=converter.recipe.name in _TO_SIMPLIFIED)


def _runs(text: str, opencc_config: str) -> Iterator[tuple[int, str]]:
    """The lines that are not in the target script already, those that follow one another in one piece."""
    wrong, right = has_traditional, has_simplified
    if opencc_config in _LINES_FROM_SIMPLIFIED:
        wrong, right = right, wrong
    elif opencc_config not in _LINES_TO_SIMPLIFIED:
        yield 0, text
        return
    start = offset = 0
    for line in text.splitlines(keepends=True):
        if right(line) and not wrong(line):
            if offset > start:
                yield start, text[start:offset]
            start = offset + len(line)
        offset += len(line)
    if offset > start:
        yield start, text[start:offset]


def _stretches(
    text: str, offset: int, converter: Engine, exceptions: Exceptions, *, corrected: bool
) -> Iterator[_Changed]:
    """What becomes of `text`, which starts at `offset`, between the exceptions and in them."""
    place = 0
    spans = exceptions.spans(text) if exceptions else []
    for start, end, after in [*spans, (len(text), len(text), "")]:
        before = text[place:start]
        if before:
            converted = converter.convert(before)
            if corrected and converted != before:
                converted = _corrected(before, converted, converter)
            yield _Changed(offset + place, before, converted, converter.recipe.name)
        if end > start:
            yield _Changed(offset + start, text[start:end], after, "dictionary")
        place = end


def _corrected(before: str, after: str, converter: Engine) -> str:
    """`after`, a conversion to Simplified, without what the dictionaries get wrong.

    Clauses that have grown or shrunk stay as they are, because their characters no longer correspond.
    """
    if converter.keeps_length:
        return _with_kept(before, after)
    pairs = _clauses(before, after)
    if pairs is None:
        return after
    return "".join(_with_kept(a, b) if len(a) == len(b) else b for a, b in pairs)


def _with_kept(before: str, after: str) -> str:
    """`after`, of the same length as `before`, with what conversion should not have touched.

    A character that was Simplified never becomes one that is not: 抬 is 擡 on the way, and stays so.
    """
    kept = {match.start() for match in _KEPT.finditer(before)}
    strange = set() if is_simplified(after) else {char for char in set(after) if not is_simplified(char)}
    for char in sorted(strange):
        place = after.find(char)
        while place >= 0:
            if before[place] != char and is_simplified(before[place]):
                kept.add(place)
            place = after.find(char, place + 1)
    if not kept:
        return after
    pieces, place = [], 0
    for position in sorted(kept):
        pieces += [after[place:position], before[position]]
        place = position + 1
    return "".join([*pieces, after[place:]])


def _clauses(before: str, after: str) -> list[tuple[str, str]] | None:
    """The clauses and marks of both texts side by side; None where the marks are not the same."""
    one, other = _CLAUSES.split(before), _CLAUSES.split(after)
    return list(zip(one, other, strict=True)) if one[1::2] == other[1::2] else None


def _edited(text: str, changed: Iterable[_Changed], converter: Engine) -> Repaired:
    edits: list[Edit] = []
    for start, before, after, rule in changed:
        if before == after:
            continue
        if rule == "dictionary":
            end = start + len(before)
            edits.append(Edit(stage=STAGE, rule=rule, start=start, end=end, before=before, after=after))
            continue
        pairs = None if converter.keeps_length else _clauses(before, after)
        place = start
        for one, other in pairs or [(before, after)]:
            edits += diff(one, other, stage=STAGE, rule=rule, offset=place)
            place += len(one)
    return edited(text, edits)


def _joined(text: str, changed: Iterable[_Changed]) -> str:
    pieces, place = [], 0
    for start, before, after, _ in changed:
        pieces += [text[place:start], after]
        place = start + len(before)
    return "".join([*pieces, text[place:]])


def offset_map(done: Repaired) -> npt.NDArray[np.int64]:
    """For every character of a converted text the offset in the source that it came from, and at last the end.

    Inside an edit that changed the length all characters come from where the edit began. The map never falls.
    `done` must be of one stage, as conversion is.

    >>> offset_map(convert("用滑鼠點", "tw2sp")).tolist()
    [0, 1, 2, 3, 4]
    """
    import numpy as np  # noqa: PLC0415 - nothing else here needs it

    offsets = np.arange(len(done.text) + 1, dtype=np.int64)
    place = shift = 0
    for step in done.steps:
        if len(step.before) != len(step.after):
            start = step.start + shift
            offsets[place:start] -= shift
            place = start + len(step.after)
            offsets[start:place] = step.start
            shift += len(step.after) - len(step.before)
    offsets[place:] -= shift
    return offsets


def to_script(text: str, target: str = "s", exceptions: Exceptions = NO_EXCEPTIONS) -> str:
    """`text` in the script `target`: s, t, tw or hk as its own script requires, or by an OpenCC configuration.

    Japanese and Korean text, and text that is in the script already, stay as they are unless a configuration is named.
    `exceptions` are a user's own words and the kinds of spans that stay.

    >>> to_script("著力改善環境"), to_script("日本の環境"), to_script("環境", "t2s")
    ('着力改善环境', '日本の環境', '环境')
    >>> to_script("徐乾學讀《干預》", "t2s", Exceptions({"徐乾學": "徐乾学"}, protect=["names"]))
    '徐乾学读《干預》'
    """
    if target not in TARGETS:
        return text if target == "keep" else convert_text(text, target, exceptions=exceptions)
    # What is converted can tip the scales of a mixed text, which then needs the other conversion.
    for _ in range(_MAX_PASSES):
        opencc_config = conversion_for(detect_script(text), target)
        after = convert_lines_text(text, opencc_config, exceptions=exceptions) if opencc_config else text
        if after == text:
            break
        text = after
    return text
