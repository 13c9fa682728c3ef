"""What the classifier sees of a page: numbers for every block, most of them about what stands around it.

A block is judged by its text (how long, how much of it links, how it is punctuated, what a lexicon says of it), by the
elements it stands in (their tags, landmarks and class words), by its neighbors in reading order, and by the groups it
belongs to: the text of the elements around it and of all blocks with the same signature. Nothing is about one site or
one language; what is about words comes from `wordscores`. A text dump has no elements: what only a page can tell is
NaN there, and the trees have learned to do without.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points
from cleantext.pages.align import bare
from cleantext.pages.cues import CUES, cue_of
from cleantext.pages.elements import Element
from cleantext.pages.wordscores import WordScores, class_words

if TYPE_CHECKING:
    from cleantext.pages.blocks import Page

__all__ = ["Sight", "page_features", "paths"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_OTHER, _CJK, _LOWER, _UPPER, _DIGIT, _END, _COMMA, _PUNCT, _SPACE, _LETTER, _COLON = range(11)
_CLASSES = 11
_CJK_RANGES = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))

_KINDS = ("heading", "list", "table", "code", "quote")
_TAGS = ("p", "li", "td", "th", "div", "section", "h1", "h2", "h3", "h4", "dt", "dd", "figcaption", "button", "option")
_KIND_CODES, _TAG_CODES = ({name: code for code, name in enumerate(names)} for names in (_KINDS, _TAGS))
_LANDMARKS = ("nav", "header", "footer", "aside", "main", "article", "form", "dialog", "comments")
# Class words of what readers add.
_COMMENT_WORDS = frozenset({"comment", "comments", "commentlist", "reply", "replies", "respond", "disqus"})
_ROLES = {
    **{name: name for name in _LANDMARKS[:-1]},
    "select": "form",
    "search": "form",
}
# A block of so many tokens and so few links is running text.
_LONG, _FEW_LINKS = 15, 0.3
_WINDOWS = (1, 3, 8, 20)
_AROUND = (1, 2)
_GROUP_LEVELS = 4
_SAME_MASS = 0.7
# So few elements up a landmark counts as around the block.
_NEAR = 7
# Longer than any title.
_TITLE = 200
# Columns that a text dump cannot fill.
_OF_PAGES = re.compile(
    r"links|linked|.*links|plain|heading|list|table|code|quote|level|since_h|h1_|depth|tag_|in_(?!title)|words_|page_comments|group|to_core|alike"
)


@cache
def _table() -> U8:
    """The class of every code point."""
    table = np.full(0x110000, _OTHER, dtype=np.uint8)
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category == "Ll":
            table[code] = _LOWER
        elif category == "Lu":
            table[code] = _UPPER
        elif category[0] == "L" or category[0] == "M":
            table[code] = _LETTER
        elif category == "Nd":
            table[code] = _DIGIT
        elif category[0] in "PS":
            table[code] = _PUNCT
        elif category[0] == "Z" or code in (9, 10, 12, 13):
            table[code] = _SPACE
    for first, last in _CJK_RANGES:
        table[first : last + 1] = _CJK
    table[0x20000:0x40000] = _CJK
    for chars, kind in ((".!?。！？…", _END), (",，、;；", _COMMA), (":：", _COLON)):
        table[[ord(char) for char in chars]] = kind
    table[ord("_")] = _LETTER
    return table


@dataclass(frozen=True, slots=True)
class _Text:
    """Counts by block: characters of each class, words and CJK characters as tokens; classes at the ends."""

    classes: F64
    tokens: F64
    first: U8
    last: U8


def _read(text: str, starts: I64, ends: I64) -> _Text:
    kinds = _table()[code_points(text)]
    lengths = ends - starts
    block = np.repeat(np.arange(starts.size), lengths)
    places = np.arange(block.size) + np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    own = kinds[places]
    classes = np.bincount(block * _CLASSES + own, minlength=starts.size * _CLASSES).reshape(-1, _CLASSES)
    in_word = (own == _LOWER) | (own == _UPPER) | (own == _DIGIT) | (own == _LETTER)
    opens = in_word.copy()
    opens[1:] &= ~in_word[:-1] | (block[1:] != block[:-1])
    tokens = np.bincount(block[opens], minlength=starts.size) + classes[:, _CJK]
    return _Text(classes.astype(np.float64), tokens.astype(np.float64), kinds[starts], kinds[ends - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is looked at: blocks as spans of a text with what is known of each. A text dump knows no `elements`."""

    text: str
    starts: I64
    ends: I64
    title: str = ""
    kinds: tuple[str, ...] = ()
    levels: I64 | None = None
    links: F64 | None = None
    element: I64 | None = None
    elements: tuple[Element, ...] = ()

    @classmethod
    def of_page(cls, page: Page) -> Sight:
        """The blocks of a page."""
        blocks = page.blocks
        return cls(
            text=page.source_text,
            starts=np.array([block.start for block in blocks], dtype=np.int64),
            ends=np.array([block.end for block in blocks], dtype=np.int64),
            title=page.dom.head.title,
            kinds=tuple(block.kind for block in blocks),
            levels=np.array([block.level for block in blocks], dtype=np.int64),
            links=np.array([block.link_density for block in blocks]),
            element=np.array([block.element for block in blocks], dtype=np.int64),
            elements=page.elements,
        )

    @classmethod
    def of_lines(cls, lines: Sequence[str], title: str = "") -> Sight:
        """The lines of a text dump."""
        ends = np.cumsum(np.fromiter((len(line) + 1 for line in lines), np.int64, len(lines))) - 1
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1])
        return cls(text="\n".join(lines), starts=starts, ends=ends, title=title)

    @property
    def texts(self) -> list[str]:
        """The text of each block."""
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return [self.text[start:end] for start, end in spans]


class _Columns:
    """Named columns, put together in the order they come."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.values: list[npt.NDArray[np.generic]] = []

    def add(self, name: str, values: npt.NDArray[np.generic]) -> None:
        self.names.append(name)
        self.values.append(values)


def page_features(sight: Sight, scores: WordScores) -> tuple[F32, F64, tuple[str, ...]]:
    """A row for each block, of which there are some; the tokens of each; and the names of the columns."""
    columns, size = _Columns(), sight.starts.size
    text = _read(sight.text, sight.starts, sight.ends)
    links = np.zeros(size) if sight.links is None else sight.links
    plain = text.tokens * (1 - links)
    running = np.where((text.tokens >= _LONG) & (links <= _FEW_LINKS), plain, 0.0)
    texts = sight.texts
    _own_text(columns, sight, text, links, plain)
    cues = _cues(columns, texts, sight.title)
    _around(columns, text.tokens, links, plain, running)
    _place(columns, sight, text.tokens, running, cues)
    _elements(columns, sight, scores, (text.tokens, links, plain, running))
    _whole(columns, text, links, plain, running)
    table = np.empty((size, len(columns.values)), dtype=np.float32)
    for number, values in enumerate(columns.values):
        table[:, number] = values
    if sight.element is None:
        table[:, _unseen(tuple(columns.names))] = np.nan
    return table, text.tokens, tuple(columns.names)


@cache
def _unseen(names: tuple[str, ...]) -> list[int]:
    """The columns of what only a page can tell."""
    return [number for number, name in enumerate(names) if _OF_PAGES.match(name)]


def _own_text(columns: _Columns, sight: Sight, text: _Text, links: F64, plain: F64) -> None:
    classes, tokens = text.classes, text.tokens
    chars = np.maximum(classes.sum(axis=1) - classes[:, _SPACE], 1)
    columns.add("tokens", np.log1p(tokens))
    columns.add("plain", np.log1p(plain))
    columns.add("links", links)
    columns.add("linked", np.log1p(tokens * links))
    columns.add("token_length", chars / np.maximum(tokens, 1))
    columns.add("ends", classes[:, _END])
    columns.add("end_rate", classes[:, _END] / np.maximum(tokens, 1))
    columns.add("comma_rate", classes[:, _COMMA] / np.maximum(tokens, 1))
    columns.add("colon_rate", classes[:, _COLON] / np.maximum(tokens, 1))
    columns.add("punct_rate", classes[:, _PUNCT] / chars)
    columns.add("digit_rate", classes[:, _DIGIT] / chars)
    columns.add("upper_rate", classes[:, _UPPER] / chars)
    columns.add("cjk", classes[:, _CJK] / chars)
    for name, kinds, ends in (("starts", (_UPPER, _DIGIT, _PUNCT), text.first), ("stops", (_END, _COLON), text.last)):
        for kind in kinds:
            columns.add(f"{name}_{kind}", ends == kind)
    none = np.zeros(tokens.size)
    codes = np.array([_KIND_CODES.get(name, -1) for name in sight.kinds], dtype=np.int64)
    for code, name in enumerate(_KINDS):
        columns.add(name, codes == code if sight.kinds else none)
    columns.add("level", none if sight.levels is None else sight.levels)


def _cues(columns: _Columns, texts: Sequence[str], page_title: str) -> I64:
    cues = np.array([cue_of(text) for text in texts], dtype=np.int64)
    for number, name in enumerate(CUES, 1):
        columns.add(f"cue_{name}", cues == number)
    title = _key(page_title)
    keys = [_key(text) if len(text) < _TITLE else "" for text in texts]
    columns.add("is_title", np.array([bool(key) and key == title for key in keys]))
    columns.add("in_title", np.array([len(key) > 3 and key in title for key in keys]))
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    columns.add("copies", np.array([min(counts[text], 9) for text in texts]))
    return cues


def _key(text: str) -> str:
    return bare(text).lower()


def _around(columns: _Columns, tokens: F64, links: F64, plain: F64, running: F64) -> None:
    size = tokens.size
    for step in _AROUND:
        for name, values, beyond in (("tokens", np.log1p(tokens), -1.0), ("links", links, -1.0)):
            before, after = np.full(size, beyond), np.full(size, beyond)
            before[step:], after[:-step] = values[:-step], values[step:]
            columns.add(f"{name}-{step}", before)
            columns.add(f"{name}+{step}", after)
    places = np.arange(size)
    for reach in _WINDOWS:
        low, high = np.maximum(places - reach, 0), np.minimum(places + reach + 1, size)
        total, own, long = (_window(values, low, high) for values in (tokens, plain, running))
        columns.add(f"window{reach}", np.log1p(own))
        columns.add(f"window{reach}_links", 1 - own / np.maximum(total, 1))
        columns.add(f"window{reach}_running", long / np.maximum(total, 1))
    for name, low, high in (
        ("above", np.maximum(places - 8, 0), places),
        ("below", places + 1, np.minimum(places + 9, size)),
    ):
        columns.add(f"running_{name}", np.log1p(_window(running, np.minimum(low, size), high)))


def _window(values: F64, low: I64, high: I64) -> F64:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    found: F64 = sums[high] - sums[np.minimum(low, high)]
    return found


def _place(columns: _Columns, sight: Sight, tokens: F64, running: F64, cues: I64) -> None:
    size = tokens.size
    places = np.arange(size)
    before = np.cumsum(tokens) - tokens
    long_before = np.cumsum(running) - running
    columns.add("place", places / size)
    columns.add("tokens_before", before / max(tokens.sum(), 1))
    columns.add("running_before", long_before / max(running.sum(), 1))
    columns.add("from_top", np.log1p(before))
    columns.add("to_bottom", np.log1p(tokens.sum() - before - tokens))
    heading, top = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    if sight.levels is not None:
        heading = np.array([kind == "heading" for kind in sight.kinds])
        top = heading & (sight.levels == 1)
    columns.add("since_heading", _since(heading, 30))
    columns.add("since_h1", _since(top, 200))
    columns.add("h1_below", np.cumsum(top[::-1])[::-1] > 0)
    for number, name in enumerate(CUES, 1):
        if name in ("comments", "related", "legal", "share"):
            columns.add(f"since_{name}", _since(cues == number, 50))
    columns.add("until_legal", _since((cues == 1 + CUES.index("legal"))[::-1], 50)[::-1])


def _since(flags: npt.NDArray[np.bool_], most: int) -> I64:
    """How many blocks above the last flagged one stands, `most` where there is none so near."""
    places = np.arange(flags.size)
    last = np.maximum.accumulate(np.where(flags, places, -most))
    return np.minimum(places - last, most)


def _elements(columns: _Columns, sight: Sight, scores: WordScores, texts: tuple[F64, F64, F64, F64]) -> None:
    tokens, _, plain, running = texts
    elements, element = sight.elements, sight.element
    if element is None:  # one element around everything, which no column that is left shows
        elements, element = (Element(-1, "body", ""),), np.zeros(tokens.size, dtype=np.int64)
    size = len(elements)
    parent = np.array([one.parent for one in elements], dtype=np.int64)
    depth, inside, own, path, lowest, highest = paths(elements, scores)
    columns.add("depth", depth[element])
    tags = np.array([_TAG_CODES.get(one.tag, -1) for one in elements])[element]
    for code, tag in enumerate(_TAGS):
        columns.add(f"tag_{tag}", tags == code)
    for number, name in enumerate(_LANDMARKS):
        columns.add(f"in_{name}", inside[element, number])
    columns.add("words_own", own[element])
    columns.add("words_parent", own[np.where(parent[element] >= 0, parent[element], element)])
    columns.add("words_path", path[element])
    columns.add("words_low", lowest[element])
    columns.add("words_high", highest[element])
    commented = inside[element, _LANDMARKS.index("comments")] < _NEAR
    columns.add("page_comments", np.full(tokens.size, plain[commented].sum() / max(plain.sum(), 1)))
    mass = np.zeros((size, 5))
    rows = np.column_stack([np.ones(tokens.size), tokens, plain, running, (running > 0).astype(np.float64)])
    np.add.at(mass, element, rows)
    parents = parent.tolist()
    for place in range(size - 1, 0, -1):
        if parents[place] >= 0:
            mass[parents[place]] += mass[place]
    whole = rows.sum(axis=0)
    at = element
    for level in range(_GROUP_LEVELS):
        count, total, own_text, long, long_blocks = mass[at].T
        columns.add(f"group{level}_blocks", np.log1p(count))
        columns.add(f"group{level}_plain", np.log1p(own_text))
        columns.add(f"group{level}_links", 1 - own_text / np.maximum(total, 1))
        columns.add(f"group{level}_running", long / np.maximum(total, 1))
        columns.add(f"group{level}_share", long / max(whole[3], 1))
        columns.add(f"group{level}_long", long_blocks / count)
        at = np.where(parent[at] >= 0, parent[at], at)
    core = _core(mass[:, 3], parent, whole[3])
    columns.add("to_core", _distance(core, element, parent))
    signature: dict[tuple[str, str, str], int] = {}
    kinds: list[int] = []
    for one in elements:
        around = elements[one.parent].names if one.parent >= 0 else ""
        kinds.append(signature.setdefault((one.tag, one.names, around), len(signature)))
    alike = np.zeros((len(signature), 5))
    kind = np.array(kinds, dtype=np.int64)[element]
    np.add.at(alike, kind, rows)
    count, total, own_text, long, _ = alike[kind].T
    columns.add("alike_blocks", np.log1p(count))
    columns.add("alike_plain", np.log1p(own_text))
    columns.add("alike_links", 1 - own_text / np.maximum(total, 1))
    columns.add("alike_running", long / np.maximum(total, 1))
    columns.add("alike_share", own_text / max(whole[2], 1))


def paths(elements: Sequence[Element], scores: WordScores) -> tuple[I64, F64, F64, F64, F64, F64]:
    """For every element: its depth, how far up each landmark around it is, and its class words' scores: its own, the
    sum along the path, and the least and the greatest on it."""
    size = len(elements)
    depth = np.zeros(size, dtype=np.int64)
    inside = np.full((size, len(_LANDMARKS)), 20.0)
    own, path, lowest, highest = (np.zeros(size) for _ in range(4))
    for place, one in enumerate(elements):
        score = scores.of(one.tag, one.names)
        own[place] = score
        above = one.parent
        if above >= 0:
            depth[place] = depth[above] + 1
            inside[place] = inside[above] + 1
            path[place] = path[above] + score
            lowest[place], highest[place] = min(lowest[above], score), max(highest[above], score)
        else:
            path[place], lowest[place], highest[place] = score, min(score, 0), max(score, 0)
        landmark = _ROLES.get(one.tag)
        if landmark:
            inside[place, _LANDMARKS.index(landmark)] = 0
        if one.names and not _COMMENT_WORDS.isdisjoint(class_words(one.tag, one.names)):
            inside[place, _LANDMARKS.index("comments")] = 0
    return depth, np.minimum(inside, 20.0), own, path, lowest, highest


def _core(long: F64, parent: I64, total: float) -> int:
    """The innermost element that holds most of the running text of the one around it, and so on from the top."""
    children: dict[int, list[int]] = {}
    for place, above in enumerate(parent.tolist()):
        children.setdefault(above, []).append(place)
    at, mass = -1, total
    while children.get(at):
        best = max(children[at], key=lambda place: (long[place], -place))
        if long[best] < _SAME_MASS * mass or long[best] <= 0:
            break
        at, mass = best, float(long[best])
    return at


def _distance(core: int, element: I64, parent: I64) -> I64:
    """How many elements up from the core an element around the block is; 0 inside of it."""
    if core < 0:
        return np.full(element.size, -1)
    up, at, steps = np.full(parent.size, -1, dtype=np.int64), core, 0
    while at >= 0:
        up[at] = steps
        at, steps = int(parent[at]), steps + 1
    for place, above in enumerate(parent.tolist()):
        if up[place] < 0 and above >= 0:
            up[place] = up[above]
    return np.where(up[element] < 0, steps, up[element])


def _whole(columns: _Columns, text: _Text, links: F64, plain: F64, running: F64) -> None:
    ones = np.ones(links.size)
    total = max(text.tokens.sum(), 1)
    columns.add("page_blocks", ones * np.log1p(links.size))
    columns.add("page_tokens", ones * np.log1p(total))
    columns.add("page_links", ones * (1 - plain.sum() / total))
    columns.add("page_running", ones * running.sum() / total)
    columns.add("page_longest", ones * plain.max() / total)
    columns.add("page_cjk", ones * text.classes[:, _CJK].sum() / max(text.classes.sum(), 1))
