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

__all__ = ["SHARES", "Joint", "WordScores", "class_words", "name_words"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# The shares of a word in what is said of a block together: once if it is anywhere on the path from the page down to
# the block; and once more for each of the innermost element, that around it, and the one around that, if it is theirs.
SHARES = ("path", "own", "parent", "grandparent")
_NEAR = len(SHARES) - 1

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*")
_MAX_WORDS = 12
# So many classes and ids are remembered.
_MOST_KNOWN = 65_536


@lru_cache(maxsize=65_536)
def name_words(names: str) -> tuple[str, ...]:
    """The lower-case words of a class and id, each once."""
    words = _WORDS.findall(names[:400])[:_MAX_WORDS]
    return tuple(dict.fromkeys(word.lower() for word in words if len(word) > 1))


def class_words(tag: str, names: str) -> tuple[str, ...]:
    """The words of an element: its tag as `<tag`, and the words of its class and id."""
    return (f"<{tag}", *name_words(names))


class Joint:
    """What the words around a block say together: the shares of each, in the order of `SHARES`."""

    def __init__(self, shares: Mapping[str, Sequence[float]]) -> None:
        self._numbers = {word: number for number, word in enumerate(shares)}
        self._shares = np.array([*shares.values()], dtype=np.float64).reshape(-1, len(SHARES))
        self.path: F64 = np.ascontiguousarray(self._shares[:, 0])  # of each word that is on the path
        self._known: dict[str, tuple[int, ...]] = {}

    def of(self, kinds: Sequence[tuple[str, str]]) -> tuple[I64, I64, F64]:
        """Of kinds of elements, each a tag with a class and id: where the words of each begin among all their words,
        with the end behind the last; those words, as numbers; and the sums of their near shares, a row a kind."""
        numbers, of_names, words = self._numbers, self._of_names, list[int]()
        starts = [0]
        for tag, names in kinds:
            number = numbers.get(f"<{tag}")
            if number is not None:
                words.append(number)
            words += of_names(names)
            starts.append(len(words))
        begins, known = np.array(starts, dtype=np.int64), np.array(words, dtype=np.int64)
        kind = np.repeat(np.arange(len(kinds)), np.diff(begins))
        near = [np.bincount(kind, self._shares[known, 1 + step], len(kinds)) for step in range(_NEAR)]
        return begins, known, np.column_stack(near)

    def _of_names(self, names: str) -> tuple[int, ...]:
        found = self._known.get(names)
        if found is None:
            found = tuple(self._numbers[word] for word in name_words(names) if word in self._numbers)
            if len(self._known) < _MOST_KNOWN:
                self._known[names] = found
        return found


class WordScores:
    """The scores of words, and what they say of an element; `joint` is what they say together."""

    def __init__(self, scores: Mapping[str, float], joint: Mapping[str, Sequence[float]] | None = None) -> None:
        self._scores = dict(scores)
        self._known: dict[str, tuple[float, ...]] = {}
        self.joint = Joint(joint or {})

    def of(self, tag: str, names: str) -> float:
        """The sum of the scores of an element's words."""
        found = self._known.get(names)
        if found is None:
            scores = map(self._scores.get, name_words(names))
            found = tuple(score for score in scores if score)
            if len(self._known) < _MOST_KNOWN:
                self._known[names] = found
        return sum((self._scores.get(f"<{tag}", 0.0), *found))
