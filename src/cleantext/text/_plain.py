"""Conversion over strings and dicts: what the walks of `_loops` must equal, and what short texts are converted by.

Nothing is compiled and nothing loads numba. Most of a text is passed by one regular expression that finds where words
of several characters can start, and one `str.translate` for what lies between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleantext.text.dictionaries import Layers

__all__ = ["OPERATORS", "Step", "described", "plain"]

# Ideographic description characters, with two operands where it is not said otherwise (Unicode, chapter 18), and
# OpenCC's limits for a description (UTF8Util.hpp): characters, and operators inside one another.
OPERATORS = frozenset(map(chr, range(0x2FF0, 0x3000)))
_OPERANDS = {"\u2ff2": 3, "\u2ff3": 3, "\u2ffe": 1, "\u2fff": 1}
_MAX_DESCRIBED, _MAX_DEPTH = 64, 16
# A text of more characters is no word.
_MAX_SEGMENT = 32


# A word: the number of its layer, its length, what becomes of it.
Word = tuple[int, int, str]
# A stretch of a text, from, to, and what becomes of it; None: it stays.
Found = tuple[int, int, str | None]


class Step:
    """One pass over a text: words in layers, each layer before the next, and what tells where they can start."""

    def __init__(self, layers: Layers, *, longest_first: bool = False) -> None:
        self._longest_first = longest_first
        self._found: dict[str, Word] = {}
        for number in range(len(layers) - 1, -1, -1):
            self._found |= {word: (number, len(word), value) for word, value in layers[number].items()}
        self._alone = {ord(word): found[2] for word, found in self._found.items() if found[1] == 1}
        # The first two characters of words of several, and how long words that start with them are, longest first.
        lengths: dict[str, set[int]] = {}
        for word in self._found:
            if len(word) > 1:
                lengths.setdefault(word[:2], {1}).add(len(word))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}
        special = {head[0] for head in lengths} | (set() if longest_first else OPERATORS)
        self._special = _any_of(special)
        self._touched = _any_of({head[0] for head in lengths} | {chr(code) for code in self._alone})

    def convert(self, text: str) -> str:
        """`text` after this step."""
        if len(text) <= _MAX_SEGMENT and not self._longest_first:
            whole = self._found.get(text)  # what most segments are
            if whole and whole[0] == 0:
                return whole[2]
        if not self._touched.search(text):
            return text
        pieces, place = [], 0
        for start, end, value in self._islands(text) if self._longest_first else self._words(text):
            pieces += [text[place:start].translate(self._alone), text[start:end] if value is None else value]
            place = end
        pieces.append(text[place:].translate(self._alone))
        return "".join(pieces)

    def segments(self, text: str) -> list[str]:
        """`text` cut into the words of this step, and what lies between them in one piece."""
        pieces, place = [], 0
        for start, end, value in self._every_word(text) if self._alone else self._words(text):
            if value is not None:
                pieces += [text[place:start], text[start:end]]
                place = end
        pieces.append(text[place:])
        return [piece for piece in pieces if piece]

    def _words(self, text: str) -> Iterator[Found]:
        """Words of several characters and descriptions, from left to right."""
        place = 0
        for match in self._special.finditer(text):
            start = match.start()
            if start < place:
                continue
            lengths = self._lengths.get(text[start : start + 2])
            if lengths:
                word = self._best(text, start, lengths)
                if word and word[1] > 1:
                    place = start + word[1]
                    yield start, place, word[2]
            elif text[start] in OPERATORS and text[start] not in self._found:
                place = start + (described(text, start) or 1)
                if place > start + 1:
                    yield start, place, None

    def _every_word(self, text: str) -> Iterator[Found]:
        """`_words`, and those of one character."""
        place = 0
        while place < len(text):
            word = self._best(text, place, self._lengths.get(text[place : place + 2], (1,)))
            if word is None:
                place += described(text, place) or 1
            else:
                yield place, place + word[1], word[2]
                place += word[1]

    def _best(self, text: str, start: int, lengths: tuple[int, ...]) -> Word | None:
        """The word at `start`: of the earliest layer that has one there, the longest."""
        best = None
        for length in lengths:
            # Where the text ends before, a shorter word is found; it is the same that its own length finds.
            word = self._found.get(text[start : start + length])
            if word and (best is None or word[0] < best[0]):
                if word[0] == 0:
                    return word
                best = word
        return best

    def word_at(self, text: str, start: int, end: int) -> Word | None:
        """The word at `start` that ends by `end`: of the earliest layer that has one there, the longest."""
        lengths = self._lengths.get(text[start : start + 2], (1,))
        return self._best(text, start, tuple(length for length in lengths if start + length <= end))

    def _islands(self, text: str) -> Iterator[Found]:
        """The words of several characters that stay, wherever words overlap, the longest of the earliest layer."""
        lengths, words = self._lengths, self._found
        place = 0
        for match in self._special.finditer(text):
            start = match.start()
            if start < place or text[start : start + 2] not in lengths:
                continue
            found: list[tuple[int, int, int, str]] = []  # layer, length negated, start, what becomes of it
            end, at = start + 1, start
            while at < end:
                for length in lengths.get(text[at : at + 2], (1,)):
                    word = words.get(text[at : at + length])
                    if word and word[1] == length:
                        found.append((word[0], -length, at, word[2]))
                        end = max(end, at + length)
                at += 1
            if end > start + 1:
                yield from _chosen(found, start, end)
                place = end


def _any_of(chars: set[str]) -> re.Pattern[str]:
    """A pattern for any of `chars`, and, where one of them is astral, for any that is: one range, not a long list."""
    plain_chars = re.escape("".join(sorted(char for char in chars if char <= "\uffff")))
    astral = "\U00010000-\U0010ffff" if any(char > "\uffff" for char in chars) else ""
    return re.compile(f"[{plain_chars}{astral}]" if chars else r"(?!)")


def _chosen(found: list[tuple[int, int, int, str]], first: int, last: int) -> Iterator[Found]:
    """Of words that overlap those that are taken, in order, with what stays as it is between them."""
    if len(found) == 1:
        yield found[0][2], last, found[0][3]
        return
    taken: list[Found] = []
    covered: set[int] = set()
    for _, negated, start, value in sorted(found):
        places = range(start, start - negated)
        if covered.isdisjoint(places):
            covered.update(places)
            taken.append((start, start - negated, value))
    place = first
    for word in sorted(taken, key=lambda word: word[0]):
        if word[0] > place:
            yield place, word[0], None
        yield word
        place = word[1]
    if last > place:
        yield place, last, None


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
