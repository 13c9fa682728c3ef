"""What the elements around a block say of it: landmarks, class words, and the text they and those like them hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cleantext.pages import _climb
from cleantext.pages.columns import GROUP_LEVELS, TAGS, Columns
from cleantext.pages.compiled import pays
from cleantext.pages.elements import Element
from cleantext.pages.kinds import TAG, lore_of
from cleantext.pages.tags import tag_table
from cleantext.pages.windows import window_means
from cleantext.pages.wordscores import WordScores

if TYPE_CHECKING:
    from cleantext.pages.page import Arrays

__all__ = ["Tree", "alike_of", "element_columns", "loops", "tell_elements", "word_columns"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# So many blocks before and after a block its words are heard with; an empty one still weighs something.
_REACHES, _LEAST_TOKENS = (2, 6), 0.5
_SAME_MASS = 0.7
# A landmark is no farther than this; so few elements up one counts as around the block.
_FARTHEST, _NEAR = 20.0, 7
_TAG_CODES = np.arange(len(TAGS))[:, None]
_GROUP_COLUMNS, _ALIKE_COLUMNS = 6, 5


@dataclass(frozen=True)
class Tree:
    """Elements, each after the one around it: the places of those, and which kind each is of.

    A kind is a tag with a class and id: `kinds` are all of them, as (tag, names).
    """

    parents: I64
    kind: I64
    kinds: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, elements: Sequence[Element]) -> Tree:
        """The tree of `elements`."""
        parents = np.array([one.parent for one in elements], dtype=np.int64)
        return cls._made(parents, [(one.tag, one.names) for one in elements])

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Tree:
        """The tree of a page's elements."""
        tags, names = tag_table().names, arrays.names
        numbers = arrays.element_tags * len(names) + arrays.scope_names[arrays.element_scopes]
        kinds, kind = np.unique(numbers, return_inverse=True)
        pairs = (divmod(number, len(names)) for number in kinds.tolist())
        return cls(arrays.element_parents, kind, tuple((tags[tag], names[name]) for tag, name in pairs))

    @classmethod
    def _made(cls, parents: I64, pairs: Sequence[tuple[str, str]]) -> Tree:
        numbers = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
        kind = np.fromiter(map(numbers.__getitem__, pairs), np.int64, len(pairs))
        return cls(parents, kind, tuple(numbers))

    @cached_property
    def above(self) -> I64:
        """The place of the element around each; its own where there is none."""
        found: I64 = np.where(self.parents >= 0, self.parents, np.arange(self.parents.size))
        return found

    def around(self, element: I64) -> I64:
        """For each of some elements itself, that around it, and so on: a row for each of the levels of groups."""
        found = np.empty((GROUP_LEVELS, element.size), dtype=np.int64)
        found[0] = element
        for level in range(1, GROUP_LEVELS):
            found[level] = self.above[found[level - 1]]
        return found

    @cached_property
    def signatures(self) -> I64:
        """A number for every element, equal for those of one kind in elements of the same class and id."""
        numbers: dict[str, int] = {"": 0}
        names = np.array([numbers.setdefault(names, len(numbers)) for _, names in self.kinds], dtype=np.int64)
        around = np.where(self.parents >= 0, names[self.kind[self.parents]], 0)
        found: I64 = np.unique(self.kind * len(numbers) + around, return_inverse=True)[1]
        return found


def loops() -> Any:
    """The loops of `_climb`, compiled where that pays."""
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        return kernels
    return _climb


def tell_elements(tree: Tree, scores: WordScores) -> tuple[F64, F64]:
    """What is told of every element, a row for each of `_climb`; and what is known of each kind."""
    lore, starts, words = lore_of(scores).of(tree.kinds)
    shares, size, kernels = scores.joint.path, tree.parents.size, loops()
    told = np.empty((_climb.SIZE, size))
    kernels.climb(tree.parents, tree.kind, lore, _FARTHEST, told)
    room, seen = np.zeros(size, dtype=np.int64), np.zeros(shares.size, dtype=np.int64)
    kernels.add_once(tree.parents, tree.kind, starts, words, shares, seen, room, told[_climb.JOINT])
    kernels.add_near(tree.parents, tree.kind, lore, told[_climb.JOINT])
    return told, lore


def word_columns(tree: Tree, element: I64, scores: WordScores, tokens: F64) -> F64:
    """What class words say of each block, whose innermost element is `element`: a row for each of `WORD_COLUMNS`."""
    told, _ = tell_elements(tree, scores)
    return _said(told[_climb.OWN :, element], tokens)


def _said(alone: F64, tokens: F64) -> F64:
    weights = np.sqrt(tokens + _LEAST_TOKENS)
    found: F64 = np.concatenate([alone, window_means(weights, weights * alone[-1], _REACHES)])
    return found


def element_columns(columns: Columns, tree: Tree, element: I64, scores: WordScores, rows: F64) -> None:
    """Writes the columns of what is around each block, whose innermost element is `element`.

    A row of `rows` is a block's 1, its tokens, those outside links, those of running text, and whether it has any.
    """
    told, lore = tell_elements(tree, scores)
    whole = rows.sum(axis=0)
    columns.put("depth", told[_climb.DEPTH, element])
    columns.put("tag_p", lore[tree.kind[element], TAG] == _TAG_CODES)
    around = told[_climb.INSIDE : _climb.OWN, element]
    columns.put("in_nav", around)
    columns.put("words_own", _said(told[_climb.OWN :, element], rows[:, 1]))
    commented = around[-1] < _NEAR
    columns.part("page_comments", 1)[:] = rows[commented, 2].sum() / max(whole[2], 1)
    _groups(columns, tree, element, rows, whole)
    _alike(columns, tree, element, rows, whole[2])


def _groups(columns: Columns, tree: Tree, element: I64, rows: F64, whole: F64) -> None:
    kernels, size = loops(), tree.parents.size
    mass = np.zeros((size, rows.shape[1]))
    kernels.add_rows(element, rows, mass)
    kernels.gather(tree.parents, mass)
    count, total, own_text, long, long_blocks = sums = np.ascontiguousarray(mass.T)
    found = np.empty((_GROUP_COLUMNS, size), dtype=np.float32)
    found[:2] = np.log1p(sums[[0, 2]])
    found[2:4] = _shares(total, own_text, long)
    found[4] = long / max(whole[3], 1)
    found[5] = long_blocks / np.maximum(count, 1)
    part = columns.part("group0_blocks", GROUP_LEVELS * _GROUP_COLUMNS)
    part.reshape(GROUP_LEVELS, _GROUP_COLUMNS, -1)[:] = found[:, tree.around(element)].swapaxes(0, 1)
    best, up = np.full(size + 1, -1, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    steps = kernels.find_core(tree.parents, long, whole[3], _SAME_MASS, best, up)
    near = up[element]
    columns.put("to_core", np.where((near < 0) & (steps >= 0), steps, near))


def _alike(columns: Columns, tree: Tree, element: I64, rows: F64, own_text: float) -> None:
    kind, sums = alike_of(tree, element, rows)
    found = np.empty((_ALIKE_COLUMNS, sums.shape[1]), dtype=np.float32)
    found[:2] = np.log1p(sums[[0, 2]])
    found[2:4] = _shares(*sums[1:4])
    found[4] = sums[2] / max(own_text, 1)
    columns.put("alike_blocks", found[:, kind])


def _shares(total: F64, own_text: F64, long: F64) -> tuple[F64, F64]:
    """The share of tokens in links, and in running text."""
    least = np.maximum(total, 1)
    return 1 - own_text / least, long / least


def alike_of(tree: Tree, element: I64, rows: F64) -> tuple[I64, F64]:
    """A number for every block, equal for those whose elements are of one kind in elements of the same names; and the
    sums of the rows of those of each number, as columns."""
    kind = tree.signatures[element]
    sums = np.zeros((int(kind.max()) + 1, rows.shape[1]))
    loops().add_rows(kind, rows, sums)
    return kind, np.ascontiguousarray(sums.T)
