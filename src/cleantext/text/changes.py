"""Changes of single characters, found as arrays: the text they make, and the edits that say what they were.

A stage that works on tables of code points finds all its changes at once. Text and edits are made from the same
arrays, so whoever needs the text alone does not pay for a record a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points
from cleantext.records import Edit

__all__ = ["DELETED", "Changes", "changed", "chunks", "edits"]

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

# What a character becomes that goes together with the one before it: no code point.
DELETED = 0x110000
# Characters worked on at a time: their arrays fit the second-level cache. A line is never cut.
_CHUNK = 1 << 17


class Changes(NamedTuple):
    """What the characters at `positions` (ascending) of a text become: code points, or DELETED."""

    positions: I64
    codes: U32


def chunks(text: str) -> Iterator[tuple[int, str]]:
    """`text` in stretches of whole lines, each with its offset."""
    start = 0
    while len(text) - start > _CHUNK:
        end = text.find("\n", start + _CHUNK) + 1
        if not end:
            break
        yield start, text[start:end]
        start = end
    yield start, text[start:] if start else text


def changed(text: str, changes: Changes) -> str:
    """`text` after `changes`."""
    if not changes.positions.size:
        return text
    codes = code_points(text)
    codes[changes.positions] = changes.codes
    gone = changes.codes == DELETED
    if gone.any():
        codes = np.delete(codes, changes.positions[gone])
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def edits(text: str, changes: Changes, *, stage: str, rule: Callable[[str, str], str]) -> list[Edit]:
    """The edits of `changes`, their rule chosen by what was there and what it became.

    A deleted character belongs to the edit before it, as do the second and further of a row of equal replacements of
    equal characters, such as dots that became an ellipsis.
    """
    found: list[tuple[int, int, str]] = []
    last = -1  # what the character before became
    for position, code in zip(changes.positions.tolist(), changes.codes.tolist(), strict=True):
        joins = bool(found) and found[-1][1] == position and (code == DELETED or (code == last == _ELLIPSIS))
        after = "" if code == DELETED else chr(code)
        if joins:
            start, _, before = found.pop()
            found.append((start, position + 1, before + after))
        else:
            found.append((position, position + 1, after))
        last = code
    return [
        Edit(
            stage=stage,
            rule=rule(text[start:end], after),
            start=start,
            end=end,
            before=text[start:end],
            after=after,
        )
        for start, end, after in found
    ]


_ELLIPSIS = ord("…")
