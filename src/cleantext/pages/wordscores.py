"""How much the words in tags, classes and ids speak for main content: learned from labelled pages.

A word has a score of its own, what it says if nothing else is known; and it may have a share in what all the words
around a block say together, which a logistic regression gave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_WORDS", "NAMES_READ", "SHARES", "WordScores", "class_words"]

F64 = npt.NDArray[np.float64]

# The shares of a word in what is said of a block together: once if it is anywhere on the path from the page down to
# the block; and once more for each of the innermost element, that around it, and the one around that, if it is theirs.
SHARES = ("path", "own", "parent", "grandparent")

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*")
# So much of a class and id is read, and so many words of it.
NAMES_READ, MAX_WORDS = 400, 12


def class_words(tag: str, names: str) -> tuple[str, ...]:
    """The words of an element: its tag as `<tag`, and the lower-case words of its class and id, each once."""
    words = _WORDS.findall(names[:NAMES_READ])[:MAX_WORDS]
    return tuple(dict.fromkeys([f"<{tag}", *[word.lower() for word in words if len(word) > 1]]))


class WordScores:
    """The scores of words, and what they say of an element; `joint` is what they say together: the shares of each, in
    the order of `SHARES`.

    `known` has of every word its number among those with shares or -1, its score, and its near shares.
    """

    def __init__(self, scores: Mapping[str, float], joint: Mapping[str, Sequence[float]] | None = None) -> None:
        joint = joint or {}
        self.path: F64 = np.array([row[0] for row in joint.values()], dtype=np.float64)  # of each word with shares
        numbers, none = {word: number for number, word in enumerate(joint)}, (0.0,) * len(SHARES)
        self.known = {
            word: (numbers.get(word, -1), scores.get(word, 0.0), tuple(map(float, joint.get(word, none)[1:])))
            for word in {**scores, **joint}
        }

    def of(self, words: Sequence[str]) -> tuple[float, list[int], tuple[float, float, float]]:
        """Of the words of an element: the sum of their scores; those that have shares, as numbers; and the sums of
        their near shares."""
        total = own = parent = grandparent = 0.0
        found = list[int]()
        for word in words:  # `sum` adds in other ways in later versions of Python
            if known := self.known.get(word):
                number, score, near = known
                total += score
                if number >= 0:
                    found.append(number)
                    own, parent, grandparent = own + near[0], parent + near[1], grandparent + near[2]
        return total, found, (own, parent, grandparent)
