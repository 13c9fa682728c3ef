"""Pinyin readings that a cloaking script puts after certain characters of a text: 現(xiàn), 態(tài), 環(huán).

Such a script glosses every occurrence of the characters of a fixed table. People gloss otherwise: a rare character
once, the words of a children's text, the headwords of a dictionary. So whether readings are dropped is decided over a
whole document, by the gate that `find_glosses` describes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cleantext.records import Edit
from cleantext.text.flags import FlagTable
from cleantext.text.steps import Repaired, edited

__all__ = ["TRIGGERS", "Glosses", "find_glosses", "strip_glosses"]

STAGE = "glosses"
RULE = "pinyin"
# The toned letters of the readings in tables/readings.txt, and the marks that make them: no reading is without one.
TRIGGERS = "àáèéìíòóùúāēěīńňōūǎǐǒǔǖǘǚǜḿ\u0300\u0301\u0304\u030c"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# The letters of pinyin, composed or not; ɑ and ɡ are what some input methods write for a and g.
_READINGS = re.compile("(?:[(（][A-Za-z\u00e0-\u01dc\u1e3f\u0251\u0261\u0300-\u030c]{1,12}[)）])+")
_READING = re.compile("[(（]([^)）]*)[)）]")
_TONED = re.compile("[\u0300\u0301\u0304\u030c]")
_LOOK_ALIKE = str.maketrans("ɑɡ", "ag")
_HAN_RUN = re.compile(f"[{_HAN}]+")
_FLAGS = FlagTable({STAGE: TRIGGERS})

# The gate: all 309 readings of the two cloaked seeds pass, on every occurrence of their 43 characters.
_MIN_GLOSSES = 3
_FEW = 50  # characters that are counted faster one by one
_MIN_CHARS = 2
_MIN_SHARE_GLOSSED = 0.9  # of the occurrences of a character
_MAX_SHARE_OF_TEXT = 0.5  # of the Han characters of the document: above, it is a text for learners


@dataclass(frozen=True, slots=True, kw_only=True)
class Glosses:
    """The characters whose readings are to be dropped from a document, and how many readings that are."""

    chars: frozenset[str] = frozenset()
    count: int = 0


@cache
def _readings() -> dict[str, frozenset[str]]:
    """The characters read as each toned syllable; from tables/readings.txt."""
    text = files("cleantext.text.tables").joinpath("readings.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {syllable: frozenset(chars) for syllable, chars in rows}


def _is_reading(reading: str, char: str) -> bool:
    """Whether `reading` is a syllable with a tone mark that `char` is read as."""
    reading = unicodedata.normalize("NFC", reading.translate(_LOOK_ALIKE))
    if not _TONED.search(unicodedata.normalize("NFD", reading)):
        return False
    return unicodedata.normalize("NFC", char) in _readings().get(reading, ())


def _glossed(text: str) -> Iterator[tuple[int, int, str]]:
    """Where readings of a character stand right after it: start and end of the bracketed part, and the character."""
    for line_start, line_end in _FLAGS.lines(text, _FLAGS.bits[STAGE]):
        for match in _READINGS.finditer(text, line_start, line_end):
            start = end = match.start()
            char = text[start - 1 : start]
            for reading in _READING.finditer(text, start, match.end()):
                if not _is_reading(reading[1], char):
                    break
                end = reading.end()
            if end > start:
                yield start, end, char


def find_glosses(texts: Iterable[str]) -> Glosses:
    """The cloaking glosses of one document, given as its lines or blocks; empty unless the gate is passed.

    A character counts if nearly all its occurrences carry a reading that is valid for it. The document must
    hold at least three such readings on two different characters, on no more than half of its Han characters;
    and some character must be glossed twice, or most be frequent Traditional characters glossed inside a line, as
    a dictionary or a text that explains each character once does not do.
    """
    glossed: Counter[str] = Counter()
    inside: set[str] = set()
    texts = list(texts)
    for text in texts:
        for start, _, char in _glossed(text):
            glossed[char] += 1
            if start > 1 and text[start - 2] != "\n":
                inside.add(char)
    if sum(glossed.values()) < _MIN_GLOSSES:
        return Glosses()
    occurrences = _occurrences(texts, "".join(glossed))
    chars = frozenset(char for char, count in glossed.items() if count >= _MIN_SHARE_GLOSSED * occurrences[char])
    count = sum(glossed[char] for char in chars)
    if count < _MIN_GLOSSES or len(chars) < _MIN_CHARS or not _has_han(texts, count / _MAX_SHARE_OF_TEXT):
        return Glosses()
    typical = sum(1 for char in chars if char in inside and _is_cloaked(char))
    if count == len(chars) and 2 * typical <= len(chars):
        return Glosses()
    return Glosses(chars=chars, count=count)


def _occurrences(texts: Iterable[str], chars: str) -> Counter[str]:
    """How often each of `chars`, Han all of them, occurs."""
    counts: Counter[str] = Counter()
    pattern = re.compile(f"[{chars}]")
    for text in texts:
        if len(chars) <= _FEW:
            counts.update({char: text.count(char) for char in chars})
        else:
            counts.update(pattern.findall(text))
    return counts


def _has_han(texts: Iterable[str], enough: float) -> bool:
    """Whether there are at least so many Han characters; reads no further than it must."""
    count = 0
    for text in texts:
        for run in _HAN_RUN.finditer(text):
            count += run.end() - run.start()
            if count >= enough:
                return True
    return count >= enough


def _is_cloaked(char: str) -> bool:
    """Whether `char` is what cloaking scripts gloss: a Traditional character whose Simplified form is frequent."""
    from cleantext.folding import simplified_table  # noqa: PLC0415 - brings numpy, and is rarely needed

    simplified = simplified_table().get(char, "")
    try:
        return b"\xb0\xa1" <= simplified.encode("gb2312") < b"\xd8\xa1"
    except UnicodeEncodeError:
        return False


def strip_glosses(text: str, glosses: Glosses) -> Repaired:
    """`text` without the readings of the characters in `glosses`."""
    steps = [
        Edit(stage=STAGE, rule=RULE, start=start, end=end, before=text[start:end], after="")
        for start, end, char in (_glossed(text) if glosses.chars else ())
        if char in glosses.chars
    ]
    return edited(text, steps)
