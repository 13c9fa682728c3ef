"""Score what `cleantext dedup` wrote about a corpus of `corpus.py`.

Recall is of the planted copies. Precision is of what was reported: a sample of the pairs is read again from the corpus
and computed anew by `oracle`; one under its threshold, or with other figures than reported, is an error.
"""

from __future__ import annotations

import json
import random
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

import oracle
from copies import CONTAINED, EXACT
from corpus import Truth

__all__ = ["Reported", "read_reported", "recall", "sample_errors"]

I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

THRESHOLD, CONTAINMENT = 0.8, 0.9
KINDS = ("exact", "near", "contained")
_BINS = (0.8, 0.82, 0.85, 0.9, 0.95, 1.0000001)
_SIZES = {"paragraph": 3, "document": 5}
_ROUNDED = 1e-6
_BREAK = "\n\n"
_HEAD = b'{"id": "d'


@dataclass
class Pairs:
    """Reported pairs: numbers of paragraphs, or of the first paragraphs of documents, kinds and figures."""

    left: array[int] = field(default_factory=lambda: array("q"))
    right: array[int] = field(default_factory=lambda: array("q"))
    kind: array[int] = field(default_factory=lambda: array("b"))
    jaccard: array[float] = field(default_factory=lambda: array("d"))
    containment: array[float] = field(default_factory=lambda: array("d"))

    def add(self, left: int, right: int, row: Mapping[str, Any]) -> None:
        """Add a pair with the figures of `row`."""
        self.left.append(left)
        self.right.append(right)
        self.kind.append(KINDS.index(row["kind"]))
        self.jaccard.append(row["jaccard"])
        self.containment.append(row["containment"])

    def ends(self) -> tuple[I64, I64, npt.NDArray[np.int8]]:
        """Left numbers, right numbers and kinds."""
        return np.array(self.left, np.int64), np.array(self.right, np.int64), np.array(self.kind, np.int8)


@dataclass
class Reported:
    """What was reported: pairs by level, and of each paragraph of the corpus whether it was `removed`, and whether for
    the sake of another one `within` its document, which happens before documents are compared. `firsts` are the
    numbers of the documents' first paragraphs."""

    pairs: dict[str, Pairs]
    removed: Flags
    within: Flags
    firsts: I64


def read_reported(output: Path, corpus: Path, paragraphs: int) -> Reported:
    """Read OUT/duplicates.jsonl and OUT/removed.jsonl of a run over `corpus`, a line at a time."""
    pairs = {"paragraph": Pairs(), "document": Pairs()}
    for row in _rows(output / "duplicates.jsonl"):
        left, right = _number(row["left_id"]), _number(row["right_id"])
        if row["left_paragraph"] is None:
            pairs["document"].add(left, right, row)
        else:
            pairs["paragraph"].add(left + row["left_paragraph"], right + row["right_paragraph"], row)
    whole, cut = array("q"), array("q")
    for row in _rows(output / "removed.jsonl"):
        number = _number(row["id"])
        if row["reason"].startswith("document/"):
            whole.append(number)
        elif row["reason"].startswith("duplicate/"):
            cut.extend((number, row["start"], row["kept_id"] == row["id"]))
    with corpus.open("rb") as stream:
        firsts = np.fromiter((number for number, _ in _lines(stream)), dtype=np.int64)
    removed = np.zeros(paragraphs, dtype=np.bool_)
    ends = np.append(firsts[1:], paragraphs)
    for place in np.searchsorted(firsts, np.array(whole, dtype=np.int64)).tolist():
        removed[firsts[place] : ends[place]] = True
    spans = np.array(cut, dtype=np.int64).reshape(-1, 3)
    removed[_places(corpus, spans)] = True
    within = np.zeros(paragraphs, dtype=np.bool_)
    within[_places(corpus, spans[spans[:, 2] == 1])] = True
    return Reported(pairs, removed, within, firsts)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _number(name: str) -> int:
    """The number of a document's first paragraph, which its id is made of."""
    if not (name.startswith("d") and name[1:].isdigit()):
        raise ValueError(f"{name!r} is not an id of the corpus: d and a number")
    return int(name[1:])


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The rows of a corpus, each with the number of its first paragraph."""
    for line in stream:
        yield int(line[len(_HEAD) : line.index(b'"', len(_HEAD))]), line


def _documents(corpus: Path, wanted: npt.NDArray[np.int64]) -> Iterator[tuple[int, str]]:
    """The texts of the documents whose numbers are `wanted`."""
    numbers = set(wanted.tolist())
    with corpus.open("rb") as stream:
        yield from ((number, json.loads(line)["text"]) for number, line in _lines(stream) if number in numbers)


def _places(corpus: Path, cut: I64) -> list[int]:
    """The numbers of the paragraphs at the offsets in `cut`: document number and offset come first in its rows."""
    starts: dict[int, list[int]] = {}
    for number, start in cut[:, :2].tolist():
        starts.setdefault(number, []).append(start)
    places = []
    for number, text in _documents(corpus, cut[:, 0]):
        begins = [0, *accumulate(len(one) + len(_BREAK) for one in text.split(_BREAK))]
        places += [number + bisect_right(begins, start) - 1 for start in starts[number]]
    return places


def recall(truth: Truth, reported: Reported) -> dict[str, Any]:
    """How many of the planted copies were found.

    `listed`: the pair itself is in duplicates.jsonl. `grouped`: it is, or texts equal to the two are. `found`: it is,
    or one of the two was removed as a duplicate, or, for contained ones, the inner one is reported in something else.
    """
    left, right, kind = _paragraph_pairs(reported)
    equal = _classes(reported.removed.size, left[kind == 0], right[kind == 0])
    a, b = truth.copy, truth.source
    listed = np.isin(_keys(a, b), _keys(left, right))
    grouped = listed | (equal[a] == equal[b]) | np.isin(_keys(equal[a], equal[b]), _keys(equal[left], equal[right]))
    found = grouped | reported.removed[a] | reported.removed[b]
    inside = np.zeros(reported.removed.size, dtype=np.bool_)
    for column in (left, right):
        inside[column[kind == KINDS.index("contained")]] = True
    held = found | inside[np.where(truth.copy_inside, a, b)]
    near = (truth.jaccard >= THRESHOLD) & (truth.kind != EXACT)
    contained = (truth.kind == CONTAINED) & (truth.containment >= CONTAINMENT) & ~near
    result = {
        "exact": _shares(truth.kind == EXACT, listed, grouped, found),
        "near": _shares(near, listed, grouped, found),
        "contained": _shares(contained, listed, grouped, held),
    }
    whole = truth.containment == 1
    result["contained"]["by_containment"] = {
        "all of it": _shares(contained & whole, listed, grouped, held),
        "less": _shares(contained & ~whole, listed, grouped, held),
    }
    bins = np.digitize(truth.jaccard, _BINS)
    result["near"]["by_jaccard"] = {
        f"{low:.2f} to {high:.2f}": _shares(near & (bins == place), listed, grouped, found)
        for place, (low, high) in enumerate(pairwise(_BINS), 1)
    }
    return result


def _shares(which: Flags, listed: Flags, grouped: Flags, found: Flags) -> dict[str, Any]:
    count = int(which.sum())
    shares = {"listed": listed, "grouped": grouped, "found": found}
    return {"planted": count, **{name: float(flags[which].mean()) if count else None for name, flags in shares.items()}}


def _paragraph_pairs(reported: Reported) -> tuple[I64, I64, npt.NDArray[np.int8]]:
    """Reported pairs of paragraphs, those of documents of one paragraph among them."""
    columns = [reported.pairs["paragraph"].ends()]
    left, right, kind = reported.pairs["document"].ends()
    single = np.zeros(reported.removed.size + 1, dtype=np.bool_)
    single[reported.firsts] = np.diff(np.append(reported.firsts, reported.removed.size)) == 1
    both = single[left] & single[right]
    columns.append((left[both], right[both], kind[both]))
    lefts, rights, kinds = zip(*columns, strict=True)
    return np.concatenate(lefts), np.concatenate(rights), np.concatenate(kinds)


def _keys(a: I64, b: I64) -> I64:
    """One number for each pair, whichever comes first."""
    return (np.minimum(a, b) << 32) | np.maximum(a, b)


def _classes(size: int, left: I64, right: I64) -> I64:
    """For every paragraph the smallest number of those it is connected with."""
    label = np.arange(size, dtype=np.int64)
    while True:
        least = np.minimum(label[left], label[right])
        if np.array_equal(label[left], least) and np.array_equal(label[right], least):
            return label
        np.minimum.at(label, left, least)
        np.minimum.at(label, right, least)


def sample_errors(reported: Reported, corpus: Path, count: int, seed: int) -> dict[str, Any]:
    """Compute anew up to `count` reported pairs of each level and kind; what is wrong with them."""
    rng, result = random.Random(seed), {}
    for level, pairs in reported.pairs.items():
        kinds = np.array(pairs.kind, dtype=np.int8)
        for code, kind in enumerate(KINDS):
            places = np.flatnonzero(kinds == code)
            chosen = places[sorted(rng.sample(range(places.size), min(count, places.size)))].tolist()
            numbers = [number for place in chosen for number in (pairs.left[place], pairs.right[place])]
            texts = _texts(corpus, reported, numbers, level)
            wrong = [
                {"left": pairs.left[p], "right": pairs.right[p], "why": why}
                for p in chosen
                if (why := _wrong(pairs, p, texts[pairs.left[p]], texts[pairs.right[p]], level))
            ]
            result[f"{level} {kind}"] = {
                "reported": places.size,
                "checked": len(chosen),
                "wrong": len(wrong),
                "precision": 1 - len(wrong) / len(chosen) if chosen else None,
                "examples": wrong[:10],
            }
    return result


def _texts(corpus: Path, reported: Reported, numbers: Sequence[int], level: str) -> dict[int, str]:
    """The texts of those paragraphs; of the documents that begin with them, what they are compared by: their
    paragraphs but for those that repeat one of the same document."""
    if not numbers:
        return {}
    wanted = np.array(numbers, dtype=np.int64)
    owners = reported.firsts[np.searchsorted(reported.firsts, wanted, side="right") - 1]
    asked: dict[int, set[int]] = {}
    for number, owner in zip(numbers, owners.tolist(), strict=True):
        asked.setdefault(owner, set()).add(number)
    texts: dict[int, str] = {}
    for owner, text in _documents(corpus, owners):
        parts = text.split(_BREAK)
        if level == "paragraph":
            texts |= {number: parts[number - owner] for number in asked[owner]}
        else:
            gone = reported.within[owner : owner + len(parts)].tolist()
            texts[owner] = _BREAK.join(part for part, left_out in zip(parts, gone, strict=True) if not left_out)
    return texts


def _wrong(pairs: Pairs, place: int, left: str, right: str, level: str) -> str:
    """Why the pair at `place` should not have been reported so; empty where it should."""
    a, b = (oracle.shingle_set(text, _SIZES[level]) for text in (left, right))
    kind, jaccard, containment = KINDS[pairs.kind[place]], oracle.jaccard(a, b), oracle.containment(a, b)
    if kind == "exact":
        return "" if oracle.fold(left) == oracle.fold(right) else "the match texts differ"
    if jaccard < THRESHOLD if kind == "near" else containment < CONTAINMENT:
        return f"Jaccard similarity {jaccard:.6f}, containment {containment:.6f}"
    off = max(abs(jaccard - pairs.jaccard[place]), abs(containment - pairs.containment[place]))
    return f"figures differ by {off:.6f}" if off > _ROUNDED else ""
