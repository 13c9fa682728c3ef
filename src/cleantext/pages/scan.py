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

from cleantext.pages._layout import HIDDEN, NO_NAME, NODES, Lore, character_classes
from cleantext.pages.cutter import ENDS, LITTLE, MAX_CELL, MOSTLY_HIDDEN, PARAGRAPH_COLUMNS
from cleantext.pages.dom import Dom
from cleantext.pages.page import Arrays
from cleantext.pages.tags import key, tag_table

__all__ = ["cut_markup"]

_COLUMNS = ("starts", "ends", "kinds", "landmarks", "levels", "solid", "linked", "elements", "scopes")
# What equal names are found by in this process; no answer depends on it.
_SECRET = np.uint64(secrets.randbits(64) | 1)


def cut_markup(dom: Dom) -> tuple[str, Arrays] | None:
    """The text and the blocks of a parsed page, as `cutter.cut_events` gives them; None where only that can tell."""
    cut = _walk(dom, reveal=False)
    if cut is None:
        return None
    shown, hidden = _characters(cut), dom.hidden
    if shown < max(LITTLE, hidden / MOSTLY_HIDDEN):
        revealed = _walk(dom, reveal=True)
        if revealed is None:
            return None
        if _characters(revealed) > MOSTLY_HIDDEN * shown:
            return revealed
    return cut


def _characters(cut: tuple[str, Arrays]) -> int:
    return int((cut[1].ends - cut[1].starts).sum())


def _walk(dom: Dom, *, reveal: bool) -> tuple[str, Arrays] | None:
    markup = dom.markup(hidden=reveal)
    if not markup:
        return None
    whole, state, codes, (blocks, elements, outer), (names, bounds, named) = _compiled()(
        np.array([markup]).view(np.uint32), reveal, dom.max_nodes, _lore(), _SECRET
    )
    if not whole:
        return None
    dom.nodes, dom.hidden = int(state[NODES]), int(state[HIDDEN])
    return _string(codes), Arrays(
        **dict(zip(_COLUMNS, blocks, strict=True)),
        element_parents=elements[0],
        element_scopes=elements[1],
        scope_parents=outer[0],
        scope_tags=outer[1],
        scope_names=named,
        names=_pieces(_string(names), bounds.tolist()),
    )


def _string(codes: npt.NDArray[np.uint32]) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _pieces(text: str, bounds: list[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise(bounds)]


def _compiled() -> Any:
    from cleantext.pages._walk import walk  # noqa: PLC0415 - numba is loaded by those who need it

    return walk


@cache
def _lore() -> Lore:
    tags = tag_table()
    return Lore(
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
