"""Loops over the characters of a page in plain Python, which `_kernels` compiles."""

from __future__ import annotations

from typing import Any

__all__ = ["MIXED", "count", "may_begin"]

# So many characters become one of so many numbers.
_FIRST, MIXED, _SPREAD = 4, 1 << 14, 31


def count(codes: Any, kinds: Any, starts: Any, ends: Any, in_word: Any, classes: Any, words: Any) -> None:
    """Adds to `classes`, a row a block, the characters of each class in each block, and to `words` its words.

    Blocks are spans of `codes`; `kinds` has the class of every code point; `in_word` says which classes make words.
    """
    for block in range(starts.size):
        before, found = False, 0
        for at in range(starts[block], ends[block]):
            kind = kinds[codes[at]]
            classes[block, kind] += 1
            found += in_word[kind] and not before
            before = in_word[kind]
        words[block] += found


def may_begin(codes: Any, starts: Any, ends: Any, title: Any, stays: Any, held: Any, may: Any) -> None:
    """Fills `may` with whether each text, a span of `codes`, may be found in the title when both are stripped of all
    but small letters and digits: by its first four of these, as far as `stays` knows what becomes of characters (0: it
    does not; -1: they go).

    `held` comes filled with False: what the title holds. A text without letters and digits may not.
    """
    for i in range(title.size):
        mixed = 0
        for at in range(i, min(i + _FIRST, title.size)):
            mixed = (mixed * _SPREAD + title[at]) % MIXED
            held[mixed] = True
    for text in range(starts.size):
        at, count, mixed, known = starts[text], 0, 0, True
        while at < ends[text] and count < _FIRST:
            code = stays[codes[at]] if codes[at] < stays.size else 0
            at += 1
            if code >= 0:
                known &= code > 0
                mixed = (mixed * _SPREAD + code) % MIXED
                count += 1
        may[text] = count > 0 and (not known or held[mixed])
