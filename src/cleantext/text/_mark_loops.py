"""The loops that judge marks, in plain Python over numbers; `_kernels` compiles these same functions.

`Marks` describes all marks of some lines, of either width, in order. Lines are given by the number of their first
mark and that of the line after. What a mark becomes is written into `out`. What is decided here depends on the kinds
of marks and never on their width (but for 。, which tells how a line ends its sentences), so deciding again over the
result changes nothing. Every loop is linear: look-back is bounded, and what lies inside a pair is a difference of
running counts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cleantext.text.marks import (
    ADDRESS,
    COLON,
    COMMA,
    DIGIT,
    DOUBLE,
    EXCLAMATION,
    HAN,
    LEFT,
    LOWER,
    NEWLINE,
    NUMERAL,
    PERIOD,
    QUESTION,
    RIGHT,
    SEMICOLON,
    SINGLE,
    SOUNDED,
    SPACE,
    STOP,
    UNIT,
    UPPER,
    WIDE,
)

__all__ = ["Marks", "brackets", "clauses", "mates", "neighbors", "quotes", "stops"]

# What a mark becomes: itself, its full-width twin, an opening or closing quote, … , nothing.
KEEP, WIDENED, OPENED, CLOSED, ELLIPSIS, GONE = 0, 1, 2, 3, 4, 5
# Characters a look back goes, and the Han a sentence that ends in a full stop has before it.
LOOK = 40
CLAUSE = 5


class Marks(NamedTuple):
    """Arrays (or, for the plain loops, lists and bytes) with an entry a mark, but for `classes`: one a character.

    `classes` begins and ends with a NEWLINE. `kinds` are the classes of the marks without their width where they are
    round brackets. `left`, `right` and `beyond` are the classes of what stands beside the mark's run: before it,
    after it, and after it and the spaces that follow. `han`, `odd` and `balance` are running counts before the mark:
    of Han, of characters that no date has, and of “ less ”. `mate` is the number of the other half of a pair, or -1.
    """

    classes: Any
    places: Any
    own: Any
    left: Any
    right: Any
    beyond: Any
    han: Any
    odd: Any
    balance: Any
    mate: Any


def neighbors(classes: Any, places: Any, left: Any, right: Any, beyond: Any) -> None:
    """Fill the classes of what stands beside the run of each mark."""
    count = len(places)
    first = 0
    while first < count:
        last = first
        while last + 1 < count and places[last + 1] == places[last] + 1:
            last += 1
        after = places[last] + 1
        gap = after
        while classes[gap] == SPACE:
            gap += 1
        for k in range(first, last + 1):
            left[k] = classes[places[first] - 1]
            right[k] = classes[after]
            beyond[k] = classes[gap]
        first = last + 1


def mates(marks: Marks, firsts: Any, stack: Any) -> None:
    """Pair round brackets of whatever width, and straight quotes where a line has an even number of them."""
    for line in range(len(firsts) - 1):
        depth = 0
        for k in range(firsts[line], firsts[line + 1]):
            own = marks.own[k]
            if own in (LEFT, LEFT + WIDE):
                stack[depth] = k
                depth += 1
            elif own in (RIGHT, RIGHT + WIDE) and depth > 0:
                depth -= 1
                marks.mate[k] = stack[depth]
                marks.mate[stack[depth]] = k
        for mark in (DOUBLE, SINGLE):
            found = 0
            for k in range(firsts[line], firsts[line + 1]):
                before = marks.classes[marks.places[k] - 1]
                apostrophe = mark == SINGLE and DIGIT <= before <= ADDRESS
                if marks.own[k] == mark and not apostrophe:
                    stack[found] = k
                    found += 1
            if found % 2 == 0:
                for i in range(0, found, 2):
                    marks.mate[stack[i]] = stack[i + 1]
                    marks.mate[stack[i + 1]] = stack[i]


def brackets(marks: Marks, firsts: Any, foreign: Any, out: Any) -> None:
    """Round brackets, as pairs: with Han inside, and neither a date nor the arguments of a call."""
    for line in range(len(firsts) - 1):
        for k in range(firsts[line], firsts[line + 1]):
            other = marks.mate[k]
            if other < k or marks.own[k] not in (LEFT, LEFT + WIDE):
                continue
            narrow, narrow_other = marks.own[k] == LEFT, marks.own[other] == RIGHT
            start, end = marks.places[k], marks.places[other]
            inside = marks.han[other] > marks.han[k]
            before, after = marks.classes[start - 1], marks.classes[end + 1]
            beside = HAN <= before <= SOUNDED
            if narrow != narrow_other:
                chinese = inside or beside or HAN <= after <= SOUNDED
            else:
                # The bracket itself is the one character of a date in brackets that no date has.
                date = end - start <= LOOK and marks.odd[other] - marks.odd[k] == 1
                chinese = narrow and inside and not date and (beside or not foreign[line])
                i = start - 1
                while start - i <= LOOK and marks.classes[i] in (LOWER, DIGIT, PERIOD):
                    i -= 1
                if i < start - 1 and marks.classes[i] != UPPER and marks.classes[i + 1] == LOWER:
                    # f(变量) is a call; the last of several words, as in machine learning(机器学习), is none.
                    words = marks.classes[i] == SPACE and UPPER <= marks.classes[i - 1] <= LOWER
                    chinese = chinese and words
            if chinese:
                if narrow:
                    out[k] = WIDENED
                if narrow_other:
                    out[other] = WIDENED


def quotes(marks: Marks, firsts: Any, foreign: Any, out: Any) -> None:
    """Straight quotes, as pairs: with Chinese inside or on both sides, tightly, and cutting through no other pair."""
    for line in range(len(firsts) - 1):
        for k in range(firsts[line], firsts[line + 1]):
            other = marks.mate[k]
            if other < k or marks.own[k] not in (DOUBLE, SINGLE):
                continue
            start, end = marks.places[k], marks.places[other]
            before, after = marks.classes[start - 1], marks.classes[end + 1]
            if end == start + 1 or marks.classes[start + 1] == SPACE or marks.classes[end - 1] == SPACE:
                continue
            if DIGIT <= before <= ADDRESS or marks.balance[k] != marks.balance[other]:
                continue
            around = HAN <= before <= SOUNDED and HAN <= after <= SOUNDED
            if around or (marks.han[other] > marks.han[k] and not foreign[line]):
                out[k] = OPENED
                out[other] = CLOSED


def clauses(marks: Marks, firsts: Any, foreign: Any, out: Any) -> None:
    """`,;:!?` that belong to the Chinese beside them."""
    for line in range(len(firsts) - 1):
        for k in range(firsts[line], firsts[line + 1]):
            mark = marks.own[k]
            if not COMMA <= mark <= QUESTION:
                continue
            if mark in (COLON, SEMICOLON) and k + 1 < firsts[line + 1]:
                # :) has no other half, and stays
                bracket = marks.own[k + 1] in (LEFT, RIGHT) and marks.mate[k + 1] < 0
                if bracket and marks.places[k + 1] == marks.places[k] + 1:
                    continue
            left, right, beyond = marks.left[k], marks.right[k], marks.beyond[k]
            han_left, han_right = HAN <= left <= SOUNDED, HAN <= right <= SOUNDED
            latin_left = UPPER <= left <= ADDRESS
            if foreign[line]:
                chinese = han_left and (han_right or HAN <= beyond <= SOUNDED)
            elif han_left:
                chinese = True
                if right == SPACE and UPPER <= beyond <= ADDRESS:
                    # A sentence of another language follows: a word, a space or comma, a word.
                    i = marks.places[k] + 1
                    while marks.classes[i] == SPACE:
                        i += 1
                    while UPPER <= marks.classes[i] <= LOWER:
                        i += 1
                    parted = i
                    while marks.classes[i] in (SPACE, COMMA, COMMA + WIDE):
                        i += 1
                    chinese = not (i > parted and UPPER <= marks.classes[i] <= LOWER)
            elif left == UNIT:
                chinese = han_right or DIGIT <= right <= ADDRESS
            else:
                chinese = han_right and not (latin_left and mark == EXCLAMATION)
                chinese = chinese and not (left in (SPACE, NEWLINE) and mark in (COLON, EXCLAMATION))
            if chinese:
                out[k] = WIDENED


def stops(marks: Marks, firsts: Any, foreign: Any, worded: Any, out: Any) -> None:
    """Dots: three or six after Han are an ellipsis, one at the end of a sentence is 。"""
    for line in range(len(firsts) - 1):
        first, end = firsts[line], firsts[line + 1]
        if foreign[line]:
            continue
        # Whether this line ends its sentences in dots: it has no 。, and its last mark is one.
        dotted = False
        k = end - 1
        while k >= first and marks.beyond[k] == NEWLINE and marks.own[k] != PERIOD:
            k -= 1
        if k >= first and marks.beyond[k] == NEWLINE:
            left = marks.left[k]
            dotted = worded[line] and (HAN <= left <= SOUNDED or left in (UNIT, DIGIT))
            for i in range(first, end):
                if marks.own[i] == STOP:
                    dotted = False
        k = first
        while k < end:
            if marks.own[k] != PERIOD:
                k += 1
                continue
            last = k
            while last + 1 < end and marks.own[last + 1] == PERIOD and marks.places[last + 1] == marks.places[last] + 1:
                last += 1
            count = last - k + 1
            han_left = HAN <= marks.left[k] <= SOUNDED
            if han_left and count in (3, 6):
                for i in range(k, last + 1):
                    out[i] = ELLIPSIS if i < k + 2 else GONE
            elif count == 1:
                out[k] = WIDENED if is_stop(marks, k, first, dotted) else KEEP
            k = last + 1


def is_stop(marks: Marks, k: int, first: int, dotted: bool) -> bool:
    """Whether a lone dot ends a sentence."""
    classes = marks.classes
    left, right, beyond = marks.left[k], marks.right[k], marks.beyond[k]
    han_right = HAN <= right <= SOUNDED
    ends = beyond == NEWLINE or (right == SPACE and HAN <= beyond <= SOUNDED)
    run = k  # the first mark of the run
    while run > first and marks.places[run - 1] == marks.places[run] - 1 and k - run < LOOK:
        run -= 1
    before = marks.places[run] - 1
    if HAN <= left <= SOUNDED:
        # 一. and 第十二. number what follows.
        i = before
        while before - i < CLAUSE + 1 and classes[i] == NUMERAL:
            i -= 1
        if i < before and not HAN <= classes[i] <= SOUNDED and run == k:
            return False
        if not dotted:
            for j in range(CLAUSE):
                if not HAN <= classes[before - j] <= SOUNDED:
                    return False
            return ends
        if han_right and run == k and classes[before] == SOUNDED and right == SOUNDED:
            # 史蒂夫.乔布斯: the dot of a name
            after = marks.places[k] + 1
            return not (classes[before - 1] == SOUNDED or classes[after + 1] == SOUNDED)
        return ends or han_right or right in (DIGIT, UPPER)
    if not dotted or not (ends or han_right):
        return False
    if left == UNIT or beyond == NEWLINE:
        return left == UNIT or DIGIT <= left <= LOWER
    # 1.总则 numbers what follows; 95.同比 and PM2.5.同比 end a sentence.
    i = before
    while before - i < LOOK and classes[i] in (DIGIT, PERIOD):
        i -= 1
    return DIGIT <= left <= LOWER and (HAN <= classes[i] <= SOUNDED or UPPER <= classes[i] <= LOWER)
