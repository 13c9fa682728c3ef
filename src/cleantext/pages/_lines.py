"""Kernels that write a page's lines and its tables: what `cutter` does with text, on arrays."""

from __future__ import annotations

import numpy as np

from cleantext.pages._kernels import _indents, entity, inner, is_space, is_wide, step
from cleantext.pages._layout import (
    AFTER_BREAK,
    AT,
    BEGIN,
    BLOCK_SCOPE,
    BREAKS,
    CELL_BEGIN,
    CELL_END,
    CELL_ROW,
    CELLS,
    CODE_KIND,
    DRAFT_LINKED,
    DRAFT_SIZE,
    DRAFT_SOLID,
    DRAFTS,
    END,
    FIRST,
    FIRST_CELL,
    GAP,
    HEADED,
    HTML_SPACE,
    I32,
    I64,
    IN_SCOPE,
    INDENT,
    INDENTED,
    KIND,
    LEVEL,
    LINKED,
    LINKS,
    NESTED,
    OPEN_CELL,
    PRE,
    RETURN,
    ROWS,
    SCOPE,
    SCOPE_SIZE,
    SCOPES,
    SOLID,
    SPACE,
    START,
    TABLE_KIND,
    TABLES,
    TAG,
    U8,
    U32,
    Int,
    Lore,
    Truth,
    Work,
)
from cleantext.pages.tags import CAPTION, CELL, HEAD_CELL, ROW, TABLE


@inner
def _flowing(codes: U32, i: Int, escaped: bool, out: U32, state: I64, links: bool, chars: U8) -> Int:
    """Text where white space collapses, up to a tag; where it ends, or -1."""
    o, start, solid, linked, gap = state[AT], state[START], state[SOLID], state[LINKED], state[GAP]
    while i < codes.size:
        code: Int = np.int64(codes[i])
        if escaped and code == 60:
            break
        i += 1
        if escaped and code == 38:
            code, length = entity(codes, i - 1)
            if length == 0:
                return -1
            i += length - 1
        kind = chars[code] if code < chars.size else 0
        if kind & HTML_SPACE:
            gap |= 3 if code in (10, 13) else 1
            continue
        if gap:
            if o > start and not (gap == 3 and is_wide(np.int64(out[o - 1])) and is_wide(code)):
                out[o] = 32
                o += 1
            gap = 0
        if kind & SPACE:
            out[o] = code
            o += 1
            continue
        if solid == 0:  # what is white before the first character is only looked at
            two = o - start >= 2
            state[INDENT] = two and _indents(out[start]) and _indents(out[start + 1])
            o = start
        out[o] = code
        o += 1
        solid += 1
        linked += links
    if solid == 0:
        o, gap = start, 0
    state[AT], state[SOLID], state[LINKED], state[GAP] = o, solid, linked, gap
    return i


@inner
def _preformatted(codes: U32, i: Int, escaped: bool, out: U32, state: I64, links: bool, chars: U8) -> Int:
    """Text that stands as it is but for its line ends, up to a tag; where it ends, or -1."""
    o = state[AT]
    while i < codes.size:
        code: Int = np.int64(codes[i])
        if escaped and code == 60:
            break
        i += 1
        if escaped and code == 38:
            code, length = entity(codes, i - 1)
            if length == 0:
                return -1
            i += length - 1
        if code == 10 and state[RETURN]:
            state[RETURN] = 0
            continue
        state[RETURN] = code == 13
        if code == 13:
            code = 10
        out[o] = code
        o += 1
        if not is_space(code, chars):
            state[SOLID] += 1
            state[LINKED] += links
    state[AT] = o
    return i


@step
def write_text(codes: U32, i: Int, escaped: Truth, work: Work, chars: U8) -> Int:
    """Write text up to a tag; where it ends, or -1 where it is not understood. `escaped` text has tags and entities."""
    scope = work.state[SCOPE]
    links = work.scopes[scope, LINKS] != 0
    if work.scopes[scope, PRE]:
        return _preformatted(codes, i, escaped, work.out, work.state, links, chars)
    return _flowing(codes, i, escaped, work.out, work.state, links, chars)


@step
def line_feed(work: Work) -> None:
    """A line break in preformatted text; with a carriage return before it, it is one."""
    state = work.state
    if not state[RETURN]:
        work.out[state[AT]] = 10
        state[AT] += 1
    state[RETURN] = 0


@inner
def end_line(out: U32, state: I64, scopes: I32, drafts: I32, chars: U8) -> None:
    """End the line: what was written becomes a draft, if it shows anything."""
    start, end, scope = state[START], state[AT], state[SCOPE]
    if state[SOLID]:
        while is_space(np.int64(out[end - 1]), chars):
            end -= 1
        if scopes[scope, PRE]:
            first, code = start, scopes[scope, KIND] == CODE_KIND
            while out[first] == 10 or (not code and is_space(np.int64(out[first]), chars)):
                first += 1
            for j in range(first, end):
                out[start + j - first] = out[j]
            end -= first - start
        row = state[DRAFTS]
        state[DRAFTS] += 1
        drafts[row, BEGIN], drafts[row, END], drafts[row, IN_SCOPE] = start, end, scopes[scope, BLOCK_SCOPE]
        drafts[row, DRAFT_LINKED], drafts[row, DRAFT_SOLID] = state[LINKED], state[SOLID]
        drafts[row, AFTER_BREAK], drafts[row, INDENTED] = state[BREAKS], state[INDENT]
        state[BREAKS] = 0
        out[end] = 10
        state[START] = end + 1
    state[AT] = state[START]
    state[SOLID] = state[LINKED] = state[GAP] = state[INDENT] = state[RETURN] = 0


@step
def open_table_part(work: Work, bits: Int) -> None:
    """What a table, a row or a cell that opens means to the tables."""
    state, tables = work.state, work.tables
    top = state[TABLES] - 1
    if bits & TABLE:
        if top >= 0:
            tables[top, NESTED] = 1
        top += 1
        state[TABLES] = top + 1
        tables[top, FIRST], tables[top, FIRST_CELL] = state[DRAFTS], state[CELLS]
        tables[top, ROWS] = tables[top, HEADED] = tables[top, NESTED] = 0
        tables[top, OPEN_CELL] = -1
    elif top >= 0 and bits & ROW:
        close_cell(work)
        tables[top, ROWS] += 1
    elif top >= 0 and bits & CELL:
        close_cell(work)
        tables[top, OPEN_CELL] = state[DRAFTS]
        if bits & HEAD_CELL:
            tables[top, HEADED] = 1


@inner
def close_cell(work: Work) -> None:
    """A table's open cell ends, if there is one."""
    state, tables, cells = work.state, work.tables, work.cells
    top = state[TABLES] - 1
    if tables[top, OPEN_CELL] >= 0 and tables[top, ROWS]:
        row = state[CELLS]
        state[CELLS] += 1
        cells[row, CELL_BEGIN], cells[row, CELL_END] = tables[top, OPEN_CELL], state[DRAFTS]
        cells[row, CELL_ROW] = tables[top, ROWS]
    tables[top, OPEN_CELL] = -1


@inner
def _is_data(work: Work, top: Int, lore: Lore) -> tuple[bool, bool]:
    """Whether a table holds data, as `cutter._is_data` has it, and whether a caption is all it has beside its cells."""
    state, scopes, drafts, tables, cells = work.state, work.scopes, work.drafts, work.tables, work.cells
    first, first_cell, count = tables[top, FIRST], tables[top, FIRST_CELL], state[CELLS]
    shown = state[DRAFTS] - first
    if tables[top, NESTED] or shown == 0:
        return False, False
    rows = widest = longest = crowded = inside = width = 0
    for j in range(first_cell, count):
        if j == first_cell or cells[j, CELL_ROW] != cells[j - 1, CELL_ROW]:
            rows += 1
            width = 0
        width += 1
        widest = max(widest, width)
        length = 0
        for row in range(cells[j, CELL_BEGIN], cells[j, CELL_END]):
            length += drafts[row, END] - drafts[row, BEGIN]
        longest = max(longest, length)
        held = cells[j, CELL_END] - cells[j, CELL_BEGIN]
        inside += held
        crowded += held > 2
    if rows < 2 or widest < 2 or longest > (lore.max_cell * 4 if tables[top, HEADED] else lore.max_cell):
        return False, False
    for row in range(first, state[DRAFTS]):
        if scopes[drafts[row, IN_SCOPE], KIND] == CODE_KIND:
            return False, False
    captioned = lore.bits[scopes[drafts[first, IN_SCOPE], TAG]] & CAPTION != 0
    is_data = crowded * 4 <= count - first_cell and inside >= shown - captioned
    return is_data, inside < shown


@inner
def close_table(work: Work, lore: Lore) -> None:
    """A table of data becomes one draft: its rows on lines, its cells between tabs."""
    out, state, scopes, drafts, tables = work.out, work.state, work.scopes, work.drafts, work.tables
    chars = lore.chars
    top = state[TABLES] - 1
    state[TABLES] = top
    if top > 0:
        tables[top - 1, NESTED] |= tables[top, NESTED]
    is_data, captioned = _is_data(work, top, lore)
    if is_data:
        first = tables[top, FIRST]
        start = drafts[first, BEGIN]
        end = _rows(work, top, captioned)
        while is_space(np.int64(out[end - 1]), chars):
            end -= 1
        begin = start
        while is_space(np.int64(out[begin]), chars):
            begin += 1
        for j in range(begin, end):
            out[start + j - begin] = out[j]
        end -= begin - start
        for row in range(first + 1, state[DRAFTS]):
            drafts[first, DRAFT_LINKED] += drafts[row, DRAFT_LINKED]
            drafts[first, DRAFT_SOLID] += drafts[row, DRAFT_SOLID]
        new = state[SCOPES]
        state[SCOPES] += 1
        for column in range(SCOPE_SIZE):
            scopes[new, column] = scopes[drafts[first, IN_SCOPE], column]
        scopes[new, KIND], scopes[new, LEVEL], scopes[new, BLOCK_SCOPE] = TABLE_KIND, 0, new
        drafts[first, IN_SCOPE], drafts[first, END] = new, end
        drafts[first, AFTER_BREAK] = drafts[first, INDENTED] = 0
        state[DRAFTS] = first + 1
        out[end] = 10
        state[AT] = state[START] = end + 1
    state[CELLS] = tables[top, FIRST_CELL]


@inner
def _rows(work: Work, top: Int, captioned: bool) -> Int:
    """Write a table's rows over its drafts; where they end."""
    out, state, drafts, tables, cells = work.out, work.state, work.drafts, work.tables, work.cells
    first = tables[top, FIRST]
    start = drafts[first, BEGIN]
    shift = out.size // 2  # the other half of the room is free
    for place in range(start, state[AT]):
        out[shift + place] = out[place]
    o = drafts[first, END] if captioned else start
    j = tables[top, FIRST_CELL]
    while j < state[CELLS]:
        before, row, filled = o, cells[j, CELL_ROW], False
        if o > start:
            out[o] = 10
            o += 1
        begin = o
        while j < state[CELLS] and cells[j, CELL_ROW] == row:
            if o > begin or (j > tables[top, FIRST_CELL] and cells[j - 1, CELL_ROW] == row):
                out[o] = 9
                o += 1
            for k in range(cells[j, CELL_BEGIN], cells[j, CELL_END]):
                if k > cells[j, CELL_BEGIN]:
                    out[o] = 32
                    o += 1
                for place in range(shift + drafts[k, BEGIN], shift + drafts[k, END]):
                    out[o] = 32 if out[place] == 10 else out[place]
                    o += 1
                filled = True
            j += 1
        while o > begin and out[o - 1] == 9:
            o -= 1
        if not filled:
            o = before
    return o


@inner
def join_broken(work: Work, lore: Lore) -> None:
    """Lines parted by single <br> joined again where they are the lines of one paragraph."""
    state, drafts = work.state, work.drafts
    count, kept, i = state[DRAFTS], np.int64(0), np.int64(0)
    while i < count:
        j = i + 1
        while j < count and drafts[j, AFTER_BREAK] == 1 and drafts[j, IN_SCOPE] == drafts[i, IN_SCOPE]:
            j += 1
        joined = j > i + 1 and not _are_paragraphs(work.out, drafts, i, j, lore)
        for row in range(i, j):
            if joined and row > i:
                drafts[kept - 1, END] = drafts[row, END]
                drafts[kept - 1, DRAFT_LINKED] += drafts[row, DRAFT_LINKED]
                drafts[kept - 1, DRAFT_SOLID] += drafts[row, DRAFT_SOLID]
                continue
            for column in range(DRAFT_SIZE):
                drafts[kept, column] = drafts[row, column]
            kept += 1
        i = j
    state[DRAFTS] = kept


@inner
def _are_paragraphs(out: U32, drafts: I32, i: Int, j: Int, lore: Lore) -> Truth:
    indented = wide = ended = 0
    for row in range(i, j):
        indented += drafts[row, INDENTED]
        for place in range(drafts[row, BEGIN], drafts[row, END]):
            code = out[place]
            wide += lore.widths[code] if code < lore.widths.size else 4
        last = out[drafts[row, END] - 1]
        for end in lore.ends:
            ended += last == end
    if indented * 2 > j - i:
        return True
    return wide >= lore.columns * (j - i) and ended * 2 >= j - i
