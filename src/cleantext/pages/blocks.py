"""Cut a page into blocks: its text in document order, each piece with its type and what surrounds it.

The blocks, one a line, are the page's naive dump: the source text that every later span counts in. A text node lies
in exactly one block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleantext.config import LimitsConfig
from cleantext.pages.dom import BLOCK_TAGS, OPEN, TEXT, Dom, Event, parse
from cleantext.pages.elements import Element

__all__ = ["Block", "Page", "cut_page", "parse_page"]

# White space as HTML knows it; a no-break or an ideographic space is a character like others.
_SPACES = re.compile(r"[ \t\n\r\f]+")
# A line break in the markup between two wide characters is no space (CSS Text 3, 4.1.3).
_WIDE = "\u2e80-\u303f\u3040-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_WIDE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t\f]*[\n\r][ \t\n\r\f]*(?=[{_WIDE}])")
_ENDED = re.compile(r"[。！？!?.…：:；;」』”\"’）)]$")
_INDENT = re.compile(r"(?:\u3000|\xa0){2}")
_WORDS = re.compile(r"[a-z0-9]+")

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dl", "dir"})
_LANDMARKS = {name: name for name in ("nav", "header", "footer", "aside", "main", "article", "form")} | {
    "search": "form",
    "dialog": "dialog",
    "select": "form",
}
_ROLES = {
    "navigation": "nav",
    "menu": "nav",
    "menubar": "nav",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "main": "main",
    "article": "article",
    "search": "form",
    "dialog": "dialog",
    "alertdialog": "dialog",
}
# Class and id words of this many of the nearest ancestors that have any describe where a block stands.
_ANCESTORS = 4
_MAX_WORDS = 24
# A table with a cell longer than this lays out a page rather than data.
_MAX_CELL = 400
# A page that shows less than this, or hides more than so many times what it shows, is shown whole.
_LITTLE = 100
_MOSTLY_HIDDEN = 4
_HAN = re.compile("[\u3400-\u9fff]+")
_CHINESE = 0.1
# Lines between single <br> that are wider than this on average and end like sentences are paragraphs.
_PARAGRAPH_COLUMNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a page's text at [start, end) of its source text.

    `kind` is text, heading, list, table, code or quote; `level` a heading's level or a list's depth; `link_density`
    the share of its characters inside links; `landmark` the nearest of nav, header, footer, aside, main, article,
    form and dialog around it, by tag or role; `tags` the elements around it, innermost last; `words` the lower-case
    words of the class and id attributes around it; `element` the place of the innermost one in `Page.elements`.
    """

    text: str
    start: int
    end: int
    kind: str = "text"
    level: int = 0
    link_density: float = 0.0
    landmark: str = ""
    tags: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    element: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page's blocks in document order and the text they make, joined by line breaks.

    `elements` are the block elements with text in them, each after the one around it.

    `is_chinese` says that a tenth or more of it is Han characters, `flags` what the limits did: `flattened` (deeper
    than the parser may go), `truncated` (more nodes than allowed).
    """

    source_text: str
    blocks: tuple[Block, ...]
    dom: Dom
    elements: tuple[Element, ...] = ()
    is_chinese: bool = False
    flags: tuple[str, ...] = ()


def parse_page(html: str, limits: LimitsConfig | None = None) -> Page:
    """The blocks of `html`: what a browser shows, without what it does not.

    Raises LimitExceededError where `html` is over the limit of bytes; over the limit of nodes the page is cut there.

    >>> [block.text for block in parse_page("<p>漢<ruby>字<rt>zì</rt></ruby></p><script>x</script>後").blocks]
    ['漢字', '後']
    """
    return cut_page(parse(html, limits))


def cut_page(dom: Dom) -> Page:
    """The blocks of a parsed page. Where it hides most of what it has, scripts reveal that: it is shown as well."""
    drafts = _Cutter().cut(dom.events())
    shown = sum(len(draft.text) for draft in drafts)
    if shown < max(_LITTLE, dom.hidden / _MOSTLY_HIDDEN):
        revealed = _Cutter().cut(dom.events(hidden=True))
        if sum(len(draft.text) for draft in revealed) > _MOSTLY_HIDDEN * shown:
            drafts = revealed
    blocks: list[Block] = []
    position, words = 0, dict[str, frozenset[str]]()
    elements, places = list[Element](), dict[int, int]()
    for draft in drafts:
        blocks.append(_block(draft, position, words, _place(draft.scope, elements, places)))
        position = blocks[-1].end + 1
    flags = [name for name in ("flattened", "truncated") if getattr(dom, name)]
    text = "\n".join(block.text for block in blocks)
    han = len(text) - len(_HAN.sub("", text))
    return Page(
        source_text=text,
        blocks=tuple(blocks),
        dom=dom,
        elements=tuple(elements),
        is_chinese=han >= max(1, _CHINESE * len(text)),
        flags=tuple(flags),
    )


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

    def __init__(self) -> None:
        self._drafts: list[_Draft] = []
        self._scope = _Scope()
        self._stack: list[_Scope] = []
        self._pieces: list[str] = []
        self._linked = 0
        self._breaks = 0
        self._tables: list[_Table] = []

    def cut(self, events: Iterator[Event]) -> list[_Draft]:
        for kind, name, attributes in events:
            if kind == TEXT:
                if not self._pieces and name.isspace() and not self._scope.preformatted:
                    continue
                self._pieces.append(name)
                if self._scope.link:
                    self._linked += len("".join(name.split()))
            elif kind == OPEN:
                self._open(name, attributes)
            else:
                self._close(name)
        while self._stack:
            self._close(self._scope.tag)
        self._flush()
        return _join_broken(self._drafts)

    def _open(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        if tag == "br":
            self._break()
        elif tag in BLOCK_TAGS:
            self._flush()
            self._breaks = 0
            self._open_table_part(tag)
        self._stack.append(self._scope)
        self._scope = _inner(self._scope, tag, attributes)

    def _close(self, tag: str) -> None:
        if tag in BLOCK_TAGS:
            self._flush()
            self._breaks = 0
            if tag == "table" and self._tables:
                self._close_table(self._tables.pop())
            elif tag in ("td", "th") and self._tables:
                self._close_cell()
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
        self._pieces, self._linked = [], 0
        if self._scope.preformatted:
            text = raw.replace("\r\n", "\n").replace("\r", "\n").rstrip().lstrip("\n")
        else:
            text = _SPACES.sub(" ", _WIDE_BREAK.sub("", raw)) if _SPACES.search(raw) else raw
        stripped = text if self._scope.kind == "code" else text.strip()
        if not stripped.strip():
            return
        indented = bool(_INDENT.match(text.lstrip(" ")))
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
    """What `scope` becomes inside an element."""
    if tag not in BLOCK_TAGS:
        return scope if tag != "a" or scope.link else _linked(scope)
    kind, level, lists = scope.kind, scope.level, scope.lists
    if tag in _HEADINGS:
        kind, level = "heading", _HEADINGS[tag]
    elif tag in _LISTS:
        lists += 1
    elif tag in ("li", "dt", "dd") and kind != "heading":
        kind, level = "list", max(lists, 1)
    elif tag in ("pre", "listing", "xmp", "plaintext"):
        kind, level = "code", 0
    elif tag == "blockquote" and kind == "text":
        kind = "quote"
    role = (attributes.get("role") or "").strip().lower() if attributes else ""
    landmark = _ROLES.get(role) or _LANDMARKS.get(tag) or scope.landmark
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip() if attributes else ""
    return _Scope(
        tag=tag,
        kind=kind,
        level=level,
        landmark=landmark,
        lists=lists,
        link=scope.link or tag == "a",
        preformatted=scope.preformatted or kind == "code",
        parent=scope,
        names=names,
    )


def _linked(scope: _Scope) -> _Scope:
    return _Scope("a", scope.kind, scope.level, scope.landmark, scope.lists, True, scope.preformatted, scope)


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
    return longest <= (_MAX_CELL * 4 if table.headed else _MAX_CELL) and crowded * 4 <= sum(len(row) for row in rows)


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
    ended = sum(bool(_ENDED.search(draft.text)) for draft in run)
    return columns >= _PARAGRAPH_COLUMNS * len(run) and ended * 2 >= len(run)


def _place(scope: _Scope | None, elements: list[Element], places: dict[int, int]) -> int:
    """The place of the block element of `scope` among `elements`, where it and those around it are put if need be."""
    chain: list[_Scope] = []
    while scope and id(scope) not in places:
        if scope.tag in BLOCK_TAGS:
            chain.append(scope)
        scope = scope.parent
    place = places[id(scope)] if scope else -1
    for inner in reversed(chain):
        elements.append(Element(place, inner.tag, inner.names))
        place = places[id(inner)] = len(elements) - 1
    return place


def _block(draft: _Draft, start: int, words: dict[str, frozenset[str]], element: int) -> Block:
    tags, names, at = list[str](), list[str](), draft.scope
    while at.parent and len(names) < _ANCESTORS and len(tags) < 2 * _ANCESTORS:
        tags.append(at.tag)
        if at.names:
            names.append(at.names)
        at = at.parent
    for name in names:
        if name not in words:
            words[name] = frozenset(_WORDS.findall(name.lower())[:_MAX_WORDS])
    return Block(
        text=draft.text,
        start=start,
        end=start + len(draft.text),
        kind=draft.scope.kind,
        level=draft.scope.level,
        link_density=min(1.0, draft.linked / max(1, len("".join(draft.text.split())))) if draft.linked else 0.0,
        landmark=draft.scope.landmark,
        tags=tuple(reversed(tags)),
        words=frozenset().union(*(words[name] for name in names)),
        element=element,
    )
