"""What the elements around a block say of it: landmarks, class words, and the text they and those like them hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cleantext.pages import _climb
from cleantext.pages.compiled import pays
from cleantext.pages.elements import Element
from cleantext.pages.tags import tag_table
from cleantext.pages.wordscores import Joint, WordScores, name_words

if TYPE_CHECKING:
    from cleantext.pages.page import Arrays

__all__ = [
    "LANDMARKS",
    "WORD_COLUMNS",
    "Tree",
    "element_columns",
    "joint_scores",
    "loops",
    "paths",
    "window_means",
    "word_columns",
]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Add = Callable[[str, npt.NDArray[np.generic]], None]

_TAGS = ("p", "li", "td", "th", "div", "section", "h1", "h2", "h3", "h4", "dt", "dd", "figcaption", "button", "option")
_TAG_CODES = {name: code for code, name in enumerate(_TAGS)}
# What readers add is the last of them.
LANDMARKS = ("nav", "header", "footer", "aside", "main", "article", "form", "dialog", "comments")
_COMMENTS = len(LANDMARKS) - 1
# Class words of what readers add.
_COMMENT_WORDS = frozenset({"comment", "comments", "commentlist", "reply", "replies", "respond", "disqus"})
_ROLES = {
    **{name: name for name in LANDMARKS[:-1]},
    "select": "form",
    "search": "form",
}
_GROUP_LEVELS = 4
# So many blocks before and after a block its words are heard with; an empty one still weighs something.
_REACHES, _LEAST_TOKENS = (2, 6), 0.5
WORD_COLUMNS = (
    *("words_own", "words_parent", "words_path", "words_low", "words_high"),
    *("words_joint", *(f"words_joint{reach}" for reach in _REACHES)),
)
_SAME_MASS = 0.7
# A landmark is no farther than this; so few elements up one counts as around the block.
_FARTHEST, _NEAR = 20.0, 7


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
    def signatures(self) -> I64:
        """A number for every element, equal for those of one kind in elements of the same class and id."""
        numbers: dict[str, int] = {"": 0}
        names = np.array([numbers.setdefault(names, len(numbers)) for _, names in self.kinds], dtype=np.int64)
        around = np.where(self.parents >= 0, names[self.kind[self.parents]], 0)
        found: I64 = np.unique(self.kind * len(numbers) + around, return_inverse=True)[1]
        return found


@lru_cache(maxsize=65_536)
def _marks(tag: str, names: str) -> tuple[int, bool]:
    """The column of an element's landmark, or -1; whether it begins what readers add."""
    landmark = _ROLES.get(tag)
    commented = bool(names) and not _COMMENT_WORDS.isdisjoint(name_words(names))
    return LANDMARKS.index(landmark) if landmark else -1, commented


def loops() -> Any:
    """The loops of `_climb`, compiled where that pays."""
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        return kernels
    return _climb


def paths(tree: Tree, scores: WordScores) -> tuple[I64, F64, F64, F64, F64, F64]:
    """For every element: its depth, how far up each landmark around it is, and its class words' scores: its own, the
    sum along the path, and the least and the greatest on it."""
    size = tree.parents.size
    count = len(tree.kinds)
    own = np.fromiter(starmap(scores.of, tree.kinds), np.float64, count)[tree.kind]
    told = chain.from_iterable(starmap(_marks, tree.kinds))
    marks = np.fromiter(told, np.int64, 2 * count).reshape(-1, 2)[tree.kind]
    depth = np.zeros(size, dtype=np.int64)
    inside = np.full((size, len(LANDMARKS)), _FARTHEST)
    path, lowest, highest = (np.zeros(size) for _ in range(3))
    loops().climb(tree.parents, own, marks[:, 0].copy(), marks[:, 1].copy(), depth, inside, path, lowest, highest)
    return depth, inside, own, path, lowest, highest


def word_columns(tree: Tree, element: I64, scores: WordScores, tokens: F64) -> list[F64]:
    """What class words say of each block, whose innermost element is `element`, in the order of `WORD_COLUMNS`."""
    _, _, own, path, lowest, highest = paths(tree, scores)
    return _said(tree, element, scores.joint, tokens, (own, path, lowest, highest))


def _said(tree: Tree, element: I64, joint: Joint, tokens: F64, alone: tuple[F64, F64, F64, F64]) -> list[F64]:
    own, path, lowest, highest = alone
    parent = tree.parents[element]
    together = joint_scores(tree, joint)[element]
    weights = np.sqrt(tokens + _LEAST_TOKENS)
    windows = window_means(np.column_stack([weights, weights * together]), _REACHES)
    above = own[np.where(parent >= 0, parent, element)]
    return [own[element], above, path[element], lowest[element], highest[element], together, *windows]


def joint_scores(tree: Tree, joint: Joint) -> F64:
    """What the class words on the path down to every element say together, a log-odds but for a constant."""
    starts, words, near = joint.of(tree.kinds)
    shares, size = joint.path, tree.parents.size
    sums = np.zeros(size)
    room = np.zeros(size, dtype=np.int64)
    seen = np.zeros(shares.size, dtype=np.int64)
    loops().add_once(tree.parents, tree.kind, starts, words, shares, seen, room, sums)
    at, is_there = np.arange(size), np.ones(size, dtype=np.bool_)
    for column in near.T:
        sums += np.where(is_there, column[tree.kind[at]], 0.0)
        is_there &= tree.parents[at] >= 0
        at = np.where(is_there, tree.parents[at], at)
    return sums


def window_means(rows: F64, reaches: Sequence[int]) -> list[F64]:
    """For each reach the weighted means over so many blocks before and after each; a row is a block's weight, and its
    value times that."""
    size = rows.shape[0]
    sums = np.vstack([np.zeros((1, 2)), np.cumsum(rows, axis=0)])
    places, found = np.arange(size), list[F64]()
    for reach in reaches:
        within = sums[np.minimum(places + reach + 1, size)] - sums[np.maximum(places - reach, 0)]
        found.append(within[:, 1] / within[:, 0])
    return found


def element_columns(add: Add, tree: Tree, element: I64, scores: WordScores, rows: F64) -> None:
    """Adds the columns of what is around each block, whose innermost element is `element`.

    A row of `rows` is a block's 1, its tokens, those outside links, those of running text, and whether it has any.
    """
    depth, inside, own, path, lowest, highest = paths(tree, scores)
    parent, whole = tree.parents, rows.sum(axis=0)
    add("depth", depth[element])
    tags = np.array([_TAG_CODES.get(tag, -1) for tag, _ in tree.kinds], dtype=np.int64)[tree.kind[element]]
    for code, tag in enumerate(_TAGS):
        add(f"tag_{tag}", tags == code)
    around = inside[element]
    for number, name in enumerate(LANDMARKS):
        add(f"in_{name}", around[:, number])
    words = _said(tree, element, scores.joint, rows[:, 1], (own, path, lowest, highest))
    for name, column in zip(WORD_COLUMNS, words, strict=True):
        add(name, column)
    commented = around[:, _COMMENTS] < _NEAR
    add("page_comments", np.full(element.size, rows[commented, 2].sum() / max(whole[2], 1)))
    kernels = loops()
    mass = np.zeros((parent.size, rows.shape[1]))
    kernels.add_rows(element, rows, mass)
    kernels.gather(parent, mass)
    _groups(add, tree, element, mass, whole[3])
    best, up = np.full(parent.size + 1, -1, dtype=np.int64), np.full(parent.size, -1, dtype=np.int64)
    steps = kernels.find_core(parent, mass[:, 3].copy(), whole[3], _SAME_MASS, best, up)
    add("to_core", np.where((up[element] < 0) & (steps >= 0), steps, up[element]))
    kind = tree.signatures[element]
    alike = np.zeros((int(kind.max()) + 1, rows.shape[1]))
    kernels.add_rows(kind, rows, alike)
    count, total, own_text, long, _ = alike[kind].T
    add("alike_blocks", np.log1p(count))
    add("alike_plain", np.log1p(own_text))
    add("alike_links", 1 - own_text / np.maximum(total, 1))
    add("alike_running", long / np.maximum(total, 1))
    add("alike_share", own_text / max(whole[2], 1))


def _groups(add: Add, tree: Tree, element: I64, mass: F64, running: float) -> None:
    count, total, own_text, long, long_blocks = mass.T
    columns = {
        "blocks": np.log1p(count),
        "plain": np.log1p(own_text),
        "links": 1 - own_text / np.maximum(total, 1),
        "running": long / np.maximum(total, 1),
        "share": long / max(running, 1),
        "long": long_blocks / np.maximum(count, 1),
    }
    at = element
    for level in range(_GROUP_LEVELS):
        for name, values in columns.items():
            add(f"group{level}_{name}", values[at])
        at = np.where(tree.parents[at] >= 0, tree.parents[at], at)
