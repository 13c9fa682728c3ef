"""The compiled walk: a page cut into blocks by `_walk`, from what the parser writes out.

It gives what the plain walk of `cutter` gives, or nothing where it is in doubt.
"""

from __future__ import annotations

import secrets
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points
from cleantext.pages._layout import (
    CELL_SIZE,
    DRAFT_SIZE,
    DRAFTS,
    FOUND_SIZE,
    HIDDEN,
    I64,
    NO_NAME,
    NODES,
    NUMBER,
    PARENT,
    PLACE,
    SCOPE_SIZE,
    SCOPES,
    SIZE,
    SKIP,
    TABLE_SIZE,
    TEMPLATE_SKIP,
    U32,
    Lore,
    Work,
    character_classes,
)
from cleantext.pages.cutter import ENDS, MAX_CELL, MOSTLY_HIDDEN, PARAGRAPH_COLUMNS, may_hide_most
from cleantext.pages.dom import Dom
from cleantext.pages.page import Arrays
from cleantext.pages.tags import key, tag_table

__all__ = ["cut_markup"]

_STATE = Work._fields.index("state")
_COLUMNS = ("starts", "ends", "kinds", "landmarks", "levels", "solid", "linked", "elements", "scopes", "hidden")
# What equal names are found by in this process; no answer depends on it.
_SECRET = np.uint64(secrets.randbits(64) | 1)


def cut_markup(dom: Dom) -> tuple[str, Arrays] | None:
    """The text and the blocks of a parsed page, as `cutter.cut_events` gives them; None where only that can tell."""
    cut = _walk(dom, reveal=False)
    if cut is None:
        return None
    shown, hidden = _characters(cut[1], 0), _characters(cut[1], 1)
    if may_hide_most(dom, shown, hidden):
        revealed = _walk(dom, reveal=True)
        if revealed is None:
            return None
        if _characters(revealed[1], 0) > MOSTLY_HIDDEN * shown:
            return revealed
    return cut


def _characters(arrays: Arrays, hidden: int) -> int:
    return int((arrays.ends - arrays.starts)[arrays.hidden == hidden].sum())


def _walk(dom: Dom, *, reveal: bool) -> tuple[str, Arrays] | None:
    markup = dom.markup(hidden=reveal)
    if not markup:
        return None
    codes = code_points(markup)
    work = _room(codes)
    if not _compiled().walk(codes, reveal, dom.max_nodes, work, _lore()):
        return None
    state = work[_STATE]
    dom.nodes, dom.hidden = int(state[NODES]), int(state[HIDDEN])
    return _read(codes, work)


def _room(codes: U32) -> tuple[npt.NDArray[Any], ...]:
    """What becomes a `Work`: arrays for as many rows as the markup has tags."""
    marks = int(_compiled().count_marks(codes)) + 2
    state = np.zeros(SIZE, dtype=np.int64)
    state[SKIP] = state[TEMPLATE_SKIP] = -1
    state[SCOPES] = 1
    scopes = np.empty((marks, SCOPE_SIZE), dtype=np.int32)
    scopes[0] = 0
    scopes[0, PARENT] = scopes[0, NUMBER] = scopes[0, PLACE] = -1
    work = Work(
        out=np.empty(2 * (codes.size + 16), dtype=np.uint32),
        state=state,
        scopes=scopes,
        drafts=np.empty((marks, DRAFT_SIZE), dtype=np.int32),
        tables=np.empty((marks, TABLE_SIZE), dtype=np.int32),
        cells=np.empty((marks, CELL_SIZE), dtype=np.int32),
        stack=np.empty((marks, 2), dtype=np.int32),
        found=np.zeros(FOUND_SIZE, dtype=np.int64),
    )
    return tuple(work)  # plain ones are what numba looks up quickly


def _read(codes: U32, work: tuple[npt.NDArray[Any], ...]) -> tuple[str, Arrays]:
    """The text and the blocks of what was walked."""
    out, state, scopes, drafts = work[:4]
    count, lore = int(state[SCOPES]), _lore()
    blocks = np.empty((len(_COLUMNS), int(state[DRAFTS])), dtype=np.int64)
    elements, outer = np.empty((2, count), dtype=np.int64), np.empty((6, count), dtype=np.int64)
    chain = np.empty(count, dtype=np.int64)
    placed, numbered = _compiled().number_rows(scopes, drafts, lore[0], blocks, elements, outer, chain)
    names, named = _names(codes, outer[:, :numbered].copy())
    elements, outer = elements[:, :placed].copy(), outer[:2, :numbered].copy()
    return _string(out[: blocks[1, -1]] if blocks.size else out[:0]), Arrays(
        **dict(zip(_COLUMNS, blocks, strict=True)),
        element_parents=elements[0],
        element_scopes=elements[1],
        scope_parents=outer[0],
        scope_tags=outer[1],
        scope_names=named,
        names=names,
    )


def _names(codes: U32, outer: I64) -> tuple[list[str], I64]:
    """What there is of class and id, the empty one first, and for each scope which of them it has."""
    count = outer.shape[1]
    room = int((outer[3::2] - outer[2::2]).sum()) + count + 1
    text, bounds = np.empty(room, dtype=np.uint32), np.zeros(count + 2, dtype=np.int64)
    table = np.full(2 << (count + 1).bit_length(), -1, dtype=np.int64)
    numbers = np.zeros(count, dtype=np.int64)
    known = _compiled().collect_names(codes, outer, character_classes(), _SECRET, text, bounds, table, numbers)
    return _pieces(_string(text[: bounds[known]]), bounds[: known + 1].tolist()), numbers


def _string(codes: npt.NDArray[np.uint32]) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _pieces(text: str, bounds: list[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise(bounds)]


def _compiled() -> Any:
    import cleantext.pages._walk as walk  # noqa: PLC0415 - numba is loaded by those who need it

    return walk


@cache
def _lore() -> tuple[Any, ...]:
    """What becomes a `Lore`."""
    tags = tag_table()
    lore = Lore(
        bits=tags.bits,
        keys=tags.keys,
        slots=tags.slots,
        chars=character_classes(),
        name_codes=np.array([key(chr(code)) or NO_NAME for code in range(128)], dtype=np.uint8),
        widths=np.array([len(chr(code).encode("gb18030", "replace")) for code in range(0x10000)], dtype=np.uint8),
        roles=tags.roles,
        role_ends=tags.role_ends,
        role_landmarks=tags.role_landmarks,
        ends=np.array([ord(char) for char in ENDS], dtype=np.uint32),
        max_cell=MAX_CELL,
        columns=PARAGRAPH_COLUMNS,
    )
    tags.roles.flags.writeable = False  # as constants are: one signature for what compares with either
    return tuple(lore)
