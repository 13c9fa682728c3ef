"""Lines measured in one pass over the characters of all of them, in plain Python, which `_kernels` compiles.

What is counted is what `looks.look_at` counts. Of patterns it is said only which lines may have them: those that have
the characters that the pattern cannot do without. A line without a sign is not asked.
"""

from __future__ import annotations

from typing import Any

__all__ = ["PARTS", "measure"]

# What a character of the folded view is, as bits. WORD is what `\w` is; HARD ends a sentence whatever signs follow, END
# with nothing but a CLOSER behind it. Of metadata (`linemeta`): a label ends in LABEL, and a MARK stands behind it;
# a CREDIT and a CREDITED behind it are of words that credit somebody; DATING stands behind the year of a date, SPAN
# before 前; what readers do begins with ACT and ends in ACTED. AROUND may stand around a word of the lexicon; BRACKET,
# TRIGGER and PREFIX are for what is stuck to the ends of a line (`affixes`).
WIDE, FUNCTION, DIGIT, DECIMAL, LETTER, ALPHA, WORD, SEPARATOR, CLAUSE, STOP = (1 << bit for bit in range(10))
CELL, END, HARD, CLOSER, OPEN, LOWER, DATED, DATE_END, BULLET = (1 << bit for bit in range(10, 19))
LABEL, MARK, CREDIT, CREDITED, DATING, SPAN, ACT, ACTED = (1 << bit for bit in range(19, 27))
AROUND, QUOTE, TAG, BRACKET, TRIGGER, PREFIX = (1 << bit for bit in range(27, 33))
# From this bit on: which of the lexicon's needs begin with the character, as a place in `starts`.
NEED = 40

# What a line has that a question cannot do without, as bits: cells of a menu; signs around a word; words of letters;
# a date, one at its end; a bullet; a picture's mark; an address; what it states of the document; a year at its
# beginning; signs around its cells; what may be cut off.
PARTED, SIGNED, LATIN, MAYBE_DATE, MAYBE_DATE_END, MAYBE_BULLET, MAYBE_MEDIA, MAYBE_CONTACT = (1 << i for i in range(8))
MAYBE_STATES, MAYBE_YEAR, BORDERED, MAYBE_AFFIX = (1 << i for i in range(8, 12))

# The columns of `numbers`: the two halves of the bits of the lexicon's entries that may match, the lower ones first.
UNITS, SIGNS, GRAMMAR, ENTRIES, MORE_ENTRIES, NUMBERS = range(6)
# Entries in a half.
HALF = 60

_LINE, _SPACE, _DOT, _COLON, _AT, _P, _S, _W = (ord(char) for char in "\n .:@psw")
_ZERO, _ONE, _TWO, _NINE, _B, _COMMA, _NOTE, _FULL_STOP, _ELLIPSIS = (ord(char) for char in "0129b,注。…")
_MONTHS, _BEFORE = ord("月"), ord("前")
# What reports end in.
_REPORTED = (ord("道"), ord("导"))
# A date in numbers alone has so many digits; a telephone number so many in a row; a month so many letters. So far from
# a number stands what is counted before it, and behind it.
_FEW_DIGITS, _TELEPHONE, _MONTH, _COUNTED_BEFORE, _COUNTED_BEHIND = 5, 7, 3, 4, 3
# How far from a line's end an end of a sentence is looked for, and a picture's mark; a bracket or a colon of what is
# cut off.
_END_REACH, _MEDIA_REACH, _BRACKET_REACH, _COLON_REACH = 8, 20, 16, 40
# A longer line is read at its ends, and is not parted.
_MOST = 400
# A line of fewer cells than this is no menu, nor is one of longer ones.
_SIZES = (1, 2, 4, 8, 13, 20, 32, 50, 80)


def measure(codes: Any, lengths: Any, table: Any, needs: Any, columns: Any, out: Any, numbers: Any, values: Any) -> Any:
    """Measure lines, and write their views; returns where those end.

    `codes` are the folded lines with their spaces, a line feed behind each; `lengths` those of the lines as they are.
    `table` has the bits of each character. `needs`: for each place of a character the first of its needs, and the end;
    of all needs the entry, whether it must begin the line, and where its characters begin in the last array; of each
    entry the longest line it reads and whether it reads spaces. `columns`: where in a row of `values` each thing goes.
    `out`: the lines with single spaces and those without, a line feed behind each, are written to it, and the places
    where a need may begin; `numbers` and `values` come filled with 0.
    """
    spaced, view, spots = out
    i = s = v = 0
    for line in range(lengths.size):
        s0, v0 = s, v
        wide = grammar = digits = alphas = words = lowers = clauses = stops = separators = spaces = 0
        run = longest = 0
        bits = kind = last = before = 0
        address = stating = yearly = gap = False
        met, digit_at, act_at = 0, v0 - _MOST, v0 - _MOST
        while codes[i] != _LINE:
            code = codes[i]
            i += 1
            if code == _SPACE:
                gap = s > s0
                continue
            flags = table[code]
            if gap:
                gap = False
                spaces += 1
                stops += last == _DOT and table[before] & LOWER != 0
                spaced[s] = _SPACE
                s += 1
                before, last, kind, run = last, _SPACE, 0, 0
            if flags & DECIMAL:
                run += 1
                longest = max(longest, run)
                clauses -= v > v0 and table[view[v - 1]] & CLAUSE != 0
            else:
                run = 0
            address |= code == _AT or (code == _COLON and last in (_P, _S)) or (code == _DOT and last == _W)
            yearly |= (code == _ZERO and last == _TWO) or (code == _NINE and last == _ONE)
            known = table[last]
            stating |= flags & CREDITED != 0 and known & CREDIT != 0
            stating |= code in (_COLON, _MONTHS) and known & DECIMAL != 0
            stating |= code == _BEFORE and known & SPAN != 0
            if v > v0:
                known = table[view[v - 1]]
                stating |= flags & MARK != 0 and known & LABEL != 0
                stating |= flags & DATING != 0 and yearly and known & DECIMAL != 0
            if flags & DECIMAL:
                stating |= v - act_at <= _COUNTED_BEFORE
                digit_at = v
            elif code in (_COMMA, _DOT) and digit_at == v - 1:
                digit_at = v
            elif flags & ACT:
                stating |= v - digit_at <= _COUNTED_BEHIND
            if flags & ACTED:
                act_at = v
            if flags >> NEED:
                spots[met, 0], spots[met, 1] = v, s
                met += 1
            spaced[s] = view[v] = code
            s += 1
            v += 1
            before, last = last, code
            bits |= flags
            wide += flags & WIDE != 0
            grammar += flags & FUNCTION != 0
            digits += flags & DIGIT != 0
            alphas += flags & ALPHA != 0
            lowers += flags & LOWER != 0
            clauses += flags & CLAUSE != 0
            stops += flags & STOP != 0
            separators += flags & SEPARATOR != 0
            words += flags & (LETTER | DECIMAL) not in (0, kind)
            kind = flags & (LETTER | DECIMAL)
        i += 1
        spaced[s] = view[v] = _LINE
        size = v - v0
        if wide == size:
            words = 0
        units = wide + 2 * words
        if lengths[line] > _MOST:
            units = units * lengths[line] // _MOST
        numbers[line, UNITS], numbers[line, GRAMMAR] = units, grammar
        row = values[line]
        bucket = 0
        for most in _SIZES:
            bucket += units > most
        row[bucket] = 1.0
        row[columns[0]] = min(grammar / max(units, 4) * 5, 2.0)
        row[columns[1]] = wide == 0
        row[columns[2]] = digits / max(size, 1)
        row[columns[3]] = min(clauses, 6) / 3
        row[columns[5]] = min(separators, 6) / 3
        row[columns[6]] = alphas == 0 and size > 0
        signs = PARTED * (0 < size <= _MOST and (bits & CELL != 0 or (spaces > 0 and wide > 0)))
        signs |= BORDERED * (bits & AROUND != 0) | LATIN * (words > 0 and lowers > 0)
        signs |= MAYBE_DATE * (digits >= _FEW_DIGITS or (digits > 0 and bits & DATED != 0))
        signs |= MAYBE_CONTACT * (address or longest >= _TELEPHONE)
        signs |= MAYBE_STATES * (stating or (digits > 0 and lowers >= _MONTH))
        if size:
            first, end = table[view[v0]], table[view[v - 1]]
            stops -= end & STOP != 0
            row[columns[7]] = view[v - 1] == _COLON
            row[columns[8]] = first & QUOTE != 0
            row[columns[9]] = first & TAG != 0 and view[v - 1] != _FULL_STOP
            row[columns[10]] = view[v - 1] == _ELLIPSIS or (view[v - 1] == _DOT and size > 1 and view[v - 2] == _DOT)
            row[columns[11]] = _ends(view, v0, v, table)
            signs |= SIGNED * ((first | end) & AROUND != 0)
            signs |= MAYBE_DATE_END * (end & (DATE_END | DECIMAL) != 0) | MAYBE_STATES * (
                view[v0] == _B or view[v - 1] in _REPORTED
            )
            signs |= MAYBE_BULLET * (first & (BULLET | DECIMAL) != 0) | MAYBE_YEAR * (view[v0] in (_ONE, _TWO))
            signs |= MAYBE_MEDIA * _opens(view, v0, v, table)
            signs |= MAYBE_AFFIX * (first & PREFIX != 0 or (bits & TRIGGER != 0 and _closes(spaced, s0, s, table)))
        row[columns[4]] = min(stops, 4) / 2
        numbers[line, SIGNS] = signs
        for spot in range(met):
            _find_needs(view, v0, v, spots[spot, 0], False, table, needs, numbers[line])
            _find_needs(spaced, s0, s, spots[spot, 1], True, table, needs, numbers[line])
        s += 1
        v += 1
    return s, v


def _ends(view: Any, begin: Any, end: Any, table: Any) -> Any:
    """Whether a line ends like a sentence: what `looks.END` finds in its last characters."""
    begin = max(begin, end - _END_REACH)
    i = end - 1
    while i > begin and table[view[i]] & CLOSER:
        i -= 1
    if table[view[i]] & END:
        return True
    i = end - 1
    while i > begin and not table[view[i]] & (HARD | WORD):
        i -= 1
    return table[view[i]] & HARD != 0


def _opens(view: Any, begin: Any, end: Any, table: Any) -> Any:
    """Whether a bracket opens among a line's last characters."""
    for i in range(max(begin, end - _MEDIA_REACH), end):  # noqa: SIM110 - no generators in kernels
        if table[view[i]] & OPEN:
            return True
    return False


def _closes(spaced: Any, begin: Any, end: Any, table: Any) -> Any:
    """Whether a bracket or a colon stands at the end of a line, as in all that is cut off."""
    for i in range(max(begin, end - _COLON_REACH), end):
        if spaced[i] in (_COLON, _NOTE) or (i >= end - _BRACKET_REACH and table[spaced[i]] & BRACKET):
            return True
    return False


def _find_needs(text: Any, begin: Any, end: Any, i: Any, is_spaced: Any, table: Any, needs: Any, numbers: Any) -> None:
    """Note the entries of the lexicon that read so long a line and need what stands at `i`."""
    starts, entries, begins, first_characters, limits, reads_spaces, characters = needs
    place = table[text[i]] >> NEED
    for need in range(starts[place], starts[place + 1]):
        entry = entries[need]
        if reads_spaces[entry] != is_spaced or end - begin > limits[entry] or (begins[need] and i > begin):
            continue
        at, found = i + 1, True
        for k in range(first_characters[need] + 1, first_characters[need + 1]):
            if text[at] != characters[k]:
                found = False
                break
            at += 1
        if found:
            numbers[ENTRIES + (entry >= HALF)] |= 1 << entry % HALF


# What `measure` calls.
PARTS = (_ends, _opens, _closes, _find_needs)
