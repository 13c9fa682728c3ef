"""A page's markup, as the parser writes it out, cut into blocks in one compiled pass: what `cutter` does, on arrays.

The markup is code points. It is well nested, its attributes are quoted and its text is escaped; where it could be read
in two ways (a script in a drawing, `plaintext`), the pass gives up and the plain walk does it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleantext.pages._kernels import entity, equal, is_space, kernel, step
from cleantext.pages._layout import (
    AMBIGUITY,
    BEGIN,
    BLOCK_SCOPE,
    BREAKS,
    CLASS,
    CODE_KIND,
    COUNTING,
    DEPTH,
    DRAFT_LINKED,
    DRAFT_SOLID,
    DRAFTS,
    DRAWINGS,
    END,
    F_CLASS,
    F_EMAIL,
    F_EMAIL_END,
    F_HIDDEN,
    F_OPEN,
    F_ROLE,
    F_ROLE_END,
    FOLDED,
    HEADING_KIND,
    HIDDEN,
    I32,
    I64,
    IN_SCOPE,
    KIND,
    LANDMARK,
    LEVEL,
    LINKS,
    LIST_KIND,
    LISTS,
    NODES,
    NUMBER,
    PARENT,
    PLACE,
    PRE,
    QUOTE_KIND,
    SCOPE,
    SCOPE_SIZE,
    SCOPES,
    SKIP,
    SOLID,
    TABLES,
    TAG,
    TEMPLATE_SKIP,
    TEXT_KIND,
    U8,
    U32,
    Int,
    Lore,
    Truth,
    Work,
)
from cleantext.pages._lines import (
    close_cell,
    close_table,
    end_line,
    join_broken,
    line_feed,
    open_table_part,
    write_text,
)
from cleantext.pages._tokens import (
    address,
    attributes,
    comment_end,
    number,
    past_attributes,
    past_text,
    raw_end,
    read_name,
    role,
)
from cleantext.pages.tags import (
    BLOCK,
    BREAK,
    CELL,
    CODE,
    DIALOG,
    EMPTY,
    FOREIGN,
    HARD,
    HIDES,
    ITEM,
    LANDMARK_SHIFT,
    LEVEL_SHIFT,
    LINK,
    LIST,
    NOSCRIPT,
    QUOTE,
    RAW,
    SCRIPT,
    TABLE,
    TEMPLATE,
)


@step
def _enter(state: I64, scopes: I32, tag: Int, bits: Int, landmark: Int, found: I64) -> None:
    """What the scope becomes inside an element: `cutter._inner`."""
    scope = state[SCOPE]
    if not bits & BLOCK and (not bits & LINK or scopes[scope, LINKS]):
        return
    new = state[SCOPES]
    state[SCOPES] += 1
    state[SCOPE] = new
    for column in range(SCOPE_SIZE):
        scopes[new, column] = scopes[scope, column]
    scopes[new, PARENT], scopes[new, TAG], scopes[new, PLACE], scopes[new, NUMBER] = scope, tag, -2, -1
    for column in range(4):
        scopes[new, CLASS + column] = found[F_CLASS + column] if bits & BLOCK else 0
    if not bits & BLOCK:
        scopes[new, LINKS] = 1
        return
    scopes[new, BLOCK_SCOPE] = new
    kind, level = scopes[scope, KIND], scopes[scope, LEVEL]
    if (bits >> LEVEL_SHIFT) & 15:
        kind, level = HEADING_KIND, (bits >> LEVEL_SHIFT) & 15
    elif bits & LIST:
        scopes[new, LISTS] += 1
    elif bits & ITEM:
        if kind != HEADING_KIND:
            kind, level = LIST_KIND, max(scopes[scope, LISTS], 1)
    elif bits & CODE:
        kind, level = CODE_KIND, 0
    elif bits & QUOTE and kind == TEXT_KIND:
        kind = QUOTE_KIND
    scopes[new, KIND], scopes[new, LEVEL] = kind, level
    if kind == CODE_KIND:
        scopes[new, PRE] = 1
    landmark = landmark or (bits >> LANDMARK_SHIFT)
    if landmark:
        scopes[new, LANDMARK] = landmark
    if found[F_HIDDEN]:
        scopes[new, FOLDED] = 1


@step
def _end_tag(codes: U32, i: Int, work: Work, lore: Lore) -> Int:
    """Close the element whose end tag's name is at `i`; where the tag ends, or -1 where another element is open."""
    state = work.state
    packed, i = read_name(codes, i, lore.name_codes)
    tag = number(packed, lore.keys, lore.slots)
    depth = state[DEPTH] - 1
    if i >= codes.size or codes[i] != 62 or depth < 0 or work.stack[depth, 0] != tag:
        return -1
    state[DEPTH] = depth
    bits: Int = lore.bits[tag]
    if bits & FOREIGN:
        state[DRAWINGS] -= 1
    if state[SKIP] >= 0:
        if state[TEMPLATE_SKIP] == depth:
            state[TEMPLATE_SKIP] = -1
        if state[SKIP] == depth:
            state[SKIP] = -1
        return i + 1
    if bits & BLOCK:
        end_line(work.out, state, work.scopes, work.drafts, lore.chars)
        state[BREAKS] = 0
        if state[TABLES] and bits & TABLE:
            close_table(work, lore)
        elif state[TABLES] and bits & CELL:
            close_cell(work)
    state[SCOPE] = work.stack[depth, 1]
    return i + 1


@step
def _start_tag(codes: U32, start: Int, reveal: bool, work: Work, lore: Lore) -> Int:
    """Open the element whose start tag's name is at `start`; where the tag ends, or -1 where that is doubtful."""
    state = work.state
    packed, i = read_name(codes, start, lore.name_codes)
    length = i - start
    tag = number(packed, lore.keys, lore.slots)
    bits: Int = lore.bits[tag]
    if reveal and bits & NOSCRIPT:
        bits = 0
    if bits & HARD or (state[DRAWINGS] and bits & EMPTY):
        return -1
    if state[SKIP] < 0:
        state[NODES] += 1
        state[COUNTING] = 0
    shown = state[SKIP] < 0 and not bits & HIDES
    i = attributes(codes, i, bits & LINK != 0, work.found, lore.name_codes) if shown else past_attributes(codes, i)
    if i < 0:
        return -1
    if bits & RAW:
        end = raw_end(codes, i, start, length, bits & SCRIPT != 0, state[DRAWINGS] > 0)
        if state[SKIP] >= 0 and state[COUNTING] and state[TEMPLATE_SKIP] < 0:
            state[HIDDEN] += end - i
        return end + length + 3 if end >= 0 else -1
    if shown:
        shown = _is_shown(codes, bits, reveal, work, lore)
        if shown and bits & (BLOCK | BREAK):
            _part(bits, work, lore)
    if state[AMBIGUITY]:
        return -1
    if not bits & EMPTY:
        _push(codes, tag, bits, shown, work, lore)
    elif shown and bits & BLOCK:
        end_line(work.out, state, work.scopes, work.drafts, lore.chars)
    return i


@step
def _is_shown(codes: U32, bits: Int, reveal: bool, work: Work, lore: Lore) -> Truth:
    """Whether an element is shown, by its attributes; where an address stands for it, that is written."""
    state, found = work.state, work.found
    if found[F_EMAIL_END] > found[F_EMAIL]:
        plain = work.out[work.out.size // 2 :]
        known = address(codes, found[F_EMAIL], found[F_EMAIL_END], plain)
        if known > 0:
            write_text(plain[:known], np.int64(0), np.bool_(False), work, lore.chars)
            return False
        if known < 0:
            state[AMBIGUITY] = 1
    if reveal:
        found[F_HIDDEN] = 0
    elif bits & DIALOG and not found[F_OPEN]:
        found[F_HIDDEN] = 1
    if found[F_HIDDEN] and (state[TABLES] or state[SOLID] or not bits & BLOCK or bits & (TABLE | DIALOG)):
        state[COUNTING] = 1
        return False
    return True


@step
def _part(bits: Int, work: Work, lore: Lore) -> None:
    """Part the lines at the beginning of a block element, or at a line break."""
    state = work.state
    if bits & BREAK and work.scopes[state[SCOPE], PRE]:
        line_feed(work)
        return
    end_line(work.out, state, work.scopes, work.drafts, lore.chars)
    if bits & BREAK:
        state[BREAKS] += 1
        return
    state[BREAKS] = 0
    open_table_part(work, bits)


@step
def _push(codes: U32, tag: Int, bits: Int, shown: bool, work: Work, lore: Lore) -> None:
    """Put an element on the stack, and a scope around what is in it."""
    state, found = work.state, work.found
    depth = state[DEPTH]
    work.stack[depth, 0], work.stack[depth, 1] = tag, state[SCOPE]
    state[DEPTH] = depth + 1
    if bits & FOREIGN:
        state[DRAWINGS] += 1
    if shown:
        landmark = 0
        if bits & BLOCK and found[F_ROLE_END] > found[F_ROLE]:
            landmark = role(codes, found[F_ROLE], found[F_ROLE_END], lore)
        _enter(state, work.scopes, tag, bits, landmark, found)
    elif state[SKIP] < 0:
        state[SKIP] = depth
    elif bits & TEMPLATE and state[TEMPLATE_SKIP] < 0:
        state[TEMPLATE_SKIP] = depth


@kernel
def number_rows(
    scopes: I32, drafts: I32, bits: I64, blocks: I64, elements: I64, outer: I64, chain: I64
) -> tuple[Int, Int]:
    """Fills the rows of blocks, elements and the scopes around them, in the order of `page.Arrays`, scopes with the
    spans of their class and id; how many elements and scopes there are. `chain` has room for all scopes."""
    placed = numbered = np.int64(0)
    for row in range(blocks.shape[1]):
        scope = at = np.int64(drafts[row, IN_SCOPE])
        length = 0
        while at >= 0 and scopes[at, NUMBER] < 0:
            chain[length] = at
            length += 1
            at = np.int64(scopes[at, PARENT])
        for j in range(length - 1, -1, -1):  # outermost first
            at = chain[j]
            parent = np.int64(scopes[at, PARENT])
            around = np.int64(scopes[parent, PLACE]) if parent >= 0 else -1
            scopes[at, NUMBER], scopes[at, PLACE] = numbered, around
            outer[0, numbered] = scopes[parent, NUMBER] if parent >= 0 else -1
            outer[1, numbered] = scopes[at, TAG]
            for column in range(4):
                outer[2 + column, numbered] = scopes[at, CLASS + column]
            if bits[scopes[at, TAG]] & BLOCK:
                elements[0, placed], elements[1, placed] = around, numbered
                scopes[at, PLACE] = placed
                placed += 1
            numbered += 1
        blocks[0, row], blocks[1, row] = drafts[row, BEGIN], drafts[row, END]
        blocks[2, row], blocks[3, row] = scopes[scope, KIND], scopes[scope, LANDMARK]
        blocks[4, row], blocks[5, row] = scopes[scope, LEVEL], drafts[row, DRAFT_SOLID]
        blocks[6, row], blocks[7, row] = drafts[row, DRAFT_LINKED], scopes[scope, PLACE]
        blocks[8, row], blocks[9, row] = scopes[scope, NUMBER], scopes[scope, FOLDED]
    return placed, numbered


@kernel
def collect_names(
    codes: U32, outer: I64, chars: U8, secret: np.uint64, text: U32, bounds: I64, table: I64, numbers: I64
) -> Int:
    """Fills what there is of class and id, end to end, without escapes, the empty one first; n + 1 bounds; and for each
    scope which of them it has. How many there are.

    `bounds` and `numbers` come with zeros, `table` with -1 in twice as many slots as there are scopes or more, a power
    of two. `secret` is odd, and keeps those who write pages from names that collide."""
    known, slots = np.int64(1), table.size
    for scope in range(outer.shape[1]):
        start = o = bounds[known]
        for part in range(2, 6, 2):
            i, end = outer[part, scope], outer[part + 1, scope]
            while i < end:
                code, length = np.int64(codes[i]), 1
                if code == 38:
                    code, length = entity(codes, i)
                if o > start or not is_space(code, chars):
                    text[o] = code
                    o += 1
                i += max(length, 1)
            if part == 2 and o > start:
                text[o] = 32
                o += 1
        while o > start and is_space(np.int64(text[o - 1]), chars):
            o -= 1
        if o == start:
            continue
        hashed = secret
        for i in range(start, o, 2):  # two characters at a time
            pair = np.uint64(text[i])
            if i + 1 < o:
                pair |= np.uint64(text[i + 1]) << np.uint64(32)
            hashed = (hashed ^ pair) * secret
            hashed ^= hashed >> np.uint64(32)
        slot = np.int64(hashed & np.uint64(slots - 1))
        while table[slot] >= 0:
            other = table[slot]
            if bounds[other + 1] - bounds[other] == o - start and equal(text, bounds[other], start, o - start):
                break
            slot = (slot + 1) & (slots - 1)
        if table[slot] < 0:
            table[slot] = known
            bounds[known + 1] = o
            known += 1
        numbers[scope] = table[slot]
    return known


@kernel
def count_marks(codes: U32) -> Int:
    """How many `<` the markup has."""
    marks = np.int64(0)
    for i in range(codes.size):
        marks += codes[i] == 60
    return marks


@kernel
def walk(codes: U32, reveal: bool, max_nodes: int, room: Any, known: Any) -> Truth:
    """Read the markup, tag by tag, into `room`, which becomes a `Work`; `known` becomes a `Lore`. Whether it could be.

    `reveal` shows what an attribute hides and what is there for browsers without scripts. Over `max_nodes` nothing
    is cut.
    """
    work = Work(room[0], room[1], room[2], room[3], room[4], room[5], room[6], room[7])
    lore = Lore(
        *(known[0], known[1], known[2], known[3], known[4], known[5]),
        *(known[6], known[7], known[8], known[9], known[10], known[11]),
    )
    state = work.state
    i: Int = np.int64(0)
    while 0 <= i < codes.size and state[NODES] <= max_nodes:
        if codes[i] != 60:
            if state[SKIP] < 0:
                state[NODES] += 1
                i = write_text(codes, i, np.bool_(True), work, lore.chars)  # no literal: that is another signature
            else:
                i, passed = past_text(codes, i)
                if state[COUNTING] and state[TEMPLATE_SKIP] < 0:
                    state[HIDDEN] += passed
        elif i + 1 < codes.size and codes[i + 1] in (33, 63):
            state[NODES] += state[SKIP] < 0
            i = comment_end(codes, i)
        elif i + 1 < codes.size and codes[i + 1] == 47:
            i = _end_tag(codes, i + 2, work, lore)
        else:
            i = _start_tag(codes, i + 1, reveal, work, lore)
    whole = i == codes.size and state[DEPTH] == 0 and state[NODES] <= max_nodes
    if not whole:
        state[DRAFTS] = 0
    join_broken(work, lore)
    return whole
