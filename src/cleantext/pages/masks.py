"""Trees as masks over their leaves: the form in which the compiled walk compares all rows of a page at once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from cleantext.pages.classify import Model

__all__ = ["Masks", "masks_of"]

# A leaf is a bit.
_MOST_LEAVES = 64
# The products of this and the 64 numbers of one bit differ in their highest six bits (Leiserson, Prokop, Randall 1998).
_DE_BRUIJN = 0x03F79D71B4CB0A89
_WORD = (1 << 64) - 1


class Masks(NamedTuple):
    """What `_trees.add_masked` takes after the table.

    `nodes`: of the inner nodes of one tree after another the feature, the threshold, whether a missing value goes left,
    the leaves that stay where the answer is the right node, and where each tree begins. `leaves`: the values of the
    leaves of one tree after another, from left to right, and where each tree begins. `bits`: all bits of a row, and the
    number and the table that give the place of a bit.
    """

    nodes: tuple[npt.NDArray[Any], ...]
    leaves: tuple[npt.NDArray[Any], npt.NDArray[Any]]
    bits: tuple[np.generic, np.uint64, npt.NDArray[np.uint8]]


@lru_cache(maxsize=4)
def masks_of(model: Model) -> Masks | None:
    """The trees of `model` as masks; None where one has more leaves than a word has bits."""
    left, right, values = model.left.tolist(), model.right.tolist(), model.value
    asked, stays, leaves = list[int](), list[int](), list[int]()
    node_starts, leaf_starts, most = [0], [0], 1
    for root in model.roots.tolist():
        for at, struck, kept in _inner_nodes(left, right, root, leaves):
            asked.append(at)
            stays.append(_WORD ^ ((1 << kept) - (1 << struck)))
        node_starts.append(len(asked))
        leaf_starts.append(len(leaves))
        most = max(most, leaf_starts[-1] - leaf_starts[-2])
    if most > _MOST_LEAVES:
        return None
    word: Any = np.uint32 if most <= 32 else np.uint64
    places = np.zeros(64, dtype=np.uint8)
    for place in range(64):
        places[(_DE_BRUIJN << place & _WORD) >> 58] = place
    return Masks(
        nodes=(
            model.feature[asked],
            model.threshold[asked],
            model.missing_left[asked],
            np.array(stays, dtype=np.uint64).astype(word),
            np.array(node_starts),
        ),
        leaves=(values[leaves], np.array(leaf_starts)),
        bits=(word(np.iinfo(word).max), np.uint64(_DE_BRUIJN), places),
    )


def _inner_nodes(left: list[int], right: list[int], root: int, leaves: list[int]) -> list[tuple[int, int, int]]:
    """Each inner node of a tree with the leaves under its left node, [first, last + 1) from the left; adds the leaves
    of the tree to `leaves`."""
    first = len(leaves)
    found = list[tuple[int, int, int]]()
    waiting = [(root, -1)]
    while waiting:
        at, begin = waiting.pop()
        if begin >= 0:  # all that is left of it has been seen
            found.append((at, begin, len(leaves) - first))
        elif left[at] == at:
            leaves.append(at)
        else:
            waiting += [(right[at], -1), (at, len(leaves) - first), (left[at], -1)]
    return found
