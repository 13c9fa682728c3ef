"""How much the words in tags, classes and ids speak for main content: learned from labelled pages.

A word has a score of its own, what it says if nothing else is known; and it may have a share in what all the words
around a block say together, which a logistic regression gave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["NAMES_READ", "SHARES", "Joint", "WordScores", "class_words", "name_words"]

F64 = npt.NDArray[np.float64]

# The shares of a word in what is said of a block together: once if it is anywhere on the path from the page down to
# the block; and once more for each of the innermost element, that around it, and the one around that, if it is theirs.
SHARES = ("path", "own", "parent", "grandparent")
_NEAR = len(SHARES) - 1

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*")
# So much of a class and id is read, and so many words of it.
NAMES_READ, _MAX_WORDS = 400, 12


@lru_cache(maxsize=65_536)
def name_words(names: str) -> tuple[str, ...]:
    """The lower-case words of a class and id, each once."""
    words = _WORDS.findall(names[:NAMES_READ])[:_MAX_WORDS]
    return tuple(dict.fromkeys(word.lower() for word in words if len(word) > 1))


def class_words(tag: str, names: str) -> tuple[str, ...]:
    """The words of an element: its tag as `<tag`, and the words of its class and id."""
    return (f"<{tag}", *name_words(names))


class Joint:
    """What the words around a block say together: the shares of each, in the order of `SHARES`."""

    def __init__(self, shares: Mapping[str, Sequence[float]]) -> None:
        self._numbers = {word: number for number, word in enumerate(shares)}
        self._shares = [tuple(map(float, row)) for row in shares.values()]
        self.path: F64 = np.array([row[0] for row in self._shares], dtype=np.float64)  # of each word on the path

    def of(self, tag: str, names: str) -> tuple[list[int], tuple[float, ...]]:
        """Of an element: its words that have shares, as numbers; and the sums of their near shares."""
        numbers = self._numbers
        words = [numbers[word] for word in class_words(tag, names) if word in numbers]
        near = [0.0] * _NEAR
        for word in words:
            for step in range(_NEAR):
                near[step] += self._shares[word][1 + step]
        return words, tuple(near)


class WordScores:
    """The scores of words, and what they say of an element; `joint` is what they say together."""

    def __init__(self, scores: Mapping[str, float], joint: Mapping[str, Sequence[float]] | None = None) -> None:
        self._scores = dict(scores)
        self.joint = Joint(joint or {})

    def of(self, tag: str, names: str) -> float:
        """The sum of the scores of an element's words."""
        total = 0.0
        for word in class_words(tag, names):  # `sum` adds in other ways in later versions of Python
            total += self._scores.get(word, 0.0)
        return total
