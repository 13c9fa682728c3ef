"""What classes and ids say, read from their characters, in plain Python, which `_kernels` compiles.

It says what `wordscores.WordScores` says of the words of `wordscores.class_words`, without making strings of them.
"""

from __future__ import annotations

from typing import Any

__all__ = ["FACTOR", "MASK", "PARTS", "read_kinds"]

# A word's place in the table of known ones is made of its characters by these.
FACTOR, MASK = 31, 0x3FFFFFFF


def read_kinds(
    codes: Any, bounds: Any, tags: Any, known: Any, layout: Any, most: Any, rows: Any, starts: Any, found: Any
) -> None:
    """Fill in the row of every kind, and its words with shares, which begin at `starts` in `found`.

    The class and id of kind k are the characters from `bounds[k]` to `bounds[k + 1]`, of which `most` words are read;
    it begins with row `tags[k]` of the table of tags. `known` is `kinds.Known`, `layout` names the columns of a row.
    """
    tag_rows, tag_numbers, slots, letters, ends, numbers, values = known
    of_comments, count = layout
    filled = 0
    for kind in range(tags.size):
        row, of_tag = rows[kind], tag_rows[tags[kind]]
        for column in range(row.size):
            row[column] = of_tag[column]
        starts[kind] = first = filled
        if tag_numbers[tags[kind]] >= 0:
            found[filled] = tag_numbers[tags[kind]]
            filled += 1
        i, end, left, met = bounds[kind], bounds[kind + 1], most, 0
        while i < end and left > 0:
            if not _is_letter(codes[i]):
                i += 1
                continue
            begin, i = i, _word_end(codes, i, end)
            left -= 1
            word = _find(codes, begin, i, slots, letters, ends) if i - begin > 1 else -1
            # Each word once: those that were met stand behind what is filled, where there is room for all of a kind.
            if word < 0 or _is_among(found, found.size - met, word):
                continue
            met += 1
            found[found.size - met] = word
            for column in range(row.size):
                if column == of_comments:
                    row[column] = max(row[column], values[word, column])
                else:
                    row[column] += values[word, column]
            if numbers[word] >= 0:
                found[filled] = numbers[word]
                filled += 1
        row[count] = filled - first
    starts[tags.size] = filled


def _is_letter(code: Any) -> Any:
    return 65 <= code <= 90 or 97 <= code <= 122


def _word_end(codes: Any, i: Any, end: Any) -> Any:
    """Where the word ends that begins at `i`: capitals and no small letter behind them, or small letters, perhaps with
    a capital before them."""
    begin = i
    while i < end and 65 <= codes[i] <= 90:
        i += 1
    if i - begin > 1:
        return i - 1 if i < end and 97 <= codes[i] <= 122 else i
    while i < end and 97 <= codes[i] <= 122:
        i += 1
    return i


def _find(codes: Any, begin: Any, end: Any, slots: Any, letters: Any, ends: Any) -> Any:
    """The number of the known word with the letters from `begin` to `end`, small or capital, or -1."""
    key = 0
    for i in range(begin, end):
        key = (key * FACTOR + (int(codes[i]) | 32)) & MASK
    slot = key & (slots.size - 1)
    while slots[slot] >= 0:
        word = slots[slot]
        first = ends[word - 1] if word > 0 else 0
        if ends[word] - first == end - begin:
            same = 0
            while same < end - begin and letters[first + same] == int(codes[begin + same]) | 32:
                same += 1
            if same == end - begin:
                return word
        slot = (slot + 1) & (slots.size - 1)
    return -1


def _is_among(numbers: Any, first: Any, number: Any) -> Any:
    for i in range(first, numbers.size):  # noqa: SIM110 - no generators in kernels
        if numbers[i] == number:
            return True
    return False


# What the others call.
PARTS = (_is_letter, _word_end, _find, _is_among)
