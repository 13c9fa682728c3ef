"""Trees as masks over their leaves: the form in which the compiled walk compares all rows of a page at once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.pages.columns import PAGE_COLUMNS

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
    and the leaves that stay where the answer is the right node. Of each tree come first those that ask what is the same
    for all blocks of a page, then those where a missing value goes left, then the others; last of all, a row for each
    tree, where each of the three begins and the last ends. `leaves`: the values of the leaves of one tree after
    another, from left to right, and where each tree begins. `bits`: all bits of a row, and the number and the table
    that give the place of a bit. `shared`: the features that the first nodes of trees ask for.
    """

    nodes: tuple[npt.NDArray[Any], ...]
    leaves: tuple[npt.NDArray[Any], npt.NDArray[Any]]
    bits: tuple[np.generic, np.uint64, npt.NDArray[np.uint8]]
    shared: npt.NDArray[np.int64]


@lru_cache(maxsize=4)
def masks_of(model: Model) -> Masks | None:
    """The trees of `model` as masks; None where one has more leaves than a word has bits."""
    left, right, values = model.left.tolist(), model.right.tolist(), model.value
    of_pages = np.isin(model.names, PAGE_COLUMNS)
    turns = np.where(of_pages[model.feature], 0, np.where(model.missing_left, 1, 2)).tolist()
    asked, stays, leaves = list[int](), list[int](), list[int]()
    starts, leaf_starts, most = list[list[int]](), [0], 1
    for root in model.roots.tolist():
        nodes = _inner_nodes(left, right, root, leaves)
        starts.append([len(asked)])
        for turn in range(3):
            mine = [node for node in nodes if turns[node[0]] == turn]
            asked += [at for at, _, _ in mine]
            stays += [_WORD ^ ((1 << kept) - (1 << struck)) for _, struck, kept in mine]
            starts[-1].append(len(asked))
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
            np.array(starts).reshape(-1, 4),
        ),
        leaves=(values[leaves], np.array(leaf_starts)),
        bits=(word(np.iinfo(word).max), np.uint64(_DE_BRUIJN), places),
        shared=np.flatnonzero(of_pages),
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
