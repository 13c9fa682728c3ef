"""A page's blocks: arrays with a row for each, and objects made of them on demand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cleantext.pages.dom import Dom
from cleantext.pages.elements import Element
from cleantext.pages.tags import KINDS, LANDMARKS, tag_table

__all__ = ["ANCESTORS", "Arrays", "Block", "Page", "Surroundings", "words_of"]

I64 = npt.NDArray[np.int64]

_WORDS = re.compile(r"[a-z0-9]+")
# Class and id words of this many of the nearest ancestors that have any describe where a block stands.
ANCESTORS = 4
_MAX_WORDS = 24


def words_of(names: str) -> list[str]:
    """The lower-case words of a class and id, the first of them where there are many."""
    return _WORDS.findall(names.lower())[:_MAX_WORDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a page's text at [start, end) of its source text.

    `kind` is text, heading, list, table, code or quote; `level` a heading's level or a list's depth; `link_density`
    the share of its characters inside links; `landmark` the nearest of nav, header, footer, aside, main, article,
    form and dialog around it, by tag or role; `element` the place of the innermost element around it in
    `Page.elements`; `scope` that of the innermost scope among those of the page, which `around` knows.
    """

    text: str
    start: int
    end: int
    kind: str = "text"
    level: int = 0
    link_density: float = 0.0
    landmark: str = ""
    element: int = -1
    scope: int = 0
    around: Surroundings = field(repr=False, compare=False)

    @property
    def tags(self) -> tuple[str, ...]:
        """The elements around it, innermost last."""
        return self.around[self.scope][0]

    @property
    def words(self) -> frozenset[str]:
        """The lower-case words of the class and id attributes around it."""
        return self.around[self.scope][1]


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """What is known of a page's blocks and of the elements around them, a row for each.

    Of a block: [start, end) in the source text; the places of its kind in `KINDS` and of its landmark in `LANDMARKS`;
    its level; how many of its characters are no white space (`solid`) and how many of the page's inside links it
    holds (`linked`); the place of the innermost element with text around it; its scope; whether an attribute hides it
    until a script shows it (`hidden`). Of an element: the place of
    the one around it, and its scope. A scope is a block element or a link, one whose text begins before another's
    first; of it: the one around it, its tag's place in `tag_table().names`, and that of its class and id in `names`,
    where each is once and none is the first. Scope 0 is the page.
    """

    starts: I64
    ends: I64
    kinds: I64
    landmarks: I64
    levels: I64
    solid: I64
    linked: I64
    elements: I64
    scopes: I64
    hidden: I64
    element_parents: I64
    element_scopes: I64
    scope_parents: I64
    scope_tags: I64
    scope_names: I64
    names: Sequence[str]

    @cached_property
    def link_densities(self) -> npt.NDArray[np.float64]:
        """The share of every block's characters inside links."""
        return np.minimum(1.0, self.linked / np.maximum(1, self.solid))

    @property
    def element_tags(self) -> I64:
        """The place of every element's tag in `tag_table().names`."""
        return self.scope_tags[self.element_scopes]

    @property
    def element_names(self) -> list[str]:
        """Every element's class and id."""
        return [self.names[number] for number in self.scope_names[self.element_scopes].tolist()]


class Surroundings:
    """The tags and the words around a scope; each scope is looked at once, and each set of words made once."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._words: dict[str, frozenset[str]] = {}
        self._unions: dict[tuple[str, ...], frozenset[str]] = {}
        self._known: dict[int, tuple[tuple[str, ...], frozenset[str]]] = {}

    @cached_property
    def _scopes(self) -> tuple[list[int], list[str], list[str]]:
        tags = tag_table().names
        arrays = self._arrays
        named = [tags[tag] for tag in arrays.scope_tags.tolist()]
        return arrays.scope_parents.tolist(), named, [arrays.names[number] for number in arrays.scope_names.tolist()]

    def __getitem__(self, scope: int) -> tuple[tuple[str, ...], frozenset[str]]:
        known = self._known.get(scope)
        if known is None:
            known = self._known[scope] = self._of(scope)
        return known

    def _of(self, scope: int) -> tuple[tuple[str, ...], frozenset[str]]:
        tags, names = list[str](), list[str]()
        parents, all_tags, all_names = self._scopes
        while scope > 0 and len(names) < ANCESTORS and len(tags) < 2 * ANCESTORS:
            tags.append(all_tags[scope])
            if name := all_names[scope]:
                names.append(name)
            scope = parents[scope]
        tags.reverse()
        key = tuple(names)
        if key not in self._unions:
            self._unions[key] = frozenset().union(*(self._words_of(name) for name in names))
        return tuple(tags), self._unions[key]

    def _words_of(self, name: str) -> frozenset[str]:
        if name not in self._words:
            self._words[name] = frozenset(words_of(name))
        return self._words[name]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page's blocks in document order and the text they make, joined by line breaks.

    `arrays` is what is known of them; `blocks` and `elements`, the block elements with text in them, each after the
    one around it, are made of it when they are first asked for.

    `is_chinese` says that a tenth or more of it is Han characters, `flags` what the limits did: `flattened` (deeper
    than the parser may go), `truncated` (more nodes than allowed).
    """

    source_text: str
    arrays: Arrays
    dom: Dom
    is_chinese: bool = False
    flags: tuple[str, ...] = ()

    @cached_property
    def shown(self) -> Page:
        """The page without the blocks that an attribute hides."""
        return self.without(self.arrays.hidden > 0) if self.arrays.hidden.any() else self

    def without(self, gone: npt.NDArray[np.bool_]) -> Page:
        """The page without some of its blocks; elements stay."""
        rows, arrays = np.flatnonzero(~gone), self.arrays
        spans = zip(arrays.starts[rows].tolist(), arrays.ends[rows].tolist(), strict=True)
        texts = [self.source_text[start:end] for start, end in spans]
        lengths = np.array([*map(len, texts)], dtype=np.int64)
        ends = np.cumsum(lengths + 1) - 1
        names = ("kinds", "landmarks", "levels", "solid", "linked", "elements", "scopes", "hidden")
        columns = {name: getattr(arrays, name)[rows] for name in names}
        return replace(
            self, source_text="\n".join(texts), arrays=replace(arrays, starts=ends - lengths, ends=ends, **columns)
        )

    @cached_property
    def texts(self) -> list[str]:
        """The text of each block."""
        if self.arrays.starts.size == self.source_text.count("\n") + 1:  # each is a line
            return self.source_text.split("\n")
        spans = zip(self.arrays.starts.tolist(), self.arrays.ends.tolist(), strict=True)
        return [self.source_text[start:end] for start, end in spans]

    @cached_property
    def kinds(self) -> list[str]:
        """The kind of each block."""
        return list(map(KINDS.__getitem__, self.arrays.kinds.tolist()))

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks in document order."""
        return tuple(_blocks(self.source_text, self.arrays))

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The block elements that show text, each after the one around it."""
        arrays = self.arrays
        tags, names = tag_table().names, arrays.element_names
        rows = zip(arrays.element_parents.tolist(), arrays.element_tags.tolist(), names, strict=True)
        return tuple(Element(parent, tags[tag], name) for parent, tag, name in rows)


def _blocks(text: str, arrays: Arrays) -> Iterator[Block]:
    around = Surroundings(arrays)
    columns = (arrays.starts, arrays.ends, arrays.kinds, arrays.landmarks, arrays.levels, arrays.elements)
    rows = zip(
        *(column.tolist() for column in columns),
        arrays.link_densities.tolist(),
        arrays.scopes.tolist(),
        strict=True,
    )
    for start, end, kind, landmark, level, element, density, scope in rows:
        yield Block(
            text=text[start:end],
            start=start,
            end=end,
            kind=KINDS[kind],
            level=level,
            link_density=density,
            landmark=LANDMARKS[landmark],
            element=element,
            scope=scope,
            around=around,
        )
