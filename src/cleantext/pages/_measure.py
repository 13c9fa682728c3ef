"""Lines measured in one pass over the characters of all of them, in plain Python, which `_kernels` compiles.

What is counted is what `looks.look_at` counts. Of patterns it is said only which lines may have them: those that have
the characters that the pattern cannot do without. A line without a sign is not asked.
"""

from __future__ import annotations

from typing import Any

__all__ = ["PARTS", "measure"]

# What a character of the folded view is, as bits. WORD is what `\w` is; HARD ends a sentence whatever signs follow, END
# with nothing but a CLOSER behind it. Of metadata (`linemeta`): a label ends in LABEL, a MARK stands behind it and a
# BOUNDARY before it; a CREDIT and a CREDITED behind it are of words that credit somebody; DATING stands behind the year
# of a date, SPAN before 前; what readers do begins with ACT and ends in ACTED; COVERED may be in a date or a count.
# AROUND may stand around a word of the lexicon; BRACKET, TRIGGER, PREFIX, PREFIXED behind it, and EDITS, which names of
# editors end in, are for what is stuck to the ends of a line (`affixes`). DAYS stand before a time, SPLITS within a
# date or a time; PICTURE is of what pictures are called.
WIDE, FUNCTION, DIGIT, DECIMAL, LETTER, ALPHA, WORD, SEPARATOR, CLAUSE, STOP = (1 << bit for bit in range(10))
CELL, END, HARD, CLOSER, OPEN, LOWER, DATE_END, BULLET, NUMERAL = (1 << bit for bit in range(10, 19))
LABEL, MARK, CREDIT, CREDITED, DATING, SPAN, ACT, ACTED = (1 << bit for bit in range(19, 27))
AROUND, QUOTE, TAG, BRACKET, TRIGGER, PREFIX, BOUNDARY, COVERED = (1 << bit for bit in range(27, 35))
DAYS, EDITS, PICTURE, SPLITS, PREFIXED = (1 << bit for bit in range(35, 40))
# Without one of these a line states nothing, and has no date or address.
TELLING = DECIMAL | MARK | CREDITED | LOWER | DATING | ACTED
# A wide character without one of these changes nothing that `_tell` has seen.
_MATTERS = DECIMAL | MARK | CREDIT | CREDITED | LOWER | DATING | SPAN | ACTED | DAYS | STOP
# From this bit on: which of the lexicon's needs begin with the character, as a place in `starts`.
NEED = 40
# What three letters in a row may begin or be in: the name of a month, `ago`, what is counted, `replies`.
MONTH, AGO, COUNTED, REPLIES = (1 << bit for bit in range(4))

# What a line has that a question cannot do without, as bits: cells that are words of the lexicon; that it is such a
# word; a date, one at its end; a picture's mark; an address; a year at its beginning; what may be cut off; words of
# forums; a bullet.
MAYBE_CELLS, MAYBE_WORD, MAYBE_DATE, MAYBE_DATE_END, MAYBE_MEDIA, MAYBE_CONTACT = (1 << bit for bit in range(6))
MAYBE_YEAR, MAYBE_AFFIX, MAYBE_FORUM, MAYBE_BULLET = (1 << bit for bit in (6, 7, 8, 17))
# Of metadata: a label, a credit, a full date, one with the month's name, how long ago, a time, a count; that the line
# is for nothing else.
MAYBE_LABEL, MAYBE_CREDIT, MAYBE_FULL, MAYBE_NAMED, MAYBE_AGO, MAYBE_TIME, MAYBE_COUNT, MAYBE_META = (
    1 << bit for bit in range(9, 17)
)
MAYBE_STATES = MAYBE_LABEL | MAYBE_CREDIT | MAYBE_FULL | MAYBE_NAMED | MAYBE_AGO | MAYBE_TIME | MAYBE_COUNT

# The columns of `numbers`: the two halves of the bits of the lexicon's entries that may match, the lower ones first.
UNITS, SIGNS, ENTRIES, MORE_ENTRIES, NUMBERS = range(5)
# Entries in a half.
HALF = 60

_LINE, _SPACE, _DOT, _COLON, _AT, _HYPHEN, _P, _S, _T, _W, _Y = (ord(char) for char in "\n .:@-pstwy")
_ZERO, _ONE, _TWO, _NINE, _B, _COMMA, _NOTE, _FULL_STOP, _ELLIPSIS = (ord(char) for char in "0129b,注。…")
_MONTH, _BEFORE, _BAR, _LIKE, _NUMBER, _CHARACTER = (ord(char) for char in "月前|赞数字")
_WRITTEN, _CLOSED, _HEED, _OPENED, _TODAY, _N, _O = (ord(char) for char in "作)关(天no")
_LETTERS = ord("a") - 1
_REPORTS, _LEADS, _SHOUTS, _ASKS = (ord(char) for char in "道导!?")  # what reports end in; ends of sentences
# A date in numbers alone has so many digits, one with a month's name so many; a telephone number so many in a row,
# behind a hyphen or not. So far from a number stands what is counted before it, and behind it.
_DATE_DIGITS, _NAMED_DIGITS, _TELEPHONE, _MOBILE, _COUNTED_BEFORE, _COUNTED_BEHIND = 6, 5, 7, 11, 4, 3
# Lines that credit are no longer than this, in characters with spaces, and lines of metadata, without. So many wide
# characters may be left of the latter beside what they state; of one that begins with a date, so many.
_CREDIT_MOST, _META_MOST, _REST_MOST, _SOURCE_MOST = 60, 160, 10, 28
# How far from a line's end an end of a sentence is looked for; the bracket, the colon and the 关注 of what is cut off;
# how far before the bracket that one opens.
_END_REACH, _BRACKET_REACH, _COLON_REACH, _OPEN_REACH = 8, 12, 34, 100
# A longer line is read at its ends, and is not parted.
_MOST = 400
# A line of fewer cells is no menu, nor is one of longer ones; in a longer line one word says nothing.
_FEW_CELLS, _CELL_SIZE, _WEAK_MOST = 4, 6, 30
# Three letters, five bits each; a word of more than five is none of grammar.
_THREE, _FIVE = (1 << 15) - 1, 1 << 20
# Up to so many units are lines of one size.
_SIZES = (1, 2, 4, 8, 13, 20, 32, 50, 80)
# What is seen in a line, as bits.
_LABELLED, _CREDITED, _HALTED, _YEARLY, _DATED, _MONTHLY, _CLOCKED, _DAILY, _AGO, _COUNTS, _SLASHED = (
    1 << bit for bit in range(11)
)
_NUMBERED, _ADDRESS = 1 << 11, 1 << 12
# How the characters of words, but those that may stand around them, become a number; no word has more of them.
HASH_FACTOR, HASH_MASK, WORD_MOST = 33, (1 << 30) - 1, 30


def measure(
    codes: Any, lengths: Any, table: Any, needs: Any, lore: Any, columns: Any, out: Any, numbers: Any, values: Any
) -> Any:
    """Measure lines, and write their views; returns where those end.

    `codes` are the folded lines with their spaces, a line feed behind each; `lengths` those of the lines as they are.
    `table` has the bits of each character. `needs`: how many places are of characters that needs begin with which may
    stand anywhere, and come first; for each place of a character the first of its needs, and the end;
    of all needs the entry, whether it must begin the line, and where its characters begin in the last array; of each
    entry the longest line it reads and whether it reads spaces. `lore`: what three letters mean; the words of grammar,
    each at its remainder; where the labels' characters begin in the array behind, without spaces; whether some word of
    the lexicon has a remainder. `columns`: where in a row of `values` each thing goes. `out`: the lines with single
    spaces and those without, a line feed behind each, are written to it, and the places where a need may begin;
    `numbers` and `values` come filled with 0.
    """
    spaced, view, spots = out
    grammar_words, hashes, inner = lore[1], lore[4], needs[0]
    i = s = v = 0
    for line in range(lengths.size):
        s0, v0 = s, v
        wide = grammar = digits = alphas = words = clauses = stops = separators = spaces = loose = 0
        bits = kind = last = before = met = 0
        gap = False
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
                stops += (last == _DOT) & (table[before] & LOWER != 0)
                spaced[s] = _SPACE
                s += 1
                before, last, kind = last, _SPACE, 0
            if flags & DECIMAL:
                clauses -= v > v0 and table[view[v - 1]] & CLAUSE != 0
            place = flags >> NEED
            if place and (place <= inner or v == v0):
                spots[met, 0], spots[met, 1] = v, s
                met += 1
            spaced[s] = view[v] = code
            s += 1
            v += 1
            before, last = last, code
            bits |= flags
            wide += flags & WIDE != 0
            loose += flags & (WIDE | COVERED) == WIDE
            grammar += flags & FUNCTION != 0
            digits += flags & DIGIT != 0
            alphas += flags & ALPHA != 0
            clauses += flags & CLAUSE != 0
            stops += flags & STOP != 0
            separators += flags & SEPARATOR != 0
            known = flags & (LETTER | DECIMAL)
            words += (known != 0) & (known != kind)
            kind = known
        i += 1
        spaced[s] = view[v] = _LINE
        size = v - v0
        if wide == size:
            words = 0
        units = wide + 2 * words
        if lengths[line] > _MOST:
            units = units * lengths[line] // _MOST
        if bits & LOWER:
            grammar += 2 * _count_grammar(spaced, s0, s, table, grammar_words)
        numbers[line, UNITS] = units
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
        row[columns[6]] = (alphas == 0) & (size > 0)
        signs = 0
        if (size > 0) & (size <= _MOST) & ((bits & CELL != 0) | ((spaces > 0) & (wide > 0))):
            cells, known = _part(spaced, s0, s, wide == 0, table, hashes)
            row[columns[12]] = (cells >= _FEW_CELLS) & (size <= _CELL_SIZE * cells)
            signs |= MAYBE_CELLS * (((known >= 2) & (2 * known >= cells)) | ((known > 0) & (size <= _WEAK_MOST)))
        if size:
            begin, close = view[v0], view[v - 1]
            first, end, stated = table[begin], table[close], 0
            stops -= end & STOP != 0
            row[columns[7]] = close == _COLON
            row[columns[8]] = first & QUOTE != 0
            row[columns[9]] = (first & TAG != 0) & (close != _FULL_STOP)
            row[columns[10]] = (close == _ELLIPSIS) | ((close == _DOT) & (size > 1) & (view[v - 2] == _DOT))
            row[columns[11]] = _ends(view, v0, v, table)
            signs |= MAYBE_WORD * _is_word(view, v0, v, table, hashes)
            signs |= MAYBE_YEAR * ((begin == _ONE) | (begin == _TWO))
            signs |= MAYBE_BULLET * (first & (BULLET | NUMERAL | DECIMAL) != 0)
            signs |= MAYBE_MEDIA * ((bits & OPEN != 0) & (bits & PICTURE != 0))
            if size > 2:
                known = table[view[v - 2]]
                dated = (end & DECIMAL != 0) & ((known | table[view[v - 3]]) & SPLITS != 0)
                signs |= MAYBE_DATE_END * (dated | ((end & DATE_END != 0) & (known & (DECIMAL | DATE_END) != 0)))
                signs |= MAYBE_AFFIX * ((first & PREFIX != 0) & (table[view[v0 + 1]] & PREFIXED != 0))
            signs |= MAYBE_DATE_END * (close == _BEFORE)
            if bits & TRIGGER:
                signs |= MAYBE_AFFIX * _is_tailed(spaced, s0, s, table)
            if bits & TELLING:
                stated = _tell(spaced, s0, s, digits, table, lore)
            most = min(_REST_MOST, max(4, size * 3 // 5))
            sure = (stated & (MAYBE_LABEL | MAYBE_CREDIT) != 0) | (loose <= most)
            sure |= (loose <= _SOURCE_MOST) & ((first & WIDE == 0) | (first & DAYS != 0))
            sure &= (stated & MAYBE_STATES != 0) & (size <= _META_MOST)
            sure &= (close != _FULL_STOP) & (close != _SHOUTS) & (close != _ASKS)
            signs |= stated | MAYBE_META * sure
        row[columns[4]] = min(stops, 4) / 2
        numbers[line, SIGNS] = signs
        for spot in range(met):
            _find_needs(view, v0, v, spots[spot, 0], False, table, needs, numbers[line])
            _find_needs(spaced, s0, s, spots[spot, 1], True, table, needs, numbers[line])
        s += 1
        v += 1
    return s, v


def _count_grammar(spaced: Any, begin: Any, end: Any, table: Any, words: Any) -> Any:
    """How many words of a line are of grammar: what `looks.FUNCTION_WORD` finds."""
    found = word = 0
    for i in range(begin, end + 1):  # behind the line stands a line feed
        flags = table[spaced[i]]
        if flags & LOWER:
            word = word << 5 | (spaced[i] - _LETTERS) if 0 <= word < _FIVE else -1
        elif flags & WORD:
            word = -1
        else:
            found += word > 0 and words[word % words.size] == word
            word = 0
    return found


def _tell(spaced: Any, begin: Any, end: Any, digits: Any, table: Any, lore: Any) -> Any:
    """What a line may state, and whether it may have a date, an address, or what only forums have."""
    triples, _, first_labels, labels, _ = lore
    told = triple = last = before = near = earlier = run = 0
    seen = at = 0
    digit_at = act_at = -_MOST
    for i in range(begin, end):
        code = spaced[i]
        if code == _SPACE:
            before, last, triple, run = last, _SPACE, 0, 0
            continue
        flags, known = table[code], table[last]
        if flags & (WIDE | _MATTERS) == WIDE:  # as most are
            before, last, earlier, near = last, code, near, code
            triple = run = 0
            at += 1
            continue
        triple = (triple << 5 | (code - _LETTERS)) & _THREE if flags & LOWER else 0
        told |= triples[triple]
        seen |= _NUMBERED * ((code == _DOT) & (last == _O) & (before == _N))
        seen |= _ADDRESS * ((code == _AT) | ((code == _DOT) & (last == _W) & (before == _W)))
        seen |= _ADDRESS * ((code == _COLON) & ((last == _P) | (last == _S)) & ((before == _T) | (before == _P)))
        seen |= _HALTED * ((code == _COMMA) | (code == _COLON) | (code == _FULL_STOP))
        seen |= _YEARLY * (((code == _ZERO) & (last == _TWO)) | ((code == _NINE) & (last == _ONE)))
        seen |= _CREDITED * ((flags & CREDITED != 0) & (known & CREDIT != 0))
        seen |= _AGO * ((code == _BEFORE) & (known & SPAN != 0)) | _DAILY * ((code == _TODAY) & (known & DAYS != 0))
        known, dated = table[near], flags & DATING != 0
        if (flags & MARK != 0) & (known & LABEL != 0):
            seen |= _LABELLED * _is_labelled(spaced, begin, i, table, first_labels, labels)
        seen |= _LABELLED * ((near == _BAR) & (flags & CREDIT != 0))
        dated &= known & DECIMAL != 0
        seen |= _SLASHED * dated | _DATED * (dated & (seen & _YEARLY != 0))
        if flags & DECIMAL:
            run += 1
            seen |= _ADDRESS * ((run == _MOBILE) | ((run == _TELEPHONE) & (spaced[max(i - run, 0)] == _HYPHEN)))
            seen |= _COUNTS * (at - act_at <= _COUNTED_BEFORE)
            timed = table[earlier] & DECIMAL != 0
            seen |= _MONTHLY * (timed & (near == _MONTH)) | _CLOCKED * (timed & (near == _COLON))
            digit_at = at
        else:
            run = 0
            acts = (flags & ACTED != 0) & (known & ACT != 0)
            seen |= _COUNTS * (acts & (at - 1 - digit_at <= _COUNTED_BEHIND))
            seen |= _COUNTS * ((code == _LIKE) & (at - digit_at <= _COUNTED_BEHIND))
            if acts | (code == _LIKE) | ((code == _NUMBER) & (near == _CHARACTER)):
                act_at = at
            if ((code == _COMMA) | (code == _DOT)) & (digit_at == at - 1):
                digit_at = at
        before, last, earlier, near = last, code, near, code
        at += 1
    first, halted, yearly = spaced[begin], seen & _HALTED != 0, seen & _YEARLY != 0
    credited = (((seen & _CREDITED != 0) | (near == _REPORTS) | (near == _LEADS)) & (not halted)) | (
        ((first == _WRITTEN) & (near == _CLOSED)) | ((first == _B) & (spaced[begin + 1] == _Y))
    )
    dated, monthly = (seen & _DATED != 0) & (digits >= _DATE_DIGITS), seen & _MONTHLY != 0
    clocked, ago = seen & _CLOCKED != 0, (seen & _AGO != 0) | (told & AGO != 0)
    signs = MAYBE_LABEL * (seen & _LABELLED != 0) | MAYBE_CREDIT * (credited & (end - begin <= _CREDIT_MOST))
    signs |= MAYBE_CONTACT * (seen & _ADDRESS != 0) | MAYBE_FORUM * ((seen & _NUMBERED != 0) | (told & REPLIES != 0))
    if digits:
        signs |= MAYBE_FULL * dated | MAYBE_DATE * (dated | monthly | ago | (clocked & (seen & _SLASHED != 0)))
        signs |= MAYBE_NAMED * ((told & MONTH != 0) & yearly & (digits >= _NAMED_DIGITS))
        signs |= MAYBE_AGO * (ago | (clocked & (seen & _DAILY != 0))) | MAYBE_TIME * (monthly | clocked)
        signs |= MAYBE_COUNT * ((seen & _COUNTS != 0) | (told & COUNTED != 0))
    return signs


def _is_labelled(spaced: Any, begin: Any, end: Any, table: Any, first_labels: Any, labels: Any) -> Any:
    """Whether a label ends at `end`, with white space between its characters or without, where one may begin."""
    if spaced[end - 1] == _SPACE:
        end -= 1
    for label in range(first_labels.size - 1):
        i, k = end - 1, first_labels[label + 1] - 1
        while k >= first_labels[label] and i >= begin and spaced[i] == labels[k]:
            k -= 1
            i -= 1
            if k >= first_labels[label] and i >= begin and spaced[i] == _SPACE:
                i -= 1
        if k < first_labels[label] and (i < begin or spaced[i] == _SPACE or table[spaced[i]] & BOUNDARY):
            return True
    return False


def _part(spaced: Any, begin: Any, end: Any, is_latin: Any, table: Any, hashes: Any) -> Any:
    """How many cells a line has, and how many of them may be words of the lexicon, signs around them or not."""
    cells, found, inside, number = 0, 0, False, 0
    for i in range(begin, end + 1):
        code = spaced[i]
        flags, is_space = table[code], code == _SPACE
        if (i == end) | (flags & CELL != 0) | (is_space & (not is_latin)):
            if inside:
                cells += 1
                found += 1 if hashes[number % hashes.size] else 0
            inside, number = False, 0
        elif not is_space:
            inside = True
            if not flags & AROUND:
                number = (number * HASH_FACTOR + int(code)) & HASH_MASK
    return cells, found


def _is_word(view: Any, begin: Any, end: Any, table: Any, hashes: Any) -> Any:
    """Whether a line may be a word of the lexicon, signs around it or not."""
    size = number = 0
    for i in range(begin, end):
        if not table[view[i]] & AROUND:
            number = (number * HASH_FACTOR + int(view[i])) & HASH_MASK
            size += 1
            if size > WORD_MOST:
                return False
    return hashes[number % hashes.size]


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


def _is_tailed(spaced: Any, begin: Any, end: Any, table: Any) -> Any:
    """Whether a line ends in brackets with something to cut off in them, or in what editors or adverts say."""
    i, words = end - 1, 0
    while i > begin and words < _BRACKET_REACH and (table[spaced[i]] & WORD or spaced[i] == _SPACE):
        i -= 1
        words += 1
    if table[spaced[i]] & BRACKET:
        triggered = False
        for k in range(i - 1, max(begin, i - _OPEN_REACH) - 1, -1):
            triggered |= table[spaced[k]] & TRIGGER != 0
            if triggered and (table[spaced[k]] & OPEN or i - k <= _END_REACH):
                return True
            if spaced[k] == _OPENED:
                break
    for i in range(max(begin + 1, end - _COLON_REACH), end):
        before = spaced[i - 1]
        if spaced[i] == _COLON:
            if before == _SPACE and i - 2 >= begin:
                before = spaced[i - 2]
            if table[before] & EDITS:
                return True
        elif spaced[i] == _NOTE and before == _HEED:
            return True
    return False


def _find_needs(text: Any, begin: Any, end: Any, i: Any, is_spaced: Any, table: Any, needs: Any, numbers: Any) -> None:
    """Note the entries of the lexicon that read so long a line and need what stands at `i`."""
    _, starts, entries, begins, first_characters, limits, reads_spaces, characters = needs
    hints = limits.size - 1  # of forums, behind all entries
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
        if found and entry == hints:
            numbers[SIGNS] |= MAYBE_FORUM
        elif found:
            numbers[ENTRIES + (entry >= HALF)] |= 1 << entry % HALF


# What `measure` calls.
PARTS = (_count_grammar, _is_labelled, _tell, _part, _is_word, _ends, _is_tailed, _find_needs)
