"""Loops over the characters of a page in plain Python, which `_kernels` compiles."""

from __future__ import annotations

from typing import Any

__all__ = ["count"]


def count(kinds: Any, starts: Any, ends: Any, in_word: Any, classes: Any, words: Any) -> None:
    """Adds to `classes`, a row a block, the characters of each class in each block, and to `words` its words.

    `kinds` are the classes of the characters of the text that blocks are spans of; `in_word` says which classes make
    words.
    """
    for block in range(starts.size):
        before = False
        for at in range(starts[block], ends[block]):
            kind = kinds[at]
            classes[block, kind] += 1
            words[block] += in_word[kind] and not before
            before = in_word[kind]
