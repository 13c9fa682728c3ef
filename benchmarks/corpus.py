"""A corpus of any size with planted copies, and the truth about them.

    python benchmarks/corpus.py --paragraphs N --seed S [--data FILE_OR_FOLDER ...] -o corpus.jsonl --truth truth.npz

Paragraphs (mean 120 characters, 40 at least) are clauses of real text, put together at random. The text is that of the
project's seeds and of --data: text, one JSON object (`main_content` or `text`), JSON Lines, each plain or gzipped, or
folders of those. Of the paragraphs about 5 % are exact copies of earlier ones, 5 % near copies (Jaccard similarity 0.8
or more), 2 % just below that, 3 % contain an earlier one or are a part of it. Documents have 1 to 20 paragraphs; the
id of a document, `d1234`, is the number of its first paragraph. With --rows every paragraph is a document.

Every paragraph is a function of the text, the seed and its own number. So any earlier paragraph can be made again
where a copy of it is wanted: memory does not grow with N, parts are made side by side, and the same seed gives the same
bytes.

The truth lists what was planted, not all there is: out of few clauses two paragraphs may come alike by chance. Recall
is therefore judged by the planted pairs, and precision by computing reported pairs anew.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from clauses import Clauses
from copies import CONTAINED, EXACT, KINDS, NEAR, UNDER, Copyist, Planted

__all__ = ["Corpus", "Part", "Truth", "write"]

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

# Paragraphs made at a time. Documents end where a part ends, so this is one of the things the bytes depend on.
PART = 20_000
# The most clauses of a paragraph, and the fewest: of one or two, many others would have the same by chance.
_SLOTS, _FEWEST = 48, 4
_MOST_PARAGRAPHS = 20
_SITES = 997
# How many earlier paragraphs count as recent, and how many are asked before a copy finds one that is no copy itself.
_RECENT, _TRIES = 2_000, 8
# The first paragraphs are no copies: there would be little to copy.
_FIRST_COPY = 50
# Up to which draw a paragraph is a copy of each kind.
_SHARES = ((EXACT, 0.05), (NEAR, 0.10), (UNDER, 0.12), (CONTAINED, 0.15))
# What random numbers are drawn for: streams of their own.
_CLAUSES, _LENGTHS, _KINDS, _SOURCES, _EDITS, _DOCUMENTS = range(6)


@dataclass(frozen=True)
class Truth:
    """The planted copies: paragraph numbers of `copy` and `source`, `kind` (a code of `copies.KINDS`), the exact
    `jaccard` similarity and `containment` of their shingle sets, and whether `copy_inside` the source or around it."""

    copy: I64
    source: I64
    kind: npt.NDArray[np.uint8]
    jaccard: npt.NDArray[np.float64]
    containment: npt.NDArray[np.float64]
    copy_inside: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, planted: Sequence[Planted]) -> Truth:
        """The truth about `planted` copies."""
        columns = list(zip(*planted, strict=True)) or [()] * len(fields(cls))
        types = (np.int64, np.int64, np.uint8, np.float64, np.float64, np.bool_)
        return cls(*(np.array(column, dtype=kind) for column, kind in zip(columns, types, strict=True)))

    @classmethod
    def joined(cls, parts: Sequence[Truth]) -> Truth:
        """The truth of all `parts`, one at least."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    @classmethod
    def load(cls, path: Path) -> Truth:
        """What `write` saved."""
        with np.load(path) as arrays:
            return cls(*(arrays[f.name] for f in fields(cls)))

    def save(self, path: Path, paragraphs: int) -> None:
        """Write the arrays, and how many `paragraphs` the corpus has."""
        np.savez(path, paragraphs=np.int64(paragraphs), **{f.name: getattr(self, f.name) for f in fields(self)})


@dataclass(frozen=True)
class Part:
    """Paragraphs from number `start` on, the places where documents begin among them, and the copies planted."""

    start: int
    texts: list[str]
    firsts: list[int]
    truth: Truth

    def rows(self) -> bytes:
        """The documents as JSON Lines. Clauses need no escapes; a line end inside a paragraph does."""
        ends = [*self.firsts[1:], len(self.texts)]
        rows = []
        for first, end in zip(self.firsts, ends, strict=True):
            number = self.start + first
            text = "\n\n".join(self.texts[first:end]).replace("\n", "\\n")
            url = f"https://site{number % _SITES}.example/{number}"
            rows.append(f'{{"id": "d{number}", "url": "{url}", "text": "{text}"}}\n')
        return "".join(rows).encode()


def _mixed(values: U64) -> U64:
    """The finalizer of splitmix64 (Sebastiano Vigna, public domain)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True)
class Corpus:
    """The endless corpus of `clauses` and `seed`. `rows`: documents of one paragraph each; `size`: of a shingle."""

    clauses: Clauses
    seed: int
    rows: bool = False
    size: int = 3

    @cached_property
    def copyist(self) -> Copyist:
        """Who makes the copies."""
        return Copyist(self.clauses, self.size, wrap=not self.rows)

    def part(self, number: int, paragraphs: int) -> Part:
        """Part `number` of a corpus of so many `paragraphs`."""
        start = number * PART
        numbers = np.arange(start, min(start + PART, paragraphs), dtype=np.int64)
        firsts = self._firsts(number, numbers.size)
        texts = self.originals(numbers)
        copies, sources = self._sources(numbers, firsts)
        alone = np.append(firsts[1:], numbers.size) - firsts == 1
        document = np.searchsorted(firsts, copies - start, side="right") - 1
        planted = []
        draws = self._draws(copies, _EDITS, 1)[:, 0].tolist()
        known = zip(copies.tolist(), sources.tolist(), self._kinds(copies).tolist(), draws, strict=True)
        for (copy, source, kind, draw), text, single in zip(
            known, self.originals(sources), alone[document].tolist(), strict=True
        ):
            made = self.copyist.copy(text, kind, draw, single=single)
            texts[copy - start] = made.text
            planted.append(Planted(copy, source, made.kind, made.jaccard, made.containment, made.inside))
        return Part(start, texts, firsts.tolist(), Truth.of(planted))

    def originals(self, numbers: I64) -> list[str]:
        """The paragraphs of those numbers as they are where they are no copies."""
        drawn = self._draws(numbers, _CLAUSES, _SLOTS) % np.uint64(len(self.clauses))
        lengths = self.clauses.lengths[drawn].cumsum(axis=1)
        wanted = 40 + 240 * self._share(numbers, _LENGTHS) ** 2
        used = np.clip((lengths < wanted[:, None]).sum(axis=1) + 1, _FEWEST, _SLOTS)
        flat = drawn[np.arange(_SLOTS) < used[:, None]].tolist()
        ends = np.cumsum(used).tolist()
        texts = self.clauses.texts
        return ["".join([texts[i] for i in flat[a:b]])[:-1] + "。" for a, b in zip([0, *ends[:-1]], ends, strict=True)]

    def _draws(self, numbers: I64, purpose: int, columns: int) -> U64:
        """Random 64-bit numbers, `columns` for each of `numbers`, that depend on nothing else but seed and purpose."""
        golden = np.uint64(0x9E3779B97F4A7C15)
        key = _mixed(np.array([self.seed], dtype=np.uint64) * golden + np.uint64(purpose + 1))
        state = _mixed(_mixed(numbers.astype(np.uint64) + golden) ^ key)
        return _mixed(state[:, None] + golden * np.arange(1, columns + 1, dtype=np.uint64))

    def _share(self, numbers: I64, purpose: int) -> npt.NDArray[np.float64]:
        """One random number in [0, 1) for each of `numbers`."""
        return (self._draws(numbers, purpose, 1)[:, 0] >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def _kinds(self, numbers: I64) -> npt.NDArray[np.uint8]:
        """The kind of copy each paragraph is to be, 0 for none."""
        share = self._share(numbers, _KINDS)
        kinds = np.zeros(numbers.shape, dtype=np.uint8)
        for kind, below in reversed(_SHARES):
            kinds[share < below] = kind
        kinds[numbers < _FIRST_COPY] = 0
        return kinds

    def _firsts(self, number: int, count: int) -> I64:
        """Where documents begin among the `count` paragraphs of a part."""
        if self.rows:
            return np.arange(count)
        places = np.arange(number * PART, (number + 1) * PART, dtype=np.int64)
        sizes = (self._draws(places, _DOCUMENTS, 1)[:, 0] % np.uint64(_MOST_PARAGRAPHS)).astype(np.int64) + 1
        firsts = np.cumsum(sizes) - sizes
        return firsts[firsts < count]

    def _sources(self, numbers: I64, firsts: I64) -> tuple[I64, I64]:
        """Which of `numbers` are copies, and of what: of an original of the same document, of a recent one, or of any
        earlier one. Those that find none in a few tries are no copies after all."""
        kinds = self._kinds(numbers)
        copies = numbers[kinds > 0]
        draws = self._draws(copies, _SOURCES, _TRIES + 1)
        begins = numbers[firsts[np.searchsorted(firsts, copies - numbers[0], side="right") - 1]]
        choice = draws[:, _TRIES] % np.uint64(20)
        lowest = np.where(choice < 2, begins, np.where(choice < 11, np.maximum(copies - _RECENT, 0), 0))
        lowest = np.where(lowest == copies, 0, lowest)
        tried = lowest[:, None] + (draws[:, :_TRIES] % (copies - lowest).astype(np.uint64)[:, None]).astype(np.int64)
        original = self._kinds(tried.ravel()).reshape(tried.shape) == 0
        found = original.any(axis=1)
        return copies[found], tried[np.arange(copies.size), original.argmax(axis=1)][found]


_corpus: Corpus | None = None


def _start_worker(corpus: Corpus) -> None:
    global _corpus  # noqa: PLW0603 - a process pool hands its workers what they share this way
    _corpus = corpus


def _make(number: int, paragraphs: int) -> tuple[bytes, Truth, int, int]:
    assert _corpus is not None
    part = _corpus.part(number, paragraphs)
    return part.rows(), part.truth, len(part.firsts), sum(map(len, part.texts))


def _parts(corpus: Corpus, paragraphs: int, jobs: int) -> Iterator[tuple[bytes, Truth, int, int]]:
    """What `_make` gives for every part, in order, a few ahead."""
    with ProcessPoolExecutor(jobs, initializer=_start_worker, initargs=(corpus,)) as pool:
        waiting: deque[Future[tuple[bytes, Truth, int, int]]] = deque()
        for number in range(-(-paragraphs // PART)):
            waiting.append(pool.submit(_make, number, paragraphs))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def write(corpus: Corpus, paragraphs: int, stream: BinaryIO, truth: Path, jobs: int = 2) -> str:
    """Write the documents of `paragraphs` paragraphs to `stream` and what is planted to `truth`; a line about them."""
    parts, documents, characters = [], 0, 0
    for rows, planted, count, size in _parts(corpus, paragraphs, jobs):
        stream.write(rows)
        parts.append(planted)
        documents += count
        characters += size
    known = Truth.joined(parts)
    known.save(truth, paragraphs)
    counts = ", ".join(f"{int((known.kind == code).sum()):,} {name}" for code, name in KINDS.items())
    return (
        f"{paragraphs:,} paragraphs of {characters / paragraphs:.1f} characters in {documents:,} documents, "
        f"of {len(corpus.clauses):,} clauses; copies: {counts}"
    )


def main() -> int:
    """Write a corpus and its truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, nargs="+", default=[])
    parser.add_argument("--rows", action="store_true", help="one paragraph a row; similarity of 5-unit shingles")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    options = parser.parse_args()
    if options.paragraphs < 1:
        parser.error("--paragraphs: one at least")
    started = time.perf_counter()
    corpus = Corpus(Clauses.read(options.data), options.seed, rows=options.rows, size=5 if options.rows else 3)
    with options.output.open("wb") as stream:
        line = write(corpus, options.paragraphs, stream, options.truth, options.jobs)
    print(f"{line}; {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
