"""What of a cue the characters of a text allow, in plain Python, which `_kernels` compiles."""

from __future__ import annotations

from typing import Any

__all__ = ["PARTS", "look"]

# What a text may have of a cue: one that it begins with; a word anywhere; one that a digit begins, or a month; one at
# its end. ODD: its characters are read as others, not only small as capital letters of ASCII are. ANY: all of that.
BEGIN, WORD, NUMBER, DAY, END, ODD, ANY = 1, 2, 4, 8, 16, 32, 63
# What a character may be besides the number in its lowest byte. UNIT: the first of what is counted, or was ago; PART:
# what joins the parts of a date; LETTER: the end of a month's name; LAST, SIGN: a sign that a cue ends with, or begins
# with; OPENS: the first of a hint; ODD: one that makes a text odd.
NUMBER_OF = 255
IS_DIGIT, IS_WORD, IS_SPACE, IS_UNIT, IS_PART, IS_BAR, IS_LETTER, IS_LAST, IS_SIGN, OPENS, IS_ODD = (
    1 << b for b in range(8, 19)
)
# The first states of `cues._follow`.
BEGINNINGS, HINTS, ENDINGS = 1, 2, 3
_DOT = 46


def look(codes: Any, starts: Any, ends: Any, longest: Any, chars: Any, follow: Any, may: Any) -> None:
    """Fills `may` with what each text, a span of `codes`, may have of a cue; a text over the longest has none.

    `chars` says what characters are, those that are in it; `follow` which may follow each other in words.
    """
    for text in range(starts.size):
        start, end = starts[text], ends[text]
        if end - start <= longest:
            may[text] = within(codes[start:end], chars, follow)


def within(codes: Any, chars: Any, follow: Any) -> Any:
    """What a text may have of a cue: anything where a character is unknown, as those of other planes are."""
    size, word, odd = codes.size, -1, 0
    for i in range(size):
        if codes[i] >= chars.size:
            return ANY
        if word < 0 and chars[codes[i]] & IS_WORD:
            word = i
        if chars[codes[i]] & IS_ODD:
            odd = ODD
    if size == 0:
        return 0
    bits, parts = 0, 0
    counts = word >= 0 and chars[codes[word]] & IS_DIGIT != 0
    if chars[codes[0]] & IS_SIGN or (word >= 0 and leads(codes, word, chars, follow, BEGINNINGS)):
        bits |= BEGIN
    for i in range(size):
        char = chars[codes[i]]
        if char & IS_DIGIT:
            after = chars[codes[i + 1]] if i + 1 < size else char
            if after & (IS_SPACE | IS_BAR) and i + 2 < size:
                after = chars[codes[i + 2]]
                if counts and (after & IS_DIGIT or leads(codes, i + 2, chars, follow, BEGINNINGS)):
                    bits |= BEGIN
            parts += 1 if after & IS_PART else 0
            bits |= NUMBER if after & (IS_UNIT | IS_SPACE) or parts >= 2 else 0
            if i >= 2 and chars[codes[i - 1]] & IS_SPACE and chars[codes[i - 2]] & IS_LETTER:
                bits |= DAY
        else:
            counts = counts and i < word
            parts = parts if char & (IS_PART | IS_SPACE) else 0
        if char & OPENS and leads(codes, i, chars, follow, HINTS):
            bits |= WORD
    bits |= END if closes(codes, chars, follow) else 0
    return bits | odd if bits else 0


def leads(codes: Any, at: Any, chars: Any, follow: Any, state: Any) -> Any:
    """Whether one of the words that come from a state begins at a place."""
    while at < codes.size and state > 0:
        state = follow[state, chars[codes[at]] & NUMBER_OF]
        at += 1
    return state < 0


def closes(codes: Any, chars: Any, follow: Any) -> Any:
    """Whether a text may end as a cue does: with a sign, three dots, `more`, or any of these and white space."""
    size = codes.size
    last = chars[codes[size - 1]]
    if last & (IS_SPACE | IS_LAST):
        return True
    if codes[size - 1] == _DOT:
        return size >= 3 and codes[size - 2] == _DOT
    return size >= 4 and leads(codes, size - 4, chars, follow, ENDINGS)


PARTS = (within, leads, closes)
