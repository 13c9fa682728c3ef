"""What is known of kinds of elements, each a tag with a class and id."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points
from cleantext.pages._names import FACTOR, MASK
from cleantext.pages.columns import LANDMARKS, TAGS
from cleantext.pages.compiled import pays
from cleantext.pages.wordscores import MAX_WORDS, NAMES_READ, WordScores, class_words

__all__ = ["COMMENTS", "LANDMARK", "NEAR", "SCORE", "TAG", "KindLore", "Known", "lore_of"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Kind = tuple[str, str]

# The row of a kind: the score of its words, the column of its landmark or -1, whether it begins what readers add, the
# near shares of its words, the place of its tag in `TAGS` or -1, and how many of its words have shares.
SCORE, LANDMARK, COMMENTS, NEAR, TAG, COUNT, SIZE = 0, 1, 2, 3, 6, 7, 8
_TAG_CODES = {name: code for code, name in enumerate(TAGS)}
_ROLES = {name: number for number, name in enumerate(LANDMARKS[:-1])}
_ROLES["select"] = _ROLES["search"] = _ROLES["form"]
# Class words of what readers add.
_COMMENT_WORDS = frozenset({"comment", "comments", "commentlist", "reply", "replies", "respond", "disqus"})
# A table of words has so many slots for each, or up to twice as many, as their number is a power of two.
_SLOTS_A_WORD = 4


class Known(NamedTuple):
    """What `_names.read_kinds` takes of what is known.

    `tag_rows` and `tag_numbers` are the rows of tags, the first for any that is not known, and the numbers of their own
    words or -1. `slots` have the words by their letters, or -1; `letters` are those of all words, `ends` where each
    ends, `numbers` their numbers or -1, `values` what each adds to a row.
    """

    tag_rows: F64
    tag_numbers: I64
    slots: npt.NDArray[np.int32]
    letters: npt.NDArray[np.uint32]
    ends: I64
    numbers: I64
    values: F64


class KindLore:
    """What `scores` and names of tags and classes say of kinds of elements."""

    def __init__(self, scores: WordScores) -> None:
        self._scores = scores

    def of(self, kinds: Sequence[Kind]) -> tuple[F64, I64, I64]:
        """A row for each kind; where the words with shares of each begin among those of all, with the end behind the
        last; and those words, as numbers."""
        rows, starts = np.empty((len(kinds), SIZE)), np.zeros(len(kinds) + 1, dtype=np.int64)
        if not pays():
            told = [self._told(tag, names) for tag, names in kinds]
            rows[:] = np.array([row for row, _ in told]).reshape(-1, SIZE)
            starts[1:] = np.cumsum(rows[:, COUNT])
            return rows, starts, np.array([word for _, words in told for word in words], dtype=np.int64)
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        numbers, known = self._tables
        read = [names[:NAMES_READ] for _, names in kinds]
        bounds = np.zeros(len(kinds) + 1, dtype=np.int64)
        np.cumsum([*map(len, read)], out=bounds[1:])
        tags = np.array([numbers.get(tag, 0) for tag, _ in kinds], dtype=np.int64)
        found = np.empty((len(kinds) + 1) * (1 + MAX_WORDS), dtype=np.int64)
        codes = code_points("".join(read))
        kernels.read_kinds(codes, bounds, tags, known, (COMMENTS, COUNT), MAX_WORDS, rows, starts, found)
        return rows, starts, found[: starts[-1]]

    def _told(self, tag: str, names: str) -> tuple[tuple[float, ...], list[int]]:
        """The row of a kind, and its words that have shares."""
        said = class_words(tag, names)
        score, words, near = self._scores.of(said)
        is_comment = not _COMMENT_WORDS.isdisjoint(said)
        return (score, _ROLES.get(tag, -1), is_comment, *near, _TAG_CODES.get(tag, -1), len(words)), words

    @cached_property
    def _tables(self) -> tuple[dict[str, int], tuple[npt.NDArray[Any], ...]]:
        """The rows of tags by name, and what becomes a `Known`."""
        own = {word[1:] for word in self._scores.known if word.startswith("<")}
        tags = ["", *sorted({*own, *_ROLES, *_TAG_CODES} - {""})]
        told = [self._told(tag, "") for tag in tags]
        words = [word for word in {**self._scores.known, **dict.fromkeys(_COMMENT_WORDS)} if word.isalpha()]
        values, numbers = np.zeros((len(words), SIZE)), np.full(len(words), -1, dtype=np.int64)
        slots = np.full(1 << (_SLOTS_A_WORD * len(words)).bit_length(), -1, dtype=np.int32)
        for place, word in enumerate(words):
            values[place, COMMENTS] = word in _COMMENT_WORDS
            values[place, SCORE], of_word, values[place, NEAR:TAG] = self._scores.of([word])
            numbers[place] = of_word[0] if of_word else -1
            slot = _key(word) & (slots.size - 1)
            while slots[slot] >= 0:
                slot = (slot + 1) & (slots.size - 1)
            slots[slot] = place
        known = Known(
            tag_rows=np.array([row for row, _ in told], dtype=np.float64),
            tag_numbers=np.array([numbers[0] if numbers else -1 for _, numbers in told], dtype=np.int64),
            slots=slots,
            letters=code_points("".join(words)),
            ends=np.cumsum([*map(len, words)], dtype=np.int64),
            numbers=numbers,
            values=values,
        )
        return {tag: number for number, tag in enumerate(tags)}, tuple(known)


def _key(word: str) -> int:
    """What the place of a word in the table is made of."""
    key = 0
    for letter in word:
        key = (key * FACTOR + ord(letter)) & MASK
    return key


@lru_cache(maxsize=4)
def lore_of(scores: WordScores) -> KindLore:
    """What is known by `scores`."""
    return KindLore(scores)
