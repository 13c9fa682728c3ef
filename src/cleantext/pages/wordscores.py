"""How much the words in tags, classes and ids speak for main content: learned from labelled pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["WordScores", "class_words"]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*")
_MAX_WORDS = 12


@lru_cache(maxsize=65_536)
def class_words(tag: str, names: str) -> tuple[str, ...]:
    """The words of an element: its tag as `<tag`, and the lower-case words of its class and id, each once."""
    words = [word.lower() for word in _WORDS.findall(names[:400])]
    return (f"<{tag}", *dict.fromkeys(word for word in words[:_MAX_WORDS] if len(word) > 1))


class WordScores:
    """The scores of words, and what they say of an element."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = dict(scores)
        self._known: dict[tuple[str, str], float] = {}

    def of(self, tag: str, names: str) -> float:
        """The sum of the scores of an element's words."""
        found = self._known.get((tag, names))
        if found is None:
            found = sum(self._scores.get(word, 0.0) for word in class_words(tag, names))
            if len(self._known) < 65_536:
                self._known[tag, names] = found
        return found
