"""The arrays of the compiled walk: what their rows and columns are."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
# Numbers in kernels are what numba makes of them: 64 bits, whether they come from Python or from an array.
Int = Any
Truth = Any

# The state. AT: where the next character goes; START: where the draft begins; SOLID, LINKED: its characters that are
# no white space, and those in links; GAP: white space not yet written (1), with a line break in it (3); INDENT: it
# begins with two wide spaces; RETURN: its last character was one; BREAKS: <br> before it.
AT, START, SOLID, LINKED, GAP, INDENT, RETURN, BREAKS = range(8)
SCOPE, SCOPES, DRAFTS, TABLES, CELLS, NODES, HIDDEN = range(8, 15)
# DEPTH: open elements; DRAWINGS: SVG and MathML among them; SKIP, TEMPLATE_SKIP: the depth at which what is not shown,
# and the outermost template in it, began, or -1; COUNTING: what is skipped is hidden by an attribute, and counted;
# AMBIGUITY: an attribute only the plain walk can read.
DEPTH, DRAWINGS, SKIP, TEMPLATE_SKIP, COUNTING, AMBIGUITY, SIZE = range(15, 22)
# A scope's row.
PARENT, TAG, KIND, LEVEL, LANDMARK, LISTS, LINKS, PRE, BLOCK_SCOPE = range(9)
CLASS, CLASS_END, ID, ID_END, PLACE, NUMBER, FOLDED, SCOPE_SIZE = range(9, 17)
# A draft's row: [BEGIN, END) of the text written.
BEGIN, END, IN_SCOPE, DRAFT_LINKED, DRAFT_SOLID, AFTER_BREAK, INDENTED, DRAFT_SIZE = range(8)
# A table's row; a cell's: its first draft, the last + 1, its table's row.
FIRST, FIRST_CELL, ROWS, OPEN_CELL, HEADED, NESTED, TABLE_SIZE = range(7)
CELL_BEGIN, CELL_END, CELL_ROW, CELL_SIZE = range(4)
# What the attributes of an element say; EMAIL and EMAIL_END span an address's code.
F_CLASS, F_CLASS_END, F_ID, F_ID_END, F_ROLE, F_ROLE_END, F_EMAIL, F_EMAIL_END, F_HIDDEN, F_OPEN, FOUND_SIZE = range(11)
TEXT_KIND, HEADING_KIND, LIST_KIND, TABLE_KIND, CODE_KIND, QUOTE_KIND = range(6)
# Classes of characters: white space of HTML; any white space, as Python has it.
HTML_SPACE, SPACE = 1, 2
# The code of a character that is none of those `tags.key` knows.
NO_NAME = 63


class Work(NamedTuple):
    """What a walk writes to. `out` is the text; `stack` the open elements: their tags, and the scopes around them."""

    out: U32
    state: I64
    scopes: I32
    drafts: I32
    tables: I32
    cells: I32
    stack: I32
    found: I64


class Lore(NamedTuple):
    """What a walk knows.

    Of elements: their bits by number, and keys and slots that give the number by name (`tags.TagTable`). Of
    characters: their classes, the codes of those in names, how many bytes GB18030 has for each of the basic plane. Of
    roles: the names end to end, where each ends, the landmark it stands for. Of lines: what a paragraph ends with, and
    the thresholds of `cutter`.
    """

    bits: I64
    keys: I64
    slots: I64
    chars: U8
    name_codes: U8
    widths: U8
    roles: U32
    role_ends: I64
    role_landmarks: I64
    ends: U32
    max_cell: int
    columns: int


@cache
def character_classes() -> U8:
    """The class of every character up to the last white space there is."""
    chars = np.zeros(0x3001, dtype=np.uint8)
    for code in range(chars.size):
        chars[code] = SPACE * chr(code).isspace() | HTML_SPACE * (chr(code) in " \t\n\r\f")
    return chars
