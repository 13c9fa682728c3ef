"""Conversion over strings and dicts: what the walks of `_loops` must equal, and what short texts are converted by.

Nothing is compiled and nothing loads numba. Most of a text is passed by one regular expression that finds where words
of several characters can start, and one `str.translate` for what lies between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleantext.text.dictionaries import Layers

__all__ = ["OPERATORS", "Step", "described", "plain"]

# Ideographic description characters, with two operands where it is not said otherwise (Unicode, chapter 18), and
# OpenCC's limits for a description (UTF8Util.hpp): characters, and operators inside one another.
OPERATORS = frozenset(map(chr, range(0x2FF0, 0x3000)))
_OPERANDS = {"\u2ff2": 3, "\u2ff3": 3, "\u2ffe": 1, "\u2fff": 1}
_MAX_DESCRIBED, _MAX_DEPTH = 64, 16


class Word(NamedTuple):
    """A word found: the number of its layer, its length, what becomes of it."""

    layer: int
    length: int
    value: str


class Step:
    """One pass over a text: words in layers, each layer before the next, and what tells where they can start."""

    def __init__(self, layers: Layers, *, longest_first: bool = False) -> None:
        self._longest_first = longest_first
        self._found: dict[str, Word] = {}
        for number in range(len(layers) - 1, -1, -1):
            self._found |= {word: Word(number, len(word), value) for word, value in layers[number].items()}
        self._alone = {ord(word): found.value for word, found in self._found.items() if found.length == 1}
        # The first two characters of words of several, and how long words that start with them are, longest first.
        lengths: dict[str, set[int]] = {}
        for word in self._found:
            if len(word) > 1:
                lengths.setdefault(word[:2], {1}).add(len(word))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}
        special = {head[0] for head in lengths} | (set() if longest_first else OPERATORS)
        self._special = re.compile(f"[{re.escape(''.join(sorted(special)))}]" if special else r"(?!)")

    def convert(self, text: str) -> str:
        """`text` after this step."""
        pieces, place = [], 0
        for start, end, value in self._islands(text) if self._longest_first else self._words(text):
            pieces += [text[place:start].translate(self._alone), value]
            place = end
        pieces.append(text[place:].translate(self._alone))
        return "".join(pieces)

    def segments(self, text: str) -> list[str]:
        """`text` cut into the words of this step, and what lies between them in one piece."""
        pieces, place = [], 0
        for start, end, _ in self._every_word(text):
            pieces += [text[place:start], text[start:end]]
            place = end
        pieces.append(text[place:])
        return [piece for piece in pieces if piece]

    def _words(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Words of several characters and descriptions from left to right: start, end, what becomes of it."""
        place = 0
        for match in self._special.finditer(text):
            start = match.start()
            if start < place:
                continue
            if text[start : start + 2] in self._lengths:
                word = self._at(text, start)
                if word and word.length > 1:
                    place = start + word.length
                    yield start, place, word.value
            elif text[start] in OPERATORS and text[start] not in self._found:
                place = start + (described(text, start) or 1)
                if place > start + 1:
                    yield start, place, text[start:place]

    def _every_word(self, text: str) -> Iterator[tuple[int, int, str]]:
        """`_words`, and those of one character."""
        place = 0
        while place < len(text):
            word = self._at(text, place)
            if word is None:
                place += described(text, place) or 1
            else:
                yield place, place + word.length, word.value
                place += word.length

    def word_at(self, text: str, start: int, end: int) -> Word | None:
        """The word at `start` that ends by `end`: of the earliest layer that has one there, the longest."""
        found = [word for word in self._all_at(text, start) if start + word.length <= end]
        return min(found, key=lambda word: word.layer) if found else None

    def _at(self, text: str, start: int) -> Word | None:
        """The word at `start`: of the earliest layer that has one there, the longest."""
        best = None
        for word in self._all_at(text, start):
            if best is None or word.layer < best.layer:
                best = word
        return best

    def _all_at(self, text: str, start: int) -> list[Word]:
        """All words at `start`, longest first."""
        lengths = self._lengths.get(text[start : start + 2], (1,))
        found = (self._found.get(text[start : start + length]) for length in lengths)
        return [word for word, length in zip(found, lengths, strict=True) if word and word.length == length]

    def _islands(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The words of several characters that stay, wherever words overlap, the longest of the earliest layer."""
        place = 0
        for match in self._special.finditer(text):
            start = match.start()
            if start < place:
                continue
            if text[start : start + 2] not in self._lengths:
                continue
            found: list[tuple[int, Word]] = []
            end, at = start + 1, start
            while at < end:
                words = [(at, word) for word in self._all_at(text, at)]
                found += words
                end = max([end, *(at + word.length for _, word in words)])
                at += 1
            if end > start + 1:
                yield from _chosen(found, text, start)
                place = end


def _chosen(found: Sequence[tuple[int, Word]], text: str, first: int) -> Iterator[tuple[int, int, str]]:
    """Of overlapping words those that are taken, in order, with what stays as it is between them."""
    taken: dict[int, Word] = {}
    covered: set[int] = set()
    for start, word in sorted(found, key=lambda item: (item[1].layer, -item[1].length, item[0])):
        places = range(start, start + word.length)
        if covered.isdisjoint(places):
            covered.update(places)
            taken[start] = word
    place = first
    for start in sorted(taken):
        if start > place:
            yield place, start, text[place:start]
        place = start + taken[start].length
        yield start, place, taken[start].value
    end = max(start + word.length for start, word in found)
    if end > place:
        yield place, end, text[place:end]


def described(text: str, start: int) -> int:
    """How many characters the ideographic description at `start` has; 0 where there is none or it is not complete."""
    waiting: list[int] = []
    for place in range(start, min(start + _MAX_DESCRIBED, len(text))):
        char = text[place]
        if char in OPERATORS:
            if len(waiting) == _MAX_DEPTH - 1:
                return 0
            waiting.append(_OPERANDS.get(char, 2))
            continue
        while waiting and waiting[-1] == 1:
            waiting.pop()
        if not waiting:
            return place + 1 - start if place > start else 0
        waiting[-1] -= 1
    return 0


def plain(text: str, before: Sequence[Step], segmentation: Step | None, steps: Sequence[Step]) -> str:
    """`text` after the steps of a recipe."""
    for step in before:
        text = step.convert(text)
    pieces = segmentation.segments(text) if segmentation else [text]
    for step in steps:
        pieces = [step.convert(piece) for piece in pieces]
    return "".join(pieces)


