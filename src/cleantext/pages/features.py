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
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points
from cleantext.pages.align import bare
from cleantext.pages.ancestry import Tree, element_columns
from cleantext.pages.compiled import pays
from cleantext.pages.cues import CUES, cues_of
from cleantext.pages.elements import Element
from cleantext.pages.tags import KINDS
from cleantext.pages.wordscores import WordScores

if TYPE_CHECKING:
    from cleantext.pages.blocks import Page

__all__ = ["Sight", "page_features"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_OTHER, _CJK, _LOWER, _UPPER, _DIGIT, _END, _COMMA, _PUNCT, _SPACE, _LETTER, _COLON = range(11)
_CLASSES = 11
_IN_WORD = np.isin(np.arange(_CLASSES), (_LOWER, _UPPER, _DIGIT, _LETTER))
_CJK_RANGES = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))

_KINDS = ("heading", "list", "table", "code", "quote")
_KIND_CODES = tuple(KINDS.index(name) for name in _KINDS)
# A block of so many tokens and so few links is running text.
_LONG, _FEW_LINKS = 15, 0.3
_WINDOWS = (1, 3, 8, 20)
_AROUND = (1, 2)
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
    classes, tokens = np.zeros((starts.size, _CLASSES), dtype=np.int64), np.zeros(starts.size, dtype=np.int64)
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        kernels.count(kinds, starts, ends, _IN_WORD, classes, tokens)
    else:
        _count(kinds, starts, ends, classes, tokens)
    tokens += classes[:, _CJK]
    return _Text(classes.astype(np.float64), tokens.astype(np.float64), kinds[starts], kinds[ends - 1])


def _count(kinds: U8, starts: I64, ends: I64, classes: I64, tokens: I64) -> None:
    """`_counts.count` in numpy."""
    lengths = ends - starts
    block = np.repeat(np.arange(starts.size), lengths)
    places = np.arange(block.size) + np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    own = kinds[places]
    classes += np.bincount(block * _CLASSES + own, minlength=starts.size * _CLASSES).reshape(-1, _CLASSES)
    in_word = _IN_WORD[own]
    opens = in_word.copy()
    opens[1:] &= ~in_word[:-1] | (block[1:] != block[:-1])
    tokens += np.bincount(block[opens], minlength=starts.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is looked at: blocks as spans of a text with what is known of each. A text dump knows no elements.

    `kinds` are places in `tags.KINDS`."""

    text: str
    starts: I64
    ends: I64
    title: str = ""
    kinds: I64 | None = None
    levels: I64 | None = None
    links: F64 | None = None
    element: I64 | None = None
    tree: Tree | None = None
    texts: Sequence[str]

    @classmethod
    def of_page(cls, page: Page) -> Sight:
        """The blocks of a page."""
        arrays = page.arrays
        return cls(
            text=page.source_text,
            starts=arrays.starts,
            ends=arrays.ends,
            title=page.dom.head.title,
            kinds=arrays.kinds,
            levels=arrays.levels,
            links=arrays.link_densities,
            element=arrays.elements,
            tree=Tree.of_arrays(arrays),
            texts=page.texts,
        )

    @classmethod
    def of_lines(cls, lines: Sequence[str], title: str = "") -> Sight:
        """The lines of a text dump."""
        ends = np.cumsum(np.fromiter((len(line) + 1 for line in lines), np.int64, len(lines))) - 1
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1])
        return cls(text="\n".join(lines), starts=starts, ends=ends, title=title, texts=lines)


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
    some = (running > 0).astype(np.float64)
    _elements(columns, sight, scores, np.column_stack([np.ones(size), text.tokens, plain, running, some]))
    _whole(columns, text, links, plain, running)
    table = np.empty((len(columns.values), size), dtype=np.float32).T  # column by column, as trees ask
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
    for code, name in zip(_KIND_CODES, _KINDS, strict=True):
        columns.add(name, none if sight.kinds is None else sight.kinds == code)
    columns.add("level", none if sight.levels is None else sight.levels)


def _cues(columns: _Columns, texts: Sequence[str], page_title: str) -> I64:
    counts = Counter(texts)  # menus repeat themselves
    number_of = {text: number for number, text in enumerate(counts)}
    place = np.fromiter(map(number_of.__getitem__, texts), np.int64, len(texts))
    cues: I64 = cues_of([*counts])[place]
    for number, name in enumerate(CUES, 1):
        columns.add(f"cue_{name}", cues == number)
    same, inside = _in_title(counts, _key(page_title))
    columns.add("is_title", same[place])
    columns.add("in_title", inside[place])
    columns.add("copies", np.minimum(np.fromiter(counts.values(), np.int64, len(counts)), 9)[place])
    return cues


def _in_title(texts: Collection[str], title: str) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which texts are the page's title, which are in it: by letters and digits alone, as in `title`."""
    same, inside = np.zeros(len(texts), dtype=np.bool_), np.zeros(len(texts), dtype=np.bool_)
    for number, text in enumerate(texts if title else ()):
        begins = text[:2]
        if len(text) >= _TITLE or (_stays(begins) and begins.lower() not in title):
            continue
        key = _key(text)
        same[number] = key == title
        inside[number] = len(key) > 3 and key in title
    return same, inside


def _stays(begins: str) -> bool:
    """Whether a key begins with what its text begins with: letters and digits of ASCII, or Han."""
    return begins.isalnum() and (begins.isascii() or "\u3400" <= min(begins) <= max(begins) <= "\u9fff")


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
    if sight.levels is not None and sight.kinds is not None:
        heading = sight.kinds == _KIND_CODES[0]
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


def _elements(columns: _Columns, sight: Sight, scores: WordScores, rows: F64) -> None:
    tree, element = sight.tree, sight.element
    if tree is None or element is None:  # one element around everything, which no column that is left shows
        tree, element = Tree.of([Element(-1, "body", "")]), np.zeros(rows.shape[0], dtype=np.int64)
    element_columns(columns.add, tree, element, scores, rows)


def _whole(columns: _Columns, text: _Text, links: F64, plain: F64, running: F64) -> None:
    ones = np.ones(links.size)
    total = max(text.tokens.sum(), 1)
    columns.add("page_blocks", ones * np.log1p(links.size))
    columns.add("page_tokens", ones * np.log1p(total))
    columns.add("page_links", ones * (1 - plain.sum() / total))
    columns.add("page_running", ones * running.sum() / total)
    columns.add("page_longest", ones * plain.max() / total)
    columns.add("page_cjk", ones * text.classes[:, _CJK].sum() / max(text.classes.sum(), 1))
