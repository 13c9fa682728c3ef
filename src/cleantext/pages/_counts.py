"""Loops over the characters of a page in plain Python, which `_kernels` compiles."""

from __future__ import annotations

from typing import Any

__all__ = ["PAIRS", "count", "may_begin"]

# Two characters become one of so many numbers.
PAIRS, _SPREAD = 4096, 31


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


def may_begin(codes: Any, starts: Any, ends: Any, title: Any, stays: Any, pairs: Any, may: Any) -> None:
    """Fills `may` with whether each text, a span of `codes`, may be found in the title when both are stripped of all
    but small letters and digits: by its first two characters, as far as `stays` knows what becomes of them.

    `pairs` comes filled with False. An empty text may not.
    """
    for i in range(title.size):
        pairs[title[i] * _SPREAD % PAIRS] = True
        if i + 1 < title.size:
            pairs[(title[i] * _SPREAD + title[i + 1]) % PAIRS] = True
    for text in range(starts.size):
        size, pair, known = ends[text] - starts[text], 0, True
        for at in range(starts[text], starts[text] + min(size, 2)):
            code = stays[codes[at]] if codes[at] < stays.size else 0
            known &= code > 0
            pair = pair * _SPREAD + code
        if size == 1:
            pair *= _SPREAD
        may[text] = size > 0 and (not known or pairs[pair % PAIRS])
