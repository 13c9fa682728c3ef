"""A kernel that looks at markup before it is parsed: whether it needs taming at all."""

from __future__ import annotations

import numpy as np

from cleantext.pages._kernels import inner, kernel, making
from cleantext.pages._layout import I64, SPACE, U8, Int, Truth

# Looking at tags inside of tags costs at most so many times what the markup has.
_PATIENCE = 4
# Bytes compared at a time.
_STRIDE = 64
# What an element is to the depth: void or implied, reopened, formatting, a link, special, a scope, a drawing, raw text,
# closed without those inside it, and the table, whose end reaches through everything.
_NEVER_DEEP, _REOPENED, _FORMATTING, _LINK, _SPECIAL, _SCOPE, _DRAWING, _RAW, _ALONE, _WHOLE_TABLE = (
    1 << bit for bit in range(10)
)


# Bytes that neither are white space, nor begin a character that may be, nor end anything.
_PLAIN = np.ones(256, dtype=np.bool_)
_PLAIN[[*range(33), 47, 61, 62, 0xC2, 0xE1, 0xE2, 0xE3]] = False


@inner
def _space(codes: U8, i: Int, chars: U8) -> Int:
    """The length of the white space character at `i`, by Python's lights; 0 where there is another."""
    code: Int = np.int64(codes[i])
    if 62 < code < 0xC2:
        return np.int64(0)
    if code < 0x80:
        return np.int64(chars[code] & SPACE != 0)
    if code == 0xC2 and i + 1 < codes.size:
        return 2 * np.int64(chars[codes[i + 1]] & SPACE != 0)
    if 0xE1 <= code <= 0xE3 and i + 2 < codes.size:
        code = (code & 15) << 12 | np.int64(codes[i + 1] & 63) << 6 | np.int64(codes[i + 2] & 63)
        return 3 * np.int64(code < chars.size and chars[code] & SPACE != 0)
    return np.int64(0)


@inner
def _ends(codes: U8, i: Int, chars: U8) -> Truth:
    """Whether the name of a tag or an attribute ends at `i`."""
    code = codes[i]
    if code > 62:
        return code >= 0xC2 and _space(codes, i, chars) > 0
    return code in (62, 47) or (code < 33 and chars[code] & SPACE != 0)


@inner
def _next_tag(codes: U8, i: Int) -> Int:
    """Where the next `<` stands, from `i`; the end where there is none."""
    size = codes.size
    while i + _STRIDE <= size:
        stride = codes[i : i + _STRIDE]
        hit = np.uint8(0)
        for k in range(_STRIDE):  # without branches, so that it becomes a few instructions
            hit |= np.uint8(stride[k] == 60)
        if hit:
            break
        i += _STRIDE
    while i < size and codes[i] != 60:
        i += 1
    return i


@kernel
def look(codes: U8, chars: U8, reopened: I64, limit: int) -> tuple[Truth, Int, Int]:
    """Whether some tag may have more than `limit` attributes; how often a tag may begin; of how many elements among
    `reopened` (`tags.key` of their names) start tags.

    Every `<` is looked at, in comments and scripts and attributes too, like `dom` does with expressions. The markup is
    UTF-8 here and below.
    """
    tags = found = 0
    patience = _PATIENCE * codes.size + 1024
    size = codes.size
    i: Int = _next_tag(codes, np.int64(0))
    while i < size:
        start = i
        i = _next_tag(codes, i + 1)
        tags += 1
        j: Int = start + 1
        if j >= size or not 97 <= codes[j] | 32 <= 122:
            continue
        packed: Int = np.int64(0)
        while j < size and not _ends(codes, j, chars):
            code = np.int64(codes[j] | 32)
            packed = packed << 6 | (code - 96 if 97 <= code <= 122 else 63) if j - start < 9 else -1
            j += 1
        if j < size:
            for name in reopened:
                found += packed == name
        count = 0
        while count <= limit and j < size and codes[j] != 62:
            end = _attribute(codes, j, chars)
            if end < 0:
                break
            j = end
            count += 1
        patience -= j - start
        if count > limit or patience < 0:
            return True, tags, found
    return False, tags, found


@inner
def _past_spaces(codes: U8, i: Int, chars: U8, slashes: bool) -> Int:
    while i < codes.size:
        length = _space(codes, i, chars)
        if length == 0:
            if not slashes or codes[i] != 47:
                break
            length = 1
        i += length
    return i


@inner
def _attribute(codes: U8, i: Int, chars: U8) -> Int:
    """Where the attribute at `i` ends, as `dom._ATTRIBUTE` has it; -1 where there is none."""
    size = codes.size
    i = _past_spaces(codes, i, chars, True)
    if i < size and codes[i] == 61:
        i += 1
    start = i
    while i < size and (_PLAIN[codes[i]] or (codes[i] != 61 and not _ends(codes, i, chars))):
        i += 1
    if i == start:
        return -1
    value = _past_spaces(codes, i, chars, False)
    if value >= size or codes[value] != 61:
        return i
    i = _past_spaces(codes, value + 1, chars, False)
    if i < size and codes[i] in (34, 39):
        quote = codes[i]
        i += 1
        while i < size and codes[i] != quote:
            i += 1
        return min(i + 1, size)
    while i < size and (_PLAIN[codes[i]] or (codes[i] != 62 and _space(codes, i, chars) == 0)):
        i += 1
    return i


@making
def needs_taming(codes: U8, chars: U8, keys: I64, kinds: I64, max_depth: int, max_formatting: int) -> Truth:
    """Whether markup goes deeper, or has more formatting open, than allowed: whether `dom._Scan` would change a tag.

    `kinds` has the bits below for the elements whose `tags.key` is in `keys`; names are told apart by their key or,
    where they have none, by their place: such an element is never closed, which can only overstate the depth.
    """
    size = codes.size
    stack = np.empty((max_depth + 1, 2), dtype=np.int64)
    depth = formatting = drawings = links = 0
    i: Int = 0
    while i < size:
        if codes[i] != 60:
            i += 1
            continue
        if i + 3 < size and codes[i + 1] == 33 and codes[i + 2] == 45 and codes[i + 3] == 45:
            i = _comment(codes, i + 4)
            continue
        closes = i + 1 < size and codes[i + 1] == 47
        start: Int = i + 1 + closes
        if start >= size or not 97 <= codes[start] | 32 <= 122:
            i += 1
            continue
        name, i = _key(codes, start, chars)
        kind = 0
        for k in range(keys.size):
            if keys[k] == name:
                kind = kinds[k]
                break
        if closes:
            at = _closed(stack, depth, name, kind)
            while 0 <= at < depth:
                alone = kind & _ALONE != 0
                gone = stack[at if alone else depth - 1, 1]
                formatting -= gone & _REOPENED != 0
                drawings -= gone & _DRAWING != 0
                links -= gone & _LINK != 0
                for k in range(at, depth - 1 if alone else at):
                    stack[k] = stack[k + 1]
                depth -= 1
                if alone:
                    break
            continue
        if not kind & _NEVER_DEEP:
            if kind & _LINK and links:
                at = depth - 1
                while not stack[at, 1] & _LINK:
                    at -= 1
                for k in range(at, depth - 1):
                    stack[k] = stack[k + 1]
                depth -= 1
                links -= 1
            if depth >= max_depth or (kind & _REOPENED and formatting >= max_formatting):
                return True
            stack[depth, 0], stack[depth, 1] = name, kind
            depth += 1
            formatting += kind & _REOPENED != 0
            drawings += kind & _DRAWING != 0
            links += kind & _LINK != 0
        if kind & _RAW and not drawings:
            i = _raw(codes, i, start, chars)
    return False


@inner
def _closed(stack: I64, depth: Int, name: Int, kind: Int) -> Int:
    """The place of the open element an end tag closes; -1 where it closes none."""
    barriers = _SCOPE if kind & (_SPECIAL | _FORMATTING) else _SCOPE | _SPECIAL
    at = depth - 1
    while at >= 0 and stack[at, 0] != name:
        if stack[at, 1] & barriers and not kind & _WHOLE_TABLE:
            return -1
        at -= 1
    return at if name >= 0 else -1


@inner
def _key(codes: U8, i: Int, chars: U8) -> tuple[Int, Int]:
    """A number for the name at `i`, in small letters, and where it ends; a negative one for a long or odd name."""
    start = i
    packed: Int = np.int64(0)
    odd = False
    while i < codes.size and not _ends(codes, i, chars):
        code = np.int64(codes[i])
        if 65 <= code <= 90:
            code += 32
        if 97 <= code <= 122:
            packed = packed << 6 | (code - 96)
        elif 48 <= code <= 57:
            packed = packed << 6 | (code - 48 + 27)
        elif code == 45:
            packed = packed << 6 | 37
        else:
            odd = True
        i += 1
    return (-start if odd or i - start > 10 else packed), i


@inner
def _comment(codes: U8, i: Int) -> Int:
    """Where the comment ends whose text begins at `i`."""
    size = codes.size
    if i < size and codes[i] == 62:
        return i + 1
    if i + 1 < size and codes[i] == 45 and codes[i + 1] == 62:
        return i + 2
    while i + 2 < size:
        if codes[i] == 45 and codes[i + 1] == 45:
            if codes[i + 2] == 62:
                return i + 3
            if codes[i + 2] == 33 and i + 3 < size and codes[i + 3] == 62:
                return i + 4
        i += 1
    return size


@inner
def _raw(codes: U8, i: Int, name: Int, chars: U8) -> Int:
    """Where the end tag of a script or style begins, or the end of the markup."""
    size, length = codes.size, i - name
    while i + 2 + length < size:
        if codes[i] == 60 and codes[i + 1] == 47 and _ends(codes, i + 2 + length, chars):
            k = 0
            while k < length and codes[i + 2 + k] | 32 == codes[name + k] | 32:
                k += 1
            if k == length:
                return i
        i += 1
    return size
