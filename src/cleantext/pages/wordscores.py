"""How much the words in tags, classes and ids speak for main content: learned from labelled pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["WordScores", "class_words", "name_words"]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*")
_MAX_WORDS = 12


@lru_cache(maxsize=65_536)
def name_words(names: str) -> tuple[str, ...]:
    """The lower-case words of a class and id, each once."""
    words = _WORDS.findall(names[:400])[:_MAX_WORDS]
    return tuple(dict.fromkeys(word.lower() for word in words if len(word) > 1))


def class_words(tag: str, names: str) -> tuple[str, ...]:
    """The words of an element: its tag as `<tag`, and the words of its class and id."""
    return (f"<{tag}", *name_words(names))


class WordScores:
    """The scores of words, and what they say of an element."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = dict(scores)
        self._known: dict[str, tuple[float, ...]] = {}

    def of(self, tag: str, names: str) -> float:
        """The sum of the scores of an element's words."""
        found = self._known.get(names)
        if found is None:
            scores = map(self._scores.get, name_words(names))
            found = tuple(score for score in scores if score)
            if len(self._known) < 65_536:
                self._known[names] = found
        return sum((self._scores.get(f"<{tag}", 0.0), *found))
