"""The HTML parser behind one door: a page as a stream of what a browser shows, and as what its head declares.

Nothing else names the parser (lexbor, through selectolax). It builds the tree the HTML standard asks for, whatever
the markup; where the standard's own algorithms are quadratic (an element inside a hundred thousand others, an element
with a hundred thousand attributes, formatting that is reopened in every paragraph), the markup is tamed before it is
parsed: tags beyond a depth become line breaks and their text stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from cleantext.config import LimitsConfig
from cleantext.errors import LimitExceededError
from cleantext.pages._layout import character_classes
from cleantext.pages.compiled import meet, pays
from cleantext.pages.tags import BLOCK_TAGS, UNSHOWN, VOID, key

__all__ = ["CLOSE", "OPEN", "TEXT", "TREE_FAULTS", "Dom", "Event", "Head", "decode_email", "is_hidden", "parse"]

OPEN, CLOSE, TEXT = 0, 1, 2
# What happened, the tag (or the text), and the attributes of an element that opens.
Event = tuple[int, str, Mapping[str, str | None]]

# What libraries that read lxml trees have raised on odd pages; a page that does that to one goes to another.
TREE_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Their end is implied by the next of their kind: any number of them in a row is no depth.
_IMPLIED = _names("body caption colgroup dd dt head html li optgroup option p rb rp rt rtc tbody td tfoot th thead tr")
# Readings, which are not shown as text: where blocks around them go, nothing ends them any more.
_READINGS = _names("rp rt rtc")
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
# Any number of these are reopened in the next block; of links only the last.
_REOPENED = _FORMATTING - {"a"}
# "Special" elements of the standard: an ordinary end tag does not reach through them.
_SPECIAL = (BLOCK_TAGS | _names("applet iframe marquee object script style template title")) - {"dialog"}
_SCOPES = _names("applet marquee math object select svg table template")
_RAW_TEXT = _names("script style")
_NO_ARTICLE = ("nav", "footer", "select", "button", "iframe", "input", "link")
_UNSHOWN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE | re.ASCII)

# More open formatting elements than this are reopened in no paragraph.
_MAX_FORMATTING = 16
_MAX_ATTRIBUTES = 1024
# So few tags for each level allowed cannot take the parser long, whatever they are; nor so few formatting elements
# reopened at every tag. Such pages are parsed as they are, however deep.
_FEW_TAGS, _FEW_REOPENED = 24, 600_000
# Three times what the largest of two thousand labelled pages have, or more; and the slowest reading measured.
_EASY_NODES, _EASY_TABLES, _EASY_LISTS = 50_000, 300, 1500
_EASY_NODES_PER_SECOND = 2000
_REOPENED_START = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/>]", re.IGNORECASE | re.ASCII
)
_TAG = re.compile(r"<(?:(/?)([a-zA-Z][^\s/>]*)|!--)")
_COMMENT_END = re.compile(r"(?<=<!--)-?>|--!?>")
_RAW_END = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in _RAW_TEXT}
# One attribute of a start tag as the standard's tokenizer reads it (13.2.5.32 to 13.2.5.39).
_ATTRIBUTE = r"""(?:[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|(?!>)[^\s>"'][^\s>]*+)?+)?+)"""
_MANY_ATTRIBUTES = re.compile(rf"(<[a-zA-Z][^\s/>]*+{_ATTRIBUTE}{{{_MAX_ATTRIBUTES}}})({_ATTRIBUTE}++)")
_BETWEEN_ATTRIBUTES = re.compile(r"(</script\s*>)|[\s/\"'>=]", re.IGNORECASE)
_DECLARING = 'meta, title, link[rel="canonical"], script[type*="ld+json" i]'
_DATED = 'time[pubdate], [itemprop="datePublished"], time[datetime], abbr.published, .entry-date, .post-date'
_SIGNED = (
    '[rel~="author"], [itemprop="author"] [itemprop="name"], a[href*="/author/"], [class*="author-name"],'
    ' [class*="author_name"], [class*="byline"] a, [class*="byline"], .author a, .author'
)
_MAX_MARKED = 5
# Elements of which nothing is shown.
_NOT_WRITTEN = frozenset({"head", "script", "style"})
# Most pages have fewer pieces in their body than a tenth of this.
_MANY_PIECES = 1000
# Attributes that may hide an element.
_HIDING = frozenset({"hidden", "style"})
# Blocks that stay hidden where an attribute hides them.
_NEVER_FOLDED = frozenset({"dialog", "table"})
_NO_ATTRIBUTES: Mapping[str, str | None] = {}
_WEIGHT = re.compile(r"<(?:script|style|svg)(?=[\s/>])|<!--", re.IGNORECASE)
_WEIGHT_END = {f"<{name}": re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style", "svg")} | {
    "<!--": _COMMENT_END
}
_JSON_LD = re.compile(r"[^<>]{0,500}ld\+json", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-fA-F]{6,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a page declares of itself.

    `meta` maps lower-case names, properties and itemprops of meta elements to their contents.
    """

    title: str = ""
    canonical: str = ""
    language: str = ""
    meta: Mapping[str, str]
    json_ld: tuple[str, ...] = ()


class Dom:
    """A parsed page.

    `html` is the markup that was parsed: the page's own, or a tamer copy where `flattened`. `nodes` counts those of the
    tree that were read, up to the limit; `truncated` says that there were more. `hidden` counts the characters last
    left out because of an attribute. `head` is what the page declares of itself, wherever in the page it does so.
    """

    def __init__(self, html: str, limits: LimitsConfig, utf8: bytes | None = None) -> None:
        code = html.encode("utf-8", "replace") if utf8 is None else utf8
        self.html = html if _is_calm(code, limits.max_depth) else _tame(html, limits.max_depth)
        self.flattened = self.html is not html
        self.nodes = 0
        self.hidden = 0
        self.truncated = False
        self.max_nodes = limits.max_nodes
        self._easy_nodes = min(_EASY_NODES, int(limits.max_seconds * _EASY_NODES_PER_SECOND))
        self._bytes = self.html.encode("utf-8", "replace") if self.flattened else code
        self._parser = LexborHTMLParser(self._bytes, scripting=True)
        # While the processor still has the tree at hand, it takes a third of the time.
        self.head = self._read_head()

    def events(self, *, hidden: bool = False, inside: Callable[[], bool] = bool) -> Iterator[Event]:
        """What the page shows, in document order: elements opening and closing, and text as the parser gives it.

        An element a browser does not show is left out with all that is in it, but for blocks outside tables that an
        attribute hides until a script shows them (`is_hidden`). These are left out as well where `inside` says that
        text of the line they stand in came before. `hidden` shows all that scripts may reveal, and what is there for
        browsers without them. Obfuscated e-mail addresses come out readable.
        """
        unshown = UNSHOWN - {"noscript"} if hidden else UNSHOWN
        node, open_tags = self._parser_for(hidden=hidden).root, list[str]()
        self.nodes = self.hidden = 0
        while node is not None:
            self.nodes += 1
            if self.nodes > self.max_nodes:
                self.truncated = True
                break
            if node.is_text_node:
                node, following, text = _whole_text(node)
                yield TEXT, text, _NO_ATTRIBUTES
            else:
                tag = node.tag or "" if node.is_element_node else "template"  # which is never shown, as a comment
                if tag not in unshown:
                    attributes = node.attributes
                    instead = self._instead(node, tag, attributes, None if hidden else open_tags, inside)
                    if instead is None:
                        yield OPEN, tag, attributes
                        child = node.first_child
                        if child is not None:
                            open_tags.append(tag)
                            node = child
                            continue
                        yield CLOSE, tag, _NO_ATTRIBUTES
                    elif instead:
                        yield TEXT, instead, _NO_ATTRIBUTES
                following = node.next
            while following is None and open_tags and node is not None:
                yield CLOSE, open_tags.pop(), _NO_ATTRIBUTES
                node = node.parent
                following = node.next if node is not None else None
            node = following if open_tags else None
        for tag in reversed(open_tags):
            yield CLOSE, tag, _NO_ATTRIBUTES

    def _instead(
        self,
        node: LexborNode,
        tag: str,
        attributes: Mapping[str, str | None],
        open_tags: Sequence[str] | None,
        inside: Callable[[], bool],
    ) -> str | None:
        """The address an element hides, nothing where it shows nothing, and None where it shows what is in it."""
        if not attributes and tag != "dialog":
            return None
        if (tag == "a" or "data-cfemail" in attributes) and (email := _email(tag, attributes)):
            return email
        if open_tags is None or not (_HIDING & attributes.keys() or tag == "dialog") or not is_hidden(tag, attributes):
            return None
        if tag in BLOCK_TAGS and tag not in _NEVER_FOLDED and not inside() and "table" not in open_tags:
            return None
        self.hidden += len(node.text())
        return ""

    def markup(self, *, hidden: bool = False) -> str:
        """The page as the parser understood it, written out: well nested, its text escaped, its head empty.

        `hidden` has what is there for browsers without scripts as elements. Empty where there is no page.
        """
        root = self._parser_for(hidden=hidden).root
        return _written(root) if root else ""

    def _parser_for(self, *, hidden: bool) -> LexborHTMLParser:
        if hidden and b"<noscript" in self._bytes.lower():
            return LexborHTMLParser(self._bytes)
        return self._parser

    @cached_property
    def unscripted(self) -> int:
        """How many characters of markup the page's body has for browsers without scripts."""
        return sum(len(node.text()) for node in self._parser.css("body noscript"))

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """What the elements say that mark up an author, the first few in document order."""
        return tuple(" ".join(node.text().split()) for node in self._parser.css(_SIGNED)[:_MAX_MARKED])

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """What the elements say that mark up a date, the first few in document order."""
        return tuple(_date_of(node) for node in self._parser.css(_DATED)[:_MAX_MARKED])

    @cached_property
    def is_easy(self) -> bool:
        """Whether tools that are quadratic in tables or lists, as trafilatura is, read the page in the time allowed."""
        within = self.nodes <= self._easy_nodes and not self.truncated
        return within and len(self._parser.css("table")) <= _EASY_TABLES and len(self._parser.css("ul")) <= _EASY_LISTS

    @cached_property
    def slim(self) -> str:
        """The markup without scripts, styles, drawings and comments, for tools that parse it again; JSON-LD stays."""
        pieces, start, position, unclosed = [], 0, 0, set[str]()
        while match := _WEIGHT.search(self.html, position):
            name, position = match[0].lower(), match.end()
            if name in unclosed or (name == "<script" and _JSON_LD.match(self.html, position)):
                continue
            end = _WEIGHT_END[name].search(self.html, position)
            if end is None:
                unclosed.add(name)
                continue
            pieces.append(self.html[start : match.start()])
            start = position = end.end()
        return "".join([*pieces, self.html[start:]])

    @cached_property
    def tree(self) -> Any:
        """The page as trafilatura and htmldate read it: an lxml tree, or None where lxml makes no page of it.

        Menus, page ends, controls and links without text are left out: that is a tenth of the time, and no article.
        """
        from trafilatura import load_html  # noqa: PLC0415 - a second to import, and only some pages need it

        try:
            tree = load_html(self.slim)
        except TREE_FAULTS:
            return None
        if tree is None or tree.tag != "html":
            return None
        for element in list(tree.iter(*_NO_ARTICLE)):
            element.drop_tree()
        return tree

    def _read_head(self) -> Head:
        """What the page declares of itself, wherever in the page it does so."""
        meta: dict[str, str] = {}
        titles, canonical, json_ld = list[str](), list[str](), list[str]()
        for node in self._parser.css(_DECLARING):  # all at one walk over the tree
            tag, attributes = node.tag, node.attributes
            if tag == "title":
                titles.append(node.text())
            elif tag == "link":
                canonical.append((attributes.get("href") or "").strip())
            elif tag == "script":
                if _is_json_ld(attributes):
                    json_ld.append(node.text())
            elif content := (attributes.get("content") or "").strip():
                for kind in ("property", "name", "itemprop", "http-equiv"):
                    if name := attributes.get(kind):
                        meta.setdefault(name.strip().lower(), content)
        root = self._parser.root
        return Head(
            title=" ".join("".join(titles[:1]).split()),
            canonical="".join(canonical[:1]),
            language=(root.attributes.get("lang") or "").strip() if root else "",
            meta=meta,
            json_ld=tuple(json_ld),
        )


def parse(html: str, limits: LimitsConfig | None = None, *, utf8: bytes | None = None) -> Dom:
    """`html` parsed, whatever its markup. Raises LimitExceededError where it is longer than `max_bytes`.

    `utf8` is `html` in UTF-8, where the caller has it.
    """
    limits = limits or LimitsConfig()
    if len(html) > limits.max_bytes:
        raise LimitExceededError(f"is over the limit of {limits.max_bytes:,} bytes a document (--max-bytes)")
    meet(len(html))
    return Dom(html, limits, utf8)


def decode_email(code: str) -> str | None:
    """The address behind a `data-cfemail` code: hexadecimal, each byte XORed with the first (Cloudflare)."""
    if not _HEX.fullmatch(code) or len(code) % 2:
        return None
    key, *coded = bytes.fromhex(code)
    address = bytes(byte ^ key for byte in coded).decode("utf-8", "replace")
    return address if "@" in address and address.isprintable() else None


def _written(node: LexborNode) -> str:
    """An element, the page's or its body, written out. Of its head, a quarter of many a page, nothing is shown, nor of
    the scripts right in its body, another quarter: of these only where they stand. A body of very many parts is not
    taken apart, as the parser writes it out at once in less time."""
    pieces = [f"<{node.tag}"]
    for name, value in node.attributes.items():
        escaped = (value or "").replace("&", "&amp;").replace('"', "&quot;")
        pieces.append(f' {name}="{escaped}"')
    pieces.append(">")
    child = node.first_child
    while child is not None:
        tag = child.tag
        if tag in _NOT_WRITTEN:
            pieces.append(f"<{tag}></{tag}>")
        else:
            pieces.append(_written(child) if tag == "body" else child.html or "")
        if len(pieces) > _MANY_PIECES:
            return node.html or ""
        child = child.next
    return "".join([*pieces, f"</{node.tag}>"])


def _whole_text(node: LexborNode) -> tuple[LexborNode, LexborNode | None, str]:
    """The last of the text nodes in a row that begins with `node`, the node behind it, and their text: one node to
    the reader."""
    text, following = node.text_content or "", node.next
    if following is None or not following.is_text_node:
        return node, following, text
    pieces = [text]
    while following is not None and following.is_text_node:
        node = following
        pieces.append(node.text_content or "")
        following = node.next
    return node, following, "".join(pieces)


def _email(tag: str, attributes: Mapping[str, str | None]) -> str | None:
    code = attributes.get("data-cfemail")
    if not code and tag == "a":
        _before, _, code = (attributes.get("href") or "").partition("/cdn-cgi/l/email-protection#")
    return decode_email(code) if code else None


def is_hidden(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an attribute hides an element."""
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if tag == "dialog" and "open" not in attributes:
        return True
    style = attributes.get("style")
    return bool(style and _UNSHOWN_STYLE.search(style))


def _date_of(node: LexborNode) -> str:
    attributes = node.attributes
    return attributes.get("datetime") or attributes.get("content") or attributes.get("title") or node.text()[:100]


def _is_json_ld(attributes: Mapping[str, str | None]) -> bool:
    return (attributes.get("type") or "").strip().lower() == "application/ld+json"


def _tame(html: str, max_depth: int) -> str:
    """`html` itself, or where it is deeper or busier than the parser can take in linear time, a tamer copy."""
    html = _MANY_ATTRIBUTES.sub(_merge_attributes, html)
    if _is_quick(html.count("<"), len(_REOPENED_START.findall(html)), max_depth):
        return html
    scan, edits = _Scan(max_depth), list[tuple[int, int, str]]()
    position = 0
    while match := _TAG.search(html, position):
        position = match.end()
        name = match[2]
        if name is None:
            end = _COMMENT_END.search(html, position)
            position = end.end() if end else len(html)
            continue
        # Only ASCII letters are the same as small ones to the parser (13.2.5.8).
        name = name.lower() if name.isascii() else name
        if match[1]:
            new = scan.close(name)
        else:
            new = scan.open(name)
            if name in _RAW_TEXT and not scan.foreign:
                end = _RAW_END[name].search(html, position)
                position = end.start() if end else len(html)
        if new:
            edits.append((match.start(2), match.end(2), new))
    if not edits:
        return html
    pieces, last = list[str](), 0
    for start, stop, new in edits:
        pieces += [html[last:start], new]
        last = stop
    return "".join([*pieces, html[last:]])


def _is_quick(tags: int, reopened: int, max_depth: int) -> bool:
    return tags <= _FEW_TAGS * max_depth and tags * reopened <= _FEW_REOPENED


def _is_calm(code: bytes, max_depth: int) -> bool:
    """Whether a compiled look at markup in UTF-8, where that pays, finds nothing to tame."""
    if not code or not pays("_look"):
        return False
    from cleantext.pages._look import look, needs_taming  # noqa: PLC0415 - numba is loaded by those who need it

    codes, chars = np.frombuffer(code, dtype=np.uint8), character_classes()
    many, tags, reopened = look(codes, chars, _reopened_keys(), _MAX_ATTRIBUTES)
    if many or _is_quick(tags, reopened, max_depth):
        return not many
    return not needs_taming(codes, chars, *_depth_kinds(), max_depth, _MAX_FORMATTING)


@cache
def _depth_kinds() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The keys of the elements that mean something to the depth, and what: the bits of `_look`, in its order."""
    link, drawings, table = _names("a"), _names("svg math"), _names("table")
    alone = _FORMATTING | {"form"}
    sets = (
        *(VOID | _IMPLIED, _REOPENED, _FORMATTING, link, _SPECIAL),
        *(_SCOPES, drawings, _RAW_TEXT, alone, table),
    )
    names = sorted(set().union(*sets))
    kinds = [sum((name in tags) << bit for bit, tags in enumerate(sets)) for name in names]
    return np.array([key(name) for name in names]), np.array(kinds)


@cache
def _reopened_keys() -> npt.NDArray[np.int64]:
    return np.array([key(name) for name in sorted(_REOPENED)], dtype=np.int64)


def _merge_attributes(match: re.Match[str]) -> str:
    """A tag's attributes beyond the limit as one attribute; an end of a script in what was no tag stays."""
    return match[1] + " " + _BETWEEN_ATTRIBUTES.sub(lambda found: found[1] or "_", match[2])


class _Scan:
    """The open elements as the standard's tree builder would have them, or more: never fewer on any markup we know.

    `open` and `close` answer with the name to put in a tag's place where it would go too deep: `br` for a block, so
    that its text stays apart, `wbr` otherwise. Neither can have anything inside it.
    """

    def __init__(self, max_depth: int) -> None:
        self._max_depth = max_depth
        self._stack: list[str] = []
        self._open: dict[str, int] = {}
        self._excess: dict[str, int] = {}
        self._formatting = 0

    @property
    def foreign(self) -> bool:
        """Whether we may be inside SVG or MathML, where a script's content is markup."""
        return bool(self._open.get("svg") or self._open.get("math"))

    def open(self, name: str) -> str | None:
        if name in VOID or name in _IMPLIED:
            return "wbr" if name in _READINGS and len(self._stack) >= self._max_depth else None
        if name == "a" and self._open.get("a"):
            self._remove(len(self._stack) - 1 - self._stack[::-1].index("a"))
        formatting = name in _REOPENED
        if len(self._stack) >= self._max_depth or (formatting and self._formatting >= _MAX_FORMATTING):
            self._excess[name] = self._excess.get(name, 0) + 1
            return "br" if name in BLOCK_TAGS else "wbr"
        self._stack.append(name)
        self._open[name] = self._open.get(name, 0) + 1
        self._formatting += formatting
        return None

    def close(self, name: str) -> str | None:
        if self._excess.get(name):
            self._excess[name] -= 1
            return "br" if name in BLOCK_TAGS else "wbr"
        if not self._open.get(name):
            return None
        # An end tag that the tree builder would ignore is ignored: that can only overstate the depth.
        barriers = _SCOPES if name in _SPECIAL or name in _FORMATTING else _SPECIAL | _SCOPES
        for i in range(len(self._stack) - 1, -1, -1):
            if self._stack[i] == name:
                self._close_at(i, name)
                break
            if self._stack[i] in barriers and name != "table":
                break
        return None

    def _close_at(self, i: int, name: str) -> None:
        if name in _FORMATTING or name == "form":
            self._remove(i)
            return
        while len(self._stack) > i:
            self._remove(len(self._stack) - 1)

    def _remove(self, i: int) -> None:
        name = self._stack.pop(i)
        self._open[name] -= 1
        self._formatting -= name in _REOPENED
