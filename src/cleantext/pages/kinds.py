"""What is known of kinds of elements, each a tag with a class and id: remembered, as sites have few."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from struct import Struct

import numpy as np
import numpy.typing as npt

from cleantext.pages.columns import LANDMARKS, TAGS
from cleantext.pages.wordscores import NAMES_READ, WordScores, class_words

__all__ = ["COMMENTS", "LANDMARK", "NEAR", "SCORE", "TAG", "KindLore", "lore_of"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Kind = tuple[str, str]

# The row of a kind: the score of its words, the column of its landmark or -1, whether it begins what readers add, the
# near shares of its words, the place of its tag in `TAGS` or -1, and how many of its words have shares.
SCORE, LANDMARK, COMMENTS, NEAR, TAG, COUNT, SIZE = 0, 1, 2, 3, 6, 7, 8
_ROW = Struct(f"={SIZE}d")
_TAG_CODES = {name: code for code, name in enumerate(TAGS)}
_ROLES = {name: number for number, name in enumerate(LANDMARKS[:-1])}
_ROLES["select"] = _ROLES["search"] = _ROLES["form"]
# Class words of what readers add.
_COMMENT_WORDS = frozenset({"comment", "comments", "commentlist", "reply", "replies", "respond", "disqus"})
# So many kinds are remembered.
_MOST_KNOWN = 16_384


class KindLore:
    """What `scores` and names of tags and classes say of kinds of elements."""

    def __init__(self, scores: WordScores) -> None:
        self._scores = scores
        self._known: dict[Kind, tuple[bytes, bytes]] = {}

    def of(self, kinds: Sequence[Kind]) -> tuple[F64, I64, I64]:
        """A row for each kind; where the words with shares of each begin among those of all, with the end behind the
        last; and those words, as numbers."""
        known = self._known
        found = [known.get(kind) or self._learned(kind) for kind in kinds]
        rows = np.frombuffer(bytearray().join([row for row, _ in found]), dtype=np.float64).reshape(-1, SIZE)
        words = np.frombuffer(bytearray().join([words for _, words in found]), dtype=np.int64)
        starts = np.zeros(len(kinds) + 1, dtype=np.int64)
        starts[1:] = np.cumsum(rows[:, COUNT])
        return rows, starts, words

    def _learned(self, kind: Kind) -> tuple[bytes, bytes]:
        tag, names = kind[0], kind[1][:NAMES_READ]
        known = self._known.get((tag, names))
        if known is None:
            said = class_words(tag, names)
            score, words, near = self._scores.of(said)
            is_comment = not _COMMENT_WORDS.isdisjoint(said)
            row = score, _ROLES.get(tag, -1), is_comment, *near, _TAG_CODES.get(tag, -1), len(words)
            known = _ROW.pack(*row), array("q", words).tobytes()
            if len(self._known) >= _MOST_KNOWN:
                self._known = {}
            self._known[tag, names] = known
        return known


@lru_cache(maxsize=4)
def lore_of(scores: WordScores) -> KindLore:
    """What is known by `scores`."""
    return KindLore(scores)
