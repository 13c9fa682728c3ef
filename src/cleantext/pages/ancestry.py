"""What the elements around a block say of it: landmarks, class words, and the text they and those like them hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cleantext.pages import _climb
from cleantext.pages.columns import WORD_COLUMNS, Columns
from cleantext.pages.compiled import loops, pays
from cleantext.pages.elements import Element
from cleantext.pages.kinds import lore_of
from cleantext.pages.tags import tag_table
from cleantext.pages.wordscores import WordScores

if TYPE_CHECKING:
    from cleantext.pages.page import Arrays

__all__ = ["Tree", "element_columns", "masses_of", "tell_elements", "word_columns"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# An empty block's words still weigh something.
_LEAST_TOKENS = 0.5
_SAME_MASS = 0.7
# A landmark is no farther than this; so few elements up one counts as around the block.
_FARTHEST, _NEAR = 20.0, 7


@dataclass(frozen=True)
class Tree:
    """Elements, each after the one around it: the places of those, and which kind each is of.

    A kind is a tag with a class and id: `kinds` are all of them, as (tag, names); `names` has a number for the names
    of each, 0 for none.
    """

    parents: I64
    kind: I64
    kinds: tuple[tuple[str, str], ...]
    names: I64

    @classmethod
    def of(cls, elements: Sequence[Element]) -> Tree:
        """The tree of `elements`."""
        pairs = [(one.tag, one.names) for one in elements]
        kinds = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
        numbers: dict[str, int] = {"": 0}
        return cls(
            parents=np.array([one.parent for one in elements], dtype=np.int64),
            kind=np.array([kinds[pair] for pair in pairs], dtype=np.int64),
            kinds=tuple(kinds),
            names=np.array([numbers.setdefault(names, len(numbers)) for _, names in kinds], dtype=np.int64),
        )

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Tree:
        """The tree of a page's elements."""
        tags, names = tag_table().names, arrays.names
        named = arrays.scope_names[arrays.element_scopes]
        kind, (tag, name) = _numbered(arrays.element_tags, named, max(len(tags), len(names)))
        kinds = zip(map(tags.__getitem__, tag.tolist()), map(names.__getitem__, name.tolist()), strict=True)
        return cls(np.ascontiguousarray(arrays.element_parents), kind, tuple(kinds), name)

    @cached_property
    def signatures(self) -> I64:
        """A number for every element, equal for those of one kind in elements of the same class and id."""
        around = np.where(self.parents >= 0, self.names[self.kind[self.parents]], 0)
        return _numbered(self.kind, around, max(len(self.kinds), int(self.names.max(initial=0)) + 1))[0]


def _numbered(firsts: I64, seconds: I64, count: int) -> tuple[I64, I64]:
    """The number of each pair of a first and a second, both in [0, count), in the order of pairs; and the pairs by
    number."""
    if not pays():
        found, numbers = np.unique(firsts * count + seconds, return_inverse=True)
        return numbers, np.stack(np.divmod(found, count))
    import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

    numbers, room = np.empty(firsts.size, dtype=np.int64), np.empty((4, firsts.size), dtype=np.int64)
    most = kernels.number_pairs(firsts, seconds, np.empty(count + 1, dtype=np.int64), room[:2], numbers, room[2:])
    return numbers, room[2:, :most]


def tell_elements(tree: Tree, scores: WordScores) -> tuple[F64, F64]:
    """What is told of every element, a row for each of `_climb`; and what is known of each kind."""
    lore, starts, words = lore_of(scores).of(tree.kinds)
    shares, size, kernels = scores.path, tree.parents.size, loops()
    told = np.empty((_climb.SIZE, size))
    kernels.climb(tree.parents, tree.kind, lore, _FARTHEST, told)
    room, seen = np.zeros(size, dtype=np.int64), np.zeros(shares.size, dtype=np.int64)
    kernels.add_once(tree.parents, tree.kind, starts, words, shares, seen, room, told[_climb.JOINT])
    kernels.add_near(tree.parents, tree.kind, lore, told[_climb.JOINT])
    return told, lore


def word_columns(tree: Tree, element: I64, scores: WordScores, tokens: F64) -> F32:
    """What class words say of each block, whose innermost element is `element`: a row for each of `WORD_COLUMNS`."""
    columns = Columns(element.size)
    _fill_words(columns, element, tell_elements(tree, scores)[0], tokens)
    return columns.part("words_own", len(WORD_COLUMNS))


def _fill_words(columns: Columns, element: I64, told: F64, tokens: F64) -> None:
    weights = np.empty((2, element.size))
    weights[0] = np.sqrt(tokens + _LEAST_TOKENS)
    loops().fill_words(columns.columns, element, told, weights, np.empty((2, element.size + 1)))


def element_columns(columns: Columns, tree: Tree, element: I64, all_told: tuple[F64, F64], sizes: F64) -> None:
    """Writes the columns of what is around each block, whose innermost element is `element`.

    `all_told` is what `tell_elements` tells of the tree. The rows of `sizes` are the tokens of each block, those
    outside links, and those of running text.
    """
    told, lore = all_told
    _fill_words(columns, element, told, sizes[0])
    values = np.empty((5, element.size))  # of each block: 1, those, and whether it has running text
    values[0], values[1:4], values[4] = 1, sizes, sizes[2] > 0
    mass, alike, wholes = masses_of(tree, element, values)
    commented = told[_climb.OWN - 1, element] < _NEAR
    columns.part("page_comments", 1)[:] = sizes[1, commented].sum() / max(wholes[2], 1)
    size, kernels = tree.parents.size, loops()
    room = np.full((2, size + 1), -1, dtype=np.int64)
    best, up = room[0], room[1, :size]
    core = (up, kernels.find_core(tree.parents, mass[:, 3], wholes[3], _SAME_MASS, best, up))
    table, logs = columns.columns, columns.logs
    kernels.fill_elements(table, logs, element, tree.parents, tree.kind, lore, told, mass, alike, wholes, core)


def masses_of(tree: Tree, element: I64, values: F64) -> tuple[F64, tuple[I64, F64], F64]:
    """For every element the sums of the values of all blocks in it, a row each; a number, equal for elements of one
    kind in elements of the same names, with the sums of the blocks in those of each number; and the sums of all."""
    size, count = tree.parents.size, values.shape[0]
    mass, sums, wholes = np.zeros((size, count)), np.zeros((size, count)), np.zeros(count)
    loops().hold(tree.parents, element, tree.signatures, values, mass, sums, wholes)
    return mass, (tree.signatures, sums), wholes
