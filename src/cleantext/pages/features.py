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
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cleantext.folding import code_points
from cleantext.pages._counts import MIXED
from cleantext.pages.align import bare
from cleantext.pages.ancestry import Tree, element_columns, tell_elements
from cleantext.pages.claims import claims_of
from cleantext.pages.columns import AROUND, CLAIMS, FEATURES, NO_TEXT, Columns
from cleantext.pages.compiled import loops, pays
from cleantext.pages.cues import CUES, cues_at
from cleantext.pages.elements import Element
from cleantext.pages.wordscores import WordScores

if TYPE_CHECKING:
    from cleantext.pages.blocks import Page

__all__ = ["Seen", "Sight", "columns_of", "page_columns", "page_features", "see"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.bool_]

_OTHER, _CJK, _LOWER, _UPPER, _DIGIT, _END, _COMMA, _PUNCT, _SPACE, _LETTER, _COLON = range(11)
_CLASSES = 11
_IN_WORD = np.isin(np.arange(_CLASSES), (_LOWER, _UPPER, _DIGIT, _LETTER))
_CJK_RANGES = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))

# Of which characters a rate is told; of the last, what others are told of without.
_RATED = np.array([_END, _COMMA, _COLON, _PUNCT, _DIGIT, _UPPER, _CJK, _SPACE])
# Longer than any title.
_TITLE = 200
# Of a text repeated more often no more is told.
_COPIES = 9
# So many characters has the basic plane; small letters of these become more than one, or depend on what follows.
_PLANE, _UNSURE = 0x10000, "İΣ"
# From which cues on blocks are counted.
_SINCE_CUES = np.array([1 + CUES.index(name) for name in ("legal", "comments", "related", "share")])
# Columns that a text dump cannot fill.
_OF_PAGES = re.compile(
    r"links|linked|.*links|plain|heading|list|table|code|quote|level|since_h|h1_|depth|tag_|in_(?!title)|words_|page_comments|group|to_core|alike"
)
_UNSEEN = np.array([number for number, name in enumerate(FEATURES) if _OF_PAGES.match(name)])


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
    """Counts by block: characters of each class; words and CJK characters as tokens; classes at the ends."""

    classes: I64
    tokens: F64
    first: U8
    last: U8

    def only(self, rows: Rows) -> _Text:
        return _Text(self.classes[rows], self.tokens[rows], self.first[rows], self.last[rows])


def _read(codes: U32, starts: I64, ends: I64) -> _Text:
    table = _table()
    classes, tokens = np.zeros((starts.size, _CLASSES), dtype=np.int64), np.zeros(starts.size, dtype=np.int64)
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        kernels.count(codes, table, starts, ends, _IN_WORD, classes, tokens)
    else:
        _count(table[codes], starts, ends, classes, tokens)
    tokens += classes[:, _CJK]
    return _Text(classes, tokens.astype(np.float64), table[codes[starts]], table[codes[ends - 1]])


def _count(kinds: U8, starts: I64, ends: I64, classes: I64, tokens: I64) -> None:
    """`_counts.count` in numpy; `kinds` are the classes of the characters of the text."""
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

    `kinds` are places in `tags.KINDS`, `claims` those of `columns.CLAIMS`."""

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
    claims: Sequence[float] | None = None

    @classmethod
    def of_page(cls, page: Page, url: str | None = None) -> Sight:
        """The blocks of a page, which stands at `url`."""
        arrays = page.arrays
        return cls(
            text=page.source_text,
            starts=np.ascontiguousarray(arrays.starts),
            ends=np.ascontiguousarray(arrays.ends),
            title=page.dom.head.title,
            kinds=np.ascontiguousarray(arrays.kinds),
            levels=np.ascontiguousarray(arrays.levels),
            links=arrays.link_densities,
            element=np.ascontiguousarray(arrays.elements),
            tree=Tree.of_arrays(arrays),
            texts=page.texts,
            claims=claims_of(page.dom.head, url),
        )

    @classmethod
    def of_lines(cls, lines: Sequence[str], title: str = "") -> Sight:
        """The lines of a text dump."""
        ends = np.cumsum(np.fromiter((len(line) + 1 for line in lines), np.int64, len(lines))) - 1
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1])
        return cls(text="\n".join(lines), starts=starts, ends=ends, title=title, texts=lines)


def page_features(sight: Sight, scores: WordScores) -> tuple[F32, F64, tuple[str, ...]]:
    """A row for each block, of which there are some; the tokens of each; and the names of the columns."""
    columns, tokens = page_columns(sight, scores)
    return columns.features, tokens, FEATURES


def page_columns(sight: Sight, scores: WordScores) -> tuple[Columns, F64]:
    """The table of the blocks, of which there are some, with all but the context; and the tokens of each."""
    seen = see(sight, scores)
    return columns_of(seen), seen.tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of each block whichever others it stands among, and of the elements around them all.

    Of each: its text, the number of its cue, whether it is the title or in it, and the number of the first block with
    the same text; its kind and level, the share of it in links, and its innermost element. `told` is what
    `tell_elements` tells. `is_page` says that there are elements, which a text dump has not.
    """

    text: _Text
    cues: I64
    titled: npt.NDArray[np.bool_]
    same: I64
    kinds: I64
    levels: I64
    links: F64
    element: I64
    tree: Tree
    told: tuple[F64, F64]
    claims: Sequence[float] | None
    is_page: bool

    @property
    def tokens(self) -> F64:
        """Words and CJK characters of each block."""
        return self.text.tokens

    def only(self, rows: Rows) -> Seen:
        """What is known of some of the blocks."""
        return replace(
            self,
            text=self.text.only(rows),
            cues=self.cues[rows],
            titled=self.titled[:, rows],
            same=self.same[rows],
            kinds=self.kinds[rows],
            levels=self.levels[rows],
            links=self.links[rows],
            element=self.element[rows],
        )


def see(sight: Sight, scores: WordScores) -> Seen:
    """What is known of each block, of which there are some."""
    size, codes = sight.starts.size, code_points(sight.text)
    tree, element, nothing = sight.tree, sight.element, np.zeros(size, dtype=np.int64)
    is_page = tree is not None and element is not None
    if tree is None or element is None:  # one element around everything, which no column that is left shows
        tree, element = Tree.of([Element(-1, "body", "")]), nothing
    cues, titled, same = _said(sight, codes)
    return Seen(
        text=_read(codes, sight.starts, sight.ends),
        cues=cues,
        titled=titled,
        same=same,
        kinds=nothing - 1 if sight.kinds is None else sight.kinds,
        levels=nothing if sight.levels is None else sight.levels,
        links=np.zeros(size) if sight.links is None else sight.links,
        element=element,
        tree=tree,
        told=tell_elements(tree, scores),
        claims=sight.claims,
        is_page=is_page,
    )


def columns_of(seen: Seen) -> Columns:
    """The table of the blocks, with all but the context."""
    size, text, cues, links = seen.cues.size, seen.text, seen.cues, seen.links
    columns, blocks = Columns(size), (seen.kinds, seen.levels)
    copies = np.bincount(seen.same, minlength=1)[seen.same]
    columns.put("is_title", seen.titled)
    columns.put("copies", np.minimum(copies, _COPIES))
    sizes = np.empty((3, size))
    sizes[0] = text.tokens
    shown = (text.classes, text.first, text.last)
    told = loops().fill_text(columns.columns, columns.logs, shown, _RATED, cues, blocks, sizes, links)
    wholes, sums = sizes.sum(axis=1), np.empty((3, size + 1))
    loops().fill_places(columns.columns, columns.logs, sizes, sums, wholes[::2].copy(), blocks, cues, _SINCE_CUES)
    element_columns(columns, seen.tree, seen.element, seen.told, sizes)
    columns.take_logs()
    _neighbors(columns)
    _whole(columns, size, wholes, *told)
    columns.part(CLAIMS[0], len(CLAIMS))[:] = np.nan if seen.claims is None else np.array(seen.claims)[:, None]
    if not seen.is_page:
        columns.features[:, _UNSEEN] = np.nan
    return columns


def _neighbors(columns: Columns) -> None:
    """How much text stands so many blocks before and after each."""
    tokens, part = columns.part("tokens", 1)[0], columns.part("tokens-1", 4 * len(AROUND) - 2)
    for number, step in enumerate(AROUND):
        before, after = part[4 * number], part[4 * number + 1]
        before[:step], after[-step:] = NO_TEXT, NO_TEXT
        before[step:], after[:-step] = tokens[:-step], tokens[step:]


def _said(sight: Sight, codes: U32) -> tuple[I64, npt.NDArray[np.bool_], I64]:
    """What the words of each block say: the number of its cue, whether it is the title, and whether it is in it; and
    the first block with the same text, the only one of them that is looked at, as menus repeat themselves."""
    numbers: dict[str, int] = {}
    texts, size = sight.texts, sight.starts.size
    same = np.fromiter(map(numbers.setdefault, texts, range(size)), np.int64, size)
    firsts = np.fromiter(numbers.values(), np.int64, len(numbers))
    cues, titled = np.zeros(size, dtype=np.int64), np.zeros((2, size), dtype=np.bool_)
    starts, ends = sight.starts[firsts], sight.ends[firsts]
    cues[firsts] = cues_at([*numbers], codes, starts, ends)
    title = _key(sight.title)
    for number in _likely_in(title, codes, starts, ends):
        place = int(firsts[number])
        text = texts[place]
        if len(text) < _TITLE and (key := _key(text)) in title:
            titled[:, place] = key == title, len(key) > 3
    return cues[same], titled[:, same], same


def _likely_in(title: str, codes: U32, starts: I64, ends: I64) -> list[int]:
    """The numbers of the texts, spans of `codes`, that may be in the title, a key."""
    if not title:
        return []
    held, may = np.zeros(MIXED, dtype=np.bool_), np.zeros(starts.size, dtype=np.bool_)
    loops().may_begin(codes, starts, ends, code_points(title).astype(np.int64), _staying(), held, may)
    found: list[int] = np.flatnonzero(may).tolist()
    return found


@cache
def _staying() -> I64:
    """What characters of the basic plane are in a key, -1 for those that are in none; 0 where others have a say."""
    chars = map(chr, range(_PLANE))
    stays = [(0 if char in _UNSURE else ord(char.lower())) if char.isalnum() else -1 for char in chars]
    return np.array(stays, dtype=np.int64)


def _key(text: str) -> str:
    return bare(text).lower()


def _whole(columns: Columns, size: int, wholes: F64, chars: int, chinese: int, most: float) -> None:
    """What is the same for all blocks: `wholes` are the sums of sizes, the rest is what `fill_text` tells."""
    total, own, long = max(wholes[0], 1), wholes[1], wholes[2]
    logs = np.log1p(np.array([size, total]))
    page = np.array([*logs, 1 - own / total, long / total, most / total, chinese / max(chars, 1)])
    columns.part("page_blocks", page.size)[:] = page[:, None]
