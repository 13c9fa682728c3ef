"""The loops that judge marks, in plain Python over numbers; `_kernels` compiles these same functions.

`Marks` describes all marks of some lines, of either width, in order. Lines are given by the number of their first
mark and that of the line after. What a mark becomes is written into `out`. What is decided here depends on the kinds
of marks and never on their width (but for 。, which tells how a line ends its sentences), so deciding again over the
result changes nothing. Every loop is linear: look-back is bounded, and what lies inside a pair is a difference of
running counts.
"""

from __future__ import annotations

from collections.abc import Callable
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

__all__ = ["PARTS", "PLAIN", "Loops", "Marks"]


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
            if mark == QUESTION and left == SOUNDED and right == SOUNDED and in_name(marks.classes, marks.places[k]):
                continue  # 戴夫?汉森: the dot of a name, lost on the way
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
        dotted = worded[line] and is_dotted(marks, first, end)
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


def is_dotted(marks: Marks, first: int, end: int) -> bool:
    """Whether a line ends its sentences in dots.

    It has no 。, and its last mark is a dot, or, where commas are ASCII too, a dot parts two clauses.
    """
    for k in range(first, end):
        if marks.own[k] == STOP:
            return False
    k = end - 1
    while k >= first and marks.beyond[k] == NEWLINE:
        left = marks.left[k]
        if marks.own[k] == PERIOD:
            return bool(HAN <= left <= SOUNDED or left in (UNIT, DIGIT))
        k -= 1
    commas = False
    for k in range(first, end):
        commas = commas or marks.own[k] == COMMA
    if not commas:
        return False
    for k in range(first, end):
        place = marks.places[k]
        if marks.own[k] == PERIOD and not in_name(marks.classes, place):
            clauses = True
            for i in range(1, CLAUSE + 1):
                # A newline ends the look on either side before it leaves the line.
                clauses = clauses and HAN <= marks.classes[place - i] <= SOUNDED
                clauses = clauses and HAN <= marks.classes[place + i] <= SOUNDED
            if clauses:
                return True
    return False


def in_name(classes: Any, place: int) -> bool:
    """Whether a mark stands in a foreign name: three of the four characters nearest to it write sounds."""
    if not (HAN <= classes[place - 1] <= SOUNDED and HAN <= classes[place + 1] <= SOUNDED):
        return False
    sounded = 0
    for i in (place - 2, place - 1, place + 1, place + 2):
        if classes[i] == SOUNDED:
            sounded += 1
    return sounded >= 3


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
            for j in range(CLAUSE if beyond != NEWLINE else 2):
                if not HAN <= classes[before - j] <= SOUNDED:
                    return False
            return bool(ends)
        if run == k and in_name(classes, marks.places[k]):
            return False  # 史蒂夫.乔布斯
        return bool(ends or han_right or right in (DIGIT, UPPER))
    if not dotted or not (ends or han_right):
        return False
    if left == UNIT or beyond == NEWLINE:
        return bool(left == UNIT or DIGIT <= left <= LOWER)
    # 1.总则 numbers what follows; 95.同比 and PM2.5.同比 end a sentence.
    i = before
    while before - i < LOOK and (classes[i] == DIGIT or (classes[i] == PERIOD and DIGIT <= classes[i - 1] <= LOWER)):
        i -= 1
    return bool(DIGIT <= left <= LOWER and (HAN <= classes[i] <= SOUNDED or UPPER <= classes[i] <= LOWER))


class Loops(NamedTuple):
    """The loops in the order in which they run, plain or compiled."""

    neighbors: Callable[..., None]
    mates: Callable[..., None]
    brackets: Callable[..., None]
    quotes: Callable[..., None]
    clauses: Callable[..., None]
    stops: Callable[..., None]


PLAIN = Loops(neighbors, mates, brackets, quotes, clauses, stops)
# What the loops call.
PARTS = (in_name, is_dotted, is_stop)
