"""Labelled pages as training data: rows of features for blocks and lines, and what of each is main content.

The gold of a page is its main content as text. A block's target is the mean of two answers: how much of the block is
found again in the gold, in order; and whether the block is among those that together make the F1 of the page's tokens
greatest (found by climbing from the first answer). They differ where the gold leaves out what it repeats, or has lines
that no block shows. A page also stands for the text dump of it: its lines without elements.
"""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from cleantext.errors import DocumentError
from cleantext.pages.align import align
from cleantext.pages.blocks import Page, parse_page
from cleantext.pages.columns import ADDRESSED
from cleantext.pages.decode import decode
from cleantext.pages.elements import Element
from cleantext.pages.features import Sight, page_features
from cleantext.pages.wordscores import WordScores, class_words
from quality.extraction import f1, pages, tokens

__all__ = [
    "EMPTIED",
    "FOLDED",
    "SHOWN",
    "Labelled",
    "Rows",
    "Source",
    "best_blocks",
    "group_of",
    "read_all",
    "sources",
    "targets",
]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# So many rows of a page or dump are learned from; a sample stands for the rest.
_ROWS = 160
# Of so many pages one is learned from as if it had no address: many a page has none that is known.
_ADDRESSED = 4
# Half of a target is the block's share in the gold, half whether the best choice of blocks has it.
_CLIMBED = 0.5
_ROUNDS = 2
# No token at all still weighs something.
_LEAST_TOKENS = 0.5
# What is learned from of a page: what it shows, what an attribute hides on it, what is left without its main content.
SHOWN, FOLDED, EMPTIED = "shown", "folded", "emptied"
# Of so many pages one is learned from without its main content as well; what has so much of it, by its target, goes.
_EMPTIED, _GONE = 2, 0.25


@dataclass(frozen=True, slots=True)
class Source:
    """A labelled page on disk: its label, where it lies, the name of its set, its type, how its tokens are counted."""

    row: dict[str, Any]
    path: Path
    data_set: str
    page_type: str
    chinese: bool

    @property
    def name(self) -> str:
        """What the page is called in its set."""
        return str(self.row.get("id") or self.path.name.removesuffix(".html.gz"))

    @property
    def gold(self) -> str:
        """Its main content."""
        return str(self.row.get("main_content") or "")

    @property
    def group(self) -> str:
        """Pages of one group are never on both sides of a fold: those of a site, and copies with their original."""
        return str(self.row.get("group") or group_of(self.row.get("url")) or self.name)

    @property
    def weight(self) -> float:
        """How much it counts beside other pages of its kind."""
        return float(self.row.get("weight", 1.0))

    def html(self) -> bytes:
        """The page."""
        return gzip.decompress(self.path.read_bytes())


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a page or dump: features, targets, tokens; of how many rows they are a sample.

    `picked` are the places of those to learn from, `element` is the element each is in: all rows of a page are here,
    as a second reading looks at those around a row, and of a dump only those picked.
    """

    table: F32
    target: F64
    tokens: F64
    of: int
    element: I64
    picked: I64


@dataclass(frozen=True, slots=True)
class Labelled:
    """What is learned from a page: rows of its blocks, rows of its lines as a dump, and the words of its elements.

    `elements` are those of the page. `words` says of each word of tags and classes which share of the
    page's main content, and of all else, stands inside of elements that have it. `labelled_lines`: people did the dump.
    `best` is the F1 of the best choice of blocks: no decision reaches more. `part` is what is learned from: what the
    page shows (`SHOWN`), or else, and then without lines, what an attribute hides on it or what is left of it when its
    main content is out.
    """

    source: Source
    blocks: Rows
    lines: Rows
    elements: tuple[Element, ...]
    words: dict[str, tuple[float, float]]
    labelled_lines: bool
    best: float
    part: str = SHOWN


def group_of(url: str | None) -> str:
    """The registrable domain of an address, near enough: two labels, three below suffixes such as `com.cn`.

    >>> group_of("http://news.example.com.cn/1.html"), group_of("https://www.example.org/"), group_of(None)
    ('example.com.cn', 'example.org', '')
    """
    labels = (urlsplit(url or "").hostname or "").split(".")
    is_two_part = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if is_two_part else -2 :])


def sources(folder: Path) -> list[Source]:
    """The labelled pages of a folder."""
    chinese = not (folder / "ground-truth.jsonl.gz").exists()
    return [Source(row, path, folder.name, kind, chinese) for row, path, kind in pages(folder)]


def read_all(found: Sequence[Source], workers: int = 2) -> Iterator[Labelled]:
    """What is learned from each page, in order; pages without blocks teach nothing and are left out."""
    with ProcessPoolExecutor(workers) as pool:
        for pages_of_one in pool.map(_read, found, chunksize=8):
            yield from pages_of_one


def _read(source: Source) -> list[Labelled]:
    """The page as it is shown, where an attribute hides blocks of it these among all others, and of some pages what is
    left of them. Of a page without gold nothing else is left."""
    try:
        page = parse_page(decode(source.html()).text)
    except DocumentError:
        return []
    found = list[Labelled]()
    if page.shown.blocks and not source.gold:
        found.append(_emptied(source, page.shown))
    elif page.shown.blocks:
        found.append(_seen(source, page.shown, None))
        gone = found[0].blocks.target >= _GONE
        if not gone.all() and zlib.crc32(f"{source.name} without content".encode()) % _EMPTIED == 0:
            found.append(_emptied(source, page.shown.without(gone)))
    if source.gold and page.arrays.hidden.any():
        found.append(_seen(source, page, page.arrays.hidden))
    return found


def _seen(source: Source, page: Page, hidden: I64 | None) -> Labelled:
    """What is learned from a page, or from those of its blocks that are `hidden`, which are in no dump."""
    target, best = targets([block.text for block in page.blocks], source.gold, chinese=source.chinese)
    sight = Sight.of_page(page, source.row.get("url"))
    seen = np.arange(len(target)) if hidden is None else np.flatnonzero(hidden)
    blocks = _rows(source, sight, target, seen)
    if hidden is not None:
        return Labelled(source, blocks, blocks, page.elements, {}, labelled_lines=False, best=best, part=FOLDED)
    words = _word_shares(page, blocks.element, blocks.tokens + _LEAST_TOKENS, target)
    labelled = [block for block in source.row.get("blocks", ()) if block["text"].strip()]
    if labelled:
        lines = [block["text"] for block in labelled]
        target = np.array([float(block["label"] == "body") for block in labelled])
    else:
        lines = [*sight.texts]
    table, sizes, _ = page_features(Sight.of_lines(lines), WordScores({}))
    picked = _sample(source.name, len(lines))
    all_of_them = np.arange(len(picked))
    dump = Rows(table[picked], target[picked], sizes[picked], len(lines), np.zeros_like(all_of_them), all_of_them)
    return Labelled(source, blocks, dump, tuple(page.elements), words, bool(labelled), best)


def _emptied(source: Source, page: Page) -> Labelled:
    """What is learned from a page without main content, or from what is left of one."""
    count = page.arrays.starts.size
    blocks = _rows(source, Sight.of_page(page, source.row.get("url")), np.zeros(count), np.arange(count))
    return Labelled(source, blocks, blocks, page.elements, {}, labelled_lines=False, best=0.0, part=EMPTIED)


def _rows(source: Source, sight: Sight, target: F64, seen: I64) -> Rows:
    """The rows of a page's blocks; those of `seen` are learned from, or a sample of them."""
    table, sizes, names = page_features(sight, WordScores({}))
    if zlib.crc32(f"{source.name} without address".encode()) % _ADDRESSED == 0:
        table[:, [names.index(name) for name in ADDRESSED]] = np.nan
    return Rows(table, target, sizes, len(seen), _places(sight), seen[_sample(source.name, len(seen))])


def _places(sight: Sight) -> I64:
    if sight.element is None:
        raise AssertionError("a page knows its elements")
    return sight.element


def _sample(name: str, size: int) -> I64:
    """Which rows are learned from: the same ones for a page of this name on every machine."""
    if size <= _ROWS:
        return np.arange(size)
    random = np.random.default_rng(zlib.crc32(name.encode()))
    return np.sort(random.choice(size, _ROWS, replace=False))


def targets(texts: Sequence[str], gold: str, *, chinese: bool) -> tuple[F64, float]:
    """For each block how much of it is main content: a half for its share in the gold, a half for the best choice; and
    the F1 of that choice."""
    shares, _, _ = align(texts, [line for line in gold.split("\n") if line.strip()])
    best = best_blocks(texts, gold, [share >= 0.5 for share in shares], chinese=chinese)
    mixed: F64 = (1 - _CLIMBED) * np.array(shares) + _CLIMBED * np.array(best, dtype=np.float64)
    return mixed, f1("\n".join(compress(texts, best)), gold, chinese=chinese)


def best_blocks(texts: Sequence[str], gold: str, first: Sequence[bool], *, chinese: bool) -> list[bool]:
    """Blocks whose tokens' F1 against the gold no single change betters, but for the last round's: from `first` on,
    the largest blocks first, twice over. Linear in the tokens."""
    bags = [tokens(text, chinese=chinese) for text in texts]
    wanted = tokens(gold, chinese=chinese)
    total, keep, have = wanted.total(), list(first), Counter[str]()
    for bag, is_kept in zip(bags, keep, strict=True):
        if is_kept:
            have.update(bag)
    size, common = have.total(), (have & wanted).total()
    order = sorted(range(len(bags)), key=lambda number: -bags[number].total())
    for _ in range(_ROUNDS):
        for number in order:
            bag = bags[number]
            sign = -1 if keep[number] else 1
            gain = sum(
                min(have[word] + sign * count, wanted[word]) - min(have[word], wanted[word])
                for word, count in bag.items()
                if word in wanted
            )
            after = size + sign * bag.total()
            if (common + gain) * (size + total) > common * (after + total):
                size, common, keep[number] = after, common + gain, not keep[number]
                for word, count in bag.items():
                    have[word] += sign * count
    return keep


def _word_shares(page: Page, element: I64, sizes: F64, target: F64) -> dict[str, tuple[float, float]]:
    mass = np.zeros((len(page.elements), 2))
    rows = np.column_stack([sizes * target, sizes * (1 - target)])
    inside = element >= 0
    np.add.at(mass, element[inside], rows[inside])
    for place in range(len(page.elements) - 1, 0, -1):
        if page.elements[place].parent >= 0:
            mass[page.elements[place].parent] += mass[place]
    total: dict[str, F64] = {}
    for one, own in zip(page.elements, mass, strict=True):
        if not own.any():  # all that was in it is folded
            continue
        for word in class_words(one.tag, one.names):
            total[word] = total[word] + own if word in total else own
    whole = rows.sum(axis=0) + 1
    return {word: (min(kept / whole[0], 1.0), min(lost / whole[1], 1.0)) for word, (kept, lost) in total.items()}
