"""Copies of a paragraph: exact, near, just under the threshold, or contained; each with its exact similarity."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import oracle
from clauses import MARKS, Clauses
from cleantext import to_script

__all__ = ["CONTAINED", "EXACT", "KINDS", "NEAR", "UNDER", "Copied", "Copyist", "Planted"]

EXACT, NEAR, UNDER, CONTAINED = 1, 2, 3, 4
KINDS = {EXACT: "exact", NEAR: "near", UNDER: "under the threshold", CONTAINED: "contained"}

# Similarities aimed at, and the bounds kept: a near copy is at 0.8 or above, another from 0.7 to there.
_AIMS = {NEAR: (0.8, 0.99), UNDER: (0.71, 0.79)}
_THRESHOLD, _TRIES = 0.8, 6
# Characters of a part that a paragraph is repeated by; a share of it that is far from near.
_LEAST_PART, _LARGEST_PART = 32, 0.7
_CLAUSE = re.compile(f"[^{MARKS}]+[{MARKS}]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WIDTH = str.maketrans(
    "，。！？；：、0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ",.!?;:､０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ",
)
_MARKED = str.maketrans("，。！？；：、", "、！。…，；,")


class Planted(NamedTuple):
    """A copy in a corpus, a row of its truth."""

    copy: int
    source: int
    kind: int
    jaccard: float
    containment: float
    copy_inside: bool


class Copied(NamedTuple):
    """A copy: its text, its kind, how much of it and of its source is the same, and which is inside the other."""

    text: str
    kind: int
    jaccard: float
    containment: float
    inside: bool


@dataclass(frozen=True)
class Copyist:
    """Makes copies with the characters and clauses of `clauses`, measured in shingles of `size` units.

    With `wrap`, some exact copies are broken into lines.
    """

    clauses: Clauses
    size: int = 3
    wrap: bool = True

    def copy(self, text: str, kind: int, draw: int, *, single: bool = False) -> Copied:
        """A copy of `text` of that kind, which depends on the random number `draw`.

        A `single` paragraph, alone in its document, is not broken into lines: its lines would be paragraphs.
        """
        rng = random.Random(draw)
        if kind == EXACT:
            return Copied(self._exact(text, rng, wrap=self.wrap and not single), EXACT, 1.0, 1.0, inside=False)
        if kind == CONTAINED:
            return self._measured(text, self._contained(text, rng), CONTAINED)
        return self._near(text, kind, rng)

    def _measured(self, text: str, copy: str, kind: int) -> Copied:
        a, b = oracle.shingle_set(text, self.size), oracle.shingle_set(copy, self.size)
        return Copied(copy, kind, oracle.jaccard(a, b), oracle.containment(a, b), inside=len(b) < len(a))

    def _exact(self, text: str, rng: random.Random, *, wrap: bool) -> str:
        """`text` as it stands, or with other widths, marks, script or line ends: equal after folding."""
        choice = rng.random()
        if choice < 0.4:
            return text
        if choice < 0.55:
            return text.translate(_WIDTH)
        if choice < 0.7:
            return text.translate(self._traditional)
        return _wrapped(text, 20 + int(rng.random() * 20)) if wrap and choice < 0.85 else text.translate(_MARKED)

    @cached_property
    def _traditional(self) -> dict[int, str]:
        """Traditional characters that fold back to what they stand for."""
        return _traditional(self.clauses.han)

    def _near(self, text: str, kind: int, rng: random.Random) -> Copied:
        """`text` with single characters replaced, inserted and dropped until its similarity is that of `kind`."""
        low, high = _AIMS[kind]
        aim, shingles = low + (high - low) * rng.random(), max(len(text) - self.size + 1, 1)
        edits = max(round(shingles * (1 - aim) / (self.size * (1 + aim))), 1)
        for _ in range(_TRIES):
            made = self._measured(text, self._edited(text, edits, rng), kind)
            if (made.jaccard >= _THRESHOLD) == (kind == NEAR):
                break
            edits = max(edits - 1, 1) if kind == NEAR else edits + 1
        return made

    def _edited(self, text: str, edits: int, rng: random.Random) -> str:
        """`text` with so many `edits` at Han characters, of which it has some."""
        chars, han = list(text), self.clauses.han
        for _ in range(edits):
            while not _HAN.match(text[place := int(rng.random() * len(text))]):
                pass
            how, other = rng.random(), han[int(rng.random() * len(han))]
            chars[place] = other if how < 0.7 else chars[place] + other if how < 0.85 else ""
        return "".join(chars)

    def _contained(self, text: str, rng: random.Random) -> str:
        """A run of the clauses of `text`, its beginning, or a longer paragraph that has `text` in it."""
        choice = rng.random()
        most = int(_LARGEST_PART * len(text))
        if choice < 0.3 or most < _LEAST_PART:
            made = self._around(text, rng)
        elif choice < 0.65:
            made = _run(text, most, rng)
        else:
            made = text[: _LEAST_PART + int(rng.random() * (most - _LEAST_PART + 1))] + "……"
        return self._edited(made, 1, rng) if rng.random() < 0.15 else made

    def _around(self, text: str, rng: random.Random) -> str:
        """`text` with clauses before and behind, more than a third of its length."""
        before, behind = "", ""
        while len(before) + len(behind) < 0.4 * len(text):
            before += self.clauses.texts[int(rng.random() * len(self.clauses))]
            behind += self.clauses.texts[int(rng.random() * len(self.clauses))]
        return before + text + behind


def _traditional(chars: str) -> dict[int, str]:
    found = {char: to_script(char, "t") for char in sorted(set(chars))}
    return {ord(char): other for char, other in found.items() if other != char and oracle.fold(other) == char}


def _wrapped(text: str, width: int) -> str:
    """`text` in lines of `width` characters or a few more: a line ends only between two Han characters."""
    lines, start = [], 0
    for place in range(1, len(text)):
        if place - start >= width and _HAN.match(text[place - 1]) and _HAN.match(text[place]):
            lines.append(text[start:place])
            start = place
    return "\n".join([*lines, text[start:]])


def _run(text: str, most: int, rng: random.Random) -> str:
    """Clauses of `text` in a row, from `_LEAST_PART` up to about `most` characters; else so much from its middle."""
    clauses = _CLAUSE.findall(text)
    first = int(rng.random() * len(clauses))
    run = ""
    for clause in clauses[first:]:
        if len(run) >= _LEAST_PART and len(run) + len(clause) > most:
            break
        run += clause
    start = (len(text) - most) // 2
    return run if _LEAST_PART <= len(run) <= most else text[start : start + most]
