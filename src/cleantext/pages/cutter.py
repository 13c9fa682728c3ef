"""The plain walk: a page's events cut into blocks. It says what blocks are; the compiled walk must equal it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cleantext.pages.dom import OPEN, TEXT, Dom, Event, is_hidden
from cleantext.pages.page import Arrays
from cleantext.pages.tags import (
    BLOCK_TAGS,
    CODE_TAGS,
    HEADINGS,
    ITEMS,
    KINDS,
    LANDMARK_TAGS,
    LANDMARKS,
    LISTS,
    ROLES,
    tag_table,
)

__all__ = ["cut_events"]

# White space as HTML knows it; a no-break or an ideographic space is a character like others.
_SPACES = re.compile(r"[ \t\n\r\f]+")
# A line break in the markup between two wide characters is no space (CSS Text 3, 4.1.3).
_WIDE = "\u2e80-\u303f\u3040-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_WIDE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t\f]*[\n\r][ \t\n\r\f]*(?=[{_WIDE}])")
# What a paragraph ends with.
ENDS = '。！？!?.…：:；;」』”"’）)'
_COLLAPSES = re.compile(r"[\t\n\r\f]|  ")
_INDENTS = frozenset({"\u3000\u3000", "\u3000\xa0", "\xa0\u3000", "\xa0\xa0"})
# Elements that say what kind of text is in them.
_KINDRED = frozenset({*HEADINGS, *LISTS, *ITEMS, *CODE_TAGS, "blockquote"})
_KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}
_LANDMARK_CODES = {landmark: code for code, landmark in enumerate(LANDMARKS)}
_TAG_CODES = {tag: code for code, tag in enumerate(tag_table().names)}
# A table with a cell longer than this lays out a page rather than data.
MAX_CELL = 400
# Lines between single <br> that are wider than this on average and end like sentences are paragraphs.
PARAGRAPH_COLUMNS = 40
# A page that shows less than this, or hides more than so many times what it shows, is shown whole. One that shows
# less than the last may be a mere frame for scripts, around the page itself for browsers without them.
_LITTLE, MOSTLY_HIDDEN, _SCANT = 100, 4, 1000


def cut_events(dom: Dom) -> tuple[str, Arrays]:
    """The text and the blocks of a parsed page, from its events.

    Where a page hides most of what it has, it is shown as well.
    """
    cutter = _Cutter()
    drafts = cutter.cut(dom.events(inside=cutter.is_inside))
    shown, hidden = (sum(len(one.text) for one in drafts if one.scope.hidden is hides) for hides in (False, True))
    if may_hide_most(dom, shown, hidden):
        revealed = _Cutter(reveal=True).cut(dom.events(hidden=True))
        if sum(len(draft.text) for draft in revealed) > MOSTLY_HIDDEN * shown:
            drafts = revealed
    return "\n".join(draft.text for draft in drafts), _arrays(drafts)


def may_hide_most(dom: Dom, shown: int, hidden: int) -> bool:
    """Whether a page with so many characters in blocks that are shown and hidden may hide most of what it has: scripts
    reveal that, or it is there for browsers without them."""
    if shown < max(_LITTLE, (hidden + dom.hidden) / MOSTLY_HIDDEN):
        return True
    return shown < _SCANT and shown < dom.unscripted / MOSTLY_HIDDEN


@dataclass(slots=True)
class _Scope:
    """What the open elements make of the text inside them."""

    tag: str = ""
    kind: str = "text"
    level: int = 0
    landmark: str = ""
    lists: int = 0
    link: bool = False
    preformatted: bool = False
    parent: _Scope | None = None
    names: str = ""
    hidden: bool = False


@dataclass(slots=True)
class _Draft:
    """A block in the making. `after_break` counts the <br> that part it from the one before."""

    text: str
    scope: _Scope
    linked: int
    after_break: int = 0
    indented: bool = False


@dataclass(slots=True)
class _Table:
    """An open table: where its drafts begin, and its rows as lists of cells (first draft, last draft + 1)."""

    first: int
    rows: list[list[tuple[int, int]]] = field(default_factory=list)
    cell: int | None = None
    headed: bool = False
    nested: bool = False


class _Cutter:
    """One pass over a page's events."""

    def __init__(self, *, reveal: bool = False) -> None:
        self._reveal = reveal
        self._drafts: list[_Draft] = []
        self._scope = _Scope()
        self._stack: list[_Scope] = []
        self._pieces: list[str] = []
        self._inside = False
        self._linked = 0
        self._breaks = 0
        self._tables: list[_Table] = []

    def is_inside(self) -> bool:
        """Whether there is text in the line already."""
        return self._inside

    def cut(self, events: Iterator[Event]) -> list[_Draft]:
        stack = self._stack
        for kind, name, attributes in events:
            if kind == TEXT:
                if not self._pieces and name.isspace() and not self._scope.preformatted:
                    continue
                self._pieces.append(name)
                self._inside = self._inside or not name.isspace()
                if self._scope.link:
                    self._linked += len("".join(name.split()))
            elif name in BLOCK_TAGS:
                self._part(kind, name, attributes)
            elif kind == OPEN:
                stack.append(self._scope)
                if name == "br":
                    self._break()
                elif name == "a" and not self._scope.link:
                    self._scope = _linked(self._scope)
            else:
                self._scope = stack.pop()
        self._flush()
        return _join_broken(self._drafts)

    def _part(self, kind: int, tag: str, attributes: Mapping[str, str | None]) -> None:
        """A block element opens or closes: the line ends."""
        if self._pieces:
            self._flush()
        self._breaks = 0
        if kind == OPEN:
            self._open_table_part(tag)
            self._stack.append(self._scope)
            self._scope = _inner(self._scope, tag, attributes)
            self._scope.hidden |= not self._reveal and is_hidden(tag, attributes)
            return
        if self._tables:
            self._close_table_part(tag)
        self._scope = self._stack.pop()

    def _break(self) -> None:
        if self._scope.preformatted:
            self._pieces.append("\n")
            return
        self._flush()
        self._breaks += 1

    def _flush(self) -> None:
        """End the line: what was collected becomes a draft, if it shows anything."""
        if not self._pieces:
            return
        raw, linked = "".join(self._pieces), self._linked
        self._pieces, self._linked, self._inside = [], 0, False
        if self._scope.preformatted:
            text = raw.replace("\r\n", "\n").replace("\r", "\n").rstrip().lstrip("\n")
        else:
            text = _SPACES.sub(" ", _WIDE_BREAK.sub("", raw)) if _COLLAPSES.search(raw) else raw
        stripped = text if self._scope.kind == "code" else text.strip()
        if not stripped.strip():
            return
        indented = text.lstrip(" ")[:2] in _INDENTS
        scope = self._scope
        while scope.parent and scope.tag not in BLOCK_TAGS:
            scope = scope.parent
        self._drafts.append(_Draft(stripped, scope, linked, self._breaks, indented))
        self._breaks = 0

    def _open_table_part(self, tag: str) -> None:
        if tag == "table":
            for table in self._tables[-1:]:
                table.nested = True
            self._tables.append(_Table(len(self._drafts)))
        elif self._tables:
            table = self._tables[-1]
            if tag == "tr":
                self._close_cell()
                table.rows.append([])
            elif tag in ("td", "th"):
                self._close_cell()
                table.cell = len(self._drafts)
                table.headed |= tag == "th"

    def _close_table_part(self, tag: str) -> None:
        if tag == "table":
            self._close_table(self._tables.pop())
        elif tag in ("td", "th"):
            self._close_cell()

    def _close_cell(self) -> None:
        table = self._tables[-1]
        if table.cell is not None and table.rows:
            table.rows[-1].append((table.cell, len(self._drafts)))
        table.cell = None

    def _close_table(self, table: _Table) -> None:
        """A table of data becomes one block: its rows on lines, its cells between tabs."""
        for outer in self._tables[-1:]:
            outer.nested |= table.nested
        drafts = [] if table.nested else self._drafts[table.first :]
        in_cells = sum(b - a for row in table.rows for a, b in row)
        if not _is_data(table, drafts) or in_cells < len(drafts) - (1 if _is_caption(drafts) else 0):
            return
        lines = [drafts[0].text] if in_cells < len(drafts) else []
        for row in table.rows:
            cells = [" ".join(draft.text for draft in self._drafts[a:b]).replace("\n", " ") for a, b in row]
            if any(cells):
                lines.append("\t".join(cells).rstrip("\t"))
        scope = replace(drafts[0].scope, kind="table", level=0)
        self._drafts[table.first :] = [_Draft("\n".join(lines).strip(), scope, sum(draft.linked for draft in drafts))]


def _inner(scope: _Scope, tag: str, attributes: Mapping[str, str | None]) -> _Scope:
    """What `scope` becomes inside a block element."""
    kind, level, lists = scope.kind, scope.level, scope.lists
    if tag in _KINDRED:
        if tag in HEADINGS:
            kind, level = "heading", HEADINGS[tag]
        elif tag in LISTS:
            lists += 1
        elif tag in ITEMS:
            if kind != "heading":
                kind, level = "list", max(lists, 1)
        elif tag in CODE_TAGS:
            kind, level = "code", 0
        elif kind == "text":
            kind = "quote"
    landmark = LANDMARK_TAGS.get(tag) or scope.landmark
    names = ""
    if attributes:
        if role := attributes.get("role"):
            landmark = ROLES.get(role.strip(" \t\n\r\f").lower()) or landmark
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
    preformatted = scope.preformatted or kind == "code"
    return _Scope(tag, kind, level, landmark, lists, scope.link, preformatted, scope, names, scope.hidden)


def _linked(scope: _Scope) -> _Scope:
    return _Scope(
        "a", scope.kind, scope.level, scope.landmark, scope.lists, True, scope.preformatted, scope, hidden=scope.hidden
    )


def _is_caption(drafts: Sequence[_Draft]) -> bool:
    return bool(drafts) and drafts[0].scope.tag == "caption"


def _is_data(table: _Table, drafts: Sequence[_Draft]) -> bool:
    """Whether a table holds data, rather than laying out a page: two rows or more of two short cells or more."""
    rows = [row for row in table.rows if row]
    if not drafts or len(rows) < 2 or max(len(row) for row in rows) < 2:
        return False
    if any(draft.scope.kind == "code" for draft in drafts):
        return False
    longest = max(
        sum(len(draft.text) for draft in drafts[a - table.first : b - table.first]) for row in rows for a, b in row
    )
    crowded = sum(b - a > 2 for row in rows for a, b in row)
    return longest <= (MAX_CELL * 4 if table.headed else MAX_CELL) and crowded * 4 <= sum(len(row) for row in rows)


def _join_broken(drafts: list[_Draft]) -> list[_Draft]:
    """Lines parted by single <br> joined again where they are the lines of one paragraph: an address, a stanza."""
    joined: list[_Draft] = []
    i = 0
    while i < len(drafts):
        j = i + 1
        while j < len(drafts) and drafts[j].after_break == 1 and drafts[j].scope is drafts[i].scope:
            j += 1
        run = drafts[i:j]
        if len(run) > 1 and not _are_paragraphs(run):
            text, linked = "\n".join(draft.text for draft in run), sum(draft.linked for draft in run)
            run = [_Draft(text, run[0].scope, linked)]
        joined += run
        i = j
    return joined


def _are_paragraphs(run: Sequence[_Draft]) -> bool:
    if sum(draft.indented for draft in run) * 2 > len(run):
        return True
    columns = sum(len(draft.text.encode("gb18030", "replace")) for draft in run)
    ended = sum(draft.text[-1] in ENDS for draft in run)
    return columns >= PARAGRAPH_COLUMNS * len(run) and ended * 2 >= len(run)


def _arrays(drafts: Sequence[_Draft]) -> Arrays:
    numbers, scopes = dict[int, int](), list[_Scope]()
    elements, places = list[tuple[int, int]](), dict[int, int]()
    rows, start = list[tuple[int, ...]](), 0
    for draft in drafts:
        around, text = draft.scope, draft.text
        scope = numbers.get(id(around))
        if scope is None:
            scope = _number(around, numbers, scopes)
        place = places.get(id(around))
        if place is None:
            place = _place(around, elements, places, numbers)
        kind, landmark = _KIND_CODES[around.kind], _LANDMARK_CODES[around.landmark]
        end = start + len(text)
        sizes = len("".join(text.split())), draft.linked
        rows.append((start, end, kind, landmark, around.level, *sizes, place, scope, around.hidden))
        start = end + 1
    names = ("starts", "ends", "kinds", "landmarks", "levels", "solid", "linked", "elements", "scopes", "hidden")
    columns = np.array(rows, dtype=np.int64).reshape(-1, len(names)).T
    pairs = np.array(elements, dtype=np.int64).reshape(-1, 2)
    parents = [numbers[id(scope.parent)] if scope.parent else -1 for scope in scopes]
    known = {"": 0}
    named = [known.setdefault(scope.names, len(known)) for scope in scopes]
    return Arrays(
        **dict(zip(names, columns, strict=True)),
        element_parents=pairs[:, 0],
        element_scopes=pairs[:, 1],
        scope_parents=np.array(parents, dtype=np.int64),
        scope_tags=np.array([_TAG_CODES[scope.tag] for scope in scopes], dtype=np.int64),
        scope_names=np.array(named, dtype=np.int64),
        names=list(known),
    )


def _number(scope: _Scope, numbers: dict[int, int], scopes: list[_Scope]) -> int:
    """The number of a scope, which follows that of the scope around it."""
    chain, at = list[_Scope](), scope
    while id(at) not in numbers:
        chain.append(at)
        if at.parent is None:
            break
        at = at.parent
    for new in reversed(chain):
        numbers[id(new)] = len(scopes)
        scopes.append(new)
    return numbers[id(scope)]


def _place(
    scope: _Scope | None, elements: list[tuple[int, int]], places: dict[int, int], numbers: Mapping[int, int]
) -> int:
    """The place of the block element of `scope` among `elements`, where it and those around it are put if need be."""
    chain: list[_Scope] = []
    while scope and id(scope) not in places:
        if scope.tag in BLOCK_TAGS:
            chain.append(scope)
        scope = scope.parent
    place = places[id(scope)] if scope else -1
    for inner in reversed(chain):
        elements.append((place, numbers[id(inner)]))
        place = places[id(inner)] = len(elements) - 1
    return place
