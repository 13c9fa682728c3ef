"""Kernels that read markup as the parser writes it out: names, attributes, comments, text that is not escaped."""

from __future__ import annotations

import numpy as np

from cleantext.pages._kernels import entity, equal, find, inner, is_exactly, same
from cleantext.pages._layout import (
    F_CLASS,
    F_CLASS_END,
    F_EMAIL,
    F_EMAIL_END,
    F_HIDDEN,
    F_ID,
    F_ID_END,
    F_OPEN,
    F_ROLE,
    F_ROLE_END,
    HTML_SPACE,
    I64,
    NO_NAME,
    U8,
    U32,
    Int,
    Lore,
    Truth,
)
from cleantext.pages.tags import key

_K_CLASS, _K_ID, _K_ROLE, _K_STYLE = key("class"), key("id"), key("role"), key("style")
_K_HIDDEN, _K_OPEN, _K_HREF, _K_EMAIL = key("hidden"), key("open"), key("href"), key("data-cfemail")
_K_ANNOTATION = key("annotation")
_EMAIL_LENGTH = len("data-cfemail")


def _codes(text: str) -> U32:
    return np.array([ord(char) for char in text], dtype=np.uint32)


_UNTIL_FOUND, _PROTECTED = _codes("until-found"), _codes("/cdn-cgi/l/email-protection#")
_DISPLAY, _NONE, _VISIBILITY, _HIDDEN = _codes("display"), _codes("none"), _codes("visibility"), _codes("hidden")
_XML, _SCRIPT = _codes("-xml"), _codes("script")


@inner
def read_name(codes: U32, i: Int, name_codes: U8) -> tuple[Int, Int]:
    """The key of the tag's name at `i`, and where it ends."""
    start = i
    packed: Int = np.int64(0)
    known = True
    while i < codes.size and codes[i] != 32 and codes[i] != 62:
        if i - start < 10:
            code = codes[i]
            low = name_codes[code] if code < 128 else np.uint8(NO_NAME)
            known &= low != NO_NAME
            packed = packed << 6 | low
        i += 1
    if not known or i == start:
        return 0, i
    if i - start > 10 and not (i - start == 14 and packed == _K_ANNOTATION and same(codes, i - 4, i, _XML)):
        return 0, i
    return packed, i


@inner
def number(packed: Int, keys: I64, slots: I64) -> Int:
    """The element's number by its name's key; 0 for those that do not matter."""
    if packed == 0:
        return 0
    last = keys.size - 1  # of a power of two: to divide by another number takes longer than all the rest
    slot = (packed ^ packed >> 12 ^ packed >> 31) & last
    while keys[slot]:
        if keys[slot] == packed:
            return slots[slot]
        slot = (slot + 1) & last
    return 0


@inner
def past_attributes(codes: U32, i: Int) -> Int:
    """Where a start tag ends, from behind its name, or -1 where it is not as the parser writes it."""
    size = codes.size
    while i < size and codes[i] == 32:
        i += 2  # a name may begin with an equals sign
        while i < size and codes[i] != 61:
            i += 1
        i += 2
        while i < size and codes[i] != 34:
            i += 1
        i += 1
    return i + 1 if i < size and codes[i] == 62 else -1


@inner
def past_text(codes: U32, i: Int) -> tuple[Int, Int]:
    """Where text that is not shown ends, and its characters."""
    count = 0
    while i < codes.size and codes[i] != 60:
        length = 0
        if codes[i] == 38:
            _, length = entity(codes, i)
        i += max(length, 1)
        count += 1
    return i, count


@inner
def comment_end(codes: U32, i: Int) -> Int:
    """Where the comment or the processing instruction at `i` ends; -1 where there is none."""
    if codes[i + 1] == 63:
        for j in range(i + 2, codes.size):
            if codes[j] == 62:
                return j + 1
        return -1
    if i + 3 >= codes.size or codes[i + 2] != 45 or codes[i + 3] != 45:
        return -1
    for j in range(i + 6, codes.size):
        if codes[j] == 62 and codes[j - 1] == 45 and codes[j - 2] == 45:
            return j + 1
    return -1


@inner
def raw_end(codes: U32, i: Int, name: Int, length: Int, script: bool, foreign: bool) -> Int:
    """Where the end tag of an element stands whose text is not escaped; -1 where it is doubtful.

    A script may hold `<!--`, and behind it `<script` to `</script`, which then is no end (13.2.5.17 and on). In a
    drawing such an element may have others in it, and its text may have been escaped.
    """
    escaped = doubly = False
    size = codes.size
    other = 62 if script else 60
    i = find(codes, i, 60, other)
    while i < size:
        if codes[i] == 60 and i + 1 < size:
            if codes[i + 1] == 47 and i + 2 + length < size and equal(codes, i + 2, name, length):
                after = codes[i + 2 + length]
                if after == 62 and not doubly:
                    return i
                if script and _ends_name(after):
                    doubly = False
            elif script and codes[i + 1] == 33 and i + 3 < size and codes[i + 2] == 45 and codes[i + 3] == 45:
                escaped = True
            elif script and escaped and i + 7 < size and same(codes, i + 1, i + 7, _SCRIPT):
                doubly |= _ends_name(codes[i + 7])
            if foreign:
                return -1
        elif script and codes[i] == 62 and i > 1 and codes[i - 1] == 45 and codes[i - 2] == 45:
            escaped = doubly = False
        i = find(codes, i + 1, 60, other)
    return -1


@inner
def _ends_name(code: Int) -> Truth:
    return code in (62, 47, 32) or 9 <= code <= 13


@inner
def attributes(codes: U32, i: Int, link: bool, found: I64, name_codes: U8) -> Int:
    """What matters of the attributes of a start tag, into `found`, and where the tag ends; -1: not understood."""
    found[:] = 0
    href = href_end = 0
    size = codes.size
    while i < size and codes[i] == 32:
        i += 1
        start = i
        packed: Int = np.int64(0)
        while i < size and (codes[i] != 61 or i == start):
            if i - start < 10:
                code = codes[i]
                packed = packed << 6 | (name_codes[code] if code < 128 else np.uint8(NO_NAME))
            i += 1
        length = i - start
        if i + 1 >= size or codes[i + 1] != 34:
            return -1
        value = i + 2
        i = find(codes, value, 34, 34)
        if i >= size:
            return -1
        if length <= 6:
            if packed == _K_CLASS:
                found[F_CLASS], found[F_CLASS_END] = value, i
            elif packed == _K_ID and length == 2:
                found[F_ID], found[F_ID_END] = value, i
            elif packed == _K_STYLE:
                found[F_HIDDEN] |= _hides(codes, value, i)
            elif packed == _K_HREF:
                href, href_end = value, i
            elif packed == _K_HIDDEN:
                found[F_HIDDEN] |= not is_exactly(codes, value, i, _UNTIL_FOUND)
            elif packed == _K_ROLE:
                found[F_ROLE], found[F_ROLE_END] = value, i
            elif packed == _K_OPEN:
                found[F_OPEN] = 1
        elif length == _EMAIL_LENGTH and packed == _K_EMAIL and codes[start + 10] == 105 and codes[start + 11] == 108:
            found[F_EMAIL], found[F_EMAIL_END] = value, i
        i += 1
    if link and found[F_EMAIL] == found[F_EMAIL_END]:
        found[F_EMAIL], found[F_EMAIL_END] = _protected(codes, href, href_end), href_end
    return i + 1 if i < size and codes[i] == 62 else -1


@inner
def _protected(codes: U32, start: Int, end: Int) -> Int:
    """Where the code of an address begins in a link to its protection; the link's end where it is none."""
    for i in range(start + _PROTECTED.size - 1, end):
        if codes[i] == 35 and is_exactly(codes, i + 1 - _PROTECTED.size, i + 1, _PROTECTED):
            return i + 1
    return end


@inner
def _hides(codes: U32, start: Int, end: Int) -> Truth:
    """Whether a style says `display: none` or `visibility: hidden`."""
    for i in range(start, end):
        code = codes[i] | np.uint32(32)
        if code == 100 and _declares(codes, i, end, _DISPLAY, _NONE):
            return True
        if code == 118 and _declares(codes, i, end, _VISIBILITY, _HIDDEN):
            return True
    return False


@inner
def _declares(codes: U32, i: Int, end: Int, name: U32, value: U32) -> Truth:
    if i + name.size >= end or not same(codes, i, i + name.size, name):
        return False
    i = _past_spaces(codes, i + name.size, end)
    if i >= end or codes[i] != 58:
        return False
    i = _past_spaces(codes, i + 1, end)
    return i + value.size <= end and same(codes, i, i + value.size, value)


@inner
def _past_spaces(codes: U32, i: Int, end: Int) -> Int:
    while i < end and (codes[i] == 32 or 9 <= codes[i] <= 13):
        i += 1
    return i


@inner
def _digit(code: Int) -> Int:
    if 48 <= code <= 57:
        return code - 48
    code |= 32
    return code - 87 if 97 <= code <= 102 else -1


@inner
def address(codes: U32, start: Int, end: Int, plain: U32) -> Int:
    """The length of the address behind a code, written to `plain`; 0: there is none, -1: it is not ASCII."""
    length = end - start
    if length < 6 or length % 2:
        return 0
    for i in range(start, end):
        if codes[i] > 127 or _digit(np.int64(codes[i])) < 0:
            return 0
    mask = 16 * _digit(np.int64(codes[start])) + _digit(np.int64(codes[start + 1]))
    named, printable = False, True
    for j in range(length // 2 - 1):
        i = start + 2 + 2 * j
        byte = (16 * _digit(np.int64(codes[i])) + _digit(np.int64(codes[i + 1]))) ^ mask
        if byte > 126:
            if byte > 127:
                return -1
            printable = False
        printable &= byte >= 32
        named |= byte == 64
        plain[j] = byte
    return length // 2 - 1 if named and printable else 0


@inner
def role(codes: U32, start: Int, end: Int, lore: Lore) -> Int:
    """The landmark a role stands for, or 0."""
    chars = lore.chars
    while start < end and codes[start] < chars.size and chars[codes[start]] & HTML_SPACE:
        start += 1
    while start < end and codes[end - 1] < chars.size and chars[codes[end - 1]] & HTML_SPACE:
        end -= 1
    first = 0
    for j in range(lore.role_ends.size):
        if same(codes, start, end, lore.roles[first : lore.role_ends[j]]):
            return lore.role_landmarks[j]
        first = lore.role_ends[j]
    return 0
